"""Records what scikit-learn and scipy find in densities.txt, for test_gmm.c, test_hierarchical.c and test_dbscan.c: a venv with both runs it.

A case: "mixture KIND rows columns k steps", a line a row, a line a centre to begin from, then mean log-likelihood and BIC, the labels, a line a mean.
"linkage KIND rows columns k", a line a row, a line a merge (a, b, height, rows), the labels of k groups.
"dbscan rows columns radius min_points", a line a row, the labels. Rows are exact in f32.
"""
import os, warnings

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import DBSCAN
from sklearn.metrics import pairwise_distances
from sklearn.mixture import GaussianMixture
from sklearn.mixture._gaussian_mixture import _estimate_gaussian_parameters

random = np.random.default_rng(11)
out = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "densities.txt"), "w", encoding="ascii")
warnings.simplefilter("ignore")


def put(*rows):
    for row in rows:
        print(*(repr(v) if isinstance(v, str) else f"{v:.17g}" for v in np.atleast_1d(row).tolist()), file=out)


def heaps(rows, columns, groups, width):
    middle = random.normal(0, 4, (groups, columns))
    shape = random.normal(0, 1, (groups, columns, columns))
    of = np.arange(rows) % groups
    x = middle[of] + width * np.einsum("ni,nij->nj", random.normal(0, 1, (rows, columns)), shape[of])
    return (np.round(x * 256) / 256).astype("f4").astype(float)


def mixture(kind, rows, columns, k, width, steps):
    x = heaps(rows, columns, k, width)
    centres = x[random.choice(rows, k, False)]
    name = {"full": "full", "diagonal": "diag", "tied": "tied"}[kind]
    first = np.eye(k)[pairwise_distances(x, centres).argmin(1)]
    weights, means, covariances = _estimate_gaussian_parameters(x, first, 1e-6, name)
    precisions = 1 / covariances if name == "diag" else np.linalg.inv(covariances)
    m = GaussianMixture(k, covariance_type=name, tol=0, max_iter=steps, weights_init=weights / rows, means_init=means, precisions_init=precisions).fit(x)
    print("mixture", kind, rows, columns, k, steps, file=out)
    put(*x, *centres, [m.score(x), m.bic(x)], m.predict(x), *m.means_)


def tree(kind, rows, columns, k):
    x = heaps(rows, columns, 4, 1)
    z = linkage(x, kind)
    print("linkage", kind, rows, columns, k, file=out)
    put(*x, *z, fcluster(z, k, "maxclust"))


def density(rows, columns, groups, width, radius, points):
    """A case of several groups, noise and rows at their edges, none of which is near to two groups: which it has then is a matter of taste."""
    while True:
        x = heaps(rows, columns, groups, width)
        x[:rows // 8] = np.round(random.normal(0, 6, (rows // 8, columns)) * 256) / 256
        d = DBSCAN(eps=radius, min_samples=points).fit(x)
        core = d.core_sample_indices_
        near = pairwise_distances(x, x[core]) <= radius
        noise = (d.labels_ < 0).sum()
        if all(len({d.labels_[c] for c in core[row]}) <= 1 for row in near) and d.labels_.max() >= 1 and noise >= 3 and len(core) + noise < rows - 3:
            break
    print("dbscan", rows, columns, radius, points, file=out)
    put(*x, d.labels_)


mixture("full", 90, 3, 3, 1, 12)
mixture("full", 120, 4, 4, 2, 40)
mixture("diagonal", 90, 4, 3, 1.5, 15)
mixture("tied", 90, 3, 3, 1.5, 15)
mixture("full", 40, 2, 1, 1, 1)
for kind in ("ward", "complete", "average", "single"):
    tree(kind, 50, 3, 4)
    tree(kind, 30, 7, 5)
density(150, 2, 3, .8, .6, 4)
density(150, 3, 3, .5, .9, 5)
density(80, 17, 3, .4, 6, 5)
