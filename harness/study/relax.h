// The weakest orders with which nothing can happen that a test forbids.
//
// Places are taken in turn, fences first, then updates, stores and loads, and each is given the weakest order
// (lang/orders.h) with which every judge still forbids what the test asks for, a data race, and a wait that never ends.
// Weaker orders never forbid more (RC11 is monotone in them: Lahav, Vafeiadis, Kang, Hur, Dreyer, "Repairing sequential
// consistency in C/C++11", PLDI 2017; so are the CPUs' models and their mappings), so what was refused once stays
// refused, and the end is a minimum: each step further is refuted by an execution of the test as it is then. Threads
// of the same code are one place, unless `per_thread`: then it is a minimum of what changes in all of them together.
// There may be other minima. Oberhauser and others, "VSync: push-button verification and optimization for
// synchronization primitives on weak memory models", ASPLOS 2021, ask the same of locks.
#pragma once
#include "harness/base/stop.h"
#include "harness/cost/cost.h"
#include "harness/lang/orders.h"
#include "harness/model/judge.h"

typedef struct {
  const Judge *judges; // all of them that can speak of the test must forbid
  unsigned judge_count;
  double seconds;   // of one decision of one of them
  bool per_thread;  // threads of the same code are places of their own; else they are changed together
  bool explain;     // objections tell their executions
  const Stop *stop; // polled; NULL
  void (*progress)(void *context, const char *what); // NULL
  void *context;
} RelaxOptions;

// Why orders do not do.
typedef enum {
  OBJECTION_NONE,  // they do
  OBJECTION_STATE, // an execution ends in a state that the test asks for
  OBJECTION_RACE,  // ... or has a data race
  OBJECTION_HANG,  // ... or waits for ever
  OBJECTION_OPEN,  // a judge cannot tell: nothing is claimed
  OBJECTION_MUTE   // it has no word on such a test: it is no judge of it
} ObjectionKind;

typedef struct {
  ObjectionKind kind;
  const Judge *judge;
  const char *what;        // "1:r0=1; 1:r1=0;"; of a race "", of a wait the threads, else why it is not known
  const char *explanation; // that execution, in lines; NULL unless asked for
} Objection;

typedef struct {
  const Order *order; // NULL: the fence left out
  Objection objection;
} RelaxStep;

typedef struct {
  double ns;
  bool known, stable; // cost/rows.h
} RelaxPrice;

// A place; where threads are of the same code, the same place of each.
typedef struct {
  OrderSite *sites;
  unsigned count;
  const char *name;                     // "P0, P1: store in line 4", which is P0's line
  const Order *written, *begun, *order; // as written, as relaxing began, as it ended; NULL: no fence
  RelaxStep steps[ORDER_STEPS];         // further down, each refuted
  unsigned step_count;
  RelaxPrice begun_price, price; // on this machine
} RelaxPlace;

typedef struct {
  const Test *test;    // as written
  const Test *made;    // with the orders found
  bool raised;         // as written it does not do, so that relaxing began with every order as strong as it can be
  Objection written;   // then: why not
  Objection strongest; // if even these do not do: why not, and nothing was relaxed
  const Judge *judges; // those that can speak of it
  unsigned judge_count;
  RelaxPlace *places;
  unsigned place_count;
  bool partial;     // some judge could not decide some step: it was not taken
  bool interrupted; // what was not looked at by then is as it began
} Relaxed;

// All it points at must outlive it; it lives in `arena`.
Relaxed relax(const Test *test, const RelaxOptions *options, Arena *arena);

// Measures what the orders as they began and as they ended cost here, each place alone.
void relax_price(Relaxed *relaxed, Cost *cost, CostKeepOn *keep_on, void *context);
