#include "harness/study/plan_scripts.h"

#include "harness/base/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum {
  ARRAY = 1000,        // indices of an array: Slurm's MaxArraySize is 1001 where nothing else is said
  SPARE_SECONDS = 300, // beyond twice what a task is to take: then Slurm ends it, and it can go on
  NOTICE_SECONDS = 30  // before that, in which it ends in good order
};

// ---- Slurm

// An array's indices are counted from `base`, which the script is told: "0-3,7".
static void add_indices(const unsigned *tasks, unsigned count, unsigned base, Text *out) {
  for (unsigned i = 0, end; i < count; i = end) {
    for (end = i + 1; end < count && tasks[end] == tasks[end - 1] + 1;)
      end++;
    text_printf(out, "%s%u", i ? "," : "", tasks[i] - base);
    if (end > i + 1)
      text_printf(out, "-%u", tasks[end - 1] - base);
  }
}

void plan_print_sbatch(const Plan *plan, const unsigned *tasks, unsigned count, Text *out) {
  for (unsigned i = 0, end; i < count; i = end) {
    unsigned kind = plan->tasks[tasks[i]].kind, of_kind, first = plan_kind_tasks(plan, kind, &of_kind);
    unsigned base = first + (tasks[i] - first) / ARRAY * ARRAY;
    for (end = i + 1; end < count && tasks[end] < base + ARRAY && plan->tasks[tasks[end]].kind == kind;)
      end++;
    text_add(out, "sbatch --array=");
    add_indices(tasks + i, end - i, base, out);
    text_printf(out, " %s.sbatch %u\n", plan->kinds[kind].name, base);
  }
}

static double longest(const Plan *plan) {
  double seconds = 0;
  for (unsigned i = 0; i < plan->task_count; i++)
    seconds = plan->tasks[i].seconds > seconds ? plan->tasks[i].seconds : seconds;
  return seconds;
}

static void print_sbatch(const Plan *plan, unsigned kind, Text *out) {
  const char *name = plan->kinds[kind].name;
  text_printf(
      out,
      "#!/bin/sh\n"
      "# Tasks of a weakmem campaign, a whole node each. submit.sh submits them; its argument is the first task\n"
      "# of those that the array's indices count.\n"
      "#SBATCH --job-name=weakmem-%s\n"
      "#SBATCH --nodes=1\n"
      "#SBATCH --ntasks=1\n"
      "#SBATCH --exclusive\n"
      "#SBATCH --mem=0\n"
      "#SBATCH --time=%.0f\n"
      "#SBATCH --signal=B:TERM@%d\n"
      "#SBATCH --requeue\n"
      "#SBATCH --open-mode=append\n"
      "#SBATCH --output=log/%%x-%%A_%%a.out\n",
      name, (2 * longest(plan) + SPARE_SECONDS) / 60 + 1, NOTICE_SECONDS);
  if (plan->constrained)
    text_printf(out, "#SBATCH --constraint=%s\n", name);
  text_add(out, "exec \"${WEAKMEM:-weakmem}\" campaign task --wait 10min . $((SLURM_ARRAY_TASK_ID + $1))\n");
}

static void print_submit(const Plan *plan, Arena *arena, Text *out) {
  unsigned *all = ARENA_ARRAY(arena, unsigned, plan->task_count);
  for (unsigned i = 0; i < plan->task_count; i++)
    all[i] = i;
  text_add(
      out,
      "#!/bin/sh\n# Submits every task to Slurm. $WEAKMEM is the program, if it is not `weakmem` on the PATH there.\n"
      "set -e\nCDPATH= cd -- \"$(dirname -- \"$0\")\"\n");
  plan_print_sbatch(plan, all, plan->task_count, out);
}

// ---- make

void plan_print_make(const unsigned *tasks, unsigned count, Text *out) {
  text_add(out, "make");
  for (unsigned i = 0; i < count; i++)
    text_printf(out, " task-%u", tasks[i]);
  text_add_char(out, '\n');
}

