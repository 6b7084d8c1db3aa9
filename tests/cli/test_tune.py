#!/usr/bin/env python3
"""`micrograd tune` on data: the told command gives the told scores, studies go on, what is shown, what is refused."""
import json, os, shlex, signal, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import BINARY, environment, fail, flowers, houses, main, ok, on_terminal, refused, run, test  # noqa: E402

QUICK = ["--epochs", 4, "--members", 1, "--seed", 1, "--quiet"]
LR = ["--search", "lr=log:1e-4..1e-1"]
SLOW = ["--model", "2*[dense(256) relu]", "--epochs", 60, "--members", 1]


def tune(*args, **more):
    return ok("tune", *args, "--json", **more).json()


def records(path):
    with open(path, encoding="utf8") as f:
        return [json.loads(line) for line in f]


def finished(path):
    return sum(1 for r in records(path) if r["op_code"] == 6 and r["state"] in (1, 2))


@test
def told_command():
    """the command that it ends with gives the scores that it told, with the settings of the best trial"""
    flowers()
    r = tune("flowers.csv", *LR, "--model", "{n:1..2}*[dense({width:4..16:log}) {act:relu|tanh}]", "--search", "optimizer=adam|momentum", "--search", "momentum=0.5..0.9",
             "--trials", 10, "--sampler", "random", *QUICK, "--out", "tuned.safetensors")
    words = shlex.split(r["command"])
    assert words[:3] == ["micrograd", "train", "flowers.csv"], words
    again = ok(*words[1:], "--json", "--quiet", "--out", "again.safetensors").json()
    assert again["metrics"] == r["metrics"], (again["metrics"], r["metrics"])
    assert again["metrics"]["validation"]["accuracy"] == r["best"]["value"]
    assert open("again.safetensors", "rb").read() == open("tuned.safetensors", "rb").read()
    p = r["best"]["params"]
    assert isinstance(p["lr"], float) and isinstance(p["n"], int) and isinstance(p["act.1"], str), p
    assert ("width.2" in p) == (p["n"] == 2) and ("momentum" in p) == (p["optimizer"] == "momentum"), p


@test
def members_are_the_last_trainings():
    """without --members trials train one network, and the command's training as many as usual"""
    houses()
    r = tune("houses.csv", *LR, "--trials", 2, "--sampler", "random", "--epochs", 3, "--quiet")
    assert "--members" not in r["command"]
    again = ok(*shlex.split(r["command"])[1:], "--json", "--quiet").json()
    assert again["members"] > 1 and again["metrics"] == r["metrics"]
    one = ok(*shlex.split(r["command"])[1:], "--members", 1, "--json", "--quiet").json()
    assert one["metrics"]["validation"]["r2"] == r["best"]["value"]


@test
def json_fields():
    """--json says what was found, how the search went and where things lie"""
    flowers()
    r = tune("flowers.csv", *LR, "--trials", 6, "--sampler", "random", *QUICK, "--study", "s.log")
    for key in ("best", "trials", "pruned", "failed", "stopped", "command", "metrics", "importance", "study", "model", "seconds", "leaders", "optimism", "warnings"):
        assert key in r, key
    assert (r["trials"], r["pruned"], r["failed"], r["stopped"]) == (6, 0, 0, "trials")
    assert r["study"] == "s.log" and r["model"] == "flowers.safetensors" and os.path.exists(r["model"])
    assert r["best"]["number"] in [leader["number"] for leader in r["leaders"]] and len(r["leaders"]) == 3
    assert set(r["importance"]) == {"lr"} and abs(sum(r["importance"].values()) - 1) < 1e-9
    assert len(records("s.log")) > 12 and records("s.log")[0]["op_code"] == 0


@test
def workers_do_not_matter():
    """1, 2 and 4 workers find the same, with a pruner too"""
    flowers()
    seen = [tune("flowers.csv", *LR, "--trials", 12, "--sampler", "random", "--pruner", "median", *QUICK, "--workers", w, "--study", f"{w}.log") for w in (1, 2, 4)]
    for r in seen:
        for key in ("study", "seconds"):
            del r[key]
    assert seen[0] == seen[1] == seen[2], seen


