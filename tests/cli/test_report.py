"""Reports and watching: pages that are whole, hold what they should, and open in a browser on a phone and a desk; curves in the terminal."""
import html.parser, math, re, threading, xml.etree.ElementTree as xml
from harness import *

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(html.parser.HTMLParser):
    """A page whose elements are closed in order; its text, headings and tables."""

    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.source, self.open, self.text, self.attributes = open(path, encoding="utf8").read(), [], [], []
        self.feed(self.source)
        self.close()
        assert not self.open, f"{path}: not closed: {self.open}"
        self.pictures = re.findall(r"<svg.*?</svg>", self.source, re.S)
        for picture in self.pictures:
            xml.fromstring(picture)  # well-formed by itself
            numbers = re.findall(r'\b(?:x|y|width|height|cx|cy)="([^"]*)"', picture)
            assert all(math.isfinite(float(n)) for n in numbers)
        assert "nan" not in re.sub(r"<title>.*?</title>|<text.*?</text>", "", "".join(self.pictures)).lower()

    def handle_starttag(self, tag, attributes):
        self.attributes += [(tag, *a) for a in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.attributes += [(tag, *a) for a in attributes]

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        self.text.append(data)

    def charts(self):
        return re.findall(r"<figcaption><b>(.*?)</b>", self.source)

    def chart(self, title):
        return xml.fromstring(re.search(rf"<figcaption><b>{re.escape(title)}</b>.*?(<svg.*?</svg>)", self.source, re.S)[1])

    def is_alone(self):
        """Nothing is fetched and nothing is run."""
        tags = {tag for tag, *_ in self.attributes}
        assert not tags & {"script", "link", "iframe", "object", "embed"}, tags
        for tag, name, value in self.attributes:
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "href") or value.startswith("data:"), (tag, name, value[:50])
        assert "url(" not in self.source and "@import" not in self.source


def by_class(svg, name):
    return [e for e in svg.iter() if name in e.get("class", "").split()]


def report(*args, out="r.html"):
    r = ok("train", *args, "--report", out, "--out", "m.safetensors", "--seed", 1, "--epochs", 12, "--patience", 0, "--json", "--quiet").json()
    page = Page(out)
    page.is_alone()
    return r, page


@test
def classification():
    """train --report: a whole page without script or network: curves with the best epoch, confusion, ROC, calibration, importance, layers"""
    r, page = report(flowers(n=150), "--members", 1, "--model", "dense(8) relu")
    for title in ("Loss", "Validation accuracy", "Learning rate", "Confusion matrix", "ROC", "Precision and recall", "Calibration", "Permutation importance", "Decision boundary"):
        assert title in page.charts(), page.charts()
    counts = [int(e.text) for e in by_class(page.chart("Confusion matrix"), "cell")]
    assert sum(counts) == r["rows"]["test"] == 30
    right = sum(int(re.search(r": (\d+) ", e[0].text)[1]) for e in by_class(page.chart("Confusion matrix"), "right"))
    assert abs(right / 30 - r["metrics"]["test"]["accuracy"]) < 1e-9
    line = by_class(page.chart("Learning rate"), "line")[0].get("d")
    assert len(re.findall("[ML]", line)) == 12
    assert any(f"best epoch {r['best_epoch']}" == (e.text or "") for e in page.chart("Loss").iter())
    for word in ("species", "setosa", "micrograd train", "dense(8)", "length"):
        assert word in " ".join(page.text), word
    figure = f"{r['metrics']['test']['accuracy']:.4g}"
    assert figure in " ".join(page.text), figure


@test
def regression():
    """a regression's report: prediction and truth, residuals, a point a row"""
    r, page = report(houses(n=200), "--members", 1)
    rows = r["rows"]["test"]
    for title in ("Prediction and truth", "Residuals"):
        assert len(by_class(page.chart(title), "point")) == rows, title
    bars = [int(re.match(r"\d+", e[0].text)[0]) for e in by_class(page.chart("Distribution of residuals"), "bar")]
    assert sum(bars) == rows
    assert "Confusion matrix" not in page.charts()


