// A thread of machine code is followed along the way on which it reads what the condition asks for: what a register
// holds, where that is known, and the touches that it was made from. Which read the condition asks the value of is
// known only in the end, so that threads are followed twice.
#include "harness/cycle/skeleton.h"

#include <string.h>

typedef struct {
  bool known;
  EventValue value;
  uint64_t from;
  unsigned copy; // of what this touch read, + 1; 0: of none
} Known;

typedef struct {
  const Program *program;
  const Vocabulary *words;
  Skeleton *out;
  const char *why;
  unsigned thread;
  Known *registers;
  const FenceWord *fence;           // since the last touch
  uint64_t control;                 // what the way here depends on
  bool sure;                        // what the condition asks of reads is known
  bool reserved;                    // the last touch is an exclusive read whose write is to come
  bool is_written[LIMIT_LOCATIONS]; // by some thread
  bool has_asked[TOUCHES];
  Value asked[TOUCHES]; // by touch: what it reads
} Reader;

// The first reason stands.
static void refuse(Reader *r, const char *why) { r->why = r->why ? r->why : why; }

static Known operand(const Reader *r, const Operand *from) {
  return from->is_register ? r->registers[from->reg] : (Known){true, from->constant, 0, 0};
}

static void set(const Reader *r, unsigned reg, Known value) {
  if (reg != NO_REGISTER)
    r->registers[reg] = value;
}

static Known computed(const Reader *r, const Instr *instr) {
  Known a = operand(r, &instr->a), b = operand(r, &instr->b);
  bool picked = instr->operation == OP_PICK, second = instr->operation == OP_SECOND;
  Known out = {.from = picked ? a.from : a.from | b.from};
  if (a.copy && a.copy == b.copy && (instr->operation == OP_XOR || instr->operation == OP_SUB))
    return (Known){true, {.location = -1}, a.from, 0};
  out.known = second ? b.known : picked ? a.known : a.known && b.known;
  if (out.known)
    out.value = operation_apply(instr->operation, instr->bits, instr->is_signed, a.value, b.value);
  if ((instr->operation == OP_MOVE && instr->bits >= 32) || picked)
    out.copy = a.copy;
  if (second)
    out.copy = b.copy;
  return out;
}

// ---- How an access is made

static bool has_word(const char *list, const char *word, size_t length) {
  for (const char *at = list ? list : ""; *at;) {
    size_t span = strcspn(at, " ");
    if (span == length && !memcmp(at, word, length))
      return true;
    at += span + strspn(at + span, " ");
  }
  return false;
}

static bool is_exclusive(const Update *update) { return !strcmp(update->operation, "exclusive"); }

static bool tells(const Annotation *row, const Update *update, const char *tag, size_t length) {
  return update ? row->update && has_word(row->update_tags, tag, length) : has_word(row->tags, tag, length);
}

// The annotation that a tag stands for. NULL where none does.
static const Annotation *annotation_of_tag(const Vocabulary *words, Direction direction, const Update *update,
                                           const char *tag, size_t length) {
  bool of_other = false;
  for (unsigned i = 0; i < words->annotation_count; i++) {
    const Annotation *row = &words->annotations[i];
    if (!tells(row, update, tag, length))
      continue;
    if (direction == DIRECTION_READ ? row->load : row->store)
      return row;
    of_other = true;
  }
  return of_other && update && !is_exclusive(update) ? words->annotations : NULL; // one instruction tags both
}

// The annotation that stands for the tags of a read or write, but for those that the update has anyway. NULL where none
// does.
static const Annotation *annotation_of(const Vocabulary *words, Direction direction, const Update *update,
                                       const char *tags) {
  const Annotation *found = NULL;
  for (const char *at = tags ? tags : ""; *at;) {
    size_t length = strcspn(at, " ");
    if (!update || !has_word(update->tags, at, length)) {
      const Annotation *other = annotation_of_tag(words, direction, update, at, length);
      if (!other || found)
        return NULL;
      found = other;
    }
    at += length + strspn(at + length, " ");
  }
  return found ? found : words->annotations;
}

static const Update *update_of(const Reader *r, const char *operation) {
  for (unsigned i = 0; i < r->words->update_count; i++)
    if (!strcmp(r->words->updates[i].operation, operation))
      return &r->words->updates[i];
  return NULL;
}

static const Update *update_of_instr(const Reader *r, const Instr *instr) {
  if (instr->is_exclusive)
    return update_of(r, "exclusive");
  if (instr->picks)
    return update_of(r, "cas");
  return instr->is_pair                  ? NULL
         : instr->operation == OP_SECOND ? update_of(r, "swap")
         : instr->operation == OP_ADD    ? update_of(r, "add")
         : instr->operation == OP_XOR    ? update_of(r, "xor")
                                         : NULL;
}

