// What the language is: trees of texts.
#include "tests/unit/lang.h"

// The only statement of a thread with x, y (atomic), z (uint64_t), a (an array of 3) and registers r0, r1.
static const Stmt *statement(const char *text) {
  const char *whole = arena_printf(arena,
                                   "C t\n{ int a[3] = {1, 2, 3}; 0:r0 = 1; 0:r1 = 2; uint8_t 0:b; uint64_t 0:u; }\n"
                                   "P0 (atomic_int* x, int* y, uint64_t* z, volatile int* a) { %s }",
                                   text);
  const Test *test = parsed(whole);
  ck_assert_ptr_nonnull(test->threads[0].body);
  ck_assert_ptr_null(test->threads[0].body->next);
  return test->threads[0].body;
}

static const Expr *expression(const char *text) {
  const Stmt *stmt = statement(arena_printf(arena, "r1 = %s;", text));
  ck_assert_int_eq(stmt->kind, STMT_ASSIGN);
  return stmt->expr;
}

START_TEST(a_test_is_name_story_header_init_threads_and_condition) {
  const Test *test = parsed("C SB+po\n"
                            "\"PodWR Fre\"\n"
                            "Orig = PodWR Fre\n"
                            "Layout=x:60,y:4\n"
                            "{ x = 1; int 0:r2 = -1; }\n"
                            "P0 (atomic_int* x, volatile int *y) { int r0 = *y; }\n"
                            "exists (0:r0=0 /\\ x=1)\n");
  ck_assert_str_eq(test->name, "SB+po");
  ck_assert_str_eq(test->story, "PodWR Fre");
  ck_assert_uint_eq(test->header_count, 2);
  ck_assert_str_eq(test->header[0].key, "Orig");
  ck_assert_str_eq(test->header[0].value, "PodWR Fre");
  ck_assert_uint_eq(test->location_count, 2);
  ck_assert_str_eq(test->locations[0].name, "x");
  ck_assert(test->locations[0].is_atomic && test->locations[0].has_initial && test->locations[0].initial[0] == 1);
  ck_assert(test->locations[0].has_offset && test->locations[0].line_offset == 60);
  ck_assert(!test->locations[1].is_atomic && !test->locations[1].has_initial);
  ck_assert_uint_eq(test->threads[0].register_count, 2);
  ck_assert_str_eq(test->threads[0].registers[0].name, "r0");
  ck_assert(test->threads[0].registers[1].initial == -1);
  ck_assert(test->threads[0].parameters[1].type.is_volatile);
  ck_assert_int_eq(test->condition.quantifier, QUANTIFIER_EXISTS);
  ck_assert_uint_eq(test->observable_count, 2);
}
END_TEST

START_TEST(the_story_is_the_first_comment_folded) {
  ck_assert_str_eq(parsed("C t\n(*\n * Two  lines\n * of (* nested *) text\n *)\n(* no *)\n{}\nP0 () {}\n")->story,
                   "Two lines of ( * nested * ) text");
  ck_assert_str_eq(parsed("C t\n// one line\n{}\nP0 () {}\n")->story, "one line");
  ck_assert_str_eq(parsed("C t\n/* one */ {}\nP0 (void) {}\n")->story, "one");
  ck_assert_str_eq(parsed("C t\nOnly some words\n{}\nP0 () {}\n")->story, "Only some words");
  ck_assert_str_eq(parsed("C t {}\nP0 () {}\n")->story, "");
}
END_TEST

START_TEST(comments_lie_between_any_tokens) {
  const Test *test = parsed("C t { (* (* *) *) x = // x = 2\n 1; } P0 /* */ (int* x) {\n"
                            "  (* *x = 2; *) int r0 = (*x); (*comment*) if (*x) (* c *) { r0 /**/ = (*x) * (*x); }\n"
                            "} exists (* *) x=1");
  ck_assert(test->locations[0].initial[0] == 1);
  const Stmt *first = test->threads[0].body;
  ck_assert_int_eq(first->kind, STMT_DECLARE);
  ck_assert_int_eq(first->expr->access.op, ACCESS_LOAD);
  ck_assert_int_eq(first->next->kind, STMT_IF);
  ck_assert_int_eq(first->next->body->expr->binary.op, BINARY_MULTIPLY);
}
END_TEST

