// Instructions of x86, from the Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2; operands stand
// as AT&T's syntax has them, the destination last. What is locked, and an exchange with memory, reads and writes at
// once and orders as a fence does (volume 3, section 9.2); its events have the tag A. Of what reads and then writes
// without a lock, other CPUs may come between.
#include "arch/instruction.h"

extern const InstructionSet instructions_x86_64;
extern const Vocabulary cycles_x86_64;

// clang-format off
#define WHOLE(r, e, x, l) {r, 0, 0, r, 0, 64, 0, 'r'}, {e, 0, 0, r, 0, 32, 0, 'r'}, {x, 0, 0, r, 0, 16, 0, 'r'}, {l, 0, 0, r, 0, 8, 0, 'r'}
static const RegisterName names[] = {
    WHOLE("rax", "eax", "ax", "al"),
    WHOLE("rbx", "ebx", "bx", "bl"),
    WHOLE("rcx", "ecx", "cx", "cl"),
    WHOLE("rdx", "edx", "dx", "dl"),
    WHOLE("rsi", "esi", "si", "sil"),
    WHOLE("rdi", "edi", "di", "dil"),
    WHOLE("rbp", "ebp", "bp", "bpl"),
    WHOLE("rsp", "esp", "sp", "spl"),
    {"ah", 0, 0, "rax", 0, 8, 8, 'r'},
    {"bh", 0, 0, "rbx", 0, 8, 8, 'r'},
    {"ch", 0, 0, "rcx", 0, 8, 8, 'r'},
    {"dh", 0, 0, "rdx", 0, 8, 8, 'r'},
    {"r#", 8, 15, "r#", 0, 64, 0, 'r'},
    {"r#d", 8, 15, "r#", 0, 32, 0, 'r'},
    {"r#w", 8, 15, "r#", 0, 16, 0, 'r'},
    {"r#b", 8, 15, "r#", 0, 8, 0, 'r'},
    {"rip", 0, 0, "", 0, 64, 0, 'r'}, // what is addressed by it is named
    {"zf", 0, 0, "zf", 0, 1, 0, 'f'},
    {"sf", 0, 0, "sf", 0, 1, 0, 'f'},
    {"cf", 0, 0, "cf", 0, 1, 0, 'f'},
    {"of", 0, 0, "of", 0, 1, 0, 'f'},
};

static const Word words[] = {
    {"prefix", "lock", "lock ", 0, NULL, NULL},
    {"prefix", "bnd", "", 0, NULL, NULL},
    {"prefix", "notrack", "", 0, NULL, NULL},
    {"prefix", "data16", "", 0, NULL, NULL},
    {"prefix", "cs", "", 0, NULL, NULL},
    {"prefix", "rep", "", 0, NULL, NULL},
    {"prefix", "repz", "", 0, NULL, NULL},
    {"size", "", "", 0, NULL, NULL},
    {"size", "b", "", 8, NULL, NULL},
    {"size", "w", "", 16, NULL, NULL},
    {"size", "l", "", 32, NULL, NULL},
    {"size", "q", "", 64, NULL, NULL},
    {"long", "l", "", 32, NULL, NULL},
    {"quad", "q", "", 64, NULL, NULL},
    {"logic", "and", "&", 0, NULL, NULL},
    {"logic", "or", "|", 0, NULL, NULL},
    {"logic", "xor", "^", 0, NULL, NULL},
    {"locked", "and", "and", 0, NULL, NULL},
    {"locked", "or", "or", 0, NULL, NULL},
    {"locked", "xor", "xor", 0, NULL, NULL},
    {"call", "call", "", 0, NULL, NULL},
    {"call", "callq", "", 0, NULL, NULL},
    {"call", "jmp", "return", 0, NULL, NULL},
    {"call", "jmpq", "return", 0, NULL, NULL},
    // Volume 1, appendix B
    {"cond", "e", "zf", 0, NULL, NULL},
    {"cond", "z", "zf", 0, NULL, NULL},
    {"cond", "ne", "!zf", 0, NULL, NULL},
    {"cond", "nz", "!zf", 0, NULL, NULL},
    {"cond", "a", "!cf & !zf", 0, NULL, NULL},
    {"cond", "nbe", "!cf & !zf", 0, NULL, NULL},
    {"cond", "ae", "!cf", 0, NULL, NULL},
    {"cond", "nb", "!cf", 0, NULL, NULL},
    {"cond", "nc", "!cf", 0, NULL, NULL},
    {"cond", "b", "cf", 0, NULL, NULL},
    {"cond", "c", "cf", 0, NULL, NULL},
    {"cond", "nae", "cf", 0, NULL, NULL},
    {"cond", "be", "cf | zf", 0, NULL, NULL},
    {"cond", "na", "cf | zf", 0, NULL, NULL},
    {"cond", "g", "!zf & sf == of", 0, NULL, NULL},
    {"cond", "nle", "!zf & sf == of", 0, NULL, NULL},
    {"cond", "ge", "sf == of", 0, NULL, NULL},
    {"cond", "nl", "sf == of", 0, NULL, NULL},
    {"cond", "l", "sf != of", 0, NULL, NULL},
    {"cond", "nge", "sf != of", 0, NULL, NULL},
    {"cond", "le", "zf | sf != of", 0, NULL, NULL},
    {"cond", "ng", "zf | sf != of", 0, NULL, NULL},
    {"cond", "s", "sf", 0, NULL, NULL},
    {"cond", "ns", "!sf", 0, NULL, NULL},
    {"cond", "o", "of", 0, NULL, NULL},
    {"cond", "no", "!of", 0, NULL, NULL},
};

