// Fence ladders and costs.

// ---- Fence ladders

const LADDER_BARS = 40;

function ladderLetter(ladder, row) {
  const at = models.findIndex((model) => model[0] === machines[ladder.machine].judge);
  return at < 0 ? "-" : row.verdicts[at] || "-";
}

const isBest = (ladder, row) => row.name === ladder.cheapest && row.threads === ladder.cheapest_threads;

// A bar says what the CPU's model does of the fence; where none was asked, nothing.
const LADDER_BAR = {
  f: "good",
  a: "asked"
};
const ladderBar = (ladder, row) => LADDER_BAR[ladderLetter(ladder, row)] || "sc";

function ladderChart(ladder, shown) {
  const marks = {f: GLYPHS.kept, a: GLYPHS.seen};
  const mark = (row) => (marks[ladderLetter(ladder, row)] || "?") + " ";
  return {
    type: "bar",
    data: {
      labels:
        shown.map((row) => mark(row) + row.name + (row.threads && row.threads !== "all" ? ", " + row.threads : "")),
      datasets: [
        {
          label: "ns",
          data: shown.map((row) => row.ns),
          backgroundColor: shown.map((row) => ink("--bar-" + ladderBar(ladder, row)))
        },
        {label: "ns owned", data: shown.map((row) => row.owned), backgroundColor: ink("--bar-soft")}
      ].map((set) => ({...set, barPercentage: .92, categoryPercentage: .82}))
    },
    options: barOptions({
      scale: "linear",
      title: "nanoseconds that it adds",
      ticks: {word: (value) => String(value)},
      tip: (item) => `${item.dataset.label}: ${nanoseconds(item.raw)}`
    }),
  };
}

function ladderLine(ladder, row) {
  const verdicts = models.map((model, i) => [model[0], row.verdicts[i]])
                     .filter(([, letter]) => letter && letter !== "-")
                     .map(([name, letter]) => `${name}: ${LETTERS[letter][0]}`)
                     .join("; ");
  const share = number(row.seen) / number(row.iterations);
  const seen = !row.iterations ? "" : share ? percent(share) : "< " + percent(bound(number(row.iterations)));
  const figure = (ns) => (ns === undefined ? "" : nanoseconds(ns));
  return make(
    "tr", {class: isBest(ladder, row) ? "best" : null},
    make("th", {scope: "row"}, (isBest(ladder, row) ? "cheapest: " : "") + (row.name || "")),
    make("td", null, row.threads || ""), make("td", null, row.emitted || ""), make("td", {class: "r"}, figure(row.ns)),
    make("td", {class: "r"}, figure(row.owned)), make("td", {class: "r"}, seen),
    make("td", {class: "r"}, whole(row.iterations)),
    make("td", null, verdicts + (row.bounded ? " (as far as loops were followed)" : "")),
    make("td", null, row.note || (row.status && row.status !== "done" ? row.status : "")));
}

function ladderFigure(ladder) {
  const machine = machines[ladder.machine], priced = ladder.rows.filter((row) => row.ns !== undefined);
  const entire = priced.filter((row) => row.threads === "all" || row.threads === "each" || isBest(ladder, row));
  const shown = (entire.length ? entire : priced).slice(0, LADDER_BARS);
  const figure = make(
    "figure", {class: "figures", "data-test": ladder.test, "data-machine": ladder.machine},
    make("h3", null, `${ladder.test || "a test"} on ${shortName(ladder.machine)}`),
    make(
      "p", {class: "made"}, joined([
        machine.name, ladder.condition,
        ladder.states.length ? "asked for: " + ladder.states.slice(0, 6).join(" or ").replace(/;( or|$)/g, "$1") : "",
        ladder.compiler && `${ladder.compiler} ${ladder.flags || ""}`,
        ladder.placement && `on ${ladder.placement}, PU ${ladder.pus.join(",")}`,
        ladder.weakmem && "weakmem " + ladder.weakmem
      ])),
    ladder.answer ? make("p", {class: "answer"}, ladder.answer.trim()) : null);
  if (shown.length) {
    figure.append(make(
      "ul", {class: "key"}, make("li", null, make("i", {class: "k-good"}), "\u2298 its model forbids the states"),
      make("li", null, make("i", {class: "k-asked"}), "\u25cf it allows them"),
      shown.some((row) => ladderBar(ladder, row) === "sc") ?
        make("li", null, make("i", {class: "k-sc"}), "? it says nothing of it") :
        null,
      make("li", null, make("i", {class: "k-soft"}), "where another core owns the lines")));
    figure.append(chartBox(
      shown.length * 1.15, `What each fence adds to ${ladder.test} in nanoseconds; the table below has the figures`,
      () => ladderChart(ladder, shown)));
  }
  const lines = ladder.rows.map((row) => ladderLine(ladder, row));
  figure.append(make(
    "details", null, make("summary", null, `All ${plural(ladder.rows.length, "row")} as a table`),
    table(
      ["fence", "threads", "made of it", "ns", "ns owned", "seen", "iterations", "models", ""], lines, [3, 4, 5, 6]),
    ladder.beyond ? make("p", {class: "made"}, `${plural(ladder.beyond, "row")} more are left out.`) : null));
  return figure;
}

