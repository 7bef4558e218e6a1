// The Linux kernel's C: what tools/memory-model and Documentation/atomic_t.txt let a litmus test call.
#include "harness/lang/dialect.h"

#include <stddef.h>

// The kinds of accesses, and those of fences. "noreturn": of an atomic operation without a value; "lock" and "unlock":
// of a spin lock; "locked" and "unlocked": what a look finds.
static const Order orders[] = {
    {"once", "", "once", true, true, "relaxed"},
    {"acquire", "", "acquire", true, false, "acquire"},
    {"release", "", "release", false, true, "release"},
    {"full", "", "once", false, false, "seq_cst"},
    {"noreturn", "", "noreturn", false, false, "relaxed"},
    {"lock", "", "LKR", false, false, "acquire"},
    {"unlock", "", "UL", false, true, "release"},
    {"locked", "", "RL", false, false, "relaxed"},
    {"unlocked", "", "RU", false, false, NULL},
    {"mb", "", "mb", false, false, NULL},
    {"rmb", "", "rmb", false, false, NULL},
    {"wmb", "", "wmb", false, false, NULL},
    {"barrier", "", "barrier", false, false, NULL},
    {ORDER_HEAVY, "", "", false, false, NULL},
    {"before-atomic", "", "before-atomic", false, false, NULL},
    {"after-atomic", "", "after-atomic", false, false, NULL},
    {"after-spinlock", "", "after-spinlock", false, false, NULL},
    {"after-unlock-lock", "", "after-unlock-lock", false, false, NULL},
    {"after-srcu-read-unlock", "", "after-srcu-read-unlock", false, false, NULL},
    {"rcu-lock", "", "rcu-lock", false, false, NULL},
    {"rcu-unlock", "", "rcu-unlock", false, false, NULL},
    {"rcu-grace", "", "rcu-grace", false, false, NULL},
    {"srcu-lock", "", "srcu-lock", true, false, NULL},
    {"srcu-unlock", "", "srcu-unlock", false, true, NULL},
    {"srcu-grace", "", "srcu-grace", false, true, NULL},
};

