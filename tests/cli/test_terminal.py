"""Progress and colours on a terminal, and interruption."""
import re
from harness import *

LONG = ["--epochs", "1000000", "--patience", "0", "--out", "m"]


@test
def progress_on_a_terminal():
    """a live line: epoch, loss, metric, rows/s, time left; gone at the end, never wider than the terminal"""
    flowers(n=300)
    code, shown = on_terminal("train", "flowers.csv", "--epochs", 3000, "--patience", 0, "--model", "dense(64) relu", columns=120)
    assert code == 0, shown
    live = re.findall(r"\r([^\r\n]*epoch +\d+/3000[^\r\n]*)\x1b\[K", shown)
    assert live, shown[:500]
    text = " ".join(live)
    for word in ("loss", "accuracy", "rows/s", "left"):
        assert word in text, live[-1]
    assert max(len(line) for line in live) < 120 and "\r\x1b[K" in shown
    assert "\x1b[1m" in shown and shown.rstrip().endswith("flowers.csv"), shown[-300:]


@test
def narrow_terminal():
    """a narrow terminal gets a shorter line"""
    flowers(n=300)
    code, shown = on_terminal("train", "flowers.csv", "--epochs", 2000, "--patience", 0, columns=40)
    live = re.findall(r"\r([^\r\n]*epoch[^\r\n]*)\x1b\[K", shown)
    assert code == 0 and live and max(len(line) for line in live) < 40


@test
def no_color():
    """NO_COLOR and a dumb terminal: no colours; messages keep their words"""
    flowers()
    code, shown = on_terminal("train", "flowers.csv", "--epochs", 5, env=environment(NO_COLOR="1"))
    assert code == 0 and not re.search(r"\x1b\[\d*m", shown)
    env = environment()
    env["TERM"] = "dumb"
    code, shown = on_terminal("train", "flowers.csv", "--epochs", 5, env=env)
    assert code == 0 and "\x1b" not in shown
    code, shown = on_terminal("train", "flowers.csv", "--lr", "-1")
    assert code == 2 and "\x1b[31m" in shown
    assert "\x1b" in on_terminal("help")[1] and "\x1b" not in ok("help").out


@test
def quiet_on_a_terminal():
    """--quiet on a terminal: silence"""
    flowers()
    assert on_terminal("train", "flowers.csv", "--epochs", 5, "--quiet") == (0, "")


@test
def lines_elsewhere():
    """elsewhere plain lines, about twenty for a long run"""
    r = ok("train", flowers(), "--epochs", 400, "--patience", 0)
    lines = [line for line in r.err.splitlines() if "epoch" in line and "loss" in line]
    assert 10 <= len(lines) <= 30 and "accuracy" in lines[-1] and "\x1b" not in r.err, r.err


@test
def ctrl_c_saves():
    """Ctrl-C: the best epoch so far is saved and told, exit 130"""
    flowers(n=300)
    code, shown = on_terminal("train", "flowers.csv", *LONG, interrupt_after=(b"accuracy", signal.SIGINT), timeout=60)
    assert code == 130 and "interrupted" in shown and "micrograd predict" in shown, (code, shown[-500:])
    assert len(ok("predict", "m", "flowers.csv").rows()) == 300


def interrupted(number, *more):
    flowers(n=300)
    p = subprocess.Popen([BINARY, "train", "flowers.csv", *LONG, *more], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    first = b"" if "--quiet" in more else p.stderr.readline()
    time.sleep(0.5)
    p.send_signal(number)
    out, err = p.communicate(timeout=60)
    return p.returncode, out.decode(), (first + err).decode()


@test
def sigterm_saves():
    """SIGTERM: likewise, exit 143; --json is whole"""
    code, out, err = interrupted(signal.SIGTERM, "--json", "--quiet")
    v = json.loads(out)
    assert code == 143 and v["stopped"] == "interrupted" and v["epochs"] >= 1 and err == "", (code, err)
    ok("show", "m")


@test
def sigint_without_a_terminal():
    """SIGINT without a terminal: exit 130, a model, nothing half-written"""
    code, out, err = interrupted(signal.SIGINT)
    assert code == 130 and "interrupted" in out
    ok("show", "m")
    assert sorted(os.listdir(".")) == ["flowers.csv", "m"]


@test
def interrupted_while_reading():
    """a signal while standard input is awaited ends at once, nothing written"""
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        p = subprocess.Popen([BINARY, "train", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.3)
        p.send_signal(number)
        assert p.wait(10) == code
        p.communicate()
    assert os.listdir(".") == []


@test
def ignored_signals_stay_ignored():
    """under nohup-like callers that ignore SIGINT, SIGINT stays ignored"""
    flowers()
    p = subprocess.Popen(["sh", "-c", 'trap "" INT; exec "$0" train flowers.csv --epochs 300 --patience 0 --quiet --out m', BINARY])
    time.sleep(0.1)
    p.send_signal(signal.SIGINT)
    assert p.wait(60) == 0


main()
