// Threads that are alike: the same instructions, and no register that is observed. Private to model.
//
// Where two of them change parts, an execution becomes another that ends in the same state, and a model, which knows no
// thread by its number, says the same of both. Of such executions one is enough: the one whose paths, and among threads
// of one path a write or a source, are in the threads' order.
#pragma once
#include "harness/model/search.h"

enum { NO_THREAD = 0x7fffffff };

// Sets `twin` of every thread.
void alike_find(Search *s);
// The first path that a thread may take, given its twin's.
unsigned alike_first_path(const Search *s, unsigned thread);
// Sets `after` of the events that are laid out: of a thread's first write, the same one of its twin, which comes before
// it in the coherence order; of a first read where the threads write nothing, that of its twin, whose source is no
// later among the events.
void alike_order(Search *s);
