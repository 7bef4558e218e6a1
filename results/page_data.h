// The page's data, as its script reads it. Private to results.
#pragma once
#include "results/page.h"
#include "results/page_writer.h"

#include <jansson.h>

// One JSON object.
void page_data(const Page *page, PageWriter *writer, PageCount *count);

// A fence ladder of a machine, as an object: what is known of its fields, each of the type it should have.
void page_ladder(const json_t *ladder, unsigned machine, PageWriter *writer);
