// Tokens to statements: definitions, checks, and the files that a model includes.
#include "harness/base/embedded.h"
#include "harness/base/source.h"
#include "harness/base/text.h"
#include "harness/model/cat_parser.h"

#include <string.h>

enum {
  INCLUDE_DEPTH_LIMIT = 16,
  INCLUDE_LIMIT = 200 // files read
};

typedef struct {
  CatStatement *items;
  size_t count, capacity;
} StatementList;

static bool parse_statements(CatParser *p, StatementList *list);
static bool parse_file(CatParsing *all, const Source *source, const char *folder, bool is_prelude, StatementList *list,
                       const char **title);

static CatStatement *add_statement(CatParser *p, StatementList *list, StatementKind kind, const CatToken *first) {
  list->items = arena_grow(p->all->arena, list->items, &list->capacity, list->count + 1, sizeof *list->items);
  CatStatement *s = &list->items[list->count++];
  *s = (CatStatement){.kind = kind, .is_prelude = p->is_prelude, .source = p->source, .span = first->span};
  return s;
}

static CatBlock to_block(StatementList list) { return (CatBlock){list.items, (unsigned)list.count}; }

// test := '~'? ('acyclic' | 'irreflexive' | 'empty') expr ('as' NAME)?
static bool parse_test(CatParser *p, StatementList *list, TestRole role) {
  const CatToken *first = p->at;
  CatStatement *s = add_statement(p, list, STATEMENT_TEST, first);
  size_t at = list->count - 1;
  s->role = role;
  s->negated = cat_parser_accept(p, CAT_TOKEN_TILDE);
  if (cat_parser_accept(p, CAT_TOKEN_ACYCLIC))
    s->test = TEST_ACYCLIC;
  else if (cat_parser_accept(p, CAT_TOKEN_IRREFLEXIVE))
    s->test = TEST_IRREFLEXIVE;
  else if (cat_parser_accept(p, CAT_TOKEN_EMPTY))
    s->test = TEST_EMPTY;
  else
    return cat_parser_error(p, "acyclic, irreflexive or empty");
  CatExpr *e = cat_parse_expr(p);
  if (!e)
    return false;
  s = &list->items[at];
  s->expr = e;
  s->span = cat_parser_span(p, first);
  return !cat_parser_accept(p, CAT_TOKEN_AS) || (s->name = cat_parser_name(p, "a name for the check"));
}

// statement := 'let' 'rec'? bindings ('when' test)? 'in'?
static bool parse_let_statement(CatParser *p, StatementList *list) {
  const CatToken *first = p->at++;
  bool rec = cat_parser_accept(p, CAT_TOKEN_REC);
  CatBinding *bindings = NULL;
  unsigned count = 0;
  if (!cat_parse_bindings(p, &bindings, &count))
    return false;
  CatStatement *s = add_statement(p, list, rec ? STATEMENT_LET_REC : STATEMENT_LET, first);
  s->bindings = bindings;
  s->binding_count = count;
  s->span = cat_parser_span(p, first);
  if (rec && cat_parser_accept(p, CAT_TOKEN_WHEN) && !parse_test(p, list, ROLE_CHECK))
    return false;
  cat_parser_accept(p, CAT_TOKEN_IN);
  return true;
}

// show and unshow choose what a picture has in it; they are read and left.
static bool parse_show(CatParser *p) {
  const CatToken *first = p->at++;
  if (first->kind == CAT_TOKEN_SHOW) {
    const CatToken *t = p->at;
    while (t->kind == CAT_TOKEN_NAME && t[1].kind == CAT_TOKEN_COMMA)
      t += 2;
    bool names = t->kind == CAT_TOKEN_NAME && t > p->at;
    if (!names)
      return cat_parse_base(p) && (!cat_parser_accept(p, CAT_TOKEN_AS) || cat_parser_name(p, "a name"));
  }
  do
    if (!cat_parser_name(p, "a name"))
      return false;
  while (cat_parser_accept(p, CAT_TOKEN_COMMA));
  return true;
}

