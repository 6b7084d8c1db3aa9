"""Records scikit-learn's t-SNE in tsne.txt, for test_tsne.c: a venv with scikit-learn runs it.

"rows columns perplexity", the rows, the probabilities p_ij of each pair (all rows are neighbours), a map of two dimensions, its KL divergence and gradient; then the
divergence that TSNE ends with on data/digits.csv without the digit.
"""
import csv, os

import numpy as np
from scipy.spatial.distance import squareform
from sklearn.manifold import TSNE, _t_sne
from sklearn.metrics import pairwise_distances

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS, COLUMNS, PERPLEXITY = 30, 4, 6
random = np.random.default_rng(5)
x = np.round(random.normal(0, 1, (ROWS, COLUMNS)) + 4 * (np.arange(ROWS) % 3)[:, None], 3)
y = np.round(random.normal(0, 1, (ROWS, 2)), 3)
p = _t_sne._joint_probabilities(pairwise_distances(x, squared=True).astype("f4"), PERPLEXITY, 0)
kl, gradient = _t_sne._kl_divergence(y.ravel(), p, 1, ROWS, 2)
digits = np.array([[float(v) for v in row[:-1]] for row in list(csv.reader(open(os.path.join(HERE, "../../data/digits.csv"))))[1:]])
with open(os.path.join(HERE, "tsne.txt"), "w", encoding="ascii") as out:
    print(ROWS, COLUMNS, PERPLEXITY, file=out)
    for part in (x, squareform(p), y, [[kl]], gradient.reshape(ROWS, 2), [[TSNE(init="pca", random_state=0).fit(digits).kl_divergence_]]):
        for row in part:
            print(*(f"{float(v):.9g}" for v in row), file=out)
