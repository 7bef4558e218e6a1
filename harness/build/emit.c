#include "harness/build/emit.h"
#include "arch/cpu.h"
#include "harness/base/embedded.h"
#include "harness/lang/print.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

// ---- the head

static const char *embedded_text(const Embedded *files, const char *path) {
  for (; files->path; files++)
    if (!strcmp(files->path, path))
      return files->bytes;
  assert(!"the build embeds every header that is pasted");
  return "";
}

static bool line_starts(const char *line, const char *with) { return !strncmp(line, with, strlen(with)); }

// A header's text without what makes no sense in the middle of a file.
static void paste_header(const char *bytes, Text *out) {
  for (const char *line = bytes; *line;) {
    const char *end = strchr(line, '\n');
    size_t length = end ? (size_t)(end - line) + 1 : strlen(line);
    if (!line_starts(line, "#pragma once") && !line_starts(line, "#include \""))
      text_add_bytes(out, line, length);
    line += length;
  }
}

// A backslash at a line's end would join the next line to the comment, which is no harm
// within it; a space after the last one keeps the code out.
void emit_comment(const Test *test, Text *out) {
  Text canonical = {0};
  test_print(test, &canonical);
  const char *line = text_string(&canonical);
  while (*line) {
    size_t length = strcspn(line, "\n");
    text_add(out, "// ");
    for (size_t i = 0; i < length; i++)
      if ((unsigned char)line[i] < ' ' || line[i] == '\\')
        text_add_char(out, ' ');
      else
        text_add_char(out, line[i]);
    text_add_char(out, '\n');
    line += length + (line[length] == '\n');
  }
  text_free(&canonical);
}

// What a litmus test does on purpose (it overflows, assigns what it never reads) is not for the compiler to remark on.
void emit_silence(Text *out) {
  text_add(out, "#if defined(__clang__)\n#pragma clang diagnostic ignored \"-Weverything\"\n"
                "#elif defined(__GNUC__)\n");
  static const char *const ignored[] = {"-Woverflow",     "-Wunused-variable",     "-Wunused-but-set-variable",
                                        "-Wunused-value", "-Wsign-compare",        "-Wtype-limits",
                                        "-Wbool-compare", "-Wbool-operation",      "-Wtautological-compare",
                                        "-Wpedantic",     "-Wint-in-bool-context", "-Woverlength-strings"};
  for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++)
    text_printf(out, "#pragma GCC diagnostic ignored \"%s\"\n", ignored[i]);
  text_add(out, "#endif\n\n");
}

void emit_head(const Test *test, Engine engine, Text *out) {
  emit_comment(test, out);
  text_printf(out, "//\n// For the %s engine.\n\n", engine_name(engine));
  emit_silence(out);
  paste_header(embedded_text(embedded_arch, CPU_NAME "/cpu.h"), out);
  text_add_char(out, '\n');
  paste_header(embedded_text(embedded_kernel, "kernel.h"), out);
  text_add_char(out, '\n');
  emit_misaligned_types(test, out);
}

// ---- words

const char *emit_type(BaseType base) {
  if (base == BASE_CHAR)
    return "signed char";
  return base == BASE_BOOL ? "_Bool" : base_type_name(base);
}

// Whether Layout= puts a location where its type's natural alignment does not hold.
static bool is_misaligned(const Location *location) {
  return location->has_offset && location->line_offset % (base_type_bits(location->type) / 8) != 0;
}

void emit_element_type(const Location *location, Text *out) {
  if (is_misaligned(location))
    text_printf(out, "Misaligned_%s", location->name);
  else
    text_add(out, emit_type(location->type));
}

// Plain accesses to a misaligned location must say so: compilers use instructions that trap for some wide types.
void emit_misaligned_types(const Test *test, Text *out) {
  for (unsigned l = 0; l < test->location_count; l++)
    if (is_misaligned(&test->locations[l]))
      text_printf(out, "typedef %s Misaligned_%s __attribute__((aligned(1)));\n", emit_type(test->locations[l].type),
                  test->locations[l].name);
}

