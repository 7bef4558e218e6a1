// Functions that are given what they share and where they put results, as the threads of a program:
// void f(struct shared *, struct result *). Of the shared memory only the size is known.
#pragma once
#include "harness/code/listing.h"

typedef struct {
  const char *name; // the program's
  const Listing *listing;
  const InstructionSet *set;
  const char *const *functions;
  unsigned function_count;
  const char *const *results; // names of the result's members, each of 64 bits
  unsigned result_count;
  bool alone;               // the only function, which may read what others left in the result: it is a location too
  bool shows_memory;        // the elements of the shared memory are observables, behind the results
  CodeLayout *layout;       // of the shared memory: touched where it is seen to be accessed
  const EventValue *memory; // what its elements are at first; NULL: 0
  const EventValue *before; // `alone`: what the results are at first; NULL: 0
  const CodeCallee *callees;
  bool rmw_is_one_event;
  unsigned unroll;
} SharedThreads;

enum { SHARED_LOCATION, RESULT_LOCATION }; // the program's first locations

// The program, in `arena`: its observables are the results. It is one of the layout as it was; if `layout->changed`
// now, it is to be made again. NULL, each error reported with its place, where an instruction is not understood, a
// function is not there, or two threads assign one result.
Program *shared_program(const SharedThreads *from, Arena *arena, Diag *diag);
