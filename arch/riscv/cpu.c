// RISC-V: fences around loads and stores; the read-modify-writes carry their own order.
#include "arch/cpus.h"

#include <stddef.h>

extern const Model model_riscv;
extern const Cpu cpu_riscv;

// clang-format off
static const LowerRow c11[] = {
    {LOWER_LOAD, 1, "relaxed", NULL, {{STEP_READ, "lw", "", NULL}}},
    {LOWER_LOAD, 2, "consume acquire", NULL, {{STEP_READ, "lw", "", NULL}, {STEP_FENCE, "fence r,rw", "Fence.r.rw", NULL}}},
    {LOWER_LOAD, 3, "seq_cst", NULL, {{STEP_FENCE, "fence rw,rw", "Fence.rw.rw", NULL}, {STEP_READ, "lw", "", NULL}, {STEP_FENCE, "fence r,rw", "Fence.r.rw", NULL}}},
    {LOWER_STORE, 1, "relaxed", NULL, {{STEP_WRITE, "sw", "", NULL}}},
    {LOWER_STORE, 2, "release seq_cst", NULL, {{STEP_FENCE, "fence rw,w", "Fence.rw.w", NULL}, {STEP_WRITE, "sw", "", NULL}}},
    {LOWER_RMW, 1, "relaxed", NULL, {{STEP_RMW, "amoswap", "AMO", "AMO"}}},
    {LOWER_RMW, 1, "consume acquire", NULL, {{STEP_RMW, "amoswap.aq", "AMO Acq", "AMO Acq"}}},
    {LOWER_RMW, 1, "release", NULL, {{STEP_RMW, "amoswap.rl", "AMO Rel", "AMO Rel"}}},
    {LOWER_RMW, 1, "acq_rel seq_cst", NULL, {{STEP_RMW, "amoswap.aq.rl", "AMO AcqRel", "AMO AcqRel"}}},
    {LOWER_FENCE, 0, "relaxed", NULL, {{0}}},
    {LOWER_FENCE, 1, "consume acquire", NULL, {{STEP_FENCE, "fence r,rw", "Fence.r.rw", NULL}}},
    {LOWER_FENCE, 1, "release", NULL, {{STEP_FENCE, "fence rw,w", "Fence.rw.w", NULL}}},
    {LOWER_FENCE, 1, "acq_rel", NULL, {{STEP_FENCE, "fence.tso", "Fence.tso", NULL}}},
    {LOWER_FENCE, 1, "seq_cst", NULL, {{STEP_FENCE, "fence rw,rw", "Fence.rw.rw", NULL}}},
    HEAVY_ROW,
};

// arch/riscv/include/asm/{barrier,atomic,cmpxchg}.h, asm-generic/qspinlock.h. Conditional operations are as exchanges are. RCU's read
// side is that of a kernel that does not preempt it.
static const LowerRow kernel[] = {
    {LOWER_LOAD, 1, "plain once locked unlocked", NULL, {{STEP_READ, "lw", "", NULL}}},
    {LOWER_LOAD, 2, "acquire", NULL, {{STEP_READ, "lw", "", NULL}, {STEP_FENCE, "fence r,rw", "Fence.r.rw", NULL}}},
    {LOWER_FAIL, 1, "once acquire release full noreturn lock", NULL, {{STEP_READ, "lr", "", NULL}}},
    {LOWER_STORE, 1, "plain once", NULL, {{STEP_WRITE, "sw", "", NULL}}},
    {LOWER_STORE, 2, "release unlock", NULL, {{STEP_FENCE, "fence rw,w", "Fence.rw.w", NULL}, {STEP_WRITE, "sw", "", NULL}}},
    {LOWER_STORE, 2, "full", NULL, {{STEP_WRITE, "sw", "", NULL}, {STEP_FENCE, "fence rw,rw", "Fence.rw.rw", NULL}}},
    {LOWER_RMW, 1, "once noreturn", NULL, {{STEP_RMW, "amoswap", "AMO", "AMO"}}},
    {LOWER_RMW, 2, "acquire lock", NULL, {{STEP_RMW, "amoswap", "AMO", "AMO"}, {STEP_FENCE, "fence r,rw", "Fence.r.rw", NULL}}},
    {LOWER_RMW, 2, "release", NULL, {{STEP_FENCE, "fence rw,w", "Fence.rw.w", NULL}, {STEP_RMW, "amoswap", "AMO", "AMO"}}},
    {LOWER_RMW, 1, "full", NULL, {{STEP_RMW, "amoswap.aq.rl", "AMO AcqRel", "AMO AcqRel"}}},
    {LOWER_FENCE, 1, "mb before-atomic after-atomic after-spinlock", NULL, {{STEP_FENCE, "fence rw,rw", "Fence.rw.rw", NULL}}},
    {LOWER_FENCE, 1, "rmb", NULL, {{STEP_FENCE, "fence r,r", "Fence.r.r", NULL}}},
    {LOWER_FENCE, 1, "wmb", NULL, {{STEP_FENCE, "fence w,w", "Fence.w.w", NULL}}},
    {LOWER_FENCE, 0, "barrier rcu-lock rcu-unlock after-unlock-lock", NULL, {{0}}},
    HEAVY_ROW,
};
// clang-format on

