#include "harness/event/confined.h"

#include "harness/event/from_test.h"

#include <stdint.h>
#include <string.h>

enum {
  CELL_VALUES = 8,      // that an element is known to take, one by one; beyond them it may be any number
  STEPS = 1 << 20,      // instructions looked at, of all paths
  KEPT = 1 << 15,       // values of registers kept of places where paths fork and join
  SLOTS = 2 * KEPT,     // of the table of places: a power of two
  ROUNDS = 200,         // until nothing new is written
  SMALL_NUMBERS = 4096, // no address is one of them
  RENAMED = 1 << 30,    // ids of numbers from here on are those of places that were seen
  WIDE = 128            // bits of a number that was not cut
};

// A value on a path. Of two numbers that are not known it is known whether they are the same one.
typedef enum { KNOWN, NUMBER, FROM_ADDRESS } MarkKind;

typedef struct {
  EventValue known;
  MarkKind kind;
  unsigned id, bits; // NUMBER: which it is, and how many of its bits
  bool is_signed;
} Mark;

// What was ever written to an element.
typedef struct {
  EventValue values[CELL_VALUES];
  unsigned count;
  bool any, from_address; // any number; what is made of an address
} Cell;

typedef struct {
  unsigned at;   // the instruction to come
  bool unstored; // the last store-exclusive failed
  Mark *marks;   // of the thread's registers
} Place;

typedef struct {
  Place *places;
  size_t count, capacity;
} Places;

typedef struct {
  const Program *program;
  Diag *diag;
  Arena *arena;    // of this round
  Cell **cells;    // by location and element
  bool shows;      // states may show addresses
  bool one_by_one; // numbers that are read are told apart
  bool grown;      // something new was written
  bool may_fail;   // a thread may end `unstored`
  bool failed;
  unsigned steps, ids;
  // The thread that is followed.
  unsigned thread;
  Place now;
  Places open, seen, spare; // still to be gone on from; gone on from; of no more use
  unsigned *slots;          // hash table of `seen`: indices and 1, 0 is empty
} Walk;

static const ProgramThread *thread_of(const Walk *w) { return &w->program->threads[w->thread]; }

static bool refuse(Walk *w, const Instr *instr, const char *why) {
  if (!w->failed && instr)
    diag_error_at(w->diag, w->program->source, instr->span, "'%s': %s", instr->text, why);
  else if (!w->failed)
    diag_error(w->diag, "%s: %s", w->program->name, why);
  w->failed = true;
  return false;
}

// ---- Values ----

static Mark known(EventValue value) { return (Mark){.kind = KNOWN, .known = value}; }
static Mark number(Value n) { return known((EventValue){-1, n}); }
static Mark unknown(Walk *w) { return (Mark){.kind = NUMBER, .id = ++w->ids, .bits = WIDE}; }
static const Mark from_address = {.kind = FROM_ADDRESS};

// What an initial value is: a place in the code is no location.
static Mark begins_with(const Walk *w, EventValue value) {
  return value.location < (int)w->program->location_count ? known(value) : from_address;
}

static bool is_number(Mark m) { return m.kind == NUMBER || (m.kind == KNOWN && m.known.location < 0); }
static bool is_zero(Mark m) { return m.kind == KNOWN && m.known.location < 0 && m.known.number == 0; }
static bool is_address(Mark m) { return m.kind == KNOWN && m.known.location >= 0; }

static bool same(Mark a, Mark b) {
  if (a.kind != b.kind)
    return false;
  if (a.kind == KNOWN)
    return event_value_equal(a.known, b.known);
  return a.kind == NUMBER && a.id == b.id && a.bits == b.bits && a.is_signed == b.is_signed;
}

// In units of a pointer's number, as `bytes` and `stride` are: bytes, but elements in the program of a test in C.
static unsigned stride_of(const ProgramLocation *location) { return location->stride ? location->stride : 1; }
static unsigned bytes_of(const ProgramLocation *location) { return location->length * stride_of(location); }
static unsigned width_of(const ProgramLocation *location, unsigned bits) { return location->stride ? bits / 8 : 1; }

