// The weakest orders with which nothing forbidden can happen, of the user's own C.
//
// As relax.h has it for tests, but what is judged is the machine code that each of the builds makes of the file with
// other orders in its text (lang/code_orders.h): of it, that is, and not of C11. One place is one word of the text,
// whichever threads run it. Each is given the weakest order with which every build's code keeps the file's grades and
// ends its waits; in the end each step further is refuted by one build's code, with the orders as they are then.
// Code that was judged is not judged again: many orders are the same instructions.
#pragma once
#include "harness/lang/code_orders.h"
#include "harness/study/relax.h"
#include "harness/study/users_check.h"

typedef struct {
  const CheckBuild *builds; // all must forbid
  unsigned build_count;
  const Judge *judges; // of model_all
  UsersOptions options;
  bool explain; // objections tell their executions
  const Stop *stop;
  void (*progress)(void *context, const char *what); // NULL
  void *context;
} RelaxCodeOptions;

typedef struct {
  ObjectionKind kind;      // OBJECTION_MUTE: no compiler takes such an order there
  const CheckBuild *build; // whose code; NULL of OBJECTION_NONE
  const char *what, *explanation;
} CodeObjection;

typedef struct {
  const char *order; // by name
  CodeObjection objection;
} CodeStep;

typedef struct {
  const CodeOrder *order;
  bool used;                 // else the text there is of no code, and nothing is said of it
  const char *begun, *found; // by name
  CodeStep steps[ORDER_STEPS];
  unsigned step_count;
} CodePlace;

typedef struct {
  CodeOrders orders;
  CodePlace *places;       // of each of the orders
  bool raised;             // as written it does not do, so that relaxing began with seq_cst everywhere
  CodeObjection written;   // then: why not
  CodeObjection strongest; // if even these do not do: why not, and nothing was relaxed
  bool partial;            // some step could not be decided: it was not taken
  bool interrupted;        // what was not looked at by then is as it began
  unsigned judged, asked;  // machine codes, of how many that were compiled
} CodeRelaxed;

// All it points at must outlive it; it lives in `arena`. A file that does not compile as it is, or names no order, has
// no places, and `diag` says why.
CodeRelaxed relax_code(const Source *given, const RelaxCodeOptions *options, Arena *arena, Diag *diag);
