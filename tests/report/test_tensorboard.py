"""Event files in the hands of others: TensorBoard's own reader gives back what was written."""
import ctypes, math, os, struct, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness
from harness import ROOT, Skip, json, ok, random, test

try:
    import numpy
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError:
    EventAccumulator = None

BUILD = os.path.abspath(os.environ.get("MICROGRAD_BUILD", os.path.join(ROOT, "build")))


def library():
    """The library, with the functions that are called here."""
    path = os.path.join(BUILD, "libmicrograd.so")
    if not EventAccumulator:
        raise Skip("Python has no tensorboard")
    if not os.path.exists(path):
        raise Skip("there is no shared library")
    mg = ctypes.CDLL(path)
    for name, result, *arguments in (("mg_context_create", "p", "p"), ("mg_context_destroy", None, "p"), ("mg_model_load", "p", "p", "s"), ("mg_model_destroy", None, "p"),
                                     ("mg_record_open", "p", "p", "s"), ("mg_record_close", None, "p"), ("mg_record_history", "p", "p"), ("mg_events_write", "i", "p", "p", "s")):
        kinds = {"p": ctypes.c_void_p, "s": ctypes.c_char_p, "i": ctypes.c_int, None: None}
        function = getattr(mg, name)
        function.restype, function.argtypes = kinds[result], [kinds[a] for a in arguments]
    return mg


def history(epochs):
    g = random.Random(5)
    layers = [{"layer": name, "gradient_norm": g.random(), "saturated": .25, "dead": None} for name in ("dense1", "output")]
    return [{"epoch": e, "rows": 10 * e, "steps": 3 * e, "seconds": .25 * e, "learning_rate": .1 / e, "loss": g.random() * 10 ** -e, "best_epoch": 1,
             "validation": {"accuracy": g.random(), "log_loss": g.random()}, "health": [{"step": 3 * e, "layers": layers}]} for e in range(1, epochs + 1)]


def written(model, lines):
    """The accumulator over the events of a model and a history."""
    mg = library()
    os.makedirs("run")
    open("run/config.json", "w").write("{}")
    open("run/history.jsonl", "w").write("".join(json.dumps(line) + "\n" for line in lines))
    context = mg.mg_context_create(None)
    loaded, record = mg.mg_model_load(context, model.encode()), mg.mg_record_open(context, b"run")
    assert loaded and record and mg.mg_events_write(loaded, mg.mg_record_history(record), b"run/events.out.tfevents.0") == 0
    mg.mg_record_close(record)
    mg.mg_model_destroy(loaded)
    mg.mg_context_destroy(context)
    events = EventAccumulator("run", size_guidance={"scalars": 0, "histograms": 0, "images": 0, "tensors": 0})
    events.Reload()
    return events


@test
def scalars():
    """each epoch's loss, learning rate, metrics and health, with step and time"""
    lines = history(5)
    library()
    events = written(harness.trained(), lines)
    for tag, value in (("loss", lambda l: l["loss"]), ("learning_rate", lambda l: l["learning_rate"]), ("validation/accuracy", lambda l: l["validation"]["accuracy"]),
                       ("validation/log_loss", lambda l: l["validation"]["log_loss"])):
        seen = events.Scalars(tag)
        assert [e.step for e in seen] == [1, 2, 3, 4, 5] and [e.wall_time for e in seen] == [.25, .5, .75, 1, 1.25], tag
        assert [e.value for e in seen] == [float(numpy.float32(value(l))) for l in lines], tag
    norm = events.Scalars("health/gradient_norm/output")
    assert [e.step for e in norm] == [3, 6, 9, 12, 15] and norm[0].value == float(numpy.float32(lines[0]["health"][0]["layers"][1]["gradient_norm"]))
    tags = events.Tags()["scalars"]
    assert "validation/r2" not in tags and "health/dead/output" not in tags and "health/saturated/dense1" in tags


