// AArch64: acquire and release are kinds of loads and stores. With LSE a read-modify-write is one instruction, without
// it a loop of a load-exclusive and a store-exclusive, which orders less. With RCpc (FEAT_LRCPC; GCC from 13 on and
// clang from 16 on, told by -march) an acquire load is ldapr, which may pass an earlier stlr (Arm ARM B2.3, AcquirePC);
// not the read of a cas that fails.
#include "arch/aarch64/cores.h"

#include <stddef.h>

extern const Model model_aarch64;
extern const Cpu cpu_aarch64;

// clang-format off
static const LowerRow c11[] = {
    {LOWER_LOAD, 1, "consume acquire", "rcpc", {{STEP_READ, "ldapr", "Q", NULL}}},
    {LOWER_FAIL, 1, "consume acquire", "rcpc", {{STEP_READ, "ldar", "A", NULL}}},
    {LOWER_LOAD, 1, "relaxed", NULL, {{STEP_READ, "ldr", "", NULL}}},
    {LOWER_LOAD, 1, "consume acquire seq_cst", NULL, {{STEP_READ, "ldar", "A", NULL}}},
    {LOWER_STORE, 1, "relaxed", NULL, {{STEP_WRITE, "str", "", NULL}}},
    {LOWER_STORE, 1, "release seq_cst", NULL, {{STEP_WRITE, "stlr", "L", NULL}}},
    {LOWER_RMW, 1, "relaxed", "lse", {{STEP_RMW, "swp", "", ""}}},
    {LOWER_RMW, 1, "acquire consume", "lse", {{STEP_RMW, "swpa", "A", ""}}},
    {LOWER_RMW, 1, "release", "lse", {{STEP_RMW, "swpl", "", "L"}}},
    {LOWER_RMW, 1, "acq_rel seq_cst", "lse", {{STEP_RMW, "swpal", "A", "L"}}},
    {LOWER_RMW, 1, "relaxed", NULL, {{STEP_PAIR, "ldxr; stxr", "X", "X"}}},
    {LOWER_RMW, 1, "acquire consume", NULL, {{STEP_PAIR, "ldaxr; stxr", "A X", "X"}}},
    {LOWER_RMW, 1, "release", NULL, {{STEP_PAIR, "ldxr; stlxr", "X", "L X"}}},
    {LOWER_RMW, 1, "acq_rel seq_cst", NULL, {{STEP_PAIR, "ldaxr; stlxr", "A X", "L X"}}},
    {LOWER_FENCE, 0, "relaxed", NULL, {{0}}},
    {LOWER_FENCE, 1, "consume acquire", NULL, {{STEP_FENCE, "dmb ishld", "DMB.ISHLD", NULL}}},
    {LOWER_FENCE, 1, "release acq_rel seq_cst", NULL, {{STEP_FENCE, "dmb ish", "DMB.ISH", NULL}}},
    HEAVY_ROW,
};

// arch/arm64/include/asm/{barrier,rwonce,atomic_lse,atomic_ll_sc,cmpxchg}.h, asm-generic/qspinlock.h. Conditional operations
// are as exchanges are. RCU's read side is that of a kernel that does not preempt it.
static const LowerRow kernel[] = {
    {LOWER_FAIL, 1, "acquire full", "lse", {{STEP_READ, "casa", "A", NULL}}},
    {LOWER_RMW, 1, "once", "lse", {{STEP_RMW, "swp", "", ""}}},
    {LOWER_RMW, 1, "noreturn", "lse", {{STEP_RMW, "stadd", "NoRet", ""}}},
    {LOWER_RMW, 1, "acquire lock", "lse", {{STEP_RMW, "swpa", "A", ""}}},
    {LOWER_RMW, 1, "release", "lse", {{STEP_RMW, "swpl", "", "L"}}},
    {LOWER_RMW, 1, "full", "lse", {{STEP_RMW, "swpal", "A", "L"}}},
    {LOWER_LOAD, 1, "plain once locked unlocked", NULL, {{STEP_READ, "ldr", "", NULL}}},
    {LOWER_LOAD, 1, "acquire", NULL, {{STEP_READ, "ldar", "A", NULL}}},
    {LOWER_FAIL, 1, "acquire", NULL, {{STEP_READ, "ldaxr", "A", NULL}}},
    {LOWER_FAIL, 1, "once release full noreturn lock", NULL, {{STEP_READ, "ldr", "", NULL}}},
    {LOWER_STORE, 1, "plain once", NULL, {{STEP_WRITE, "str", "", NULL}}},
    {LOWER_STORE, 1, "release unlock", NULL, {{STEP_WRITE, "stlr", "L", NULL}}},
    {LOWER_STORE, 2, "full", NULL, {{STEP_WRITE, "str", "", NULL}, {STEP_FENCE, "dmb ish", "DMB.ISH", NULL}}},
    {LOWER_RMW, 1, "once noreturn", NULL, {{STEP_PAIR, "ldxr; stxr", "X", "X"}}},
    {LOWER_RMW, 1, "acquire lock", NULL, {{STEP_PAIR, "ldaxr; stxr", "A X", "X"}}},
    {LOWER_RMW, 1, "release", NULL, {{STEP_PAIR, "ldxr; stlxr", "X", "L X"}}},
    {LOWER_RMW, 2, "full", NULL, {{STEP_PAIR, "ldxr; stlxr", "X", "L X"}, {STEP_FENCE, "dmb ish", "DMB.ISH", NULL}}},
    {LOWER_FENCE, 1, "mb before-atomic after-atomic after-spinlock", NULL, {{STEP_FENCE, "dmb ish", "DMB.ISH", NULL}}},
    {LOWER_FENCE, 1, "rmb", NULL, {{STEP_FENCE, "dmb ishld", "DMB.ISHLD", NULL}}},
    {LOWER_FENCE, 1, "wmb", NULL, {{STEP_FENCE, "dmb ishst", "DMB.ISHST", NULL}}},
    {LOWER_FENCE, 0, "barrier rcu-lock rcu-unlock after-unlock-lock", NULL, {{0}}},
    HEAVY_ROW,
};
// clang-format on

