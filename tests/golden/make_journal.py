#!/usr/bin/env python3
"""Writes tests/golden/optuna.log: the journal of a study that Optuna made, with what else its storage can hold.

    python3 -m venv venv && venv/bin/python -m pip install optuna==5.0.0
    venv/bin/python tests/golden/make_journal.py tests/golden/optuna.log
"""
import os, sys

import optuna
from optuna.distributions import CategoricalDistribution as Choice, FloatDistribution as Float, IntDistribution as Int
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState, create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)
path = sys.argv[1]
if os.path.exists(path):
    os.remove(path)
storage = JournalStorage(JournalFileBackend(path))
optuna.delete_study(study_name=optuna.create_study(study_name="gone", storage=storage).study_name, storage=storage)
study = optuna.create_study(study_name="made by Optuna", storage=storage, sampler=optuna.samplers.RandomSampler(seed=1))
study.set_user_attr("note", {"of": ["any", "kind"]})


def objective(trial):
    x, n = trial.suggest_float("x", -2, 4), trial.suggest_int("n", 1, 8)
    kind = trial.suggest_categorical("kind", ["a", "b"]) if n >= 4 else ""
    trial.report(x, 0)
    trial.report(float("nan"), 1)
    trial.report(float("inf"), 2)
    trial.set_user_attr("seen", n)
    if trial.number == 2:
        raise optuna.TrialPruned
    if trial.number == 3:
        raise ValueError
    return float("inf") if trial.number == 4 else (x - 1) ** 2 + 0.1 * n + (kind == "a")


study.optimize(objective, n_trials=7, catch=(ValueError,))                                      # numbers 0 to 6
study.add_trial(create_trial(state=TrialState.COMPLETE, value=0.3, params={"x": 1.0, "n": 3}, intermediate_values={4: 1.0, 2: 5.0},
                             distributions={"x": Float(-5, 5), "n": Int(1, 100)}))              # 7: other ranges, a point of ours
study.add_trial(create_trial(state=TrialState.COMPLETE, value=-9, params={"x": 7.0, "n": 3}, distributions={"x": Float(0, 9), "n": Int(1, 8)}))  # 8: outside
study.add_trial(create_trial(state=TrialState.COMPLETE, value=-8, params={"y": 1.0}, distributions={"y": Float(0, 9)}))                          # 9: strange
study.add_trial(create_trial(state=TrialState.COMPLETE, value=0.4, params={"x": 0.5, "n": 8, "kind": "b"},
                             distributions={"x": Float(-2, 4), "n": Int(1, 8), "kind": Choice(["c", "b", "a"])}))                                # 10: words in another order
study.enqueue_trial({"x": 0.0, "n": 1})                                                                                                            # 11: waiting
study.ask({"x": Float(-2, 4)})                                                                                                                     # pops 11; running
for row in study.trials:
    print(row.number, row.state.name, row.values, row.params)
