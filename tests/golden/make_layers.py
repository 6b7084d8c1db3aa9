#!/usr/bin/env python3
"""Records PyTorch's losses, normalisations and layers over images, with gradients, in f64: writes tests/golden/layers.h and images.h.

    /usr/bin/python3 tests/golden/make_layers.py              needs PyTorch (Debian: python3-torch); the tests need only the header

Element i of z [5, 4] is 3 sin(1 + i), of t 2 cos(1 + i), of probabilities (1 + sin(2 + i))/2; labels 2 0 3 1 2; class weights 1 2 0.5 3; sample
weights 0.5 1 2 1 0.25. Images are [n, height, width, channels], kernels [height, width, channels / groups, outputs], as ours."""
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


# --- layers over images -------------------------------------------------------------------------------

def swap(x):  # [n, h, w, c] <-> [n, c, h, w], sequences likewise
    return x.movedim(-1, 1)


def back(y):
    return y.movedim(1, -1)


def conv(x, p, name, before=(), **options):
    w = p[name + ".weight"]
    if x.dim() == 3:
        w = w[0].permute(2, 1, 0)
        return back(F.conv1d(F.pad(swap(x), before), w, p.get(name + ".bias"), **options))
    return back(F.conv2d(F.pad(swap(x), before), w.permute(3, 2, 0, 1), p.get(name + ".bias"), **options))


def batch(x, p, training):
    return back(F.batch_norm(swap(x), p["batchnorm1.mean"], p["batchnorm1.variance"], p["batchnorm1.gain"], p["batchnorm1.bias"], training, 0.1, 1e-5))


NORM = lambda name, c: {name + ".gain": (c,), name + ".bias": (c,)}
STATE = lambda c: {"batchnorm1.mean": (c,), "batchnorm1.variance": (c,)}
KERNEL = lambda name, *shape: {name + ".weight": shape, name + ".bias": shape[3:]}
IMAGES = [  # model text, x, training?, parameters in the order of their declaration, PyTorch's layer
    ("conv(3, 3)", (2, 5, 4, 2), 0, KERNEL("conv1", 3, 3, 2, 3), lambda x, p: conv(x, p, "conv1")),
    ("conv(3, 3, stride=2, padding=same)", (1, 6, 5, 2), 0, KERNEL("conv1", 3, 3, 2, 3), lambda x, p: conv(x, p, "conv1", (1, 1, 0, 1), stride=2)),
    ("conv(2, 2, padding=1, dilation=2, bias=false)", (1, 4, 5, 2), 0, {"conv1.weight": (2, 2, 2, 2)}, lambda x, p: conv(x, p, "conv1", padding=1, dilation=2)),
    ("conv(4, 3, padding=1, groups=2)", (1, 4, 4, 6), 0, KERNEL("conv1", 3, 3, 3, 4), lambda x, p: conv(x, p, "conv1", padding=1, groups=2)),
    ("depthwise(3, stride=2, padding=1)", (2, 5, 5, 3), 0, KERNEL("depthwise1", 3, 3, 1, 3), lambda x, p: conv(x, p, "depthwise1", padding=1, stride=2, groups=3)),
    ("conv1d(3, 3, stride=2, padding=same)", (2, 7, 2), 0, KERNEL("conv1d1", 1, 3, 2, 3), lambda x, p: conv(x, p, "conv1d1", (1, 1), stride=2)),
    ("conv1d(2, 4, dilation=2)", (2, 1, 9, 3), 0, KERNEL("conv1d1", 1, 4, 3, 2), lambda x, p: conv(x[:, 0], p, "conv1d1", dilation=2)),
    ("depthwise(3)", (2, 5, 2), 0, KERNEL("depthwise1", 1, 3, 1, 2), lambda x, p: conv(x, p, "depthwise1", groups=2)),
    ("maxpool(2)", (2, 5, 6, 2), 0, {}, lambda x, p: back(F.max_pool2d(swap(x), 2))),
    ("maxpool(3, stride=2, padding=1)", (1, 6, 5, 3), 0, {}, lambda x, p: back(F.max_pool2d(swap(x), 3, 2, 1))),
    ("maxpool(3, stride=1)", (2, 7, 2), 0, {}, lambda x, p: back(F.max_pool1d(swap(x), 3, 1))),
    ("avgpool(2, stride=1)", (1, 4, 5, 3), 0, {}, lambda x, p: back(F.avg_pool2d(swap(x), 2, 1))),
    ("avgpool(3, stride=2, padding=1)", (1, 6, 5, 2), 0, {}, lambda x, p: back(F.avg_pool2d(swap(x), 3, 2, 1, count_include_pad=False))),
    ("globalavgpool", (2, 3, 4, 3), 0, {}, lambda x, p: x.mean((1, 2))),
    ("globalavgpool", (2, 5, 3), 0, {}, lambda x, p: x.mean(1)),
    ("upsample(2)", (1, 3, 2, 2), 0, {}, lambda x, p: back(F.interpolate(swap(x), scale_factor=2, mode="nearest"))),
    ("upsample(3, bilinear=true)", (1, 3, 2, 2), 0, {}, lambda x, p: back(F.interpolate(swap(x), scale_factor=3, mode="bilinear", align_corners=False))),
    ("upsample(2)", (2, 3, 2), 0, {}, lambda x, p: back(F.interpolate(swap(x), scale_factor=2, mode="nearest"))),
    ("batchnorm", (2, 3, 2, 4), 1, NORM("batchnorm1", 4) | STATE(4), lambda x, p: batch(x, p, True)),
    ("batchnorm", (2, 3, 2, 4), 0, NORM("batchnorm1", 4) | STATE(4), lambda x, p: batch(x, p, False)),
    ("conv(2, 2) batchnorm", (1, 3, 4, 2), 0, KERNEL("conv1", 2, 2, 2, 2) | NORM("batchnorm1", 2) | STATE(2), lambda x, p: batch(conv(x, p, "conv1"), p, False)),
    ("layernorm", (2, 3, 2, 4), 0, NORM("layernorm1", 4), lambda x, p: F.layer_norm(x, (4,), p["layernorm1.gain"], p["layernorm1.bias"])),
    ("groupnorm(2)", (2, 3, 2, 4), 0, NORM("groupnorm1", 4), lambda x, p: back(F.group_norm(swap(x), 2, p["groupnorm1.gain"], p["groupnorm1.bias"]))),
    ("groupnorm(3)", (2, 6), 0, NORM("groupnorm1", 6), lambda x, p: F.group_norm(x, 3, p["groupnorm1.gain"], p["groupnorm1.bias"])),
    ("residual(conv(3, 3, stride=2, padding=1))", (1, 5, 4, 2), 0, KERNEL("residual1.conv1", 3, 3, 2, 3) | {"residual1.projection.weight": (1, 1, 2, 3)},
     lambda x, p: conv(x, p, "residual1.conv1", padding=1, stride=2) + conv(x, p, "residual1.projection", stride=2)),
]
FILL = {"weight": lambda i: math.sin(2 + 3 * i) / 2, "bias": lambda i: (i - 1) / 4, "gain": lambda i: 1 + i / 2, "mean": lambda i: i / 3, "variance": lambda i: 1 + i}


