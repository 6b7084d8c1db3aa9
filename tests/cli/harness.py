"""Drives the command as a user does and prints TAP. A test file ends with `harness.main()`.

The binary is $MICROGRAD (default build/micrograd under the project's root). Each test runs in an empty folder of its own.
"""
import csv, io, json, os, pty, random, select, shutil, signal, subprocess, sys, tempfile, time, traceback

signal.signal(signal.SIGINT, signal.default_int_handler)  # a caller may have ignored it, and children inherit that

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.path.abspath(os.environ.get("MICROGRAD", os.path.join(ROOT, "build", "micrograd")))
_tests = []


class Skip(Exception):
    pass


def test(function):
    """Registers a test; its docstring is its name: the behaviour it shows."""
    _tests.append(function)
    return function


class Result:
    def __init__(self, code, out, err):
        self.code, self.bytes, self.out, self.err = code, out, out.decode("utf8", "surrogateescape"), err.decode("utf8", "replace")

    def json(self):
        assert self.code == 0, f"exit {self.code}: {self.err}"
        return json.loads(self.out, parse_constant=lambda word: fail(f"JSON holds {word}"))

    def rows(self):
        assert self.code == 0, f"exit {self.code}: {self.err}"
        return list(csv.DictReader(io.StringIO(self.out, newline="")))


def fail(message):
    raise AssertionError(message)


def environment(**more):
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    env.update(TERM="xterm", **more)
    return env


def run(*args, stdin=None, timeout=120, env=None, stdout=subprocess.PIPE, limit=None):
    """Runs micrograd in the current folder; stdin: bytes."""
    p = subprocess.run([BINARY, *map(str, args)], input=stdin if stdin is not None else b"", stdout=stdout, stderr=subprocess.PIPE, timeout=timeout,
                       env=env or environment(), preexec_fn=limit)
    return Result(p.returncode, p.stdout or b"", p.stderr)


def ok(*args, **more):
    r = run(*args, **more)
    assert r.code == 0, f"{' '.join(map(str, args))}: exit {r.code}: {r.err.strip()}"
    return r


def refused(args, code, *words, **more):
    """Exit `code`, nothing on stdout, a message of few lines that holds the words."""
    r = run(*args, **more)
    shown = f"{' '.join(map(str, args))}: exit {r.code} (wanted {code}): {r.err.strip()[:300]}"
    assert r.code == code, shown
    assert r.out == "", f"{shown}; on stdout: {r.out[:100]!r}"
    for word in words:
        assert str(word).lower() in r.err.lower(), f"{shown}; does not name {word!r}"
    assert 1 <= r.err.count("\n") <= 4, f"{shown}; a message of {r.err.count(chr(10))} lines"
    return r


def on_terminal(*args, timeout=120, env=None, columns=100, interrupt_after=None):
    """Runs with stdout and stderr on a terminal: (exit code, all that was shown). interrupt_after: (text, signal) sends the signal when text appeared."""
    import fcntl, struct, termios
    main_end, other_end = pty.openpty()
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    p = subprocess.Popen([BINARY, *map(str, args)], stdin=other_end, stdout=other_end, stderr=other_end, env=env or environment(), start_new_session=True)
    os.close(other_end)
    shown, end = b"", time.monotonic() + timeout
    while time.monotonic() < end:
        if select.select([main_end], [], [], 0.1)[0]:
            try:
                piece = os.read(main_end, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
            if interrupt_after and interrupt_after[0] in shown:
                p.send_signal(interrupt_after[1])
                interrupt_after = None
        elif p.poll() is not None:
            break
    os.close(main_end)
    if p.poll() is None and time.monotonic() >= end:
        p.kill()
        p.wait()
        fail(f"no end within {timeout} s")
    return p.wait(), shown.decode("utf8", "replace")


# --- data ---------------------------------------------------------------------------------------------------------------------------

def write_csv(path, header, rows, **dialect):
    with open(path, "w", newline="", encoding="utf8") as f:
        w = csv.writer(f, **dialect)
        w.writerow(header)
        w.writerows(rows)
    return path


def flowers(path="flowers.csv", n=90, seed=1, names=("setosa", "versicolor", "virginica")):
    """Three classes, well apart, target `species` last."""
    g = random.Random(seed)
    rows = [[round(3 * (i % 3) + g.gauss(0, .5), 3), round(-2 * (i % 3) + g.gauss(0, .5), 3), names[i % 3]] for i in range(n)]
    return write_csv(path, ["length", "width", "species"], rows)


def houses(path="houses.csv", n=120, seed=1):
    """Regression: price follows two numbers."""
    g = random.Random(seed)
    rows = []
    for _ in range(n):
        a, b = g.uniform(20, 200), g.uniform(0, 50)
        rows.append([round(a, 2), round(b, 2), round(3 * a - 2 * b + 100 + g.gauss(0, 5), 3)])
    return write_csv(path, ["area", "age", "price"], rows)


def trained(data=None, *args, out="model.safetensors"):
    """A quickly trained model's path."""
    ok("train", data or flowers(), "--out", out, "--quiet", "--epochs", 30, "--lr", 0.02, "--seed", 1, *args)
    return out


def mixed(path="mixed.csv", n=300, seed=1):
    """An id, numbers with gaps, a town and a constant; `buys` follows age and town."""
    g = random.Random(seed)
    towns = ["Oslo", "Lima", "Pune", "Köln", "Ames, IA"]
    rows = []
    for i in range(n):
        age, town = g.randint(18, 80), g.choice(towns)
        z = (age - 45) / 15 + (1.5 if town in ("Oslo", "Pune") else -1) + g.gauss(0, .3)
        rows.append([f"id{i:06d}", "" if g.random() < .05 else age, "NA" if g.random() < .05 else town, f"{g.lognormvariate(10, .5):.2f}", "const", "yes" if z > 0 else "no"])
    return write_csv(path, ["customer", "age", "town", "income", "unit", "buys"], rows)


def noise(path="noise.csv", n=300, seed=1, rare=2):
    """Nothing to be learned: of `rare` rows one is `yes`."""
    g = random.Random(seed)
    return write_csv(path, ["a", "b", "y"], [[round(g.gauss(0, 1), 3), round(g.gauss(0, 1), 3), "yes" if g.random() < 1 / rare else "no"] for _ in range(n)])


def weights(path):
    blob = open(path, "rb").read()
    return blob[8 + int.from_bytes(blob[:8], "little"):]


def main():
    wanted = [t for t in _tests if len(sys.argv) < 2 or any(w in t.__doc__ for w in sys.argv[1:])]
    print(f"1..{len(wanted)}", flush=True)
    if not os.access(BINARY, os.X_OK):
        print(f"Bail out! no program at {BINARY}; build it or set MICROGRAD", flush=True)
        sys.exit(1)
    failures = 0
    for number, function in enumerate(wanted, 1):
        folder = tempfile.mkdtemp(prefix="micrograd-test-")
        os.chdir(folder)
        name = " ".join(function.__doc__.split())
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception as why:
            failures += 1
            print(f"not ok {number} - {name}", flush=True)
            text = str(why) if isinstance(why, AssertionError) and str(why) else traceback.format_exc()
            print("\n".join("# " + line for line in text.splitlines()[:20]), flush=True)
        os.chdir(ROOT)
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failures else 0)