// Suffixes and casts give a constant its type; the most negative number has no literal of its own.
void emit_value(Value value, BaseType type, Text *out) {
  bool is_signed = base_type_signed(type);
  if (base_type_bits(type) == 128) {
    text_printf(out, "(%s)((unsigned __int128)0x%" PRIx64 "u << 64 | 0x%" PRIx64 "u)", emit_type(type),
                (uint64_t)((UnsignedValue)value >> 64), (uint64_t)value);
  } else if (type == BASE_INT || type == BASE_INT32) {
    if (value == INT32_MIN)
      text_add(out, "(-2147483647 - 1)");
    else
      text_printf(out, value < 0 ? "(%" PRId64 ")" : "%" PRId64, (int64_t)value);
  } else if (is_signed) {
    text_printf(out, "(%s)", emit_type(type));
    if (value == INT64_MIN)
      text_add(out, "(-9223372036854775807l - 1)");
    else
      text_printf(out, value < 0 ? "(%" PRId64 "%s)" : "%" PRId64 "%s", (int64_t)value,
                  base_type_bits(type) == 64 ? "l" : "");
  } else {
    text_printf(out, "(%s)%" PRIu64 "u%s", emit_type(type), (uint64_t)value, base_type_bits(type) == 64 ? "l" : "");
  }
}

const char *emit_order(Order order) {
  static const char *const names[ORDER_COUNT] = {
      [ORDER_PLAIN] = "__ATOMIC_RELAXED",   [ORDER_RELAXED] = "__ATOMIC_RELAXED", [ORDER_CONSUME] = "__ATOMIC_CONSUME",
      [ORDER_ACQUIRE] = "__ATOMIC_ACQUIRE", [ORDER_RELEASE] = "__ATOMIC_RELEASE", [ORDER_ACQ_REL] = "__ATOMIC_ACQ_REL",
      [ORDER_SEQ_CST] = "__ATOMIC_SEQ_CST",
  };
  return names[order];
}

// An order that C11 does not give to loads (or stores) is made the strongest, as compilers do.
static Order load_order(Order order) {
  return order == ORDER_RELEASE || order == ORDER_ACQ_REL ? ORDER_SEQ_CST : order;
}

static Order store_order(Order order) {
  return order == ORDER_ACQUIRE || order == ORDER_CONSUME || order == ORDER_ACQ_REL ? ORDER_SEQ_CST : order;
}

static const Location *location_of(const Emit *emit, Address address) {
  return &emit->test->locations[address.location];
}

static const Register *register_of(const Emit *emit, unsigned reg) {
  return &emit->test->threads[emit->thread].registers[reg];
}

// ---- expressions

static void emit_operand(const Emit *emit, const Expr *expr, bool outermost);

// Whether evaluating it accesses memory.
static bool accesses(const Expr *expr) {
  switch (expr->kind) {
  case EXPR_CONSTANT:
  case EXPR_REGISTER:
    return false;
  case EXPR_UNARY:
    return accesses(expr->unary.operand);
  case EXPR_BINARY:
    return accesses(expr->binary.left) || accesses(expr->binary.right);
  case EXPR_LOAD:
  case EXPR_EXCHANGE:
  case EXPR_COMPARE_EXCHANGE:
  case EXPR_FETCH:
    break;
  }
  return true;
}

// Whether evaluating it assigns a register: a compare_exchange that keeps its expected value in one.
static bool assigns(const Expr *expr) {
  switch (expr->kind) {
  case EXPR_CONSTANT:
  case EXPR_REGISTER:
    return false;
  case EXPR_UNARY:
    return assigns(expr->unary.operand);
  case EXPR_BINARY:
    return assigns(expr->binary.left) || assigns(expr->binary.right);
  case EXPR_LOAD:
    return expr->load.address.index && assigns(expr->load.address.index);
  case EXPR_EXCHANGE:
    return assigns(expr->exchange.value) || (expr->exchange.address.index && assigns(expr->exchange.address.index));
  case EXPR_FETCH:
    return assigns(expr->fetch.operand) || (expr->fetch.address.index && assigns(expr->fetch.address.index));
  case EXPR_COMPARE_EXCHANGE:
    break;
  }
  return true;
}

