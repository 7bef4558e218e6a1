// The engines, as one.
#pragma once
#include "harness/engine/session.h"

// Runs the test, by the engine that its shape is for, until the session is over; what is to be known of it is then in
// the report and the tally.
void engine_run(EngineSession *session);
