#include "results/share.h"

#include "harness/base/table.h"
#include "results/columns.h"
#include "results/shared.h"
#include "results/sheet.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const char begin[] = "```weakmem.share/1", end[] = "```";

// What the compressor takes for seen before: it is a part of the format, which never changes.
static const char before[] =
    "\n\"[x]=1; [y]=1;\"\n\"[x]=2;\"\n\"1:r0=1; 1:r1=0;\"\n\"0:r0=0; 1:r0=0;\"\n\"0:r0=0; 1:r0=1;\"\n\"0:r0=1; "
    "1:r0=0;\"\n\"0:r0=1; "
    "1:r0=1;\"\n+fences\"\n+rel-acq\"\n+seq_cst\"\n=test\n\"=digest\n\"=started\n\"2026-=weakmem\n\"=status\n\"done\"\n"
    "=machine.arch\n\"=machine.cpu\n\"=machine.vendor\n\"=machine.family\n=machine.model\n=machine.stepping\n"
    "=machine.microcode\n\"0x=machine.cores\n=machine.pus\n=machine.virtual\n\"=machine.emulated\nfalse\n"
    "=machine.kernel\n\"=machine.cache_line\n64\n=machine.governor\n\"=machine.boost\n"
    "=machine.smt\n\"=machine.mitigations\n\"=machine.huge_pages\n\"=machine.cpu_limit\n=machine.memory_limit\n"
    "=machine.nodes\n1\n=compiler.path\n\"cc\"\n=compiler.version\n\"cc (Debian "
    "=compiler.flags\n\"-O2\"\n=engine\n\"lockstep\"\n"
    "\"perpetual\"\n=actors\n\"threads\"\n=fence\n\"none\"\n=placement.name\n\"l3\"\n=placement.pus\n[0,1]\n=runs\n0\n"
    "=lost\n0\n=filtered\n0\n=seconds\n0.1\n=condition\n\"\"\n=histogram\n4\n=histogram.state\n\"=histogram.count\n"
    "=histogram.witness\nfalse\ntrue\n";

enum {
  LINE_LETTERS = 96,
  TEXT_BYTES = 256 << 10, // of a block's columns: what is larger was not made by us
};

// ---- base64

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void add_base64(const unsigned char *bytes, size_t length, Text *out) {
  for (size_t i = 0, letter = 0; i < length; i += 3, letter += 4) {
    uint32_t group = 0;
    for (unsigned k = 0; k < 3; k++)
      group = group << 8 | (i + k < length ? bytes[i + k] : 0);
    if (letter && letter % LINE_LETTERS == 0)
      text_add_char(out, '\n');
    for (unsigned k = 0; k < 4; k++)
      text_add_bytes(out, i + k > length ? "=" : &letters[group >> (18 - 6 * k) & 63], 1);
  }
  text_add_char(out, '\n');
}

// Adds what a line says to the block's bytes. What is wrong; NULL: nothing is.
static const char *read_base64(Share *share, const char *line) {
  if (share->is_full || strlen(line) % 4)
    return share->is_full ? "its text goes on behind its end" : "a line of a shared block that is cut short";
  for (; *line; line += 4) {
    uint32_t group = 0;
    unsigned pads = 0;
    for (unsigned k = 0; k < 4; k++) {
      const char *at = strchr(letters, line[k]);
      bool pad = line[k] == '=' && k >= 2 && !line[4];
      if ((!at && !pad) || (at && pads))
        return "a line of a shared block that is no base64";
      pads += pad;
      group = group << 6 | (at ? (uint32_t)(at - letters) : 0);
    }
    share->is_full = pads;
    for (unsigned k = 0; k < 3 - pads; k++)
      text_add_char(&share->bytes, (char)(group >> (16 - 8 * k) & 255));
  }
  return share->bytes.length > SHARE_BYTES ? "a shared block that is longer than any" : NULL;
}

// ---- Writing

// "AMD EPYC (x86_64, 2 cores, kvm), kernel 6.18, weakmem 0.1.0": the machine, as people know it.
static const char *machine_words(const Record *record, Arena *arena) {
  Text machine = {0}, words = {0};
  identity_print(&record->machine, &machine);
  text_printf(&machine, ", kernel %s, weakmem %s", record->machine.kernel, record->weakmem);
  text_add_printable(&words, text_string(&machine), machine.length);
  text_free(&machine);
  return text_finish(&words, arena);
}

// A line for each machine: "...: 88 runs, 34.5M iterations"
static void add_machines(const Record *records, unsigned count, Text *out) {
  Arena *arena = arena_new();
  const char **words = ARENA_ARRAY(arena, const char *, count);
  double *iterations = ARENA_ARRAY(arena, double, count);
  unsigned *runs = ARENA_ARRAY(arena, unsigned, count), machines = 0;
  Table table = {.arena = arena};
  for (unsigned i = 0; i < count; i++) {
    const char *of = machine_words(&records[i], arena);
    unsigned machine = (unsigned)table_add(&table, of, strlen(of));
    if (machine == machines)
      words[machines++] = of;
    runs[machine]++;
    iterations[machine] += (double)records[i].iterations;
  }
  for (unsigned i = 0; i < machines; i++) {
    text_printf(out, "%s: %u run%s, ", words[i], runs[i], runs[i] == 1 ? "" : "s");
    count_add(iterations[i], out);
    text_add(out, " iterations\n");
  }
  arena_free(arena);
}

