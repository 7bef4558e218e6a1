// Four bytes, aligned or not: within a line, across the end of one, across the end of a page.
#define COST_UNIT alignment
#define COST_ATTRIBUTES __attribute__((no_sanitize("alignment")))
#include "harness/cost/operation.h"

// What these macros take are declarations, statements and initialisers: parentheses would break them.
// NOLINTBEGIN(bugprone-macro-parentheses)

// Plain accesses that the compiler knows to be misaligned; volatile, so that each of them happens.
typedef struct {
  volatile uint32_t value;
} __attribute__((packed)) Loose;

#define LOOSE Loose *at = (Loose *)worker->at
// Atomic ones it takes to be aligned, as the instruction is the same; whether the CPU bears it, it is asked first.
#define ATOMIC _Atomic uint32_t *at = (_Atomic uint32_t *)(void *)worker->at

COST_BODY(load_plain, LOOSE, (void)at->value;)
COST_BODY(store_plain, LOOSE, at->value = 1;)
COST_BODY(load_atomic, ATOMIC, (void)atomic_load_explicit(at, memory_order_relaxed);)
COST_BODY(store_atomic, ATOMIC, atomic_store_explicit(at, 1, memory_order_relaxed);)
COST_BODY(fetch_add, ATOMIC, atomic_fetch_add_explicit(at, 1, memory_order_relaxed);)

static const char *two_lines(void) { return "no CPU does it in one piece: two lines"; }

enum {
  ALIGNED = 0,
  WITHIN_LINE = 1, // in an aligned eight bytes: where x86 makes loads and stores atomic still
  ACROSS_LINE = CPU_CACHE_LINE - 2,
  ACROSS_PAGE = WORK_PAGE - 2,
};

// clang-format off
#define PLACE(name, place, atomic_missing)                                                                             \
  {.group = COST_ALIGNMENT, .operation = "load-plain", .context = name, COST_IS(load_plain), .base = cost_nothing,      \
   .offset = place},                                                                                                   \
  {.group = COST_ALIGNMENT, .operation = "store-plain", .context = name, COST_IS(store_plain), .base = cost_nothing,    \
   .offset = place},                                                                                                   \
  {.group = COST_ALIGNMENT, .operation = "load-relaxed", .context = name, COST_IS(load_atomic), .base = cost_nothing,   \
   .offset = place, .missing = atomic_missing, .may_fault = (place) != ALIGNED},                                       \
  {.group = COST_ALIGNMENT, .operation = "store-relaxed", .context = name, COST_IS(store_atomic), .base = cost_nothing, \
   .offset = place, .missing = atomic_missing, .may_fault = (place) != ALIGNED},                                       \
  {.group = COST_ALIGNMENT, .operation = "fetch_add-relaxed", .context = name, COST_IS(fetch_add),                      \
   .base = cost_nothing, .offset = place, .may_fault = (place) != ALIGNED},

static const CostOperation rows[] = {
    PLACE("aligned", ALIGNED, NULL)
    PLACE("within-line", WITHIN_LINE, NULL)
    PLACE("across-line", ACROSS_LINE, two_lines)
    PLACE("across-page", ACROSS_PAGE, two_lines)
};
// clang-format on

CostTable cost_alignment_table(void) { return (CostTable){rows, sizeof rows / sizeof *rows}; }
// NOLINTEND(bugprone-macro-parentheses)
