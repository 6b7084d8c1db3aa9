#!/usr/bin/env python3
"""Each floor includes only what lies below it, and the core only the standard library. Prints TAP, a case a floor."""
import glob, os, re, sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

# floor: what it may include besides itself. Backends do not see each other: `cpu` is found by a row in plan's table.
BELOW = {"base": []}
for floors, over in ((["graph"], ["base"]), (["ops"], ["graph"]), (["grad"], ["ops"]), (["plan", "backend"], ["grad"]), (["nn", "optim"], ["plan", "backend"]),
                     (["interop", "data"], ["nn", "optim"]), (["train"], ["interop", "data"]), (["tune", "cluster", "rl", "emit"], ["train"]), (["report", "mpi"], ["tune", "cluster", "rl"])):
    below = sorted({x for floor in over for x in [floor, *BELOW[floor]]})
    BELOW.update({floor: sorted({*below, *floors}) for floor in floors})
BELOW["cli"] = []  # public headers and its own

CORE = ["base", "graph", "ops", "grad", "plan", "backend/reference", "nn", "optim"]
C11 = "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype"
STANDARD = {word + ".h" for word in C11.split()}
# The core's doors to the system, each behind a test of the platform: threads, huge pages, the machine's floating-point mode.
SYSTEM_IN_CORE = {"base": {"pthread.h", "unistd.h", "sched.h", "sys/mman.h", "sys/syscall.h", "xmmintrin.h", "immintrin.h", "emmintrin.h"}}


def includes(path):
    for number, line in enumerate(open(path, encoding="utf8"), 1):
        if m := re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line):
            yield number, m[1], m[2]


def offences(floor):
    found = []
    for path in sorted(glob.glob(f"src/{floor}/**/*.[ch]", root_dir=ROOT, recursive=True)):
        in_core = any(path.startswith(f"src/{c}/") for c in CORE)
        for number, kind, name in includes(os.path.join(ROOT, path)):
            where = f"{path}:{number}: includes {name}"
            if kind == '"':
                other = name.split("/")[0]
                if "/" not in name:
                    found.append(f'{where}; wanted "floor/file.h"')
                elif other != floor and other not in BELOW[floor]:
                    found.append(f"{where}; {floor} lies below {other}" if floor != "cli" else f"{where}; the command uses the public headers")
                elif not os.path.exists(os.path.join(ROOT, "src", name)):
                    found.append(f"{where}; there is no such file")
            elif in_core and not name.startswith("micrograd/") and name not in STANDARD | SYSTEM_IN_CORE.get(floor, set()):
                found.append(f"{where}; the core needs the C library alone")
    return found


def public_offences():
    """A public header includes the C library and its sisters, nothing else."""
    found = []
    for path in sorted(glob.glob("include/**/*.h", root_dir=ROOT, recursive=True)):
        for number, kind, name in includes(os.path.join(ROOT, path)):
            if kind == '"' or not (name in STANDARD or name.startswith("micrograd/")):
                found.append(f"{path}:{number}: includes {name}")
    return found


def umbrella_offences():
    """micrograd.h includes every public header."""
    have = {name for _, _, name in includes(os.path.join(ROOT, "include/micrograd.h"))}
    want = {os.path.relpath(p, "include") for p in glob.glob("include/micrograd/*.h", root_dir=ROOT)}
    return [f"include/micrograd.h: {name} {'is missing' if name in want else 'is not there'}" for name in sorted(have ^ want)]


floors = sorted(os.listdir(os.path.join(ROOT, "src")))
results = [(f"{floor} includes only what lies below", offences(floor) if floor in BELOW else [f"src/{floor} is no floor"]) for floor in floors]
results += [("public headers include public headers only", public_offences()), ("micrograd.h includes every public header", umbrella_offences())]
print(f"1..{len(results)}")
for number, (name, found) in enumerate(results, 1):
    print(f"{'not ok' if found else 'ok'} {number} - {name}")
    for line in found:
        print("#", line)
sys.exit(any(found for _, found in results))
