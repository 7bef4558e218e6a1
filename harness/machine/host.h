// What stands between us and the CPU: emulators, hypervisors, the system's files. Private to machine/.
#pragma once
#include "harness/base/arena.h"
#include "harness/base/text.h"

#include <stdbool.h>

// Adds what a file holds to `out`. False where it is missing, unreadable, or longer than `limit` bytes: then what was
// read so far is there.
bool host_read(const char *path, size_t limit, Text *out);

// A file of /proc or /sys, at most 256 KiB of it, without trailing blanks; "" where it is missing or unreadable.
const char *host_file(Arena *arena, const char *path);

// Whether another program executes our instructions (qemu-user, valgrind) or the whole machine is emulated, as far as
// it can be known: then nothing that is seen or measured is this architecture's.
bool host_emulated(Arena *arena);

// "kvm", "xen", "vmware", ...; "" on bare metal, and where nothing tells.
const char *host_hypervisor(Arena *arena);
