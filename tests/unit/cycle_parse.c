// Cycles as text: what they say, how they are turned and called, and what is none.
#include "tests/unit/cycle.h"

static const char *named(const char *text) {
  Cycle cycle = cycle_in("c11", text);
  return arena_printf(arena, "%s: %s", cycle_name(&cycle, arena), spelled(&cycle));
}

// "7: what is wrong": the column and the message.
static const char *refused(const char *text) {
  Diag diag;
  Cycle cycle;
  bool good = parse_cycle("c11", text, &cycle, &diag);
  ck_assert_msg(!good, "%s is a cycle: %s", text, good ? spelled(&cycle) : "");
  ck_assert_uint_eq(diag.errors, 1);
  return arena_printf(arena, "%zu: %s", diag.first->span.offset + 1, diag.first->message);
}

START_TEST(a_cycle_is_the_same_wherever_it_is_begun) {
  ck_assert_str_eq(named("PodWR Fre PodWR Fre"), "SB: PodWR Fre PodWR Fre");
  ck_assert_str_eq(named("Fre PodWW Rfe PodRR"), "MP: PodWW Rfe PodRR Fre");
  ck_assert_str_eq(named("PodRR Fre PodWW Rfe"), "MP: PodWW Rfe PodRR Fre");
  ck_assert_str_eq(named("PodRR Fre Rfe PodRR Fre Rfe"), "IRIW: Rfe PodRR Fre Rfe PodRR Fre");
  ck_assert_str_eq(named("Rfe DpAddrdW Wse PodWW"), "S+po+addr: PodWW Rfe DpAddrdW Coe");
  ck_assert_str_eq(named("PodWR Fre FenceScdWR Fre"), named("FenceScdWR Fre PodWR Fre"));
}
END_TEST

START_TEST(annotations_follow_an_edge_or_stand_between_two) {
  const char *both = "SB+porelacqs: PodWRRelAcq FreAcqRel PodWRRelAcq FreAcqRel";
  ck_assert_str_eq(named("PodWRRelAcq FreAcqRel PodWRRelAcq FreAcqRel"), both);
  ck_assert_str_eq(named("Rel PodWR Acq Fre Rel PodWR Acq Fre"), both);
  ck_assert_str_eq(named("PodWRRelAcq Fre PodWRRelAcq Fre"), both);
  ck_assert_str_eq(named("PodWR Acq Fre Rel PodWR Acq Fre Rel"), both);
  ck_assert_str_eq(named("PodWRRlxRlx Fre Rlx PodWR Fre"), "SB: PodWR Fre PodWR Fre");
  ck_assert_str_eq(named("PodWRXRelRlx Fre PodWR Fre"), "SB+po+poxrelrlx: PodWR FreRlxXRel PodWRXRelRlx Fre");
  ck_assert_str_eq(named("Rel Rfe Acq PodRR Acq Fre PodWR Fre"),
                   "RWC+poacqacq+po+Rel: RfeRelAcq PodRRAcqAcq FreAcqRlx PodWR FreRlxRel");
}
END_TEST

// As diyone7 7.57 -arch C -norm calls them, but that relaxed accesses are what nothing is said of.
START_TEST(names_are_the_field_s) {
  ck_assert_str_eq(named("PodWW Rfe PodRW Rfe PodRR Fre"), "ISA2: PodWW Rfe PodRW Rfe PodRR Fre");
  ck_assert_str_eq(named("Rfi PodRR Fre Rfi PodRR Fre"), "SB+rfi-pos: Rfi PodRR Fre Rfi PodRR Fre");
  ck_assert_str_eq(named("PodWW Wse Rfi PodRR Fre"), "R+po+rfi-po: PodWW Coe Rfi PodRR Fre");
  ck_assert_str_eq(named("FenceReldWW Rfe DpAddrdR Fre"), "MP+fencerel+addr: FenceReldWW Rfe DpAddrdR Fre");
  ck_assert_str_eq(named("Rfe DpAddrdW PodWR Fre"), "W+RR+addrW-po: Rfe DpAddrdW PodWR Fre");
  ck_assert_str_eq(named("PodWR Fre PodWR PodRR Fre"), "SB+po+poR-po: PodWR Fre PodWR PodRR Fre");
  ck_assert_str_eq(named("PodWR Fre PodWR Fre PodWR Fre PodWR Fre"), "4.SB: PodWR Fre PodWR Fre PodWR Fre PodWR Fre");
  ck_assert_str_eq(named("Rfe PodRR Fre PodWW Rfe PodRR Fre"), "W+RR+WW+RR: Rfe PodRR Fre PodWW Rfe PodRR Fre");
  ck_assert_str_eq(named("Rfe PosRR Fre"), "CoRR: Rfe PosRR Fre");
  ck_assert_str_eq(named("Rfe Rmw PodWR Fre PodWR Fre"), "RWC+rmw-po+po: Rfe Exch PodWR Fre PodWR Fre");
  Cycle cycle = cycle_in("linux", "FenceWmbdWW Rfe PodRRAcquireOnce Fre");
  ck_assert_str_eq(cycle_name(&cycle, arena), "MP+fencewmbonceonce+poacquireonce");
  cycle = cycle_in("linux", "Rfe PodRR Fre Rfe PodRR Fre");
  ck_assert_str_eq(cycle_name(&cycle, arena), "IRIW+poonceonces+OnceOnce");
}
END_TEST

