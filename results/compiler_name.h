// What compiled a record's test, as it is told to people.
#pragma once
#include "harness/base/text.h"

// "cc (Debian 12.2.0-14) 12.2.0 -O2", "./mycc: cc (Debian 12.2.0-14) 12.2.0 -O2": the command too, if it has a folder
// or its version does not name it. Control characters are '?'. Nothing if nothing is known; each may be "".
void compiler_name(const char *path, const char *version, const char *flags, Text *out);
