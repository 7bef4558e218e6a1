// What cycles say of POWER's accesses.
#include "arch/vocabulary.h"

extern const Vocabulary cycles_power;

static const Annotation annotations[] = {{"Na", .load = "lwz r{d},0(r{a})", .store = "stw r{v},0(r{a})", .update = ""}};

static const FenceWord fences[] = {
    {"Sync", "sync", "SYNC", .between = {"sync", "fence-seq_cst", NULL}},
    {"LwSync", "lwsync", "LWSYNC", .between = {"lwsync", "lwsync", NULL}},
    {"ISync", "isync", "ISYNC", "Isync", .between = {"isync", "isync", NULL},
     .controlled = {"ctrlisync", "isync", "ctrl"}},
    {"Eieio", "eieio", "EIEIO", .between = {"eieio", "eieio", NULL}},
};

static const Update updates[] = {
    {"LxSx", "rmw", 0, "{l}:; lwarx r{d},r0,r{a}; stwcx. r{v},r0,r{a}; bne {l}", "exclusive", "X"},
    {"Rmw", "rmw", 0, "", "exclusive", "X"},
};

static const CycleCode code = {.registers =
                                   "3 4 5 6 7 8 9 10 11 12 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31",
                               .shown = "r{d}",
                               .constant = "li r{v},{n}",
                               .address = "xor r{t},r{s},r{s}; add r{a},r{b},r{t}",
                               .data = "xor r{t},r{s},r{s}; addi r{v},r{t},{n}",
                               .control = "cmpw r{s},r{s}; beq {l}; {l}:"};

const Vocabulary cycles_power = {
    "PPC", VOCABULARY_ROWS(annotations), true, false, VOCABULARY_ROWS(fences), VOCABULARY_ROWS(updates), &code};
