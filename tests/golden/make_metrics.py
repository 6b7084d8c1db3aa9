#!/usr/bin/env python3
"""Records scikit-learn's metrics: writes tests/golden/metrics.h.

    /usr/bin/python3 tests/golden/make_metrics.py             needs scikit-learn (Debian: python3-sklearn); the tests need only the header

Written as NAN are the values that scikit-learn refuses to compute, or makes up with a warning (the average precision of a class without rows), or
leaves at 1 for a single row (explained_variance). Classes are scored one against the rest and averaged over those for which that is possible, which is what
scikit-learn does where all are there."""
import math, os, warnings
import numpy as np
import sklearn
from sklearn import metrics as m

warnings.simplefilter("ignore")
GENERATOR = np.random.RandomState(5)  # one of fixed bits


def probabilities(labels, classes, skill=1.5, digits=None):
    z = GENERATOR.standard_normal((len(labels), classes))
    z[np.arange(len(labels)), labels] += skill
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    if digits is None:
        return p
    p = np.floor(p * 2**digits) / 2**digits  # exact in binary, and so are the sums
    p[:, 0] += 1 - p.sum(1)
    return p


def one_hot(labels, classes):
    return np.eye(classes)[np.array(labels)]


def classes_case(name, labels, p, weights=None, predicted=None):
    return dict(name=name, labels=np.array(labels), p=np.array(p, float), weights=None if weights is None else np.array(weights, float), predicted=predicted)


def labels_of(n, classes):
    return GENERATOR.randint(0, classes, n)


def cases():
    y = labels_of(23, 2)
    yield classes_case("two classes", y, probabilities(y, 2))
    yield classes_case("two classes, weights", y, probabilities(y, 2), GENERATOR.uniform(0.1, 3, 23))
    yield classes_case("two classes, ties", y, probabilities(y, 2, digits=2))
    yield classes_case("two classes, ties, weights", y, probabilities(y, 2, digits=2), GENERATOR.uniform(0.1, 3, 23))
    yield classes_case("two classes, half and half", [0, 1, 1, 0], [[0.5, 0.5]] * 4)
    p = probabilities(y, 2, 0.5)
    yield classes_case("two classes, threshold 0.3", y, p, None, (p[:, 1] >= 0.3).astype(int))
    yield classes_case("two classes, perfect", [0, 1, 1, 0, 1], one_hot([0, 1, 1, 0, 1], 2))
    yield classes_case("two classes, all wrong", [0, 1, 1, 0, 1], one_hot([1, 0, 0, 1, 0], 2))
    yield classes_case("two classes, only the first there", [0] * 7, probabilities([0] * 7, 2))
    yield classes_case("two classes, only the second there", [1] * 7, probabilities([1] * 7, 2))
    yield classes_case("two classes, one row", [1], [[0.25, 0.75]])
    y = labels_of(31, 3)
    yield classes_case("three classes", y, probabilities(y, 3))
    yield classes_case("three classes, weights", y, probabilities(y, 3, 0.7), GENERATOR.uniform(0.1, 3, 31))
    yield classes_case("three classes, ties", y, probabilities(y, 3, digits=2))
    yield classes_case("three classes, ties, weights", y, probabilities(y, 3, digits=2), GENERATOR.uniform(0.1, 3, 31))
    yield classes_case("three classes, perfect", [2, 0, 1, 1], one_hot([2, 0, 1, 1], 3))
    yield classes_case("three classes, all wrong", [2, 0, 1, 1], one_hot([0, 1, 2, 2], 3))
    yield classes_case("three classes, one row", [2], [[0.5, 0.25, 0.25]])
    yield classes_case("three classes, only one there", [1] * 6, probabilities([1] * 6, 3, 0.2))
    y = labels_of(40, 6)
    yield classes_case("six classes", y, probabilities(y, 6))
    y = np.array([0, 2, 3, 5, 0, 2, 3, 3, 5, 0])
    yield classes_case("six classes, two of them absent", y, probabilities(y, 6, 0.5))
    yield classes_case("six classes, two of them absent, weights", y, probabilities(y, 6, 0.5), GENERATOR.uniform(0.1, 3, 10))


def macro(score, case):
    """Mean over the classes that have rows; of the ROC, that are not all rows either."""
    y, p, w = case["labels"], case["p"], case["weights"]
    classes = [1] if p.shape[1] == 2 else range(p.shape[1])
    values = [score((y == k).astype(int), p[:, k], sample_weight=w) for k in classes if (y == k).any() and (score is not m.roc_auc_score or not (y == k).all())]
    return np.mean(values) if values else math.nan


def calibration_error(y, p, w):
    """scikit-learn has none: 15 bins ((m - 1)/15, m/15] of the largest probability, by numpy."""
    confidence, right, w = p.max(1), p.argmax(1) == y, np.ones(len(y)) if w is None else w
    bins = np.digitize(confidence, np.arange(1, 15) / 15, right=True)
    gaps = [abs(np.average(right[bins == b], weights=w[bins == b]) - np.average(confidence[bins == b], weights=w[bins == b])) * w[bins == b].sum() for b in set(bins)]
    return sum(gaps) / w.sum()