// ---- Accesses

static Touch *last_touch(const Reader *r) { return &r->out->touches[r->out->count - 1]; }

static bool read_address(Reader *r, const Instr *instr, Touch *touch) {
  Known address = operand(r, &instr->address);
  unsigned element = 0;
  touch->address = address.from;
  if (address.known && program_element(r->program, address.value, &element) &&
      r->program->locations[address.value.location].length == 1)
    touch->location = (unsigned)address.value.location;
  else if (r->sure || instr->kind != INSTR_READ)
    refuse(r, "an address is not told by its condition");
  r->is_written[touch->location] |= instr->kind != INSTR_READ;
  return !r->why;
}

// What is written, by touch `number`, or with the touch that it updates.
static void read_written(Reader *r, const Instr *instr, Touch *touch, unsigned number) {
  Known value = operand(r, &instr->value);
  touch->data = value.from;
  touch->written = value.value.number;
  bool swaps = instr->kind == INSTR_WRITE || instr->operation == OP_SECOND;
  if (!swaps)
    touch->written =
        operation_apply(instr->operation, instr->bits, false, (EventValue){-1, r->asked[number]}, value.value).number;
  if (value.known && value.value.location >= 0)
    refuse(r, "it writes addresses");
  if (!value.known || (!swaps && !r->has_asked[number]))
    touch->written = -1; // of which the second time says whether it is known
}

// What a touch reads: what the condition asks for, or the initial value of what nobody writes.
static Known found(const Reader *r, const Touch *touch, unsigned number) {
  Known out = {r->has_asked[number], {-1, r->asked[number]}, UINT64_C(1) << number, number + 1};
  if (!out.known && r->sure && !r->is_written[touch->location]) {
    out.known = true;
    out.value = r->program->locations[touch->location].initial[0];
  }
  return out;
}

static void begin_touch(Reader *r, const Instr *instr, TouchKind kind) {
  const Vocabulary *words = r->words;
  Touch touch = {.kind = kind, .fence = r->fence, .thread = r->thread, .control = r->control};
  touch.update = kind == TOUCH_UPDATE ? update_of_instr(r, instr) : NULL;
  if (kind == TOUCH_UPDATE && !touch.update)
    refuse(r, "no word of cycles stands for one of its read-modify-writes");
  else if (r->out->count == TOUCHES)
    refuse(r, "it has too many accesses");
  if (r->why || !read_address(r, instr, &touch))
    return;
  touch.annotation = touch.write_annotation =
      annotation_of(words, kind == TOUCH_WRITE ? DIRECTION_WRITE : DIRECTION_READ, touch.update, instr->tags);
  if (instr->kind == INSTR_RMW)
    touch.write_annotation = annotation_of(words, DIRECTION_WRITE, touch.update, instr->write_tags);
  if (!touch.annotation || !touch.write_annotation)
    refuse(r, "no annotation stands for how one of its accesses is made");
  unsigned number = r->out->count++;
  if (kind != TOUCH_READ && instr->kind != INSTR_READ)
    read_written(r, instr, &touch, number);
  touch.asked = kind != TOUCH_WRITE && r->has_asked[number];
  touch.read = r->asked[number];
  if (kind != TOUCH_WRITE)
    set(r, instr->dst, found(r, &touch, number));
  r->out->touches[number] = touch;
  r->fence = NULL;
}

// The write of a pair of exclusives.
static void end_update(Reader *r, const Instr *instr) {
  Touch write = {0};
  if (!r->reserved || r->fence) {
    refuse(r, "an exclusive write is not next to its read");
    return;
  }
  r->reserved = false;
  if (!read_address(r, instr, &write))
    return;
  Touch *touch = last_touch(r);
  read_written(r, instr, &write, r->out->count - 1);
  touch->data = write.data;
  touch->written = write.written;
  touch->write_annotation = annotation_of(r->words, DIRECTION_WRITE, touch->update, instr->tags);
  if (!touch->write_annotation)
    refuse(r, "no annotation stands for how one of its accesses is made");
  if (write.location != touch->location || write.address != touch->address)
    refuse(r, "an exclusive write is not where its read is");
  set(r, instr->dst, (Known){.known = true, .value = {.location = -1}}); // it is the turn on which it stores
}

static void read_fence(Reader *r, const Instr *instr) {
  const FenceWord *fence = NULL;
  for (unsigned i = 0; i < r->words->fence_count && !instr->marks; i++)
    if (!strcmp(r->words->fences[i].tags, instr->tags))
      fence = &r->words->fences[i];
  if (!fence || r->fence)
    refuse(r, fence ? "two fences stand between two accesses" : "no word of cycles stands for one of its fences");
  r->fence = fence;
}

