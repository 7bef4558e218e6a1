// Several tests in one text.
#include "harness/lang/stream.h"
#include "tests/unit/lang.h"

// The parts, each between brackets behind the number of the line that it begins at.
static const char *parts(const char *text) {
  Source all = {.name = "-", .bytes = text, .length = strlen(text)};
  Stream stream = {.all = &all};
  Text out = {0};
  for (const Source *part; (part = stream_next(&stream, arena));) {
    unsigned line, column;
    source_position(part, 0, &line, &column);
    text_printf(&out, "%u[%.*s]", line, (int)part->length, part->bytes);
  }
  return text_finish(&out, arena);
}

#define SB(name) "C " name "\n{}\nP0 (int* x) { *x = 1; }\nexists (x=1)\n"

START_TEST(a_test_ends_where_the_next_one_begins) {
  ck_assert_str_eq(parts(SB("A")), "1[" SB("A") "]");
  ck_assert_str_eq(parts(SB("A") SB("B") "\n" SB("C+d-e.f")), "1[" SB("A") "]5[" SB("B") "\n]10[" SB("C+d-e.f") "]");
  ck_assert_str_eq(parts("C A\n{}\n...\n~exists\n(x=1 /\\\n y=1)\nX86_64 B\r\n{}\n"),
                   "1[C A\n{}\n...\n~exists\n(x=1 /\\\n y=1)\n]7[X86_64 B\r\n{}\n]");
  ck_assert_str_eq(parts(""), "1[]");
}
END_TEST

START_TEST(text_that_is_no_head_ends_no_test) {
  const char *one[] = {
      "C A\n(* there\nexists (x)\nLinux kernel\n*)\n{}\nP0 (int* x) { (*x) = READ_ONCE(*x); }\nexists (x=1)\n",
      "C A\n{}\nexists (x=1)\n(* Said\nMuch later\n*)\n",
      "C A\n{}\nC B\n{}\n",
      "C A\n{}\nexists (x=1)\nA =1\nC\nc B\nC B D\n",
  };
  for (unsigned i = 0; i < sizeof one / sizeof *one; i++)
    ck_assert_str_eq(parts(one[i]), arena_printf(arena, "1[%s]", one[i]));
}
END_TEST

RUN("stream", a_test_ends_where_the_next_one_begins, text_that_is_no_head_ends_no_test)
