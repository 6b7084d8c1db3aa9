/* micrograd watch: the curves of a run, also of one that another process is doing. */
#define _POSIX_C_SOURCE 200809L
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/plot.h"
#include "cli/score.h"

#include <micrograd/record.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#define LOOK_SECONDS 0.3 /* between two looks at the history */
#define WIDEST       100
#define ROWS         8

typedef struct watcher {
    mg_context *context;
    mg_record *record;
    const mg_metric *metric; /* NULL: not known yet, or there is no validation part */
    int64_t told;            /* epochs that were printed as lines */
    int drawn;               /* lines of the last drawing, which the next one replaces */
    bool live;               /* drawings replace each other; else a line an epoch */
} watcher;

/* The main metric of the task that the history's lines have. */
static void find_metric(watcher *w) {
    const mg_history *h = mg_record_history(w->record);
    for (int task = MG_TASK_CLASSIFICATION; !w->metric && h->epochs > 0 && task <= MG_TASK_REGRESSION; task++) {
        const mg_metric *metric = cli_main_metric((mg_task)task);
        if (isfinite(mg_metric_value(metric, &h->epoch[h->epochs - 1].validation))) w->metric = metric;
    }
}

/* --- as lines ---------------------------------------------------------------------------------------- */

static void epoch_text(const watcher *w, const mg_epoch *epoch, char *out, size_t size) {
    char loss[32], score[32], time[32];
    int used = snprintf(out, size, "epoch %" PRId64 "  loss %s", epoch->epoch, cli_score_text(epoch->loss, loss));
    if (w->metric && used < (int)size)
        used += snprintf(out + used, size - (size_t)used, "  %s %s (best epoch %" PRId64 ")", w->metric->name,
                         cli_score_text(mg_metric_value(w->metric, &epoch->validation), score), epoch->best_epoch);
    if (isfinite(epoch->seconds) && used < (int)size)
        snprintf(out + used, size - (size_t)used, "  %s", cli_duration(epoch->seconds, time));
}

static void print_lines(watcher *w) {
    const mg_history *h = mg_record_history(w->record);
    char text[256];
    if (w->told > h->epochs) w->told = h->epochs; /* a resume went back */
    for (; w->told < h->epochs; w->told++) {
        epoch_text(w, &h->epoch[w->told], text, sizeof text);
        puts(text);
    }
    fflush(stdout);
}

/* --- as curves --------------------------------------------------------------------------------------- */

static void print_curve(const watcher *w, const char *title, const mg_metric *metric, int columns, cli_style style) {
    const mg_history *h = mg_record_history(w->record);
    double *x = calloc(2 * (size_t)h->epochs + 1, sizeof *x);
    if (!x) return;
    for (int64_t i = 0; i < h->epochs; i++) {
        x[i] = (double)h->epoch[i].epoch;
        x[h->epochs + i] = metric ? mg_metric_value(metric, &h->epoch[i].validation) : h->epoch[i].loss;
    }
    cli_plot plot = {
        .title = title, .x = x, .y = x + h->epochs, .count = h->epochs, .columns = columns, .rows = ROWS, .style = style
    };
    cli_plot_print(stdout, &plot, !cli_is_utf8() || !cli_is_terminal(stdout), w->live ? "\x1b[K\n" : "\n");
    free(x);
}

static void draw(watcher *w) {
    const mg_history *h = mg_record_history(w->record);
    int columns = cli_columns() - 1; /* a line that wraps cannot be redrawn */
    char text[256], title[96];
    if (columns > WIDEST) columns = WIDEST;
    if (w->drawn > 0) printf("\x1b[%dA", w->drawn);
    if (h->epochs > 0)
        epoch_text(w, &h->epoch[h->epochs - 1], text, sizeof text);
    else
        snprintf(text, sizeof text, "no epoch is done yet");
    printf("%.*s%s\n", columns, text, w->live ? "\x1b[K" : "");
    w->drawn = 1;
    if (h->epochs > 0) {
        print_curve(w, "training loss", NULL, columns, CLI_YELLOW);
        w->drawn += ROWS + 1;
    }
    if (h->epochs > 0 && w->metric) {
        snprintf(title, sizeof title, "validation %s", w->metric->name);
        print_curve(w, title, w->metric, columns, CLI_GREEN);
        w->drawn += ROWS + 1;
    }
    fflush(stdout);
}

/* --- the command ------------------------------------------------------------------------------------- */

static void pause_briefly(void) {
    struct timespec time = { 0, (long)(LOOK_SECONDS * 1e9) };
    nanosleep(&time, NULL);
}

/* Whether it has ended is asked before the history is read, so that nothing is written in between. */
static int watch(watcher *w, bool once) {
    int64_t seen = -1;
    for (;;) {
        bool last = once || mg_record_ended(w->record);
        if (mg_record_refresh(w->record) != MG_OK) return cli_fail_context(w->context);
        int64_t epochs = mg_record_history(w->record)->epochs;
        find_metric(w);
        if (!w->live && !once)
            print_lines(w);
        else if (epochs != seen)
            draw(w);
        seen = epochs;
        if (last || cli_interrupted()) return cli_interrupted();
        if (cli_output_failed()) return CLI_OK;
        pause_briefly();
    }
}

int cli_watch(const cli_arguments *arguments) {
    const mg_settings *settings = &arguments->settings;
    mg_context *context = cli_context(settings);
    mg_record *record = context ? mg_record_open(context, arguments->operands[0]) : NULL;
    watcher w = { .context = context, .record = record, .live = cli_is_terminal(stdout) && cli_is_live() && !settings->once };
    int code = record ? watch(&w, settings->once) : context ? cli_fail_context(context) : CLI_FAILED;
    mg_record_close(record);
    mg_context_destroy(context);
    return code;
}
