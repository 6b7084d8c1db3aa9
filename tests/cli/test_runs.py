#!/usr/bin/env python3
"""micrograd train --run-dir and --resume: runs that cannot be lost."""
import csv, glob, json, os, resource, shutil, signal, subprocess, time

import harness
from harness import ROOT, flowers, ok, refused, run, test, write_csv

QUICK = ("--model", "dense(16) relu", "--epochs", 12, "--batch", 8, "--seed", 3, "--quiet")


def tree(folder):
    return {p: (open(p, "rb").read(), os.stat(p).st_mtime_ns) for p in sorted(glob.glob(folder + "/**", recursive=True)) if os.path.isfile(p)}


def bytes_of(path):
    return open(path, "rb").read()


def begin(*args):
    return subprocess.Popen([harness.BINARY, "train", *map(str, args)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=harness.environment())


def wait_for(pattern, process, seconds=30):
    end = time.monotonic() + seconds
    while not glob.glob(pattern) and process.poll() is None and time.monotonic() < end:
        time.sleep(.001)


def killed(*args, after, when):
    """A run that was killed `after` seconds from when a file of the pattern was there; was it still running?"""
    p = begin(*args)
    wait_for(when, p)
    time.sleep(after)
    alive = p.poll() is None
    p.kill()
    p.communicate()
    return alive


@test
def folder_holds_all():
    """a run's folder holds settings, history, checkpoints and the model, and nothing is written outside"""
    flowers()
    ok("train", "flowers.csv", "--run-dir", "run", *QUICK)
    assert sorted(os.listdir(".")) == ["flowers.csv", "run"], os.listdir(".")
    assert {"checkpoints", "config.json", "history.csv", "history.jsonl", "model.safetensors"} <= set(os.listdir("run")), os.listdir("run")
    config = json.load(open("run/config.json"))
    assert config["settings"]["seed"] == "3" and config["settings"]["model"] == "dense(16) relu"
    assert config["files"]["data"]["path"] == os.path.realpath("flowers.csv") and len(config["files"]["data"]["hash"]) == 16
    assert config["finished"]["stopped"] == "epochs" and config["isa"] in ("plain", "avx2", "avx512")
    rows = list(csv.DictReader(open("run/history.csv")))
    lines = [json.loads(line) for line in open("run/history.jsonl")]
    assert [int(r["epoch"]) for r in rows] == list(range(1, 13)) == [r["epoch"] for r in lines]
    assert all(float(a["loss"]) == b["loss"] and float(a["validation_accuracy"]) == b["validation"]["accuracy"] for a, b in zip(rows, lines))
    assert not [f for f in os.listdir("run") + os.listdir("run/checkpoints") if f.startswith(".")]


@test
def no_difference():
    """the model of a run with a folder is that of one without, and --out writes a second copy"""
    flowers()
    ok("train", "flowers.csv", "--out", "plain.safetensors", *QUICK)
    ok("train", "flowers.csv", "--run-dir", "run", "--checkpoint-every", 1, "--out", "copy.safetensors", *QUICK)
    assert bytes_of("plain.safetensors") == bytes_of("run/model.safetensors") == bytes_of("copy.safetensors")


def killed_at_many_moments(every, *more):
    heavy = ("--model", "dense(64) relu dense(64) relu", "--epochs", 8, "--seed", 5, "--patience", 0, "--quiet", *more)
    data = os.path.join(ROOT, "data", "digits.csv")
    begin_at = time.monotonic()
    ok("train", data, "--out", "whole.safetensors", *heavy)
    span, running, kept = time.monotonic() - begin_at, 0, 0
    for i in range(6):
        shutil.rmtree("run", ignore_errors=True)
        running += killed(data, "--run-dir", "run", "--checkpoint-every", every, *heavy, after=span * i / 7, when="run/config.json")
        kept += bool(os.listdir("run/checkpoints"))
        ok("train", "--resume", "run", "--quiet")
        assert bytes_of("run/model.safetensors") == bytes_of("whole.safetensors"), f"other bits after a kill at {i}/7 of the time"
        epochs = [int(r["epoch"]) for r in csv.DictReader(open("run/history.csv"))]
        assert epochs == list(range(1, 9)) == [json.loads(line)["epoch"] for line in open("run/history.jsonl")], epochs
        assert not [f for f in os.listdir("run") + os.listdir("run/checkpoints") if f.startswith(".")], "left over"
    assert running >= 3 and kept >= 1, f"{running} of 6 were killed while running, {kept} had a checkpoint"


@test
def killed_one_network():
    """one network, killed at many moments and resumed, ends with the same bits"""
    killed_at_many_moments(1, "--members", 1)


@test
def killed_several_networks():
    """several networks, killed between checkpoints within epochs, end with the same bits"""
    killed_at_many_moments("0.05s", "--members", 3)


@test
def killed_stream():
    """a streamed run, killed and resumed, ends with the same bits"""
    killed_at_many_moments("0.05s", "--members", 2, "--stream")


@test
def killed_while_writing():
    """killed while a checkpoint is being written, a run has the one before"""
    data = os.path.join(ROOT, "data", "digits.csv")
    large = ("--model", "dense(512) relu dense(512) relu", "--members", 2, "--epochs", 2, "--seed", 1, "--quiet")
    ok("train", data, "--out", "whole.safetensors", *large)
    torn = 0
    for i in range(4):
        shutil.rmtree("run", ignore_errors=True)
        killed(data, "--run-dir", "run", "--checkpoint-every", "0.1s", *large, after=.002 * i, when="run/checkpoints/.*.tmp")
        torn += bool(glob.glob("run/checkpoints/.*.tmp"))
        ok("train", "--resume", "run", "--quiet")
        assert bytes_of("run/model.safetensors") == bytes_of("whole.safetensors")
    assert torn >= 1, "no kill came while a file was being written"


@test
def finished_run():
    """resuming a finished run exits 0, tells its result and changes nothing"""
    flowers()
    first = ok("train", "flowers.csv", "--run-dir", "run", "--json", *QUICK).json()
    before = tree("run")
    again = ok("train", "--resume", "run", "--json", "--quiet").json()
    assert tree("run") == before and again["metrics"] == first["metrics"] and again["stopped"] == "epochs"
    assert "is finished" in ok("train", "--resume", "run").err and tree("run") == before
    ok("train", "--resume", "run", "--epochs", 12, "--quiet")
    assert tree("run") == before


@test
def more_epochs():
    """with more epochs a finished run goes on, as if it had had them from the start"""
    flowers()
    constant = ("--model", "dense(16) relu", "--schedule", "constant", "--seed", 3, "--quiet")
    ok("train", "flowers.csv", "--epochs", 20, "--out", "whole.safetensors", *constant)
    ok("train", "flowers.csv", "--epochs", 8, "--run-dir", "run", *constant)
    ok("train", "--resume", "run", "--epochs", 20, "--quiet")
    assert bytes_of("run/model.safetensors") == bytes_of("whole.safetensors")
    assert len(open("run/history.csv").readlines()) == 21 and json.load(open("run/config.json"))["settings"]["epochs"] == "20"


@test
def damaged_checkpoint():
    """a damaged checkpoint is named, and the one before is used"""
    flowers()
    ok("train", "flowers.csv", "--run-dir", "run", "--checkpoint-every", 1, *QUICK)
    want = bytes_of("run/model.safetensors")
    os.remove("run/model.safetensors")
    last = sorted(glob.glob("run/checkpoints/*"))[-1]
    with open(last, "r+b") as f:
        f.seek(-100, 2)
        f.write(b"\xa5" * 50)
    r = ok("train", "--resume", "run")
    assert os.path.basename(last) in r.err and "the checkpoint before it is used" in " ".join(r.err.split()), r.err
    assert bytes_of("run/model.safetensors") == want
    os.remove("run/model.safetensors")
    for path in glob.glob("run/checkpoints/*"):
        os.truncate(path, 100)
    r = ok("train", "--resume", "run")
    assert "begins anew" in " ".join(r.err.split()) and bytes_of("run/model.safetensors") == want, r.err


@test
def refusals():
    """what does not fit is refused, and says why"""
    flowers()
    ok("train", "flowers.csv", "--run-dir", "run", *QUICK)
    refused(("train", "flowers.csv", "--run-dir", "run"), 2, "run", "holds a run already", "--resume run")
    refused(("train", "flowers.csv", "--resume", "run"), 2, "flowers.csv", "takes no FILE")
    refused(("train", "--resume", "run", "--lr", "0.1"), 2, "--lr", "--epochs")
    refused(("train", "--resume", "run", "--seed=4"), 2, "--seed")
    refused(("train", "--resume", "nowhere"), 1, "nowhere", "--run-dir")
    refused(("train", "-", "--run-dir", "other"), 2, "standard input")
    refused(("train", "flowers.csv", "--run-dir", "other", "--dry-run"), 2, "--dry-run")
    refused(("train", "flowers.csv", "--run-dir", "other", "--checkpoint-every", "often"), 2, "checkpoint-every", "often", "30s")
    refused(("train", "flowers.csv", "--time", "soon"), 2, "time", "soon", "10m")
    refused(("train", "missing.csv", "--run-dir", "other"), 1, "missing.csv")
    assert not os.path.exists("other"), "a run that did not begin leaves no folder"
    open("flowers.csv", "a").write("1,2,setosa\n")
    refused(("train", "--resume", "run"), 1, "flowers.csv", "hash")
    os.remove("flowers.csv")
    refused(("train", "--resume", "run"), 1, "flowers.csv", "No such file")


@test
def interrupted():
    """Ctrl-C and SIGTERM keep the result so far and a checkpoint, from which the run goes on to the same bits"""
    data = os.path.join(ROOT, "data", "digits.csv")
    args = ("--model", "dense(128) relu dense(128) relu", "--epochs", 10, "--members", 2, "--seed", 5, "--quiet")
    ok("train", data, "--out", "whole.safetensors", *args)
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        shutil.rmtree("run", ignore_errors=True)
        p = begin(data, "--run-dir", "run", "--checkpoint-every", 1, *args)
        wait_for("run/checkpoints/*.safetensors", p)
        p.send_signal(number)
        _, err = p.communicate(timeout=60)
        assert p.returncode == code, (p.returncode, err)
        ok("evaluate", "run/model.safetensors", data)
        assert json.load(open("run/config.json"))["finished"] is None
        ok("train", "--resume", "run", "--quiet")
        assert bytes_of("run/model.safetensors") == bytes_of("whole.safetensors")


@test
def no_room():
    """a disk without room ends the run with a message; the last good checkpoint is kept, and the run goes on"""
    data = os.path.join(ROOT, "data", "digits.csv")
    args = ("--model", "dense(64) relu", "--epochs", 4, "--members", 1, "--seed", 5, "--checkpoint-every", 1)
    ok("train", data, "--out", "whole.safetensors", *args)
    p = begin(data, "--run-dir", "run", *args)
    wait_for("run/checkpoints/*.safetensors", p)
    p.kill()
    p.communicate()
    kept = sorted(glob.glob("run/checkpoints/*.safetensors"))[-1]
    room = os.path.getsize(kept) // 2
    r = run("train", "--resume", "run", "--epochs", 5, "--quiet", limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)))
    assert r.code == 1 and "cannot be written" in r.err and "resume" in r.err, (r.code, r.err)
    assert os.path.exists(kept) and not glob.glob("run/checkpoints/.*"), os.listdir("run/checkpoints")
    ok("train", "--resume", "run", "--epochs", 4, "--quiet")
    assert bytes_of("run/model.safetensors") == bytes_of("whole.safetensors")


