#!/usr/bin/env python3
"""Records what scipy makes of images under affine maps, and of the Beta distribution: writes tests/golden/augment.h.

    python3 tests/golden/make_augment.py          needs numpy and scipy; the tests need only the header

Maps are as in include/micrograd/augment.h: p -> A p + t about the image's middle, p = (x, y), y down. scipy's coordinates are (row, column) from a corner, and it wants
the way back: output[o] = input[matrix o + offset]."""
import math, os
import numpy as np, scipy
from scipy import ndimage, stats

random = np.random.default_rng(5)
HEIGHT, WIDTH, CHANNELS = 5, 7, 3
image = np.round(256 * random.normal(0, 1, (HEIGHT, WIDTH, CHANNELS))) / 256  # exact as floats
background = [-0.5, 0.25, 2.0]


def rotation(degrees):
    a = math.radians(degrees)
    return np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])


def shear(degrees):
    return np.array([[1, math.tan(math.radians(degrees))], [0, 1]])


still, none = np.eye(2), np.zeros(2)
# each a list of (A, t) that act one after the other
MAPS = [
    [(still, np.array([1.0, -2.0]))],
    [(still, np.array([0.3, 1.6]))],
    [(rotation(25), none)],
    [(1.7 * still, none)],
    [(shear(-30), none)],
    [(np.diag([-1.0, 1]), none)],
    [(rotation(-40), none), (still, np.array([1.25, 0.5])), (0.8 * still, none), (shear(12), none), (np.diag([1, -1.0]), none)],
    [(still, np.array([40.0, 0]))],
]


def moved(steps):
    a, t = np.eye(2), np.zeros(2)
    for more, by in steps:
        a, t = more @ a, more @ t + by
    swap = np.array([[0, 1], [1, 0]])
    back = swap @ np.linalg.inv(a) @ swap
    middle = np.array([(HEIGHT - 1) / 2, (WIDTH - 1) / 2])
    offset = middle - back @ (middle + swap @ t)
    return np.stack([ndimage.affine_transform(image[..., c], back, offset, order=1, mode="grid-constant", cval=background[c]) for c in range(CHANNELS)], -1)


def numbers(values):
    return ", ".join(f"{v:.9g}" for v in np.ravel(values))


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "augment.h"), "w") as out:
    out.write(f"/* Written by tests/golden/make_augment.py with scipy {scipy.__version__}; not edited by hand. */\n/* clang-format off */\n")
    most = max(len(m) for m in MAPS)
    out.write(f"enum {{ GOLDEN_HEIGHT = {HEIGHT}, GOLDEN_WIDTH = {WIDTH}, GOLDEN_CHANNELS = {CHANNELS}, GOLDEN_PIXELS = {image.size}, GOLDEN_MAPS = {len(MAPS)}, GOLDEN_STEPS = {most} }};\n")
    out.write(f"static const float golden_image[GOLDEN_PIXELS] = {{ {numbers(image)} }};\nstatic const float golden_background[GOLDEN_CHANNELS] = {{ {numbers(background)} }};\n")
    out.write("static const struct { int steps; double a[GOLDEN_STEPS][4], t[GOLDEN_STEPS][2]; double moved[GOLDEN_PIXELS]; } golden_maps[GOLDEN_MAPS] = {\n")
    for steps in MAPS:
        a = ", ".join("{ " + ", ".join(repr(float(v)) for v in np.ravel(m)) + " }" for m, _ in steps)
        t = ", ".join("{ " + ", ".join(repr(float(v)) for v in by) + " }" for _, by in steps)
        out.write(f"    {{ {len(steps)}, {{ {a} }}, {{ {t} }},\n      {{ {numbers(moved(steps))} }} }},\n")
    out.write("};\n")
    alphas, points = [0.01, 0.2, 1, 3], [0.02, 0.1, 0.25, 0.5, 0.8, 0.97]
    out.write(f"enum {{ GOLDEN_ALPHAS = {len(alphas)}, GOLDEN_POINTS = {len(points)} }};\n")
    out.write(f"static const double golden_alpha[GOLDEN_ALPHAS] = {{ {numbers(alphas)} }}, golden_point[GOLDEN_POINTS] = {{ {numbers(points)} }};\n")
    out.write("/* the share of Beta(alpha, alpha) below each point */\nstatic const double golden_beta[GOLDEN_ALPHAS][GOLDEN_POINTS] = {\n")
    for alpha in alphas:
        out.write(f"    {{ {numbers(stats.beta.cdf(points, alpha, alpha))} }},\n")
    out.write("};\n")
