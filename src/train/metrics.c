/* The table of metrics, and scores by it. */
#include "train/scoring.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const mg_metric rows[] = {
#define METRIC_ROW(id, of, more, text)   \
    { .name = #id,                       \
      .doc = text,                       \
      .task = MG_TASK_##of,              \
      .more_is_better = more,            \
      .function = mg_##id,               \
      .offset = offsetof(mg_scores, id), \
      .interval_offset = offsetof(mg_intervals, id) },
    MG_METRIC_TABLE(METRIC_ROW)
#undef METRIC_ROW
};

const mg_metric *mg_metric_row(int index) {
    return index >= 0 && index < (int)(sizeof rows / sizeof *rows) ? &rows[index] : NULL;
}

const mg_metric *mg_metric_find(const char *name) {
    for (int i = 0; mg_metric_row(i); i++)
        if (!strcmp(rows[i].name, name)) return &rows[i];
    return NULL;
}

const mg_metric *mg__metric_main(mg_task task) {
    for (int i = 0; mg_metric_row(i); i++)
        if (rows[i].task == task) return &rows[i];
    return NULL;
}

static double *field_of(const mg_metric *metric, mg_scores *scores) {
    return (double *)(void *)((char *)scores + metric->offset);
}

double mg_metric_value(const mg_metric *metric, const mg_scores *scores) {
    mg_scores copy = *scores;
    return *field_of(metric, &copy);
}

mg_interval mg_metric_interval(const mg_metric *metric, const mg_intervals *intervals) {
    return *(const mg_interval *)(const void *)((const char *)intervals + metric->interval_offset);
}

mg_scores mg_scores_none(void) {
    return (mg_scores){ .rows = 0,
#define METRIC_NONE(name, task, more, doc) .name = NAN,
                        MG_METRIC_TABLE(METRIC_NONE)
#undef METRIC_NONE
    };
}

mg_intervals mg_intervals_none(void) {
    return (mg_intervals){
#define METRIC_NONE(name, task, more, doc) .name = { NAN, NAN },
        MG_METRIC_TABLE(METRIC_NONE)
#undef METRIC_NONE
    };
}

mg_status mg_scores_of(mg_context *context, mg_task task, const mg_scored *scored, mg_scores *scores) {
    mg_status status = MG_OK;
    *scores = mg_scores_none();
    scores->rows = scored->rows;
    for (int i = 0; status == MG_OK && mg_metric_row(i); i++)
        if (rows[i].task == task && !mg__is_ranking(&rows[i]))
            status = rows[i].function(context, scored, field_of(&rows[i], scores));
    if (status == MG_OK && task == MG_TASK_CLASSIFICATION) {
        mg__ranked both; /* of one order of the rows */
        status = mg__rank_all(context, scored, &both);
        scores->roc_auc = both.roc_auc;
        scores->average_precision = both.average_precision;
    }
    return status;
}

/* --- while training ---------------------------------------------------------------------------------- */

static const mg_metric *breaks_ties(mg_task task) {
    size_t offset = task == MG_TASK_CLASSIFICATION ? offsetof(mg_scores, log_loss) : offsetof(mg_scores, rmse);
    const mg_metric *row = rows;
    while (row->offset != offset) row++;
    return row;
}

mg_status mg__scores_quick(mg_context *context, mg_task task, const mg_metric *chooses, const mg_scored *scored,
                           mg_scores *scores) {
    const mg_metric *wanted[] = { mg__metric_main(task), breaks_ties(task), chooses };
    mg_status status = MG_OK;
    *scores = mg_scores_none();
    scores->rows = scored->rows;
    for (int i = 0; status == MG_OK && i < 3; i++)
        if (wanted[i] && isnan(*field_of(wanted[i], scores)))
            status = wanted[i]->function(context, scored, field_of(wanted[i], scores));
    return status;
}

bool mg__scores_better(mg_task task, const mg_metric *chooses, const mg_scores *a, const mg_scores *b) {
    const mg_metric *order[] = { chooses ? chooses : mg__metric_main(task), breaks_ties(task) };
    for (int i = 0; i < 2; i++) {
        double x = mg_metric_value(order[i], a), y = mg_metric_value(order[i], b);
        if (isnan(x) && isnan(y)) continue;
        if (isnan(x) || isnan(y)) return isnan(y);
        if (x != y) return order[i]->more_is_better == (x > y);
    }
    return false;
}

bool mg__scores_finite(mg_task task, const mg_scores *scores) { return isfinite(mg_metric_value(breaks_ties(task), scores)); }