// Whether an address is one of a location's bytes: two such addresses are equal as numbers if they are the same one.
static bool is_inside(const Walk *w, EventValue a) {
  return (unsigned)a.location < w->program->location_count && a.number >= 0 &&
         a.number < (Value)bytes_of(&w->program->locations[a.location]);
}

static Mark cut(Walk *w, Mark a, unsigned bits, bool is_signed) {
  if (a.kind == NUMBER && bits <= a.bits)
    return (Mark){.kind = NUMBER, .id = a.id, .bits = bits, .is_signed = is_signed};
  if (a.kind == NUMBER)
    return a.is_signed && !is_signed ? unknown(w) : a;
  return is_address(a) && bits < 64 ? from_address : a;
}

// Whether two values are equal, where that is known.
static Mark equal(Walk *w, Mark a, Mark b, bool wanted) {
  if (a.kind == NUMBER && b.kind != FROM_ADDRESS && same(a, b))
    return number(wanted);
  if (is_number(a) && is_number(b) && (a.kind == NUMBER || b.kind == NUMBER))
    return unknown(w);
  if (a.kind != KNOWN || b.kind != KNOWN)
    return from_address;
  bool told =
      is_address(a) && is_address(b) ? is_inside(w, a.known) && is_inside(w, b.known) : is_number(a) && is_number(b);
  if (is_address(a) != is_address(b)) {
    Mark address = is_address(a) ? a : b, other = is_address(a) ? b : a;
    told = is_inside(w, address.known) && other.known.number >= 0 && other.known.number < SMALL_NUMBERS;
  }
  return told ? number(event_value_equal(a.known, b.known) == wanted) : from_address;
}

static Mark sum(Operation operation, const Instr *instr, Mark a, Mark b) {
  bool moves = is_number(b) || (operation == OP_ADD && is_number(a)) ||
               (is_address(b) && operation == OP_SUB && a.known.location == b.known.location);
  if (instr->bits < 64 || a.kind != KNOWN || b.kind != KNOWN || !moves)
    return from_address;
  return known(operation_apply(operation, instr->bits, instr->is_signed, a.known, b.known));
}

// An operation on what is the same number twice, where its result is known without it.
static bool of_same(const Instr *instr, Mark a, Mark *out) {
  switch (instr->operation) {
  case OP_XOR:
  case OP_SUB:
  case OP_LT:
  case OP_GT:
    *out = number(0);
    return true;
  case OP_LE:
  case OP_GE:
    *out = number(1);
    return true;
  case OP_AND:
  case OP_OR:
    *out = a;
    return instr->bits >= a.bits && !a.is_signed;
  default:
    return false;
  }
}

static Mark operate(Walk *w, const Instr *instr, Mark a, Mark b) {
  Operation operation = instr->operation;
  Mark result;
  switch (operation) {
  case OP_SECOND:
    return b;
  case OP_PICK:
    return a;
  case OP_EQ:
  case OP_NE:
    return equal(w, a, b, operation == OP_EQ);
  case OP_NOT:
    return equal(w, a, number(0), true);
  case OP_MOVE:
    if (a.kind != KNOWN || is_address(a))
      return cut(w, a, instr->bits, instr->is_signed);
    break;
  case OP_AND:
  case OP_MUL:
    if (is_zero(a) || is_zero(b))
      return number(0);
    break;
  default:
    break;
  }
  bool undefined = (operation == OP_DIV || operation == OP_REM) && is_zero(b);
  if (is_number(a) && is_number(b)) {
    if (a.kind == NUMBER && same(a, b) && of_same(instr, a, &result))
      return result;
    return a.kind == KNOWN && b.kind == KNOWN && !undefined
               ? known(operation_apply(operation, instr->bits, instr->is_signed, a.known, b.known))
               : unknown(w);
  }
  if (operation == OP_XOR && same(a, b) && is_address(a))
    return number(0);
  return operation == OP_ADD || operation == OP_SUB ? sum(operation, instr, a, b) : from_address;
}

// ---- Memory ----

