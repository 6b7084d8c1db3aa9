"""cluster, and predict and show of what it writes."""
import csv, math, os, random, re

from harness import *

DATA = os.path.join(ROOT, "data")


def data(name):
    return os.path.join(DATA, f"{name}.csv")


def write(name, header, rows):
    with open(name, "w", newline="") as f:
        csv.writer(f).writerows([header, *rows])
    return name


def heaps(k=4, n=240):
    g = random.Random(3)
    centre = [[12 * math.cos(2 * math.pi * i / k), 12 * math.sin(2 * math.pi * i / k), "north" if i % 2 else "south"] for i in range(k)]
    return write("heaps.csv", ["x", "y", "side"], [[f"{c[0] + g.gauss(0, 1):.4f}", f"{c[1] + g.gauss(0, 1):.4f}", c[2]] for c in (centre[i % k] for i in range(n))])


@test
def scores_beside_a_truth():
    """the groups of known tables, and exactly the members of --json that are promised"""
    keys = ["method", "k", "sizes", "inertia", "silhouette", "ari", "nmi", "accuracy", "seconds", "model"]
    for name, truth, k, scale, method, floor in [("iris", "species", 3, "standard", "kmeans", .58), ("iris", "species", 3, "none", "kmeans", .70),
                                                 ("wine", "cultivar", 3, "standard", "kmeans", .86), ("digits", "digit", 10, "none", "kmeans", .62),
                                                 ("wine", "cultivar", 3, "standard", "minibatch", .75)]:
        r = ok("cluster", data(name), "--k", k, "--scale", scale, "--method", method, "--truth", truth, "--seed", 1, "--json", "--quiet")
        assert r.err == "" and list(r.json()) == keys, r.err
        assert r.json()["ari"] >= floor and r.json()["k"] == k == len(r.json()["sizes"]), r.out
        assert r.json()["sizes"] == sorted(r.json()["sizes"], reverse=True)
    without = ok("cluster", data("iris"), "--drop", "species", "--k", 3, "--json").json()
    assert list(without) == [key for key in keys if key not in ("ari", "nmi", "accuracy")]
    assert os.path.exists(without["model"]) and without["model"] == "iris.clusters.safetensors"


@test
def the_truth_is_never_looked_at():
    """the same groups whatever the truth says"""
    rows = list(csv.reader(open(data("iris"))))
    write("other.csv", rows[0], [row[:-1] + [f"t{i % 7}"] for i, row in enumerate(rows[1:])])
    a = ok("cluster", data("iris"), "--truth", "species", "--k", 3, "--json").json()
    b = ok("cluster", "other.csv", "--truth", "species", "--k", 3, "--json").json()
    assert a["inertia"] == b["inertia"] and a["sizes"] == b["sizes"] and a["ari"] > .5 > .1 > b["ari"]


@test
def beside_scikit_learn():
    """inertia, silhouette and scores as scikit-learn has them for the same groups"""
    try:
        import numpy, sklearn.cluster, sklearn.metrics
    except ImportError:
        raise Skip("scikit-learn is not installed")
    ok("cluster", data("digits"), "--truth", "digit", "--k", 10, "--quiet", "--out", "digits.safetensors")
    shown = ok("show", "digits.safetensors", "--json").json()
    label = numpy.array([int(row["prediction"]) for row in ok("predict", "digits.safetensors", data("digits"), "--quiet").rows()])
    x = numpy.loadtxt(data("digits"), delimiter=",", skiprows=1)
    x, truth = x[:, :-1], x[:, -1]
    for name, wanted in [("silhouette", sklearn.metrics.silhouette_score(x, label)), ("davies_bouldin", sklearn.metrics.davies_bouldin_score(x, label)),
                         ("calinski_harabasz", sklearn.metrics.calinski_harabasz_score(x, label)), ("ari", sklearn.metrics.adjusted_rand_score(truth, label)),
                         ("nmi", sklearn.metrics.normalized_mutual_info_score(truth, label))]:
        assert abs(shown[name] - wanted) < 1e-6 * max(1, abs(wanted)), (name, shown[name], wanted)
    best = sklearn.cluster.KMeans(10, n_init=10, random_state=0).fit(x).inertia_
    assert shown["inertia"] < 1.001 * best, (shown["inertia"], best)


