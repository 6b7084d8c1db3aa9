/* micrograd report: a run's report made again, several runs side by side, or the page of a search. */
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/output.h"
#include "cli/see.h"
#include "cli/tune_show.h"

#include <stdlib.h>
#include <string.h>

/* How the run's data are read: as its settings say. */
static void apply_settings(const mg_record *record, mg_settings *settings) {
    char message[MG_OPTION_MESSAGE_BYTES];
    const char *name, *value;
    for (int i = 0; (name = mg_record_setting(record, i, &value)) != NULL; i++) {
        const mg_option *option = mg_option_find(mg_settings_table(), "train", name);
        if (option) mg_option_set(option, settings, value, message); /* one of another version: it goes without */
    }
}

/* Data that are gone, or have become others, cost the parts of the report that need rows. */
static mg_dataset *read_again(mg_context *context, const mg_settings *settings, const mg_model *model, const char *path) {
    mg_dataset_options options = cli_data(settings, model);
    mg_dataset *dataset = path ? mg_dataset_read(context, path, &options) : NULL;
    if (!dataset && path) cli_note("%s: the report goes without what needs its rows", mg_context_message(context));
    return dataset;
}

static int report_model(const cli_arguments *arguments, mg_context *context, const mg_record *record, mg_model *model,
                        const char *out) {
    mg_settings settings = mg_settings_defaults();
    apply_settings(record, &settings);
    mg_dataset *dataset = settings.stream ? NULL : read_again(context, &settings, model, mg_record_data(record));
    mg_dataset *test = read_again(context, &settings, model, settings.test);
    mg_report_options options = mg_report_defaults();
    char *command = cli_record_text(record);
    options.command = command;
    options.history = mg_record_history(record);
    options.test = test;
    int code = cli_write_report(arguments, context, model, dataset, &options, out);
    free(command);
    mg_dataset_destroy(test);
    mg_dataset_destroy(dataset);
    return code;
}

/* A run that has no model yet has its curves. */
static int report_one(const cli_arguments *arguments, mg_context *context, mg_record *record, const char *out) {
    char path[CLI_PATH_BYTES];
    snprintf(path, sizeof path, "%s/model.safetensors", mg_record_folder(record));
    FILE *there = fopen(path, "rb");
    if (there) fclose(there);
    if (!there)
        return mg_report_compare(context, &record, 1, out) == MG_OK ? CLI_OK
                                                                    : cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    mg_model *model = cli_load_model(context, path);
    int code = model ? report_model(arguments, context, record, model, out) : CLI_FAILED;
    mg_model_destroy(model);
    return code;
}

/* --- a search ---------------------------------------------------------------------------------------- */

/* A folder cannot be read from; an empty file can, but has nothing. */
static bool is_file(const char *path) {
    FILE *file = fopen(path, "rb");
    bool is = file && (fgetc(file) != EOF || !ferror(file));
    if (file) fclose(file);
    return is;
}

/* "searches/wine.log" is called wine.log. */
static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int report_study(const cli_arguments *arguments, mg_context *context) {
    const char *journal = arguments->operands[0], *out = arguments->settings.out;
    char path[CLI_PATH_BYTES];
    mg_study_report_options options = mg_study_report_defaults();
    options.title = name_of(journal);
    cli_page_path(journal, path);
    if (!out) out = path;
    if (cli_same_file(out, journal)) return cli_fail(CLI_USAGE, "--out %s would replace the study; name another file", out);
    mg_study *study = mg_study_read(context, journal);
    bool done = study && mg_study_report_write(study, &options, out) == MG_OK;
    if (done && !arguments->settings.quiet) printf("%-9s %s\n", "report", out);
    int code = done ? CLI_OK : cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    mg_study_close(study);
    return code;
}

/* --- runs -------------------------------------------------------------------------------------------- */

static int report_runs(const cli_arguments *arguments, mg_context *context, mg_record **records) {
    char path[CLI_PATH_BYTES];
    int count = arguments->operand_count, code = CLI_OK;
    for (int i = 0; i < count; i++) {
        records[i] = mg_record_open(context, arguments->operands[i]);
        if (!records[i]) return cli_fail_context(context);
    }
    const char *out = arguments->settings.out;
    snprintf(path, sizeof path, "%s/report.html", arguments->operands[0]);
    if (!out) out = count == 1 ? path : "report.html";
    if (count == 1)
        code = report_one(arguments, context, records[0], out);
    else if (mg_report_compare(context, records, count, out) != MG_OK)
        code = cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    if (code == CLI_OK && !arguments->settings.quiet) printf("%-9s %s\n", "report", out);
    return code;
}

int cli_report(const cli_arguments *arguments) {
    mg_record *records[CLI_MAX_OPERANDS] = { NULL };
    mg_context *context = cli_context(&arguments->settings);
    bool study = arguments->operand_count == 1 && is_file(arguments->operands[0]);
    int code = !context ? CLI_FAILED : study ? report_study(arguments, context) : report_runs(arguments, context, records);
    for (int i = 0; i < arguments->operand_count; i++) mg_record_close(records[i]);
    mg_context_destroy(context);
    return code;
}