static void cell_add(Walk *w, Cell *cell, Mark m) {
  if (m.kind == FROM_ADDRESS) {
    w->grown |= !cell->from_address;
    cell->from_address = true;
    return;
  }
  bool known_there = cell->any && is_number(m);
  for (unsigned i = 0; i < cell->count && m.kind == KNOWN && !known_there; i++)
    known_there = event_value_equal(cell->values[i], m.known);
  if (known_there)
    return;
  w->grown = true;
  if (m.kind == KNOWN && cell->count < CELL_VALUES)
    cell->values[cell->count++] = m.known;
  else if (is_number(m))
    cell->any = true;
  else
    cell->from_address = true;
}

static bool has_addresses(const Cell *cell) {
  for (unsigned i = 0; i < cell->count; i++)
    if (cell->values[i].location >= 0)
      return true;
  return false;
}

// The one element that an access is of; NULL: it is of parts of elements.
static Cell *whole(const Walk *w, EventValue address, unsigned bits) {
  const ProgramLocation *location = &w->program->locations[address.location];
  if (location->bits != bits || address.number % stride_of(location))
    return NULL;
  return &w->cells[address.location][address.number / stride_of(location)];
}

static bool address_of(Walk *w, const Instr *instr, EventValue *out) {
  Mark m = instr->address.is_register ? w->now.marks[instr->address.reg] : known(instr->address.constant);
  *out = m.known;
  if (!is_address(m) || !is_inside(w, m.known))
    return refuse(w, instr,
                  m.kind == KNOWN ? "it accesses what is no location of the test"
                                  : "it may access what is no location of the test");
  const ProgramLocation *location = &w->program->locations[m.known.location];
  if (m.known.number + width_of(location, instr->bits) > (Value)bytes_of(location))
    return refuse(w, instr, "it accesses what is no location of the test");
  if (!location->stride && location->bits != instr->bits)
    return refuse(w, instr, "it accesses a location of another width");
  return true;
}

static void write_cells(Walk *w, const Instr *instr, EventValue address, Mark m) {
  Cell *cell = whole(w, address, instr->bits);
  m = cut(w, m, instr->bits, instr->is_signed);
  if (cell) {
    cell_add(w, cell, m);
    return;
  }
  unsigned stride = w->program->locations[address.location].stride;
  Mark part = from_address;
  if (is_number(m))
    part = (Mark){.kind = NUMBER};
  for (Value at = address.number / stride * stride; at < address.number + instr->bits / 8; at += stride)
    cell_add(w, &w->cells[address.location][at / stride], part);
}

// What is read of parts of elements.
static Mark parts(Walk *w, const Instr *instr, EventValue address) {
  unsigned stride = w->program->locations[address.location].stride;
  for (Value at = address.number / stride * stride; at < address.number + instr->bits / 8; at += stride) {
    const Cell *cell = &w->cells[address.location][at / stride];
    if (cell->from_address || has_addresses(cell))
      return from_address;
  }
  return cut(w, unknown(w), instr->bits, false);
}

// ---- Paths ----

static void push(Walk *w, Places *places, Place place) {
  places->places = arena_grow(w->arena, places->places, &places->capacity, places->count + 1, sizeof place);
  places->places[places->count++] = place;
}

// A copy of a place, where there is room for one; else refused, and without registers.
static Place copied(Walk *w, Place place) {
  size_t count = thread_of(w)->register_count + (size_t)1;
  Mark *marks = w->spare.count ? w->spare.places[--w->spare.count].marks : NULL;
  if (!marks && (w->open.count + w->seen.count + 1) * count > KEPT) {
    refuse(w, NULL, "its threads have more ways to go than are followed");
    return (Place){0};
  }
  if (!marks)
    marks = ARENA_ARRAY(w->arena, Mark, count);
  memcpy(marks, place.marks, count * sizeof *marks);
  place.marks = marks;
  return place;
}

