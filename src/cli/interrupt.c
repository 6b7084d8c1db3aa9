/* Ctrl-C and SIGTERM: end at once, or after what is being done is saved. */
#define _XOPEN_SOURCE 700
#include "cli/cli.h"

#include <signal.h>
#include <unistd.h>

/* A handler reaches nothing but these; they are the process's, as signals are. */
static volatile sig_atomic_t wanted_code, mode_now = CLI_STOP_AT_ONCE;

static void note_signal(int number) {
    bool again = wanted_code != 0;
    wanted_code = number == SIGINT ? CLI_INTERRUPTED : CLI_TERMINATED;
    if (mode_now == CLI_STOP_AT_ONCE || (mode_now == CLI_STOP_SOON && again)) _exit((int)wanted_code);
}

void cli_interrupt_begin(void) {
    struct sigaction action = { .sa_handler = note_signal, .sa_flags = SA_RESTART }, before;
    sigemptyset(&action.sa_mask);
    /* What the caller ignores (nohup, a background job of a plain shell) stays ignored. */
    if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(SIGINT, &action, NULL);
    if (sigaction(SIGTERM, NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL); /* and so does a file that may not grow */
}

void cli_interrupt_mode_set(cli_interrupt_mode mode) {
    mode_now = (sig_atomic_t)mode;
    /* It came while it was only noted, and now there is nothing left to wait for. */
    if (mode == CLI_STOP_AT_ONCE && wanted_code) _exit((int)wanted_code);
}

int cli_interrupted(void) { return (int)wanted_code; }
