#!/usr/bin/env python3
"""Records what numpy makes of a table by the rules of include/micrograd/encoder.h: writes tests/golden/encoder.h.

    /usr/bin/python3 tests/golden/make_encoder.py          needs numpy; the tests need only the header

The encoder is fitted on rows 0 to 59 and applied to all 70: the last ten hold categories, missing cells and numbers that were not there before."""
import datetime, math, os
import numpy as np

ROWS, FITTED, BINS, ONE_HOT = 70, 60, 6, 6
random = np.random.default_rng(7)


def column(values, holes, later):
    """Texts: values with holes at every holes-th row (0: none), and what the later rows hold."""
    cells = ["" if holes and i % holes == holes - 1 else str(v) for i, v in enumerate(values[:FITTED])]
    return cells + [later[i % len(later)] for i in range(ROWS - FITTED)]


amounts = np.round(np.exp(random.normal(3, 1, ROWS)), 2)
start = datetime.datetime(2023, 3, 1, 8)
table = {
    "amount": column(amounts, 7, ["", "1e300", "-5", "inf", "30.5"]),
    "plain": column(np.round(random.normal(-2, 5, ROWS), 3), 0, ["", "0", "1000"]),
    "mostly": column([0 if i % 10 else i for i in range(ROWS)], 0, ["0", "7", "-1"]),
    "paid": column(random.choice(["yes", "no"], ROWS), 9, ["yes", "no", "", "perhaps"]),
    "grade": column(random.choice(["2", "10"], ROWS), 0, ["2", "10.0", "", "3"]),
    "colour": column(random.choice(["red", "green", "blue", "Red"], ROWS, p=[0.5, 0.25, 0.15, 0.1]), 8, ["red", "", "pink"]),
    "size": column(random.choice(["S", "M", "L"], ROWS), 0, ["S", "", "XL"]),
    "town": column([f"t{int(x)}" for x in random.exponential(6, ROWS)], 11, ["t0", "", "nowhere"]),
    "zip": column([str(int(x)) for x in random.exponential(5, ROWS)], 0, ["1.0", "", "77"]),
    "day": column([(start + datetime.timedelta(days=11 * i, hours=i % 5)).isoformat(timespec="minutes") for i in range(ROWS)], 13,
                  ["2024-02-29", "", "2030-01-01T23:30"]),
}
KINDS = {"amount": "number", "plain": "number", "mostly": "number", "paid": "boolean", "grade": "boolean", "colour": "category",
         "size": "category", "town": "category", "zip": "category", "day": "date"}


def soften(z):
    z = np.asarray(z, float)
    with np.errstate(over="ignore"):
        return np.clip(2 * np.arcsinh(z / 2), -16, 16)


def scaled(x):
    """Scaled x (NaN: missing, and it takes the median) and the training rows' centre and spread."""
    seen = x[:FITTED][~np.isnan(x[:FITTED])]
    low, centre, high = np.quantile(seen, [0.25, 0.5, 0.75])
    spread = (high - low) / 1.349 or (seen.max() - seen.min()) / 2
    return soften((np.where(np.isnan(x), centre, x) - centre) / spread), centre, spread


def indicator(missing):
    return [missing.astype(float)] if missing[:FITTED].any() else []


