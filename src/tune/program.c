/* Running a program. Between us and the shell stands a warden: it leads the group of all that the program starts, and ends the
 * whole group when we say so, or when we are gone.
 *
 *     micrograd -- warden (group leader) -- /bin/sh -c ... -- whatever it starts */
#if defined(__linux__)
#define _GNU_SOURCE
#elif defined(__unix__) || defined(__APPLE__)
#define _POSIX_C_SOURCE 200809L
#endif
#include "tune/program.h"

#include "base/number.h"
#include "base/system.h"
#include "tune/ranks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

char *mg__program_text(mg_context *context, const mg_space *space, const char *command, const double *point) {
    size_t length = mg_space_fill(space, point, command, NULL, 0);
    char *text = mg__alloc(context, length + 1);
    if (text) mg_space_fill(space, point, command, text, length + 1);
    return text;
}

/* --- what it writes ---------------------------------------------------------------------------------- */

enum { LINE_BYTES = 1024 };

/* The last line that is not blank, and the one being read; what is longer than LINE_BYTES is cut. */
typedef struct lines {
    char last[LINE_BYTES], line[LINE_BYTES];
    size_t used;
} lines;

typedef struct program {
    const mg__objective *objective;
    const mg__job *job;
    mg__outcome *outcome;
    lines out, errors;
    bool prune;
} program;

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* Words of a line that are numbers: how many, -1 where there is anything else. */
static int numbers_of(const char *line, double *value, int most) {
    int count = 0;
    for (const char *at = line; *at;) {
        size_t length = strcspn(at, " \t\r");
        if (length == 0) {
            at++;
            continue;
        }
        if (count == most || !mg__parse_double(at, length, &value[count])) return -1;
        count++;
        at += length;
    }
    return count;
}

/* "step score", a value on the way. */
static void read_step(program *p) {
    double number[2];
    if (numbers_of(p->out.line, number, 2) != 2) return;
    if (!(fabs(number[0]) < 9e15) || number[0] != floor(number[0])) return;
    if (mg__outcome_step(p->objective, p->job, p->outcome, (int64_t)number[0], number[1])) p->prune = true;
}

static void end_line(program *p, lines *l) {
    l->line[l->used] = 0;
    size_t blanks = 0;
    while (is_blank(l->line[blanks])) blanks++;
    if (blanks < l->used) {
        if (l == &p->out) read_step(p);
        memcpy(l->last, l->line + blanks, l->used - blanks + 1);
    }
    l->used = 0;
}

static void take_text(program *p, lines *l, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            end_line(p, l);
        else if (l->used + 1 < LINE_BYTES && text[i] != 0)
            l->line[l->used++] = text[i];
    }
}

/* What it said last of what went wrong. */
static void fail(program *p, const char *what) {
    const char *said = *p->errors.last ? p->errors.last : p->out.last;
    mg__outcome_fail(p->outcome, "%.100s%s%.140s", what, *said ? ": " : "", said);
}

static void read_score(program *p) {
    double value[1];
    if (!*p->out.last)
        fail(p, "the program wrote no score");
    else if (numbers_of(p->out.last, value, 1) != 1 || !isfinite(value[0]))
        mg__outcome_fail(p->outcome, "the last line of the program's output is no score: %.180s", p->out.last);
    else
        p->outcome->value = value[0];
}

#if defined(__unix__) || defined(__APPLE__)
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

bool mg__program_there(void) { return true; }

/* --- the warden: a child of a process with threads may call little but the system ---------------------- */

static void end_group(int number) {
    (void)number;
    kill(0, SIGKILL);
}

static void forget_signals(void) {
    const struct sigaction usual = { .sa_handler = SIG_DFL };
    static const int numbers[] = { SIGINT, SIGTERM, SIGPIPE, SIGXFSZ, SIGHUP, SIGCHLD };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], &usual, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int exit_code_of(int state) { return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state); }

/* The kernel tells it when the thread that made it is gone. */
static void stand_guard(pid_t maker, const char *text) {
    const struct sigaction end = { .sa_handler = end_group };
    int state = 0;
    setpgid(0, 0);
    for (int file = 3; file < 1024; file++) close(file); /* the study's and other programs' */
    forget_signals();
    sigaction(SIGTERM, &end, NULL);
#if defined(__linux__)
    prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
    if (getppid() != maker) _exit(127);
    pid_t shell = fork();
    if (shell == 0) {
        const struct sigaction usual = { .sa_handler = SIG_DFL };
        sigaction(SIGTERM, &usual, NULL);
        mg__ranks_forget();
        execl("/bin/sh", "sh", "-c", text, (char *)NULL);
        _exit(127);
    }
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    if (shell < 0) _exit(127);
    while (waitpid(shell, &state, 0) < 0 && errno == EINTR) continue;
    _exit(exit_code_of(state));
}

