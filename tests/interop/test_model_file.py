"""The model file in the hands of others: Python's safetensors opens it, and numpy computes what the command predicts."""
import datetime, json, os, random, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness
from harness import ROOT, Skip, ok, test

try:
    import numpy
    from safetensors import safe_open
except ImportError:
    safe_open = None


def digits():
    if not safe_open:
        raise Skip("Python has no safetensors")
    data = os.path.join(ROOT, "data", "digits.csv")
    ok("train", data, "--model", "dense(24) tanh", "--members", 1, "--bins", 0, "--epochs", 8, "--seed", 3, "--out", "m.safetensors", "--quiet")
    return data, safe_open("m.safetensors", framework="numpy")


@test
def weights_by_layer_names():
    """safetensors opens a model: weights by layer names, shapes [in, out], floats"""
    _, model = digits()
    shapes = {name: model.get_slice(name).get_shape() for name in model.keys()}
    kept = len(encoder_of(model)["columns"]) # of 64 pixels: some are the same on every image
    assert 55 < kept < 64 and shapes == {"dense1.weight": [kept, 24], "dense1.bias": [24], "output.weight": [24, 10], "output.bias": [10]}, shapes
    assert all(model.get_tensor(name).dtype == numpy.float32 for name in model.keys())


def soften(z):
    return numpy.clip(2 * numpy.arcsinh(z / 2), -16, 16)


def encode_number(column, x, scale):
    """z of x (NaN: missing), and what stands beside it."""
    missing = ~numpy.isfinite(x)
    z = (numpy.where(missing, column["missing"], x) - column["centre"]) / column["spread"]
    edges = column.get("edges", [])
    beside = [numpy.where(missing, 0.5, numpy.clip((x - a) / (b - a), 0, 1)) for a, b in zip(edges, edges[1:])]
    return soften(z) if scale == "robust" else z, beside, [missing] * column["indicator"]


def encode_column(column, cells, scale):
    """A column's scaled number (a list of at most one), its dense numbers, its code."""
    kind = column["kind"]
    if kind in ("number", "date"):
        when = [datetime.datetime.fromisoformat(c + "T00:00:00+00:00") if c and kind == "date" else None for c in cells]
        x = [w.timestamp() / 86400 if w else float(c or "nan") if kind == "number" else numpy.nan for c, w in zip(cells, when)]
        z, bins, indicator = encode_number(column, numpy.array(x), scale)
        circles = []
        for name in column.get("circles", []):
            turn = {"year": lambda w: (w.timetuple().tm_yday - 1) / 365.25, "week": lambda w: w.weekday() / 7}[name]
            angle = numpy.array([2 * numpy.pi * turn(w) if w else numpy.nan for w in when])
            circles += [numpy.nan_to_num(numpy.sin(angle)), numpy.nan_to_num(numpy.cos(angle))]
        return [z], bins + circles + indicator, []
    keys, wanted = column.get("values", column["categories"]), [float(c) if c and "values" in column else c for c in cells]
    found = [keys.index(w) if w in keys else -1 for w in wanted]
    if kind == "boolean":
        return [], [numpy.array([0 if f < 0 else 2 * f - 1 for f in found])] + [numpy.array([c == "" for c in cells])] * column["indicator"], []
    if "width" in column:
        return [], [], [numpy.array([f + 2 if f >= 0 else int(c == "" and column["missing"] > 0) for f, c in zip(found, cells)])]
    rows = column["rows"] + [column["missing"]] * (column["missing"] > 0)
    known = [len(keys) if c == "" and column["missing"] else f for f, c in zip(found, cells)]
    return [], list(numpy.array([numpy.eye(len(rows))[k] if k >= 0 else numpy.array(rows) / sum(rows) for k in known]).T), []


def encode(encoder, path):
    """The network's input as docs/model-format.md tells it, in float64."""
    table = list(harness.csv.DictReader(open(path, newline="")))
    parts = [encode_column(c, [r[c["name"]] for r in table], encoder["scale"]) for c in encoder["columns"]]
    return numpy.array([n for which in range(3) for part in parts for n in part[which]], float).T


def encoder_of(model):
    return next(json.loads(v) for k, v in model.metadata().items() if "encoder" in k)


