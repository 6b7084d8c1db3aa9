/* micrograd curve: does more data help; where does a setting under- and overfit? */
#include "cli/commands.h"
#include "cli/cross_validate.h"
#include "cli/open.h"
#include "cli/plot.h"
#include "cli/score.h"
#include "cli/see.h"

#include <micrograd/curve.h>
#include <micrograd/report.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* --- before any work ---------------------------------------------------------------------------------- */

static int check(mg_context *context, const cli_arguments *arguments) {
    const mg_settings *s = &arguments->settings;
    size_t length = s->out ? strlen(s->out) : 0;
    int code = cli_check_folds(context, arguments);
    if (code != CLI_OK) return code;
    if (!s->of || !*s->of) return cli_fail(CLI_USAGE, "--of says along what the curve goes: rows, or a setting");
    if (s->out && (length < 5 || strcmp(s->out + length - 4, ".svg") != 0))
        return cli_fail(CLI_USAGE, "--out is the picture of the curve, and '%s' does not end in .svg; an HTML page is --report",
                        s->out);
    if (cli_same_file(s->out, arguments->operands[0]))
        return cli_fail(CLI_USAGE, "--out would be written over the data '%s'; choose another file", s->out);
    if (s->out && mg_model_can_save(context, s->out) != MG_OK) return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    const char *const others[] = { arguments->operands[0], s->out };
    return cli_check_report(context, s->report, others, 2);
}

/* --- for people --------------------------------------------------------------------------------------- */

static void add_score(cli_grid *grid, const mg_metric *metric, const mg_scores *mean, const mg_scores *deviation) {
    char text[32];
    cli_grid_add(grid, "%s", cli_score_text(mg_metric_value(metric, mean), text));
    cli_grid_add(grid, "%s", cli_score_text(mg_metric_value(metric, deviation), text));
}

static void print_table(FILE *stream, const mg_curve *curve) {
    char text[256];
    cli_grid grid = cli_grid_begin("rrrrrrl");
    const char *const head[] = {
        strcmp(curve->of, "rows") ? curve->of : "share", "training rows", "trained on", "+-", "held out", "+-", ""
    };
    for (int i = 0; i < 7; i++) cli_grid_add(&grid, "%s", head[i]);
    for (int i = 0; i < curve->points; i++) {
        const mg_cross_validated *c = &curve->cv->candidate[i];
        cli_grid_add(&grid, "%s", cli_short(*curve->text[i] ? curve->text[i] : "''", 40, text));
        cli_grid_add(&grid, "%s", cli_count(c->done ? c->train.rows / c->done : 0, text));
        add_score(&grid, curve->metric, &c->train, &c->train_deviation);
        add_score(&grid, curve->metric, &c->mean, &c->deviation);
        cli_grid_add(&grid, "%s", i == curve->best ? "best" : "");
    }
    fprintf(stream, "  %s\n", curve->metric->name);
    cli_grid_print(&grid, stream, 2, true);
}

static void plot(FILE *stream, const mg_curve *curve) {
    double x[MG_CURVE_MOST], y[MG_CURVE_MOST];
    char title[160];
    int columns = cli_columns();
    if (!cli_is_terminal(stream) || curve->words || curve->points < 3) return;
    for (int i = 0; i < curve->points; i++) {
        x[i] = curve->log ? log(curve->value[i]) : curve->value[i];
        y[i] = mg_metric_value(curve->metric, &curve->cv->candidate[i].mean);
    }
    snprintf(title, sizeof title, "%s of held-out rows by %s", curve->metric->name, curve->of);
    const cli_plot p = { title, x, y, curve->points, columns < 72 ? columns : 72, 8, CLI_GREEN };
    fputc('\n', stream);
    cli_plot_print(stream, &p, !cli_is_utf8(), "\n");
}

static void print_text(FILE *stream, const mg_curve *curve) {
    print_table(stream, curve);
    plot(stream, curve);
    if (!*curve->verdict) return;
    fprintf(stream, "\n%s%-9s%s ", cli_style_text(stream, CLI_BOLD), "verdict", cli_style_text(stream, CLI_PLAIN));
    cli_wrap(stream, curve->verdict, 10, 10, cli_text_width());
}

