// A wish to end: a signal's handler sets it, and whatever takes long polls it.
#pragma once
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

typedef volatile sig_atomic_t Stop; // the signal's number; 0: go on

// NULL: nobody will.
static inline bool stop_wanted(const Stop *stop) { return stop && *stop; }
