"""micrograd play: learning to act, and the policies that come of it."""
import math, re, xml.dom.minidom
from harness import *

KEYS = ["environment", "algorithm", "steps", "seconds", "evaluation", "solved", "model"]


def learned(name="cartpole", *more):
    """A policy of that environment in the current folder, from a few steps."""
    return ok("play", name, "--quiet", "--json", "--steps", 4096, *more).json()


def balance(model, episodes=20):
    """Plays CartPole-v1 written out here (Barto, Sutton & Anderson 1983; Gymnasium's constants), asking predict for the actions: the mean return."""
    g = random.Random(7)
    live, total = [[g.uniform(-0.05, 0.05) for _ in range(4)] for _ in range(episodes)], 0
    for _ in range(500):
        write_csv("o.csv", ["any", "names", "will", "do"], [[repr(v) for v in s] for s in live])
        actions, after = [row["prediction"] for row in ok("predict", model, "o.csv").rows()], []
        assert len(actions) == len(live)
        for (x, v, th, w), a in zip(live, actions):
            push = ((10 if a == "1" else -10) + 0.05 * w * w * math.sin(th)) / 1.1
            wa = (9.8 * math.sin(th) - math.cos(th) * push) / (0.5 * (4 / 3 - 0.1 * math.cos(th) ** 2 / 1.1))
            s = [x + 0.02 * v, v + 0.02 * (push - 0.05 * wa * math.cos(th) / 1.1), th + 0.02 * w, w + 0.02 * wa]
            total += 1
            if abs(s[0]) <= 2.4 and abs(s[2]) <= 12 * math.pi / 180:
                after.append(s)
        live = after
        if not live:
            break
    return total / episodes


@test
def cartpole():
    """cartpole is solved with no settings, the JSON is what it should be, and the policy balances a pole written elsewhere"""
    r = ok("play", "CartPole-v1", "--json", "--quiet", "--seed", 2, "--out", "p.safetensors")
    j = r.json()
    assert list(j) == KEYS and list(j["evaluation"]) == ["mean_return", "std_return", "episodes"], j
    assert r.err == "" and j["environment"] == "CartPole-v1" and j["algorithm"] == "ppo" and j["model"] == "p.safetensors" and j["seconds"] > 0
    assert j["evaluation"]["mean_return"] >= 475 and j["evaluation"]["episodes"] == 100 and j["solved"] is True and 0 < j["steps"] <= 500000
    got = balance("p.safetensors")
    assert got >= 475, got
    again = ok("play", "cartpole", "--policy", "p.safetensors", "--seed", 2, "--json").json()
    assert again["evaluation"] == j["evaluation"] and again["steps"] == 0 and again["solved"] is True and again["model"] == "p.safetensors"


@test
def same_bits():
    """the same seed gives the same file at any number of threads, another seed another"""
    files = []
    for name, threads, seed in (("a", 1, 5), ("b", 2, 5), ("c", 1, 6)):
        learned("acrobot", "--threads", threads, "--seed", seed, "--out", f"{name}.safetensors", "--envs", 64, "--batch", 1024)
        files.append(open(f"{name}.safetensors", "rb").read())
    assert files[0] == files[1] != files[2]


