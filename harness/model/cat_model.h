// A checked model, and the machine that evaluates it. Private to cat*.c.
#pragma once
#include "harness/model/cat_syntax.h"

// What of an execution something depends on. What depends on a part only need not be computed again until that part
// changes (Execution.path_serial, value_serial).
typedef enum { PART_PATH, PART_VALUE, PART_ORDER, PART_COUNT } Part;

typedef struct Machine Machine;

// A base set or relation: computed from the execution.
typedef struct {
  const char *name;
  bool is_set, communicates; // what is apart is not in what communicates
  Part part;
  void (*compute)(const Machine *m, uint64_t *out);
} Base;

extern const Base cat_bases[];
extern const unsigned cat_base_count;

typedef enum {
  PRIMITIVE_DOMAIN,
  PRIMITIVE_RANGE,
  PRIMITIVE_CLASSES_LOC,
  PRIMITIVE_CLASSES,
  PRIMITIVE_LINEARISATIONS,
  PRIMITIVE_DIFFERENT_VALUES,
  PRIMITIVE_INTER_TRANSITIVE,
  PRIMITIVE_FROMTO,
  PRIMITIVE_FAIL,
  PRIMITIVE_COUNT
} Primitive;

extern const char *const cat_primitives[PRIMITIVE_COUNT];

// What is defined at the top of a model.
typedef struct {
  const char *name;
  const CatStatement *statement; // that defines it: let, let rec, with, procedure, enum
  const CatBinding *binding;     // of let and let rec
  unsigned first;                // slot of the pattern's first name
  Part part;
  unsigned next; // an earlier global in the same bucket of the table of names, plus one
} Global;

enum { NAME_BUCKETS = 512, GLOBAL_LIMIT = 8192, ARCH_SET_LIMIT = 64 };

typedef enum {
  VALUE_EMPTY,    // of any type
  VALUE_UNIVERSE, // of any type
  VALUE_SET,
  VALUE_RELATION,
  VALUE_EVENT,
  VALUE_PAIR,
  VALUE_TUPLE,
  VALUE_TAG,
  VALUE_LIST,
  VALUE_FUNCTION,
  VALUE_PRIMITIVE,
  VALUE_PROCEDURE,
} CatValueKind;

struct Env;

enum { EXTENT_DEPTHS = 256 }; // an extent: how many items there are within items, times this, plus how deep they are

typedef struct CatValue {
  CatValueKind kind;
  unsigned a, b; // event; pair; tag; primitive; count of items, and their extent (EXTENT_DEPTHS)
  union {
    uint64_t *bits;
    struct CatValue *items; // a tuple's, or a list's: in order, each once
    const CatExpr *function;
    const CatStatement *procedure;
  };
  const struct Env *env; // of functions and procedures
} CatValue;

// Local names, innermost first. `definition` (in `definition_env`) is what the name stands for, for explanations; it
// may be NULL.
typedef struct Env {
  CatValue value;
  const struct Env *up;
  const CatExpr *definition;
  const struct Env *definition_env;
} Env;

// Memory that is used again from the start each time its part of the execution changes: chunks of the model's arena.
typedef struct Chunk {
  struct Chunk *next;
  size_t size;
  char *bytes;
} Chunk;

typedef struct {
  Chunk *first, *current;
  size_t used; // of the current chunk
} Pool;

typedef struct {
  CatValue value;
  uint64_t generation;
} Kept;

struct Machine {
  CatModel *model;
  const Execution *execution;
  unsigned n, words;
  size_t relation_size; // words of a relation
  Pool pools[PART_COUNT];
  Part pool; // in use
  // Something kept is valid while its generation is that of its part.
  uint64_t generation[PART_COUNT], generations;
  Kept *globals, *bases;
  const Program *program;
  uint64_t path_serial, value_serial;
  // The tags seen in the program, and the architecture's sets that each is in
  struct {
    const char *text;
    uint64_t sets;
  } * tags;
  size_t tag_count, tag_capacity;
  // One run
  uint64_t steps;
  size_t memory;
  unsigned depth;
  const char *error; // NULL: none yet
  const Source *error_source;
  Span error_span;
  bool hopeless;     // the error is a limit: `try` does not help
  char message[160]; // of an error that is put together
  bool trial;        // every definition is computed, and no check ends the run
  bool undefined;
  const char *flag;
  uint64_t flags;
  bool has_race;
  unsigned race[2];
  bool explain;
  Arena *arena; // of the explanation
  CatVerdict *verdict;
};

