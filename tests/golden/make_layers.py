#!/usr/bin/env python3
"""Records PyTorch's losses and normalisations, with gradients, in f64: writes tests/golden/layers.h.

    /usr/bin/python3 tests/golden/make_layers.py              needs PyTorch (Debian: python3-torch); the tests need only the header

Element i of z [5, 4] is 3 sin(1 + i), of t 2 cos(1 + i), of probabilities (1 + sin(2 + i))/2; labels 2 0 3 1 2; class weights 1 2 0.5 3; sample
weights 0.5 1 2 1 0.25."""
import math, os
import torch
from torch.nn import functional as F

N, C = 5, 4


def tensor(f, *shape):
    return torch.tensor([f(i) for i in range(math.prod(shape))], dtype=torch.float64).reshape(shape)


Z = lambda: tensor(lambda i: 3 * math.sin(1 + i), N, C).requires_grad_()
T = tensor(lambda i: 2 * math.cos(1 + i), N, C)
P = tensor(lambda i: (1 + math.sin(2 + i)) / 2, N, C)
LABELS = torch.tensor([2, 0, 3, 1, 2])
CLASS_WEIGHTS = torch.tensor([1, 2, 0.5, 3], dtype=torch.float64)
SAMPLE_WEIGHTS = torch.tensor([0.5, 1, 2, 1, 0.25], dtype=torch.float64)


def weighted(rows, weights):
    return (rows * weights).sum() / weights.sum()


def multi_hinge(z):  # PyTorch divides by all classes, we by the others
    return F.multi_margin_loss(z, LABELS) * C / (C - 1)


LOSSES = [  # label, loss, delta, smoothing, class weights?, sample weights?
    ("mean_squared_error", "mean_squared_error", 1, 0, 0, 0, lambda z: F.mse_loss(z, T)),
    ("mean_squared_error weighted", "mean_squared_error", 1, 0, 0, 1, lambda z: weighted(((z - T) ** 2).mean(1), SAMPLE_WEIGHTS)),
    ("mean_absolute_error", "mean_absolute_error", 1, 0, 0, 0, lambda z: F.l1_loss(z, T)),
    ("huber", "huber", 1, 0, 0, 0, lambda z: F.huber_loss(z, T)),
    ("huber 2.5", "huber", 2.5, 0, 0, 0, lambda z: F.huber_loss(z, T, delta=2.5)),
    ("binary_cross_entropy", "binary_cross_entropy", 1, 0, 0, 0, lambda z: F.binary_cross_entropy_with_logits(z, P)),
    ("cross_entropy", "cross_entropy", 1, 0, 0, 0, lambda z: F.cross_entropy(z, LABELS)),
    ("cross_entropy smoothed", "cross_entropy", 1, 0.2, 0, 0, lambda z: F.cross_entropy(z, LABELS, label_smoothing=0.2)),
    ("cross_entropy class weights", "cross_entropy", 1, 0, 1, 0, lambda z: F.cross_entropy(z, LABELS, CLASS_WEIGHTS)),
    ("cross_entropy all", "cross_entropy", 1, 0.2, 1, 0, lambda z: F.cross_entropy(z, LABELS, CLASS_WEIGHTS, label_smoothing=0.2)),
    ("cross_entropy sample weights", "cross_entropy", 1, 0, 0, 1, lambda z: weighted(F.cross_entropy(z, LABELS, reduction="none"), SAMPLE_WEIGHTS)),
    ("multi_hinge", "multi_hinge", 1, 0, 0, 0, multi_hinge),
]


def norm_case(kind):
    z = Z()
    gain, bias = tensor(lambda i: 1 + i / 2, C).requires_grad_(), tensor(lambda i: i - 1, C).requires_grad_()
    mean, variance = torch.zeros(C, dtype=torch.float64), torch.ones(C, dtype=torch.float64)
    if kind == "layer":
        y = F.layer_norm(z, (C,), gain, bias, 1e-5)
    else:
        y = F.batch_norm(z, mean, variance, gain, bias, True, 0.1, 1e-5)  # PyTorch's momentum is 1 - ours
    (y * T).sum().backward()
    return [y, z.grad, gain.grad, bias.grad, mean, variance]


def numbers(t):
    return "{ " + ", ".join(map(repr, t.detach().reshape(-1).tolist())) + " }"


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.h")
    lines = [f"/* Written by tests/golden/make_layers.py with PyTorch {torch.__version__}; not edited by hand. */", "/* clang-format off */",
             "typedef struct golden_loss {",
             "    const char *label, *loss;", "    double delta, smoothing;", "    int class_weights, sample_weights;",
             f"    double value, gradient[{N * C}];", "} golden_loss;", "static const golden_loss golden_losses[] = {"]
    for label, name, delta, smoothing, classes, samples, f in LOSSES:
        z = Z()
        loss = f(z)
        loss.backward()
        lines.append(f'    {{ "{label}", "{name}", {delta}, {smoothing}, {classes}, {samples}, {loss.item()!r},\n      {numbers(z.grad)} }},')
    lines += ["};", "/* normalisations of z with gain 1 + i/2 and bias i - 1, gradients of the sum of t y; running statistics after one step */",
              "typedef struct golden_norm {", f"    double y[{N * C}], dx[{N * C}], dgain[{C}], dbias[{C}], mean[{C}], variance[{C}];", "} golden_norm;"]
    for kind in ("batch", "layer"):
        lines.append(f"static const golden_norm golden_{kind}_norm = {{\n    " + ",\n    ".join(map(numbers, norm_case(kind))) + "\n};")
    with open(path, "w") as file:
        file.write("\n".join(lines + [""]))


main()
