/* micrograd tune: settings, and networks, found by trying; or the arguments of any program. */
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/output.h"
#include "cli/see.h"
#include "cli/train_command.h"
#include "cli/tune_show.h"

#include <micrograd/ranks.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- before any work --------------------------------------------------------------------------------- */

/* Are there names that are none of the list? */
static int check_name(const char *what, const char *name, const char *(*there)(int index)) {
    char list[256] = "";
    size_t used = 0;
    for (int i = 0; there(i); i++) {
        if (strcmp(name, there(i)) == 0) return CLI_OK;
        int length = snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", there(i));
        used += length > 0 && (size_t)length < sizeof list - used ? (size_t)length : 0;
    }
    return cli_fail(CLI_USAGE, "there is no %s '%s'; there are %s", what, name, list);
}

static int check_settings(const cli_arguments *arguments, const mg_tune_options *options) {
    const mg_settings *settings = &arguments->settings;
    bool data = arguments->operand_count > 0;
    if (data && settings->command)
        return cli_fail(CLI_USAGE, "--command runs a program in place of training on '%s'; leave one of both out",
                        arguments->operands[0]);
    if (!data && !settings->command)
        return cli_fail(CLI_USAGE, "FILE is missing, or --command TEXT; usage: micrograd tune %s [options]",
                        arguments->command->operands);
    if (settings->target_score && isnan(options->target))
        return cli_fail(CLI_USAGE, "--target-score: '%s' is not a number", settings->target_score);
    if (settings->command && settings->search.count == 0)
        return cli_fail(CLI_USAGE, "there is nothing to search; give each {name} of --command its range: --search name=0..1");
    if (settings->command && (settings->out || settings->report))
        return cli_fail(CLI_USAGE, "--command leaves no model of ours; leave --%s out", settings->out ? "out" : "report");
    if (options->outer_folds == 1)
        return cli_fail(CLI_USAGE, "--outer-folds 1: one fold leaves no rows to search on; give 2 or more, or 0");
    int code = check_name("sampler", settings->sampler, mg_sampler_name);
    return code == CLI_OK ? check_name("pruner", settings->pruner, mg_pruner_name) : code;
}

static int check_files(mg_context *context, const cli_arguments *arguments, const char *out) {
    const mg_settings *settings = &arguments->settings;
    const char *data = arguments->operands[0];
    if (cli_same_file(out, data) || cli_same_file(out, settings->test))
        return cli_fail(CLI_USAGE, "the model would be written over the data '%s'; choose another file with --out", out);
    if (cli_same_file(settings->study, data) || cli_same_file(settings->study, settings->test) || !strcmp(settings->study, out))
        return cli_fail(CLI_USAGE, "the study would be written over '%s'; choose another file with --study", settings->study);
    const char *const others[] = { data, settings->test, out, settings->study };
    int code = cli_check_report(context, settings->report, others, 4);
    if (code != CLI_OK) return code;
    return mg_model_can_save(context, out) == MG_OK ? CLI_OK : cli_fail(CLI_FAILED, "%s", mg_context_message(context));
}

/* --- the space --------------------------------------------------------------------------------------- */

static bool has_holes(const mg_train_options *train) { return train->model && strchr(train->model, '{'); }

/* dataset NULL: of a program. Where nothing is said, what is usual. */
static mg_status fill_space(mg_space *space, const mg_settings *settings, const mg_dataset *dataset) {
    mg_status status = MG_OK;
    for (int64_t i = 0; i < settings->search.count && status == MG_OK; i++)
        status =
            dataset ? mg_space_add_setting(space, settings->search.text[i]) : mg_space_add_free(space, settings->search.text[i]);
    if (!dataset || status != MG_OK) return status;
    if (has_holes(&settings->train)) return mg_space_set_model(space, settings->train.model);
    return settings->search.count > 0 ? MG_OK : mg_space_add_usual(space, dataset, &settings->train);
}

static void print_space(const mg_space *space) {
    size_t size = mg_space_print(space, NULL, 0) + 1;
    char *text = malloc(size);
    if (!text) return;
    mg_space_print(space, text, size);
    const char *label = "search";
    for (char *line = text; line && *line; label = "") {
        char *end = strchr(line, '\n');
        if (end) *end = 0;
        fprintf(stderr, "%-9s %s\n", label, line);
        line = end ? end + 1 : NULL;
    }
    fputc('\n', stderr);
    free(text);
}

/* --- the end ----------------------------------------------------------------------------------------- */

static int tell(cli_tuned *told, bool quiet) {
    const mg_tune_result *result = told->result;
    for (int i = 0; i < result->warning_count && !quiet; i++) cli_warn("%s", result->warnings[i]);
    bool json = told->arguments->settings.json;
    if (result->best.number < 0) return cli_fail(cli_interrupted(), "interrupted before a trial was complete");
    if (!quiet || !json) cli_tuned_print(json ? stderr : stdout, told);
    if (json) cli_tuned_json(told);
    return CLI_OK;
}