static const Verb verbs[] = {
    {"flags_of", "r", "zf = r == 0; sf = lt(r, 0)"},
    {"flags_logic", "r", "flags_of(r); cf = 0; of = 0; result = r"},
    {"flags_and", "a, b", "flags_logic(a & b)"},
    {"flags_or", "a, b", "flags_logic(a | b)"},
    {"flags_xor", "a, b", "flags_logic(a ^ b)"},
    // By n bits, c the last of those shifted out; by none, flags stay. OF is said of a shift by one.
    {"flags_shift", "r, n, c, v",
     "zf = select(n == 0, zf, r == 0); sf = select(n == 0, sf, lt(r, 0)); cf = select(n == 0, cf, c); "
     "of = select(n == 0, of, v); result = r"},
    {"shift_left", "a, n", "r = a << n; c = a >> (bits - n) & 1; flags_shift(r, n, c, lt(r, 0) ^ c); result = r"},
    {"shift_right", "a, n", "flags_shift(a >> n, n, a >> (n - 1) & 1, lt(a, 0)); result = a >> n"},
    {"shift_signed", "a, n", "flags_shift(sar(a, n), n, sar(a, n - 1) & 1, 0); result = sar(a, n)"},
    // Whether the whole product, of 2 k bits, is more than what is kept of it.
    {"flags_product", "a, b",
     "k = bits; m = lt(a, 0); n = lt(b, 0); r = a * b; o = lt(r, 0); "
     "cf = at(128, (a - (m << k)) * (b - (n << k)) != r - (o << k)); of = cf; result = r"},
    {"flags_inc", "a", "r = a + 1; flags_of(r); of = lt(~a & r, 0); result = r"},
    {"flags_dec", "a", "r = a - 1; flags_of(r); of = lt(a & ~r, 0); result = r"},
    {"flags_add", "a, b", "r = a + b; flags_of(r); cf = r < a; of = lt((a ^ r) & (b ^ r), 0); result = r"},
    {"flags_adc", "a, b",
     "k = cf; r = a + b + k; flags_of(r); cf = r < a | r == a & k; of = lt((a ^ r) & (b ^ r), 0); result = r"},
    {"flags_sbb", "a, b",
     "k = cf; r = a - b - k; flags_of(r); cf = a < b | a == b & k; of = lt((a ^ b) & (a ^ r), 0); result = r"},
    {"flags_sub", "a, b", "r = a - b; zf = a == b; sf = lt(r, 0); cf = a < b; of = lt((a ^ b) & (a ^ r), 0); result = r"},
};

// An instruction of one operand that works at two registers, or what lies in memory.
#define WIDE(name, of_32, of_64, section)                                                                              \
  {name "{size}", "Ws", "k = s; " of_32, section}, {name "{size}", "Xs", "k = s; " of_64, section},                     \
      {name "{long}", "Es", "k = s; " of_32, section}, {name "{quad}", "Es", "k = s; " of_64, section}