// Renames numbers that are not known by the order in which registers hold them, so that places can be compared.
static void rename_numbers(const Walk *w, Mark *marks) {
  for (unsigned r = 0, next = RENAMED; r < thread_of(w)->register_count; r++) {
    if (marks[r].kind != NUMBER || marks[r].id >= RENAMED)
      continue;
    unsigned id = marks[r].id;
    for (unsigned i = r; i < thread_of(w)->register_count; i++)
      if (marks[i].kind == NUMBER && marks[i].id == id)
        marks[i].id = next;
    next++;
  }
}

static bool same_place(const Walk *w, const Place *a, const Place *b) {
  if (a->at != b->at || a->unstored != b->unstored)
    return false;
  for (unsigned r = 0; r < thread_of(w)->register_count; r++)
    if (a->marks[r].kind != b->marks[r].kind || (a->marks[r].kind != FROM_ADDRESS && !same(a->marks[r], b->marks[r])))
      return false;
  return true;
}

static unsigned hash_of(const Walk *w, const Place *place) {
  uint64_t hash = place->at;
  for (unsigned r = 0; r < thread_of(w)->register_count; r++) {
    const Mark *m = &place->marks[r];
    uint64_t part = m->kind == KNOWN ? (uint64_t)m->known.number * 31 + (uint64_t)m->known.location : m->id + m->bits;
    hash = (hash ^ part) * 0x9e3779b97f4a7c15u ^ m->kind;
    hash ^= hash >> 29;
  }
  return (unsigned)(hash % SLOTS);
}

// Whether what goes on from here was followed before; else it is kept, to be followed once.
static bool was_seen(Walk *w, Place here) {
  Place place = copied(w, here);
  if (!place.marks)
    return true;
  rename_numbers(w, place.marks);
  unsigned slot = hash_of(w, &place);
  for (; w->slots[slot]; slot = (slot + 1) % SLOTS)
    if (same_place(w, &w->seen.places[w->slots[slot] - 1], &place)) {
      push(w, &w->spare, place);
      return true;
    }
  push(w, &w->seen, place);
  w->slots[slot] = (unsigned)w->seen.count;
  return false;
}

// Another way from here, with `value` in `dst`.
static void fork_to(Walk *w, unsigned at, unsigned dst, Mark value) {
  Place place = copied(w, w->now);
  if (!place.marks)
    return;
  place.at = at;
  if (dst != NO_REGISTER)
    place.marks[dst] = value;
  push(w, &w->open, place);
}

static Mark mark_of(const Walk *w, const Operand *operand) {
  return operand->is_register ? w->now.marks[operand->reg] : known(operand->constant);
}

// What a read may give, one after the other. How many there are: at least one.
static unsigned found_at(Walk *w, const Instr *instr, EventValue address, Mark out[CELL_VALUES + 2]) {
  const Cell *cell = whole(w, address, instr->bits);
  if (!cell) {
    out[0] = parts(w, instr, address);
    return 1;
  }
  unsigned count = 0;
  bool any = cell->any;
  for (unsigned i = 0; i < cell->count; i++)
    if (cell->values[i].location >= 0 || (w->one_by_one && !cell->any))
      out[count++] = known(cell->values[i]);
    else
      any = true;
  if (any)
    out[count++] = cut(w, unknown(w), instr->bits, false);
  if (cell->from_address)
    out[count++] = from_address;
  return count;
}

// A read, or a read-modify-write: a path goes on with each value.
static bool read_all(Walk *w, const Instr *instr) {
  EventValue address;
  Mark found[CELL_VALUES + 2];
  if (!address_of(w, instr, &address))
    return false;
  unsigned count = found_at(w, instr, address, found);
  for (unsigned i = 0; i < count; i++) {
    if (instr->kind == INSTR_RMW)
      write_cells(w, instr, address, operate(w, instr, found[i], mark_of(w, &instr->value)));
    if (i + 1 < count)
      fork_to(w, w->now.at, instr->dst, found[i]);
    else if (instr->dst != NO_REGISTER)
      w->now.marks[instr->dst] = found[i];
  }
  return true;
}

