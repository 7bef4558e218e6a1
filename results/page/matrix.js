// Filters, which stand in the address, and the matrix that they are of: models and machines by tests. Tests that
// several machines share come first, and the others are folded until they are asked for.

// ---- Views: the filters, and which tests are open; all of it stands in the address

const FILTERS = ["q", "family", "arch", "verdict", "seen", "fence", "sort"];
const CHECKS = ["differ", "two"];
const FEW = 12;  // rows that are shown where machines share no more
const view = {
  open: new Set(),
  all: false,  // what is folded, too
  scale: "log",
  direction: 1
};

function readAddress() {
  let given = new URLSearchParams(location.hash.slice(1));
  if (!location.hash.includes("=")) given = new URLSearchParams();
  for (const key of FILTERS) {
    const field = byId("f-" + key), value = given.get(key) || "";
    field.value = value;
    if (field.value !== value) field.value = "";
  }
  for (const key of CHECKS) byId("f-" + key).checked = given.get(key) === "1";
  view.all = given.get("all") === "1";
  view.scale = given.get("scale") === "linear" ? "linear" : "log";
  view.direction = given.get("down") === "1" ? -1 : 1;
  view.open = new Set(given.getAll("open"));
}

function writeAddress() {
  const now = new URLSearchParams();
  for (const key of FILTERS)
    if (byId("f-" + key).value) now.set(key, byId("f-" + key).value);
  for (const key of CHECKS)
    if (byId("f-" + key).checked) now.set(key, "1");
  if (view.all) now.set("all", "1");
  if (view.scale !== "log") now.set("scale", view.scale);
  if (view.direction < 0) now.set("down", "1");
  for (const name of view.open) now.append("open", name);
  const hash = now.toString() ? "#" + now : "";
  if (hash === location.hash) return;
  try {
    history.replaceState(null, "", hash || location.pathname + location.search);
  } catch { /* not from disk, in this browser */
  }
}

// ---- Filter and sort

const rows = tests.map((test, index) => {
  const cells = new Map(test.cells.map((cell) => [cell.m, cell]));
  const text = [
    test.name, test.family, test.story, test.condition, ...test.states.map((state) => state[0])
  ].join("\n").toLowerCase();
  return {test, index, cells, text, row: null, details: null};
});
const columns = machines.map((machine, index) => index).filter((index) => machines[index].cells);

function wants(cell, verdict, seen) {
  if (verdict === "alarm" ? !cell.alarm : verdict && cell.v !== verdict) return false;
  if (seen && (cell.predicted || !cell.conditional || (number(cell.seen) > 0) !== (seen === "yes"))) return false;
  return true;
}

function chosen() {
  const value = (key) => byId("f-" + key).value;
  const words = value("q").toLowerCase().split(/\s+/).filter(Boolean);
  const family = value("family"), arch = value("arch"), verdict = value("verdict"), seen = value("seen"),
        fence = value("fence");
  const differ = byId("f-differ").checked, two = byId("f-two").checked;
  const shown = columns.filter((m) => !arch || kindOf(machines[m]) === arch);
  return {
    columns: new Set(shown),
    row(entry) {
      const {test, cells, text} = entry;
      if (!words.every((word) => text.includes(word))) return false;
      if (family && (test.family || "none") !== family) return false;
      if (fence && (fence === "put") !== Boolean(test.fence)) return false;
      if (differ && !test.differs) return false;
      const here = shown.map((m) => cells.get(m)).filter(Boolean);
      if (two && here.length < 2) return false;
      return here.some((cell) => wants(cell, verdict, seen));
    }
  };
}

const collator = new Intl.Collator("en", {numeric: true});

// Shares on a machine: the largest first; then what was not seen, the tightest bound last; then what it has not.
function weight(entry, machine) {
  const cell = entry.cells.get(machine);
  if (!cell || cell.predicted || !cell.conditional) return -2;
  return number(cell.seen) ? cell.share : -1 + bound(number(cell.n));
}

// What is forbidden and was seen, then where something differs, then what many machines have.
function telling({test, cells}) {
  return (test.cells.some((cell) => cell.alarm) ? 1e6 : 0) + (test.differs ? 1e3 : 0) + cells.size;
}