static void read_access(Reader *r, const Instr *instr) {
  if (r->reserved && !(instr->kind == INSTR_WRITE && instr->is_exclusive)) {
    refuse(r, "an exclusive read has no write next to it");
    return;
  }
  if (instr->kind == INSTR_WRITE && instr->is_exclusive) {
    end_update(r, instr);
    return;
  }
  begin_touch(r, instr,
              instr->kind == INSTR_RMW || instr->is_exclusive ? TOUCH_UPDATE
              : instr->kind == INSTR_READ                     ? TOUCH_READ
                                                              : TOUCH_WRITE);
  r->reserved = instr->is_exclusive;
}

// ---- Threads

// Follows an instruction; the next one's index. Where it is not known yet which way the thread goes, it goes on.
static unsigned follow(Reader *r, const Instr *instr, unsigned next) {
  Known a = operand(r, &instr->a);
  switch (instr->kind) {
  case INSTR_READ:
  case INSTR_WRITE:
  case INSTR_RMW:
    read_access(r, instr);
    return next;
  case INSTR_FENCE:
    read_fence(r, instr);
    return next;
  case INSTR_OPERATION:
    set(r, instr->dst, computed(r, instr));
    return next;
  case INSTR_BRANCH:
    r->control |= a.from;
    break;
  case INSTR_JUMP:
    return instr->target;
  case INSTR_CHOOSE:
  case INSTR_ASSUME:
    break;
  case INSTR_EITHER: // on is the compare-exchange that finds what it expects
    return next;
  case INSTR_FORGET:
    refuse(r, "it forgets a reservation");
    return next;
  }
  bool is_zero = a.known && a.value.location < 0 && !a.value.number;
  if (instr->kind == INSTR_ASSUME)
    return is_zero && r->sure ? (refuse(r, "a thread does not come to its end"), next) : next;
  if (!a.known && r->sure && instr->target != next)
    refuse(r, "its condition does not tell which way a thread goes");
  return is_zero ? instr->target : next;
}

static void read_thread(Reader *r) {
  const ProgramThread *thread = &r->program->threads[r->thread];
  for (unsigned i = 0; i < thread->register_count; i++)
    r->registers[i] = (Known){true, thread->initial[i], 0, 0};
  r->fence = NULL;
  r->control = 0;
  r->reserved = false;
  r->out->first[r->thread] = r->out->count;
  unsigned steps = 0;
  for (unsigned at = 0; at < thread->instr_count && !r->why; steps++) {
    if (steps > thread->instr_count)
      refuse(r, "it has a loop");
    at = follow(r, &thread->instrs[at], at + 1);
  }
  if (r->reserved)
    refuse(r, "an exclusive read has no write next to it");
}

// What the condition asks of the reads whose values the registers have in the end.
static void learn(Reader *r, const Test *test, const Asked *asked) {
  for (unsigned i = 0; i < test->observable_total; i++) {
    const Observable *o = &test->observables[i];
    if (!o->is_register || o->thread != r->thread || !asked->has_registers[o->thread][o->reg])
      continue;
    Known end = r->registers[r->program->observables[i].reg];
    Value value = asked->registers[o->thread][o->reg];
    if (!end.copy || (r->has_asked[end.copy - 1] && r->asked[end.copy - 1] != value)) {
      refuse(r, "its condition asks for more than what is read");
      return;
    }
    r->has_asked[end.copy - 1] = true;
    r->asked[end.copy - 1] = value;
  }
}

static void read_threads(Reader *r, const Test *test, const Asked *asked, bool sure) {
  r->sure = sure;
  r->out->count = 0;
  for (r->thread = 0; r->thread < r->program->thread_count && !r->why; r->thread++) {
    unsigned first = r->out->count;
    read_thread(r);
    if (!r->why)
      learn(r, test, asked);
    if (r->out->count == first)
      refuse(r, "a thread of it accesses nothing");
  }
  r->out->first[r->program->thread_count] = r->out->count;
}

const char *skeleton_of_code(const Test *test, const Program *program, const Vocabulary *words, Skeleton *out) {
  *out = (Skeleton){0};
  Arena *arena = arena_new();
  Asked *asked = ARENA_NEW(arena, Asked);
  unsigned registers = 0;
  for (unsigned t = 0; t < program->thread_count; t++)
    registers = registers > program->threads[t].register_count ? registers : program->threads[t].register_count;
  Reader r = {.program = program,
              .words = words,
              .out = out,
              .registers = ARENA_ARRAY(arena, Known, registers),
              .why = skeleton_ask(test, asked, out)};
  read_threads(&r, test, asked, false);
  read_threads(&r, test, asked, true);
  for (unsigned i = 0; i < out->count; i++)
    if (out->touches[i].kind != TOUCH_READ && out->touches[i].written < 0)
      refuse(&r, "its condition does not tell what a write writes");
  arena_free(arena);
  return r.why;
}
