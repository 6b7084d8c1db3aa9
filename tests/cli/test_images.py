"""Images: columns that are pixels, and folders of PNG and JPEG files."""
from harness import *

DIGITS = os.path.join(ROOT, "data", "digits.csv")


@test
def columns_are_pixels():
    """train --image: the model reads an image, none of whose pixels is left out; predict and evaluate take the same table"""
    r = ok("train", DIGITS, "--image", "8x8", "--epochs", 8, "--members", 1, "--out", "d.safetensors", "--json").json()
    assert r["metrics"]["test"]["accuracy"] > 0.93, r["metrics"]["test"]
    shown = ok("show", "d.safetensors", "--json").json()
    assert len(shown["inputs"]) == 1 and shown["left_out"] == []
    assert ok("evaluate", "d.safetensors", DIGITS, "--json").json()["metrics"]["accuracy"] > 0.95
    rows = list(csv.reader(open(DIGITS)))[:50]
    open("some.csv", "w").write("\n".join(",".join(reversed(r)) for r in rows) + "\n")  # columns are found by name
    open("same.csv", "w").write("\n".join(",".join(r) for r in rows) + "\n")
    assert ok("predict", "d.safetensors", "some.csv").out == ok("predict", "d.safetensors", "same.csv").out


@test
def wrong_size():
    """a size that the table has not, or that is none, is a wrong setting, told with the cure"""
    refused(["train", DIGITS, "--image", "8x9", "--quiet"], 2, "8x9 wants 72 columns of pixels", "has 64 besides the target", "--drop")
    refused(["train", DIGITS, "--image", "8by8", "--quiet"], 2, "'8by8' is no size", "28x28")
    ok("train", DIGITS, "--image", "8x8", "--epochs", 1, "--members", 1, "--out", "m.safetensors")
    refused(["train", DIGITS, "--image", "8x8", "--from", "m.safetensors", "--quiet"], 2, "leave --image out")
    assert ok("train", DIGITS, "--epochs", 1, "--from", "m.safetensors", "--out", "n.safetensors", "--json").json()["metrics"]
    assert "--image 8x8" in ok("show", "n.safetensors").out


@test
def channels():
    """the columns of a pixel's channels stand together, and each channel has its own scale"""
    write_csv("rgb.csv", [f"p{i}" for i in range(12)] + ["y"],
              [[*(v for _ in range(4) for v in (i % 7, 100 + i % 5, 0)), "ab"[i % 7 > 3]] for i in range(80)])
    ok("train", "rgb.csv", "--image", "2x2x3", "--epochs", 2, "--members", 1, "--out", "rgb.safetensors")
    inputs = ok("show", "rgb.safetensors", "--json").json()["inputs"]
    assert len(inputs) == 3 and 2 < inputs[0]["centre"] < 4 and 101 < inputs[1]["centre"] < 103 and inputs[2] == {"centre": 0, "spread": 1}, inputs


main()