// Whether it matters which of two operands is evaluated first. The litmus language says: the left one; C does not.
static bool order_matters(const Expr *left, const Expr *right) {
  return (accesses(left) && accesses(right)) || (assigns(left) && right->kind != EXPR_CONSTANT) ||
         (assigns(right) && left->kind != EXPR_CONSTANT);
}

// The element's index; false for the first, which needs none.
static bool emit_index(const Emit *emit, Address address) {
  const Location *location = location_of(emit, address);
  if (!address.index || (address.index->kind == EXPR_CONSTANT && address.index->constant == 0))
    return false;
  if (address.index->kind == EXPR_CONSTANT && address.index->constant > 0 &&
      address.index->constant < location->length) {
    text_printf(emit->out, "%u", (unsigned)address.index->constant);
    return true;
  }
  text_add(emit->out, "kernel_index(");
  emit_expr(emit, address.index);
  text_printf(emit->out, ", %u)", location->length);
  return true;
}

// Compilers take an atomic access's alignment for granted; it is the CPU that shows what becomes of one that has none.
void emit_address(const Emit *emit, Address address) {
  const Location *location = location_of(emit, address);
  const char *name = location->name;
  if (is_misaligned(location))
    text_printf(emit->out, "(%s *)", emit_type(location->type));
  if (!address.index || (address.index->kind == EXPR_CONSTANT && address.index->constant == 0)) {
    text_printf(emit->out, "loc_%s", name);
    return;
  }
  text_printf(emit->out, "&loc_%s[", name);
  emit_index(emit, address);
  text_add(emit->out, "]");
}

// An access whose index and value both access memory: opens a block in which they are evaluated in order, as `at` and
// `value`. False, with nothing printed, where there is no need.
static bool open_ordered(const Emit *emit, Address address, const Expr *value) {
  if (!address.index || !order_matters(address.index, value))
    return false;
  text_add(emit->out, "__extension__({ const uint64_t at = ");
  if (!emit_index(emit, address))
    text_add(emit->out, "0");
  text_printf(emit->out, "; const %s value = ", emit_type(value->type));
  emit_expr(emit, value);
  text_add(emit->out, "; ");
  return true;
}

static void close_ordered(const Emit *emit, bool ordered) { text_add(emit->out, ordered ? "; })" : ""); }

static void emit_target(const Emit *emit, Address address, bool ordered) {
  const Location *location = location_of(emit, address);
  if (ordered)
    text_printf(emit->out, "(%s *)&loc_%s[at]", emit_type(location->type), location->name);
  else
    emit_address(emit, address);
}

static void emit_written(const Emit *emit, const Expr *value, bool ordered) {
  if (ordered)
    text_add(emit->out, "value");
  else
    emit_expr(emit, value);
}

// The element as an lvalue of a plain access.
static void emit_element(const Emit *emit, Address address, bool is_volatile) {
  const Location *location = location_of(emit, address);
  if (is_volatile) {
    text_add(emit->out, "((volatile ");
    emit_element_type(location, emit->out);
    text_printf(emit->out, " *)loc_%s)[", location->name);
  } else {
    text_printf(emit->out, "loc_%s[", location->name);
  }
  if (!emit_index(emit, address))
    text_add(emit->out, "0");
  text_add(emit->out, "]");
}

static void emit_load(const Emit *emit, const Expr *expr) {
  if (expr->load.order == ORDER_PLAIN) {
    emit_element(emit, expr->load.address, expr->load.is_volatile);
    return;
  }
  text_add(emit->out, "__atomic_load_n(");
  emit_address(emit, expr->load.address);
  text_printf(emit->out, ", %s)", emit_order(load_order(expr->load.order)));
}

