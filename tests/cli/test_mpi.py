#!/usr/bin/env python3
"""Searches and cross-validation over the ranks of mpirun, on this machine; needs Open MPI's mpirun and the plug-in beside the command."""
import json, os, shutil, signal, subprocess, sys, time

import harness
from harness import BINARY, ROOT, test

PLUGIN = os.path.join(os.path.dirname(BINARY), "libmicrograd_mpi.so")
DIGITS = os.path.join(ROOT, "data", "digits.csv")
LONG = ["cross-validate", DIGITS, "--epochs", "100000", "--patience", "0", "--folds", "10"]


def environment(**more):
    """One machine, any number of ranks, as whoever runs the tests."""
    return harness.environment(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_btl="self,vader,tcp", OMPI_MCA_btl_vader_single_copy_mechanism="none",
                               OMPI_MCA_btl_tcp_if_include="lo", OMPI_MCA_oob_tcp_if_include="lo", OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_hwloc_base_binding_policy="none",
                               ASAN_OPTIONS="detect_leaks=0", **more)


def start(*words, env=None):
    """mpirun with these words, as they are."""
    if not shutil.which("mpirun"):
        raise harness.Skip("there is no mpirun")
    if not os.path.exists(PLUGIN):
        raise harness.Skip("this build has no plug-in for MPI")
    return subprocess.Popen(["mpirun", *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env or environment(), start_new_session=True)


def finish(p, timeout=120):
    try:
        out, err = p.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        harness.fail(f"no end within {timeout} s")
    return harness.Result(p.returncode, out, err)


def ranks(n, *args, **more):
    return finish(start("-n", n, BINARY, *args, **more))


def without_seconds(value):
    if isinstance(value, dict):
        return {k: without_seconds(v) for k, v in value.items() if k != "seconds"}
    return [without_seconds(v) for v in value] if isinstance(value, list) else value


def our_lines(r):
    return [line for line in r.err.splitlines() if line.startswith("micrograd:")]


def processes(p):
    """{rank: process id} of what this mpirun started."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            parent = int(open(f"/proc/{name}/stat").read().rsplit(")", 1)[1].split()[1])
            words = dict(w.split("=", 1) for w in open(f"/proc/{name}/environ").read().split("\0") if "=" in w)
        except (OSError, ValueError, IndexError):
            continue
        if parent == p.pid and "OMPI_COMM_WORLD_RANK" in words:
            found[int(words["OMPI_COMM_WORLD_RANK"])] = int(name)
    return found


def cpu_seconds(process):
    return sum(map(int, open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def working(p, n):
    """Waits until all ranks compute, and gives their processes."""
    end = time.monotonic() + 60
    while p.poll() is None and time.monotonic() < end:
        found = processes(p)
        if len(found) == n and min(map(cpu_seconds, found.values())) > 0.4:
            return found
        time.sleep(0.05)
    p.kill()
    harness.fail(f"{n} ranks do not work: {found}")


@test
def cross_validation():
    """cross-validate over 1, 2 and 3 ranks gives the JSON and the predictions of one process"""
    args = ("cross-validate", DIGITS, "--epochs", "3", "--seed", "4", "--quiet", "--json", "--predictions", "answers.csv")
    alone, answers = without_seconds(harness.ok(*args).json()), open("answers.csv").read()
    for n in (1, 2, 3):
        os.remove("answers.csv")
        assert without_seconds(ranks(n, *args).json()) == alone, n
        assert open("answers.csv").read() == answers, n


TUNE = ["tune", DIGITS, "--search", "lr=log:1e-3..1e-1", "--search", "optimizer=adam|momentum", "--model", "dense({width:8..64:log}) relu", "--trials", "10", "--seed", "3",
        "--quiet", "--json"]


def search(value):
    """What a search found, without what depends on when and where."""
    value = without_seconds(value)
    return {k: v for k, v in value.items() if k not in ("study", "model", "workers", "command")}


def without_numbers(found):
    """Trials that were interrupted have numbers too."""
    return {**found, "best": {**found["best"], "number": 0}, "leaders": [{**leader, "number": 0} for leader in found["leaders"]]}


def finished(study):
    """Trials of a journal that were told."""
    lines = open(study).read().splitlines() if os.path.exists(study) else []
    return sum(json.loads(line)["op_code"] == 6 and json.loads(line)["state"] > 0 for line in lines if line.endswith("}"))


@test
def tune():
    """tune over 1, 2 and 3 ranks finds what one process finds, and leaves one study and one model"""
    alone = search(harness.ok(*TUNE, "--epochs", "3", "--study", "alone.log", "--out", "alone.safetensors").json())
    assert alone["trials"] == 10, alone
    for n in (1, 2, 3):
        r = ranks(n, *TUNE, "--epochs", "3", "--study", f"{n}.log", "--out", f"{n}.safetensors")
        assert search(r.json()) == alone, (n, r.out, alone)
        assert open(f"{n}.safetensors", "rb").read() == open("alone.safetensors", "rb").read(), n


@test
def tune_workers():
    """--workers is the number of each rank, and changes no result"""
    args = (*TUNE, "--epochs", "2", "--out", "m.safetensors")
    alone = search(harness.ok(*args, "--study", "alone.log").json())
    assert search(ranks(2, *args, "--study", "two.log", "--workers", "2").json()) == alone


@test
def tune_goes_on_after_a_death():
    """a search whose rank was killed is gone on with by the same command, to the result of one that was not disturbed"""
    args = (*TUNE, "--epochs", "200", "--patience", "0", "--out", "m.safetensors")
    alone = search(harness.ok(*args, "--study", "alone.log").json())
    p = start("-n", 3, BINARY, *args, "--study", "three.log")
    while p.poll() is None and finished("three.log") < 2:
        time.sleep(0.02)
    os.kill(processes(p)[2], signal.SIGKILL)
    r = finish(p, 60)
    assert r.code != 0 and r.out == "" and "rank 2 on " in r.err and "has died" in r.err, (r.code, r.out, r.err)
    model = open("m.safetensors", "rb").read()
    assert without_numbers(search(ranks(2, *args, "--study", "three.log").json())) == without_numbers(alone)
    assert open("m.safetensors", "rb").read() == model


@test
def tune_a_program():
    """a program that trials run does not take itself for a rank"""
    command = 'test "$OMPI_COMM_WORLD_RANK" = "" && echo {x}'
    args = ("tune", "--command", command, "--search", "x=0..1", "--trials", "6", "--seed", "1", "--quiet", "--json")
    alone = search(harness.ok(*args, "--study", "alone.log").json())
    two = search(ranks(2, *args, "--study", "two.log").json())
    assert alone["failed"] == 0 and two == alone, (alone, two)


@test
def errors_once():
    """what is wrong for all is said once, with the exit code that it has without mpirun"""
    for args, code in ((("nowhere.csv",), 1), ((DIGITS, "--folds", "x"), 2), ((DIGITS, "--model", "dense(0)"), 2)):
        r = ranks(3, "cross-validate", *args)
        assert r.code == code and r.out == "", (args, r.code, r.err)
        assert len(our_lines(r)) == 1 and "rank" not in our_lines(r)[0], (args, r.err)


@test
def only_one_rank_fails():
    """a file that one rank does not find ends the run with that rank's message"""
    r = finish(start("-n", 1, BINARY, "cross-validate", DIGITS, ":", "-n", 1, BINARY, "cross-validate", "nowhere.csv"))
    assert r.code == 1 and our_lines(r) == ["micrograd: rank 1: nowhere.csv: cannot be opened: No such file or directory"], (r.code, r.err)


@test
def other_data():
    """other data in a rank are refused, with the rank"""
    lines = open(DIGITS).read().splitlines(True)
    open("other.csv", "w").writelines(lines[:-2] + lines[:-3:-1])
    r = finish(start("-n", 2, BINARY, "cross-validate", DIGITS, ":", "-n", 1, BINARY, "cross-validate", "other.csv"))
    assert r.code == 1 and r.out == "", (r.code, r.out, r.err)
    assert len(our_lines(r)) == 1 and "rank 2 on " in r.err and "has other data or settings than rank 0" in r.err, r.err


@test
def other_settings():
    """other settings in a rank are refused"""
    r = finish(start("-n", 1, BINARY, "cross-validate", DIGITS, "--epochs", 2, ":", "-n", 1, BINARY, "cross-validate", DIGITS, "--epochs", 3))
    assert r.code == 1 and r.out == "" and "has other data or settings" in r.err, (r.code, r.err)


@test
def other_instruction_set():
    """a rank with another instruction set takes part, with a warning"""
    args = ("cross-validate", DIGITS, "--epochs", 2, "--json", "--quiet")
    r = finish(start("-n", 1, BINARY, *args, ":", "-n", 1, "env", "MICROGRAD_ISA=plain", BINARY, *args))
    if harness.run("version").code == 0 and "avx" not in open("/proc/cpuinfo").read():
        raise harness.Skip("this machine has but one instruction set")
    warnings = r.json()["warnings"]
    assert any("rank 1 on" in w and "is another build" in w and "plain" in w for w in warnings), warnings


@test
def a_rank_is_killed():
    """a rank that is killed ends the run within seconds, with its number and what to do"""
    p = start("-n", 3, BINARY, *LONG)
    os.kill(working(p, 3)[1], signal.SIGKILL)
    began = time.monotonic()
    r = finish(p, 30)
    assert time.monotonic() - began < 10 and r.code != 0, (time.monotonic() - began, r.code)
    assert len(our_lines(r)) == 1 and "rank 1 on " in r.err and "has died" in r.err and "Run the same command again" in r.err, r.err


@test
def the_first_rank_is_killed():
    """without rank 0 the others end too"""
    p = start("-n", 3, BINARY, *LONG)
    found = working(p, 3)
    os.kill(found[0], signal.SIGKILL)
    assert finish(p, 30).code != 0
    time.sleep(1)
    assert not [pid for pid in found.values() if os.path.exists(f"/proc/{pid}/exe")]


@test
def interrupted():
    """Ctrl-C and SIGTERM end all ranks within seconds"""
    for number in (signal.SIGINT, signal.SIGTERM):
        p = start("-n", 2, BINARY, *LONG)
        found = working(p, 2)
        p.send_signal(number)
        began = time.monotonic()
        r = finish(p, 30)
        assert r.code != 0 and time.monotonic() - began < 10, (r.code, time.monotonic() - began)
        assert "interrupted" in r.err and "has died" not in r.err, r.err
        assert not [pid for pid in found.values() if os.path.exists(f"/proc/{pid}/exe")]


@test
def without_the_plugin():
    """without the plug-in mpirun is refused with what to install, once; MICROGRAD_MPI=off runs each rank for itself; one rank needs none"""
    if not shutil.which("mpirun"):
        raise harness.Skip("there is no mpirun")
    shutil.copy(BINARY, "micrograd")
    args = ("./micrograd", "cross-validate", DIGITS, "--epochs", 1, "--quiet", "--json")
    r = finish(start("-n", 2, *args))
    assert r.code == 1 and r.out == "" and len(our_lines(r)) == 1 and "apt-get install libopenmpi-dev openmpi-bin" in r.err, (r.code, r.err)
    assert len(finish(start("-n", 2, *args, env=environment(MICROGRAD_MPI="off"))).out.splitlines()) == 2
    finish(start("-n", 1, *args)).json()


harness.main()
