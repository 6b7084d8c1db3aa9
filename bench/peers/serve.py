"""What all peers of bench/run share: PEER.py FILE THREADS reads commands from the standard input and answers each with a line of JSON, as bench/step.c does.

    train SECONDS          {"seconds", "check", "peak_bytes", ...}: check is the loss after ten steps from the first weights
    infer BATCH SECONDS    {"seconds", "check"}: check is the mean of the outputs with the first weights
"""
import json, os, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import workloads  # noqa: E402

ABSENT = 3  # exit status: the library is not installed here
STEPS = 10


def status_bytes(word):
    for line in open("/proc/self/status"):
        if line.startswith(word):
            return int(line.split()[1]) * 1024
    return 0


def begin_peak():
    """The peak begins anew at what is resident now, which is returned."""
    with open("/proc/self/clear_refs", "w") as f:
        f.write("5")
    return status_bytes("VmRSS:")


def peak_since(before):
    return status_bytes("VmHWM:") - before


def measure(step, seconds, wait=lambda result: None):
    """Best mean of chunks of about 20 ms, the first calls apart; wait(result) ends what a library does in the background."""
    begun = time.perf_counter()
    for _ in range(3):
        wait(step())
        if time.perf_counter() - begun > seconds:
            break
    best, chunk, end = float("inf"), 1, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(chunk):
            result = step()
        wait(result)
        took = time.perf_counter() - start
        best = min(best, took / chunk)
        if took < .02:
            chunk *= 2
    return best


def repeat_rows(x, batch):
    import numpy as np
    return np.ascontiguousarray(np.resize(x, (batch, *x.shape[1:])))


class Variants:
    """Several ways to write the same thing: all are tried at the first command, the fastest alone at those after it."""

    def __init__(self):
        self.best = {}

    def run(self, key, choices, seconds, measure_one):
        """choices: {name: argument}; measure_one(argument, seconds) -> seconds. A choice that this version of the library lacks raises and is left out."""
        if key in self.best:
            choices = {self.best[key]: choices[self.best[key]]}
        times = {}
        for name, argument in choices.items():
            try:
                times[name] = measure_one(argument, seconds / max(1, len(choices) // 2))
            except (TypeError, RuntimeError):
                pass
        if not times:
            sys.exit(f"no variant of '{key}' runs")
        self.best[key] = min(times, key=times.get)
        return {"seconds": times[self.best[key]], "variant": self.best[key]}


def serve(about, train, infer):
    """about: {"version", ...}, the answer before any command."""
    print(json.dumps(about), flush=True)
    for command in sys.stdin:
        word, *numbers = command.split()
        answer = train(float(numbers[0])) if word == "train" else infer(int(numbers[0]), float(numbers[1]))
        print(json.dumps(answer), flush=True)
