/* micrograd cross-validate: a score that every row has a part in, and models compared on the same folds. */
#include "cli/cross_validate.h"

#include "cli/commands.h"
#include "cli/describe.h"
#include "cli/open.h"

#include <micrograd/augment.h>
#include <micrograd/schedule.h>

#include <inttypes.h>
#include <string.h>

#define REDRAW_SECONDS 0.1
#define LINE_SECONDS   10.0

/* --- before any work ---------------------------------------------------------------------------------- */

static int check_model(mg_context *context, const char *text) {
    mg_network *network = text && strcmp(text, "auto") != 0 ? mg_network_parse(context, text) : NULL;
    if (text && strcmp(text, "auto") != 0 && !network) return cli_fail_context(context);
    mg_network_destroy(network);
    return CLI_OK;
}

int cli_check_folds(mg_context *context, const cli_arguments *arguments) {
    const mg_settings *s = &arguments->settings;
    const mg_settings usual = mg_settings_defaults();
    mg_schedule schedule;
    if (s->test)
        return cli_fail(
            CLI_USAGE, "--test: every row has its fold here, and no test part is kept; leave it out, or score the final model on "
                       "that file: micrograd train ... --test FILE");
    if (s->train.fast && s->train.best) return cli_fail(CLI_USAGE, "--fast and --best exclude each other; leave one out");
    if (s->train.test_fraction != usual.train.test_fraction && !s->quiet)
        cli_note("--test-fraction plays no part: every row has its fold");
    if (check_model(context, s->train.model) != CLI_OK) return CLI_USAGE;
    if (mg_augment_check(context, s->train.augment) != MG_OK) return cli_fail_context(context);
    if (strcmp(s->train.schedule, "auto") != 0 && mg_schedule_parse(context, s->train.schedule, &schedule) != MG_OK)
        return cli_fail_context(context);
    return CLI_OK;
}

static int check(mg_context *context, const cli_arguments *arguments) {
    const mg_settings *s = &arguments->settings;
    int code = cli_check_folds(context, arguments);
    for (int64_t i = 0; i < s->compare.count && code == CLI_OK; i++) code = check_model(context, s->compare.text[i]);
    if (code != CLI_OK) return code;
    if (s->compare.count == 1)
        return cli_fail(CLI_USAGE,
                        "--compare '%s' has nothing to be compared with; give another (auto: the network that follows "
                        "from the data)",
                        s->compare.text[0]);
    if (s->compare.count > 8)
        return cli_fail(CLI_USAGE, "--compare is there %" PRId64 " times; at most 8 are possible", s->compare.count);
    if (s->compare.count > 0 && s->train.model)
        return cli_fail(CLI_USAGE, "--model and --compare both name models; write the model as one more --compare");
    if (s->compare.count > 0 && s->predictions)
        return cli_fail(CLI_USAGE, "--predictions are those of one model; leave --compare out");
    if (cli_same_file(s->predictions, arguments->operands[0]))
        return cli_fail(CLI_USAGE, "--predictions would be written over the data '%s'; choose another file", s->predictions);
    if (s->predictions && mg_model_can_save(context, s->predictions) != MG_OK)
        return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    return CLI_OK;
}

mg_cross_validation_options cli_folds_of(const mg_settings *settings) {
    mg_cross_validation_options how = mg_cross_validation_defaults();
    how.folds = settings->folds == MG_ALL ? -1 : settings->folds == MG_AUTO ? CLI_FOLDS : settings->folds;
    how.repeats = settings->repeats;
    return how;
}

/* --- meanwhile ---------------------------------------------------------------------------------------- */

cli_fold_progress cli_fold_progress_begin(bool quiet) {
    return (cli_fold_progress){ .quiet = quiet, .live = cli_is_live(), .shown = 0 };
}

