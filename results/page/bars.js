// Charts, by Chart.js; and histograms.

// ---- Charts, made when they come into view

const charts = new Map();  // canvas -> how it is made
const observer = new IntersectionObserver((entries) => {
  for (const entry of entries)
    if (entry.isIntersecting) drawChart(entry.target);
}, {rootMargin: "300px"});

const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function drawChart(canvas) {
  const recipe = charts.get(canvas);
  if (!recipe || Chart.getChart(canvas)) return;
  observer.unobserve(canvas);
  new Chart(canvas, recipe());
}

// A chart of bars that lie, with its height by what it holds, and its words for who cannot see it.
function chartBox(lines, words, recipe) {
  const canvas = make("canvas", {role: "img", "aria-label": words});
  const box = make("div", {class: "chart"}, canvas);
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

// How figures are drawn: as bars, whose lengths compare, from 0 on; on a logarithmic scale, which has no 0 and where
// lengths mean nothing, as dots, whose places compare.
const kindOfChart = (scale) => (scale === "log" ? "line" : "bar");
function drawn(scale, colours) {
  if (scale !== "log") return {backgroundColor: colours};
  return {
    showLine: false,
    pointRadius: 5,
    pointHoverRadius: 6,
    backgroundColor: colours,
    borderColor: colours,
    pointBackgroundColor: colours,
    pointBorderColor: colours
  };
}

// What the axis leaves room for: half of the chart, in letters of 0.6 em.
const labelSize = (chart) => (chart.width < 480 ? 10 : 11);
const labelRoom = (chart) => Math.max(8, Math.min(34, Math.floor((chart.width / 2 - 12) / (labelSize(chart) * 0.605))));
const fitted = (label, room) => (label.length > room ? label.slice(0, room - 1) + "\u2026" : label);

// A label that is too long: on two lines, where its chart has the height for them and the label two parts.
function labelLines(label, room, twoLines) {
  const comma = label.indexOf(", ");
  if (label.length <= room || !twoLines || comma < 0) return fitted(label, room);
  return [fitted(label.slice(0, comma), room), fitted(label.slice(comma + 2), room)];
}

function barOptions({scale, title, ticks, tip, legend, twoLines}) {
  const soft = ink("--soft"), line = ink("--line");
  const font = {family: ink("--sans"), size: 11.5};
  return {
    indexAxis: "y",
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    devicePixelRatio: Math.max(2, window.devicePixelRatio || 1),
    interaction: {mode: "index", axis: "y", intersect: false},
    scales: {
      x: {
        type: scale === "log" ? "logarithmic" : "linear",
        min: scale === "log" ? ticks.least : 0,
        title: {display: true, text: title, color: soft, font},
        grid: {
          color: (context) => (scale === "log" && context.tick && !decades(context.tick.value) ? "transparent" : line),
          borderColor: line
        },
        ticks: {color: soft, font, maxRotation: 0, autoSkipPadding: 14, callback: (value) => ticks.word(value)}
      },
      y: {
        offset: true,
        grid: {display: scale === "log", color: line, borderColor: line},
        ticks: {
          color: ink("--ink"),
          font: (context) => ({family: ink("--mono"), size: labelSize(context.chart)}),
          autoSkip: false,
          callback(value) { return labelLines(this.getLabelForValue(value), labelRoom(this.chart), twoLines); }
        }
      },
    },
    plugins: {
      legend: {display: Boolean(legend), labels: {color: ink("--ink"), font, boxWidth: 12}},
      tooltip: {callbacks: {label: tip}}
    },
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
const KINDS = {
  asked: "what the test asks for",
  weak: "weak, not asked for",
  sc: "some interleaving",
  alarm: "forbidden, and yet seen"
};

function histogramChart(test, cell) {
  const shown = histogramOf(test, cell).slice(0, HISTOGRAM_STATES);
  return {
    type: kindOfChart(view.scale),
    data: {
      labels: shown.map((entry) => test.states[entry[0]][0]),
      datasets: [{
        data: shown.map((entry) => number(entry[1])),
        ...drawn(view.scale, shown.map((entry) => ink("--bar-" + barKind(test, entry)))),
        barPercentage: .8,
        categoryPercentage: .9
      }]
    },
    options: barOptions({
      scale: view.scale,
      title: view.scale === "log" ? "iterations, logarithmic" : "iterations",
      ticks: {least: 0.5, word: (value) => (view.scale !== "log" || decades(value) ? short(value) : "")},
      tip: (item) => `${whole(shown[item.dataIndex][1])}: ${percent(number(shown[item.dataIndex][1]) / number(cell.n))}`
    }),
  };
}

// Its lines in the order of their states.
const histogramOf = (test, cell) => [...cell.h].sort((a, b) => a[0] - b[0]);

function waysTable(cell) {
  const lines = cell.ways.map((way) => {
    const when = way.first ? way.first + (way.last ? " to " + way.last : "") : "";
    const how = joined([
      data.ways[way.way], machines[cell.m].compiler, way.pus && "PU " + way.pus, way.settings,
      way.seed && "seed " + way.seed, way.weakmem && "weakmem " + way.weakmem
    ]);
    return make(
      "tr", null, make("th", {scope: "row"}, how), make("td", {class: "r"}, whole(way.runs)),
      make("td", {class: "r"}, whole(way.n)), make("td", {class: "r"}, cell.conditional ? whole(way.seen) : ""),
      make("td", {class: "r"}, way.seconds ? way.seconds.toFixed(2) + " s" : ""), make("td", null, when));
  });
  return table(["how", "runs", "iterations", "seen", "time", "when"], lines, [1, 2, 3, 4]);
}

function table(titles, lines, right = []) {
  const head = titles.map((title, i) => make("th", {scope: "col", class: right.includes(i) ? "r" : null}, title));
  return make(
    "div", {class: "spill"},
    make("table", {class: "plain"}, make("thead", null, make("tr", null, ...head)), make("tbody", null, ...lines)));
}

function countsTable(test, cell) {
  const lines = histogramOf(test, cell)
                  .map(
                    (entry) => make(
                      "tr", null, make("th", {scope: "row", class: "state"}, test.states[entry[0]][0]),
                      make("td", {class: "r"}, cell.predicted ? "allowed" : whole(entry[1])),
                      make("td", {class: "r"}, cell.predicted ? "" : percent(number(entry[1]) / number(cell.n))),
                      make("td", null, KINDS[barKind(test, entry)])));
  return table(["state", "count", "share", ""], lines, [1, 2]);
}

function histogramFigure(test, cell) {
  const machine = machines[cell.m], {words, figure} = describe(cell);
  const figureElement = make(
    "figure", {class: "histogram" + (cell.alarm ? " alarming" : ""), "data-machine": cell.m},
    make("figcaption", null, joined([`${shortName(cell.m)}: ${cpuOf(machine)}`, machine.twice && machine.compiler])));
  const say = (text) => figureElement.append(make("p", {class: "made"}, text));
  if (cell.predicted) {
    say("herd7, a model: the states that it allows.");
    figureElement.append(countsTable(test, cell));
    return figureElement;
  }
  say(cell.conditional ? `${figure}: ${words}.` : `${words.split(";")[0]}; the test has no condition.`);
  if (cell.h.length) {
    const shown = Math.min(cell.h.length, HISTOGRAM_STATES);
    const spoken = `Histogram of ${test.name} on ${machine.name}: ` +
      histogramOf(test, cell).slice(0, 8).map((entry) => `${test.states[entry[0]][0]} ${whole(entry[1])}`).join(", ");
    figureElement.append(chartBox(shown, spoken, () => histogramChart(test, cell)));
    if (cell.h.length > shown) say(`The chart has the first ${shown} of ${cell.h.length} states; the table has all.`);
    if (cell.beyond)
      say(`${plural(cell.beyond, "state")} more, ${whole(cell.rest)} iterations together, are left out.`);
  } else {
    say("How often each state was seen is not in the record.");
  }
  if (machine.source)
    figureElement.append(make(
      "p", {class: "made"}, (machine.imported ? "Imported: " : "Published: "), linked(machine.source),
      machine.program ? `; ran: ${machine.program}` : ""));
  const way =
    cell.ways.length > 1 ? `${cell.ways.length} ways of running it, added up` : data.ways[cell.ways[0].way] || "";
  say(`${way}; ${plural(cell.runs, "run")}.`);
  figureElement.append(make(
    "details", null, make("summary", null, "Counts, and how it was run"), cell.h.length ? countsTable(test, cell) : "",
    waysTable(cell)));
  return figureElement;
}
