"""What bench/run measures: one table, and all that follows from it - layers with their shapes, first weights, data, and the file that every peer reads.

A workload is a model text as micrograd reads it, so micrograd and the peers cannot drift apart: each builds its network from `layers(workload)`.
Weights are as micrograd keeps them: dense [in, out], convolution [height, width, in, out]; images are [batch, height, width, channels].
"""
import dataclasses, math, os, re


@dataclasses.dataclass
class Workload:
    name: str
    batch: int
    input: tuple  # of one row
    model: str  # hidden layers; the output layer is added
    outputs: int  # 1: binary cross-entropy on a logit; more: cross-entropy
    optimizer: str  # a name of micrograd's: gd, momentum, adam
    learning_rate: float
    momentum: float = 0


def basic(channels, stride=1):
    first = f"conv({channels}, 3, stride={stride}, padding=1, bias=false)"
    return f"residual({first} batchnorm relu conv({channels}, 3, padding=1, bias=false) batchnorm) relu"


WORKLOADS = {w.name: w for w in (
    Workload("moons-mlp", 100, (2,), "dense(16) relu dense(16) relu", 1, "gd", .1),
    Workload("mnist-mlp-128", 64, (784,), "dense(128) relu", 10, "adam", 1e-3),
    Workload("mnist-mlp-1024", 128, (784,), "dense(1024) relu dense(1024) relu", 10, "adam", 1e-3),
    Workload("mnist-cnn", 128, (28, 28, 1), "conv(32, 5, padding=same) relu maxpool(2) conv(64, 5, padding=same) relu maxpool(2) flatten dense(128) relu", 10, "adam", 1e-3),
    # He et al. 2015, the network for CIFAR with n = 1
    Workload("cifar-resnet", 64, (32, 32, 3), f"conv(16, 3, padding=1, bias=false) batchnorm relu {basic(16)} {basic(32, 2)} {basic(64, 2)} globalavgpool", 10,
             "momentum", .05, .9),
)}

EPSILON = 1e-5  # of batch norm
INFERENCE = (1, 256)  # batches


@dataclasses.dataclass
class Layer:
    kind: str
    name: str  # what micrograd names its parameters after
    input: tuple
    output: tuple
    units: int = 0  # of dense; channels of a convolution; window of a pool
    kernel: int = 1
    stride: int = 1
    padding: int = 0  # on each side
    bias: bool = True
    rate: float = 0  # of dropout
    inside: tuple = ()  # layers of a residual
    projection: object = None  # of a residual whose shapes differ: a 1x1 convolution

    def weights(self):
        """name -> shape, in the order of declaration."""
        if self.kind == "residual":
            return {k: v for layer in [*self.inside, *([self.projection] if self.projection else [])] for k, v in layer.weights().items()}
        if self.kind == "dense":
            shape = (math.prod(self.input), self.units)
        elif self.kind == "conv":
            shape = (self.kernel, self.kernel, self.input[-1], self.units)
        elif self.kind == "batchnorm":
            return {self.name + ".gain": self.input[-1:], self.name + ".bias": self.input[-1:]}
        else:
            return {}
        return {self.name + ".weight": shape, **({self.name + ".bias": shape[-1:]} if self.bias else {})}


def split(text):
    """'a(1, b=2) c' -> [('a', ['1', 'b=2']), ('c', [])]; an argument may be a text with parentheses of its own."""
    found, depth, start = [], 0, 0
    for i, character in enumerate(text + " "):
        depth += (character == "(") - (character == ")")
        if character == " " and depth == 0:
            if text[start:i]:
                kind, _, rest = text[start:i].partition("(")
                arguments = [rest[:-1]] if kind == "residual" else [a.strip() for a in rest[:-1].split(",") if a.strip()]
                found.append((kind, arguments))
            start = i + 1
    return found


