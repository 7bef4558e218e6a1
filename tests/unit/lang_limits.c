// The limits of the language, each met and each passed, and inputs made to break a parser.
#include "tests/unit/lang.h"

// `count` times `piece`; a '#' in it becomes the number of the piece.
static const char *repeat(const char *piece, unsigned count) {
  Text text = {0};
  for (unsigned i = 0; i < count; i++)
    for (const char *c = piece; *c; c++)
      if (*c == '#')
        text_printf(&text, "%u", i);
      else
        text_add_char(&text, *c);
  const char *result = arena_string(arena, text_string(&text));
  text_free(&text);
  return result;
}

// The first message about the text; "" where there is none.
static const char *fault(const char *text) {
  Diag diag;
  const Test *test = parse_bytes(text, strlen(text), &diag);
  ck_assert_int_eq(!test, diag.errors > 0);
  return diag.first ? diag.first->message : "";
}

static const char *in_thread(const char *statements) {
  return arena_printf(arena, "C t { int a[4]; } P0 (int* x, int* a) { int r0; %s }", statements);
}

static const char *with_condition(const char *condition) {
  return arena_printf(arena, "C t {} P0 (int* x) {} %s", condition);
}

START_TEST(limits_can_be_met_and_not_passed) {
  struct {
    const char *within, *beyond, *message;
  } rows[] = {
      {arena_printf(arena, "C t {} %s", repeat("P# () {}\n", LIMIT_THREADS)),
       arena_printf(arena, "C t {} %s", repeat("P# () {}\n", LIMIT_THREADS + 1)), "more than 64 threads"},
      {arena_printf(arena, "C t { %s } P0 () {}", repeat("x# = 1;", LIMIT_LOCATIONS)),
       arena_printf(arena, "C t { %s } P0 () {}", repeat("x# = 1;", LIMIT_LOCATIONS + 1)), "more than 64 locations"},
      {"C t { int x[1023]; y = 1; } P0 () {}", "C t { int x[1023]; y = 1; z = 1; } P0 () {}",
       "more than 1024 elements in all locations together"},
      {in_thread(repeat("int s#;", LIMIT_REGISTERS - 1)), in_thread(repeat("int s#;", LIMIT_REGISTERS)),
       "more than 64 registers in P0"},
      {in_thread(repeat("*x = #;", LIMIT_STATEMENTS - 1)), in_thread(repeat("*x = #;", LIMIT_STATEMENTS)),
       "more than 1024 statements in P0"},
      {in_thread(arena_printf(arena, "r0 = %s1%s;", repeat("(", 63), repeat(")", 63))),
       in_thread(arena_printf(arena, "r0 = %s1%s;", repeat("(", 64), repeat(")", 64))), "nested more than 64 deep"},
      {in_thread(arena_printf(arena, "r0 = %s1;", repeat("~", 63))),
       in_thread(arena_printf(arena, "r0 = %s1;", repeat("~", 64))), "nested more than 64 deep"},
      {in_thread(arena_printf(arena, "%sr0 = 1;%s", repeat("if (r0) {", 63), repeat("}", 63))),
       in_thread(arena_printf(arena, "%sr0 = 1;%s", repeat("if (r0) {", 65), repeat("}", 65))),
       "nested more than 64 deep"},
      {in_thread(arena_printf(arena, "%s{}", repeat("if (r0) {} else ", 63))),
       in_thread(arena_printf(arena, "%s{}", repeat("if (r0) {} else ", 65))), "nested more than 64 deep"},
      {in_thread(arena_printf(arena, "%sr0++;%s", repeat("do {", 61), repeat("} while (r0);", 61))),
       in_thread(arena_printf(arena, "%sr0++;%s", repeat("do {", 65), repeat("} while (r0);", 65))),
       "nested more than 64 deep"},
      {in_thread(arena_printf(arena, "%sbreak;", repeat("for (;;)", 63))),
       in_thread(arena_printf(arena, "%sbreak;", repeat("for (;;)", 65))), "nested more than 64 deep"},
      {in_thread(arena_printf(arena, "r0 = %s1;", repeat("r0 ? 1 : ", 63))),
       in_thread(arena_printf(arena, "r0 = %s1;", repeat("r0 ? 1 : ", 65))), "nested more than 64 deep"},
      {in_thread(arena_printf(arena, "r0 = %s1%s;", repeat("r0 ? ", 63), repeat(" : 1", 63))),
       in_thread(arena_printf(arena, "r0 = %s1%s;", repeat("r0 ? ", 65), repeat(" : 1", 65))),
       "nested more than 64 deep"},
      {in_thread(arena_printf(arena, "for (;; r0 += 1%s) {}", repeat(" + 1", 509))),
       in_thread(arena_printf(arena, "for (;; r0 += 1%s) {}", repeat(" + 1", 511))),
       "more than 1024 operands and operators in one place"},
      {in_thread(arena_printf(arena, "r0 = 1%s;", repeat(" + 1", 511))),
       in_thread(arena_printf(arena, "r0 = 1%s;", repeat(" + 1", 512))),
       "more than 1024 operands and operators in one place"},
      {with_condition(arena_printf(arena, "exists %sx=1%s", repeat("(", 63), repeat(")", 63))),
       with_condition(arena_printf(arena, "exists %sx=1%s", repeat("(", 64), repeat(")", 64))),
       "nested more than 64 deep"},
      {with_condition(arena_printf(arena, "exists ~x=1%s", repeat(" /\\ x=1", 510))),
       with_condition(arena_printf(arena, "exists ~x=1%s", repeat(" /\\ x=1", 512))),
       "more than 1024 operands and operators in one place"},
      {arena_printf(arena, "C t { int y[128]; } P0 (int* y) {} locations [y;]"),
       arena_printf(arena, "C t { int y[128]; z; } P0 (int* y) {} locations [y; z;]"),
       "more than 128 registers and locations are observed"},
      {arena_printf(arena, "C %s {} P0 () {}", repeat("n", LIMIT_NAME)),
       arena_printf(arena, "C %s {} P0 () {}", repeat("n", LIMIT_NAME + 1)), "a name of more than 128 bytes"},
      {arena_printf(arena, "C t { %s = 1; } P0 () {}", repeat("n", LIMIT_NAME)),
       arena_printf(arena, "C t { %s = 1; } P0 () {}", repeat("n", LIMIT_NAME + 1)), "a name of more than 128 bytes"},
      {arena_printf(arena, "C t\n%s=1\n{} P0 () {}", repeat("K", LIMIT_NAME)),
       arena_printf(arena, "C t\n%s=1\n{} P0 () {}", repeat("K", LIMIT_NAME + 1)), "a key of more than 128 bytes"},
      {in_thread("r0 = 0xffffffffffffffffffffffffffffffff;"), in_thread("r0 = 0x100000000000000000000000000000000;"),
       "a number of more than 128 bits"},
      {arena_printf(arena, "C t {} P0 () {}%s", repeat(" ", LIMIT_FILE - 15)),
       arena_printf(arena, "C t {} P0 () {}%s", repeat(" ", LIMIT_FILE - 14)), "a test of more than 1048576 bytes"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_msg(!*fault(rows[i].within), "%zu: %s", i, fault(rows[i].within));
    ck_assert_str_eq(fault(rows[i].beyond), rows[i].message);
  }
}
END_TEST

START_TEST(what_meets_a_limit_is_printed_within_it) {
  static const char *const nests[][3] = {
      {"-(r0 - ", ")", ""}, {"~(", ")", ""}, {"(r0 - ", ")", ""}, {"(r0 ? 2 : ", ")", ""}, {"(", " ? r0 : 3) + 1", ""}};
  static const char *const targets[] = {"r0 = ", "r0 -= ", "*x <<= 1; a[1] *= ", "for (;; a[r0] ^= "};
  for (size_t form = 0; form < 8; form++)
    for (size_t i = 0; i < sizeof nests / sizeof *nests; i++)
      for (unsigned depth = 1; depth < 80; depth++) {
        Text text = {0};
        text_add(&text, targets[form / 2]);
        for (unsigned d = 0; d < depth; d++)
          text_add(&text, nests[i][0]);
        text_add(&text, form % 2 ? "*x" : "1");
        for (unsigned d = 0; d < depth; d++)
          text_add(&text, nests[i][1]);
        text_add(&text, form / 2 == 3 ? ") {}" : ";");
        Diag diag;
        const char *whole = in_thread(text_string(&text));
        text_free(&text);
        const Test *test = parse_bytes(whole, strlen(whole), &diag);
        if (!test)
          break;
        ck_assert_uint_lt(depth, 79);
        ck_assert(test_equal(parsed(printed(test)), test));
      }
}
END_TEST

START_TEST(conditions_at_the_limit_print_within_it) {
  for (unsigned depth = 50; depth < 70; depth++)
    for (int shape = 0; shape < 3; shape++) {
      const char *inner = arena_printf(arena, "%sx=1%s", repeat("(x=2 /\\ ", depth), repeat(")", depth));
      const char *whole = with_condition(arena_printf(arena,
                                                      shape == 0   ? "exists %s"
                                                      : shape == 1 ? "exists ~%s"
                                                                   : "exists (x=3 \\/ x=4) /\\ %s",
                                                      inner));
      Diag diag;
      const Test *test = parse_bytes(whole, strlen(whole), &diag);
      ck_assert_msg(test || depth > 60, "%u %d", depth, shape);
      if (test)
        ck_assert(test_equal(parsed(printed(test)), test));
      else
        ck_assert_uint_eq(diag.errors, 1);
    }
}
END_TEST

START_TEST(hostile_repetition_ends_soon_in_a_few_errors) {
  static const char *const pieces[] = {"(",       ")",         "{",
                                       "}",       "[",         "]",
                                       "if(1)",   "while(1){", "else ",
                                       "do ",     "for(;;",    "for(r0=1;r0;",
                                       "r0?",     "r0?1:",     "r0+=",
                                       "++",      "break;",    "do{continue;",
                                       "*",       "-",         "(*",
                                       "(*a",     "/*",        "\"",
                                       "&",       "~",         "!",
                                       ",",       ";",         "x[",
                                       "P0 (",    "P1(",       "exists ",
                                       "x=1 =>",  "~exists(",  "int ",
                                       "a,",      "int*",      "(int)",
                                       "r#=",     "0x",        "9",
                                       "a",       "{1,",       "0:r",
                                       "\n",      "\\/",       "locations [x;",
                                       "filter ", "_Atomic(",  "cpu_fence(\"",
                                       "'"};
  static const char *const places[] = {"%s",
                                       "C t %s",
                                       "C t { %s",
                                       "C t { int x[2] = %s",
                                       "C t {} P0 (%s",
                                       "C t {} P0 (int* x) { %s",
                                       "C t {} P0 (int* x) { int r0 = %s",
                                       "C t {} P0 (int* x) {} %s",
                                       "C t {} P0 (int* x) {} exists %s",
                                       "C t {} P0 (int* x) {} locations [%s"};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    const char *few = repeat(pieces[i], 6000 / (unsigned)strlen(pieces[i]));
    const char *full = i ? few : repeat(pieces[i], LIMIT_FILE - 100);
    for (size_t j = 0; j < sizeof places / sizeof *places; j++) {
      Arena *outer = arena;
      arena = arena_new();
      Diag diag;
      Text text = {0};
      const char *hole = strstr(places[j], "%s");
      text_add_bytes(&text, places[j], (size_t)(hole - places[j]));
      text_add(&text, j == 6 || j == 8 ? full : few); // the two where parentheses nest
      const Test *test = parse_bytes(text_string(&text), text.length, &diag);
      ck_assert(!test || !diag.errors);
      ck_assert_uint_lt(strlen(messages(&diag)), 200000);
      text_free(&text);
      arena_free(arena);
      arena = outer;
    }
  }
}
END_TEST

