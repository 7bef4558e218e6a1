"""What a page shows, looked at in a browser, against the records it is made of."""
import json
import os
import re
import resource
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
import samples
from browser import Browser

weakmem, work = sys.argv[1:]


def make(name, lines, *more):
    """The page of these records."""
    samples.write(f"{work}/{name}.jsonl", lines)
    done = subprocess.run([weakmem, "report", f"{work}/{name}.jsonl", *more, "-o", f"{work}/{name}.html", "--quiet"], capture_output=True, text=True)
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    return f"{work}/{name}.html"


def same(found, wanted, what):
    assert found == wanted, f"{what}: {found!r}, not {wanted!r}"


def undisturbed(browser, what):
    """No script failed, the policy stopped nothing, and nothing was asked of the network."""
    same(browser.complaints(), [], what)
    same(browser.requests(), [], what + ": asked of the network")


SPACE = re.compile("[\u202f\u00a0]")
CELL = """(test, machine) => { const cell = [...document.querySelectorAll('#matrix-body tr')].find((r) => r.dataset.test === test)
  .querySelector(`[data-machine="${machine}"]`); return cell ? {text: cell.firstChild.textContent, look: cell.dataset.state, title: cell.title} : null; }"""


def cell_of(browser, test, machine):
    cell = browser.evaluate(f"({CELL})({json.dumps(test)}, {machine})")
    return {key: SPACE.sub("", value or "") for key, value in cell.items()}


def shown(browser):
    return browser.evaluate("[...document.querySelectorAll('#matrix-body tr')].filter((r) => !r.hidden).map((r) => r.dataset.test)")


def choose(browser, key, value):
    browser.evaluate(f"""(() => {{ const field = document.getElementById('f-{key}');
      if (field.type === 'checkbox') field.checked = {json.dumps(value)}; else field.value = {json.dumps(value)};
      field.dispatchEvent(new Event(field.type === 'search' ? 'input' : 'change', {{bubbles: true}})); }})()""")
    if key == "q":  # typing is waited for
        browser.wait_for(f"(location.hash + '&').includes('q=' + {json.dumps(value)} + '&') || !{json.dumps(value)} && !location.hash.includes('q=')")


def short(count):
    unit = 0
    while count >= 999.5:
        count, unit = count / 1000, unit + 1
    digits = 0 if unit == 0 and count == int(count) or count >= 99.95 else 1 if count >= 9.995 else 2
    return f"{count:.{digits}f}" + ["", "k", "M", "G", "T", "P", "E"][unit]


def percent(share):
    hundred = share * 100
    if hundred >= 0.01:
        return f"{hundred:.{1 if hundred >= 10 else 2 if hundred >= 1 else 3}f}%"
    return "1 in " + short(1 / share)


# ---- The matrix, histograms, verdicts, costs, fences

def check_matrix(browser):
    runs = {}
    for line in samples.plain():
        if line["schema"] == "weakmem.run/1" and line["engine"] != "herd7":
            name = line["test"] + (" with " + line["fence"] if line["fence"] != "none" else "")
            runs.setdefault((name, json.dumps(line["machine"])), []).append(line)
    order = [samples.X86, samples.ARM, samples.EMULATED, samples.ARM32]
    looks = {("SB", 0): "seen", ("MP", 0): "kept", ("LB", 0): "kept", ("SB with mfence", 0): "kept", ("SB", 1): "seen", ("MP", 1): "seen",
             ("LB", 1): "unseen", ("SB", 2): "unseen", ("LB", 3): "odd", ("MP", 3): "odd", ("mine", 0): "other"}
    for (name, machine), lines in runs.items():
        column = order.index(json.loads(machine))
        found = cell_of(browser, name, column)
        seen, n = sum(line["witnesses"] for line in lines), sum(line["iterations"] for line in lines)
        want = percent(seen / n) if seen else "0 of " + short(n)
        same(found["text"].replace("\u00a0", " "), want, f"{name} on {column}")
        same(found["look"], looks[name, column], f"{name} on {column}")
        assert found["title"].startswith(f"{seen}of{n}".replace("of", " of ")), (found, seen, n)
    same(cell_of(browser, "SB", 4)["text"], "allows", "herd7")
    # Models stand beside machines: each row says what other CPUs may do.
    heads = browser.evaluate("[...document.querySelectorAll('.matrix thead th.model')].map((head) => head.textContent)")
    found = browser.evaluate("Object.fromEntries([...document.querySelectorAll('#matrix-body tr')].map((row) => [row.dataset.test, [...row.querySelectorAll('td.model')].map((cell) => cell.lastChild.textContent)]))")
    for test, allowing in (("SB", {"c11", "x86-tso", "aarch64", "riscv", "power"}), ("MP", {"c11", "aarch64", "riscv", "power"}), ("LB", {"aarch64", "riscv", "power"})):
        same({model for model, word in zip(heads, found[test]) if word == "allowed"}, allowing, f"models that allow {test}")
    same(cell_of(browser, "MP", 2)["text"], "no record", "what there is none of")


