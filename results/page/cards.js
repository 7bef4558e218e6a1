// What each machine does in five tests, as a card; and the cheapest fence that makes a test safe.

// ---- Cards

// A question of a machine: its words, the tests that answer it, the whole question.
const QUESTIONS = [
  ["store \u2192 load", ["SB"], "Is a load done before an earlier store? By the test SB"],
  ["store \u2192 store", ["2+2W"], "Are two stores seen in the other order? By the test 2+2W"],
  ["load \u2192 store", ["LB"], "Is a store done before an earlier load? By the test LB"],
  ["stale data", ["MP"], "Is the flag new and the data old, as two stores or two loads changed places? By the test MP"],
  [
    "readers differ", ["IRIW+rel-acq", "IRIW+addrs"],
    "Do two threads that read in order see two writes in different orders? By a test IRIW"
  ]
];

// Of the first of these tests that the machine has, as it is written; several ways of it are one cell.
function answerOf(index, names) {
  for (const name of names) {
    const entry = rows.find(({test}) => test.test === name && !test.fence), cell = entry && entry.cells.get(index);
    if (cell && cell.conditional) return {entry, cell};
  }
  return null;
}

function cardLine(index, [words, names, title]) {
  const found = answerOf(index, names);
  if (!found)
    return make(
      "tr", {class: "none", title}, make("th", {scope: "row"}, words), make("td", null, "\u2013", hidden("not run")));
  const {look, glyph, figure, words: spoken} = describe(found.cell);
  const link =
    make("a", {href: "#" + new URLSearchParams({open: found.entry.test.name}), title: `${title}: ${spoken}`}, words);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    openTest(found.entry);
  });
  return make(
    "tr", null, make("th", {scope: "row"}, link),
    make(
      "td", {class: look === "seen" ? "seen2" : look, "data-state": look, title: spoken},
      make("span", {"aria-hidden": "true"}, glyph + " "), figure, hidden(", " + (spoken.split("; ")[1] || ""))));
}

function card(index) {
  const machine = machines[index];
  const what =
    machine.emulated ? "emulated" : others(machine) || (machine.own ? "this machine" : machine.virtual || "");
  const body = make("tbody", null, ...QUESTIONS.map((question) => cardLine(index, question)));
  return make(
    "article", {class: "card", "data-machine": index},
    make(
      "h3", {title: machine.name}, shortName(index), " ", make("span", {class: "cpu"}, joined([cpuOf(machine), what]))),
    make("table", null, body));
}

// Machines that have one of the tests, and no model that takes a machine's place.
function drawCards() {
  const having =
    columns.filter((index) => !machines[index].predicted && QUESTIONS.some(([, names]) => answerOf(index, names)));
  byId("cards").hidden = !having.length;
  const SHOWN = 12;
  byId("card-list").append(...having.slice(0, SHOWN).map(card));
  if (having.length > SHOWN)
    byId("card-list")
      .after(make("p", {class: "made"}, `${plural(having.length - SHOWN, "machine")} more in the table.`));
  const key = [
    ["seen2", GLYPHS.seen, "seen"], ["", GLYPHS.unseen, "allowed, not seen"],
    ["kept", GLYPHS.kept, "forbidden, not seen"], ["", "\u2013", "not run"]
  ];
  byId("card-key")
    .append(...key.map(
      ([look, glyph, words]) =>
        make("li", {class: look}, make("span", {class: "glyph", "aria-hidden": "true"}, glyph), " " + words)));
}

// ---- The cheapest fence

const priceOf = (row) => (row.ns === undefined ? "" : row.ns ? withSpread(row.ns, row.spread, row.loose) : "0\u202fns");

// The name without what a compiler is free to spell otherwise, where, and the price.
function cheapestCell(ladder) {
  if (!ladder) return make("td", {class: "none"}, "");
  if (ladder.target === "interleaving") return make("td", null, "no fence helps: not atomic");
  if (ladder.target === "never") return make("td", null, "none needed: it cannot be");
  const row = ladder.rows.find((each) => isBest(ladder, each));
  if (!row) return make("td", {class: "unseen"}, ladder.target === "weak" ? "not told: no stable price" : "not told");
  if (row.name === "none") return make("td", {class: "kept"}, GLYPHS.kept + " none needed");
  const where = row.threads === "all" ? "in every thread" : row.threads === "each" ? "" : "in " + row.threads;
  return make(
    "td", {class: "kept", title: ladder.answer || ""}, GLYPHS.kept + " ", make("b", null, row.name), " " + where,
    make("span", {class: "price"}, priceOf(row)),
    row.emitted && row.emitted !== row.name ? make("span", {class: "emitted"}, row.emitted) : null);
}

function drawCheapest() {
  const names = [...new Set(data.ladders.map((ladder) => ladder.test || "a test"))];
  const having = [...new Set(data.ladders.map((ladder) => ladder.machine))];
  byId("cheapest").hidden = !names.length;
  if (!names.length) return;
  const last = (name, machine) =>
    data.ladders.filter((ladder) => (ladder.test || "a test") === name && ladder.machine === machine).pop();
  const lines = names.map(
    (name) => make(
      "tr", null, make("th", {scope: "row"}, name), ...having.map((machine) => cheapestCell(last(name, machine)))));
  byId("cheapest-list").append(table(["test", ...having.map(shortName)], lines));
}