def image_case(shape, parameters, f):
    x = tensor(lambda i: 3 * math.sin(1 + i), *shape).requires_grad_()
    p = {name: tensor(FILL[name.rsplit(".")[-1]], *of) for name, of in parameters.items()}
    learned = [q.requires_grad_() for name, q in p.items() if name.rsplit(".")[-1] in ("weight", "bias", "gain")]
    y = f(x, p)
    (y * tensor(lambda i: 2 * math.cos(1 + i), *y.shape)).sum().backward()
    flat = torch.cat([q.grad.reshape(-1) for q in learned]) if learned else torch.zeros(1)
    return y, x.grad, flat, torch.cat([p["batchnorm1.mean"], p["batchnorm1.variance"]]) if "batchnorm1.mean" in p else torch.zeros(1)


def write_images():
    lines = [f"/* Written by tests/golden/make_layers.py with PyTorch {torch.__version__}; not edited by hand. */", "/* clang-format off */",
             "/* A model text on x, element i of which is 3 sin(1 + i); parameters by their names' ends: weight sin(2 + 3i)/2, bias (i - 1)/4, gain 1 + i/2,",
             " * mean i/3, variance 1 + i. Gradients of sum 2 cos(1 + i) y_i; dparameters: of all that is learned, in the order of declaration; state: mean and",
             " * variance after one step (momentum 0.9). */",
             "typedef struct golden_image {", "    const char *text;", "    int training, rank;", "    int64_t shape[4];",
             "    int y_rank;", "    int64_t y_shape[4];", "    const double *y, *dx, *dparameters, *state;", "} golden_image;", "static const golden_image golden_images[] = {"]
    for text, shape, training, parameters, f in IMAGES:
        results = image_case(shape, parameters, f)
        dims = lambda s: "{ " + ", ".join(map(str, s)) + " }"
        arrays = ",\n".join(f"      (const double[]){numbers(r)}" for r in results)
        lines.append(f'    {{ "{text}", {training}, {len(shape)}, {dims(shape)}, {results[0].dim()}, {dims(results[0].shape)},\n{arrays} }},')
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "images.h"), "w") as file:
        file.write("\n".join(lines + ["};", ""]))


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
write_images()