function order() {
  const key = byId("f-sort").value, name = (a, b) => collator.compare(a.test.name, b.test.name);
  const by = {
    "": (a, b) => telling(b) - telling(a) || a.index - b.index,
    recorded: (a, b) => a.index - b.index,
    name,
    family: (a, b) => collator.compare(a.test.family || "\uffff", b.test.family || "\uffff") || name(a, b)
  };
  let compare = by[key];
  if (/^m\d+$/.test(key)) {
    const machine = Number(key.slice(1)) - 1;
    compare = (a, b) => weight(b, machine) - weight(a, machine) || a.index - b.index;
  }
  return [...rows].sort((a, b) => view.direction * compare(a, b));
}

function sortBy(key) {
  view.direction = byId("f-sort").value === key ? -view.direction : 1;
  byId("f-sort").value = key;
  arrange();
  apply();
}

function arrange() {
  const body = byId("matrix-body"), list = byId("test-list");
  const sorted = order();
  body.append(...sorted.map((entry) => entry.row));
  list.append(...sorted.map((entry) => entry.details));
  for (const head of document.querySelectorAll(".matrix thead th[data-state]")) {
    const active = head.dataset.state === byId("f-sort").value;
    head.setAttribute(
      "aria-sort",
      !active                                                    ? "none" :
        (head.dataset.state === "name") === (view.direction > 0) ? "ascending" :
                                                                   "descending");
  }
}

// Whether something is asked for by name: then nothing that is found is folded.
const isFiltered = () => FILTERS.some((key) => key !== "sort" && byId("f-" + key).value) ||
  CHECKS.some((key) => byId("f-" + key).checked) || byId("f-sort").value !== "";

// What is shown before anyone asks: what must not be missed, what machines share, and a few in any case.
function isFirst({test, cells}, before) {
  return before < FEW || cells.size > 1 || test.differs || test.cells.some((cell) => cell.alarm);
}

function apply() {
  const choice = chosen(), folding = !view.all && !isFiltered();
  let count = 0, folded = 0;
  for (const entry of order()) {
    const found = choice.row(entry), shown = found && (!folding || isFirst(entry, count));
    count += shown;
    folded += found && !shown;
    entry.row.hidden = !shown;
    entry.details.hidden = !found;
  }
  byId("more").hidden = !folded;
  byId("more").textContent = `Show ${whole(folded)} more, each of one machine`;
  for (const cell of document.querySelectorAll(".matrix [data-machine]")) {
    const hide = !choice.columns.has(Number(cell.dataset.machine));
    if (cell.hidden !== hide) cell.hidden = hide;
  }
  byId("shown").textContent =
    count === rows.length ? plural(count, "test") : `${whole(count)} of ${plural(rows.length, "test")}`;
  byId("nothing").hidden = count > 0 || !rows.length;
  byId("matrix-scroll").hidden = !count;
  writeAddress();
  document.documentElement.dataset.applied = String(count);
}

// ---- The matrix

// A link and no button, which browsers leave out where a table's head is repeated on paper.
function sortLink(key, title, ...contents) {
  const link = make("a", {href: "#sort=" + key, title}, ...contents);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    sortBy(key);
  });
  return link;
}

function headCell(index) {
  const machine = machines[index];
  const what = machine.emulated ? "emulated" :
    machine.predicted           ? "predicted" :
    machine.unmodelled          ? "unmodelled" :
    others(machine)             ? others(machine) :
    machine.own                 ? "this machine" :
                                  machine.virtual || "";
  const link = sortLink(
    "m" + (index + 1), `${machine.name}: sort by its shares`,
    make("span", {class: "kind"}, `${index + 1} ${kindOf(machine)}`), make("span", {class: "cpu"}, cpuOf(machine)),
    what && make("span", {class: "what"}, what));
  return make("th", {scope: "col", "data-machine": index, "data-state": "m" + (index + 1), "aria-sort": "none"}, link);
}

