// A code file: the user's own functions as the threads of a test.
#pragma once
#include "harness/lang/test.h"

#include <stdint.h>

typedef enum { GRADE_ACCEPTABLE, GRADE_INTERESTING, GRADE_FORBIDDEN } GradeKind;

typedef struct {
  GradeKind kind;
  const char *text, *sentence; // "a != b", "a torn read"; the sentence may be ""
  const Expr *holds;           // its registers are results
} Grade;

typedef struct {
  const char *name;   // "writer"
  const char *symbol; // "wm_thread_writer": void f(struct wm_shared *, struct wm_result *)
} CodeFunction;

typedef struct CodeFile {
  const char *name;      // "seqlock", of seqlock.c or seqlock.o
  const char *path;      // as the user named it
  const char *story;     // the first comment of its C; "" if there is none
  const char *object;    // the path of the object file
  const char *digest;    // SHA-256 of what the user wrote (or, of an object, gave), in hexadecimal
  CodeFunction *threads; // in the order of the file
  unsigned thread_count;
  const char *init, *arbiter; // symbols of the same type; NULL: none
  uint64_t shared_bytes, shared_alignment;
  const char **results; // names; the k-th lies at 8 * k of struct wm_result, with 64 bits and a sign
  unsigned result_count;
  Grade *grades; // in the order of the file
  unsigned grade_count;
} CodeFile;
