"""micrograd curve, as a user drives it."""
import os, re, xml.dom.minidom

import harness
from harness import ROOT, ok, on_terminal, random, refused, test

WINE = os.path.join(ROOT, "data", "wine.csv")
QUICK = ["--members", 1, "--folds", 3]


def curve(data, *args):
    return ok("curve", data, "--json", "--quiet", *QUICK, *args).json()


def noisy(path, rows=240, seed=3):
    """Two numbers whose product's sign is the class, a fifth of the labels by chance, and ten numbers that say nothing."""
    g = random.Random(seed)
    with open(path, "w") as f:
        f.write("a,b," + ",".join(f"n{k}" for k in range(10)) + ",y\n")
        for _ in range(rows):
            a, b = g.uniform(-1, 1), g.uniform(-1, 1)
            y = (a * b > 0) ^ (g.random() < .1)
            f.write(",".join(f"{v:.3f}" for v in (a, b, *(g.gauss(0, 1) for _ in range(10)))) + f",{'yn'[y]}\n")


@test
def more_rows_are_tried_from_a_tenth_to_all():
    """--of rows: shares of the training rows, ascending, each scored on the same folds"""
    r = curve(WINE, "--of", "rows", "--epochs", 20)
    assert r["of"] == "rows" and r["metric"] == "accuracy" and r["folds"] == 3
    rows = [p["train_rows"] for p in r["points"]]
    assert rows == sorted(rows) and abs(rows[-1] - 178 * 2 / 3) < 1 and rows[0] < 20, rows
    assert [p["value"] for p in r["points"]] == rows
    for p in r["points"]:
        assert 0 <= p["mean"]["accuracy"] <= 1 and p["train"]["mean"]["accuracy"] >= p["mean"]["accuracy"] - .2
    assert r["points"][-1]["mean"]["accuracy"] > .9 and "rows" in r["verdict"]


@test
def the_last_point_is_the_cross_validation():
    """all rows give what cross-validate tells"""
    all_rows = curve(WINE, "--of", "rows", "--epochs", 10)["points"][-1]
    cv = ok("cross-validate", WINE, "--json", "--quiet", *QUICK, "--epochs", 10).json()
    assert all_rows["mean"] == cv["mean"] and all_rows["deviation"] == cv["deviation"] and all_rows["train"] == cv["train"]


@test
def more_rows_help_where_they_do():
    """a problem that few rows cannot show: the verdict says that more help, and by how much"""
    noisy("d.csv", 600)
    r = curve("d.csv", "--of", "rows", "--model", "dense(32) tanh", "--epochs", 60, "--folds", 5)
    assert r["verdict"].startswith("More rows help: from 240 to 480"), r["verdict"]
    assert r["points"][-1]["mean"]["accuracy"] - r["points"][0]["mean"]["accuracy"] > .1
    assert "overfits" in r["verdict"]


@test
def a_setting_under_and_overfits():
    """few epochs underfit; where the training rows are known by heart and others are not, it overfits"""
    noisy("d.csv")
    r = curve("d.csv", "--of", "epochs=log:1..100/5", "--model", "dense(32) tanh", "--val-fraction", 0, "--folds", 5)
    assert [p["value"] for p in r["points"]] == [1, 3, 10, 32, 100]
    train = [p["train"]["mean"]["accuracy"] for p in r["points"]]
    assert train[0] < .75 and train[-1] > .95, train
    assert r["best"] > 3 and "At 1 it underfits" in r["verdict"], r["verdict"]
    r = curve("d.csv", "--of", "weight-decay=log:0.1..30/4", "--model", "dense(64) tanh", "--epochs", 150, "--val-fraction", 0, "--folds", 5, "--lr", .01, "--metric", "log_loss")
    assert r["metric"] == "log_loss" and "At 0.1 it overfits" in r["verdict"], r


