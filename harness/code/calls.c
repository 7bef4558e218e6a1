// Calls within a listing: the lines of what is called stand behind the line that calls it, once for each call.
#include "harness/code/listing.h"

#include <string.h>

enum { FOLLOWED_LINES = 1 << 14, FOLLOWED_DEPTH = 64 };

typedef struct {
  const Listing *listing;
  const CodeCallee *callees;
  Arena *arena;
  Diag *diag;
  CodeLine *lines;
  size_t count, capacity;
  unsigned *after; // by scope: the line behind the call
  size_t scope_count, scope_capacity;
  const ListedFunction *open[FOLLOWED_DEPTH]; // those that have not ended
  unsigned depth;
} Following;

static bool add_function(Following *f, const ListedFunction *function, unsigned scope);

static bool is_known(const CodeCallee *callees, const char *name) {
  while (callees && callees->name && strcmp(callees->name, name) != 0)
    callees++;
  return callees && callees->name;
}

static unsigned add_scope(Following *f) {
  f->after = arena_grow(f->arena, f->after, &f->scope_capacity, f->scope_count + 1, sizeof *f->after);
  f->after[f->scope_count] = 0;
  return (unsigned)f->scope_count++;
}

static unsigned add_line(Following *f, CodeLine line, unsigned scope) {
  f->lines = arena_grow(f->arena, f->lines, &f->capacity, f->count + 1, sizeof *f->lines);
  line.scope = scope;
  f->lines[f->count] = line;
  return (unsigned)f->count++;
}

static bool refuse(const Following *f, const CodeLine *line, const char *why) {
  const char *name = line->calls;
  return diag_error_at(f->diag, f->listing->source, line->span, why, name);
}

// A function that is called, or gone to, from a line that was added last.
static bool add_call(Following *f, const ListedFunction *callee) {
  unsigned caller = (unsigned)f->count - 1;
  for (unsigned i = 0; i < f->depth; i++)
    if (f->open[i] == callee)
      return refuse(f, &f->lines[caller], "'%s' calls itself, which is not followed");
  unsigned scope = add_scope(f);
  f->lines[caller].enters = (unsigned)f->count;
  if (!add_function(f, callee, scope))
    return false;
  f->after[scope] = add_line(f, (CodeLine){.is_end = true}, scope) + 1;
  return true;
}

static bool add_function(Following *f, const ListedFunction *function, unsigned scope) {
  if (function->unresolved.length)
    return diag_error_at(f->diag, f->listing->source, function->unresolved,
                         "'%s' refers to what lies outside of it, which is not followed", function->name);
  if (f->depth == FOLLOWED_DEPTH || f->count + function->line_count > FOLLOWED_LINES)
    return diag_error_at(f->diag, f->listing->source, function->span,
                         "'%s' with what it calls is beyond 16384 instructions or 64 calls", function->name);
  f->open[f->depth++] = function;
  for (unsigned i = 0; i < function->line_count; i++) {
    const CodeLine *line = &function->lines[i];
    const ListedFunction *callee =
        line->calls && !is_known(f->callees, line->calls) ? listing_find(f->listing, line->calls) : NULL;
    add_line(f, *line, scope);
    if (callee && !add_call(f, callee))
      return false;
  }
  f->depth--;
  return true;
}

bool listing_follow(const Listing *listing, const ListedFunction *function, const CodeCallee *callees, Arena *arena,
                    Diag *diag, ListedFunction *out) {
  Following f = {.listing = listing, .callees = callees, .arena = arena, .diag = diag};
  if (!add_function(&f, function, add_scope(&f)))
    return false;
  for (size_t i = 0; i < f.count; i++)
    f.lines[i].after = f.after[f.lines[i].scope];
  *out = *function;
  out->lines = f.lines;
  out->line_count = (unsigned)f.count;
  return true;
}