static bool write_one(Walk *w, const Instr *instr) {
  EventValue address;
  if (!address_of(w, instr, &address))
    return false;
  write_cells(w, instr, address, mark_of(w, &instr->value));
  w->now.unstored &= !instr->is_exclusive;
  if (instr->dst != NO_REGISTER)
    w->now.marks[instr->dst] = number(0);
  return true;
}

// Which of the two ways are gone by a value: where it is zero, and where not.
static bool ways(Walk *w, const Instr *instr, bool *zero, bool *other) {
  Mark m = mark_of(w, &instr->a);
  if (m.kind == FROM_ADDRESS || (is_address(m) && !is_inside(w, m.known)))
    return refuse(w, instr, "what it does depends on the address of a location as a number");
  *zero = m.kind == NUMBER || is_zero(m);
  *other = m.kind == NUMBER || !*zero;
  return true;
}

// Goes on to `target`. False where what follows was followed before.
static bool go_to(Walk *w, unsigned target) {
  w->now.at = target;
  return !was_seen(w, w->now);
}

// One instruction. False where the path ends.
static bool step(Walk *w) {
  const Instr *instr = &thread_of(w)->instrs[w->now.at++];
  bool zero, other;
  switch (instr->kind) {
  case INSTR_READ:
  case INSTR_RMW:
    return read_all(w, instr);
  case INSTR_WRITE:
    return write_one(w, instr);
  case INSTR_OPERATION:
    w->now.marks[instr->dst] = operate(w, instr, mark_of(w, &instr->a), mark_of(w, &instr->b));
    return true;
  case INSTR_JUMP:
    return go_to(w, instr->target);
  case INSTR_EITHER:
    fork_to(w, instr->target, NO_REGISTER, number(0));
    return true;
  case INSTR_BRANCH:
  case INSTR_CHOOSE:
    if (!ways(w, instr, &zero, &other))
      return false;
    if (zero && other)
      fork_to(w, instr->target, NO_REGISTER, number(0));
    return other || go_to(w, instr->target);
  case INSTR_ASSUME:
    w->now.unstored |= instr->fair;
    if (instr->fair) // not for ever so, but once
      return true;
    return ways(w, instr, &zero, &other) && other;
  case INSTR_FENCE:
  case INSTR_FORGET:
    break;
  }
  return true;
}

static bool is_shown(const Walk *w, Mark m) {
  return is_number(m) || (w->shows && is_address(m) && is_inside(w, m.known));
}

static void end_path(Walk *w) {
  w->may_fail |= w->now.unstored;
  for (unsigned i = 0; i < w->program->observable_total; i++) {
    const ProgramObservable *o = &w->program->observables[i];
    if (o->is_register && o->thread == w->thread && !is_shown(w, w->now.marks[o->reg]))
      refuse(w, NULL, "a register would show the address of a location as a number");
  }
}

static void follow_path(Walk *w) {
  while (!w->failed) {
    if (w->now.at >= thread_of(w)->instr_count) {
      end_path(w);
      return;
    }
    if (++w->steps > STEPS) {
      refuse(w, NULL, "its threads have more ways to go than are followed");
      return;
    }
    if (!step(w))
      return;
  }
}

static void follow_thread(Walk *w) {
  const ProgramThread *thread = thread_of(w);
  w->open = w->seen = w->spare = (Places){0};
  w->slots = ARENA_ARRAY(w->arena, unsigned, SLOTS);
  w->now = (Place){.marks = ARENA_ARRAY(w->arena, Mark, thread->register_count + (size_t)1)};
  for (unsigned r = 0; r < thread->register_count; r++)
    w->now.marks[r] = begins_with(w, thread->initial[r]);
  follow_path(w);
  while (w->open.count && !w->failed) {
    push(w, &w->spare, w->now);
    w->now = w->open.places[--w->open.count];
    if (!was_seen(w, w->now))
      follow_path(w);
  }
}

// ---- The whole ----

