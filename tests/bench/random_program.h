// Small litmus tests drawn at random, as text: the same number always gives the same test.
#pragma once
#include "arch/cpus.h"
#include "harness/base/text.h"
#include "harness/engine/kernel.h"

#include <string.h>

typedef struct {
  bool compiler_may_move; // some access is neither atomic nor volatile
} RandomTraits;

enum { RANDOM_LOCATIONS = 3, RANDOM_REGISTERS = 24, RANDOM_THREADS = 3 };

typedef struct {
  const char *type;
  bool is_atomic, is_volatile;
  unsigned length; // 1: no array
  int writer;      // where one thread alone writes to it; -1: any may
} RandomLocation;

typedef struct {
  uint64_t random;
  Text *out;
  RandomTraits traits;
  bool constant; // for the perpetual engine: loads, and stores of constants by one thread alone
  bool relaxed;  // no other memory order
  unsigned thread_count, location_count;
  RandomLocation locations[RANDOM_LOCATIONS];
  unsigned registers[RANDOM_THREADS]; // r0, r1, ...
  unsigned thread, room;              // accesses that this thread may still make
  unsigned last;                      // the location that it wrote to last
} RandomProgram;

static inline unsigned random_below(RandomProgram *p, unsigned limit) { return kernel_random_below(&p->random, limit); }

static inline bool random_percent(RandomProgram *p, unsigned percent) { return random_below(p, 100) < percent; }

#define RANDOM_PICK(p, list) (list)[random_below((p), sizeof(list) / sizeof *(list))]

// ---- Orders

static inline const char *random_load_order(RandomProgram *p) {
  static const char *const orders[] = {"relaxed", "relaxed", "acquire", "acquire", "seq_cst", "seq_cst", "consume"};
  return p->relaxed ? "relaxed" : RANDOM_PICK(p, orders);
}

static inline const char *random_store_order(RandomProgram *p) {
  static const char *const orders[] = {"relaxed", "release", "seq_cst"};
  return p->relaxed ? "relaxed" : RANDOM_PICK(p, orders);
}

