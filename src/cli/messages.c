/* Messages on stderr with the progress line out of their way, and the end of stdout. */
#define _POSIX_C_SOURCE 200809L
#include "cli/cli.h"

#include <micrograd/ranks.h>

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#define REDRAW_SECONDS 0.1
#define PATIENCE       2 /* seconds that another rank waits with what rank 0 may be about to say */

static bool progress_shown;
static int rank; /* 0: speaks for itself */

void cli_messages_of_ranks(void) { rank = mg_rank(); }

void cli_progress_clear(void) {
    if (progress_shown) fputs("\r\x1b[K", stderr);
    progress_shown = false;
}

void cli_progress_show(const char *text) {
    fprintf(stderr, "\r%s\x1b[K", text);
    fflush(stderr);
    progress_shown = true;
}

void cli_progress_stage(double *shown, const char *stage, int64_t step, int64_t steps, double value, double seconds) {
    char line[200], left[64] = "", number[48] = "", text[32];
    double now = cli_seconds();
    if (!cli_is_live() || now - *shown < REDRAW_SECONDS) return;
    *shown = now;
    if (step > 0 && steps > step) {
        double more = seconds * (double)(steps - step) / (double)step;
        if (more >= 1) snprintf(left, sizeof left, "  at most %s left", cli_duration(more, text));
    }
    if (isfinite(value)) snprintf(number, sizeof number, "  %.4g", value);
    snprintf(line, sizeof line, "%s %" PRId64 "/%" PRId64 "%s%s", stage, step, steps, number, left);
    int columns = cli_columns() - 1; /* a line that wraps cannot be redrawn */
    if (columns < (int)sizeof line) line[columns] = 0;
    cli_progress_show(line);
}

/* What data says must not drive the terminal: an escape sequence in the name of a column, for example. */
void cli_disarm(char *text) {
    for (unsigned char *s = (unsigned char *)text; *s;) {
        int length = cli_utf8_length((const char *)s);
        bool control = *s < 0x20 || *s == 0x7f || (*s == 0xc2 && s[1] < 0xa0); /* the latter: U+0080 to U+009F */
        if (length == 0) length = 1, control = true;
        for (; length > 0; length--, s++)
            if (control) *s = '?';
    }
}

/* Wrapped beside its label on a terminal, one line elsewhere. */
static void message(cli_style style, const char *label, const char *format, va_list list) {
    char text[4096];
    int indent = (int)strlen(label) + 1;
    vsnprintf(text, sizeof text, format, list);
    cli_disarm(text);
    cli_progress_clear();
    fprintf(stderr, "%s%s%s ", cli_style_text(stderr, style), label, cli_style_text(stderr, CLI_PLAIN));
    cli_wrap(stderr, text, indent, indent, cli_is_live() ? cli_columns() : INT_MAX);
}

int cli_fail(int code, const char *format, ...) {
    va_list list;
    char label[48] = "micrograd:";
    if (rank > 0) {
        snprintf(label, sizeof label, "micrograd: rank %d:", rank);
        nanosleep(&(struct timespec){ .tv_sec = PATIENCE }, NULL);
        if (cli_interrupted()) return code; /* the run has been ended */
    }
    va_start(list, format);
    message(CLI_RED, label, format, list);
    va_end(list);
    return code;
}

void cli_note(const char *format, ...) {
    va_list list;
    if (rank > 0) return;
    va_start(list, format);
    message(CLI_YELLOW, "micrograd:", format, list);
    va_end(list);
}

void cli_warn(const char *format, ...) {
    va_list list;
    if (rank > 0) return;
    va_start(list, format);
    message(CLI_YELLOW, "warning  ", format, list);
    va_end(list);
}

int cli_fail_context(const mg_context *context) {
    mg_status status = context ? mg_context_status(context) : MG_OUT_OF_MEMORY;
    const char *text = context ? mg_context_message(context) : "";
    if (status == MG_INTERRUPTED && cli_interrupted()) return cli_interrupted();
    return cli_fail(status == MG_SETTING ? CLI_USAGE : CLI_FAILED, "%s", *text ? text : mg_status_text(status));
}

/* --- the nearest name -------------------------------------------------------------------------------- */

#define LONGEST_NAME 48

/* Edits (insert, delete, replace, swap of neighbours) that turn a into b, by the usual table of prefixes; row[i][j]: first i and
 * j letters. */
static int edits(const char *a, const char *b) {
    int table[LONGEST_NAME + 1][LONGEST_NAME + 1];
    int n = (int)strlen(a), m = (int)strlen(b);
    if (n > LONGEST_NAME || m > LONGEST_NAME) return LONGEST_NAME;
    for (int i = 0; i <= n; i++) {
        for (int j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                table[i][j] = i + j;
                continue;
            }
            int best = table[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (table[i - 1][j] + 1 < best) best = table[i - 1][j] + 1;
            if (table[i][j - 1] + 1 < best) best = table[i][j - 1] + 1;
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && table[i - 2][j - 2] + 1 < best) best = table[i - 2][j - 2] + 1;
            table[i][j] = best;
        }
    }
    return table[n][m];
}

const char *cli_nearest(const char *word, cli_name_at *next, const void *user) {
    const char *nearest = NULL, *name;
    int least = 1 + (int)strlen(word) / 3; /* further away, a suggestion only confuses */
    for (int i = 0; (name = next(user, i)) != NULL; i++) {
        bool begins = strlen(word) >= 3 && strncmp(word, name, strlen(word)) == 0;
        int distance = begins ? 1 : edits(word, name);
        if (distance <= least && (!nearest || distance < least)) nearest = name, least = distance;
    }
    return nearest;
}

/* --- stdout ------------------------------------------------------------------------------------------ */

bool cli_output_failed(void) { return ferror(stdout) != 0; }

int cli_finish_output(void) {
    int had = ferror(stdout), why = errno;
    errno = 0;
    if (fflush(stdout) != 0)
        why = errno;
    else if (!had)
        return CLI_OK;
    if (why == EPIPE) return CLI_FAILED;
    return cli_fail(CLI_FAILED, "writing to standard output failed: %s", why ? strerror(why) : "the stream reported an error");
}

/* A word as a shell reads it back. */
void cli_print_word(FILE *stream, const char *word) {
    const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:=+@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        fputs(word, stream);
        return;
    }
    fputc('\'', stream);
    for (; *word; word++) fputs(*word == '\'' ? "'\\''" : (char[]){ *word, 0 }, stream);
    fputc('\'', stream);
}
