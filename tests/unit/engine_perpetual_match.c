// The matcher against all frames of small runs, and against a machine that is x86-TSO by construction.
#include "harness/engine/kernel.h"
#include "harness/engine/perpetual_match.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, LOCATIONS = 4, OPS = 5, MOST = 48, FRAMES = 4096 };

// A thread's operations: "Wx" stores to x, "Rx" loads it, "F" is a full fence.
typedef struct {
  const char *name;
  const char *threads[THREADS]; // operations separated by blanks
  const char *forbidden;        // the digits of its loads in a state that x86-TSO forbids; NULL: none of interest
  const char *allowed;          // ... in one that it allows and SC forbids
} Program;

static const Program programs[] = {
    {"SB", {"Wx Ry", "Wy Rx"}, NULL, "00"},
    {"SB+fences", {"Wx F Ry", "Wy F Rx"}, "00", NULL},
    {"LB", {"Rx Wy", "Ry Wx"}, "11", NULL},
    {"MP", {"Wx Wy", "Ry Rx"}, "10", NULL},
    {"CoRR", {"Wx", "Rx Rx"}, "10", NULL},
    {"CoRW1", {"Rx Wx", "Rx"}, "10", NULL},
    {"CoRR twice stored", {"Wx Wx", "Rx Rx"}, "21", NULL},
    {"MP twice stored", {"Wx Wx Wy", "Ry Rx"}, "11", NULL},
    {"SB with reads of own", {"Wx Rx Ry", "Wy Ry Rx"}, NULL, "1010"},
    {"R-like", {"Wx Wy", "Wz F Ry Rx"}, "10", NULL},
    {"3.SB", {"Wx Ry", "Wy Rz", "Wz Rx"}, NULL, "000"},
    {"3.LB", {"Rx Wy", "Ry Wz", "Rz Wx"}, "111", NULL},
    {"WRC", {"Wx", "Rx Wy", "Ry Rx"}, "110", NULL},
    {"ISA2", {"Wx Wy", "Ry Wz", "Rz Rx"}, "110", NULL},
    {"RWC", {"Wx", "Rx Ry", "Wy Rx"}, NULL, "100"},
    {"IRIW", {"Wx", "Wy", "Rx Ry", "Ry Rx"}, "1010", NULL},
};
enum { PROGRAMS = sizeof programs / sizeof *programs };

typedef struct {
  char kind;                       // W, R or F
  unsigned location, load, number; // of a load: its index; of a store: which of its location's
} Op;

typedef struct {
  unsigned count;
  Op ops[OPS];
} Code;

// A program, its shape, and what a run of it left behind.
typedef struct {
  PerpetualShape shape;
  Code code[THREADS];
  unsigned n;
  uint16_t buffers[PERPETUAL_LOADS][MOST];
  const uint16_t *seen[PERPETUAL_LOADS];
} Case;

static void read_thread(Case *c, unsigned t, const char *text, unsigned *writers, unsigned *stores) {
  for (; *text; text += strcspn(text, " "), text += *text == ' ') {
    Op *op = &c->code[t].ops[c->code[t].count++];
    *op = (Op){.kind = *text, .location = *text == 'F' ? 0 : (unsigned)(text[1] - 'x')};
    if (op->kind == 'W') {
      writers[op->location] = t;
      op->number = stores[op->location]++;
    } else if (op->kind == 'R') {
      op->load = c->shape.load_count;
      c->shape.loads[c->shape.load_count++] = (PerpetualLoad){.thread = t, .location = op->location};
    }
  }
}

static void case_init(Case *c, const Program *program, unsigned n) {
  unsigned writers[LOCATIONS] = {0}, stores[LOCATIONS] = {0};
  memset(c, 0, sizeof *c);
  c->n = n;
  for (; c->shape.threads < THREADS && program->threads[c->shape.threads]; c->shape.threads++)
    read_thread(c, c->shape.threads, program->threads[c->shape.threads], writers, stores);
  c->shape.state_count = 1;
  for (unsigned l = 0; l < c->shape.load_count; l++) {
    PerpetualLoad *load = &c->shape.loads[l];
    load->writer = writers[load->location];
    load->stores = stores[load->location];
    load->weight = c->shape.state_count;
    c->shape.state_count *= load->stores + 1;
    c->seen[l] = c->buffers[l];
  }
}