@test
def images():
    """a report on images shows first-layer filters, a picture each, and mistakes as pictures"""
    _, page = report(os.path.join(ROOT, "data/digits.csv"), "--image", "8x8", "--members", 1, "--model", "conv(6, 3) relu dense(16) relu")
    pictures = [value for tag, name, value in page.attributes if tag == "img" and name == "src"]
    if not pictures:
        raise Skip("a build without PNG")
    assert "First-layer filters" in page.charts() and "The surest mistakes" in page.charts()
    import base64, struct
    sizes = [struct.unpack(">II", base64.b64decode(p.split(",")[1])[16:24]) for p in pictures]
    assert sizes.count((3, 3)) == 6 and 1 <= sizes.count((8, 8)) <= 12, sizes
    assert "Permutation importance" not in page.charts()


@test
def awkward_names():
    """names and cells that look like HTML, quotes, umlauts and control characters are text, never markup"""
    g = random.Random(1)
    names = ['<script>alert(1)</script>', 'a"b\'c & d', "Größe ≥ 1", "tab\there", "</svg><img src=x onerror=alert(1)>", "Ziel<b>"]
    classes = ["<i>ja</i>", 'ne"in', "ähm & so"]
    rows = []
    for i in range(150):
        k = i % 3
        rows.append([round(k + g.gauss(0, .6), 3), round(g.gauss(0, 1), 3), round(-k + g.gauss(0, .6), 3), g.choice(["<u>", "&amp;", "ü"]), round(g.gauss(0, 1), 3), classes[k]])
    _, page = report(write_csv("<i>.csv", names, rows))
    assert "<script" not in page.source and "<u>" not in page.source and "<img src=x" not in page.source and "<i>ja" not in page.source
    text = " ".join(page.text)
    for name in names[:3] + classes:
        assert name in text, name


@test
def no_validation():
    """without validation rows, and with a test file: reports all the same"""
    _, page = report(flowers(), "--members", 1, "--val-fraction", 0)
    assert "Training" in " ".join(page.text) and "Validation accuracy" not in page.charts()
    r, page = report(flowers(), "--test", flowers("t.csv", n=45, seed=9), out="t.html")
    assert r["rows"]["test"] == 45 and "45 test rows" in " ".join(page.text)


@test
def evaluated():
    """evaluate --report: the model on these rows, all of them"""
    model = trained()
    ok("evaluate", model, flowers("new.csv", n=60, seed=4), "--report", "e.html", "--quiet")
    page = Page("e.html")
    page.is_alone()
    assert "Answers on 60 rows" in " ".join(page.text) and "Learning rate" not in page.charts()
    assert sum(int(e.text) for e in by_class(page.chart("Confusion matrix"), "cell")) == 60


@test
def refusals():
    """a report over the data or the model, into no folder, or of no training is refused before any work"""
    data = flowers()
    before = open(data, "rb").read()
    refused(["train", data, "--report", data], 2, "--report", data)
    refused(["train", data, "--out", "m.safetensors", "--report", "m.safetensors"], 2, "--report")
    refused(["train", data, "--report", "no/where/r.html"], 1, "no/where")
    refused(["train", data, "--report", "r.html", "--dry-run"], 2, "--dry-run")
    refused(["evaluate", trained(data), data, "--report", data], 2, "--report")
    assert open(data, "rb").read() == before and not os.path.exists("r.html")


# --- folders of runs --------------------------------------------------------------------------------------------------------------------

def line(epoch, best=None, loss=None, **validation):
    return json.dumps({"epoch": epoch, "rows": 100 * epoch, "steps": 10 * epoch, "seconds": .5 * epoch, "learning_rate": .01 / epoch, "loss": 1 / epoch if loss is None else loss,
                       "best_epoch": best or epoch, "validation": validation or {"accuracy": 1 - .5 / epoch}}) + "\n"


