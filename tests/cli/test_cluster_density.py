"""cluster by mixtures, density and hierarchies; predict and show of what it writes."""
import csv, math, os, random, re

from harness import *

DATA = os.path.join(ROOT, "data")
METHODS = ("gmm", "dbscan", "hierarchical")


def data(name):
    return os.path.join(DATA, f"{name}.csv")


def write(name, header, rows):
    with open(name, "w", newline="") as f:
        csv.writer(f).writerows([header, *rows])
    return name


def heaps(k=4, n=240):
    g = random.Random(3)
    centre = [(12 * math.cos(2 * math.pi * i / k), 12 * math.sin(2 * math.pi * i / k)) for i in range(k)]
    return write("heaps.csv", ["x", "y"], [[f"{v + g.gauss(0, 1):.4f}" for v in centre[i % k]] for i in range(n)])


@test
def scores_beside_a_truth():
    """the groups of known tables, with the members of --json that are promised"""
    keys = ["method", "k", "sizes", "inertia", "silhouette", "ari", "nmi", "accuracy", "seconds", "model"]
    for name, truth, k, scale, method, floor in [("iris", "species", 3, "none", "gmm", .85), ("wine", "cultivar", 3, "standard", "hierarchical", .75),
                                                 ("wine", "cultivar", 3, "standard", "gmm", .9)]:
        r = ok("cluster", data(name), "--k", k, "--scale", scale, "--method", method, "--truth", truth, "--seed", 1, "--json", "--quiet")
        assert r.err == "" and list(r.json()) == keys, r.out
        assert r.json()["ari"] >= floor and r.json()["k"] == k, r.out
    r = ok("cluster", data("wine"), "--method", "dbscan", "--json", "--quiet")
    assert r.err == "" and r.json()["method"] == "dbscan" and r.json()["k"] == len(r.json()["sizes"])


@test
def the_number_of_groups_is_found():
    """by BIC, by a cut of the tree, by density: four heaps; each with its reason"""
    path = heaps()
    for method, reason in [("gmm", "4 of 2 to 10 has the lowest BIC"), ("hierarchical", "4 of 2 to 10 has the highest silhouette"), ("dbscan", "4 found, of rows with 5 or more within the radius")]:
        text = " ".join(ok("cluster", path, "--method", method).out.split())
        assert f"k {reason}" in text and f"method {method} (" in text, text


@test
def mixtures_give_probabilities():
    """predict: a column a group, that adds up to 1, the largest at the prediction"""
    path = heaps()
    for kind in ("full", "diagonal", "tied"):
        assert f"{kind} covariance" in ok("cluster", path, "--method", "gmm", "--k", 4, "--covariance", kind, "--out", "m.safetensors").out
        rows = ok("predict", "m.safetensors", path).rows()
        assert list(rows[0]) == ["prediction"] + [f"probability_{j}" for j in range(4)]
        for row in rows:
            p = [float(row[f"probability_{j}"]) for j in range(4)]
            assert abs(sum(p) - 1) < 1e-9 and p[int(row["prediction"])] == max(p), row
        assert f"{kind} covariance" in ok("show", "m.safetensors", "--json").json()["details"]


@test
def rows_far_from_all_are_noise():
    """dbscan: told in the text, -1 in predict, a share of the page"""
    path = heaps()
    with open(path, "a") as f:
        f.write("100,100\n-90,80\n")
    r = ok("cluster", path, "--method", "dbscan", "--scale", "none", "--radius", 2, "--min-points", 4, "--report", "page.html")
    assert "2 rows are in no group" in r.out and "(radius 2, 4 points), 4 groups" in r.out and "4 found" in r.out, r.out
    assert "2 of the rows are in no group" in open("page.html").read()
    rows = ok("predict", "heaps.clusters.safetensors", path).rows()
    assert [row["prediction"] for row in rows[-2:]] == ["-1", "-1"] and list(rows[0]) == ["prediction"]
    shown = ok("show", "heaps.clusters.safetensors", "--json").json()
    assert shown["noise"] == 2 and sum(g["rows"] for g in shown["groups"]) == 240 and "radius 2," in shown["details"]
    assert "2 rows are in no group" in ok("show", "heaps.clusters.safetensors").out
    write("new.csv", ["x", "y"], [[12.2, .1], [50.5, -3]])
    assert [row["prediction"] for row in ok("predict", "heaps.clusters.safetensors", "new.csv").rows()] == [rows[0]["prediction"], "-1"]
    r = ok("cluster", path, "--method", "dbscan", "--scale", "none", "--radius", .0001, "--json")
    assert r.json()["k"] == 0 and r.json()["sizes"] == [] and r.json()["silhouette"] is None and "give a larger radius" in r.err, r.err
    assert {row["prediction"] for row in ok("predict", "heaps.clusters.safetensors", "new.csv").rows()} == {"-1"}
    ok("show", "heaps.clusters.safetensors")


