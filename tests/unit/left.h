// What a test may leave behind, counted before and after: threads, child processes, file descriptors.
// (Memory that processes share is anonymous here: it goes with them.)
#pragma once
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  unsigned threads, descriptors;
} Left;

static inline unsigned left_entries(const char *path) {
  DIR *folder = opendir(path);
  unsigned count = 0;
  if (!folder)
    return 0;
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

static inline Left left_now(void) { return (Left){left_entries("/proc/self/task"), left_entries("/proc/self/fd")}; }

// The kernel takes a thread out of the list a moment after it can be joined; under an emulator, many moments.
static inline void left_assert_nothing(const Left *before) {
  Left now = left_now();
  for (unsigned tries = 0; tries < 1000 && now.threads > before->threads; tries++, now = left_now())
    usleep(1000);
  ck_assert_uint_eq(now.threads, before->threads);
  ck_assert_uint_eq(now.descriptors, before->descriptors);
  ck_assert_msg(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "a child process is left");
}
