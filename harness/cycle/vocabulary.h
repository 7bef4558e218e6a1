// What cycles may say of a dialect's accesses, as rows: the words of diy (Alglave, Maranget, Sarkar and Sewell, "Fences
// in weak memory models", CAV 2010; the manual of diy7, "Candidate relaxations" and "Annotations").
#pragma once
#include "harness/lang/dialect.h"

typedef enum { DIRECTION_READ, DIRECTION_WRITE } Direction;

// How an access is made. An annotation is known by its address.
typedef struct {
  const char *name;     // "Rel"
  const char *load;     // the order of such a read, "plain": not atomic; NULL: there is none
  const char *store;    // of such a write
  const char *update;   // of both accesses of an update
  const char *failure;  // of the read of an update that fails, where an operation has an order of its own for it
  const char *exchange; // not NULL: the write is an exchange whose value nobody looks at, in this order
} Annotation;

typedef struct {
  const char *name; // "FenceRel"; names of tests have it in small letters
  const char *order;
} FenceWord;

// What makes both accesses of an edge from a read to the write next to it.
typedef struct {
  const char *name; // "Exch"
  const char *word; // in names of tests
  AccessOp op;
} Update;

typedef struct {
  const Dialect *dialect;
  const Annotation *annotations; // the first is that of accesses of which nothing is said
  unsigned annotation_count;
  bool silent;             // names of tests do not tell the first one
  bool typed;              // a location's type says whether it is atomic
  const FenceWord *fences; // the first is what `Fenced` means
  unsigned fence_count;
  const Update *updates;
  unsigned update_count;
} Vocabulary;

// NULL: no cycles are written in it.
const Vocabulary *vocabulary_of(const Dialect *dialect);
// By the first `length` bytes of text, the longest that they begin with; NULL: none.
const Annotation *annotation_find(const Vocabulary *words, const char *text, size_t length);
bool annotation_is_plain(const Annotation *annotation);
