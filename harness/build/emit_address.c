// Where an access of a test is, as C: an element of a location, or what a pointer points to.
#include "harness/build/emit.h"

static const Location *location_of(const Emit *emit, Address address) {
  return &emit->test->locations[address.location];
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

// What the dialect's pointers point to may be what other types point to as well: its compilers are told so.
static void emit_pointer_type(Address address, bool is_volatile, Text *out) {
  text_printf(out, "(%s%s __attribute__((may_alias)) *)", is_volatile ? "volatile " : "", emit_type(address.base));
}

static void emit_pointer(const Emit *emit, Address address, bool is_volatile) {
  emit_pointer_type(address, is_volatile, emit->out);
  text_add_char(emit->out, '(');
  emit_expr(emit, address.pointer);
  text_add_char(emit->out, ')');
}

void emit_constant(const Emit *emit, Value value, BaseType type) {
  unsigned location, element;
  if (emit->test->dialect->pointers && value_is_address(value, &location, &element))
    text_printf(emit->out, element ? "(%s)&loc_%s[%u]" : "(%s)loc_%s", emit_type(BASE_LONG),
                emit->test->locations[location].name, element);
  else
    emit_value(value, type, emit->out);
}

// Compilers take an atomic access's alignment for granted; it is the CPU that shows what becomes of one that has none.
void emit_address(const Emit *emit, Address address) {
  if (address.pointer) {
    emit_pointer(emit, address, false);
    return;
  }
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

bool emit_open_ordered(const Emit *emit, Address address, const Expr *value) {
  const Expr *of = address.pointer ? address.pointer : address.index;
  if (!of || !emit_order_matters(of, value))
    return false;
  text_add(emit->out, "__extension__({ const uint64_t at = ");
  if (address.pointer)
    emit_expr(emit, of);
  else if (!emit_index(emit, address))
    text_add(emit->out, "0");
  text_printf(emit->out, "; const %s value = ", emit_type(value->type));
  emit_expr(emit, value);
  text_add(emit->out, "; ");
  return true;
}

void emit_close_ordered(const Emit *emit, bool ordered) { text_add(emit->out, ordered ? "; })" : ""); }

void emit_target(const Emit *emit, Address address, bool ordered) {
  const Location *location = location_of(emit, address);
  if (ordered && address.pointer) {
    emit_pointer_type(address, false, emit->out);
    text_add(emit->out, "at");
  } else if (ordered) {
    text_printf(emit->out, "(%s *)&loc_%s[at]", emit_type(location->type), location->name);
  } else {
    emit_address(emit, address);
  }
}

// What a pointer points to, as an lvalue.
static void emit_pointed(const Emit *emit, Address address, bool is_volatile, bool ordered) {
  text_add(emit->out, "(*");
  if (ordered) {
    emit_pointer_type(address, is_volatile, emit->out);
    text_add(emit->out, "at");
  } else {
    emit_pointer(emit, address, is_volatile);
  }
  text_add(emit->out, ")");
}

void emit_element(const Emit *emit, Address address, bool is_volatile, bool ordered) {
  const Location *location = location_of(emit, address);
  if (address.pointer) {
    emit_pointed(emit, address, is_volatile, ordered);
    return;
  }
  if (is_volatile) {
    text_add(emit->out, "((volatile ");
    emit_element_type(location, emit->out);
    text_printf(emit->out, " *)loc_%s)[", location->name);
  } else {
    text_printf(emit->out, "loc_%s[", location->name);
  }
  if (ordered)
    text_add(emit->out, "at");
  else if (!emit_index(emit, address))
    text_add(emit->out, "0");
  text_add(emit->out, "]");
}
