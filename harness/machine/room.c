#include "harness/machine/room.h"

#include "harness/machine/host.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_BYTES = 160, FOLDER_FILES = 4096, PARTS = 64 };

typedef struct {
  const char *root;
  Arena *arena;
} Room;

#define CPU "/sys/devices/system/cpu"

// ---- Files and folders

static const char *read_file(const Room *room, const char *path) {
  return host_file(room->arena, arena_printf(room->arena, "%s%s", room->root, path));
}

// The beginning of a text, up to one of the letters of `ends`, all of it printable.
static const char *plain(const Room *room, const char *text, const char *ends) {
  size_t length = strcspn(text, ends);
  bool is_cut = length > VALUE_BYTES;
  char *out = arena_printf(room->arena, "%.*s%s", is_cut ? VALUE_BYTES : (int)length, text, is_cut ? "..." : "");
  for (char *c = out; *c; c++)
    if (*c < ' ' || *c > '~')
      *c = '?';
  return out;
}

static const char *read_line(const Room *room, const char *path) { return plain(room, read_file(room, path), "\n"); }

// Calls `add` with each name in a folder, in their order.
static void each_file(const Room *room, const char *folder, void (*add)(const Room *, const char *name, Text *out),
                      Text *out) {
  struct dirent **names = NULL;
  int count = scandir(arena_printf(room->arena, "%s%s", room->root, folder), &names, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    if (i < FOLDER_FILES && names[i]->d_name[0] != '.')
      add(room, names[i]->d_name, out);
    free(names[i]);
  }
  free(names);
}

// ---- The CPU

// "performance", or another that is not there yet.
static void add_governor(const Room *room, const char *policy, Text *out) {
  const char *governor = read_line(room, arena_printf(room->arena, CPU "/cpufreq/%s/scaling_governor", policy));
  if (*governor && out->length < VALUE_BYTES && !strstr(text_string(out), governor))
    text_printf(out, "%s%s", out->length ? " + " : "", governor);
}

static const char *read_governor(const Room *room) {
  Text out = {0};
  each_file(room, CPU "/cpufreq", add_governor, &out);
  return text_finish(&out, room->arena);
}

static const char *read_boost(const Room *room) {
  const char *boost = read_file(room, CPU "/cpufreq/boost"), *not = read_file(room, CPU "/intel_pstate/no_turbo");
  if (!strcmp(boost, "1") || (!*boost && !strcmp(not, "0")))
    return "on";
  return !strcmp(boost, "0") || !strcmp(not, "1") ? "off" : "";
}

static const char *read_smt(const Room *room) { return read_line(room, CPU "/smt/control"); }

// "Mitigation: Retpolines; STIBP: disabled; ...": its first clause, "Retpolines".
static void add_mitigation(const Room *room, const char *name, Text *out) {
  static const char mitigation[] = "Mitigation: ", safe[] = "Not affected";
  const char *said = read_file(room, arena_printf(room->arena, CPU "/vulnerabilities/%s", name));
  if (!*said || !strncmp(said, safe, sizeof safe - 1) || out->length > (size_t)VALUE_BYTES * PARTS)
    return;
  said += strncmp(said, mitigation, sizeof mitigation - 1) ? 0 : sizeof mitigation - 1;
  text_printf(out, "%s%s: ", out->length ? ", " : "", plain(room, name, ""));
  text_add(out, plain(room, said, ";,\n"));
}

static const char *read_mitigations(const Room *room) {
  Text out = {0};
  each_file(room, CPU "/vulnerabilities", add_mitigation, &out);
  return text_finish(&out, room->arena);
}

// ---- Memory

// "always [madvise] never"
static const char *read_huge_pages(const Room *room) {
  const char *chosen = strchr(read_file(room, "/sys/kernel/mm/transparent_hugepage/enabled"), '[');
  return chosen && strchr(chosen, ']') ? plain(room, chosen + 1, "]\n") : "";
}

// A list of numbers, "0-3,8"; "" if it is none.
static const char *read_list(const Room *room, const char *path) {
  const char *list = read_line(room, path);
  return list[strspn(list, "0123456789,-.")] ? "" : list;
}

static const char *read_nodes(const Room *room) { return read_list(room, "/sys/devices/system/node/has_memory"); }

// ---- Control groups

// Whether a word is one of those between commas.
static bool has_word(const char *words, size_t length, const char *word) {
  size_t wanted = strlen(word);
  for (const char *at = words, *end = words + length; at < end;) {
    size_t one = strcspn(at, ",:");
    if (one == wanted && !strncmp(at, word, one))
      return true;
    at += one + 1;
  }
  return false;
}

