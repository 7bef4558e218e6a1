// x86-64: only the order of a store and a later load is ever lost, so only sequentially consistent stores and fences
// cost.
#include "arch/cpus.h"

#include <stddef.h>

extern const Model model_x86_tso;
extern const Cpu cpu_x86_64;

// clang-format off
static const LowerRow c11[] = {
    {LOWER_LOAD, 1, "relaxed consume acquire seq_cst", NULL, {{STEP_READ, "mov", "", NULL}}},
    {LOWER_STORE, 1, "relaxed release", NULL, {{STEP_WRITE, "mov", "", NULL}}},
    {LOWER_STORE, 1, "seq_cst", NULL, {{STEP_RMW, "xchg", "A", "A"}}},
    {LOWER_RMW, 1, "relaxed consume acquire release acq_rel seq_cst", NULL, {{STEP_RMW, "lock xchg", "A", "A"}}},
    {LOWER_FENCE, 0, "relaxed consume acquire release acq_rel", NULL, {{0}}},
    {LOWER_FENCE, 1, "seq_cst", NULL, {{STEP_FENCE, "mfence", "MFENCE", NULL}}},
    HEAVY_ROW,
};

// arch/x86/include/asm/{barrier,atomic,cmpxchg}.h, asm-generic/qspinlock.h: every atomic operation is a locked one, which
// orders as much as smp_mb, a locked addition itself. What only orders compilers has no steps, as RCU's read side, in a
// kernel that does not preempt it.
static const LowerRow kernel[] = {
    {LOWER_LOAD, 1, "plain once acquire locked unlocked", NULL, {{STEP_READ, "mov", "", NULL}}},
    {LOWER_FAIL, 1, "once acquire release full", NULL, {{STEP_READ, "lock cmpxchg", "A", NULL}}},
    {LOWER_FAIL, 1, "noreturn lock", NULL, {{STEP_READ, "mov", "", NULL}}},
    {LOWER_STORE, 1, "plain once release unlock", NULL, {{STEP_WRITE, "mov", "", NULL}}},
    {LOWER_STORE, 1, "full", NULL, {{STEP_RMW, "xchg", "A", "A"}}},
    {LOWER_RMW, 1, "once acquire release full noreturn lock", NULL, {{STEP_RMW, "lock xchg", "A", "A"}}},
    {LOWER_FENCE, 1, "mb", NULL, {{STEP_FENCE, "lock addl $0, (%rsp)", "MFENCE", NULL}}},
    {LOWER_FENCE, 0, "barrier rcu-lock rcu-unlock rmb wmb before-atomic after-atomic after-spinlock after-unlock-lock", NULL, {{0}}},
    HEAVY_ROW,
};
// clang-format on

static const CpuFence fences[] = {
    {"mfence", "mfence", "MFENCE", "orders every earlier access before every later one", NULL},
    {"lfence", "lfence", "LFENCE", "waits for earlier instructions; orders nothing that x86 does not order anyway",
     NULL},
    {"sfence", "sfence", "SFENCE", "orders non-temporal stores; plain stores are in order anyway", NULL},
    {"lock-add", "lock addl $0, (%rsp)", "MFENCE",
     "a locked instruction: orders every earlier access before every later one", NULL},
    {"lock-or", "lock orq $0, (%rsp)", "MFENCE",
     "a locked instruction: orders every earlier access before every later one", NULL},
    {"xchg", "xchg %rax, -8(%rsp)", "MFENCE",
     "a locked instruction: orders every earlier access before every later one", NULL},
    {"serialize", "serialize", "MFENCE", "drains the store buffer and the pipeline", "serialize"},
};

static const ModelTag tags[] = {
    {"HEAVY", "HEAVY"}, {"A", "A X"}, {"MFENCE", "MFENCE"}, {"LFENCE", "LFENCE"}, {"SFENCE", "SFENCE"},
};

static const char *const names[] = {"tso", "x86", NULL};

const Model model_x86_tso = {
    .name = "x86-tso",
    .aliases = names,
    .title = "x86-64 (TSO)",
    .path = "x86_64/model.cat",
    .cpu = &cpu_x86_64,
    .coherent = true,
    .tags = tags,
    .tag_count = sizeof tags / sizeof *tags,
};

static const Mapping mappings[] = {
    {"c11", c11, sizeof c11 / sizeof *c11},
    {"linux", kernel, sizeof kernel / sizeof *kernel},
};

static const char *const machines[] = {"x86", "amd64", NULL};

const Cpu cpu_x86_64 = {
    .name = "x86_64",
    .uname = "x86_64",
    .aliases = machines,
    .gnu = "x86_64-linux-gnu",
    .model = &model_x86_tso,
    .mappings = mappings,
    .mapping_count = sizeof mappings / sizeof *mappings,
    .fences = fences,
    .fence_count = sizeof fences / sizeof *fences,
};
