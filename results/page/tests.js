// A test: its source, what models say of it, its histograms.

// ---- A test

function verdictTable(test) {
  if (!test.states.length) return null;
  const lines = test.states.map(
    (state) => make(
      "tr", {class: state[2] ? "asked" : null},
      make("th", {scope: "row", class: "state"}, (state[2] ? "* " : "") + state[0]), ...models.map((model, i) => {
        const [word, look] = LETTERS[state[1][i]] || LETTERS["-"];
        return make("td", {class: look}, word);
      })));
  const box = table(["state", ...models.map((model) => model[0])], lines);
  box.firstChild.classList.add("verdicts");
  return box;
}

function verdictNotes(test) {
  const notes = [];
  if (!test.known)
    notes.push(
      "This test is not in weakmem's suite: verdicts are those in the records, of the states that were seen; " +
      "– is where they say nothing.");
  else if (test.states.some((state) => state[1].includes("-")))
    notes.push("– the model does not speak of the test: a fence of another CPU, or no time was left to ask.");
  if (test.states.some((state) => state[1].includes("t")))
    notes.push("thin air: forbidden by RC11's axiom against values out of thin air alone; ISO C11 has no such axiom.");
  if (test.states.some((state) => state[1].includes("u")))
    notes.push("undefined: the program has a data race, so C11 forbids nothing.");
  if (test.beyond) notes.push(`${plural(test.beyond, "state")} more are left out.`);
  const why = new Map();
  (test.why || []).forEach((sentence, i) => {
    if (sentence) why.set(sentence, [...(why.get(sentence) || []), models[i][0]]);
  });
  for (const [sentence, names] of why) notes.push(`${names.join(", ")}: ${sentence}.`);
  return notes.map((note) => make("p", {class: "made"}, note));
}

function scaleSwitch() {
  const button = make("button", {type: "button", class: "quiet screen"}, "");
  button.dataset.scale = "";
  const word = () => {
    button.textContent = view.scale === "log" ? "Linear scale" : "Logarithmic scale";
  };
  word();
  button.addEventListener("click", () => {
    view.scale = view.scale === "log" ? "linear" : "log";
    document.querySelectorAll("button[data-scale]").forEach((each) => {
      each.textContent = view.scale === "log" ? "Linear scale" : "Logarithmic scale";
    });
    redraw();
    writeAddress();
  });
  return button;
}

function sourceOf(test) {
  if (test.source) return make("pre", {tabindex: 0}, test.source.trim());
  const condition = test.condition ? " Its condition: " + test.condition : "";
  return make("p", {class: "made"}, "Not one of weakmem's tests, so that its source is not known here." + condition);
}

function testBody(test) {
  const kinds = new Set(test.cells.flatMap((cell) => cell.h.map((entry) => barKind(test, entry))));
  const key = make(
    "ul", {class: "key"},
    ...Object.keys(KINDS)
      .filter((kind) => kinds.has(kind))
      .map((kind) => make("li", null, make("i", {class: "k-" + kind}), KINDS[kind])));
  return make(
    "div", {class: "body"}, test.story ? make("p", {class: "story"}, test.story) : null,
    test.differs ? make("p", {class: "made"}, test.differs + ".") : null,
    test.note ? make("p", {class: "made"}, test.note + ".") : null,
    make(
      "div", {class: "halves"}, make("div", null, make("h4", null, "Source"), sourceOf(test)),
      make("div", null, make("h4", null, "What the models say"), verdictTable(test), ...verdictNotes(test))),
    make("h4", null, "Histograms ", scaleSwitch()), key,
    make("div", {class: "grid"}, ...test.cells.map((cell) => histogramFigure(test, cell))));
}

function testDetails(entry) {
  const {test} = entry;
  const alarming = test.cells.some((cell) => cell.alarm);
  const details = make(
    "details", {class: "test" + (alarming ? " alarming" : ""), "data-test": test.name},
    make(
      "summary", null, make("b", null, test.name),
      make(
        "span", null, alarming ? "Forbidden, and yet seen. " : "",
        test.story ? test.story.split("\n")[0] : test.family || "")));
  details.addEventListener("toggle", () => {
    if (details.open) {
      view.open.add(test.name);
      if (!details.querySelector(".body")) details.append(testBody(test));
    } else {
      view.open.delete(test.name);
      const body = details.querySelector(".body");
      if (body) {
        forget(body.querySelectorAll("canvas"));
        body.remove();
      }
    }
    writeAddress();
  });
  entry.details = details;
  return details;
}

function openTest(entry) {
  if (entry.details.hidden) {
    byId("filters").reset();
    apply();
  }
  entry.details.open = true;
  byId("tests").querySelector("details.fold").open = true;
  requestAnimationFrame(() => {
    entry.details.scrollIntoView({block: "start"});
    entry.details.querySelector("summary").focus({preventScroll: true});
  });
}

const openNamed = () => {
  for (const entry of rows)
    if (view.open.has(entry.test.name) && !entry.details.open) {
      entry.details.open = true;
      byId("tests").querySelector("details.fold").open = true;
    }
};
