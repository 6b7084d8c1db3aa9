"""micrograd train."""
import gzip, json, os, re, struct
from harness import *

KEYS = {"task", "target", "metrics", "epochs", "best_epoch", "stopped", "seconds", "parameters", "model", "seed", "warnings", "intervals", "baseline", "linear", "verdict", "threshold",
        "rows", "class_rows", "network", "members", "choices"}


@test
def one_command():
    """train FILE alone: data, parts, network, results and the next command; the model lies in the current folder"""
    flowers()
    r = ok("train", "flowers.csv")
    assert os.path.getsize("flowers.safetensors") > 100 and sorted(os.listdir(".")) == ["flowers.csv", "flowers.safetensors"], os.listdir(".")
    for word in ("species", "classification", "90", "setosa", "train", "validation", "test", "accuracy", "flowers.safetensors", "micrograd predict"):
        assert word in r.out + r.err, f"{word} is not in: {r.out}{r.err}"
    assert "\x1b" not in r.out + r.err and "\r" not in r.err, "escapes away from a terminal"


@test
def json_object():
    """--json: one object on stdout with every key, metrics of the three parts"""
    r = run("train", flowers(), "--json", "--quiet", "--seed", 7, "--epochs", 20)
    v = r.json()
    assert r.err == "" and r.out.count("\n") == 1, (r.out, r.err)
    assert KEYS <= set(v), KEYS - set(v)
    assert v["task"] == "classification" and v["target"] == "species" and v["seed"] == 7 and v["model"] == "flowers.safetensors" and isinstance(v["warnings"], list)
    assert set(v["metrics"]) == {"train", "validation", "test"} and all(0 <= p["accuracy"] <= 1 for p in v["metrics"].values())
    assert 1 <= v["best_epoch"] <= v["epochs"] <= 20 and v["parameters"] > 0 and v["seconds"] >= 0 and isinstance(v["stopped"], str)


@test
def json_regression():
    """--json of a regression: r2, rmse, mae"""
    v = run("train", houses(), "--json", "--quiet", "--epochs", 60).json()
    assert v["task"] == "regression" and v["target"] == "price", v
    for part in v["metrics"].values():
        assert {"r2", "rmse", "mae"} <= set(part), part
    assert v["metrics"]["test"]["r2"] > 0.5, v["metrics"]


@test
def json_is_apart_from_messages():
    """--json without --quiet: the object alone on stdout, the story on stderr"""
    r = run("train", flowers(), "--json", "--epochs", 3)
    r.json()
    assert "species" in r.err


@test
def quiet():
    """--quiet: silence and a model"""
    r = ok("train", flowers(), "--quiet", "--epochs", 3)
    assert r.out == "" and r.err == "" and os.path.exists("flowers.safetensors"), (r.out, r.err)


@test
def out_of_another_name():
    """--out: the model goes there, and the JSON names it"""
    os.mkdir("models")
    v = run("train", flowers(), "--out", "models/a b.safetensors", "--json", "--quiet", "--epochs", 2).json()
    assert v["model"] == "models/a b.safetensors" and os.listdir("models") == ["a b.safetensors"]


@test
def same_seed_same_bits():
    """the same seed gives the same bits whatever the threads, another seed others"""
    flowers()
    for name, seed, threads in (("a", 3, 1), ("b", 3, 2), ("c", 4, 1)):
        ok("train", "flowers.csv", "--quiet", "--epochs", 5, "--seed", seed, "--threads", threads, "--out", name)
    assert weights("a") == weights("b") != weights("c")


@test
def test_file():
    """--test FILE: that file is the test part, whatever the order of its columns"""
    flowers("fit.csv", seed=1)
    rows = list(csv.reader(open(flowers("other.csv", n=30, seed=2))))
    write_csv("other.csv", [rows[0][i] for i in (2, 1, 0)], [[r[i] for i in (2, 1, 0)] for r in rows[1:]])
    v = run("train", "fit.csv", "--test", "other.csv", "--json", "--quiet", "--epochs", 40).json()
    assert v["metrics"]["test"]["accuracy"] > 0.9, v["metrics"]
    assert abs(v["metrics"]["test"]["accuracy"] * 30 - round(v["metrics"]["test"]["accuracy"] * 30)) < 1e-9