/* --- our side ---------------------------------------------------------------------------------------- */

typedef struct child {
    pid_t warden;
    int out, errors; /* -1: closed */
} child;

static bool open_pipe(int ends[2]) {
    if (pipe(ends) != 0) return false;
    for (int i = 0; i < 2; i++) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    return true;
}

static void close_pipe(int ends[2]) {
    close(ends[0]);
    close(ends[1]);
}

static bool start(const char *text, child *c) {
    int out[2], errors[2];
    if (!open_pipe(out)) return false;
    if (!open_pipe(errors)) return close_pipe(out), false;
    pid_t maker = getpid();
    c->warden = fork();
    if (c->warden == 0) {
        int null = open("/dev/null", O_RDONLY);
        if (null >= 0) dup2(null, STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(errors[1], STDERR_FILENO);
        close_pipe(out);
        close_pipe(errors);
        stand_guard(maker, text);
    }
    close(out[1]);
    close(errors[1]);
    c->out = out[0];
    c->errors = errors[0];
    if (c->warden > 0) setpgid(c->warden, c->warden); /* whichever of both is first */
    if (c->warden < 0) close(c->out), close(c->errors);
    return c->warden > 0;
}

static void read_some(program *p, lines *l, int *file) {
    char piece[4096];
    ssize_t got = read(*file, piece, sizeof piece);
    if (got > 0) take_text(p, l, piece, (size_t)got);
    if (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN))) return;
    end_line(p, l);
    close(*file);
    *file = -1;
}

/* Until the program ends: what it leaves running holds nobody up. Returns false where it must be ended. */
static bool follow(program *p, child *c, const atomic_bool *stop) {
    int64_t began = mg__clock();
    bool ended = false;
    while (!ended || c->out >= 0 || c->errors >= 0) {
        struct pollfd watched[2] = { { .fd = c->out, .events = POLLIN }, { .fd = c->errors, .events = POLLIN } };
        int ready = poll(watched, 2, ended ? 0 : c->out < 0 && c->errors < 0 ? 2 : 20);
        if (ready > 0 && watched[0].revents) read_some(p, &p->out, &c->out);
        if (ready > 0 && watched[1].revents) read_some(p, &p->errors, &c->errors);
        if (ended && (ready == 0 || (ready < 0 && errno != EINTR))) break;
        double seconds = 1e-9 * (double)(mg__clock() - began);
        bool late = p->job->seconds > 0 && seconds >= p->job->seconds;
        if (late || atomic_load(stop)) p->outcome->cut = true;
        if (p->prune || p->outcome->cut) return false;
        siginfo_t info = { 0 };
        if (!ended && waitid(P_PID, (id_t)c->warden, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid) ended = true;
    }
    return true;
}

static void run(program *p, const char *text, const atomic_bool *stop) {
    child c;
    int state = 0;
    if (!start(text, &c)) {
        mg__outcome_fail(p->outcome, "the program cannot be started: %s", strerror(errno));
        return;
    }
    bool whole = follow(p, &c, stop);
    kill(-c.warden, SIGKILL); /* what it left running, too */
    while (waitpid(c.warden, &state, 0) < 0 && errno == EINTR) continue;
    if (c.out >= 0) close(c.out);
    if (c.errors >= 0) close(c.errors);
    if (whole && p->out.used > 0) end_line(p, &p->out);
    if (whole && p->errors.used > 0) end_line(p, &p->errors);
    if (p->outcome->cut) return;
    if (p->prune) {
        p->outcome->state = MG_TRIAL_PRUNED;
        return;
    }
    char what[100];
    int code = exit_code_of(state);
    snprintf(what, sizeof what, code > 128 ? "the program was ended by signal %d" : "the program's exit status is %d",
             code > 128 ? code - 128 : code);
    if (code != 0)
        fail(p, what);
    else
        read_score(p);
}
#else
bool mg__program_there(void) { return false; }

static void run(program *p, const char *text, const atomic_bool *stop) {
    (void)text, (void)stop;
    fail(p, "there are no programs on this system");
    read_score(p);
}
#endif

void mg__program_evaluate(const mg__objective *objective, mg_context *context, const mg__job *job, const atomic_bool *stop,
                          mg__outcome *outcome) {
    program *p = mg__alloc_zero(context, sizeof *p);
    char *text = mg__program_text(context, objective->space, objective->command, job->point);
    if (p && text) {
        p->objective = objective;
        p->job = job;
        p->outcome = outcome;
        run(p, text, stop);
    } else {
        mg__outcome_fail(outcome, "out of memory");
    }
    mg__free(context, text);
    mg__free(context, p);
}
