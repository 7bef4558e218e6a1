// C11 itself: its operations are the events, tagged by their orders.
#include "arch/arch.h"

extern const Arch arch_c11;

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

const Arch arch_c11 = {
    .name = "c11",
    .model = "c11",
    .title = "C11 (RC11)",
    .model_path = "c11/model.cat",
    .rmw_is_one_event = true,
    .tags = tags,
    .tag_count = sizeof tags / sizeof tags[0],
};