def classification(case):
    y, p, w = case["labels"], case["p"], case["weights"]
    n, all_of = p.shape[1], np.arange(p.shape[1])
    predicted = p.argmax(1) if case["predicted"] is None else case["predicted"]
    roc, precision = macro(m.roc_auc_score, case), macro(m.average_precision_score, case)
    if n > 2 and len(set(y)) == n:  # then it has a word for it
        assert abs(roc - m.roc_auc_score(y, p / p.sum(1, keepdims=True), multi_class="ovr", sample_weight=w)) < 1e-12 or w is not None
    top = m.top_k_accuracy_score(y, p[:, 1] if n == 2 else p, k=max(1, min(3, n - 1)), labels=all_of, sample_weight=w)
    return [
        m.accuracy_score(y, predicted, sample_weight=w),
        m.balanced_accuracy_score(y, predicted, sample_weight=w),
        m.log_loss(y, p, labels=all_of, sample_weight=w),
        m.brier_score_loss(y, p[:, 1], sample_weight=w, pos_label=1) if n == 2 else np.average(((p - one_hot(y, n)) ** 2).sum(1), weights=w),
        roc,
        precision,
        m.f1_score(y, predicted, average="macro", sample_weight=w),
        m.matthews_corrcoef(y, predicted, sample_weight=w),
        top,
        calibration_error(y, p, w),
    ]


def regression_cases():
    t = GENERATOR.standard_normal(24) * 10 + 3
    y = t + GENERATOR.standard_normal(24) * 2
    yield "values", t, y, None
    yield "values, weights", t, y, GENERATOR.uniform(0.1, 3, 24)
    yield "values, odd number", t[:7], y[:7], None
    yield "values, equal errors", np.arange(6.0), np.arange(6.0) + np.array([1, -1, 1, 1, -1, 1]), None
    yield "values, far from zero", t + 1e6, y + 1e6, None
    yield "values, an offset", t, t + 2, None
    yield "values, perfect", t, t, None
    yield "values, useless", t, y[::-1], None
    yield "values, a constant target", np.full(5, 0.1), y[:5], None
    yield "values, a constant target, perfect", np.full(5, 0.1), np.full(5, 0.1), None
    yield "values, one row", t[:1], y[:1], None


def regression(t, y, w):
    one = len(t) == 1
    return [
        m.r2_score(t, y, sample_weight=w),
        math.sqrt(m.mean_squared_error(t, y, sample_weight=w)),
        m.mean_absolute_error(t, y, sample_weight=w),
        m.median_absolute_error(t, y, sample_weight=w),
        math.nan if one else m.explained_variance_score(t, y, sample_weight=w),
    ]


def number(x):
    return "NAN" if math.isnan(x) else repr(float(x))


def numbers(xs):
    return ", ".join(number(x) for x in xs)


def pointer(kind, xs, text):
    return "NULL" if xs is None else f"(const {kind}[]){{ {text} }}"


def main():
    out = [f"/* Written by tests/golden/make_metrics.py with scikit-learn {sklearn.__version__}; not edited by hand. */", "/* clang-format off */",
           "typedef struct golden_scores {", "    const char *name;", "    mg_scored scored;", "    double wanted[10]; /* the task's metrics in the order of the table */", "} golden_scores;",
           "static const golden_scores golden_classes[] = {"]
    for c in cases():
        fields = [f".rows = {c['p'].shape[0]}, .columns = {c['p'].shape[1]}", f".values = {pointer('double', c['p'], numbers(c['p'].ravel()))}",
                  f".labels = {pointer('int32_t', c['labels'], ', '.join(map(str, c['labels'])))}"]
        if c["weights"] is not None:
            fields.append(f".weights = {pointer('double', c['weights'], numbers(c['weights']))}")
        if c["predicted"] is not None:
            fields.append(f".predicted = {pointer('int32_t', c['predicted'], ', '.join(map(str, c['predicted'])))}")
        out.append(f'    {{ "{c["name"]}", {{ {", ".join(fields)} }},\n      {{ {numbers(classification(c))} }} }},')
    out += ["};", "static const golden_scores golden_values[] = {"]
    for name, t, y, w in regression_cases():
        weights = "" if w is None else f", .weights = {pointer('double', w, numbers(w))}"
        out.append(f'    {{ "{name}", {{ .rows = {len(t)}, .columns = 1, .values = {pointer("double", y, numbers(y))}, .targets = {pointer("double", t, numbers(t))}{weights} }},\n'
                   f"      {{ {numbers(regression(t, y, w))} }} }},")
    out += ["};", "/* clang-format on */", ""]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.h"), "w") as f:
        f.write("\n".join(out))


main()
