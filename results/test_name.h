// What tests are called here and elsewhere.
#pragma once
#include <stddef.h>

// The name that a test has here: other people write "SB+fence+fence" where this suite has "SB+fences". Returns `name`
// itself where it is no such one.
const char *test_name_here(const char *name, char *buffer, size_t size);
