"""inspect: what a table holds, for people and for programs."""
import collections, math, re, statistics
from harness import *

MARKS = {"", "na", "n/a", "nan", "null", "?"}


def inspect(*args, **more):
    return ok("inspect", *args, "--json", **more).json()


def columns_of(profile):
    return {c["name"]: c for c in profile["columns"]}


def mixed(path="mixed.csv", n=3000, seed=1):
    """An id, numbers with missing cells, a category with commas, a long tail, a constant, a day, free text, a target that follows age and town."""
    g = random.Random(seed)
    towns = ["Oslo", "Lima", "Pune", "Köln", "Ames, IA"]
    rows = []
    for i in range(n):
        age, town = g.randint(18, 80), g.choice(towns)
        z = (age - 45) / 15 + (1.5 if town in ("Oslo", "Pune") else -1) + g.gauss(0, .3)
        words = " ".join(g.choice(["the", "a", "red", "old", "house", "by", "sea", "hill"]) for _ in range(9))
        rows.append([f"id{i:06d}", "" if g.random() < .05 else age, "NA" if g.random() < .05 else town, f"{g.lognormvariate(10, 2):.2f}", "const",
                     f"20{g.randint(10, 25)}-{g.randint(1, 12):02d}-{g.randint(1, 28):02d}", words, "yes" if z > 0 else "no"])
    return write_csv(path, ["customer", "age", "town", "income", "unit", "since", "note", "buys"], rows)


@test
def types():
    """--json tells the type of each column, what is missing and whether it is used"""
    v = inspect(mixed())
    c = columns_of(v)
    assert v["rows"] == v["sampled"] == 3000 and v["target"] == "buys" and v["task"] == "classification" and v["duplicates"] == 0
    wanted = dict(customer="id", age="number", town="category", income="number", unit="constant", since="date", note="text", buys="boolean")
    assert {k: x["type"] for k, x in c.items()} == wanted
    assert {k for k, x in c.items() if x["use"]} == {"age", "town", "income", "since"}
    assert [k for k, x in c.items() if x["target"]] == ["buys"]
    rows = list(csv.DictReader(open("mixed.csv", encoding="utf8")))
    for name in ("age", "town"):
        assert c[name]["missing"] == sum(r[name].lower() in MARKS for r in rows)
        assert c[name]["distinct"] == len({r[name] for r in rows} - {"", "NA"})
    counts = collections.Counter(r["town"] for r in rows if r["town"] != "NA")
    assert len(counts) == 5 and [counts[x["value"]] for x in c["town"]["top"]] == sorted(counts.values(), reverse=True), c["town"]["top"]
    assert c["since"]["low"] == min(r["since"] for r in rows) + "T00:00:00Z" and c["since"]["high"][:10] == max(r["since"] for r in rows)
    assert {x["name"]: x["rows"] for x in v["classes"]} == {k: sum(r["buys"] == k for r in rows) for k in ("no", "yes")}
    assert any("'customer'" in w for w in v["warnings"]) and any("'unit'" in w for w in v["warnings"]) and any("'note'" in w for w in v["warnings"])


def quantile(x, q):
    at = q * (len(x) - 1)
    low = math.floor(at)
    return x[low] + (at - low) * (x[min(low + 1, len(x) - 1)] - x[low])