@test
def words_are_compared():
    """--of a setting of words: each of them but auto, in their order, or those that were given"""
    r = curve(WINE, "--of", "scale", "--epochs", 10)
    assert [p["value"] for p in r["points"]] == ["robust", "standard", "none"]
    assert r["best"] in ("robust", "standard") and "Best at scale" in r["verdict"]
    r = curve(WINE, "--of", "optimizer=adam|gd", "--epochs", 5)
    assert [p["value"] for p in r["points"]] == ["adam", "gd"]


@test
def a_setting_has_a_range_of_its_own():
    """dropout, batch and lr without a range; numbers have few digits"""
    r = curve(WINE, "--of", "dropout", "--epochs", 3)
    assert [p["value"] for p in r["points"]] == [0, .2, .4, .6, .8]
    r = curve(WINE, "--of", "batch", "--epochs", 2)
    assert [p["value"] for p in r["points"]] == [8, 16, 32, 64, 128, 256, 512]
    r = curve(WINE, "--of", "lr", "--epochs", 2)
    assert [p["value"] for p in r["points"]] == [.0001, .000316, .001, .00316, .01, .0316, .1]


@test
def threads_change_no_number():
    """one thread and two give the same points"""
    a, b = (curve(WINE, "--of", "l2", "--epochs", 3, "--threads", n) for n in (1, 2))
    assert a["points"] == b["points"] and a["verdict"] == b["verdict"]


@test
def the_picture_and_the_page_hold_the_curve():
    """--out: SVG that is XML with two lines and plain colours; --report: a page with verdict and table; words become bars"""
    r = ok("curve", WINE, "--of", "l2=log:1e-4..1/3", *QUICK, "--epochs", 5, "--out", "c.svg", "--report", "c.html")
    picture = open("c.svg").read()
    xml.dom.minidom.parseString(picture)
    assert picture.count('class="line') == 2 and "held out" in picture and "trained on" in picture and ">l2<" in picture
    assert "var(" not in picture and "@media" not in picture and "#0b6fb8" in picture
    page = open("c.html").read()
    assert "Best at l2" in page and page.count("<tr") == 4 and "<script" not in page and "0.01" in page
    assert "Best at l2" in re.sub(r"\s+", " ", r.out) and "held out" in r.out
    ok("curve", WINE, "--of", "scale", *QUICK, "--epochs", 5, "--out", "w.svg", "--quiet")
    words = open("w.svg").read()
    xml.dom.minidom.parseString(words)
    assert words.count('class="bar"') == 3 and "robust" in words


@test
def a_terminal_shows_the_curve():
    """a plot of the held-out rows"""
    code, shown = on_terminal("curve", WINE, "--of", "rows", *QUICK, "--epochs", 5)
    assert code == 0 and "accuracy of held-out rows by rows" in shown and "verdict" in shown, shown[-800:]


@test
def what_cannot_be_is_refused_with_its_cure():
    """settings that there are none of, without a range, ranges that are none, files that would be lost"""
    refused(["curve", WINE, "--of", "nonsense"], 2, "nonsense", "rows", "lr")
    refused(["curve", WINE, "--of", "epochs=9..3"], 2, "epochs", "inverted")
    refused(["curve", WINE, "--of", "dropout=0..0.5/100"], 2, "100", "64")
    refused(["curve", WINE, "--of", "json"], 2, "json")
    refused(["curve", WINE, "--of", "momentum", "--optimizer", "adam"], 2, "momentum")
    refused(["curve", WINE, "--of", "dropout", "--model", "dense(4) relu"], 2, "dropout")
    refused(["curve", WINE, "--of", ""], 2, "--of")
    refused(["curve", WINE, "--out", "curve.png"], 2, "curve.png", ".svg")
    refused(["curve", WINE, "--report", WINE], 2, "--report")
    refused(["curve", WINE, "--test", WINE], 2, "--test")
    refused(["curve", WINE, "--folds", 500], 2, "folds: 500")


harness.main()