// A name that stays inside the folder.
static bool is_tame(const char *name) {
  if (name[0] == '/' || strcmp(name, "..") == 0 || strncmp(name, "../", 3) == 0 || strstr(name, "/../"))
    return false;
  size_t n = strlen(name);
  return n > 0 && !(n >= 3 && strcmp(name + n - 3, "/..") == 0);
}

// A file to include, and the folder that it was found in.
typedef struct {
  const Source *source;
  const char *folder; // NULL: it is built in
  Text looked;        // where it was looked for
} Found;

static void look_in(CatParser *p, const char *folder, const char *name, Found *found) {
  if (found->source || !folder)
    return;
  Diag unread = {.arena = p->all->arena};
  const char *path = arena_printf(p->all->arena, "%s/%s", folder, name);
  found->source = source_read_file(path, CAT_FILE_LIMIT, p->all->arena, &unread);
  found->folder = folder;
  text_printf(&found->looked, "%s%s", found->looked.length ? ", " : " in ", folder);
}

static void look_built_in(CatParser *p, const char *name, Found *found) {
  for (const Embedded *f = embedded_arch; f->path && !found->source; f++)
    if (strcmp(f->path, name) == 0 && strstr(name, ".cat")) {
      Source *source = ARENA_NEW(p->all->arena, Source);
      *source = (Source){.name = f->path, .bytes = f->bytes, .length = f->length};
      found->source = source;
      found->folder = NULL;
    }
}

// A file of the model's own folder among those built in: "prelude.cat", which is read before every model; or one that
// stands for another tool's of its name, which could not be read here.
static void look_in_own(CatParser *p, const char *name, Found *found) {
  const char *path = p->all->as->path, *slash = strchr(path, '/');
  look_built_in(p, arena_printf(p->all->arena, "%.*s/%s", (int)(slash - path), path, name), found);
}

static bool find_include(CatParser *p, const CatToken *t, Found *found) {
  const CatOptions *options = p->all->options;
  if (is_tame(t->text)) {
    look_in_own(p, t->text, found);
    p->all->stood_in |= found->source != NULL;
    look_in(p, p->folder, t->text, found);
    if (options && options->folder && (!p->folder || strcmp(options->folder, p->folder) != 0))
      look_in(p, options->folder, t->text, found);
    for (const char *const *path = options ? options->paths : NULL; path && *path; path++)
      look_in(p, *path, t->text, found);
    look_built_in(p, t->text, found);
  }
  if (!found->source)
    diag_error_at(p->all->diag, p->source, t->span, "cannot read \"%s\"%s%s", t->text,
                  found->looked.length ? ": it was looked for"
                  : is_tame(t->text)   ? ": no folder was named to look in"
                                       : "",
                  text_string(&found->looked));
  text_free(&found->looked);
  return found->source != NULL;
}

// statement := 'include' STRING
static bool parse_include(CatParser *p, StatementList *list) {
  p->at++;
  CatParsing *all = p->all;
  if (p->at->kind != CAT_TOKEN_STRING)
    return cat_parser_error(p, "the name of a file, in quotes");
  const CatToken *t = p->at++;
  if (all->include_depth >= INCLUDE_DEPTH_LIMIT || all->includes >= INCLUDE_LIMIT)
    return diag_error_at(all->diag, p->source, t->span, "too many files are included; does one include itself?");
  Found found = {0};
  if (!find_include(p, t, &found))
    return false;
  const char *dot = strrchr(t->text, '.');
  all->bell |= dot && !strcmp(dot, ".bell");
  all->includes++;
  all->include_depth++;
  const char *title;
  bool good = parse_file(all, found.source, found.folder, p->is_prelude, list, &title);
  all->include_depth--;
  return good;
}

