// Sequential consistency judges the C11 program; it has no use for the orders, though a model may name them.
#include "arch/model.h"

extern const Model model_sc;

static const ModelTag tags[] = {
    {"RLX", "A RLX"},
    {"CON", "A CON"},
    {"ACQ", "A ACQ"},
    {"REL", "A REL"},
    {"ACQ_REL", "A ACQ_REL"},
    {"SC", "A SC"},
    {"NA", "NA"},
    {"lock", "LK LKR LKW LS LF UL RL RU"}, // models may name them; the language has no locks
};

const Model model_sc = {
    .name = "sc",
    .title = "Sequential consistency",
    .path = "sc/model.cat",
    .rmw_is_one_event = true,
    .coherent = true,
    .tags = tags,
    .tag_count = sizeof tags / sizeof tags[0],
};
