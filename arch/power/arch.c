// POWER: fences around loads and stores; a load that is waited for is one that a branch and isync follow.
#include "arch/arch.h"

extern const Arch arch_power;

// clang-format off
static const LowerRow rows[] = {
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
};
// clang-format on

static const ArchFence fences[] = {
    {"sync", "sync", "SYNC", "orders every earlier access before every later one", NULL},
    {"lwsync", "lwsync", "LWSYNC", "orders all but an earlier store before a later load", NULL},
    {"isync", "isync", "ISYNC", "empties the pipeline; orders later loads only after a branch on an earlier one", NULL},
    {"eieio", "eieio", "EIEIO", "orders earlier stores before later stores", NULL},
};

static const ArchTag tags[] = {
    {"X", "X"}, {"SYNC", "SYNC"}, {"LWSYNC", "LWSYNC"}, {"ISYNC", "ISYNC"}, {"EIEIO", "EIEIO"},
};

const Arch arch_power = {
    .name = "power",
    .model = "power",
    .title = "POWER",
    .model_path = "power/model.cat",
    .rows = rows,
    .row_count = sizeof rows / sizeof rows[0],
    .fences = fences,
    .fence_count = sizeof fences / sizeof fences[0],
    .tags = tags,
    .tag_count = sizeof tags / sizeof tags[0],
    .uname = "ppc64le",
    .gnu = "powerpc64le-linux-gnu",
};
