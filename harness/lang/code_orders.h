// The memory orders that the user's own C is written with, as places of its text: each can be given another.
//
// The text is not preprocessed: it is the file with what it includes in quotes put in its place, line by line as the
// compiler would name them, so that a place is what its author would edit, also in a macro. Headers in angle brackets,
// those that are included beyond all measure, and operators on _Atomic are left as they are.
#pragma once
#include "harness/base/diag.h"

typedef struct {
  const char *file;    // as the compiler names it
  unsigned line;       // 1-based
  const char *in;      // the call that it is an argument of, or the macro that it defines; "": neither
  const char *written; // "seq_cst", also where it is not said: atomic_load(x)
  bool failure;        // of a compare-exchange that fails
  bool is_builtins;    // __ATOMIC_SEQ_CST; else memory_order_seq_cst
} CodeOrder;

typedef struct {
  const Source *given;
  const char *text; // in which the k-th is the macro wm_order_k_
  CodeOrder *orders;
  unsigned count;
} CodeOrders;

// What a line of the file includes, if it is `include "name"` behind its `#`, and can be read; NULL: none.
typedef const Source *CodeInclude(const Source *by, const char *line, Arena *arena);

// Reads the text as C's tokens, comments and strings left out. All lives in `arena`; `c` must outlive it.
CodeOrders code_orders_find(const Source *c, CodeInclude *include, Arena *arena);
// The file with these orders in their places, by name; NULL: what is no order, so that it compiles only where the
// place is none of the code. C17 7.17.7's rules on orders are errors in it.
Source code_orders_source(const CodeOrders *orders, const char *const *names, Arena *arena);
// "ticket.c:21 atomic_load_explicit"
const char *code_order_name(const CodeOrder *order, Arena *arena);
void code_add_string(const char *name, Text *out); // as a string of C