@test
def no_test_part():
    """--test-fraction 0: metrics.test is null"""
    assert run("train", flowers(), "--test-fraction", 0, "--json", "--quiet", "--epochs", 2).json()["metrics"]["test"] is None


@test
def chosen_target():
    """--target: any column, by name; numbers become classes with --task"""
    flowers()
    v = run("train", "flowers.csv", "--target", "width", "--json", "--quiet", "--epochs", 2).json()
    assert v["target"] == "width" and v["task"] == "regression", v
    write_csv("grades.csv", ["x", "grade"], [[i % 7, i % 3] for i in range(60)])
    assert run("train", "grades.csv", "--json", "--quiet", "--epochs", 2).json()["task"] == "classification"
    assert run("train", "grades.csv", "--task", "regression", "--json", "--quiet", "--epochs", 2).json()["task"] == "regression"


@test
def settings_that_are_taken():
    """every setting of training is taken, with = and apart"""
    flowers()
    for option in ("--model=dense(8) relu", "--loss=cross_entropy", "--init=he_normal", "--optimizer=momentum", "--lr=0.05", "--momentum=0.8", "--batch=16", "--patience=0",
                   "--dropout=0.2", "--l1=0.001", "--l2=0.001", "--clip-norm=1", "--clip-value=0.5", "--scale=none", "--val-fraction=0.1", "--test-fraction=0.1",
                   "--threads=1", "--check-finite"):
        name, _, value = option.partition("=")
        ok("train", "flowers.csv", "--quiet", "--epochs", 2, *([option] if len(name) % 2 else [name] + [value] * bool(value)), *(["--optimizer", "momentum"] * (name == "--momentum")))
    for optimizer in "gd momentum nesterov adagrad rmsprop adam adamw rprop".split():
        ok("train", "flowers.csv", "--quiet", "--epochs", 2, "--optimizer", optimizer)


@test
def order_of_words():
    """options may stand before, between and after the operands; -- ends them"""
    flowers("-odd.csv")
    ok("train", "--epochs", 2, "--quiet", "--out", "m", "--", "-odd.csv")
    ok("train", "--quiet", flowers(), "--epochs=2", "--out=n")


@test
def settings_that_are_refused():
    """a wrong setting: exit 2, its name, nothing written"""
    flowers()
    for args, words in [(["--lr", "-1"], ["lr", "-1"]), (["--lr", "nan"], ["lr"]), (["--lr", "fast"], ["lr", "fast"]), (["--lr"], ["lr"]), (["--lr="], ["lr"]), (["--epochs", "0x10"], ["epochs"]),
                        (["--epochs", "-3"], ["epochs"]), (["--epochs", "1.5"], ["epochs", "1.5"]), (["--epochs", "99999999999999999999"], ["epochs"]), (["--batch", "-1"], ["batch"]),
                        (["--optimizer", "adaam"], ["adaam", "adam"]), (["--loss", "wibble"], ["wibble"]), (["--init", "wibble"], ["wibble"]), (["--task", "sorting"], ["sorting", "regression"]),
                        (["--val-fraction", "1.5"], ["val-fraction"]), (["--val-fraction", "0.6", "--test-fraction", "0.6"], ["fraction"]), (["--threads", "100000"], ["threads"]),
                        (["--model", "dense(8) wibble"], ["wibble"]), (["--model", "dense(-3)"], ["dense", "-3"]), (["--model", "dense(8"], ["column"]), (["--model", "dense(999999999999)"], ["dense"]),
                        (["--model", "dense(8)", "--dropout", "0.5"], ["dropout"]), (["--target", "colour"], ["colour", "species"]), (["--frobnicate"], ["frobnicate"]),
                        (["--epoch", "3"], ["epoch", "epochs"]), (["--quiet=yes"], ["quiet"]), (["-q"], ["-q"]), (["second.csv"], ["second.csv"]),
                        (["--task", "regression"], ["regression", "species"]), (["--loss", "mse", "--task", "classification"], ["mse"])]:
        refused(["train", "flowers.csv", *args], 2, *words)
    assert os.listdir(".") == ["flowers.csv"], os.listdir(".")


@test
def settings_come_first():
    """a wrong setting is named before a missing file"""
    refused(["train", "nowhere.csv", "--lr", "-1"], 2, "lr")
    refused(["train", "nowhere.csv", "--model", "dense(8) wibble"], 2, "wibble")


