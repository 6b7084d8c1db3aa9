/* Scores: one column of a table and one member of an object for each row of the table of metrics. */
#include "cli/score.h"

#include <inttypes.h>
#include <math.h>

const mg_metric *cli_main_metric(mg_task task) {
    const mg_metric *metric;
    for (int i = 0; (metric = mg_metric_row(i)) != NULL; i++) {
        if (metric->task == task) return metric;
    }
    return NULL;
}

/* Four decimals for what lies around 1; more in front of the point leave fewer behind it. */
const char *cli_score_text(double value, char out[32]) {
    if (!isfinite(value))
        snprintf(out, 32, "-");
    else if (fabs(value) < 10)
        snprintf(out, 32, "%.4f", value);
    else if (fabs(value) < 1e7)
        snprintf(out, 32, "%.*f", fabs(value) < 1000 ? 3 : 1, value);
    else
        snprintf(out, 32, "%.6g", value);
    return out;
}

void cli_print_scores(FILE *stream, mg_task task, const mg_scores *const *scores, const char *const *names, int count) {
    char alignment[16] = "lr", text[32];
    int columns = 2;
    const mg_metric *metric;
    for (int i = 0; (metric = mg_metric_row(i)) != NULL && columns < 15; i++) {
        if (metric->task == task) alignment[columns++] = 'r';
    }
    alignment[columns] = 0;
    cli_grid grid = cli_grid_begin(alignment);
    cli_grid_add(&grid, "%s", "");
    cli_grid_add(&grid, "rows");
    for (int i = 0, c = 2; (metric = mg_metric_row(i)) != NULL && c < columns; i++) {
        if (metric->task == task) cli_grid_add(&grid, "%s", metric->name), c++;
    }
    for (int part = 0; part < count; part++) {
        if (scores[part]->rows == 0) continue;
        cli_grid_add(&grid, "%s", names[part]);
        cli_grid_add(&grid, "%s", cli_count(scores[part]->rows, text));
        for (int i = 0, c = 2; (metric = mg_metric_row(i)) != NULL && c < columns; i++) {
            if (metric->task == task) cli_grid_add(&grid, "%s", cli_score_text(mg_metric_value(metric, scores[part]), text)), c++;
        }
    }
    cli_grid_print(&grid, stream, 2, true);
}

void cli_json_scores(cli_json *json, const char *key, mg_task task, const mg_scores *scores) {
    if (scores->rows == 0) {
        cli_json_null(json, key);
        return;
    }
    cli_json_object(json, key);
    const mg_metric *metric;
    for (int i = 0; (metric = mg_metric_row(i)) != NULL; i++) {
        if (metric->task == task) cli_json_number(json, metric->name, mg_metric_value(metric, scores));
    }
    cli_json_end(json);
}
