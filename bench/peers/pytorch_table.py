"""The workload table-mlp on PyTorch: pytorch_table.py JSON THREADS EPOCHS, JSON being what bench/table printed. The same members, layers, optimiser, batch and rows, with numbers drawn in
place of the encoded table; prints the best time of an epoch: every member once through its training rows, and its validation rows scored.

Batches come from a DataLoader, as PyTorch's tutorials have it, or, faster, by index_select along a permutation; the faster counts, both are told.
"""
import json, sys, time

from serve import begin_peak, peak_since, workloads
from pytorch import nn, set_up, torch


def network(settings):
    modules = []
    for layer in workloads.build(settings["model"], (settings["features"],)):
        modules.append({"dense": lambda: nn.Linear(layer.input[0], layer.units), "selu": nn.SELU, "relu": nn.ReLU, "dropout": lambda: nn.Dropout(layer.rate)}[layer.kind]())
    last = modules and layer.output[0] or settings["features"]
    return nn.Sequential(*modules, nn.Linear(last, settings["outputs"]))


def permuted(data, batch):
    order = torch.randperm(len(data[0]))
    for start in range(0, len(order), batch):
        rows = order[start:start + batch]
        yield [part.index_select(0, rows) for part in data]


def loaded(data, batch):
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*data), batch_size=batch, shuffle=True)


def make(settings, rows):
    x, t = torch.randn(rows, settings["features"]), torch.randint(0, settings["outputs"], (rows,))
    return x, t


def main(settings, epochs):
    data, held = make(settings, settings["training_rows"]), make(settings, settings["validation_rows"])
    loss_of = nn.CrossEntropyLoss(label_smoothing=settings["label_smoothing"])
    before = begin_peak()
    members = []
    for _ in range(settings["members"]):
        net = network(settings)
        members.append((net, torch.optim.AdamW(net.parameters(), lr=settings["learning_rate"], weight_decay=settings["weight_decay"], foreach=True)))

    def epoch(batches):
        for net, optimizer in members:
            net.train()
            for x, t in batches(data, settings["batch"]):
                optimizer.zero_grad(set_to_none=True)
                loss_of(net(x), t).backward()
                optimizer.step()
            net.eval()
            with torch.inference_mode():
                (net(held[0]).argmax(1) == held[1]).float().mean().item()

    def best(batches, epochs):
        times = []
        for _ in range(epochs):
            start = time.perf_counter()
            epoch(batches)
            times.append(time.perf_counter() - start)
        return min(times)
    ways = {"index_select": best(permuted, epochs), "DataLoader": best(loaded, 1)}
    print(json.dumps({"version": torch.__version__, "seconds": min(ways.values()), "ways": ways, "peak_bytes": peak_since(before)}))


set_up(int(sys.argv[2]))
main(json.loads(sys.argv[1]), int(sys.argv[3]))