function bodyCell(cell, index) {
  if (!cell) return make("td", {class: "none", "data-machine": index}, hidden("no record"));
  const {look, glyph, figure, words} = describe(cell);
  return make(
    "td",
    {class: look === "seen" ? "seen " + shade(cell) : look, "data-machine": index, "data-state": look, title: words},
    figure, make("span", {class: "glyph", "aria-hidden": "true"}, glyph),
    hidden(` ${look === "alarm" ? "forbidden and yet seen" : words.split("; ")[1] || ""}`));
}

// What a model says of the states that the test asks for: a letter. A state that is not listed no model allows.
function saidOf(test, model) {
  const letters = test.states.map((state) => state[1][model] || "-");
  if (letters.every((letter) => letter === "-")) return "-";
  const asked = test.states.filter((state) => state[2]).map((state) => state[1][model] || "-");
  if (!asked.length) return test.known && test.cells.some((cell) => cell.conditional) ? "f" : "-";
  return ["a", "u", "m", "?", "t", "f"].find((letter) => asked.includes(letter)) || "-";
}

const MODEL_GLYPHS = {
  a: GLYPHS.seen,
  f: GLYPHS.kept,
  t: GLYPHS.kept,
  u: "u",
  m: GLYPHS.odd,
  "?": "?"
};

function modelCell(test, model) {
  const letter = saidOf(test, model), [word, look] = LETTERS[letter];
  if (letter === "-") return make("td", {class: "model none"}, hidden("not asked"));
  return make(
    "td", {class: "model m-" + look, title: `${models[model][0]}: ${word}`},
    make("span", {"aria-hidden": "true"}, MODEL_GLYPHS[letter]), hidden(word));
}

const modelHead = (model) => make("th", {scope: "col", class: "model", title: model[1]}, make("span", null, model[0]));

// Models that speak of any of the tests.
const speaking = models.map((model, i) => i).filter((i) => tests.some((test) => saidOf(test, i) !== "-"));

function bodyRow(entry) {
  const {test, cells} = entry;
  const link = make(
    "a",
    {href: "#" + new URLSearchParams({open: test.name}), title: test.story ? test.story.split("\n")[0] : test.name},
    test.name);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    openTest(entry);
  });
  entry.row = make(
    "tr", {"data-test": test.name},
    make("th", {scope: "row"}, link, test.family && make("span", {class: "family"}, test.family)),
    ...speaking.map((model) => modelCell(test, model)), ...columns.map((index) => bodyCell(cells.get(index), index)));
  return entry.row;
}

function drawMatrix() {
  const byName = sortLink("name", "sort by name", make("span", {class: "kind"}, "test"));
  const head = make(
    "thead", null,
    make(
      "tr", null, make("th", {scope: "col", "data-state": "name", "aria-sort": "none"}, byName),
      ...speaking.map((i) => modelHead(models[i])), ...columns.map(headCell)));
  const body = make("tbody", {id: "matrix-body"}, ...rows.map(bodyRow));
  byId("matrix-scroll").append(make("table", {class: "matrix"}, head, body));
  byId("more").addEventListener("click", () => {
    view.all = true;
    apply();
  });
  const legend = [
    ["seen2", GLYPHS.seen, "allowed (by a model), seen (on a machine), the darker the more often"],
    ["", GLYPHS.unseen, "allowed, not seen"], ["kept", GLYPHS.kept, "forbidden"],
    ["alarm", GLYPHS.alarm, "forbidden, and yet seen"], ["odd", GLYPHS.odd, "unmodelled"], ["", "?", "not judged"]
  ];
  byId("legend").append(...legend.map(
    ([look, glyph, words]) =>
      make("li", {class: look}, make("span", {class: "glyph", "aria-hidden": "true"}, glyph), " " + words)));
}

function fillChoices() {
  const add = (id, values) =>
    byId(id).append(...values.map(([value, label]) => make("option", {value}, clipped(label))));
  const families = [...new Set(tests.map((test) => test.family || "none"))].sort(collator.compare);
  add("f-family", families.map((family) => [family, family]));
  add(
    "f-arch", [...new Set(columns.map((m) => kindOf(machines[m])))].sort(collator.compare).map((arch) => [arch, arch]));
  add("f-sort", columns.map((m) => ["m" + (m + 1), "share on " + shortName(m)]));
}