@test
def predictions():
    """predict gives a policy's action by the columns' order; a wrong count, a word and a setting that is not for it are refused"""
    learned("pendulum")
    write_csv("o.csv", ["a", "b", "c"], [[1, 0, 0], [0, 1, -3]])
    rows = ok("predict", "pendulum.safetensors", "o.csv").rows()
    assert len(rows) == 2 and list(rows[0]) == ["prediction"] and all(-2 <= float(r["prediction"]) <= 2 for r in rows)
    assert ok("predict", "pendulum.safetensors", "-", stdin=open("o.csv", "rb").read()).rows() == rows
    ok("predict", "pendulum.safetensors", "o.csv", "--out", "answers.csv")
    assert list(csv.DictReader(open("answers.csv"))) == rows
    write_csv("two.csv", ["a", "b"], [[1, 0]])
    refused(["predict", "pendulum.safetensors", "two.csv"], 1, "two.csv", "3 numbers", "2 columns")
    write_csv("word.csv", ["a", "b", "c"], [[1, 0, 0], [1, "up", 0]])
    refused(["predict", "pendulum.safetensors", "word.csv"], 1, "word.csv", "line 3", "'b'")
    refused(["predict", "pendulum.safetensors", "o.csv", "--keep", "a"], 2, "--keep")
    refused(["predict", "pendulum.safetensors", "o.csv", "--interval", "0.9"], 2, "--interval")
    learned("frozenlake")
    write_csv("state.csv", ["state"], [[0], [14]])
    assert all(r["prediction"] in "0123" for r in ok("predict", "frozenlake.safetensors", "state.csv").rows())
    write_csv("state.csv", ["state"], [[16]])
    refused(["predict", "frozenlake.safetensors", "state.csv"], 1, "frozenlake", "0 to 15")


@test
def wrong_files():
    """a policy for another environment, a damaged one and a network are refused; a policy where a network is wanted too"""
    learned()
    refused(["play", "acrobot", "--policy", "cartpole.safetensors"], 1, "cartpole", "acrobot")
    b = bytearray(open("cartpole.safetensors", "rb").read())
    b[-9] ^= 4
    open("bad.safetensors", "wb").write(b)
    refused(["play", "cartpole", "--policy", "bad.safetensors"], 1, "bad.safetensors", "damaged")
    write_csv("o.csv", list("abcd"), [[0, 0, 0, 0]])
    refused(["predict", "bad.safetensors", "o.csv"], 1, "bad.safetensors", "damaged")
    refused(["play", "cartpole", "--policy", "nowhere.safetensors"], 1, "nowhere.safetensors")
    for command in ("show", "graph"):
        refused([command, "cartpole.safetensors"], 1, "policy")
    refused(["evaluate", "cartpole.safetensors", "o.csv"], 1, "policy")
    refused(["play", "cartpole", "--policy", trained()], 1, "network", "policy")


@test
def wrong_command_lines():
    """what cannot be is refused before any learning, with what to write instead"""
    refused(["play", "cartpol"], 2, "did you mean 'cartpole'")
    refused(["play", "cartpole", "--algorithm", "dqqn"], 2, "ppo")
    refused(["play", "cartpole", "--batch", 7], 2, "batch", "divisor")
    refused(["play", "cartpole", "--discount", 2], 2, "discount")
    refused(["play", "cartpole", "--model", "dense(8) tan"], 2, "tan")
    refused(["play", "cartpole", "--out", "no/where.safetensors"], 1, "no/where")
    refused(["play", "cartpole", "--report", "cartpole.safetensors"], 2, "--report")
    refused(["play", "cartpole", "--policy", "x", "--out", "y"], 2, "--policy", "--out")
    refused(["play", "cartpole", "--watch", "--json"], 2, "--watch")
    refused(["play", "frozenlake", "--steps", 0], 2, "steps")
    refused(["play", "./nowhere.so"], 1, "nowhere.so")
    assert os.listdir(".") == []


def library(body="", declared=""):
    """An environment as a shared library, from the example with a change."""
    text = open(os.path.join(ROOT, "examples", "environment", "corridor.c")).read()
    for old, new in (("    return -1;\n", f"{body}    return -1;\n"), (".step_limit = 50,", declared or ".step_limit = 50,")):
        assert old in text
        text = text.replace(old, new)
    open("mine.c", "w").write(text)
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-I", os.path.join(ROOT, "include"), "-o", "mine.so", "mine.c"], check=True)


