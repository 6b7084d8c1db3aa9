"""micrograd doctor as a user meets it: what is wrong, what helps, and a command line that keeps its word."""
import os, shlex
import harness
from harness import ROOT, main, ok, refused, test

DATA = lambda name: os.path.join(ROOT, "data", name + ".csv")


def visit(name, *args):
    return ok("doctor", DATA(name), *args, "--json", "--quiet").json()


def score(part, metric="accuracy"):
    return part["validation"][metric]


def follow(r):
    """Runs the command that the doctor ends with."""
    words = shlex.split(r["command"])
    assert words[:2] == ["micrograd", "train"], words
    return ok(*words[1:], "--json", "--quiet", "--out", "cured.safetensors").json()["metrics"]


@test
def vanishing():
    """twelve sigmoid layers on digits: the gradient vanishes, a remedy is found, and the command line does what was told"""
    r = visit("digits", "--model", " ".join(["dense(32) sigmoid"] * 12), "--init", "glorot_uniform", "--optimizer", "adam", "--lr", "1e-3", "--seed", "1")
    d = r["diagnosis"]
    assert d["kind"] == "vanishing" and "dense1" in d["layers"] and "output" not in d["layers"], d
    assert "dense1" in d["evidence"][0] and "Glorot" in d["source"], d
    assert score(r["before"]) < 0.6 and score(r["after"]) >= 0.93, r
    assert len(r["tried"]) >= 5 and sum(t["chosen"] for t in r["tried"]) == 1
    m = follow(r)
    assert m["validation"]["accuracy"] == score(r["after"]) and m["test"]["accuracy"] >= 0.92, m


@test
def wild():
    """a learning rate of 50 is too high, and another one is advised"""
    r = visit("breast_cancer", "--model", "dense(64) relu", "--optimizer", "gd", "--lr", "50", "--seed", "1")
    assert r["diagnosis"]["kind"] in ("learning-rate-high", "exploding"), r["diagnosis"]
    assert score(r["after"]) > 0.9 > score(r["before"])
    assert follow(r)["validation"]["accuracy"] == score(r["after"])


@test
def raw():
    """inputs without a scale are named, and scaling is advised"""
    r = visit("breast_cancer", "--model", "dense(64) tanh", "--scale", "none", "--lr", "1e-3", "--seed", "1")
    assert r["diagnosis"]["kind"] == "unscaled", r["diagnosis"]
    assert [t["remedy"] for t in r["tried"] if t["chosen"]][0].startswith("scaling") and "--scale" not in r["command"]
    assert score(r["after"]) >= score(r["before"]) and follow(r)["validation"]["accuracy"] == score(r["after"])


@test
def exploding_dead_and_symmetric():
    """exploding sums, units killed by long steps, and equal weights are cured too"""
    for kinds, name, args in (({"exploding"}, "wine", ["--model", "30*residual(dense(64) relu)"]),
                              ({"dead", "learning-rate-high"}, "digits", ["--model", "3*[dense(64) relu]", "--optimizer", "momentum", "--lr", "0.5", "--epochs", "8"]),
                              ({"symmetric"}, "digits", ["--model", "dense(32) relu", "--init", "zeros", "--epochs", "8"])):
        r = visit(name, *args)
        assert r["diagnosis"]["kind"] in kinds, r["diagnosis"]
        assert score(r["before"]) < 0.7 and score(r["after"]) > 0.9, (name, args, score(r["before"]), score(r["after"]))
        assert follow(r)["validation"]["accuracy"] == score(r["after"])


@test
def healthy():
    """healthy networks are called healthy and left alone"""
    for name, args in (("breast_cancer", ["--model", "dense(64) relu", "--seed", "1"]), ("iris", []), ("wine", ["--seed", "3"]), ("diabetes", ["--model", "dense(32) tanh"])):
        r = visit(name, *args)
        assert r["diagnosis"]["kind"] == "healthy" and r["diagnosis"]["also"] == [] and r["tried"] == [], (name, r["diagnosis"])
        assert r["before"] == r["after"] and ("--model" in r["command"]) == ("--model" in args), r["command"]
        metric = "r2" if name == "diabetes" else "accuracy"
        assert follow(r)["validation"][metric] == score(r["after"], metric)


@test
def told():
    """for people: the diagnosis in words with its source, a row a layer, a row a trial, and the command"""
    r = ok("doctor", DATA("wine"), "--model", "10*[dense(16) sigmoid]", "--optimizer", "gd")
    for words in ("diagnosis vanishing:", "Hochreiter", "dense10", "a linear model", "residual connections", "advice", "command   micrograd train "):
        assert words in r.out, (words, r.out)
    assert "trying" in r.err
    assert ok("doctor", DATA("wine"), "--quiet").err == ""


@test
def same():
    """the same seed gives the same visit, whatever the number of threads"""
    args = ["doctor", DATA("iris"), "--init", "zeros", "--seed", "4", "--json", "--quiet"]
    assert ok(*args, "--threads", "1").out == ok(*args, "--threads", "2").out


@test
def options():
    """data that are named in unusual ways reach the command line; what is no option of the doctor is refused"""
    with open(DATA("iris")) as source, open("my iris.csv", "w") as out:
        out.write(source.read().replace(",", ";"))
    r = ok("doctor", "my iris.csv", "--separator", ";", "--init", "zeros", "--test-fraction", "0.3", "--json", "--quiet").json()
    assert follow(r)["validation"]["accuracy"] == score(r["after"])
    refused(["doctor", DATA("iris"), "--out", "x"], 2, "out")
    refused(["doctor", DATA("iris"), "--model", "dense(4) rellu"], 2, "rellu")
    refused(["doctor", "nothing.csv"], 1, "nothing.csv")
    refused(["doctor"], 2, "FILE")


main()
