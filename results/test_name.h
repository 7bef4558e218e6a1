// What tests are called here and elsewhere. diy's names say of each thread that has two accesses, in turn, what is
// between them: "MP+dmb.sy+addr"; in the plural of all at once: "MP+dmb.sys".
#pragma once
#include "arch/names.h"

#include <stdbool.h>
#include <stddef.h>

// The name that a test has here, by what its words mean: "SB+fences" for "SB+fence+fence", "SB+mfences" and
// "SB+dmb.sys", "MP+fence+addr" for "MP+dmb.ish+addr", "LB" for "LB+pos". A fence that does not order everything keeps
// its name. `name` itself where nothing is to be changed.
const char *test_name_here(const char *name, char *buffer, size_t size);

enum { TEST_NAME_ORDERS = 16 };

typedef struct {
  size_t base; // how long the name before them is
  unsigned count;
  bool is_plural; // there is one, of all threads
  const ArchOrder *orders[TEST_NAME_ORDERS];
} TestNameOrders;

// The words at a name's end that say what is between accesses.
TestNameOrders test_name_orders(const char *name);