@test
def no_file_at_all():
    """train without a file: exit 2 and how it is used"""
    refused(["train"], 2, "FILE", "micrograd train")


@test
def files_that_are_refused():
    """unreadable, empty, ragged, binary and foolish files: exit 1, named with line and column"""
    flowers()
    bad = {"empty.csv": b"", "header.csv": b"a,b,c\n", "ragged.csv": b"a,b\n1,2\n3\n4,5\n", "binary.csv": bytes(range(256)) * 9, "quote.csv": b'a,b\n1,"x\n2,3\n',
           "one.csv": b"a,b\n1,x\n2,x\n3,x\n4,x\n", "cut.csv.gz": gzip.compress(b"a,b\n1,2\n" * 99)[:-9],
           "cut-idx3-ubyte": struct.pack(">IIII", 2051, 10, 8, 8) + b"\0" * 100, "huge-idx3-ubyte": struct.pack(">IIII", 2051, 2**31, 2**31, 2**31), "single.csv": b"a\n1\n2\n3\n"}
    for name, content in bad.items():
        open(name, "wb").write(content)
        refused(["train", name, "--epochs", 2, "--out", "m", "--quiet"], 1, name)
        assert not os.path.exists("m"), name
    refused(["train", "ragged.csv"], 1, "3")
    refused(["train", "nowhere.csv"], 1, "nowhere.csv")
    refused(["train", "."], 1, ".")
    refused(["train", "nowhere.csv", "--test", "else.csv"], 1, "nowhere.csv")
    refused(["train", "flowers.csv", "--test", "else.csv"], 1, "else.csv")


@test
def out_is_checked_first():
    """--out in a missing folder or on a folder: exit 1 naming it, before any training"""
    flowers()
    os.mkdir("folder")
    for out in ("no/where.safetensors", "folder"):
        refused(["train", "flowers.csv", "--epochs", 100000, "--patience", 0, "--out", out], 1, out, timeout=20)


@test
def odd_names():
    """column names and classes with blanks, commas, quotes, line breaks and other alphabets come back as they were"""
    names = ['a, "b"', "größe\ncm", " x "]
    rows = [[i % 3 * 5, i % 7, ["Köln, alt", 'say "hi"', "北京"][i % 3]] for i in range(60)]
    write_csv("odd.csv", names[:2] + ["wohin?"], rows)
    v = run("train", "odd.csv", "--json", "--quiet", "--epochs", 40).json()
    assert v["target"] == "wohin?"
    got = ok("predict", "odd.safetensors", "odd.csv").rows()
    assert {"probability_Köln, alt", 'probability_say "hi"', "probability_北京"} <= set(got[0]), got[0]
    assert sum(g["prediction"] == r[2] for g, r in zip(got, rows)) > 50
    ok("show", "odd.safetensors")


@test
def line_ends_and_separators():
    """CRLF, a byte order mark, semicolons and no line end at the end"""
    text = open(flowers(), newline="").read().replace("\r\n", "\n").rstrip("\n")
    open("crlf.csv", "w", newline="", encoding="utf8").write("\ufeff" + text.replace("\n", "\r\n"))
    open("semi.csv", "w", newline="", encoding="utf8").write(text.replace(",", ";"))
    a, b, c = (run("train", f, "--json", "--quiet", "--epochs", 5).json() for f in ("flowers.csv", "crlf.csv", "semi.csv"))
    assert a["target"] == b["target"] == c["target"] == "species" and a["metrics"] == b["metrics"] == c["metrics"]


@test
def missing_targets():
    """rows without a target are left out, with a count"""
    rows = [[i % 3 * 4, i % 5, "" if i % 10 == 0 else "abc"[i % 3]] for i in range(90)]
    write_csv("holes.csv", ["x", "y", "kind"], rows)
    r = ok("train", "holes.csv", "--epochs", 2)
    assert "9 rows" in r.out + r.err, r.err
    assert any("9 rows" in w for w in run("train", "holes.csv", "--epochs", 2, "--json", "--quiet").json()["warnings"])


