// weakmem share: what a machine showed, as text to be pasted into an issue.
#include "results/share.h"
#include "harness/cli/console.h"
#include "harness/cli/options.h"
#include "results/history.h"
#include "results/record_sum.h"
#include "results/shared.h"
#include "results/stream.h"

#include <string.h>
#include <unistd.h>

typedef struct {
  Common common;
  const char *test; // NULL: all
} Settings;

static const Option table[] = {{"test", 0, "NAME", "A test, or a family; 'SB*' those of such names", OPTION_TEXT,
                                .place = offsetof(Settings, test)},
                               OPTION_COMMON_QUIET("No warnings and no notes"),
                               {0}};

static const Options share_options = {
    .arguments = "[RECORDS...]",
    .summary = "Prints what a machine showed as blocks of text of at most 4 kB each, to be pasted into an issue or a\n"
               "mail: who the machine is, tests, how they were run, states and counts, versions. It puts no name of a\n"
               "host or a user in, and no path; tests and compilers are called as you call them. Runs of the same "
               "thing are added up. Without RECORDS: what `weakmem run`\n"
               "kept of this machine.",
    .examples = "  weakmem run && weakmem share              the classic suite: one block, or two\n"
                "  weakmem share --test 'SB*' here.jsonl     some of a file of records\n"
                "  weakmem share | weakmem import -          what others read in it\n"
                "\n"
                "Costs and fence ladders, and others' figures, are left out.\n"
                "Exit status: 0 done; 2 bad usage, or there is nothing to share.\n",
    .table = table};

typedef struct {
  const Settings *settings;
  RecordSums sums;
  unsigned long others; // objects that are no runs
} Gathered;

static void take(const Record *record, void *context) {
  Gathered *g = context;
  const char *test = g->settings->test;
  if (!test || suite_name_matches(test, record->test) || !strcmp(test, record->family))
    record_sums_add(&g->sums, record);
}

static bool take_object(const char *schema, const char *line, size_t length, void *context, FieldsFault *fault) {
  (void)schema, (void)line, (void)length, (void)fault;
  ((Gathered *)context)->others++;
  return true;
}

static bool read_all(const Settings *s, Gathered *g, const Console *console, Diag *diag) {
  StreamHandlers handlers = {
      .record = take, .object = take_object, .context = g, .arena = s->common.arena, .stop = console->stop};
  StreamCount count = {0};
  const char *own = history_path(s->common.arena);
  bool good = true;
  for (size_t i = 0; i < s->common.argument_count; i++)
    good &= stream_file(s->common.arguments[i], &handlers, &count, diag);
  if (s->common.argument_count)
    return good;
  if (!own || access(own, F_OK) != 0)
    return diag_error(diag, "nothing is kept of this machine yet: `weakmem run` does so");
  return stream_file(own, &handlers, &count, diag);
}

// The records that can be shared, in the place of all.
static unsigned reduce(Gathered *g, const Suite *suite, Arena *arena) {
  unsigned kept = 0;
  for (unsigned i = 0; i < g->sums.count; i++)
    kept += shared_reduce(&g->sums.records[i], suite, arena, &g->sums.records[kept]);
  return kept;
}

// The blocks, one after the other; how many.
static unsigned write_blocks(const Gathered *g, unsigned count, Text *out, Diag *diag) {
  unsigned blocks = 0, left_out = 0;
  for (unsigned at = 0, done; at < count; at += done) {
    text_add(out, blocks ? "\n" : "");
    done = share_write(&g->sums.records[at], count - at, out);
    blocks += done > 0;
    left_out += !done;
    done += !done;
  }
  if (left_out)
    diag_warning(diag, "%u record%s left out: more states than a block has room for", left_out,
                 left_out == 1 ? " is" : "s are");
  return blocks;
}

static int share(const Settings *s, const Console *console) {
  Arena *arena = s->common.arena;
  Diag diag = {.arena = arena}, quiet = {.arena = arena};
  Gathered g = {.settings = s, .sums = record_sums_new(arena)};
  int status = EXIT_USAGE;
  if (read_all(s, &g, console, &diag)) {
    Suite suite = suite_builtin(NULL, arena, &quiet);
    unsigned runs = g.sums.count, count = reduce(&g, &suite, arena);
    Text text = {0};
    unsigned blocks = write_blocks(&g, count, &text, &diag);
    if (!blocks)
      diag_error(&diag, "there is no record of a machine to share");
    else if (runs > count || g.others)
      diag_warning(&diag, "%u of %u runs are shared; costs, fence ladders and others' figures are not", count, runs);
    if (blocks > 1)
      diag_warning(&diag, "it takes %u blocks; --test shares less", blocks);
    status = blocks ? EXIT_OK : EXIT_USAGE;
    console_print(console, &text);
  }
  if (diag.errors || !s->common.quiet)
    console_report(console, &diag);
  return status;
}

int command_share(int argc, char **argv, const Console *console) {
  Settings settings = {.common.arena = arena_new()};
  int status;
  if (options_parse(&share_options, argc, argv, &settings, console, &status))
    status = share(&settings, console);
  arena_free(settings.common.arena);
  return status;
}