START_TEST(orders_are_read_and_are_seq_cst_where_none_is_written) {
  ck_assert_str_eq(order_name(expression("atomic_load(x)")->access.order), "seq_cst");
  ck_assert_str_eq(order_name(expression("atomic_load_explicit(x, memory_order_consume)")->access.order), "consume");
  ck_assert_str_eq(order_name(expression("*x")->access.order), "plain");
  const Expr *cas = expression("atomic_compare_exchange_weak_explicit(x, y, 3, memory_order_acq_rel, "
                               "memory_order_acquire)");
  ck_assert_str_eq(order_name(cas->access.order), "acq_rel");
  ck_assert_str_eq(order_name(cas->access.failure), "acquire");
  ck_assert(cas->access.weak && !cas->access.expected_in_register);
  ck_assert_uint_eq(cas->access.expected.location, 2);
  cas = expression("atomic_compare_exchange_strong(x, &r0, r0 + 1)");
  ck_assert_str_eq(order_name(cas->access.failure), "seq_cst");
  ck_assert(!cas->access.weak && cas->access.expected_in_register);
  ck_assert_int_eq(cas->type, BASE_BOOL);
  const Expr *fetch = expression("atomic_fetch_xor_explicit(x, 2, memory_order_relaxed)");
  ck_assert_int_eq(fetch->access.op, ACCESS_FETCH_XOR);
  ck_assert_str_eq(order_name(fetch->access.order), "relaxed");
  ck_assert_str_eq(order_name(expression("atomic_exchange(x, 1)")->access.order), "seq_cst");
}
END_TEST

START_TEST(statements_have_their_kinds) {
  ck_assert_str_eq(order_name(statement("atomic_store(x, 1);")->expr->access.order), "seq_cst");
  ck_assert_str_eq(order_name(statement("*x = 1;")->expr->access.order), "plain");
  ck_assert(statement("a[r0] = 1;")->expr->access.is_volatile);
  ck_assert_int_eq(statement("atomic_signal_fence(memory_order_acquire);")->expr->access.op, ACCESS_SIGNAL_FENCE);
  ck_assert_str_eq(order_name(statement("atomic_thread_fence(memory_order_acq_rel);")->expr->access.order), "acq_rel");
  ck_assert_str_eq(statement("cpu_fence(\"dmb.ish-ld_1\");")->expr->access.cpu_fence, "dmb.ish-ld_1");
  ck_assert_int_eq(statement("(void)atomic_exchange(x, 1);")->expr->access.op, ACCESS_EXCHANGE);
  ck_assert_int_eq(statement("while (1) {}")->kind, STMT_WHILE);
  ck_assert_ptr_null(statement("while (*x == 0);")->body);
  const Stmt *choice = statement("if (r0) *y = 1; else if (r1) { ; } else { *y = 2; *y = 3; }");
  ck_assert_int_eq(choice->body->expr->access.op, ACCESS_STORE);
  const Stmt *other = choice->else_body;
  ck_assert_int_eq(other->kind, STMT_IF);
  ck_assert_ptr_null(other->body);
  ck_assert_ptr_nonnull(other->else_body->next);
}
END_TEST

START_TEST(operators_bind_as_in_c) {
  static const char *const same[][2] = {
      {"r0 + r1 * 2 - 3", "(r0 + (r1 * 2)) - 3"},
      {"r0 + 1 << 1 < r1 == 0", "(((r0 + 1) << 1) < r1) == 0"},
      {"r0 & 1 ^ r1 | 2 && r0 || r1", "((((r0 & 1) ^ r1) | 2) && r0) || r1"},
      {"-r0 * ~r1 + !r0", "((-r0) * (~r1)) + (!r0)"},
      {"(uint8_t)r0 + 1", "((uint8_t)r0) + 1"},
      {"*y * *y", "(*y) * (*y)"},
  };
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    const char *const form = "C t {} P0 (int* y) { int r0; int r1; r1 = %s; }";
    const Test *bare = parsed(arena_printf(arena, form, same[i][0]));
    const Test *grouped = parsed(arena_printf(arena, form, same[i][1]));
    ck_assert_msg(test_equal(bare, grouped), "%s", same[i][0]);
  }
  const Expr *right = expression("r0 - (r1 - 1)");
  ck_assert_int_eq(right->binary.right->kind, EXPR_BINARY);
}
END_TEST