@test
def images():
    """IDX images with their labels beside them, compressed or not"""
    g = random.Random(1)
    n = 120
    pixels, labels = bytearray(), bytearray()
    for i in range(n):
        labels.append(i % 2)
        pixels += bytes(min(255, max(0, int(g.gauss(200 if (x < 4) == (i % 2 == 0) else 30, 20)))) for _ in range(8) for x in range(8))
    open("train-images-idx3-ubyte.gz", "wb").write(gzip.compress(struct.pack(">IIII", 2051, n, 8, 8) + pixels))
    open("train-labels-idx1-ubyte", "wb").write(struct.pack(">II", 2049, n) + labels)
    v = run("train", "train-images-idx3-ubyte.gz", "--json", "--quiet", "--epochs", 20, "--out", "m").json()
    assert v["task"] == "classification" and v["metrics"]["test"]["accuracy"] > 0.9, v
    got = ok("predict", "m", "train-images-idx3-ubyte.gz").rows()
    assert len(got) == n and set(got[0]) == {"prediction", "probability_0", "probability_1"}
    os.remove("train-labels-idx1-ubyte")
    assert ok("predict", "m", "train-images-idx3-ubyte.gz").rows() == got
    refused(["train", "train-images-idx3-ubyte.gz"], 1, "train-labels-idx1-ubyte")


@test
def default_name():
    """the default model's name: the data's stem, without its folder, .gz and all"""
    os.mkdir("data")
    open("data/flowers.csv.gz", "wb").write(gzip.compress(open(flowers(), "rb").read()))
    assert run("train", "data/flowers.csv.gz", "--json", "--quiet", "--epochs", 1).json()["model"] == "flowers.safetensors"
    assert run("train", "-", "--json", "--quiet", "--epochs", 1, stdin=open("flowers.csv", "rb").read()).json()["model"] == "model.safetensors"


@test
def parts_and_classes():
    """--json counts the rows of each part and of each class in it; the same on the screen"""
    r = run("train", flowers(n=100), "--json", "--epochs", 2)
    v = r.json()
    assert sum(v["rows"].values()) == 100 and v["rows"]["test"] == 20, v["rows"]
    for part, rows in v["rows"].items():
        assert sum(v["class_rows"][part].values()) == rows and set(v["class_rows"][part]) == {"setosa", "versicolor", "virginica"}
        assert max(v["class_rows"][part].values()) - min(v["class_rows"][part].values()) <= 1, v["class_rows"]
    for name in ("setosa", "versicolor", "virginica"):
        row = next(line.split() for line in r.err.splitlines() if line.strip().startswith(name))
        assert row[1:] == [str(v["class_rows"][part][name]) for part in ("training", "validation", "test")], row


@test
def what_needs_no_network_stands_beside():
    """intervals of the test scores, a baseline and a linear model on the same rows, in --json and on the screen"""
    r = run("train", flowers(n=300), "--json", "--epochs", 20)
    v = r.json()
    low, high = v["intervals"]["accuracy"]
    assert 0 <= low <= v["metrics"]["test"]["accuracy"] <= high <= 1, v["intervals"]
    assert abs(v["baseline"]["accuracy"] - 1 / 3) < 1e-9 and v["linear"]["accuracy"] > 0.9 and v["verdict"] is None or "linear" in v["verdict"], v
    for word in ("95 % interval", "linear", "majority", "valid."):
        assert word in r.err, r.err
    v = run("train", houses(), "--json", "--quiet", "--epochs", 20).json()
    assert abs(v["baseline"]["r2"]) < 0.3 and v["linear"]["r2"] > 0.9 and "threshold" not in v and "class_rows" not in v, v


@test
def a_useless_model_is_seen():
    """no better than always saying the same: said in one line, in the warnings and the verdict of --json"""
    r = ok("train", noise(rare=3), "--epochs", 5)
    assert "always saying 'no'" in r.out and "better than" in r.out, r.out
    v = run("train", "noise.csv", "--json", "--quiet", "--epochs", 5).json()
    assert "always saying 'no'" in v["verdict"] and v["verdict"] in v["warnings"], v
    g = random.Random(1)
    write_csv("values.csv", ["a", "y"], [[g.gauss(0, 1), g.gauss(5, 1)] for _ in range(200)])
    assert "always saying the mean" in run("train", "values.csv", "--json", "--quiet", "--epochs", 5).json()["verdict"]
    assert not run("train", os.path.join(ROOT, "data", "iris.csv"), "--json", "--quiet", "--out", "iris").json()["warnings"]


