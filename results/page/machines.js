// The machines, what differs between them, and what must not be missed.

// ---- Machines

function spans(index) {
  let first = "", last = "", iterations = 0, seconds = 0;
  for (const entry of rows) {
    const cell = entry.cells.get(index);
    if (!cell) continue;
    iterations += number(cell.n);
    for (const way of cell.ways) {
      seconds += way.seconds || 0;
      if (way.first && (!first || way.first < first)) first = way.first;
      const end = way.last || way.first || "";
      if (end > last) last = end;
    }
  }
  return {first, last, iterations, seconds};
}

// What its mutants say: "lockstep 12 of 15, perpetual 20 of 20"; those never shown, by shape.
function mutantLines({mutants}) {
  if (!mutants) return [];
  const sum = (list, name) => list.reduce((total, row) => total + number(row[name]), 0);
  const engines = [...new Set(mutants.map((row) => row.engine))].map((engine) => {
    const own = mutants.filter((row) => row.engine === engine);
    return `${engine} ${sum(own, "shown")} of ${sum(own, "mutants")}`;
  });
  const never = mutants.filter((row) => number(row.shown) < number(row.mutants))
                  .map((row) => `${row.shape} ${number(row.mutants) - number(row.shown)} (${row.engine})`);
  const untested = !sum(mutants, "shown") ? ": what it never showed says nothing" : "";
  const lines = [make("p", {class: "mutants"}, "Mutants shown: " + engines.join(", ") + untested)];
  if (never.length) lines.push(make("p", {class: "mutants"}, "Never shown: " + never.join(", ")));
  return lines;
}

