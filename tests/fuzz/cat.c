// Any bytes as a model: it is refused with errors, or it judges, and either ends soon.
#include "harness/model/cat.h"
#include "tests/unit/built.h"

#include <assert.h>

static const char *const executions[] = {
    "Wx1/RLX Wy1/REL | Ry1/ACQ Rx0/RLX",
    "Rx0/A* Wx2/A F/MFENCE Ry0 | Wx1 Ry0",
    "Wx1/NA | Ux1,2/SC Wy1/SC<data0 F/SC | Ry1/SC Rx0/NA<ctrl0",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The first byte chooses the architecture and whether failures are explained.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  const char *const variants[] = {"on", NULL};
  CatOptions options = {.variants = variants};
  Source source = {
      .name = "fuzzed.cat", .bytes = arena_copy(arena, (const char *)data + 1, size - 1), .length = size - 1};
  CatModel *model = cat_parse(&source, model_all[data[0] % model_count], &options, arena, &diag);
  assert((model == NULL) == (diag.errors > 0));
  Text text = {0};
  diag_format(&diag, &text);
  text_free(&text);
  for (unsigned i = 0; model && i < sizeof executions / sizeof executions[0]; i++) {
    Built b;
    CatVerdict verdict, again;
    built(&b, arena, executions[i]);
    cat_judge(model, &b.x, data[0] & 0x80, arena, &verdict);
    if (verdict.error) // at a limit once is at a limit again, slowly
      break;
    b.x.path_serial = b.x.value_serial = i + 1;
    cat_judge(model, &b.x, false, arena, &again);
    cat_judge(model, &b.x, false, arena, &again);
    assert(verdict.allowed == again.allowed);
    assert(!verdict.allowed || verdict.undefined == again.undefined);
    for (unsigned e = 0; e < verdict.cycle_length; e++)
      assert(verdict.cycle[e] < b.n);
  }
  arena_free(arena);
  return 0;
}
