#!/usr/bin/env python3
"""`micrograd tune --command`: any program that prints a score, its values on the way, its failures, and its end."""
import json, os, signal, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import BINARY, environment, main, ok, refused, test  # noqa: E402

SCORE = "echo $(( ({x} - 3) * ({x} - 3) ))"


def tune(command, *args, **more):
    return ok("tune", "--command", command, *args, "--quiet", "--json", **more).json()


def records(path):
    with open(path, encoding="utf8") as f:
        return [json.loads(line) for line in f]


def reasons(path):
    return [r["user_attr"]["reason"] for r in records(path) if r["op_code"] == 8 and "reason" in r["user_attr"]]


def processes(mark):
    """Those whose command line holds the mark."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                if mark.encode() in f.read() and int(pid) != os.getpid():
                    found.append(int(pid))
        except OSError:
            pass
    return found


def all_gone(mark, within=5):
    end = time.monotonic() + within
    while time.monotonic() < end:
        if not processes(mark):
            return True
        time.sleep(.05)
    return False


@test
def minimised():
    """the score is the last line of the output and is minimised; the command told is the best trial's"""
    r = tune(f"echo noise; {SCORE}; echo", "--search", "x=int:-10..10", "--trials", 40, "--sampler", "random", "--study", "c.log")
    assert r["best"]["value"] == 0 and r["best"]["params"] == {"x": 3}, r["best"]
    assert r["command"] == "echo noise; echo $(( (3 - 3) * (3 - 3) )); echo"
    assert r["trials"] in (21, 40) and r["direction"] == "minimize" and r["model"] is None and r["metrics"] is None
    most = tune(SCORE, "--search", "x=int:-10..10", "--trials", 40, "--sampler", "random", "--direction", "maximize", "--study", "d.log")
    assert most["best"]["value"] == 169 and most["best"]["params"] == {"x": -10}


@test
def values_are_written_as_they_are():
    """words, numbers and braces stand in the command as the trial has them"""
    r = tune("printf '%s %s\\n' {word} {{{rate} >> said; echo {rate}", "--search", "word=a|b", "--search", "rate=log:1e-3..1", "--trials", 6, "--sampler", "random")
    said = [line.split() for line in open("said", encoding="utf8")]
    assert len(said) == 6 and {w for w, _ in said} <= {"a", "b"} and all(rate.startswith("{") for _, rate in said)
    assert min(float(rate[1:]) for _, rate in said) == r["best"]["value"] == r["best"]["params"]["rate"]


@test
def workers_do_not_matter():
    """programs that take their time end with the same study, whoever is quicker"""
    seen = []
    for w in (1, 4):
        r = tune("sleep 0.0$(( {x} % 7 )); " + SCORE, "--search", "x=int:0..60", "--trials", 16, "--sampler", "random", "--workers", w, "--study", f"{w}.log")
        seen.append((r["best"], r["leaders"]))
    assert seen[0] == seen[1]


@test
def pruned():
    """lines 'step score' are values on the way: what is worse than the median is ended, and its program too"""
    command = "for s in 1 2 3; do echo $s {x}; done; if [ {x} -gt 30 ]; then sleep 1; echo {x} >> slow; fi; echo {x}"
    r = tune(command, "--search", "x=int:0..60", "--trials", 24, "--sampler", "random", "--pruner", "median", "--workers", 4, "--study", "p.log")
    assert r["pruned"] > 3 and r["trials"] == 24, r
    complete = [x["values"][0] for x in records("p.log") if x["op_code"] == 6 and x["state"] == 1]
    assert sorted(map(int, open("slow").read().split())) == sorted(int(v) for v in complete if v > 30)
    assert {x["step"] for x in records("p.log") if x["op_code"] == 7} == {1, 2, 3}


@test
def failures():
    """a program that fails is a failed trial with its last words, and the search goes on"""
    r = tune("if [ {x} -lt 5 ]; then echo first >&2; echo last words >&2; exit 3; fi; echo {x}", "--search", "x=int:0..20", "--trials", 21, "--sampler", "random", "--study", "f.log")
    assert r["failed"] == 5 and r["trials"] == 21 and r["best"]["value"] == 5, r
    assert reasons("f.log") == 5 * ["the program's exit status is 3: last words"], reasons("f.log")
    for command, why in (("true {x}", "no score"), ("echo {x} apples", "no score: "), ("echo nan {x}", "no score"), ("echo nan; # {x}", "no score: nan"), ("kill -9 $$ {x}", "signal 9"),
                         ("no-such-program {x}", "127")):
        refused(["tune", "--command", command, "--search", "x=0..1", "--trials", 3, "--sampler", "random", "--quiet"], 1, "every trial failed", why)


