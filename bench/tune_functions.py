"""The functions of bench/tune_functions.c for Optuna, and Optuna on them.

    PYTHON bench/tune_functions.py run FUNCTION SAMPLER FIRST_SEED SEEDS TRIALS BATCH    a line a seed: each trial's value less the least one
    PYTHON bench/tune_functions.py check < LINES         the lines of build/bench/tune_functions values FUNCTION, each after the function's name
"""
import math
import sys


def branin(t):
    x, y = t.real("x0", -5, 10), t.real("x1", 0, 15)
    return (y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(t):
    x = [t.real(f"x{i}", 0, 1) for i in range(6)]
    a = [[10, 3, 17, 3.5, 1.7, 8], [.05, 10, 17, .1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, .05, 10, .1, 14]]
    p = [[.1312, .1696, .5569, .0124, .8283, .5886], [.2329, .4135, .8307, .3736, .1004, .9991], [.2348, .1451, .3522, .2883, .3047, .6650],
         [.4047, .8828, .8732, .5743, .1091, .0381]]
    return -sum(w * math.exp(-sum(ai * (xi - pi) ** 2 for ai, xi, pi in zip(row, x, at))) for w, row, at in zip([1, 1.2, 3, 3.2], a, p))


def ackley10(t):
    z = [t.real(f"x{i}", -32.768, 32.768) - (9.5 if i % 2 else -12.25) for i in range(10)]
    return 20 - 20 * math.exp(-.2 * math.sqrt(sum(v * v for v in z) / 10)) + math.e - math.exp(sum(math.cos(2 * math.pi * v) for v in z) / 10)


def mixed(t):
    lr, width = math.log10(t.real("lr", 1e-5, 1, log=True)), math.log2(t.whole("width", 8, 1024, log=True))
    dropout, batch = t.real("dropout", 0, .7), math.log2(t.whole("batch", 16, 256))
    o, a = t.choice("optimizer", ["adam", "adamw", "sgd", "lion"]), t.choice("activation", ["relu", "tanh", "sigmoid"])
    return ([0, .1, .3, .05][o] + [0, .15, .4][a] + .5 * (lr - [-3, -2.5, -1, -3.5][o] + .2 * (width - 6)) ** 2 + .05 * (width - 8) ** 2
            + 2 * (dropout - .2) ** 2 + .1 * (batch - 5) ** 2)


def conditional(t):
    o, lr = t.choice("optimizer", ["adam", "sgd"]), math.log10(t.real("lr", 1e-5, 1, log=True))
    if o == 0:
        total = .5 * (lr + 3) ** 2 + 20 * (t.real("beta", .8, .999) - .95) ** 2
    else:
        total = .15 + .5 * (lr + 1) ** 2 + (t.real("momentum", 0, .99) - .9) ** 2
    n = t.whole("n", 1, 4)
    total += .1 * (n - 3) ** 2 + sum(.05 * (math.log2(t.whole(f"width.{i}", 8, 512, log=True)) - (8 - i)) ** 2 for i in range(1, n + 1))
    return total + 2 * (t.real("dropout", 0, .6) - .1) ** 2 if n >= 2 else total


def table(path):
    """A network on a table, trained by our program; less nothing."""
    import os
    import subprocess
    ours = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "build", "bench", "tune_functions")
    server = subprocess.Popen([ours, "serve", f"table:{path}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def value(t):
        x = (t.real("lr", 1e-4, 1e-1, log=True), t.whole("width", 8, 128, log=True), t.whole("layers", 1, 3), t.real("dropout", 0, .5), t.whole("batch", 8, 128, log=True))
        server.stdin.write(" ".join(map(repr, x)) + "\n")
        server.stdin.flush()
        return float(server.stdout.readline())
    return value, 0


FUNCTIONS = {"branin": (branin, 0.39788735772973816), "hartmann6": (hartmann6, -3.3223680114155152), "ackley10": (ackley10, 0), "mixed": (mixed, 0),
             "conditional": (conditional, 0)}
NAMES = {"branin": ["x0", "x1"], "hartmann6": [f"x{i}" for i in range(6)], "ackley10": [f"x{i}" for i in range(10)],
         "mixed": ["lr", "width", "dropout", "batch", "optimizer", "activation"],
         "conditional": ["optimizer", "lr", "beta", "momentum", "n", "width.1", "width.2", "width.3", "width.4", "dropout"]}


class Asked:
    """An Optuna trial by the names that the functions use; a word is its index."""
    def __init__(self, trial):
        self.trial = trial

    def real(self, name, low, high, log=False):
        return self.trial.suggest_float(name, low, high, log=log)

    def whole(self, name, low, high, log=False):
        return self.trial.suggest_int(name, low, high, log=log)

    def choice(self, name, words):
        return words.index(self.trial.suggest_categorical(name, words))


class Fixed:
    def __init__(self, values):
        self.values = values

    def real(self, name, low, high, log=False):
        assert low <= self.values[name] <= high
        return self.values[name]

    def whole(self, name, low, high, log=False):
        return int(self.real(name, low, high))

    def choice(self, name, words):
        return int(self.values[name])


def sampler_of(optuna, name, seed):
    if name == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    if name == "gp":
        return optuna.samplers.GPSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, group=name == "tpe-group", **({"multivariate": True} if name == "tpe-group" else {}))


def run(function, sampler, first, seeds, trials, batch):
    import warnings
    warnings.simplefilter("ignore")
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    f, least = table(function[6:]) if function.startswith("table:") else FUNCTIONS[function]
    for seed in range(first, first + seeds):
        study = optuna.create_study(sampler=sampler_of(optuna, sampler, seed))
        regret = []
        while len(regret) < trials:
            asked = [study.ask() for _ in range(min(batch, trials - len(regret)))]
            values = [f(Asked(t)) for t in asked]
            for t, value in zip(asked, values):
                study.tell(t, value)
            regret += [v - least for v in values]
        print(" ".join(f"{r:.10g}" for r in regret), flush=True)


def check(lines):
    for line in lines:
        name, *numbers, value = line.split()
        got = FUNCTIONS[name][0](Fixed({k: float(v) for k, v in zip(NAMES[name], numbers) if v != "-"}))
        if not abs(got - float(value)) <= 1e-9 * max(1, abs(got)):
            sys.exit(f"{name}: {got} here, {value} in C at {numbers}")


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(sys.stdin)
    else:
        run(sys.argv[2], sys.argv[3], *map(int, sys.argv[4:8]))
