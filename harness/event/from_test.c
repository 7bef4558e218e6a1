// Test -> Program: thread by thread, statement by statement. What an operation becomes on a CPU is a row of its table.
#include "harness/event/from_test.h"

#include "harness/event/lower.h"

#include <string.h>

enum { NO_JUMP = 0x7fffffff };

// ---- Statements ----

static void lower_block(Lowering *l, const Stmt *stmt);

static void lower_assign(Lowering *l, const Stmt *stmt) {
  if (!stmt->expr)
    return;
  BaseType type = l->test->threads[l->thread].registers[stmt->reg].type.base;
  Operand value = lower_whole(l, stmt->expr);
  lower_move(l, stmt->reg, value, stmt->expr->type, type, stmt->span);
}

// In a language that says so, what follows a statement does not depend on its condition.
static void end_scope(Lowering *l, unsigned branch) {
  if (!l->cpu && l->test->dialect->scoped)
    l->instrs[branch].until = (unsigned)l->count;
}

static void lower_if(Lowering *l, const Stmt *stmt) {
  Operand condition = lower_whole(l, stmt->expr);
  unsigned skip = lower_emit(l, (Instr){.kind = INSTR_BRANCH, .span = stmt->span, .text = "branch", .a = condition});
  lower_block(l, stmt->body);
  if (stmt->else_body) {
    unsigned done = lower_emit(l, (Instr){.kind = INSTR_JUMP, .span = stmt->span, .text = "jump"});
    lower_patch(l, skip);
    lower_block(l, stmt->else_body);
    lower_patch(l, done);
  } else {
    lower_patch(l, skip);
  }
  end_scope(l, skip);
}

// Patches jumps that are chained by their targets.
static void patch_jumps(Lowering *l, unsigned last) {
  while (last != NO_JUMP) {
    unsigned before = l->instrs[last].target;
    lower_patch(l, last);
    last = before;
  }
}

static unsigned lower_condition(Lowering *l, const Stmt *stmt) {
  l->temporaries = 0;
  Operand condition = lower_whole(l, stmt->expr);
  return lower_emit(l, (Instr){.kind = INSTR_BRANCH, .span = stmt->span, .text = "branch", .a = condition});
}

static void lower_loop(Lowering *l, const Stmt *stmt) {
  Loop outer = l->loop;
  unsigned head = (unsigned)l->count, leave = 0;
  l->loop = (Loop){NO_JUMP, NO_JUMP};
  if (!stmt->body_first)
    leave = lower_condition(l, stmt);
  lower_block(l, stmt->body);
  patch_jumps(l, l->loop.continues);
  lower_block(l, stmt->else_body);
  if (stmt->body_first)
    leave = lower_condition(l, stmt);
  lower_emit(l, (Instr){.kind = INSTR_JUMP, .span = stmt->span, .text = "jump", .target = head});
  lower_patch(l, leave);
  patch_jumps(l, l->loop.breaks);
  l->loop = outer;
  end_scope(l, leave);
}

// `break` or `continue`
static void lower_jump(Lowering *l, const Stmt *stmt) {
  unsigned *last = stmt->kind == STMT_BREAK ? &l->loop.breaks : &l->loop.continues;
  *last = lower_emit(l, (Instr){.kind = INSTR_JUMP, .span = stmt->span, .text = "jump", .target = *last});
}

static void lower_stmt(Lowering *l, const Stmt *stmt) {
  switch (stmt->kind) {
  case STMT_DECLARE:
  case STMT_ASSIGN:
    lower_assign(l, stmt);
    break;
  case STMT_EXPR:
    lower_whole(l, stmt->expr);
    break;
  case STMT_IF:
    lower_if(l, stmt);
    break;
  case STMT_WHILE:
    lower_loop(l, stmt);
    break;
  case STMT_BREAK:
  case STMT_CONTINUE:
    lower_jump(l, stmt);
    break;
  }
}

static void lower_block(Lowering *l, const Stmt *stmt) {
  for (; stmt; stmt = stmt->next) {
    l->temporaries = 0; // none outlives its statement: a branch has read its condition before its blocks begin
    lower_stmt(l, stmt);
  }
}

// ---- The program ----

static void lower_thread(Lowering *l, unsigned index) {
  const Thread *thread = &l->test->threads[index];
  l->thread = index;
  l->instrs = NULL;
  l->count = l->capacity = l->temporaries = l->temporary_peak = 0;
  lower_block(l, thread->body);
  unsigned registers = thread->register_count + l->temporary_peak;
  ProgramThread *out = &l->program->threads[index];
  *out = (ProgramThread){.instrs = l->instrs,
                         .instr_count = (unsigned)l->count,
                         .register_count = registers,
                         .initial = ARENA_ARRAY(l->arena, EventValue, registers)};
  for (unsigned r = 0; r < registers; r++)
    out->initial[r] =
        r < thread->register_count ? event_value_of(l->test, thread->registers[r].initial) : (EventValue){-1, 0};
}

static void lower_locations(Lowering *l) {
  for (unsigned i = 0; i < l->test->location_count; i++) {
    const Location *from = &l->test->locations[i];
    ProgramLocation *to = &l->program->locations[i];
    *to = (ProgramLocation){
        .name = from->name, .length = from->length, .initial = ARENA_ARRAY(l->arena, EventValue, from->length)};
    for (unsigned e = 0; e < from->length; e++)
      to->initial[e] = event_value_of(l->test, from->initial[e]);
  }
}

static void lower_observables(Lowering *l) {
  for (unsigned i = 0; i < l->test->observable_total; i++) {
    const Observable *o = &l->test->observables[i];
    l->program->observables[i] = (ProgramObservable){.is_register = o->is_register,
                                                     .thread = o->thread,
                                                     .reg = o->reg,
                                                     .location = o->location,
                                                     .element = o->element};
  }
}

Program *program_from_test(const Test *test, const Model *model, const LowerOptions *options, Arena *arena,
                           Diag *diag) {
  Program *program = ARENA_NEW(arena, Program);
  *program = (Program){.name = test->name,
                       .source = test->source,
                       .rmw_is_one_event = model->rmw_is_one_event,
                       .unroll = options && options->unroll ? options->unroll : LOWER_UNROLL,
                       .threads = ARENA_ARRAY(arena, ProgramThread, test->thread_count),
                       .thread_count = test->thread_count,
                       .locations = ARENA_ARRAY(arena, ProgramLocation, test->location_count),
                       .location_count = test->location_count,
                       .observables = ARENA_ARRAY(arena, ProgramObservable, test->observable_total),
                       .observable_count = test->observable_count,
                       .observable_total = test->observable_total,
                       .keep = test->filter ? program_keeps : NULL,
                       .keep_context = test};
  if (model->dialect && strcmp(model->dialect, test->dialect->name) != 0) {
    diag_error(diag, "%s speaks of tests in its own language alone", model->title);
    return NULL;
  }
  Lowering lowering = {.test = test,
                       .model = model,
                       .cpu = model->cpu,
                       .unsequenced = model->unsequenced,
                       .features = options ? options->features : NULL,
                       .arena = arena,
                       .diag = diag,
                       .program = program};
  unsigned errors = diag->errors;
  lower_locations(&lowering);
  lower_observables(&lowering);
  for (unsigned t = 0; t < test->thread_count; t++)
    lower_thread(&lowering, t);
  return diag->errors == errors ? program : NULL;
}
