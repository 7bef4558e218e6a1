// What bytes a test may be made of.
#include "harness/base/utf8.h"
#include "harness/lang/lexer.h"

static bool is_control(uint32_t code) { return utf8_is_control(code) && (code < '\t' || code > '\r'); }

bool source_is_text(const Source *source, Diag *diag) {
  bool is_text = true;
  for (size_t i = 0; i < source->length;) {
    uint32_t code = 0;
    unsigned length = utf8_next(source->bytes + i, source->length - i, &code);
    if (length && !is_control(code)) {
      i += length;
      continue;
    }
    Span span = {i, length ? length : 1};
    if (length)
      is_text = diag_error_at(diag, source, span, "a control character (0x%02x); a test is plain text", (unsigned)code);
    else
      is_text = diag_error_at(diag, source, span, "the byte 0x%02x is not UTF-8", (unsigned char)source->bytes[i]);
    // One report a line will do.
    while (i < source->length && source->bytes[i] != '\n')
      i++;
  }
  return is_text;
}