// The builtin wants the expected value in an object of the location's own type; where it lies in one of another, it is
// copied there and back.
static void emit_compare_exchange(const Emit *emit, const Expr *expr) {
  BaseType type = location_of(emit, expr->compare_exchange.address)->type;
  bool in_register = expr->compare_exchange.expected_in_register;
  const Register *reg = in_register ? register_of(emit, expr->compare_exchange.expected_register) : NULL;
  BaseType expected = in_register ? reg->type.base : location_of(emit, expr->compare_exchange.expected)->type;
  bool same = expected == type;
  bool ordered = open_ordered(emit, expr->compare_exchange.address, expr->compare_exchange.desired);
  if (!same) {
    text_printf(emit->out, "__extension__({ %s expected = ", emit_type(type));
    if (in_register)
      text_printf(emit->out, "reg_%s", reg->name);
    else
      emit_element(emit, expr->compare_exchange.expected, false);
    text_add(emit->out, "; _Bool done = ");
  }
  text_add(emit->out, "__atomic_compare_exchange_n(");
  emit_target(emit, expr->compare_exchange.address, ordered);
  text_add(emit->out, ", ");
  if (!same)
    text_add(emit->out, "&expected");
  else if (in_register)
    text_printf(emit->out, "&reg_%s", reg->name);
  else
    emit_address(emit, expr->compare_exchange.expected);
  text_add(emit->out, ", ");
  emit_written(emit, expr->compare_exchange.desired, ordered);
  text_printf(emit->out, ", %d, %s, %s)", expr->compare_exchange.weak, emit_order(expr->compare_exchange.success),
              emit_order(load_order(expr->compare_exchange.failure)));
  if (!same) {
    text_add(emit->out, "; if (!done) ");
    if (in_register)
      text_printf(emit->out, "reg_%s", reg->name);
    else
      emit_element(emit, expr->compare_exchange.expected, false);
    text_add(emit->out, " = expected; (int)done; })");
  }
  close_ordered(emit, ordered);
}

static void emit_exchange(const Emit *emit, const Expr *expr) {
  bool ordered = open_ordered(emit, expr->exchange.address, expr->exchange.value);
  text_add(emit->out, "__atomic_exchange_n(");
  emit_target(emit, expr->exchange.address, ordered);
  text_add(emit->out, ", ");
  emit_written(emit, expr->exchange.value, ordered);
  text_printf(emit->out, ", %s)", emit_order(expr->exchange.order));
  close_ordered(emit, ordered);
}

static void emit_fetch(const Emit *emit, const Expr *expr) {
  static const char *const names[] = {
      [FETCH_ADD] = "add", [FETCH_SUB] = "sub", [FETCH_AND] = "and", [FETCH_OR] = "or", [FETCH_XOR] = "xor"};
  bool ordered = open_ordered(emit, expr->fetch.address, expr->fetch.operand);
  text_printf(emit->out, "__atomic_fetch_%s(", names[expr->fetch.op]);
  emit_target(emit, expr->fetch.address, ordered);
  text_add(emit->out, ", ");
  emit_written(emit, expr->fetch.operand, ordered);
  text_printf(emit->out, ", %s)", emit_order(expr->fetch.order));
  close_ordered(emit, ordered);
}

static const char *binary_name(BinaryOp op) {
  static const char *const names[] = {
      [BINARY_MULTIPLY] = "*",
      [BINARY_DIVIDE] = "/",
      [BINARY_REMAINDER] = "%",
      [BINARY_ADD] = "+",
      [BINARY_SUBTRACT] = "-",
      [BINARY_SHIFT_LEFT] = "<<",
      [BINARY_SHIFT_RIGHT] = ">>",
      [BINARY_LESS] = "<",
      [BINARY_LESS_EQUAL] = "<=",
      [BINARY_GREATER] = ">",
      [BINARY_GREATER_EQUAL] = ">=",
      [BINARY_EQUAL] = "==",
      [BINARY_NOT_EQUAL] = "!=",
      [BINARY_AND] = "&",
      [BINARY_XOR] = "^",
      [BINARY_OR] = "|",
      [BINARY_LOGICAL_AND] = "&&",
      [BINARY_LOGICAL_OR] = "||",
  };
  return names[op];
}

static void emit_operand(const Emit *emit, const Expr *expr, bool outermost);