static const CpuFence fences[] = {
    {"dmb-ish", "dmb ish", "DMB.ISH", "orders every earlier access before every later one", NULL},
    {"dmb-ishld", "dmb ishld", "DMB.ISHLD", "orders earlier loads before every later access", NULL},
    {"dmb-ishst", "dmb ishst", "DMB.ISHST", "orders earlier stores before later stores", NULL},
    {"dsb-ish", "dsb ish", "DSB.ISH", "as dmb ish, and waits until it is so", NULL},
    {"isb", "isb", "ISB", "empties the pipeline; orders later loads only after a branch on an earlier one", NULL},
};

static const ModelTag tags[] = {
    {"HEAVY", "HEAVY"},
    {"A", "A"},
    {"L", "L"},
    {"Q", "Q"},
    {"X", "EX"},
    {"DMB.SY", "DMB.SY"},
    {"DMB.ISH", "DMB.ISH"},
    {"DMB.OSH", "DMB.OSH"},
    {"DMB.NSH", "DMB.NSH"},
    {"DMB.LD", "DMB.LD"},
    {"DMB.ISHLD", "DMB.ISHLD"},
    {"DMB.OSHLD", "DMB.OSHLD"},
    {"DMB.NSHLD", "DMB.NSHLD"},
    {"DMB.ST", "DMB.ST"},
    {"DMB.ISHST", "DMB.ISHST"},
    {"DMB.OSHST", "DMB.OSHST"},
    {"DMB.NSHST", "DMB.NSHST"},
    {"DSB.SY", "DSB.SY"},
    {"DSB.ISH", "DSB.ISH"},
    {"DSB.OSH", "DSB.OSH"},
    {"DSB.NSH", "DSB.NSH"},
    {"DSB.LD", "DSB.LD"},
    {"DSB.ISHLD", "DSB.ISHLD"},
    {"DSB.OSHLD", "DSB.OSHLD"},
    {"DSB.NSHLD", "DSB.NSHLD"},
    {"DSB.ST", "DSB.ST"},
    {"DSB.ISHST", "DSB.ISHST"},
    {"DSB.OSHST", "DSB.OSHST"},
    {"DSB.NSHST", "DSB.NSHST"},
    {"NoRet", "NoRet"},
    {"ISB", "ISB"},
};

static const char *const features[] = {"lse", NULL};

static const char *const names[] = {"arm", "armv8", "arm64", NULL};

const Model model_aarch64 = {
    .name = "aarch64",
    .aliases = names,
    .title = "ARMv8 (AArch64)",
    .path = "aarch64/model.cat",
    .cpu = &cpu_aarch64,
    .coherent = true,
    .tags = tags,
    .tag_count = sizeof tags / sizeof *tags,
};

static const Mapping mappings[] = {
    {"c11", c11, sizeof c11 / sizeof *c11},
    {"linux", kernel, sizeof kernel / sizeof *kernel},
};

static const char *const machines[] = {"arm64", NULL};

const Cpu cpu_aarch64 = {
    .name = "aarch64",
    .uname = "aarch64",
    .aliases = machines,
    .gnu = "aarch64-linux-gnu",
    .model = &model_aarch64,
    .mappings = mappings,
    .mapping_count = sizeof mappings / sizeof *mappings,
    .fences = fences,
    .fence_count = sizeof fences / sizeof *fences,
    .features = features,
    .makers = aarch64_makers,
    .cores = aarch64_cores,
};
