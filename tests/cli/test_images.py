"""Convolutional networks of image files, as a user has them."""
import struct
from harness import *

MODEL = "conv(6, 3, padding=same, bias=false) batchnorm relu maxpool(2) residual(conv(8, 3, stride=2, padding=1) relu) globalavgpool"


def stripes(name="x", n=120, side=6, seed=1):
    """A bright row (0), column (1) or diagonal (2) on noise."""
    g = random.Random(seed)
    labels, pixels = [g.randrange(3) for _ in range(n)], bytearray()
    for label in labels:
        at = g.randrange(side)
        pixels += bytes(200 if [y == at, x == at, x == y][label] else g.randrange(60) for y in range(side) for x in range(side))
    open(f"{name}-images-idx3-ubyte", "wb").write(struct.pack(">4I", 0x803, n, side, side) + pixels)
    open(f"{name}-labels-idx1-ubyte", "wb").write(struct.pack(">2I", 0x801, n) + bytes(labels))
    return f"{name}-images-idx3-ubyte"


@test
def there_and_back():
    """train, show, evaluate, predict and graph take a network with convolutions, norms and a projection"""
    data = stripes()
    v = ok("train", data, "--model", MODEL, "--epochs", 6, "--members", 2, "--lr", 0.005, "--out", "m.safetensors", "--json", "--quiet").json()
    assert v["network"] == MODEL and v["members"] == 2 and v["metrics"]["test"]["accuracy"] > 0.8, v["metrics"]
    shown = ok("show", "m.safetensors", "--json").json()
    layers = {x["name"]: x for x in shown["layers"]}
    assert layers["conv1"]["shape"] == [6, 6, 6] and layers["conv1"]["parameters"] == 54 and layers["conv1"]["multiply_adds"] == 36 * 54
    assert layers["maxpool1"]["shape"] == [3, 3, 6] and layers["residual1"]["parameters"] == 48 and layers["globalavgpool1"]["shape"] == [8]
    assert "n x 3 x 3 x 6" in ok("show", "m.safetensors").out
    assert ok("evaluate", "m.safetensors", data, "--json").json()["metrics"]["accuracy"] > 0.8
    rows = ok("predict", "m.safetensors", data).out.splitlines()
    assert len(rows) == 121 and rows == ok("predict", "m.safetensors", data, "--threads", 2).out.splitlines()
    assert "conv2d" in ok("graph", "m.safetensors").out


@test
def presets():
    """--model @NAME is written out in the model; an unknown one is refused with those that there are"""
    data = stripes()
    plan = ok("train", data, "--model", "@cnn-small", "--dry-run", "--json").json()
    assert plan["network"].startswith("conv(32, 3) relu conv(64, 3) relu maxpool(2)"), plan["network"]
    refused(["train", data, "--model", "@nope"], 2, "'@nope'", "@lenet5", "@resnet20")


@test
def shapes_that_do_not_fit():
    """a layer that does not fit names itself, its number and the cure: exit 2"""
    data, table = stripes(), write_csv("t.csv", ["a", "b", "y"], [[i, i * i, i % 2] for i in range(40)])
    refused(["train", data, "--model", "relu conv(4, 7)"], 2, "conv 'conv1' (layer 2)", "7 x 7", "padding=same")
    refused(["train", data, "--model", "@lenet5"], 2, "conv 'conv2' (layer 4)")
    refused(["train", data, "--model", "maxpool(7)"], 2, "maxpool 'maxpool1' (layer 1)", "make it smaller")
    refused(["train", data, "--model", "conv(4, 3) conv(5, 3, groups=2)"], 2, "conv 'conv2' (layer 2)", "2 groups do not divide 4 channels into 5")
    refused(["train", data, "--model", "conv(4, 3, stride=0)"], 2, "stride is '0'", "from 1 to")
    refused(["train", data, "--model", "upsample(0)"], 2, "factor is '0'")
    refused(["train", table, "--model", "conv(4, 3)"], 2, "conv 'conv1' (layer 1)", "--image HxWxC")


main()
