#include "results/import.h"
#include "arch/names.h"
#include "harness/lang/suite.h"
#include "results/import_code.h"
#include "results/import_test.h"
#include "results/lines.h"
#include "results/record_read.h"
#include "results/share.h"
#include "results/test_name.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
  WARNINGS = 20,           // told of a log; the rest are counted
  LINE_BYTES = 16 << 20,   // a longer line is no log's, and no record
  STATES = 1 << 16,        // of a test
  MACHINE_BYTES = 4 << 20, // of /proc/cpuinfo: more PUs than there are
  NAME = 256               // bytes of a test's name
};

// What was read of the test under way.
typedef struct {
  bool open;
  unsigned long line; // of its first line
  const char *name;
  LogState *states;
  size_t state_count, state_capacity;
  unsigned long expected; // states
  bool has_states, counted;
  uint64_t total;
  const char *condition, *hash;
  bool has_witnesses, has_observation, has_time;
  uint64_t witnesses[2], observation[2]; // positive, negative
  double seconds;
  const char *damage; // the first; NULL: none
  unsigned long damage_line;
} Section;

typedef struct {
  const char *name; // of the log
  const ImportOptions *options;
  Arena *arena;
  Records *out;
  size_t capacity;
  Diag *diag;
  Suite suite; // once a test was read
  Section section;
  Code code;
  unsigned long code_line; // where the code under way begins
  bool in_code, in_machine;
  bool is_lost;              // what follows is of no test, as was told
  bool is_timed;             // each test so far had a line of its time, which is its last
  unsigned first_of_machine; // record
  Share share;
  Text machine_text; // behind "Machine:"
  Identity machine;  // what it says
  unsigned long line;
} Import;

static bool starts_with(const char *text, const char *prefix) { return !strncmp(text, prefix, strlen(prefix)); }

static void skip(Import *im, unsigned long line, const char *why) {
  if (++im->out->skipped <= WARNINGS)
    diag_warning(im->diag, "%s:%lu: skipped: %s", im->name, line, why);
}

static void damage(Import *im, const char *why) {
  if (im->section.damage)
    return;
  im->section.damage = why;
  im->section.damage_line = im->line;
}

// ---- Registers

static const Test *test_called(const Import *im, const char *name, size_t length) {
  for (unsigned i = 0; i < im->suite.count; i++)
    if (strlen(im->suite.tests[i]->name) == length && !memcmp(im->suite.tests[i]->name, name, length))
      return im->suite.tests[i];
  return NULL;
}

// The suite's test of that name, else of what it is called here, else the one without what is between its accesses,
// which reads the same registers.
static const Test *suite_test(Import *im, const char *name) {
  Diag quiet = {.arena = im->arena};
  char buffer[NAME + 64];
  if (!im->suite.count)
    im->suite = suite_builtin(NULL, im->arena, &quiet);
  const char *here = test_name_here(name, buffer, sizeof buffer);
  const Test *test = test_called(im, name, strlen(name));
  test = test ? test : test_called(im, here, strlen(here));
  return test ? test : test_called(im, name, test_name_orders(name).base);
}

// ---- A section's end

static const char *find_damage(const Import *im) {
  const Section *s = &im->section;
  if (s->damage)
    return s->damage;
  if (!s->has_states)
    return arena_printf(im->arena, "test %s has no histogram", s->name);
  if (s->state_count < s->expected)
    return arena_printf(im->arena, "test %s is cut short: %zu of %lu states", s->name, s->state_count, s->expected);
  if (!s->counted)
    return NULL;
  if (s->has_witnesses && (s->witnesses[0] > s->total || s->total - s->witnesses[0] != s->witnesses[1]))
    return arena_printf(im->arena, "test %s: the counts of its states do not add up to its witnesses", s->name);
  if (s->has_observation && (s->observation[0] > s->total || s->total - s->observation[0] != s->observation[1]))
    return arena_printf(im->arena, "test %s: the counts of its states do not add up to its observation", s->name);
  return NULL;
}

static Identity unknown_machine(const Import *im, const char *guess) {
  const char *arch = im->code.arch ? arch_of_word(im->code.arch) : "";
  // If the architecture is told, no name of a register need be guessed from, unless it is no other's.
  if (!*arch && (!im->options->arch || arch_is_sure(guess)))
    arch = guess;
  Identity machine = identity_unknown();
  machine.arch = arch;
  machine.cpu = im->options->machine ? im->options->machine : "";
  return machine;
}

