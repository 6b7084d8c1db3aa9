#!/usr/bin/env python3
"""Learning rates and what regularises, as users meet them: --lr find, doctor --find-lr, schedules as text, --ema, --calibrate."""
import csv, os, re, xml.etree.ElementTree as tree
from harness import *

IRIS = os.path.join(ROOT, "data/iris.csv")
ONE = ("--members", 1, "--seed", 1, "--epochs", 20, "--quiet", "--json", "--out", "m.safetensors")


def chosen(result):
    return {c["setting"]: c["value"] for c in result["choices"]}


@test
def find_lr():
    """doctor --find-lr tells losses by rate and a suggestion between them, the same with other threads, and draws the curve"""
    a, b = (ok("doctor", IRIS, "--find-lr", "--seed", 1, "--json", "--threads", n, "--out", "rates.svg").json() for n in (1, 2))
    assert a == b and 1e-4 < a["suggested"] < 1, a["suggested"]
    assert tree.parse("rates.svg").getroot().tag.endswith("svg")
    told = ok("doctor", IRIS, "--find-lr", "--seed", 1).out
    assert re.search(r"^command +micrograd train .*--lr [0-9.e-]+$", told, re.M), told


@test
def lr_find():
    """train --lr find takes what the search suggests and says so"""
    suggestion = ok("doctor", IRIS, "--find-lr", *ONE[:6], "--json").json()["suggested"]
    rate = float(chosen(ok("train", IRIS, "--lr", "find", *ONE).json())["lr"])
    assert abs(rate / suggestion - 1) < .02, (rate, suggestion)
    refused(("train", IRIS, "--lr", "find", "--optimizer", "rprop"), 2, "rprop")


@test
def schedules():
    """a schedule is text; one that is longer than the run, or that there is not, is refused with the reason"""
    ok("train", IRIS, *ONE, "--schedule", "warmup(2) step(5, 0.5)", "--run-dir", "r")
    rates = [float(row["learning_rate"]) for row in csv.DictReader(open("r/history.csv"))]
    assert abs(rates[2] / rates[6] - 1) < 1e-9 and abs(rates[7] / rates[6] - .5) < 1e-9 and abs(rates[12] / rates[7] - .5) < 1e-9, rates
    refused(("train", IRIS, "--schedule", "warmup(30) cosine", "--epochs", 20), 2, "warmup")
    refused(("train", IRIS, "--schedule", "nonsense"), 2, "nonsense")


@test
def averages_and_temperature():
    """--ema changes the weights that are kept, --calibrate the probabilities but not the classes; what cannot be is refused"""
    plain, average = ok("train", IRIS, *ONE).json(), ok("train", IRIS, *ONE, "--ema", .9).json()
    assert plain["metrics"]["validation"]["log_loss"] != average["metrics"]["validation"]["log_loss"]
    warm = ok("train", IRIS, *ONE, "--calibrate", "temperature").json()
    assert warm["metrics"]["test"]["accuracy"] == plain["metrics"]["test"]["accuracy"]
    assert warm["metrics"]["test"]["log_loss"] != plain["metrics"]["test"]["log_loss"]
    refused(("train", IRIS, "--ema", 1), 2, "ema")


main()
