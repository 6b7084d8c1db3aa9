"""micrograd predict, evaluate, show, graph on models that are whole."""
import re, struct
from harness import *


@test
def columns():
    """predict: one row a row, the prediction and a probability a class that add up to 1"""
    m = trained()
    rows = list(csv.DictReader(open("flowers.csv")))
    r = ok("predict", m, "flowers.csv")
    got = r.rows()
    assert r.err == "" and len(got) == len(rows) and list(got[0]) == ["prediction", "probability_setosa", "probability_versicolor", "probability_virginica"]
    for row in got:
        p = {k[12:]: float(v) for k, v in row.items() if k != "prediction"}
        assert abs(sum(p.values()) - 1) < 1e-5 and max(p, key=p.get) == row["prediction"], row
    assert sum(a["prediction"] == b["species"] for a, b in zip(got, rows)) > 80


@test
def no_target_needed():
    """predict needs no target, no order of columns and no knowledge of others"""
    m = trained()
    whole = ok("predict", m, "flowers.csv").out
    rows = list(csv.DictReader(open("flowers.csv")))
    write_csv("new.csv", ["width", "note", "length"], [[r["width"], "x", r["length"]] for r in rows])
    assert ok("predict", m, "new.csv").out == whole


@test
def standard_input():
    """predict and evaluate read standard input as -, and a pipe"""
    m = trained()
    data = open("flowers.csv", "rb").read()
    assert ok("predict", m, "-", stdin=data).out == ok("predict", m, "flowers.csv").out
    assert ok("evaluate", m, "-", "--json", stdin=data).json()["metrics"] == ok("evaluate", m, "flowers.csv", "--json").json()["metrics"]
    refused(["predict", m, "-"], 1, "empty")


@test
def neighbours_do_not_matter():
    """a row's prediction has the same bytes alone, among others and with any number of threads"""
    m = trained()
    lines = open("flowers.csv").read().splitlines()
    whole = ok("predict", m, "flowers.csv", "--threads", 1).out.splitlines()
    for i in (1, 7, 90):
        assert ok("predict", m, "-", stdin=f"{lines[0]}\n{lines[i]}\n".encode()).out.splitlines() == [whole[0], whole[i]]
    many = "\n".join([lines[0]] + lines[1:] * 60)
    got = ok("predict", m, "-", "--threads", 2, stdin=many.encode()).out.splitlines()
    assert got[1:] == whole[1:] * 60


