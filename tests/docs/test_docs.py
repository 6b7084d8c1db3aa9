#!/usr/bin/env python3
"""What the documentation shows is true: every command runs, every complete program compiles, every link leads somewhere.

In Markdown, a ```sh block is a script that must succeed, run in the order of the page; a ```c block whose first line is a comment with
a file name is a whole program, written to that file. The folder they run in looks like a clone in which the project was built."""
import glob, os, re, shutil, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness
from harness import ROOT, test

BUILD = os.path.abspath(os.environ.get("MICROGRAD_BUILD", os.path.join(ROOT, "build")))
PAGES = ["README.md", "CONTRIBUTING.md", "data/README.md"] + sorted(os.path.relpath(p, ROOT) for p in glob.glob(os.path.join(ROOT, "docs/**/*.md"), recursive=True))

# Commands that are not run here, and why.
NOT_RUN = {
    "scripts/demo": "installs packages and builds; every piece of it is run by other tests",
    "scripts/test": "is what runs this test",
}


def text(page):
    return open(os.path.join(ROOT, page), encoding="utf8").read()


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text(page), re.M | re.S)


def clone():
    """The current folder looks like a built clone; the build folder's files are links, so that nothing is written there."""
    for name in ("data", "examples", "include", "scripts"):
        os.symlink(os.path.join(ROOT, name), name)
    os.makedirs("docs/images")
    os.symlink(BUILD, "build")


def shell(script, page):
    env = harness.environment(HOME=os.getcwd(), PATH=os.path.join(os.getcwd(), "build") + os.pathsep + os.environ["PATH"],
                              OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_btl_vader_single_copy_mechanism="none")
    p = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600, env=env)
    output = p.stdout.decode("utf8", "replace")
    assert p.returncode == 0, f"{page}: exit {p.returncode} of\n{script}\n{output[-1500:]}"
    return output


def compile_c(source, *flags):
    p = subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-Wno-unused-parameter", "-Wno-unused-variable", "-I" + os.path.join(ROOT, "include"), *flags, source],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert p.returncode == 0, f"{source}:\n{p.stdout[-1500:]}\n{open(source).read()}"


def page_runs(page):
    def run():
        clone()
        for source in blocks(page, "c"):
            name = re.match(r"/\* (\w+\.c) \*/", source)
            if name:
                open(name[1], "w").write(source)
                compile_c(name[1], "-fsyntax-only")
        outputs = ""
        for script in blocks(page, "sh"):
            if script.strip() not in NOT_RUN:
                outputs += shell(script, page)
        if page == "README.md":
            wanted = "y 0.6225  dy/dw 0.7050  dy/dx 0.1175  dy/db 0.2350"
            assert wanted in outputs and wanted in text(page), "README.md: the program prints what is shown"
    run.__doc__ = f"{page}: every command succeeds, every program compiles"
    return run


for page in PAGES:
    if blocks(page, "sh") or blocks(page, "c"):
        test(page_runs(page))


@test
def links():
    """every link and picture of the documentation exists"""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", re.sub(r"```.*?```|`[^`\n]*`", "", text(page), flags=re.S)):
            if "://" not in target:
                assert os.path.exists(os.path.join(ROOT, os.path.dirname(page), target)), f"{page}: {target} is not there"


@test
def first_screen():
    """README.md names its two commands on the first screen, and they exist"""
    for command in ("scripts/demo", "scripts/test"):
        assert command in text("README.md")[:3000] and os.access(os.path.join(ROOT, command), os.X_OK), command


@test
def commands_exist():
    """every command and option that the documentation names is known"""
    helps = {c: harness.ok(c, "--help").out for c in ("train", "predict", "evaluate", "show", "graph", "inspect", "report", "watch", "doctor", "cross-validate", "curve", "tune", "cluster", "embed", "play")}
    for page in PAGES:
        for command, rest in re.findall(r"micrograd (train|predict|evaluate|show|graph|inspect|report|watch|doctor|cross-validate|curve|tune|cluster|embed|play)\b([^\n`|;>]*)", text(page)):
            unquoted = re.sub(r"\"[^\"]*\"?|'[^']*'?", "", rest)  # what stands in quotes is a value, as the program of --command
            for option in re.findall(r"(?<=\s)--[a-z][a-z0-9-]*", unquoted):
                assert option in helps[command], f"{page}: micrograd {command} knows no {option}"


@test
def pictures_are_drawn():
    """scripts/make-images draws every picture that is committed"""
    if not shutil.which("dot"):
        raise harness.Skip("there is no Graphviz")
    clone()
    shell("scripts/make-images", "scripts/make-images")
    drawn, kept = set(os.listdir("docs/images")), set(os.listdir(os.path.join(ROOT, "docs/images")))
    assert drawn == kept, f"drawn {sorted(drawn)}, committed {sorted(kept)}"


