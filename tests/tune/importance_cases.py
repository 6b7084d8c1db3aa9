"""Prints tests/tune/importance_cases.h: trials and what Optuna's PED-ANOVA says of them. Needs Optuna 5: PYTHON tests/tune/importance_cases.py > tests/tune/importance_cases.h"""
import math
import random

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
F, I, C = optuna.distributions.FloatDistribution, optuna.distributions.IntDistribution, optuna.distributions.CategoricalDistribution
SPACE = {"lr": F(1e-4, 1e-1, log=True), "kind": C(["a", "b"]), "momentum": F(0, .99), "n": I(1, 3), "width.1": I(4, 64, log=True), "width.2": I(4, 64, log=True), "width.3": I(4, 64, log=True)}
TRIALS = 60
draw = random.Random(7)


def value(p):
    return (math.log10(p["lr"]) + 2) ** 2 + (abs(p["momentum"] - .9) if p["kind"] == "b" else .5) + .3 * abs(p["n"] - 2) + .02 * abs(math.log2(p["width.1"]) - 5)


trials = []
for _ in range(TRIALS):
    p = {"lr": round(10 ** draw.uniform(-4, -1), 6), "kind": draw.choice("ab")}
    if p["kind"] == "b":
        p["momentum"] = round(draw.uniform(0, .99), 4)
    p["n"] = draw.randint(1, 3)
    for i in range(1, p["n"] + 1):
        p[f"width.{i}"] = draw.randint(4, 64)
    trials.append((p, round(value(p), 6)))


def study_of(direction, sign):
    study = optuna.create_study(direction=direction)
    for p, v in trials:
        study.add_trial(optuna.trial.create_trial(params=p, distributions={k: SPACE[k] for k in p}, value=sign * v))
    return study


got = optuna.importance.get_param_importances(study_of("minimize", 1), evaluator=optuna.importance.PedAnovaImportanceEvaluator())
same = optuna.importance.get_param_importances(study_of("maximize", -1), evaluator=optuna.importance.PedAnovaImportanceEvaluator())
assert all(abs(got[k] - same[k]) < 1e-12 for k in got)
print(f"/* Trials in the conditional space of sampler_support.h, and PED-ANOVA of them by Optuna {optuna.__version__}: importance_cases.py. */")
print(f"enum {{ CASE_TRIALS = {TRIALS} }};")
print("static const double case_point[CASE_TRIALS][7] = {")
for p, _ in trials:
    print("    { " + ", ".join(str("ab".index(p[k]) if k == "kind" else p[k]) if k in p else "NAN" for k in SPACE) + " },")
print("};\nstatic const double case_value[CASE_TRIALS] = {\n    " + ", ".join(str(v) for _, v in trials) + "\n};")
print("static const double case_importance[7] = { " + ", ".join(repr(got[k]) for k in SPACE) + " };")
