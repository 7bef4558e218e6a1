// The theme, and the whole.

// ---- Theme

const THEMES = ["auto", "light", "dark"];
function setTheme(theme) {
  const root = document.documentElement;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  byId("theme").replaceChildren("\u25d0", make("span", {class: "word"}, " " + theme));
  byId("theme").setAttribute("aria-label", "Theme: " + theme);
  redraw();
}
function startTheme() {
  let theme = "auto";
  try {
    theme = localStorage.getItem("weakmem-theme") || "auto";
  } catch { /* no storage from disk */
  }
  if (!THEMES.includes(theme)) theme = "auto";
  setTheme(theme);
  byId("theme").addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    try {
      localStorage.setItem("weakmem-theme", theme);
    } catch { /* likewise */
    }
    setTheme(theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  // On paper everything is light, what is folded lies open, and every chart is drawn.
  let folds = [];
  window.addEventListener("beforeprint", () => {
    document.documentElement.dataset.theme = "light";
    folds = [...document.querySelectorAll("details.fold:not([open])")];
    for (const fold of folds) fold.open = true;
    redraw();
    for (const canvas of charts.keys()) drawChart(canvas);
  });
  window.addEventListener("afterprint", () => {
    for (const fold of folds) fold.open = false;
    setTheme(theme);
  });
}

// ---- The page

// How many machines these columns are of.
const distinct = (indices) => new Set(indices.map((index) => machines[index].first ?? index)).size;

function titleOfMachines() {
  const count = distinct(machines.map((machine, index) => index));
  if (machines.length === 1) return machines[0].predicted ? "herd7" : cpuOf(machines[0]);
  if (count > 1) return `${count} machines`;
  return `one machine, ${machines.length === 2 ? "twice" : machines.length + " times"}`;
}

function drawHead() {
  const kinds = new Set(columns.map((m) => kindOf(machines[m])));
  const title = data.title || `Memory reordering on ${titleOfMachines()}`;
  byId("title").textContent = title;
  document.title = title + " \u2013 weakmem";
  const differing = tests.filter((test) => test.differs).length;
  const seen = tests.filter((test) => test.cells.some((cell) => number(cell.seen) && !cell.predicted)).length;
  const names = [...kinds].slice(0, 8).join(", ") + (kinds.size > 8 ? ", \u2026" : "");
  // One row on a phone, too.
  byId("lede").textContent = `${plural(tests.length, "test")}: ${whole(seen)} seen, ` +
    (data.alarms.length ? "FORBIDDEN STATES TOO" : "none of them forbidden");
  const sentences = [
    `${plural(tests.length, "litmus test")} on ${plural(distinct(columns), "machine")}${names ? ` (${names})` : ""}.`,
    `What ${tests.length === 1 ? "it asks" : "they ask"} for was seen in ${whole(seen)} of them` +
      (machines.length > 1 ? `; in ${whole(differing)} what was seen or what is allowed differs.` : "."),
    data.alarms.length ? "" : "No state was seen that the model of its CPU is known to forbid."
  ];
  byId("summary").textContent = sentences.join(" ");
  const how = `Made ${data.made || ""} by weakmem ${data.weakmem || ""}: ${data.command || ""}.`;
  byId("made").textContent = `${how} Charts by Chart.js ${Chart.version}.`;
  const notices = [];
  if (data.left_out)
    notices.push(
      plural(data.left_out, "test") + " are left out, beyond what a browser opens in good time: " +
      "make pages of fewer tests or machines for those.");
  if (data.unkept)
    notices.push(
      whole(data.unkept) + " states, runs or ladders are left out of histograms and of how tests were run; " +
      "the shares count them.");
  byId("notices").append(...notices.map((notice) => make("p", {class: "notice"}, notice)));
  byId("notices").hidden = !notices.length;
}

function drawContents() {
  for (const section of document.querySelectorAll("main > section[aria-labelledby]"))
    if (!section.hidden) {
      const link = make("a", {href: "#" + section.id}, section.querySelector("h2").textContent);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        for (const fold of section.querySelectorAll("details.fold")) fold.open = true;
        section.scrollIntoView();
      });
      byId("contents").append(link);
    }
}

function listen() {
  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 80);
  };
  byId("f-q").addEventListener("input", soon);
  byId("filters").addEventListener("change", (event) => {
    if (event.target.id === "f-sort") {
      view.direction = 1;
      arrange();
    }
    apply();
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => setTimeout(() => {
                                              view.direction = 1;
                                              view.all = false;
                                              arrange();
                                              apply();
                                            }));
  document.addEventListener("keydown", (event) => {
    if (
      event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey ||
      /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName))
      return;
    event.preventDefault();
    byId("f-q").focus();
  });
  window.addEventListener("hashchange", () => {
    if (!location.hash.includes("=")) return;
    readAddress();
    for (const entry of rows)
      if (!view.open.has(entry.test.name)) entry.details.open = false;
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
drawCards();
drawCheapest();
drawDifferences();
drawSystems();
drawChanges();
drawNodes();
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
if (view.open.size) {
  const first = rows.find((entry) => entry.details.open);
  if (first) first.details.scrollIntoView();
}
document.documentElement.dataset.ready = "yes";