static bool repeats_state(const Record *record) {
  for (unsigned i = 1; i < record->state_count; i++)
    if (!strcmp(record->states[i - 1].state, record->states[i].state))
      return true;
  return false;
}

static const char *program_of(const Import *im) {
  const char *engine = im->section.counted ? "litmus7" : "herd7";
  if (!im->code.arch)
    return engine;
  return arena_printf(im->arena, "%s%s, %s", im->code.arch, strcmp(im->code.arch, "C") ? " assembly" : "", engine);
}

static const char *const log_of[] = {"herd7 log ", "litmus7 log "}; // how `source` begins

bool import_is_source(const char *source) {
  return !strncmp(source, log_of[0], strlen(log_of[0])) || !strncmp(source, log_of[1], strlen(log_of[1]));
}

static void add_record(Import *im) {
  const Section *s = &im->section;
  LogTest log = {.condition = s->condition,
                 .states = s->states,
                 .state_count = s->state_count,
                 .code = im->code.name && !strcmp(im->code.name, s->name) ? &im->code : NULL,
                 .suite = suite_test(im, s->name)};
  Record record = {.test = s->name,
                   .digest = "",
                   .file = im->name,
                   .weakmem = WEAKMEM_VERSION,
                   .status = "done",
                   .engine = s->counted ? "litmus7" : "herd7",
                   .iterations = s->total,
                   .seconds = s->seconds,
                   .source = arena_printf(im->arena, "%s%s", log_of[s->counted], im->name),
                   .program = program_of(im)};
  LogFacts facts = import_test(&log, im->arena, &record);
  record.machine = unknown_machine(im, facts.arch);
  // One that bears a name of ours and asks for something else is another test, and known by its own hash.
  if (log.suite && s->hash && !facts.is_suite)
    record.digest = s->hash;
  if (repeats_state(&record)) {
    skip(im, s->line, arena_printf(im->arena, "test %s has a state twice", s->name));
    return;
  }
  Records *out = im->out;
  out->records = arena_grow(im->arena, out->records, &im->capacity, out->count + 1, sizeof record);
  out->records[out->count++] = record;
}

static void end_section(Import *im) {
  if (!im->section.open)
    return;
  im->is_timed &= im->section.has_time;
  const char *why = find_damage(im);
  if (why)
    skip(im, im->section.damage ? im->section.damage_line : im->section.line, why);
  else
    add_record(im);
  im->section = (Section){0};
}

// ---- The machine: /proc/cpuinfo, which litmus7 prints behind its tests

// A board is known by its own name, and its CPU by another.
static void read_machine(Import *im) {
  const char *text = text_string(&im->machine_text);
  im->machine = identity_unknown();
  identity_of_cpuinfo(text, im->arena, &im->machine);
  const char *board = identity_cpuinfo_field(text, "Model", im->arena);
  if (*board)
    im->machine.cpu = arena_printf(im->arena, "%s%s%s", board, *im->machine.cpu ? ", " : "", im->machine.cpu);
  text_clear(&im->machine_text);
}

static void end_machine(Import *im) {
  if (!im->in_machine)
    return;
  im->in_machine = false;
  read_machine(im);
  for (unsigned i = im->first_of_machine; i < im->out->count; i++) {
    Identity *machine = &im->out->records[i].machine;
    if (!strcmp(im->out->records[i].engine, "herd7"))
      continue;
    const char *arch = *machine->arch ? machine->arch : im->machine.arch;
    const char *cpu = *machine->cpu ? machine->cpu : im->machine.cpu;
    *machine = im->machine;
    machine->arch = arch;
    machine->cpu = cpu;
  }
  im->first_of_machine = im->out->count;
}

static void begin_machine(Import *im) {
  end_section(im);
  end_machine(im);
  im->in_machine = true;
  im->in_code = false;
}

static void machine_line(Import *im, const char *line) {
  if (im->machine_text.length + strlen(line) < MACHINE_BYTES) {
    text_add(&im->machine_text, line);
    text_add_char(&im->machine_text, '\n');
  }
}

// ---- Lines

// Digits alone, and no more than fit.
static bool read_count(const char **at, uint64_t *out) {
  char *end;
  if (!isdigit((unsigned char)**at))
    return false;
  errno = 0;
  unsigned long long number = strtoull(*at, &end, 10);
  *out = number;
  *at = end;
  return !errno;
}

