"""micrograd train."""
import gzip, json, os, struct
from harness import *

KEYS = {"task", "target", "metrics", "epochs", "best_epoch", "stopped", "seconds", "parameters", "model", "seed", "warnings"}


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
def an_old_model_survives():
    """a refused run leaves the old model as it was"""
    flowers()
    open("flowers.safetensors", "w").write("precious")
    refused(["train", "flowers.csv", "--lr", "-1"], 2, "lr")
    assert open("flowers.safetensors").read() == "precious"


main()
