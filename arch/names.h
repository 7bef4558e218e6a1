// What records, logs and people call architectures, those without a folder here too.
#pragma once
#include "arch/vocabulary.h"

#include <stddef.h>

// As records name them, NULL-terminated: what `weakmem import --arch` takes.
extern const char *const arch_names[];

// "ARM", "32-bit ARM", "x86": for people; the name itself if it is not known.
const char *arch_title(const char *name);
// As records name it, by the word that begins a litmus test of it: "x86_64" for "X86_64". "" if it names none (C).
const char *arch_of_word(const char *word);
// ... by a register's name: "x86_64" for EAX. "" if the name tells nothing.
const char *arch_of_register(const char *name);
// ... by what a key of /proc/cpuinfo says; "" if it tells nothing. Which keys may, NULL-terminated.
const char *arch_of_cpuinfo(const char *key, const char *value);
extern const char *const arch_cpuinfo_keys[];
// Whether a register of that name is of this architecture and of no other, so that it counts against what is said.
bool arch_is_sure(const char *arch);

// What a word in the names of tests says; NULL if it is no such word.
const ArchOrder *arch_order(const char *word, size_t length);

enum { ARCH_REGISTER = 16 };
// A register's name in small letters and without its width, which tells whether two are the same: EAX, rax and ax are
// "ax", X0 and W0 are "x0".
void arch_register(const char *name, size_t length, char out[ARCH_REGISTER]);
