#include "harness/cycle/vocabulary.h"

#include <string.h>

static const Annotation c11_annotations[] = {
    {"Rlx", "relaxed", "relaxed", "relaxed", "relaxed", NULL},
    {"Acq", "acquire", NULL, "acquire", "acquire", NULL},
    {"Rel", NULL, "release", "release", "relaxed", NULL},
    {"AR", NULL, NULL, "acq_rel", "acquire", NULL},
    {"Sc", "seq_cst", "seq_cst", "seq_cst", "seq_cst", NULL},
    {"Con", "consume", NULL, NULL, NULL, NULL},
    {"Na", "plain", "plain", NULL, NULL, NULL},
    {"XRlx", NULL, NULL, NULL, NULL, "relaxed"},
    {"XAcq", NULL, NULL, NULL, NULL, "acquire"},
    {"XRel", NULL, NULL, NULL, NULL, "release"},
    {"XAR", NULL, NULL, NULL, NULL, "acq_rel"},
    {"XSc", NULL, NULL, NULL, NULL, "seq_cst"},
};

static const FenceWord c11_fences[] = {
    {"FenceSc", "seq_cst"}, {"FenceAcq", "acquire"}, {"FenceRel", "release"}, {"FenceAR", "acq_rel"}};

static const Update c11_updates[] = {{"Exch", "rmw", ACCESS_EXCHANGE},
                                     {"Rmw", "rmw", ACCESS_EXCHANGE},
                                     {"Amo.Swp", "rmw", ACCESS_EXCHANGE},
                                     {"Amo.Cas", "amo.cas", ACCESS_COMPARE_EXCHANGE},
                                     {"Amo.LdAdd", "amo.ldadd", ACCESS_FETCH_ADD}};

// As the kernel's own tests are called: tools/memory-model/litmus-tests/README.
static const Annotation linux_annotations[] = {
    {"Once", "once", "once", "once", NULL, NULL},
    {"Acquire", "acquire", NULL, "acquire", NULL, NULL},
    {"Release", NULL, "release", "release", NULL, NULL},
    {"Mb", NULL, NULL, "full", NULL, NULL},
    {"Plain", "plain", "plain", NULL, NULL, NULL},
    {"XOnce", NULL, NULL, NULL, NULL, "once"},
    {"XAcquire", NULL, NULL, NULL, NULL, "acquire"},
    {"XRelease", NULL, NULL, NULL, NULL, "release"},
    {"XMb", NULL, NULL, NULL, NULL, "full"},
};

static const FenceWord linux_fences[] = {{"FenceMb", "mb"}, {"FenceRmb", "rmb"}, {"FenceWmb", "wmb"}};

static const Update linux_updates[] = {{"Rmw", "rmw", ACCESS_EXCHANGE},
                                       {"Exch", "rmw", ACCESS_EXCHANGE},
                                       {"Amo.Swp", "rmw", ACCESS_EXCHANGE},
                                       {"Amo.Cas", "amo.cas", ACCESS_COMPARE_SWAP}};

#define ROWS(rows) (rows), sizeof(rows) / sizeof *(rows)
static const Vocabulary vocabularies[] = {
    {&dialect_c11, ROWS(c11_annotations), true, true, ROWS(c11_fences), ROWS(c11_updates)},
    {&dialect_linux, ROWS(linux_annotations), false, false, ROWS(linux_fences), ROWS(linux_updates)},
};

const Vocabulary *vocabulary_of(const Dialect *dialect) {
  for (size_t i = 0; i < sizeof vocabularies / sizeof *vocabularies; i++)
    if (vocabularies[i].dialect == dialect)
      return &vocabularies[i];
  return NULL;
}

const Annotation *annotation_find(const Vocabulary *words, const char *text, size_t length) {
  const Annotation *found = NULL;
  for (unsigned i = 0; i < words->annotation_count; i++) {
    const Annotation *row = &words->annotations[i];
    size_t own = strlen(row->name);
    if (own <= length && !memcmp(row->name, text, own) && (!found || own > strlen(found->name)))
      found = row;
  }
  return found;
}

bool annotation_is_plain(const Annotation *annotation) {
  return annotation->load && !strcmp(annotation->load, "plain");
}
