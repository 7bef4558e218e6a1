// Types: the integer types of C17 and <stdint.h>, atomic or not.
#include "harness/lang/parser.h"

typedef struct {
  const char *name;
  BaseType base;
  bool is_atomic;
} TypeName;

// Other names of one word than those that the types are printed by.
static const TypeName type_names[] = {
    {"intptr_t", BASE_LONG, false},
    {"uintptr_t", BASE_ULONG, false},
    {"ptrdiff_t", BASE_LONG, false},
    {"size_t", BASE_ULONG, false},
    {"__int128_t", BASE_INT128, false},
    {"__uint128_t", BASE_UINT128, false},
    {"_Bool", BASE_BOOL, false},
    {"atomic_schar", BASE_INT8, true},
    {"atomic_uchar", BASE_UINT8, true},
    {"atomic_int8_t", BASE_INT8, true},
    {"atomic_uint8_t", BASE_UINT8, true},
    {"atomic_int16_t", BASE_INT16, true},
    {"atomic_uint16_t", BASE_UINT16, true},
    {"atomic_int32_t", BASE_INT32, true},
    {"atomic_uint32_t", BASE_UINT32, true},
    {"atomic_int64_t", BASE_INT64, true},
    {"atomic_uint64_t", BASE_UINT64, true},
    {"atomic_intptr_t", BASE_LONG, true},
    {"atomic_uintptr_t", BASE_ULONG, true},
    {"atomic_size_t", BASE_ULONG, true},
};

// A type of one word that is no specifier of C.
static bool find_type_name(Token token, TypeName *found) {
  for (BaseType base = 0; base < BASE_COUNT; base++) {
    const char *atomic = base_type_atomic_name(base);
    bool is_atomic = atomic && token_is(token, atomic);
    *found = (TypeName){token.text, base, is_atomic};
    if (is_atomic || token_is(token, base_type_name(base)))
      return true;
  }
  for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++) {
    *found = type_names[i];
    if (token_is(token, found->name))
      return true;
  }
  return false;
}

// The specifiers of an integer type, counted; their order is free.
typedef struct {
  unsigned chars, shorts, ints, longs, int128s, signeds, unsigneds;
} Specifiers;

static bool count_specifier(Token token, Specifiers *s) {
  struct {
    const char *word;
    unsigned *count;
  } rows[] = {{"char", &s->chars},       {"short", &s->shorts},   {"int", &s->ints},          {"long", &s->longs},
              {"__int128", &s->int128s}, {"signed", &s->signeds}, {"unsigned", &s->unsigneds}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (token_is(token, rows[i].word)) {
      ++*rows[i].count;
      return true;
    }
  return false;
}

// `atomic_t`, or what follows `struct`.
static const DialectType *dialect_type(const Parser *p, Token token, bool is_struct) {
  const Dialect *dialect = p->test->dialect;
  for (unsigned i = 0; i < dialect->type_count; i++)
    if (dialect->types[i].is_struct == is_struct && token_is(token, dialect->types[i].name))
      return &dialect->types[i];
  return NULL;
}

bool token_begins_type(const Parser *p, Token token) {
  Specifiers unused = {0};
  TypeName name;
  static const char *const qualifiers[] = {"const", "volatile", "_Atomic", "register"};
  for (size_t i = 0; i < sizeof qualifiers / sizeof *qualifiers; i++)
    if (token_is(token, qualifiers[i]))
      return true;
  return count_specifier(token, &unused) || find_type_name(token, &name) || dialect_type(p, token, false) ||
         (p->test->dialect->type_count && token_is(token, "struct"));
}

bool parser_at_type(const Parser *p) { return token_begins_type(p, p->token); }

void parse_stars(Parser *p, Type *type) {
  while (p->test->dialect->pointers && type->pointers < LIMIT_POINTERS && parser_take(p, "*"))
    *type = type_pointer(*type);
}

// C17 6.7.2p2. False where C knows no such combination.
static bool combine(const Specifiers *s, BaseType *base) {
  if (s->signeds + s->unsigneds > 1 || s->ints > 1)
    return false;
  bool is_unsigned = s->unsigneds;
  unsigned lengths = (s->chars ? 1 : 0) + (s->shorts ? 1 : 0) + (s->longs ? 1 : 0) + (s->int128s ? 1 : 0);
  if (lengths > 1 || s->chars > 1 || s->shorts > 1 || s->longs > 2 || s->int128s > 1 ||
      (s->ints && (s->chars || s->int128s)))
    return false;
  if (s->chars)
    *base = is_unsigned ? BASE_UINT8 : s->signeds ? BASE_INT8 : BASE_CHAR;
  else if (s->shorts)
    *base = is_unsigned ? BASE_USHORT : BASE_SHORT;
  else if (s->longs == 1)
    *base = is_unsigned ? BASE_ULONG : BASE_LONG;
  else if (s->longs == 2)
    *base = is_unsigned ? BASE_ULONGLONG : BASE_LONGLONG;
  else if (s->int128s)
    *base = is_unsigned ? BASE_UINT128 : BASE_INT128;
  else
    *base = is_unsigned ? BASE_UINT : BASE_INT;
  return s->ints || s->signeds || s->unsigneds || lengths;
}

// A type of the dialect's own.
static bool parse_dialect_type(Parser *p, Type *type) {
  const DialectType *found = NULL;
  if (parser_take(p, "struct")) {
    found = dialect_type(p, p->token, true);
    if (!found)
      return parser_expected(p, "a structure that the dialect knows, such as 'srcu_struct'");
  }
  found = found ? found : dialect_type(p, p->token, false);
  parser_advance(p);
  type->base = found->base;
  return true;
}

// type := { 'const' | 'volatile' | '_Atomic' | '_Atomic' '(' type ')' | specifier | name of a type }
// `const` and `register` say nothing here and are dropped.
bool parse_type(Parser *p, Type *type) {
  size_t begin = p->token.span.offset;
  Specifiers specifiers = {0};
  unsigned named = 0, specified = 0;
  *type = (Type){.base = BASE_INT};
  if (dialect_type(p, p->token, false) || (p->test->dialect->type_count && parser_at(p, "struct")))
    return parse_dialect_type(p, type);
  for (;;) {
    TypeName name;
    if (count_specifier(p->token, &specifiers)) {
      specified = 1;
    } else if (find_type_name(p->token, &name)) {
      type->base = name.base;
      type->is_atomic |= name.is_atomic;
      named++;
    } else if (parser_at(p, "volatile")) {
      type->is_volatile = true;
    } else if (parser_at(p, "_Atomic")) {
      type->is_atomic = true;
      if (token_is(parser_peek(p), "(")) {
        Type inner;
        parser_advance(p);
        parser_advance(p);
        if (!parser_enter(p) || !parse_type(p, &inner) || !parser_expect(p, ")", "after the type in _Atomic(...)"))
          return false;
        parser_leave(p);
        type->base = inner.base;
        type->is_volatile |= inner.is_volatile;
        named++;
        continue;
      }
    } else if (!parser_at(p, "const") && !parser_at(p, "register")) {
      break;
    }
    parser_advance(p);
  }
  if (named + specified == 0)
    return parser_expected(p, "a type such as 'int' or 'atomic_int'");
  if (named + specified > 1 || (specified && !combine(&specifiers, &type->base)))
    return ERROR_AT(p, parser_span_from(p, begin), "C has no such type");
  return true;
}
