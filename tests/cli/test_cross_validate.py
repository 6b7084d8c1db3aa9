"""micrograd cross-validate, as a user drives it; its folds and scores against scikit-learn's."""
import math, os, signal, subprocess, time

import harness
from harness import BINARY, ROOT, Skip, csv, environment, fail, json, ok, on_terminal, random, refused, run, test

try:
    import numpy, sklearn.metrics as metrics, sklearn.model_selection as selection
except ImportError:
    numpy = None

WINE = os.path.join(ROOT, "data", "wine.csv")
QUICK = ["--members", 1, "--epochs", 5, "--model", "dense(8) relu"]


def sklearn_or_skip():
    if not numpy:
        raise Skip("Python has no scikit-learn")


def rows_of(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def write(path, rows):
    with open(path, "w", newline="") as f:
        w = csv.DictWriter(f, list(rows[0]))
        w.writeheader()
        w.writerows(rows)


def cross_validated(data, *args):
    return ok("cross-validate", data, "--json", "--quiet", *args).json()


@test
def a_table_is_scored_within_seconds():
    """wine on five folds: above 0.94, the mean is that of the folds, and each row is in one"""
    began = time.monotonic()
    r = cross_validated(WINE, "--folds", 5, "--seed", 1)
    assert time.monotonic() - began < 60, time.monotonic() - began
    assert r["mean"]["accuracy"] > .94, r["mean"]
    for name in ("accuracy", "log_loss", "roc_auc"):
        each = [f[name] for f in r["folds"]]
        mean = sum(each) / 5
        assert abs(mean - r["mean"][name]) < 1e-12, name
        assert abs(math.sqrt(sum((x - mean) ** 2 for x in each) / 4) - r["deviation"][name]) < 1e-12, name
    assert [f["rows"] + f["train_rows"] for f in r["folds"]] == [178] * 5
    assert sum(f["rows"] for f in r["folds"]) == 178 and [f["fold"] for f in r["folds"]] == [1, 2, 3, 4, 5]
    low, high = r["interval"]["accuracy"]
    assert low < r["mean"]["accuracy"] <= high <= 1
    assert sum(map(sum, r["confusion"])) == 178 and r["classes"] == ["class_0", "class_1", "class_2"]
    assert r["pooled"]["accuracy"] == sum(r["confusion"][i][i] for i in range(3)) / 178


@test
def threads_change_no_number():
    """one thread and three give the same JSON, and the same predictions"""
    seen = []
    for threads in (1, 3):
        r = cross_validated(WINE, *QUICK, "--repeats", 2, "--folds", 3, "--threads", threads, "--predictions", f"p{threads}.csv")
        r.pop("seconds")
        seen.append(r)
    assert seen[0] == seen[1]
    assert open("p1.csv", "rb").read() == open("p3.csv", "rb").read()
    other = cross_validated(WINE, *QUICK, "--repeats", 2, "--folds", 3, "--seed", 1)
    assert other["mean"] != seen[0]["mean"]


def check_scores(folds, predictions, classes):
    """Each fold's scores by scikit-learn, from the predictions."""
    for number, fold in enumerate(folds, 1):
        rows = [p for p in predictions if int(p["fold"]) == number]
        assert fold["rows"] == len(rows)
        truth, answer = [p["truth"] for p in rows], [p["prediction"] for p in rows]
        if classes:
            p = numpy.array([[float(row[f"probability_{c}"]) for c in classes] for row in rows])
            binary = len(classes) == 2
            wanted = dict(accuracy=metrics.accuracy_score(truth, answer), balanced_accuracy=metrics.balanced_accuracy_score(truth, answer),
                          f1_macro=metrics.f1_score(truth, answer, average="macro"), mcc=metrics.matthews_corrcoef(truth, answer),
                          log_loss=metrics.log_loss(truth, p, labels=classes))
            if len(set(truth)) == len(classes):
                wanted["roc_auc"] = (metrics.roc_auc_score(truth, p[:, 1]) if binary else
                                     metrics.roc_auc_score(truth, p, multi_class="ovr", average="macro", labels=classes))
        else:
            truth, answer = [float(x) for x in truth], [float(x) for x in answer]
            wanted = dict(r2=metrics.r2_score(truth, answer), mae=metrics.mean_absolute_error(truth, answer), rmse=metrics.mean_squared_error(truth, answer) ** .5,
                          median_absolute_error=metrics.median_absolute_error(truth, answer), explained_variance=metrics.explained_variance_score(truth, answer))
        for name, value in wanted.items():
            assert abs(fold[name] - value) <= 1e-9 * max(1, abs(value)), (number, name, fold[name], value)


def check_splitter(name, splitter, groups=None):
    """Folds of a splitter of scikit-learn, as a column: its rows judge, all others train, and the scores are its own."""
    sklearn_or_skip()
    data = rows_of(os.path.join(ROOT, "data", f"{name}.csv"))
    target = list(data[0])[-1]
    labels = [row[target] for row in data]
    for number, (_, judged) in enumerate(splitter.split(numpy.zeros(len(data)), labels, groups)):
        for i in judged:
            data[i]["fold"] = f"{number:02}"
    data = [{"fold": row.pop("fold"), **row} for row in data]
    write("folds.csv", data)
    r = cross_validated("folds.csv", *QUICK, "--split", "column:fold", "--predictions", "p.csv")
    predictions = rows_of("p.csv")
    assert [int(p["row"]) for p in predictions] == list(range(1, len(data) + 1))
    assert [int(p["fold"]) for p in predictions] == [int(row["fold"]) + 1 for row in data]
    truth = [p["truth"] for p in predictions]
    assert truth == labels or [float(t) for t in truth] == [float(x) for x in labels]
    check_scores(r["folds"], predictions, r.get("classes"))
    return r


@test
def folds_of_scikit_learn_are_scored_as_it_scores_them():
    """StratifiedKFold on three classes and on two, KFold on numbers, GroupKFold: memberships as recorded, scores to 1e-9"""
    sklearn_or_skip()
    check_splitter("wine", selection.StratifiedKFold(5, shuffle=True, random_state=3))
    check_splitter("breast_cancer", selection.StratifiedKFold(3, shuffle=True, random_state=4))
    check_splitter("diabetes", selection.KFold(4, shuffle=True, random_state=5))
    check_splitter("iris", selection.GroupKFold(6), groups=[i * 7 % 13 for i in range(150)])


@test
def pooled_scores_are_those_of_all_predictions():
    """by scikit-learn, from the predictions of all folds together"""
    sklearn_or_skip()
    r = cross_validated(WINE, *QUICK, "--predictions", "p.csv")
    check_scores([{**r["pooled"], "rows": 178}], [{**p, "fold": 1} for p in rows_of("p.csv")], r["classes"])


@test
def folds_in_time_are_those_of_scikit_learn():
    """--split time: the rows of each fold are those of TimeSeriesSplit on the rows in order, the oldest are in none, and each fold trains on what is older"""
    sklearn_or_skip()
    g = random.Random(6)
    days = list(range(61))
    g.shuffle(days)
    write("t.csv", [{"day": f"2026-{1 + d // 28:02}-{1 + d % 28:02}", "x": round(g.random(), 3), "y": round(3 * g.random() + d / 50, 3)} for d in days])
    r = cross_validated("t.csv", *QUICK, "--split", "time:day", "--folds", 4, "--predictions", "p.csv")
    fold_of = {int(p["row"]) - 1: int(p["fold"]) for p in rows_of("p.csv")}
    order = sorted(range(61), key=lambda i: days[i])
    for number, (train, judged) in enumerate(selection.TimeSeriesSplit(4).split(order), 1):
        assert sorted(i for i in fold_of if fold_of[i] == number) == sorted(order[k] for k in judged)
        assert r["folds"][number - 1]["train_rows"] == len(train)
    assert len(fold_of) == sum(f["rows"] for f in r["folds"])


@test
def groups_stay_together():
    """--split group: no group is in two folds, and all leaves one group out"""
    g = random.Random(7)
    rows = [{"who": f"p{i % 9}", "x": round(g.random(), 3), "y": "ab"[g.random() < .5]} for i in range(90)]
    write("g.csv", rows)
    for folds, wanted in ((4, 4), ("all", 9)):
        r = cross_validated("g.csv", *QUICK, "--split", "group:who", "--folds", folds, "--predictions", "p.csv")
        assert len(r["folds"]) == wanted
        seen = {}
        for p in rows_of("p.csv"):
            assert seen.setdefault(rows[int(p["row"]) - 1]["who"], p["fold"]) == p["fold"]


@test
def models_are_compared_on_the_same_folds():
    """--compare: paired, with t and p as SciPy has them, and a verdict in words"""
    sklearn_or_skip()
    from scipy import stats
    g = random.Random(8)
    rows = [{"a": round(g.uniform(-1, 1), 4), "b": round(g.uniform(-1, 1), 4)} for _ in range(150)]
    write("xor.csv", [{**row, "y": "same" if row["a"] * row["b"] > 0 else "other"} for row in rows])
    args = ["--members", 1, "--epochs", 80, "--compare", "", "--compare", "dense(24) tanh", "--compare", "dense(24) tanh dropout(0.4)"]
    r = cross_validated("xor.csv", *args)
    assert [m["model"] for m in r["models"]] == ["", "dense(24) tanh", "dense(24) tanh dropout(0.4)"]
    assert r["metric"] == "accuracy" and r["best"] in (1, 2)
    for c in r["comparisons"]:
        d = [x["accuracy"] - y["accuracy"] for x, y in zip(r["models"][c["a"]]["folds"], r["models"][c["b"]]["folds"])]
        ratio = sum(f["rows"] for f in r["models"][0]["folds"]) / sum(f["train_rows"] for f in r["models"][0]["folds"])
        t = numpy.mean(d) / math.sqrt((1 / 5 + ratio) * numpy.var(d, ddof=1))
        assert abs(c["t"] - t) < 1e-9 * abs(t) and abs(c["p"] - 2 * stats.t.sf(abs(t), 4)) < 1e-9, c
    linear = next(c for c in r["comparisons"] if c["b"] == 0)
    assert "is better than no hidden layer by" in linear["verdict"] and linear["p_adjusted"] < .05, linear
    twin = next(c for c in r["comparisons"] if c["b"] != 0)
    assert "no difference that 5 folds can tell" in twin["verdict"], twin
    shown = ok("cross-validate", "xor.csv", *args).out
    assert shown.count("verdict") == 2 and "no hidden layer" in shown


@test
def what_is_shown_holds_folds_means_and_confusion():
    """for people: a row a fold, mean, deviation and interval a metric, the matrix; no model is written"""
    r = ok("cross-validate", WINE, *QUICK, "--folds", 3)
    for word in ("178 rows", "fold", "mean", "deviation", "95 % interval", "pooled", "balanced_accuracy", "is \\ taken for", "class_2"):
        assert word in r.out, f"{word!r} is not in\n{r.out}"
    assert os.listdir() == []
    r = ok("cross-validate", os.path.join(ROOT, "data", "diabetes.csv"), *QUICK, "--folds", 2, "--repeats", 2, "--quiet")
    assert "2.1" in r.out and "r2" in r.out and r.err == ""


@test
def repeats_deal_anew():
    """each repeat has every row once, in other folds; predictions say which"""
    r = cross_validated(WINE, *QUICK, "--repeats", 2, "--folds", 4, "--predictions", "p.csv")
    rows = rows_of("p.csv")
    first, second = ([p for p in rows if p["repeat"] == n] for n in ("1", "2"))
    assert [p["row"] for p in first] == [p["row"] for p in second] and len(first) == 178
    assert sum(a["fold"] != b["fold"] for a, b in zip(first, second)) > 80
    assert [(f["repeat"], f["fold"]) for f in r["folds"]] == [(n, k) for n in (1, 2) for k in (1, 2, 3, 4)]


@test
def the_encoder_learns_nothing_from_the_fold():
    """an outlier, a category and a word that only the fold holds change no other row's answer"""
    g = random.Random(9)
    rows = [{"fold": i % 3, "x": round(g.random(), 3), "c": "red green".split()[i % 2], "y": "yn"[g.random() < .5]} for i in range(60)]
    seen = []
    for x, c in ((.5, "red"), (1e12, "red"), (.5, "violet"), ("unknown", "red")):
        write("d.csv", [{**rows[0], "x": x, "c": c}, *rows[1:]])
        cross_validated("d.csv", *QUICK, "--bins", 4, "--split", "column:fold", "--predictions", "p.csv")
        seen.append([p for p in rows_of("p.csv")[1:] if p["fold"] == "1"])
    assert len(seen[0]) == 19 and seen[1:] == [seen[0]] * 3


@test
def classes_that_are_rare_are_told():
    """a class of one row is a mistake where its fold is judged, and said so"""
    g = random.Random(10)
    write("r.csv", [{"x": i % 2 + g.random() / 9, "y": "odd" if i == 7 else "ab"[i % 2]} for i in range(60)])
    r = run("cross-validate", "r.csv", "--members", 1, "--epochs", 60, "--model", "dense(8) relu", "--json", "--lr", .03)
    j = r.json()
    assert "no row outside has" in r.err and any("no row outside has" in w for w in j["warnings"])
    odd = j["classes"].index("odd")
    assert j["confusion"][odd][odd] == 0 and sum(j["confusion"][odd]) == 1


@test
def ctrl_c_tells_what_is_done():
    """130, the folds so far, and no predictions"""
    p = subprocess.Popen([BINARY, "cross-validate", os.path.join(ROOT, "data", "digits.csv"), "--folds", "100", "--threads", "1", "--members", "1", "--epochs", "3", "--json",
                          "--predictions", "p.csv"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True)
    time.sleep(4)
    p.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = p.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert p.returncode == 130, (p.returncode, err)
    r = json.loads(out)
    assert r["interrupted"] and 0 < len(r["folds"]) < 100 and "interrupted" in err, err
    assert abs(sum(f["accuracy"] for f in r["folds"]) / len(r["folds"]) - r["mean"]["accuracy"]) < 1e-12
    assert os.listdir() == []


@test
def progress_is_shown_on_a_terminal():
    """how many trainings are done, and --quiet shows none"""
    code, shown = on_terminal("cross-validate", os.path.join(ROOT, "data", "digits.csv"), "--members", 1, "--epochs", 20, "--folds", 3)
    assert code == 0 and "trainings done" in shown, shown[-500:]
    code, shown = on_terminal("cross-validate", WINE, *QUICK, "--quiet")
    assert code == 0 and "trainings done" not in shown


@test
def what_cannot_be_is_refused_with_its_cure():
    """a test file, one comparison, folds beyond the rows, columns and texts that are none"""
    refused(["cross-validate", WINE, "--test", WINE], 2, "--test", "leave it out", "micrograd train")
    refused(["cross-validate", WINE, "--compare", "dense(3)"], 2, "--compare", "another")
    refused(["cross-validate", WINE, "--compare", "dense(3)", "--compare", "dense(4) nonsense"], 2, "nonsense")
    refused(["cross-validate", WINE, "--model", "relu", "--compare", "dense(3)", "--compare", ""], 2, "--model", "--compare")
    refused(["cross-validate", WINE, "--compare", "dense(3)", "--compare", "", "--predictions", "p.csv"], 2, "--predictions")
    refused(["cross-validate", WINE, "--folds", 1], 2, "folds", "all")
    refused(["cross-validate", WINE, "--folds", "some"], 2, "folds", "all", "auto")
    refused(["cross-validate", WINE, "--folds", 500], 2, "folds: 500", "178")
    refused(["cross-validate", WINE, "--split", "column:nobody"], 2, "nobody")
    refused(["cross-validate", WINE, "--repeats", 0], 2, "repeats")
    refused(["cross-validate", WINE, "--folds", "all", "--repeats", 2], 2, "repeats: 2", "leave it out")
    refused(["cross-validate", WINE, "--model", "dense(8) rely"], 2, "rely")
    refused(["cross-validate", "nowhere.csv"], 1, "nowhere.csv")
    refused(["cross-validate", WINE, "--predictions", "no/such/folder.csv"], 1, "no/such/folder.csv")
    write("one.csv", [{"x": i, "fold": i // 10, "y": "a" if i < 10 else "ab"[i % 2]} for i in range(20)])
    refused(["cross-validate", "one.csv", "--split", "column:fold"], 1, "fold 2 of 2", "nothing to learn")
    write("same.csv", [{"x": i, "y": i % 2} for i in range(20)])
    os.link("same.csv", "link.csv")
    refused(["cross-validate", "same.csv", "--predictions", "link.csv"], 2, "--predictions", "over the data")


harness.main()
