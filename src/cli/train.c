/* micrograd train: from a file to a model, with an honest score. */
#include "cli/commands.h"
#include "cli/describe.h"
#include "cli/open.h"
#include "cli/output.h"
#include "cli/plan.h"
#include "cli/progress.h"
#include "cli/result.h"
#include "cli/run.h"
#include "cli/see.h"

#include <micrograd/augment.h>
#include <micrograd/schedule.h>

#include <inttypes.h>
#include <string.h>

/* --- before any work --------------------------------------------------------------------------------- */

/* What a model that goes on has already. */
static int check_from(const mg_train_options *train) {
    static const char *const fixed[] = { "target", "task", "model", "dropout", "init", "scale", "bins", "drop", "image" };
    const mg_settings defaults = mg_settings_defaults();
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        char given[1024], usual[1024];
        const mg_option *option = mg_option_find(mg_settings_table(), "train", fixed[i]);
        mg_option_get(option, train, given, sizeof given);
        mg_option_get(option, &defaults.train, usual, sizeof usual);
        if (strcmp(given, usual) != 0 || (strcmp(fixed[i], "model") == 0 && train->model))
            return cli_fail(CLI_USAGE, "--from goes on with the model's own network, encoder and target; leave --%s out",
                            fixed[i]);
    }
    return CLI_OK;
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
    if (mg_augment_check(context, train->augment) != MG_OK) return cli_fail_context(context);
    mg_schedule schedule;
    if (strcmp(train->schedule, "auto") != 0 && mg_schedule_parse(context, train->schedule, &schedule) != MG_OK)
        return cli_fail_context(context);
    if (settings->from && check_from(train) != CLI_OK) return CLI_USAGE;
    if (settings->stream && settings->dry_run)
        return cli_fail(CLI_USAGE, "--dry-run plans what is read whole; leave --stream out");
    if (settings->stream && !strcmp(arguments->operands[0], "-"))
        return cli_fail(CLI_USAGE,
                        "--stream reads the data again in each epoch, which standard input does not allow; give a file");
    if (train->fast && train->best) return cli_fail(CLI_USAGE, "--fast and --best exclude each other; leave one out");
    if (!settings->test && train->val_fraction != MG_AUTO && train->val_fraction + train->test_fraction >= 1) {
        return cli_fail(CLI_USAGE,
                        "--val-fraction %g and --test-fraction %g leave no rows to train on; together they must stay below 1",
                        train->val_fraction, train->test_fraction);
    }
    if (cli_same_file(out, arguments->operands[0]) || cli_same_file(out, settings->test)) {
        return cli_fail(CLI_USAGE, "the model would be written over the data '%s'; choose another file with --out", out);
    }
    if (cli_same_file(settings->trace, arguments->operands[0]) || cli_same_file(settings->trace, settings->test) ||
        (settings->trace && out && !strcmp(settings->trace, out)))
        return cli_fail(CLI_USAGE, "--trace would be written over '%s'; choose another file", settings->trace);
    if (settings->dry_run && settings->report)
        return cli_fail(CLI_USAGE, "--dry-run trains nothing that --report could show; leave it out");
    const char *const others[] = { arguments->operands[0], settings->test, out, settings->trace };
    int report = cli_check_report(context, settings->report, others, 4);
    if (report != CLI_OK) return report;
    if (settings->dry_run && (settings->profile || settings->trace))
        return cli_fail(CLI_USAGE, "--dry-run trains nothing that --profile or --trace could measure; leave them out");
    if (settings->trace && mg_model_can_save(context, settings->trace) != MG_OK)
        return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    if (out && mg_model_can_save(context, out) != MG_OK) return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    return CLI_OK;
}

/* --- what was understood ----------------------------------------------------------------------------- */

static void warn_of_test(const mg_settings *settings, const mg_dataset *test) {
    char text[CLI_WARNING_BYTES];
    for (int64_t i = 0; test && !settings->quiet && i < mg_dataset_warnings(test); i++) {
        cli_test_warning(test, i, text, sizeof text);
        cli_warn("%s", text);
    }
}

/* A plan is a result; before a training it is a message. */
static FILE *story(const mg_settings *settings) { return settings->dry_run && !settings->json ? stdout : stderr; }

/* --- the run ----------------------------------------------------------------------------------------- */