struct CatModel {
  Arena *arena;
  const Model *as;
  const char *title;
  CatBlock block;
  Global *globals;
  size_t global_count, global_capacity;
  unsigned buckets[NAME_BUCKETS]; // latest global of the bucket, plus one
  const char *arch_sets[ARCH_SET_LIMIT];
  unsigned arch_set_count;
  uint64_t apart;    // those whose events are neither reads nor writes until the model makes them so
  const char **tags; // of enumerations
  size_t tag_count, tag_capacity;
  bool implies_coherence, implies_atomicity;
  const char *flags[CAT_FLAG_LIMIT];
  unsigned flag_count;
  Machine machine;
};

// Finds what each name means, and fills in `model->globals`; false with errors in `diag`.
bool cat_resolve(CatModel *model, Diag *diag);
// Whether some check at the top has a shape that is known to forbid whatever is not coherent, or torn (cat_shape.c).
bool cat_shows_coherence(const CatModel *model);
bool cat_shows_atomicity(const CatModel *model);
// The latest global of a name; NULL where there is none.
const Global *cat_global(const CatModel *model, const char *name);

void *machine_alloc(Machine *m, size_t size); // from the pool in use, not cleared
uint64_t *machine_set(Machine *m);            // cleared
uint64_t *machine_relation(Machine *m);       // cleared
uint64_t *machine_fresh_relation(Machine *m); // not cleared
CatValue *machine_new_items(Machine *m, unsigned count);
Relation machine_relation_of(const Machine *m, uint64_t *bits);
EventSet machine_set_of(const Machine *m, uint64_t *bits);
bool value_empty(const Machine *m, CatValue v);
// Ends the run with an error at an expression; VALUE_EMPTY, for the caller to return.
CatValue machine_fail(Machine *m, const CatExpr *e, const char *message);
// The same of a value that is of another kind than was expected: "a relation".
CatValue machine_expected(Machine *m, const CatExpr *e, const char *wanted, CatValue v);
void machine_limit(Machine *m, const CatExpr *e, const char *message);
const char *value_kind_name(CatValueKind kind); // "a set of events"

CatValue cat_eval(Machine *m, const CatExpr *e, const Env *env);
CatValue cat_eval_primitive(Machine *m, const CatExpr *e, Primitive primitive, CatValue argument);
CatValue machine_global(Machine *m, unsigned slot);
CatValue machine_base(Machine *m, unsigned index);
const Env *machine_bind(Machine *m, const CatExpr *e, const CatPattern *pattern, CatValue value, const Env *env);
CatValue machine_call(Machine *m, const CatExpr *e, CatValue function, CatValue argument);
bool machine_items(Machine *m, const CatExpr *e, CatValue v, CatValue **items, unsigned *count);
void pool_reset(Pool *pool);
CatValue machine_items_value(Machine *m, const CatExpr *e, CatValueKind kind, CatValue *items, unsigned count);
CatValue machine_list(Machine *m, const CatExpr *e, CatValue *items, unsigned count); // sorts, drops doubles

// The bits of a value that stands for a relation or a set; an error, and something harmless, where it does not.
Relation machine_as_relation(Machine *m, const CatExpr *e, CatValue v);
EventSet machine_as_set(Machine *m, const CatExpr *e, CatValue v);
CatValue value_relation(uint64_t *bits);
CatValue value_set(uint64_t *bits);
int value_compare(Machine *m, CatValue a, CatValue b);
uint64_t cat_sets_named(const CatModel *model, const char *names); // the architecture's sets of a list, a bit each
uint64_t machine_tag_sets(Machine *m, const char *tags);

// Whether a statement at the top is a check that, where it fails on an execution whose reads have not all a source and
// whose writes are not all ordered, fails on every one that this becomes (cat_growth.c).
bool cat_check_grows(const CatModel *model, const CatStatement *s);

// Fills in axiom, cycle and edges of m->verdict for the check that failed.
void cat_explain(Machine *m, const CatStatement *test, const Env *env);
// Fills in m->race from what raised a flag.
void cat_explain_race(Machine *m, const CatStatement *test, const Env *env);
// Fills in the steps of m->verdict: all that synchronises.
void cat_explain_steps(Machine *m);
