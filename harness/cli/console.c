#include "harness/cli/console.h"

void console_report(const Console *console, const Diag *diag) {
  Text text = {0};
  diag_format(diag, &text);
  fputs(text_string(&text), console->err);
  text_free(&text);
}