static const CpuFence fences[] = {
    {"fence-rw-rw", "fence rw,rw", "Fence.rw.rw", "orders earlier accesses before later accesses", NULL},
    {"fence-r-rw", "fence r,rw", "Fence.r.rw", "orders earlier loads before later accesses", NULL},
    {"fence-rw-w", "fence rw,w", "Fence.rw.w", "orders earlier accesses before later stores", NULL},
    {"fence-r-r", "fence r,r", "Fence.r.r", "orders earlier loads before later loads", NULL},
    {"fence-w-w", "fence w,w", "Fence.w.w", "orders earlier stores before later stores", NULL},
    {"fence-r-w", "fence r,w", "Fence.r.w", "orders earlier loads before later stores", NULL},
    {"fence-w-r", "fence w,r", "Fence.w.r", "orders earlier stores before later loads", NULL},
    {"fence-tso", "fence.tso", "Fence.tso", "orders all but an earlier store before a later load", NULL},
};

static const ModelTag tags[] = {
    {"HEAVY", "HEAVY"},
    {"Acq", "Acq"},
    {"Rel", "Rel"},
    {"AcqRel", "AcqRel"},
    {"AMO", "AMO X"},
    {"X", "EX X"},
    {"Fence.rw.rw", "Fence.rw.rw"},
    {"Fence.r.rw", "Fence.r.rw"},
    {"Fence.rw.w", "Fence.rw.w"},
    {"Fence.r.r", "Fence.r.r"},
    {"Fence.w.w", "Fence.w.w"},
    {"Fence.r.w", "Fence.r.w"},
    {"Fence.w.r", "Fence.w.r"},
    {"Fence.rw.r", "Fence.rw.r"},
    {"Fence.w.rw", "Fence.w.rw"},
    {"Fence.tso", "Fence.tso"},
    {"Fence.i", "Fence.i"},
    {"Sc", "Sc"},
};

static const char *const names[] = {"rvwmo", NULL};

const Model model_riscv = {
    .name = "riscv",
    .aliases = names,
    .title = "RISC-V (RVWMO)",
    .path = "riscv/model.cat",
    .cpu = &cpu_riscv,
    .rmw_is_one_event = true, // an AMO is one memory operation, "both simultaneously" load and store
    .coherent = true,
    .tags = tags,
    .tag_count = sizeof tags / sizeof *tags,
};

static const Mapping mappings[] = {
    {"c11", c11, sizeof c11 / sizeof *c11},
    {"linux", kernel, sizeof kernel / sizeof *kernel},
};

static const char *const machines[] = {"riscv32", NULL};

const Cpu cpu_riscv = {
    .name = "riscv",
    .uname = "riscv64",
    .aliases = machines,
    .gnu = "riscv64-linux-gnu",
    .object_flags = "-mno-relax", // else where branches go is left to the linker
    .model = &model_riscv,
    .mappings = mappings,
    .mapping_count = sizeof mappings / sizeof *mappings,
    .fences = fences,
    .fence_count = sizeof fences / sizeof *fences,
};