@test
def a_column_that_gives_the_target_away():
    """train says so as inspect does, with the cure, and the cure silences it"""
    rows = [[i % 7, i % 11, 3 * (i % 7 + i % 11) + 5, i % 7 + i % 11] for i in range(200)]
    write_csv("leak.csv", ["a", "b", "total", "y"], rows)
    told = lambda *args: [w for w in run("train", "leak.csv", "--json", "--quiet", "--epochs", 2, "--members", 1, *args).json()["warnings"] if "determines" in w]
    assert len(told()) == 1 and "'total'" in told()[0] and "--drop 'total'" in told()[0], told()
    assert told("--drop", "total") == []
    inspected = run("inspect", "leak.csv", "--json").json()["warnings"]
    assert told()[0] in inspected, inspected


@test
def a_linear_model_does_as_well():
    """no better than a linear model: said, and no warning"""
    g = random.Random(1)
    write_csv("line.csv", ["a", "b", "y"], [[a := g.gauss(0, 1), b := g.gauss(0, 1), 3 * a - 2 * b + g.gauss(0, .1)] for _ in range(200)])
    v = run("train", "line.csv", "--json", "--quiet", "--epochs", 1, "--members", 1, "--model", "dense(2)").json()
    assert "linear model" in v["verdict"] or "mean" in v["verdict"], v["verdict"]


@test
def rare_classes():
    """a rare class that is never predicted: the verdict names the cure, and the cure works"""
    g = random.Random(2)
    rows = []
    for i in range(1500):
        rare = i % 15 == 0
        rows.append([round(g.gauss(1.2 if rare else 0, 1), 3), round(g.gauss(0, 1), 3), "yes" if rare else "no"])
    write_csv("rare.csv", ["a", "b", "y"], rows)
    v = run("train", "rare.csv", "--json", "--quiet").json()
    assert "always saying 'no'" in v["verdict"] and "--class-weight balanced" in v["verdict"], v["verdict"]
    for cure in (["--class-weight", "balanced"], ["--threshold", "balanced_accuracy"]):
        w = run("train", "rare.csv", "--json", "--quiet", *cure).json()
        assert w["metrics"]["test"]["balanced_accuracy"] > v["metrics"]["test"]["balanced_accuracy"] + 0.1 and "always" not in (w["verdict"] or ""), (cure, w["verdict"])
        assert (w["threshold"] != 0.5) == (cure[0] == "--threshold"), w["threshold"]


@test
def explanations():
    """--explain: every setting that was left open, with its value and a reason; the model keeps them"""
    names = "model metric members val-fraction loss split scale optimizer lr schedule batch epochs patience".split()
    r = ok("train", flowers(), "--explain")
    for name in names:
        assert re.search(rf"^  {name} +\S+.* +\S", r.err, re.M), name
    shown = ok("show", "flowers.safetensors")
    v = json.loads(ok("show", "flowers.safetensors", "--json").out)
    assert {c["setting"] for c in v["choices"]} >= set(names) and all(c["value"] and c["reason"] for c in v["choices"])
    assert "because" in shown.out and "given:" not in shown.out, shown.out
    v = run("train", "flowers.csv", "--json", "--quiet", "--lr", 0.01, "--epochs", 3).json()
    assert not {c["setting"] for c in v["choices"]} & {"lr", "epochs"}
    assert "given: --lr 0.01 --epochs 3" in ok("show", "flowers.safetensors").out


