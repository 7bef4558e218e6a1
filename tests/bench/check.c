// Random small programs through `weakmem check`: gcc and clang, for every CPU that they make code for here, read back
// and judged. What is found is for a person to look into: a compiler's bug, or one of ours.
//
// usage: bench-check [--seconds N] [--seed S] [--program N]
//
// Programs are drawn for N seconds (default 60), in batches with flags in turn; --program checks that one of the seed
// alone, with all flags. Exit status 1: some code allows what C11 forbids; it is printed with what repeats it.
#include "harness/study/check.h"
#include "harness/base/table.h"
#include "harness/base/time.h"
#include "harness/lang/parse.h"
#include "harness/lang/state.h"
#include "tests/bench/random_program.h"

#include <ftw.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 8, REASONS = 4096 };

static const char *const flags[] = {"-O2", "-O0", "-O3", "-O1"};
static const char *const compilers[] = {"gcc", "clang"};
enum { FLAGS = sizeof flags / sizeof *flags, COMPILERS = sizeof compilers / sizeof *compilers };

typedef struct {
  uint64_t seed;
  Arena *arena; // of all that is kept
  unsigned programs, ways, verdicts[CHECK_UNREAD + 1];
  Table reasons; // why code was not judged, by CPU
  unsigned counts[REASONS];
} Hunt;

static const Test *draw(uint64_t seed, unsigned number, Arena *arena) {
  Text text = {0};
  random_program(seed, number, &text);
  if (strstr(text_string(&text), "cpu_fence")) { // of one CPU
    text_free(&text);
    return NULL;
  }
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = arena_printf(arena, "program %u", number),
                     .bytes = arena_string(arena, text_string(&text)),
                     .length = text.length};
  text_free(&text);
  Diag diag = {.arena = arena};
  return test_parse(source, arena, &diag);
}

static void print_broken(const CheckedTest *checked, const Check *check, uint64_t seed) {
  const CheckState *state = check->states;
  while (!state->is_added)
    state++;
  Text text = {0};
  state_print(checked->test, state->state, &text);
  printf("BROKEN: %s by %s %s for %s: %s\nagain: bench-check --seed %llu --program %s\n%s\n",
         checked->test->source->name, check->build->compiler, check->build->flags, check->build->cpu->name,
         text_string(&text), (unsigned long long)seed, checked->test->source->name + strlen("program "),
         checked->test->source->bytes);
  text_clear(&text);
  for (unsigned t = 0; t < checked->test->thread_count; t++) {
    text_printf(&text, "P%u\n", t);
    machine_code_print(&check->code, t, check->objects[t].source, &text);
  }
  printf("%s\n", text_string(&text));
  fflush(stdout);
  text_free(&text);
}

static void count_reason(Hunt *hunt, const CheckedTest *checked, const Check *check) {
  const char *reason = arena_printf(hunt->arena, "%s: %s", check->build->cpu->name, check->why);
  size_t index = table_add(&hunt->reasons, reason, strlen(reason));
  if (index < REASONS && !hunt->counts[index]++)
    printf("unread: %s by %s %s: %s\n", checked->test->source->name, check->build->compiler, check->build->flags,
           reason);
}

static bool see(const CheckedTest *checked, Arena *arena, void *context) {
  (void)arena;
  Hunt *hunt = context;
  hunt->programs++;
  for (unsigned i = 0; i < checked->count; i++) {
    const Check *check = &checked->checks[i];
    hunt->ways++;
    hunt->verdicts[check->verdict]++;
    if (check->verdict == CHECK_BROKEN)
      print_broken(checked, check, hunt->seed);
    if (check->failed)
      count_reason(hunt, checked, check);
  }
  return true;
}

static unsigned find_builds(const char *flag, CheckBuild *out, Arena *arena) {
  unsigned count = 0;
  Diag ignored = {.arena = arena};
  for (unsigned c = 0; c < cpu_count; c++)
    for (unsigned i = 0; i < COMPILERS; i++)
      count += check_build_find(compilers[i], flag, cpu_all[c], arena, &out[count], &ignored);
  return count;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk) {
  (void)status, (void)kind, (void)walk;
  return remove(path);
}

static void hunt_batch(Hunt *hunt, unsigned first, unsigned count, const CheckBuild *builds, unsigned build_count,
                       const char *cache) {
  Arena *arena = arena_new();
  Diag diag = {.arena = arena};
  const Test *tests[BATCH];
  unsigned drawn = 0;
  for (unsigned i = 0; i < count; i++)
    if ((tests[drawn] = draw(hunt->seed, first + i, arena)))
      drawn++;
  CheckOptions options = {.tests = tests,
                          .test_count = drawn,
                          .builds = builds,
                          .build_count = build_count,
                          .limits = judge_limits(2),
                          .each = see,
                          .context = hunt};
  check_all(&options, &diag);
  nftw(arena_printf(arena, "%s/weakmem", cache), remove_entry, 16, FTW_DEPTH | FTW_PHYS); // no one needs it again
  arena_free(arena);
}

static void print_counts(const Hunt *hunt) {
  for (size_t i = 0; i < hunt->reasons.count && i < REASONS; i++)
    printf("%u not judged: %s\n", hunt->counts[i], (const char *)table_key(&hunt->reasons, i));
  printf("%u programs in %u ways:", hunt->programs, hunt->ways);
  for (unsigned v = 0; v <= CHECK_UNREAD; v++)
    printf(" %u %s%s", hunt->verdicts[v], check_verdict_name(v), v < CHECK_UNREAD ? "," : "\n");
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"seconds", required_argument, NULL, 's'},
                                          {"seed", required_argument, NULL, 'r'},
                                          {"program", required_argument, NULL, 'p'},
                                          {0}};
  double seconds = 60, began = time_seconds();
  long program = -1;
  Hunt hunt = {.seed = 1, .arena = arena_new()};
  hunt.reasons.arena = hunt.arena;
  for (int key; (key = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
    if (key == '?')
      return 2;
    seconds = key == 's' ? strtod(optarg, NULL) : seconds;
    hunt.seed = key == 'r' ? strtoull(optarg, NULL, 0) : hunt.seed;
    program = key == 'p' ? strtol(optarg, NULL, 10) : program;
  }
  char cache[] = "/tmp/weakmem-check-XXXXXX";
  if (!mkdtemp(cache) || setenv("XDG_CACHE_HOME", cache, 1)) {
    fprintf(stderr, "there is no room for a cache\n");
    return 2;
  }
  CheckBuild builds[FLAGS][16];
  unsigned counts[FLAGS];
  for (unsigned f = 0; f < FLAGS; f++)
    counts[f] = find_builds(flags[f], builds[f], hunt.arena);
  printf("seed %llu, %u compilers and CPUs\n", (unsigned long long)hunt.seed, counts[0]);
  for (unsigned f = 0; program >= 0 && f < FLAGS; f++)
    hunt_batch(&hunt, (unsigned)program, 1, builds[f], counts[f], cache);
  for (unsigned batch = 0; program < 0 && time_seconds() - began < seconds; batch++)
    hunt_batch(&hunt, batch * BATCH, BATCH, builds[batch % FLAGS], counts[batch % FLAGS], cache);
  remove(cache);
  print_counts(&hunt);
  arena_free(hunt.arena);
  return hunt.verdicts[CHECK_BROKEN] ? EXIT_FAILURE : EXIT_SUCCESS;
}
