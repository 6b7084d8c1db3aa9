"""Tests in Python: functions marked @case("what must hold"), then run(). Prints TAP; a case may raise Skip("why").

    from tap import *                       # after sys.path.insert(0, ".../tests/support")

    @case("show names the layers")
    def _():
        check(b"dense" in command("show", MODEL).stdout)

    run()
"""
import os, subprocess, sys, traceback

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("MICROGRAD_BUILD", "build"))
MICROGRAD = os.path.join(BUILD, "micrograd")
_cases = []


class Skip(Exception):
    pass


def case(name):
    return lambda function: _cases.append((name, function)) or function


def check(condition, *figures):
    """An assertion that shows the figures it was about."""
    if not condition:
        raise AssertionError(" ".join(repr(f) for f in figures) or "does not hold")


def command(*args, timeout=300, **how):
    """The micrograd command; a CompletedProcess with bytes."""
    return subprocess.run([MICROGRAD, *map(str, args)], stdin=how.pop("stdin", subprocess.DEVNULL) if "input" not in how else None,
                          capture_output=True, timeout=timeout, **how)


def run():
    failed = 0
    print(f"1..{len(_cases)}", flush=True)
    for i, (name, function) in enumerate(_cases, 1):
        try:
            function()
            print(f"ok {i} - {name}", flush=True)
        except Skip as why:
            print(f"ok {i} - {name} # skip {why}", flush=True)
        except Exception:
            failed += 1
            print(f"not ok {i} - {name}", flush=True)
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="", flush=True)
    sys.exit(1 if failed else 0)