// clang-format off
#define ROW(name, arguments, op, order, result, value, expected) \
  {name, arguments, ACCESS_##op, order, false, RESULT_##result, value, expected}
// One operation in the four orders that the kernel has for those with a value
#define ORDERED(name, arguments, op, result, value) \
  ROW(name, arguments, op, "full", result, value, 0), ROW(name "_relaxed", arguments, op, "once", result, value, 0), \
  ROW(name "_acquire", arguments, op, "acquire", result, value, 0), \
  ROW(name "_release", arguments, op, "release", result, value, 0)
#define EXCHANGES(prefix) \
  ORDERED(prefix "xchg", "av", EXCHANGE, OF_OPERATION, 0), \
  ORDERED(prefix "cmpxchg", "acv", COMPARE_SWAP, OF_OPERATION, 0), \
  ORDERED(prefix "try_cmpxchg", "aev", COMPARE_EXCHANGE, OF_OPERATION, 0)
// Those of an operation whose value is given: without a value, the value before and, but for and, or, xor, after
#define FETCHES(prefix, name, op) \
  ROW(prefix name, "va", op, "noreturn", NONE, 0, 0), ORDERED(prefix "fetch_" name, "va", op, OF_OPERATION, 0)
#define RETURNS(prefix, name, op) ORDERED(prefix name "_return", "va", op, NEW, 0)
// Those of an operation by 1
#define STEPS(prefix, name, op) \
  ROW(prefix name, "a", op, "noreturn", NONE, 1, 0), ORDERED(prefix "fetch_" name, "a", op, OF_OPERATION, 1), \
  ORDERED(prefix name "_return", "a", op, NEW, 1), \
  ROW(prefix name "_and_test", "a", op, "full", NEW_ZERO, 1, 0)
#define ATOMICS(prefix) \
  ROW(prefix "read", "a", LOAD, "once", OF_OPERATION, 0, 0), \
  ROW(prefix "read_acquire", "a", LOAD, "acquire", OF_OPERATION, 0, 0), \
  ROW(prefix "set", "av", STORE, "once", OF_OPERATION, 0, 0), \
  ROW(prefix "set_release", "av", STORE, "release", OF_OPERATION, 0, 0), \
  EXCHANGES(prefix), \
  FETCHES(prefix, "add", FETCH_ADD), RETURNS(prefix, "add", FETCH_ADD), \
  FETCHES(prefix, "sub", FETCH_SUB), RETURNS(prefix, "sub", FETCH_SUB), \
  FETCHES(prefix, "and", FETCH_AND), FETCHES(prefix, "andnot", FETCH_ANDNOT), FETCHES(prefix, "or", FETCH_OR), \
  FETCHES(prefix, "xor", FETCH_XOR), \
  STEPS(prefix, "inc", FETCH_ADD), STEPS(prefix, "dec", FETCH_SUB), \
  ROW(prefix "sub_and_test", "va", FETCH_SUB, "full", NEW_ZERO, 0, 0), \
  ROW(prefix "add_negative", "va", FETCH_ADD, "full", NEW_NEGATIVE, 0, 0), \
  ROW(prefix "add_negative_relaxed", "va", FETCH_ADD, "once", NEW_NEGATIVE, 0, 0), \
  ROW(prefix "add_negative_acquire", "va", FETCH_ADD, "acquire", NEW_NEGATIVE, 0, 0), \
  ROW(prefix "add_negative_release", "va", FETCH_ADD, "release", NEW_NEGATIVE, 0, 0), \
  ROW(prefix "fetch_add_unless", "avc", ADD_UNLESS, "full", OF_OPERATION, 0, 0), \
  ROW(prefix "add_unless", "avc", ADD_UNLESS, "full", UNEXPECTED, 0, 0), \
  ROW(prefix "inc_not_zero", "a", ADD_UNLESS, "full", UNEXPECTED, 1, 0)

static const Primitive primitives[] = {
    ROW("READ_ONCE", "p", LOAD, "once", OF_OPERATION, 0, 0),
    ROW("WRITE_ONCE", "pv", STORE, "once", OF_OPERATION, 0, 0),
    ROW("smp_load_acquire", "a", LOAD, "acquire", OF_OPERATION, 0, 0),
    ROW("smp_store_release", "av", STORE, "release", OF_OPERATION, 0, 0),
    ROW("rcu_dereference", "p", LOAD, "once", OF_OPERATION, 0, 0),
    ROW("rcu_dereference_protected", "p", LOAD, "once", OF_OPERATION, 0, 0),
    ROW("rcu_assign_pointer", "pv", STORE, "release", OF_OPERATION, 0, 0),
    ROW("smp_store_mb", "pv", STORE, "full", OF_OPERATION, 0, 0),
    ROW("smp_mb", "", FENCE, "mb", OF_OPERATION, 0, 0),
    ROW("smp_rmb", "", FENCE, "rmb", OF_OPERATION, 0, 0),
    ROW("smp_wmb", "", FENCE, "wmb", OF_OPERATION, 0, 0),
    ROW("smp_mb__before_atomic", "", FENCE, "before-atomic", OF_OPERATION, 0, 0),
    ROW("smp_mb__after_atomic", "", FENCE, "after-atomic", OF_OPERATION, 0, 0),
    ROW("smp_mb__after_spinlock", "", FENCE, "after-spinlock", OF_OPERATION, 0, 0),
    ROW("smp_mb__after_unlock_lock", "", FENCE, "after-unlock-lock", OF_OPERATION, 0, 0),
    ROW("smp_mb__after_srcu_read_unlock", "", FENCE, "after-srcu-read-unlock", OF_OPERATION, 0, 0),
    ROW("cpu_fence", "s", CPU_FENCE, NULL, OF_OPERATION, 0, 0),
    ROW("barrier", "", FENCE, "barrier", OF_OPERATION, 0, 0),
    ROW("membarrier", "", FENCE, ORDER_HEAVY, OF_OPERATION, 0, 0), // membarrier(2), and
    ROW("smp_memb", "", FENCE, ORDER_HEAVY, OF_OPERATION, 0, 0),   // as kernel developers' tests call it
    EXCHANGES(""),
    ROW("spin_lock", "a", LOCK, "lock", OF_OPERATION, 0, 0),
    ROW("spin_unlock", "a", STORE, "unlock", OF_OPERATION, 0, 0),
    ROW("spin_trylock", "a", TRY_LOCK, "lock", OF_OPERATION, 0, 0),
    ROW("spin_is_locked", "a", IS_LOCKED, "locked", OF_OPERATION, 0, 0),
    ROW("rcu_read_lock", "", FENCE, "rcu-lock", OF_OPERATION, 0, 0),
    ROW("rcu_read_unlock", "", FENCE, "rcu-unlock", OF_OPERATION, 0, 0),
    ROW("synchronize_rcu", "", FENCE, "rcu-grace", OF_OPERATION, 0, 0),
    ROW("synchronize_rcu_expedited", "", FENCE, "rcu-grace", OF_OPERATION, 0, 0),
    ROW("srcu_read_lock", "a", LOAD, "srcu-lock", OF_OPERATION, 0, 0),
    ROW("srcu_read_unlock", "av", STORE, "srcu-unlock", OF_OPERATION, 0, 0),
    ROW("srcu_down_read", "a", LOAD, "srcu-lock", OF_OPERATION, 0, 0),
    ROW("srcu_up_read", "av", STORE, "srcu-unlock", OF_OPERATION, 0, 0),
    ROW("synchronize_srcu", "a", STORE, "srcu-grace", OF_OPERATION, 0, 0),
    ROW("synchronize_srcu_expedited", "a", STORE, "srcu-grace", OF_OPERATION, 0, 0),
    ATOMICS("atomic_"),
    ATOMICS("atomic64_"),
    ATOMICS("atomic_long_"),
};

static const DialectType types[] = {
    {"atomic_t", false, BASE_INT},   {"atomic64_t", false, BASE_INT64},   {"atomic_long_t", false, BASE_LONG},
    {"spinlock_t", false, BASE_INT}, {"raw_spinlock_t", false, BASE_INT}, {"srcu_struct", true, BASE_INT},
};
// clang-format on

static const DialectFence fences[] = {
    {"compiler", ACCESS_FENCE, "barrier", "barrier()"}, {"membarrier", ACCESS_FENCE, ORDER_HEAVY, "membarrier()"},
    {"smp_rmb", ACCESS_FENCE, "rmb", "smp_rmb()"},      {"smp_wmb", ACCESS_FENCE, "wmb", "smp_wmb()"},
    {"smp_mb", ACCESS_FENCE, "mb", "smp_mb()"},
};

// A load that orders more than smp_load_acquire there is none.
static const DialectStrength strengths[STRENGTH_COUNT] = {
    {"once", "once", "once", "once"},
    {"release-acquire", "acquire", "release", "full"},
    {"store_mb", "acquire", "full", "full"},
};

const Dialect dialect_linux = {
    .name = "linux",
    .word = "C",
    .language = "LKMM",
    .plain_tag = "",
    .plain_as = "plain",
    .addresses = true,
    .pointers = true,
    .undeclared = true,
    .scoped = true,
    .orders = orders,
    .order_count = sizeof orders / sizeof *orders,
    .fences = fences,
    .fence_count = sizeof fences / sizeof *fences,
    .strengths = strengths,
    .strengthened = "once acquire release full",
    .primitives = primitives,
    .primitive_count = sizeof primitives / sizeof *primitives,
    .types = types,
    .type_count = sizeof types / sizeof *types,
};
