#!/usr/bin/env python3
"""Records what PyTorch's optimisers do to a small net in f64 over 100 steps: writes tests/golden/optimizers.h.

    /usr/bin/python3 tests/golden/make_optimizers.py          needs PyTorch (Debian: python3-torch); the tests need only the header

The net is 3-4-1 with tanh and mean squared error on 8 rows. Numbers it starts from: element i of entry k is sin(1 + i + 10 k)/2, x[i] = cos(2 i),
t[i] = sin(3 i). Decay is on weights only. In run r the rows are multiplied by 1 + (r mod 4)/10 where gradients are accumulated."""
import math, os
import torch

SHAPES = [(3, 4), (4,), (4, 1), (1,)]
ROWS, STEPS, KEPT = 8, 100, (1, 10, 100)
CASES = [  # label, optimizer, options by our names
    ("gd", "gd", dict(learning_rate=0.1)),
    ("momentum", "momentum", dict(learning_rate=0.05, momentum=0.9)),
    ("nesterov", "nesterov", dict(learning_rate=0.05, momentum=0.9)),
    ("adagrad", "adagrad", dict(learning_rate=0.05, epsilon=1e-10)),
    ("rmsprop", "rmsprop", dict(learning_rate=1e-3, alpha=0.99, epsilon=1e-8)),
    ("rmsprop with momentum", "rmsprop", dict(learning_rate=1e-3, alpha=0.9, epsilon=1e-8, momentum=0.8)),
    ("centred rmsprop", "rmsprop", dict(learning_rate=1e-3, alpha=0.9, epsilon=1e-8, centered=1)),
    ("adam", "adam", dict(learning_rate=1e-2, beta1=0.9, beta2=0.999, epsilon=1e-8)),
    ("adam with other constants", "adam", dict(learning_rate=0.05, beta1=0.7, beta2=0.95, epsilon=1e-3)),
    ("adamw", "adamw", dict(learning_rate=1e-2, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.1)),
    ("rprop", "rprop", dict(learning_rate=0.01)),
    ("gd, norm clipped", "gd", dict(learning_rate=0.1, clip_norm=0.1)),
    ("gd, values clipped", "gd", dict(learning_rate=0.1, clip_value=0.05)),
    ("adam, 4 runs an update", "adam", dict(learning_rate=0.02, beta1=0.9, beta2=0.999, epsilon=1e-8, accumulate=4)),
]
FIELDS = ["learning_rate", "momentum", "beta1", "beta2", "alpha", "epsilon", "weight_decay", "centered", "clip_value", "clip_norm", "accumulate"]


def start():
    entries = []
    for k, shape in enumerate(SHAPES):
        count = math.prod(shape)
        values = [math.sin(1 + i + 10 * k) / 2 for i in range(count)]
        entries.append(torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_())
    x = torch.tensor([math.cos(2 * i) for i in range(ROWS * 3)], dtype=torch.float64).reshape(ROWS, 3)
    t = torch.tensor([math.sin(3 * i) for i in range(ROWS)], dtype=torch.float64).reshape(ROWS, 1)
    return entries, x, t


def optimizer(name, o, entries):
    lr = o["learning_rate"]
    if name in ("gd", "momentum", "nesterov"):
        return torch.optim.SGD(entries, lr, momentum=o.get("momentum", 0), nesterov=name == "nesterov")
    if name == "adagrad":
        return torch.optim.Adagrad(entries, lr, eps=o["epsilon"])
    if name == "rmsprop":
        return torch.optim.RMSprop(entries, lr, o["alpha"], o["epsilon"], momentum=o.get("momentum", 0), centered=bool(o.get("centered")))
    if name == "adam":
        return torch.optim.Adam(entries, lr, (o["beta1"], o["beta2"]), o["epsilon"])
    if name == "adamw":
        groups = [{"params": [e for e in entries if e.dim() == 2], "weight_decay": o["weight_decay"]},
                  {"params": [e for e in entries if e.dim() == 1], "weight_decay": 0}]
        return torch.optim.AdamW(groups, lr, (o["beta1"], o["beta2"]), o["epsilon"])
    return torch.optim.Rprop(entries, lr)


def train(name, o):
    entries, x, t = start()
    method, runs, kept, losses = optimizer(name, o, entries), o.get("accumulate", 1), [], []
    for step in range(1, STEPS + 1):
        method.zero_grad()
        for run in range(runs):
            factor = 1 + (((step - 1) * runs + run + 1) % 4) / 10 if runs > 1 else 1
            loss = ((torch.tanh(factor * x @ entries[0] + entries[1]) @ entries[2] + entries[3] - t) ** 2).mean()
            (loss / runs).backward()
        if "clip_norm" in o:
            torch.nn.utils.clip_grad_norm_(entries, o["clip_norm"])
        if "clip_value" in o:
            torch.nn.utils.clip_grad_value_(entries, o["clip_value"])
        method.step()
        if step in KEPT:
            kept.append([v for e in entries for v in e.detach().reshape(-1).tolist()])
            losses.append(loss.item())
    return kept, losses


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optimizers.h")
    numbers = sum(math.prod(s) for s in SHAPES)
    lines = [f"/* Written by tests/golden/make_optimizers.py with PyTorch {torch.__version__}; not edited by hand. */",
             "/* clang-format off */",
             f"enum {{ GOLDEN_NUMBERS = {numbers}, GOLDEN_KEPT = {len(KEPT)} }};",
             f"static const int golden_steps[GOLDEN_KEPT] = {{ {', '.join(map(str, KEPT))} }};",
             "typedef struct golden_case {",
             "    const char *label, *optimizer;",
             f"    double {', '.join(FIELDS)};",
             "    double loss[GOLDEN_KEPT], value[GOLDEN_KEPT][GOLDEN_NUMBERS]; /* after golden_steps updates; the loss before the last one */",
             "} golden_case;",
             "static const golden_case golden_cases[] = {"]
    for label, name, o in CASES:
        kept, losses = train(name, o)
        options = ", ".join(repr(float(o.get(f, 1 if f == "accumulate" else 0))) for f in FIELDS)
        lines.append(f'    {{ "{label}", "{name}", {options},')
        lines.append("      { " + ", ".join(map(repr, losses)) + " },\n      {")
        lines += ["        { " + ", ".join(map(repr, row)) + " }," for row in kept]
        lines.append("      } },")
    lines += ["};", ""]
    with open(path, "w") as file:
        file.write("\n".join(lines))


main()
