// What a CPU's model allows the user's own code to do: the machine code of a code file's threads, on the memory that
// its init leaves, with what its arbiter makes of every end. Nothing is run.
#pragma once
#include "harness/lang/code_file.h"
#include "harness/model/judge.h"

typedef struct {
  Value *results;       // of CodeFile.results
  const Grade *grade;   // the worst that holds; NULL: acceptable
  const EventValue *at; // the state of the program that it comes of
  bool weak;            // of a forbidden one: sequential consistency forbids it for the same machine code
} UsersState;

typedef struct {
  const CodeFile *code;
  const Cpu *cpu;
  const Program *program; // of the threads; NULL: they could not be read
  const char *why;        // a sentence: what could not be read or decided; NULL: all was
  ModelResult result;     // the model's of the program
  UsersState *states;     // allowed, in order, each once
  unsigned state_count;
} UsersCode;

typedef struct {
  EnumerationLimits limits; // of each question to the model
  unsigned unroll;          // turns of a loop that values decide; 0: as test's programs have it
} UsersOptions;

// `listing`: of every function of the object, with the lines of its sources, which explanations show where the files
// can be read. `judges`: of model_all. All lives in `arena`; judges, file and listing must outlive it.
UsersCode users_code_judge(const CodeFile *code, const Cpu *cpu, const Source *listing, const Judge *judges,
                           const UsersOptions *options, Arena *arena);
// Whether not everything could be looked at, or nothing.
bool users_code_is_open(const UsersCode *code);
// How a state comes about, or why its CPU forbids it: event by event, with lines of the user's files.
void users_code_explain(const UsersCode *code, const EventValue *state, const Judge *judges,
                        const EnumerationLimits *limits, Arena *arena, Text *out);
// "a=1 b=0": its results; lives in `arena`.
const char *users_state_string(const CodeFile *code, const UsersState *state, Arena *arena);
