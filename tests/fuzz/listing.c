// Any text as a disassembler's listing, of the CPU that its first byte picks: refused with a reason, or every function
// of it becomes a program or is refused.
#include "harness/code/listing.h"
#include "harness/code/shared.h"
#include "harness/event/alone.h"
#include "harness/lang/parse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char one_thread[] = "C t\n{}\nP0 (int* x, int* y) { int r0 = *x; }\nexists (0:r0=1 /\\ y=1)\n";

static const InstructionSet *pick(uint8_t byte) {
  unsigned count = 0;
  while (instruction_sets[count])
    count++;
  return instruction_sets[byte % count];
}

// The same function with all that it calls, on memory of a structure; alone, it ends or says why not.
static void share(const Listing *listing, unsigned function, const InstructionSet *set, Arena *arena, Diag *diag) {
  static const char *const results[] = {"a", "b"};
  CodeLayout layout = code_layout_new(64, arena);
  SharedThreads from = {.name = "fuzz",
                        .listing = listing,
                        .set = set,
                        .functions = &listing->functions[function].name,
                        .function_count = 1,
                        .results = results,
                        .result_count = 2,
                        .layout = &layout,
                        .unroll = 1};
  for (unsigned turn = 0; turn < 2; turn++) {
    from.alone = from.shows_memory = turn % 2;
    unsigned errors = diag->errors;
    const Program *program = shared_program(&from, arena, diag);
    if (!program && diag->errors == errors)
      abort();
    AloneRun run = {.misfits = true};
    if (program && from.alone)
      run = program_run_alone(program, arena);
    if (!run.state && !run.misfits && !run.why)
      abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size)
    return 0;
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  const Source test_source = {.name = "t", .bytes = one_thread, .length = strlen(one_thread)};
  const Test *test = test_parse(&test_source, arena, &diag);
  const Source source = {
      .name = "fuzz", .bytes = arena_copy(arena, (const char *)data + 1, size - 1), .length = size - 1};
  const Listing *listing = listing_read(&source, arena, &diag);
  if (!listing && !diag.errors)
    abort(); // refused without a reason
  for (unsigned i = 0; listing && i < listing->function_count && i < 8; i++) {
    const FunctionParameter parameters[] = {{PARAMETER_LOCATION, 0}, {PARAMETER_LOCATION, 1}, {PARAMETER_FRAME, 0}};
    const FrameField field = {0, 0};
    ThreadFunction function = {
        .source = &source,
        .function = &listing->functions[i],
        .parameters = parameters,
        .parameter_count = 3,
        .fields = &field,
        .field_count = 1,
        .callees = (const CodeCallee[]){{"idle", IDLE_FUNCTION}, {"heavy", HEAVY_FUNCTION}, {NULL, NULL}}};
    unsigned errors = diag.errors;
    if (!functions_program(test, pick(*data), &function, false, 0, arena, &diag) && diag.errors == errors)
      abort();
    if (i < 2)
      share(listing, i, pick(*data), arena, &diag);
  }
  Text messages = {0};
  diag_format(&diag, &messages);
  text_free(&messages);
  arena_free(arena);
  return 0;
}
