/* What came out, how, and of what. */
#include "report/report.h"

#include "train/scoring.h"

#include <math.h>
#include <string.h>

/* --- tiles ------------------------------------------------------------------------------------------- */

static void put_score_tile(mg__report *report, const mg_metric *metric) {
    const mg_result *result = &report->model->result;
    bool tested = result->test.rows > 0;
    const mg_scores *scores = tested ? &result->test : &result->validation;
    if (scores->rows == 0) return;
    mg_interval interval = mg_metric_interval(metric, &result->intervals);
    mg__say(&report->page, "<div class=\"tile\"><b>%n</b><span>%s %s", mg_metric_value(metric, scores),
            tested ? "test" : "validation", metric->name);
    if (tested && isfinite(interval.low)) mg__say(&report->page, ", 95 %%: %n to %n", interval.low, interval.high);
    mg__say(&report->page, "</span></div>\n");
}

static void put_tile(mg__page *page, double value, const char *text) {
    if (isfinite(value)) mg__say(page, "<div class=\"tile\"><b>%n</b><span>%s</span></div>\n", value, text);
}

static void put_tiles(mg__report *report) {
    const mg_result *result = &report->model->result;
    const mg_metric *metric = mg__metric_main(report->model->task);
    mg__page *page = &report->page;
    mg__say(page, "<div class=\"tiles\">\n");
    put_score_tile(report, metric);
    if (result->linear.rows > 0) put_tile(page, mg_metric_value(metric, &result->linear), "a linear model");
    if (result->baseline.rows > 0)
        put_tile(page, mg_metric_value(metric, &result->baseline),
                 report->classes > 0 ? "always the most frequent class" : "always the mean");
    mg__say(page, "<div class=\"tile\"><b>%L</b><span>best epoch of %L%s, stopped: %s</span></div>\n", result->best_epoch,
            result->epochs, report->model->members > 1 ? " (median of the networks)" : "", mg_stop_name(result->stopped));
    int64_t members = mg_model_members(report->model);
    mg__say(page, "<div class=\"tile\"><b>%L</b><span>parameters%s", result->parameters, members > 1 ? " in each of " : "");
    if (members > 1) mg__say(page, "%l networks", members);
    mg__say(page, "</span></div>\n</div>\n");
}

/* --- scores ------------------------------------------------------------------------------------------ */

typedef struct column {
    const char *name;
    const mg_scores *scores;
} column;

static void put_scores(mg__report *report) {
    const mg_result *r = &report->model->result;
    const column all[] = { { "training", &r->train },
                           { "validation", &r->validation },
                           { "test", &r->test },
                           { "linear model", &r->linear },
                           { "constant answer", &r->baseline } };
    mg__page *page = &report->page;
    mg__say(page, "<div class=\"scroll\"><table>\n<tr><th></th>");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].scores->rows > 0) mg__say(page, "<th class=\"r\">%s</th>", all[i].name);
    mg__say(page, "</tr>\n<tr><td>rows</td>");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].scores->rows > 0) mg__say(page, "<td class=\"r\">%L</td>", all[i].scores->rows);
    mg__say(page, "</tr>\n");
    const mg_metric *metric;
    for (int m = 0; (metric = mg_metric_row(m)) != NULL; m++) {
        if (metric->task != report->model->task) continue;
        mg__say(page, "<tr><td title=\"%e\">%s</td>", metric->doc, metric->name);
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            if (all[i].scores->rows > 0) mg__say(page, "<td class=\"r\">%n</td>", mg_metric_value(metric, all[i].scores));
        mg__say(page, "</tr>\n");
    }
    mg__say(page, "</table></div>\n");
}

void mg__section_summary(mg__report *report) {
    const mg_model *model = report->model;
    mg__page *page = &report->page;
    mg__say(page, "<h1>%e</h1>\n<p class=\"soft\">%s", model->target, mg_task_name(model->task));
    if (report->classes > 0) mg__say(page, " of %l classes", report->classes);
    if (report->dataset)
        mg__say(page, report->options->all_rows ? ", on the rows of %e" : ", learned from %e",
                mg_dataset_source(report->dataset));
    mg__say(page, "</p>\n");
    put_tiles(report);
    if (report->options->command) mg__say(page, "<pre>%e</pre>\n", report->options->command);
    mg__put_warnings(page, model->result.warnings, model->result.warning_count);
    if (model->result.train.rows > 0 || model->result.test.rows > 0) {
        mg__say(page, "<h2>Scores</h2>\n");
        put_scores(report);
    }
}
