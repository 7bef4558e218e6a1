// The models that come with weakmem, on executions written by hand: what each must allow and must forbid.
#include "harness/model/cat.h"
#include "tests/unit/built.h"

#include <check.h>
#include <stdio.h>

static Arena *arena;

static void begin(void) { arena = arena_new(); }
static void end(void) { arena_free(arena); }

static const char *judge(const char *model, const char *text) {
  Built b;
  CatVerdict v;
  CatModel *m = cat_builtin(model_find(model), arena);
  cat_judge(m, built(&b, arena, text), false, arena, &v);
  return v.error ? v.error : !v.allowed ? "forbidden" : v.undefined ? "undefined" : "allowed";
}

#define must(verdict, model, text) ck_assert_str_eq(judge(model, text), verdict)

START_TEST(sc_forbids_every_weak_behaviour) {
  must("allowed", "sc", "Wx1 Ry1 | Wy1 Rx1");
  must("forbidden", "sc", "Wx1 Ry0 | Wy1 Rx0");
  must("forbidden", "sc", "Wx1 Wy1 | Ry1 Rx0");
  must("forbidden", "sc", "Rx1 Wy1 | Ry1 Wx1");
  must("forbidden", "sc", "Wx1 | Wy1 | Rx1 Ry0 | Ry1 Rx0");
  must("forbidden", "sc", "Ux0,1 | Ux0,2");
  must("allowed", "sc", "Ux0,1 | Ux1,2");
}
END_TEST

START_TEST(tso_lets_a_write_wait_and_nothing_else) {
  must("allowed", "x86-tso", "Wx1 Ry0 | Wy1 Rx0");
  must("forbidden", "x86-tso", "Wx1 F/MFENCE Ry0 | Wy1 F/MFENCE Rx0");
  must("allowed", "x86-tso", "Wx1 F/MFENCE Ry0 | Wy1 F/LFENCE Rx0");
  must("forbidden", "x86-tso", "Rx0/A* Wx1/A Ry0 | Ry0/A* Wy1/A Rx0");
  must("allowed", "x86-tso", "Rx0/A* Wx1/A Ry0 | Wy1 Rx0");
  must("forbidden", "x86-tso", "Wx1 Rz0/A* Wz1/A Ry0 | Wy1 F/MFENCE Rx0");
  must("forbidden", "x86-tso", "Wx1 Wy1 | Ry1 Rx0");
  must("forbidden", "x86-tso", "Rx1 Wy1 | Ry1 Wx1");
  must("forbidden", "x86-tso", "Wx1 | Wy1 | Rx1 Ry0 | Ry1 Rx0");
  must("allowed", "x86-tso", "Wx1 Rx1 Ry0 | Wy1 Ry1 Rx0"); // SB+rfi-pos: forwarding
  must("forbidden", "x86-tso", "Rx0/A* Wx2/A | Wx1");      // someone else's write between
}
END_TEST

START_TEST(c11_orders_what_synchronises) {
  must("allowed", "c11", "Wx1/RLX Ry0/RLX | Wy1/RLX Rx0/RLX");
  must("allowed", "c11", "Wx1/REL Ry0/ACQ | Wy1/REL Rx0/ACQ");
  must("forbidden", "c11", "Wx1/SC Ry0/SC | Wy1/SC Rx0/SC");
  must("forbidden", "c11", "Wx1/RLX F/SC Ry0/RLX | Wy1/RLX F/SC Rx0/RLX");
  must("allowed", "c11", "Wx1/RLX F/ACQ_REL Ry0/RLX | Wy1/RLX F/ACQ_REL Rx0/RLX");
  must("forbidden", "c11", "Wx1/RLX Wy1/REL | Ry1/ACQ Rx0/RLX");
  must("allowed", "c11", "Wx1/RLX Wy1/REL | Ry1/RLX Rx0/RLX");
  must("forbidden", "c11", "Wx1/RLX F/REL Wy1/RLX | Ry1/RLX F/ACQ Rx0/RLX");
  must("forbidden", "c11", "Rx1/RLX Wy1/RLX | Ry1/RLX Wx1/RLX");
  must("forbidden", "c11", "Wx1/RLX | Wy1/RLX | Rx1/RLX F/SC Ry0/RLX | Ry1/RLX F/SC Rx0/RLX");
  must("forbidden", "c11", "Wx1/SC | Wy1/SC | Rx1/SC Ry0/SC | Ry1/SC Rx0/SC");
  // RC11 weakens this one (PLDI 2017, section 2.1), and C11 before it did not
  must("allowed", "c11", "Wx1/SC | Wy1/SC | Rx1/ACQ Ry0/SC | Ry1/ACQ Rx0/SC");
}
END_TEST

