// Files are written whole or not at all, and a lock is one's own.
#include "harness/base/file.h"
#include "harness/base/time.h"
#include "tests/unit/left.h"
#include "tests/unit/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static Arena *arena;
static Diag diag;
static const char *root;

static const char *in_root(const char *name) { return arena_printf(arena, "%s/%s", root, name); }

static void setup(void) {
  arena = arena_new();
  diag = (Diag){.arena = arena};
  root = mkdtemp(arena_string(arena, "/tmp/weakmem-unit-XXXXXX"));
  ck_assert_ptr_nonnull(root);
}

static void teardown(void) {
  ck_assert_int_eq(system(arena_printf(arena, "rm -rf '%s'", root)), 0);
  arena_free(arena);
}

static const char *contents(const char *path) {
  char *bytes = arena_alloc(arena, 4096);
  int file = open(path, O_RDONLY);
  ck_assert_int_ge(file, 0);
  ck_assert_int_ge(read(file, bytes, 4095), 0);
  close(file);
  return bytes;
}

// In place of the C library's: a device that takes nothing and does not say why, and one that takes a little at a time.
static enum { AS_IT_IS, NOTHING, LITTLE } takes;
ssize_t write(int file, const void *bytes, size_t length) {
  if (takes == NOTHING)
    return 0;
  return syscall(SYS_write, file, bytes, takes == LITTLE && length > 3 ? 3 : length);
}

START_TEST(what_a_file_does_not_take_is_an_error) {
  int full = open("/dev/full", O_WRONLY);
  ck_assert(!file_write_all(full, "x", 1));
  ck_assert_int_eq(errno, ENOSPC);
  ck_assert(file_write_all(full, "", 0));
  close(full);
  takes = NOTHING; // for ever, did it not end here
  bool written = file_create(in_root("a"), "x", 1);
  takes = AS_IT_IS;
  ck_assert(!written);
}
END_TEST

START_TEST(bytes_taken_a_few_at_a_time_are_all_written) {
  takes = LITTLE;
  bool written = file_create(in_root("a"), "0123456789", 10);
  takes = AS_IT_IS;
  ck_assert(written);
  ck_assert_str_eq(contents(in_root("a")), "0123456789");
}
END_TEST

START_TEST(a_file_is_created_once_and_private) {
  ck_assert(file_create(in_root("a"), "1", 1));
  ck_assert(!file_create(in_root("a"), "2", 1));
  ck_assert_int_eq(errno, EEXIST);
  ck_assert_str_eq(contents(in_root("a")), "1");
  struct stat status;
  ck_assert_int_eq(stat(in_root("a"), &status), 0);
  ck_assert_uint_eq(status.st_mode & 0777, 0600);
}
END_TEST

START_TEST(a_file_is_replaced_whole_or_stays) {
  ck_assert(file_replace(in_root("a"), "old", 3, &diag));
  takes = NOTHING;
  bool replaced = file_replace(in_root("a"), "new", 3, &diag);
  takes = AS_IT_IS;
  ck_assert(!replaced);
  ck_assert_uint_eq(diag.errors, 1);
  ck_assert_str_eq(contents(in_root("a")), "old");
  ck_assert(file_replace(in_root("a"), "new", 3, &diag));
  ck_assert_str_eq(contents(in_root("a")), "new");
  ck_assert_uint_eq(left_entries(root), 3); // itself, and the dots
}
END_TEST

START_TEST(what_is_replaced_keeps_its_mode_and_the_links_to_it) {
  ck_assert(file_create(in_root("a"), "old", 3));
  ck_assert_int_eq(chmod(in_root("a"), 0640), 0);
  ck_assert_int_eq(symlink("a", in_root("link")), 0);
  ck_assert(file_replace(in_root("link"), "new", 3, &diag));
  ck_assert_str_eq(contents(in_root("a")), "new");
  struct stat status;
  ck_assert_int_eq(lstat(in_root("link"), &status), 0);
  ck_assert(S_ISLNK(status.st_mode));
  ck_assert_int_eq(stat(in_root("a"), &status), 0);
  ck_assert_uint_eq(status.st_mode & 0777, 0640);
}
END_TEST

START_TEST(a_pipe_is_written_and_stays) {
  ck_assert_int_eq(mkfifo(in_root("pipe"), 0600), 0);
  int reader = open(in_root("pipe"), O_RDWR);
  ck_assert(file_replace(in_root("pipe"), "x", 1, &diag));
  char byte = 0;
  ck_assert_int_eq((int)read(reader, &byte, 1), 1);
  ck_assert_int_eq(byte, 'x');
  close(reader);
  struct stat status;
  ck_assert_int_eq(lstat(in_root("pipe"), &status), 0);
  ck_assert(S_ISFIFO(status.st_mode));
}
END_TEST

START_TEST(whoever_waits_gets_the_lock_when_it_is_free) {
  int ours = open(in_root("a"), O_RDWR | O_CREAT, 0600), theirs = open(in_root("a"), O_RDWR);
  ck_assert(file_lock(ours, 0));
  double began = time_seconds();
  ck_assert(!file_lock(theirs, 100));
  ck_assert_int_eq(errno, EWOULDBLOCK);
  ck_assert_double_ge(time_seconds() - began, 0.1);
  close(ours);
  ck_assert(file_lock(theirs, 100));
  close(theirs);
  ck_assert(!file_lock(theirs, 100)); // at once: it is no file
  ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(folders_above_a_file_are_made) {
  ck_assert(file_make_folders(in_root("a/b/c"), 0700, &diag));
  ck_assert(file_create(in_root("a/b/c"), "", 0));
  ck_assert(file_make_folders(in_root("a/b/d"), 0700, &diag));
  ck_assert(!file_make_folders(in_root("a/b/c/d"), 0700, &diag) || !file_create(in_root("a/b/c/d"), "", 0));
}
END_TEST

START_TEST(the_time_is_in_utc_as_rfc_3339_has_it) {
  time_t before = time(NULL);
  const char *text = time_rfc3339(arena);
  struct tm parts = {0};
  const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  ck_assert(end && !*end);
  ck_assert_int_ge(timegm(&parts), before);
  ck_assert_int_le(timegm(&parts), time(NULL));
}
END_TEST

int main(void) {
  TCase *tests = unit_tests("file", setup, teardown);
  tcase_add_test(tests, what_a_file_does_not_take_is_an_error);
  tcase_add_test(tests, bytes_taken_a_few_at_a_time_are_all_written);
  tcase_add_test(tests, a_file_is_created_once_and_private);
  tcase_add_test(tests, a_file_is_replaced_whole_or_stays);
  tcase_add_test(tests, what_is_replaced_keeps_its_mode_and_the_links_to_it);
  tcase_add_test(tests, a_pipe_is_written_and_stays);
  tcase_add_test(tests, whoever_waits_gets_the_lock_when_it_is_free);
  tcase_add_test(tests, folders_above_a_file_are_made);
  tcase_add_test(tests, the_time_is_in_utc_as_rfc_3339_has_it);
  return unit_run("file", tests);
}
