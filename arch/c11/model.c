// C11 itself: its operations are the events, tagged by their orders.
#include "arch/model.h"

extern const Model model_c11;

static const ModelTag tags[] = {
    {"RLX", "A RLX"},
    {"CON", "A CON"},
    {"ACQ", "A ACQ"},
    {"REL", "A REL"},
    {"ACQ_REL", "A ACQ_REL"},
    {"SC", "A SC"},
    {"HEAVY", "SC HEAVY"}, // membarrier(2), and
    {"LIGHT", "LIGHT"},    // the compiler's barrier that it makes a fence: beyond C11, C++'s P1202
    {"NA", "NA"},
    {"lock", "LK LKR LKW LS LF UL RL RU"}, // models may name them; the language has no locks
};

const Model model_c11 = {
    .name = "c11",
    .title = "C11 (RC11)",
    .path = "c11/model.cat",
    .dialect = "c11",
    .undefined_behaviour = true,
    .thin_air = "no-thin-air", // ISO C11 has no such axiom
    .rmw_is_one_event = true,
    .unsequenced = true, // C17 6.5p3
    .coherent = true,
    .tags = tags,
    .tag_count = sizeof tags / sizeof tags[0],
};
