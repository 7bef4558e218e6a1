"use strict";
// The page of `weakmem report`, whose scripts stand one after the other: words, matrix, bars, tests, machines, costs,
// fences, cards, page. What it shows comes from the JSON beside it, which is text to it and never markup: elements are
// made by make(), whose words are text nodes. This one: elements, figures and words.
const data = JSON.parse(document.getElementById("data").textContent);
const {machines, tests, models} = data;
const byId = (id) => document.getElementById(id);

// ---- Elements

const ATTRIBUTES = new Set([
  "class", "id", "title", "scope", "role", "type", "value", "colspan", "tabindex", "href", "rel", "aria-label",
  "aria-sort", "aria-hidden", "data-test", "data-machine", "data-state"
]);

// make("td", {class: "r"}, "text", element, ...): an element of that name, attributes and contents.
function make(name, attributes, ...contents) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {}))
    if (ATTRIBUTES.has(key) && value !== undefined && value !== null) element.setAttribute(key, value);
  element.append(...contents.filter((part) => part !== null && part !== undefined && part !== ""));
  return element;
}

// Text, or a link where the text is the address of a page: http or https and nothing else.
function linked(text) {
  try {
    const url = new URL(text);
    if (url.protocol === "http:" || url.protocol === "https:")
      return make("a", {href: url.href, rel: "noopener noreferrer nofollow"}, text);
  } catch { /* no address */
  }
  return text;
}

const clipped = (text) => (text.length > 48 ? text.slice(0, 47) + "\u2026" : text);
// What there is of these, as one line.
const joined = (parts) => parts.filter(Boolean).join("; ");
const hidden = (text) => make("span", {class: "vh"}, text);

// ---- Figures

const number = (count) => Number(count || 0);  // counts beyond 2^53 come as text
const whole = (count) => String(count || 0).replace(/\B(?=(\d{3})+$)/g, "\u202f");
const plural = (count, noun) => `${whole(count)} ${noun}${Number(count) === 1 ? "" : "s"}`;

function short(count) {
  const units = ["", "k", "M", "G", "T", "P", "E"];
  let unit = 0;
  for (count = number(count); count >= 999.5 && unit + 1 < units.length; unit++) count /= 1000;
  const digits = unit === 0 && Number.isInteger(count) ? 0 : count >= 99.95 ? 0 : count >= 9.995 ? 1 : 2;
  return count.toFixed(digits) + units[unit];
}

// "36.4 %"; what is less than a hundredth of a percent as "1 in 280k".
function percent(share) {
  const hundred = share * 100;
  if (!hundred) return "0\u202f%";
  if (hundred < 0.01) return "1 in " + short(1 / share);
  return hundred.toFixed(hundred >= 10 ? 1 : hundred >= 1 ? 2 : 3) + "\u202f%";
}

// What zero of n would prove at 95 % if iterations were independent, by the rule of three: for the order of cells.
const bound = (n) => (n > 3 ? 3 / n : 1);

function nanoseconds(ns) { return ns >= 100 ? ns.toFixed(0) : ns >= 10 ? ns.toFixed(1) : ns.toFixed(2); }

// ---- Words

function kindOf(machine) {
  if (machine.predicted) return "herd7";
  return (machine.emulated ? "emulated " : "") + clipped(machine.kind || "unnamed");
}
const shortName = (index) => `${index + 1} ${kindOf(machines[index])}`;
const cpuOf = (machine) =>
  machine.predicted ? "a model, no machine" : machine.cpu || (machine.emulated ? "emulated CPU" : "unknown CPU");

// Whose figures they are, where they are not weakmem's: of a publication, or of a log that was imported.
function others(machine) {
  if (machine.imported) return "imported";
  return machine.program || machine.source ? "published" : "";
}

// What says how far to trust a machine's figures: [class, words].
function trust(machine) {
  const chips = [];
  if (machine.own) chips.push(["own", "this machine"]);
  if (machine.predicted) chips.push(["odd", "predicted by herd7, not measured"]);
  if (machine.emulated) chips.push(["warn", `emulated: no ${machine.kind || "real"} CPU ran this`]);
  if (machine.virtual) chips.push(["", `virtual machine: ${machine.virtual}`]);
  const program =
    machine.imported ? "another program (litmus7), not our C11 tests" : "another program, not our C11 tests";
  if (others(machine) && !machine.predicted) chips.push(["warn", `${others(machine)}: ${program}`]);
  if (machine.unmodelled && !machine.predicted) chips.push(["odd", "unmodelled: its architecture has no model here"]);
  if (machine.twice) chips.push(["", "here more than once"]);
  return chips;
}

const WORDS = {
  allowed: "allowed",
  forbidden: "forbidden",
  unmodelled: "unmodelled",
  unknown: "not judged"
};
const GLYPHS = {
  alarm: "\u25b2",
  seen: "\u25cf",
  unseen: "\u25cb",
  kept: "\u2298",
  odd: "\u25c7",
  other: "?"
};

// How a cell looks and reads. Its class is one of GLYPHS' names: colour is never the only sign.
function describe(cell) {
  const n = number(cell.n), seen = number(cell.seen);
  if (cell.predicted)
    return {
      look: "other",
      glyph: " ",
      figure: cell.predicts ? "allows" : "forbids",
      words: `herd7 ${cell.predicts ? "allows" : "forbids"} it`
    };
  const figure = !cell.conditional ? "no condition" : seen ? percent(cell.share) : "0 of " + short(n);
  const counted =
    !cell.conditional ? `${whole(cell.n)} iterations` : `${whole(cell.seen)} of ${whole(cell.n)} iterations`;
  let look = "other";
  if (cell.alarm) look = "alarm";
  else if (!cell.conditional) look = "other";
  else if (cell.v === "unmodelled") look = "odd";
  else if (cell.v === "allowed") look = seen ? "seen" : "unseen";
  else if (cell.v === "forbidden") look = "kept";
  const verdict = WORDS[cell.v] || cell.v;
  const words =
    cell.alarm ? `${counted}; FORBIDDEN AND YET SEEN` : `${counted}; ${verdict}, ${seen ? "seen" : "not seen"}`;
  return {look, glyph: !cell.conditional && !cell.alarm ? " " : GLYPHS[look], figure, words};
}

function shade(cell) {
  const decades = Math.log10(cell.share || 1e-9);
  return decades >= -1 ? "seen3" : decades >= -3 ? "seen2" : decades >= -5 ? "seen1" : "seen0";
}

const LETTERS = {
  a: ["allowed", "a"],
  f: ["forbidden", "f"],
  t: ["thin air", "x"],
  u: ["undefined", "x"],
  m: ["unmodelled", "x"],
  "?": ["undecided", "x"],
  "-": ["\u2013", ""]
};