START_TEST(what_c_has_several_words_for_is_one_tree) {
  static const char *const same[][2] = {
      {"r0 += r1 - 1;", "r0 = r0 + (r1 - 1);"},
      {"r0++; --r1;", "r0 = r0 + 1; r1 = r1 - 1;"},
      {"*y -= 2; y[0] |= 1; ++(*y);", "*y = *y - 2; y[0] = y[0] | 1; *y = *y + 1;"},
      {"r0 <<= 1; r0 %= 3; r0 ^= *y;", "r0 = r0 << 1; r0 = r0 % 3; r0 = r0 ^ *y;"},
      {"(*x)++; *x -= r0; *x &= 3;", "atomic_fetch_add(x, 1); atomic_fetch_sub(x, r0); atomic_fetch_and(x, 3);"},
      {"for (r0 = 0, r1 = 1; r0; ) *y = 1;", "r0 = 0; r1 = 1; while (r0) *y = 1;"},
      {"for (;;) break;", "while (1) { break; }"},
      {"for (int i = 0; i < 2; i++) ; for (int i = 1; i; i--) ;",
       "int i = 0; for (; i < 2; i = i + 1) {} i = 1; for (; i; i = i - 1) {}"},
      {"do r0 = 1; while (r0);", "do { r0 = 1; } while (r0);"},
      {"{ int q = 1; } { int q = 2; int v; } int q = 3; int v = 4;", "int q = 1; q = 2; int v; q = 3; v = 4;"},
      {"if (r0) { int q = 1; } else { int q = 2; }", "if (r0) { int q = 1; } else { int q = 2; }"},
      {"r0 = r0 ? r1 ? 1 : 2 : r1 || 1 ? 3 : 4;", "r0 = r0 ? (r1 ? 1 : 2) : ((r1 || 1) ? 3 : 4);"},
  };
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    const char *const form = "C t {} P0 (atomic_int* x, int* y) { int r0 = 0; int r1 = 0; %s }";
    const Test *left = parsed(arena_printf(arena, form, same[i][0]));
    const Test *right = parsed(arena_printf(arena, form, same[i][1]));
    ck_assert_msg(test_equal(left, right), "%s: %s", same[i][0], printed(left));
    ck_assert_msg(test_equal(parsed(printed(left)), left), "%s: %s", same[i][0], printed(left));
  }
  ck_assert(!test_equal(parsed("C t {} P0 () { int r0; do {} while (r0); }"),
                        parsed("C t {} P0 () { int r0; while (r0) {} }")));
}
END_TEST

START_TEST(an_array_parameter_says_how_many_elements_there_are) {
  const Test *test =
      parsed("C t { y = 7; int z[2] = {1, 2}; } P0 (int y[3], int z[2], volatile long w[]) { y[2] = 1; }\n"
             "P1 (int* y) { y[1] = 3; }");
  ck_assert_uint_eq(test->locations[0].length, 3);
  ck_assert(test->locations[0].is_array && test->locations[0].initial[0] == 7 && !test->locations[0].initial[1]);
  ck_assert_uint_eq(test->locations[1].length, 2);
  ck_assert(!test->locations[2].is_array && test->threads[0].parameters[2].type.is_volatile);
  ck_assert(test_equal(parsed(printed(test)), test));
  test = parsed("C t {} P0 (atomic_int* x, int y[2]) { *x = 1; }");
  ck_assert(test_equal(parsed(printed(test)), test));
}
END_TEST

START_TEST(expressions_have_the_types_of_c) {
  static const struct {
    const char *text;
    BaseType type;
  } typed[] = {
      {"1", BASE_INT},
      {"1U", BASE_UINT},
      {"0x80000000", BASE_UINT},
      {"2147483648", BASE_LONG},
      {"0x8000000000000000", BASE_ULONG},
      {"9223372036854775808", BASE_INT128},
      {"0xffffffffffffffffffffffffffffffff", BASE_UINT128},
      {"1ull", BASE_ULONGLONG},
      {"b", BASE_UINT8},
      {"b + b", BASE_INT},
      {"-b", BASE_INT},
      {"*z + 1", BASE_ULONG},
      {"*z < 1", BASE_INT},
      {"b << 3", BASE_INT},
      {"u >> 3", BASE_ULONG},
      {"1U + 1L", BASE_LONG},
      {"1LL + 1UL", BASE_ULONGLONG},
      {"(int8_t)u", BASE_INT8},
      {"(__int128)1 + *z", BASE_INT128},
      {"!u", BASE_INT},
      {"u && b", BASE_INT},
      {"atomic_load(z)", BASE_UINT64},
  };
  for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
    ck_assert_msg(expression(typed[i].text)->type == typed[i].type, "%s", typed[i].text);
}
END_TEST

START_TEST(a_negative_number_is_a_constant) {
  const Expr *minus = expression("-1");
  ck_assert_int_eq(minus->kind, EXPR_CONSTANT);
  ck_assert(minus->constant == -1);
  ck_assert(expression("-1U")->constant == 0xffffffff);
  ck_assert(expression("-9223372036854775808")->constant == INT64_MIN);
}
END_TEST