def check_machines(browser):
    cards = browser.evaluate("[...document.querySelectorAll('.machine')].map((card) => card.textContent)")
    for words, card in (("virtual machine: kvm", 0), ("emulated: no ARM CPU ran this", 2), ("unmodelled", 3), ("another program, not our C11 tests", 3),
                        ("Source: https://example.org/a log", 3), ("predicted by herd7", 4)):
        assert words in cards[card], (words, cards[card])
    assert "emulated" not in cards[1] and "Test ARM" not in cards[2], "an emulated run looks like an ARM machine's"
    heads = browser.evaluate("[...document.querySelectorAll('.matrix thead th')].map((head) => head.textContent)")
    assert any(head.startswith("3 emulated ARM") for head in heads), heads
    links = browser.evaluate("[...document.querySelectorAll('a[href]')].map((a) => [a.protocol, a.rel])")
    assert all(protocol == "file:" or (protocol == "https:" and "noopener" in rel) for protocol, rel in links), links


def check_scales(browser):
    """Bars where their lengths mean something, from 0 on; dots on a logarithmic scale."""
    drawn = lambda: browser.evaluate("""[...document.querySelectorAll('canvas')].map((canvas) => Chart.getChart(canvas)).filter(Boolean).map((chart) =>
      [chart.config.type, chart.options.scales.x.type, chart.scales.x.min, Boolean(chart.canvas.closest('.histogram'))])""")
    switch = "document.querySelector('button[data-scale]').click()"
    for wanted in ("logarithmic", "linear", "logarithmic"):
        charts = drawn()
        assert any(histogram for *_, histogram in charts), charts
        for kind, scale, least, histogram in charts:
            assert (kind, least == 0) == (("line", False) if scale == "logarithmic" else ("bar", True)), charts
            assert not histogram or scale == wanted, charts
        browser.evaluate(switch)
    browser.evaluate(switch)


OPEN_FOLDS = "for (const fold of document.querySelectorAll('details.fold')) fold.open = true"


def check_histograms(browser):
    browser.evaluate(OPEN_FOLDS)
    browser.evaluate("for (const each of document.querySelectorAll('details.test')) each.open = true")
    browser.wait_for("document.querySelectorAll('details.test .body').length === document.querySelectorAll('details.test').length")
    browser.evaluate("""(async () => { for (const canvas of document.querySelectorAll('canvas')) { canvas.scrollIntoView({behavior: 'instant'});
      for (let i = 0; i < 2000 && !Chart.getChart(canvas); i++) await new Promise((go) => setTimeout(go, 20)); } })()""")
    found = browser.evaluate("""[...document.querySelectorAll('details.test')].flatMap((test) => [...test.querySelectorAll('.histogram')].map((figure) => {
      const canvas = figure.querySelector('canvas'), chart = canvas && Chart.getChart(canvas);
      const rows = [...figure.querySelectorAll('table')].map((t) => [...t.tBodies[0].rows].map((r) => [...r.cells].map((c) => c.textContent)));
      return [test.dataset.test, Number(figure.dataset.machine), chart ? chart.data.labels.map((label, i) => [label, chart.data.datasets[0].data[i]]) : null, rows]; }))""")
    found = {(test, machine): (chart, rows) for test, machine, chart, rows in found}
    check_scales(browser)
    added = {"0:r0=0; 1:r0=0;": 1000, "0:r0=0; 1:r0=1;": 250, "0:r0=1; 1:r0=0;": 340, "0:r0=1; 1:r0=1;": 410}
    same(dict(found["SB", 0][0]), added, "SB's chart, two runs added up")
    same({row[0]: int(SPACE.sub("", row[1])) for row in found["SB", 0][1][0]}, added, "SB's table")
    same(dict(found["LB", 3][0]), dict(zip(samples.TESTS["LB"][1], [5414, 997937, 995254, 1395])), "LB on 32-bit ARM")
    same(dict(found["MP", 1][0])["1:r0=1; 1:r1=1;"], 2 ** 60, "a count beyond 2^53, in the chart")
    assert any(SPACE.sub("", row[1]) == str(2 ** 60) for row in found["MP", 1][1][0]), "a count beyond 2^53, exactly"
    assert found["MP", 3][0] is None, "a chart of what was not published"
    how = " ".join(found["SB", 0][1][1][0])
    for words in ("lockstep", "l3", "gcc 12", "-O2", "ticks 100, layout compact", "seed 7", "PU 0,1", "weakmem 0.1.0", "2026-11-22T10:00:00Z"):
        assert words in how, (words, how)


