// In what the machines' systems differ (machine/room.h), so that their figures cannot be compared as they stand.
#pragma once
#include "results/compare.h"
#include "results/sheet.h"

// "frequency governor: performance on 1, 2; powersave on 3": each machine by its column, from 1 on. False if none
// differs from another that says it, nor from itself.
bool compare_room_difference(const Comparison *comparison, RoomFact fact, Text *out);
// All such sentences, as a list.
Sheet *compare_room_differences(const Comparison *comparison, Arena *arena);
