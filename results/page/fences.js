// Fence ladders.

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
      labels: shown.map(
        (row) => mark(row) + (row.loose ? "~" : "") + row.name +
          (row.threads && row.threads !== "all" ? ", " + row.threads : "")),
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
      tip: (item) => {
        const row = shown[item.dataIndex];
        return `${item.dataset.label}: ${
          item.datasetIndex ? withSpread(row.owned, row.owned_spread, row.owned_loose) :
                              withSpread(row.ns, row.spread, row.loose)}`;
      }
    }),
  };
}

function ladderLine(ladder, row) {
  const verdicts = models.map((model, i) => [model[0], row.verdicts[i]])
                     .filter(([, letter]) => letter && letter !== "-")
                     .map(([name, letter]) => `${name}: ${LETTERS[letter][0]}`)
                     .join("; ");
  const share = number(row.seen) / number(row.iterations);
  const seen = !row.iterations ? "" : share ? percent(share) : "0 of " + short(row.iterations);
  const figure = (ns, spread, loose) => (ns === undefined ? "" : ns ? withSpread(ns, spread, loose) : "0");
  return make(
    "tr", {class: isBest(ladder, row) ? "best" : null},
    make("th", {scope: "row"}, (isBest(ladder, row) ? "cheapest: " : "") + (row.name || "")),
    make("td", null, row.threads || ""), make("td", null, row.emitted || ""),
    make("td", {class: "r"}, figure(row.ns, row.spread, row.loose)),
    make("td", {class: "r"}, row.no_owned || figure(row.owned, row.owned_spread, row.owned_loose)),
    make("td", {class: "r"}, seen), make("td", {class: "r"}, whole(row.iterations)),
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
    ladder.answer ? make("p", {class: "answer"}, ladder.answer.trim().replace(/ \(under [^)]*\)/g, "")) : null);
  if (shown.length) {
    figure.append(make(
      "ul", {class: "key"}, make("li", null, make("i", {class: "k-good"}), "\u2298 its model forbids the states"),
      make("li", null, make("i", {class: "k-asked"}), "\u25cf it allows them"),
      shown.some((row) => ladderBar(ladder, row) === "sc") ?
        make("li", null, make("i", {class: "k-sc"}), "? it says nothing of it") :
        null,
      shown.some((row) => row.owned !== undefined) ?
        make("li", null, make("i", {class: "k-soft"}), "where another core owns the lines") :
        make(
          "li", null,
          `where another core owns the lines: ${
            (shown.find((row) => row.no_owned) || {}).no_owned || "not measured"}`)));
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