START_TEST(what_reads_the_write_before_it_is_said_to) {
  ck_assert_str_eq(named("PosWR PodRR Fre PodWR Fre"), "SB+po+rfi-po: PodWR Fre Rfi PodRR Fre");
  ck_assert_str_eq(named("PodW* Rfe Pod** Fre"), "MP: PodWW Rfe PodRR Fre");
  ck_assert_str_eq(named("FencedWR Fre PodWR Fre"), "SB+fencesc+po: FenceScdWR Fre PodWR Fre");
}
END_TEST

START_TEST(what_is_no_cycle_is_refused_at_its_place) {
  ck_assert_str_eq(refused(""), "1: no edge");
  ck_assert_str_eq(refused("PodWR Fre PodWX Fre"), "11: no edge or annotation of the dialect c11");
  ck_assert_str_eq(refused("PodWRRel Fre PodWR Fre"), "1: no edge or annotation of the dialect c11");
  ck_assert_str_eq(refused("DpDatadR Fre PodWR Fre"), "1: no edge or annotation of the dialect c11");
  ck_assert_str_eq(refused("FenceWmbdWW Rfe PodRR Fre"), "1: no edge or annotation of the dialect c11");
  ck_assert_str_eq(refused("PodWR Rfe"), "7: it begins with a write, and what is before it ends in a read");
  ck_assert_str_eq(refused("Pod** Pod** Fre PodWR Fre"), "7: nothing says whether it begins with a read or a write");
  ck_assert_str_eq(refused("PodWRRelAcq FreRlxRlx PodWR Fre"), "13: an access is both Acq and Rlx");
  ck_assert_str_eq(refused("PodWR Acq Sc Fre PodWR Fre"), "11: an access is both Sc and Acq");
  ck_assert_str_eq(refused("Acq PodWR Fre PodWR Fre"), "1: a write has no such annotation");
  ck_assert_str_eq(refused("PodWR Rel Fre PodWR Fre"), "1: a read has no such annotation");
  ck_assert_str_eq(refused("PodWR Fre"), "1: one edge alone changes the location, and none leads back");
  ck_assert_str_eq(refused("PodWR PodRW"), "1: no edge leads to another thread");
  ck_assert_str_eq(
      refused("Rfe PosRR Fre Rfe PosRR Fre"),
      "1: in a cycle of one location one edge of a thread's order, and no more, contradicts the location's");
  ck_assert_str_eq(refused("Rfe Exch Exch PodWR Fre PodWR Fre"),
                   "10: it begins with a read, and what is before it ends in a write");
  ck_assert_str_eq(refused("Rfe ExchAcqRel PodWR Fre PodWR Fre"),
                   "1: the two accesses of an update have one annotation");
  ck_assert_str_eq(refused("PodWR Fre PodWR Fre PodWR Fre PodWR Fre PodWR Fre PodWR Fre PodWR Fre PodWR Fre PodWR Fre "
                           "PodWR Fre PodWR Fre PodWR Fre PodWR Fre PodWR Fre"),
                   "131: a cycle of more than 26 edges");
}
END_TEST

RUN("cycle_parse", a_cycle_is_the_same_wherever_it_is_begun, annotations_follow_an_edge_or_stand_between_two,
    names_are_the_field_s, what_reads_the_write_before_it_is_said_to, what_is_no_cycle_is_refused_at_its_place)
