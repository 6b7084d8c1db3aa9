/* micrograd inspect: what a file holds, before anything is learned from it. */
#include "cli/commands.h"
#include "cli/inspect_augment.h"
#include "cli/inspect_table.h"
#include "cli/json.h"
#include "cli/open.h"

#include <math.h>
#include <string.h>

#define REDRAW_SECONDS 0.1

/* --- JSON -------------------------------------------------------------------------------------------- */

/* A number, or of a date column the moment as text. */
static void json_value(cli_json *json, const char *key, const mg_column_profile *column, double value) {
    char text[40];
    if (column->kind == MG_KIND_DATE && isfinite(value))
        cli_json_string(json, key, cli_date_text(value, true, text));
    else
        cli_json_number(json, key, value);
}

static void json_numbers(cli_json *json, const mg_column_profile *column) {
    json_value(json, "low", column, column->low);
    json_value(json, "high", column, column->high);
    cli_json_array(json, "quartiles");
    for (int i = 0; i < 3; i++) json_value(json, NULL, column, column->quartile[i]);
    cli_json_end(json);
    if (column->kind != MG_KIND_DATE) {
        cli_json_number(json, "mean", column->mean);
        cli_json_number(json, "deviation", column->deviation);
        cli_json_number(json, "skewness", column->skewness);
        cli_json_integer(json, "infinite", column->infinite);
    }
    if (column->bins == 0) return;
    cli_json_object(json, "histogram");
    json_value(json, "low", column, column->bin_low);
    json_value(json, "high", column, column->bin_high);
    cli_json_array(json, "rows");
    for (int i = 0; i < column->bins; i++) cli_json_integer(json, NULL, column->histogram[i]);
    cli_json_end(json);
    cli_json_end(json);
}

static void json_top(cli_json *json, const mg_column_profile *column) {
    cli_json_array(json, "top");
    for (int i = 0; i < column->top_count; i++) {
        cli_json_object(json, NULL);
        cli_json_string(json, "value", column->top[i].text);
        cli_json_integer(json, "rows", column->top[i].rows);
        cli_json_end(json);
    }
    cli_json_end(json);
}

static void json_column(cli_json *json, const mg_column_profile *column) {
    cli_json_object(json, NULL);
    cli_json_string(json, "name", column->name);
    cli_json_string(json, "type", mg_kind_name(column->kind));
    cli_json_integer(json, "missing", column->missing);
    cli_json_integer(json, "distinct", column->distinct);
    cli_json_boolean(json, "distinct_exact", column->distinct_exact);
    cli_json_boolean(json, "target", column->target);
    cli_json_boolean(json, "use", column->use);
    cli_json_string(json, "reason", column->reason);
    cli_json_string(json, "encoding", *column->encoding ? column->encoding : NULL);
    cli_json_string(json, "example", column->example);
    cli_json_integer(json, "strays", column->strays);
    if (isfinite(column->low)) json_numbers(json, column);
    if (column->top_count > 0) json_top(json, column);
    cli_json_end(json);
}

static void json_target(cli_json *json, const mg_profile *profile) {
    const mg_target *target = mg_profile_target(profile);
    cli_json_string(json, "target", target ? mg_profile_column(profile, target->column)->name : NULL);
    cli_json_string(json, "task", target ? mg_task_name(target->task) : NULL);
    cli_json_array(json, "classes");
    for (int64_t i = 0; i < mg_profile_classes(profile); i++) {
        mg_top_value class = mg_profile_class(profile, i);
        cli_json_object(json, NULL);
        cli_json_string(json, "name", class.text);
        cli_json_integer(json, "rows", class.rows);
        cli_json_end(json);
    }
    cli_json_end(json);
}

static void print_json(const mg_profile *profile) {
    int64_t shape[3];
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "file", mg_profile_source(profile));
    cli_json_integer(&json, "rows", mg_profile_rows(profile));
    if (mg_profile_image_shape(profile, shape)) {
        cli_json_array(&json, "image");
        for (int i = 0; i < 3; i++) cli_json_integer(&json, NULL, shape[i]);
        cli_json_end(&json);
    }
    cli_json_integer(&json, "sampled", mg_profile_sampled(profile));
    cli_json_integer(&json, "duplicates", mg_profile_duplicates(profile));
    json_target(&json, profile);
    cli_json_array(&json, "columns");
    for (int64_t c = 0; c < mg_profile_columns(profile); c++) json_column(&json, mg_profile_column(profile, c));
    cli_json_end(&json);
    cli_json_array(&json, "warnings");
    for (int64_t i = 0; i < mg_profile_warnings(profile); i++) cli_json_string(&json, NULL, mg_profile_warning(profile, i));
    cli_json_end(&json);
    cli_json_end(&json);
}

/* --- progress ---------------------------------------------------------------------------------------- */

typedef struct reading {
    double begun, shown;
} reading;

static void show_progress(void *user, int64_t rows, uint64_t at, uint64_t length) {
    reading *r = user;
    char count[32], bytes[32], rate[32], text[160];
    double now = cli_seconds(), seconds = now - r->begun;
    if (seconds < 0.5 || now - r->shown < REDRAW_SECONDS) return;
    r->shown = now;
    int used = snprintf(text, sizeof text, "%s rows", cli_count(rows, count));
    if (at > 0)
        used += snprintf(text + used, sizeof text - (size_t)used, "  %s  %s/s", cli_bytes((double)at, bytes),
                         cli_bytes((double)at / seconds, rate));
    if (at > 0 && length > at)
        snprintf(text + used, sizeof text - (size_t)used, "  %.0f %%, %s left", 100.0 * (double)at / (double)length,
                 cli_duration(seconds * (double)(length - at) / (double)at, rate));
    cli_progress_show(text);
}

/* --- the command ------------------------------------------------------------------------------------- */

static mg_task asked_task(const mg_settings *settings) {
    for (int task = MG_TASK_CLASSIFICATION; task <= MG_TASK_REGRESSION; task++)
        if (strcmp(settings->train.task, mg_task_name((mg_task)task)) == 0) return (mg_task)task;
    return MG_TASK_AUTO;
}

static int show_profile(const cli_arguments *arguments, mg_context *context) {
    const mg_settings *settings = &arguments->settings;
    reading reading = { .begun = cli_seconds() };
    mg_profile_options options = mg_profile_defaults();
    options.data = mg_settings_data(settings);
    options.target = settings->train.target;
    options.task = asked_task(settings);
    options.drop = settings->train.drop;
    options.on_progress = cli_is_live() && !settings->quiet ? show_progress : NULL;
    options.user = &reading;
    mg_profile *profile = mg_profile_read(context, arguments->operands[0], &options);
    cli_progress_clear();
    int code = profile ? CLI_OK : cli_fail_context(context);
    if (profile && settings->json)
        print_json(profile);
    else if (profile)
        cli_print_profile(profile);
    mg_profile_destroy(profile);
    return code;
}

int cli_inspect(const cli_arguments *arguments) {
    const mg_settings *settings = &arguments->settings;
    mg_context *context = cli_context(settings);
    int code = CLI_FAILED;
    if (context && settings->out && !settings->train.augment)
        code = cli_fail(CLI_USAGE, "--out is the picture of what --augment does; say how, or leave it out");
    else if (context)
        code = settings->train.augment ? cli_inspect_augment(arguments, context) : show_profile(arguments, context);
    mg_context_destroy(context);
    return code;
}
