// What there is to choose of a run, and how it ends, as records call it.
#pragma once

typedef enum { ENGINE_AUTO, ENGINE_PERPETUAL, ENGINE_LOCKSTEP } Engine;
typedef enum { ACTORS_THREADS, ACTORS_PROCESSES } Actors;
typedef enum {
  RUN_DONE,
  RUN_TIMEOUT,
  RUN_CRASH,
  RUN_NOT_COMPILED,
  RUN_INTERRUPTED,
  RUN_REFUSED /* the machine cannot: cannot pin, no clock */
} RunStatus;

const char *engine_name(Engine engine);
const char *actors_name(Actors actors);
const char *run_status_name(RunStatus status);
