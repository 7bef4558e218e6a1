#include "harness/cost/workspace.h"

#include <stdlib.h>
#include <string.h>

// Links the lines in the order of a fixed shuffle (Fisher-Yates), each to the next and the last to the first.
static void shuffle(Workspace *workspace) {
  uint64_t state = 0x9e3779b97f4a7c15u;
  for (unsigned i = 0; i < WORK_LINES; i++)
    workspace->order[i] = &workspace->lines[i];
  for (unsigned i = WORK_LINES - 1; i; i--) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    unsigned j = (unsigned)((state >> 33) % (i + 1));
    Line *line = workspace->order[i];
    workspace->order[i] = workspace->order[j];
    workspace->order[j] = line;
  }
  for (unsigned i = 0; i < WORK_LINES; i++)
    atomic_store(&workspace->order[i]->next, workspace->order[(i + 1) % WORK_LINES]);
}

Workspace *workspace_new(void) {
  Workspace *workspace = aligned_alloc(_Alignof(Workspace), sizeof *workspace);
  if (!workspace)
    return NULL;
  memset(workspace, 0, sizeof *workspace);
  shuffle(workspace);
  atomic_store(&workspace->published, &workspace->versions[0]);
  atomic_flag_clear(&workspace->spin);
  pthread_mutex_init(&workspace->mutex, NULL);
  pthread_rwlock_init(&workspace->rwlock, NULL);
  return workspace;
}

void workspace_free(Workspace *workspace) {
  if (!workspace)
    return;
  pthread_mutex_destroy(&workspace->mutex);
  pthread_rwlock_destroy(&workspace->rwlock);
  free(workspace);
}
