#include "harness/model/search.h"

bool search_expired(Search *s) {
  s->stop = s->stop || deadline_passed(s->deadline, s->result);
  return s->stop;
}

bool search_waits(const Search *s, unsigned event) {
  if (s->events[event].thread < 0)
    return false;
  const SearchThread *t = &s->threads[s->events[event].thread];
  return t->path->end == PATH_WAITS && event >= t->first + t->path->wait_from;
}

Misfit search_fit(const Search *s, unsigned thread, const PathEvent *access, EventValue address, unsigned *element) {
  Misfit misfit = {.location = (unsigned)address.location,
                   .offset = (int64_t)address.number,
                   .bits = s->program->threads[thread].instrs[access->instr].bits};
  if (address.location < 0 || misfit.location >= s->program->location_count)
    return (Misfit){.kind = MISFIT_NOWHERE};
  const ProgramLocation *location = &s->program->locations[misfit.location];
  if (!program_element(s->program, address, element))
    misfit.kind = location->stride && address.number % location->stride ? MISFIT_BETWEEN : MISFIT_BEYOND;
  else if (program_element_bits(location, *element) && program_element_bits(location, *element) != misfit.bits)
    misfit.kind = MISFIT_WIDTH;
  return misfit;
}

int search_cell(const Search *s, EventValue address) {
  unsigned element;
  if (!program_element(s->program, address, &element))
    return -1;
  for (unsigned c = s->first_cell[address.location];
       c < s->cell_count && s->cells[c].location == (unsigned)address.location; c++)
    if (s->cells[c].element == element)
      return (int)c;
  return -1;
}
