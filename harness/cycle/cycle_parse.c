// The words of a cycle, and how they are joined.
#include "harness/cycle/cycle.h"

#include <string.h>

typedef struct {
  const Vocabulary *words;
  const Source *source;
  Arena *arena;
  Diag *diag;
  EdgePattern *patterns;
  size_t capacity;
  unsigned count;
  const Annotation *first, *pending; // before the first edge; behind the last one read
} Reader;

// Takes a word off the text where it begins with it.
static bool take(const char **text, const char *word) {
  size_t length = strlen(word);
  if (strncmp(*text, word, length) != 0)
    return false;
  *text += length;
  return true;
}

static bool take_place(const char **text, bool *same) {
  *same = **text == 's';
  return take(text, "s") || take(text, "d");
}

static bool take_way(const char **text, Direction *direction, bool *any) {
  *direction = **text == 'W' ? DIRECTION_WRITE : DIRECTION_READ;
  *any = **text == '*';
  return take(text, "R") || take(text, "W") || take(text, "*");
}

static bool take_ways(const char **text, EdgePattern *out) {
  return take_place(text, &out->edge.same) && take_way(text, &out->edge.source, &out->any_source) &&
         take_way(text, &out->edge.target, &out->any_target);
}

static bool take_communication(const char **text, Edge *out) {
  static const struct {
    const char *word;
    EdgeKind kind;
    Direction source, target;
  } rows[] = {{"Rf", EDGE_RF, DIRECTION_WRITE, DIRECTION_READ},
              {"Co", EDGE_CO, DIRECTION_WRITE, DIRECTION_WRITE},
              {"Ws", EDGE_CO, DIRECTION_WRITE, DIRECTION_WRITE},
              {"Fr", EDGE_FR, DIRECTION_READ, DIRECTION_WRITE}};
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
    if (!strncmp(*text, rows[i].word, 2) && ((*text)[2] == 'e' || (*text)[2] == 'i')) {
      *out = (Edge){rows[i].kind, (*text)[2] == 'e', true, rows[i].source, rows[i].target, NULL, NULL, NULL, NULL};
      *text += 3;
      return true;
    }
  return false;
}

// "Isb" of "DpCtrlIsb".
static void take_controlled(const Vocabulary *words, const char **text, Edge *out) {
  for (unsigned i = 0; i < words->fence_count && !out->fence; i++)
    if (words->fences[i].control && take(text, words->fences[i].control))
      out->fence = &words->fences[i];
}

static bool take_dependency(const Vocabulary *words, const char **text, EdgePattern *out) {
  static const struct {
    const char *word;
    EdgeKind kind;
  } rows[] = {{"DpAddr", EDGE_ADDRESS}, {"DpData", EDGE_DATA}, {"DpCtrl", EDGE_CONTROL}, {"Ctrl", EDGE_CONTROL}};
  for (unsigned i = 0; i < sizeof rows / sizeof *rows && vocabulary_has_dependencies(words); i++)
    if (take(text, rows[i].word)) {
      out->edge.kind = rows[i].kind;
      out->edge.source = DIRECTION_READ;
      if (rows[i].kind == EDGE_CONTROL)
        take_controlled(words, text, &out->edge);
      bool good = take_place(text, &out->edge.same) && take_way(text, &out->edge.target, &out->any_target);
      if (rows[i].kind == EDGE_DATA && out->any_target) { // only what is written has data
        out->any_target = false;
        out->edge.target = DIRECTION_WRITE;
      }
      return good && (rows[i].kind != EDGE_DATA || out->edge.target == DIRECTION_WRITE);
    }
  return false;
}

static bool take_fence(const Vocabulary *words, const char **text, EdgePattern *out) {
  const char *begin = *text;
  out->edge.kind = EDGE_FENCE;
  for (unsigned i = 0; i < words->fence_count; i++, *text = begin) {
    out->edge.fence = &words->fences[i];
    if (take(text, words->fences[i].name) && take_ways(text, out))
      return true;
  }
  out->edge.fence = &words->fences[0];
  return take(text, "Fence") && take_ways(text, out);
}

static bool take_update(const Vocabulary *words, const char **text, Edge *out) {
  for (unsigned i = 0; i < words->update_count; i++)
    if (take(text, words->updates[i].name)) {
      const Update *update = &words->updates[i];
      while (update > words->updates && !strcmp(update[-1].word, update->word)) // of several names the first is printed
        update--;
      *out = (Edge){EDGE_UPDATE, false, true, DIRECTION_READ, DIRECTION_WRITE, NULL, update, NULL, NULL};
      return true;
    }
  return false;
}

static bool take_shape(const Vocabulary *words, const char **text, EdgePattern *out) {
  if (take_communication(text, &out->edge) || take_update(words, text, &out->edge))
    return true;
  if (take(text, "Po")) {
    out->edge.kind = EDGE_PO;
    return take_ways(text, out);
  }
  return take_dependency(words, text, out) || take_fence(words, text, out);
}

// The two annotations that are all of the text; none where it is empty.
static bool read_annotations(const Vocabulary *words, const char *text, Edge *out) {
  if (!*text)
    return true;
  // The longest first one may leave nothing for the second: then a shorter one.
  for (unsigned i = 0; i < words->annotation_count; i++) {
    const Annotation *from = &words->annotations[i];
    const char *rest = text;
    if (!take(&rest, from->name))
      continue;
    const Annotation *to = annotation_find(words, rest, strlen(rest));
    if (to && !rest[strlen(to->name)]) {
      out->from = from;
      out->to = to;
      return true;
    }
  }
  return false;
}

