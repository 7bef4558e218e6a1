#include "harness/build/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { DEPTH = 8 /* of folders that a compiler may have left in a workspace */ };

#define WORKSPACE "weakmem-work-" // and six characters of mkdtemp's

struct Cache {
  Arena *arena;
  const char *path;      // NULL: no cache
  int folder;            // -1: no cache
  const char *workspace; // NULL: none yet
  int work;              // the workspace, open and locked
  bool inside;           // the workspace is in the cache's folder: what is made there can become an entry
  bool grown;            // something was added
};

static bool is_ours(const struct stat *status) {
  return status->st_uid == geteuid() && !(status->st_mode & (S_IWGRP | S_IWOTH));
}

// The folder that caches lie in, as the XDG base directory specification has it; NULL where nothing says.
static const char *caches_folder(Arena *arena) {
  const char *caches = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (caches && caches[0] == '/')
    return caches;
  return home && home[0] == '/' ? arena_printf(arena, "%s/.cache", home) : NULL;
}

// Objects are run from here: not from a folder that another could put them into, nor from one mounted noexec.
static int open_folder(const char *path) {
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat status;
  struct statvfs mount;
  if (folder >= 0 &&
      (fstat(folder, &status) || !is_ours(&status) || fstatvfs(folder, &mount) || (mount.f_flag & ST_NOEXEC))) {
    close(folder);
    return -1;
  }
  return folder;
}

Cache *cache_open(Arena *arena) {
  Cache *cache = ARENA_NEW(arena, Cache);
  *cache = (Cache){.arena = arena, .folder = -1, .work = -1};
  const char *caches = caches_folder(arena);
  if (!caches)
    return cache;
  const char *path = arena_printf(arena, "%s/weakmem", caches);
  mkdir(caches, 0700);
  mkdir(path, 0700);
  cache->folder = open_folder(path);
  if (cache->folder >= 0)
    cache->path = path;
  return cache;
}

// Removes a folder's contents; links are removed, not followed.
static void empty_folder(int folder, unsigned depth) {
  int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = again < 0 ? NULL : fdopendir(again);
  if (!entries) {
    if (again >= 0)
      close(again);
    return;
  }
  for (const struct dirent *entry; (entry = readdir(entries));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
      continue;
    if (!unlinkat(folder, entry->d_name, 0) || depth == 0)
      continue;
    int inner = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0)
      continue;
    empty_folder(inner, depth - 1);
    close(inner);
    unlinkat(folder, entry->d_name, AT_REMOVEDIR);
  }
  closedir(entries);
}

// A workspace whose lock can be had belongs to no one alive.
static void remove_if_stale(int parent, const char *name) {
  int work = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat status;
  if (work < 0)
    return;
  if (!fstat(work, &status) && is_ours(&status) && !flock(work, LOCK_EX | LOCK_NB)) {
    empty_folder(work, DEPTH);
    unlinkat(parent, name, AT_REMOVEDIR);
  }
  close(work);
}

static void remove_stale(const char *parent) {
  DIR *entries = opendir(parent);
  if (!entries)
    return;
  for (const struct dirent *entry; (entry = readdir(entries));)
    if (!strncmp(entry->d_name, WORKSPACE, strlen(WORKSPACE)))
      remove_if_stale(dirfd(entries), entry->d_name);
  closedir(entries);
}

// Makes and locks a workspace in `parent`. Another run may take it for stale before it is locked, and remove it.
static bool make_workspace(Cache *cache, const char *parent) {
  for (int attempt = 0; attempt < 5; attempt++) {
    char *path = arena_printf(cache->arena, "%s/" WORKSPACE "XXXXXX", parent);
    if (!mkdtemp(path))
      return false;
    int work = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat locked, there;
    if (work >= 0 && !flock(work, LOCK_EX | LOCK_NB) && !fstat(work, &locked) && !lstat(path, &there) &&
        locked.st_ino == there.st_ino && locked.st_dev == there.st_dev) {
      cache->work = work;
      cache->workspace = path;
      return true;
    }
    if (work >= 0)
      close(work);
    rmdir(path);
  }
  return false;
}

static const char *temporary_folder(void) {
  const char *folder = getenv("TMPDIR");
  return folder && folder[0] == '/' ? folder : "/tmp";
}