START_TEST(every_prefix_and_every_lost_byte_is_survived) {
  static const char text[] = "C t\n\"s\"\nLayout=x:1\n{ int y[2] = {1, 2}; 0:r1 = 3; }\n"
                             "P0 (atomic_int* x, int* y) { int r0 = atomic_load(x) + y[1]; if (r0 == 1) { *y = -2; }\n"
                             "while (atomic_compare_exchange_weak(x, &r0, 1)) cpu_fence(\"a\");\n"
                             "for (int i = 0; i < 2; i++, (*x)--) { if (i) break; do continue; while (0); }\n"
                             "r0 += r0 ? 1 : *y; }\n"
                             "locations [y;] filter (0:r1=3) exists (x=1 /\\ ~y[1]=0:r0)";
  for (size_t i = 0; i < sizeof text - 1; i++) {
    Diag diag;
    const Test *test = parse_bytes(text, i, &diag);
    ck_assert_int_eq(!test, diag.errors > 0);
    char *lost = arena_string(arena, text);
    memmove(lost + i, lost + i + 1, strlen(lost + i));
    test = parse_bytes(lost, strlen(lost), &diag);
    ck_assert_int_eq(!test, diag.errors > 0);
    if (test)
      ck_assert(diag.warnings || test_equal(parsed(printed(test)), test));
  }
}
END_TEST