def network(model, x):
    w = {name: model.get_tensor(name).astype(numpy.float64) for name in model.keys()}
    return numpy.tanh(x @ w["dense1.weight"] + w["dense1.bias"]) @ w["output.weight"] + w["output.bias"]


@test
def predictions_from_the_file_alone():
    """numpy, with nothing but the file, computes the probabilities that predict writes"""
    data, model = digits()
    logits = network(model, encode(encoder_of(model), data))
    e = numpy.exp(logits - logits.max(1, keepdims=True))
    ours = numpy.array([[float(r[f"probability_{d}"]) for d in range(10)] for r in ok("predict", "m.safetensors", data).rows()])
    gap = abs(e / e.sum(1, keepdims=True) - ours).max()
    assert gap < 1e-5, gap


def flats(path, rows, seed, unseen=False):
    """Rents with every kind of column, missing cells, an outlier; the tail is long, so the logarithm is learned."""
    g = random.Random(seed)
    table = []
    for i in range(rows):
        area = g.uniform(20, 150)
        town = "Atlantis" if unseen and i % 7 == 0 else g.choice(["Bonn", "Ulm", "Trier", "Gera"])
        day = (datetime.date(2024, 1, 1) + datetime.timedelta(days=g.randrange(700))).isoformat()
        cells = [f"{area:.1f}", g.choice(["yes", "no"]), g.choice(["1", "2.0", "2", "5"]), town, day]
        cells = ["" if g.random() < 0.1 else c for c in cells]
        table.append([1e6 if i == 3 else cells[0], *cells[1:], "k" + str(i), f"{numpy.exp(area / 40 + g.gauss(0, .7)):.3f}"])
    return harness.write_csv(path, ["area", "balcony", "floor", "town", "since", "id", "rent"], table)


@test
def a_mixed_table_from_the_file_alone():
    """numpy, with nothing but the file, encodes numbers, booleans, categories and dates, and computes the rents that predict writes"""
    if not safe_open:
        raise Skip("Python has no safetensors")
    ok("train", flats("flats.csv", 300, 1), "--model", "dense(8) tanh", "--members", 1, "--bins", 5, "--epochs", 10, "--out", "m.safetensors", "--quiet")
    model = safe_open("m.safetensors", framework="numpy")
    encoder, others = encoder_of(model), flats("others.csv", 100, 2, unseen=True)
    assert [c["kind"] for c in encoder["columns"]] == ["number", "boolean", "number", "category", "date"], encoder
    target, z = encoder["target"], network(model, encode(encoder, others))[:, 0]
    y, margin = numpy.exp(z * target["spread"] + target["centre"]), 0.1 * (target["high"] - target["low"])
    y = numpy.clip(y, target["low"] - margin, target["high"] + margin)
    ours = numpy.array([float(r["prediction"]) for r in ok("predict", "m.safetensors", others).rows()])
    assert target["log"] and abs(y / ours - 1).max() < 1e-5, abs(y / ours - 1).max()


def streets(path, rows, seed):
    """A category that is embedded (30 streets), numbers with a wave in them, and two classes of which one is rare."""
    g = random.Random(seed)
    table = []
    for i in range(rows):
        x, street = g.gauss(0, 1), g.randrange(40 if seed > 1 else 30)
        late = numpy.sin(4 * x) + street / 15 + g.gauss(0, 0.5) > 2.6
        table.append(["" if g.random() < 0.05 else f"{x:.3f}", f"{g.uniform(0, 9):.2f}", f"s{street:02}", "late" if late else "in time"])
    return harness.write_csv(path, ["x", "y", "street", "parcel"], table)


def members_of(model):
    """The tensors of each network by their plain names, float64."""
    count = int(model.metadata()["micrograd.members"])
    names = [n for n in model.keys() if not n.startswith("held_out.")]
    strip = lambda n, i: n[len(f"member{i + 1}."):] if count > 1 else n
    return [{strip(n, i): model.get_tensor(n).astype(numpy.float64) for n in names if count == 1 or n.startswith(f"member{i + 1}.")} for i in range(count)]


def front(w, x, codes):
    """Codes of embedded columns become rows of their tables, behind all else."""
    dense, picked = x[:, :x.shape[1] - codes], x[:, x.shape[1] - codes:].astype(int)
    return numpy.concatenate([dense] + [w[f"embedding{i + 1}.weight"][picked[:, i]] for i in range(codes)], 1)


