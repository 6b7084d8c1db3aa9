/* micrograd graph: the network as DOT, drawn by Graphviz where a picture is asked for. */
#define _POSIX_C_SOURCE 200809L
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/output.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

typedef struct drawing {
    mg_context *context;
    mg_model *model;
    const char *stage;
} drawing;

static int write_dot(const drawing *d, FILE *stream) {
    mg_status status = strcmp(d->stage, "network") == 0
                           ? mg_model_write_dot(d->model, mg_write_file, stream)
                           : mg_model_write_plan_dot(d->model, strcmp(d->stage, "training") == 0, mg_write_file, stream);
    if (status == MG_OK || ferror(stream)) return CLI_OK; /* a failed stream is told of at its end */
    return cli_fail(CLI_FAILED, "%s", mg_context_message(d->context));
}

/* Runs `dot -Tsvg` on one file, into another: no shell, and no pipe that could fill up. */
static int run_graphviz(FILE *dot, FILE *svg) {
    char *words[] = { "dot", "-Tsvg", NULL };
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;
    if (posix_spawn_file_actions_init(&actions) != 0) return cli_fail(CLI_FAILED, "out of memory");
    int failed = posix_spawn_file_actions_adddup2(&actions, fileno(dot), STDIN_FILENO);
    if (!failed) failed = posix_spawn_file_actions_adddup2(&actions, fileno(svg), STDOUT_FILENO);
    if (!failed) failed = posix_spawnp(&child, "dot", &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed) {
        return cli_fail(CLI_FAILED,
                        "Graphviz's program `dot` cannot be run: %s; install Graphviz, or leave out .svg to get the DOT text",
                        strerror(failed));
    }
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return cli_fail(CLI_FAILED, "waiting for `dot` failed: %s", strerror(errno));
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        return cli_fail(CLI_FAILED,
                        "Graphviz's program `dot` is not there; install Graphviz, or leave out .svg to get the DOT text");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return cli_fail(CLI_FAILED, "Graphviz's `dot` failed; its message is above");
    return CLI_OK;
}

static int draw(const drawing *d, FILE *svg) {
    FILE *dot = tmpfile();
    if (!dot) return cli_fail(CLI_FAILED, "a temporary file cannot be made: %s", strerror(errno));
    int code = write_dot(d, dot);
    if (code == CLI_OK && (ferror(dot) || fflush(dot) != 0 || lseek(fileno(dot), 0, SEEK_SET) != 0)) {
        code = cli_fail(CLI_FAILED, "a temporary file cannot be written: %s", strerror(errno));
    }
    if (code == CLI_OK) code = run_graphviz(dot, svg);
    fclose(dot);
    return code;
}

static int write_file(const drawing *d, const char *path) {
    cli_output out;
    size_t length = strlen(path);
    bool picture = length > 4 && strcmp(path + length - 4, ".svg") == 0;
    cli_interrupt_mode_set(CLI_STOP_LATER);
    int code = cli_output_begin(&out, path);
    if (code == CLI_OK) code = cli_output_end(&out, picture ? draw(d, out.stream) : write_dot(d, out.stream));
    return code == CLI_OK ? cli_interrupted() : code;
}

int cli_graph(const cli_arguments *arguments) {
    const char *path = arguments->settings.out;
    if (cli_same_file(path, arguments->operands[0]))
        return cli_fail(CLI_USAGE, "--out %s is the model itself; choose another file", path);
    int code = CLI_FAILED;
    mg_context *context = cli_context(&arguments->settings);
    mg_model *model = context ? cli_load_model(context, arguments->operands[0]) : NULL;
    drawing d = { context, model, arguments->settings.stage };
    if (model) code = path ? write_file(&d, path) : write_dot(&d, stdout);
    mg_model_destroy(model);
    mg_context_destroy(context);
    return code;
}
