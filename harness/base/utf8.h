// UTF-8 (RFC 3629).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UTF8_REPLACEMENT = 0xfffd }; // what stands for bytes that are no character

// How many of the `length` bytes are the first character, which is then in *code; 0 if they begin with none: overlong
// forms, surrogates and what is beyond U+10FFFF are none, and neither is the end.
unsigned utf8_next(const char *bytes, size_t length, uint32_t *code);

// As utf8_next, but it always moves on: a byte that is no character is UTF8_REPLACEMENT. `length` is not 0.
unsigned utf8_lenient(const char *bytes, size_t length, uint32_t *code);

// A control character, newline and tab among them: ASCII's, DEL, U+0080 to U+009F.
bool utf8_is_control(uint32_t code);

// A mark that turns the direction of writing, so that text looks like other text.
bool utf8_is_turn(uint32_t code);