function machineCard(machine, index) {
  const {first, last, iterations, seconds} = spans(index);
  const facts = [
    ["Architecture", machine.arch],
    ["Judged by", machine.judge || (machine.unmodelled ? "no model: unmodelled" : "")],
    ["CPU", machine.cpu],
    ["Vendor", machine.vendor],
    [
      "Family, model, stepping",
      (machine.family > 0 || machine.model > 0) && [machine.family, machine.model, machine.stepping].join(", ")
    ],
    ["Microcode", machine.microcode],
    ["Cores, PUs", machine.cores && `${machine.cores}, ${machine.pus || machine.cores}`],
    ["Hypervisor", machine.virtual],
    ["Emulated", machine.emulated && "yes: what an emulator did on its host"],
    [
      "Atomic instructions (LSE)",
      machine.arch === "aarch64" && !machine.source ? (machine.lse ? "yes" : "not said") : ""
    ],
    ["Kernel", machine.kernel],
    ["Cache line", machine.cache_line && machine.cache_line + " bytes"],
    ["Frequency governor", machine.governor],
    ["Frequency boost", machine.boost],
    ["SMT", machine.smt],
    ["Mitigations", machine.mitigations],
    ["Transparent huge pages", machine.huge_pages],
    ["CPU limit in PUs", machine.cpu_limit],
    ["Cpuset", machine.cpuset],
    ["NUMA nodes", machine.nodes],
    ["Core clock", machine.ghz && machine.ghz.toFixed(2) + " GHz when costs were measured"],
    ["Read from", machine.file]
  ].filter((fact) => fact[1]);
  const counted = !machine.cells && !machine.records ? "costs or fences, no runs of tests" :
    machine.predicted                                ? plural(machine.cells || 0, "test") :
                                                       [
                          plural(machine.cells || 0, "test"), plural(machine.records || 0, "record"),
                          iterations ? short(iterations) + " iterations" : "",
                          seconds ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s of counting` : ""
                        ].filter(Boolean)
                          .join(", ");
  const when = first &&
    (first.slice(0, 10) === last.slice(0, 10) ? first.slice(0, 10) : `${first.slice(0, 10)} to ${last.slice(0, 10)}`);
  return make(
    "article", {class: "machine", "data-machine": index},
    make("span", {class: "number", "aria-hidden": "true"}, String(index + 1)),
    make(
      "div", null, make("h3", null, hidden(`Machine ${index + 1}: `), machine.name),
      make(
        "ul", {class: "chips"}, ...trust(machine).map(([look, words]) => make("li", {class: "chip " + look}, words))),
      make("p", null, counted + (when ? `; ${when}` : "")), ...mutantLines(machine),
      machine.compiler ? make("p", null, "Compiled by " + machine.compiler) : null,
      machine.source ? make("p", null, "Source: ", linked(machine.source)) : null,
      machine.program ? make("p", null, "Ran: " + machine.program) : null,
      make(
        "details", null, make("summary", null, "Identity"),
        make("dl", null, ...facts.flatMap((fact) => [make("dt", null, fact[0]), make("dd", null, String(fact[1]))])))));
}

// ---- Alarms, differences, changes

function drawAlarms() {
  if (!data.alarms.length) return;
  const SHOWN = 50;
  const items = data.alarms.slice(0, SHOWN).map((alarm) => {
    const entry = rows[alarm.test], cell = entry.cells.get(alarm.machine);
    const link = make("a", {href: "#" + new URLSearchParams({open: entry.test.name})}, entry.test.name);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      openTest(entry);
    });
    const count =
      alarm.count ? `${whole(alarm.count)} of ${whole(cell.n)} iterations` : `in ${whole(cell.n)} iterations`;
    return make(
      "li", null, link, " on ", shortName(alarm.machine), ", ", machines[alarm.machine].name, ": ",
      alarm.state ? make("span", {class: "state"}, alarm.state) : "what the test asks for",
      `, ${count}; forbidden by ${alarm.by || "its model"}`,
      machines[alarm.machine].emulated ? " (an emulated run)" : "");
  });
  byId("alarms").append(
    make("h2", null, `Forbidden, and yet seen: ${plural(data.alarms.length, "time")}`),
    make("p", null, "A bug of the tool, the compiler or the CPU, or of who published it. Look into these first."),
    make(
      "ul", null, ...items,
      data.alarms.length > SHOWN ? make("li", null, `and ${whole(data.alarms.length - SHOWN)} more`) : null));
  byId("alarms").hidden = false;
}

// A list of which the first are shown, and the others on demand.
function longList(list, items, shown) {
  list.append(...items.slice(0, shown));
  if (items.length <= shown) return;
  const more = make("button", {type: "button", class: "quiet"}, `Show all ${items.length}`);
  more.addEventListener("click", () => {
    more.remove();
    list.append(...items.slice(shown));
  });
  list.after(more);
}

function drawDifferences() {
  const differing = rows.filter((entry) => entry.test.differs);
  if (!differing.length) return;
  byId("differences").hidden = false;
  longList(
    byId("difference-list"),
    differing.map(
      ({test}) => make("li", {class: test.differs.includes("forbidden and yet seen") ? "seenx" : null}, test.differs)),
    24);
}

function drawSystems() {
  if (!data.systems.length) return;
  byId("systems").hidden = false;
  byId("system-list").append(...data.systems.map((sentence) => make("li", null, sentence)));
}

function drawChanges() {
  const {compared, changed = 0, untold = 0, moved = 0, list} = data.changes;
  if (!compared) return;
  byId("changes").hidden = false;
  const told = plural(compared - untold, "test");
  const sentences = [
    `${whole(changed)} of ${told} changed: Welch's t on repeated runs' shares, Holm-corrected, so that at most 5 % of`,
    "such comparisons call anything changed by chance."
  ];
  if (untold)
    sentences.push(
      `Of ${plural(untold, "test")} it cannot be told, since iterations of one run are not independent and there are`,
      `fewer than three runs on a side; ${whole(moved)} of them moved by more than twice.`);
  byId("change-list").append(make("p", {class: "about"}, sentences.join(" ")));
  const body = list.map(
    (change) => make(
      "tr", null, make("th", {scope: "row"}, change.name),
      make(
        "td", null,
        change.kind === "changed"  ? "changed" :
          change.kind === "untold" ? "cannot be told" :
                                     "no change"),
      make("td", {class: "r"}, percent(change.shares[0])), make("td", {class: "r"}, String(change.runs[0])),
      make("td", {class: "r"}, percent(change.shares[1])), make("td", {class: "r"}, String(change.runs[1])),
      make(
        "td", {class: "r"},
        change.kind === "untold" ? "" :
          change.p < 0.001       ? change.p.toExponential(1) :
                                   change.p.toFixed(3)),
      make("td", null, `${change.machines[0] + 1} and ${change.machines[1] + 1}`),
      make("td", null, data.ways[change.way] || "")));
  const box =
    table(["test", "", "before", "runs", "after", "runs", "p", "columns", "how"], body.slice(0, 40), [2, 3, 4, 5, 6]);
  byId("change-list").append(box);
  if (body.length > 40) {
    const more = make("button", {type: "button", class: "quiet"}, `Show all ${body.length}`);
    more.addEventListener("click", () => {
      more.remove();
      box.querySelector("tbody").append(...body.slice(40));
    });
    byId("change-list").append(more);
  }
}

// Nodes of a campaign: which is not as its kind, and how far apart the others are.
function drawNodes() {
  if (!data.nodes) return;
  const {note, odd, spreads} = data.nodes;
  byId("nodes").hidden = false;
  byId("nodes-fold").open = odd.length > 0;
  byId("nodes-note").textContent = note || "";
  longList(byId("node-list"), odd.map((sentence) => make("li", null, sentence)), 24);
  const body = spreads.map(
    ([name, column, nodes, way, shares]) => make(
      "tr", null, make("th", {scope: "row"}, name), make("td", {class: "r"}, String(column + 1)),
      make("td", {class: "r"}, whole(nodes)), ...shares.map((share) => make("td", {class: "r"}, percent(share))),
      make("td", null, data.ways[way] || "")));
  byId("spread-list").append(table(["test", "column", "nodes", "least", "median", "most", "how"], body, [
    1, 2, 3, 4, 5
  ]));
}
