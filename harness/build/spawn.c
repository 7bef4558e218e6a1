#include "harness/build/spawn.h"
#include "harness/base/time.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_MS = 50 };

// In the child: never returns.
static _Noreturn void become(const SpawnCommand *command, int output) {
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (command->input >= 0)
    dup2(command->input, STDIN_FILENO);
  if (command->temporary)
    setenv("TMPDIR", command->temporary, 1);
  if (command->bind && !command->bind(command->context, command->pu)) {
    dprintf(STDERR_FILENO, "cannot run %s on PU %u\n", command->path, command->pu);
    _exit(127);
  }
  execv(command->path, command->argv);
  dprintf(STDERR_FILENO, "cannot run %s: %s\n", command->path, strerror(errno));
  _exit(127);
}

// Not posix_spawn: it cannot ask for the program to die with us.
bool spawn_start(Spawn *spawn, const SpawnCommand *command, Diag *diag) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC))
    return diag_error(diag, "cannot make a pipe: %s", strerror(errno));
  *spawn = (Spawn){.output = ends[0],
                   .keep = command->keep ? command->keep : SPAWN_KEPT,
                   .deadline = time_seconds() + command->timeout};
  if (!group_start(&spawn->group, diag)) {
    close(ends[0]);
    close(ends[1]);
    return false;
  }
  if (spawn->group.leader == 0)
    become(command, ends[1]);
  close(ends[1]);
  fcntl(spawn->output, F_SETFL, O_NONBLOCK);
  return true;
}

void spawn_wait(Spawn *const *spawns, unsigned count, int milliseconds) {
  struct pollfd watched[2 * SPAWN_MOST];
  nfds_t used = 0;
  bool blind = false;
  assert(count <= SPAWN_MOST);
  for (unsigned i = 0; i < count; i++) {
    watched[used++] = (struct pollfd){.fd = spawns[i]->output, .events = POLLIN};
    watched[used++] = (struct pollfd){.fd = spawns[i]->group.watch, .events = POLLIN};
    blind |= spawns[i]->group.watch < 0;
  }
  poll(watched, used, blind && milliseconds > 2 ? 2 : milliseconds);
}

// Takes in what is there, at most `most` bytes, so that a chatterbox does not keep us from looking at the time.
static void listen_to(Spawn *spawn, size_t most) {
  char buffer[16 << 10];
  while (most && spawn->output >= 0) {
    ssize_t length = read(spawn->output, buffer, sizeof buffer);
    if (length < 0 && errno == EINTR)
      continue;
    if (length < 0 && errno == EAGAIN)
      return;
    if (length <= 0) { // it closed its end; it may still be running
      close(spawn->output);
      spawn->output = -1;
      return;
    }
    size_t got = (size_t)length, room = spawn->keep - spawn->said.length, kept = got < room ? got : room;
    text_add_bytes(&spawn->said, buffer, kept);
    spawn->unkept += got - kept;
    most -= most < got ? most : got;
  }
}

bool spawn_step(Spawn *spawn) {
  listen_to(spawn, 1 << 20);
  spawn->late = time_seconds() >= spawn->deadline;
  return group_ended(&spawn->group, 0) || spawn->late;
}

void spawn_finish(Spawn *spawn, GroupEnd *end) {
  spawn->late = spawn->late && !group_ended(&spawn->group, 0);
  group_finish(&spawn->group, end);
  listen_to(spawn, 1 << 20); // all that write are dead: what a pipe holds is all there is
  if (spawn->output >= 0)
    close(spawn->output);
  spawn->output = -1;
}

void spawn_free(Spawn *spawn) { text_free(&spawn->said); }

bool spawn_run(Spawn *spawn, const SpawnCommand *command, GroupEnd *end, Diag *diag) {
  if (!spawn_start(spawn, command, diag))
    return false;
  while (!spawn_step(spawn))
    spawn_wait(&spawn, 1, LOOK_MS);
  spawn_finish(spawn, end);
  return true;
}