@test
def regression_numbers():
    """a regression's predictions are numbers in the target's unit, and read back exactly"""
    m = trained(houses(), "--epochs", 100)
    got = [r["prediction"] for r in ok("predict", m, "houses.csv").rows()]
    truth = [float(r["price"]) for r in csv.DictReader(open("houses.csv"))]
    mean = sum(truth) / len(truth)
    assert 1 - sum((a - float(b)) ** 2 for a, b in zip(truth, got)) / sum((a - mean) ** 2 for a in truth) > 0.8
    assert all(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", g) for g in got), got[:5]


@test
def locale_does_not_matter():
    """numbers have a point in every locale"""
    m = trained(houses())
    plain = ok("predict", m, "houses.csv").out
    assert ok("predict", m, "houses.csv", env=environment(LC_ALL="de_DE.UTF-8", LANG="de_DE.UTF-8")).out == plain


@test
def evaluate_scores_its_predictions():
    """evaluate says what its predictions score; --json has flat metrics"""
    m = trained()
    v = ok("evaluate", m, "flowers.csv", "--json").json()
    truth = [r["species"] for r in csv.DictReader(open("flowers.csv"))]
    got = [r["prediction"] for r in ok("predict", m, "flowers.csv").rows()]
    assert abs(v["metrics"]["accuracy"] - sum(a == b for a, b in zip(truth, got)) / len(truth)) < 1e-9
    assert v["task"] == "classification" and v["target"] == "species" and v["rows"] == 90 and v["metrics"]["log_loss"] > 0
    text = ok("evaluate", m, "flowers.csv").out
    for word in ("accuracy", "90", "setosa", "versicolor"):
        assert word in text, text


@test
def evaluate_regression():
    """evaluate of a regression: every metric of numbers"""
    m = trained(houses(), "--epochs", 60)
    v = ok("evaluate", m, "houses.csv", "--json").json()
    truth = [float(r["price"]) for r in csv.DictReader(open("houses.csv"))]
    got = [float(r["prediction"]) for r in ok("predict", m, "houses.csv").rows()]
    mae = sum(abs(a - b) for a, b in zip(truth, got)) / len(got)
    assert abs(v["metrics"]["mae"] - mae) < 1e-4 * mae and set(v["metrics"]) == {"r2", "rmse", "mae", "median_absolute_error", "explained_variance"}, v
    assert "rmse" in ok("evaluate", m, "houses.csv").out


@test
def rows_without_a_target():
    """evaluate leaves out rows without a target and says how many, unless --quiet"""
    m = trained()
    lines = open("flowers.csv").read().splitlines()
    open("some.csv", "w").write("\n".join(lines[:31] + ["1,2,", "3,4,NA"]) + "\n")
    r = ok("evaluate", m, "some.csv", "--json")
    assert r.json()["rows"] == 30 and "2 rows" in r.err
    assert ok("evaluate", m, "some.csv", "--json", "--quiet").err == ""


@test
def data_that_does_not_fit():
    """data that does not fit the model: exit 1 naming the column, and nothing on stdout"""
    m = trained()
    write_csv("less.csv", ["length", "species"], [[1, "setosa"]])
    refused(["predict", m, "less.csv"], 1, "width")
    refused(["evaluate", m, "less.csv"], 1, "width")
    write_csv("text.csv", ["length", "width"], [[1, 2], ["long", 3]])
    refused(["predict", m, "text.csv"], 1, "length", "long")
    write_csv("other.csv", ["length", "width", "species"], [[1, 2, "rose"]])
    refused(["evaluate", m, "other.csv"], 1, "rose")
    write_csv("bare.csv", ["length", "width"], [[1, 2]])
    refused(["evaluate", m, "bare.csv"], 1, "species")
    refused(["predict", m, "nowhere.csv"], 1, "nowhere.csv")
    refused(["predict", "nowhere", "flowers.csv"], 1, "nowhere")
    refused(["predict", "flowers.csv", m], 1, "flowers.csv")
    refused(["predict", ".", "flowers.csv"], 1, ".")


@test
def what_evaluate_stands_on():
    """evaluate: 95 % intervals, the constant answer beside, the confusion matrix in --json; a useless model is seen"""
    m = trained()
    v = ok("evaluate", m, "flowers.csv", "--json").json()
    assert v["classes"] == ["setosa", "versicolor", "virginica"] and [sum(r) for r in v["confusion"]] == [30, 30, 30], v
    assert abs(sum(v["confusion"][k][k] for k in range(3)) / 90 - v["metrics"]["accuracy"]) < 1e-12
    low, high = v["intervals"]["log_loss"]
    assert low < v["metrics"]["log_loss"] < high and abs(v["baseline"]["accuracy"] - 1 / 3) < 1e-12 and v["verdict"] is None
    text = ok("evaluate", m, "flowers.csv").out
    assert "95 % interval" in text and "majority" in text and re.search(r"is \\ taken for +setosa +versicolor +virginica", text), text
    n = trained(noise(), "--epochs", 2, out="n")
    r = ok("evaluate", n, noise("other.csv", seed=9))
    assert "better than always saying" in r.out, r.out


@test
def many_classes():
    """evaluate of many classes: names that are too wide become numbers, beyond 20 classes the most frequent mistakes are told"""
    for classes in (12, 40):
        names = [f"a class with a rather long name, {k}" for k in range(classes)]
        write_csv("many.csv", ["x", "y"], [[i % classes + i % 3 / 4, names[i % classes]] for i in range(classes * 20)])
        m = trained("many.csv", "--epochs", 3)
        text = ok("evaluate", m, "many.csv").out
        assert max(len(line) for line in text.splitlines()) <= 80, text
        assert ("is \\ taken for" in text) == (classes == 12) and ("most frequent mistakes" in text) == (classes == 40), text
        assert len(ok("evaluate", m, "many.csv", "--json").json()["confusion"]) == classes


@test
def kept_columns():
    """predict --keep: columns of the file go before the prediction, as the file spells them, in the order that is asked for"""
    m = trained()
    rows = list(csv.DictReader(open("flowers.csv")))
    write_csv("new.csv", ["id", "width", "note, too", "length"], [[f"00{i}.50", r["width"], ['a "b"', "c\nd", " e", "", "NA"][i % 5], r["length"]] for i, r in enumerate(rows)])
    got = list(csv.reader(io.StringIO(ok("predict", m, "new.csv", "--keep", 'id,"note, too"', "--quiet").out, newline="")))
    assert got[0][:3] == ["id", "note, too", "prediction"] and len(got) == 91
    for i, row in enumerate(got[1:]):
        assert row[0] == f"00{i}.50" and row[1] == ['a "b"', "c\nd", " e", "", ""][i % 5], row
    plain = ok("predict", m, "new.csv", "--quiet").out
    assert [r[2:] for r in got] == list(csv.reader(io.StringIO(plain, newline="")))
    assert ok("predict", m, "flowers.csv", "--keep", " species , length ").out.startswith("species,length,prediction,")
    refused(["predict", m, "new.csv", "--keep", "idd"], 2, "idd", "did you mean 'id'")
    refused(["predict", m, "new.csv", "--keep", "id,colour"], 2, "colour", "new.csv")
    refused(["predict", m, "new.csv", "--keep", ","], 2, "keep")


@test
def intervals_of_predictions():
    """predict --interval: columns lower and upper around a number, which hold about that share of new rows; refused for classes and for too few rows"""
    m = trained(houses(n=400), "--epochs", 30)
    houses("new.csv", n=500, seed=2)
    truth = [float(r["price"]) for r in csv.DictReader(open("new.csv"))]
    widths = []
    for level in (0.5, 0.9):
        got = ok("predict", m, "new.csv", "--interval", level).rows()
        assert list(got[0]) == ["prediction", "lower", "upper"]
        widths.append(float(got[0]["upper"]) - float(got[0]["lower"]))
        inside = sum(float(g["lower"]) <= t <= float(g["upper"]) for g, t in zip(got, truth)) / len(truth)
        assert abs(inside - level) < 0.1, (level, inside)
        assert all(abs((float(g["lower"]) + float(g["upper"])) / 2 - float(g["prediction"])) < 1e-9 * abs(float(g["prediction"])) for g in got)
    assert widths[0] < widths[1]
    refused(["predict", m, "new.csv", "--interval", 1], 2, "interval")
    refused(["predict", m, "new.csv", "--interval", 0.9999], 2, "interval", "rows")
    refused(["predict", trained(), "flowers.csv", "--interval", 0.9], 2, "interval", "class")


@test
def a_file_of_predictions():
    """predict --out: the same bytes as on stdout, whole or not at all; never over the data or the model"""
    m = trained()
    whole = ok("predict", m, "flowers.csv").bytes
    r = ok("predict", m, "flowers.csv", "--out", "p.csv")
    assert r.out == "" and open("p.csv", "rb").read() == whole
    lines = open("flowers.csv").read().splitlines()
    open("bad.csv", "w").write("\n".join(lines + lines[1:] * 100 + ["1,2,3,4,5"]) + "\n")
    refused(["predict", m, "bad.csv", "--out", "p.csv"], 1, "bad.csv", "9092")
    assert open("p.csv", "rb").read() == whole and sorted(os.listdir(".")) == ["bad.csv", "flowers.csv", "model.safetensors", "p.csv"]
    r = run("predict", m, "bad.csv")
    assert r.code == 1 and r.bytes.startswith(whole) and "9092" in r.err, "what was good is there, and the end says that it failed"
    assert ok("predict", m, "bad.csv", "--skip-bad", 1, "--out", "q.csv").code == 0 and open("q.csv").read().count("\n") == 9091
    os.symlink("p.csv", "link")
    ok("predict", m, "flowers.csv", "--out", "link", "--keep", "length")
    assert os.path.islink("link") and open("p.csv").read().startswith("length,prediction")
    refused(["predict", m, "flowers.csv", "--out", "flowers.csv"], 2, "flowers.csv")
    refused(["predict", m, "flowers.csv", "--out", m], 2, m)
    refused(["predict", m, "flowers.csv", "--out", "no/where"], 1, "no/where")
    ok("predict", m, "flowers.csv", "--out", "/dev/null")


@test
def what_the_model_does_not_know():
    """columns that the model does not know are noted once, categories that it never saw are counted; on stderr, not with --quiet"""
    m = trained(mixed(), "--target", "buys")
    rows = list(csv.DictReader(open("mixed.csv")))
    assert ok("predict", m, "mixed.csv").err == "", "the target, and what was left out in training, are known"
    names = ["colour", "town", "income", "age", "size"]
    write_csv("new.csv", names, [["red", "Atlantis" if i % 3 == 0 else r["town"], r["income"], r["age"], 3] for i, r in enumerate(rows)])
    r = ok("predict", m, "new.csv")
    lines = r.err.splitlines()
    assert len(lines) == 2 and "colour, size" in lines[0] and "100 cells" in lines[1] and "town 100" in lines[1], r.err
    assert len(r.rows()) == 300 and ok("predict", m, "new.csv", "--quiet").err == ""
    write_csv("less.csv", ["town"], [["Oslo"]])
    refused(["predict", m, "less.csv"], 1, "age", "income")


@test
def pieces_do_not_matter():
    """a file of many pieces: a row for a row, the same bytes as alone, in memory that does not grow with the file"""
    m = trained(mixed(), "--target", "buys")
    lines = open("mixed.csv", encoding="utf8").read().splitlines()
    few = ok("predict", m, "mixed.csv").out.splitlines()
    peaks = []
    for times in (50, 500):
        open("long.csv", "w", encoding="utf8").write("\n".join([lines[0]] + lines[1:] * times) + "\n")
        p = subprocess.Popen([BINARY, "predict", m, "long.csv", "--threads", "2"], stdout=subprocess.PIPE)
        peak, pieces = 0, []
        while piece := p.stdout.read1(65536):
            pieces.append(piece)
            status = open(f"/proc/{p.pid}/status").read() if os.path.exists(f"/proc/{p.pid}/status") else ""
            peak = max([peak] + [int(kb) for kb in re.findall(r"VmHWM:\s+(\d+)", status)])
        assert p.wait() == 0
        peaks.append(peak)
        got = b"".join(pieces).decode("utf8").splitlines()
        assert got[0] == few[0] and got[1:] == few[1:] * times
    assert peaks[1] < peaks[0] + 1000 or "asan" in BINARY, f"{peaks} kB"


@test
def thresholds_decide():
    """with --threshold the predicted class is that of the model's threshold, in predict and in evaluate alike"""
    g = random.Random(4)
    write_csv("rare.csv", ["a", "y"], [[round(g.gauss(2 if i % 8 == 0 else 0, 1), 3), "yes" if i % 8 == 0 else "no"] for i in range(800)])
    m = trained("rare.csv", "--threshold", "balanced_accuracy")
    at = ok("show", m, "--json").json()["threshold"]
    got = ok("predict", m, "rare.csv").rows()
    assert at != 0.5 and all((g["prediction"] == "yes") == (float(g["probability_yes"]) >= at - 1e-6) or abs(float(g["probability_yes"]) - at) < 1e-6 for g in got)
    v = ok("evaluate", m, "rare.csv", "--json").json()
    truth = [r["y"] for r in csv.DictReader(open("rare.csv"))]
    assert abs(v["metrics"]["accuracy"] - sum(g["prediction"] == t for g, t in zip(got, truth)) / 800) < 1e-12 and v["threshold"] == at
    assert f"from a probability of {at:.4g} on" in ok("show", m).out


@test
def show_for_people():
    """show: layers, shapes, parameters, multiply-adds, memory, scaling and how it was trained"""
    m = trained(flowers(), "--model", "dense(8) relu dropout(0.1)", "--lr", "0.02")
    text = ok("show", m).out
    for word in ("such networks", "95 % interval", "because", "robust scale", "dense(8)", "relu", "dropout(0.1)", "output", "n x 8", "24", "27", "51", "multiply-adds", "inference", "training", "length", "width", "robust scale", "setosa",
                 "--lr 0.02", "accuracy", "best epoch", "species"):
        assert word in text, f"{word!r} is not in:\n{text}"


@test
def show_for_programs():
    """show --json: the same as one object"""
    v = ok("show", trained(flowers(), "--model", "dense(8) relu"), "--json").json()
    assert v["parameters"] == 51 == sum(layer["parameters"] for layer in v["layers"]) and v["multiply_adds"] >= 40
    assert v["classes"] == ["setosa", "versicolor", "virginica"] and [i["name"] for i in v["inputs"]] == ["length", "width"]
    assert v["settings"]["epochs"] == "30" and v["settings"]["model"] == "dense(8) relu" and v["memory"]["training"] >= v["memory"]["inference"] // 100 > 0
    means = [sum(float(r[c]) for r in csv.DictReader(open("flowers.csv"))) / 90 for c in ("length", "width")]
    assert all(abs(i["centre"] - mean) < 1 and i["kind"] == "number" for i, mean in zip(v["inputs"], means)), v["inputs"]
    assert ok("show", trained(flowers(), "--scale", "none"), "--json").json()["scale"] == "none"
    assert v["members"] > 1 and v["choices"] and v["intervals"]["accuracy"] and v["baseline"]["accuracy"] and v["linear"]["accuracy"]
    assert v["inputs"][0]["kind"] == "number" and v["inputs"][0]["encoding"] == "robust scale"
    ok("show", trained(houses()), "--json").json()
    assert "answers lie within" in ok("show", trained(houses())).out


@test
def graph_as_text():
    """graph: DOT on stdout or in --out, the same"""
    m = trained(flowers(), "--model", "dense(8) relu")
    text = ok("graph", m).out
    assert text.startswith("digraph") and text.rstrip().endswith("}") and "->" in text and "dense1" in text, text
    ok("graph", m, "--out", "net.dot")
    assert open("net.dot").read() == text
    assert sorted(os.listdir(".")) == ["flowers.csv", "model.safetensors", "net.dot"]
    if shutil.which("dot"):
        assert subprocess.run(["dot", "-Tsvg", "net.dot"], stdout=subprocess.PIPE).stdout.count(b"<svg") == 1


@test
def graph_of_programs():
    """graph --stage: the program that predicts, and that of a step of training, with buffers and their bytes"""
    m = trained(flowers(), "--model", "dense(8) relu")
    plan, training = ok("graph", m, "--stage", "plan").out, ok("graph", m, "--stage", "training").out
    for text in (plan, training):
        assert text.startswith("digraph") and "product" in text and "dense1.weight" in text and "workspace" in text and "output 0" in text, text
        if shutil.which("dot"):
            assert subprocess.run(["dot", "-Tsvg"], input=text.encode(), stdout=subprocess.PIPE).stdout.count(b"<svg") == 1
    assert "backward" in training and "update" in training and "backward" not in plan
    refused(["graph", m, "--stage", "nothing"], 2, "network", "plan", "training")


@test
def graph_as_picture():
    """graph --out NAME.svg: a picture where Graphviz is there, a clear message where it is not"""
    m = trained()
    os.mkdir("bin")
    refused(["graph", m, "--out", "net.svg"], 1, "dot", "Graphviz", env=environment(PATH=os.path.abspath("bin")))
    assert not os.path.exists("net.svg") and not [f for f in os.listdir(".") if "partial" in f]
    open("bin/dot", "w").write("#!/bin/sh\nread line\necho \"<svg>$1 $line</svg>\"\n")
    os.chmod("bin/dot", 0o755)
    ok("graph", m, "--out", "net.svg", env=environment(PATH=os.path.abspath("bin")))
    assert open("net.svg").read().startswith("<svg>-Tsvg digraph")
    open("bin/dot", "w").write("#!/bin/sh\necho syntax error >&2\nexit 3\n")
    refused(["graph", m, "--out", "two.svg"], 1, "dot", env=environment(PATH=os.path.abspath("bin")))
    assert not os.path.exists("two.svg")
    if shutil.which("dot"):
        ok("graph", m, "--out", "real.svg")
        assert "<svg" in open("real.svg").read()


@test
def graph_never_over_the_model():
    """graph --out refuses the model itself and a missing folder"""
    m = trained()
    before = open(m, "rb").read()
    refused(["graph", m, "--out", m], 2, m)
    refused(["graph", m, "--out", "no/where.dot"], 1, "no/where.dot")
    assert open(m, "rb").read() == before


@test
def safetensors():
    """the model is a safetensors file: a JSON header, tensors named after layers, no holes"""
    blob = open(trained(flowers(), "--model", "dense(8) relu"), "rb").read()
    size = struct.unpack("<Q", blob[:8])[0]
    header = json.loads(blob[8:8 + size])
    meta = header.pop("__metadata__")
    assert all(isinstance(v, str) for v in meta.values())
    members = int(meta["micrograd.members"])
    assert members > 1 and len(header) == 4 * members
    for m in range(1, members + 1):
        assert header[f"member{m}.dense1.weight"]["shape"] == [2, 8] and header[f"member{m}.output.bias"]["shape"] == [3]
    ends = sorted(t["data_offsets"] for t in header.values())
    assert ends[0][0] == 0 and ends[-1][1] == len(blob) - 8 - size and all(a[1] == b[0] for a, b in zip(ends, ends[1:]))


@test
def model_of_one_place_works_in_another():
    """a model holds no path: the bytes do not depend on where it was trained"""
    os.mkdir("a"), os.mkdir("b")
    blobs = []
    for folder in "ab":
        os.chdir(folder)
        blobs.append(open(trained(), "rb").read())
        os.chdir("..")
    size = [struct.unpack("<Q", b[:8])[0] for b in blobs]
    header = [re.sub(r'(seconds\\*"?:) *[0-9.e+-]+', r"\1 0", b[8:8 + n].decode()) for b, n in zip(blobs, size)]
    assert header[0] == header[1] and blobs[0][8 + size[0]:] == blobs[1][8 + size[1]:]


main()