/* --- for programs ------------------------------------------------------------------------------------- */

static void json_point(cli_json *json, const mg_curve *curve, int point) {
    const mg_cross_validated *c = &curve->cv->candidate[point];
    cli_json_object(json, NULL);
    if (curve->words)
        cli_json_string(json, "value", curve->text[point]);
    else
        cli_json_number(json, "value", curve->value[point]);
    cli_json_number(json, "train_rows", c->done ? (double)c->train.rows / (double)c->done : NAN);
    cli_json_means(json, curve->cv->task, c);
    cli_json_end(json);
}

static void print_json(const cli_arguments *arguments, const mg_curve *curve) {
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "of", curve->of);
    cli_json_string(&json, "metric", curve->metric->name);
    cli_json_array(&json, "points");
    for (int i = 0; i < curve->points; i++) json_point(&json, curve, i);
    cli_json_end(&json);
    if (curve->best < 0)
        cli_json_null(&json, "best");
    else if (curve->words)
        cli_json_string(&json, "best", curve->text[curve->best]);
    else
        cli_json_number(&json, "best", curve->value[curve->best]);
    cli_json_string(&json, "verdict", *curve->verdict ? curve->verdict : NULL);
    cli_json_integer(&json, "folds", curve->cv->folds);
    cli_json_integer(&json, "repeats", curve->cv->repeats);
    cli_json_integer(&json, "seed", arguments->settings.train.seed);
    cli_json_boolean(&json, "interrupted", curve->cv->interrupted);
    cli_json_number(&json, "seconds", floor(curve->cv->seconds * 1e6 + 0.5) / 1e6);
    cli_json_warnings(&json, curve->cv->warning, curve->cv->warnings);
    cli_json_end(&json);
}

/* --- the command -------------------------------------------------------------------------------------- */

static int write_files(mg_context *context, const mg_settings *s, const mg_curve *curve) {
    const char *const paths[] = { s->out, s->report };
    for (int i = 0; i < 2; i++)
        if (paths[i] && mg_curve_write(curve, paths[i]) != MG_OK) return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    return CLI_OK;
}

static int tell(const cli_arguments *arguments, mg_context *context, const mg_dataset *dataset, const mg_curve *curve) {
    const mg_settings *s = &arguments->settings;
    if (curve->best < 0 && curve->cv->interrupted)
        return cli_fail(cli_interrupted(), "interrupted before the first fold was done");
    if (curve->cv->interrupted) cli_note("interrupted: what follows is of the folds that were done");
    if (!s->quiet) cli_describe_folds(s->json ? stderr : stdout, context, dataset, s, curve->cv);
    int code = write_files(context, s, curve);
    if (code != CLI_OK) return code;
    if (s->json)
        print_json(arguments, curve);
    else
        print_text(stdout, curve);
    return curve->cv->interrupted ? cli_interrupted() : CLI_OK;
}

static int draw(const cli_arguments *arguments, mg_context *context) {
    const mg_settings *s = &arguments->settings;
    mg_dataset_options data = cli_data(s, NULL);
    mg_dataset *dataset = cli_read_dataset(context, &data, arguments->operands[0]);
    if (!dataset) return cli_status_code(context);
    cli_fold_progress progress = cli_fold_progress_begin(s->quiet);
    mg_cross_validation_options how = cli_folds_of(s);
    how.callback = cli_fold_progress_tell;
    how.user = &progress;
    cli_interrupt_mode_set(CLI_STOP_SOON);
    mg_curve *curve = mg_curve_make(context, dataset, &s->train, s->of, &how);
    cli_progress_clear();
    int code = !curve ? cli_fail_context(context) : curve->cv->served ? CLI_OK : tell(arguments, context, dataset, curve);
    mg_curve_destroy(curve);
    mg_dataset_destroy(dataset);
    return code;
}

int cli_curve(const cli_arguments *arguments) {
    mg_context *context = cli_context(&arguments->settings);
    if (!context) return CLI_FAILED;
    int code = check(context, arguments);
    if (code == CLI_OK) code = draw(arguments, context);
    mg_context_destroy(context);
    return code;
}
