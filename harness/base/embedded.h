// Files that are part of the binary: the suite's tests, the models, each CPU's cpu.h, published figures.
#pragma once
#include <stddef.h>

typedef struct {
  const char *path;  // relative to the folder that was embedded, e.g. "classic/SB.litmus"
  const char *bytes; // NUL-terminated
  size_t length;
} Embedded;

// Each ends in an entry whose path is NULL, sorted by path. The build makes them.
extern const Embedded embedded_litmus[]; // litmus/**/*.litmus and README.md
extern const Embedded embedded_arch[];   // arch/*/model.cat, arch/*/cpu.h
extern const Embedded embedded_kernel[]; // harness/engine/kernel.h, rcu.h: what the generated C shares with the engines
extern const Embedded embedded_header[]; // weakmem.h, which the user's own C includes
extern const Embedded embedded_code[];   // litmus/code/: examples of it
extern const Embedded embedded_export[]; // the sources that an exported test takes along, from the top folder
extern const Embedded embedded_published[]; // results/published/*.jsonl: records of other people's figures
extern const Embedded embedded_page[];      // results/page/: page.html, its style and scripts
extern const Embedded embedded_chart[];     // Chart.js as Debian ships it, and its licence: chart.js, licence.txt