@test
def where_the_time_went():
    """--profile: a table by layer and op, in --json too; --trace: a file for Perfetto, a track a thread; the model stays the same"""
    args = ["train", flowers(), "--model", "dense(8) relu", "--members", 1, "--epochs", 3]
    r = ok(*args, "--profile")
    for word in ("of peak", "GFLOP/s", "dense 'dense1' (layer 1)", "product", "forward", "backward", "update", "validation", "wait for a batch", "machine"):
        assert word in r.out, f"{word!r} is not in:\n{r.out}"
    plain = open("flowers.safetensors", "rb").read()
    v = ok(*args, "--profile", "--json", "--quiet", "--trace", "t.json").json()
    assert open("flowers.safetensors", "rb").read() == plain
    rows = v["profile"]["rows"]
    assert v["profile"]["bandwidth"] > 0 and v["profile"]["threads"] > 0
    assert rows == sorted(rows, key=lambda x: -x["seconds"]) and {x["session"] for x in rows} >= {"training", "validation", "data"}
    forward = [x for x in rows if x["session"] == "training" and x["op"].startswith("product") and x["pass"] == "forward" and "dense1" in x["layer"]]
    assert len(forward) == 1 and forward[0]["flops"] > 0 and forward[0]["bytes"] > 0 and forward[0]["calls"] > 3 and forward[0]["of_peak"] >= 0
    trace = json.load(open("t.json"))
    events = [e for e in trace["traceEvents"] if e["ph"] == "X"]
    assert {e["tid"] for e in events} and all(e["ts"] >= 0 and e["dur"] >= 0 for e in events) and "training" in {e["name"] for e in events}
    assert sum(e["name"] == "wait for a batch" for e in events) == sum(x["calls"] for x in rows if x["op"] == "wait for a batch")
    assert "profile" not in ok(*args, "--json").json() and "of peak" not in ok(*args, "--trace", "t.json").out
    refused([*args, "--trace", "flowers.csv"], 2, "flowers.csv")
    refused([*args, "--trace", "no/where.json"], 1, "no/where.json")
    refused([*args, "--dry-run", "--profile"], 2, "--profile")


@test
def dry_run():
    """--dry-run: data, encoder, network, memory and time on stdout, nothing written; --out and settings are checked all the same"""
    mixed()
    r = ok("train", "mixed.csv", "--dry-run")
    for word in ("mixed.csv: 300 rows", "buys", "age", "town", "one-hot", "because", "networks of", "memory", "steps", "mixed.safetensors", "nothing was trained"):
        assert word in r.out, f"{word!r} is not in:\n{r.out}"
    v = run("train", "mixed.csv", "--dry-run", "--json").json()
    assert v["bytes"] > 1000 and v["seconds"] > 0 and v["parameters"] > 0 and v["epochs"] > 0 and v["choices"] and sum(v["rows"].values()) == 300
    assert [c["type"] for c in v["columns"] if c["name"] == "town"] == ["category"] and any("customer" in w for w in v["warnings"])
    assert os.listdir(".") == ["mixed.csv"], os.listdir(".")
    refused(["train", "mixed.csv", "--dry-run", "--out", "no/where"], 1, "no/where")
    refused(["train", "mixed.csv", "--dry-run", "--lr", -1], 2, "lr")
    refused(["train", "mixed.csv", "--dry-run", "--target", "colour"], 2, "colour")


@test
def a_file_of_settings():
    """--config: the same names as the options; the command line goes before; mistakes are named with file and line"""
    flowers()
    open("c.conf", "w", newline="").write("\ufeff# remarks\r\n\r\ntarget = species   # here too\r\n--epochs: 4\r\nmodel = \"dense(4) relu\"\r\nquiet = true\r\nseed=5")
    r = run("train", "flowers.csv", "--config", "c.conf", "--json", "--seed", 6)
    v = r.json()
    assert r.err == "" and v["epochs"] == 4 and v["seed"] == 6 and v["network"] == "dense(4) relu", v
    assert weights("flowers.safetensors") == (ok("train", "--seed=6", "flowers.csv", "--epochs", 4, "--model", "dense(4) relu", "--out", "b", "--quiet"), weights("b"))[1]
    for text, words in (("epoch = 3", ["line 1", "epoch", "epochs"]), ("\nlr = fast", ["line 2", "lr", "fast"]), ("epochs", ["line 1", "name = value"]), ("lr =", ["line 1", "lr"]),
                        ("quiet = perhaps", ["quiet", "perhaps"]), ("config = d", ["config"]), ("keep = a", ["keep"])):
        open("bad.conf", "w").write(text)
        refused(["train", "flowers.csv", "--config", "bad.conf"], 2, "bad.conf", *words)
    refused(["train", "flowers.csv", "--config", "nowhere.conf"], 1, "nowhere.conf")
    open("bad.conf", "wb").write(bytes(range(256)))
    refused(["train", "flowers.csv", "--config=bad.conf"], 1, "bad.conf")


