// What cycles may say of a dialect's accesses: the rows of C's dialects; those of CPUs are in arch.
#pragma once
#include "arch/vocabulary.h"
#include "harness/lang/dialect.h"

typedef enum { DIRECTION_READ, DIRECTION_WRITE } Direction;

// Of a dialect of C or of a CPU's assembly, by its name. NULL: no cycles are written in it.
const Vocabulary *vocabulary_of(const char *dialect);
// By the first `length` bytes of text, the longest that they begin with; NULL: none.
const Annotation *annotation_find(const Vocabulary *words, const char *text, size_t length);
bool vocabulary_has_dependencies(const Vocabulary *words);
bool annotation_is_plain(const Annotation *annotation);
