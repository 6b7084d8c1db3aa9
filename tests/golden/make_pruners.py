#!/usr/bin/env python3
"""Writes tests/golden/pruners.h: where Optuna's pruners end the trials of made-up studies, and p-values of SciPy's signed-rank test.

    python3 -m venv venv && venv/bin/pip install optuna==5.0.0 scipy==1.17.1
    venv/bin/python tests/golden/make_pruners.py >tests/golden/pruners.h
"""
import random

import optuna, scipy
from scipy.stats import wilcoxon

optuna.logging.set_verbosity(optuna.logging.ERROR)
PRUNERS = {"median": (optuna.pruners.MedianPruner, 24, 8, 1), "asha": (lambda: optuna.pruners.SuccessiveHalvingPruner(min_resource=1), 30, 20, 1),
           "wilcoxon": (optuna.pruners.WilcoxonPruner, 24, 10, 0)}


def play(name, maximise, seed):
    """Trials one after the other; [(values, how many were reported until it ended), ...]"""
    make, trials, steps, first = PRUNERS[name]
    g = random.Random(seed)
    study = optuna.create_study(direction="maximize" if maximise else "minimize", pruner=make())
    rows = []
    for _ in range(trials):
        level, trial = g.gauss(0, 0.5), study.ask()
        values = [round(level + g.gauss(0, 0.4) + (0 if name == "wilcoxon" else (1 if maximise else -1) * 0.1 * i), 1) for i in range(steps)]
        reported = 0
        for i, value in enumerate(values):
            trial.report(value, first + i)
            reported += 1
            if trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
        else:
            study.tell(trial, sum(values) / steps)
        rows.append((values, reported))
    return rows, first


print(f"/* Written by tests/golden/make_pruners.py with Optuna {optuna.__version__} and SciPy {scipy.__version__}; not edited by hand. */\n/* clang-format off */\n#include <stdbool.h>\n")
print("static const struct pruner_game {\n    const char *pruner;\n    bool maximise;\n    int trials, steps, first;\n"
      "    struct pruner_trial {\n        int reported;\n        double value[20];\n    } trial[30];\n} pruner_games[] = {")
for name in PRUNERS:
    for maximise in (False, True):
        rows, first = play(name, maximise, 7)
        print(f'    {{ "{name}", {str(maximise).lower()}, {len(rows)}, {len(rows[0][0])}, {first}, {{')
        for values, reported in rows:
            print(f"        {{ {reported}, {{ {', '.join(map(str, values))} }} }},")
        print("    } },")
print("};\n")
print("static const struct signed_rank {\n    int count;\n    double difference[60], p;\n} signed_ranks[] = {")
g = random.Random(3)
cases = [[1, 2], [-1, 2, 3], [1, 2, 3, 4], [0, 0, 0], [0, 1, 1, -1, 2], [2, 2, 2, 2, 2], [-3, 1, 0, 0, 2, 2, -1], [1, -1]]
cases += [[round(g.gauss(0.3, 1), 3) for _ in range(n)] for n in (5, 8, 10, 13, 20, 50, 60)]
for case in cases:
    p = wilcoxon(case, alternative="greater", zero_method="zsplit").pvalue
    print(f"    {{ {len(case)}, {{ {', '.join(map(str, case))} }}, {p!r} }},".replace("np.float64(", "").replace(") }", " }"))
print("};")