// `40    *>0:EAX=0; 1:EAX=0;`, or a state alone.
static void state_line(Import *im, const char *line) {
  Section *s = &im->section;
  LogState state = {0};
  const char *at = line + strspn(line, " \t");
  const char *mark = strstr(at, ":>") ? strstr(at, ":>") : strstr(at, "*>");
  if (mark) {
    bool good = read_count(&at, &state.count);
    at += strspn(at, " \t");
    if (!good || at != mark) {
      damage(im, arena_printf(im->arena, "test %s: no count of a state", s->name));
      return;
    }
    state.starred = *mark == '*';
    at = mark + 2;
  }
  if (s->state_count && s->counted != (mark != NULL))
    damage(im, arena_printf(im->arena, "test %s: states with counts and without", s->name));
  s->counted = mark;
  if (state.count > INT64_MAX - s->total)
    damage(im, arena_printf(im->arena, "test %s: counts beyond 64 bits", s->name));
  state.text = arena_string(im->arena, at);
  if (s->damage)
    return;
  s->total += state.count;
  s->states = arena_grow(im->arena, s->states, &s->state_capacity, s->state_count + 1, sizeof state);
  s->states[s->state_count++] = state;
}

static void begin_states(Import *im, unsigned long count) {
  Section *s = &im->section;
  if (s->has_states)
    damage(im, arena_printf(im->arena, "test %s has two histograms", s->name));
  else if (count > STATES)
    damage(im, arena_printf(im->arena, "test %s: more than %d states", s->name, STATES));
  else
    s->expected = count;
  s->has_states = true;
}

// `exists (...) is NOT validated`: the condition of it.
static const char *condition_of(const Import *im, const char *text) {
  static const char *const ends[] = {" is NOT validated", " is not validated", " is validated"};
  size_t length = strlen(text);
  for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++) {
    size_t end = strlen(ends[i]);
    if (length > end && !strcmp(text + length - end, ends[i]))
      return arena_copy(im->arena, text, length - end);
  }
  return arena_string(im->arena, text);
}

static bool read_pair(const char *at, const char *between, uint64_t out[2]) {
  if (!read_count(&at, &out[0]))
    return false;
  at += strspn(at, between);
  if (!strncmp(at, "Negative:", 9))
    at += 9 + strspn(at + 9, " ");
  return read_count(&at, &out[1]) && !*at;
}

// `Observation MP Never 0 10000`
static void observation_line(Import *im, const char *text) {
  Section *s = &im->section;
  const char *word = text + strcspn(text, " ");
  word += strspn(word, " ");
  const char *counts = word + strcspn(word, " ");
  counts += strspn(counts, " ");
  s->has_observation = read_pair(counts, " ", s->observation);
  if (!s->has_observation)
    damage(im, arena_printf(im->arena, "test %s: no observation", s->name));
}

static bool begins_states(const char *line, unsigned long *count) {
  char rest;
  return sscanf(line, "Histogram (%9lu states%c", count, &rest) == 2 || sscanf(line, "States %9lu", count) == 1;
}

static void section_line(Import *im, const char *line) {
  Section *s = &im->section;
  unsigned long count;
  if (begins_states(line, &count)) {
    begin_states(im, count);
  } else if (starts_with(line, "Positive:")) {
    const char *at = line + 9;
    s->has_witnesses = read_pair(at + strspn(at, " "), ", ", s->witnesses);
    if (!s->has_witnesses)
      damage(im, arena_printf(im->arena, "test %s: no count of its witnesses", s->name));
  } else if (starts_with(line, "Condition ")) {
    s->condition = condition_of(im, line + 10 + strspn(line + 10, " "));
  } else if (starts_with(line, "Observation ")) {
    observation_line(im, line + 12);
  } else if (starts_with(line, "Time ")) {
    double seconds = 0;
    s->has_time = sscanf(line, "Time %*s %lf", &seconds) == 1;
    s->seconds = seconds >= 0 && seconds < 1e12 ? seconds : 0;
  } else if (starts_with(line, "Hash=")) {
    s->hash = arena_string(im->arena, line + 5);
  }
}

// Whether a log may end with this line though it is not ended: else a test was cut short there.
static bool may_end(const Import *im, const char *line) {
  enum { HASH = 5 + 32 };
  bool last = im->section.has_time || (starts_with(line, "Hash=") && strlen(line) == HASH);
  return !im->section.open || im->in_machine || last || !*line;
}

