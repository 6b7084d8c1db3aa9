#!/usr/bin/env python3
"""Writes trajectories of Gymnasium's classic control to stdout: `pip install gymnasium==1.4.0`, then

    python3 tests/rl/record_trajectories.py > tests/rl/trajectories.txt

A trajectory is a line `id state...` and then a line a step: `action observation... reward terminated`."""
import gymnasium, numpy as np

IDS = {"CartPole-v1": 4, "MountainCar-v0": 2, "MountainCarContinuous-v0": 2, "Acrobot-v1": 4, "Pendulum-v1": 2}
random = np.random.default_rng(7)


def text(values):
    return " ".join(f"{float(v):.9g}" for v in np.ravel(values))


for name, size in IDS.items():
    for trajectory in range(3):
        environment = gymnasium.make(name).unwrapped
        environment.reset(seed=trajectory)
        state = random.uniform(-.05, .05, size)
        if "Mountain" in name:
            state = np.array([random.uniform(-.6, -.4), 0.])
        if name == "Pendulum-v1":
            state = np.array([random.uniform(-3, 3), random.uniform(-1, 1)])
        environment.state = state.copy()
        print(name, " ".join(repr(float(v)) for v in state))
        for step in range(60):
            space = environment.action_space
            if hasattr(space, "n"):
                if trajectory < 2:
                    action = int(random.integers(space.n))
                elif name == "CartPole-v1":
                    action = int(environment.state[2] + environment.state[3] > 0)
                else:  # with the motion: it gets far
                    action = 2 if environment.state[1 if "Mountain" in name else 2] > 0 else 0
                given = action
            else:
                action = np.float32(random.uniform(space.low[0], space.high[0]))
                given = np.array([action], dtype=np.float32)
            observation, reward, terminated, _, _ = environment.step(given)
            print(text([action]), text(observation), f"{float(reward):.9g}", int(terminated))
            if terminated:
                break
