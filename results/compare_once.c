// Which records a comparison has added already: one that stands in a file more than once is one run, not several. Of
// each it keeps 64 bits of a hash.
#include "results/compare_parts.h"

#include <stdlib.h>
#include <string.h>

// Words are multiplied and folded (after wyhash's idea, with the multiplier of Knuth's MMIX generator): eight times as
// fast as a byte at a time, which is what a million records of a hundred states need.
static uint64_t mix_number(uint64_t key, uint64_t number) {
  key = (key ^ number) * UINT64_C(6364136223846793005);
  return key ^ key >> 29;
}

static uint64_t mix_text(uint64_t key, const char *text) {
  size_t length = text ? strlen(text) : 0;
  uint64_t word;
  key = mix_number(key, length);
  for (; length >= sizeof word; text += sizeof word, length -= sizeof word) {
    memcpy(&word, text, sizeof word);
    key = mix_number(key, word);
  }
  word = 0;
  if (length)
    memcpy(&word, text, length);
  return mix_number(key, word);
}

static uint64_t mix_real(uint64_t key, double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return mix_number(key, bits);
}

static uint64_t mix_settings(uint64_t key, const Record *r) {
  for (unsigned i = 0; i < r->setting_count; i++) {
    key = mix_text(key, r->settings[i].name);
    key = r->settings[i].is_number ? mix_real(key, r->settings[i].number) : mix_text(key, r->settings[i].text);
  }
  for (unsigned i = 0; i < r->pu_count; i++)
    key = mix_number(key, r->pus[i]);
  return key;
}

static uint64_t mix_states(uint64_t key, const Record *r) {
  for (unsigned i = 0; i < r->state_count; i++)
    key = mix_number(mix_text(key, r->states[i].state), r->states[i].count);
  return key;
}

// What was run, how, when, and what came of it; not what models say of it, which later versions may know better.
static uint64_t key_of(unsigned column, const Record *r) {
  const char *const texts[] = {r->test,      r->digest, r->started, r->weakmem,       r->engine,
                               r->actors,    r->fence,  r->program, r->placement,     r->compiler_version,
                               r->condition, r->status, r->source,  r->compiler_flags};
  const uint64_t numbers[] = {r->seed, r->iterations, r->witnesses, r->frames, r->lost, r->filtered};
  uint64_t key = mix_number(UINT64_C(0x9e3779b97f4a7c15), column);
  for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
    key = mix_text(key, texts[i]);
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
    key = mix_number(key, numbers[i]);
  key = mix_states(mix_settings(mix_real(key, r->seconds), r), r);
  return key ? key : 1; // 0 is an empty slot
}

// The slot of a key, or where it would be.
static size_t slot_of(const uint64_t *slots, size_t count, uint64_t key) {
  size_t slot = (size_t)(key ^ key >> 32) & (count - 1);
  while (slots[slot] && slots[slot] != key)
    slot = (slot + 1) & (count - 1);
  return slot;
}

static void grow(Comparison *c) {
  size_t count = c->added_slots ? c->added_slots * 2 : 256;
  uint64_t *slots = calloc(count, sizeof *slots);
  if (!slots)
    abort();
  for (size_t i = 0; i < c->added_slots; i++)
    if (c->added[i])
      slots[slot_of(slots, count, c->added[i])] = c->added[i];
  free(c->added);
  c->added = slots;
  c->added_slots = count;
}

bool compare_once(Comparison *c, unsigned column, const Record *record) {
  if (c->added_count >= c->added_slots / 4 * 3)
    grow(c);
  uint64_t key = key_of(column, record);
  size_t slot = slot_of(c->added, c->added_slots, key);
  if (c->added[slot])
    return false;
  c->added[slot] = key;
  c->added_count++;
  return true;
}
