// What cycles say of RISC-V's accesses.
#include "arch/vocabulary.h"

extern const Vocabulary cycles_riscv;

// An atomic operation's bits are of both its accesses: one that acquires and releases does the first as it reads, the
// second as it writes.
static const Annotation annotations[] = {
    {"P", .load = "lw x{d},0(x{a})", .store = "sw x{v},0(x{a})", .update = ""},
    {"Aq", .load = "lw.aq x{d},0(x{a})", .update = ".aq", .tags = "Acq", .update_tags = "Acq AcqRel"},
    {"Rl", .store = "sw.rl x{v},0(x{a})", .update = ".rl", .tags = "Rel", .update_tags = "Rel AcqRel"},
    {"AR", .load = "lw.aqrl x{d},0(x{a})", .store = "sw.aqrl x{v},0(x{a})", .tags = "AcqRel"},
};

static const FenceWord fences[] = {
    {"Fence.rw.rw", "fence rw,rw", "Fence.rw.rw", .between = {"fence.rw.rw", "fence-seq_cst", NULL}},
    {"Fence.rw.w", "fence rw,w", "Fence.rw.w", .between = {"fence.rw.w", "fence-rw-w", NULL}},
    {"Fence.rw.r", "fence rw,r", "Fence.rw.r", .between = {"fence.rw.r", NULL, NULL}},
    {"Fence.r.rw", "fence r,rw", "Fence.r.rw", .between = {"fence.r.rw", "fence-r-rw", NULL}},
    {"Fence.r.r", "fence r,r", "Fence.r.r", .between = {"fence.r.r", "fence-r-r", NULL}},
    {"Fence.r.w", "fence r,w", "Fence.r.w", .between = {"fence.r.w", "fence-r-w", NULL}},
    {"Fence.w.rw", "fence w,rw", "Fence.w.rw", .between = {"fence.w.rw", NULL, NULL}},
    {"Fence.w.r", "fence w,r", "Fence.w.r", .between = {"fence.w.r", "fence-w-r", NULL}},
    {"Fence.w.w", "fence w,w", "Fence.w.w", .between = {"fence.w.w", "fence-w-w", NULL}},
    {"Fence.tso", "fence.tso", "Fence.tso", .between = {"fence.tso", "fence-tso", NULL}},
    {"Fence.i", "fence.i", "Fence.i", "FenceI", {"fence.i", NULL, NULL}, {"ctrlfencei", NULL, "ctrl"}},
};

static const Update updates[] = {
    {"Exch", "rmw", 0, "amoswap.w{r}{w} x{d},x{v},(x{a})", "swap", "AMO"},
    {"Rmw", "rmw", 0, "", "swap", "AMO"},
    {"Amo.LdAdd", "amo.ldadd", 0, "amoadd.w{r}{w} x{d},x{v},(x{a})", "add", "AMO"},
    {"LxSx", "lxsx", 0, "{l}:; lr.w{r} x{d},0(x{a}); sc.w{w} x{t},x{v},0(x{a}); bne x{t},x0,{l}", "exclusive", "X"},
};

static const CycleCode code = {.registers =
                                   "5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31",
                               .shown = "x{d}",
                               .constant = "ori x{v},x0,{n}",
                               .address = "xor x{t},x{s},x{s}; add x{a},x{b},x{t}",
                               .data = "xor x{t},x{s},x{s}; ori x{v},x{t},{n}",
                               .control = "bne x{s},x0,{l}; {l}:"};

const Vocabulary cycles_riscv = {
    "RISCV", VOCABULARY_ROWS(annotations), true, false, VOCABULARY_ROWS(fences), VOCABULARY_ROWS(updates), &code};
