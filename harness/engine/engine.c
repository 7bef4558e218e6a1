#include "harness/engine/engine.h"
#include "harness/engine/lockstep.h"
#include "harness/engine/perpetual.h"

void engine_run(EngineSession *session) {
  if (session->shape->perpetual)
    perpetual_run(session);
  else
    lockstep_run(session);
}
