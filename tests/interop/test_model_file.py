"""The model file in the hands of others: Python's safetensors opens it, and numpy computes what the command predicts."""
import json, os, sys

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
    ok("train", data, "--model", "dense(24) tanh", "--epochs", 8, "--seed", 3, "--out", "m.safetensors", "--quiet")
    return data, safe_open("m.safetensors", framework="numpy")


@test
def weights_by_layer_names():
    """safetensors opens a model: weights by layer names, shapes [in, out], floats"""
    _, model = digits()
    shapes = {name: model.get_slice(name).get_shape() for name in model.keys()}
    assert shapes == {"dense1.weight": [64, 24], "dense1.bias": [24], "output.weight": [24, 10], "output.bias": [10]}, shapes
    assert all(model.get_tensor(name).dtype == numpy.float32 for name in model.keys())


@test
def predictions_from_the_file_alone():
    """numpy, with nothing but the file, computes the probabilities that predict writes"""
    data, model = digits()
    encoder = next(json.loads(v) for k, v in model.metadata().items() if "encoder" in k)
    columns = encoder["columns"]
    table = harness.csv.DictReader(open(data, newline=""))
    rows = [[(float(r[c["name"]]) - c["mean"]) / c["deviation"] for c in columns] for r in table]
    w = {name: model.get_tensor(name).astype(numpy.float64) for name in model.keys()}
    hidden = numpy.tanh(numpy.array(rows) @ w["dense1.weight"] + w["dense1.bias"])
    logits = hidden @ w["output.weight"] + w["output.bias"]
    e = numpy.exp(logits - logits.max(1, keepdims=True))
    ours = numpy.array([[float(r[f"probability_{d}"]) for d in range(10)] for r in ok("predict", "m.safetensors", data).rows()])
    gap = abs(e / e.sum(1, keepdims=True) - ours).max()
    assert gap < 1e-5, gap


harness.main()