def build(text, shape, prefix=""):
    counts, found = {}, []
    for kind, arguments in split(text):
        counts[kind] = counts.get(kind, 0) + 1
        name = f"{prefix}{kind}{counts[kind]}"
        named = dict(a.split("=") for a in arguments if "=" in a and kind != "residual")
        numbers = [int(a) for a in arguments if re.fullmatch(r"\d+", a)]
        layer = Layer(kind, name, shape, shape)
        if kind == "dense":
            layer.units, layer.output = numbers[0], (numbers[0],)
        elif kind == "conv":
            layer.units, layer.kernel = numbers
            layer.stride, layer.bias = int(named.get("stride", 1)), named.get("bias") != "false"
            padding = named.get("padding", "0")
            layer.padding = layer.kernel // 2 if padding == "same" else int(padding)
            layer.output = (*((n + 2 * layer.padding - layer.kernel) // layer.stride + 1 for n in shape[:2]), layer.units)
        elif kind == "maxpool":
            layer.units = numbers[0]
            layer.output = (shape[0] // layer.units, shape[1] // layer.units, shape[2])
        elif kind == "globalavgpool":
            layer.output = shape[-1:]
        elif kind == "flatten":
            layer.output = (math.prod(shape),)
        elif kind == "residual":
            layer.inside = build(arguments[0], shape, name + ".")
            layer.output = layer.inside[-1].output
            if layer.output != shape:
                layer.projection = Layer("conv", name + ".projection", shape, layer.output, layer.output[-1], stride=-(-shape[0] // layer.output[0]), bias=False)
        elif kind == "dropout":
            layer.rate = float(arguments[0])
        elif kind not in ("relu", "selu", "batchnorm"):
            raise ValueError(f"bench/workloads.py has no layer '{kind}'")
        found.append(layer)
        shape = layer.output
    return found


def layers(workload):
    """The hidden layers and the output layer."""
    found = build(workload.model, workload.input)
    last = found[-1].output if found else workload.input
    return [*found, Layer("dense", "output", last, (workload.outputs,), workload.outputs)]


def weight_shapes(workload):
    return {k: v for layer in layers(workload) for k, v in layer.weights().items()}


def arrays(workload):
    """x, t and the first weights: He's deviation, so that ten steps move the loss; the same on every machine."""
    import numpy as np
    random = np.random.Generator(np.random.PCG64(1))
    n = workload.batch
    if workload.name.startswith("moons"):
        angle, t = np.pi * random.random(n), random.permutation(np.arange(n) % 2)
        moon = np.where(t[:, None], np.stack([1 - np.cos(angle), .5 - np.sin(angle)], 1), np.stack([np.cos(angle), np.sin(angle)], 1))
        x = moon + .1 * random.standard_normal((n, 2))
    else:
        x, t = random.random((n, *workload.input)), random.integers(0, workload.outputs, n)
    found = {"x": x.astype(np.float32), "t": t.astype(np.float32)[:, None] if workload.outputs == 1 else t.astype(np.int32)}
    for name, shape in weight_shapes(workload).items():
        if len(shape) > 1:
            found[name] = (random.standard_normal(shape) * math.sqrt(2 / math.prod(shape[:-1]))).astype(np.float32)
        else:
            found[name] = np.full(shape, float(name.endswith(".gain")), np.float32)
    return found


def write(workload, folder):
    """The file that every program reads: lines 'word value' up to an empty one, then per array a line 'name type dimension...' and its bytes."""
    path = os.path.join(folder, workload.name + ".bench")
    with open(path, "wb") as f:
        for word in ("name", "model", "outputs", "optimizer", "learning_rate", "momentum"):
            f.write(f"{word} {getattr(workload, word)}\n".encode())
        f.write(b"\n")
        for name, array in arrays(workload).items():
            f.write(f"{name} {'i32' if array.dtype.kind == 'i' else 'f32'} {' '.join(map(str, array.shape))}\n".encode() + array.tobytes() + b"\n")
    return path


def read(path):
    """(workload, arrays) of such a file."""
    import numpy as np
    found = {}
    with open(path, "rb") as f:
        words = dict(line.decode().rstrip("\n").split(" ", 1) for line in iter(f.readline, b"\n"))
        for line in iter(f.readline, b""):
            name, kind, *shape = line.decode().split()
            shape = tuple(map(int, shape))
            found[name] = np.frombuffer(f.read(4 * math.prod(shape)), np.int32 if kind == "i32" else np.float32).reshape(shape)
            f.readline()
    return WORKLOADS[words["name"]], found