def periodic(w, x, numbers):
    """[rows, numbers + rest] -> [rows, numbers * width + rest]"""
    each = x[:, :numbers].T[:, :, None]
    h = numpy.cos(2 * numpy.pi * w["periodic1.frequency"] * each + w["periodic1.phase"]) @ w["periodic1.weight"] + w["periodic1.bias"]
    y = numpy.concatenate([each, h], 2).transpose(1, 0, 2).reshape(len(x), -1)
    return numpy.concatenate([y, x[:, numbers:]], 1)


def dense_tanh(w, x):
    return numpy.tanh(x @ w["dense1.weight"] + w["dense1.bias"]) @ w["output.weight"] + w["output.bias"]


@test
def several_networks_with_embeddings_and_cosines_from_the_file_alone():
    """numpy averages the members' probabilities, and the threshold in the file decides as predict does"""
    if not safe_open:
        raise Skip("Python has no safetensors")
    ok("train", streets("streets.csv", 600, 1), "--model", "periodic(4, 3) dense(8) tanh", "--members", 3, "--bins", 2, "--epochs", 15,
       "--threshold", "balanced_accuracy", "--out", "m.safetensors", "--quiet")
    model, others = safe_open("m.safetensors", framework="numpy"), streets("others.csv", 200, 2)
    encoder, training = encoder_of(model), json.loads(model.metadata()["micrograd.training"])
    members, numbers = members_of(model), sum(c["kind"] in ("number", "date") for c in encoder["columns"])
    codes = sum("width" in c for c in encoder["columns"])
    assert len(members) == 3 and numbers == 2 and codes == 1 and all(len(w) == 9 for w in members), [w.keys() for w in members]
    x, p = encode(encoder, others), 0
    for w in members:
        e = numpy.exp(dense_tanh(w, periodic(w, front(w, x, codes), numbers)))
        p = p + e / e.sum(1, keepdims=True) / len(members)
    rows, names = ok("predict", "m.safetensors", others).rows(), [c["name"] for c in encoder["target"]["classes"]]
    ours = numpy.array([[float(r[f"probability_{n}"]) for n in names] for r in rows])
    assert abs(p - ours).max() < 1e-5, abs(p - ours).max()
    decided = [names[int(q >= training["threshold"])] for q in ours[:, 1]]
    assert 0 < training["threshold"] < 1 and training["threshold"] != 0.5 and decided == [r["prediction"] for r in rows]
    assert {c["setting"] for c in training["choices"]} >= {"batch", "lr"} and all(c["reason"] for c in training["choices"]), training["choices"]
    low, high = training["result"]["intervals"]["accuracy"]
    assert low <= training["result"]["metrics"]["test"]["accuracy"] <= high
    assert training["result"]["baseline"]["rows"] == training["result"]["linear"]["rows"] == training["result"]["metrics"]["test"]["rows"]


@test
def intervals_from_the_file_alone():
    """the width of predict --interval is a residual of the file, by its rank"""
    if not safe_open:
        raise Skip("Python has no safetensors")
    g = random.Random(3)
    for rows, kept in ((300, 240), (4000, 2048)):
        table = [[f"{(x := g.gauss(0, 1)):.4f}", f"{3 * x + g.gauss(0, 1):.4f}"] for _ in range(rows)]
        data = harness.write_csv("line.csv", ["x", "y"], table)
        ok("train", data, "--model", "dense(4) tanh", "--members", 8, "--epochs", 3, "--out", "m.safetensors", "--quiet")
        model = safe_open("m.safetensors", framework="numpy")
        residuals, n = model.get_tensor("held_out.residuals"), json.loads(model.metadata()["micrograd.training"])["residual_rows"]
        assert n == 0.8 * rows and len(residuals) == kept and (numpy.diff(residuals) >= 0).all(), (n, len(residuals))
        for level in (0.5, 0.8, 0.9, 0.95):
            rank = -(-(n + 1) * round(level * 100) // 100)
            wanted = float(residuals[-(-rank * kept // n) - 1])
            row = ok("predict", "m.safetensors", data, "--interval", level).rows()[0]
            ours = (float(row["upper"]) - float(row["lower"])) / 2
            assert abs(ours - wanted) < 1e-5 * wanted + 1e-6, (level, ours, wanted)


harness.main()