// `Test SB Allowed`: false where it is no such line.
static bool begin_section(Import *im, const char *line) {
  static const char *const kinds[] = {"Allowed", "Forbidden", "Required", "Final", "Allow", "Forbid", "Require"};
  char name[NAME + 1], kind[16], more;
  bool known = false;
  int words = sscanf(line, "Test %256s %15s %c", name, kind, &more);
  for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
    known |= words == 2 && !strcmp(kind, kinds[i]);
  if (!known && (words > 2 || (im->in_code && !im->code.ended))) // a sentence
    return false;
  end_section(im);
  end_machine(im);
  im->is_lost = !known;
  if (!known) {
    im->in_code = false;
    skip(im, im->line, arena_printf(im->arena, "\"%.80s\" begins no test: no kind is called so", line));
    return true;
  }
  im->in_code = false;
  im->section = (Section){.open = true, .line = im->line, .name = arena_string(im->arena, name)};
  return true;
}

// ---- Records among the lines

static bool is_record(const char *line) { return *line == '{' && line[1 + strspn(line + 1, " \t")] == '"'; }

// What the record does not say. What an emulator played is no machine, whatever its name.
static void complete(Record *record, const ImportOptions *options) {
  if (options->machine && !*record->machine.cpu && !record->machine.emulated)
    record->machine.cpu = options->machine;
}

static const char *read_record(const char *line, size_t length, Arena *arena, Record *out) {
  FieldsFault fault;
  if (!record_read(line, length, arena, out, &fault))
    return fault.is_cut_short ? "a record that is cut short" : fault.why;
  return NULL;
}

static void add_own(Import *im, const Record *record) {
  Records *out = im->out;
  out->records = arena_grow(im->arena, out->records, &im->capacity, out->count + 1, sizeof *record);
  out->records[out->count++] = *record;
  complete(&out->records[out->count - 1], im->options);
  im->first_of_machine = out->count; // it names its own
}

static void record_line(Import *im, const char *line, size_t length) {
  end_section(im);
  end_machine(im);
  Record record;
  const char *fault = read_record(line, length, im->arena, &record);
  if (fault) {
    skip(im, im->line, fault);
    return;
  }
  add_own(im, &record);
}

// Whether the line is of a block that was shared.
static bool take_share(Import *im, const char *line) {
  Records shared = {0};
  const char *why;
  ShareLine what = share_line(&im->share, line, im->arena, &shared, &why);
  if (what == SHARE_DAMAGED)
    skip(im, im->line, why);
  for (unsigned i = 0; what == SHARE_WHOLE && i < shared.count; i++)
    add_own(im, &shared.records[i]);
  return what != SHARE_OUTSIDE;
}

// Code that no test followed.
static void end_code(Import *im) {
  if (im->in_code)
    skip(im, im->code_line,
         im->code.name ? arena_printf(im->arena, "test %s has code and no result", im->code.name)
                       : "a heading and no test");
  im->in_code = false;
}

// States outside of a test: its first line is damaged, or missing.
static void stray_line(Import *im, const char *line) {
  unsigned long count;
  if (begins_states(line, &count) && !im->is_lost) {
    skip(im, im->line, "states of no test: no line \"Test NAME KIND\" stands before them");
    im->is_lost = true;
  }
}

static void log_line(Import *im, const char *line) {
  Section *s = &im->section;
  bool in_states = s->open && s->has_states && !s->damage && s->state_count < s->expected;
  unsigned long count;
  if (starts_with(line, "Test ") && begin_section(im, line))
    return;
  if (s->has_time && begins_states(line, &count)) // of a test whose first line is not there
    end_section(im);
  if (starts_with(line, "% Results for ")) {
    end_section(im);
    end_machine(im);
    end_code(im);
    code_clear(&im->code);
    im->in_code = true;
    im->is_lost = false;
    im->code_line = im->line;
  } else if (starts_with(line, "Machine:")) {
    begin_machine(im);
  } else if (starts_with(line, "Revision ")) {
    end_machine(im);
  } else if (im->in_machine) {
    machine_line(im, line);
  } else if (in_states) {
    state_line(im, line);
  } else if (s->open) {
    section_line(im, line);
  } else {
    stray_line(im, line);
    if (im->in_code && *line != '%')
      code_line(&im->code, line, im->arena);
  }
}