@test
def going_on_from_a_model():
    """--from: goes on from the weights with the model's encoder and network; what does not fit is refused by name"""
    flowers()
    ok("train", "flowers.csv", "--quiet", "--epochs", 30, "--out", "first")
    flowers("more.csv", n=60, seed=2)
    v = run("train", "more.csv", "--from", "first", "--epochs", 1, "--lr", 1e-6, "--json", "--quiet").json()
    assert v["model"] == "more.safetensors" and v["target"] == "species" and v["metrics"]["test"]["accuracy"] > 0.9, "a single tiny step on a trained model"
    fresh = run("train", "more.csv", "--epochs", 1, "--lr", 1e-6, "--json", "--quiet", "--out", "fresh").json()
    assert fresh["metrics"]["test"]["log_loss"] > 2 * v["metrics"]["test"]["log_loss"], "from the beginning it takes longer"
    show = [json.loads(ok("show", m, "--json").out) for m in ("first", "more.safetensors")]
    assert show[0]["inputs"] == show[1]["inputs"] and show[0]["members"] == show[1]["members"] and show[0]["network"] == show[1]["network"]
    for option, value in (("--model", "dense(3)"), ("--target", "width"), ("--scale", "none"), ("--drop", "width"), ("--task", "classification"), ("--bins", 3), ("--init", "zeros")):
        refused(["train", "more.csv", "--from", "first", option, value], 2, option)
    refused(["train", "more.csv", "--from", "nowhere"], 1, "nowhere")
    refused(["train", "more.csv", "--from", "more.csv"], 1, "more.csv")
    write_csv("less.csv", ["length", "species"], [[1, "setosa"], [2, "virginica"]] * 20)
    refused(["train", "less.csv", "--from", "first", "--quiet"], 1, "width")
    write_csv("rose.csv", ["length", "width", "species"], [[1, 2, "setosa"], [2, 3, "rose"]] * 20)
    refused(["train", "rose.csv", "--from", "first", "--quiet"], 1, "rose")
    ok("train", "flowers.csv", "--from", "first", "--out", "first", "--quiet", "--epochs", 2)


@test
def splits():
    """--split: the newest rows test, groups stay together, a column says which part; each checked by its rows"""
    g = random.Random(3)
    rows = [[f"2024-{1 + i // 28 % 12:02d}-{1 + i % 28:02d}", f"g{i % 20}", ["train", "train", "val", "test"][i % 4], round(g.gauss(i % 2 * 4, 1), 3), "ab"[i % 2]] for i in range(240)]
    write_csv("s.csv", ["day", "group", "part", "x", "y"], rows)
    v = run("train", "s.csv", "--split", "column:part", "--json", "--quiet", "--epochs", 2, "--members", 1).json()
    assert v["rows"] == {"training": 120, "validation": 60, "test": 60}, v["rows"]
    v = run("train", "s.csv", "--split", "time:day", "--json", "--quiet", "--epochs", 2).json()
    assert v["rows"]["test"] in range(44, 53), v["rows"]
    v = run("train", "s.csv", "--split", "group:group", "--json", "--quiet", "--epochs", 2).json()
    assert v["rows"]["test"] % 12 == 0 and v["rows"]["test"] > 0, v["rows"]
    for split, words in (("sideways", ["sideways", "stratified"]), ("time:", ["time"]), ("time:noon", ["noon"]), ("column:x", ["x"])):
        r = run("train", "s.csv", "--split", split, "--quiet")
        assert r.code in (1, 2) and all(w in r.err for w in words), (split, r.code, r.err)


@test
def names_cannot_drive_a_terminal():
    """control characters in names of columns and classes never reach the terminal"""
    rows = [[i % 3 * 4, i % 5, "a\x1b[31m" if i % 2 else "b\x9b1m"] for i in range(60)]
    write_csv("esc.csv", ["x\x1b]0;t\x07", "z", "y\x1b[2J"], rows)
    for args in (["train", "esc.csv", "--explain"], ["train", "esc.csv", "--dry-run"], ["show", "esc.safetensors"], ["evaluate", "esc.safetensors", "esc.csv"]):
        r = ok(*args)
        assert "\x1b" not in r.out + r.err and "\x9b" not in r.out, (args, r.out, r.err)
    refused(["train", "esc.csv", "--target", "\x1b[2J"], 2, "?[2J")


@test
def an_old_model_survives():
    """a refused run leaves the old model as it was"""
    flowers()
    open("flowers.safetensors", "w").write("precious")
    refused(["train", "flowers.csv", "--lr", "-1"], 2, "lr")
    assert open("flowers.safetensors").read() == "precious"


main()
