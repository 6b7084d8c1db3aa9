#!/usr/bin/env python3
"""Records PyTorch's learning-rate schedules: writes tests/golden/schedules.h.

    /usr/bin/python3 tests/golden/make_schedules.py           needs PyTorch (Debian: python3-torch); the tests need only the header

A run of 12 epochs of 5 steps; each schedule's rate at every step, the base rate being 1, is what is recorded. `warmup` is PyTorch's LinearLR with as many
steps, followed by the schedule. flat_cosine and coslog4, which PyTorch has not, are recorded in tests/optim/test_schedules.c from another form of their
formulas. ReduceLROnPlateau is fed with metrics that rise, stall and fall; recorded is the rate after each."""
import math, os
import torch
from torch.optim import lr_scheduler as s

EPOCHS, STEPS = 12, 5
N = EPOCHS * STEPS


def rates(make, steps=N, base=1.0):
    """The rate at each step of a schedule that is asked once a step."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    schedule = make(optimizer)
    out = []
    for _ in range(steps):
        out.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return out


def by_epoch(make):
    """Of one that is asked once an epoch."""
    return [rate for rate in rates(make, EPOCHS) for _ in range(STEPS)]


def warm(epochs, make):
    """LinearLR from 1/n to 1 over n steps, then the schedule on the steps that are left."""
    n = epochs * STEPS
    ramp = rates(lambda o: s.LinearLR(o, start_factor=1 / n, end_factor=1, total_iters=n - 1), n)
    return ramp + rates(make, N - n)


def onecycle(peak):
    """PyTorch's ends a step before the last one and turns a step before the peak: one step more, and that share of it, is ours."""
    return rates(lambda o: s.OneCycleLR(o, 1.0, total_steps=N + 1, pct_start=(peak * N + 1) / (N + 1), cycle_momentum=False))


CASES = {
    "constant": rates(lambda o: s.LambdaLR(o, lambda k: 1)),
    "linear": rates(lambda o: s.LinearLR(o, 1, 0, N)),
    "cosine": rates(lambda o: s.CosineAnnealingLR(o, N)),
    "step": by_epoch(lambda o: s.StepLR(o, EPOCHS // 3, 0.1)),
    "step(5, 0.5)": by_epoch(lambda o: s.StepLR(o, 5, 0.5)),
    "step(every=1, factor=0.9)": by_epoch(lambda o: s.StepLR(o, 1, 0.9)),
    "exponential(0.8)": rates(lambda o: s.ExponentialLR(o, 0.8 ** (1 / STEPS))),
    "exponential": rates(lambda o: s.ExponentialLR(o, 0.95 ** (1 / STEPS))),
    "polynomial": rates(lambda o: s.PolynomialLR(o, N, 2)),
    "polynomial(0.9)": rates(lambda o: s.PolynomialLR(o, N, 0.9)),
    "cosine_restarts": rates(lambda o: s.CosineAnnealingWarmRestarts(o, N // 4)),
    "cosine-restarts(5)": rates(lambda o: s.CosineAnnealingWarmRestarts(o, 5 * STEPS)),
    "cosine_restarts(2, 2)": rates(lambda o: s.CosineAnnealingWarmRestarts(o, 2 * STEPS, 2)),
    "cosine_restarts(1, growth=3)": rates(lambda o: s.CosineAnnealingWarmRestarts(o, STEPS, 3)),
    "onecycle": onecycle(0.3),
    "onecycle(0.5)": onecycle(0.5),
    "warmup(2)": warm(2, lambda o: s.LambdaLR(o, lambda k: 1)),
    "warmup(3) cosine": warm(3, lambda o: s.CosineAnnealingLR(o, N - 3 * STEPS)),
    "warmup(2) polynomial(3)": warm(2, lambda o: s.PolynomialLR(o, N - 2 * STEPS, 3)),
}

METRICS = [0.3, 0.4, 0.5, 0.5, 0.45, 0.5, 0.49, 0.51, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.6, 0.2, 0.6, 0.1, 0.59, 0.61, 0.3, 0.3, 0.3, 0.3]


def plateau(patience, factor):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = s.ReduceLROnPlateau(optimizer, "max", factor=factor, patience=patience, threshold=0, min_lr=0, eps=0)
    out = []
    for metric in METRICS:
        schedule.step(metric)
        out.append(optimizer.param_groups[0]["lr"])
    return out


PLATEAUS = [(2, 0.5), (0, 0.9), (3, 0.1), (5, 0.25)]


def numbers(values):
    return ", ".join(repr(float(v)) for v in values)


def main():
    out = [f"/* Written by tests/golden/make_schedules.py with PyTorch {torch.__version__}; not edited by hand. */", "/* clang-format off */",
           f"enum {{ GOLDEN_EPOCHS = {EPOCHS}, GOLDEN_STEPS = {STEPS}, GOLDEN_SCORES = {len(METRICS)} }};",
           "static const struct {", "    const char *text;", "    double factor[GOLDEN_EPOCHS * GOLDEN_STEPS];", "} golden_schedules[] = {"]
    out += [f'    {{ "{text}", {{ {numbers(values)} }} }},' for text, values in CASES.items()]
    out += ["};", f"static const double golden_scores[GOLDEN_SCORES] = {{ {numbers(METRICS)} }};",
            "static const struct {", "    const char *text;", "    double factor[GOLDEN_SCORES]; /* after each score */", "} golden_plateaus[] = {"]
    out += [f'    {{ "plateau({p}, {f})", {{ {numbers(plateau(p, f))} }} }},' for p, f in PLATEAUS]
    out += ["};", "/* clang-format on */", ""]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "schedules.h"), "w") as f:
        f.write("\n".join(out))


main()