START_TEST(c11_release_sequences_go_on_through_exchanges) {
  must("forbidden", "c11", "Wx1/RLX Wy1/REL | Uy1,2/RLX | Ry2/ACQ Rx0/RLX");
  must("forbidden", "c11", "Wx1/RLX Wy1/REL Wy2/RLX | Ry2/ACQ Rx0/RLX");
  must("allowed", "c11", "Wx1/RLX Wy1/REL | Ry1/RLX Wy2/RLX | Ry2/ACQ Rx0/RLX");
}
END_TEST

START_TEST(c11_reports_races_on_plain_accesses) {
  must("undefined", "c11", "Wx1/NA | Rx1/NA");
  must("undefined", "c11", "Wx1/NA | Rx0/RLX");
  must("allowed", "c11", "Wx1/NA Wy1/REL | Ry1/ACQ Rx1/NA");
  must("undefined", "c11", "Wx1/NA Wy1/REL | Ry0/ACQ Rx1/NA");
  must("allowed", "c11", "Rx0/NA | Rx0/NA");
  must("allowed", "c11", "Wx1/RLX | Rx1/RLX");
}
END_TEST

START_TEST(aarch64_keeps_dependencies_fences_and_release_acquire) {
  must("allowed", "aarch64", "Wx1 Wy1 | Ry1 Rx0");
  must("allowed", "aarch64", "Wx1 F/DMB.ISH Wy1 | Ry1 Rx0");
  must("forbidden", "aarch64", "Wx1 F/DMB.ISH Wy1 | Ry1 Rx0<addr0");
  must("allowed", "aarch64", "Wx1 F/DMB.ISH Wy1 | Ry1 Rx0<ctrl0");
  must("forbidden", "aarch64", "Wx1 F/DMB.ISHST Wy1 | Ry1 F/DMB.ISHLD Rx0");
  must("forbidden", "aarch64", "Wx1 F/DMB.ISH Wy1 | Ry1 F/ISB<ctrl0 Rx0");
  must("forbidden", "aarch64", "Wx1 Wy1/L | Ry1/A Rx0");
  must("forbidden", "aarch64", "Wx1/L Ry0/A | Wy1/L Rx0/A");
  must("allowed", "aarch64", "Wx1/L Ry0/Q | Wy1/L Rx0/Q");
  must("allowed", "aarch64", "Rx1 Wy1 | Ry1 Wx1");
  must("forbidden", "aarch64", "Rx1 Wy1<data0 | Ry1 Wx1<data0");
  must("forbidden", "aarch64", "Rx1 Wy1<ctrl0 | Ry1 Wx1<data0");
  must("forbidden", "aarch64", "Wx1 | Wy1 | Rx1/A Ry0 | Ry1/A Rx0"); // multi-copy atomic
  // swpal orders what is before it with what is after it; an exclusive pair does not
  must("forbidden", "aarch64", "Wx1 Rz0/A* Wz1/L Ry0 | Wy1 F/DMB.ISH Rx0");
  must("allowed", "aarch64", "Wx1 Rz0/A! Wz1/L Ry0 | Wy1 F/DMB.ISH Rx0");
}
END_TEST

START_TEST(riscv_keeps_its_thirteen_rules) {
  must("allowed", "riscv", "Wx1 Wy1 | Ry1 Rx0");
  must("forbidden", "riscv", "Wx1 F/Fence.w.w Wy1 | Ry1 F/Fence.r.r Rx0");
  must("allowed", "riscv", "Wx1 F/Fence.r.rw Wy1 | Ry1 F/Fence.r.r Rx0");
  must("forbidden", "riscv", "Wx1 F/Fence.rw.w Wy1 | Ry1 F/Fence.r.rw Rx0");
  must("allowed", "riscv", "Wx1 F/Fence.tso Ry0 | Wy1 F/Fence.tso Rx0");
  must("forbidden", "riscv", "Wx1 F/Fence.rw.rw Ry0 | Wy1 F/Fence.rw.rw Rx0");
  must("forbidden", "riscv", "Wx1 F/Fence.tso Wy1 | Ry1 Rx0<addr0");
  must("allowed", "riscv", "Wx1 F/Fence.tso Wy1 | Ry1 Rx0<ctrl0");
  must("forbidden", "riscv", "Rx1 Wy1<ctrl0 | Ry1 Wx1<data0");
  must("forbidden", "riscv", "Wx1 | Wy1 | Rx1 F/Fence.r.r Ry0 | Ry1 F/Fence.r.r Rx0");
  // An AMO is one operation: what a fence puts before its write is before what a fence puts after its read
  must("forbidden", "riscv", "Wx1 F/Fence.rw.w Uz0,1/AMO F/Fence.r.rw Ry0 | Wy1 F/Fence.rw.rw Rx0");
  must("allowed", "riscv", "Wx1 Uz0,1/AMO+Acq Ry0 | Wy1 F/Fence.rw.rw Rx0");
  must("forbidden", "riscv", "Wx1 Uz0,1/AMO+AcqRel Ry0 | Wy1 F/Fence.rw.rw Rx0");
}
END_TEST