static void print_makefile(const Plan *plan, Text *out) {
  text_add(
      out,
      "# Every task on this machine, one after the other: `make`; of one kind of machine: `make KIND`. What is done\n"
      "# is not done again, and what another machine does in the same folder is left to it.\n"
      "WEAKMEM ?= weakmem\n"
      "export WEAKMEM\n"
      "MAKEFLAGS += --keep-going\n"
      ".NOTPARALLEL:\n"
      "all:");
  for (unsigned kind = 0; kind < plan->kind_count; kind++)
    text_printf(out, " %s", plan->kinds[kind].name);
  text_add_char(out, '\n');
  for (unsigned kind = 0; kind < plan->kind_count; kind++) {
    unsigned count, first = plan_kind_tasks(plan, kind, &count);
    text_printf(out, "%s: $(addprefix task-,$(shell seq %u %u))\n", plan->kinds[kind].name, first, first + count - 1);
  }
  text_add(out, "# Status 1 is that a forbidden state was seen: the task is done.\n"
                "task-%: .FORCE\n\t@\"$$WEAKMEM\" campaign task --beside . $* || test $$? -eq 1\n"
                ".FORCE:\n"
                ".PHONY: all .FORCE");
  for (unsigned kind = 0; kind < plan->kind_count; kind++)
    text_printf(out, " %s", plan->kinds[kind].name);
  text_add_char(out, '\n');
}

// ---- The folder

// With what umask(2) leaves of the mode.
static bool write_file(const char *folder, const char *name, mode_t mode, Text *text, Diag *diag) {
  const char *path = arena_printf(diag->arena, "%s/%s", folder, name);
  bool good = file_replace(path, text_string(text), text->length, diag);
  text_free(text);
  mode &= file_mode() | (file_mode() >> 2 & 0111);
  return good && (!chmod(path, mode) || diag_error(diag, "cannot make %s readable: %s", path, strerror(errno)));
}

static bool write_scripts(const Plan *plan, const char *folder, Arena *arena, Diag *diag) {
  Text text = {0};
  for (unsigned kind = 0; kind < plan->kind_count; kind++) {
    print_sbatch(plan, kind, &text);
    if (!write_file(folder, arena_printf(arena, "%s.sbatch", plan->kinds[kind].name), 0777, &text, diag))
      return false;
  }
  print_submit(plan, arena, &text);
  if (!write_file(folder, "submit.sh", 0777, &text, diag))
    return false;
  print_makefile(plan, &text);
  return write_file(folder, "Makefile", 0666, &text, diag);
}

static bool is_free(const char *folder, const char *name, Diag *diag) {
  const char *path = arena_printf(diag->arena, "%s/%s", folder, name);
  struct stat status;
  return lstat(path, &status) != 0 || diag_error(diag, "%s is there already: a campaign has a folder of its own", path);
}

// Nothing that is there is written over: it may be another campaign, or not ours at all.
static bool all_are_free(const Plan *plan, const char *folder, Arena *arena, Diag *diag) {
  static const char *const names[] = {"plan.jsonl", "submit.sh", "Makefile", "log"};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (!is_free(folder, names[i], diag))
      return false;
  for (unsigned kind = 0; kind < plan->kind_count; kind++)
    if (!is_free(folder, arena_printf(arena, "%s.sbatch", plan->kinds[kind].name), diag))
      return false;
  return true;
}

// Of two plans that are written to one folder, that one goes on which makes its records/.
static bool claim(const char *folder, Arena *arena, Diag *diag) {
  const char *records = arena_printf(arena, "%s/records", folder);
  return file_make_folders(records, 0777, diag) &&
         (!mkdir(records, 0777) || diag_error(diag, "cannot make the folder %s: %s", records, strerror(errno)));
}

bool plan_write(Plan *plan, const char *folder, Arena *arena, Diag *diag) {
  if (!all_are_free(plan, folder, arena, diag) || !claim(folder, arena, diag) ||
      !file_make_folders(arena_printf(arena, "%s/log/", folder), 0777, diag) ||
      !write_scripts(plan, folder, arena, diag))
    return false;
  Text text = {0};
  plan_print(plan, arena, &text);
  return write_file(folder, "plan.jsonl", 0666, &text, diag);
}
