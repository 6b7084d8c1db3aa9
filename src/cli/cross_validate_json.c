/* A cross-validation for programs. */
#include "cli/confusion.h"
#include "cli/cross_validate.h"
#include "cli/score.h"

#include <math.h>

#define CLASSES_COUNT 1000

static void json_fold(cli_json *json, mg_task task, const mg_fold *fold) {
    const mg_metric *metric;
    cli_json_object(json, NULL);
    cli_json_integer(json, "repeat", fold->repeat + 1);
    cli_json_integer(json, "fold", fold->fold + 1);
    cli_json_integer(json, "rows", fold->scores.rows);
    cli_json_integer(json, "train_rows", fold->train_rows);
    for (int i = 0; (metric = mg_metric_row(i)) != NULL; i++)
        if (metric->task == task) cli_json_number(json, metric->name, mg_metric_value(metric, &fold->scores));
    cli_json_scores(json, "train", task, &fold->train);
    cli_json_string(json, "stopped", mg_stop_name(fold->stopped));
    cli_json_integer(json, "epochs", fold->epochs);
    cli_json_integer(json, "best_epoch", fold->best_epoch);
    cli_json_integer(json, "parameters", fold->parameters);
    cli_json_end(json);
}

void cli_json_means(cli_json *json, mg_task task, const mg_cross_validated *c) {
    cli_json_scores(json, "mean", task, &c->mean);
    cli_json_scores(json, "deviation", task, &c->deviation);
    cli_json_intervals(json, "interval", task, &c->intervals);
    cli_json_object(json, "train");
    cli_json_scores(json, "mean", task, &c->train);
    cli_json_scores(json, "deviation", task, &c->train_deviation);
    cli_json_end(json);
}

static void json_candidate(cli_json *json, const mg_cross_validation *cv, const mg_cross_validated *c) {
    cli_json_means(json, cv->task, c);
    cli_json_array(json, "folds");
    for (int64_t i = 0; i < c->folds; i++)
        if (c->fold[i].done) json_fold(json, cv->task, &c->fold[i]);
    cli_json_end(json);
    cli_json_scores(json, "pooled", cv->task, &c->pooled);
    if (c->confusion && cv->classes <= CLASSES_COUNT) cli_json_confusion(json, cv->class_name, cv->classes, c->confusion);
}

static void json_comparison(cli_json *json, const mg_cross_validation *cv, const mg_metric *metric, int best, int other,
                            double p) {
    char verdict[512];
    mg_paired found = mg_cross_validation_compare(cv, metric, best, other);
    cli_compare_text(cv, metric, best, other, p, verdict, sizeof verdict);
    cli_json_object(json, NULL);
    cli_json_integer(json, "a", best);
    cli_json_integer(json, "b", other);
    cli_json_number(json, "difference", found.difference);
    cli_json_array(json, "interval");
    cli_json_number(json, NULL, found.low);
    cli_json_number(json, NULL, found.high);
    cli_json_end(json);
    cli_json_number(json, "t", found.t);
    cli_json_number(json, "p", found.p);
    cli_json_number(json, "p_adjusted", p);
    cli_json_string(json, "verdict", verdict);
    cli_json_end(json);
}

static void json_several(cli_json *json, const mg_settings *settings, const mg_cross_validation *cv) {
    const mg_metric *metric = cli_judging_metric(settings, cv);
    double p[8];
    int best = mg_cross_validation_best(cv, metric, p);
    cli_json_array(json, "models");
    for (int i = 0; i < cv->candidates; i++) {
        cli_json_object(json, NULL);
        cli_json_string(json, "model", cv->candidate[i].name);
        json_candidate(json, cv, &cv->candidate[i]);
        cli_json_end(json);
    }
    cli_json_end(json);
    cli_json_string(json, "metric", metric->name);
    if (best >= 0)
        cli_json_integer(json, "best", best);
    else
        cli_json_null(json, "best");
    cli_json_array(json, "comparisons");
    for (int i = 0; best >= 0 && i < cv->candidates; i++)
        if (i != best) json_comparison(json, cv, metric, best, i, p[i]);
    cli_json_end(json);
}

void cli_json_cross_validation(const mg_settings *settings, const mg_dataset *dataset, const mg_cross_validation *cv) {
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    if (cv->candidates > 1)
        json_several(&json, settings, cv);
    else
        json_candidate(&json, cv, &cv->candidate[0]);
    cli_json_string(&json, "task", mg_task_name(cv->task));
    cli_json_string(&json, "target", mg_dataset_column_name(dataset, cv->target));
    cli_json_integer(&json, "rows", cv->rows);
    cli_json_integer(&json, "repeats", cv->repeats);
    cli_json_integer(&json, "seed", settings->train.seed);
    cli_json_boolean(&json, "interrupted", cv->interrupted);
    cli_json_number(&json, "seconds", floor(cv->seconds * 1e6 + 0.5) / 1e6);
    cli_json_array(&json, "warnings");
    for (int64_t i = 0; i < mg_dataset_warnings(dataset); i++) cli_json_string(&json, NULL, mg_dataset_warning(dataset, i));
    for (int i = 0; i < cv->warnings; i++) cli_json_string(&json, NULL, cv->warning[i]);
    cli_json_end(&json);
    cli_json_end(&json);
}