@test
def k_is_chosen_and_explained():
    """of a range the number of heaps; the table of what was tried, and why"""
    path = heaps()
    r = ok("cluster", path, "--k", "2..8")
    assert re.search(r"^k +4 of 2 to 8 has the highest silhouette", r.out, re.M), r.out
    assert "gap statistic says 4;" in " ".join(r.out.split()) and "> 4" in r.out and "two samples agree" in " ".join(r.out.split())
    assert ok("cluster", data("iris"), "--truth", "species", "--k", "2..8", "--json").json()["k"] in (2, 3)
    assert ok("cluster", path, "--json").json()["k"] == 4  # 2..10 where nothing is said


@test
def new_rows_get_their_group():
    """predict: the column prediction, columns kept beside it, any order of columns, by a pipe too"""
    path = heaps()
    ok("cluster", path, "--k", 4, "--quiet")
    rows = ok("predict", "heaps.clusters.safetensors", path, "--keep", "x,side").rows()
    assert list(rows[0]) == ["x", "side", "prediction"] and len(rows) == 240
    for i in range(4, 240):
        assert rows[i]["prediction"] == rows[i % 4]["prediction"], i
    turned = write("turned.csv", ["side", "extra", "y", "x"], [["south", 1, 0.1, 12.2], ["north", 2, 12.1, 0]])
    a = ok("predict", "heaps.clusters.safetensors", turned).rows()
    assert [row["prediction"] for row in a] == [rows[0]["prediction"], rows[1]["prediction"]]
    piped = ok("predict", "heaps.clusters.safetensors", "-", stdin=open(turned, "rb").read()).out
    ok("predict", "heaps.clusters.safetensors", turned, "--out", "answers.csv")
    assert open("answers.csv").read() == piped
    write("short.csv", ["side", "y"], [["south", 1]])
    refused(["predict", "heaps.clusters.safetensors", "short.csv"], 1, "x")
    refused(["predict", "heaps.clusters.safetensors", turned, "--interval", "0.9"], 2, "--interval")
    refused(["predict", "heaps.clusters.safetensors", turned, "--keep", "sid"], 2, "did you mean 'side'")


@test
def show_describes_groups():
    """show: sizes, and what sets each group apart in the data's own units"""
    ok("cluster", data("iris"), "--truth", "species", "--k", 2, "--quiet")
    text = ok("show", "iris.clusters.safetensors").out
    assert "petal_length_cm 1.462 (3.758)" in text and "columns have units of their own" in text, text
    shown = ok("show", "iris.clusters.safetensors", "--json").json()
    trait = shown["groups"][1]["columns"][0]
    assert shown["task"] == "clustering" and trait["column"] == "petal_length_cm" and abs(trait["value"] - 1.462) < 1e-5 and trait["apart"] < -1
    path = heaps()
    ok("cluster", path, "--k", 4, "--quiet")
    shares = {(t["column"], t["category"]): t["value"] for t in ok("show", "heaps.clusters.safetensors", "--json").json()["groups"][0]["columns"]}
    assert any(name == "side" and value in (0, 1) for (name, _), value in shares.items()), shares
    refused(["evaluate", "heaps.clusters.safetensors", path], 1, "clustering, not a network")


@test
def scale_is_chosen_with_its_reason():
    """none for pixels, standard for a table, as asked otherwise; what train alone has is refused"""
    assert "scale     none: all columns are whole numbers from 0 to 16" in ok("cluster", data("digits"), "--truth", "digit", "--k", 3).err
    assert "scale     none: pixels share a unit" in ok("cluster", data("digits"), "--truth", "digit", "--k", 3, "--image", "8x8").err
    assert "scale     standard: columns have units of their own" in ok("cluster", data("wine"), "--truth", "cultivar", "--k", 3).err
    assert "scale     none: as asked" in ok("cluster", data("wine"), "--truth", "cultivar", "--k", 3, "--scale", "none").err
    refused(["cluster", data("wine"), "--k", 3, "--scale", "robust"], 2, "standard")


@test
def the_same_seed_gives_the_same_file():
    """byte for byte, with any number of threads"""
    for method in ("kmeans", "minibatch"):
        files = []
        for threads in (1, 2):
            ok("cluster", data("digits"), "--truth", "digit", "--k", 7, "--method", method, "--threads", threads, "--out", "m.safetensors", "--quiet")
            files.append(open("m.safetensors", "rb").read())
        assert files[0] == files[1]