@test
def a_hierarchy_has_its_tree_in_the_page():
    """--report: brackets for the last merges, the cut, each linkage"""
    for linkage in ("ward", "complete", "average", "single"):
        r = ok("cluster", data("wine"), "--truth", "cultivar", "--method", "hierarchical", "--linkage", linkage, "--k", 3, "--report", "wine.html")
        page = open("wine.html").read()
        assert f"({linkage} linkage), 3 groups" in r.out and "Tree of groups" in page and "the last 29 merges" in page
        tree = page[page.index("Tree of groups"):]
        tree = tree[:tree.index("</svg>")]
        assert len(re.findall(r'<path class="(?:line c\d|whisker)" d="M[\d.]+ [\d.]+V[\d.]+H[\d.]+V[\d.]+"/>', tree)) == 29 and tree.count('class="mark"') == 1
    ok("cluster", data("wine"), "--truth", "cultivar", "--method", "hierarchical", "--report", "tree.svg", "--quiet")
    assert open("tree.svg").read().startswith("<svg") and "Tree of groups" in open("tree.svg").read() and "var(" not in open("tree.svg").read()
    ok("cluster", heaps(4, 5), "--method", "hierarchical", "--k", 2, "--report", "few.html", "--quiet")
    assert "the last 4 merges" in open("few.html").read()


@test
def the_same_seed_gives_the_same_file():
    """byte for byte, with any number of threads"""
    for method in METHODS:
        files = []
        for threads in (1, 2):
            ok("cluster", data("digits"), "--truth", "digit", "--k", 7, "--method", method, "--threads", threads, "--out", "m.safetensors", "--quiet", "--starts", 2)
            files.append(open("m.safetensors", "rb").read())
        assert files[0] == files[1], method


@test
def what_cannot_be_grouped_is_refused():
    """too many groups, one row, a constant table, a radius that is none: exit code and cure; equal rows and missing cells are grouped"""
    write("few.csv", ["a", "b"], [[1.5, 2], [2.5, 1], [1.5, 2], [9, 8]])
    write("one.csv", ["a", "b"], [[1.5, 2]])
    write("constant.csv", ["a", "b"], [[1, 2]] * 9)
    gaps = write("gaps.csv", ["a", "b"], [[1.5, ""], [2.5, 1], ["", 2], [9, 8], [9.5, "nan"], ["", ""], [1.6, 2]])
    for method in METHODS:
        if method != "dbscan":
            refused(["cluster", "few.csv", "--method", method, "--k", 5], 2, "give at most 3")
        refused(["cluster", "one.csv", "--method", method], 1, "one.csv")
        refused(["cluster", "constant.csv", "--method", method], 1, "constant.csv")
        assert sum(ok("cluster", "few.csv", "--method", method, "--k", 2, "--json").json()["sizes"]) <= 4
        assert sum(ok("cluster", gaps, "--method", method, "--k", 2, "--json").json()["sizes"]) <= 7
        refused(["cluster", "few.csv", "--method", method, "--stream"], 2, "minibatch")
    assert "k = 2 is not looked at" in ok("cluster", "few.csv", "--method", "dbscan", "--k", 2).err
    for option, value in [("--radius", 0), ("--radius", -1), ("--radius", "nan"), ("--radius", "wide"), ("--min-points", 0), ("--covariance", "spherical"), ("--linkage", "centroid")]:
        refused(["cluster", "few.csv", "--method", "dbscan", f"{option}={value}"], 2, option[2:])


main()
