#include "harness/engine/engine.h"
#include "harness/engine/lockstep.h"
#include "harness/engine/perpetual.h"

// A heavy fence reaches the threads of a process that registered for it.
static const char *refuses_heavy(const EngineSession *session) {
  if (session->actors == ACTORS_PROCESSES)
    return "membarrier reaches the threads of one process: run it with `--actors threads`";
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0))
    return "this kernel has no private expedited membarrier";
  return NULL;
}

void engine_run(EngineSession *session) {
  const char *refused = session->code->heavy ? refuses_heavy(session) : NULL;
  if (session->code->means)
    session_setting_text(session, "means", session->code->means);
  if (refused)
    session_refuse(session, refused);
  else if (session->shape->perpetual)
    perpetual_run(session);
  else
    lockstep_run(session);
}
