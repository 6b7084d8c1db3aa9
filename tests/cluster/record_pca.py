"""Records scikit-learn's PCA in pca.txt, for test_pca.c: a venv with scikit-learn runs it.

A case: "case rows columns dimensions", a line a row (numbers that single precision holds), then lines of variance, share, each component, each row's place. At the
end "digits dimensions": of data/digits.csv without the digit variance, share and the places of the first 5 rows.
"""
import csv, os

import numpy as np
from sklearn.decomposition import PCA

HERE = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(3)
out = open(os.path.join(HERE, "pca.txt"), "w", encoding="ascii")


def line(values):
    print(*(repr(float(v)) for v in values), file=out)


def found(x, dimensions):
    pca = PCA(dimensions, svd_solver="full")
    y = pca.fit_transform(x)
    return pca, y


def case(x, dimensions):
    x = x.astype("f4").astype("f8")
    pca, y = found(x, dimensions)
    print("case", *x.shape, dimensions, file=out)
    for part in (x, [pca.explained_variance_], [pca.explained_variance_ratio_], pca.components_, y):
        for row in part:
            line(row)


def table(rows, columns, fall):
    turn = np.linalg.qr(random.normal(0, 1, (columns, columns)))[0]
    return np.round(random.normal(0, 1, (rows, columns)) * fall ** np.arange(columns) @ turn + random.normal(0, 3, columns), 4)


case(table(40, 5, .6), 5)
case(table(24, 3, .1), 2)
case(table(12, 20, .8), 6)  # fewer rows than columns
x = table(30, 6, .7)
x[:, 4] = 2.5  # a constant column, and one that another gives
x[:, 5] = 2 * x[:, 1]
case(x, 4)
case(1000 + .01 * table(20, 4, .5), 3)  # far from 0
digits = np.array([[float(v) for v in row[:-1]] for row in list(csv.reader(open(os.path.join(HERE, "../../data/digits.csv"))))[1:]])
pca, y = found(digits, 6)
print("digits", 6, file=out)
for row in ([pca.explained_variance_], [pca.explained_variance_ratio_], y[:5]):
    for r in row:
        line(r)