@test
def figures():
    """ranges, means, deviations, skewness and quartiles of the bundled tables are Python's"""
    for name in ("iris", "wine", "breast_cancer", "diabetes", "digits"):
        path = os.path.join(ROOT, "data", name + ".csv")
        c, rows = columns_of(inspect(path)), list(csv.DictReader(open(path)))
        for column in rows[0]:
            try:
                x = sorted(float(r[column]) for r in rows)
            except ValueError:
                continue
            p = c[column]
            assert p["low"] == x[0] and p["high"] == x[-1] and p["distinct"] == len(set(x)) and p["missing"] == 0
            mean, n = math.fsum(x) / len(x), len(x)
            assert math.isclose(p["mean"], mean, rel_tol=1e-12, abs_tol=1e-12)
            assert math.isclose(p["deviation"], statistics.stdev(x), rel_tol=1e-9)
            m2, m3 = math.fsum((a - mean) ** 2 for a in x), math.fsum((a - mean) ** 3 for a in x)
            if m2 > 0:
                assert math.isclose(p["skewness"], math.sqrt(n) * m3 / m2 ** 1.5, rel_tol=1e-9, abs_tol=1e-9)
            for have, q in zip(p["quartiles"], (.25, .5, .75)):
                assert math.isclose(have, quantile(x, q), rel_tol=1e-12, abs_tol=1e-15)
            if "histogram" in p:
                assert sum(p["histogram"]["rows"]) == n


@test
def options():
    """--target, --task, --drop, --types and --separator are obeyed"""
    mixed()
    v = inspect("mixed.csv", "--target", "age", "--drop", "customer,income", "--types", "unit=category,note=category")
    c = columns_of(v)
    assert v["target"] == "age" and v["task"] == "regression" and v["classes"] == [] and not c["income"]["use"]
    assert c["unit"]["type"] == "category" and c["note"]["type"] == "category" and c["age"]["target"]
    v = inspect("mixed.csv", "--target", "age", "--task", "classification")
    assert v["task"] == "classification" and len(v["classes"]) == 63
    open("semi.csv", "w").write("a;b\n1,5;x\n2,5;y\n3,5;x\n")
    c = columns_of(inspect("semi.csv", "--separator", ";", "--decimal", ","))
    assert c["a"]["type"] == "number" and c["a"]["high"] == 3.5


@test
def a_leak():
    """a column that determines the target is the first warning, with its cure"""
    rows = [[i % 7, "sick" if i % 3 == 0 else "well", "S" if i % 3 == 0 else "W"] for i in range(300)]
    write_csv("leak.csv", ["x", "state", "diagnosis"], rows)
    v = inspect("leak.csv")
    assert v["warnings"][0].startswith("column 'state' determines the target") and "--drop 'state'" in v["warnings"][0]
    assert not any("determines" in w for w in inspect("leak.csv", "--drop", "state")["warnings"])
    text = ok("inspect", "leak.csv").out
    assert text.startswith("warning  column 'state' determines the target")


@test
def same_from_anywhere():
    """a file, a compressed file and standard input say the same, but for the name"""
    import gzip
    data = open(mixed(), "rb").read()
    open("mixed.csv.gz", "wb").write(gzip.compress(data))
    a, b, c = inspect("mixed.csv"), inspect("mixed.csv.gz"), inspect("-", stdin=data)
    names = [x.pop("file") for x in (a, b, c)]
    assert names == ["mixed.csv", "mixed.csv.gz", "standard input"] and a == b == c


@test
def images():
    """images: their number and size, and the rows of each label"""
    import struct
    open("x-images-idx3-ubyte", "wb").write(struct.pack(">IIII", 0x803, 6, 4, 5) + bytes(range(120)))
    open("x-labels-idx1-ubyte", "wb").write(struct.pack(">II", 0x801, 6) + bytes([3, 1, 3, 3, 1, 2]))
    v = inspect("x-images-idx3-ubyte")
    assert v["rows"] == 6 and v["image"] == [4, 5, 1] and v["classes"] == [{"name": "1", "rows": 2}, {"name": "2", "rows": 1}, {"name": "3", "rows": 3}]
    text = ok("inspect", "x-images-idx3-ubyte").out
    assert "6 images of 4 x 5 x 1" in text and re.search(r"^  3 +3 +50 % +#+$", text, re.M), text


@test
def for_people():
    """elsewhere than on a terminal: a row a column, nothing cut, plain characters"""
    text = ok("inspect", mixed()).out
    assert "\x1b" not in text and "▁" not in text and "█" not in text
    rows = {line.split()[0]: line for line in text.splitlines() if line and line[0] != " "}
    assert "3,000 rows, 8 columns" in text
    assert "left out: a word of its own in nearly every row" in rows["customer"] and "18 .. 80" in rows["age"] and "5" in rows["town"].split()
    assert rows["buys"].endswith("target") and re.search(r"^  yes +[\d,]+ +\d+ % +#+$", text, re.M)


