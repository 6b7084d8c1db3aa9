#include "cli/run.h"

#include "cli/result.h"

#include <inttypes.h>
#include <string.h>

static int open_context(cli_run *run) {
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    run->context = mg_context_create(&options);
    return run->context ? CLI_OK : cli_fail(CLI_FAILED, "out of memory");
}

/* --- going on ---------------------------------------------------------------------------------------- */

/* Everything else follows from the run. */
static int check_words(char **words) {
    static const char *const again[] = { "resume", "out", "epochs", "time", "threads", "json", "quiet" };
    for (; *words && strcmp(*words, "--") != 0; words++) {
        bool known = false;
        size_t length = strcspn(*words, "=");
        if (strncmp(*words, "--", 2) != 0) continue;
        for (size_t i = 0; i < sizeof again / sizeof *again; i++)
            known = known || (strlen(again[i]) == length - 2 && !strncmp(*words + 2, again[i], length - 2));
        if (!known)
            return cli_fail(CLI_USAGE,
                            "%.*s: a run goes on with the settings that it was begun with; --out, --epochs, --time, --threads, "
                            "--json and --quiet alone can be given with --resume",
                            (int)length, *words);
    }
    return CLI_OK;
}

/* Was this setting among the words? */
static bool was_given(char **words, const char *name) {
    for (; *words && strcmp(*words, "--") != 0; words++)
        if (!strncmp(*words, "--", 2) && !strncmp(*words + 2, name, strlen(name)) && strchr("=", (*words)[2 + strlen(name)]))
            return true;
    return false;
}

static void merge(const cli_arguments *given, const mg_settings *was, mg_settings *now) {
    *now = *was;
    now->resume = given->settings.resume;
    now->json = given->settings.json;
    now->quiet = given->settings.quiet;
    if (was_given(given->words, "out")) now->out = given->settings.out;
    if (was_given(given->words, "threads")) now->threads = given->settings.threads;
    if (was_given(given->words, "time")) now->train.time = given->settings.train.time;
    if (was_given(given->words, "epochs") && given->settings.train.epochs != MG_AUTO)
        now->train.epochs = given->settings.train.epochs;
}

static bool may_go_on(const mg_run_end *end, const mg_settings *settings) {
    bool time = settings->train.time == 0 || settings->train.time > end->seconds;
    bool epochs = settings->train.epochs != MG_AUTO && settings->train.epochs > end->epochs;
    return end->stopped == MG_STOP_TIME ? time : end->stopped == MG_STOP_EPOCHS && epochs && time;
}

/* Tells the result once more. */
static int tell_finished(cli_run *run, const cli_arguments *arguments, const mg_run_end *end, mg_model *model) {
    mg_result result = *mg_model_result(model);
    const cli_measure not_measured = { 0 };
    const mg_settings *settings = &arguments->settings;
    result.seconds = end->seconds;
    cli_result told = cli_result_of(arguments, model, &result, mg_run_folder_model(run->folder), 0);
    told.measure = &not_measured;
    if (was_given(arguments->words, "out") && mg_model_save(model, settings->out) != MG_OK)
        return cli_fail(CLI_FAILED, "%s", mg_context_message(run->context));
    if (!settings->quiet) {
        cli_note("the run in %s is finished (stopped: %s); with more --epochs or --time than before it goes on",
                 mg_run_folder_path(run->folder), mg_stop_name(end->stopped));
        cli_result_print(settings->json ? stderr : stdout, &told);
    }
    if (settings->json) cli_result_json(&told, NULL);
    return CLI_OK;
}

int cli_run_resume(cli_run *run, cli_arguments *arguments, bool *done) {
    *run = (cli_run){ .resumed = true };
    *done = false;
    int code = check_words(arguments->words);
    if (code == CLI_OK) code = open_context(run);
    if (code != CLI_OK) return code;
    run->folder = mg_run_folder_open(run->context, arguments->settings.resume);
    if (!run->folder) return cli_fail_context(run->context);
    mg_settings settings;
    merge(arguments, mg_run_folder_settings(run->folder), &settings);
    arguments->settings = settings;
    arguments->operands[0] = mg_run_folder_data(run->folder);
    arguments->operand_count = 1;
    if (mg_run_folder_check_files(run->folder) != MG_OK) return cli_fail(CLI_FAILED, "%s", mg_context_message(run->context));
    mg_run_end end = mg_run_folder_ended(run->folder);
    if (end.stopped != MG_STOP_NONE && !may_go_on(&end, &settings)) {
        mg_model *model = mg_model_load(run->context, mg_run_folder_model(run->folder));
        if (model) {
            *done = true;
            code = tell_finished(run, arguments, &end, model);
            mg_model_destroy(model);
            return code;
        }
    }
    if (mg_run_folder_change(run->folder, &settings) != MG_OK) return cli_fail_context(run->context);
    return CLI_OK;
}

/* --- a new run --------------------------------------------------------------------------------------- */

int cli_run_create(cli_run *run, const cli_arguments *arguments) {
    const mg_settings *settings = &arguments->settings;
    *run = (cli_run){ 0 };
    if (!settings->run_dir) return CLI_OK;
    if (settings->dry_run) return cli_fail(CLI_USAGE, "--dry-run writes nothing; leave --run-dir out");
    if (!strcmp(arguments->operands[0], "-"))
        return cli_fail(CLI_USAGE, "--run-dir keeps a run that can go on, but standard input cannot be read again; give a file");
    int code = open_context(run);
    if (code != CLI_OK) return code;
    run->folder = mg_run_folder_create(run->context, settings->run_dir, settings, arguments->operands[0]);
    return run->folder ? CLI_OK : cli_fail_context(run->context);
}

/* --- the training ------------------------------------------------------------------------------------ */

void cli_run_options(const cli_run *run, mg_train_options *options) {
    if (!run->folder) return;
    options->checkpoints = mg_run_folder_checkpoints(run->folder);
    options->resume = run->resumed;
}

bool cli_run_step(cli_run *run) {
    run->begun = true;
    return !run->failed;
}

bool cli_run_epoch(cli_run *run, const mg_model *model) {
    run->begun = true;
    if (!run->folder || run->failed) return !run->failed;
    if (mg_run_folder_record(run->folder, mg_model_history(model), mg_model_task(model)) == MG_OK) return true;
    run->failed = true;
    cli_fail(CLI_FAILED, "%s; the run ends, and --resume %s goes on with it", mg_context_message(run->context),
             mg_run_folder_path(run->folder));
    return false;
}

int cli_run_finish(cli_run *run, mg_model *model, const mg_result *result) {
    if (!run->folder) return CLI_OK;
    if (run->failed || !cli_run_epoch(run, model)) return CLI_FAILED;
    if (mg_run_folder_finish(run->folder, model, result) != MG_OK) return cli_fail_context(run->context);
    return CLI_OK;
}

void cli_run_end(cli_run *run, int code) {
    bool nothing = code == CLI_FAILED || code == CLI_USAGE;
    if (nothing && !run->resumed && !run->begun) mg_run_folder_abandon(run->folder);
    mg_run_folder_close(run->folder);
    mg_context_destroy(run->context);
}
