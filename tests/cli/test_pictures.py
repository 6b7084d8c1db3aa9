"""Pictures: columns of a table that are pixels, and folders of PNG and JPEG files."""
import struct, zlib
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


# --- PNG, written by hand -----------------------------------------------------------------------------

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]  # x, y, steps


def png(pixels, kind=GREY, depth=8, palette=None, interlaced=False, size=None):
    """pixels: rows of numbers (or of tuples of channels). size: a header that lies."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    def scanline(row):
        values = [v for p in row for v in (p if isinstance(p, tuple) else (p,))]
        if depth == 16:
            return b"\0" + b"".join(struct.pack(">H", v) for v in values)
        bits = "".join(format(v, f"0{depth}b") for v in values)
        return b"\0" + int((bits + "0" * (-len(bits) % 8)) or "0", 2).to_bytes((len(bits) + 7) // 8, "big")

    height, width = size or (len(pixels), len(pixels[0]))
    passes = [[row[x::dx] for row in pixels[y::dy]] for x, y, dx, dy in ADAM7] if interlaced else [pixels]
    data = b"".join(scanline(row) for rows in passes for row in rows if row)
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    colors = chunk(b"PLTE", bytes(v for c in palette for v in c)) if palette else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + colors + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def save(path, data):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def digit(i, label, size=(8, 8)):
    """A bar that stands (1) or lies (0), at a place of its own."""
    h, w = size
    return [[255 if (x if label else y) == 1 + i % 5 else (i * 7 + x * 3 + y) % 20 for x in range(w)] for y in range(h)]


def bars(folder, count=30, kind=GREY, **more):
    for i in range(count):
        for label in (0, 1):
            pixels = digit(i, label)
            if kind == RGB:
                pixels = [[(v, 0, 255 - v) for v in row] for row in pixels]
            save(f"{folder}/{['lies', 'stands'][label]}/{i:03}.png", png(pixels, kind, **more))


FAST = ["--epochs", 20, "--members", 1]


@test
def folders_of_classes():
    """train FOLDER learns one class a subfolder; predict and evaluate take folders and single pictures, which they name"""
    bars("bars")
    bars("new", 5)
    r = ok("train", "bars/", *FAST, "--test", "new", "--json").json()
    assert r["metrics"]["test"]["accuracy"] == 1 and r["rows"]["test"] == 10, r
    assert os.path.exists("bars.safetensors")
    rows = ok("predict", "bars.safetensors", "new").rows()
    assert [row["file"] for row in rows] == [f"{c}/{i:03}.png" for c in ("lies", "stands") for i in range(5)]
    assert list(rows[0]) == ["file", "prediction", "probability_lies", "probability_stands"]
    assert all(row["file"].startswith(row["prediction"]) for row in rows)
    one = ok("predict", "bars.safetensors", "new/stands/003.png")
    assert one.rows() == [{**rows[8], "file": "new/stands/003.png"}] and one.err == ""
    assert ok("evaluate", "bars.safetensors", "new", "--json").json()["metrics"]["accuracy"] == 1
    flat = ok("predict", "bars.safetensors", "new/lies").rows()  # pictures without classes
    assert [row["file"] for row in flat] == [f"{i:03}.png" for i in range(5)] and {row["prediction"] for row in flat} == {"lies"}
    refused(["evaluate", "bars.safetensors", "new/lies"], 1, "label")
    assert ok("inspect", "new/lies", "--json").json()["target"] is None
    shutil.copytree("new", "unknown/")
    os.rename("unknown/stands", "unknown/leans")
    refused(["evaluate", "bars.safetensors", "unknown"], 1, "unknown, leans/000.png: the label 'leans'", "none of the 2 classes")
    refused(["train", "new/lies", "--quiet"], 1, "without classes", "folder of its name")


@test
def threads_do_not_matter():
    """one and two threads make the same model of a folder, byte for byte"""
    bars("bars")
    for threads in (1, 2):
        ok("train", "bars", *FAST, "--threads", threads, "--out", f"{threads}.safetensors")
    assert open("1.safetensors", "rb").read() == open("2.safetensors", "rb").read()


@test
def every_kind_of_png():
    """depths, palettes, transparency, interlacing: one picture gives one prediction, however it is stored"""
    bars("bars")
    ok("train", "bars", *FAST, "--out", "m.safetensors")
    black = [[255 if x == 2 else 0 for x in range(8)] for y in range(8)]
    binary = [[v // 255 for v in row] for row in black]
    same = {"grey": png(black), "wide": png([[v * 257 for v in row] for row in black], depth=16), "bit": png(binary, depth=1),
            "bits": png([[v * 15 for v in row] for row in binary], depth=4), "rgb": png([[(v, v, v) for v in row] for row in black], RGB),
            "rgb16": png([[(v * 257,) * 3 for v in row] for row in black], RGB, 16),
            "palette": png(binary, PALETTE, palette=[(0, 0, 0), (255, 255, 255)]), "palette1": png(binary, PALETTE, 1, [(0, 0, 0), (255, 255, 255)]),
            "alpha": png([[(v, 255) for v in row] for row in black], GREY_ALPHA), "rgba": png([[(v, v, v, 255) for v in row] for row in black], RGBA),
            "clear": png([[(0, 0, 0, 255 - v) for v in row] for row in black], RGBA),  # what is transparent lies on white
            "interlaced": png(black, interlaced=True), "interlaced1": png(binary, depth=1, interlaced=True)}
    for name, data in same.items():
        save(f"kinds/{name}.png", data)
    rows = ok("predict", "m.safetensors", "kinds").rows()
    assert len(rows) == len(same) and {r["prediction"] for r in rows} == {"stands"}
    assert len({r["probability_stands"] for r in rows}) == 1, rows


@test
def jpeg():
    """JPEG is read grey, in colour, progressive and as CMYK"""
    for i in range(12):
        save(f"c/red/{i}.png", png([[(200 + i, 20 + i, 30)] * 16] * 12, RGB))
        save(f"c/blue/{i}.png", png([[(20, 40 + i, 200 + i)] * 16] * 12, RGB))
        save(f"c/mixed/{i}.png", png([[(210 + i, 20, 30)] * 8 + [(20, 40, 200 + i)] * 8] * 12, RGB))
    ok("train", "c", "--epochs", 60, "--members", 1, "--out", "c.safetensors")
    folder = os.path.join(ROOT, "tests", "pictures")
    rows = {r["file"]: r["prediction"] for r in ok("predict", "c.safetensors", folder).rows()}
    assert sorted(rows) == ["cmyk.jpg", "color.jpg", "grey.jpg", "progressive.jpg"]
    assert rows["color.jpg"] == rows["progressive.jpg"] == "mixed", rows
    shape = ok("inspect", folder, "--json").json()["image"]
    assert shape == [12, 16, 3]
    shutil.copy(os.path.join(folder, "grey.jpg"), "grey.png")  # its content tells, not its name
    assert ok("inspect", "grey.png", "--json").json()["image"] == [12, 16, 1]


@test
def damaged_pictures():
    """a damaged picture is named and left out, with a count; where all are, the folder is refused"""
    bars("bars", 12)
    bars("new", 12)
    whole = png(digit(3, 1))
    jpeg = open(os.path.join(ROOT, "tests", "pictures", "color.jpg"), "rb").read()
    flipped = bytearray(whole)
    flipped[45] ^= 255
    bad = {"cut.png": whole[:-20], "short.png": whole[:20], "flipped.png": bytes(flipped), "empty.png": b"", "text.png": b"no picture",
           "cut.jpg": jpeg[:-100], "short.jpg": jpeg[:30]}
    for name, data in bad.items():
        save(f"bars/stands/{name}", data)
        save(f"all/bad/{name}", data)
    r = ok("train", "bars", "--epochs", 2, "--members", 1, "--out", "m.safetensors")
    assert "7 of 31 pictures cannot be read" in r.err and "stands/cut.jpg" in r.err and "24 rows" in r.err, r.err
    assert len(ok("predict", "m.safetensors", "bars").rows()) == 24
    os.mkfifo("bars/lies/pipe.png")
    os.symlink("nowhere", "bars/lies/link.png")
    warnings = ok("inspect", "bars", "--json").json()["warnings"]
    assert any("pipe.png: a pipe" in w for w in warnings) and any("link.png: cannot be opened" in w for w in warnings), warnings
    assert any("9 of 33 pictures cannot be read" in w for w in warnings), warnings
    tested = ok("train", "new", "--epochs", 1, "--members", 1, "--test", "bars", "--out", "t.safetensors", "--json")
    assert "--test: 9 of 33 pictures cannot be read" in tested.err and "--test: stands/cut.jpg" in tested.err, tested.err
    assert any("--test: 9 of 33" in w for w in tested.json()["warnings"])
    refused(["train", "all", "--quiet"], 1, "none of its 7 pictures can be read", "bad/cut.jpg")
    refused(["predict", "m.safetensors", "all/bad/cut.png"], 1, "damaged PNG")
    refused(["predict", "m.safetensors", "all/bad/cut.jpg"], 1, "damaged JPEG")


@test
def headers_that_lie():
    """a header that announces an enormous picture takes no memory"""
    bars("bars", 10)
    ok("train", "bars", "--epochs", 1, "--members", 1, "--out", "m.safetensors")
    save("huge.png", png(digit(1, 1), size=(32768, 32768)))
    save("large.png", png(digit(1, 1), size=(8000, 8000)))
    jpeg = bytearray(open(os.path.join(ROOT, "tests", "pictures", "color.jpg"), "rb").read())
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at:at + 4] = struct.pack(">HH", 8000, 8000)
    save("large.jpg", bytes(jpeg))
    import resource
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
    refused(["predict", "m.safetensors", "huge.png", "--threads", 1], 1, "32768x32768 pixels; at most", limit=limit)
    refused(["predict", "m.safetensors", "large.png", "--threads", 1], 1, "do not fit in a file", limit=limit)
    refused(["predict", "m.safetensors", "large.jpg", "--threads", 1], 1, "do not fit in a file", limit=limit)


@test
def sizes_and_colors():
    """the size that most have, or --image-size; the colour that any has, or --image-color; the model remembers, crop too"""
    bars("bars", 10)
    save("bars/lies/odd.png", png(digit(1, 0, (10, 20))))
    shown = ok("inspect", "bars")
    assert "21 images of 8 x 8 x 1" in shown.out and "8x8 (20), 10x20 (1)" in shown.out.replace("\n", " ") and "stands" in shown.out, shown.out
    assert ok("inspect", "bars", "--image-size", "4x6", "--json").json()["image"] == [4, 6, 1]
    assert ok("inspect", "bars", "--image-color", "color", "--json").json()["image"] == [8, 8, 3]
    save("bars/lies/red.png", png([[(255, 0, 0)] * 8] * 8, RGB))
    assert ok("inspect", "bars", "--json").json()["image"] == [8, 8, 3]
    assert ok("inspect", "bars", "--image-color", "grey", "--json").json()["image"] == [8, 8, 1]
    wide = [[0] * 8 + row + [0] * 8 for row in digit(2, 1)]  # the middle is a picture, the edges are nothing
    save("wide.png", png(wide))
    save("middle.png", png(digit(2, 1)))
    for fit in ("resize", "crop"):
        ok("train", "bars", *FAST, "--image-size", "8x8", "--image-color", "grey", "--image-fit", fit, "--out", f"{fit}.safetensors")
        a, b = (ok("predict", f"{fit}.safetensors", f"{name}.png").rows()[0]["probability_stands"] for name in ("wide", "middle"))
        assert (a == b) == (fit == "crop"), (fit, a, b)
    refused(["train", "bars", "--image-size", "8", "--quiet"], 2, "image-size: '8' is no size")
    refused(["train", "bars", "--image-fit", "pad", "--quiet"], 2, "resize", "crop")


@test
def no_pictures():
    """folders without pictures, or with folders of folders, are refused with the cure; other files are counted"""
    os.makedirs("empty")
    refused(["train", "empty"], 1, "without PNG or JPEG files", "folder of its name")
    bars("set/train", 10)
    bars("set/test", 3)
    refused(["train", "set"], 1, "--test")
    save("set/train/lies/notes.txt", b"hello")
    save("set/train/loose.png", png(digit(1, 1)))
    r = ok("train", "set/train", "--epochs", 1, "--members", 1, "--test", "set/test", "--out", "m.safetensors")
    assert "2 files" in r.err and "notes.txt" in r.err, r.err
    refused(["train", "set/train", "--stream", "--quiet"], 2, "without --stream")
    refused(["train", "nowhere"], 1, "nowhere")


@test
def names_are_classes():
    """folders named by numbers are classes, however many; one called NA is none that is missing"""
    for label in range(25):
        for i in range(4):
            save(f"n/{label}/{i}.png", png([[label * 10 + i] * 4] * 4))
    shown = ok("inspect", "n", "--json").json()
    assert shown["task"] == "classification" and len(shown["classes"]) == 25
    os.rename("n/7", "n/NA")
    assert "NA" in [c["name"] for c in ok("inspect", "n", "--json").json()["classes"]]


main()