@test
def histograms():
    """a histogram of each entry of the model: number, range, sums and buckets are those of the weights"""
    from safetensors import safe_open
    library()
    model = harness.trained(None, "--members", 1, "--model", "dense(32) relu")
    events = written(model, history(3))
    weights = safe_open(model, framework="numpy")
    assert sorted(events.Tags()["histograms"]) == sorted("weights/" + k for k in weights.keys())
    for name in weights.keys():
        w = weights.get_tensor(name).astype(float).ravel()
        (event,) = events.Histograms("weights/" + name)
        h = event.histogram_value
        assert event.step == 3 and h.num == w.size and h.min == w.min() and h.max == w.max(), name
        assert math.isclose(h.sum, w.sum(), rel_tol=1e-9, abs_tol=1e-9) and math.isclose(h.sum_squares, (w * w).sum(), rel_tol=1e-9), name
        limits = numpy.array(h.bucket_limit)
        assert len(limits) == len(h.bucket) and (numpy.diff(limits) > 0).all() and sum(h.bucket) == w.size, name
        below = numpy.cumsum(h.bucket)
        assert all(abs((w < limit).sum() - count) <= 1 for limit, count in zip(limits[:-1], below)), name


def edges(histogram):
    return numpy.concatenate([[histogram.min], histogram.bucket_limit])


@test
def binned():
    """gradients and activations of a run that measured its health: each step's bins, as history.jsonl has them"""
    library()
    ok("train", os.path.join(ROOT, "data/digits.csv"), "--members", 1, "--model", "dense(16) relu dense(8) tanh", "--epochs", 4, "--health", "--run-dir", "run", "--quiet")
    events = EventAccumulator("run", size_guidance={"histograms": 0})
    events.Reload()
    lines = [json.loads(line) for line in open("run/history.jsonl")]
    steps = [(line, step) for line in lines for step in line["health"]]
    assert len(steps) >= 8 and [step["step"] for _, step in steps][:7] == [1, 2, 4, 8, 16, 32, 64]
    weights = {"dense1": 59 * 16, "dense2": 16 * 8, "output": 8 * 10}  # digits.csv has 5 pixels that are always 0
    batch = 16
    for k, (layer, units) in enumerate({"dense1": 16, "dense2": 8, "output": 10}.items()):
        for kind, number in (("gradients", weights[layer]), ("activations", batch * units)):
            seen = events.Histograms(f"{kind}/{layer}")
            assert [e.step for e in seen] == [step["step"] for _, step in steps]
            for event, (line, step) in zip(seen, steps):
                wanted, h = step["layers"][k][kind], event.histogram_value
                assert event.wall_time == line["seconds"] and (h.min, h.max, list(h.bucket)) == (wanted["low"], wanted["high"], wanted["bins"])
                assert h.num == sum(h.bucket) == number and numpy.allclose(edges(h), numpy.linspace(h.min, h.max, 31), rtol=0, atol=1e-9 * (h.max - h.min))
    tanh = events.Histograms("activations/dense2")[-1].histogram_value
    assert -1 <= tanh.min < -.5 and .5 < tanh.max <= 1


@test
def points():
    """a histogram whose values are all the same is one bucket; one of no values is not there"""
    lines = history(1)
    some = {"low": .5, "high": .5, "bins": [7] + 29 * [0]}
    lines[0]["health"][0]["layers"] = [{"layer": "output", "gradients": some, "activations": {"low": None, "high": None, "bins": 30 * [0]}}]
    library()
    events = written(harness.trained(), lines)
    (event,) = events.Histograms("gradients/output")
    h = event.histogram_value
    assert (h.min, h.max, h.num, h.sum, h.sum_squares, list(h.bucket_limit), list(h.bucket)) == (.5, .5, 7, 3.5, 1.75, [.5], [7])
    assert "activations/output" not in events.Tags()["histograms"]


@test
def pictures():
    """the filters of an image model, as a PNG of the size that is told"""
    library()
    ok("train", os.path.join(ROOT, "data/digits.csv"), "--image", "8x8", "--members", 1, "--model", "conv(9, 3) relu", "--epochs", 2, "--out", "i.safetensors", "--quiet")
    (event,) = written("i.safetensors", history(2)).Images("filters")
    png = event.encoded_image_string
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", png[16:24]) == (event.width, event.height) == (13, 13)


harness.main()
