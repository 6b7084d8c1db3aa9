"""Every row of expected.csv is one case: a command on one of the tables that make.py writes, and what must come of it.

    tests/strange/test_strange.py [WORD...]      only the rows that hold one of the words

Columns of expected.csv:
  name      of the table
  command   inspect and train, or both (a case each); predict: with a model that was trained on people.csv; also `train <`: from standard input
  options   of the command; those that say how to read are given to the prediction after a training as well
  exit      0; 1: the data, 2: the command line is wrong
  outcome   refused: no standard output, no file left, a message of few lines that holds the words (and, exit 1, the table's name);
            warned: it works, and the words stand in the warnings (inspect, train) or on standard error (predict); fine: it works
            without any warning
  rows      of the table, which a model that was trained on it answers one by one; of the prediction
  columns   of the table (inspect)
  words     separated by `;`, upper or lower case
  remark    why this is right

A crash, a hang (10 s) and more than 4 GiB of memory are failures everywhere. What merely says that a model of two epochs is a poor one is no warning here.
"""
import concurrent.futures, contextlib, csv, io, json, os, re, resource, shlex, shutil, subprocess, sys, tempfile, threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "cli")]
import harness, make

SANITIZED = "asan" in harness.BINARY
SECONDS = 100 if SANITIZED else 10
MEMORY = 4 << 30
QUICK = ["--epochs", "2", "--members", "1", "--threads", "1", "--quiet", "--json"]
READING = ("--separator", "--decimal", "--header", "--types", "--skip-bad")
POOR = re.compile(r"better than always saying")
PIPE = threading.Lock()
NOBODY = 65534


def limits(user):
    def limit():
        if not SANITIZED:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if user:
            os.setuid(user)
    return limit


def run(folder, *args, stdin=None, user=None):
    """(exit code, standard output, standard error) of micrograd in the folder of the tables."""
    if "pipe.csv" in args:
        threading.Thread(target=feed, args=(os.path.join(folder, "pipe.csv"),), daemon=True).start()
    try:
        p = subprocess.run([harness.BINARY, *args], cwd=folder, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS,
                           env=harness.environment(), preexec_fn=limits(user))
    except subprocess.TimeoutExpired:
        harness.fail(f"{' '.join(args)}: no end within {SECONDS} s")
    code, err = p.returncode, p.stderr.decode("utf8", "strict")
    assert code in (0, 1, 2), f"{' '.join(args)}: ended with {code}: {err[-600:]}"
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", err), f"control characters on standard error: {err[:200]!r}"
    return code, p.stdout.decode("utf8", "strict"), err


def parsed(text):
    return json.loads(text, parse_constant=lambda word: harness.fail(f"JSON holds {word}"))