START_TEST(power_is_not_multi_copy_atomic) {
  must("allowed", "power", "Wx1 Wy1 | Ry1 Rx0");
  must("forbidden", "power", "Wx1 F/LWSYNC Wy1 | Ry1 Rx0<addr0");
  must("forbidden", "power", "Wx1 F/LWSYNC Wy1 | Ry1 F/LWSYNC Rx0");
  must("forbidden", "power", "Wx1 F/EIEIO Wy1 | Ry1 F/ISYNC<ctrl0 Rx0");
  must("allowed", "power", "Wx1 F/LWSYNC Ry0 | Wy1 F/LWSYNC Rx0");
  must("forbidden", "power", "Wx1 F/SYNC Ry0 | Wy1 F/SYNC Rx0");
  must("allowed", "power", "Wx1 | Wy1 | Rx1 F/LWSYNC Ry0 | Ry1 F/LWSYNC Rx0");
  must("forbidden", "power", "Wx1 | Wy1 | Rx1 F/SYNC Ry0 | Ry1 F/SYNC Rx0");
  must("forbidden", "power", "Rx1 Wy1<data0 | Ry1 Wx1<data0");
  // WRC: lwsync is cumulative
  must("forbidden", "power", "Wx1 | Rx1 F/LWSYNC Wy1 | Ry1 Rx0<addr0");
  must("allowed", "power", "Wx1 | Rx1 Wy1<data0 | Ry1 Rx0<addr0");
  // Three fences in a row are no stronger than the strongest
  must("allowed", "power", "Wx1 F/LWSYNC F/LWSYNC F/LWSYNC Ry0 | Wy1 F/SYNC Rx0");
}
END_TEST

// The sets of herd7's models: X, what one instruction reads and writes, in RISC-V's exclusives too; EX, exclusives.
START_TEST(atomic_instructions_and_exclusives_are_told_apart) {
  static const struct {
    const char *model, *execution, *empty, *full;
  } cases[] = {
      {"c11", "Rx0", "R & (0 | W)", "0 | R"},  {"power", "Rx0/X! Wx1/X", "X", "EX"},
      {"aarch64", "Rx0/X! Wx1/X", "X", "EX"},  {"aarch64", "Rx0* Wx1", "EX", "X"},
      {"riscv", "Ux0,1/AMO", "EX", "X & AMO"}, {"riscv", "Rx0/X! Wx1/X", "AMO", "X & EX"},
      {"x86-tso", "Rx0/A* Wx1/A", "EX", "X"},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    Built b;
    CatVerdict v;
    Source source = {.name = "m.cat"};
    source.bytes = arena_printf(arena, "empty %s as one ~empty %s as other", cases[i].empty, cases[i].full);
    source.length = strlen(source.bytes);
    Diag diag = {.arena = arena};
    CatModel *m = cat_parse(&source, model_find(cases[i].model), NULL, arena, &diag);
    ck_assert_ptr_nonnull(m);
    cat_judge(m, built(&b, arena, cases[i].execution), false, arena, &v);
    ck_assert_msg(v.allowed && !v.error, "%s: %s", cases[i].model, cases[i].full);
  }
}
END_TEST

START_TEST(every_model_is_coherent) {
  static const char *const models[] = {"sc", "c11", "x86-tso", "aarch64", "riscv", "power"};
  for (unsigned i = 0; i < 6; i++) {
    must("forbidden", models[i], "Wx1/RLX Wx2/RLX | Rx2/RLX Rx1/RLX"); // CoRR
    must("forbidden", models[i], "Wx2/RLX Wx1/RLX");                   // CoWW
    must("forbidden", models[i], "Wx1/RLX Rx0/RLX");                   // CoWR
    must("forbidden", models[i], "Rx1/RLX Wx1/RLX");                   // CoRW1
    ck_assert(cat_implies_coherence(cat_builtin(model_find(models[i]), arena)));
  }
}
END_TEST

