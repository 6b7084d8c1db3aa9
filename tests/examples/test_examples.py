#!/usr/bin/env python3
"""Every example runs as its reader would run it, and its figures are right."""
import glob, os, re, subprocess, sys, xml.dom.minidom

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness
from harness import ROOT, test

BUILD = os.path.abspath(os.environ.get("MICROGRAD_BUILD", os.path.join(ROOT, "build")))


def example(name, *args, code=0):
    """Runs it where data/ is, as in the project's folder; returns what it prints."""
    if not os.path.lexists("data"):
        os.symlink(os.path.join(ROOT, "data"), "data")
    p = subprocess.run([os.path.join(BUILD, "examples", name), *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, text=True)
    assert p.returncode == code, f"{name}: exit {p.returncode} (wanted {code}): {p.stderr[:300]}"
    assert bool(p.stderr) == bool(code), f"{name}: on standard error: {p.stderr[:300]!r}"
    return p.stdout


def numbers(pattern, text):
    return [float(x) for x in re.findall(pattern, text)]


def picture(path, least):
    """The SVG is well-formed, holds at least so many shapes, and no number that is none."""
    text = open(path).read()
    xml.dom.minidom.parseString(text)
    shapes = len(re.findall(r"<(path|circle|ellipse|polyline|text|rect)", text))
    assert shapes >= least, f"{path}: {shapes} shapes"
    assert not re.search(r"\b(nan|inf)\b", text), f"{path} holds nan or inf"


@test
def every_example_is_short_and_has_a_test():
    """each example has fewer than 60 lines and a test here"""
    here = open(os.path.abspath(__file__)).read()
    for path in glob.glob(os.path.join(ROOT, "examples", "*.c")):
        name = os.path.basename(path)[:-2]
        lines = open(path).read().count("\n")
        assert lines < (40 if name == "digits" else 60), f"{name}: {lines} lines"
        assert f'example("{name}"' in here, f"{name} has no test"


@test
def neuron():
    """neuron: ten falling losses, and the right answer at 3"""
    out = example("neuron")
    losses = numbers(r"loss (\S+)", out)
    assert len(losses) == 10 and losses == sorted(set(losses), reverse=True), losses
    assert losses[0] < 0.2 and losses[-1] < 0.02, losses
    assert numbers(r"prediction at 3: (\S+)", out)[0] > 0.99, out


@test
def expression():
    """expression: g, dg/da and dg/db, and the graph as DOT"""
    out = example("expression")
    assert numbers(r"= (\S+)", out) == [24.7041, 138.8338, 645.5773], out
    dot = open("expression.dot").read()
    assert dot.startswith("digraph") and all(word in dot for word in ("24.7041", "138.8338", "645.5773", "relu", "->")), dot[:200]
    example("expression", "other.dot")
    assert open("other.dot").read() == dot
    example("expression", "no/such/folder.dot", code=1)


@test
def gradient():
    """gradient: the derivatives of sigmoid(w x + b), and its graph"""
    out = example("gradient", "graph.dot")
    assert "y 0.6225  dy/dw 0.7050  dy/dx 0.1175  dy/db 0.2350" in out and "y 0.1824" in out, out
    assert "0.7050" in open("graph.dot").read()


@test
def moons():
    """moons: 100 % after 100 steps, and a picture of the boundary"""
    out = example("moons", "boundary.svg")
    assert numbers(r"step (\d+)", out)[-1] == 100 and numbers(r"accuracy (\d+) %", out)[-1] == 100, out
    picture("boundary.svg", 2000)


@test
def digits():
    """digits: from CSV to a saved model that scores at least 0.95"""
    out = example("digits")
    assert numbers(r"test accuracy (\S+),", out)[0] >= 0.95, out
    scores = harness.ok("evaluate", "digits.safetensors", "data/digits.csv", "--json").json()["metrics"]
    assert scores["accuracy"] >= 0.97, scores
    assert example("digits", "nowhere.csv", code=1) == ""


@test
def convolution():
    """convolution: nine shared numbers are learned from one image, Sobel's kernel"""
    out = example("convolution")
    assert "  4  4  0  0 -4 -4\n" in out and numbers(r"(-?\d\.\d{3})", out) == [-1, 0, 1, -2, 0, 2, -1, 0, 1], out


@test
def activations():
    """activations: the sigmoid's slope is at most a quarter, relu's is 1"""
    out = example("activations")
    assert "sigmoid  largest derivative 0.2500" in out and "relu     largest derivative 1.0000" in out, out
    picture("activations.svg", 16)


@test
def race():
    """race: five optimisers come down by a factor of at least 100"""
    rows = [line.split() for line in example("race").splitlines()]
    assert [r[-1] for r in rows] == ["gd", "momentum", "adagrad", "rmsprop", "adam"], rows
    assert all(float(r[0]) == 73 and float(r[6]) < 0.73 for r in rows), rows
    picture("race.svg", 500)


@test
def filters():
    """filters: a convolutional network learns the digits; its kernels and feature maps are drawn"""
    out = example("filters", "filters.svg")
    assert numbers(r"accuracy (\S+)", out)[0] > 0.95, out
    picture("filters.svg", 8 * 9 + 4 * 9 * 64)


@test
def curves():
    """curves: five optimisers learn the digits with their default learning rates"""
    rows = example("curves").splitlines()
    assert len(rows) == 5, rows
    for row in rows:
        first, middle, last = map(float, re.search(r"epochs (\S+) (\S+) (\S+)", row).groups())
        assert first > middle > last and numbers(r"accuracy (\S+)", row)[0] > 0.93, row
    picture("curves.svg", 15)


@test
def overfitting():
    """overfitting: learned by heart, a network's validation loss is above its lowest; augmentation and more data lower it most"""
    rows = {row[:20].strip(): numbers(r"(\d+\.?\d*)", row[20:]) for row in example("overfitting").splitlines()}
    assert list(rows) == ["no cure", "L1", "L2", "dropout", "augmentation", "five times the data", "early stopping"], rows
    loss, validation, accuracy, epoch, best = rows["no cure"]
    assert loss < 0.001 and validation > 0.3 and best < epoch == 150, rows
    assert all(row[1] < validation for row in rows.values() if row is not rows["no cure"]), rows
    assert rows["augmentation"][2] > accuracy + 0.02 and rows["five times the data"][2] > accuracy + 0.04, rows
    assert rows["early stopping"][3] == best, rows
    picture("overfitting.svg", 14)


@test
def schedules():
    """schedules: every schedule of the help is drawn, from its own figures"""
    rows = dict(re.findall(r"^(\S.*?) +half way (\S+)$", example("schedules"), re.M))
    topic = harness.ok("help", "schedules").out
    assert {name for name in rows if "(" not in name} == set(re.findall(r"^  ([a-z_0-9]+)(?=[( ])", topic, re.M)), rows
    assert (rows["cosine"], rows["linear"], rows["step"], rows["polynomial"]) == ("0.5000", "0.5000", "0.1000", "0.2500"), rows
    picture("schedules.svg", 4 * len(rows))


@test
def vanishing():
    """vanishing: nothing comes back through twelve sigmoid layers; three cures bring it back and teach the network, two do not"""
    rows = example("vanishing", "vanishing.svg").splitlines()
    first, accuracy = [numbers(r"back: (\S+) to", row)[0] for row in rows], [numbers(r"accuracy (\S+)", row)[0] for row in rows]
    assert len(rows) == 6 and max(first[:3]) < 1e-6 and min(first[3:]) > 0.1, first
    assert max(accuracy[:3]) < 0.5 and min(accuracy[3:]) > 0.85, accuracy
    picture("vanishing.svg", 6 * 13 * 20)


@test
def q_learning():
    """q_learning: the way around walls and pits is found, and what is known of it drawn"""
    means = numbers(r"last 100: +(\S+)", example("q_learning", "room.svg"))
    assert len(means) == 10 and means[0] < 0 and min(means[1:]) > 0.4, means  # 12 steps of -0.02 and one of 1: 0.76, exploring less
    picture("room.svg", 3 * (3 + 2 * 49))


@test
def policy_gradient():
    """policy_gradient: the pole stands ten times as long as at first"""
    steps = numbers(r"every +(\S+) steps", example("policy_gradient"))
    assert len(steps) == 10 and steps[0] < 60 and min(steps[-3:]) > 200, steps


@test
def samplers():
    """samplers: what is found gets better with the trials, every way but the grid beats the grid, and the picture shows all trials"""
    out = example("samplers")
    rows = {line.split()[0]: [float(x) for x in line.split()[1:]] for line in out.splitlines()}
    assert list(rows) == ["grid", "random", "sobol", "tpe", "gp"], out
    for name, values in rows.items():
        assert len(values) == 3 and values == sorted(values, reverse=True) and values[-1] >= 0, out
        assert name == "grid" or values[-1] < rows["grid"][-1] / 2, out
    picture("samplers.svg", 5 * 36)


@test
def search():
    """search: the least value of Branin's function is come near, and a study in a file goes on where it was"""
    out = example("search")
    values = numbers(r"value (\S+)", out)
    assert values == sorted(values, reverse=True) and numbers(r"least (\S+) of 100", out) == [values[-1]] and values[-1] < 0.5, out
    assert example("search", "study.log", "30").count("\n") > 2 and "of 30\n" in example("search", "study.log", "30")
    assert example("search", "study.log").endswith(f"least {values[-1]:.4f} of 100\n")
    example("search", "no/such/folder.log", code=1)


@test
def kmeans():
    """kmeans: the three groups of iris that scikit-learn's KMeans finds too (62, 50, 38 flowers, inertia 78.85), drawn"""
    out = example("kmeans", "groups.svg")
    assert [int(n) for n in numbers(r": (\d+) flowers", out)] == [62, 50, 38], out
    assert "inertia 78.85, adjusted Rand index 0.730" in out, out
    picture("groups.svg", 150)


@test
def autoencoder():
    """autoencoder: less than a third of the error at first (that of the mean image would be 0.073), and codes that differ"""
    out = example("autoencoder")
    errors = numbers(r"pixel (\S+)", out)
    assert len(errors) == 5 and errors == sorted(errors, reverse=True) and errors[0] > 0.1 and errors[-1] < 0.035, errors
    codes = [[float(x) for x in line.split()[4:]] for line in out.splitlines() if line.startswith("digit")]
    assert len(codes) == 10 and all(len(code) == 4 for code in codes), out
    assert min(sum((a - b) ** 2 for a, b in zip(codes[i], codes[j])) for i in range(10) for j in range(i)) > 0.1, codes


harness.main()