/* Saves what was learned and tells about it. */
static int finish(const cli_arguments *arguments, mg_context *context, cli_run *run, mg_model *model, const mg_dataset *dataset,
                  const cli_result *result) {
    const mg_settings *settings = &arguments->settings;
    mg_report_options report = mg_report_defaults();
    report.test = result->test;
    if (result->result->epochs == 0 && cli_interrupted()) {
        return cli_fail(cli_interrupted(), "interrupted before the first epoch was done; nothing was saved");
    }
    cli_interrupt_mode_set(CLI_STOP_LATER);
    const char *out = run->folder ? settings->out : result->out; /* beside the folder's own, a second copy */
    if (out && mg_model_save(model, out) != MG_OK) return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    int code =
        run->folder ? cli_see_run(arguments, context, model, dataset, result->test, mg_run_folder_path(run->folder)) : CLI_OK;
    if (code == CLI_OK) code = cli_run_finish(run, model, result->result); /* last: it says that all is there */
    if (code == CLI_OK && settings->report)
        code = cli_write_report(arguments, context, model, dataset, &report, settings->report);
    if (code != CLI_OK) return code;
    if (!settings->quiet) cli_result_print(settings->json ? stderr : stdout, result);
    if (settings->json) cli_result_json(result, dataset);
    return cli_interrupted();
}

/* --dry-run: everything but the training. */
static int plan_only(const cli_arguments *arguments, mg_context *context, mg_model *model, const mg_dataset *dataset,
                     const mg_train_options *options, const char *out) {
    mg_plan plan;
    if (mg_train_plan(model, dataset, options, &plan) != MG_OK) return cli_fail_context(context);
    if (arguments->settings.json) {
        cli_json_plan(model, &plan);
        return CLI_OK;
    }
    cli_print_plan(stdout, model, &plan, true);
    cli_print_plan_details(stdout, model, &plan);
    printf("%-9s %s (nothing was trained or written: --dry-run)\n", "model", out);
    return CLI_OK;
}

/* Callbacks: what is shown, and what the run's folder keeps. */
typedef struct watching {
    cli_progress progress;
    cli_run *run;
    const mg_model *model;
} watching;

static bool watch_step(void *user, const mg_progress *now) {
    watching *w = user;
    return cli_progress_step(&w->progress, now) && cli_run_step(w->run);
}

static bool watch_epoch(void *user, const mg_progress *now) {
    watching *w = user;
    bool shown = cli_progress_epoch(&w->progress, now);
    return cli_run_epoch(w->run, w->model) && shown;
}

/* dataset NULL: the file is streamed. */
static int train_measured(const cli_arguments *arguments, mg_context *context, cli_run *run, mg_model *model,
                          const mg_dataset *dataset, const mg_train_options *options, const char *out, cli_measure *measure) {
    mg_train_options with_progress = *options;
    with_progress.trace = measure->trace;
    watching watch = { cli_progress_begin(model, arguments->settings.quiet, arguments->settings.explain), run, model };
    with_progress.on_step = watch_step;
    with_progress.on_epoch = watch_epoch;
    with_progress.user = &watch;
    cli_run_options(run, &with_progress);
    cli_interrupt_mode_set(CLI_STOP_SOON);
    mg_dataset_options data = mg_settings_data(&arguments->settings);
    mg_result result =
        dataset ? mg_train(model, dataset, &with_progress) : mg_train_file(model, arguments->operands[0], &data, &with_progress);
    cli_progress_clear();
    if (result.status != MG_OK) return cli_fail_context(context);
    if (run->failed) return CLI_FAILED;
    cli_result told = cli_result_of(arguments, model, &result, out, watch.progress.warnings_shown);
    told.measure = measure;
    told.test = options->test;
    int code = cli_measure_finish(measure, context, &arguments->settings, mg_model_plan(model));
    int saved = finish(arguments, context, run, model, dataset, &told);
    return saved == CLI_OK ? code : saved;
}

static int train_model(const cli_arguments *arguments, mg_context *context, cli_run *run, mg_model *model,
                       const mg_dataset *dataset, const mg_train_options *options, const char *out) {
    cli_measure measure;
    if (arguments->settings.dry_run) return plan_only(arguments, context, model, dataset, options, out);
    int code = cli_measure_begin(&measure, context, &arguments->settings);
    if (code == CLI_OK) code = train_measured(arguments, context, run, model, dataset, options, out, &measure);
    cli_measure_end(&measure);
    return code;
}

/* What a new model predicts: the library tells why this column and this task. */
static int describe_target(const cli_arguments *arguments, mg_context *context, const mg_dataset *dataset) {
    const mg_train_options *options = &arguments->settings.train;
    mg_task task = strcmp(options->task, "classification") == 0 ? MG_TASK_CLASSIFICATION
                   : strcmp(options->task, "regression") == 0   ? MG_TASK_REGRESSION
                                                                : MG_TASK_AUTO;
    mg_target target;
    if (mg_dataset_target(context, dataset, options->target, task, &target) != MG_OK) return cli_fail_context(context);
    if (!arguments->settings.quiet) cli_describe_data(story(&arguments->settings), dataset, target.reason);
    return CLI_OK;
}