static const InstructionRow rows[] = {
    // Moves
    {"mov{size}", "Es, Ed", "d = s", "MOV"},
    {"movabs{size}", "Es, Ed", "d = s", "MOV"},
    {"movzb{size}", "Es, Rd", "d = at(8, s)", "MOVZX"},
    {"movzw{size}", "Es, Rd", "d = at(16, s)", "MOVZX"},
    {"movsb{size}", "Es, Rd", "d = signed(at(8, s), 8)", "MOVSX"},
    {"movsw{size}", "Es, Rd", "d = signed(at(16, s), 16)", "MOVSX"},
    {"movslq", "Es, Xd", "d = signed(at(32, s), 32)", "MOVSXD"},
    {"cltq", "", "rax = at(64, signed(at(32, rax), 32))", "CDQE"},
    {"cwtl", "", "eax = signed(at(16, rax), 16)", "CWDE"},
    {"cbtw", "", "ax = signed(al, 8)", "CBW"},
    {"cwtd", "", "dx = at(16, sar(ax, 15))", "CWD"},
    {"cltd", "", "edx = sar(eax, 31)", "CDQ"},
    {"cqto", "", "rdx = at(64, sar(rax, 63))", "CQO"},
    {"lea{size}", "Ma, Rd", "d = a", "LEA"},
    {"cmov{cond:c}{size}", "Es, Rd", "d = select(c, s, d)", "CMOVcc"},
    {"push{size}", "Es", "k = at(64, s); rsp = at(64, rsp - 8); at(64, store(rsp, k))", "PUSH"},
    {"pop{size}", "Rd", "k = at(64, load(rsp)); rsp = at(64, rsp + 8); d = k", "POP"},
    {"leave{size}", "", "rsp = at(64, rbp); rbp = at(64, load(rsp)); rsp = at(64, rsp + 8)", "LEAVE"},
    // Arithmetic
    {"add{size}", "Es, Ed", "d = flags_add(d, s)", "ADD"},
    {"sub{size}", "Es, Ed", "d = flags_sub(d, s)", "SUB"},
    {"adc{size}", "Es, Ed", "d = flags_adc(d, s)", "ADC"},
    {"sbb{size}", "Es, Ed", "d = flags_sbb(d, s)", "SBB"},
    {"cmp{size}", "Es, Ed", "flags_sub(d, s)", "CMP"},
    {"xor{size}", "Rd, Rd", "d = flags_logic(0)", "XOR"}, // whatever the register had
    {"{logic}{size}", "Es, Ed", "d = flags_logic(d {logic} s)", "AND, OR, XOR"},
    {"test{size}", "Es, Ed", "flags_logic(d & s)", "TEST"},
    {"not{size}", "Ed", "d = ~d", "NOT"},
    {"neg{size}", "Ed", "d = flags_sub(0, d)", "NEG"},
    {"inc{size}", "Ed", "d = flags_inc(d)", "INC"},
    {"dec{size}", "Ed", "d = flags_dec(d)", "DEC"},
    {"imul{size}", "Es, Rd", "d = flags_product(d, s)", "IMUL"},
    {"imul{size}", "#i, Es, Rd", "d = flags_product(s, i)", "IMUL"},
    // Products and quotients over two registers; a quotient that does not fit, which traps, is cut.
    WIDE("mul", "p = at(64, k * eax); eax = p; edx = at(64, p >> 32); cf = edx != 0; of = cf",
         "p = at(128, k * rax); rax = p; rdx = at(128, p >> 64); cf = rdx != 0; of = cf", "MUL"),
    WIDE("imul", "p = at(64, signed(k, 32) * signed(eax, 32)); eax = p; edx = at(64, p >> 32); cf = edx != sar(eax, 31); of = cf",
         "m = lt(k, 0); n = lt(rax, 0); p = at(128, (k - (m << 64)) * (rax - (n << 64))); rax = p; rdx = at(128, p >> 64); "
         "cf = rdx != sar(rax, 63); of = cf", "IMUL"),
    WIDE("div", "p = at(64, edx << 32 | eax); eax = at(64, p / k); edx = at(64, p % k)",
         "p = at(128, rdx << 64 | rax); rax = at(128, p / k); rdx = at(128, p % k)", "DIV"),
    WIDE("idiv", "p = at(64, edx << 32 | eax); k = signed(k, 32); eax = at(64, sdiv(p, k)); edx = at(64, srem(p, k))",
         "p = at(128, rdx << 64 | rax); m = lt(k, 0); k = at(128, k - (m << 64)); rax = at(128, sdiv(p, k)); "
         "rdx = at(128, srem(p, k))", "IDIV"),
    {"shl{size}", "Es, Ed", "d = shift_left(d, s & bits - 1)", "SAL"},
    {"shr{size}", "Es, Ed", "d = shift_right(d, s & bits - 1)", "SHR"},
    {"sar{size}", "Es, Ed", "d = shift_signed(d, s & bits - 1)", "SAR"},
    {"shl{size}", "Ed", "d = shift_left(d, 1)", "SAL"},
    {"shr{size}", "Ed", "d = shift_right(d, 1)", "SHR"},
    {"sar{size}", "Ed", "d = shift_signed(d, 1)", "SAR"},
    {"set{cond:c}", "Bd", "d = c", "SETcc"},
    {"set{cond:c}", "Md", "at(8, store(d, c))", "SETcc"},
    // At once
    {"xchg{size}", "Rs, Md", "s = rmw(d, swap, s, A, A)", "XCHG"},
    {"xchg{size}", "Md, Rs", "s = rmw(d, swap, s, A, A)", "XCHG"},
    {"xchg{size}", "Hs, Hs", "", "NOP"},
    {"xchg{size}", "Rs, Rd", "k = s; s = d; d = k", "XCHG"},
    {"lock xchg{size}", "Rs, Md", "s = rmw(d, swap, s, A, A)", "XCHG"},
    {"lock xchg{size}", "Md, Rs", "s = rmw(d, swap, s, A, A)", "XCHG"},
    {"lock add{size}", "Es, Md", "k = s; flags_add(rmw(d, add, k, A, A), k)", "LOCK ADD"},
    {"lock sub{size}", "Es, Md", "k = s; flags_sub(rmw(d, sub, k, A, A), k)", "LOCK SUB"},
    {"lock {locked}{size}", "Es, Md", "k = s; o = rmw(d, {locked}, k, A, A); flags_{locked}(o, k)", "LOCK AND, OR, XOR"},
    {"lock inc{size}", "Md", "flags_inc(rmw(d, add, 1, A, A))", "LOCK INC"},
    {"lock dec{size}", "Md", "flags_dec(rmw(d, sub, 1, A, A))", "LOCK DEC"},
    {"lock not{size}", "Md", "rmw(d, xor, ~0, A, A)", "LOCK NOT"},
    {"lock xadd{size}", "Rs, Md", "k = s; o = rmw(d, add, k, A, A); flags_add(o, k); s = o", "LOCK XADD"},
    {"xadd{size}", "Rs, Md", "k = s; o = load(d); store(d, flags_add(o, k)); s = o", "XADD"},
    // One that fails writes back what it found, at once: no more can be seen of that than of its read.
    {"lock cmpxchg{size}", "Bs, Md", "k = al; o = cas_locked(d, k, s, A, A); flags_sub(k, o); al = o", "LOCK CMPXCHG"},
    {"lock cmpxchg{size}", "Hs, Md", "k = ax; o = cas_locked(d, k, s, A, A); flags_sub(k, o); ax = o", "LOCK CMPXCHG"},
    {"lock cmpxchg{size}", "Ws, Md", "k = eax; o = cas_locked(d, k, s, A, A); flags_sub(k, o); eax = o", "LOCK CMPXCHG"},
    {"lock cmpxchg{size}", "Xs, Md", "k = rax; o = cas_locked(d, k, s, A, A); flags_sub(k, o); rax = o", "LOCK CMPXCHG"},
    // Fences
    {"mfence", "", "fence(MFENCE)", "MFENCE"},
    {"sfence", "", "fence(SFENCE)", "SFENCE"},
    {"lfence", "", "fence(LFENCE)", "LFENCE"},
    // Branches
    {"jmp{size}", "@l", "goto l", "JMP"},
    {"j{cond:c}", "@l", "if (c) goto l", "Jcc"},
    {"ret{size}", "", "rsp = at(64, rsp + 8); return", "RET"},
    {"{call} " IDLE_FUNCTION, "", "rax = 0; {call}", "CALL, JMP"},
    {"call{size} " FOLLOWED_FUNCTION, "", "rsp = at(64, rsp - 8); enter", "CALL"},
    {"jmp{size} " FOLLOWED_FUNCTION, "", "return", "JMP"},
    {"{call} " HEAVY_FUNCTION, "", "fence(HEAVY); rax = 0; {call}", "CALL, JMP"},
    {"j{cond:c} " IDLE_FUNCTION, "", "if (c) return", "Jcc"},
    // What touches neither memory nor order
    {"nop{size}", "", "", "NOP"},
    {"nop{size}", "Ea", "", "NOP"},
    {"endbr64", "", "", "ENDBR64"},
    {"endbr32", "", "", "ENDBR32"},
    {"pause", "", "", "PAUSE"},
};
// clang-format on

static const AssemblyDialect dialects[] = {{"X86_64", false, false, 32}, {"X86", true, true, 32}};

const InstructionSet instructions_x86_64 = {
    .arch = "x86_64",
    .manual = "Intel SDM, volume 2",
    INSTRUCTION_TABLES,
    .cycles = &cycles_x86_64,
    .verbs = verbs,
    .verb_count = INSTRUCTION_COUNT(verbs),
    .parameters = "rdi rsi rdx rcx r8 r9",
    .stack = "rsp",
    .syntax = {.parts = "qkwb",
               .immediate = "$",
               .constraint = "r",
               .reserved = "rsp rbp",
               .clobbers = "\"cc\"",
               .extensions = "",
               .clear = "testq %%rsp, %%rsp"}, // which points into the lower half
};