static CatModel *parse(const char *text, const CatOptions *options, Text *errors) {
  Source *source = ARENA_NEW(arena, Source);
  *source = (Source){.name = "m.cat", .bytes = arena_string(arena, text), .length = strlen(text)};
  Diag diag = {.arena = arena};
  CatModel *model = cat_parse(source, model_find("x86-tso"), options, arena, &diag);
  diag_format(&diag, errors);
  ck_assert_int_eq(model == NULL, diag.errors > 0);
  return model;
}

static CatVerdict run(const char *text, const char *execution) {
  Text errors = {0};
  CatVerdict v = {0};
  Built b;
  CatModel *m = parse(text, NULL, &errors);
  ck_assert_msg(m != NULL, "%s", text_string(&errors));
  text_free(&errors);
  cat_judge(m, built(&b, arena, execution), true, arena, &v);
  return v;
}

static void holds(const char *check) {
  CatVerdict v = run(check, "Wx1 Wy1 | Ry1 Rx0");
  ck_assert_msg(!v.error, "%s: %s", check, v.error);
  ck_assert_msg(v.allowed, "%s: does not hold", check);
}

static void fails(const char *check) {
  CatVerdict v = run(check, "Wx1 Wy1 | Ry1 Rx0");
  ck_assert_msg(!v.error, "%s: %s", check, v.error);
  ck_assert_msg(!v.allowed, "%s: holds", check);
}

// As the kernel's .bell matches nested critical sections: what is matched takes from what is open.
START_TEST(a_fixpoint_that_shrinks_goes_name_by_name) {
  static const char nested[] =
      "let m = let rec open = (W \\ IW \\ domain m) | (R \\ range m) and near = [open]; po; [open] "
      "and m = m | (([W & open]; po; [R & open]) \\ (near; near)) in m "
      "empty (m \\ rf) | (rf & int \\ m)";
  CatVerdict v = run(nested, "Wx1 Wy1 Wz1 Rz1 Ry1 Rx1");
  ck_assert_msg(v.allowed && !v.error, "%s", v.error ? v.error : "not matched");
}
END_TEST

static bool refutes(const char *text, const char *execution, const char *but, bool whole) {
  Text errors = {0};
  Built b;
  CatModel *m = parse(text, NULL, &errors);
  ck_assert_msg(m != NULL, "%s: %s", text, text_string(&errors));
  text_free(&errors);
  const Execution *x = built(&b, arena, execution);
  for (unsigned w = 0; !whole && w < x->event_count; w++) // the last read has no source yet
    relation_row(x->rf, w)[(x->event_count - 1) / 64] &= ~((uint64_t)1 << (x->event_count - 1) % 64);
  return cat_refutes(m, x, but);
}

START_TEST(what_is_being_made_is_refuted_by_what_can_only_grow) {
  static const char sb[] = "Wx1 Ry0 | Wy1 Rx0", corr[] = "Wx1 Wx2 | Rx2 Rx1 Ry0";
  static const char sc[] = "acyclic po | rf | co | fr as sc";
  ck_assert(refutes(sc, sb, NULL, true) && !refutes(sc, sb, NULL, false)); // Rx0 may read 1 yet
  ck_assert(refutes(sc, corr, NULL, false) && !refutes(sc, corr, "sc", false));
  static const char *const growing[] = {
      "let both(r, s) = r | s let com = both(rf, co) | fr acyclic com | po & loc",
      "let rec hb = po & loc | rf | co | fr | (hb; hb) irreflexive hb",
      "empty [range(rf) & R]; po; [range(rf)] & (_ * _)",
      "let fr = (rf^-1; co) \\ id acyclic po & loc | ((fr | co | rf) \\ (F * F))",
      "procedure unused(r) = empty r end acyclic po | rf | co | fr",
  };
  for (unsigned i = 0; i < sizeof growing / sizeof *growing; i++)
    ck_assert_msg(refutes(growing[i], corr, NULL, false), "%s", growing[i]);
  static const char *const other[] = {
      "let unread = W \\ domain(rf) empty [unread]; co", // a read may come
      "acyclic po | rf | (co \\ rf) | fr",
      "acyclic (po | ~rf) & (po | rf | co | fr)",
      "~empty rf & co",
      "flag ~empty po as some",
      "let rec r = po | (co \\ r) acyclic r | rf | fr",
      "procedure checked(r) = acyclic r end call checked(po | rf | co | fr)",
  };
  for (unsigned i = 0; i < sizeof other / sizeof *other; i++)
    ck_assert_msg(!refutes(other[i], corr, NULL, false), "%s", other[i]);
}
END_TEST