const char *cache_workspace(Cache *cache, Diag *diag) {
  if (cache->workspace)
    return cache->workspace;
  if (cache->path) {
    remove_stale(cache->path);
    cache->inside = make_workspace(cache, cache->path);
    if (cache->inside)
      return cache->workspace;
  }
  // A cache that cannot be written is still read.
  const char *temporary = temporary_folder();
  remove_stale(temporary);
  if (!make_workspace(cache, temporary)) {
    diag_error(diag, "cannot make a folder for the compiler in %s: %s", temporary, strerror(errno));
    return NULL;
  }
  return cache->workspace;
}

typedef struct {
  uint64_t bytes; // of all entries
  time_t before;  // remove those that were used before then; 0: none
} Survey;

static void survey_entries(const Cache *cache, Survey *survey) {
  int again = openat(cache->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = again < 0 ? NULL : fdopendir(again);
  struct stat status;
  for (const struct dirent *at; folder && (at = readdir(folder));) {
    if (fstatat(cache->folder, at->d_name, &status, AT_SYMLINK_NOFOLLOW) || !S_ISREG(status.st_mode))
      continue;
    survey->bytes += (uint64_t)status.st_blocks * 512;
    if (status.st_mtim.tv_sec < survey->before)
      unlinkat(cache->folder, at->d_name, 0);
  }
  if (folder)
    closedir(folder);
}

static void trim(const Cache *cache) {
  Survey survey = {0};
  survey_entries(cache, &survey);
  if (survey.bytes > CACHE_BYTES)
    survey_entries(cache, &(Survey){.before = time(NULL) - CACHE_AGE});
}

void cache_close(Cache *cache) {
  if (cache->workspace) {
    empty_folder(cache->work, DEPTH);
    rmdir(cache->workspace);
    close(cache->work);
  }
  if (cache->folder >= 0 && cache->grown)
    trim(cache);
  if (cache->folder >= 0)
    close(cache->folder);
  *cache = (Cache){.arena = cache->arena, .folder = -1, .work = -1};
}

const char *cache_find(Cache *cache, const char *name, Arena *arena) {
  if (cache->folder < 0)
    return NULL;
  int entry = openat(cache->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (entry < 0)
    return NULL;
  struct stat status;
  bool good = !fstat(entry, &status) && S_ISREG(status.st_mode) && is_ours(&status) && status.st_size > 0;
  if (good)
    futimens(entry, NULL); // the time of its last use; that of its making matters to nobody
  close(entry);
  return good ? arena_printf(arena, "%s/%s", cache->path, name) : NULL;
}

static bool copy(int from, int to) {
  for (;;) {
    ssize_t copied = sendfile(to, from, NULL, 1 << 20);
    if (copied <= 0)
      return copied == 0;
  }
}

// A suite's worth of memory files is more than the usual soft limit of 1024 descriptors.
static void allow_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

const char *cache_memory_path(int memory, Arena *arena) {
  return arena_printf(arena, "/proc/%d/fd/%d", (int)getpid(), memory);
}

// A file without a name, for as long as someone holds its descriptor.
static const char *keep_in_memory(int made, int *memory, Arena *arena, Diag *diag) {
  *memory = memfd_create("weakmem", MFD_CLOEXEC);
  if (*memory < 0 && errno == EMFILE) {
    allow_descriptors();
    *memory = memfd_create("weakmem", MFD_CLOEXEC);
  }
  if (*memory >= 0 && copy(made, *memory))
    return cache_memory_path(*memory, arena);
  diag_error(diag, "no cache folder, and no memory file in its place: %s", strerror(errno));
  if (*memory >= 0)
    close(*memory);
  *memory = -1;
  return NULL;
}

const char *cache_keep(Cache *cache, const char *name, bool kept, int *memory, Arena *arena, Diag *diag) {
  *memory = -1;
  int made = openat(cache->work, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat status;
  if (made < 0 || fstat(made, &status) || !S_ISREG(status.st_mode) || status.st_size == 0) {
    diag_error(diag, "nothing was made");
    if (made >= 0)
      close(made);
    return NULL;
  }
  const char *path = NULL;
  cache->grown |= kept;
  if (kept && cache->inside && !fchmod(made, 0600) && !renameat(cache->work, name, cache->folder, name))
    path = arena_printf(arena, "%s/%s", cache->path, name);
  else
    path = keep_in_memory(made, memory, arena, diag);
  close(made);
  return path;
}
