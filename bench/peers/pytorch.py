"""bench/run's workloads on PyTorch: pytorch.py FILE THREADS; see serve.py.

As PyTorch's performance guide says: the batch lies ready, gradients are set to None, threads are set, denormals are flushed (as micrograd does). Tried, and the
fastest kept: the plain, the foreach and (where there is one) the fused optimiser; images as NCHW and as channels-last; for inference also a frozen trace.
"""
import itertools, math, sys

from serve import ABSENT, STEPS, Variants, begin_peak, measure, peak_since, repeat_rows, serve, workloads

try:
    if hasattr(sys, "setdlopenflags"):
        sys.setdlopenflags(1)  # lazily: see install_pytorch
    import torch
    import torch.nn as nn
except ImportError as e:
    print(e, file=sys.stderr)
    sys.exit(ABSENT)


class Residual(nn.Module):
    def __init__(self, inside, projection):
        super().__init__()
        self.inside, self.projection = inside, projection

    def forward(self, x):
        return (self.projection(x) if self.projection else x) + self.inside(x)


def tensor(array):
    return nn.Parameter(torch.from_numpy(array.copy()))


def convolution(layer, arrays):
    module = nn.Conv2d(layer.input[-1], layer.units, layer.kernel, layer.stride, layer.padding, bias=layer.bias)
    module.weight = tensor(arrays[layer.name + ".weight"].transpose(3, 2, 0, 1))
    if layer.bias:
        module.bias = tensor(arrays[layer.name + ".bias"])
    return module


def dense(layer, arrays, image):
    """image: [height, width, channels] that was flattened into the input, or None; PyTorch flattens channels first."""
    weight = arrays[layer.name + ".weight"]
    if image:
        weight = weight.reshape(*image, -1).transpose(2, 0, 1, 3).reshape(weight.shape)
    module = nn.Linear(math.prod(layer.input), layer.units)
    module.weight, module.bias = tensor(weight.T), tensor(arrays[layer.name + ".bias"])
    return module


def network(layers, arrays):
    modules, image = [], None
    for layer in layers:
        if layer.kind == "dense":
            modules.append(dense(layer, arrays, image))
        elif layer.kind == "conv":
            modules.append(convolution(layer, arrays))
        elif layer.kind == "batchnorm":
            modules.append(nn.BatchNorm2d(layer.input[-1], eps=workloads.EPSILON))  # begins with gains of 1 and biases of 0, as the arrays do
        elif layer.kind == "relu":
            modules.append(nn.ReLU())
        elif layer.kind == "maxpool":
            modules.append(nn.MaxPool2d(layer.units))
        elif layer.kind == "flatten":
            modules.append(nn.Flatten())
        elif layer.kind == "globalavgpool":
            modules += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        elif layer.kind == "residual":
            modules.append(Residual(network(layer.inside, arrays), convolution(layer.projection, arrays) if layer.projection else None))
        image = layer.input if layer.kind == "flatten" else image if layer.kind == "relu" else None
    return nn.Sequential(*modules)


def optimizer_of(workload, net, options):
    if workload.optimizer == "adam":
        return torch.optim.Adam(net.parameters(), lr=workload.learning_rate, **options)
    return torch.optim.SGD(net.parameters(), lr=workload.learning_rate, momentum=workload.momentum, **options)


def blas():
    """Which library multiplies: Debian's PyTorch takes whatever libblas.so.3 is."""
    if torch.backends.mkl.is_available():
        return "mkl"
    maps = open("/proc/self/maps").read().lower()
    return next((name for name in ("openblas", "blis", "atlas") if name in maps), "reference")


def set_up(threads):
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)


def main(path, threads):
    set_up(threads)
    workload, arrays = workloads.read(path)
    layers = workloads.layers(workload)
    is_image = len(workload.input) == 3
    images = torch.from_numpy(arrays["x"].transpose(0, 3, 1, 2).copy() if is_image else arrays["x"].copy())
    target = torch.from_numpy(arrays["t"].copy())
    target = target if workload.outputs == 1 else target.long()
    formats = {"": torch.contiguous_format, **({"channels-last ": torch.channels_last} if is_image else {})}
    optimizers = {"plain": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}
    variants, first = Variants(), {}

    def make(order, options):
        net, x = network(layers, arrays), images
        if is_image:
            net, x = net.to(memory_format=order), x.to(memory_format=order)
        loss_of = nn.BCEWithLogitsLoss() if workload.outputs == 1 else nn.CrossEntropyLoss()
        optimizer = optimizer_of(workload, net, options)

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(net(x), target)
            loss.backward()
            optimizer.step()
            return loss
        return step

    def look_first(choice):
        """The loss after ten steps, and peak memory: of the variant that is leanest, without copies in another order and lists of temporaries."""
        optimizer_of(workload, nn.Linear(1, 1), {}).step()  # loads what optimisers load late
        before = begin_peak()
        step = make(*choice)
        for _ in range(STEPS + 1):
            loss = step()
        first.update(check=loss.item(), peak_bytes=peak_since(before))

    def train(seconds):
        choices = {f + o: (order, options) for (f, order), (o, options) in itertools.product(formats.items(), optimizers.items())}
        if not first:
            look_first(choices["plain"])
        return {**variants.run("train", choices, seconds, lambda choice, seconds: measure(make(*choice), seconds)), **first}

    def infer(batch, seconds):
        rows = repeat_rows(arrays["x"], batch)
        rows = torch.from_numpy(rows.transpose(0, 3, 1, 2).copy() if is_image else rows)

        checks = []

        @torch.inference_mode()
        def infer_one(choice, seconds):
            order, frozen = choice
            net, x = network(layers, arrays).eval(), rows
            if is_image:
                net, x = net.to(memory_format=order), x.to(memory_format=order)
            if frozen:
                net = torch.jit.optimize_for_inference(torch.jit.trace(net, x))
            checks.append(net(x).mean().item())
            return measure(lambda: net(x), seconds)
        choices = {f + t: (order, t == "frozen") for (f, order), t in itertools.product(formats.items(), ("plain", "frozen"))}
        return {**variants.run(f"infer {batch}", choices, seconds, infer_one), "check": checks[0]}

    serve({"version": torch.__version__, "blas": blas()}, train, infer)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
