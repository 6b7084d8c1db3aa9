"""One workload of bench/run on PyTorch: pytorch.py WORKLOAD THREADS SECONDS prints a JSON line, or exits with 3 where there is no PyTorch."""
import json, resource, sys, time

try:
    import torch
    import torch.nn as nn
except ImportError:
    sys.exit(3)

NETWORKS = {"moons-mlp": (100, [2, 16, 16, 1]), "mnist-mlp-128": (64, [784, 128, 10]), "mnist-mlp-1024": (128, [784, 1024, 1024, 10])}


def main(name, threads, length):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    batch, sizes = NETWORKS[name]
    x = torch.rand(batch, sizes[0]) * 2 - 1
    y = (torch.rand(batch, 1) > .5).float() if sizes[-1] == 1 else torch.randint(0, sizes[-1], (batch,))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]
    net = nn.Sequential(*layers[:-1])
    loss_of = nn.BCEWithLogitsLoss() if sizes[-1] == 1 else nn.CrossEntropyLoss()

    def measure(optimizer, length):
        def step():
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(net(x), y)
            loss.backward()
            optimizer.step()
            return loss
        for _ in range(20):
            loss = step()
        best, chunk, end = 1e9, 1, time.perf_counter() + length
        while time.perf_counter() < end:
            start = time.perf_counter()
            for _ in range(chunk):
                loss = step()
            took = time.perf_counter() - start
            best = min(best, took / chunk)
            if took < .02:
                chunk *= 2
        return best, loss.item()

    # the plain and the foreach form of the optimiser: whichever is faster here
    kinds = [torch.optim.SGD, dict(lr=.1)] if sizes[-1] == 1 else [torch.optim.Adam, dict(lr=1e-3)]
    results = [measure(kinds[0](net.parameters(), foreach=flag, **kinds[1]), length / 2) for flag in (False, True)]
    best, loss = min(results)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    maps = open("/proc/self/maps").read() if sys.platform == "linux" else ""
    blas = next((name for name in ("mkl", "openblas", "blis", "atlas") if name in maps.lower()), "reference")
    print(json.dumps({"blas": blas, "seconds": best, "peak_bytes": (after - before) * 1024, "loss": loss, "version": torch.__version__}))


main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