/* The model to go on from predicts what it did. */
static void describe_from(const cli_arguments *arguments, const mg_dataset *dataset, const mg_model *model) {
    mg_target target = { 0 };
    snprintf(target.reason, sizeof target.reason, "target '%s', %s, as before: it goes on from %s", mg_model_target(model),
             mg_task_name(mg_model_task(model)), arguments->settings.from);
    if (!arguments->settings.quiet) cli_describe_data(story(&arguments->settings), dataset, target.reason);
}

static int train_on(const cli_arguments *arguments, mg_context *context, cli_run *run, mg_model *from, const mg_dataset *dataset,
                    const mg_dataset *test, const char *out) {
    mg_train_options options = arguments->settings.train;
    options.test = test;
    if (test) options.test_fraction = 0;
    if (from) {
        describe_from(arguments, dataset, from);
        return train_model(arguments, context, run, from, dataset, &options, out);
    }
    int code = describe_target(arguments, context, dataset);
    if (code != CLI_OK) return code;
    mg_model *model = mg_model_create_with(context, dataset, &options);
    code = model ? train_model(arguments, context, run, model, dataset, &options, out) : cli_fail_context(context);
    mg_model_destroy(model);
    return code;
}

/* --stream: a model for the file, then passes over it. */
static int stream_and_train(const cli_arguments *arguments, mg_context *context, cli_run *run, const char *out) {
    const mg_settings *settings = &arguments->settings;
    mg_train_options options = settings->train;
    mg_dataset_options data = mg_settings_data(settings);
    const char *path = arguments->operands[0];
    mg_dataset *test = settings->test ? cli_read_dataset(context, &data, settings->test) : NULL;
    if (settings->test && !test) return cli_status_code(context);
    warn_of_test(settings, test);
    options.test = test;
    if (test) options.test_fraction = 0;
    mg_model *model =
        settings->from ? mg_model_load(context, settings->from) : mg_model_create_for(context, path, &data, &options);
    int code = model ? CLI_OK : cli_fail_context(context);
    if (model && !settings->quiet)
        fprintf(stderr, "%-9s %s, a piece at a time\n%-9s %s\n", "data", path, "task", mg_model_reason(model));
    if (model) code = train_model(arguments, context, run, model, NULL, &options, out);
    mg_model_destroy(model);
    mg_dataset_destroy(test);
    return code;
}

/* Everything that may be large or wrong is read here, in the order in which it is named. */
static int read_and_train(const cli_arguments *arguments, mg_context *context, cli_run *run, const char *out) {
    const mg_settings *settings = &arguments->settings;
    mg_model *from = settings->from ? cli_load_model(context, settings->from) : NULL;
    mg_dataset_options data = cli_data(settings, from);
    mg_dataset *dataset = from || !settings->from ? cli_read_dataset(context, &data, arguments->operands[0]) : NULL;
    if (dataset) mg_dataset_image_shape(dataset, data.image_shape); /* pictures of the test become as large */
    mg_dataset *test = dataset && settings->test ? cli_read_dataset(context, &data, settings->test) : NULL;
    bool ready = dataset && (test || !settings->test);
    warn_of_test(settings, test);
    int code = ready ? train_on(arguments, context, run, from, dataset, test, out) : cli_status_code(context);
    mg_dataset_destroy(test);
    mg_dataset_destroy(dataset);
    mg_model_destroy(from);
    return code;
}

static int train_run(const cli_arguments *arguments, mg_context *context, cli_run *run) {
    const mg_settings *settings = &arguments->settings;
    char name[CLI_PATH_BYTES];
    const char *out = settings->out;
    bool folder = settings->run_dir || run->resumed;
    if (!out && !folder) cli_default_out(arguments->operands[0], name), out = name;
    int code = check_settings(context, arguments, out);
    if (code == CLI_OK && !run->resumed) code = cli_run_create(run, arguments);
    if (code != CLI_OK) return code;
    if (run->folder) out = mg_run_folder_model(run->folder);
    return settings->stream ? stream_and_train(arguments, context, run, out) : read_and_train(arguments, context, run, out);
}

int cli_train(const cli_arguments *given) {
    cli_arguments arguments = *given;
    cli_run run = { 0 };
    bool done = false;
    int code = given->settings.resume ? cli_run_resume(&run, &arguments, &done) : CLI_OK;
    mg_context *context = code == CLI_OK && !done ? cli_context(&arguments.settings) : NULL;
    if (code == CLI_OK && !done) code = context ? train_run(&arguments, context, &run) : CLI_FAILED;
    cli_run_end(&run, code);
    mg_context_destroy(context);
    return code;
}
