#include "results/record_json.h"

#include <stdlib.h>

static json_t *json_of(const Fields *fields, const void *object) {
  Text text = {0};
  fields_write(fields, object, &(JsonText){.out = &text});
  json_t *json = json_loads(text_string(&text), 0, NULL);
  text_free(&text);
  return json;
}

json_t *record_to_json(const Record *record) { return json_of(&record_fields, record); }

json_t *record_machine_to_json(const Identity *machine) { return json_of(&machine_fields, machine); }

bool record_add_line(const json_t *object, Text *out) {
  char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15)); // 2.614, not 2.6139999999999999
  if (!line)
    return false;
  text_add(out, line);
  text_add_char(out, '\n');
  free(line);
  return true;
}

bool record_writer_add_json(RecordWriter *writer, const json_t *object, Diag *diag) {
  Text line = {0};
  bool added = record_add_line(object, &line) ? record_writer_add_line(writer, &line, diag)
                                              : diag_error(diag, "no memory for a record, or its text is not UTF-8");
  text_free(&line);
  return added;
}