static void emit_unary(const Emit *emit, const Expr *expr) {
  switch (expr->unary.op) {
  case UNARY_NEGATE:
    text_add(emit->out, "(-");
    break;
  case UNARY_COMPLEMENT:
    text_add(emit->out, "(~");
    break;
  case UNARY_NOT:
    text_add(emit->out, "(!");
    break;
  case UNARY_CAST:
    text_printf(emit->out, "((%s)", emit_type(expr->type));
    break;
  }
  emit_operand(emit, expr->unary.operand, false);
  text_add(emit->out, ")");
}

static void emit_binary(const Emit *emit, const Expr *expr, bool outermost) {
  const Expr *left = expr->binary.left, *right = expr->binary.right;
  bool logical = expr->binary.op == BINARY_LOGICAL_AND || expr->binary.op == BINARY_LOGICAL_OR;
  if (!logical && order_matters(left, right)) {
    text_printf(emit->out, "__extension__({ const %s left = ", emit_type(left->type));
    emit_expr(emit, left);
    text_printf(emit->out, "; const %s right = ", emit_type(right->type));
    emit_expr(emit, right);
    text_printf(emit->out, "; left %s right; })", binary_name(expr->binary.op));
    return;
  }
  text_add(emit->out, outermost ? "" : "(");
  emit_operand(emit, left, false);
  text_printf(emit->out, " %s ", binary_name(expr->binary.op));
  emit_operand(emit, right, false);
  text_add(emit->out, outermost ? "" : ")");
}

static void emit_operand(const Emit *emit, const Expr *expr, bool outermost) {
  switch (expr->kind) {
  case EXPR_CONSTANT:
    emit_value(expr->constant, expr->type, emit->out);
    break;
  case EXPR_REGISTER:
    text_printf(emit->out, "reg_%s", register_of(emit, expr->reg)->name);
    break;
  case EXPR_UNARY:
    emit_unary(emit, expr);
    break;
  case EXPR_BINARY:
    emit_binary(emit, expr, outermost);
    break;
  case EXPR_LOAD:
    emit_load(emit, expr);
    break;
  case EXPR_EXCHANGE:
    emit_exchange(emit, expr);
    break;
  case EXPR_COMPARE_EXCHANGE:
    emit_compare_exchange(emit, expr);
    break;
  case EXPR_FETCH:
    emit_fetch(emit, expr);
    break;
  }
}

void emit_expr(const Emit *emit, const Expr *expr) { emit_operand(emit, expr, true); }

// ---- statements

void emit_registers(const Emit *emit, unsigned indent) {
  const Thread *thread = &emit->test->threads[emit->thread];
  for (unsigned i = 0; i < thread->register_count; i++) {
    const Register *reg = &thread->registers[i];
    text_repeat(emit->out, ' ', indent);
    text_printf(emit->out, "%s reg_%s = ", emit_type(reg->type.base), reg->name);
    emit_value(reg->initial, reg->type.base, emit->out);
    text_add(emit->out, ";\n");
  }
}

static void emit_stored(const Emit *emit, const Stmt *stmt, bool ordered) {
  if (emit->stored)
    emit->stored(emit, stmt);
  else
    emit_written(emit, stmt->store.value, ordered);
}

static void emit_store(const Emit *emit, const Stmt *stmt) {
  bool ordered = !emit->stored && open_ordered(emit, stmt->store.address, stmt->store.value);
  if (stmt->store.order == ORDER_PLAIN) {
    if (ordered)
      text_printf(emit->out, "loc_%s[at]", location_of(emit, stmt->store.address)->name);
    else
      emit_element(emit, stmt->store.address, stmt->store.is_volatile);
    text_add(emit->out, " = ");
    emit_stored(emit, stmt, ordered);
  } else {
    text_add(emit->out, "__atomic_store_n(");
    emit_target(emit, stmt->store.address, ordered);
    text_add(emit->out, ", ");
    emit_stored(emit, stmt, ordered);
    text_printf(emit->out, ", %s)", emit_order(store_order(stmt->store.order)));
  }
  close_ordered(emit, ordered);
  text_add(emit->out, ";\n");
}

static void emit_cpu_fence(const Emit *emit, const char *name) {
  text_add(emit->out, "cpu_fence_");
  for (; *name; name++)
    if (*name == '-')
      text_add_char(emit->out, '_');
    else
      text_add_char(emit->out, *name);
  text_add(emit->out, "();\n");
}

