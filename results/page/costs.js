// Costs: lines sorted by what they cost, each with a dot on a logarithmic scale, how far the figure may be off, and the
// figure itself.

const SERIES =
  ["#3b76b3", "#d07f14", "#4a8f6d", "#b0506f", "#7b68b5", "#8a7a2e", "#3f9aa8", "#a65a36", "#6d7683", "#93a63c"];
const COSTS_SHOWN = 12;  // of a group; the rest are folded

// [group, operation, context, ns, cycles, spread, stable, the row of the same code], by machine.
const settled = (cost) => Boolean(cost[6]);

// "16.0 ns +-6 %", "~150 ns +-40 %".
function withSpread(ns, spread, loose) {
  return (loose ? "~" : "") + nanoseconds(ns) + "\u202fns" +
    (spread > 0 ? ` \u00b1${(100 * spread).toFixed(0)}\u202f%` : "");
}

// Where a figure stands on the scale, from 0 to 100.
function place(ns, scale) {
  const at = (Math.log10(Math.max(ns, 1e-9)) - scale.low) / (scale.high - scale.low);
  return 100 * Math.min(1, Math.max(0, at));
}

function costTrack(cost, scale, colour) {
  const track = make("span", {class: "track", "aria-hidden": "true"});
  if (cost[3] < 10 ** scale.low) return track;
  const off = make("i", {class: "off"}), dot = make("i", {class: settled(cost) ? "dot" : "dot loose"});
  const low = place(cost[3] * Math.max(1 - cost[5], 0.01), scale), high = place(cost[3] * (1 + cost[5]), scale);
  off.style.left = low + "%";
  off.style.width = high - low + "%";
  dot.style.left = place(cost[3], scale) + "%";
  dot.style.borderColor = off.style.background = colour;
  if (settled(cost)) dot.style.background = colour;
  track.append(off, dot);
  return track;
}

function costLine([name, costs], scale, having) {
  const [operation, context] = name.split("\0");
  const marks = having.filter((index) => costs.has(index)).map((index) => {
    const cost = costs.get(index), colour = SERIES[having.indexOf(index) % SERIES.length];
    const cycles = cost[4] ? `, ${cost[4].toFixed(1)} cycles` : "";
    return make(
      "span", {class: "mark", title: `${shortName(index)}${cycles}${settled(cost) ? "" : "; not stable"}`},
      having.length > 1 ? make("span", {class: "whose"}, String(index + 1)) : null, costTrack(cost, scale, colour),
      make("span", {class: "figure"}, withSpread(cost[3], cost[5], !settled(cost))));
  });
  return make(
    "li", {class: "cost"},
    make("span", {class: "what"}, operation, context ? make("span", {class: "context"}, context) : null),
    make("span", {class: "marks"}, ...marks));
}

const leastOf = ([, costs]) => Math.min(...[...costs.values()].map((cost) => cost[3]));

function costFigure(group, lines, having) {
  const sorted = [...lines].sort((a, b) => leastOf(a) - leastOf(b)), title = group || "operations";
  const figures = sorted.flatMap(([, costs]) => [...costs.values()].map((cost) => cost[3])).filter((ns) => ns >= 0.01);
  const scale = {
    low: Math.floor(Math.log10(Math.min(...figures, 1))),
    high: Math.ceil(Math.log10(Math.max(...figures, 1) * 1.01))
  };
  // What costs nothing is said in one line.
  const free = sorted.filter((line) => [...line[1].values()].every((cost) => cost[3] < 0.01));
  const priced = sorted.filter((line) => !free.includes(line));
  const list = (part) => make("ul", {class: "costs"}, ...part.map((line) => costLine(line, scale, having)));
  const more = priced.slice(COSTS_SHOWN);
  const names = [...new Set(free.map(([name]) => name.split("\0")[0]))];
  return make(
    "figure", {class: "figures", "data-test": group}, make("h3", null, title[0].toUpperCase() + title.slice(1)),
    free.length ? make("p", {class: "made"}, `Nothing, or too little to tell: ${names.join("; ")}.`) : null,
    list(priced.slice(0, COSTS_SHOWN)),
    more.length ? make("details", null, make("summary", null, `${plural(more.length, "row")} more`), list(more)) :
                  null);
}

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
  const key = having.map((index, i) => {
    const dot = make("i");
    dot.style.background = SERIES[i % SERIES.length];
    return make("li", null, dot, `${shortName(index)}: ${machines[index].name}, from ${machines[index].file}`);
  });
  byId("cost-list")
    .append(
      make("ul", {class: "key"}, ...key), ...[...groups].map(([group, lines]) => costFigure(group, lines, having)));
}
