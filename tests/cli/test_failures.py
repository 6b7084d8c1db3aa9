"""What goes wrong outside: damaged models, full disks, closed pipes, little memory, kills."""
import struct, resource
from harness import *


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


@test
def damaged_models():
    """a damaged model is refused or works, never crashes; a truncated one is always refused"""
    blob = open(trained(), "rb").read()
    g = random.Random(5)
    for i in range(160):
        b, kind = bytearray(blob), i % 4
        if kind == 0:
            b = b[:g.randrange(len(b))]
        elif kind == 1:
            for _ in range(8):
                b[g.randrange(min(len(b), 4000))] = g.randrange(256)
        elif kind == 2:
            b[:8] = struct.pack("<Q", g.choice([0, 2, 2**63, 2**40, len(b), len(b) - 7]))
        else:
            b = b.replace(b"[", b"[9", 1) if g.random() < .5 else b.replace(b"0", b"9", g.randrange(1, 9))
        open("hurt", "wb").write(b)
        for args in (["show", "hurt"], ["predict", "hurt", "flowers.csv"], ["evaluate", "hurt", "flowers.csv"], ["graph", "hurt"]):
            sanitized = os.environ.get("ASAN_OPTIONS") and "asan" in BINARY
            r = run(*args, limit=None if sanitized else limit_memory, timeout=60)
            assert r.code in (0, 1), f"{args[0]} of damage {i}: exit {r.code}: {r.err[-300:]}"
            assert r.code == 1 or kind not in (0, 2), f"{args[0]} took damage {i}"
            assert r.code == 0 or ("hurt" in r.err and r.err.count("\n") == 1 and r.out == ""), (i, r.err)


@test
def a_hostile_text_in_a_model():
    """a wrong network text inside a model file is exit 1, not 2"""
    blob = open(trained(flowers(), "--model", "dense(8) relu"), "rb").read()
    size = struct.unpack("<Q", blob[:8])[0]
    assert blob[8:8 + size].count(b"dense(8) relu") >= 1
    header = blob[8:8 + size].replace(b"dense(8) relu", b"dense(8) rule")
    open("hurt", "wb").write(struct.pack("<Q", size) + header + blob[8 + size:])
    refused(["show", "hurt"], 1, "hurt")
    huge = blob[8:8 + size].replace(b"dense(8) relu", b"dense(999999) relu")
    open("hurt", "wb").write(struct.pack("<Q", len(huge)) + huge + blob[8 + size:])
    refused(["show", "hurt"], 1, "hurt", limit=None if "asan" in BINARY else limit_memory)


@test
def full_disk():
    """a full disk: a message, exit 1, nothing left behind, the old model untouched"""
    if os.geteuid() != 0:
        raise Skip("needs root to mount a small disk")
    flowers()
    os.mkdir("full")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", "full"], stderr=subprocess.DEVNULL).returncode != 0:
        raise Skip("mounting is not allowed here")
    try:
        refused(["train", "flowers.csv", "--epochs", 2, "--quiet", "--model", "dense(512) relu dense(512) relu", "--out", "full/m"], 1, "full/m")
        assert os.listdir("full") == []
        open("full/m", "w").write("old")
        refused(["train", "flowers.csv", "--epochs", 2, "--quiet", "--model", "dense(512) relu dense(512) relu", "--out", "full/m"], 1, "full/m")
        assert os.listdir("full") == ["m"] and open("full/m").read() == "old"
    finally:
        subprocess.run(["umount", "full"])


@test
def full_output():
    """a full stdout: a message and exit 1, whatever the command"""
    m = trained()
    for args in (["predict", m, "flowers.csv"], ["evaluate", m, "flowers.csv"], ["evaluate", m, "flowers.csv", "--json"], ["show", m], ["graph", m], ["help"], ["--version"],
                 ["train", "flowers.csv", "--epochs", 1, "--json", "--quiet"], ["train", "--help"]):
        with open("/dev/full", "wb") as f:
            r = run(*args, stdout=f)
        assert r.code == 1 and "space" in r.err.lower(), (args, r.code, r.err)
    with open("/dev/full", "wb") as f:
        p = subprocess.run([BINARY, "train", "flowers.csv", "--epochs", "2"], stdout=subprocess.DEVNULL, stderr=f)
        assert p.returncode == 0, "messages that cannot be written stop nothing"