@test
def no_input():
    """a program has an empty input, and what it leaves running holds nobody up"""
    began = time.monotonic()
    r = tune("cat; sleep 50 & echo {x}", "--search", "x=0..1", "--trials", 3, "--sampler", "random", stdin=b"17\n")
    assert 0 <= r["best"]["value"] <= 1 and time.monotonic() - began < 10


@test
def at_the_end_of_the_time():
    """--time ends programs with all that they started, and they do not count"""
    began = time.monotonic()
    r = tune("if [ {x} -eq 1 ]; then echo 1; else (sleep 77; echo 0) | cat; fi", "--search", "x=1|2|3|4", "--trials", 9, "--sampler", "grid", "--workers", 4, "--time", "2s", "--study", "t.log")
    took = time.monotonic() - began
    assert took < 3.2 and r["stopped"] == "time" and r["trials"] == 1 and r["best"]["value"] == 1, (took, r)
    assert all_gone("sleep\0" + "77")
    assert reasons("t.log") == 3 * ["interrupted"]


def ends_with(signals, code):
    mark = f"sleep\0" + str(600 + os.getpid() % 100000)
    p = subprocess.Popen([BINARY, "tune", "--command", f"(sleep {mark.split(chr(0))[1]}; echo {{x}}) | cat", "--search", "x=0..1", "--sampler", "random", "--workers", "2", "--study", "e.log"],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
    end = time.monotonic() + 10
    while time.monotonic() < end and len(processes(mark)) < 2:
        time.sleep(.02)
    assert len(processes(mark)) >= 2, "no program was started"
    p.send_signal(signals)
    assert p.wait(timeout=10) == code, p.returncode
    assert all_gone(mark), processes(mark)


@test
def ends_with_us():
    """Ctrl-C, SIGTERM and even SIGKILL end the programs with all that they started"""
    ends_with(signal.SIGINT, 130)
    os.unlink("e.log")
    ends_with(signal.SIGTERM, 143)
    os.unlink("e.log")
    ends_with(signal.SIGKILL, -9)
    assert tune("(sleep 0; echo {x}) | cat", "--search", "x=0..1", "--trials", 2, "--sampler", "random", "--study", "g.log")["trials"] == 2


@test
def goes_on():
    """the same command again only completes its study; another command is refused"""
    args = ["--search", "x=int:0..50", "--sampler", "random", "--study", "g.log"]
    tune("echo {x} >> said; echo {x}", *args, "--trials", 5)
    r = tune("echo {x} >> said; echo {x}", *args, "--trials", 8)
    assert r["trials"] == 8 and len(open("said").read().split()) == 8
    refused(["tune", "--command", "echo -{x}", *args, "--quiet"], 1, "g.log", "echo -{x}")
    named = tune("echo {x}", "--search", "x=int:0..50", "--sampler", "random", "--trials", 2)
    assert named["study"].startswith("tune-") and os.path.exists(named["study"])


@test
def refusals():
    """names that do not match, and settings of trainings, are refused"""
    refused(["tune", "--command", "echo {x}", "--search", "y=0..1"], 2, "x")
    refused(["tune", "--command", "echo {x}", "--search", "x=0..1", "--search", "y=0..1"], 2, "y")
    refused(["tune", "--command", "echo {x", "--search", "x=0..1"], 2, "brace")
    refused(["tune", "--command", "echo {x}"], 2, "--search")
    refused(["tune", "data.csv", "--command", "echo {x}", "--search", "x=0..1"], 2, "data.csv", "--command")
    refused(["tune", "--command", "echo {x}", "--search", "x=0..1", "--folds", 3], 2, "folds")
    refused(["tune", "--command", "echo {x}", "--search", "x=0..1", "--out", "m.safetensors"], 2, "out")
    refused(["tune", "--command", "echo {x}", "--search", "x=3..1"], 2, "x", "inverted")
    refused(["tune", "--command", "echo {x}", "--search", "x=log:-1..1"], 2, "x")


main()