class Case:
    def __init__(self, row, command):
        self.row, self.command = row, command
        self.name, self.outcome, self.exit = row["name"], row["outcome"], int(row["exit"])
        self.options = shlex.split(row["options"])
        self.words = [word.strip().lower() for word in row["words"].split(";") if word.strip()]
        self.title = " ".join(f"{command} {self.name} {row['options']}".split()) + f": {self.outcome}"

    def reading(self):
        """The options that say how to read, with their values."""
        pairs = zip(self.options, self.options[1:])
        return [word for name, value in pairs if name in READING for word in (name, value)]

    def holds_words(self, text):
        for word in self.words:
            assert word in text.lower(), f"{word!r} is not said in: {text.strip()[:600]!r}"

    def was_refused(self, code, out, err):
        assert code == self.exit, f"exit {code}, not {self.exit}: {err.strip()[:300]}"
        assert out == "", f"on standard output: {out[:100]!r}"
        assert 1 <= err.count("\n") <= 4 and len(err) < 2000, f"a message of {err.count(chr(10))} lines: {err[:300]!r}"
        if code == 1:
            names = ["standard input"] if self.command.endswith("<") else [self.name.split("-images")[0], *self.options]
            assert any(name in err for name in names), f"{self.name} is not named: {err[:300]!r}"
        self.holds_words(err)

    def warned(self, warnings):
        warnings = [w for w in warnings if not POOR.search(w)]
        self.holds_words("\n".join(warnings))
        assert bool(warnings) == (self.outcome == "warned"), f"{self.outcome}, but: {warnings}"
        assert all(len(w) < 1000 for w in warnings), "a warning is longer than anyone reads"

    # --- the commands ---

    def inspect(self, folder, own, user):
        code, out, err = run(folder, "inspect", self.name, *self.options, "--json", user=user)
        if self.outcome == "refused":
            return self.was_refused(code, out, err)
        assert code == 0, f"exit {code}: {err.strip()[:300]}"
        seen = parsed(out)
        assert (seen["rows"], len(seen["columns"])) == (int(self.row["rows"]), int(self.row["columns"])), f"{seen['rows']} rows, {len(seen['columns'])} columns"
        self.warned(seen["warnings"])
        code, out, err = run(folder, "inspect", self.name, *self.options, user=user)  # as people read it
        assert code == 0 and out and not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", out), f"exit {code}: {err[:300]}; {out[:200]!r}"

    def train(self, folder, own, user):
        model = os.path.join(own, "m.safetensors")
        piped = self.command.endswith("<")
        stdin = open(os.path.join(folder, self.name), "rb") if piped else None
        code, out, err = run(folder, "train", "-" if piped else self.name, *self.options, *QUICK, "--out", model, stdin=stdin, user=user)
        if self.outcome == "refused":
            assert os.listdir(own) == [], f"left behind: {os.listdir(own)}"
            return self.was_refused(code, out, err)
        assert code == 0 and os.listdir(own) == ["m.safetensors"], f"exit {code}: {err.strip()[:300]}"
        self.warned(parsed(out)["warnings"])
        code, out, err = run(folder, "predict", model, self.name, *self.reading(), "--threads", "1", user=user)
        assert code == 0, f"predict: exit {code}: {err.strip()[:300]}"
        self.has_rows(out)

    def predict(self, folder, own, user):
        code, out, err = run(folder, "predict", os.path.join(folder, "people.model"), self.name, *self.options, "--threads", "1", user=user)
        if self.outcome == "refused":
            return self.was_refused(code, out, err)
        assert code == 0, f"exit {code}: {err.strip()[:300]}"
        self.has_rows(out)
        self.warned(err.splitlines())

    def has_rows(self, out):
        csv.field_size_limit(1 << 30)
        rows = list(csv.DictReader(io.StringIO(out, newline="")))
        assert len(rows) == int(self.row["rows"]), f"{len(rows)} rows are predicted, not {self.row['rows']}"
        assert all(row["prediction"] and None not in row for row in rows), "a row without a prediction"
        assert not any(re.fullmatch(r"-?(nan|inf)", row["prediction"]) for row in rows), "a prediction that is no number"

    def check(self, folder):
        own = tempfile.mkdtemp(prefix="strange-")
        user = NOBODY if self.name == "forbidden.csv" and os.geteuid() == 0 else None
        os.chmod(own, 0o777)
        try:
            with PIPE if self.name == "pipe.csv" else contextlib.nullcontext():
                getattr(self, self.command.split()[0])(folder, own, user)
        except PermissionError:
            raise harness.Skip("no other user may run the program here")
        finally:
            shutil.rmtree(own, ignore_errors=True)


def feed(pipe):
    try:
        with open(pipe, "wb") as f:
            f.write(make.plain())
    except BrokenPipeError:
        pass


def cases():
    with open(os.path.join(HERE, "expected.csv"), newline="", encoding="utf8") as f:
        return [Case(row, command.strip()) for row in csv.DictReader(f) for command in row["command"].split(",")]


def result(case, folder):
    """(passed, remark after the title, what went wrong)"""
    try:
        case.check(folder)
        return True, "", ""
    except harness.Skip as why:
        return True, f" # SKIP {why}", ""
    except Exception as why:
        return False, "", f"{'' if isinstance(why, AssertionError) else type(why).__name__ + ': '}{why}"


def main():
    chosen = [case for case in cases() if len(sys.argv) < 2 or any(word in case.title for word in sys.argv[1:])]
    print(f"1..{len(chosen)}", flush=True)
    if not os.access(harness.BINARY, os.X_OK):
        print(f"Bail out! no program at {harness.BINARY}; build it or set MICROGRAD", flush=True)
        sys.exit(1)
    folder = tempfile.mkdtemp(prefix="strange-tables-")
    os.chmod(folder, 0o755)
    failures = 0
    try:
        make.make(folder)
        code, _, err = run(folder, "train", "people.csv", "--epochs", "5", "--members", "1", "--threads", "1", "--quiet", "--out", "people.model")
        assert code == 0, err
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = pool.map(lambda case: result(case, folder), chosen)
            for number, (case, (passed, remark, why)) in enumerate(zip(chosen, results), 1):
                print(f"{'ok' if passed else 'not ok'} {number} - {case.title}{remark}", flush=True)
                failures += not passed
                for line in why.splitlines()[:10]:
                    print(f"# {line}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