START_TEST(a_test_is_plain_text) {
  static const struct {
    const char *bytes;
    size_t length;
    const char *message;
  } rows[] = {
      {"C t\0 {} P0 () {}", 16, "a control character (0x00); a test is plain text"},
      {"C t (* \x1b[2J *) {} P0 () {}", 26, "a control character (0x1b); a test is plain text"},
      {"C t (* \xc2\x9b *) {} P0 () {}", 24, "a control character (0x9b); a test is plain text"},
      {"C t (* \xff *) {} P0 () {}", 23, "the byte 0xff is not UTF-8"},
      {"C t (* \xc0\x80 *) {} P0 () {}", 24, "the byte 0xc0 is not UTF-8"},
      {"C t (* \xed\xa0\x80 *) {} P0 () {}", 25, "the byte 0xed is not UTF-8"},
      {"C t (* \xf4\x90\x80\x80 *) {} P0 () {}", 26, "the byte 0xf4 is not UTF-8"},
      {"C t (* \xe2\x82", 9, "the byte 0xe2 is not UTF-8"},
  };
  Diag diag;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_assert_ptr_null(parse_bytes(rows[i].bytes, rows[i].length, &diag));
    ck_assert_uint_eq(diag.errors, 1);
    ck_assert_str_eq(diag.first->message, rows[i].message);
  }
  parsed("\xef\xbb\xbf"
         "C t (* \xc3\x85 \xe2\x82\xac \xf0\x9f\x98\x80 *)\r\n{}\r\nP0 () {}\r\n");
}
END_TEST