START_TEST(an_index_counts_elements) {
  ck_assert_ptr_null(expression("*a")->access.address.index);
  ck_assert(expression("a[2]")->access.address.index->constant == 2);
  ck_assert(expression("*(a + 2)")->access.address.index->constant == 2);
  ck_assert(expression("atomic_load(&a[1])")->access.address.index->constant == 1);
  const Expr *sum = expression("atomic_load(a + r0 - 1)")->access.address.index;
  ck_assert_int_eq(sum->binary.op, BINARY_SUBTRACT);
  const Expr *product = expression("atomic_load(a + r0 * 2 + 1)")->access.address.index;
  ck_assert_int_eq(product->binary.left->binary.op, BINARY_MULTIPLY);
}
END_TEST

START_TEST(types_are_read_in_every_spelling) {
  static const struct {
    const char *text;
    BaseType base;
    bool is_atomic, is_volatile;
  } types[] = {
      {"atomic_int", BASE_INT, true, false},
      {"_Atomic int", BASE_INT, true, false},
      {"_Atomic(int)", BASE_INT, true, false},
      {"volatile _Atomic(const int)", BASE_INT, true, true},
      {"int _Atomic volatile", BASE_INT, true, true},
      {"atomic_uint64_t", BASE_UINT64, true, false},
      {"const unsigned long long int", BASE_ULONGLONG, false, false},
      {"long unsigned", BASE_ULONG, false, false},
      {"unsigned __int128", BASE_UINT128, false, false},
      {"__int128", BASE_INT128, false, false},
      {"signed char", BASE_INT8, false, false},
      {"char", BASE_CHAR, false, false},
      {"short int", BASE_SHORT, false, false},
      {"unsigned", BASE_UINT, false, false},
      {"size_t", BASE_ULONG, false, false},
      {"_Bool", BASE_BOOL, false, false},
      {"atomic_bool", BASE_BOOL, true, false},
  };
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    const Test *test = parsed(arena_printf(arena, "C t {} P0 (%s * x) {}", types[i].text));
    Type type = test->threads[0].parameters[0].type;
    ck_assert_msg(type.base == types[i].base && type.is_atomic == types[i].is_atomic &&
                      type.is_volatile == types[i].is_volatile,
                  "%s", types[i].text);
  }
}
END_TEST

START_TEST(initial_values_take_every_form) {
  const Test *test = parsed("C t { int x; [y] = 2; [z] = 0x10; uint64_t a[3] = {1, 18446744073709551615}; a[2] = 7;\n"
                            "x = 3; unsigned __int128 w = 340282366920938463463374607431768211455; 1:r0 = 5;; }\n"
                            "P0 (int* x, uint64_t* a) {} P1 (int* y, int* z) { *y = r0; }");
  ck_assert(test->locations[0].initial[0] == 3);
  ck_assert(test->locations[1].initial[0] == 2);
  ck_assert(test->locations[2].initial[0] == 16);
  ck_assert_uint_eq(test->locations[3].length, 3);
  ck_assert(test->locations[3].initial[1] == (Value)UINT64_MAX);
  ck_assert(test->locations[3].initial[2] == 7);
  ck_assert(test->locations[4].initial[0] == -1); // all bits
  ck_assert(test->threads[1].registers[0].initial == 5);
}
END_TEST

START_TEST(one_name_is_one_register) {
  const Test *test =
      parsed("C t {} P0 (int* x) { int c = *x; if (c) { int r0 = 1; } else { int r0 = 2, r1; } r1 = 3; }");
  ck_assert_uint_eq(test->threads[0].register_count, 3);
  const Stmt *choice = test->threads[0].body->next;
  ck_assert_uint_eq(choice->body->reg, choice->else_body->reg);
  ck_assert_int_eq(choice->else_body->next->kind, STMT_DECLARE);
}
END_TEST

static const char *condition(const char *text) {
  const Test *test =
      parsed(arena_printf(arena, "C t { int y[2] = {0, 0}; }\nP0 (int* x, int* y) { int r0 = 1; int r1; }\n%s", text));
  Text out = {0};
  condition_print(test, &out);
  const char *result = arena_string(arena, text_string(&out));
  text_free(&out);
  return result;
}

