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

static bool any_has(const cli_part *parts, int count, const mg_metric *metric) {
    for (int i = 0; i < count; i++)
        if (parts[i].scores->rows > 0 && !isnan(mg_metric_value(metric, parts[i].scores))) return true;
    return false;
}

static void add_cell(cli_grid *grid, const mg_metric *metric, const cli_part *part) {
    char text[32], low[32], high[32];
    mg_interval interval = { NAN, NAN };
    if (part->intervals) interval = mg_metric_interval(metric, part->intervals);
    cli_score_text(mg_metric_value(metric, part->scores), text);
    if (isfinite(interval.low) && isfinite(interval.high))
        cli_grid_add(grid, "%s (%s to %s)", text, cli_score_text(interval.low, low), cli_score_text(interval.high, high));
    else
        cli_grid_add(grid, "%s", text);
}

void cli_print_scores(FILE *stream, mg_task task, const cli_part *parts, int count) {
    char alignment[16] = "l", text[32];
    cli_part shown[8];
    int columns = 0;
    const mg_metric *metric;
    for (int i = 0; i < count && columns < 8; i++)
        if (parts[i].scores->rows > 0) shown[columns++] = parts[i];
    for (int i = 0; i < columns; i++) alignment[i + 1] = 'r';
    cli_grid grid = cli_grid_begin(alignment);
    cli_grid_add(&grid, "%s", "");
    for (int i = 0; i < columns; i++) cli_grid_add(&grid, "%s", shown[i].name);
    cli_grid_add(&grid, "rows");
    for (int i = 0; i < columns; i++) cli_grid_add(&grid, "%s", cli_count(shown[i].scores->rows, text));
    for (int i = 0; (metric = mg_metric_row(i)) != NULL; i++) {
        if (metric->task != task || !any_has(shown, columns, metric)) continue;
        cli_grid_add(&grid, "%s", metric->name);
        for (int k = 0; k < columns; k++) add_cell(&grid, metric, &shown[k]);
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

void cli_json_intervals(cli_json *json, const char *key, mg_task task, const mg_intervals *intervals) {
    const mg_metric *metric;
    cli_json_object(json, key);
    for (int i = 0; (metric = mg_metric_row(i)) != NULL; i++) {
        mg_interval interval = mg_metric_interval(metric, intervals);
        if (metric->task != task || isnan(interval.low)) continue;
        cli_json_array(json, metric->name);
        cli_json_number(json, NULL, interval.low);
        cli_json_number(json, NULL, interval.high);
        cli_json_end(json);
    }
    cli_json_end(json);
}

void cli_json_choices(cli_json *json, const mg_choice *choices, int count) {
    cli_json_array(json, "choices");
    for (int i = 0; i < count; i++) {
        cli_json_object(json, NULL);
        cli_json_string(json, "setting", choices[i].setting);
        cli_json_string(json, "value", choices[i].value);
        cli_json_string(json, "reason", choices[i].reason);
        cli_json_end(json);
    }
    cli_json_end(json);
}

void cli_json_warnings(cli_json *json, const char *const *warnings, int count) {
    cli_json_array(json, "warnings");
    for (int i = 0; i < count; i++) cli_json_string(json, NULL, warnings[i]);
    cli_json_end(json);
}
