"""Deep clustering, and embedding by an autoencoder, as commands."""
import math, os, struct

from harness import *

DATA = os.path.join(ROOT, "data")


def data(name):
    return os.path.join(DATA, f"{name}.csv")


def digits_as_idx(rows=600):
    """The first digits as files of images and labels, as MNIST is."""
    lines = [[int(x) for x in line.split(",")] for line in open(data("digits")).read().split()[1:rows + 1]]
    with open("digits-images-idx3-ubyte", "wb") as f:
        f.write(struct.pack(">IIII", 0x803, len(lines), 8, 8) + bytes(15 * x for line in lines for x in line[:64]))
    with open("digits-labels-idx1-ubyte", "wb") as f:
        f.write(struct.pack(">II", 0x801, len(lines)) + bytes(line[64] for line in lines))
    return "digits-images-idx3-ubyte"


@test
def groups_with_probabilities():
    """the members of --json that are promised; predict gives each group's probability, show the groups"""
    r = ok("cluster", data("wine"), "--method", "deep", "--k", 3, "--truth", "cultivar", "--json", "--quiet", "--out", "wine.safetensors")
    j = r.json()
    assert r.err == "" and list(j) == ["method", "k", "sizes", "inertia", "silhouette", "ari", "nmi", "accuracy", "seconds", "model"], r.out
    assert j["method"] == "deep" and j["accuracy"] >= .85 and sum(j["sizes"]) == 178, j
    rows = ok("predict", "wine.safetensors", data("wine"), "--quiet").rows()
    sizes = [0, 0, 0]
    for row in rows:
        q = [float(row[f"probability_{i}"]) for i in range(3)]
        assert abs(sum(q) - 1) < 1e-4 and max(q) == q[int(row["prediction"])], row
        sizes[int(row["prediction"])] += 1
    assert sizes == j["sizes"], (sizes, j["sizes"])
    assert "deep" in ok("show", "wine.safetensors").out
    assert ok("show", "wine.safetensors", "--json").json()["method"] == "deep"


@test
def images_of_a_file():
    """images, as files have them: the same bytes with one thread and two, and other images get their group"""
    path = digits_as_idx()
    for threads in 1, 2:
        j = ok("cluster", path, "--method", "deep", "--k", 10, "--truth", "label", "--threads", threads, "--json", "--quiet", "--out", f"{threads}.safetensors").json()
        assert j["accuracy"] >= .65, j
    assert open("1.safetensors", "rb").read() == open("2.safetensors", "rb").read()
    rows = ok("predict", "1.safetensors", path, "--quiet").rows()
    assert len(rows) == 600 and sorted((sum(r["prediction"] == str(i) for r in rows) for i in range(10)), reverse=True) == j["sizes"]


@test
def a_number_of_groups_is_chosen():
    """of a range each number takes its own training, and the silhouette decides"""
    r = ok("cluster", data("iris"), "--truth", "species", "--method", "deep", "--k", "2..4")
    words = " ".join(r.out.split())
    assert "of 2 to 4 has the highest silhouette" in words and "two samples agree" not in words, r.out


@test
def what_cannot_be_grouped_is_refused():
    """more groups than rows, equal rows; missing cells and constant columns are no hindrance"""
    def write(name, text):
        open(name, "w").write(text)
        return name

    few = write("few.csv", "a,b\n1,2\n3,4\n5,7\n")
    r = run("cluster", few, "--method", "deep", "--k", 4)
    assert r.code == 2 and "4 groups" in r.err and "at most 3" in r.err, r.err
    r = run("cluster", write("equal.csv", "a,b\n" + 5 * "1,2\n"), "--method", "deep", "--k", 2)
    assert r.code == 1 and "no column is left" in r.err, r.err
    holes = write("holes.csv", "a,b,c\n" + "".join(f"{i % 2 * 9 + i / 40},{'' if i % 5 == 0 else i % 2},7\n" for i in range(40)))
    j = ok("cluster", holes, "--method", "deep", "--k", 2, "--json", "--quiet").json()
    assert len(j["sizes"]) == 2 and sum(j["sizes"]) == 40, j


@test
def a_damaged_network_is_refused():
    """a changed byte in the weights is told by show and predict"""
    ok("cluster", data("iris"), "--truth", "species", "--method", "deep", "--k", 3, "--quiet", "--out", "iris.safetensors")
    raw = bytearray(open("iris.safetensors", "rb").read())
    raw[-500] ^= 4
    open("iris.safetensors", "wb").write(raw)
    for command in ("show", "iris.safetensors"), ("predict", "iris.safetensors", data("iris")):
        r = run(*command)
        assert r.code == 1 and "iris.safetensors" in r.err and "checksum" in r.err, r.err


@test
def an_autoencoder_embeds():
    """places, the error that two principal components do not reach, a picture; convolutions where the rows are images"""
    flat = ok("embed", data("digits"), "--truth", "digit", "--json", "--quiet").json()["error"]
    j = ok("embed", data("digits"), "--truth", "digit", "--method", "autoencoder", "--json", "--quiet").json()
    assert list(j) == ["method", "dimensions", "rows", "features", "error", "seconds", "out", "picture"], list(j)
    assert j["error"] < .75 * flat, (j["error"], flat)
    with open(j["out"], newline="") as f:
        rows = list(csv.DictReader(f))
    assert len(rows) == 1797 and list(rows[0]) == ["row", "x1", "x2", "truth"]
    for name in "x1", "x2":
        x = [float(row[name]) for row in rows]
        mean = sum(x) / len(x)
        assert abs(mean) < .3 and .7 < math.sqrt(sum((v - mean) ** 2 for v in x) / len(x)) < 1.3, name
    assert open(j["picture"]).read().count("x1") == 1
    curved = ok("embed", data("digits"), "--truth", "digit", "--method", "autoencoder", "--image", "8x8", "--rounds", 40, "--model",
                "conv(8, 3, padding=same) relu conv(16, 3, stride=2, padding=same) relu", "--json", "--quiet").json()["error"]
    assert curved < .85 * flat, (curved, flat)
    r = run("embed", data("digits"), "--truth", "digit", "--method", "autoencoder", "--model", "conv(8, 3)")
    assert r.code != 0 and "conv1" in r.err, r.err


main()