// The log's last test. Its time stands last in it; where it is not there, but in those before it, the log ends early.
static void end_last(Import *im) {
  bool is_early = im->section.open && !im->section.has_time && im->is_timed;
  const char *name = im->section.name;
  unsigned before = im->out->count;
  end_section(im);
  if (is_early && im->out->count > before)
    diag_warning(im->diag, "%s:%lu: the log ends within test %s: its counts are taken, what is behind them is missing",
                 im->name, im->line, name);
  end_code(im);
}

// Records of weakmem's own, which say themselves what machine they are of, as far as that is known.
static bool is_ours(const Record *record) { return !*record->source && !*record->program; }

// A log is of one architecture: tests whose states name no register are of the one that the others name.
static void share_arch(Records *records) {
  const char *arch = NULL;
  for (unsigned i = 0; i < records->count; i++) {
    if (is_ours(&records->records[i]))
      continue;
    const char *named = records->records[i].machine.arch;
    if (*named && arch && strcmp(named, arch) != 0)
      return;
    arch = *named ? named : arch;
  }
  for (unsigned i = 0; i < records->count && arch; i++)
    if (!is_ours(&records->records[i]))
      records->records[i].machine.arch = arch;
}

// What neither code nor machine tells is as the options have it.
static void complete_arch(Import *im) {
  const char *wanted = im->options->arch;
  unsigned otherwise = 0;
  const char *first = NULL;
  for (unsigned i = 0; wanted && i < im->out->count; i++) {
    const char **arch = &im->out->records[i].machine.arch;
    if (!**arch)
      *arch = wanted;
    if (strcmp(arch_title(*arch), arch_title(wanted)) != 0 && !otherwise++)
      first = *arch;
  }
  if (otherwise)
    diag_warning(im->diag, "%s: %u test%s %s of %s, as the log has it, not %s", im->name, otherwise,
                 otherwise == 1 ? "" : "s", otherwise == 1 ? "is" : "are", first, wanted);
}

static void trim(char *line, size_t *length) {
  while (*length && isspace((unsigned char)line[*length - 1]))
    line[--*length] = '\0';
}

static bool read_log(const char *name, FILE *file, const ImportOptions *options, Arena *arena, Records *out,
                     Diag *diag) {
  *out = (Records){0};
  Import im = {.name = arena_string(arena, name),
               .options = options,
               .arena = arena,
               .out = out,
               .diag = diag,
               .is_timed = true};
  Lines lines;
  char *line;
  size_t length;
  LineStatus status;
  lines_start(&lines, file, LINE_BYTES);
  while ((status = lines_next(&lines, &line, &length)) != LINE_END) {
    im.line = lines.number;
    trim(line, &length);
    if (status == LINE_TOO_LONG || memchr(line, '\0', length))
      damage(&im, "no line of a log");
    else if (!im.section.open && take_share(&im, line))
      continue;
    else if (is_record(line))
      record_line(&im, line, length);
    else
      log_line(&im, line);
    if (!lines.ended && !may_end(&im, line))
      damage(&im, arena_printf(arena, "test %s is cut short", im.section.name));
  }
  const char *unended = share_end(&im.share);
  if (unended)
    skip(&im, im.line, unended);
  end_last(&im);
  end_machine(&im);
  share_arch(out);
  complete_arch(&im);
  code_clear(&im.code);
  text_free(&im.machine_text);
  lines_free(&lines);
  if (out->skipped > WARNINGS)
    diag_warning(diag, "%s: %u more tests skipped", name, out->skipped - WARNINGS);
  if (lines.endless)
    return diag_error(diag, "%s:%lu: read no further: the line does not end", name, lines.number + 1);
  return ferror(file) ? diag_error(diag, "cannot read %s: %s", name, strerror(errno)) : true;
}

bool import_file(const char *path, const ImportOptions *options, Arena *arena, Records *out, Diag *diag) {
  FILE *file = lines_open(path, diag);
  *out = (Records){0};
  bool good = file && read_log(path, file, options, arena, out, diag);
  lines_close(file);
  return good;
}

bool import_bytes(const char *name, const char *bytes, size_t length, const ImportOptions *options, Arena *arena,
                  Records *out, Diag *diag) {
  *out = (Records){0};
  FILE *file = length ? fmemopen((void *)bytes, length, "r") : NULL;
  if (!file)
    return !length || diag_error(diag, "cannot read %s: %s", name, strerror(errno));
  bool good = read_log(name, file, options, arena, out, diag);
  fclose(file);
  return good;
}