// x86-TSO as a machine (Sewell, Sarkar, Owens, Zappa Nardelli, Myreen, CACM 2010): each thread a queue of stores,
// loads look there first; which thread moves, and whether it drains or executes, is random, in bursts.
typedef struct {
  unsigned pc, iteration;
  unsigned queued, drained;
  struct {
    unsigned location;
    uint16_t value;
  } queue[MOST * OPS];
} Processor;

static void drain(Processor *p, uint16_t *memory) {
  memory[p->queue[p->drained].location] = p->queue[p->drained].value;
  p->drained++;
}

static uint16_t look(const Processor *p, const uint16_t *memory, unsigned location) {
  for (unsigned i = p->queued; i > p->drained; i--)
    if (p->queue[i - 1].location == location)
      return p->queue[i - 1].value;
  return memory[location];
}

static void execute(Case *c, Processor *p, unsigned t, uint16_t *memory, const unsigned *stores) {
  const Op *op = &c->code[t].ops[p->pc];
  if (op->kind == 'W') {
    p->queue[p->queued].location = op->location;
    p->queue[p->queued++].value = (uint16_t)(p->iteration * stores[op->location] + op->number + 1);
  } else if (op->kind == 'R') {
    c->buffers[op->load][p->iteration] = look(p, memory, op->location);
  } else {
    while (p->drained < p->queued)
      drain(p, memory);
  }
  if (++p->pc == c->code[t].count) {
    p->pc = 0;
    p->iteration++;
  }
}

static void run_tso(Case *c, uint64_t seed) {
  uint64_t random = seed * 0x9e3779b97f4a7c15ull + 1;
  uint16_t memory[LOCATIONS] = {0};
  unsigned stores[LOCATIONS] = {0};
  Processor *processors = calloc(THREADS, sizeof *processors);
  ck_assert_ptr_nonnull(processors);
  for (unsigned t = 0; t < c->shape.threads; t++)
    for (unsigned i = 0; i < c->code[t].count; i++)
      stores[c->code[t].ops[i].location] += c->code[t].ops[i].kind == 'W';
  unsigned eager = kernel_random_below(&random, 8), burst = 1 + kernel_random_below(&random, 12);
  for (unsigned running = c->shape.threads; running;) {
    unsigned t = kernel_random_below(&random, c->shape.threads);
    Processor *p = &processors[t];
    for (unsigned i = kernel_random_below(&random, burst) + 1; i && p->iteration < c->n; i--) {
      if (p->drained < p->queued && kernel_random_below(&random, 8) < eager)
        drain(p, memory);
      else
        execute(c, p, t, memory, stores);
    }
    running = 0;
    for (unsigned u = 0; u < c->shape.threads; u++)
      running += processors[u].iteration < c->n;
  }
  free(processors);
}

// A machine without any order but coherence: what a load saw never goes back.
static void run_wild(Case *c, uint64_t seed) {
  uint64_t random = seed * 0x9e3779b97f4a7c15ull + 1;
  for (unsigned t = 0; t < c->shape.threads; t++) {
    uint32_t saw[LOCATIONS] = {0};
    for (unsigned i = 0; i < c->n; i++)
      for (unsigned l = 0; l < c->shape.load_count; l++) {
        const PerpetualLoad *load = &c->shape.loads[l];
        if (load->thread != t)
          continue;
        uint32_t most = load->stores * c->n;
        if (kernel_random_below(&random, 3) == 0)
          saw[load->location] += kernel_random_below(&random, 5 * load->stores + 1);
        saw[load->location] = saw[load->location] > most ? most : saw[load->location];
        c->buffers[l][i] = (uint16_t)saw[load->location];
      }
  }
}

// A second opinion on a frame's state.
static unsigned state_of(const Case *c, const uint32_t *frame) {
  unsigned state = 0;
  for (unsigned l = 0; l < c->shape.load_count; l++) {
    const PerpetualLoad *load = &c->shape.loads[l];
    int relative = c->buffers[l][frame[load->thread]] - (int)(frame[load->writer] * load->stores);
    int digit = relative < 0 ? 0 : relative > (int)load->stores ? (int)load->stores : relative;
    state += (unsigned)digit * load->weight;
  }
  return state;
}

static unsigned state_from(const Case *c, const char *digits) {
  unsigned state = 0;
  for (unsigned l = 0; l < c->shape.load_count; l++)
    state += (unsigned)(digits[l] - '0') * c->shape.loads[l].weight;
  return state;
}

static void target_of(const Case *c, unsigned state, signed char *target) {
  for (unsigned l = 0; l < c->shape.load_count; l++)
    target[l] = (signed char)(state / c->shape.loads[l].weight % (c->shape.loads[l].stores + 1));
}