def folder(name, epochs=10, settings={}, data=None, model=None):
    os.makedirs(name)
    json.dump({"files": {"data": {"path": data}} if data else {}, "settings": settings}, open(f"{name}/config.json", "w"))
    open(f"{name}/history.jsonl", "w").write("".join(line(e) for e in range(1, epochs + 1)))
    if model:
        shutil.copy(model, f"{name}/model.safetensors")
    return name


@test
def again():
    """report RUN writes the run's report anew, with its command, curves and rows; without its data it says so and goes without"""
    data = flowers()
    folder("run", settings={"lr": "0.02", "seed": "1", "epochs": "auto", "fast": "false", "best": "true"}, data=data, model=trained(data))
    r = ok("report", "run")
    page = Page("run/report.html")
    page.is_alone()
    assert "run/report.html" in r.out
    assert "micrograd train flowers.csv --lr 0.02 --seed 1 --best" in " ".join(page.text)
    assert len(re.findall("[ML]", by_class(page.chart("Learning rate"), "line")[0].get("d"))) == 10
    assert "Confusion matrix" in page.charts()
    os.remove(data)
    r = ok("report", "run", "--out", "other.html")
    assert "flowers.csv" in r.err and "Confusion matrix" not in Page("other.html").charts()


@test
def side_by_side():
    """report RUN RUN: settings that differ, results with the best one, curves over each other; same settings are not listed"""
    folder("one", settings={"lr": "0.1", "seed": "1", "<b>": "x", "out": "y"})
    folder("two", epochs=20, settings={"lr": "0.2", "seed": "1"})
    ok("report", "one", "two", "--out", "both.html")
    page = Page("both.html")
    page.is_alone()
    table = re.search(r"What was set differently.*?</table>", page.source, re.S)[0]
    assert "<td>0.1</td><td>0.2</td>" in table and "seed" not in table and ">out<" not in table and "&lt;b&gt;" in table and "not given" in table
    lines = by_class(page.chart("Validation accuracy"), "line")
    assert [len(re.findall("[ML]", e.get("d"))) for e in lines] == [10, 20]
    assert "two" in re.search(r'<tr class="best">.*?</tr>', page.source)[0]
    ok("report", "one", "two")
    assert Page("report.html").pictures


@test
def no_runs():
    """what is no run is refused by name"""
    os.makedirs("empty")
    for command in ("report", "watch"):
        refused([command, "empty"], 1, "empty")
        refused([command, "nowhere"], 1, "nowhere")
        refused([command], 2, "RUN is missing")
    refused(["watch", folder("a", 1), "b"], 2, "one word too many")
    open("a/history.jsonl", "a").write("{oops\n")
    refused(["watch", "a", "--once"], 1, "history.jsonl", "line 2")


# --- searches ---------------------------------------------------------------------------------------------------------------------------

def search(*args, trials=30, study="s.log"):
    """A search whose trials are cheap: the value is least at x = 0.3, rate = 0.01; where the words say so it fails, or reports steps."""
    program = """awk -v x={x} -v r={rate} -v w={way} -f s.awk"""
    open("s.awk", "w").write("""BEGIN { v = (x - .3)^2 + (log(r) / log(10) + 2)^2 / 4
        if (w == "fails" && x > .8) exit 3
        if (w == "steps") for (i = 1; i < 6; i++) print i, v + 1 / i
        print v }""")
    return ok("tune", "--command", program, "--search", "x=0..1", "--search", "rate=log:1e-4..1", "--search", "way=plain|steps|fails", "--sampler", "random",
              "--trials", trials, "--study", study, *args, timeout=120)


