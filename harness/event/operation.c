#include "harness/event/program.h"

#include <stdint.h>

// `value` cut to `bits` and extended again as its type says.
static Value wrap(Value value, unsigned bits, bool is_signed) {
  if (!bits || bits >= 128)
    return value;
  UnsignedValue mask = ((UnsignedValue)1 << bits) - 1;
  UnsignedValue low = (UnsignedValue)value & mask;
  bool negative = is_signed && (low >> (bits - 1) & 1);
  return (Value)(negative ? low | ~mask : low);
}

static Value divide(Value a, Value b, bool is_signed, bool remainder) {
  if (b == 0)
    return 0;
  if (!is_signed)
    return (Value)(remainder ? (UnsignedValue)a % (UnsignedValue)b : (UnsignedValue)a / (UnsignedValue)b);
  if (b == -1) // the one quotient that can overflow
    return remainder ? 0 : (Value) - (UnsignedValue)a;
  return remainder ? a % b : a / b;
}

static Value shift_right(Value a, Value by, unsigned bits, bool is_signed) {
  if (by < 0 || by >= bits)
    return 0;
  return is_signed ? a >> by : (Value)((UnsignedValue)a >> by);
}

// `value` of `bits` that is kept unsigned, as a signed one.
static Value as_signed(Value value, unsigned bits) { return wrap(value, bits, true); }

static Value reverse(Value value, unsigned bits) {
  UnsignedValue reversed = 0;
  for (unsigned i = 0; i < bits; i++)
    reversed |= ((UnsignedValue)value >> i & 1) << (bits - 1 - i);
  return (Value)reversed;
}

static Value leading_zeros(Value value, unsigned bits) {
  unsigned zeros = 0;
  while (zeros < bits && !((UnsignedValue)value >> (bits - 1 - zeros) & 1))
    zeros++;
  return zeros;
}

static bool less(Value a, Value b, bool is_signed) { return is_signed ? a < b : (UnsignedValue)a < (UnsignedValue)b; }

bool event_value_equal(EventValue a, EventValue b) { return a.location == b.location && a.number == b.number; }

int event_value_compare(EventValue a, EventValue b) {
  if (a.location != b.location)
    return a.location < b.location ? -1 : 1;
  return a.number < b.number ? -1 : a.number > b.number;
}

static Value numbers(Operation operation, unsigned bits, bool is_signed, Value a, Value b) {
  UnsignedValue x = (UnsignedValue)a, y = (UnsignedValue)b;
  switch (operation) {
  case OP_MOVE:
    return a;
  case OP_ADD:
    return (Value)(x + y);
  case OP_SUB:
    return (Value)(x - y);
  case OP_MUL:
    return (Value)(x * y);
  case OP_DIV:
    return divide(a, b, is_signed, false);
  case OP_REM:
    return divide(a, b, is_signed, true);
  case OP_AND:
    return a & b;
  case OP_OR:
    return a | b;
  case OP_XOR:
    return a ^ b;
  case OP_SHL:
    return b < 0 || b >= bits ? 0 : (Value)(x << b);
  case OP_SHR:
    return shift_right(a, b, bits, is_signed);
  case OP_LT:
    return less(a, b, is_signed);
  case OP_LE:
    return !less(b, a, is_signed);
  case OP_GT:
    return less(b, a, is_signed);
  case OP_GE:
    return !less(a, b, is_signed);
  case OP_NEG:
    return (Value)(0 - x);
  case OP_COMPLEMENT:
    return ~a;
  case OP_REVERSE:
    return reverse(a, bits);
  case OP_ZEROS:
    return leading_zeros(a, bits);
  case OP_MIN:
    return less(a, b, is_signed) ? a : b;
  case OP_MAX:
    return less(b, a, is_signed) ? a : b;
  case OP_MIN_SIGNED:
    return as_signed(a, bits) < as_signed(b, bits) ? a : b;
  case OP_MAX_SIGNED:
    return as_signed(a, bits) > as_signed(b, bits) ? a : b;
  default:
    return b;
  }
}

// A pointer with low bits set, cleared or taken, as a mark beside it.
static EventValue marked(Operation operation, EventValue pointer, Value number) {
  enum { MARKS = 0x7f }; // what a location's begin is a multiple of, less 1
  UnsignedValue upper = (UnsignedValue)(uint64_t)number & ~(UnsignedValue)MARKS;
  bool stays = operation == OP_AND ? upper == (UnsignedValue)(uint64_t) ~(uint64_t)MARKS : !upper;
  return (EventValue){stays ? pointer.location : -1,
                      wrap(numbers(operation, 64, false, pointer.number, number), 64, stays)};
}

