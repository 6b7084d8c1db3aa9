/* micrograd train: from a file to a model, with an honest score. */
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/plan.h"
#include "cli/progress.h"
#include "cli/score.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define PATH_BYTES 4096

/* --- before any work --------------------------------------------------------------------------------- */

/* The data's stem in the current folder: "data/iris.csv.gz" gives "iris.safetensors". */
static void default_out(const char *data, char out[PATH_BYTES]) {
    const char *slash = strrchr(data, '/'), *name = slash ? slash + 1 : data;
    size_t length = strlen(name);
    if (length > 3 && strcmp(name + length - 3, ".gz") == 0) length -= 3;
    for (size_t i = length; i > 1; i--) {
        if (name[i - 1] == '.') {
            length = i - 1;
            break;
        }
    }
    if (strcmp(data, "-") == 0 || length == 0 || length > 200) name = "model", length = 5;
    snprintf(out, PATH_BYTES, "%.*s.safetensors", (int)length, name);
}

/* Everything that can be refused without the data. */
static int check_settings(mg_context *context, const cli_arguments *arguments, const char *out) {
    const mg_settings *settings = &arguments->settings;
    const mg_train_options *train = &settings->train;
    if (train->model) {
        mg_network *network = mg_network_parse(context, train->model);
        if (!network) return cli_fail_context(context);
        mg_network_destroy(network);
        if (train->dropout != MG_AUTO) {
            return cli_fail(CLI_USAGE,
                            "--dropout shapes the default network only; with --model write it there: --model \"%s dropout(0.2)\"",
                            train->model);
        }
    }
    if (settings->from && (train->model || train->target || train->dropout != MG_AUTO)) {
        return cli_fail(CLI_USAGE, "--from goes on with the model's own network and target; leave %s out",
                        train->model    ? "--model"
                        : train->target ? "--target"
                                        : "--dropout");
    }
    if (!settings->test && train->val_fraction != MG_AUTO && train->val_fraction + train->test_fraction >= 1) {
        return cli_fail(CLI_USAGE,
                        "--val-fraction %g and --test-fraction %g leave no rows to train on; together they must stay below 1",
                        train->val_fraction, train->test_fraction);
    }
    if (cli_same_file(out, arguments->operands[0]) || cli_same_file(out, settings->test)) {
        return cli_fail(CLI_USAGE, "the model would be written over the data '%s'; choose another file with --out", out);
    }
    if (mg_model_can_save(context, out) != MG_OK) return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    return CLI_OK;
}

/* --- what was understood ----------------------------------------------------------------------------- */

static void describe_data(const mg_dataset *dataset, const mg_target *target) {
    char text[32];
    int64_t rows = mg_dataset_rows(dataset), shape[3];
    fprintf(stderr, "%-9s %s: %s rows, ", "data", mg_dataset_source(dataset), cli_count(rows, text));
    if (mg_dataset_image_shape(dataset, shape)) {
        fprintf(stderr, "images of %" PRId64 " x %" PRId64 " pixels, %" PRId64 " channel%s\n", shape[1], shape[0], shape[2],
                shape[2] == 1 ? "" : "s");
    } else {
        fprintf(stderr, "%" PRId64 " columns\n", mg_dataset_columns(dataset));
    }
    fprintf(stderr, "%-9s %s\n", "task", target->reason);
    for (int64_t i = 0; i < mg_dataset_warnings(dataset); i++) cli_note("warning: %s", mg_dataset_warning(dataset, i));
}

/* --- what came out ----------------------------------------------------------------------------------- */

static const char *stop_meaning(mg_stop stop) {
    switch (stop) {
#define CASE(id, name, doc) \
    case MG_STOP_##id: return doc;
        MG_STOP_TABLE(CASE)
#undef CASE
    case MG_STOP_NONE: break;
    }
    return "nothing was trained";
}

static void print_result(FILE *stream, const cli_arguments *arguments, const mg_model *model, const mg_result *result,
                         const char *out) {
    bool classes = mg_model_task(model) == MG_TASK_CLASSIFICATION;
    const cli_part parts[] = { { "train", &result->train, NULL },
                               { "validation", &result->validation, NULL },
                               { "test", &result->test, &result->intervals },
                               { "linear model", &result->linear, NULL },
                               { classes ? "majority class" : "mean", &result->baseline, NULL } };
    char text[32];
    fputc('\n', stream);
    cli_print_scores(stream, mg_model_task(model), parts, 5);
    if (result->test.rows > 0) fputs("  (test: 95 % intervals; linear model and baseline on the same rows)\n", stream);
    if (result->threshold != 0.5)
        fprintf(stream, "\n%-9s '%s' is predicted from a probability of %.4g on\n", "threshold",
                mg_encoder_class(mg_model_encoder(model), 1), result->threshold);
    fprintf(stream, "\n%-9s best epoch %" PRId64 " of %" PRId64 "; stopped: %s (%s)\n", "epochs", result->best_epoch,
            result->epochs, mg_stop_name(result->stopped), stop_meaning(result->stopped));
    fprintf(stream, "%-9s %s\n", "time", cli_duration(result->seconds, text));
    fprintf(stream, "%-9s %s (", "model", out);
    if (result->members > 1) fprintf(stream, "%" PRId64 " networks of ", result->members);
    fprintf(stream, "%s parameters)\n", cli_count(result->parameters, text));
    fprintf(stream, "%-9s micrograd predict ", "predict");
    cli_print_word(stream, out);
    fputc(' ', stream);
    cli_print_word(stream, arguments->operands[0]);
    fputc('\n', stream);
}

