"""bench/run's dense networks on scikit-learn: sklearn_peer.py FILE THREADS; see serve.py. A step is one batch inside a call of MLPClassifier.partial_fit on many batches, so
that the checks of its arguments are shared among them."""
import sys

from serve import ABSENT, STEPS, begin_peak, measure, peak_since, repeat_rows, serve, workloads

try:
    import sklearn
    from sklearn.neural_network import MLPClassifier
except ImportError as e:
    print(e, file=sys.stderr)
    sys.exit(ABSENT)
import numpy as np  # noqa: E402


def main(path):
    workload, arrays = workloads.read(path)
    layers = workloads.layers(workload)
    if any(layer.kind not in ("dense", "relu") for layer in layers):
        sys.exit(ABSENT)
    x, t = arrays["x"], arrays["t"].ravel().astype(int)
    classes = np.arange(max(2, workload.outputs))
    dense = [layer for layer in layers if layer.kind == "dense"]
    solver = {"adam": dict(solver="adam"), "gd": dict(solver="sgd", momentum=0, nesterovs_momentum=False)}[workload.optimizer]

    def begin():
        network = MLPClassifier([layer.units for layer in dense[:-1]], alpha=0, batch_size=workload.batch, learning_rate_init=workload.learning_rate, shuffle=False, **solver)
        network.partial_fit(x, t, classes)  # makes arrays and the optimiser, which the first weights then replace
        for layer, weight, bias in zip(dense, network.coefs_, network.intercepts_):
            weight[:] = arrays[layer.name + ".weight"]
            bias[:] = arrays[layer.name + ".bias"]
        del network._optimizer
        return network

    def train(seconds):
        batches = max(1, 10000 // workload.batch)
        many = repeat_rows(x, batches * workload.batch), np.resize(t, batches * workload.batch)
        before = begin_peak()
        network = begin()
        for _ in range(STEPS + 1):
            network.partial_fit(x, t)
        check = float(network.loss_)
        return {"seconds": measure(lambda: network.partial_fit(*many), seconds) / batches, "check": check, "peak_bytes": peak_since(before)}

    def infer(batch, seconds):
        rows, network = repeat_rows(x, batch), begin()
        logits = network._forward_pass_fast(rows)
        p = np.clip(logits, 1e-7, 1 - 1e-7)
        check = float((np.log(p) - np.log1p(-p) if workload.outputs == 1 else logits).mean())
        return {"seconds": measure(lambda: network.predict_proba(rows), seconds), "check": check if workload.outputs == 1 else None}

    serve({"version": sklearn.__version__}, train, infer)


main(sys.argv[1])