@test
def time_limit():
    """--time ends a run within a second, over its resumed parts"""
    data = os.path.join(ROOT, "data", "digits.csv")
    args = ("--model", "dense(64) relu", "--epochs", 100000, "--patience", 0, "--seed", 5, "--quiet", "--json")
    r = ok("train", data, "--run-dir", "run", "--time", "1.5s", *args).json()
    assert r["stopped"] == "time" and 1.4 <= r["seconds"] <= 2.5 and r["metrics"]["validation"]["accuracy"] > .9, (r["stopped"], r["seconds"])
    before = tree("run")
    ok("train", "--resume", "run", "--time", "1.5s", "--quiet")
    assert tree("run") == before
    again = ok("train", "--resume", "run", "--time", "3s", "--quiet", "--json").json()
    assert again["stopped"] == "time" and 2.9 <= again["seconds"] <= 4 and again["epochs"] > r["epochs"], (again["seconds"], again["epochs"])


@test
def divergence_retry():
    """--on-divergence retry goes back with half the learning rate until the loss is finite, and says so"""
    write_csv("t.csv", ["x", "y"], [[i / 50, 3 * i / 50 + .001 * (i % 7)] for i in range(120)])
    args = ("--task", "regression", "--model", "dense(8)", "--optimizer", "gd", "--lr", 10, "--epochs", 30, "--seed", 1, "--members", 1, "--schedule", "constant", "--scale", "none",
            "--json")
    assert ok("train", "t.csv", *args).json()["stopped"] == "diverged"
    r = ok("train", "t.csv", "--on-divergence", "retry", *args).json()
    assert r["stopped"] == "epochs" and any("half the learning rate" in w for w in r["warnings"]), (r["stopped"], r["warnings"])


harness.main()