START_TEST(operators_mean_what_the_language_says) {
  fails("empty po");
  holds("~empty po");
  holds("empty po \\ po");
  holds("empty po; po");
  fails("empty po; [W]");
  holds("empty [R]; po; [W]");
  holds("acyclic po | rf");
  fails("acyclic po | rf | fr");
  fails("irreflexive (po | rf | fr)+");
  fails("irreflexive (po | rf | fr)^+");
  fails("irreflexive id");
  fails("irreflexive po*");
  fails("irreflexive po?");
  holds("irreflexive po^-1");
  holds("empty rf^-1 \\ (R * W)");
  holds("empty W & R");
  holds("empty ~_");
  holds("empty (W | R | F | B) & ~(M | F | B)");
  holds("empty 0");
  holds("empty {}");
  holds("empty domain 0");
  holds("empty domain rf \\ W");
  holds("empty range(rf) \\ R");
  holds("empty ((IW * _) & po)");
  holds("empty (W * R) & (R * W)");
  fails("let x = po in empty x");
  holds("empty (let x = po and y = po in x \\ y)");
  holds("let f(r, s) = r \\ s empty f(po, po)");
  holds("let f r = r; r empty f po");
  holds("let g = fun (a, b) -> a & b empty g(R, W)");
  holds("let (a, b) = (R, W) empty a & b");
  holds("let a, b = R, W empty a & b");
  holds("empty if po = po then 0 else po");
  holds("empty if W subset M then 0 else po");
  fails("empty if \"nothing\" then 0 else po");
  holds("empty if not \"nothing\" && \"a\" || not \"b\" then 0 else po");
  holds("empty try NOWHERE with 0");
  holds("empty try fencerel(NOWHERE) with 0");
  fails("empty try po with 0");
  holds("enum e = 'a || 'b let f t = match t with 'a -> 0 || 'b -> po end empty f 'a");
  fails("enum e = 'a || 'b let f t = match t with 'a -> 0 || _ -> po end empty f 'b");
  holds("(* a (* nested *) comment *) // one\n# two\nempty 0");
  holds("procedure p(r) = empty r \\ po let q = r end call p(po)");
  fails("procedure p(r) = empty r end call p(po) as named");
  holds("forall s in classes-loc W do empty s & R end");
  fails("forall s in classes-loc W do empty s end");
  holds("let rec r = po | r; r empty r \\ po");
  holds("let rec a = po | b and b = a; a empty b");
  holds("let rec size s = match s with || {} -> 0 || e ++ rest -> size rest end empty size W");
  holds("with o from linearisations(W, po) empty po & (W * W) \\ o acyclic o");
  holds("with c from map (fun s -> loc & (s * s)) (classes-loc W) acyclic po");
  holds("let a = po let b = po empty a \\ b*");
  holds("let x = `po` empty x \\ po");
  holds("show po, rf show po & rf as both unshow po empty 0");
}
END_TEST

START_TEST(fixpoints_are_least) {
  fails("let rec r = (po | rf | fr) | r; r irreflexive r");
  holds("let rec r = r empty r");
}
END_TEST

START_TEST(orders_of_one_location_are_the_executions) {
  const char *model = "with co2 from linearisations(W & domain(loc & (_ * _)), 0) empty 0";
  holds(model);
  Text errors = {0};
  CatVerdict v;
  Built b;
  CatModel *m =
      parse("let one = map (fun s -> linearisations(s, co0)) (classes-loc W)\n"
            "forall os in one do forall o in os do empty o \\ co empty (co & (range o * range o)) \\ o end end\n",
            NULL, &errors);
  ck_assert_msg(m != NULL, "%s", text_string(&errors));
  cat_judge(m, built(&b, arena, "Wx1 Wx3 | Wx2"), false, arena, &v);
  ck_assert_msg(v.allowed && !v.error, "%s", v.error);
  text_free(&errors);
}
END_TEST