// ---- Costs

const SERIES =
  ["#3b76b3", "#d07f14", "#4a8f6d", "#b0506f", "#7b68b5", "#8a7a2e", "#3f9aa8", "#a65a36", "#6d7683", "#93a63c"];
const COST_BARS = 40;

function drawCosts() {
  const having = machines.map((machine, index) => index).filter((index) => machines[index].costs.length);
  if (!having.length) return;
  byId("costs").hidden = false;
  const groups = new Map();  // group -> "operation\0context" -> machine -> cost
  for (const index of having)
    for (const cost of machines[index].costs) {
      const group = groups.get(cost[0]) || new Map(), name = cost[1] + "\0" + cost[2];
      groups.set(cost[0], group.set(name, (group.get(name) || new Map()).set(index, cost)));
    }
  byId("cost-list")
    .append(
      make(
        "p", {class: "made"},
        having.map((index) => `${shortName(index)}: ${machines[index].name}, from ${machines[index].file}`).join("; ")),
      ...[...groups].map(([group, lines]) => costFigure(group, lines, having)));
}

const settled = (cost) => Boolean(cost[6]);

// With a ~ where a machine's figure did not settle; which one's, its hollow point says.
function costLabel([name, costs]) {
  const mark = [...costs.values()].every(settled) ? "" : "~ ";
  return mark + name.split("\0").filter(Boolean).join(", ");
}

function costChart(shown, having) {
  const datasets = having.map((index, i) => {
    const figures = shown.map(([, costs]) => (costs.has(index) ? costs.get(index)[3] : null));
    const colour = having.length === 1 ? ink("--bar-weak") : SERIES[i % SERIES.length];
    const hollow = shown.map(([, costs]) => (costs.has(index) && !settled(costs.get(index)) ? ink("--paper") : colour));
    return {
      label: shortName(index),
      data: figures,
      ...drawn("log", colour),
      pointBackgroundColor: hollow,
      pointBorderWidth: 2
    };
  });
  const least = Math.min(
    ...shown.flatMap(([, costs]) => [...costs.values()].map((cost) => cost[3])).filter((ns) => ns >= 0.01), 0.1);
  return {
    type: kindOfChart("log"),
    data: {labels: shown.map(costLabel), datasets},
    options: barOptions({
      scale: "log",
      title: "nanoseconds, logarithmic",
      legend: having.length > 1,
      twoLines: true,
      ticks: {least: 10 ** Math.floor(Math.log10(least)), word: (value) => (decades(value) ? String(value) : "")},
      tip: (item) => {
        const cost = shown[item.dataIndex][1].get(having[item.datasetIndex]);
        return `${item.dataset.label}: ${nanoseconds(item.raw)} ns${settled(cost) ? "" : " ~ (did not settle)"}`;
      }
    }),
  };
}

function costFigure(group, lines, having) {
  const all = [...lines], shown = all.slice(0, COST_BARS), title = group || "operations";
  const body = all.map(
    ([name, costs]) => make(
      "tr", null, make("th", {scope: "row"}, name.split("\0")[0]), make("td", null, name.split("\0")[1]),
      ...having.map((index) => {
        const cost = costs.get(index);
        if (!cost) return make("td", null);
        const cycles = cost[4] ? ` (${cost[4].toFixed(1)} cycles)` : "";
        return make(
          "td", {class: "r", title: `spread ${percent(cost[5])}`},
          nanoseconds(cost[3]) + (settled(cost) ? "" : " ~") + cycles);
      })));
  return make(
    "figure", {class: "figures", "data-test": group}, make("h3", null, title[0].toUpperCase() + title.slice(1)),
    chartBox(
      shown.length * 1.3, `Costs of ${title} in nanoseconds; the table below has the figures`,
      () => costChart(shown, having)),
    all.length > shown.length ?
      make("p", {class: "made"}, `The chart has the first ${shown.length} of ${all.length} rows; the table has all.`) :
      null,
    make(
      "details", null, make("summary", null, `All ${plural(all.length, "row")} as a table`),
      table(["operation", "context", ...having.map(shortName)], body, having.map((index, i) => i + 2))));
}
