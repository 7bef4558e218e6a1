// What cycles say of x86's accesses.
#include "arch/vocabulary.h"

extern const Vocabulary cycles_x86_64;

static const Annotation annotations[] = {{"Na", .load = "movl ({a}),%e{d}", .store = "movl ${n},({a})", .update = ""}};

static const FenceWord fences[] = {
    {"MFence", "mfence", "MFENCE", .between = {"mfence", "fence-seq_cst", NULL}},
    {"LFence", "lfence", "LFENCE", .between = {"lfence", "lfence", NULL}},
    {"SFence", "sfence", "SFENCE", .between = {"sfence", "sfence", NULL}},
};

static const Update updates[] = {
    {"Exch", "rmw", 0, "movl ${n},%e{d}; xchgl ({a}),%e{d}", "swap", "A"},
    {"Rmw", "rmw", 0, "", "swap", "A"},
    {"Amo.LdAdd", "amo.ldadd", 0, "movl ${n},%e{d}; lock xaddl %e{d},({a})", "add", "A"},
};

static const CycleCode code = {.registers = "ax bx cx dx si di", .shown = "r{d}"};

const Vocabulary cycles_x86_64 = {
    "X86_64", VOCABULARY_ROWS(annotations), true, false, VOCABULARY_ROWS(fences), VOCABULARY_ROWS(updates), &code};
