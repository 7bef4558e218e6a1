// POWER: fences around loads and stores; a load that is waited for is one that a branch and isync follow.
#include "arch/arch.h"

extern const Arch arch_power;

// clang-format off
static const LowerRow rows[] = {
    {LOWER_LOAD, "relaxed", NULL, {{STEP_READ, "lwz", "", NULL}}, 1},
    {LOWER_LOAD, "consume acquire", NULL, {{STEP_READ, "lwz", "", NULL}, {STEP_BRANCH, "cmp; bc", "", NULL}, {STEP_FENCE, "isync", "ISYNC", NULL}}, 3},
    {LOWER_LOAD, "seq_cst", NULL, {{STEP_FENCE, "sync", "SYNC", NULL}, {STEP_READ, "lwz", "", NULL}, {STEP_BRANCH, "cmp; bc", "", NULL}, {STEP_FENCE, "isync", "ISYNC", NULL}}, 4},
    {LOWER_STORE, "relaxed", NULL, {{STEP_WRITE, "stw", "", NULL}}, 1},
    {LOWER_STORE, "release", NULL, {{STEP_FENCE, "lwsync", "LWSYNC", NULL}, {STEP_WRITE, "stw", "", NULL}}, 2},
    {LOWER_STORE, "seq_cst", NULL, {{STEP_FENCE, "sync", "SYNC", NULL}, {STEP_WRITE, "stw", "", NULL}}, 2},
    {LOWER_RMW, "relaxed", NULL, {{STEP_PAIR, "lwarx; stwcx.", "X", "X"}}, 1},
    {LOWER_RMW, "consume acquire", NULL, {{STEP_PAIR, "lwarx; stwcx.", "X", "X"}, {STEP_BRANCH, "bne", "", NULL}, {STEP_FENCE, "isync", "ISYNC", NULL}}, 3},
    {LOWER_RMW, "release", NULL, {{STEP_FENCE, "lwsync", "LWSYNC", NULL}, {STEP_PAIR, "lwarx; stwcx.", "X", "X"}}, 2},
    {LOWER_RMW, "acq_rel", NULL, {{STEP_FENCE, "lwsync", "LWSYNC", NULL}, {STEP_PAIR, "lwarx; stwcx.", "X", "X"}, {STEP_BRANCH, "bne", "", NULL}, {STEP_FENCE, "isync", "ISYNC", NULL}}, 4},
    {LOWER_RMW, "seq_cst", NULL, {{STEP_FENCE, "sync", "SYNC", NULL}, {STEP_PAIR, "lwarx; stwcx.", "X", "X"}, {STEP_BRANCH, "bne", "", NULL}, {STEP_FENCE, "isync", "ISYNC", NULL}}, 4},
    {LOWER_FENCE, "relaxed", NULL, {{0}}, 0},
    {LOWER_FENCE, "consume acquire release acq_rel", NULL, {{STEP_FENCE, "lwsync", "LWSYNC", NULL}}, 1},
    {LOWER_FENCE, "seq_cst", NULL, {{STEP_FENCE, "sync", "SYNC", NULL}}, 1},
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
};
