// Instructions of POWER, from the Power ISA, books I and II. What a store-conditional did is known once what it was
// conditional on is: an isync behind a branch on it waits for that (Sarkar, Memarian, Owens, Batty, Sewell, Maranget,
// Alglave, Williams, "Synchronising C/C++ and POWER", PLDI 2012). Here it is a pick dependency, of which isync alone
// makes something: in the model's own paper store-conditionals carry none.
#include "arch/instruction.h"

extern const InstructionSet instructions_power;
extern const Vocabulary cycles_power;

// clang-format off
static const RegisterName names[] = {
    {"r#", 0, 31, "r#", 0, 64, 0, 'r'},
    {"cr#", 0, 7, "cr#", 0, 4, 0, 'c'},
    {"cr#.lt", 0, 7, "cr#.lt", 0, 1, 0, 'f'},
    {"cr#.gt", 0, 7, "cr#.gt", 0, 1, 0, 'f'},
    {"cr#.eq", 0, 7, "cr#.eq", 0, 1, 0, 'f'},
    {"lr", 0, 0, "lr", 0, 64, 0, 'f'},
    {"ctr", 0, 0, "ctr", 0, 64, 0, 'f'},
    {"ca", 0, 0, "ca", 0, 1, 0, 'f'},
};

// Bits of condition fields, as cr-logical instructions and isel name them.
#define BITS_OF(group, n)                                                                                              \
  {group, "4*cr" n "+lt", "cr" n ".lt", 0, NULL, NULL}, {group, "4*cr" n "+gt", "cr" n ".gt", 0, NULL, NULL},          \
      {group, "4*cr" n "+eq", "cr" n ".eq", 0, NULL, NULL}
#define BITS(group)                                                                                                    \
  {group, "lt", "cr0.lt", 0, NULL, NULL}, {group, "gt", "cr0.gt", 0, NULL, NULL},                                      \
      {group, "eq", "cr0.eq", 0, NULL, NULL}, BITS_OF(group, "1"), BITS_OF(group, "2"), BITS_OF(group, "3"),           \
      BITS_OF(group, "4"), BITS_OF(group, "5"), BITS_OF(group, "6"), BITS_OF(group, "7")

static const Word words[] = {
    {"width", "bz", "", 8, NULL, NULL},
    {"width", "hz", "", 16, NULL, NULL},
    {"width", "wz", "", 32, NULL, NULL},
    {"width", "d", "", 64, NULL, NULL},
    {"store", "b", "", 8, NULL, NULL},
    {"store", "h", "", 16, NULL, NULL},
    {"store", "w", "", 32, NULL, NULL},
    {"store", "d", "", 64, NULL, NULL},
    {"signed", "ha", "", 16, NULL, NULL},
    {"signed", "wa", "", 32, NULL, NULL},
    {"reserve", "b", "", 8, NULL, NULL},
    {"reserve", "h", "", 16, NULL, NULL},
    {"reserve", "w", "", 32, NULL, NULL},
    {"reserve", "d", "", 64, NULL, NULL},
    {"compare", "w", "", 32, NULL, NULL},
    {"compare", "d", "", 64, NULL, NULL},
    {"hint", "", "", 0, NULL, NULL},
    {"hint", "+", "", 0, NULL, NULL},
    {"hint", "-", "", 0, NULL, NULL},
    {"cond", "lt", "c.lt", 0, NULL, NULL},
    {"cond", "gt", "c.gt", 0, NULL, NULL},
    {"cond", "eq", "c.eq", 0, NULL, NULL},
    {"cond", "ge", "!c.lt", 0, NULL, NULL},
    {"cond", "nl", "!c.lt", 0, NULL, NULL},
    {"cond", "le", "!c.gt", 0, NULL, NULL},
    {"cond", "ng", "!c.gt", 0, NULL, NULL},
    {"cond", "ne", "!c.eq", 0, NULL, NULL},
    {"cond0", "lt", "cr0.lt", 0, NULL, NULL},
    {"cond0", "gt", "cr0.gt", 0, NULL, NULL},
    {"cond0", "eq", "cr0.eq", 0, NULL, NULL},
    {"cond0", "ge", "!cr0.lt", 0, NULL, NULL},
    {"cond0", "nl", "!cr0.lt", 0, NULL, NULL},
    {"cond0", "le", "!cr0.gt", 0, NULL, NULL},
    {"cond0", "ng", "!cr0.gt", 0, NULL, NULL},
    {"cond0", "ne", "!cr0.eq", 0, NULL, NULL},
    BITS("bit"), BITS("to"),
    {"logic", "and", "&", 0, NULL, NULL},
    {"logic", "or", "|", 0, NULL, NULL},
    {"logic", "xor", "^", 0, NULL, NULL},
    // What "." behind it does: the result is compared with 0 (book I, 3.3.9, "Rc").
    {"dot", "", "", 0, NULL, NULL},
    {"dot", ".", "record", 0, NULL, NULL},
    {"call", "bl", "lr = next", 0, NULL, NULL},
    {"call", "b", "return", 0, NULL, NULL},
};