# --- the examples in the headers' first comments ---------------------------------------------------------------------------------------

# What each one takes for granted: (before the function, at its start).
GIVEN = {
    "agent.h": ("", "mg_context *ctx = NULL;"),
    "augment.h": ("", "mg_model *model = NULL; mg_dataset *digits = NULL;"),
    "cluster.h": ("", "mg_context *ctx = NULL; mg_dataset *iris = NULL;"),
    "context.h": ("", ""),
    "cross_validation.h": ("", "mg_context *ctx = NULL; mg_dataset *wine = NULL; mg_train_options options = mg_train_defaults();"),
    "curve.h": ("", "mg_context *ctx = NULL; mg_dataset *digits = NULL; mg_train_options options = mg_train_defaults();"),
    "environment.h": ("", "mg_context *ctx = NULL;"),
    "graph.h": ("", "mg_graph *g = NULL;"),
    "op.h": ("#include <math.h>", "mg_node *x = NULL;"),
    "program.h": ("", "mg_context *ctx = NULL; mg_graph *g = NULL; mg_node *loss = NULL; mg_tensor x = {0}, t = {0}, value;"),
    "dataset.h": ("", "mg_context *ctx = NULL;"),
    "doctor.h": ("", "mg_context *ctx = NULL; mg_dataset *digits = NULL; mg_train_options options = mg_train_defaults();"),
    "embed.h": ("", "mg_context *ctx = NULL; mg_dataset *iris = NULL;"),
    "encoder.h": ("", "mg_context *ctx = NULL; mg_dataset *iris = NULL; int64_t *rows = NULL, row_count = 0; float *x = NULL; int32_t *labels = NULL;"),
    "model.h": ("", "mg_context *ctx = NULL;"),
    "learning_rate.h": ("", "mg_model *model = NULL; mg_dataset *digits = NULL;"),
    "schedule.h": ("", "mg_context *ctx = NULL; int step = 0, steps_of_an_epoch = 1;"),
    "search_space.h": ("", "mg_context *ctx = NULL;"),
    "study.h": ("double branin(const mg_trial *, void *);", "mg_context *ctx = NULL; mg_space *space = NULL;"),
    "trace.h": ("", "mg_context *ctx = NULL; mg_session *run = NULL; mg_tensor *inputs = NULL, loss; FILE *file = NULL;"),
    "train.h": ("", "mg_model *model = NULL; mg_dataset *digits = NULL;"),
    "history.h": ("", "mg_model *model = NULL;"),
    "ranks.h": ("", "double score = 0;"),
    "record.h": ("", "mg_context *ctx = NULL;"),
    "report.h": ("", "mg_model *model = NULL; mg_dataset *digits = NULL;"),
    "options.h": ("", ""),
    "profile.h": ("", "mg_context *ctx = NULL;"),
    "run_folder.h": ("", "mg_context *ctx = NULL; mg_model *model = NULL; mg_dataset *digits = NULL; mg_settings settings; mg_train_options options;"),
    "tune.h": ("", "mg_context *ctx = NULL; mg_dataset *digits = NULL;"),
    "metrics.h": ("", "mg_context *ctx = NULL; const double probabilities[8] = {0}; const int32_t labels[4] = {0};"),
}


def header_example(header):
    """The lines of the first comment that are indented as code."""
    comment = re.match(r"/\*.*?\*/", open(os.path.join(ROOT, "include/micrograd", header), encoding="utf8").read(), re.S)[0]
    return [line[6:] for line in comment.split("\n") if line.startswith(" *     ")]


@test
def headers():
    """the examples in the headers compile"""
    for header in sorted(os.listdir(os.path.join(ROOT, "include/micrograd"))):
        lines = header_example(header)
        if not lines:
            continue
        assert header in GIVEN, f"{header} has an example; say in GIVEN what it takes for granted"
        before, start = GIVEN[header]
        # an example that defines an op: what stands up to its row is outside the function
        cut = max(i for i, line in enumerate(lines) if line.endswith("};")) + 1 if "static" in lines[0] else 0
        outside, inside = lines[:cut], [line for line in lines[cut:] if line.strip() != "..."]
        name = header.replace(".h", ".c")
        open(name, "w").write("\n".join(["#include <micrograd.h>", "#include <stdio.h>", before, *outside, "void example(void);", "void example(void) {", start, *inside, "}", ""]))
        compile_c(name, "-fsyntax-only")


harness.main()
