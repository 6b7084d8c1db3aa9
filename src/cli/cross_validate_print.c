/* A cross-validation for people. */
#include "cli/confusion.h"
#include "cli/cross_validate.h"
#include "cli/describe.h"
#include "cli/score.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define FOLDS_SHOWN   50
#define CLASSES_COUNT 1000 /* of more the counts alone would fill the screen */

/* --- what was understood ------------------------------------------------------------------------------ */

/* Training rows of the folds, "142" or "30 to 120". */
static const char *rows_text(const mg_cross_validation *cv, bool train, char out[64]) {
    int64_t least = INT64_MAX, most = 0;
    char low[32], high[32];
    const mg_cross_validated *last = &cv->candidate[cv->candidates - 1]; /* of a curve of rows that of all of them */
    for (int64_t i = 0; i < last->folds; i++) {
        const mg_fold *fold = &last->fold[i];
        int64_t rows = train ? fold->train_rows : fold->scores.rows;
        if (!fold->done) continue;
        least = rows < least ? rows : least;
        most = rows > most ? rows : most;
    }
    if (most == 0) least = 0;
    if (least == most)
        snprintf(out, 64, "%s", cli_count(most, high));
    else
        snprintf(out, 64, "%s to %s", cli_count(least, low), cli_count(most, high));
    return out;
}

void cli_describe_folds(FILE *stream, mg_context *context, const mg_dataset *dataset, const mg_settings *settings,
                        const mg_cross_validation *cv) {
    char train[64], judged[64];
    mg_task task = strcmp(settings->train.task, "auto") ? cv->task : MG_TASK_AUTO;
    mg_target target = { 0 };
    if (mg_dataset_target(context, dataset, settings->train.target, task, &target) == MG_OK)
        cli_describe_data(stream, dataset, target.reason);
    for (int i = 0; i < cv->warnings; i++) cli_warn("%s", cv->warning[i]);
    fprintf(stream, "%-9s %" PRId64 "%s", "folds", cv->folds, strcmp(settings->train.split, "auto") ? " by " : "");
    if (strcmp(settings->train.split, "auto") != 0) fputs(settings->train.split, stream);
    if (cv->repeats > 1) fprintf(stream, ", dealt %" PRId64 " times", cv->repeats);
    fprintf(stream, ", of %s rows each, judged by a model of the other %s\n\n", rows_text(cv, false, judged),
            rows_text(cv, true, train));
}

/* --- one model ---------------------------------------------------------------------------------------- */

/* Metrics worth a column of folds: the one that chooses, and the one that breaks ties. */
static int metrics_shown(const mg_settings *settings, const mg_cross_validation *cv, const mg_metric *out[2]) {
    out[0] = cli_judging_metric(settings, cv);
    out[1] = mg_metric_find(cv->task == MG_TASK_CLASSIFICATION ? "log_loss" : "rmse");
    return out[0] == out[1] ? 1 : 2;
}

static void print_folds(FILE *stream, const mg_settings *settings, const mg_cross_validation *cv) {
    const mg_cross_validated *c = &cv->candidate[0];
    const mg_metric *metric[2];
    int metrics = metrics_shown(settings, cv, metric);
    char text[32];
    cli_grid grid = cli_grid_begin(metrics == 2 ? "rrrrrrl" : "rrrrrl");
    cli_grid_add(&grid, "fold");
    cli_grid_add(&grid, "rows");
    for (int m = 0; m < metrics; m++) cli_grid_add(&grid, "%s", metric[m]->name);
    cli_grid_add(&grid, "epochs");
    cli_grid_add(&grid, "time");
    cli_grid_add(&grid, "%s", "");
    for (int64_t i = 0; i < c->folds; i++) {
        const mg_fold *fold = &c->fold[i];
        if (!fold->done) continue;
        if (cv->repeats > 1)
            cli_grid_add(&grid, "%" PRId64 ".%" PRId64, fold->repeat + 1, fold->fold + 1);
        else
            cli_grid_add(&grid, "%" PRId64, fold->fold + 1);
        cli_grid_add(&grid, "%s", cli_count(fold->scores.rows, text));
        for (int m = 0; m < metrics; m++)
            cli_grid_add(&grid, "%s", cli_score_text(mg_metric_value(metric[m], &fold->scores), text));
        cli_grid_add(&grid, "%" PRId64, fold->epochs);
        cli_grid_add(&grid, "%s", cli_duration(fold->seconds, text));
        cli_grid_add(&grid, "%s", fold->stopped == MG_STOP_DIVERGED ? "diverged" : "");
    }
    cli_grid_print(&grid, stream, 2, true);
    fputc('\n', stream);
}

