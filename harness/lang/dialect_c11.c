// C11: <stdatomic.h> (C17 7.17), membarrier(2), and cpu_fence, which is ours.
#include "harness/lang/dialect.h"

#include <stddef.h>

// C17 7.17.7: a load releases nothing, a store acquires nothing.
static const Order orders[] = {
    {"relaxed", "memory_order_relaxed", "RLX", true, true, NULL},
    {"consume", "memory_order_consume", "CON", true, false, NULL},
    {"acquire", "memory_order_acquire", "ACQ", true, false, NULL},
    {"release", "memory_order_release", "REL", false, true, NULL},
    {"acq_rel", "memory_order_acq_rel", "ACQ_REL", false, false, NULL},
    {"seq_cst", "memory_order_seq_cst", "SC", true, true, NULL},
    {ORDER_HEAVY, "", "HEAVY", false, false, NULL},
};

// C17 7.17.4 and 7.17.7.
static const Primitive primitives[] = {
    {"atomic_load_explicit", "am", ACCESS_LOAD, NULL, false, 0, 0, 0},
    {"atomic_load", "a", ACCESS_LOAD, "seq_cst", false, 0, 0, 0},
    {"atomic_store_explicit", "avm", ACCESS_STORE, NULL, false, 0, 0, 0},
    {"atomic_store", "av", ACCESS_STORE, "seq_cst", false, 0, 0, 0},
    {"atomic_exchange_explicit", "avm", ACCESS_EXCHANGE, NULL, false, 0, 0, 0},
    {"atomic_exchange", "av", ACCESS_EXCHANGE, "seq_cst", false, 0, 0, 0},
    {"atomic_compare_exchange_strong_explicit", "aevmm", ACCESS_COMPARE_EXCHANGE, NULL, false, 0, 0, 0},
    {"atomic_compare_exchange_strong", "aev", ACCESS_COMPARE_EXCHANGE, "seq_cst", false, 0, 0, 0},
    {"atomic_compare_exchange_weak_explicit", "aevmm", ACCESS_COMPARE_EXCHANGE, NULL, true, 0, 0, 0},
    {"atomic_compare_exchange_weak", "aev", ACCESS_COMPARE_EXCHANGE, "seq_cst", true, 0, 0, 0},
    {"atomic_fetch_add_explicit", "avm", ACCESS_FETCH_ADD, NULL, false, 0, 0, 0},
    {"atomic_fetch_add", "av", ACCESS_FETCH_ADD, "seq_cst", false, 0, 0, 0},
    {"atomic_fetch_sub_explicit", "avm", ACCESS_FETCH_SUB, NULL, false, 0, 0, 0},
    {"atomic_fetch_sub", "av", ACCESS_FETCH_SUB, "seq_cst", false, 0, 0, 0},
    {"atomic_fetch_and_explicit", "avm", ACCESS_FETCH_AND, NULL, false, 0, 0, 0},
    {"atomic_fetch_and", "av", ACCESS_FETCH_AND, "seq_cst", false, 0, 0, 0},
    {"atomic_fetch_or_explicit", "avm", ACCESS_FETCH_OR, NULL, false, 0, 0, 0},
    {"atomic_fetch_or", "av", ACCESS_FETCH_OR, "seq_cst", false, 0, 0, 0},
    {"atomic_fetch_xor_explicit", "avm", ACCESS_FETCH_XOR, NULL, false, 0, 0, 0},
    {"atomic_fetch_xor", "av", ACCESS_FETCH_XOR, "seq_cst", false, 0, 0, 0},
    {"atomic_fetch_max_explicit", "avm", ACCESS_FETCH_MAX, NULL, false, 0, 0, 0}, // C2y
    {"atomic_fetch_max", "av", ACCESS_FETCH_MAX, "seq_cst", false, 0, 0, 0},
    {"atomic_fetch_min_explicit", "avm", ACCESS_FETCH_MIN, NULL, false, 0, 0, 0},
    {"atomic_fetch_min", "av", ACCESS_FETCH_MIN, "seq_cst", false, 0, 0, 0},
    {"membarrier", "", ACCESS_FENCE, ORDER_HEAVY, false, 0, 0, 0},
    {"atomic_thread_fence", "m", ACCESS_FENCE, NULL, false, 0, 0, 0},
    {"atomic_signal_fence", "m", ACCESS_SIGNAL_FENCE, NULL, false, 0, 0, 0},
    {"cpu_fence", "s", ACCESS_CPU_FENCE, NULL, false, 0, 0, 0},
};

static const DialectFence fences[] = {
    {"compiler", ACCESS_SIGNAL_FENCE, "seq_cst", "atomic_signal_fence(memory_order_seq_cst)"},
    {"membarrier", ACCESS_FENCE, ORDER_HEAVY, "membarrier()"},
    {"fence-acquire", ACCESS_FENCE, "acquire", "atomic_thread_fence(memory_order_acquire)"},
    {"fence-release", ACCESS_FENCE, "release", "atomic_thread_fence(memory_order_release)"},
    {"fence-acq_rel", ACCESS_FENCE, "acq_rel", "atomic_thread_fence(memory_order_acq_rel)"},
    {"fence-seq_cst", ACCESS_FENCE, "seq_cst", "atomic_thread_fence(memory_order_seq_cst)"},
};

static const DialectStrength strengths[STRENGTH_COUNT] = {
    {"relaxed", "relaxed", "relaxed", "relaxed"},
    {"release-acquire", "acquire", "release", "acq_rel"},
    {"seq_cst", "seq_cst", "seq_cst", "seq_cst"},
};

const Dialect dialect_c11 = {
    .name = "c11",
    .word = "C",
    .language = "C11",
    .plain_tag = "NA",
    .plain_as = "relaxed",
    .orders = orders,
    .order_count = sizeof orders / sizeof *orders,
    .fences = fences,
    .fence_count = sizeof fences / sizeof *fences,
    .strengths = strengths,
    .primitives = primitives,
    .primitive_count = sizeof primitives / sizeof *primitives,
};
