#include "harness/cli/manual.h"

#include <ctype.h>
#include <string.h>

// What troff would take for its own is escaped.
static void add_escaped(const char *text, size_t length, FILE *out) {
  for (size_t i = 0; i < length; i++) {
    bool begins = !i || text[i - 1] == '\n';
    if (begins && (text[i] == '.' || text[i] == '\''))
      fputs("\\&", out);
    if (text[i] == '\\')
      fputs("\\e", out);
    else if (text[i] == '-')
      fputs("\\-", out);
    else if (text[i] == '\'')
      fputs("\\(aq", out);
    else if (text[i] == '`')
      fputs("\\(ga", out);
    else
      fputc(text[i], out);
  }
}

static void add(const char *text, FILE *out) { add_escaped(text, strlen(text), out); }

// "weakmem-run"
static void add_name(const char *command, FILE *out) {
  for (; *command; command++)
    fputs(*command == ' ' ? "\\-" : (char[]){*command, '\0'}, out);
}

// The first sentence of the summary, without its end, as the line of NAME has it: on one line, a small letter first.
static void add_first_sentence(const char *summary, FILE *out) {
  const char *end = strchr(summary, '.'), *colon = strchr(summary, ':');
  end = colon && (!end || colon < end) ? colon : end;
  size_t length = end ? (size_t)(end - summary) : strlen(summary);
  fputc(tolower((unsigned char)*summary), out);
  for (size_t i = 1; i < length; i++)
    fputc(summary[i] == '\n' ? ' ' : summary[i], out);
  fputc('\n', out);
}

static void add_option(const Option *option, FILE *out) {
  fputs(".TP\n", out);
  if (option->letter) {
    fprintf(out, "\\fB\\-%c\\fR", option->letter);
    if (option->arg)
      fprintf(out, " \\fI%s\\fR", option->arg);
    fputs(", ", out);
  }
  fputs("\\fB\\-\\-", out);
  add(option->name, out);
  fputs("\\fR", out);
  if (option->arg)
    fprintf(out, "=\\fI%s\\fR", option->arg);
  fputc('\n', out);
  add(option->doc, out);
  fputs(".\n", out);
}

// What a command within the command is told.
static void add_subcommand(const char *command, const Subcommand *sub, FILE *out) {
  const Options *options = sub->options;
  fprintf(out, ".SS %s %s ", command, sub->name);
  add(options->arguments ? options->arguments : "", out);
  fputc('\n', out);
  add(options->summary, out);
  fputc('\n', out);
  for (const Option *option = options->table; option->name; option++)
    add_option(option, out);
}

void manual_page(const Options *options, int argc, char **argv, FILE *out) {
  (void)argc;
  const char *command = argv[0];
  static const Option common[] = {{"help", '?', NULL, "The options, and examples", OPTION_FLAG, .place = 0},
                                  {"usage", 0, NULL, "The options in short", OPTION_FLAG, .place = 0},
                                  {"version", 'V', NULL, "The version of weakmem", OPTION_FLAG, .place = 0}};
  fputs(".TH \"", out);
  for (const char *c = command; *c; c++)
    fputc(*c == ' ' ? '-' : toupper((unsigned char)*c), out);
  fprintf(out, "\" 1 \"\" \"weakmem %s\" \"User Commands\"\n.SH NAME\n", WEAKMEM_VERSION);
  add_name(command, out);
  fputs(" \\- ", out);
  add_first_sentence(options->summary, out);
  fprintf(out, ".SH SYNOPSIS\n.B %s\n[\\fIOPTION\\fR]... ", command);
  add(options->arguments ? options->arguments : "", out);
  fputs("\n.SH DESCRIPTION\n", out);
  add(options->summary, out);
  if (options->subcommands)
    fputs("\n.SH COMMANDS", out);
  fputc('\n', out);
  for (const Subcommand *sub = options->subcommands; sub && sub->name; sub++)
    add_subcommand(command, sub, out);
  fputs(".SH OPTIONS\n", out);
  for (const Option *option = options->table; option->name; option++)
    add_option(option, out);
  for (size_t i = 0; i < sizeof common / sizeof *common; i++)
    add_option(&common[i], out);
  if (options->examples) {
    fputs(".SH EXAMPLES\n.nf\n", out);
    add(options->examples, out);
    fputs(".fi\n", out);
  }
  fputs(".SH SEE ALSO\n.BR weakmem (1)\n", out);
}