// statement := 'procedure' 'rec'? NAME pattern '=' statements 'end'
static bool parse_procedure(CatParser *p, StatementList *list) {
  const CatToken *first = p->at++;
  CatStatement s = {.recursive = cat_parser_accept(p, CAT_TOKEN_REC)};
  StatementList body = {0};
  if (!(s.name = cat_parser_name(p, "the procedure's name")) || !cat_parse_pattern(p, false, &s.params) ||
      !cat_parser_expect(p, CAT_TOKEN_EQUAL) || !parse_statements(p, &body) ||
      !cat_parser_expect(p, CAT_TOKEN_END_WORD))
    return false;
  CatStatement *made = add_statement(p, list, STATEMENT_PROCEDURE, first);
  made->name = s.name;
  made->params = s.params;
  made->recursive = s.recursive;
  made->body = to_block(body);
  return true;
}

// statement := 'call' NAME arg ('as' NAME)?
static bool parse_call(CatParser *p, StatementList *list) {
  const CatToken *first = p->at++, *called = p->at;
  const char *name = cat_parser_name(p, "a procedure's name");
  if (!name)
    return false;
  CatExpr *callee = cat_parser_new_expr(p, CAT_NAME, called, 0);
  callee->name = name;
  CatExpr *argument;
  if (p->at->kind == CAT_TOKEN_NAME) {
    argument = cat_parser_new_expr(p, CAT_NAME, p->at, 0);
    argument->name = (p->at++)->text;
  } else if (!cat_parser_begins_simple(p->at)) {
    return cat_parser_error(p, "the procedure's arguments");
  } else if (!(argument = cat_parse_simple(p))) {
    return false;
  }
  CatStatement *s = add_statement(p, list, STATEMENT_CALL, first);
  s->expr = callee;
  s->argument = argument;
  s->span = cat_parser_span(p, first);
  return !cat_parser_accept(p, CAT_TOKEN_AS) || (s->name = cat_parser_name(p, "a name for the call"));
}

// statement := 'forall' NAME 'in' expr 'do' statements 'end'
static bool parse_forall(CatParser *p, StatementList *list) {
  const CatToken *first = p->at++;
  StatementList body = {0};
  const char *name = cat_parser_name(p, "a name");
  CatExpr *e = NULL;
  if (!name || !cat_parser_expect(p, CAT_TOKEN_IN) || !(e = cat_parse_expr(p)) || !cat_parser_expect(p, CAT_TOKEN_DO) ||
      !parse_statements(p, &body) || !cat_parser_expect(p, CAT_TOKEN_END_WORD))
    return false;
  CatStatement *s = add_statement(p, list, STATEMENT_FORALL, first);
  s->name = name;
  s->expr = e;
  s->body = to_block(body);
  return true;
}

// statement := 'with' NAME 'from' expr
static bool parse_with(CatParser *p, StatementList *list) {
  const CatToken *first = p->at++;
  const char *name = cat_parser_name(p, "a name");
  CatExpr *e = NULL;
  if (!name || !cat_parser_expect(p, CAT_TOKEN_FROM) || !(e = cat_parse_expr(p)))
    return false;
  CatStatement *s = add_statement(p, list, STATEMENT_WITH, first);
  s->name = name;
  s->expr = e;
  s->span = cat_parser_span(p, first);
  return true;
}

// statement := 'if' variants statements ('else' statements)? 'end'; what the variants leave out is left out
static bool parse_if_statement(CatParser *p, StatementList *list) {
  p->at++;
  bool holds = false;
  StatementList left_out = {0};
  if (!cat_parse_variants(p, &holds) || !parse_statements(p, holds ? list : &left_out))
    return false;
  if (cat_parser_accept(p, CAT_TOKEN_ELSE) && !parse_statements(p, holds ? &left_out : list))
    return false;
  return cat_parser_expect(p, CAT_TOKEN_END_WORD);
}