static unsigned iterations_for(const Program *program) {
  unsigned threads = 0;
  while (threads < THREADS && program->threads[threads])
    threads++;
  return threads == 2 ? MOST : threads == 3 ? 12 : 7;
}

static size_t frame_count(const Case *c) {
  size_t count = 1;
  for (unsigned t = 0; t < c->shape.threads; t++)
    count *= c->n;
  return count;
}

static void frame_at(const Case *c, size_t index, uint32_t *frame) {
  for (unsigned t = 0; t < c->shape.threads; t++, index /= c->n)
    frame[t] = (uint32_t)(index % c->n);
}

// The longest chain of frames in that state, each later than the one before in every thread, over all n^T frames. It is
// also the largest number of frames that share no iteration: sorting such a set thread by thread keeps them in the
// state.
static unsigned longest_chain(const Case *c, const unsigned *states, unsigned state) {
  unsigned best[FRAMES] = {0};
  size_t count = frame_count(c), corner = 0, step = 1;
  for (unsigned t = 0; t < c->shape.threads; t++, step *= c->n)
    corner += step;
  uint32_t frame[THREADS] = {0};
  for (size_t f = 0; f < count; f++) {
    bool inside = true;
    step = 1;
    for (unsigned t = 0; t < c->shape.threads; t++, step *= c->n) {
      inside = inside && frame[t];
      if (frame[t] && best[f - step] > best[f])
        best[f] = best[f - step];
    }
    unsigned with = (inside ? best[f - corner] : 0) + 1;
    if (states[f] == state && with > best[f])
      best[f] = with;
    for (unsigned t = 0; t < c->shape.threads && ++frame[t] == c->n; t++)
      frame[t] = 0;
  }
  return best[count - 1];
}

// The state of each of the n^T frames.
static void all_states(const Case *c, unsigned *states) {
  uint32_t frame[THREADS];
  bool agree = true; // each ck_assert is a message to another process: none in the loop
  ck_assert_uint_le(frame_count(c), FRAMES);
  for (size_t f = 0; f < frame_count(c); f++) {
    frame_at(c, f, frame);
    states[f] = state_of(c, frame);
    agree = agree && states[f] == perpetual_state(&c->shape, c->seen, frame);
  }
  ck_assert(agree);
}

static void whole(const Case *c, PerpetualRange *ranges) {
  for (unsigned t = 0; t < c->shape.threads; t++)
    ranges[t] = (PerpetualRange){0, c->n};
}

static uint64_t sum(const uint64_t *counts, unsigned n) {
  uint64_t total = 0;
  for (unsigned i = 0; i < n; i++)
    total += counts[i];
  return total;
}

// Everything that must hold of one run.
static void check_run(const Case *c, const Program *program) {
  unsigned states[FRAMES] = {0};
  bool exists[PERPETUAL_STATES] = {false};
  all_states(c, states);
  for (size_t f = 0; f < frame_count(c); f++)
    exists[states[f]] = true;
  PerpetualRange ranges[THREADS];
  whole(c, ranges);
  for (unsigned state = 0; state < c->shape.state_count; state++) {
    uint64_t counts[PERPETUAL_STATES] = {0};
    signed char target[PERPETUAL_LOADS];
    target_of(c, state, target);
    perpetual_match(&c->shape, c->seen, ranges, target, counts);
    unsigned longest = longest_chain(c, states, state);
    ck_assert_msg(counts[state] >= longest, "%s, state %u: %u of %u found", program->name, state,
                  (unsigned)counts[state], longest);
    ck_assert_uint_le(sum(counts, c->shape.state_count), c->n);
    unsigned invented = 0;
    for (unsigned s = 0; s < c->shape.state_count; s++)
      invented += counts[s] && !exists[s];
    ck_assert_msg(!invented, "%s: a state is counted that no frame shows", program->name);
  }
}

START_TEST(finds_as_many_frames_as_all_frames_together_allow) {
  const Program *program = &programs[_i];
  for (uint64_t seed = 1; seed <= 6; seed++) {
    Case c;
    case_init(&c, program, iterations_for(program));
    run_tso(&c, seed);
    check_run(&c, program);
    run_wild(&c, seed);
    check_run(&c, program);
  }
}
END_TEST

