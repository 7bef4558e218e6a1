#include "harness/code/assembly.h"
#include "harness/code/assemble.h"
#include "harness/code/code.h"
#include "harness/code/operand.h"
#include "harness/code/program.h"
#include "harness/event/confined.h"
#include "harness/event/straight.h"
#include "harness/event/values.h"
#include "harness/lang/parse.h"
#include "harness/lang/parser.h"

#include <stdio.h>
#include <string.h>

// What a dialect of the language is made of: it is Dialect.cpu.
typedef struct {
  const InstructionSet *set;
  const AssemblyDialect *dialect;
  Arena *arena; // of the test
} Assembly;

// ---- Text -> Test ----

// The whole register's name, in capitals where this one is.
static const char *whole_name(const Assembly *assembly, const char *name, const CodeRegister *reg) {
  if (assembly->dialect->shows_parts || !*reg->name)
    return name;
  char *copy = arena_string(assembly->arena, reg->name);
  if (*name >= 'A' && *name <= 'Z')
    for (char *c = copy; *c; c++)
      if (*c >= 'a' && *c <= 'z')
        *c = (char)(*c - 32);
  return copy;
}

static bool find_register(const Dialect *dialect, const char **name, Type *type) {
  (void)type; // as declared, else an int
  const Assembly *assembly = dialect->cpu;
  CodeRegister reg;
  if (!code_register_find(assembly->set, *name, strlen(*name), assembly->arena, &reg))
    return **name == '%'; // a symbolic one
  if (reg.kind == 'f')
    return false;
  *name += **name == '%';
  *name = whole_name(assembly, *name, &reg);
  return true;
}