static void begin(Walk *w, Arena *arena) {
  const Program *program = w->program;
  w->arena = arena;
  w->cells = ARENA_ARRAY(arena, Cell *, program->location_count + (size_t)1);
  for (unsigned l = 0; l < program->location_count; l++) {
    const ProgramLocation *location = &program->locations[l];
    w->cells[l] = ARENA_ARRAY(arena, Cell, location->length);
    for (unsigned e = 0; e < location->length; e++)
      cell_add(w, &w->cells[l][e], begins_with(w, location->initial[e]));
  }
}

static void check_shown_locations(Walk *w) {
  for (unsigned i = 0; i < w->program->observable_total; i++) {
    const ProgramObservable *o = &w->program->observables[i];
    if (o->is_register)
      continue;
    const Cell *cell = &w->cells[o->location][o->element];
    if (cell->from_address || (has_addresses(cell) && !w->shows))
      refuse(w, NULL, "a location would show the address of a location as a number");
  }
}

// All threads, until nothing new is written.
static bool follow_all(const Program *program, bool shows, bool one_by_one, bool *may_fail, Diag *diag) {
  Walk w = {.program = program, .diag = diag, .shows = shows, .one_by_one = one_by_one};
  Arena *cells = arena_new();
  begin(&w, cells);
  w.grown = true;
  for (unsigned round = 0; w.grown && !w.failed; round++) {
    w.grown = false;
    w.arena = arena_new();
    for (w.thread = 0; w.thread < program->thread_count && !w.failed; w.thread++)
      follow_thread(&w);
    arena_free(w.arena);
    if (round == ROUNDS)
      refuse(&w, NULL, "its threads write more than is followed");
  }
  check_shown_locations(&w);
  arena_free(cells);
  if (may_fail)
    *may_fail = w.may_fail;
  return !w.failed;
}

// First with all numbers in memory taken for one that may be anything, which is soon done; then, where that does not
// do, with each on a path of its own.
static bool is_confined(const Program *program, bool shows, bool *may_fail, Diag *diag) {
  Arena *arena = arena_new();
  Diag quiet = {.arena = arena};
  bool confined = follow_all(program, shows, false, may_fail, &quiet);
  arena_free(arena);
  return confined || follow_all(program, shows, true, may_fail, diag);
}

bool program_is_confined(const Program *program, bool *may_fail, Diag *diag) {
  return is_confined(program, false, may_fail, diag);
}

// ---- Tests in C ----

static bool moves_pointer(const Expr *expr, void *context) {
  (void)context;
  return expr->kind == EXPR_BINARY && (expr->binary.op == BINARY_ADD || expr->binary.op == BINARY_SUBTRACT) &&
         base_type_bits(expr->type) == 64;
}

// Its own operations, as wide as the C that is made of it has them: a register that is narrower than an address and
// begins with one has what is made of one.
static Program *program_of_c(const Test *test, Arena *arena, Diag *diag) {
  Program *program = program_from_test(test, model_find("sc"), NULL, arena, diag);
  for (unsigned l = 0; program && l < test->location_count; l++) {
    program->locations[l].bits = base_type_bits(test->locations[l].type);
    for (unsigned e = 0; e < test->locations[l].length; e++)
      if (program->locations[l].bits < 64 && program->locations[l].initial[e].location >= 0)
        program->locations[l].initial[e].location = (int)program->location_count;
  }
  for (unsigned t = 0; program && t < test->thread_count; t++)
    for (unsigned r = 0; r < test->threads[t].register_count; r++) {
      EventValue *initial = &program->threads[t].initial[r];
      if (base_type_bits(test->threads[t].registers[r].type.base) < 64 && initial->location >= 0)
        initial->location = (int)program->location_count;
    }
  return program;
}

bool test_is_confined(const Test *test, Diag *diag) {
  bool has_array = false;
  for (unsigned l = 0; l < test->location_count; l++)
    has_array |= test->locations[l].is_array;
  const Expr *moves = has_array ? test_each(test, moves_pointer, NULL) : NULL;
  if (moves)
    return diag_error_at(diag, test->source, moves->span, "an address may move within an array");
  Arena *arena = arena_new();
  const Program *program = program_of_c(test, arena, diag);
  bool confined = program && is_confined(program, true, NULL, diag);
  arena_free(arena);
  return confined;
}
