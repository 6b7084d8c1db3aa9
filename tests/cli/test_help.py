"""help, version, manual pages, completion, and command lines that make no sense."""
import glob, re, time
from harness import *

COMMANDS = "inspect train predict evaluate report watch show graph doctor cross-validate curve tune cluster embed help version".split()
TOPICS = "data kinds encoding splits metrics intervals weights model layers losses optimizers schedules initializers clustering embedding stops speed settings config codes".split()
OF_TRAIN = ("target task model loss init optimizer lr momentum batch epochs patience dropout l1 l2 clip-norm clip-value scale val-fraction test-fraction test seed threads check-finite "
            "out json quiet help").split()


@test
def version():
    """--version prints micrograd X.Y.Z within 10 ms"""
    times = []
    for _ in range(9):
        start = time.perf_counter()
        r = ok("--version")
        times.append(time.perf_counter() - start)
    assert re.fullmatch(r"micrograd \d+\.\d+\.\d+\n", r.out) and r.err == "" and ok("version").out == r.out
    alone = []
    for _ in range(9):
        start = time.perf_counter()
        subprocess.run(["/bin/true"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, input=b"")
        alone.append(time.perf_counter() - start)
    assert min(times) - min(alone) < 0.01, f"{1e3 * (min(times) - min(alone)):.1f} ms"


@test
def overview():
    """help lists every command and topic"""
    text = ok("help").out
    for word in COMMANDS + TOPICS:
        assert re.search(rf"^  {word}\b", text, re.M), word
    assert ok("--help").out == ok("-h").out == text


@test
def nothing_at_all():
    """no word at all: the overview on stderr, exit 2"""
    r = run()
    assert r.code == 2 and r.out == "" and "train" in r.err


@test
def commands_explained():
    """COMMAND --help, -h and help COMMAND say the same, whatever else stands there"""
    for command in COMMANDS:
        text = ok("help", command).out
        assert f"Usage: micrograd {command}" in text and "Examples" in text, text
        if command not in ("help", "version"):
            assert ok(command, "--help").out == ok(command, "-h").out == ok(command, "x", "--wibble", "--help").out == text
        assert max(len(line) for line in text.splitlines()) <= 100


@test
def options_explained():
    """help train names every option, with its default and bounds"""
    text = ok("help", "train").out
    for name in OF_TRAIN:
        assert re.search(rf"^  --{name}\b", text, re.M), name
    for word in ("Default 0.2", "Default auto", "(0,", "1000]", "gd", "rprop", "he_normal", "cross_entropy"):
        assert word in " ".join(text.split()), word
    assert "--threads" in ok("help", "predict").out and "--json" in ok("help", "evaluate").out and "--out" in ok("help", "graph").out


@test
def every_option_is_taken():
    """every option that help names is known to its command, and no other is"""
    for command in COMMANDS[:5]:
        for name in re.findall(r"^  --([a-z0-9-]+)", ok("help", command).out, re.M):
            r = run(command, f"--{name}", "--help")
            assert r.code == 0, (command, name)
            r = run(command, f"--{name}=", "a", "b", "c")
            assert r.code == 2 and "there is no option" not in r.err, (command, name, r.err)
    refused(["show", "m", "--lr", "1"], 2, "lr", "train")


@test
def topics():
    """every topic prints a list from the library's tables"""
    for topic, words in {"layers": ["dense(units", "relu", "dropout(rate", "residual", "batchnorm", "conv(channels, kernel, stride=1, padding=valid", "maxpool(size, stride=size"], "optimizers": ["gd", "rprop", "adamw", "Kingma", "0.001"],
                         "losses": ["cross_entropy", "hinge", "huber"], "initializers": ["he_normal", "orthogonal"], "metrics": ["accuracy", "r2"], "stops": ["patience"],
                         "codes": ["130", "143"], "model": ["dense(64)", "3*[", "@lenet5"], "models": ["@lenet5", "61,706", "@resnet20", "272,282", "40,813,184", "globalavgpool"], "data": ["CSV", "NPY", "missing", "gzip"], "kinds": ["category", "constant", "--types"],
                         "encoding": ["median", "embedding", "never saw"], "splits": ["stratified", "time:COLUMN", "--test FILE"], "intervals": ["--interval 0.9", "bootstrap"],
                         "weights": ["balanced", "--threshold"], "schedules": ["cosine", "coslog4"], "speed": ["--fast", "--stream"], "config": ["target = price", "--config"],
                         "environments": ["cartpole", "Pendulum-v1", "16 states", "solved from 475"], "algorithms": ["ppo", "Schulman", "reinforce"],
                         "settings": ["--lr X", "--keep NAMES"]}.items():
        text = ok("help", topic).out
        for word in words:
            assert word in text, (topic, word)


@test
def one_setting():
    """help SETTING explains it, with and without dashes, for every setting that there is"""
    assert ok("help", "lr").out == ok("help", "--lr").out and "Learning rate" in ok("help", "lr").out and "train" in ok("help", "lr").out
    assert ok("help", "out").out.count("--out FILE") == 10
    for name in set(re.findall(r"^  --([a-z0-9-]+)", ok("help", "settings").out, re.M)) - {"help"}:
        assert f"--{name}" in ok("help", f"--{name}").out, name


@test
def unknown_words():
    """an unknown command, option or topic: exit 2, its name and the nearest"""
    refused(["fly"], 2, "fly")
    refused(["trian", "x.csv"], 2, "trian", "train")
    refused(["--verison"], 2, "--verison", "version")
    refused(["train", "x.csv", "--epoch", "3"], 2, "epoch", "--epochs")
    refused(["train", "x.csv", "--learning-rat=3"], 2, "learning-rat")
    refused(["train", "x.csv", "-epochs", "3"], 2, "-epochs", "--epochs")
    refused(["help", "optimisers"], 2, "optimisers", "optimizers")
    refused(["help", "train", "predict"], 2, "predict")
    refused(["version", "2"], 2, "2")
    refused(["help", "--man", "wibble"], 2, "wibble")
    refused(["help", "--completion", "csh"], 2, "csh", "bash")
    refused(["train", "--" + "x" * 5000], 2)
    refused([""], 2)


@test
def operands():
    """a missing or superfluous word: exit 2, its name and the usage"""
    refused(["predict"], 2, "MODEL", "micrograd predict MODEL FILE|-")
    refused(["predict", "m"], 2, "FILE|-", "micrograd predict MODEL FILE|-")
    refused(["evaluate", "m"], 2, "FILE")
    refused(["show", "m", "more"], 2, "more")
    refused(["graph"], 2, "MODEL")


@test
def manual_pages_are_current():
    """docs/man is what help --man prints (MICROGRAD_UPDATE=1 rewrites it)"""
    folder = os.path.join(ROOT, "docs", "man")
    wanted = {"micrograd.1": ok("help", "--man", "micrograd").out, **{f"micrograd-{c}.1": ok("help", "--man", c).out for c in COMMANDS}}
    current(folder, wanted)
    assert {os.path.basename(p) for p in glob.glob(os.path.join(folder, "*"))} == set(wanted)


@test
def completions_are_current():
    """docs/completion is what help --completion prints (MICROGRAD_UPDATE=1 rewrites it)"""
    current(os.path.join(ROOT, "docs", "completion"), {f"micrograd.{shell}": ok("help", "--completion", shell).out for shell in ("bash", "zsh", "fish")})


def current(folder, wanted):
    for name, text in wanted.items():
        path = os.path.join(folder, name)
        if os.environ.get("MICROGRAD_UPDATE"):
            os.makedirs(folder, exist_ok=True)
            open(path, "w", encoding="utf8").write(text)
        assert os.path.exists(path), f"{path} is missing: MICROGRAD_UPDATE=1 python3 tests/cli/test_help.py"
        assert open(path, encoding="utf8").read() == text, f"{path} is stale: MICROGRAD_UPDATE=1 python3 tests/cli/test_help.py"


@test
def manual_pages_are_well_formed():
    """groff reads the manual pages without a warning"""
    if not shutil.which("groff"):
        raise Skip("no groff")
    for page in ["micrograd"] + COMMANDS:
        p = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=ok("help", "--man", page).bytes, stderr=subprocess.PIPE)
        assert p.returncode == 0 and p.stderr == b"", (page, p.stderr)


@test
def bash_completes():
    """bash completes commands, options and words of a choice"""
    if not shutil.which("bash"):
        raise Skip("no bash")
    open("c.bash", "w").write(ok("help", "--completion", "bash").out)
    for words, wanted in ((["micrograd", "tr"], "train"), (["micrograd", "train", "--opt"], "--optimizer"), (["micrograd", "train", "x.csv", "--optimizer", "adam"], "adamw"),
                          (["micrograd", "help", "lay"], "layers"), (["micrograd", "train", "c.b"], "c.bash")):
        script = f". ./c.bash; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _micrograd; echo \"${{COMPREPLY[@]}}\""
        p = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert wanted in p.stdout.decode().split() and p.stderr == b"", (words, p.stdout, p.stderr)


main()