static Span first_word(const Source *source) {
  static const char blanks[] = " \t\r\n";
  size_t begin = 0;
  if (source->length >= 3 && !memcmp(source->bytes, "\xef\xbb\xbf", 3))
    begin = 3;
  begin += strspn(source->bytes + begin, blanks);
  return (Span){begin, strcspn(source->bytes + begin, " \t\r\n")};
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static Span trimmed(const Source *source, size_t begin, size_t end) {
  while (begin < end && is_blank(source->bytes[begin]))
    begin++;
  while (end > begin && is_blank(source->bytes[end - 1]))
    end--;
  return (Span){begin, end - begin};
}

typedef struct {
  CodeLine *lines;
  size_t capacity, count;
} Lines;

static bool is_label(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '$';
}

static void add_line(Parser *p, Lines *lines, CodeLine line) {
  lines->lines = arena_grow(p->arena, lines->lines, &lines->capacity, lines->count + 1, sizeof *lines->lines);
  lines->lines[lines->count++] = line;
}

// cell := { LABEL ':' } [ instruction ]
static bool read_cell(Parser *p, Lines *lines, Span cell) {
  const char *bytes = p->source->bytes;
  for (;;) {
    size_t length = 0;
    while (length < cell.length && is_label(bytes[cell.offset + length]))
      length++;
    if (!length || length == cell.length || bytes[cell.offset + length] != ':')
      break;
    for (size_t i = 0; i < lines->count; i++)
      if (lines->lines[i].label && strlen(lines->lines[i].label) == length &&
          !memcmp(lines->lines[i].label, bytes + cell.offset, length))
        return ERROR_AT(p, ((Span){cell.offset, length}), "a second label of this name in one thread");
    add_line(p, lines,
             (CodeLine){.label = arena_copy(p->arena, bytes + cell.offset, length), .span = {cell.offset, 0}});
    cell = trimmed(p->source, cell.offset + length + 1, cell.offset + cell.length);
  }
  if (!cell.length)
    return true;
  if (lines->count >= LIMIT_STATEMENTS)
    return ERROR_AT(p, cell, "more than %d lines in one thread", LIMIT_STATEMENTS);
  if (lines->count && !lines->lines[lines->count - 1].span.length && lines->lines[lines->count - 1].label)
    lines->lines[lines->count - 1].span = cell;
  else
    add_line(p, lines, (CodeLine){.span = cell});
  return true;
}

// The names of the threads: P0, P1, ...
static bool read_name(Parser *p, unsigned thread, Span cell) {
  const char *bytes = p->source->bytes + cell.offset;
  char name[16];
  int length = snprintf(name, sizeof name, "P%u", thread);
  bool given = cell.length >= (size_t)length && !memcmp(bytes, name, (size_t)length) &&
               (cell.length == (size_t)length || bytes[length] == ':' || is_blank(bytes[length]));
  return given || ERROR_AT(p, cell, "expected the name of a thread, '%s'", name);
}

// row := cell { '|' cell } ';'
static bool read_row(Parser *p, size_t begin, size_t end, bool names, Lines *threads) {
  unsigned thread = 0;
  bool good = true;
  for (size_t at = begin; at <= end; thread++) {
    const char *bar = memchr(p->source->bytes + at, '|', end - at);
    size_t stop = bar ? (size_t)(bar - p->source->bytes) : end;
    Span cell = trimmed(p->source, at, stop);
    if (names && thread >= LIMIT_THREADS)
      return ERROR_AT(p, cell, "more than %d threads", LIMIT_THREADS);
    if (names)
      good &= read_name(p, thread, cell);
    else if (thread < p->test->thread_count)
      good &= read_cell(p, &threads[thread], cell);
    else if (cell.length)
      return ERROR_AT(p, cell, "a cell beyond the %u threads", p->test->thread_count);
    at = stop + 1;
    if (!bar)
      break;
  }
  if (names)
    p->test->thread_count = thread + (begin <= end);
  return good;
}

static int location_of(const void *context, const char *name) {
  const Test *test = context;
  for (unsigned i = 0; i < test->location_count; i++)
    if (!strcmp(test->locations[i].name, name))
      return (int)i;
  return -1;
}

// Names that addresses and immediates have are locations, whether or not they are given a value.
static void intern_locations(Parser *p, const Thread *thread) {
  const Assembly *assembly = p->test->dialect->cpu;
  Diag quiet = {.arena = p->arena};
  for (unsigned i = 0; i < thread->line_count; i++) {
    CodeText text;
    Span span = thread->lines[i].span;
    if (!span.length || !code_text_read(assembly->set, p->source, span, p->arena, &quiet, &text))
      continue; // which is reported when it becomes a program
    for (unsigned o = 0; o < text.operand_count; o++) {
      const CodeOperand *operand = &text.operands[o];
      if (operand->symbol && operand->kind != CODE_NAME)
        location_intern(p, operand->symbol, operand->span);
    }
  }
}

static bool names_register(const Parser *p, const Thread *thread, const char *name) {
  const Assembly *assembly = p->test->dialect->cpu;
  Diag quiet = {.arena = p->arena};
  for (unsigned i = 0; i < thread->line_count; i++) {
    CodeText text;
    if (!thread->lines[i].span.length ||
        !code_text_read(assembly->set, p->source, thread->lines[i].span, p->arena, &quiet, &text))
      continue;
    for (unsigned o = 0; o < text.operand_count; o++) {
      const CodeOperand *operand = &text.operands[o];
      bool has_base = operand->kind == CODE_REGISTER || (operand->kind == CODE_MEMORY && operand->has_base);
      if ((has_base && !strcmp(operand->reg.name, name)) || (operand->has_index && !strcmp(operand->index.name, name)))
        return true;
    }
  }
  return false;
}

// A symbolic register that is initialised without a thread is so in every thread that names it.
static void give_symbolic(Parser *p) {
  size_t count = p->init_register_count, capacity = 0, kept = 0;
  InitRegister *given = NULL;
  for (size_t i = 0; i < count; i++)
    for (unsigned t = 0; t < p->test->thread_count; t++) {
      InitRegister init = p->init_registers[i];
      bool symbolic = init.thread == EVERY_THREAD;
      if (symbolic ? !names_register(p, &p->test->threads[t], init.name) : t > 0)
        continue;
      init.thread = symbolic ? t : init.thread;
      given = arena_grow(p->arena, given, &capacity, kept + 1, sizeof *given);
      given[kept++] = init;
    }
  p->init_registers = given;
  p->init_register_count = p->init_register_capacity = kept;
}

static bool skip_comment(Parser *p) {
  Span text;
  bool closed = true;
  lexer_skip_blanks(&p->lexer);
  return lexer_comment(&p->lexer, &text, &closed) && closed;
}

// table := row { row }, up to a section of its own
static void read_table(Parser *p) {
  Lines *threads = ARENA_ARRAY(p->arena, Lines, LIMIT_THREADS);
  bool named = false;
  p->lexer.offset = p->token.span.offset;
  for (;;) {
    while (skip_comment(p))
      continue;
    size_t begin = p->lexer.offset;
    if (named) {
      parser_advance(p);
      if (parser_at_section(p))
        break;
      p->lexer.offset = begin;
    }
    const char *semicolon = memchr(p->source->bytes + begin, ';', p->source->length - begin);
    if (!semicolon) {
      ERROR_AT(p, ((Span){begin, 1}), "expected a row of the threads, which ends in ';'");
      break;
    }
    size_t end = (size_t)(semicolon - p->source->bytes);
    if (!read_row(p, begin, end, !named, threads) && !named)
      break;
    named = true;
    p->lexer.offset = end + 1;
  }
  for (unsigned t = 0; t < p->test->thread_count; t++) {
    p->test->threads[t].lines = threads[t].lines;
    p->test->threads[t].line_count = (unsigned)threads[t].count;
    intern_locations(p, &p->test->threads[t]);
  }
}

static void give_parameter(const Test *test, Thread *thread, int location) {
  for (unsigned i = 0; i < thread->parameter_count; i++)
    if ((int)thread->parameters[i].location == location)
      return;
  if (location >= 0 && location < (int)test->location_count)
    thread->parameters[thread->parameter_count++] =
        (Parameter){.location = (unsigned)location, .type = {.base = test->locations[location].type}};
}

// The locations whose addresses a thread has: those in its registers, and those that it names.
static void give_parameters(const Test *test, Thread *thread, Arena *arena) {
  const Assembly *assembly = test->dialect->cpu;
  Diag quiet = {.arena = arena};
  thread->parameters = ARENA_ARRAY(arena, Parameter, test->location_count + (size_t)1);
  for (unsigned r = 0; r < thread->register_count; r++)
    give_parameter(test, thread, event_value_of(test, thread->registers[r].initial).location);
  for (unsigned i = 0; i < thread->line_count; i++) {
    CodeText text;
    Span span = thread->lines[i].span;
    if (!span.length || !code_text_read(assembly->set, test->source, span, arena, &quiet, &text))
      continue;
    for (unsigned o = 0; o < text.operand_count; o++)
      if (text.operands[o].symbol && text.operands[o].kind != CODE_NAME)
        give_parameter(test, thread, location_of(test, text.operands[o].symbol));
  }
}

// Without the scripts of older tools, `<<` to the end, that some tests have after their condition.
static const Source *without_script(const Source *source, Arena *arena) {
  const char *script = strstr(source->bytes, "\n<<");
  if (!script)
    return source;
  Source *test = ARENA_NEW(arena, Source);
  *test = *source;
  test->length = (size_t)(script - source->bytes);
  test->bytes = arena_copy(arena, source->bytes, test->length);
  return test;
}

static Test *parse_assembly(const Source *source, const Dialect *dialect, Arena *arena, Diag *diag) {
  Parser *p = parser_new(without_script(source, arena), dialect, arena, diag);
  if (!p || !parse_header(p))
    return NULL;
  unsigned errors = diag->errors;
  parse_init(p);
  while (parser_take(p, ";"))
    continue;
  if (diag->errors == errors)
    read_table(p);
  if (diag->errors == errors)
    give_symbolic(p);
  if (diag->errors == errors)
    parse_sections(p);
  Test *test = parser_end(p);
  for (unsigned t = 0; test && t < test->thread_count; t++)
    give_parameters(test, &test->threads[t], arena);
  return test;
}

static bool assemble(const Test *test, unsigned thread, const char *const *stored, Text *out, Diag *diag) {
  const Assembly *assembly = test->dialect->cpu;
  AssembledThread from = {assembly->set, assembly->dialect, test, thread, stored};
  return code_assemble(&from, diag->arena, out, diag);
}

static void print_code(const Test *test, unsigned thread, const char *const *stored, Text *out) {
  Arena *scratch = arena_new();
  Diag quiet = {.arena = scratch};
  assemble(test, thread, stored, out, &quiet); // assembly_runs has said that it can be
  arena_free(scratch);
}

static const char *straight(const Test *test, unsigned thread, Arena *arena, StraightCode *out);

Test *test_read(const Source *source, Arena *arena, Diag *diag) {
  Span word = first_word(source);
  Assembly assembly = {.arena = arena};
  assembly.set = instructions_of_dialect(source->bytes + word.offset, word.length, &assembly.dialect);
  if (!assembly.set)
    return test_parse(source, arena, diag);
  Assembly *kept = ARENA_NEW(arena, Assembly);
  *kept = assembly;
  Dialect *dialect = ARENA_NEW(arena, Dialect);
  *dialect = (Dialect){.name = assembly.dialect->name,
                       .word = assembly.dialect->name,
                       .addresses = true,
                       .cpu_register = find_register,
                       .cpu = kept,
                       .print_code = print_code,
                       .straight = straight};
  return parse_assembly(source, dialect, arena, diag);
}

const InstructionSet *assembly_instructions(const Test *test, const AssemblyDialect **dialect) {
  if (!test_is_assembly(test))
    return NULL;
  const Assembly *assembly = test->dialect->cpu;
  if (dialect)
    *dialect = assembly->dialect;
  return assembly->set;
}

bool test_judged_by(const Test *test, const Model *model) {
  const InstructionSet *set = assembly_instructions(test, NULL);
  if (set)
    return model == model_find("sc") || (model->cpu && !strcmp(model->cpu->name, set->arch));
  return !model->dialect || !strcmp(model->dialect, test->dialect->name);
}

// ---- Test -> Program ----

static bool add_thread(const Test *test, unsigned thread, Program *program, unsigned *registers, Arena *arena,
                       Diag *diag) {
  const Thread *from = &test->threads[thread];
  CodeRegisterValue *initial = ARENA_ARRAY(arena, CodeRegisterValue, from->register_count);
  CodeObserved *observed = ARENA_ARRAY(arena, CodeObserved, from->register_count);
  unsigned given = 0;
  for (unsigned r = 0; r < from->register_count; r++) {
    const Register *reg = &from->registers[r];
    observed[r].name = reg->name;
    EventValue value = event_value_of(test, reg->initial);
    if (value.location >= LIMIT_LOCATIONS && ((unsigned)value.location < test_first_place(test, thread) ||
                                              (unsigned)value.location >= test_first_place(test, thread + 1)))
      return diag_error(diag, "%s: P%u begins with a place in another thread's code, which is not followed", test->name,
                        thread);
    if (reg->has_initial) // a register's value is as wide as the register
      initial[given++] = (CodeRegisterValue){reg->name, code_value(test, reg->initial, BASE_INT64)};
  }
  ThreadCode code = {.source = test->source,
                     .thread = thread,
                     .lines = from->lines,
                     .line_count = from->line_count,
                     .initial = initial,
                     .initial_count = given,
                     .observed = observed,
                     .observed_count = from->register_count,
                     .own_location = -1,
                     .location_of = location_of,
                     .context = test,
                     .first_place = test_first_place(test, thread)};
  code.set = assembly_instructions(test, &code.dialect);
  if (!code_thread(&code, arena, diag, &program->threads[thread]))
    return false;
  for (unsigned r = 0; r < from->register_count; r++)
    registers[r] = observed[r].reg;
  return true;
}

static void add_observables(const Test *test, Program *program, unsigned (*registers)[LIMIT_REGISTERS]) {
  for (unsigned i = 0; i < test->observable_total; i++) {
    const Observable *o = &test->observables[i];
    program->observables[i] = (ProgramObservable){.is_register = o->is_register,
                                                  .thread = o->thread,
                                                  .reg = o->is_register ? registers[o->thread][o->reg] : 0,
                                                  .location = o->location,
                                                  .element = o->element};
    code_shown_as(&program->observables[i], observable_base(test, o));
  }
}

Program *assembly_program(const Test *test, bool rmw_is_one_event, unsigned unroll, Arena *arena, Diag *diag) {
  Program *program = code_program_new(test, 0, rmw_is_one_event, unroll, arena);
  unsigned(*registers)[LIMIT_REGISTERS] = arena_array(arena, test->thread_count + 1, sizeof *registers);
  bool good = true;
  for (unsigned t = 0; t < test->thread_count; t++)
    good &= add_thread(test, t, program, registers[t], arena, diag);
  add_observables(test, program, registers);
  return good ? program : NULL;
}

// ---- Test -> what a compiler takes ----

static unsigned line_of(const Thread *thread, Span span) {
  unsigned line = 0;
  while (line < thread->line_count && thread->lines[line].span.offset != span.offset)
    line++;
  return line;
}

static const char *tell_accesses(const Test *test, unsigned thread, const ProgramThread *program,
                                 const StraightThread *from, StraightCode *out) {
  out->access_count = from->access_count;
  for (unsigned i = 0; i < from->access_count; i++) {
    const StraightAccess *access = &from->accesses[i];
    unsigned line = line_of(&test->threads[thread], program->instrs[access->instr].span);
    if (i && out->accesses[i - 1].line == line)
      return "an instruction makes two accesses";
    out->accesses[i] = (LineAccess){access->is_store, access->location, access->value.number, line};
  }
  return NULL;
}

static const char *tell_registers(const Test *test, unsigned thread, const unsigned *registers,
                                  const StraightThread *from, StraightCode *out) {
  for (unsigned r = 0; r < test->threads[thread].register_count; r++) {
    const StraightRegister *reg = &from->registers[registers[r]];
    bool loaded = reg->kind == STRAIGHT_LOAD;
    out->loads[r] = loaded ? (int)reg->access : -1;
    if (reg->kind == STRAIGHT_OTHER || (!loaded && reg->value.location >= 0))
      for (unsigned o = 0; o < test->observable_total; o++)
        if (test->observables[o].is_register && test->observables[o].thread == thread && test->observables[o].reg == r)
          return "it computes with what it has read";
    out->values[r] = reg->value.number;
  }
  return NULL;
}

static const char *straight(const Test *test, unsigned thread, Arena *arena, StraightCode *out) {
  Diag quiet = {.arena = arena};
  Program *program = code_program_new(test, 0, true, 0, arena);
  unsigned registers[LIMIT_REGISTERS] = {0};
  StraightThread from;
  if (!add_thread(test, thread, program, registers, arena, &quiet))
    return "an instruction is not understood";
  const char *why = program_straight(program, thread, arena, &from);
  if (why)
    return why;
  unsigned count = test->threads[thread].register_count;
  *out = (StraightCode){.accesses = ARENA_ARRAY(arena, LineAccess, from.access_count),
                        .loads = ARENA_ARRAY(arena, int, count),
                        .values = ARENA_ARRAY(arena, Value, count)};
  why = tell_accesses(test, thread, &program->threads[thread], &from, out);
  return why ? why : tell_registers(test, thread, registers, &from, out);
}

// Whether it begins with addresses that it cannot: of a place in the code, or in fewer bits than one has.
static bool begins_ill(const Test *test, const Location *location) {
  for (unsigned e = 0; e < location->length; e++) {
    int of = event_value_of(test, location->initial[e]).location;
    if (of >= (int)test->location_count || (of >= 0 && base_type_bits(location->type) != 64))
      return true;
  }
  return false;
}

bool assembly_runs(const Test *test, Diag *diag) {
  Arena *scratch = arena_new();
  Text text = {0};
  bool good = true;
  for (unsigned l = 0; l < test->location_count; l++)
    if (begins_ill(test, &test->locations[l]))
      good = diag_error(diag, "%s is not run: what '%s' begins with is no location's address, or has not its 64 bits",
                        test->name, test->locations[l].name);
  for (unsigned t = 0; t < test->thread_count; t++)
    good &= assemble(test, t, NULL, &text, diag);
  const Program *program = good ? assembly_program(test, true, 0, scratch, diag) : NULL;
  good = program && program_is_confined(program, NULL, diag);
  text_free(&text);
  arena_free(scratch);
  return good;
}