// The soundness that the head of perpetual.h argues for: over all frames, not only those that are looked for.
START_TEST(no_frame_of_a_tso_machine_shows_what_tso_forbids) {
  const Program *program = &programs[_i];
  bool allowed = false, forbidden = false;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    Case c;
    case_init(&c, program, iterations_for(program));
    run_tso(&c, seed);
    unsigned states[FRAMES] = {0};
    all_states(&c, states);
    for (size_t f = 0; f < frame_count(&c); f++) {
      forbidden = forbidden || (program->forbidden && states[f] == state_from(&c, program->forbidden));
      allowed = allowed || (program->allowed && states[f] == state_from(&c, program->allowed));
    }
  }
  ck_assert_msg(!forbidden, "%s: a state that TSO forbids", program->name);
  ck_assert_msg(allowed == (program->allowed != NULL), "%s: what is allowed never showed", program->name);
}
END_TEST

START_TEST(parts_never_overlap_and_leave_nothing_out) {
  const Program *program = &programs[_i];
  bool follow = true;
  for (uint64_t seed = 1; seed <= 10; seed++)
    for (unsigned parts = 1; parts <= 5; parts++) {
      Case c;
      case_init(&c, program, 9);
      seed % 2 ? run_tso(&c, seed) : run_wild(&c, seed);
      uint32_t at[THREADS] = {0};
      for (unsigned part = 0; part < parts; part++) {
        PerpetualRange ranges[THREADS];
        perpetual_cut(&c.shape, c.seen, c.n, part, parts, ranges);
        for (unsigned t = 0; t < c.shape.threads; t++) {
          follow = follow && ranges[t].from == at[t] && ranges[t].to >= at[t];
          at[t] = ranges[t].to;
        }
      }
      for (unsigned t = 0; t < c.shape.threads; t++)
        follow = follow && at[t] == c.n;
    }
  ck_assert(follow);
}
END_TEST

// A location that goes back breaks coherence; what is counted must still be there.
START_TEST(incoherent_buffers_are_counted_as_they_stand) {
  const Program *program = &programs[_i];
  for (uint64_t seed = 1; seed <= 10; seed++) {
    Case c;
    case_init(&c, program, 7);
    uint64_t random = seed;
    for (unsigned l = 0; l < c.shape.load_count; l++)
      for (unsigned i = 0; i < c.n; i++)
        c.buffers[l][i] = (uint16_t)kernel_random_below(&random, c.n * c.shape.loads[l].stores + 1);
    bool exists[PERPETUAL_STATES] = {false};
    unsigned states[FRAMES] = {0};
    all_states(&c, states);
    for (size_t f = 0; f < frame_count(&c); f++)
      exists[states[f]] = true;
    uint64_t counts[PERPETUAL_STATES] = {0};
    for (unsigned state = 0; state < c.shape.state_count; state++)
      for (unsigned part = 0; part < 2; part++) {
        PerpetualRange ranges[THREADS];
        signed char target[PERPETUAL_LOADS];
        target_of(&c, state, target);
        perpetual_cut(&c.shape, c.seen, c.n, part, 2, ranges);
        perpetual_match(&c.shape, c.seen, ranges, target, counts);
      }
    unsigned invented = 0;
    for (unsigned s = 0; s < c.shape.state_count; s++)
      invented += counts[s] && !exists[s];
    ck_assert_uint_eq(invented, 0);
  }
}
END_TEST

START_TEST(the_literatures_frames_reuse_the_other_threads) {
  Case c;
  case_init(&c, &programs[0], 4);
  // P0 sees nothing of P1 until the end, P1 nothing of P0: every iteration of P0 is weak with every one of P1.
  PerpetualRange ranges[] = {{0, 4}, {0, 2}};
  const signed char target[] = {0, 0};
  uint64_t counts[4] = {0};
  ck_assert_uint_eq(perpetual_frames(&c.shape, c.seen, ranges, target), 4);
  perpetual_match(&c.shape, c.seen, ranges, target, counts);
  ck_assert_uint_eq(counts[0], 2);
  ck_assert_uint_eq(sum(counts, 4), 2);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("perpetual_match");
  TCase *tests = tcase_create("match");
  tcase_add_loop_test(tests, finds_as_many_frames_as_all_frames_together_allow, 0, PROGRAMS);
  tcase_add_loop_test(tests, no_frame_of_a_tso_machine_shows_what_tso_forbids, 0, PROGRAMS);
  tcase_add_loop_test(tests, parts_never_overlap_and_leave_nothing_out, 0, PROGRAMS);
  tcase_add_loop_test(tests, incoherent_buffers_are_counted_as_they_stand, 0, PROGRAMS);
  tcase_add_test(tests, the_literatures_frames_reuse_the_other_threads);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