EventValue operation_apply(Operation operation, unsigned bits, bool is_signed, EventValue a, EventValue b) {
  switch (operation) {
  case OP_EQ:
    return (EventValue){-1, event_value_equal(a, b)};
  case OP_NE:
    return (EventValue){-1, !event_value_equal(a, b)};
  case OP_NOT:
    return (EventValue){-1, a.location < 0 && a.number == 0};
  case OP_SECOND:
    return b;
  case OP_PICK:
    return a;
  case OP_MOVE:
    if (a.location >= 0)
      return a;
    break;
  case OP_ADD: // a pointer and a number, either way round
    if (a.location >= 0 || b.location >= 0)
      return (EventValue){a.location >= 0 ? a.location : b.location,
                          wrap((Value)((UnsignedValue)a.number + (UnsignedValue)b.number), bits, true)};
    break;
  case OP_SUB:
    if (a.location >= 0)
      return (EventValue){
          b.location >= 0 ? -1 : a.location,
          wrap((Value)((UnsignedValue)a.number - (UnsignedValue)b.number), bits, b.location < 0 || is_signed)};
    break;
  case OP_AND: // the low bits of a pointer are its own: locations begin where no access is misaligned
  case OP_OR:
  case OP_XOR:
    if ((a.location >= 0) != (b.location >= 0) && bits == 64)
      return marked(operation, a.location >= 0 ? a : b, a.location >= 0 ? b.number : a.number);
    break;
  default:
    break;
  }
  return (EventValue){-1, wrap(numbers(operation, bits, is_signed, a.number, b.number), bits, is_signed)};
}

const char *operation_name(Operation operation) {
  static const char *const names[] = {
      [OP_MOVE] = "move",       [OP_ADD] = "+",
      [OP_SUB] = "-",           [OP_MUL] = "*",
      [OP_DIV] = "/",           [OP_REM] = "%",
      [OP_AND] = "&",           [OP_OR] = "|",
      [OP_XOR] = "^",           [OP_SHL] = "<<",
      [OP_SHR] = ">>",          [OP_EQ] = "==",
      [OP_NE] = "!=",           [OP_LT] = "<",
      [OP_LE] = "<=",           [OP_GT] = ">",
      [OP_GE] = ">=",           [OP_NEG] = "-",
      [OP_COMPLEMENT] = "~",    [OP_NOT] = "!",
      [OP_SECOND] = "second",   [OP_REVERSE] = "reverse",
      [OP_ZEROS] = "zeros",     [OP_MIN] = "min",
      [OP_MAX] = "max",         [OP_MIN_SIGNED] = "smin",
      [OP_MAX_SIGNED] = "smax", [OP_PICK] = "pick",
  };
  return names[operation];
}

const char *program_location_name(const Program *program, int location) {
  return (unsigned)location < program->location_count ? program->locations[location].name : "code";
}

static bool element_at(const ProgramLocation *location, Value offset, unsigned *element) {
  unsigned low = 0, high = location->length;
  while (low < high) {
    unsigned middle = low + (high - low) / 2;
    if (location->elements[middle].offset < offset)
      low = middle + 1;
    else
      high = middle;
  }
  *element = low;
  return low < location->length && location->elements[low].offset == offset;
}

unsigned program_element_bits(const ProgramLocation *location, unsigned element) {
  return location->elements ? location->elements[element].bits : location->bits;
}

void program_print_element(const ProgramLocation *location, unsigned element, Text *out) {
  if (location->elements)
    text_printf(out, "+%u", location->elements[element].offset);
  else if (location->length > 1)
    text_printf(out, "[%u]", element);
}

bool program_element(const Program *program, EventValue pointer, unsigned *element) {
  if (pointer.location < 0 || (unsigned)pointer.location >= program->location_count || pointer.number < 0)
    return false;
  const ProgramLocation *location = &program->locations[pointer.location];
  if (location->elements)
    return element_at(location, pointer.number, element);
  unsigned stride = location->stride ? location->stride : 1;
  if (pointer.number >= (Value)stride * location->length)
    return false;
  uint64_t number = (uint64_t)pointer.number; // divided in a fraction of the time
  *element = (unsigned)(number / stride);
  return number % stride == 0;
}

EventValue program_shown(const ProgramObservable *observable, EventValue value) {
  if (value.location < 0 && observable->bits)
    value.number = wrap(value.number, observable->bits, observable->is_signed);
  return value;
}