START_TEST(the_co_that_is_chosen_is_the_executions) {
  const char *model = "with co from linearisations(W, co0)\n"
                      "let fr = rf^-1; co\n"
                      "acyclic po-loc | rf | co | fr";
  CatVerdict v = run(model, "Wx1 Wx2 | Rx1 Rx2");
  ck_assert(v.allowed);
  v = run(model, "Wx1 Wx2 | Rx2 Rx1");
  ck_assert(!v.allowed);
  Text errors = {0};
  ck_assert(cat_implies_coherence(parse(model, NULL, &errors)));
  ck_assert(!cat_implies_coherence(parse("with mo from linearisations(W, co0) acyclic po | rf | mo", NULL, &errors)));
  ck_assert(!cat_implies_coherence(parse("acyclic po | rf | co", NULL, &errors)));
  ck_assert(cat_implies_atomicity(parse("empty (fre; coe) & rmw | rmw \\ rmw", NULL, &errors)));
  ck_assert(!cat_implies_atomicity(parse("empty rmw & (fre; coi)", NULL, &errors)));
  ck_assert(!cat_implies_atomicity(parse("empty rmw & (fre; coe) & ext", NULL, &errors)));
  ck_assert(!cat_implies_atomicity(parse("~empty rmw & (fre; coe)", NULL, &errors)));
  ck_assert(!cat_implies_atomicity(parse("flag ~empty rmw & (fre; coe) as torn", NULL, &errors)));
  ck_assert(!cat_implies_coherence(parse("acyclic po-loc | rfe | co | fr", NULL, &errors)));
  ck_assert(!cat_implies_coherence(parse("~acyclic po | rf | co | fr", NULL, &errors)));
  ck_assert(cat_implies_coherence(
      parse("let a = po & loc let b = rf^-1 let c = (b; co) \\ id acyclic a | rf | co | c", NULL, &errors)));
  text_free(&errors);
}
END_TEST

static void is_wrong(const char *model, const char *expected) {
  Text errors = {0};
  ck_assert_ptr_null(parse(model, NULL, &errors));
  ck_assert_msg(strstr(text_string(&errors), expected) != NULL, "%s: expected '%s' in\n%s", model, expected,
                text_string(&errors));
  text_free(&errors);
}

START_TEST(errors_name_their_place) {
  is_wrong("acyclic po |", "m.cat:1:13: error: expected an expression, but the model ends");
  is_wrong("acyclic nowhere", "m.cat:1:9: error: the name 'nowhere' is not defined for x86-tso");
  is_wrong("let a = [po]", "m.cat:1:10: error: a set of events is expected here, but this is a relation");
  is_wrong("let a = R | po", "m.cat:1:13: error: a set of events is expected here, but this is a relation");
  is_wrong("acyclic W", "m.cat:1:9: error: a relation is expected here, but this is a set of events");
  is_wrong("let f r = r+ let x = f(W)", "a relation is expected here, but this is a set of events");
  is_wrong("let f (a, b) = a let x = f(W)", "a tuple of 2 is expected here, but this is a set of events");
  is_wrong("let x = po po", "a function is expected here");
  is_wrong("include \"cos.cat\"", "m.cat:1:9: error: cannot read \"cos.cat\": no folder was named to look in");
  is_wrong("(* open", "m.cat:1:1: error: this comment does not end");
  is_wrong("let x = \"text\"", "m.cat:1:9: error: expected an expression here");
  is_wrong("let x = $", "m.cat:1:9: error: nothing in cat begins with this character");
  is_wrong("let x = 'tag", "the tag 'tag' is not defined");
  is_wrong("acyclic po as", "expected a name for the check, but the model ends");
}
END_TEST

START_TEST(includes_stay_in_their_folder) {
  CatOptions options = {.folder = "/etc"};
  Text errors = {0};
  ck_assert_ptr_null(parse("include \"../etc/passwd\"", &options, &errors));
  ck_assert_ptr_nonnull(strstr(text_string(&errors), "cannot read \"../etc/passwd\""));
  ck_assert_ptr_null(strstr(text_string(&errors), "root:"));
  text_free(&errors);
}
END_TEST

START_TEST(nesting_and_recursion_have_an_end) {
  Text deep = {0}, errors = {0};
  text_add(&deep, "let x = ");
  text_repeat(&deep, '(', 100000);
  ck_assert_ptr_null(parse(text_string(&deep), NULL, &errors));
  ck_assert_ptr_nonnull(strstr(text_string(&errors), "nested more than"));
  text_clear(&deep);
  text_add(&deep, "empty po");
  text_repeat(&deep, '+', 100000);
  ck_assert_ptr_null(parse(text_string(&deep), NULL, &errors));
  text_free(&deep);
  text_free(&errors);

  static const char *const endless[] = {
      "let rec f x = f x empty f po",
      "let rec f x = f (x | po) | f x empty f po",
      "let rec f x = let y = f x in y empty f po",
      "procedure rec p(x) = call p(x) end call p(po)",
  };
  for (unsigned i = 0; i < sizeof endless / sizeof endless[0]; i++)
    is_wrong(endless[i], "does this end?");
  CatVerdict v = run("with o from linearisations(_, 0) empty o", "Wx1 Wy1 Wz1 Wu1 Wv1 Ww1 | Ry1 Rx0 Rz0 Ru0 Rw0");
  ck_assert(v.error != NULL);
  v = run("let f a = a | a let g a = f (f (f (f a))) let h a = g (g (g (g a))) let i a = h (h (h (h a)))\n"
          "empty i po",
          "Wx1 Wy1");
  ck_assert(!v.error);
}
END_TEST

