// Sequential consistency judges the C11 program; it has no use for the orders, though a model may name them.
#include "arch/arch.h"

extern const Arch arch_sc;

static const ArchTag tags[] = {
    {"RLX", "A RLX"},
    {"CON", "A CON"},
    {"ACQ", "A ACQ"},
    {"REL", "A REL"},
    {"ACQ_REL", "A ACQ_REL"},
    {"SC", "A SC"},
    {"NA", "NA"},
    {"lock", "LK LKR LKW LS LF UL RL RU"}, // models may name them; the language has no locks
};

const Arch arch_sc = {
    .name = "sc",
    .model = "sc",
    .title = "Sequential consistency",
    .model_path = "sc/model.cat",
    .rmw_is_one_event = true,
    .tags = tags,
    .tag_count = sizeof tags / sizeof tags[0],
};
