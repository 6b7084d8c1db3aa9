"""The rows of bench/run that are no step: an epoch of a table, the start of the command, the gradient of an expression of a million nodes."""
import json, os, subprocess, time

from programs import BUILD, DEBIAN, call, environment, ours, peer_script

ROWS = 50000
NODES = 1000000
PEER_NODES = 100000  # of PyTorch, whose time is multiplied by ten: the time a node does not depend on their number


def write_table(path):
    """Eight numbers, one of them with missing cells, a word of 30 and a word of 5; three classes. The same on every machine."""
    import numpy as np
    random = np.random.Generator(np.random.PCG64(1))
    numbers, towns, colours = random.standard_normal((ROWS, 8)), random.integers(0, 30, ROWS), random.integers(0, 5, ROWS)
    score = numbers[:, 0] * numbers[:, 1] + np.sin(2 * numbers[:, 2]) + .2 * towns % 3 + (colours == 2) * numbers[:, 3] + .5 * random.standard_normal(ROWS)
    label = np.digitize(score, [-.6, .8])
    with open(path, "w") as f:
        f.write(",".join(f"n{i + 1}" for i in range(8)) + ",town,colour,label\n")
        for i in range(ROWS):
            cells = [f"{v:.4f}" for v in numbers[i, :7]] + ["" if i % 20 == 0 else f"{numbers[i, 7]:.4f}"]
            f.write(",".join([*cells, f"town{towns[i]}", ("red", "green", "blue", "black", "white")[colours[i]], ("low", "middle", "high")[label[i]]]) + "\n")


def table(threads, quick):
    path = os.path.join(BUILD, "bench", "data", "table.csv")
    if not os.path.exists(path):
        write_table(path)
    result = call(ours("table"), path, threads, threads=threads)
    if not result:
        return None
    row = {"workload": "table-mlp", "threads": threads, "micrograd_seconds": result["seconds"], "peers": {}, "peak_bytes": result["peak_bytes"], "peer_peak_bytes": {},
           "network": result}
    if os.path.exists(DEBIAN) and (peer := call(DEBIAN, peer_script("pytorch_table.py"), json.dumps(result), threads, 1 if quick else 3, threads=threads)):
        row["peers"]["pytorch"], row["peer_peak_bytes"]["pytorch"], row["pytorch_ways"] = peer["seconds"], peer["peak_bytes"], peer["ways"]
    return row


def best_wall(command, times):
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(1)).returncode:
            return None
        best = min(best, time.perf_counter() - start)
    return best


def start_up():
    row = {"workload": "start-up", "threads": 1, "micrograd_seconds": best_wall([os.path.join(BUILD, "micrograd"), "--version"], 20), "peers": {}}
    for key, module in (("pytorch", "torch"), ("sklearn", "sklearn")):
        if os.path.exists(DEBIAN) and (seconds := best_wall([DEBIAN, "-c", f"import {module}"], 3)):
            row["peers"][key] = seconds
    return row


PYTORCH_EXPRESSION = """
import time, torch
torch.set_num_threads(1)
start = time.perf_counter()
w, b, y = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (.9, .1, .5))
for _ in range({nodes} // 3):
    y = torch.tanh(w * y + b)
y.backward()
w.grad.item()
print('{{"seconds": %.6g}}' % (time.perf_counter() - start))
"""


def expression():
    results = [r for _ in range(3) if (r := call(ours("expression"), NODES))]
    if not results:
        return None
    row = {"workload": "expression-1M", "threads": 1, "micrograd_seconds": min(r["seconds"] for r in results), "peers": {}}
    if os.path.exists(DEBIAN) and (peer := call(DEBIAN, "-c", PYTORCH_EXPRESSION.format(nodes=PEER_NODES))):
        row["peers"]["pytorch"] = peer["seconds"] * NODES / PEER_NODES
    return row
