"""The programs that bench/run lets take turns: where they are, how they are started, and how they are asked (bench/peers/serve.py has the protocol)."""
import json, os, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build")
DEBIAN = "/usr/bin/python3"
ABSENT = 3  # exit status of a peer whose library is not installed, or that has no such network


def python(folder):
    return os.path.join(BUILD, folder, "bin", "python3")


# key: interpreter, script. scripts/setup --bench installs them; one that is not there is left out.
PEERS = {
    "pytorch": (DEBIAN, "pytorch.py"),
    "pytorch-new": (python("bench-torch"), "pytorch.py"),  # its key gets its version
    "jax": (python("bench-jax"), "jax_peer.py"),
    "sklearn": (DEBIAN, "sklearn_peer.py"),
}


def peer_script(name):
    return os.path.join(ROOT, "bench", "peers", name)


def environment(threads):
    return dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads), PYTHONWARNINGS="ignore", PYTHONDONTWRITEBYTECODE="1")


def build_ours():
    targets = ["micrograd", *(f"bench_{name}" for name in ("step", "machine", "table", "expression"))]
    for step in (["cmake", "-S", ROOT, "-B", BUILD], ["cmake", "--build", BUILD, "-j2", "--target", *targets]):
        p = subprocess.run(step, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if p.returncode:
            sys.exit(f"{' '.join(step)}: {p.stderr[-500:]}")


def ours(name):
    return os.path.join(BUILD, "bench", name)


def call(*command, threads=1):
    """The JSON that a program prints; None where it fails, with its last words on stderr."""
    p = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(threads))
    if p.returncode == ABSENT:
        return None
    if p.returncode:
        print(f"{os.path.basename(str(command[0]))} {os.path.basename(str(command[1]))}: {p.stderr.strip()[-300:]}", file=sys.stderr)
        return None
    return json.loads(p.stdout)


class Program:
    """One program with one workload. It answers once when it is ready, then once a command; `failed` says why it no longer does."""

    def __init__(self, key, command, threads):
        self.key, self.about, self.failed = key, None, None
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(threads))

    def answer(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        error = self.process.communicate()[1].strip()
        self.failed = "absent" if self.process.returncode == ABSENT else error[-300:] or f"exit status {self.process.returncode}"
        return None

    def wait_until_ready(self):
        self.about = self.answer()
        if self.about and self.key == "pytorch-new":
            self.key = "pytorch-" + ".".join(self.about["version"].split(".")[:2])

    def ask(self, command):
        if self.failed:
            return None
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        return self.answer()

    def close(self):
        if not self.failed:
            self.process.communicate()


def start(path, threads, peers=PEERS):
    """micrograd first, then every one of the peers that is installed and has such a network; all are ready."""
    programs = [Program("micrograd", [ours("step"), path, str(threads)], threads)]
    for key in peers:
        interpreter, script = PEERS[key]
        if os.path.exists(interpreter):
            programs.append(Program(key, [interpreter, peer_script(script), path, str(threads)], threads))
    for program in programs:
        program.wait_until_ready()
    for program in programs:
        if program.failed and program.failed != "absent":
            print(f"{program.key}: {program.failed}", file=sys.stderr)
    return [program for program in programs if not program.failed]