static bool read_edge(const Vocabulary *words, const char *word, EdgePattern *out) {
  const char *text = word;
  Span span = out->span;
  *out = (EdgePattern){.span = span};
  return take_shape(words, &text, out) && read_annotations(words, text, &out->edge);
}

// Says of an access what it is. False where something else was said.
static bool annotate(const Annotation **place, const Annotation *annotation) {
  if (annotation && *place && *place != annotation)
    return false;
  if (annotation)
    *place = annotation;
  return true;
}

static bool report_clash(Reader *r, Span span, const Annotation *one, const Annotation *other) {
  return diag_error_at(r->diag, r->source, span, "an access is both %s and %s", one->name, other->name);
}

static bool read_word(Reader *r, const char *word, Span span) {
  const Annotation *annotation = annotation_find(r->words, word, strlen(word));
  if (annotation && !word[strlen(annotation->name)]) {
    const Annotation **place = r->count ? &r->pending : &r->first;
    return annotate(place, annotation) || report_clash(r, span, annotation, *place);
  }
  EdgePattern pattern = {.span = span};
  if (!read_edge(r->words, word, &pattern))
    return diag_error_at(r->diag, r->source, span, "no edge or annotation of the dialect %s", r->words->dialect);
  if (!r->count && !annotate(&pattern.edge.from, r->first))
    return report_clash(r, span, pattern.edge.from, r->first);
  if (!annotate(&pattern.edge.from, r->pending))
    return report_clash(r, span, pattern.edge.from, r->pending);
  if (r->count && !annotate(&r->patterns[r->count - 1].edge.to, r->pending))
    return report_clash(r, span, r->patterns[r->count - 1].edge.to, r->pending);
  r->pending = NULL;
  r->patterns = arena_grow(r->arena, r->patterns, &r->capacity, r->count + (size_t)1, sizeof *r->patterns);
  r->patterns[r->count++] = pattern;
  return true;
}

// What stands before the first edge and behind the last.
static bool close_ends(Reader *r, bool cyclic) {
  Edge *first = &r->patterns[0].edge, *last = &r->patterns[r->count - 1].edge;
  Span span = r->patterns[r->count - 1].span;
  if (!annotate(&last->to, r->pending))
    return report_clash(r, span, last->to, r->pending);
  if (!cyclic)
    return true;
  if (!annotate(&last->to, r->first))
    return report_clash(r, span, last->to, r->first);
  if (!annotate(&first->from, r->pending))
    return report_clash(r, span, first->from, r->pending);
  return true;
}

bool edges_parse(const Vocabulary *words, const Source *source, bool cyclic, Arena *arena, EdgePattern **out,
                 unsigned *count, Diag *diag) {
  enum { WORDS = 4096 };
  Reader r = {.words = words, .source = source, .arena = arena, .diag = diag};
  static const char blanks[] = " \t\r\n,";
  size_t at = 0;
  for (unsigned n = 0;; n++) {
    at += strspn(source->bytes + at, blanks);
    size_t length = strcspn(source->bytes + at, blanks);
    if (!length)
      break;
    Span span = {at, length};
    if (n == WORDS)
      return diag_error_at(diag, source, span, "more than %d edges", WORDS);
    if (!read_word(&r, arena_copy(arena, source->bytes + at, length), span))
      return false;
    at += length;
  }
  if (at < source->length)
    return diag_error_at(diag, source, (Span){at, 1}, "edges are words");
  if (!r.count)
    return diag_error_at(diag, source, (Span){0, source->length}, "no edge");
  if (!close_ends(&r, cyclic))
    return false;
  *out = r.patterns;
  *count = r.count;
  return true;
}

// Takes what is open from the edge that it meets. False where two directions differ, or both are open.
static bool meet(Reader *r, EdgePattern *before, EdgePattern *after) {
  if (before->any_target && !after->any_source)
    before->edge.target = after->edge.source;
  if (after->any_source && !before->any_target)
    after->edge.source = before->edge.target;
  if (before->any_target && after->any_source)
    return diag_error_at(r->diag, r->source, after->span, "nothing says whether it begins with a read or a write");
  before->any_target = after->any_source = false;
  static const char *const names[] = {[DIRECTION_READ] = "a read", [DIRECTION_WRITE] = "a write"};
  if (before->edge.target != after->edge.source)
    return diag_error_at(r->diag, r->source, after->span, "it begins with %s, and what is before it ends in %s",
                         names[after->edge.source], names[before->edge.target]);
  const Annotation *said = before->edge.to;
  if (!annotate(&before->edge.to, after->edge.from))
    return report_clash(r, after->span, said, after->edge.from);
  after->edge.from = before->edge.to;
  return true;
}

bool cycle_parse(const Vocabulary *words, const Source *source, Arena *arena, Cycle *out, Diag *diag) {
  Reader r = {.words = words, .source = source, .arena = arena, .diag = diag};
  if (!edges_parse(words, source, true, arena, &r.patterns, &r.count, diag))
    return false;
  if (r.count > CYCLE_EDGES)
    return diag_error_at(diag, source, r.patterns[CYCLE_EDGES].span, "a cycle of more than %d edges", CYCLE_EDGES);
  for (unsigned i = 0; i < r.count; i++)
    if (!meet(&r, &r.patterns[i], &r.patterns[(i + 1) % r.count]))
      return false;
  *out = (Cycle){.words = words, .count = r.count};
  for (unsigned i = 0; i < r.count; i++)
    out->edges[i] = r.patterns[i].edge;
  const char *why = cycle_settle(out);
  return !why || diag_error_at(diag, source, (Span){0, source->length}, "%s", why);
}