@test
def goes_on():
    """--trials is the study's total: the same command again only completes it, and the file is named by what is searched"""
    flowers()
    args = ["flowers.csv", *LR, "--sampler", "random", *QUICK]
    first = tune(*args, "--trials", 4)
    assert first["study"].startswith("flowers-") and first["study"].endswith(".log")
    size = os.path.getsize(first["study"])
    same = tune(*args, "--trials", 4)
    assert same["best"] == first["best"] and os.path.getsize(first["study"]) == size
    more = tune(*args, "--trials", 8)
    assert more["study"] == first["study"] and more["trials"] == 8 and finished(more["study"]) == 8
    at_once = tune(*args, "--trials", 8, "--study", "other.log")
    assert at_once["best"] == more["best"]
    assert tune(*args, "--trials", 4, "--epochs", 3)["study"] != first["study"]
    assert tune("flowers.csv", *LR, "--sampler", "sobol", *QUICK, "--trials", 4)["study"] != first["study"]


@test
def killed_at_any_time():
    """a search that was killed goes on where it was, and finds what it would have found"""
    flowers()
    args = ["flowers.csv", *LR, *SLOW, "--epochs", 500, "--trials", 8, "--sampler", "random", "--workers", 2, "--quiet"]  # the last --epochs counts
    killed = 0
    for pause in (.3, .5, .7):
        p = subprocess.Popen([BINARY, "tune", *map(str, args), "--study", "killed.log"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
        time.sleep(pause)
        killed += p.poll() is None
        p.kill()
        p.wait()
    r = tune(*args, "--study", "killed.log")
    whole = tune(*args, "--study", "whole.log")
    assert killed >= 2, "the search is too quick to be killed"
    assert finished("killed.log") == 8 and r["trials"] == 8
    assert r["best"]["params"] == whole["best"]["params"] and r["best"]["value"] == whole["best"]["value"]


@test
def interrupted():
    """Ctrl-C ends it with 130, what was best so far and the command that gives it; the study goes on later"""
    flowers()
    args = ["tune", "flowers.csv", *LR, *SLOW, "--trials", 400, "--sampler", "random", "--study", "i.log"]
    p = subprocess.Popen([BINARY, *map(str, args), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    end = time.monotonic() + 60
    while time.monotonic() < end and not (os.path.exists("i.log") and finished("i.log") >= 2):
        time.sleep(.05)
    p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=60)
    assert p.returncode == 130, (p.returncode, err)
    r = json.loads(out)
    assert r["stopped"] == "interrupted" and r["trials"] >= 2 and r["model"] is None and r["metrics"] is None
    assert r["command"].startswith("micrograd train flowers.csv") and str(r["best"]["params"]["lr"])[:4] in r["command"]
    assert not os.path.exists("flowers.safetensors")
    running = {i for i, x in enumerate(x for x in records("i.log") if x["op_code"] == 4)} - {x["trial_id"] for x in records("i.log") if x["op_code"] == 6}
    assert not running, f"trials {running} were left running"


@test
def time_is_kept():
    """--time holds for everything, the last training included"""
    flowers()
    began = time.monotonic()
    r = tune("flowers.csv", *LR, *SLOW, "--sampler", "random", "--time", "3s", "--quiet")
    took = time.monotonic() - began
    assert r["stopped"] == "time" and r["trials"] > 0 and r["failed"] == 0 and os.path.exists("flowers.safetensors")
    assert took < 4.2, f"{took:.2f} s"
    assert "--time" not in r["command"]


@test
def folds():
    """with --folds trials are judged by cross-validation, and wilcoxon may end them early"""
    flowers()
    r = tune("flowers.csv", "--search", "lr=log:1e-6..1e-1", "--folds", 4, "--pruner", "wilcoxon", "--trials", 12, "--sampler", "random", *QUICK, "--study", "f.log")
    steps = [x["step"] for x in records("f.log") if x["op_code"] == 7]
    assert set(steps) <= {0, 1, 2, 3} and {0, 3} <= set(steps), steps
    assert r["trials"] == 12 and r["best"]["value"] > .3
    again = ok(*shlex.split(r["command"])[1:], "--json", "--quiet").json()
    assert again["metrics"] == r["metrics"]


@test
def nested():
    """--outer-folds scores whole searches on rows that they did not see"""
    houses()
    r = tune("houses.csv", *LR, "--trials", 4, "--sampler", "random", "--outer-folds", 3, *QUICK, "--study", "n.log")
    assert len(r["nested"]["folds"]) == 3 and abs(r["nested"]["mean"] - sum(r["nested"]["folds"]) / 3) < 1e-12
    assert all(finished(f"n.log.outer{k}") == 4 for k in (1, 2, 3)) and finished("n.log") == 4


@test
def usual_space():
    """without ranges what is usual for the data is searched, and printed so that it reads back"""
    flowers()
    p = ok("tune", "flowers.csv", "--trials", 2, "--sampler", "random", "--epochs", 2, "--members", 1)
    assert "search    " in p.err and "lr=log:" in p.err, p.err
    line = next(x for x in p.err.splitlines() if "lr=log:" in x)
    ok("tune", "flowers.csv", "--search", line.replace("search", "").strip(), "--trials", 1, "--sampler", "random", *QUICK)


@test
def shown():
    """people see trials, the best settings, optimism, the test score, and the command"""
    flowers()
    p = ok("tune", "flowers.csv", *LR, "--search", "dropout=0..0.5", "--trials", 8, "--sampler", "random", "--epochs", 4)
    for word in ("trials    8", "best      trial", "lr=", "dropout=", "optimism", "on other seeds", "test", "importance", "study     flowers-", "model     flowers.safetensors",
                 "command   micrograd train flowers.csv"):
        assert word in p.out, f"no '{word}' in {p.out}"
    assert "trial 0: " in p.err and "best" in p.err
    code, text = on_terminal("tune", "flowers.csv", *LR, "--trials", 6, "--sampler", "random", *SLOW)
    assert code == 0 and "6 trials done" in text and "running" in text, text[-2000:]


@test
def report():
    """--report writes the page of the last training"""
    flowers()
    r = tune("flowers.csv", *LR, "--trials", 2, "--sampler", "random", *QUICK, "--report", "r.html")
    assert r["trials"] == 2 and "<html" in open("r.html", encoding="utf8").read()


@test
def every_trial_fails():
    """where every trial fails the most frequent reason is told, with exit 1"""
    houses()
    refused(["tune", "houses.csv", "--search", "lr=500..1000", "--optimizer", "gd", "--model", "3*[dense(16) relu]", "--epochs", 8, "--members", 1, "--trials", 4, "--sampler", "random", "--quiet"], 1,
            "every trial failed", "diverged")


@test
def refusals():
    """what is wrong is refused with place and cure"""
    flowers()
    houses()
    f = ["tune", "flowers.csv", "--trials", 2, "--quiet", "--sampler", "random"]
    refused([*f, "--search", "lr=1..0.1"], 2, "lr", "inverted")
    refused([*f, "--search", "lr="], 2, "lr")
    refused([*f, "--search", "lr=log:0..1"], 2, "lr")
    refused([*f, "--search", "wibble=0..1"], 2, "wibble")
    refused([*f, "--search", "seed=1..5"], 2, "seed")
    refused([*f, "--model", "dense({8..9})"], 2, "name")
    refused([*f, "--model", "dense({width:8..16}"], 2)
    refused([*f, *LR, "--lr", 0.1], 2, "lr")
    refused([*f, *LR, "--direction", "minimize"], 2, "accuracy")
    refused([*f, *LR, "--metric", "r2"], 2, "r2")
    refused([*f, *LR, "--pruner", "wilcoxon"], 2, "folds")
    refused([*f, *LR, "--pruner", "scissors"], 2, "scissors", "median")
    refused([*f, *LR, "--val-fraction", 0], 2, "val-fraction")
    refused([*f, *LR, "--target-score", "high"], 2, "high")
    refused([*f, *LR, "--outer-folds", 1], 2, "2 or more")
    refused([*f, *LR, "--folds", 1], 2, "folds")
    refused([*f, *LR, "--study", "flowers.csv"], 2, "flowers.csv")
    refused([*f, *LR, "--out", "flowers.csv"], 2, "flowers.csv")
    refused([*f, *LR, "--stream"], 2, "stream")
    refused([*f, *LR, "--from", "x.safetensors"], 2, "from")
    refused([*f, *LR, "--run-dir", "x"], 2, "run-dir")
    refused(["tune", "flowers.csv", "--sampler", "magic"], 2, "magic", "tpe")
    refused(["tune", "flowers.csv", "--sampler", "grid", *LR], 2, "lr", "count")
    refused(["tune"], 2, "FILE", "--command")
    refused(["tune", "none.csv", *LR], 1, "none.csv")
    ok(*f, *LR, *QUICK, "--study", "mine.log")
    refused([*f, "--search", "lr=log:1e-3..1e-1", *QUICK, "--study", "mine.log"], 1, "mine.log", "lr")
    refused(["tune", "houses.csv", *LR, "--sampler", "random", *QUICK, "--study", "mine.log"], 1, "mine.log")
    with open("mine.log", "a", encoding="utf8") as log:
        log.write("nonsense\n{}\n")
    refused([*f, *LR, *QUICK, "--study", "mine.log"], 1, "mine.log", "line")
    assert run(*f, "--search", "lr=1..0.1").code == 2 and not any(x.startswith("flowers-") for x in os.listdir(".")), "a study was begun"


main()
