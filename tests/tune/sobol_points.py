"""Prints tests/tune/sobol_points.h: points of SciPy's unscrambled Sobol sequence. Needs scipy: PYTHON tests/tune/sobol_points.py > tests/tune/sobol_points.h"""
import scipy
from scipy.stats import qmc

DIMENSIONS, INDICES = [0, 1, 2, 3, 7, 17, 52, 88, 127], [1, 2, 3, 4, 7, 13, 100, 1023, 1024, 4095]
points = qmc.Sobol(128, scramble=False).random(4096)
print(f"/* Points of Sobol's sequence by SciPy {scipy.__version__} (scipy.stats.qmc), which has them from Joe & Kuo: sobol_points.py. */")
print(f"static const int published_dimension[] = {{ {', '.join(map(str, DIMENSIONS))} }};")
print(f"static const int published_index[] = {{ {', '.join(map(str, INDICES))} }};")
print(f"static const double published[{len(INDICES)}][{len(DIMENSIONS)}] = {{")
for i in INDICES:
    print("    { " + ", ".join(repr(float(points[i, d])) for d in DIMENSIONS) + " },")
print("};")