bool cli_fold_progress_tell(void *user, const mg_cross_validation_progress *now) {
    cli_fold_progress *state = user;
    char line[128], left[48] = "", text[32];
    if (state->quiet || now->seconds - state->shown < (state->live ? REDRAW_SECONDS : LINE_SECONDS)) return !cli_interrupted();
    if (!state->live && now->done == state->told) return !cli_interrupted();
    double seconds = now->done > 0 ? now->seconds * (double)(now->total - now->done) / (double)now->done : 0;
    if (seconds >= 1) snprintf(left, sizeof left, "  about %s left", cli_duration(seconds, text));
    snprintf(line, sizeof line, "%" PRId64 " of %" PRId64 " trainings done%s", now->done, now->total, left);
    if (state->live)
        cli_progress_show(line);
    else
        fprintf(stderr, "%s\n", line);
    state->shown = now->seconds;
    state->told = now->done;
    return !cli_interrupted();
}

/* --- the command -------------------------------------------------------------------------------------- */

const mg_metric *cli_judging_metric(const mg_settings *settings, const mg_cross_validation *cv) {
    const mg_metric *metric = mg_metric_find(settings->train.metric), *row;
    if (metric) return metric;
    for (int i = 0; (row = mg_metric_row(i)) != NULL; i++)
        if (row->task == cv->task) return row;
    return NULL;
}

static int64_t done_of(const mg_cross_validation *cv) {
    int64_t done = 0;
    for (int i = 0; i < cv->candidates; i++) done += cv->candidate[i].done;
    return done;
}

static int tell(const cli_arguments *arguments, const mg_dataset *dataset, const mg_cross_validation *cv) {
    const mg_settings *s = &arguments->settings;
    int code = CLI_OK;
    if (done_of(cv) == 0) return cli_fail(CLI_INTERRUPTED, "interrupted before the first fold was done");
    if (cv->interrupted)
        cli_note("interrupted: what follows is of %" PRId64 " of %" PRId64 " trainings%s", done_of(cv),
                 cv->candidates * cv->candidate[0].folds, s->predictions ? "; predictions were not written" : "");
    if (s->json)
        cli_json_cross_validation(s, dataset, cv);
    else
        cli_print_cross_validation(stdout, s, cv);
    if (s->predictions && !cv->interrupted) code = cli_write_fold_predictions(cv, dataset, s->predictions);
    return cv->interrupted ? cli_interrupted() : code;
}

static mg_cross_validation *run(const cli_arguments *arguments, mg_context *context, const mg_dataset *dataset) {
    const mg_settings *s = &arguments->settings;
    mg_candidate candidates[8];
    int count = s->compare.count > 0 ? (int)s->compare.count : 1;
    for (int i = 0; i < count; i++) {
        const char *text = s->compare.count > 0 ? s->compare.text[i] : NULL;
        candidates[i] = (mg_candidate){ .name = text, .options = s->train, .share = 1 };
        if (text) candidates[i].options.model = strcmp(text, "auto") ? text : NULL;
    }
    cli_fold_progress progress = cli_fold_progress_begin(s->quiet);
    mg_cross_validation_options how = cli_folds_of(s);
    how.callback = cli_fold_progress_tell;
    how.user = &progress;
    cli_interrupt_mode_set(CLI_STOP_SOON);
    mg_cross_validation *cv = mg_cross_validate_all(context, dataset, candidates, count, &how);
    cli_progress_clear();
    return cv;
}

static int cross_validate(const cli_arguments *arguments, mg_context *context) {
    const mg_settings *s = &arguments->settings;
    mg_dataset_options data = cli_data(s, NULL);
    mg_dataset *dataset = cli_read_dataset(context, &data, arguments->operands[0]);
    if (!dataset) return cli_status_code(context);
    mg_cross_validation *cv = run(arguments, context, dataset);
    int code = cv ? CLI_OK : cli_fail_context(context);
    if (cv && !cv->served) {
        if (!s->quiet) cli_describe_folds(s->json ? stderr : stdout, context, dataset, s, cv);
        code = tell(arguments, dataset, cv);
    }
    mg_cross_validation_destroy(cv);
    mg_dataset_destroy(dataset);
    return code;
}

int cli_cross_validate(const cli_arguments *arguments) {
    mg_context *context = cli_context(&arguments->settings);
    if (!context) return CLI_FAILED;
    int code = check(context, arguments);
    if (code == CLI_OK) code = cross_validate(arguments, context);
    mg_context_destroy(context);
    return code;
}
