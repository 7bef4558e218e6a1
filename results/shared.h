// What of a record is shared with everybody, and the record that others read of it.
#pragma once
#include "harness/lang/suite.h"
#include "results/record.h"

// The fields that are shared (RECORD_SHARED), the day of it, seconds to two digits; a compiler by its name alone,
// without words that hold a path or an address. Of a test of the suite its name and the beginning of its digest are
// enough. False where it is no machine's of ours, or counted nothing: others' figures are theirs to share.
bool shared_reduce(const Record *record, const Suite *suite, Arena *arena, Record *out);

// The other way, in place: what was left out since the suite, or the counts of states, say it. False, with what is
// wrong, where they do not, or where the record contradicts itself.
bool shared_restore(Record *record, const Suite *suite, Arena *arena, const char **why);