@test
def a_report_holds_curves_and_groups():
    """--report: one page with the curves of k, the groups by columns; of images the centres"""
    ok("cluster", data("iris"), "--truth", "species", "--report", "iris.html", "--quiet")
    page = open("iris.html").read()
    assert all(word in page for word in ("Why 2 groups", "Silhouette", "Gap statistic", "Stability", "petal_length_cm", "Groups by columns")), page[:500]
    assert "<script" not in page and "http" not in page.replace("http://www.w3.org", "")
    ok("cluster", data("digits"), "--truth", "digit", "--k", 10, "--image", "8x8", "--report", "digits.html", "--quiet")
    assert open("digits.html").read().count("<img") == 10
    refused(["cluster", data("iris"), "--k", 3, "--report", "iris.clusters.safetensors"], 2, "--report")


@test
def a_file_is_read_a_piece_at_a_time():
    """--stream: a file larger than its sample, the groups of all its rows, sorted or not; memory does not grow with it"""
    g, rows, k = random.Random(5), 150000, 5
    centre = [[8 * math.cos(2 * math.pi * i / k), 8 * math.sin(2 * math.pi * i / k)] for i in range(k)]
    write("large.csv", ["x", "y"], [[f"{v + g.gauss(0, 1):.3f}" for v in centre[i * k // rows]] for i in range(rows)])
    whole = ok("cluster", "large.csv", "--k", k, "--method", "minibatch", "--json").json()
    r = ok("cluster", "large.csv", "--k", k, "--method", "minibatch", "--stream", "--json", "--out", "large.safetensors")
    part = r.json()
    assert "sample of" in r.err and "150000 rows" in r.err, r.err
    assert sum(part["sizes"]) == rows and part["sizes"] == sorted(part["sizes"], reverse=True)
    assert abs(part["inertia"] / whole["inertia"] - 1) < .01 and max(part["sizes"]) < 30500, (part, whole)
    label = [row["prediction"] for row in ok("predict", "large.safetensors", "large.csv").rows()]
    assert sorted((label.count(str(j)) for j in range(k)), reverse=True) == part["sizes"]
    assert [label.count(str(j)) for j in range(k)] == part["sizes"]
    small = ok("cluster", data("iris"), "--truth", "species", "--k", 3, "--method", "minibatch", "--stream", "--json").json()
    assert small["sizes"] == ok("cluster", data("iris"), "--truth", "species", "--k", 3, "--method", "minibatch", "--json").json()["sizes"]
    refused(["cluster", "large.csv", "--k", 3, "--stream"], 2, "minibatch")
    refused(["cluster", "-", "--k", k, "--method", "minibatch", "--stream"], 1, "", stdin=open("large.csv", "rb").read())


@test
def what_cannot_be_grouped_is_refused():
    """too many groups, a constant table, equal rows, missing columns, words that are none: exit code and cure"""
    write("few.csv", ["a", "b"], [[1.5, 2], [2.5, 1], [1.5, 2], [9, 8]])
    refused(["cluster", "few.csv", "--k", 5], 2, "give at most 3")
    refused(["cluster", "few.csv", "--k", 4], 2, "3 of them different")
    write("constant.csv", ["a", "b"], [[1, 2]] * 9)
    refused(["cluster", "constant.csv", "--k", 2], 1, "constant.csv")
    refused(["cluster", "few.csv", "--truth", "c"], 2, "no column 'c'")
    refused(["cluster", "few.csv", "--drop", "a,c"], 2, "no column 'c'")
    refused(["cluster", "few.csv", "--method", "k-means"], 2, "kmeans, minibatch")
    for k in ("x", "0", "3..", "5..4", "2..x", "-1", "1..3"):
        refused(["cluster", "few.csv", f"--k={k}"], 2, "k")
    refused(["cluster", "few.csv", "--k", 2, "--out", "few.csv"], 2, "over the data")
    refused(["cluster", "nowhere.csv"], 1, "nowhere.csv")
    gaps = write("gaps.csv", ["a", "b"], [[1.5, ""], [2.5, 1], ["", 2], [9, 8], [9.5, 8], ["", ""]])
    assert sum(ok("cluster", gaps, "--k", 2, "--json").json()["sizes"]) == 6


@test
def a_damaged_file_is_refused():
    """one byte of the file changed: predict and show say that it is damaged"""
    ok("cluster", data("iris"), "--truth", "species", "--k", 3, "--quiet", "--out", "m.safetensors")
    whole = bytearray(open("m.safetensors", "rb").read())
    whole[-5] ^= 4
    open("m.safetensors", "wb").write(whole)
    refused(["predict", "m.safetensors", data("iris")], 1, "damaged")
    refused(["show", "m.safetensors"], 1, "damaged")


main()