// However an expression or a value is nested.
START_TEST(depth_and_growth_end_in_an_error_with_its_place) {
  static const char *const begins[] = {
      "let a = {", "let a = f {",   "empty {", "show {",           "let a = (po,", "let a = [",     "let a = f (",
      "call p {",  "forall a in {", "match {", "let a = let b = ", "let a = if ",  "assert empty {"};
  for (unsigned i = 0; i < sizeof begins / sizeof begins[0]; i++) {
    Text text = {0}, errors = {0};
    text_add(&text, begins[i]);
    const char *more = strrchr(begins[i], ' ') + 1;
    more = *more ? more : "let b = ";
    for (unsigned n = 0; n < 60000; n++)
      text_add(&text, strchr("({[", more[0]) ? more : "let b = ");
    ck_assert_ptr_null(parse(text_string(&text), NULL, &errors));
    ck_assert_msg(strstr(text_string(&errors), "m.cat:1:") != NULL, "%s", text_string(&errors));
    text_free(&text);
    text_free(&errors);
  }
  Text text = {0};
  text_add(&text, "let t0 = (po, po)\n");
  for (unsigned n = 1; n <= 60; n++)
    text_printf(&text, "let t%u = (t%u, t%u)\n", n, n - 1, n - 1);
  Text errors = {0};
  is_wrong(text_string(&text), "a value is too large here");
  text_add(&text, "empty if t60 = t60 then 0 else 0\n");
  is_wrong(text_string(&text), "m.cat:20:12: error: a value is too large here");
  text_clear(&text);
  text_add(&text, "let t0 = (po, po)\n");
  for (unsigned n = 1; n <= 300; n++)
    text_printf(&text, "let t%u = (t%u, po)\n", n, n - 1);
  is_wrong(text_string(&text), "a value is nested too deep here");
  text_free(&text);
  text_free(&errors);
}
END_TEST

// As herd's c11_base.cat has them: mo, then lo.
START_TEST(a_choice_stands_when_another_follows) {
  const char *two = "with first from linearisations(W, po)\n"
                    "with second from linearisations(W, po)\n";
  CatVerdict v = run(arena_printf(arena, "%s empty first as one", two), "Wx1 Wy1 | Ry1 Rx0");
  ck_assert(!v.error && !v.allowed);
  v = run(arena_printf(arena, "%s empty (po & (W * W)) \\ first as one empty second \\ second", two),
          "Wx1 Wy1 | Ry1 Rx0");
  ck_assert(!v.error && v.allowed);
  v = run(arena_printf(arena, "%s let both = first & second let third = first empty both as one", two), "Wx1 Wy1");
  ck_assert(!v.error && !v.allowed);
}
END_TEST

START_TEST(what_was_kept_of_another_execution_is_not_used) {
  Text errors = {0};
  CatModel *m = parse("acyclic po | rf | co | fr", NULL, &errors);
  Built b[3];
  CatVerdict v;
  const char *texts[3] = {"Wx1 Wy1 | Ry1 Rx0", "Wx1 Wy1 | Ry1 Rx1", "Wx1 Ry0 | Wy1 Rx0"};
  for (unsigned i = 0; i < 3; i++)
    built(&b[i], arena, texts[i]);
  b[0].x.path_serial = b[1].x.path_serial = 1;
  b[0].x.value_serial = 1;
  b[1].x.value_serial = 2;
  for (unsigned i = 0; i < 6; i++) {
    if (i % 3 == 2)
      cat_reset(m);
    b[2].x.path_serial = b[2].x.value_serial = 1;
    cat_judge(m, &b[i % 3].x, false, arena, &v);
    ck_assert_int_eq(v.allowed, i % 3 == 1);
    if (i % 3 == 2)
      cat_reset(m);
  }
  text_free(&errors);
}
END_TEST

