/* How the training went, epoch by epoch. */
#include "report/report.h"

#include "train/scoring.h"

#include <math.h>
#include <stdio.h>

typedef double epoch_value(const mg_epoch *epoch, const mg_metric *metric);

static double epoch_loss(const mg_epoch *epoch, const mg_metric *metric) { return (void)metric, epoch->loss; }
static double epoch_rate(const mg_epoch *epoch, const mg_metric *metric) { return (void)metric, epoch->learning_rate; }
static double epoch_metric(const mg_epoch *epoch, const mg_metric *metric) {
    return epoch->validation.rows > 0 ? mg_metric_value(metric, &epoch->validation) : NAN;
}

/* Lines and their numbers, in one block. */
typedef struct curves {
    mg__line *line;
    double *number;
    int lines;
    bool any; /* finite value */
} curves;

static mg_status curves_open(mg_context *context, const mg__course *course, int count, int kinds, curves *c) {
    size_t epochs = 0;
    for (int i = 0; i < count; i++) epochs += (size_t)course[i].history->epochs;
    *c = (curves){ .line = mg__alloc_array(context, (size_t)(count * kinds), sizeof *c->line),
                   .number = mg__alloc_array(context, 2 * (size_t)kinds * epochs + 1, sizeof *c->number) };
    return c->line && c->number ? MG_OK : MG_OUT_OF_MEMORY;
}

static void curves_close(mg_context *context, curves *c) {
    mg__free(context, c->line);
    mg__free(context, c->number);
}

/* `next` is where free numbers begin; returns where they do afterwards. */
static double *curves_add(curves *c, double *next, const char *name, const mg_history *history, epoch_value *value,
                          const mg_metric *metric) {
    double *x = next, *y = next + history->epochs;
    bool any = false;
    for (int64_t i = 0; i < history->epochs; i++) {
        x[i] = (double)history->epoch[i].epoch;
        y[i] = value(&history->epoch[i], metric);
        any = any || isfinite(y[i]);
    }
    if (!any) return next;
    c->line[c->lines++] = (mg__line){ name, x, y, history->epochs, false };
    return y + history->epochs;
}

static int64_t best_epoch(const mg_history *history) {
    return history->epochs > 0 ? history->epoch[history->epochs - 1].best_epoch : 0;
}

static void put_curves(mg__page *page, const mg__course *course, int count, const curves *c, const char *title, const char *about,
                       bool logarithmic) {
    char best[48];
    int64_t epoch = count == 1 ? best_epoch(course->history) : 0;
    if (c->lines == 0) return;
    if (count == 1 && course->median > 0) epoch = course->median;
    snprintf(best, sizeof best, "best epoch%s %lld", course->median > 0 ? ", median" : "", (long long)epoch);
    mg__line_chart chart = { .title = title,
                             .about = about,
                             .x_label = "epoch",
                             .line = c->line,
                             .lines = c->lines,
                             .mark = epoch > 0 ? (double)epoch : NAN,
                             .mark_name = best,
                             .may_be_logarithmic = logarithmic };
    mg__put_line_chart(page, &chart);
}

static mg_status put_one(mg__page *page, const mg__course *course, int count, const char *title, const char *about,
                         epoch_value *value, const mg_metric *metric, const char *name) {
    curves c;
    mg_status status = curves_open(page->context, course, count, 1, &c);
    double *next = c.number;
    for (int i = 0; i < count && status == MG_OK; i++)
        next = curves_add(&c, next, count > 1 ? course[i].name : name, course[i].history, value, metric);
    if (status == MG_OK)
        put_curves(page, course, count, &c, title, about, value == epoch_loss || (metric && !metric->more_is_better));
    curves_close(page->context, &c);
    return status;
}

/* Training loss and validation log loss are of one unit, but for penalties and smoothing; of numbers they are not. */
static mg_status put_loss(mg__page *page, const mg__course *course, int count, mg_task task) {
    const mg_metric *log_loss = mg_metric_find("log_loss");
    if (count > 1 || task != MG_TASK_CLASSIFICATION)
        return put_one(page, course, count, "Training loss", "Mean over the epoch, penalties included.", epoch_loss, NULL,
                       "training");
    curves c;
    mg_status status = curves_open(page->context, course, 1, 2, &c);
    if (status == MG_OK) {
        double *next = curves_add(&c, c.number, "training", course->history, epoch_loss, NULL);
        curves_add(&c, next, "validation", course->history, epoch_metric, log_loss);
        put_curves(
            page, course, 1, &c, "Loss",
            "Training loss, penalties included, and log loss of the validation rows. Where the second rises while the first "
            "falls, the network learns by heart.",
            true);
    }
    curves_close(page->context, &c);
    return status;
}

mg_status mg__put_courses(mg__page *page, const mg__course *course, int count, mg_task task, const mg_metric *metric) {
    const mg_metric *row;
    mg_status status = put_loss(page, course, count, task);
    for (int i = 0; (row = mg_metric_row(i)) != NULL && status == MG_OK; i++) {
        bool shown = row->task == task && !(count == 1 && row == mg_metric_find("log_loss"));
        char title[96];
        snprintf(title, sizeof title, "Validation %s", row->name);
        if (shown)
            status = put_one(page, course, count, title, row == metric ? "Its best value chose the epoch." : NULL, epoch_metric,
                             row, row->name);
    }
    if (status == MG_OK)
        status = put_one(page, course, count, "Learning rate", "Of each epoch's last step.", epoch_rate, NULL, "learning rate");
    return status;
}

void mg__section_course(mg__report *report) {
    const mg_model *model = report->model;
    if (report->history->epochs == 0) return;
    const mg_metric *metric = mg_metric_find(model->options.metric ? model->options.metric : "auto");
    mg__course course = { .history = report->history, .median = model->members > 1 ? model->result.best_epoch : 0 };
    mg__say(&report->page, "<h2>Training</h2>\n<div class=\"charts\">\n");
    mg_status status = mg__put_courses(&report->page, &course, 1, model->task, metric ? metric : mg__metric_main(model->task));
    report->page.failed = report->page.failed || status != MG_OK; /* there is no other failure than memory */
    mg__say(&report->page, "</div>\n");
}