// statement := 'match' expr 'with' '||'? clause ('||' clause)* 'end';  clause := (TAG | '_') '->' statements
static bool parse_match_statement(CatParser *p, StatementList *list) {
  const CatToken *first = p->at++;
  CatExpr *e = cat_parse_expr(p);
  if (!e || !cat_parser_expect(p, CAT_TOKEN_WITH))
    return false;
  cat_parser_accept(p, CAT_TOKEN_BARBAR);
  CatBlockClause *clauses = NULL;
  size_t count = 0, capacity = 0;
  do {
    StatementList body = {0};
    CatBlockClause c = {0};
    if (p->at->kind == CAT_TOKEN_TAG)
      c.tag = (p->at++)->text;
    else if (!cat_parser_expect(p, CAT_TOKEN_UNDERSCORE))
      return false;
    if (!cat_parser_expect(p, CAT_TOKEN_ARROW) || !parse_statements(p, &body))
      return false;
    c.body = to_block(body);
    clauses = arena_grow(p->all->arena, clauses, &capacity, count + 1, sizeof c);
    clauses[count++] = c;
  } while (cat_parser_accept(p, CAT_TOKEN_BARBAR));
  CatStatement *s = add_statement(p, list, STATEMENT_MATCH, first);
  s->expr = e;
  s->clauses = clauses;
  s->clause_count = (unsigned)count;
  s->span = cat_parser_span(p, first);
  return cat_parser_expect(p, CAT_TOKEN_END_WORD);
}

// statement := 'enum' NAME '=' '||'? TAG ('||' TAG)*
static bool parse_enum(CatParser *p, StatementList *list) {
  const CatToken *first = p->at++;
  const char *name = cat_parser_name(p, "the name of the enumeration");
  if (!name || !cat_parser_expect(p, CAT_TOKEN_EQUAL))
    return false;
  cat_parser_accept(p, CAT_TOKEN_BARBAR);
  const char **tags = NULL;
  size_t count = 0, capacity = 0;
  do {
    if (p->at->kind != CAT_TOKEN_TAG)
      return cat_parser_error(p, "a tag");
    tags = arena_grow(p->all->arena, tags, &capacity, count + 1, sizeof *tags);
    tags[count++] = (p->at++)->text;
  } while (cat_parser_accept(p, CAT_TOKEN_BARBAR));
  CatStatement *s = add_statement(p, list, STATEMENT_ENUM, first);
  s->name = name;
  s->tags = tags;
  s->tag_count = (unsigned)count;
  s->span = cat_parser_span(p, first);
  return true;
}

// statement := ('instructions' | 'default') NAME '[' args ']': what annotations a language of its own takes. Read and
// left: our programs have theirs from the architecture.
static bool parse_instructions(CatParser *p) {
  p->at++;
  CatExprList list = {0};
  return cat_parser_name(p, "a name") && cat_parser_expect(p, CAT_TOKEN_LBRACKET) &&
         cat_parse_args(p, CAT_TOKEN_RBRACKET, &list);
}

static bool parse_statement(CatParser *p, StatementList *list) {
  switch (p->at->kind) {
  case CAT_TOKEN_LET:
    return parse_let_statement(p, list);
  case CAT_TOKEN_UNDEFINED_UNLESS:
    p->at++;
    return parse_test(p, list, ROLE_UNDEFINED_UNLESS);
  case CAT_TOKEN_FLAG:
    p->at++;
    return parse_test(p, list, ROLE_FLAG);
  case CAT_TOKEN_ASSERT:
    p->at++;
    return parse_test(p, list, ROLE_ASSERT);
  case CAT_TOKEN_TILDE:
  case CAT_TOKEN_ACYCLIC:
  case CAT_TOKEN_IRREFLEXIVE:
  case CAT_TOKEN_EMPTY:
    return parse_test(p, list, ROLE_CHECK);
  case CAT_TOKEN_SHOW:
  case CAT_TOKEN_UNSHOW:
    return parse_show(p);
  case CAT_TOKEN_INCLUDE:
    return parse_include(p, list);
  case CAT_TOKEN_PROCEDURE:
    return parse_procedure(p, list);
  case CAT_TOKEN_CALL:
    return parse_call(p, list);
  case CAT_TOKEN_FORALL:
    return parse_forall(p, list);
  case CAT_TOKEN_WITH:
    return parse_with(p, list);
  case CAT_TOKEN_IF:
    return parse_if_statement(p, list);
  case CAT_TOKEN_MATCH:
    return parse_match_statement(p, list);
  case CAT_TOKEN_ENUM:
    return parse_enum(p, list);
  case CAT_TOKEN_INSTRUCTIONS:
  case CAT_TOKEN_DEFAULT:
    return parse_instructions(p);
  case CAT_TOKEN_DEBUG:
    p->at++;
    return cat_parse_expr(p) != NULL;
  default:
    return cat_parser_error(p, "a definition or a check");
  }
}

