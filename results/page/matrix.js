// Filters, which stand in the address, and the matrix that they are of.

// ---- Views: the filters, and which tests are open; all of it stands in the address

const FILTERS = ["q", "family", "arch", "verdict", "seen", "fence", "sort"];
const CHECKS = ["differ", "two"];
const view = {
  open: new Set(),
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

function apply() {
  const choice = chosen();
  let count = 0;
  for (const entry of rows) {
    const shown = choice.row(entry);
    count += shown;
    entry.row.hidden = entry.details.hidden = !shown;
  }
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
    ...columns.map((index) => bodyCell(cells.get(index), index)));
  return entry.row;
}

function drawMatrix() {
  const byName = sortLink("name", "sort by name", make("span", {class: "kind"}, "test"));
  const head = make(
    "thead", null,
    make(
      "tr", null, make("th", {scope: "col", "data-state": "name", "aria-sort": "none"}, byName),
      ...columns.map(headCell)));
  const body = make("tbody", {id: "matrix-body"}, ...rows.map(bodyRow));
  byId("matrix-scroll").append(make("table", {class: "matrix"}, head, body));
  const legend = [
    ["seen2", GLYPHS.seen, "allowed, seen; the darker the more often"], ["", GLYPHS.unseen, "allowed, not seen"],
    ["kept", GLYPHS.kept, "forbidden, not seen"], ["alarm", GLYPHS.alarm, "forbidden, and yet seen"],
    ["odd", GLYPHS.odd, "unmodelled"], ["", "?", "not judged"]
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
