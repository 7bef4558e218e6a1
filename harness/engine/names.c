// What records call engines, actors and how a run ended.
#include "harness/engine/names.h"

const char *engine_name(Engine engine) {
  static const char *const names[] = {
      [ENGINE_AUTO] = "auto", [ENGINE_PERPETUAL] = "perpetual", [ENGINE_LOCKSTEP] = "lockstep"};
  return names[engine];
}

const char *actors_name(Actors actors) { return actors == ACTORS_PROCESSES ? "processes" : "threads"; }

const char *run_status_name(RunStatus status) {
  static const char *const names[] = {
      [RUN_DONE] = "done",
      [RUN_TIMEOUT] = "timeout",
      [RUN_CRASH] = "crash",
      [RUN_NOT_COMPILED] = "not-compiled",
      [RUN_INTERRUPTED] = "interrupted",
      [RUN_REFUSED] = "refused",
  };
  return names[status];
}
