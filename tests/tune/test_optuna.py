#!/usr/bin/env python3
"""Studies in the hands of Optuna and its dashboard: they open ours, and work on one file with us."""
import ctypes, os, re, signal, socket, subprocess, sys, time, urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness
from harness import ROOT, Skip, json, random, test

try:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend
    from optuna.trial import TrialState
    optuna.logging.set_verbosity(optuna.logging.ERROR)
except ImportError:
    optuna = None

BUILD = os.path.abspath(os.environ.get("MICROGRAD_BUILD", os.path.join(ROOT, "build")))
SEARCH = os.path.join(BUILD, "examples", "search")  # Branin's function


def load(path, name=None):
    if not optuna:
        raise Skip("Python has no optuna")
    return optuna.load_study(study_name=name, storage=JournalStorage(JournalFileBackend(path)))


def search(path, trials):
    """The example, on a file, until the study has so many finished trials; the least value it prints."""
    p = subprocess.run([SEARCH, path, str(trials)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    assert p.returncode == 0, p.stderr
    least, finished = re.search(r"least (\S+) of (\d+)", p.stdout).groups()
    return float(least), int(finished)


def records(path):
    """All lines of a journal are whole."""
    text = open(path).read()
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def branin(trial):
    return trial.suggest_float("x", -5, 10) ** 2 + trial.suggest_float("y", 0, 15)


# --- the library, through ctypes ---------------------------------------------------------------------------


class Options(ctypes.Structure):
    _fields_ = [(n, ctypes.c_char_p) for n in ("path", "name", "sampler", "pruner")] + [
        ("maximise", ctypes.c_bool), ("seed", ctypes.c_uint64), ("batch", ctypes.c_int64), ("trials", ctypes.c_int64), ("purpose", ctypes.c_char_p)]


class Trial(ctypes.Structure):
    _fields_ = [("space", ctypes.c_void_p), ("number", ctypes.c_int64), ("ordinal", ctypes.c_int64), ("state", ctypes.c_int), ("point", ctypes.POINTER(ctypes.c_double)),
                ("value", ctypes.c_double), ("steps", ctypes.c_int64), ("step", ctypes.c_void_p), ("step_value", ctypes.c_void_p), ("seconds", ctypes.c_double), ("reason", ctypes.c_char_p)]


def library():
    path = os.path.join(BUILD, "libmicrograd.so")
    if not os.path.exists(path):
        raise Skip("there is no shared library")
    mg = ctypes.CDLL(path)
    kinds = {"p": ctypes.c_void_p, "s": ctypes.c_char_p, "i": ctypes.c_int, "l": ctypes.c_int64, "d": ctypes.c_double, None: None}
    for name, result, arguments in (("mg_context_create", "p", "p"), ("mg_context_destroy", None, "p"), ("mg_context_message", "s", "p"), ("mg_space_create", "p", "p"),
                                    ("mg_space_add_free", "i", "ps"), ("mg_space_set_model", "i", "ps"), ("mg_space_destroy", None, "p"), ("mg_study_open", "p", "ppp"),
                                    ("mg_study_close", None, "p"), ("mg_study_ask", "i", "pp"), ("mg_study_tell", "i", "plids"), ("mg_study_report", "i", "plldp"),
                                    ("mg_study_note", "i", "plss")):
        function = getattr(mg, name)
        function.restype, function.argtypes = kinds[result], [kinds[a] for a in arguments]
    return mg


class Study:
    def __init__(self, path, *ranges, model=None, **options):
        self.mg = mg = library()
        self.context = mg.mg_context_create(None)
        space = mg.mg_space_create(self.context)
        for text in ranges:
            self.good(mg.mg_space_add_free(space, text.encode()))
        if model:
            self.good(mg.mg_space_set_model(space, model.encode()))
        given = Options(path=path.encode(), sampler=b"random", pruner=b"none", batch=4, **options)
        self.study = mg.mg_study_open(self.context, space, ctypes.byref(given))
        mg.mg_space_destroy(space)
        assert self.study, mg.mg_context_message(self.context)

    def good(self, status):
        assert status == 0, self.mg.mg_context_message(self.context)

    def ask(self):
        trial = Trial()
        self.good(self.mg.mg_study_ask(self.study, ctypes.byref(trial)))
        return trial

    def tell(self, trial, state, value=0.0, reason=None):
        self.good(self.mg.mg_study_tell(self.study, trial.number, state, value, reason))

    def close(self):
        self.mg.mg_study_close(self.study)
        self.mg.mg_context_destroy(self.context)


# --- the tests ---------------------------------------------------------------------------------------------


@test
def optuna_loads_a_study():
    """Optuna loads a study: its trials, points, distributions, best value and table"""
    least, finished = search("branin.log", 30)
    study = load("branin.log")
    assert study.study_name == "branin" and study.direction.name == "MINIMIZE" and len(study.trials) == finished == 30
    assert abs(study.best_value - least) < 1e-4 and all(t.state == TrialState.COMPLETE for t in study.trials)
    floats = optuna.distributions.FloatDistribution
    assert study.trials[3].distributions == {"x": floats(-5, 10), "y": floats(0, 15)}, study.trials[3]
    assert [t.user_attrs["ordinal"] for t in study.trials] == list(range(30))
    assert all(0 <= t.duration.total_seconds() < 10 for t in study.trials)
    table = study.trials_dataframe()
    assert len(table) == 30 and {"params_x", "params_y", "value"} <= set(table.columns), table.columns


@test
def optuna_loads_what_trials_can_be():
    """numbers, whole numbers, words, what is not there, steps, pruned and failed trials, notes"""
    if not optuna:
        raise Skip("Python has no optuna")
    ours = Study("all.log", "lr=log:1e-4..1", "opt=adam|sgd", model="{n:1..3}*[dense({width:4..64:log})]", maximise=True, purpose=b"a test", seed=2 ** 64 - 1)
    trials = []
    for i in range(12):
        trial = ours.ask()
        trials.append([trial.point[d] for d in range(6)])
        ours.good(ours.mg.mg_study_report(ours.study, trial.number, 1, .5, None))
        ours.good(ours.mg.mg_study_note(ours.study, trial.number, b"epochs", b"[1, 2]"))
        ours.tell(trial, *((1, 2.0 * i), (2,), (3, 0.0, b"diverged at \"step\" 3"))[i % 3])
    running = ours.ask()
    ours.good(ours.mg.mg_study_note(ours.study, -1, b"model", b'"dense"'))
    study = load("all.log")
    assert study.direction.name == "MAXIMIZE" and study.best_value == 18 and len(study.trials) == 13
    assert study.user_attrs["model"] == "dense" and study.user_attrs["micrograd"]["purpose"] == "a test" and study.user_attrs["micrograd"]["seed"] == str(2 ** 64 - 1)
    assert [t.state.name for t in study.trials[:3]] == ["COMPLETE", "PRUNED", "FAIL"] and study.trials[12].state == TrialState.RUNNING
    assert study.trials[2].user_attrs["reason"] == 'diverged at "step" 3'
    for t, point in zip(study.trials, trials):
        assert t.intermediate_values == {1: .5} and t.user_attrs["epochs"] == [1, 2], t
        names = ["lr", "opt", "n", "width.1", "width.2", "width.3"][:3 + int(point[2])]
        assert sorted(t.params) == sorted(names), (t.params, point)
        for i, name in enumerate(names):
            assert t.params[name] == (["adam", "sgd"][int(point[i])] if name == "opt" else point[i])
            assert type(t.params[name]) is {"lr": float, "opt": str}.get(name, int), (name, t.params)
    ours.close()
    assert load("all.log").trials[running.number].user_attrs["reason"] == "interrupted"


@test
def optuna_goes_on_and_we_after_it():
    """Optuna adds trials to our study, and our search goes on from them"""
    search("shared.log", 8)
    study = load("shared.log")
    study.optimize(branin, n_trials=5)
    assert study.best_value <= min(t.value for t in study.trials)
    assert search("shared.log", 20) == (round(load("shared.log").best_value, 4), 20)
    assert len(load("shared.log").trials) == 20 and sum("ordinal" in t.user_attrs for t in load("shared.log").trials) == 15


@test
def both_at_once():
    """two of our processes and Optuna write to one file at once, and no record is lost"""
    search("both.log", 1)
    study = load("both.log")
    ours = [subprocess.Popen([SEARCH, "both.log", "120"], stdout=subprocess.DEVNULL) for _ in range(2)]
    study.optimize(branin, n_trials=15)
    assert [p.wait(60) for p in ours] == [0, 0]
    done = load("both.log").trials
    assert records("both.log") and all(t.state == TrialState.COMPLETE for t in done)
    ordinals = [t.user_attrs["ordinal"] for t in done if "ordinal" in t.user_attrs]
    assert sorted(ordinals) == list(range(len(ordinals))) and len(done) - len(ordinals) == 15 and len(done) >= 120, (len(done), len(ordinals))


@test
def killed_writers():
    """processes that are killed at any moment leave a file that Optuna loads and a search that is completed"""
    g = random.Random(4)
    for _ in range(12):
        workers = [subprocess.Popen([SEARCH, "killed.log", "5000"], stdout=subprocess.DEVNULL) for _ in range(3)]
        time.sleep(g.uniform(0.02, 0.15))
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    before = len(load("killed.log").trials)
    complete = sum(t.state == TrialState.COMPLETE for t in load("killed.log").trials)
    search("killed.log", complete + 3)
    trials = load("killed.log").trials
    done = [t for t in trials if t.state == TrialState.COMPLETE]
    assert records("killed.log") and len(done) == complete + 3 and before > 12, (before, complete, len(trials))
    assert {t.user_attrs["reason"] for t in trials if t.state != TrialState.COMPLETE} <= {"interrupted"}
    assert sorted(t.user_attrs["ordinal"] for t in done) == list(range(len(done)))
    assert not os.path.lexists("killed.log.lock")


@test
def dashboard():
    """optuna-dashboard shows the study and its trials"""
    if not optuna:
        raise Skip("Python has no optuna")
    try:
        import optuna_dashboard  # noqa: F401
    except ImportError:
        raise Skip("Python has no optuna-dashboard")
    search("shown.log", 10)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", "from optuna_dashboard._cli import main; main()", "shown.log", "--host", "127.0.0.1", "--port", str(port)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        def get(path):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return json.loads(answer.read())
        end = time.monotonic() + 45
        while True:
            try:
                studies = get("/api/studies")["study_summaries"]
                break
            except OSError:
                assert server.poll() is None and time.monotonic() < end, server.stdout.read() if server.poll() is not None else "no answer"
                time.sleep(0.2)
        assert [s["study_name"] for s in studies] == ["shown"], studies
        shown = get(f"/api/studies/{studies[0]['study_id']}?after=0")
        assert len(shown["trials"]) == 10 and {t["state"] for t in shown["trials"]} == {"Complete"}, shown
        assert {p["name"] for p in shown["trials"][0]["params"]} == {"x", "y"}
    finally:
        server.terminate()
        server.wait(10)


harness.main()