@test
def on_a_terminal_with_utf8():
    """on a terminal that shows UTF-8: histograms; no line is wider than it, at 80, 100 and 120 columns"""
    mixed()
    env = environment(LC_ALL="C.UTF-8")
    for columns in (80, 100, 120):
        code, shown = on_terminal("inspect", "mixed.csv", columns=columns, env=env)
        plain = re.sub(r"\x1b\[\d*m|\x1b\[K|\r", "", shown)
        assert code == 0 and re.search("[▁▂▃▄▅▆▇█]{6}", plain), plain
        assert max(len(line) for line in plain.splitlines()) <= columns, plain
        assert "\x1b[1m" in shown and "robust scale" in plain
    env = environment(LC_ALL="C")
    code, shown = on_terminal("inspect", "mixed.csv", env=env)
    assert code == 0 and "▁" not in shown and "█" not in shown


@test
def few_warnings():
    """at most eight warnings are printed; --json has them all"""
    g = random.Random(1)
    rows = [["a" if i % 2 else "b"] + [(f"w{k}" if i % 25 == k % 25 else g.gauss(0, 1)) for k in range(20)] + [g.choice("xyz")] for i in range(200)]
    write_csv("odd.csv", ["c"] + [f"x{k}" for k in range(20)] + ["y"], rows)
    v = inspect("odd.csv")
    assert len(v["warnings"]) > 8
    text = ok("inspect", "odd.csv").out
    lines = [line for line in text.splitlines() if line.startswith("warning")]
    assert len(lines) == 8 and f"and {len(v['warnings']) - 7} more" in lines[-1]


@test
def wide():
    """thousands of columns: the first are printed, --json has them all"""
    g = random.Random(1)
    write_csv("wide.csv", [f"x{k}" for k in range(3000)] + ["y"], [[round(g.random(), 3) for _ in range(3000)] + [g.choice("ab")] for _ in range(30)])
    v = inspect("wide.csv")
    assert len(v["columns"]) == 3001
    text = ok("inspect", "wide.csv").out
    assert "and 2,801 more columns" in text and len(text.splitlines()) < 230


@test
def strange_names():
    """names that would drive the terminal are shown disarmed, and kept in --json"""
    write_csv("t.csv", ["\x1b[31mred", "y"], [[i, "a" if i % 2 else "b"] for i in range(20)])
    assert "\x1b" not in ok("inspect", "t.csv").out
    assert inspect("t.csv")["columns"][0]["name"] == "\x1b[31mred"


@test
def refusals():
    """files that cannot be read are refused with their place, settings with what there is"""
    refused(["inspect", "none.csv"], 1, "none.csv")
    open("ragged.csv", "w").write("a,b,y\n1,2,0\n1,2,3,4\n")
    refused(["inspect", "ragged.csv"], 1, "ragged.csv", "line 3")
    open("empty.csv", "w").close()
    refused(["inspect", "empty.csv"], 1, "empty.csv")
    mixed(n=50)
    refused(["inspect", "mixed.csv", "--target", "agee"], 2, "agee", "age")
    refused(["inspect", "mixed.csv", "--drop", "nope"], 2, "drop", "nope")
    refused(["inspect", "mixed.csv", "--types", "age=float"], 2, "types", "float", "category")
    refused(["inspect"], 2, "FILE")


@test
def a_broken_target_is_no_reason_to_stop():
    """one class only, or a target that is missing: a warning, and the rest is told"""
    write_csv("one.csv", ["a", "y"], [[i * .5, "x"] for i in range(30)])
    v = inspect("one.csv")
    assert v["target"] is None and v["classes"] == [] and any("'y'" in w for w in v["warnings"]) and v["columns"][0]["type"] == "number"


main()
