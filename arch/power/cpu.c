// POWER: fences around loads and stores; a load that is waited for is one that a branch and isync follow.
#include "arch/cpus.h"

#include <stddef.h>

extern const Model model_power;
extern const Cpu cpu_power;

// clang-format off
static const LowerRow c11[] = {
    {LOWER_LOAD, 1, "relaxed", NULL, {{STEP_READ, "lwz", "", NULL}}},
    {LOWER_LOAD, 3, "consume acquire", NULL, {{STEP_READ, "lwz", "", NULL}, {STEP_BRANCH, "cmp; bc", "", NULL}, {STEP_FENCE, "isync", "ISYNC", NULL}}},
    {LOWER_LOAD, 4, "seq_cst", NULL, {{STEP_FENCE, "sync", "SYNC", NULL}, {STEP_READ, "lwz", "", NULL}, {STEP_BRANCH, "cmp; bc", "", NULL}, {STEP_FENCE, "isync", "ISYNC", NULL}}},
    {LOWER_STORE, 1, "relaxed", NULL, {{STEP_WRITE, "stw", "", NULL}}},
    {LOWER_STORE, 2, "release", NULL, {{STEP_FENCE, "lwsync", "LWSYNC", NULL}, {STEP_WRITE, "stw", "", NULL}}},
    {LOWER_STORE, 2, "seq_cst", NULL, {{STEP_FENCE, "sync", "SYNC", NULL}, {STEP_WRITE, "stw", "", NULL}}},
    {LOWER_RMW, 1, "relaxed", NULL, {{STEP_PAIR, "lwarx; stwcx.", "X", "X"}}},
    {LOWER_RMW, 3, "consume acquire", NULL, {{STEP_PAIR, "lwarx; stwcx.", "X", "X"}, {STEP_BRANCH, "bne", "", NULL}, {STEP_FENCE, "isync", "ISYNC", NULL}}},
    {LOWER_RMW, 2, "release", NULL, {{STEP_FENCE, "lwsync", "LWSYNC", NULL}, {STEP_PAIR, "lwarx; stwcx.", "X", "X"}}},
    {LOWER_RMW, 4, "acq_rel", NULL, {{STEP_FENCE, "lwsync", "LWSYNC", NULL}, {STEP_PAIR, "lwarx; stwcx.", "X", "X"}, {STEP_BRANCH, "bne", "", NULL}, {STEP_FENCE, "isync", "ISYNC", NULL}}},
    {LOWER_RMW, 4, "seq_cst", NULL, {{STEP_FENCE, "sync", "SYNC", NULL}, {STEP_PAIR, "lwarx; stwcx.", "X", "X"}, {STEP_BRANCH, "bne", "", NULL}, {STEP_FENCE, "isync", "ISYNC", NULL}}},
    {LOWER_FENCE, 0, "relaxed", NULL, {{0}}},
    {LOWER_FENCE, 1, "consume acquire release acq_rel", NULL, {{STEP_FENCE, "lwsync", "LWSYNC", NULL}}},
    {LOWER_FENCE, 1, "seq_cst", NULL, {{STEP_FENCE, "sync", "SYNC", NULL}}},
    HEAVY_ROW,
};

// arch/powerpc/include/asm/{barrier,atomic,cmpxchg,synch,simple_spinlock}.h, on CPUs with lwsync. Conditional operations are as exchanges
// are. RCU's read side is that of a kernel that does not preempt it.
static const LowerRow kernel[] = {
    {LOWER_LOAD, 1, "plain once locked unlocked", NULL, {{STEP_READ, "lwz", "", NULL}}},
    {LOWER_LOAD, 2, "acquire", NULL, {{STEP_READ, "lwz", "", NULL}, {STEP_FENCE, "lwsync", "LWSYNC", NULL}}},
    {LOWER_FAIL, 1, "once acquire release full noreturn lock", NULL, {{STEP_READ, "lwarx", "", NULL}}},
    {LOWER_STORE, 1, "plain once", NULL, {{STEP_WRITE, "stw", "", NULL}}},
    {LOWER_STORE, 2, "release unlock", NULL, {{STEP_FENCE, "lwsync", "LWSYNC", NULL}, {STEP_WRITE, "stw", "", NULL}}},
    {LOWER_STORE, 2, "full", NULL, {{STEP_WRITE, "stw", "", NULL}, {STEP_FENCE, "sync", "SYNC", NULL}}},
    {LOWER_RMW, 1, "once noreturn", NULL, {{STEP_PAIR, "lwarx; stwcx.", "X", "X"}}},
    {LOWER_RMW, 2, "acquire lock", NULL, {{STEP_PAIR, "lwarx; stwcx.", "X", "X"}, {STEP_FENCE, "lwsync", "LWSYNC", NULL}}},
    {LOWER_RMW, 2, "release", NULL, {{STEP_FENCE, "lwsync", "LWSYNC", NULL}, {STEP_PAIR, "lwarx; stwcx.", "X", "X"}}},
    {LOWER_RMW, 3, "full", NULL, {{STEP_FENCE, "sync", "SYNC", NULL}, {STEP_PAIR, "lwarx; stwcx.", "X", "X"}, {STEP_FENCE, "sync", "SYNC", NULL}}},
    {LOWER_FENCE, 1, "mb before-atomic after-atomic after-spinlock after-unlock-lock", NULL, {{STEP_FENCE, "sync", "SYNC", NULL}}},
    {LOWER_FENCE, 1, "rmb wmb", NULL, {{STEP_FENCE, "lwsync", "LWSYNC", NULL}}},
    {LOWER_FENCE, 0, "barrier rcu-lock rcu-unlock", NULL, {{0}}},
    HEAVY_ROW,
};
// clang-format on

static const CpuFence fences[] = {
    {"sync", "sync", "SYNC", "orders every earlier access before every later one", NULL},
    {"lwsync", "lwsync", "LWSYNC", "orders all but an earlier store before a later load", NULL},
    {"isync", "isync", "ISYNC", "empties the pipeline; orders later loads only after a branch on an earlier one", NULL},
    {"eieio", "eieio", "EIEIO", "orders earlier stores before later stores", NULL},
};

static const ModelTag tags[] = {
    {"X", "EX"}, {"SYNC", "SYNC"}, {"LWSYNC", "LWSYNC"}, {"ISYNC", "ISYNC"}, {"EIEIO", "EIEIO"}, {"HEAVY", "HEAVY"},
};

static const char *const names[] = {"ppc", NULL};

const Model model_power = {
    .name = "power",
    .aliases = names,
    .title = "POWER",
    .path = "power/model.cat",
    .cpu = &cpu_power,
    .coherent = true,
    .tags = tags,
    .tag_count = sizeof tags / sizeof *tags,
};

static const Mapping mappings[] = {
    {"c11", c11, sizeof c11 / sizeof *c11},
    {"linux", kernel, sizeof kernel / sizeof *kernel},
};

static const char *const machines[] = {"ppc64", "ppc", NULL};

const Cpu cpu_power = {
    .name = "power",
    .uname = "ppc64le",
    .aliases = machines,
    .gnu = "powerpc64le-linux-gnu",
    .model = &model_power,
    .mappings = mappings,
    .mapping_count = sizeof mappings / sizeof *mappings,
    .fences = fences,
    .fence_count = sizeof fences / sizeof *fences,
};
