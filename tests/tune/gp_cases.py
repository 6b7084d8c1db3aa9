"""Prints tests/tune/gp_cases.h: predictions of a Gaussian process by scikit-learn. PYTHON tests/tune/gp_cases.py > tests/tune/gp_cases.h

A word is two numbers there, at a distance of 1 by its rate."""
import numpy as np
import sklearn
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

draw = np.random.default_rng(3)
RATE, SIGNAL, NOISE = np.array([4.0, 1.5, 0.7]), 1.3, 0.02
x = np.column_stack([draw.random((12, 2)).round(4), draw.integers(0, 3, 12)])
query = np.column_stack([draw.random((6, 2)).round(4), draw.integers(0, 3, 6)])
y = (np.sin(5 * x[:, 0]) + x[:, 1] * (x[:, 2] == 1)).round(4)


def numbers(a):
    return np.column_stack([a[:, :2] * np.sqrt(RATE[:2]), np.eye(3)[a[:, 2].astype(int)] * np.sqrt(RATE[2] / 2)])


gp = GaussianProcessRegressor(ConstantKernel(SIGNAL) * Matern(1.0, nu=2.5), alpha=NOISE, optimizer=None).fit(numbers(x), y)
mean, deviation = gp.predict(numbers(query), return_std=True)


def rows(a):
    return ",\n".join("    { " + ", ".join(repr(float(v)) for v in row) + " }" for row in a)


def row(a):
    return ", ".join(repr(float(v)) for v in a)


print(f"/* A Gaussian process by scikit-learn {sklearn.__version__}: gp_cases.py. */")
print("enum { CASE_POINTS = 12, CASE_QUERIES = 6 };")
print(f"static const double case_rate[3] = {{ {row(RATE)} }}, case_signal = {SIGNAL}, case_noise = {NOISE};")
print(f"static const double case_x[CASE_POINTS][3] = {{\n{rows(x)}\n}};")
print(f"static const double case_y[CASE_POINTS] = {{ {row(y)} }};")
print(f"static const double case_query[CASE_QUERIES][3] = {{\n{rows(query)}\n}};")
print(f"static const double case_mean[CASE_QUERIES] = {{ {row(mean)} }};")
print(f"static const double case_variance[CASE_QUERIES] = {{ {row(deviation ** 2)} }};")
