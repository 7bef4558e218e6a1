// Giving the accesses and fences of a test other orders.
#pragma once
#include "harness/lang/test.h"

#include <stdint.h>

// The test with every atomic access of each thread whose bit is set in `threads` in the orders of its dialect's
// strengths of that index, less than STRENGTH_COUNT: those of locks, and others that have no like, stay. Plain accesses
// stay plain, since their locations need not be atomic, and fences stay as they are. The new tree lives in `arena` and
// shares what did not change.
const Test *test_with_orders(const Test *test, unsigned strength, uint64_t threads, Arena *arena);

// Where an order could be another.
typedef struct {
  unsigned thread;
  const Stmt *stmt;
  const Expr *expr; // an access or a fence
  bool failure;     // of a compare-exchange's read where it fails
} OrderSite;

// Every access and fence of the test whose order may be weakened, or might if it were not the weakest, in program
// order; a compare-exchange's failure stands before it. Fences of a CPU or of the compiler, heavy ones, locks and what
// is RCU's are none.
OrderSite *order_sites(const Test *test, Arena *arena, unsigned *count);
// "store at line 5"; lives in `arena`.
const char *order_site_name(const Test *test, const OrderSite *site, Arena *arena);

// The order that the site has. NULL of a fence that is left out.
const Order *order_of_site(const OrderSite *site);
// The orders to which what the site has, were it `order`, may be weakened by one step, none of which is weaker than
// another: room for ORDER_STEPS. NULL among them: a fence may be left out. How many.
enum { ORDER_STEPS = 4 };
unsigned order_steps(const Test *test, const OrderSite *site, const Order *order, const Order *steps[ORDER_STEPS]);
// All that are weaker, from the strongest on: a fence's absence is not among them.
unsigned orders_weaker(const Test *test, const OrderSite *site, const Order *order, const Order *weaker[ORDER_STEPS]);

// The test with these orders at its sites; the failure of a compare-exchange is never ordered more than its success
// (C17 7.17.7.4), and a fence whose order is NULL is left out.
const Test *test_with_site_orders(const Test *test, const OrderSite *sites, const Order *const *orders, unsigned count,
                                  Arena *arena);