numbers, dense, codes, shapes = [], [], [], []
for name, cells in table.items():
    kind, missing = KINDS[name], np.array([c == "" for c in cells])
    if kind == "number":
        x = np.array([float(c) if c and math.isfinite(float(c)) else np.nan for c in cells])
        missing = np.isnan(x)
        z, centre, spread = scaled(x)
        edges = np.unique(x[:FITTED][~missing[:FITTED]])
        if len(edges) > BINS + 1:
            edges = np.unique(np.quantile(x[:FITTED][~missing[:FITTED]], np.arange(BINS + 1) / BINS))
        numbers.append(z)
        if len(edges) > 2:
            dense += [np.where(missing, 0.5, np.clip((x - a) / (b - a), 0, 1)) for a, b in zip(edges, edges[1:])]
        dense += indicator(missing)
    elif kind == "date":
        when = [datetime.datetime.fromisoformat(c) if c else None for c in cells]
        z, centre, spread = scaled(np.array([w.replace(tzinfo=datetime.timezone.utc).timestamp() / 86400 if w else np.nan for w in when]))
        numbers.append(z)
        for phase in (lambda w: (w.timetuple().tm_yday - 1) / 365.25, lambda w: w.weekday() / 7, lambda w: (w.hour * 60 + w.minute) / 1440):
            angle = np.array([2 * np.pi * phase(w) if w else np.nan for w in when])
            dense += [np.nan_to_num(np.sin(angle)), np.nan_to_num(np.cos(angle))]
        dense += indicator(missing)
    else:
        numeric = name in ("grade", "zip")
        keys = [(float(c) if numeric else c) if c else None for c in cells]
        seen = [k for k in keys[:FITTED] if k is not None]
        categories = sorted(set(seen), key=lambda k: k if numeric else k.encode())
        lacking = FITTED - len(seen)
        if kind == "boolean":
            dense.append(np.array([0.0 if k not in categories else 2.0 * categories.index(k) - 1 for k in keys]))
            dense += indicator(missing)
        elif len(categories) <= ONE_HOT:
            slots = categories + ([None] if lacking else [])
            share = [(keys[:FITTED].count(s)) / FITTED for s in slots]
            dense += list(np.array([[float(k == s) for s in slots] if k in slots else share for k in keys]).T)
        else:
            frequent = [c for c in categories if seen.count(c) >= 3]
            codes.append(np.array([float(frequent.index(k) + 2) if k in frequent else float(k is None and lacking > 0) for k in keys]))
            shapes.append((name, len(frequent) + 2, min(16, round(1.6 * (len(frequent) + 2) ** 0.56))))

y = np.round(np.exp(random.normal(2, 1.2, ROWS)), 3)
logs = np.log(y[:FITTED])
encoded = np.array(numbers + dense + codes).T
lines = [",".join(list(table) + ["y"])] + [",".join([table[c][i] for c in table] + [repr(float(y[i]))]) for i in range(ROWS)]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "encoder.h"), "w") as out:
    out.write(f"/* Written by tests/golden/make_encoder.py with numpy {np.__version__}; not edited by hand. */\n/* clang-format off */\n")
    out.write(f"enum {{ GOLDEN_ROWS = {ROWS}, GOLDEN_FITTED = {FITTED}, GOLDEN_BINS = {BINS}, GOLDEN_ONE_HOT = {ONE_HOT}, GOLDEN_NUMBERS = {len(numbers)}, "
              f"GOLDEN_FEATURES = {encoded.shape[1]}, GOLDEN_CODES = {len(codes)} }};\n")
    out.write("static const char golden_table[] =\n" + "\n".join(f'    "{line}\\n"' for line in lines) + ";\n")
    out.write('static const char golden_types[] = "' + ",".join(f"{c}={k}" for c, k in KINDS.items()) + '";\n')
    out.write("static const struct { const char *column; int codes, width; } golden_embeddings[GOLDEN_CODES] = { "
              + ", ".join(f'{{ "{n}", {c}, {w} }}' for n, c, w in shapes) + " };\n")
    out.write(f"static const double golden_log_mean = {logs.mean()!r}, golden_log_deviation = {logs.std()!r}, golden_low = {y[:FITTED].min()!r}, "
              f"golden_high = {y[:FITTED].max()!r};\n")
    out.write("static const double golden_encoded[GOLDEN_ROWS][GOLDEN_FEATURES] = {\n"
              + "\n".join("    { " + ", ".join(f"{v:.9g}" for v in row) + " }," for row in encoded) + "\n};\n")