static void print_means(FILE *stream, const mg_cross_validation *cv, const mg_cross_validated *c) {
    const mg_metric *metric;
    char text[80];
    cli_grid grid = cli_grid_begin("lrrrrr");
    static const char *const head[] = { "", "mean", "deviation", "95 % interval", "train", "pooled" };
    for (int i = 0; i < 6; i++) cli_grid_add(&grid, "%s", head[i]);
    for (int i = 0; (metric = mg_metric_row(i)) != NULL; i++) {
        if (metric->task != cv->task) continue;
        cli_grid_add(&grid, "%s", metric->name);
        cli_grid_add(&grid, "%s", cli_score_text(mg_metric_value(metric, &c->mean), text));
        cli_grid_add(&grid, "%s", cli_score_text(mg_metric_value(metric, &c->deviation), text));
        cli_grid_add(&grid, "%s", cli_interval_text(mg_metric_interval(metric, &c->intervals), text));
        cli_grid_add(&grid, "%s", cli_score_text(mg_metric_value(metric, &c->train), text));
        cli_grid_add(&grid, "%s", cli_score_text(mg_metric_value(metric, &c->pooled), text));
    }
    cli_grid_print(&grid, stream, 2, true);
}

static void print_one(FILE *stream, const mg_settings *settings, const mg_cross_validation *cv) {
    const mg_cross_validated *c = &cv->candidate[0];
    if (c->done <= FOLDS_SHOWN) print_folds(stream, settings, cv);
    print_means(stream, cv, c);
    if (c->confusion && cv->classes <= CLASSES_COUNT) cli_print_confusion(stream, cv->class_name, cv->classes, c->confusion);
}

/* --- several ------------------------------------------------------------------------------------------ */

void cli_compare_text(const mg_cross_validation *cv, const mg_metric *metric, int best, int other, double p, char *out,
                      size_t size) {
    char a[256], b[256], by[32];
    mg_paired found = mg_cross_validation_compare(cv, metric, best, other);
    const char *x = cv->candidate[best].name, *y = cv->candidate[other].name;
    cli_short(*x ? x : "no hidden layer", 40, a);
    cli_short(*y ? y : "no hidden layer", 40, b);
    cli_score_text(fabs(found.difference), by);
    if (!(found.p == found.p))
        snprintf(out, size, "%s and %s cannot be compared: fewer than two folds have both", a, b);
    else if (p < 0.05)
        snprintf(out, size, "%s is better than %s by %s (p %.2g)", a, b, by, p);
    else
        snprintf(out, size, "%s and %s: no difference that %" PRId64 " folds can tell (%s, p %.2g)", a, b, found.folds, by, p);
}

static void add_row(cli_grid *grid, const mg_cross_validation *cv, const mg_metric *metric, const char *name, bool deviation) {
    char text[32];
    cli_grid_add(grid, "%s", name);
    for (int i = 0; i < cv->candidates; i++) {
        const mg_cross_validated *c = &cv->candidate[i];
        cli_grid_add(grid, "%s", cli_score_text(mg_metric_value(metric, deviation ? &c->deviation : &c->mean), text));
    }
}

static void print_several(FILE *stream, const mg_settings *settings, const mg_cross_validation *cv) {
    const mg_metric *metric = cli_judging_metric(settings, cv);
    char text[512];
    double p[8];
    cli_grid grid = cli_grid_begin("lrrrrrrrr");
    grid.columns = 1 + cv->candidates;
    cli_grid_add(&grid, "%s", metric->name);
    for (int i = 0; i < cv->candidates; i++) cli_grid_add(&grid, "%c", 'A' + i);
    for (int64_t f = 0; f < cv->candidate[0].folds && cv->candidate[0].folds <= FOLDS_SHOWN; f++) {
        snprintf(text, sizeof text, "fold %" PRId64, f + 1);
        cli_grid_add(&grid, "%s", text);
        for (int i = 0; i < cv->candidates; i++) {
            const mg_fold *fold = &cv->candidate[i].fold[f];
            cli_grid_add(&grid, "%s", cli_score_text(fold->done ? mg_metric_value(metric, &fold->scores) : NAN, text));
        }
    }
    add_row(&grid, cv, metric, "mean", false);
    add_row(&grid, cv, metric, "deviation", true);
    cli_grid_print(&grid, stream, 2, true);
    fputc('\n', stream);
    for (int i = 0; i < cv->candidates; i++)
        fprintf(stream, "  %c  %s\n", 'A' + i,
                *cv->candidate[i].name ? cli_short(cv->candidate[i].name, 60, text) : "no hidden layer");
    int best = mg_cross_validation_best(cv, metric, p);
    for (int i = 0; best >= 0 && i < cv->candidates; i++) {
        if (i == best) continue;
        cli_compare_text(cv, metric, best, i, p[i], text, sizeof text);
        fprintf(stream, "\n%s%-9s%s ", cli_style_text(stream, CLI_BOLD), "verdict", cli_style_text(stream, CLI_PLAIN));
        cli_wrap(stream, text, 10, 10, cli_columns());
    }
}

void cli_print_cross_validation(FILE *stream, const mg_settings *settings, const mg_cross_validation *cv) {
    if (cv->candidates > 1)
        print_several(stream, settings, cv);
    else
        print_one(stream, settings, cv);
}
