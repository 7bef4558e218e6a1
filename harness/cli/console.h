// What commands tell besides their data.
#pragma once
#include "harness/base/diag.h"
#include "harness/cli/command.h"

// Everything in the list, on console->err.
void console_report(const Console *console, const Diag *diag);