@test
def own_library():
    """an environment of one's own is examined, learned and judged from its shared library"""
    library()
    assert "keeps its word" in ok("play", "--check", "./mine.so").out
    j = ok("play", "./mine.so", "--quiet", "--json", "--steps", 60000).json()
    assert j["environment"] == "corridor" and j["solved"] is True and j["model"] == "corridor.safetensors"
    assert ok("play", "./mine.so", "--policy", "corridor.safetensors", "--json").json()["solved"] is True
    library(body="    observation[0] = NAN;\n")
    assert run("play", "--check", "./mine.so").code == 1
    refused(["play", "./mine.so", "--quiet"], 1, "corridor", "step 1")
    library(body="    return NAN;\n")
    refused(["play", "./mine.so", "--quiet"], 1, "reward is not finite")


@test
def own_world():
    """a world of cells from a text file is learned"""
    open("room.txt", "w").write("step = -0.04\nlimit = 60\n\nS..#\n.#..\n...G\n")
    j = ok("play", "./room.txt", "--quiet", "--json", "--steps", 40000).json()
    assert j["evaluation"]["mean_return"] == ok("play", "./room.txt", "--policy", j["model"], "--json").json()["evaluation"]["mean_return"]
    assert j["evaluation"]["mean_return"] > 0.7 and j["solved"] is None


@test
def pictures():
    """--record draws an episode as an animation, --watch shows it, --report the curves of all seeds with their band"""
    r = ok("play", "cartpole", "--steps", 8192, "--seeds", 2, "--report", "r.html", "--record", "c.svg", "--watch", "--quiet")
    svg = xml.dom.minidom.parse("c.svg").documentElement
    frames = [g for g in svg.getElementsByTagName("g") if g.getAttribute("class") == "f"]
    delays = [float(re.search(r"delay:([\d.]+)s", g.getAttribute("style"))[1]) for g in frames]
    assert 5 < len(frames) <= 250 and delays == sorted(delays) and delays[0] == 0
    ended = re.search(r"ended after (\d+) steps with a return of ([\d.]+)", r.out)
    assert ended and float(ended[2]) == int(ended[1]) and "cart at" in r.out
    html = open("r.html").read()
    assert 'class="band f0"' in html and "exploring" in html and "<script" not in html and "micrograd play cartpole" in html
    rows = re.findall(r"<tr[^>]*><td class=\"r\">(\d+)</td><td class=\"r\">([\d.]+)</td>", html)
    assert [int(a) for a, _ in rows] == [0, 1], rows
    best = max(float(b) for _, b in rows)
    assert f"return      {best:.1f}"[:16] in r.out, (best, r.out)
    refused(["play", "bandit", "--record", "b.svg"], 2, "draws no pictures")


@test
def values():
    """--report of a table shows what every cell is worth, and the best way from there"""
    open("corridor.txt", "w").write("step = -0.1\nS..G\n")
    ok("play", "corridor.txt", "--algorithm", "value-iteration", "--report", "v.html", "--out", "v.safetensors", "--quiet")
    html = open("v.html").read()
    assert re.findall(r"<text[^>]*font-size:[\d.]+px;fill:#223'>([-\d.]+)</text>", html) == ["0.78", "0.89", "1.00"], html[-3000:]
    assert re.findall(r"rotate\((\d+)\)", html) == ["0", "0", "0"] and "What it knows" in html
    ok("play", "cartpole", "--steps", 4096, "--report", "c.html", "--out", "c.safetensors", "--quiet")
    assert "What it knows" not in open("c.html").read()


@test
def terminal():
    """a live line tells steps, their rate, returns and the time left; Ctrl-C keeps the policy so far"""
    code, shown = on_terminal("play", "mountaincar", "--steps", 100000000, "--whole", interrupt_after=(b"steps/s", signal.SIGINT))
    assert code == 130 and re.search(r"step [\d,]+/100,000,000  [\d,]+ steps/s  return ", shown) and "left" in shown, shown[-300:]
    assert ok("play", "mountaincar", "--policy", "mountaincar.safetensors", "--json").json()["evaluation"]["episodes"] == 100


@test
def time_limit():
    """--time ends a run"""
    began = time.monotonic()
    j = ok("play", "mountaincar", "--whole", "--steps", 1000000000, "--time", 1, "--quiet", "--json").json()
    assert 1 <= j["seconds"] < 10 and time.monotonic() - began < 20


main()
