// Nodes of a campaign: machines of one kind, which a comparison has in one column. How a test's rate spreads between
// them, and which node is not as the others.
#pragma once
#include "harness/base/table.h"
#include "results/record.h"

typedef struct NodeEntry NodeEntry;
typedef struct NodeGroup NodeGroup;

// What each node counted. Nodes{.arena = ...} is none; nodes_free frees what is not the arena's.
typedef struct {
  Arena *arena;
  Table names, group_table;
  NodeGroup *groups; // of one cell and way: its iterations, what the condition asks for, and each state
  unsigned group_count;
  size_t group_capacity;
  NodeEntry *entries;
  size_t entry_count, entry_capacity;
} Nodes;

// A record that a node made, if it was a node's: of the comparison's cell, run in that way; `seen` is how often it saw
// what the condition asks for.
void nodes_add(Nodes *nodes, unsigned cell, unsigned way, uint64_t seen, const Record *record);
void nodes_free(Nodes *nodes);

// A node that shows a state at another rate than the others.
typedef struct {
  unsigned cell, way;
  const char *node, *state;
  uint64_t count, iterations;               // there
  uint64_t others_count, others_iterations; // on all others together
  unsigned others;
  double p; // of its difference by chance, among all that were compared (Holm): at most 0.05
} NodeOdd;

// The share of what a test's condition asks for, over the nodes of a cell and way.
typedef struct {
  unsigned cell, way, nodes;
  double least, median, most;
} NodeSpread;

typedef struct {
  NodeOdd *odd; // tenfold off, or a state that no other shows; what is told best first
  unsigned odd_count;
  NodeSpread *spreads; // where a node saw it; the widest first
  unsigned spread_count;
  unsigned slight; // differences beyond chance that are less than tenfold
  unsigned long compared;
} NodeFindings;

enum { NODES_FEWEST = 3 }; // that are compared

// Each node's share p of each state, as asin(sqrt(p)), which makes the variance independent of the share, is held
// against those of the other nodes by Student's t of the deleted residual, with two degrees of freedom fewer than there
// are nodes (Cook and Weisberg, Residuals and Influence in Regression, 1982, 2.2); the variance is taken to be at least
// that of independent iterations, 1/4N. Over all nodes, tests and states together the chance that any is named by
// chance is at most 5 % (Holm, Scand. J. Statistics 6, 1979). Several nodes that are off in the same way hide each
// other. Lives in the arena.
NodeFindings nodes_judge(Nodes *nodes);