def check_verdicts(browser):
    tables = browser.evaluate("""Object.fromEntries([...document.querySelectorAll('details.test')].map((test) => [test.dataset.test,
      [...test.querySelectorAll('.verdicts tr')].map((row) => [...row.cells].map((cell) => cell.textContent))]))""")
    lines = subprocess.run([weakmem, "predict", "--format", "tsv", "SB", "MP", "LB"], capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    for test, model, _, states, _ in (line.split("\t") for line in lines):
        head, *rows = tables[test]
        column = head.index(model)
        allowed = {row[0].removeprefix("* ") for row in rows if row[column] == "allowed"}
        same(allowed, {state.strip() for state in states.split("|")}, f"{test} by {model}")
        same(len(rows), 4, f"{test}: states")
    same({row[0] for row in tables["LB"][1:] if row[2] == "thin air"}, {"* 0:r0=1; 1:r0=1;"}, "LB, out of thin air")
    source = browser.evaluate("document.querySelector('details.test[data-test=\"SB\"] pre').textContent")
    assert "atomic_store_explicit(x, 1, memory_order_relaxed)" in source, source
    fenced = browser.evaluate("document.querySelector('details.test[data-test=\"SB with mfence\"] pre').textContent")
    assert 'cpu_fence("mfence")' in fenced, fenced


def check_cards(browser):
    """A card for each machine that ran one of the questions' tests, with what the matrix has of it."""
    cards = browser.evaluate("""[...document.querySelectorAll('.card')].map((card) => [Number(card.dataset.machine), [...card.querySelectorAll('tr')].map((row) =>
      [row.cells[0].textContent, row.cells[1].dataset.state || '', row.cells[1].childNodes[1].textContent])])""")
    same([machine for machine, _ in cards], [0, 1, 2, 3], "cards: of machines, and of no model")
    for machine, lines in cards:
        for (words, look, figure), test in zip(lines, ("SB", "2+2W", "LB", "MP", "IRIW")):
            want = cell_of(browser, test, machine) if test in ("SB", "LB", "MP") else {"look": "", "text": ""}
            if want["text"] == "no record":
                want = {"look": ""}
            same(look, want["look"], f"card {machine}: {words}")
            assert not look or SPACE.sub("", figure) == want["text"], (machine, words, figure, want)
    found = browser.evaluate("[...document.querySelectorAll('#cheapest-list tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))")
    same(len(found), 1, "ladders")
    assert found[0][0] == "SB" and "lock-add" in found[0][1] and "4.50ns \u00b16%" in SPACE.sub("", found[0][1]), found


def check_figures(browser):
    costs = browser.evaluate("""[...document.querySelectorAll('#cost-list figure .cost')].map((line) => [line.querySelector('.what').textContent,
      [...line.querySelectorAll('.mark')].map((mark) => [mark.querySelector('.whose').textContent, mark.querySelector('.figure').textContent, mark.querySelector('.dot').className, parseFloat(mark.querySelector('.dot').style.left)])])""")
    costs = [[what, [[whose, SPACE.sub("", figure), look, left] for whose, figure, look, left in marks]] for what, marks in costs]
    same([(what, [mark[:3] for mark in marks]) for what, marks in costs],
         [("mfencealone", [["1", "15.9ns \u00b11%", "dot"], ["2", "1.50ns \u00b11%", "dot"]]), ("lock-addalone", [["1", "5.25ns \u00b11%", "dot"]]),
          ("dmb-ishalone", [["2", "7.75ns \u00b11%", "dot"]]), ("membarrieralone", [["1", "~901ns \u00b11%", "dot loose"]])], "costs, the cheapest first")
    places = [mark[3] for _, marks in costs[1:] for mark in marks]
    assert places == sorted(places) and 0 < places[0] and places[-1] < 100, places
    ladder = browser.evaluate("""(() => { const figure = document.querySelector('#ladder-list figure'), chart = Chart.getChart(figure.querySelector('canvas'));
      return [chart.data.labels, chart.data.datasets.map((set) => set.data), [...figure.querySelector('table').tBodies[0].rows].map((r) => [...r.cells].map((c) => c.textContent)), chart.data.datasets[0].backgroundColor, [...figure.querySelectorAll('.key li')].map((li) => li.textContent)]; })()""")
    same(ladder[0], ["\u25cf none", "\u2298 lock-add", "\u2298 ~mfence", "? serialize"], "ladder labels")
    same(ladder[1], [[0, 4.5, 37.5, 50], [0, 65.25, 130, None]], "ladder chart")
    same([SPACE.sub("", row[5]) for row in ladder[2]], ["90.0%", "0 of 1.00k", "0 of 1.00k", "0 of 1.00k"], "ladder: seen")
    same(SPACE.sub("", ladder[2][1][3]), "4.50ns \u00b16%", "ladder: a price and its spread")
    same(ladder[2][3][4], "no second core", "ladder: why there is no price")
    assert ladder[3][1] == ladder[3][2] and len(set(ladder[3])) == 3, "what no model speaks of looks like what one does"
    assert "? it says nothing of it" in ladder[4], ladder[4]
    assert ladder[2][1][0] == "cheapest: lock-add" and "x86-tso: forbidden" in ladder[2][1][7], ladder[2]


# ---- Filters, sorting, the address

def check_filters(browser, page):
    browser.open(page)
    everything = set(shown(browser))
    for key, value, wanted in (("q", "mine", {"mine"}), ("family", "own", {"mine"}), ("arch", "32-bit ARM", {"LB", "MP"}), ("arch", "emulated ARM", {"SB"}),
                               ("verdict", "unmodelled", {"LB", "MP"}), ("verdict", "unknown", {"mine", "SB"}), ("seen", "no", {"MP", "LB", "SB", "SB with mfence"}),
                               ("fence", "put", {"SB with mfence"}), ("differ", True, {"SB", "MP", "LB"}), ("two", True, {"SB", "MP", "LB"})):
        choose(browser, key, value)
        same(set(shown(browser)), wanted, f"{key}={value}")
        hash_ = browser.evaluate("location.hash")
        assert key + "=" in hash_, hash_
        browser.open(page, hash_)  # a view is a link
        same(set(shown(browser)), wanted, f"the link {hash_}")
        choose(browser, key, False if value is True else "")
        same(set(shown(browser)), everything, f"without {key}")
    choose(browser, "arch", "ARM")
    same(browser.evaluate("[...document.querySelectorAll('.matrix thead th[data-machine]')].filter((h) => !h.hidden).map((h) => h.dataset.machine)"), ["1"], "columns")
    choose(browser, "seen", "yes")
    same(set(shown(browser)), {"SB", "MP"}, "ARM, seen")
    browser.evaluate("document.getElementById('reset').click()")
    browser.wait_for("location.hash === ''")
    same(set(shown(browser)), everything, "reset")
    choose(browser, "sort", "name")
    same(shown(browser), sorted(everything, key=str.lower), "by name")
    choose(browser, "sort", "m1")
    same(shown(browser)[:2], ["SB", "mine"], "by share on the first machine")
    browser.evaluate("document.querySelector('.matrix thead th[data-machine=\"0\"] a').click()")
    same(shown(browser)[-2:], ["mine", "SB"], "turned round")
    same(browser.evaluate("document.querySelector('.matrix thead th[data-machine=\"0\"]').getAttribute('aria-sort')"), "ascending", "aria-sort")
    browser.open(page, "#open=MP")
    same(browser.evaluate("[...document.querySelectorAll('details.test[open]')].map((d) => d.dataset.test)"), ["MP"], "a link to a test")
    browser.ask("Input.dispatchKeyEvent", type="keyDown", key="/", text="/")
    same(browser.evaluate("document.activeElement.id"), "f-q", "the key /")


# ---- Themes, access, width

CONTRAST = """(() => {
  const parse = (text) => { const n = (text.match(/[\\d.]+/g) || []).map(Number); return {r: n[0], g: n[1], b: n[2], a: n.length > 3 ? n[3] : 1}; };
  const over = (top, under) => ({r: top.r * top.a + under.r * (1 - top.a), g: top.g * top.a + under.g * (1 - top.a), b: top.b * top.a + under.b * (1 - top.a), a: 1});
  const light = ({r, g, b}) => { const f = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const behind = (e) => { const layers = []; for (; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor)); return layers.reverse().reduce((under, top) => over(top, under), {r: 255, g: 255, b: 255, a: 1}); };
  const bad = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility() || e.closest('.vh, noscript, script, style, option') || e.matches('.skip')) continue;
    const back = behind(e), ink = over(parse(getComputedStyle(e).color), back), a = light(back), b = light(ink);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.add(`${e.tagName}.${e.className || e.parentElement.className}: ${ratio.toFixed(2)}`);
  }
  return [...bad];
})()"""


TARGETS = """[...document.querySelectorAll('button, select, input, summary, nav a, .matrix a, .card a')].filter((e) => e.checkVisibility()).map((e) => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.width < 24 || box.height < 24).map(([e, box]) => `${e.tagName} ${e.id || e.textContent.slice(0, 20)}: ${box.width} x ${box.height}`)"""


def check_first(browser, page):
    """What is seen first, on a desk and on a phone: a title, one row of words, then figures."""
    for width, height in ((1280, 720), (390, 844)):
        browser.size(width, height)
        browser.open(page)
        rows = browser.evaluate("[document.getElementById('title'), document.getElementById('lede')].map((e) => [e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight), e.scrollWidth <= e.clientWidth])")
        assert all(height < 1.5 and whole for height, whole in rows), (width, rows)
        top = browser.evaluate("document.querySelector('.card td').getBoundingClientRect().bottom")
        assert top < height / 4, (width, top)
        same(browser.evaluate(TARGETS), [], f"less than 24 pixels, {width} wide")
    browser.size(1280, 720)
    browser.open(page)
    top = browser.evaluate("document.querySelector('#matrix-body tr').getBoundingClientRect().bottom")
    assert top < 720, ("no row of the matrix on the first screen", top)
    browser.evaluate(OPEN_FOLDS)
    same(browser.evaluate(TARGETS), [], "less than 24 pixels, unfolded")


def check_looks(browser, page):
    papers = []
    for scheme in ("light", "dark"):
        browser.prefers(scheme)
        browser.open(page, "#open=SB&open=mine&open=LB")
        browser.evaluate(OPEN_FOLDS)
        same(browser.evaluate(CONTRAST), [], f"contrast, {scheme}")
        papers.append(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert papers[0] != papers[1], papers
    browser.evaluate("document.getElementById('theme').click()")
    same(browser.evaluate("[document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]"), ["light", papers[0]], "the toggle, though dark is preferred")
    browser.evaluate("document.getElementById('theme').click(); document.getElementById('theme').click()")
    browser.prefers("light")
    without = browser.evaluate("""[...document.querySelectorAll('canvas:not([aria-label]), input:not([type]), table th:not([scope])')].map((e) => e.outerHTML.slice(0, 80))
      .concat([...document.querySelectorAll('input, select')].filter((e) => !e.closest('label')).map((e) => e.id))""")
    same(without, [], "without a label")
    for width in (320, 390, 1360):
        browser.size(width, 844)
        same(browser.evaluate("Math.max(document.documentElement.scrollWidth, innerWidth)"), width, f"{width} wide")
    browser.paper(f"{work}/page.pdf")
    browser.wait_for("!document.documentElement.dataset.theme")


def check_plain(browser):
    page = make("plain", samples.plain())
    browser.size(1360, 900)
    browser.open(page)
    check_matrix(browser)
    check_machines(browser)
    check_cards(browser)
    check_histograms(browser)
    check_verdicts(browser)
    check_figures(browser)
    check_filters(browser, page)
    check_looks(browser, page)
    check_first(browser, page)
    undisturbed(browser, "plain")


# ---- What must not be missed, what changed, what is hostile, what is large

def check_alarm(browser):
    browser.open(make("alarm", samples.alarming()))
    found = cell_of(browser, "MP", 0)
    same(found["look"], "alarm", "MP on x86, seen")
    assert "FORBIDDEN" in found["title"], found
    box = browser.evaluate("(() => { const box = document.getElementById('alarms'); return [box.getBoundingClientRect().top < innerHeight, box.checkVisibility(), box.textContent]; })()")
    assert box[0] and box[1] and "1:r0=1; 1:r1=0;" in box[2] and "x86-tso" in box[2] and "3 of 21" in SPACE.sub("", box[2]), box
    same(shown(browser)[0], "MP", "what is forbidden and was seen comes first")
    choose(browser, "verdict", "alarm")
    same(shown(browser), ["MP"], "the filter for it")
    undisturbed(browser, "alarm")


def check_changes(browser):
    before, after = samples.twice()
    samples.write(f"{work}/before.jsonl", before)
    browser.open(make("after", after, f"{work}/before.jsonl"))
    row = browser.evaluate("[...document.querySelector('#change-list tbody tr').cells].map((cell) => cell.textContent)")
    same((row[0], row[1], row[3], row[5]), ("SB", "changed", "4", "4"), "the same machine twice")
    same(browser.evaluate("document.getElementById('title').textContent"), "Memory reordering on one machine, twice", "the title")
    undisturbed(browser, "changes")


def check_imported(browser):
    log = {**samples.record("SB", samples.X86, [1, 2, 3, 4], engine="litmus7"), "source": "litmus7 log mine.log", "program": "litmus7"}
    browser.open(make("imported", [log]))
    card = browser.evaluate("document.querySelector('.machine').textContent")
    assert "imported: another program (litmus7)" in card and "published" not in card, card


def check_folded(browser):
    """Tests that machines share come first; what one machine alone has is folded until somebody asks, or looks for it."""
    lines = [samples.record(name, machine, [1, 2, 3, 4]) for machine in (samples.X86, samples.ARM) for name in ("SB", "MP")]
    lines += [{**samples.record("SB", samples.X86, [1, 2, 3, 4]), "test": f"alone-{i}"} for i in range(30)]
    page = make("folded", lines)
    browser.open(page)
    first = shown(browser)
    same(set(first[:2]), {"SB", "MP"}, "what machines share comes first")
    assert len(first) == 12, first
    choose(browser, "q", "alone-29")
    same(shown(browser), ["alone-29"], "found, though folded")
    choose(browser, "q", "")
    browser.wait_for("document.querySelectorAll('#matrix-body tr:not([hidden])').length === 12")
    browser.evaluate("document.getElementById('more').click()")
    same(len(shown(browser)), 32, "unfolded")
    same(browser.evaluate("[location.hash, document.getElementById('more').hidden]"), ["#all=1", True], "the address")
    browser.open(page, "#all=1")
    same(len(shown(browser)), 32, "a link to all of it")


def check_paths(browser):
    """No folder of who made the page stands in it, whatever it was made of."""
    log = {**samples.record("SB", samples.X86, [1, 2, 3, 4], engine="litmus7"), "source": "litmus7 log /secret/folder/mine.log", "program": "litmus7"}
    run = samples.record("MP", samples.ARM, [1, 2, 3, 4])
    page = make("paths", [log, {**run, "compiler": {**run["compiler"], "path": "/secret/folder/gcc"}}, samples.cost(samples.ARM, {"mfence": 1})])
    text = open(page, encoding="utf-8").read()
    assert "/secret" not in text and work not in text and '"litmus7 log mine.log"' in text, "a path"
    assert '"file":"paths.jsonl"' in text and "weakmem report paths.jsonl" in text, "no name"


def check_hostile(browser):
    page = make("hostile", samples.hostile(), "--title", samples.HOSTILE[0])
    with open(f"{work}/bytes.jsonl", "wb") as file:  # what is not UTF-8 is no JSON, and a file's name may be anything
        file.write(b'{"schema":"weakmem.run/1","test":"\xff\xfe","status":"done"}\n' + json.dumps(samples.record("SB", samples.X86, [1, 2, 3, 4])).encode() + b"\n")
    strange = os.path.join(os.fsencode(work), b"<img src=x onerror=window.hacked=1>\xff.jsonl")
    os.rename(f"{work}/bytes.jsonl", strange)
    done = subprocess.run([weakmem.encode(), b"report", f"{work}/hostile.jsonl".encode(), strange, b"--title", samples.HOSTILE[0].encode(), b"-o", page.encode(), b"--quiet"], capture_output=True)
    same(done.returncode, 0, done.stderr)
    browser.open(page, "#all=1")
    browser.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    browser.wait_for("document.querySelectorAll('details.test .body').length === document.querySelectorAll('details.test').length")
    browser.evaluate("""for (const each of document.querySelectorAll('body *')) { each.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})); each.dispatchEvent(new Event('load')); each.dispatchEvent(new Event('error')); }""")
    same(browser.evaluate("window.hacked === undefined && ({}).hacked === undefined"), True, "hacked")
    same(browser.evaluate("document.querySelectorAll('script').length"), 3, "scripts")
    same(browser.evaluate("[...document.querySelectorAll('img, svg, iframe, object, embed, link, base, b[onmouseover], [onerror], [onload]')].map((e) => e.outerHTML.slice(0, 99))"), [], "elements")
    same(browser.evaluate("[...new Set([...document.querySelectorAll('a[href]')].map((a) => a.protocol))].sort()"), ["file:", "http:"], "links")
    same(browser.evaluate("document.getElementById('title').textContent"), samples.HOSTILE[0], "the title is text")
    names = set(shown(browser))
    for text in samples.HOSTILE:
        assert text in names or len(text) > 4000 and any(name.startswith(text[:4000]) for name in names) or "\u202e" in text and "\u2028\u2029\ufffdabc?" in names, ("not shown as it is", text)
    same(browser.evaluate("/[\\u0000-\\u0008\\u202a-\\u202e]/.test(document.body.textContent)"), False, "controls")
    browser.size(390, 844)
    same(browser.evaluate("Math.max(document.documentElement.scrollWidth, innerWidth)"), 390, "long names on a phone")
    browser.size(1360, 900)
    choose(browser, "verdict", "alarm")
    browser.open(page, "#open=%3Cimg%20src=x%20onerror=window.hacked=1%3E&q=%3Cscript%3E&family=__proto__&sort=m99999&arch=constructor")
    same(browser.evaluate("window.hacked"), None, "hacked by the address")
    undisturbed(browser, "hostile")


def check_many(browser, tests=1000, machines=10):
    start = time.monotonic()
    page = make("many", samples.many(tests, machines))
    made = time.monotonic()
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    browser.open(page)
    opened = time.monotonic()
    same(browser.evaluate("[document.querySelectorAll('#matrix-body tr').length, document.querySelectorAll('#matrix-body td').length]"), [tests, tests * machines], "rows and cells")
    lines = samples.many(tests, machines)
    for i, line in enumerate(lines):
        if i % 997 == 0:
            found = cell_of(browser, line["test"], i % machines)
            same(found["text"], percent(line["witnesses"] / line["iterations"]), line["test"])
    took = browser.evaluate("(() => { const start = performance.now(); const field = document.getElementById('f-family'); field.value = 'family-3'; field.dispatchEvent(new Event('change', {bubbles: true})); document.body.offsetHeight; return performance.now() - start; })()")
    same(len(shown(browser)), len([t for t in range(tests) if t % 7 == 3]), "filtered")
    choose(browser, "sort", "m3")
    same(len(shown(browser)), len([t for t in range(tests) if t % 7 == 3]), "sorted")
    undisturbed(browser, "many")
    print(f"{tests} tests on {machines} machines: records and page {made - start:.1f} s, {os.path.getsize(page) / 1e6:.1f} MB, at most {used:.0f} MiB; "
          f"shown after {opened - made:.1f} s, filtered in {took:.0f} ms")


for check in (check_plain, check_alarm, check_changes, check_imported, check_folded, check_paths, check_hostile, check_many):
    with Browser() as browser:
        check(browser)
    print(check.__name__)
