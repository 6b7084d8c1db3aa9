#!/usr/bin/env python3
"""Optimal values of the lakes' first cell, by linear programming over Gymnasium's own outcomes (outcomes.txt): the least V with
V(s) >= sum p (r + gamma V(s')) for every action. What test_tabular.c compares value iteration with. Needs scipy."""
import collections
import os

import numpy
from scipy.optimize import linprog

outcomes = collections.defaultdict(list)
with open(os.path.join(os.path.dirname(__file__), "outcomes.txt"), encoding="ascii") as file:
    for line in file:
        name, state, action, probability, following, reward, terminated = line.split()
        thirds = round(float(probability) * 3) / 3
        outcomes[name].append((int(state), int(action), thirds, int(following), float(reward), terminated == "1"))

for name, gamma in (("FrozenLake-v1", 0.99), ("FrozenLake-v1", 1), ("FrozenLake8x8-v1", 0.99)):
    states = 1 + max(row[3] for row in outcomes[name])
    bound, gained = numpy.zeros((4 * states, states)), numpy.zeros(4 * states)
    for state in range(states):
        bound[4 * state : 4 * state + 4, state] = -1
    for state, action, probability, following, reward, terminated in outcomes[name]:
        gained[4 * state + action] += probability * reward
        if not terminated:
            bound[4 * state + action, following] += gamma * probability
    solved = linprog(numpy.ones(states), A_ub=bound, b_ub=-gained, bounds=(0, None), method="highs")
    print(name, gamma, f"{solved.x[0]:.12f}")
