"""embed: places, pictures, words and JSON of it."""
import math, os, random, re, struct, zlib
import xml.etree.ElementTree as ET

from harness import *

DATA = os.path.join(ROOT, "data")


def data(name):
    return os.path.join(DATA, f"{name}.csv")


def write(name, header, rows):
    with open(name, "w", newline="") as f:
        csv.writer(f).writerows([header, *rows])
    return name


def places(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def circles(path):
    """Legend names and colors of an SVG, and how many dots each color has."""
    root, ns = ET.parse(path).getroot(), "{http://www.w3.org/2000/svg}"
    words = [t.text for t in root.iter(ns + "text")]
    dots = {}
    for p in root.find(ns + "g").iter(ns + "path"):
        dots[p.get("stroke")] = dots.get(p.get("stroke"), 0) + p.get("d").count("M")
    return words, dots


@test
def components_of_a_table():
    """pca: shares of variance, places as CSV, a picture with named axes and a legend; exactly the members of --json that are promised"""
    r = ok("embed", data("wine"), "--truth", "cultivar", "--json")
    j = r.json()
    assert list(j) == ["method", "dimensions", "rows", "features", "explained", "error", "seconds", "out", "picture"], list(j)
    assert j["rows"] == 178 and j["features"] == 13 and j["out"] == "wine.pca.csv" and j["picture"] == "wine.pca.svg"
    assert abs(j["explained"][0] - .3619884810) < 1e-6 and abs(j["explained"][1] - .1920749026) < 1e-6 and abs(j["error"] - .4459366164) < 1e-6, j
    assert "scale     standard" in r.err
    rows = places("wine.pca.csv")
    assert list(rows[0]) == ["row", "x1", "x2", "truth"] and [row["row"] for row in rows] == [str(i + 1) for i in range(178)]
    assert abs(float(rows[0]["x1"]) - 3.31675081) < 1e-5 and abs(abs(float(rows[0]["x2"])) - 1.44346263) < 1e-5 and rows[0]["truth"] == "class_0"
    words, dots = circles("wine.pca.svg")
    assert {"PC1 (36.2 %)", "PC2 (19.2 %)", "cultivar", "class_0", "class_1", "class_2", "wine.csv: pca"} <= set(words), words
    assert sorted(dots.values()) == [48, 59, 71], dots
    text = ok("embed", data("wine"), "--truth", "cultivar", "--dimensions", 3).out
    assert "PC3" in text and "66.5 %" in text and "pca (exact), 3 dimensions" in text, text


@test
def beside_scikit_learn():
    """the places of digits as scikit-learn has them"""
    try:
        import numpy, sklearn.decomposition
    except ImportError:
        raise Skip("scikit-learn is not installed")
    ok("embed", data("digits"), "--truth", "digit", "--dimensions", 3, "--out", "d.csv", "--quiet")
    x = numpy.array([[float(v) for v in row[:-1]] for row in list(csv.reader(open(data("digits"))))[1:]])
    wanted = sklearn.decomposition.PCA(3, svd_solver="full").fit_transform(x)
    got = numpy.array([[float(row[f"x{d}"]) for d in (1, 2, 3)] for row in places("d.csv")])
    assert abs(got - wanted).max() < 1e-4, abs(got - wanted).max()


@test
def groups_color_the_picture():
    """--k: groups of k-means as colors and as a column; without it and --truth all dots are alike"""
    ok("embed", data("iris"), "--drop", "species", "--k", 3, "--quiet")
    words, dots = circles("iris.pca.svg")
    rows = places("iris.pca.csv")
    assert {"group 0", "group 1", "group 2", "k-means"} <= set(words) and len(dots) == 3
    assert sorted(dots.values()) == sorted([row["group"] for row in rows].count(str(j)) for j in range(3))
    ok("embed", data("iris"), "--drop", "species", "--quiet")
    words, dots = circles("iris.pca.svg")
    assert list(dots.values()) == [150] and "k-means" not in words
    assert list(places("iris.pca.csv")[0]) == ["row", "x1", "x2"]
    refused(["embed", data("iris"), "--truth", "species", "--k", 3], 2, "--k", "--truth")


@test
def many_values_are_a_scale():
    """a truth of many numbers goes from dark to light; missing ones are grey, and said to be"""
    ok("embed", data("diabetes"), "--truth", list(csv.reader(open(data("diabetes"))))[0][-1], "--quiet", "--picture", "d.svg")
    words, dots = circles("d.svg")
    assert 6 <= len(dots) <= 12 and "#440154" in dots and "#fde725" in dots and sum(dots.values()) == 442, dots
    g = random.Random(1)
    write("gaps.csv", ["a", "b", "kind"], [[g.gauss(0, 1), g.gauss(0, 1), ["x & y", "<z>", ""][i % 3]] for i in range(60)])
    ok("embed", "gaps.csv", "--truth", "kind", "--quiet")
    words, dots = circles("gaps.pca.svg")
    assert {"x & y", "<z>", "not known"} <= set(words) and list(dots.values()) == [20, 20, 20], (words, dots)


@test
def a_png_holds_the_same():
    """--picture FILE.png: pixels of the legend's colors, whatever library reads it"""
    r = run("embed", data("iris"), "--truth", "species", "--picture", "iris.png", "--quiet")
    if r.code == 1 and "without" in r.err:
        raise Skip("a build without libpng")
    assert r.code == 0, r.err
    blob = open("iris.png", "rb").read()
    width, height, depth, kind = struct.unpack(">IIBB", blob[16:26])
    assert blob[:8] == b"\x89PNG\r\n\x1a\n" and (depth, kind) == (8, 2) and 600 < width < 2000 and 400 < height < 2000
    at, packed = 8, b""
    while at < len(blob):
        length, name = struct.unpack(">I4s", blob[at:at + 8])
        packed += blob[at + 8:at + 8 + length] if name == b"IDAT" else b""
        at += 12 + length
    raw = zlib.decompress(packed)
    assert len(raw) == height * (1 + 3 * width) and len(set(raw)) > 20


@test
def neighbours_stay_together():
    """tsne: heaps of digits; KL in words and JSON; the same bytes at any number of threads"""
    files = []
    g = random.Random(2)
    rows = [[f"{g.gauss(6 * (i % 3 == c), 1):.4f}" for c in range(4)] + [f"t{i % 3}"] for i in range(150)]
    write("heaps.csv", ["a", "b", "c", "d", "t"], rows)
    for threads in (1, 2):
        r = ok("embed", "heaps.csv", "--method", "tsne", "--truth", "t", "--seed", 3, "--threads", threads, "--json", "--quiet")
        files.append(open("heaps.tsne.csv", "rb").read())
    j = r.json()
    assert files[0] == files[1] and r.err == ""
    assert list(j) == ["method", "dimensions", "rows", "features", "kl", "perplexity", "seconds", "out", "picture"], list(j)
    assert 0 < j["kl"] < 1 and j["perplexity"] == 30
    at = [(float(row["x1"]), float(row["x2"]), row["truth"]) for row in places("heaps.tsne.csv")]
    for a in at[::7]:
        assert min((math.dist(a[:2], b[:2]), b[2]) for b in at if b is not a)[1] == a[2]
    words, _ = circles("heaps.tsne.svg")
    assert "x1" in words and "x2" in words
    text = ok("embed", "heaps.csv", "--method", "tsne", "--truth", "t", "--perplexity", 80, "--rounds", 300, "--dimensions", 3)
    assert "KL" in text.out and "after 300 steps" in text.out and "perplexity 80 is too much for 150 rows" in text.err, text.err


@test
def progress_is_shown_on_a_terminal():
    """a line with the steps and the time left; Ctrl-C ends the descent, and what was found is written"""
    import signal
    code, shown = on_terminal("embed", data("digits"), "--truth", "digit", "--method", "tsne", "--rounds", 100000, "--theta", 0,
                              interrupt_after=(b"left", signal.SIGINT))
    assert code == 130 and "descent" in shown and "left" in shown and "interrupted: what follows is of" in shown, shown[-500:]
    assert len(places("digits.tsne.csv")) == 1797


@test
def images_need_no_size():
    """pictures as --image has them keep their scale"""
    r = ok("embed", data("digits"), "--truth", "digit", "--image", "8x8", "--dimensions", 1)
    assert "scale     none: pixels share a unit" in r.err and "picture" not in r.out
    assert not os.path.exists("digits.pca.svg") and list(places("digits.pca.csv")[0]) == ["row", "x1", "truth"]
    refused(["embed", data("digits"), "--truth", "digit", "--dimensions", 1, "--picture", "x.svg"], 2, "--dimensions 2")


@test
def what_cannot_be_embedded_is_refused():
    """constant tables, one row, too many dimensions, words that are none, files over others: exit code and cure"""
    write("few.csv", ["a", "b"], [[1.5, 2], [2.5, 1], [1.5, 2], [9, 8]])
    write("one.csv", ["a", "b"], [[1, 2]])
    write("constant.csv", ["a", "b"], [[1, 2]] * 9)
    write("huge.csv", ["a", "b"], [["1e300", 2], [2, 1], [3, 5]])
    write("gaps.csv", ["a", "b"], [[1.5, ""], [2.5, 1], ["", 2], [9, "nan"], [9.5, 8], ["", ""]])
    refused(["embed", "one.csv"], 1, "one row")
    refused(["embed", "constant.csv"], 1, "constant.csv")
    refused(["embed", "few.csv", "--dimensions", 3], 2, "give at most 2")
    refused(["embed", "few.csv", "--dimensions", 0], 2, "dimensions")
    refused(["embed", "few.csv", "--method", "umap"], 2, "pca", "tsne")
    refused(["embed", data("iris"), "--drop", "species", "--method", "tsne", "--dimensions", 4], 2, "at most 3")
    refused(["embed", "few.csv", "--truth", "c"], 2, "no column 'c'")
    refused(["embed", "few.csv", "--scale", "robust"], 2, "standard")
    refused(["embed", "few.csv", "--picture", "few.pdf"], 2, ".svg", ".png")
    refused(["embed", "few.csv", "--out", "few.csv"], 2, "over the data")
    refused(["embed", "few.csv", "--out", "few.svg", "--picture", "few.svg"], 2, "one file")
    refused(["embed", "few.csv", "--perplexity", 0.5], 2, "perplexity")
    refused(["embed", "few.csv", "--k", 9], 2, "give at most 3")
    for k in ("x", "0", "2..3", "-1", "3x"):
        refused(["embed", "few.csv", f"--k={k}"], 2, "--k")
    refused(["embed", "few.csv", "--out", "nowhere/x.csv"], 1, "nowhere")
    refused(["embed", "nowhere.csv"], 1, "nowhere.csv")
    write("three.csv", ["a", "b"], [[1, 2], [2, 1], [3, 5]])
    refused(["embed", "three.csv", "--method", "tsne"], 1, "too few neighbours")
    refused(["embed", "huge.csv", "--scale", "none"], 1, "1e300")
    assert ok("embed", "gaps.csv", "--json").json()["rows"] == 6
    assert not os.path.exists("one.pca.csv") and not os.path.exists("few.svg")


main()