static void print_json(const cli_arguments *arguments, const mg_model *model, const mg_result *result, const char *out) {
    mg_task task = mg_model_task(model);
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "task", mg_task_name(task));
    cli_json_string(&json, "target", mg_model_target(model));
    cli_json_object(&json, "metrics");
    cli_json_scores(&json, "train", task, &result->train);
    cli_json_scores(&json, "validation", task, &result->validation);
    cli_json_scores(&json, "test", task, &result->test);
    cli_json_end(&json);
    cli_json_intervals(&json, "intervals", task, &result->intervals);
    cli_json_scores(&json, "baseline", task, &result->baseline);
    cli_json_scores(&json, "linear", task, &result->linear);
    if (task == MG_TASK_CLASSIFICATION) cli_json_number(&json, "threshold", result->threshold);
    cli_json_integer(&json, "members", result->members);
    cli_json_integer(&json, "epochs", result->epochs);
    cli_json_integer(&json, "best_epoch", result->best_epoch);
    cli_json_string(&json, "stopped", mg_stop_name(result->stopped));
    cli_json_number(&json, "seconds", floor(result->seconds * 1e6 + 0.5) / 1e6);
    cli_json_integer(&json, "parameters", result->parameters);
    cli_json_string(&json, "model", out);
    cli_json_integer(&json, "seed", arguments->settings.train.seed);
    cli_json_choices(&json, result->choices, result->choice_count);
    cli_json_warnings(&json, result->warnings, result->warning_count);
    cli_json_end(&json);
}

/* --- the run ----------------------------------------------------------------------------------------- */

/* Saves what was learned and tells about it. */
static int finish(const cli_arguments *arguments, mg_context *context, mg_model *model, const mg_result *result,
                  const char *out) {
    const mg_settings *settings = &arguments->settings;
    if (result->epochs == 0 && cli_interrupted()) {
        return cli_fail(cli_interrupted(), "interrupted before the first epoch was done; nothing was saved");
    }
    cli_interrupt_mode_set(CLI_STOP_LATER);
    if (mg_model_save(model, out) != MG_OK) return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    if (!settings->quiet) {
        for (int i = 0; i < result->warning_count; i++) cli_note("warning: %s", result->warnings[i]);
        print_result(settings->json ? stderr : stdout, arguments, model, result, out);
    }
    if (settings->json) print_json(arguments, model, result, out);
    return cli_interrupted();
}

/* --dry-run: everything but the training. */
static int plan_only(const cli_arguments *arguments, mg_context *context, mg_model *model, const mg_dataset *dataset,
                     const mg_train_options *options) {
    mg_plan plan;
    if (mg_train_plan(model, dataset, options, &plan) != MG_OK) return cli_fail_context(context);
    if (arguments->settings.json)
        cli_json_plan(model, &plan);
    else {
        for (int i = 0; i < plan.warning_count; i++) cli_note("warning: %s", plan.warnings[i]);
        cli_print_plan(stdout, model, &plan, true);
    }
    return CLI_OK;
}

static int train_model(const cli_arguments *arguments, mg_context *context, mg_model *model, const mg_dataset *dataset,
                       const mg_train_options *options, const char *out) {
    if (arguments->settings.dry_run) return plan_only(arguments, context, model, dataset, options);
    mg_train_options with_progress = *options;
    cli_progress progress = cli_progress_begin(model, arguments->settings.quiet, arguments->settings.explain);
    with_progress.on_step = cli_progress_step;
    with_progress.on_epoch = cli_progress_epoch;
    with_progress.user = &progress;
    cli_interrupt_mode_set(CLI_STOP_SOON);
    mg_result result = mg_train(model, dataset, &with_progress);
    cli_progress_clear();
    if (result.status != MG_OK) return cli_fail_context(context);
    return finish(arguments, context, model, &result, out);
}

/* A new model, or the one to go on from. */
static mg_model *open_model(const cli_arguments *arguments, mg_context *context, const mg_dataset *dataset,
                            const mg_train_options *options) {
    const char *from = arguments->settings.from;
    return from ? mg_model_load(context, from) : mg_model_create_with(context, dataset, options);
}

static int train_on(const cli_arguments *arguments, mg_context *context, const mg_dataset *dataset, const mg_dataset *test,
                    const char *out) {
    mg_train_options options = arguments->settings.train;
    mg_task task = strcmp(options.task, "classification") == 0 ? MG_TASK_CLASSIFICATION
                   : strcmp(options.task, "regression") == 0   ? MG_TASK_REGRESSION
                                                               : MG_TASK_AUTO;
    mg_target target;
    if (mg_dataset_target(context, dataset, options.target, task, &target) != MG_OK) return cli_fail_context(context);
    if (!arguments->settings.quiet) describe_data(dataset, &target);

    options.test = test;
    if (test) options.test_fraction = 0;
    mg_model *model = open_model(arguments, context, dataset, &options);
    int code = model ? train_model(arguments, context, model, dataset, &options, out) : cli_fail_context(context);
    mg_model_destroy(model);
    return code;
}

int cli_train(const cli_arguments *arguments) {
    const mg_settings *settings = &arguments->settings;
    char name[PATH_BYTES];
    const char *out = settings->out;
    if (!out) default_out(arguments->operands[0], name), out = name;

    mg_context *context = cli_context(settings);
    int code = context ? check_settings(context, arguments, out) : CLI_FAILED;
    if (code == CLI_OK) {
        mg_dataset *dataset = cli_read_dataset(context, arguments->operands[0]);
        mg_dataset *test = dataset && settings->test ? cli_read_dataset(context, settings->test) : NULL;
        code = dataset && (test || !settings->test) ? train_on(arguments, context, dataset, test, out) : CLI_FAILED;
        mg_dataset_destroy(test);
        mg_dataset_destroy(dataset);
    }
    mg_context_destroy(context);
    return code;
}
