// Records to be shown to everybody: a block of text of at most 4 kB, to be pasted into an issue or a mail, which holds
// who the machine is, what ran, how, and what was counted; no name of a host or a user, and no path.
//
//   ```weakmem.share/1
//   AMD EPYC (x86_64, 2 cores, kvm), kernel 6.18, weakmem 0.1.0: 88 runs, 34.5M iterations     for people, a machine
//   eNrVXV1v3Li...                                                                              base64 (RFC 4648)
//   ```
//
// The lines of base64 are columns of the records (columns.h), compressed (zlib, RFC 1950, which has a checksum).
#pragma once
#include "harness/base/text.h"
#include "harness/lang/suite.h"
#include "results/records.h"

enum { SHARE_BYTES = 4096 };

// A block of as many of the records (shared.h) as there is room for; how many that is. 0, with nothing written:
// not even the first.
unsigned share_write(const Record *records, unsigned count, Text *out);

// A block that is being read, line by line; Share{0} before the first.
typedef struct {
  bool open, is_full; // a block is; its base64 has ended
  Text bytes;
  const Suite *suite; // what records that tell a test by its name mean; made when it is first needed
} Share;

typedef enum { SHARE_OUTSIDE, SHARE_INSIDE, SHARE_DAMAGED, SHARE_WHOLE } ShareLine;

// A line without its newline; it may be quoted by '>', as mails do. SHARE_OUTSIDE: it is of no block. SHARE_DAMAGED:
// with *why, and the block is given up. SHARE_WHOLE: the block ended, and these are its records.
ShareLine share_line(Share *share, const char *line, Arena *arena, Records *out, const char **why);
// What is missing where a text ends within a block; NULL: nothing.
const char *share_end(Share *share);
