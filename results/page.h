// The page: a comparison as one HTML file that stands by itself. It opens from disk and asks the network for nothing;
// its own policy forbids it to, and to run anything but its own script.
#pragma once
#include "results/page_data.h"

// Writes the page. Errors of the stream are the caller's to look for (ferror).
void page_write(const Page *page, FILE *out, PageCount *count);
