// What the models say of records that were made elsewhere: of a program that `weakmem show --export` wrote.
#pragma once
#include "harness/study/label.h"

typedef struct RecordLabeller RecordLabeller;

RecordLabeller *record_labeller_new(Arena *arena);

// Labels the states of a record whose states nobody has labelled, by the models, as label_record does for a run here:
// those of the test that has the record's digest, one that comes with weakmem or the one whose text the record holds.
// What the compiler made of it there is not known: what depends on that is not said. True where it is labelled now; a
// record whose states are not its test's stays as it is, which is a warning in `diag`, as is a state that should not
// have been seen.
bool record_label(RecordLabeller *labeller, Record *record, Arena *arena, Diag *diag);
