"""bench/run's workloads on JAX: jax_peer.py FILE THREADS; see serve.py. A step is one jitted function of all that changes, whose buffers are donated, called once a step; beside
it, for information, many steps in one call (lax.scan), which no loop over batches can use that looks at its loss."""
import math, os, sys

os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["NPROC"] = sys.argv[2]  # XLA's threads
if sys.argv[2] == "1":
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

from serve import ABSENT, STEPS, begin_peak, measure, peak_since, repeat_rows, serve, workloads  # noqa: E402

try:
    import jax
    import jax.numpy as jnp
    from jax import lax
except ImportError as e:
    print(e, file=sys.stderr)
    sys.exit(ABSENT)


def convolve(layer, p, x):
    y = lax.conv_general_dilated(x, p[layer.name + ".weight"], (layer.stride,) * 2, [(layer.padding,) * 2] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return y + p[layer.name + ".bias"] if layer.bias else y


def forward(layers, p, x, training):
    for layer in layers:
        if layer.kind == "dense":
            x = x @ p[layer.name + ".weight"] + p[layer.name + ".bias"]
        elif layer.kind == "conv":
            x = convolve(layer, p, x)
        elif layer.kind == "relu":
            x = jax.nn.relu(x)
        elif layer.kind == "batchnorm":
            axes = tuple(range(x.ndim - 1))
            mean, variance = (x.mean(axes), x.var(axes)) if training else (0, 1)  # of the first weights: what running statistics begin with
            x = (x - mean) * lax.rsqrt(variance + workloads.EPSILON) * p[layer.name + ".gain"] + p[layer.name + ".bias"]
        elif layer.kind == "maxpool":
            window = (1, layer.units, layer.units, 1)
            x = lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")
        elif layer.kind == "globalavgpool":
            x = x.mean((1, 2))
        elif layer.kind == "flatten":
            x = x.reshape(len(x), -1)
        elif layer.kind == "residual":
            x = (convolve(layer.projection, p, x) if layer.projection else x) + forward(layer.inside, p, x, training)
    return x


def loss_of(workload, output, t):
    if workload.outputs == 1:
        return jnp.mean(jnp.maximum(output, 0) - output * t + jnp.log1p(jnp.exp(-jnp.abs(output))))
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(output), t[:, None], 1))


def update(workload, p, slots, g, count):
    rate, each = workload.learning_rate, jax.tree_util.tree_map
    if workload.optimizer == "gd":
        return each(lambda p, g: p - rate * g, p, g), slots
    if workload.optimizer == "momentum":
        v = each(lambda v, g: workload.momentum * v + g, slots[0], g)
        return each(lambda p, v: p - rate * v, p, v), (v,)
    m, v = each(lambda m, g: .9 * m + .1 * g, slots[0], g), each(lambda v, g: .999 * v + .001 * g * g, slots[1], g)
    first, second = rate / -jnp.expm1(count * math.log(.9)), lax.rsqrt(-jnp.expm1(count * math.log(.999)))  # 1 - beta^count without its cancellation
    return each(lambda p, m, v: p - first * m / (jnp.sqrt(v) * second + 1e-8), p, m, v), (m, v)


def main(path):
    workload, arrays = workloads.read(path)
    layers = workloads.layers(workload)
    x, t = jnp.asarray(arrays["x"]), jnp.asarray(arrays["t"])

    def step(state, x, t):
        p, slots, count = state
        loss, g = jax.value_and_grad(lambda p: loss_of(workload, forward(layers, p, x, True), t))(p)
        p, slots = update(workload, p, slots, g, count + 1)
        return (p, slots, count + 1), loss

    def begin():
        p = {name: jnp.array(array) for name, array in arrays.items() if name not in ("x", "t")}
        zeros = [jax.tree_util.tree_map(jnp.zeros_like, p) for _ in range({"gd": 0, "momentum": 1, "adam": 2}[workload.optimizer])]
        return p, tuple(zeros), jnp.float32(0)

    compiled = {}

    def repeat(function, state, seconds):
        """Best time of function(state) -> (state, loss)."""
        holder = [state]

        def once():
            holder[0], loss = function(holder[0])
            return loss
        return measure(once, seconds, jax.block_until_ready)

    def train(seconds):
        if not compiled:
            compiled["before"] = begin_peak()
            compiled["step"] = jax.jit(step, donate_argnums=0)
        one = compiled["step"]
        state = begin()
        for _ in range(STEPS + 1):
            state, loss = one(state, x, t)
        check = float(loss)
        best = repeat(lambda state: one(state, x, t), state, seconds)
        compiled.setdefault("peak", peak_since(compiled["before"]))
        return {"seconds": best, "check": check, "peak_bytes": compiled["peak"], **scan(best, seconds / 2)}

    def scan(each, seconds):
        if len(workload.input) == 3:
            return {}  # inside a loop XLA computes convolutions by plain loops: seconds a step
        if "scan" not in compiled:
            length = max(2, min(1000, int(.03 / each)))  # about 30 ms
            compiled["length"] = length
            compiled["scan"] = jax.jit(lambda state, x, t: lax.scan(lambda s, _: step(s, x, t), state, None, length=length), donate_argnums=0)
        return {"scan_seconds": repeat(lambda state: compiled["scan"](state, x, t), begin(), seconds) / compiled["length"]}

    def infer(batch, seconds):
        rows = jnp.asarray(repeat_rows(arrays["x"], batch))
        p = begin()[0]
        function = compiled.setdefault(batch, jax.jit(lambda p, x: forward(layers, p, x, False)))
        check = float(function(p, rows).mean())
        return {"seconds": measure(lambda: function(p, rows), seconds, jax.block_until_ready), "check": check}

    serve({"version": jax.__version__}, train, infer)


main(sys.argv[1])