@test
def searched():
    """tune writes a page beside its journal: a mark a trial, the best one, its settings, the reasons of failures"""
    r = search("--json").json()
    assert os.path.exists("s.html")
    page = Page("s.html")
    page.is_alone()
    text = " ".join(page.text)
    for title in ("History", "Values on the way", "All settings at once", "Importance", "x", "rate", "way"):
        assert title in page.charts(), (title, page.charts())
    assert {"x and rate", "rate and x"} & set(page.charts()), page.charts()
    history = page.chart("History")
    assert len(by_class(history, "point")) == r["trials"] - r["failed"] - r["pruned"] and len(by_class(history, "cross")) == r["failed"] >= 1
    assert f"{r['best']['value']:.4g}" in text and f"lowest score, of trial {r['best']['number']}" in text
    assert r["command"] in text and "Why trials failed" in text
    assert sum(int(n) for n in re.findall(r'<tr><td class="r">(\d+)</td><td class="wide">', page.source)) == r["failed"]


@test
def searched_again():
    """report STUDY makes the page from the journal alone, beside it or at --out; the journal stays as it is"""
    search(trials=12)
    before = open("s.log", "rb").read()
    os.remove("s.html")
    assert "s.html" in ok("report", "s.log").out
    page = Page("s.html")
    page.is_alone()
    assert len(by_class(page.chart("History"), "point")) + len(by_class(page.chart("History"), "cross")) == 12
    ok("report", "s.log", "--out", "other.html", "--quiet")
    assert open("other.html").read() == open("s.html").read()
    open("torn.log", "wb").write(before[:-20])  # whoever wrote it was killed
    ok("report", "torn.log")
    assert len(Page("torn.html").charts()) >= 5
    refused(["report", "s.log", "--out", "s.log"], 2, "--out", "s.log")
    assert open("s.log", "rb").read() == before


@test
def no_searches():
    """what is no journal of ours is refused with its name and place"""
    for text, words in (("", "no study"), ("a,b\n1,2\n", "no Optuna journal"), ('{"op_code":0,"study_name":"a","directions":[1],"worker_id":"w"}\n', "not begun by micrograd")):
        open("no.log", "w").write(text)
        refused(["report", "no.log"], 1, "no.log", words)
    search(trials=4)
    lines = open("s.log").read().split("\n")
    open("bad.log", "w").write("\n".join(lines[:3] + ["{oops"] + lines[3:]))
    refused(["report", "bad.log"], 1, "bad.log", "line 4")
    refused(["report", "s.log", folder("a", 2)], 1, "s.log")


# --- watching ---------------------------------------------------------------------------------------------------------------------------

@test
def watched_once():
    """watch --once: the last epoch and two curves, in ASCII where standard output is no terminal"""
    r = ok("watch", folder("run", 30), "--once")
    lines = r.out.splitlines()
    assert lines[0].startswith("epoch 30  loss 0.0333") and "accuracy 0.9833" in lines[0]
    assert lines[1] == "training loss" and lines[10] == "validation accuracy" and len(lines) == 19
    assert r.out.isascii() and "\x1b" not in r.out
    assert lines[2].lstrip().startswith("1 |*") and lines[9].rstrip().endswith("*")  # from 1 at the first epoch to the least at the last


@test
def watched_narrow():
    """watch on a terminal fits 20 columns and up, in Braille, without colours where NO_COLOR says so"""
    folder("run", 40)
    for columns in (20, 40, 200):
        code, shown = on_terminal("watch", "run", "--once", columns=columns, env=environment(LANG="C.UTF-8", LC_ALL="C.UTF-8", NO_COLOR="1"))
        assert code == 0 and "\x1b[3" not in shown, shown
        assert max(len(l.rstrip("\r")) for l in shown.split("\n")) < columns
        assert any("\u2800" < c < "\u2900" for c in shown)
    code, shown = on_terminal("watch", "run", "--once", env=environment(LANG="C.UTF-8", LC_ALL="C.UTF-8"))
    assert "\x1b[33m" in shown and "\x1b[32m" in shown


