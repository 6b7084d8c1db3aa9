#!/usr/bin/env python3
"""Records Student's t and the corrected resampled t-test as SciPy computes them: writes tests/golden/paired.h.

    /usr/bin/python3 tests/golden/make_paired.py              needs SciPy (Debian: python3-scipy); the tests need only the header"""
import os
import numpy as np
import scipy
from scipy import stats

GENERATOR = np.random.RandomState(11)


def quantile(p, freedom):
    """SciPy 1.10's ppf has eight digits here and there; a step of Newton's method on its cdf gives the rest."""
    t = stats.t.ppf(p, freedom)
    return t - (stats.t.cdf(t, freedom) - p) / stats.t.pdf(t, freedom)


def test(a, b, ratio):
    """Nadeau & Bengio 2003, equation 9: the variance of the mean difference is (1/n + test/train) that of a difference."""
    d = np.array(a) - np.array(b)
    n, error = len(d), np.sqrt((1 / len(d) + ratio) * np.var(d, ddof=1))
    t = d.mean() / error
    width = quantile(.975, n - 1) * error
    return d.mean(), d.mean() - width, d.mean() + width, t, 2 * stats.t.sf(abs(t), n - 1)


def numbers(values):
    return ", ".join(repr(float(v)) for v in values)


out = [f"/* Written by tests/golden/make_paired.py with SciPy {scipy.__version__}; not edited by hand. */", "/* clang-format off */",
       "static const struct { double t, freedom, below; } golden_student[] = {"]
for freedom in (1, 2, 3, 4, 9, 29, 149, 1000):
    for t in (-40., -3.1, -1., -.01, 0., 1e-8, .5, 2.2, 12.):
        out.append(f"    {{ {numbers((t, freedom, stats.t.cdf(t, freedom)))} }},")
out += ["};", "static const struct { double p, freedom, t; } golden_quantile[] = {"]
for freedom in (1, 2, 4, 9, 49, 999):
    for p in (.0005, .025, .3, .95, .975, .9999):
        out.append(f"    {{ {numbers((p, freedom, quantile(p, freedom)))} }},")
out += ["};", "typedef struct golden_pair { int count; double ratio, a[30], b[30], wanted[5]; } golden_pair;", "static const golden_pair golden_pairs[] = {"]
for n, ratio, gap in ((2, .5, .1), (3, .5, .01), (5, .25, .02), (5, .25, 0.), (10, 1 / 9, .03), (30, 1 / 9, .01)):
    a = .9 + .03 * GENERATOR.standard_normal(n)
    b = a - gap + .02 * GENERATOR.standard_normal(n)
    out.append(f"    {{ {n}, {ratio!r}, {{ {numbers(a)} }}, {{ {numbers(b)} }}, {{ {numbers(test(a, b, ratio))} }} }},")
out += ["};", "/* clang-format on */", ""]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "paired.h"), "w") as f:
    f.write("\n".join(out))
