"use strict";
// The page of `weakmem report`. What it shows comes from the JSON beside it, which is text to it and never markup:
// elements are made by make(), whose words are text nodes.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { machines, tests, models } = data;
  const byId = (id) => document.getElementById(id);

  // ---- Elements

  const ATTRIBUTES = new Set(["class", "id", "title", "scope", "role", "type", "value", "colspan", "tabindex", "href", "rel",
    "aria-label", "aria-sort", "aria-hidden", "data-test", "data-machine", "data-state"]);

  // make("td", {class: "r"}, "text", element, ...): an element of that name, attributes and contents.
  function make(name, attributes, ...contents) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {}))
      if (ATTRIBUTES.has(key) && value !== undefined && value !== null)
        element.setAttribute(key, value);
    element.append(...contents.filter((part) => part !== null && part !== undefined && part !== ""));
    return element;
  }

  // Text, or a link where the text is the address of a page: http or https and nothing else.
  function linked(text) {
    try {
      const url = new URL(text);
      if (url.protocol === "http:" || url.protocol === "https:")
        return make("a", { href: url.href, rel: "noopener noreferrer nofollow" }, text);
    } catch { /* no address */ }
    return text;
  }

  const clipped = (text) => (text.length > 48 ? text.slice(0, 47) + "\u2026" : text);
  const hidden = (text) => make("span", { class: "vh" }, text);

  // ---- Figures

  const number = (count) => Number(count || 0); // counts beyond 2^53 come as text
  const whole = (count) => String(count || 0).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const plural = (count, noun) => `${whole(count)} ${noun}${Number(count) === 1 ? "" : "s"}`;

  function short(count) {
    const units = ["", "k", "M", "G", "T", "P", "E"];
    let unit = 0;
    for (count = number(count); count >= 999.5 && unit + 1 < units.length; unit++)
      count /= 1000;
    const digits = unit === 0 && Number.isInteger(count) ? 0 : count >= 99.95 ? 0 : count >= 9.995 ? 1 : 2;
    return count.toFixed(digits) + units[unit];
  }

  function percent(share) {
    const hundred = share * 100;
    return (hundred >= 10 ? hundred.toFixed(1) : hundred >= 1 ? hundred.toFixed(2) : hundred >= 0.01 ? hundred.toFixed(3)
      : hundred.toExponential(1)) + "\u202f%";
  }

  // The rule of three: what zero of n would prove at 95 % if iterations were independent.
  const bound = (n) => (n > 3 ? 3 / n : 1);

  function nanoseconds(ns) {
    return ns >= 100 ? ns.toFixed(0) : ns >= 10 ? ns.toFixed(1) : ns.toFixed(2);
  }

  // ---- Words

  function kindOf(machine) {
    if (machine.predicted) return "herd7";
    return (machine.emulated ? "emulated " : "") + clipped(machine.kind || "unnamed");
  }
  const shortName = (index) => `${index + 1} ${kindOf(machines[index])}`;
  const cpuOf = (machine) => machine.predicted ? "a model, no machine" : machine.cpu || (machine.emulated ? "emulated CPU" : "unknown CPU");

  // What says how far to trust a machine's figures: [class, words].
  function trust(machine) {
    const chips = [];
    if (machine.own) chips.push(["own", "this machine"]);
    if (machine.predicted) chips.push(["odd", "predicted by herd7, not measured"]);
    if (machine.emulated) chips.push(["warn", `emulated: no ${machine.kind || "real"} CPU ran this`]);
    if (machine.virtual) chips.push(["", `virtual machine: ${machine.virtual}`]);
    if (machine.program || machine.source) chips.push(["warn", "published: another program, not our C11 tests"]);
    if (machine.unmodelled && !machine.predicted) chips.push(["odd", "unmodelled: its architecture has no model here"]);
    if (machine.twice) chips.push(["", "here more than once"]);
    return chips;
  }

  const WORDS = { allowed: "allowed", forbidden: "forbidden", unmodelled: "unmodelled", unknown: "not judged" };
  const GLYPHS = { alarm: "\u25b2", seen: "\u25cf", unseen: "\u25cb", kept: "\u2298", odd: "\u25c7", other: "?" };

  // How a cell looks and reads. Its class is one of GLYPHS' names: colour is never the only sign.
  function describe(cell) {
    const n = number(cell.n), seen = number(cell.seen);
    if (cell.predicted)
      return { look: "other", glyph: " ", figure: cell.predicts ? "allows" : "forbids", words: `herd7 ${cell.predicts ? "allows" : "forbids"} it` };
    const figure = !cell.conditional ? "no condition" : seen ? percent(cell.share) : "<\u202f" + percent(bound(n));
    const counted = !cell.conditional ? `${whole(cell.n)} iterations` : `${whole(cell.seen)} of ${whole(cell.n)} iterations`;
    let look = "other";
    if (cell.alarm) look = "alarm";
    else if (!cell.conditional) look = "other";
    else if (cell.v === "unmodelled") look = "odd";
    else if (cell.v === "allowed") look = seen ? "seen" : "unseen";
    else if (cell.v === "forbidden") look = "kept";
    const verdict = WORDS[cell.v] || cell.v;
    const words = cell.alarm ? `${counted}; FORBIDDEN AND YET SEEN` : `${counted}; ${verdict}, ${seen ? "seen" : "not seen"}`;
    return { look, glyph: !cell.conditional && !cell.alarm ? " " : GLYPHS[look], figure, words };
  }

  function shade(cell) {
    const decades = Math.log10(cell.share || 1e-9);
    return decades >= -1 ? "seen3" : decades >= -3 ? "seen2" : decades >= -5 ? "seen1" : "seen0";
  }

  const LETTERS = { a: ["allowed", "a"], f: ["forbidden", "f"], t: ["thin air", "x"], u: ["undefined", "x"], m: ["unmodelled", "x"],
    "?": ["undecided", "x"], "-": ["\u2013", ""] };

  // ---- Views: the filters, and which tests are open; all of it stands in the address

  const FILTERS = ["q", "family", "arch", "verdict", "seen", "fence", "sort"];
  const CHECKS = ["differ", "two"];
  const view = { open: new Set(), scale: "log", direction: 1 };

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
    for (const key of FILTERS) if (byId("f-" + key).value) now.set(key, byId("f-" + key).value);
    for (const key of CHECKS) if (byId("f-" + key).checked) now.set(key, "1");
    if (view.scale !== "log") now.set("scale", view.scale);
    if (view.direction < 0) now.set("down", "1");
    for (const name of view.open) now.append("open", name);
    const hash = now.toString() ? "#" + now : "";
    if (hash === location.hash) return;
    try { history.replaceState(null, "", hash || location.pathname + location.search); } catch { /* not from disk, in this browser */ }
  }

  // ---- Filter and sort

  const rows = tests.map((test, index) => {
    const cells = new Map(test.cells.map((cell) => [cell.m, cell]));
    const text = [test.name, test.family, test.story, test.condition, ...test.states.map((state) => state[0])].join("\n").toLowerCase();
    return { test, index, cells, text, row: null, details: null };
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
    const family = value("family"), arch = value("arch"), verdict = value("verdict"), seen = value("seen"), fence = value("fence");
    const differ = byId("f-differ").checked, two = byId("f-two").checked;
    const shown = columns.filter((m) => !arch || kindOf(machines[m]) === arch);
    return { columns: new Set(shown), row(entry) {
      const { test, cells, text } = entry;
      if (!words.every((word) => text.includes(word))) return false;
      if (family && (test.family || "none") !== family) return false;
      if (fence && (fence === "put") !== Boolean(test.fence)) return false;
      if (differ && !test.differs) return false;
      const here = shown.map((m) => cells.get(m)).filter(Boolean);
      if (two && here.length < 2) return false;
      return here.some((cell) => wants(cell, verdict, seen));
    } };
  }

  const collator = new Intl.Collator("en", { numeric: true });

  // Shares on a machine: the largest first; then what was not seen, the tightest bound last; then what it has not.
  function weight(entry, machine) {
    const cell = entry.cells.get(machine);
    if (!cell || cell.predicted || !cell.conditional) return -2;
    return number(cell.seen) ? cell.share : -1 + bound(number(cell.n));
  }

  // What is forbidden and was seen, then where machines differ, then what many machines have.
  function telling({ test, cells }) {
    return (test.cells.some((cell) => cell.alarm) ? 1e6 : 0) + (test.differs ? 1e3 : 0) + cells.size;
  }

  function order() {
    const key = byId("f-sort").value, name = (a, b) => collator.compare(a.test.name, b.test.name);
    const by = { "": (a, b) => telling(b) - telling(a) || a.index - b.index, recorded: (a, b) => a.index - b.index, name,
      family: (a, b) => collator.compare(a.test.family || "\uffff", b.test.family || "\uffff") || name(a, b) };
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
      head.setAttribute("aria-sort", !active ? "none" : (head.dataset.state === "name") === (view.direction > 0) ? "ascending" : "descending");
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
    byId("shown").textContent = count === rows.length ? plural(count, "test") : `${whole(count)} of ${plural(rows.length, "test")}`;
    byId("nothing").hidden = count > 0 || !rows.length;
    byId("matrix-scroll").hidden = !count;
    writeAddress();
    document.documentElement.dataset.applied = String(count);
  }

  // ---- The matrix

  // A link and no button, which browsers leave out where a table's head is repeated on paper.
  function sortLink(key, title, ...contents) {
    const link = make("a", { href: "#sort=" + key, title }, ...contents);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      sortBy(key);
    });
    return link;
  }

  function headCell(index) {
    const machine = machines[index];
    const what = machine.emulated ? "emulated" : machine.predicted ? "predicted" : machine.unmodelled ? "unmodelled" : machine.program || machine.source ? "published"
      : machine.own ? "this machine" : machine.virtual || "";
    const link = sortLink("m" + (index + 1), `${machine.name}: sort by its shares`,
      make("span", { class: "kind" }, `${index + 1} ${kindOf(machine)}`), make("span", { class: "cpu" }, cpuOf(machine)), what && make("span", { class: "what" }, what));
    return make("th", { scope: "col", "data-machine": index, "data-state": "m" + (index + 1), "aria-sort": "none" }, link);
  }

  function bodyCell(cell, index) {
    if (!cell) return make("td", { class: "none", "data-machine": index }, hidden("no record"));
    const { look, glyph, figure, words } = describe(cell);
    return make("td", { class: look === "seen" ? "seen " + shade(cell) : look, "data-machine": index, "data-state": look, title: words },
      figure, make("span", { class: "glyph", "aria-hidden": "true" }, glyph), hidden(` ${look === "alarm" ? "forbidden and yet seen" : words.split("; ")[1] || ""}`));
  }

  function bodyRow(entry) {
    const { test, cells } = entry;
    const link = make("a", { href: "#" + new URLSearchParams({ open: test.name }), title: test.story ? test.story.split("\n")[0] : test.name }, test.name);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      openTest(entry);
    });
    entry.row = make("tr", { "data-test": test.name }, make("th", { scope: "row" }, link, test.family && make("span", { class: "family" }, test.family)),
      ...columns.map((index) => bodyCell(cells.get(index), index)));
    return entry.row;
  }

  function drawMatrix() {
    const byName = sortLink("name", "sort by name", make("span", { class: "kind" }, "test"));
    const head = make("thead", null, make("tr", null, make("th", { scope: "col", "data-state": "name", "aria-sort": "none" }, byName), ...columns.map(headCell)));
    const body = make("tbody", { id: "matrix-body" }, ...rows.map(bodyRow));
    byId("matrix-scroll").append(make("table", { class: "matrix" }, head, body));
    const legend = [["seen2", GLYPHS.seen, "allowed, seen; the darker the more often"], ["", GLYPHS.unseen, "allowed, not seen"],
      ["kept", GLYPHS.kept, "forbidden, not seen"], ["alarm", GLYPHS.alarm, "forbidden, and yet seen"], ["odd", GLYPHS.odd, "unmodelled"],
      ["", "?", "not judged"]];
    byId("legend").append(...legend.map(([look, glyph, words]) => make("li", { class: look }, make("span", { class: "glyph", "aria-hidden": "true" }, glyph), " " + words)));
  }

  function fillChoices() {
    const add = (id, values) => byId(id).append(...values.map(([value, label]) => make("option", { value }, clipped(label))));
    const families = [...new Set(tests.map((test) => test.family || "none"))].sort(collator.compare);
    add("f-family", families.map((family) => [family, family]));
    add("f-arch", [...new Set(columns.map((m) => kindOf(machines[m])))].sort(collator.compare).map((arch) => [arch, arch]));
    add("f-sort", columns.map((m) => ["m" + (m + 1), "share on " + shortName(m)]));
  }

  // ---- Charts, made when they come into view

  const charts = new Map(); // canvas -> how it is made
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries)
      if (entry.isIntersecting) drawChart(entry.target);
  }, { rootMargin: "300px" });

  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function drawChart(canvas) {
    const recipe = charts.get(canvas);
    if (!recipe || Chart.getChart(canvas)) return;
    observer.unobserve(canvas);
    new Chart(canvas, recipe());
  }

  // A chart of bars that lie, with its height by what it holds, and its words for who cannot see it.
  function chartBox(lines, words, recipe) {
    const canvas = make("canvas", { role: "img", "aria-label": words });
    const box = make("div", { class: "chart" }, canvas);
    box.style.height = `${Math.max(4, lines) * 22 + 56}px`;
    charts.set(canvas, recipe);
    observer.observe(canvas);
    return box;
  }

  function forget(canvases) {
    for (const canvas of canvases) {
      observer.unobserve(canvas);
      if (Chart.getChart(canvas)) Chart.getChart(canvas).destroy();
      charts.delete(canvas);
    }
  }

  function redraw() {
    for (const canvas of charts.keys()) {
      const chart = Chart.getChart(canvas);
      if (!chart) continue;
      chart.destroy();
      drawChart(canvas);
    }
  }

  function barOptions({ scale, title, ticks, tip, legend }) {
    const soft = ink("--soft"), line = ink("--line");
    const font = { family: ink("--sans"), size: 11.5 };
    return {
      indexAxis: "y", animation: false, responsive: true, maintainAspectRatio: false, devicePixelRatio: Math.max(2, window.devicePixelRatio || 1),
      scales: {
        x: { type: scale === "log" ? "logarithmic" : "linear", min: scale === "log" ? ticks.least : 0, title: { display: true, text: title, color: soft, font },
          grid: { color: (context) => (scale === "log" && context.tick && !decades(context.tick.value) ? "transparent" : line), borderColor: line }, ticks: { color: soft, font, maxRotation: 0, autoSkipPadding: 14, callback: (value) => ticks.word(value) } },
        y: { grid: { display: false, borderColor: line }, ticks: { color: ink("--ink"), font: { family: ink("--mono"), size: 11 }, autoSkip: false,
          callback(value) { const label = this.getLabelForValue(value); return label.length > 34 ? label.slice(0, 33) + "\u2026" : label; } } },
      },
      plugins: { legend: { display: Boolean(legend), labels: { color: ink("--ink"), font, boxWidth: 12 } },
        tooltip: { callbacks: { label: tip } } },
    };
  }

  const decades = (value) => Number.isInteger(Math.log10(value));

  // ---- Histograms

  const HISTOGRAM_STATES = 24;

  // What colours a bar: forbidden and seen, asked for, weak, or an interleaving.
  function barKind(test, entry) {
    const state = test.states[entry[0]];
    if (entry[2]) return "alarm";
    if (state[2]) return "asked";
    return state[1][0] === "f" ? "weak" : "sc";
  }
  const KINDS = { asked: "what the test asks for", weak: "weak, not asked for", sc: "some interleaving", alarm: "forbidden, and yet seen" };

  function histogramRecipe(test, cell) {
    const shown = histogramOf(test, cell).slice(0, HISTOGRAM_STATES);
    return () => ({
      type: "bar",
      data: { labels: shown.map((entry) => test.states[entry[0]][0]),
        datasets: [{ data: shown.map((entry) => number(entry[1])), backgroundColor: shown.map((entry) => ink("--bar-" + barKind(test, entry))), barPercentage: .8, categoryPercentage: .9 }] },
      options: barOptions({ scale: view.scale, title: view.scale === "log" ? "iterations, logarithmic" : "iterations",
        ticks: { least: 0.5, word: (value) => (view.scale !== "log" || decades(value) ? short(value) : "") },
        tip: (item) => `${whole(shown[item.dataIndex][1])}: ${percent(number(shown[item.dataIndex][1]) / number(cell.n))}` }),
    });
  }

  // Its lines in the order of their states.
  const histogramOf = (test, cell) => [...cell.h].sort((a, b) => a[0] - b[0]);

  function waysTable(cell) {
    const lines = cell.ways.map((way) => {
      const when = way.first ? way.first + (way.last ? " to " + way.last : "") : "";
      const how = [data.ways[way.way], way.flags, way.pus && "PU " + way.pus, way.settings, way.seed && "seed " + way.seed, way.weakmem && "weakmem " + way.weakmem].filter(Boolean).join("; ");
      return make("tr", null, make("th", { scope: "row" }, how), make("td", { class: "r" }, whole(way.runs)), make("td", { class: "r" }, whole(way.n)),
        make("td", { class: "r" }, cell.conditional ? whole(way.seen) : ""), make("td", { class: "r" }, way.seconds ? way.seconds.toFixed(2) + " s" : ""), make("td", null, when));
    });
    return table(["how", "runs", "iterations", "seen", "time", "when"], lines, [1, 2, 3, 4]);
  }

  function table(titles, lines, right = []) {
    const head = titles.map((title, i) => make("th", { scope: "col", class: right.includes(i) ? "r" : null }, title));
    return make("div", { class: "spill" }, make("table", { class: "plain" }, make("thead", null, make("tr", null, ...head)), make("tbody", null, ...lines)));
  }

  function countsTable(test, cell) {
    const lines = histogramOf(test, cell).map((entry) => make("tr", null, make("th", { scope: "row", class: "state" }, test.states[entry[0]][0]),
      make("td", { class: "r" }, cell.predicted ? "allowed" : whole(entry[1])), make("td", { class: "r" }, cell.predicted ? "" : percent(number(entry[1]) / number(cell.n))),
      make("td", null, KINDS[barKind(test, entry)])));
    return table(["state", "count", "share", ""], lines, [1, 2]);
  }

  function histogramFigure(test, cell) {
    const machine = machines[cell.m], { words, figure } = describe(cell);
    const figureElement = make("figure", { class: "histogram" + (cell.alarm ? " alarming" : ""), "data-machine": cell.m },
      make("figcaption", null, `${shortName(cell.m)}: ${cpuOf(machine)}`));
    const say = (text) => figureElement.append(make("p", { class: "made" }, text));
    if (cell.predicted) {
      say("herd7, a model: the states that it allows.");
      figureElement.append(countsTable(test, cell));
      return figureElement;
    }
    say(cell.conditional ? `${figure}: ${words}.` : `${words.split(";")[0]}; the test has no condition.`);
    if (cell.h.length) {
      const shown = Math.min(cell.h.length, HISTOGRAM_STATES);
      const spoken = `Histogram of ${test.name} on ${machine.name}: ` + histogramOf(test, cell).slice(0, 8).map((entry) => `${test.states[entry[0]][0]} ${whole(entry[1])}`).join(", ");
      figureElement.append(chartBox(shown, spoken, histogramRecipe(test, cell)));
      if (cell.h.length > shown) say(`The chart has the first ${shown} of ${cell.h.length} states; the table has all.`);
      if (cell.beyond) say(`${plural(cell.beyond, "state")} more, ${whole(cell.rest)} iterations together, are left out.`);
    } else {
      say("How often each state was seen is not in the record.");
    }
    if (machine.source) figureElement.append(make("p", { class: "made" }, "Published: ", linked(machine.source), machine.program ? `; ran: ${machine.program}` : ""));
    const way = cell.ways.length > 1 ? `${cell.ways.length} ways of running it, added up` : data.ways[cell.ways[0].way] || "";
    say(`${way}; ${plural(cell.runs, "run")}.`);
    figureElement.append(make("details", null, make("summary", null, "Counts, and how it was run"), cell.h.length ? countsTable(test, cell) : "", waysTable(cell)));
    return figureElement;
  }

  // ---- A test

  function verdictTable(test) {
    if (!test.states.length) return null;
    const lines = test.states.map((state) => make("tr", { class: state[2] ? "asked" : null }, make("th", { scope: "row", class: "state" }, (state[2] ? "* " : "") + state[0]),
      ...models.map((model, i) => { const [word, look] = LETTERS[state[1][i]] || LETTERS["-"]; return make("td", { class: look }, word); })));
    const box = table(["state", ...models.map((model) => model[0])], lines);
    box.firstChild.classList.add("verdicts");
    return box;
  }

  function verdictNotes(test) {
    const notes = [];
    if (!test.known) notes.push("This test is not in weakmem's suite: verdicts are those in the records, of the states that were seen; – is where they say nothing.");
    else if (test.states.some((state) => state[1].includes("-"))) notes.push("– the model does not speak of the test: a fence of another CPU, or no time was left to ask.");
    if (test.states.some((state) => state[1].includes("t"))) notes.push("thin air: forbidden by RC11's axiom against values out of thin air alone; ISO C11 has no such axiom.");
    if (test.states.some((state) => state[1].includes("u"))) notes.push("undefined: the program has a data race, so C11 forbids nothing.");
    if (test.beyond) notes.push(`${plural(test.beyond, "state")} more are left out.`);
    const why = new Map();
    (test.why || []).forEach((sentence, i) => sentence && why.set(sentence, [...(why.get(sentence) || []), models[i][0]]));
    for (const [sentence, names] of why) notes.push(`${names.join(", ")}: ${sentence}.`);
    return notes.map((note) => make("p", { class: "made" }, note));
  }

  function scaleSwitch() {
    const button = make("button", { type: "button", class: "quiet screen" }, "");
    button.dataset.scale = "";
    const word = () => { button.textContent = view.scale === "log" ? "Linear scale" : "Logarithmic scale"; };
    word();
    button.addEventListener("click", () => {
      view.scale = view.scale === "log" ? "linear" : "log";
      document.querySelectorAll("button[data-scale]").forEach((each) => { each.textContent = view.scale === "log" ? "Linear scale" : "Logarithmic scale"; });
      redraw();
      writeAddress();
    });
    return button;
  }

  function testBody(test) {
    const kinds = new Set(test.cells.flatMap((cell) => cell.h.map((entry) => barKind(test, entry))));
    const key = make("ul", { class: "key" }, ...Object.keys(KINDS).filter((kind) => kinds.has(kind)).map((kind) => make("li", null, make("i", { class: "k-" + kind }), KINDS[kind])));
    return make("div", { class: "body" },
      test.story ? make("p", { class: "story" }, test.story) : null,
      test.differs ? make("p", { class: "made" }, test.differs + ".") : null,
      test.note ? make("p", { class: "made" }, test.note + ".") : null,
      make("div", { class: "halves" },
        make("div", null, make("h4", null, "Source"), test.source ? make("pre", { tabindex: 0 }, test.source.trim())
          : make("p", { class: "made" }, `Not one of weakmem's tests, so that its source is not known here.${test.condition ? " Its condition: " + test.condition : ""}`)),
        make("div", null, make("h4", null, "What the models say"), verdictTable(test), ...verdictNotes(test))),
      make("h4", null, "Histograms ", scaleSwitch()), key,
      make("div", { class: "grid" }, ...test.cells.map((cell) => histogramFigure(test, cell))));
  }

  function testDetails(entry) {
    const { test } = entry;
    const alarming = test.cells.some((cell) => cell.alarm);
    const details = make("details", { class: "test" + (alarming ? " alarming" : ""), "data-test": test.name },
      make("summary", null, make("b", null, test.name), make("span", null, alarming ? "Forbidden, and yet seen. " : "", test.story ? test.story.split("\n")[0] : test.family || "")));
    details.addEventListener("toggle", () => {
      if (details.open) {
        view.open.add(test.name);
        if (!details.querySelector(".body")) details.append(testBody(test));
      } else {
        view.open.delete(test.name);
        const body = details.querySelector(".body");
        if (body) { forget(body.querySelectorAll("canvas")); body.remove(); }
      }
      writeAddress();
    });
    entry.details = details;
    return details;
  }

  function openTest(entry) {
    if (entry.details.hidden) { byId("filters").reset(); apply(); }
    entry.details.open = true;
    requestAnimationFrame(() => { entry.details.scrollIntoView({ block: "start" }); entry.details.querySelector("summary").focus({ preventScroll: true }); });
  }

  const openNamed = () => { for (const entry of rows) if (view.open.has(entry.test.name) && !entry.details.open) entry.details.open = true; };

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
    return { first, last, iterations, seconds };
  }

  function machineCard(machine, index) {
    const { first, last, iterations, seconds } = spans(index);
    const facts = [["Architecture", machine.arch], ["Judged by", machine.judge || (machine.unmodelled ? "no model: unmodelled" : "")], ["CPU", machine.cpu], ["Vendor", machine.vendor],
      ["Family, model, stepping", machine.part && machine.part.join(", ")], ["Microcode", machine.microcode], ["Cores, PUs", machine.cores && `${machine.cores}, ${machine.pus || machine.cores}`],
      ["Hypervisor", machine.virtual], ["Emulated", machine.emulated && "yes: what an emulator did on its host"], ["Atomic instructions (LSE)", machine.arch === "aarch64" && !machine.source ? (machine.lse ? "yes" : "not said") : ""],
      ["Kernel", machine.kernel], ["Cache line", machine.cache_line && machine.cache_line + " bytes"], ["Core clock", machine.ghz && machine.ghz.toFixed(2) + " GHz when costs were measured"],
      ["Read from", machine.file]].filter((fact) => fact[1]);
    const counted = machine.predicted ? plural(machine.cells || 0, "test") : [plural(machine.cells || 0, "test"), plural(machine.records || 0, "record"), iterations ? short(iterations) + " iterations" : "",
      seconds ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s of counting` : ""].filter(Boolean).join(", ");
    const when = first && (first.slice(0, 10) === last.slice(0, 10) ? first.slice(0, 10) : `${first.slice(0, 10)} to ${last.slice(0, 10)}`);
    return make("article", { class: "machine", "data-machine": index }, make("span", { class: "number", "aria-hidden": "true" }, String(index + 1)),
      make("div", null, make("h3", null, hidden(`Machine ${index + 1}: `), machine.name),
        make("ul", { class: "chips" }, ...trust(machine).map(([look, words]) => make("li", { class: "chip " + look }, words))),
        make("p", null, counted + (when ? `; ${when}` : "")),
        machine.source ? make("p", null, "Source: ", linked(machine.source)) : null,
        machine.program ? make("p", null, "Ran: " + machine.program) : null,
        make("details", null, make("summary", null, "Identity"), make("dl", null, ...facts.flatMap(([name, value]) => [make("dt", null, name), make("dd", null, String(value))])))));
  }

  // ---- Alarms, differences, changes

  function drawAlarms() {
    if (!data.alarms.length) return;
    const SHOWN = 50;
    const items = data.alarms.slice(0, SHOWN).map((alarm) => {
      const entry = rows[alarm.test], cell = entry.cells.get(alarm.machine);
      const link = make("a", { href: "#" + new URLSearchParams({ open: entry.test.name }) }, entry.test.name);
      link.addEventListener("click", (event) => { event.preventDefault(); openTest(entry); });
      const count = alarm.count ? `${whole(alarm.count)} of ${whole(cell.n)} iterations` : `in ${whole(cell.n)} iterations`;
      return make("li", null, link, " on ", shortName(alarm.machine), ", ", machines[alarm.machine].name, ": ", alarm.state ? make("span", { class: "state" }, alarm.state) : "what the test asks for",
        `, ${count}; forbidden by ${alarm.by || "its model"}`, machines[alarm.machine].emulated ? " (an emulated run)" : "");
    });
    byId("alarms").append(make("h2", null, `Forbidden, and yet seen: ${plural(data.alarms.length, "time")}`),
      make("p", null, "A bug of the tool, the compiler or the CPU, or of who published it. Look into these first."), make("ul", null, ...items,
        data.alarms.length > SHOWN ? make("li", null, `and ${whole(data.alarms.length - SHOWN)} more`) : null));
    byId("alarms").hidden = false;
  }

  // A list of which the first are shown, and the others on demand.
  function longList(list, items, shown) {
    list.append(...items.slice(0, shown));
    if (items.length <= shown) return;
    const more = make("button", { type: "button", class: "quiet" }, `Show all ${items.length}`);
    more.addEventListener("click", () => { more.remove(); list.append(...items.slice(shown)); });
    list.after(more);
  }

  function drawDifferences() {
    const differing = rows.filter((entry) => entry.test.differs);
    if (!differing.length) return;
    byId("differences").hidden = false;
    longList(byId("difference-list"), differing.map(({ test }) => make("li", { class: test.differs.includes("forbidden and yet seen") ? "seenx" : null }, test.differs)), 24);
  }

  function drawChanges() {
    const { compared, changed = 0, untold = 0, moved = 0, list } = data.changes;
    if (!compared) return;
    byId("changes").hidden = false;
    const told = compared - untold;
    byId("change-list").append(make("p", { class: "about" }, `${whole(changed)} of ${plural(told, "test")} changed: Welch's t on repeated runs' shares, Holm-corrected, so that at most 5 % of such comparisons call anything changed by chance. `
      + (untold ? `Of ${plural(untold, "test")} it cannot be told, since iterations of one run are not independent and there are fewer than three runs on a side; ${whole(moved)} of them moved by more than twice.` : "")));
    const body = list.map((change) => make("tr", null, make("th", { scope: "row" }, change.name), make("td", null, change.kind === "changed" ? "changed" : change.kind === "untold" ? "cannot be told" : "no change"),
      make("td", { class: "r" }, percent(change.shares[0])), make("td", { class: "r" }, String(change.runs[0])), make("td", { class: "r" }, percent(change.shares[1])), make("td", { class: "r" }, String(change.runs[1])),
      make("td", { class: "r" }, change.kind === "untold" ? "" : change.p < 0.001 ? change.p.toExponential(1) : change.p.toFixed(3)), make("td", null, `${change.machines[0] + 1} and ${change.machines[1] + 1}`), make("td", null, data.ways[change.way] || "")));
    const box = table(["test", "", "before", "runs", "after", "runs", "p", "columns", "how"], body.slice(0, 40), [2, 3, 4, 5, 6]);
    byId("change-list").append(box);
    if (body.length > 40) {
      const more = make("button", { type: "button", class: "quiet" }, `Show all ${body.length}`);
      more.addEventListener("click", () => { more.remove(); box.querySelector("tbody").append(...body.slice(40)); });
      byId("change-list").append(more);
    }
  }

  // ---- Fence ladders

  const LADDER_BARS = 40;

  function ladderLetter(ladder, row) {
    const at = models.findIndex((model) => model[0] === machines[ladder.machine].judge);
    return at < 0 ? "-" : row.verdicts[at] || "-";
  }

  const isBest = (ladder, row) => row.name === ladder.cheapest && row.threads === ladder.cheapest_threads;

  function ladderRecipe(ladder, shown) {
    const mark = (row) => (ladderLetter(ladder, row) === "f" ? "\u2298 " : ladderLetter(ladder, row) === "a" ? "\u25cf " : "? ");
    return () => ({
      type: "bar",
      data: { labels: shown.map((row) => mark(row) + row.name + (row.threads && row.threads !== "all" ? ", " + row.threads : "")),
        datasets: [{ label: "ns", data: shown.map((row) => row.ns), backgroundColor: shown.map((row) => ink(ladderLetter(ladder, row) === "f" ? "--bar-good" : "--bar-asked")) },
          { label: "ns owned", data: shown.map((row) => row.owned), backgroundColor: ink("--bar-soft") }].map((set) => ({ ...set, barPercentage: .92, categoryPercentage: .82 })) },
      options: barOptions({ scale: "linear", title: "nanoseconds that it adds", ticks: { word: (value) => String(value) },
        tip: (item) => `${item.dataset.label}: ${nanoseconds(item.raw)}` }),
    });
  }

  function ladderLine(ladder, row) {
    const verdicts = models.map((model, i) => [model[0], row.verdicts[i]]).filter(([, letter]) => letter && letter !== "-").map(([name, letter]) => `${name}: ${LETTERS[letter][0]}`).join("; ");
    const seen = row.iterations ? (number(row.seen) ? percent(number(row.seen) / number(row.iterations)) : "< " + percent(bound(number(row.iterations)))) : "";
    const figure = (ns) => (ns === undefined ? "" : nanoseconds(ns));
    return make("tr", { class: isBest(ladder, row) ? "best" : null }, make("th", { scope: "row" }, (isBest(ladder, row) ? "cheapest: " : "") + (row.name || "")), make("td", null, row.threads || ""),
      make("td", null, row.emitted || ""), make("td", { class: "r" }, figure(row.ns)), make("td", { class: "r" }, figure(row.owned)),
      make("td", { class: "r" }, seen), make("td", { class: "r" }, whole(row.iterations)), make("td", null, verdicts + (row.bounded ? " (as far as loops were followed)" : "")), make("td", null, row.note || (row.status && row.status !== "done" ? row.status : "")));
  }

  function ladderFigure(ladder) {
    const machine = machines[ladder.machine], priced = ladder.rows.filter((row) => row.ns !== undefined);
    const entire = priced.filter((row) => row.threads === "all" || row.threads === "each" || isBest(ladder, row));
    const shown = (entire.length ? entire : priced).slice(0, LADDER_BARS);
    const figure = make("figure", { class: "figures", "data-test": ladder.test, "data-machine": ladder.machine }, make("h3", null, `${ladder.test || "a test"} on ${shortName(ladder.machine)}`),
      make("p", { class: "made" }, [machine.name, ladder.condition, ladder.states.length ? "asked for: " + ladder.states.slice(0, 6).join(" or ").replace(/;( or|$)/g, "$1") : "", ladder.compiler && `${ladder.compiler} ${ladder.flags || ""}`,
        ladder.placement && `on ${ladder.placement}, PU ${ladder.pus.join(",")}`, ladder.weakmem && "weakmem " + ladder.weakmem].filter(Boolean).join("; ")),
      ladder.answer ? make("p", { class: "answer" }, ladder.answer.trim()) : null);
    if (shown.length) {
      figure.append(make("ul", { class: "key" }, make("li", null, make("i", { class: "k-good" }), "\u2298 its model forbids the states"), make("li", null, make("i", { class: "k-asked" }), "\u25cf it allows them"),
        make("li", null, make("i", { class: "k-soft" }), "where another core owns the lines")));
      figure.append(chartBox(shown.length * 1.15, `What each fence adds to ${ladder.test} in nanoseconds; the table below has the figures`, ladderRecipe(ladder, shown)));
    }
    const lines = ladder.rows.map((row) => ladderLine(ladder, row));
    figure.append(make("details", null, make("summary", null, `All ${plural(ladder.rows.length, "row")} as a table`), table(["fence", "threads", "made of it", "ns", "ns owned", "seen", "iterations", "models", ""], lines, [3, 4, 5, 6]),
      ladder.beyond ? make("p", { class: "made" }, `${plural(ladder.beyond, "row")} more are left out.`) : null));
    return figure;
  }

  // ---- Costs

  const SERIES = ["#3b76b3", "#d07f14", "#4a8f6d", "#b0506f", "#7b68b5", "#8a7a2e", "#3f9aa8", "#a65a36", "#6d7683", "#93a63c"];
  const COST_BARS = 40;

  function drawCosts() {
    const having = machines.map((machine, index) => index).filter((index) => machines[index].costs.length);
    if (!having.length) return;
    byId("costs").hidden = false;
    const groups = new Map(); // group -> "operation\0context" -> machine -> cost
    for (const index of having)
      for (const cost of machines[index].costs) {
        const group = groups.get(cost[0]) || new Map(), name = cost[1] + "\0" + cost[2];
        groups.set(cost[0], group.set(name, (group.get(name) || new Map()).set(index, cost)));
      }
    byId("cost-list").append(make("p", { class: "made" }, having.map((index) => `${shortName(index)}: ${machines[index].name}, from ${machines[index].file}`).join("; ")),
      ...[...groups].map(([group, lines]) => costFigure(group, lines, having)));
  }

  function costRecipe(shown, having) {
    const least = Math.min(...shown.flatMap(([, costs]) => [...costs.values()].map((cost) => cost[3])).filter((ns) => ns >= 0.01), 0.1);
    return () => ({
      type: "bar",
      data: { labels: shown.map(([name]) => name.split("\0").filter(Boolean).join(", ")),
        datasets: having.map((index, i) => ({ label: shortName(index), data: shown.map(([, costs]) => (costs.has(index) ? costs.get(index)[3] : null)),
          backgroundColor: having.length === 1 ? ink("--bar-weak") : SERIES[i % SERIES.length], barPercentage: .9, categoryPercentage: .8 })) },
      options: barOptions({ scale: "log", title: "nanoseconds, logarithmic", legend: having.length > 1, ticks: { least: 10 ** Math.floor(Math.log10(least)), word: (value) => (decades(value) ? String(value) : "") },
        tip: (item) => `${item.dataset.label}: ${nanoseconds(item.raw)} ns` }),
    });
  }

  function costFigure(group, lines, having) {
    const all = [...lines], shown = all.slice(0, COST_BARS), title = group || "operations";
    const body = all.map(([name, costs]) => make("tr", null, make("th", { scope: "row" }, name.split("\0")[0]), make("td", null, name.split("\0")[1]), ...having.map((index) => {
      const cost = costs.get(index);
      return make("td", { class: "r", title: cost ? `spread ${percent(cost[5])}` : null }, cost ? nanoseconds(cost[3]) + (cost[6] ? "" : " ~") + (cost[4] ? ` (${cost[4].toFixed(1)} cycles)` : "") : "");
    })));
    return make("figure", { class: "figures", "data-test": group }, make("h3", null, title[0].toUpperCase() + title.slice(1)),
      chartBox(shown.length * Math.max(1, having.length * .6), `Costs of ${title} in nanoseconds; the table below has the figures`, costRecipe(shown, having)),
      all.length > shown.length ? make("p", { class: "made" }, `The chart has the first ${shown.length} of ${all.length} rows; the table has all.`) : null,
      make("details", null, make("summary", null, `All ${plural(all.length, "row")} as a table`), table(["operation", "context", ...having.map(shortName)], body, having.map((index, i) => i + 2))));
  }

  // ---- Theme

  const THEMES = ["auto", "light", "dark"];
  function setTheme(theme) {
    const root = document.documentElement;
    if (theme === "auto") delete root.dataset.theme; else root.dataset.theme = theme;
    byId("theme").textContent = "Theme: " + theme;
    redraw();
  }
  function startTheme() {
    let theme = "auto";
    try { theme = localStorage.getItem("weakmem-theme") || "auto"; } catch { /* no storage from disk */ }
    if (!THEMES.includes(theme)) theme = "auto";
    setTheme(theme);
    byId("theme").addEventListener("click", () => {
      theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      try { localStorage.setItem("weakmem-theme", theme); } catch { /* likewise */ }
      setTheme(theme);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    // On paper everything is light, and every chart is drawn.
    window.addEventListener("beforeprint", () => {
      document.documentElement.dataset.theme = "light";
      redraw();
      for (const canvas of charts.keys()) drawChart(canvas);
    });
    window.addEventListener("afterprint", () => setTheme(theme));
  }

  // ---- The page

  function drawHead() {
    const kinds = new Set(columns.map((m) => kindOf(machines[m])));
    const title = data.title || (machines.length === 1 ? `Memory reordering on ${machines[0].predicted ? "herd7" : cpuOf(machines[0])}` : `Memory reordering on ${machines.length} machines`);
    byId("title").textContent = title;
    document.title = title + " \u2013 weakmem";
    const differing = tests.filter((test) => test.differs).length;
    const seen = tests.filter((test) => test.cells.some((cell) => number(cell.seen) && !cell.predicted)).length;
    byId("lede").textContent = `${plural(tests.length, "litmus test")} on ${plural(columns.length, "machine")} (${[...kinds].slice(0, 8).join(", ")}${kinds.size > 8 ? ", \u2026" : ""}). What ${tests.length === 1 ? "it asks" : "they ask"} for was seen in ${whole(seen)} of them`
      + (machines.length > 1 ? `; in ${whole(differing)} the machines differ. ` : ". ") + (data.alarms.length ? "" : "No state was seen that a model forbids.");
    byId("made").textContent = `Made ${data.made || ""} by weakmem ${data.weakmem || ""}: ${data.command || ""}. Charts by Chart.js ${Chart.version}.`;
    const notices = [];
    if (data.left_out) notices.push(`${plural(data.left_out, "test")} are left out, beyond what a browser opens in good time: make pages of fewer tests or machines for those.`);
    if (data.unkept) notices.push(`${whole(data.unkept)} states, runs or ladders are left out of histograms and of how tests were run; the shares count them.`);
    byId("notices").append(...notices.map((notice) => make("p", { class: "notice" }, notice)));
    byId("notices").hidden = !notices.length;
  }

  function drawContents() {
    for (const section of document.querySelectorAll("main > section[aria-labelledby]"))
      if (!section.hidden) {
        const link = make("a", { href: "#" + section.id }, section.querySelector("h2").textContent);
        link.addEventListener("click", (event) => { event.preventDefault(); section.scrollIntoView(); });
        byId("contents").append(link);
      }
  }

  function listen() {
    let waiting = 0;
    const soon = () => { clearTimeout(waiting); waiting = setTimeout(apply, 80); };
    byId("f-q").addEventListener("input", soon);
    byId("filters").addEventListener("change", (event) => {
      if (event.target.id === "f-sort") { view.direction = 1; arrange(); }
      apply();
    });
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("filters").addEventListener("reset", () => setTimeout(() => { view.direction = 1; arrange(); apply(); }));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      event.preventDefault();
      byId("f-q").focus();
    });
    window.addEventListener("hashchange", () => {
      if (!location.hash.includes("=")) return;
      readAddress();
      for (const entry of rows) if (!view.open.has(entry.test.name)) entry.details.open = false;
      arrange();
      apply();
      openNamed();
    });
  }

  startTheme();
  drawHead();
  drawAlarms();
  byId("machine-list").append(...machines.map(machineCard));
  fillChoices();
  drawMatrix();
  drawDifferences();
  drawChanges();
  if (data.ladders.length) {
    byId("fences").hidden = false;
    byId("ladder-list").append(...data.ladders.map(ladderFigure));
  }
  drawCosts();
  byId("test-list").append(...rows.map(testDetails));
  drawContents();
  readAddress();
  listen();
  arrange();
  apply();
  openNamed();
  if (view.open.size) { const first = rows.find((entry) => entry.details.open); if (first) first.details.scrollIntoView(); }
  document.documentElement.dataset.ready = "yes";
})();
