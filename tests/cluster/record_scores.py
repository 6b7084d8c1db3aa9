"""Records scikit-learn's scores of some groups in scores.txt, for test_scores.c: a venv with scikit-learn runs it.

A case: "case rows columns", a line a row (label, truth, features), then silhouette, Davies-Bouldin, Calinski-Harabasz, adjusted Rand, normalised mutual
information, purity, best-matching accuracy.
"""
import os

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn import metrics
from sklearn.metrics.cluster import contingency_matrix

random = np.random.default_rng(7)
out = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "scores.txt"), "w", encoding="ascii")


def case(x, label, truth):
    both = contingency_matrix(label, truth)
    scores = [metrics.silhouette_score(x, label), metrics.davies_bouldin_score(x, label), metrics.calinski_harabasz_score(x, label),
              metrics.adjusted_rand_score(truth, label), metrics.normalized_mutual_info_score(truth, label),
              both.max(axis=1).sum() / len(label), both[linear_sum_assignment(-both)].sum() / len(label)]
    print("case", *x.shape, file=out)
    for i in range(len(x)):
        print(label[i], truth[i], *(repr(float(v)) for v in x[i]), file=out)
    print(*(repr(float(v)) for v in scores), file=out)


for rows, columns, groups, truths, noise in [(40, 2, 3, 3, .3), (60, 5, 4, 6, 1), (50, 3, 7, 2, 2), (30, 1, 2, 5, .1), (64, 4, 2, 2, 0)]:
    truth = random.integers(0, truths, rows)
    truth[:truths] = np.arange(truths)
    x = random.normal(0, 1, (truths, columns))[truth] * 3 + random.normal(0, 1 + noise, (rows, columns))
    label = np.where(random.random(rows) < noise / 3, random.integers(0, groups, rows), truth % groups)
    label[:groups] = np.arange(groups)
    case(np.round(x, 6), label, truth)
x = np.round(random.normal(0, 1, (12, 2)), 3)  # a group of one row, equal rows, groups that say nothing of the truth
x[5] = x[4]
case(x, np.array([0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]), np.array([0, 1] * 6))
