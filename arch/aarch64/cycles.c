// What cycles say of AArch64's accesses.
#include "arch/vocabulary.h"

extern const Vocabulary cycles_aarch64;

static const Annotation annotations[] = {
    {"P", .load = "LDR W{d},[X{a}]", .store = "STR W{v},[X{a}]", .update = ""},
    {"A", .load = "LDAR W{d},[X{a}]", .update = "A", .tags = "A", .update_tags = "A"},
    {"Q", .load = "LDAPR W{d},[X{a}]", .tags = "Q"},
    {"L", .store = "STLR W{v},[X{a}]", .update = "L", .tags = "L", .update_tags = "L"},
};

// A fence of a wider domain is as that of the inner one.
static const FenceWord fences[] = {
    {"DMB.SY", "DMB SY", "DMB.SY", .between = {"dmb.sy", "fence-seq_cst", NULL}},
    {"DMB.LD", "DMB LD", "DMB.LD", .between = {"dmb.ld", "dmb-ishld", NULL}},
    {"DMB.ST", "DMB ST", "DMB.ST", .between = {"dmb.st", "dmb-ishst", NULL}},
    {"DMB.ISHLD", "DMB ISHLD", "DMB.ISHLD", .between = {"dmb.ishld", "dmb-ishld", NULL}},
    {"DMB.ISHST", "DMB ISHST", "DMB.ISHST", .between = {"dmb.ishst", "dmb-ishst", NULL}},
    {"DMB.ISH", "DMB ISH", "DMB.ISH", .between = {"dmb.ish", "fence-seq_cst", NULL}},
    {"DSB.SY", "DSB SY", "DSB.SY", .between = {"dsb.sy", "fence-seq_cst", NULL}},
    {"DSB.LD", "DSB LD", "DSB.LD", .between = {"dsb.ld", "dmb-ishld", NULL}},
    {"DSB.ST", "DSB ST", "DSB.ST", .between = {"dsb.st", "dmb-ishst", NULL}},
    {"DSB.ISH", "DSB ISH", "DSB.ISH", .between = {"dsb.ish", "fence-seq_cst", NULL}},
    {"ISB", "ISB", "ISB", "Isb", .between = {"isb", "isb", NULL}, .controlled = {"ctrlisb", "isb", "ctrl"}},
};

#define ATOMIC(name) name "{r}{w} W{v},W{d},[X{a}]"
static const Update updates[] = {
    {"LxSx", "rmw", 0, "{l}:; LD{r}XR W{d},[X{a}]; ST{w}XR W{t},W{v},[X{a}]; CBNZ W{t},{l}", "exclusive", "X"},
    {"Rmw", "rmw", 0, "", "exclusive", "X"},
    {"Amo.Swp", "amo.swp", 0, ATOMIC("SWP"), "swap", ""},
    {"Amo.Cas", "amo.cas", 0, "MOV W{d},#{e}; CAS{r}{w} W{d},W{v},[X{a}]", "cas", ""},
    {"Amo.LdAdd", "amo.ldadd", 0, ATOMIC("LDADD"), "add", ""},
    {"Amo.LdEor", "amo.ldeor", 0, ATOMIC("LDEOR"), "xor", ""},
};

static const CycleCode code = {.registers = "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 19 20 21 22 23 24 25 26 27 28",
                               .shown = "X{d}",
                               .constant = "MOV W{v},#{n}",
                               .address = "EOR W{t},W{s},W{s}; ADD X{a},X{b},W{t},SXTW",
                               .data = "EOR W{t},W{s},W{s}; ADD W{v},W{t},#{n}",
                               .control = "CBNZ W{s},{l}; {l}:"};

const Vocabulary cycles_aarch64 = {
    "AArch64", VOCABULARY_ROWS(annotations), true, false, VOCABULARY_ROWS(fences), VOCABULARY_ROWS(updates), &code};
