/* Scores: one column of a table and one member of an object for each row of the table of metrics. */
#include "cli/score.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

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
        snprintf(out, 32, "%.4f", fabs(value) < 0.00005 ? 0 : value); /* no -0.0000 */
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

/* One digit less than the score: more of it is noise. */
const char *cli_interval_text(mg_interval interval, char out[80]) {
    double most = fmax(fabs(interval.low), fabs(interval.high));
    int digits = most < 10 ? 3 : most < 1000 ? 2 : 0;
    *out = 0;
    if (isfinite(most))
        snprintf(out, 80, most < 1e7 ? "%.*f to %.*f" : "%.*g to %.*g", digits, interval.low, digits, interval.high);
    return out;
}

static bool any_interval(mg_task task, const mg_intervals *intervals) {
    const mg_metric *metric;
    for (int i = 0; intervals && (metric = mg_metric_row(i)) != NULL; i++)
        if (metric->task == task && isfinite(mg_metric_interval(metric, intervals).low)) return true;
    return false;
}

static void add_cells(cli_grid *grid, const mg_metric *metric, const cli_part *part) {
    char text[80];
    cli_grid_add(grid, "%s", cli_score_text(mg_metric_value(metric, part->scores), text));
    if (part->intervals) cli_grid_add(grid, "%s", cli_interval_text(mg_metric_interval(metric, part->intervals), text));
}

static void add_header(cli_grid *grid, const cli_part *parts, int count) {
    char text[32];
    cli_grid_add(grid, "%s", "");
    for (int i = 0; i < count; i++) {
        cli_grid_add(grid, "%s", parts[i].name);
        if (parts[i].intervals) cli_grid_add(grid, "95 %% interval");
    }
    cli_grid_add(grid, "rows");
    for (int i = 0; i < count; i++) {
        cli_grid_add(grid, "%s", cli_count(parts[i].scores->rows, text));
        if (parts[i].intervals) cli_grid_add(grid, "%s", "");
    }
}

void cli_print_scores(FILE *stream, mg_task task, const cli_part *parts, int count) {
    char alignment[2 * CLI_PARTS + 2] = "l";
    cli_part shown[CLI_PARTS];
    int columns = 0;
    const mg_metric *metric;
    for (int i = 0; i < count && columns < CLI_PARTS; i++) {
        if (parts[i].scores->rows == 0) continue;
        shown[columns] = parts[i];
        if (!any_interval(task, parts[i].intervals)) shown[columns].intervals = NULL;
        strcat(alignment, shown[columns++].intervals ? "rr" : "r");
    }
    cli_grid grid = cli_grid_begin(alignment);
    add_header(&grid, shown, columns);
    for (int i = 0; (metric = mg_metric_row(i)) != NULL; i++) {
        if (metric->task != task || !any_has(shown, columns, metric)) continue;
        cli_grid_add(&grid, "%s", metric->name);
        for (int k = 0; k < columns; k++) add_cells(&grid, metric, &shown[k]);
    }
    cli_grid_print(&grid, stream, 2, true);
}

void cli_print_result_scores(FILE *stream, mg_task task, const mg_result *result) {
    const cli_part parts[] = { { "train", &result->train, NULL },
                               { "valid.", &result->validation, NULL },
                               { "test", &result->test, &result->intervals },
                               { "linear", &result->linear, NULL },
                               { task == MG_TASK_CLASSIFICATION ? "majority" : "mean", &result->baseline, NULL } };
    cli_print_scores(stream, task, parts, 5);
}

void cli_print_choices(FILE *stream, const mg_choice *choices, int count) {
    char text[256];
    cli_grid grid = cli_grid_begin("lll");
    cli_grid_add(&grid, "setting");
    cli_grid_add(&grid, "value");
    cli_grid_add(&grid, "because");
    for (int i = 0; i < count; i++) {
        cli_grid_add(&grid, "%s", choices[i].setting);
        cli_grid_add(&grid, "%s", cli_short(choices[i].value, 16, text));
        cli_grid_add(&grid, "%s", choices[i].reason);
    }
    if (count > 0)
        cli_grid_print(&grid, stream, 2, true);
    else
        cli_grid_free(&grid), fputs("  every setting was given; nothing was left to choose\n", stream);
}

/* --- for programs ------------------------------------------------------------------------------------ */

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

void cli_json_result_scores(cli_json *json, mg_task task, const mg_result *result) {
    cli_json_object(json, "metrics");
    cli_json_scores(json, "train", task, &result->train);
    cli_json_scores(json, "validation", task, &result->validation);
    cli_json_scores(json, "test", task, &result->test);
    cli_json_end(json);
    cli_json_intervals(json, "intervals", task, &result->intervals);
    cli_json_scores(json, "baseline", task, &result->baseline);
    cli_json_scores(json, "linear", task, &result->linear);
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