static bool ends_block(CatTokenKind kind) {
  return kind == CAT_TOKEN_END || kind == CAT_TOKEN_END_WORD || kind == CAT_TOKEN_ELSE || kind == CAT_TOKEN_BARBAR;
}

// statements := statement*
static bool parse_statements(CatParser *p, StatementList *list) {
  if (p->all->depth >= CAT_DEPTH_LIMIT)
    return cat_parser_error(p, "a block that is not nested so deep");
  p->all->depth++;
  while (!ends_block(p->at->kind))
    if (!parse_statement(p, list))
      return false;
  p->all->depth--;
  return true;
}

// model := (NAME NAME | NAME STRING | NAME | STRING)? 'catdep'? statements. 'catdep': the model
// makes its dependencies of register events, or a file that it includes does so for it.
static bool parse_file(CatParsing *all, const Source *source, const char *folder, bool is_prelude, StatementList *list,
                       const char **title) {
  const CatToken *tokens = cat_lex(source, all->arena, all->diag);
  if (!tokens)
    return false;
  CatParser p = {.all = all, .source = source, .folder = folder, .at = tokens, .is_prelude = is_prelude};
  *title = NULL;
  if (p.at->kind == CAT_TOKEN_NAME)
    *title = (p.at++)->text;
  if (p.at->kind == CAT_TOKEN_STRING || (*title && p.at->kind == CAT_TOKEN_NAME))
    *title = (p.at++)->text;
  if (p.at->kind == CAT_TOKEN_CATDEP) {
    if (!all->catdep_source) {
      all->catdep_source = source;
      all->catdep = p.at->span;
    }
    p.at++;
  }
  return parse_statements(&p, list) && (p.at->kind == CAT_TOKEN_END || cat_parser_error(&p, "a definition or a check"));
}

// What every model of this architecture may use.
static bool parse_preludes(CatParsing *all, StatementList *list) {
  Source *prelude = ARENA_NEW(all->arena, Source);
  *prelude = (Source){.name = "prelude.cat", .bytes = cat_prelude, .length = strlen(cat_prelude)};
  const char *none;
  if (!parse_file(all, prelude, NULL, true, list, &none))
    return false;
  Found own = {0};
  look_in_own(&(CatParser){.all = all}, "prelude.cat", &own);
  return !own.source || parse_file(all, own.source, NULL, true, list, &none);
}

bool cat_parse_tree(const Source *source, const Model *as, const CatOptions *options, Arena *arena, Diag *diag,
                    CatTree *tree) {
  CatParsing all = {.as = as, .options = options, .arena = arena, .diag = diag};
  StatementList list = {0};
  const Source *bell = options ? options->bell : NULL;
  if (!parse_preludes(&all, &list) || (bell && !parse_file(&all, bell, options->folder, false, &list, &tree->title)) ||
      !parse_file(&all, source, options ? options->folder : NULL, false, &list, &tree->title))
    return false;
  if (all.catdep_source && !all.stood_in)
    return diag_error_at(diag, all.catdep_source, all.catdep,
                         "'catdep': this model makes its dependencies of register events (rf-reg, iico), which "
                         "executions here do not have; addr, data and ctrl are given");
  tree->block = to_block(list);
  tree->bell = bell || all.bell;
  return true;
}