@test
def watched_live():
    """watch follows a run that another process writes, epoch by epoch, also half a line at a time, and ends when its model is there"""
    folder("run", 2)

    def go_on():
        for epoch in (3, 4):
            time.sleep(.5)
            text = line(epoch)
            with open("run/history.jsonl", "a") as f:
                f.write(text[:20])
                f.flush()
                time.sleep(.4)
                f.write(text[20:])
        open("run/model.safetensors", "w").close()

    writer = threading.Thread(target=go_on)
    writer.start()
    r = ok("watch", "run", timeout=30)
    writer.join()
    assert [l.split("  ")[0] for l in r.out.splitlines()] == [f"epoch {e}" for e in (1, 2, 3, 4)]


@test
def watched_live_on_terminal():
    """on a terminal the drawing is replaced, not repeated, and Ctrl-C ends it with 130"""
    folder("run", 5)
    code, shown = on_terminal("watch", "run", interrupt_after=(b"validation accuracy", signal.SIGINT), env=environment(LANG="C.UTF-8", LC_ALL="C.UTF-8"))
    assert code == 130 and shown.count("training loss") == 1


# --- in a browser -----------------------------------------------------------------------------------------------------------------------

BROWSER = next((b for b in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if b), None)

# Says in the page's title how wide the page is, whether anything sticks out of it, and what went wrong. Appended for the test alone.
PROBE = """<script>window.onerror = m => { window.failed = m };
addEventListener('load', () => { let wide = document.documentElement.scrollWidth, all = [...document.querySelectorAll('svg')].map(e => e.getBoundingClientRect());
document.title = JSON.stringify({wide, view: innerWidth, pictures: all.length, drawn: all.filter(r => r.width > 100 && r.height > 20).length,
out: all.filter(r => r.right > innerWidth + 1).length, failed: window.failed || null}) })</script>"""


def in_browser(path, width):
    """What the probe saw, at a width. A window narrower than 500 is not to be had, so the page stands in a frame."""
    source = open(path, encoding="utf8").read()
    open("probed.html", "w", encoding="utf8").write(source.replace("<head>", "<head>" + PROBE, 1))
    open("frame.html", "w").write(f'<!DOCTYPE html><iframe src="probed.html" style="width:{width}px;height:3000px;border:0" '
                                  "onload=\"setTimeout(() => document.title = this.contentDocument.title, 50)\"></iframe>")
    p = subprocess.run([BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--allow-file-access-from-files", "--enable-logging=stderr", "--v=0",
                        "--user-data-dir=" + os.path.abspath("profile"), "--virtual-time-budget=3000", "--window-size=1400,3000", "--dump-dom", "file://" + os.path.abspath("frame.html")],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=100, text=True)
    console = [l for l in p.stderr.splitlines() if "CONSOLE" in l]
    assert not console, console
    title = re.search(r"<title>(\{.*?\})</title>", p.stdout)
    assert title, (p.stdout[-500:], p.stderr[-500:])
    return json.loads(title[1].replace("&quot;", '"'))


@test
def opened():
    """reports open in headless Chromium at 375 and 1280 pixels: every picture drawn, nothing sticks out, no message on the console"""
    if not BROWSER:
        raise Skip("there is no Chromium")
    report(flowers(n=150), "--model", "dense(8) relu", out="classes.html")
    report(os.path.join(ROOT, "data/breast_cancer.csv"), "--members", 1, out="columns.html")
    folder("one", settings={"lr": "0.1"})
    folder("two" * 20, settings={"lr": "0.2", "model": "dense(64) relu " * 9})
    ok("report", "one", "two" * 20, "--out", "runs.html")
    search("--pruner", "median", trials=60)
    os.rename("s.html", "search.html")
    for path in ("classes.html", "columns.html", "runs.html", "search.html"):
        for width in (375, 1280):
            seen = in_browser(path, width)
            assert seen["view"] == width and seen["wide"] <= width, (path, seen)
            assert seen["pictures"] == seen["drawn"] == len(Page(path).pictures) >= 3 and seen["out"] == 0 and not seen["failed"], (path, seen)


main()
