// Cycles of edges between accesses, in the language of diy: text -> Cycle -> Test.
//
//   cycle := (edge | annotation)+         "PodWW Rfe PodRR Fre", "Rel PodWR Acq Fre Rel PodWR Acq Fre"
//   edge  := shape (annotation annotation)?   of its source and of its target: "PodWRRelAcq"
//   shape := ("Rf" | "Co" | "Ws" | "Fr") ("e" | "i")     from thread to thread, or within one
//          | "Po" place way way | fence place way way | "Dp" ("Addr" | "Data" | "Ctrl" [control]) place way | update
//   place := "s" | "d"                    the same location, or different ones
//   way   := "R" | "W" | "*"
//
// An annotation between two edges is of the access where they meet.
#pragma once
#include "harness/base/diag.h"
#include "harness/cycle/vocabulary.h"

typedef enum {
  EDGE_RF,
  EDGE_CO,
  EDGE_FR,
  EDGE_UPDATE,
  EDGE_PO,
  EDGE_FENCE,
  EDGE_ADDRESS,
  EDGE_DATA,
  EDGE_CONTROL
} EdgeKind;

typedef struct {
  EdgeKind kind;
  bool external; // to another thread
  bool same;     // location
  Direction source, target;
  const FenceWord *fence;      // EDGE_FENCE; EDGE_CONTROL: behind the branch; NULL there: none
  const Update *update;        // EDGE_UPDATE
  const Annotation *from, *to; // of its source and target; NULL: not said. Of a cycle's edges they are
} Edge;

enum { CYCLE_EDGES = 26 }; // at most: a location has one letter

// Its last edge is external. An edge's target is the source of the next one, the last one's that of the first.
typedef struct {
  const Vocabulary *words;
  Edge edges[CYCLE_EDGES];
  unsigned count;
} Cycle;

// What an edge may be as it is written: `*` leaves a direction open.
typedef struct {
  Edge edge;
  bool any_source, any_target;
  Span span;
} EdgePattern;

// The edges and annotations that a text names, in its order: `count` patterns, in `arena`. Annotations are put on the
// edges beside them; of the last on the first too where `cyclic`. False, reported with places, where there is an error.
bool edges_parse(const Vocabulary *words, const Source *source, bool cyclic, Arena *arena, EdgePattern **out,
                 unsigned *count, Diag *diag);

// The cycle that a text is. False, reported with places, where it is none.
bool cycle_parse(const Vocabulary *words, const Source *source, Arena *arena, Cycle *out, Diag *diag);

// Of edges whose directions meet: turned so that the last is external, what was not said of accesses is said, and of
// two edges that make the same program the one by its reason stands (`Rfi` for `PosWR` that reads what it follows).
// NULL, or a sentence that says why they are no cycle.
const char *cycle_settle(Cycle *cycle);

unsigned cycle_threads(const Cycle *cycle);
bool cycle_has_one_location(const Cycle *cycle);
// Whether what is a thread's order alone may be that of the location too: `PosWR` then is `Rfi`. And makes it that.
bool edge_may_be_of_location(const Edge *edge);
void edge_make_of_location(Edge *edge);

// "PodWRRelAcq", without the annotations where both are what is meant by none.
void edge_print(const Vocabulary *words, const Edge *edge, Text *out);
// "PodWR Fre PodWR Fre".
void cycle_print(const Cycle *cycle, Text *out);
