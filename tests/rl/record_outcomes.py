#!/usr/bin/env python3
"""Writes what each action leads to in Gymnasium's worlds of cells: `pip install gymnasium==1.4.0`, then

    python3 tests/rl/record_outcomes.py > tests/rl/outcomes.txt

A line an outcome: `id state action probability next reward terminated`; equal ones of an action are added up. Cells that end an
episode, or that one never stands on, are left out."""
import collections, gymnasium

for name in "FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1":
    environment = gymnasium.make(name).unwrapped
    for state, actions in environment.P.items():
        cell = environment.desc.ravel()[state].decode() if hasattr(environment, "desc") else "C" if 37 <= state <= 46 else "G" if state == 47 else "F"
        if cell in "HGC":
            continue
        for action, outcomes in actions.items():
            total = collections.OrderedDict()
            for probability, following, reward, terminated in outcomes:
                key = int(following), float(reward), int(terminated)
                total[key] = total.get(key, 0) + probability
            for (following, reward, terminated), probability in total.items():
                print(name, state, action, f"{probability:.9g}", following, f"{reward:g}", terminated)