START_TEST(many_errors_and_warnings_are_counted_not_kept) {
  Diag diag;
  const char *text = in_thread(repeat("for;", 500));
  ck_assert_ptr_null(parse_bytes(text, strlen(text), &diag));
  ck_assert_uint_eq(diag.errors, 500);
  ck_assert_uint_eq(diag.dropped, 450);
  ck_assert_ptr_nonnull(strstr(messages(&diag), "note: 450 more errors and warnings are not shown\n"));
  text = in_thread(repeat("int r0;", 500));
  ck_assert_ptr_null(parse_bytes(text, strlen(text), &diag));
  ck_assert_uint_eq(diag.errors, 500);
  Text names = {0}; // registers that only the condition names are warned of
  for (unsigned i = 0; i < 60; i++)
    text_printf(&names, "0:q%u=0 /\\ ", i);
  text = arena_printf(arena, "C t\n{}\nP0 () {}\nexists (%strue)", text_string(&names));
  text_free(&names);
  ck_assert_ptr_nonnull(parse_bytes(text, strlen(text), &diag));
  ck_assert_uint_eq(diag.warnings, 60);
  ck_assert_uint_eq(diag.dropped, 10);
}
END_TEST

RUN("limits", limits_can_be_met_and_not_passed, what_meets_a_limit_is_printed_within_it,
    conditions_at_the_limit_print_within_it, hostile_repetition_ends_soon_in_a_few_errors,
    every_prefix_and_every_lost_byte_is_survived, a_test_is_plain_text, many_errors_and_warnings_are_counted_not_kept)