static void explains(const char *model, const char *execution, const char *axiom, const char *cycle) {
  Built b;
  CatVerdict v;
  CatModel *m = cat_builtin(model_find(model), arena);
  cat_judge(m, built(&b, arena, execution), true, arena, &v);
  ck_assert(!v.allowed && !v.error);
  Text text = {0};
  for (unsigned i = 0; i < v.cycle_length; i++) {
    const Event *e = &b.events[v.cycle[i]];
    char place = "-abcdefghijklmnopqrstuvwxyz"[e->location + 1];
    text_printf(&text, "%s%d%c%c -%s->", i ? " " : "", e->thread,
                e->kind == EVENT_FENCE   ? 'F'
                : e->kind == EVENT_READ  ? 'R'
                : e->kind == EVENT_WRITE ? 'W'
                                         : 'U',
                place, v.edges[i] ? v.edges[i] : "");
  }
  ck_assert_str_eq(v.axiom, axiom);
  ck_assert_str_eq(text_string(&text), cycle);
  ck_assert_ptr_nonnull(v.axiom_source);
  text_free(&text);
}

START_TEST(a_failed_check_is_explained_in_base_relations) {
  explains("x86-tso", "Wx1 Wy1 | Ry1 Rx0", "tso", "0Wx -po-> 0Wy -rfe-> 1Ry -po-> 1Rx -fre->");
  explains("x86-tso", "Wx1 F/MFENCE Ry0 | Wy1 F/MFENCE Rx0", "tso",
           "0Wx -po-> 0F- -po-> 0Ry -fre-> 1Wy -po-> 1F- -po-> 1Rx -fre->");
  explains("x86-tso", "Rx0/A* Wx2/A | Wx1", "atomicity", "0Rx -fre-> 1Wx -coe-> 0Wx -rmw^-1->");
  explains("sc", "Wx1 Ry0 | Wy1 Rx0", "sc", "0Wx -po-> 0Ry -fre-> 1Wy -po-> 1Rx -fre->");
  explains("c11", "Wx1/RLX Wy1/REL | Ry1/ACQ Rx0/RLX", "coherence", "0Wx -po-> 0Wy -rfe-> 1Ry -po-> 1Rx -fre->");
  explains("c11", "Rx1/RLX Wy1/RLX | Ry1/RLX Wx1/RLX", "no-thin-air", "0Rx -po-> 0Wy -rfe-> 1Ry -po-> 1Wx -rfe->");
  explains("aarch64", "Wx1 F/DMB.ISH Wy1 | Ry1 Rx0<addr0", "external",
           "0Wx -po-> 0F- -po-> 0Wy -rfe-> 1Ry -addr-> 1Rx -fre->");
  explains("power", "Rx1 Wy1<data0 | Ry1 Wx1<data0", "no-thin-air", "0Rx -data-> 0Wy -rfe-> 1Ry -data-> 1Wx -rfe->");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("model/cat");
  TCase *models = tcase_create("models");
  tcase_add_checked_fixture(models, begin, end);
  tcase_add_test(models, sc_forbids_every_weak_behaviour);
  tcase_add_test(models, tso_lets_a_write_wait_and_nothing_else);
  tcase_add_test(models, c11_orders_what_synchronises);
  tcase_add_test(models, c11_release_sequences_go_on_through_exchanges);
  tcase_add_test(models, c11_reports_races_on_plain_accesses);
  tcase_add_test(models, aarch64_keeps_dependencies_fences_and_release_acquire);
  tcase_add_test(models, riscv_keeps_its_thirteen_rules);
  tcase_add_test(models, power_is_not_multi_copy_atomic);
  tcase_add_test(models, every_model_is_coherent);
  tcase_add_test(models, atomic_instructions_and_exclusives_are_told_apart);
  suite_add_tcase(suite, models);
  TCase *language = tcase_create("language");
  tcase_add_checked_fixture(language, begin, end);
  tcase_add_test(language, a_fixpoint_that_shrinks_goes_name_by_name);
  tcase_add_test(language, what_is_being_made_is_refuted_by_what_can_only_grow);
  tcase_add_test(language, operators_mean_what_the_language_says);
  tcase_add_test(language, fixpoints_are_least);
  tcase_add_test(language, orders_of_one_location_are_the_executions);
  tcase_add_test(language, the_co_that_is_chosen_is_the_executions);
  tcase_add_test(language, errors_name_their_place);
  tcase_add_test(language, includes_stay_in_their_folder);
  tcase_add_test(language, nesting_and_recursion_have_an_end);
  tcase_add_test(language, depth_and_growth_end_in_an_error_with_its_place);
  tcase_add_test(language, a_choice_stands_when_another_follows);
  tcase_add_test(language, what_was_kept_of_another_execution_is_not_used);
  tcase_add_test(language, a_failed_check_is_explained_in_base_relations);
  suite_add_tcase(suite, language);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
