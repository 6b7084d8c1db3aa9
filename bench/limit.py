"""The limit of a step or of an inference: what a perfect implementation needs at least on this machine.

limit = sum over operations of max(arithmetic / peak, compulsory bytes / bandwidth), where an operation reads each of its inputs once and writes each of its
outputs once, in 4 bytes an element:

- a product (dense, convolution): y = x w; training adds dw = x' dy and, but for the layers that read the input of the network, dx = dy w'. Each is 2 operations
  a multiply-add, taps that fall into the padding included (as everyone counts them).
- bias, relu, flatten and the masks of their gradients cost nothing: they belong to the product or norm beside them.
- a batch norm reads x and writes y (its sums are taken where x is made); backward it reads x and dy and writes dx. 8 and 12 operations an element.
- pooling reads x and writes y; backward it reads dy and writes dx.
- the sum at the end of a residual reads the shortcut; backward, where two gradients meet, one of them is read.
- the update reads weight and gradient and writes the weight (3 numbers a weight, 2 operations); momentum reads and writes one slot besides (5, 4), Adam two (7, 12).
- the loss is not counted.

Not counted either are the reads that a fast memory saves between two operations: where all fits into a cache, bandwidth is that of the cache (bench/machine
measures it over as many bytes as the workload touches).
"""
import math

from workloads import layers

UPDATE = {"gd": (2, 3), "momentum": (4, 5), "adam": (12, 7)}  # operations, numbers moved, a weight


def product(layer, batch, training, first):
    x, y = batch * math.prod(layer.input), batch * math.prod(layer.output)
    w = math.prod(next(iter(layer.weights().values())))
    flops = 2 * w * (batch * math.prod(layer.output[:-1]))
    return [(flops, 4 * (x + w + y))] * ((3 - first) if training else 1)


def operations_of(layer, batch, training, first):
    x, y = batch * math.prod(layer.input), batch * math.prod(layer.output)
    if layer.kind in ("dense", "conv"):
        return product(layer, batch, training, first)
    if layer.kind == "batchnorm":
        return [(8 * x, 4 * 2 * x)] + [(12 * x, 4 * 3 * x)] * training
    if layer.kind in ("maxpool", "globalavgpool"):
        return [(x, 4 * (x + y))] * (1 + training)
    if layer.kind == "residual":
        found = [(y, 4 * y)] + [(x, 4 * x)] * (training and not first)
        for i, inner in enumerate(layer.inside):
            found += operations_of(inner, batch, training, first and i == 0)
        return found + (product(layer.projection, batch, training, first) if layer.projection else [])
    return []  # relu, flatten


def weights(workload):
    return sum(math.prod(shape) for layer in layers(workload) for shape in layer.weights().values())


def operations(workload, batch=None):
    """[(arithmetic, bytes)] of a training step, or of an inference of `batch` rows."""
    training = batch is None
    found = []
    for i, layer in enumerate(layers(workload)):
        found += operations_of(layer, batch or workload.batch, training, i == 0)
    if training:
        flops, moved = UPDATE[workload.optimizer]
        found.append((flops * weights(workload), 4 * moved * weights(workload)))
    return found


def limit(operations, machine):
    return sum(max(flops / machine["peak_flops"], moved / machine["bandwidth"]) for flops, moved in operations)


def footprint(workload):
    """Bytes that a training step touches: weights, gradients and the optimiser's slots, and the layers' outputs once."""
    def outputs(found):
        return sum(math.prod(layer.output) + outputs(layer.inside) for layer in found if layer.kind not in ("relu", "flatten"))
    return 4 * ({"gd": 2, "momentum": 3, "adam": 4}[workload.optimizer] * weights(workload) + workload.batch * (math.prod(workload.input) + outputs(layers(workload))))