// The columns, compressed.
static void compress_text(const Text *columns, Text *out) {
  z_stream z = {0};
  if (deflateInit(&z, Z_BEST_COMPRESSION) || deflateSetDictionary(&z, (const Bytef *)before, sizeof before - 1))
    abort(); // there is no other reason than memory
  unsigned char room[1024];
  z.next_in = (Bytef *)columns->bytes;
  z.avail_in = (uInt)columns->length;
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    z.next_out = room;
    z.avail_out = sizeof room;
    status = deflate(&z, Z_FINISH);
    text_add_bytes(out, (const char *)room, sizeof room - z.avail_out);
  }
  deflateEnd(&z);
}

static void add_block(const Record *records, unsigned count, Text *out) {
  Text columns = {0}, bytes = {0};
  columns_write(&record_fields, RECORD_SHARED, records, count, &columns);
  compress_text(&columns, &bytes);
  text_printf(out, "%s\n", begin);
  add_machines(records, count, out);
  add_base64((const unsigned char *)bytes.bytes, bytes.length, out);
  text_printf(out, "%s\n", end);
  text_free(&bytes);
  text_free(&columns);
}

// Whether so many fit: then the block is in *out.
static bool fits(const Record *records, unsigned count, Text *out) {
  text_clear(out);
  add_block(records, count, out);
  return out->length <= SHARE_BYTES;
}

unsigned share_write(const Record *records, unsigned count, Text *out) {
  Text block = {0};
  unsigned low = 0, high = 1; // so many fit; more do not, once `high` is found
  for (; high < count && fits(records, high, &block); high *= 2)
    low = high;
  high = high < count ? high : count;
  while (low < high) {
    unsigned middle = low + (high - low + 1) / 2;
    if (fits(records, middle, &block))
      low = middle;
    else
      high = middle - 1;
  }
  if (low && fits(records, low, &block))
    text_add(out, text_string(&block));
  text_free(&block);
  return low;
}

// ---- Reading

// The columns; NULL where the bytes are no whole stream of them, or of more than there is room for.
static char *expand(const Text *bytes, Arena *arena) {
  char *text = arena_alloc(arena, TEXT_BYTES + 1);
  z_stream z = {.next_in = (Bytef *)bytes->bytes,
                .avail_in = (uInt)bytes->length,
                .next_out = (Bytef *)text,
                .avail_out = TEXT_BYTES};
  if (inflateInit(&z))
    abort();
  int status = inflate(&z, Z_FINISH);
  if (status == Z_NEED_DICT && !inflateSetDictionary(&z, (const Bytef *)before, sizeof before - 1))
    status = inflate(&z, Z_FINISH);
  size_t length = z.total_out;
  bool whole = status == Z_STREAM_END && !z.avail_in;
  inflateEnd(&z);
  text[length] = '\0';
  return whole && !memchr(text, '\0', length) ? text : NULL;
}

static const char *read_records(const Share *share, Arena *arena, Records *out) {
  char *text = expand(&share->bytes, arena);
  const char **lines, *why = NULL;
  unsigned count;
  FieldsFault fault = {0};
  if (!text)
    return "a shared block that is damaged: its checksum is another";
  if (!columns_read(&record_fields, RECORD_SHARED, text, arena, &lines, &count, &fault))
    return arena_printf(arena, "a shared block whose %s", fault.why);
  *out = (Records){.records = ARENA_ARRAY(arena, Record, count + (size_t)1)};
  for (; out->count < count && !why; out->count++) {
    Record *record = &out->records[out->count];
    const char *line = lines[out->count];
    if (!fields_read(&record_fields, line, strlen(line), arena, record, &fault))
      why = fault.why;
    else
      shared_restore(record, share->suite, arena, &why);
  }
  return why ? arena_printf(arena, "a shared block, in its record %u: %s", out->count, why) : NULL;
}

static void close_block(Share *share) {
  share->open = share->is_full = false;
  text_free(&share->bytes);
}

// Behind the marks by which mails quote.
static const char *unquoted(const char *line) { return line + strspn(line, "> \t"); }

static void make_suite(Share *share, Arena *arena) {
  Diag quiet = {.arena = arena};
  Suite *suite = ARENA_NEW(arena, Suite);
  *suite = suite_builtin(NULL, arena, &quiet);
  share->suite = suite;
}

ShareLine share_line(Share *share, const char *line, Arena *arena, Records *out, const char **why) {
  line = unquoted(line);
  *why = NULL;
  if (!share->open) {
    share->open = !strcmp(line, begin);
    return share->open ? SHARE_INSIDE : SHARE_OUTSIDE;
  }
  bool is_end = !strcmp(line, end);
  if (is_end && !share->suite)
    make_suite(share, arena);
  if (is_end)
    *why = read_records(share, arena, out);
  else if (*line && !strchr(line, ' ')) // others are for people
    *why = read_base64(share, line);
  if (*why || is_end)
    close_block(share);
  return *why ? SHARE_DAMAGED : is_end ? SHARE_WHOLE : SHARE_INSIDE;
}

const char *share_end(Share *share) {
  const char *why = share->open ? "a shared block that has no end" : NULL;
  close_block(share);
  return why;
}