// The folder of this process's group, of a controller: of a line "4:cpu,cpuacct:/path" of version 1, else of "0::/path"
// of version 2. `*top` is how much of it is the hierarchy's own folder.
static char *find_group(const Room *room, const char *controller, size_t *top) {
  static const char mount[] = "/sys/fs/cgroup";
  char *found = arena_string(room->arena, mount);
  *top = sizeof mount - 1;
  for (const char *line = read_file(room, "/proc/self/cgroup"); *line;) {
    size_t length = strcspn(line, "\n"), id = strcspn(line, ":\n");
    const char *controllers = line + id + (line[id] == ':');
    size_t names = strcspn(controllers, ":\n");
    const char *path = controllers + names + (controllers[names] == ':');
    bool is_first = has_word(controllers, names, controller);
    if (*path == '/' && (is_first || (!names && !strncmp(line, "0:", 2)))) {
      int bytes = (int)(length - (size_t)(path - line));
      char *folder = is_first ? arena_printf(room->arena, "%s/%s", mount, controller) : found;
      *top = is_first ? strlen(folder) : sizeof mount - 1;
      found = arena_printf(room->arena, "%.*s%.*s", (int)*top, folder, bytes, path);
      if (is_first)
        break;
    }
    line += length + (line[length] == '\n');
  }
  if (strstr(found, "/..")) // of a group outside of what we see
    found[*top] = '\0';
  return found;
}

// The group around it. False if there is none.
static bool group_leave(char *folder, size_t top) {
  if (strlen(folder) <= top)
    return false;
  *strrchr(folder, '/') = '\0';
  return true;
}

// What a quota in a period comes to, "150000 100000" or "max 100000"; 0: there is none.
static double quota_of(const char *text) {
  char *end;
  errno = 0;
  long quota = strtol(text, &end, 10), period = strtol(end, NULL, 10);
  return errno || quota <= 0 || period <= 0 ? 0 : (double)quota / (double)period;
}

static const char *read_quota(const Room *room, const char *folder) {
  const char *both = read_file(room, arena_printf(room->arena, "%s/cpu.max", folder));
  const char *quota = read_file(room, arena_printf(room->arena, "%s/cpu.cfs_quota_us", folder));
  const char *period = read_file(room, arena_printf(room->arena, "%s/cpu.cfs_period_us", folder));
  return *both || !*quota ? both : arena_printf(room->arena, "%s %s", quota, period);
}

// The least of the groups around us.
static const char *read_cpu_limit(const Room *room) {
  size_t top;
  char *folder = find_group(room, "cpu", &top);
  double least = 0;
  bool is_told = false;
  do {
    const char *quota = read_quota(room, folder);
    double limit = quota_of(quota);
    is_told |= *quota != '\0';
    least = limit > 0 && (least <= 0 || limit < least) ? limit : least;
  } while (group_leave(folder, top));
  if (least > 0)
    return arena_printf(room->arena, "%.4g", least);
  return is_told ? "none" : "";
}

// What the nearest group says that says anything.
static const char *read_cpuset(const Room *room) {
  static const char *const files[] = {"cpuset.cpus.effective", "cpuset.effective_cpus", "cpuset.cpus"};
  size_t top;
  char *folder = find_group(room, "cpuset", &top);
  do
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
      const char *list = read_list(room, arena_printf(room->arena, "%s/%s", folder, files[i]));
      if (*list)
        return list;
    }
  while (group_leave(folder, top));
  return "";
}

// ---- All of it

static const struct {
  const char *name, *title;
  const char *(*read)(const Room *room);
} facts_of_a_room[ROOM_COUNT] = {
    [ROOM_GOVERNOR] = {"governor", "frequency governor", read_governor},
    [ROOM_BOOST] = {"boost", "frequency boost", read_boost},
    [ROOM_SMT] = {"smt", "SMT", read_smt},
    [ROOM_MITIGATIONS] = {"mitigations", "mitigations", read_mitigations},
    [ROOM_HUGE_PAGES] = {"huge_pages", "transparent huge pages", read_huge_pages},
    [ROOM_CPU_LIMIT] = {"cpu_limit", "CPU limit in PUs", read_cpu_limit},
    [ROOM_CPUSET] = {"cpuset", "cpuset", read_cpuset},
    [ROOM_NODES] = {"nodes", "NUMA nodes", read_nodes},
};

const char *room_name(RoomFact fact) { return facts_of_a_room[fact].name; }
const char *room_title(RoomFact fact) { return facts_of_a_room[fact].title; }

void room_read(const char *root, Arena *arena, const char *facts[ROOM_COUNT]) {
  const Room room = {root, arena};
  for (unsigned i = 0; i < ROOM_COUNT; i++)
    facts[i] = facts_of_a_room[i].read(&room);
}
