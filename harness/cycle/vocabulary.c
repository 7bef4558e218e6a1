#include "harness/cycle/vocabulary.h"
#include "arch/instruction.h"

#include <string.h>

static const Annotation c11_annotations[] = {
    {"Rlx", "relaxed", "relaxed", "relaxed", "relaxed", NULL, NULL, NULL},
    {"Acq", "acquire", NULL, "acquire", "acquire", NULL, NULL, NULL},
    {"Rel", NULL, "release", "release", "relaxed", NULL, NULL, NULL},
    {"AR", NULL, NULL, "acq_rel", "acquire", NULL, NULL, NULL},
    {"Sc", "seq_cst", "seq_cst", "seq_cst", "seq_cst", NULL, NULL, NULL},
    {"Con", "consume", NULL, NULL, NULL, NULL, NULL, NULL},
    {"Na", "plain", "plain", NULL, NULL, NULL, NULL, NULL},
    {"XRlx", NULL, NULL, NULL, NULL, "relaxed", NULL, NULL},
    {"XAcq", NULL, NULL, NULL, NULL, "acquire", NULL, NULL},
    {"XRel", NULL, NULL, NULL, NULL, "release", NULL, NULL},
    {"XAR", NULL, NULL, NULL, NULL, "acq_rel", NULL, NULL},
    {"XSc", NULL, NULL, NULL, NULL, "seq_cst", NULL, NULL},
};

static const FenceWord c11_fences[] = {{.name = "FenceSc", .order = "seq_cst"},
                                       {.name = "FenceAcq", .order = "acquire"},
                                       {.name = "FenceRel", .order = "release"},
                                       {.name = "FenceAR", .order = "acq_rel"}};

static const Update c11_updates[] = {{.name = "Exch", .word = "rmw", .op = ACCESS_EXCHANGE},
                                     {.name = "Rmw", .word = "rmw", .op = ACCESS_EXCHANGE},
                                     {.name = "Amo.Swp", .word = "rmw", .op = ACCESS_EXCHANGE},
                                     {.name = "Amo.Cas", .word = "amo.cas", .op = ACCESS_COMPARE_EXCHANGE},
                                     {.name = "Amo.LdAdd", .word = "amo.ldadd", .op = ACCESS_FETCH_ADD}};

// As the kernel's own tests are called: tools/memory-model/litmus-tests/README.
static const Annotation linux_annotations[] = {
    {"Once", "once", "once", "once", NULL, NULL, NULL, NULL},
    {"Acquire", "acquire", NULL, "acquire", NULL, NULL, NULL, NULL},
    {"Release", NULL, "release", "release", NULL, NULL, NULL, NULL},
    {"Mb", NULL, NULL, "full", NULL, NULL, NULL, NULL},
    {"Plain", "plain", "plain", NULL, NULL, NULL, NULL, NULL},
    {"XOnce", NULL, NULL, NULL, NULL, "once", NULL, NULL},
    {"XAcquire", NULL, NULL, NULL, NULL, "acquire", NULL, NULL},
    {"XRelease", NULL, NULL, NULL, NULL, "release", NULL, NULL},
    {"XMb", NULL, NULL, NULL, NULL, "full", NULL, NULL},
};

static const FenceWord linux_fences[] = {
    {.name = "FenceMb", .order = "mb"}, {.name = "FenceRmb", .order = "rmb"}, {.name = "FenceWmb", .order = "wmb"}};

static const Update linux_updates[] = {{.name = "Rmw", .word = "rmw", .op = ACCESS_EXCHANGE},
                                       {.name = "Exch", .word = "rmw", .op = ACCESS_EXCHANGE},
                                       {.name = "Amo.Swp", .word = "rmw", .op = ACCESS_EXCHANGE},
                                       {.name = "Amo.Cas", .word = "amo.cas", .op = ACCESS_COMPARE_SWAP}};

static const Vocabulary vocabularies[] = {
    {"c11", VOCABULARY_ROWS(c11_annotations), true, true, VOCABULARY_ROWS(c11_fences), VOCABULARY_ROWS(c11_updates),
     NULL},
    {"linux", VOCABULARY_ROWS(linux_annotations), false, false, VOCABULARY_ROWS(linux_fences),
     VOCABULARY_ROWS(linux_updates), NULL},
};

const Vocabulary *vocabulary_of(const char *dialect) {
  for (size_t i = 0; i < sizeof vocabularies / sizeof *vocabularies; i++)
    if (!strcmp(vocabularies[i].dialect, dialect))
      return &vocabularies[i];
  const AssemblyDialect *assembly;
  const InstructionSet *set = instructions_of_dialect(dialect, strlen(dialect), &assembly);
  return set ? set->cycles : NULL;
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

bool vocabulary_has_dependencies(const Vocabulary *words) { return !words->code || words->code->address; }

bool annotation_is_plain(const Annotation *annotation) {
  return annotation->load && !strcmp(annotation->load, "plain");
}