static void emit_braced(const Emit *emit, const Stmt *block, unsigned indent) {
  text_add(emit->out, "{\n");
  emit_block(emit, block, indent + 2);
  text_repeat(emit->out, ' ', indent);
  text_add(emit->out, "}");
}

static void emit_branch(const Emit *emit, const Stmt *stmt, unsigned indent) {
  text_add(emit->out, "if (");
  emit_expr(emit, stmt->branch.condition);
  text_add(emit->out, ") ");
  emit_braced(emit, stmt->branch.then_block, indent);
  if (stmt->branch.else_block) {
    text_add(emit->out, " else ");
    emit_braced(emit, stmt->branch.else_block, indent);
  }
  text_add(emit->out, "\n");
}

static void emit_loop(const Emit *emit, const Stmt *stmt, unsigned indent) {
  text_add(emit->out, "for (unsigned turn = 0; ");
  emit_expr(emit, stmt->loop.condition);
  text_add(emit->out, "; kernel_loop_turn(turn++)) ");
  emit_braced(emit, stmt->loop.body, indent);
  text_add(emit->out, "\n");
}

void emit_stmt(const Emit *emit, const Stmt *stmt, unsigned indent) {
  // A register is declared with the others; a declaration without a value leaves nothing to do.
  if (stmt->kind == STMT_DECLARE && !stmt->assign.value)
    return;
  text_repeat(emit->out, ' ', indent);
  switch (stmt->kind) {
  case STMT_DECLARE:
  case STMT_ASSIGN:
    text_printf(emit->out, "reg_%s = ", register_of(emit, stmt->assign.reg)->name);
    emit_expr(emit, stmt->assign.value);
    text_add(emit->out, ";\n");
    break;
  case STMT_STORE:
    emit_store(emit, stmt);
    break;
  case STMT_FENCE:
    text_printf(emit->out, "__atomic_%s_fence(%s);\n", stmt->fence.is_signal ? "signal" : "thread",
                emit_order(stmt->fence.order));
    break;
  case STMT_CPU_FENCE:
    emit_cpu_fence(emit, stmt->cpu_fence);
    break;
  case STMT_EXPR:
    text_add(emit->out, "(void)(");
    emit_expr(emit, stmt->expr);
    text_add(emit->out, ");\n");
    break;
  case STMT_IF:
    emit_branch(emit, stmt, indent);
    break;
  case STMT_WHILE:
    emit_loop(emit, stmt, indent);
    break;
  }
}

void emit_block(const Emit *emit, const Stmt *stmt, unsigned indent) {
  for (; stmt; stmt = stmt->next) {
    emit_stmt(emit, stmt, indent);
    if (!emit->between || !stmt->next)
      continue;
    text_repeat(emit->out, ' ', indent);
    text_printf(emit->out, "%s\n", emit->between);
  }
}

// ---- what this CPU cannot do

static bool has_fence(const char *name) {
#define FENCE_ROW(row, function, condition)                                                                            \
  if (!strcmp(name, row))                                                                                              \
    return condition;
  CPU_FENCES(FENCE_ROW)
#undef FENCE_ROW
  return !strcmp(name, "compiler");
}

static const char *missing_fence(const Stmt *stmt) {
  for (const char *missing = NULL; stmt; stmt = stmt->next) {
    if (stmt->kind == STMT_CPU_FENCE && !has_fence(stmt->cpu_fence))
      missing = stmt->cpu_fence;
    else if (stmt->kind == STMT_WHILE)
      missing = missing_fence(stmt->loop.body);
    else if (stmt->kind == STMT_IF && !(missing = missing_fence(stmt->branch.then_block)))
      missing = missing_fence(stmt->branch.else_block);
    if (missing)
      return missing;
  }
  return NULL;
}

const char *emit_missing_fence(const Test *test) {
  for (unsigned t = 0; t < test->thread_count; t++) {
    const char *missing = missing_fence(test->threads[t].body);
    if (missing)
      return missing;
  }
  return NULL;
}
