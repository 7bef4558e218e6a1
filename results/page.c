#include "results/page.h"
#include "harness/base/embedded.h"
#include "results/page_data.h"

#include <assert.h>
#include <sha256.h>
#include <stdlib.h>
#include <string.h>

static const Embedded *find(const Embedded *files, const char *path) {
  while (files->path && strcmp(files->path, path) != 0)
    files++;
  assert(files->path);
  return files;
}

// What the page's elements hold, in this order.
static const char *const styles[] = {"page.css", NULL};
static const char *const library[] = {"chart.js", NULL};
static const char *const scripts[] = {"words.js", "matrix.js", "bars.js",  "tests.js", "machines.js",
                                      "costs.js", "fences.js", "cards.js", "page.js",  NULL};

static void write_files(const Embedded *files, const char *const *paths, FILE *out) {
  for (; *paths; paths++)
    fwrite(find(files, *paths)->bytes, 1, find(files, *paths)->length, out);
}

// ---- The policy: Content Security Policy Level 3 (W3C), in a meta element

// RFC 4648, section 4.
static void add_base64(const unsigned char *bytes, size_t length, Text *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < length; i += 3) {
    unsigned group = (unsigned)bytes[i] << 16;
    group |= i + 1 < length ? (unsigned)bytes[i + 1] << 8 : 0;
    group |= i + 2 < length ? bytes[i + 2] : 0;
    for (unsigned k = 0; k < 4; k++)
      text_add_bytes(out, i + k > length ? "=" : &digits[group >> (18 - 6 * k) & 63], 1);
  }
}

// Of the files together, as one element holds them.
static void add_hash(const Embedded *files, const char *const *paths, Text *out) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA2_CTX context;
  SHA256Init(&context);
  for (; *paths; paths++)
    SHA256Update(&context, (const uint8_t *)find(files, *paths)->bytes, find(files, *paths)->length);
  SHA256Final(digest, &context);
  text_add(out, " 'sha256-");
  add_base64(digest, sizeof digest, out);
  text_add_char(out, '\'');
}

// Nothing is loaded from anywhere; what runs and what styles is ours, by its hash; text becomes markup nowhere.
static void write_policy(FILE *out) {
  Text policy = {0};
  text_add(&policy, "default-src 'none'; script-src");
  add_hash(embedded_chart, library, &policy);
  add_hash(embedded_page, scripts, &policy);
  text_add(&policy, "; style-src");
  add_hash(embedded_page, styles, &policy);
  text_add(&policy, "; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'");
  fputs(text_string(&policy), out);
  text_free(&policy);
}

// ---- The parts of the page

static void write_escaped(const char *text, FILE *out) {
  for (; *text; text++)
    if (*text == '<' || *text == '>' || *text == '&' || *text == '"')
      fprintf(out, "&#%d;", *text);
    else
      fputc(*text, out);
}

static void write_part(const char *name, size_t length, const Page *page, FILE *out, PageCount *count) {
  static const char *const names[] = {"policy", "style", "library", "licence", "data", "script"};
  unsigned part = 0;
  while (part < sizeof names / sizeof *names &&
         (strlen(names[part]) != length || memcmp(names[part], name, length) != 0))
    part++;
  switch (part) {
  case 0:
    write_policy(out);
    break;
  case 1:
    write_files(embedded_page, styles, out);
    break;
  case 2:
    write_files(embedded_chart, library, out);
    break;
  case 3:
    write_escaped(find(embedded_chart, "licence.txt")->bytes, out);
    break;
  case 4:
    page_data(page, out, count);
    break;
  case 5:
    write_files(embedded_page, scripts, out);
    break;
  default:
    assert(!"page.html names a part that there is none of");
  }
}

// page.html has `@@name@@` where a part belongs.
void page_write(const Page *page, FILE *out, PageCount *count) {
  const char *at = find(embedded_page, "page.html")->bytes;
  *count = (PageCount){0};
  for (const char *mark; (mark = strstr(at, "@@")); at = mark) {
    fwrite(at, 1, (size_t)(mark - at), out);
    const char *end = strstr(mark + 2, "@@");
    assert(end);
    write_part(mark + 2, (size_t)(end - mark - 2), page, out, count);
    mark = end + 2;
  }
  fputs(at, out);
}