@test
def a_model_to_a_device():
    """--out /dev/null and a pipe are written to directly"""
    flowers()
    ok("train", "flowers.csv", "--quiet", "--epochs", 1, "--out", "/dev/null")
    assert os.path.exists("/dev/null") and not os.path.isfile("/dev/null")
    refused(["train", "flowers.csv", "--quiet", "--epochs", 1, "--out", "/dev/full"], 1, "/dev/full")
    os.mkfifo("pipe")
    with open("copy", "wb") as copy:
        reader = subprocess.Popen(["cat", "pipe"], stdout=copy)
        ok("train", "flowers.csv", "--quiet", "--epochs", 1, "--out", "pipe")
        assert reader.wait(20) == 0
    ok("show", "copy")


@test
def closed_pipe():
    """a reader that goes away ends the writer soon and silently"""
    m = trained()
    lines = open("flowers.csv").read().splitlines()
    open("long.csv", "w").write("\n".join([lines[0]] + lines[1:] * 2000) + "\n")
    p = subprocess.Popen([BINARY, "predict", m, "long.csv"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert p.stdout.readline().startswith(b"prediction")
    p.stdout.close()
    err = p.stderr.read()
    assert p.wait(60) == 1 and err == b"", (p.returncode, err)


@test
def closed_streams():
    """closed stdin, stdout or stderr: no crash, and never a file of ours in their place"""
    m = trained()
    data = open(m, "rb").read()
    for closing in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        p = subprocess.run(["sh", "-c", f'"$0" predict {m} flowers.csv {closing}', BINARY], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert p.returncode in (0, 1), (closing, p.returncode, p.stderr)
        p = subprocess.run(["sh", "-c", f'"$0" train flowers.csv --epochs 2 --out n {closing}', BINARY], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert p.returncode in (0, 1), (closing, p.returncode, p.stderr)
        if os.path.exists("n"):
            ok("show", "n")
            os.remove("n")
    assert open(m, "rb").read() == data


@test
def killed():
    """killed at any moment: the old model or a whole new one, never a half"""
    flowers(n=300)
    old = open(trained("flowers.csv", "--epochs", 1), "rb").read()
    for i in range(6):
        p = subprocess.Popen([BINARY, "train", "flowers.csv", "--quiet", "--epochs", "3", "--seed", "2", "--out", "model.safetensors"])
        time.sleep(0.004 * i * i)
        p.kill()
        p.wait()
        assert open("model.safetensors", "rb").read() == old or run("show", "model.safetensors").code == 0
        open("model.safetensors", "wb").write(old)


@test
def read_only_folder():
    """a folder without permission: exit 1 before any training"""
    if os.geteuid() == 0:
        raise Skip("root may write anywhere")
    flowers()
    os.mkdir("locked", 0o555)
    refused(["train", "flowers.csv", "--out", "locked/m"], 1, "locked/m")


@test
def data_is_never_overwritten():
    """the model is never written over the data it comes from"""
    flowers("flowers.safetensors")
    before = open("flowers.safetensors").read()
    refused(["train", "flowers.safetensors"], 2, "flowers.safetensors", "--out")
    flowers("other.csv", seed=2)
    refused(["train", "flowers.safetensors", "--out", "./flowers.safetensors"], 2, "--out")
    refused(["train", "flowers.safetensors", "--test", "other.csv", "--out", "other.csv"], 2, "other.csv")
    assert open("flowers.safetensors").read() == before


@test
def not_finite():
    """a run that diverges says so and still ends with a model; with --check-finite it fails and names where"""
    flowers()
    r = run("train", "flowers.csv", "--optimizer", "gd", "--lr", 1000, "--scale", "none", "--model", "dense(64) relu dense(64) relu dense(64)", "--epochs", 60, "--patience", 0, "--json", "--quiet")
    v = r.json()
    if v["stopped"] == "diverged":
        assert v["warnings"], v
        r = run("train", "flowers.csv", "--optimizer", "gd", "--lr", 1000, "--scale", "none", "--model", "dense(64) relu dense(64) relu dense(64)", "--epochs", 60, "--patience", 0, "--check-finite",
                "--quiet", "--out", "n")
        assert r.code == 1 and "step" in r.err and not os.path.exists("n"), (r.code, r.err)


main()