static const Verb verbs[] = {
    {"record", "r", "cr0.lt = lt(r, 0); cr0.eq = r == 0; cr0.gt = lt(0, r); result = r"},
    // The bits m to e of a word, counted from the highest; around its end where e is less (book I, 3.3.14).
    {"word_mask", "m, e", "h = low(~0, 32) >> m; t = low(~0 << 31 - e, 32); result = select(m <= e, h & t, h | t)"},
    {"rotated", "s, n", "result = at(32, ror(s, 32 - n & 31))"},
};

// The bits of a condition field where they stand in the whole register; the fourth is not known to any row.
#define FIELD(mask, n)                                                                                                 \
  {"mfocrf", "Rd, " mask, "d = cr" n ".lt << 31 - 4 * " n " | cr" n ".gt << 30 - 4 * " n " | cr" n ".eq << 29 - 4 * " n, \
   "I 3.3.17"},                                                                                                         \
  {"mtocrf", mask ", Rs",                                                                                              \
   "cr" n ".lt = s >> 31 - 4 * " n " & 1; cr" n ".gt = s >> 30 - 4 * " n " & 1; cr" n ".eq = s >> 29 - 4 * " n " & 1", \
   "I 3.3.17"}

static const InstructionRow rows[] = {
    // Loads and stores
    {"l{width}", "Rt, Ma", "t = load(a)", "I 3.3.2"},
    {"l{signed}", "Rt, Ma", "t = signed(load(a))", "I 3.3.2"},
    {"l{width}x", "Rt, Za, Rb", "t = load(at(64, a + b))", "I 3.3.2"},
    {"ldx", "Rt, Za, Rb", "t = at(64, load(a + b))", "I 3.3.2"},
    {"l{signed}x", "Rt, Za, Rb", "t = signed(load(at(64, a + b)))", "I 3.3.2"},
    {"st{store}", "Rs, Ma", "store(a, s)", "I 3.3.3"},
    {"st{store}x", "Rs, Za, Rb", "store(at(64, a + b), s)", "I 3.3.3"},
    {"lwzx", "Rt, Za, Rb", "t = at(32, load(at(64, a + b)))", "I 3.3.2"},
    {"stdu", "Rs, Ma", "at(64, store(a, s)); update(a)", "I 3.3.3"},
    {"l{reserve}arx", "Rt, Za, Rb", "t = load_exclusive(at(64, a + b), X)", "II 4.6.2"},
    {"l{reserve}arx", "Rt, Za, Rb, #h", "t = load_exclusive(at(64, a + b), X)", "II 4.6.2"},
    {"st{reserve}cx.", "Rs, Za, Rb", "cr0.eq = !store_reserved(at(64, a + b), s, X); cr0.lt = 0; cr0.gt = 0", "II 4.6.2"},
    // Arithmetic
    {"li", "Rd, #i", "d = i", "I 3.3.9"},
    {"lis", "Rd, #i", "d = signed(at(32, i << 16), 32)", "I 3.3.9"},
    {"addi", "Rd, Za, #i", "d = a + i", "I 3.3.9"},
    {"addis", "Rd, Za, #i", "d = a + signed(at(32, i << 16), 32)", "I 3.3.9"},
    {"add{dot}", "Rd, Ra, Rb", "d = {dot}(a + b)", "I 3.3.9"},
    {"subf{dot}", "Rd, Ra, Rb", "d = {dot}(b - a)", "I 3.3.9"},
    {"sub", "Rd, Ra, Rb", "d = a - b", "I 3.3.9"},
    {"subi", "Rd, Za, #i", "d = a - i", "I 3.3.9"},
    {"neg{dot}", "Rd, Ra", "d = {dot}(-a)", "I 3.3.9"},
    {"addic", "Rd, Ra, #i", "r = a + i; ca = r < a; d = r", "I 3.3.9"},
    {"addic.", "Rd, Ra, #i", "r = a + i; ca = r < a; d = record(r)", "I 3.3.9"},
    {"subfic", "Rd, Ra, #i", "r = i - a; ca = i >= a; d = r", "I 3.3.9"},
    {"subfe", "Rd, Ra, Rb", "r = b + ~a + ca; ca = b > a | b == a & ca; d = r", "I 3.3.9"},
    {"addc", "Rd, Ra, Rb", "r = a + b; ca = r < a; d = r", "I 3.3.9"},
    {"adde", "Rd, Ra, Rb", "r = a + b + ca; ca = r < a | r == a & ca; d = r", "I 3.3.9"},
    {"subfc", "Rd, Ra, Rb", "r = b - a; ca = b >= a; d = r", "I 3.3.9"},
    {"subc", "Rd, Ra, Rb", "r = a - b; ca = a >= b; d = r", "I 3.3.9"},
    {"addze", "Rd, Ra", "r = a + ca; ca = r < a; d = r", "I 3.3.9"},
    {"mulld{dot}", "Rd, Ra, Rb", "d = {dot}(a * b)", "I 3.3.9"},
    {"mullw", "Rd, Ra, Rb", "d = signed(a, 32) * signed(b, 32)", "I 3.3.9"},
    {"mulhw", "Rd, Ra, Rb", "d = low(signed(a, 32) * signed(b, 32) >> 32, 32)", "I 3.3.9"},
    {"mulhwu", "Rd, Ra, Rb", "d = low(a, 32) * low(b, 32) >> 32", "I 3.3.9"},
    {"mulhd", "Rd, Ra, Rb", "m = lt(a, 0); n = lt(b, 0); d = at(128, (a - (m << 64)) * (b - (n << 64)) >> 64)", "I 3.3.9"},
    {"mulhdu", "Rd, Ra, Rb", "d = at(128, a * b >> 64)", "I 3.3.9"},
    {"divw{dot}", "Rd, Ra, Rb", "d = {dot}(at(32, sdiv(a, b)))", "I 3.3.9"},
    {"divwu", "Rd, Ra, Rb", "d = at(32, a / b)", "I 3.3.9"},
    {"divd{dot}", "Rd, Ra, Rb", "d = {dot}(sdiv(a, b))", "I 3.3.9"},
    {"divdu", "Rd, Ra, Rb", "d = a / b", "I 3.3.9"},
    {"mulli", "Rd, Ra, #i", "d = a * i", "I 3.3.9"},
    {"{logic}{dot}", "Rd, Rs, Rb", "d = {dot}(s {logic} b)", "I 3.3.13"},
    {"{logic}i", "Rd, Rs, #i", "d = s {logic} i", "I 3.3.13"},
    {"{logic}is", "Rd, Rs, #i", "d = s {logic} i << 16", "I 3.3.13"},
    {"andi.", "Rd, Rs, #i", "d = record(s & i)", "I 3.3.13"},
    {"nand{dot}", "Rd, Rs, Rb", "d = {dot}(~(s & b))", "I 3.3.13"},
    {"nor{dot}", "Rd, Rs, Rb", "d = {dot}(~(s | b))", "I 3.3.13"},
    {"andc{dot}", "Rd, Rs, Rb", "d = {dot}(s & ~b)", "I 3.3.13"},
    {"orc{dot}", "Rd, Rs, Rb", "d = {dot}(s | ~b)", "I 3.3.13"},
    {"eqv{dot}", "Rd, Rs, Rb", "d = {dot}(~(s ^ b))", "I 3.3.13"},
    {"not{dot}", "Rd, Rs", "d = {dot}(~s)", "I 3.3.13"},
    {"mr{dot}", "Rd, Rs", "d = {dot}(s)", "I 3.3.13"},
    {"extsb{dot}", "Rd, Rs", "d = {dot}(signed(s, 8))", "I 3.3.13"},
    {"extsh{dot}", "Rd, Rs", "d = {dot}(signed(s, 16))", "I 3.3.13"},
    {"extsw{dot}", "Rd, Rs", "d = {dot}(signed(s, 32))", "I 3.3.13"},
    {"cntlzw", "Rd, Rs", "d = at(32, zeros(s))", "I 3.3.13"},
    {"cntlzd", "Rd, Rs", "d = zeros(s)", "I 3.3.13"},
    {"rldic", "Rd, Rs, #n, #m", "d = s << n & ~0 >> m", "I 3.3.14"},
    {"slwi{dot}", "Rd, Rs, #n", "d = {dot}(at(32, s << n))", "I 3.3.14"},
    {"srwi{dot}", "Rd, Rs, #n", "d = {dot}(at(32, s >> n))", "I 3.3.14"},
    {"sldi{dot}", "Rd, Rs, #n", "d = {dot}(s << n)", "I 3.3.14"},
    {"rldicr{dot}", "Rd, Rs, #n, #e", "d = {dot}(ror(s, 64 - n & 63) & ~0 << 63 - e)", "I 3.3.14"},
    {"srdi{dot}", "Rd, Rs, #n", "d = {dot}(s >> n)", "I 3.3.14"},
    {"slw{dot}", "Rd, Rs, Rb", "d = {dot}(at(32, s << (b & 63)))", "I 3.3.14"},
    {"srw{dot}", "Rd, Rs, Rb", "d = {dot}(at(32, s >> (b & 63)))", "I 3.3.14"},
    {"srawi", "Rd, Rs, #n", "d = signed(at(32, sar(s, n)), 32); ca = at(32, lt(s, 0) & (s & (1 << n) - 1) != 0)", "I 3.3.14"},
    {"sradi", "Rd, Rs, #n", "r = sar(s, n); ca = lt(s, 0) & (s & (1 << n) - 1) != 0; d = r", "I 3.3.14"},
    {"clrlwi{dot}", "Rd, Rs, #n", "d = {dot}(at(32, s << n >> n))", "I 3.3.14"},
    {"clrldi{dot}", "Rd, Rs, #n", "d = {dot}(s << n >> n)", "I 3.3.14"},
    {"clrrwi{dot}", "Rd, Rs, #n", "d = {dot}(low(s, 32) >> n << n)", "I 3.3.14"},
    {"clrrdi{dot}", "Rd, Rs, #n", "d = {dot}(s >> n << n)", "I 3.3.14"},
    {"rldicl{dot}", "Rd, Rs, #n, #m", "d = {dot}(ror(s, 64 - n & 63) & ~0 >> m)", "I 3.3.14"},
    {"rotlwi{dot}", "Rd, Rs, #n", "d = {dot}(rotated(s, n))", "I 3.3.14"},
    {"rlwinm{dot}", "Rd, Rs, #n, #m, #e", "d = {dot}(rotated(s, n) & word_mask(m, e))", "I 3.3.14"},
    {"rlwimi", "Rd, Rs, #n, #m, #e", "k = word_mask(m, e); d = d & ~k | rotated(s, n) & k", "I 3.3.14"},
    // Comparisons
    {"cmp{compare}", "Ca, Rs, Rb", "a.lt = lt(s, b); a.eq = s == b; a.gt = lt(b, s)", "I 3.3.10"},
    {"cmp{compare}", "Rs, Rb", "cr0.lt = lt(s, b); cr0.eq = s == b; cr0.gt = lt(b, s)", "I 3.3.10"},
    {"cmp{compare}i", "Ca, Rs, #i", "a.lt = lt(s, i); a.eq = s == i; a.gt = lt(i, s)", "I 3.3.10"},
    {"cmp{compare}i", "Rs, #i", "cr0.lt = lt(s, i); cr0.eq = s == i; cr0.gt = lt(i, s)", "I 3.3.10"},
    {"cmpl{compare}", "Ca, Rs, Rb", "a.lt = s < b; a.eq = s == b; a.gt = s > b", "I 3.3.10"},
    {"cmpl{compare}", "Rs, Rb", "cr0.lt = s < b; cr0.eq = s == b; cr0.gt = s > b", "I 3.3.10"},
    {"cmpl{compare}i", "Ca, Rs, #i", "a.lt = s < i; a.eq = s == i; a.gt = s > i", "I 3.3.10"},
    {"cmpl{compare}i", "Rs, #i", "cr0.lt = s < i; cr0.eq = s == i; cr0.gt = s > i", "I 3.3.10"},
    {"isel", "Rd, Za, Rb, {bit:c}", "d = select(c, a, b)", "I 3.3.11"},
    {"mcrf", "Ca, Cb", "a.lt = b.lt; a.eq = b.eq; a.gt = b.gt", "I 2.5"},
    {"crmove", "{to}, {bit}", "{to} = {bit}", "I 2.5"},
    {"crnot", "{to}, {bit}", "{to} = !{bit}", "I 2.5"},
    {"isel{cond0:c}", "Rd, Za, Rb", "d = select(c, a, b)", "I 3.3.11"},
    // Branches
    {"b", "@l", "goto l", "I 2.4"},
    {"b{cond0:k}{hint}", "@l", "if (k) goto l", "I 2.4"},
    {"b{cond:k}{hint}", "Cc, @l", "if (k) goto l", "I 2.4"},
    {"blr", "", "goto (lr)", "I 2.4"},
    {"{call} " IDLE_FUNCTION, "", "r3 = 0; {call}", "I 2.4"},
    {"{call} " HEAVY_FUNCTION, "", "fence(HEAVY); r3 = 0; {call}", "I 2.4"},
    {"{call} " FOLLOWED_FUNCTION, "", "{call}; enter", "I 2.4"},
    {"b{cond0:k}lr{hint}", "", "if (k) return", "I 2.4"},
    {"b{cond:k}lr{hint}", "Cc", "if (k) return", "I 2.4"},
    {"rldimi", "Rd, Rs, #i, #m", "k = (1 << (64 - m)) - (1 << i) - (i > 64 - m); d = (d & ~k) | (ror(s, 64 - i & 63) & k)", "I 3.3.14"},
    {"mflr", "Rd", "d = lr", "I 3.3.17"},
    {"mtlr", "Rs", "lr = s", "I 3.3.17"},
    FIELD("128", "0"), FIELD("64", "1"), FIELD("32", "2"), FIELD("16", "3"),
    FIELD("8", "4"), FIELD("4", "5"), FIELD("2", "6"), FIELD("1", "7"),
    // Barriers
    {"sync", "", "fence(SYNC)", "II 4.6.3"},
    {"hwsync", "", "fence(SYNC)", "II 4.6.3"},
    {"lwsync", "", "fence(LWSYNC)", "II 4.6.3"},
    {"eieio", "", "fence(EIEIO)", "II 4.6.3"},
    {"isync", "", "fence(ISYNC)", "II 4.6.1"},
    {"nop", "", "", "I 3.3.13"},
};
// clang-format on

static const AssemblyDialect dialects[] = {{"PPC", false, false, 64}};

const InstructionSet instructions_power = {
    .arch = "power",
    .manual = "Power ISA",
    INSTRUCTION_TABLES,
    .cycles = &cycles_power,
    .verbs = verbs,
    .verb_count = INSTRUCTION_COUNT(verbs),
    .parameters = "r3 r4 r5 r6 r7 r8 r9 r10",
    .stack = "r1",
    .return_to = "lr",
    .syntax = {.immediate = "",
               .constraint = "b",
               .reserved = "r0 r1 r2 r13 r30 r31",
               .clobbers = "\"cr0\", \"cr1\", \"cr2\", \"cr3\", \"cr4\", \"cr5\", \"cr6\", \"cr7\", \"xer\"",
               .extensions = "",
               .clear = "mtcrf 255, %[nothing]; mtxer %[nothing]"},
};