static inline const char *random_order(RandomProgram *p) {
  static const char *const orders[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst", "seq_cst"};
  return p->relaxed ? "relaxed" : RANDOM_PICK(p, orders);
}

// ---- Expressions

static inline void random_value(RandomProgram *p, unsigned depth);

static inline void random_constant(RandomProgram *p) {
  static const char *const extremes[] = {"-1", "127", "255", "-128", "32768", "65535", "0x7fffffff", "0xffffffff"};
  if (random_percent(p, 8))
    text_add(p->out, RANDOM_PICK(p, extremes));
  else
    text_printf(p->out, "%u", random_below(p, 3) + 1);
}

// A number that every location and register of the program can hold: a condition may ask for no other.
static inline unsigned random_held(RandomProgram *p) {
  bool has_bool = false;
  for (unsigned l = 0; l < p->location_count; l++)
    has_bool |= !strcmp(p->locations[l].type, "bool");
  return random_below(p, has_bool ? 2 : 3);
}

// A location that this thread may write to; any where there is none.
static inline unsigned random_location(RandomProgram *p, bool to_write) {
  unsigned location = random_below(p, p->location_count);
  for (unsigned i = 0; to_write && i < p->location_count; i++) {
    int writer = p->locations[location].writer;
    if (writer < 0 || (unsigned)writer == p->thread)
      break;
    location = (location + 1) % p->location_count;
  }
  return location;
}

// "x", "y + 1", "y + (r0 & 1)".
static inline void random_address(RandomProgram *p, unsigned location) {
  text_add_char(p->out, (char)('x' + location));
  if (p->locations[location].length == 1)
    return;
  unsigned registers = p->registers[p->thread];
  if (registers && random_percent(p, 50))
    text_printf(p->out, " + (r%u & 1)", random_below(p, registers));
  else if (random_percent(p, 50))
    text_add(p->out, " + 1");
}

static inline void random_plain(RandomProgram *p, unsigned location) {
  text_add(p->out, "*(");
  random_address(p, location);
  text_add_char(p->out, ')');
  p->traits.compiler_may_move |= !p->locations[location].is_volatile;
}

// Mostly of another location than was written to last: that is where order is lost.
static inline void random_load(RandomProgram *p) {
  unsigned location = random_location(p, false);
  if (location == p->last && random_percent(p, 60))
    location = (location + 1) % p->location_count;
  if (p->room)
    p->room--;
  if (!p->locations[location].is_atomic) {
    random_plain(p, location);
    return;
  }
  if (random_percent(p, 8)) {
    text_add(p->out, "atomic_load(");
    random_address(p, location);
    text_add_char(p->out, ')');
    return;
  }
  text_add(p->out, "atomic_load_explicit(");
  random_address(p, location);
  text_printf(p->out, ", memory_order_%s)", random_load_order(p));
}

// An atomic location, or -1 where there is none.
static inline int random_atomic(RandomProgram *p) {
  unsigned location = random_location(p, true);
  for (unsigned i = 0; i < p->location_count; i++, location = (location + 1) % p->location_count)
    if (p->locations[location].is_atomic)
      return (int)location;
  return -1;
}

static inline void random_modify(RandomProgram *p) {
  static const char *const operations[] = {"exchange", "exchange",  "fetch_add", "fetch_sub", "fetch_and",
                                           "fetch_or", "fetch_xor", "fetch_max", "fetch_min"};
  int location = random_atomic(p);
  if (location < 0) {
    random_load(p);
    return;
  }
  if (p->room)
    p->room--;
  bool is_bool = !strcmp(p->locations[location].type, "bool");
  text_printf(p->out, "atomic_%s_explicit(", is_bool ? "exchange" : RANDOM_PICK(p, operations));
  random_address(p, (unsigned)location);
  text_add(p->out, ", ");
  random_value(p, 2);
  text_printf(p->out, ", memory_order_%s)", random_order(p));
}

// Made from registers where there are any.
static inline void random_arithmetic(RandomProgram *p, unsigned depth) {
  static const char *const operators[] = {"+", "-", "*", "&", "|", "^", "==", "!=", "<", ">=", "&&", "||"};
  static const char *const casts[] = {"uint8_t", "int8_t", "int16_t", "uint16_t", "int", "unsigned int", "int64_t"};
  unsigned a = random_below(p, p->registers[p->thread]);
  switch (random_below(p, 9)) {
  case 0:
    text_printf(p->out, "r%u", a);
    break;
  case 1:
    text_printf(p->out, "(r%u ^ r%u)", a, a);
    break;
  case 2:
    text_printf(p->out, "((r%u & 0) + %u)", a, random_below(p, 3) + 1);
    break;
  case 3:
    text_printf(p->out, "%sr%u", random_percent(p, 50) ? "-" : random_percent(p, 50) ? "~" : "!", a);
    break;
  case 4:
    text_printf(p->out, "(%s)r%u", RANDOM_PICK(p, casts), a);
    break;
  case 5:
    text_printf(p->out, "(r%u %s %u)", a, random_percent(p, 50) ? "<<" : ">>", random_below(p, 7));
    break;
  case 6:
    text_printf(p->out, "(r%u %s %u)", a, random_percent(p, 50) ? "/" : "%", random_below(p, 3) + 2);
    break;
  default:
    text_add_char(p->out, '(');
    random_value(p, depth + 1);
    text_printf(p->out, " %s ", RANDOM_PICK(p, operators));
    random_value(p, depth + 1);
    text_add_char(p->out, ')');
  }
}

static inline void random_value(RandomProgram *p, unsigned depth) {
  if (p->constant || depth > 2 || random_percent(p, 55))
    random_constant(p);
  else if (p->room && random_percent(p, 20))
    random_load(p);
  else if (p->room && random_percent(p, 10))
    random_modify(p);
  else if (p->registers[p->thread])
    random_arithmetic(p, depth);
  else
    random_constant(p);
}

// ---- Statements

static inline void random_statement(RandomProgram *p, unsigned depth);

static inline void random_indent(RandomProgram *p, unsigned depth) { text_repeat(p->out, ' ', 2 * depth); }

static inline void random_store(RandomProgram *p) {
  unsigned location = random_location(p, true);
  int writer = p->locations[location].writer;
  if (writer >= 0 && (unsigned)writer != p->thread)
    return;
  p->last = location;
  if (p->room)
    p->room--;
  if (!p->locations[location].is_atomic) {
    random_plain(p, location);
    text_add(p->out, " = ");
    random_value(p, 0);
    text_add(p->out, ";\n");
    return;
  }
  text_add(p->out, "atomic_store_explicit(");
  random_address(p, location);
  text_add(p->out, ", ");
  random_value(p, 0);
  text_printf(p->out, ", memory_order_%s);\n", random_store_order(p));
}

// The register of the type of some location, mostly.
static inline const char *random_register_type(RandomProgram *p) {
  static const char *const types[] = {"int", "int64_t", "uint32_t", "uint64_t", "int16_t"};
  return random_percent(p, 85) ? p->locations[random_below(p, p->location_count)].type : RANDOM_PICK(p, types);
}

static inline void random_compare_exchange(RandomProgram *p, unsigned depth) {
  static const char *const orders[][2] = {{"relaxed", "relaxed"}, {"acquire", "acquire"}, {"acquire", "relaxed"},
                                          {"release", "relaxed"}, {"acq_rel", "acquire"}, {"seq_cst", "seq_cst"},
                                          {"seq_cst", "relaxed"}};
  int location = random_atomic(p);
  if (location < 0)
    return;
  const char *const *order = p->relaxed ? orders[0] : RANDOM_PICK(p, orders);
  unsigned expected = p->registers[p->thread]++, result = p->registers[p->thread]++;
  text_printf(p->out, "%s r%u = %u;\n", p->locations[location].type, expected, random_below(p, 3));
  random_indent(p, depth);
  text_printf(p->out, "int r%u = atomic_compare_exchange_%s_explicit(", result,
              random_percent(p, 70) ? "strong" : "weak");
  p->registers[p->thread] = expected; // what is declared here is not read here
  random_address(p, (unsigned)location);
  text_printf(p->out, ", &r%u, ", expected);
  random_value(p, 2);
  text_printf(p->out, ", memory_order_%s, memory_order_%s);\n", order[0], order[1]);
  p->registers[p->thread] = result + 1;
  if (p->room)
    p->room--;
}

static inline void random_fence(RandomProgram *p) {
  static const char *const orders[] = {"relaxed", "acquire", "release", "acq_rel", "seq_cst", "seq_cst", "seq_cst"};
  const Cpu *here = cpu_here();
  if (here && here->fence_count && random_percent(p, 20)) {
    const CpuFence *fence = &here->fences[random_below(p, here->fence_count)];
    if (!fence->feature) {
      text_printf(p->out, "cpu_fence(\"%s\");\n", fence->name);
      return;
    }
  }
  text_printf(p->out, "atomic_%s_fence(memory_order_%s);\n", random_percent(p, 15) ? "signal" : "thread",
              RANDOM_PICK(p, orders));
}

// Registers declared in a block are not seen after it.
static inline void random_block(RandomProgram *p, unsigned depth) {
  unsigned registers = p->registers[p->thread];
  text_add(p->out, "{\n");
  random_statement(p, depth + 1);
  if (random_percent(p, 40))
    random_statement(p, depth + 1);
  random_indent(p, depth);
  text_add_char(p->out, '}');
  p->registers[p->thread] = registers;
}

static inline void random_branch(RandomProgram *p, unsigned depth) {
  text_add(p->out, "if (");
  random_arithmetic(p, 1);
  text_add(p->out, ") ");
  random_block(p, depth);
  if (random_percent(p, 40)) {
    text_add(p->out, " else ");
    random_block(p, depth);
  }
  text_add_char(p->out, '\n');
}

static inline void random_declare(RandomProgram *p) {
  unsigned reg = p->registers[p->thread];
  text_printf(p->out, "%s r%u = ", random_register_type(p), reg);
  if (!p->constant && random_percent(p, 25))
    random_modify(p);
  else if (p->constant || random_percent(p, 85))
    random_load(p);
  else
    random_value(p, 0);
  text_add(p->out, ";\n");
  p->registers[p->thread] = reg + 1;
}

// In blocks nothing is declared: its name would be taken again after them.
static inline void random_statement(RandomProgram *p, unsigned depth) {
  unsigned registers = p->registers[p->thread];
  random_indent(p, depth);
  if (random_percent(p, 12)) {
    random_fence(p);
  } else if (!p->constant && depth == 1 && registers && random_percent(p, 12)) {
    random_branch(p, depth);
  } else if (!p->constant && depth == 1 && registers + 2 < RANDOM_REGISTERS && random_percent(p, 10)) {
    random_compare_exchange(p, depth);
  } else if (!p->constant && registers && random_percent(p, 6)) {
    text_printf(p->out, "r%u = ", random_below(p, registers));
    random_value(p, 0);
    text_add(p->out, ";\n");
  } else if (!p->constant && random_percent(p, 4)) {
    random_modify(p);
    text_add(p->out, ";\n");
  } else if (depth == 1 && registers + 1 < RANDOM_REGISTERS && random_percent(p, 52)) {
    random_declare(p);
  } else {
    random_store(p);
  }
}

static inline void random_parameters(RandomProgram *p) {
  for (unsigned l = 0; l < p->location_count; l++) {
    const RandomLocation *location = &p->locations[l];
    text_printf(p->out, "%s%s%s* %c", l ? ", " : "",
                location->is_atomic     ? "_Atomic "
                : location->is_volatile ? "volatile "
                                        : "",
                location->type, (char)('x' + l));
  }
}

static inline void random_thread(RandomProgram *p, unsigned thread) {
  p->thread = thread;
  p->last = p->location_count;
  p->room = 2 + random_below(p, p->thread_count == 2 ? 3 : 2);
  text_printf(p->out, "P%u (", thread);
  random_parameters(p);
  text_add(p->out, ") {\n");
  if (random_percent(p, 50)) {
    random_indent(p, 1);
    random_store(p);
  }
  for (unsigned statements = 0; p->room && statements < 6; statements++)
    random_statement(p, 1);
  text_add(p->out, "}\n\n");
}

// ---- The rest of a test

static inline void random_locations(RandomProgram *p) {
  static const char *const types[] = {"int8_t",  "uint8_t",  "int16_t", "uint16_t", "uint32_t", "int64_t",
                                      "int64_t", "uint64_t", "char",    "bool",     "__int128"};
  enum { WIDE_ENOUGH = 2, NOT_TOO_WIDE = 6 };
  bool all_int = random_percent(p, 60);
  unsigned first_writer = random_below(p, p->thread_count);
  p->location_count = random_percent(p, 15) ? 1 : random_percent(p, 65) ? 2 : 3;
  for (unsigned l = 0; l < p->location_count; l++) {
    RandomLocation *location = &p->locations[l];
    const char *type = p->constant ? types[WIDE_ENOUGH + random_below(p, NOT_TOO_WIDE)] : RANDOM_PICK(p, types);
    bool is_atomic = random_percent(p, 88);
    *location = (RandomLocation){.type = all_int ? "int" : type,
                                 .is_atomic = is_atomic,
                                 .is_volatile = !is_atomic && (p->constant || random_percent(p, 60)),
                                 .length = !p->constant && random_percent(p, 5) ? 2 : 1,
                                 .writer = p->constant ? (int)((first_writer + l) % p->thread_count) : -1};
  }
}

static inline void random_init(RandomProgram *p) {
  if (!p->constant && random_percent(p, 4))
    text_printf(p->out, "Layout=x:%u\n", random_below(p, 4) * 16);
  text_add_char(p->out, '{');
  for (unsigned l = 0; l < p->location_count; l++) {
    const RandomLocation *location = &p->locations[l];
    if (location->length > 1)
      text_printf(p->out, " %s%s %c[%u] = {%u, %u};", location->is_atomic ? "_Atomic " : "", location->type,
                  (char)('x' + l), location->length, random_below(p, 2), random_below(p, 2));
    else if (random_percent(p, 15))
      text_printf(p->out, " %c = %u;", (char)('x' + l), random_held(p));
  }
  text_add(p->out, " }\n\n");
}

// "1:r0", "x", "y[1]"; chosen by a number below random_observables.
static inline void random_observable(RandomProgram *p, unsigned index) {
  for (unsigned t = 0; t < p->thread_count; t++) {
    if (index < p->registers[t]) {
      text_printf(p->out, "%u:r%u", t, index);
      return;
    }
    index -= p->registers[t];
  }
  for (unsigned l = 0; l < p->location_count; l++) {
    const RandomLocation *location = &p->locations[l];
    if (index < location->length) {
      text_add_char(p->out, (char)('x' + l));
      if (location->length > 1)
        text_printf(p->out, "[%u]", index);
      return;
    }
    index -= location->length;
  }
}

static inline unsigned random_observables(const RandomProgram *p) {
  unsigned count = 0;
  for (unsigned t = 0; t < p->thread_count; t++)
    count += p->registers[t];
  for (unsigned l = 0; l < p->location_count && !(p->constant && count); l++)
    count += p->locations[l].length;
  return count;
}

static inline void random_comparison(RandomProgram *p, unsigned observables) {
  random_observable(p, random_below(p, observables));
  text_printf(p->out, "=%u", random_held(p));
}

static inline void random_end(RandomProgram *p) {
  static const char *const quantifiers[] = {"exists", "exists", "exists", "~exists", "forall"};
  unsigned observables = random_observables(p);
  text_add(p->out, "locations [");
  for (unsigned o = 0; o < observables; o++)
    if (o == 0 || random_percent(p, 85)) {
      random_observable(p, o);
      text_add(p->out, "; ");
    }
  text_add(p->out, "]\n");
  if (random_percent(p, 4)) {
    text_add(p->out, "filter (");
    random_comparison(p, observables);
    text_add(p->out, ")\n");
  }
  text_printf(p->out, "%s (", RANDOM_PICK(p, quantifiers));
  random_comparison(p, observables);
  if (random_percent(p, 70)) {
    text_add(p->out, random_percent(p, 80) ? " /\\ " : " \\/ ");
    random_comparison(p, observables);
  }
  text_add(p->out, ")\n");
}

// The `index`-th test of the seed.
static inline RandomTraits random_program(uint64_t seed, unsigned index, Text *out) {
  RandomProgram p = {.random = seed * 0x9e3779b97f4a7c15u + (index + 1) * 0xbf58476d1ce4e5b9u, .out = out};
  p.random += !p.random;
  for (unsigned i = 0; i < 8; i++)
    (void)random_below(&p, 2);
  p.constant = random_percent(&p, 35);
  p.relaxed = random_percent(&p, 30);
  p.thread_count = random_percent(&p, 80) ? 2 : 3;
  random_locations(&p);
  text_printf(out, "C random-%llu-%u\n", (unsigned long long)seed, index);
  random_init(&p);
  for (unsigned t = 0; t < p.thread_count; t++)
    random_thread(&p, t);
  random_end(&p);
  return p.traits;
}