static int save(const cli_arguments *arguments, mg_context *context, mg_model *model, const mg_dataset *dataset,
                const mg_dataset *test, const char *out) {
    mg_report_options report = mg_report_defaults();
    report.test = test;
    if (mg_model_save(model, out) != MG_OK) return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    return arguments->settings.report ? cli_write_report(arguments, context, model, dataset, &report, arguments->settings.report)
                                      : CLI_OK;
}

/* The model is told with the settings that give it: the command has what every trial had, and the best one's. */
static int finish(const cli_arguments *arguments, mg_context *context, mg_tuning *tuning, const mg_dataset *dataset,
                  const mg_dataset *test, const char *out) {
    const mg_tune_result *result = mg_tuning_result(tuning);
    if (result->served) return CLI_OK;
    mg_model *model = mg_tuning_model(tuning);
    cli_interrupt_mode_set(CLI_STOP_LATER);
    int code = model ? save(arguments, context, model, dataset, test, out) : CLI_OK;
    bool found = result->best.number >= 0;
    char *command = dataset && found ? cli_train_command(arguments, &result->options) : NULL;
    cli_tuned told = { .arguments = arguments,
                       .result = result,
                       .study = mg_tuning_study(tuning),
                       .model = model,
                       .out = model ? out : NULL,
                       .command = dataset ? command : result->command };
    if (code == CLI_OK && dataset && found && !command) code = cli_fail(CLI_FAILED, "out of memory");
    char page[CLI_PATH_BYTES];
    if (code == CLI_OK && cli_tuned_page(&told, page)) told.page = page;
    if (code == CLI_OK && result->study && !told.page && !arguments->settings.quiet)
        cli_warn("the page of the search is missing: %s", mg_context_message(context));
    if (code == CLI_OK) code = tell(&told, arguments->settings.quiet);
    free(command);
    return cli_interrupted() && code == CLI_OK ? cli_interrupted() : code;
}

/* --- the search -------------------------------------------------------------------------------------- */

static int search(const cli_arguments *arguments, mg_context *context, mg_tune_options *options, const mg_dataset *dataset,
                  const mg_dataset *test, const char *out) {
    const mg_settings *settings = &arguments->settings;
    mg_train_options train = settings->train;
    train.test = test;
    train.time = 0;
    if (test) train.test_fraction = 0;
    mg_space *space = mg_space_create(context);
    mg_tuning *tuning = NULL;
    cli_tuning_progress progress = cli_tuning_progress_begin(settings->quiet);
    options->callback = cli_tuning_tell;
    options->user = &progress;
    if (space && fill_space(space, settings, dataset) == MG_OK) {
        if (!settings->quiet) print_space(space);
        cli_interrupt_mode_set(CLI_STOP_SOON);
        tuning = dataset ? mg_tune(context, dataset, space, &train, options)
                         : mg_tune_command(context, settings->command, space, options);
    }
    cli_progress_clear();
    int code = tuning ? finish(arguments, context, tuning, dataset, test, out) : cli_fail_context(context);
    mg_tuning_destroy(tuning);
    mg_space_destroy(space);
    return code;
}

static int search_data(const cli_arguments *arguments, mg_context *context, mg_tune_options *options) {
    const mg_settings *settings = &arguments->settings;
    char name[CLI_PATH_BYTES];
    const char *out = settings->out;
    if (!out) cli_default_out(arguments->operands[0], name), out = name;
    int code = check_files(context, arguments, out);
    if (code != CLI_OK) return code;
    mg_dataset_options data = cli_data(settings, NULL);
    mg_dataset *dataset = cli_read_dataset(context, &data, arguments->operands[0]);
    if (dataset) mg_dataset_image_shape(dataset, data.image_shape); /* pictures of the test become as large */
    mg_dataset *test = dataset && settings->test ? cli_read_dataset(context, &data, settings->test) : NULL;
    bool ready = dataset && (test || !settings->test);
    code = ready ? search(arguments, context, options, dataset, test, out) : cli_status_code(context);
    mg_dataset_destroy(test);
    mg_dataset_destroy(dataset);
    return code;
}

int cli_tune(const cli_arguments *given) {
    cli_arguments arguments = *given;
    mg_tune_options options = mg_settings_tune(&arguments.settings);
    int code = check_settings(&arguments, &options);
    if (code != CLI_OK) return code;
    if (mg_rank() > 0) arguments.settings.quiet = true; /* the first one speaks for all */
    mg_context *context = cli_context(&arguments.settings);
    if (!context) return CLI_FAILED;
    code = arguments.settings.command ? search(&arguments, context, &options, NULL, NULL, NULL)
                                      : search_data(&arguments, context, &options);
    mg_context_destroy(context);
    return code;
}