START_TEST(conditions_take_every_form) {
  static const char *const forms[][2] = {
      {"exists (0:r0=1)", "exists (0:r0=1)"},
      {"exists 0:r0 = 1", "exists (0:r0=1)"},
      {"exists\n (P0:r0=1 /\\\n  x=2)", "exists (0:r0=1 /\\ [x]=2)"},
      {"~exists ([x]=-1)", "~exists ([x]=-1)"},
      {"~ exists ([x]==0xff)", "~exists ([x]=255)"},
      {"forall y[1]=1", "forall ([y[1]]=1)"},
      {"forall ([y[0]] <> 1)", "forall ([y[0]]<>1)"},
      {"exists x != 1", "exists ([x]<>1)"},
      {"exists not x=1", "exists (~[x]=1)"},
      {"exists ~(x=1 \\/ x=2)", "exists (~([x]=1 \\/ [x]=2))"},
      {"exists x=1 \\/ x=2 /\\ x=3", "exists ([x]=1 \\/ [x]=2 /\\ [x]=3)"},
      {"exists (x=1 || x=2) && x=3", "exists (([x]=1 \\/ [x]=2) /\\ [x]=3)"},
      {"exists x=1 => x=2 => x=3", "exists ([x]=1 => [x]=2 => [x]=3)"},
      {"exists (x=1 => x=2) => x=3", "exists (([x]=1 => [x]=2) => [x]=3)"},
      {"exists true /\\ ~false", "exists (true /\\ ~false)"},
      {"exists x=0:r0 /\\ 0:r0=0:r1", "exists ([x]=0:r0 /\\ 0:r0=0:r1)"},
      {"", "forall (true)"},
  };
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    ck_assert_str_eq(condition(forms[i][0]), forms[i][1]);
}
END_TEST

START_TEST(observables_are_sorted_and_the_filters_come_last) {
  const Test *test = parsed("C t { int y[2]; } P0 (int* x, int* y, int* w) { int r1; int r0; } P1 () { int r0; }\n"
                            "locations [y; 1:r0; w;]\nfilter (x=1 \\/ w=1)\nexists (0:r1=0 /\\ 0:r0=0)");
  static const char *const names[] = {"r0", "r1", "r0", "w", "y", "y", "x"};
  ck_assert_uint_eq(test->observable_count, 6);
  ck_assert_uint_eq(test->observable_total, 7);
  for (unsigned i = 0; i < 7; i++) {
    const Observable *o = &test->observables[i];
    const char *name =
        o->is_register ? test->threads[o->thread].registers[o->reg].name : test->locations[o->location].name;
    ck_assert_str_eq(name, names[i]);
  }
  ck_assert_uint_eq(test->observables[5].element, 1);
  ck_assert_ptr_nonnull(test->filter);
}
END_TEST

START_TEST(values_in_conditions_are_of_the_type_of_what_they_are_compared_with) {
  const Test *test = parsed("C t {} P0 (uint8_t* x) { int8_t r0 = *x; } exists (0:r0=255 /\\ x=-1)");
  ck_assert(test->condition.body->left->value == -1);
  ck_assert(test->condition.body->right->value == 255);
  test =
      parsed("C t {} P0 (unsigned __int128* x, __int128* y) {} exists (x=-1 /\\ y=0xffffffffffffffffffffffffffffffff)");
  ck_assert(test->condition.body->left->value == -1 && test->condition.body->right->value == -1);
}
END_TEST

START_TEST(a_location_nobody_initialised_is_0_and_of_its_threads_type) {
  const Test *test = parsed("C t {} P0 (volatile uint16_t* x) {} P1 (_Atomic int16_t* x) {}");
  ck_assert_int_eq(test->locations[0].type, BASE_UINT16);
  ck_assert(test->locations[0].is_atomic);
  ck_assert(test->locations[0].initial[0] == 0);
}
END_TEST

RUN("parse", a_test_is_name_story_header_init_threads_and_condition, the_story_is_the_first_comment_folded,
    comments_lie_between_any_tokens, orders_are_read_and_are_seq_cst_where_none_is_written, statements_have_their_kinds,
    operators_bind_as_in_c, what_c_has_several_words_for_is_one_tree,
    an_array_parameter_says_how_many_elements_there_are, expressions_have_the_types_of_c,
    a_negative_number_is_a_constant, an_index_counts_elements, types_are_read_in_every_spelling,
    initial_values_take_every_form, one_name_is_one_register, conditions_take_every_form,
    observables_are_sorted_and_the_filters_come_last,
    values_in_conditions_are_of_the_type_of_what_they_are_compared_with,
    a_location_nobody_initialised_is_0_and_of_its_threads_type)
