#define _POSIX_C_SOURCE 200809L
#include "cli/see.h"

#include "cli/open.h"
#include "cli/output.h"

#include <stdlib.h>
#include <string.h>

/* Ends a text that was written as a stream. */
static char *finished(FILE *stream, char **text) {
    bool failed = ferror(stream) != 0;
    if (fclose(stream) == 0 && !failed) return *text;
    free(*text);
    return NULL;
}

char *cli_command_text(const cli_arguments *arguments) {
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    if (!stream) return NULL;
    fprintf(stream, "micrograd %s", arguments->command->name);
    for (char **word = arguments->words; *word; word++) {
        fputc(' ', stream);
        cli_print_word(stream, *word);
    }
    return finished(stream, &text);
}

/* Is it what it would be without saying so? */
static bool is_usual(const mg_option *option, const char *value) {
    const mg_settings defaults = mg_settings_defaults();
    char usual[256];
    return option && mg_option_get(option, &defaults, usual, sizeof usual) < sizeof usual && !strcmp(usual, value);
}

char *cli_record_text(const mg_record *record) {
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    if (!stream) return NULL;
    fputs("micrograd train", stream);
    if (mg_record_data(record)) fputc(' ', stream), cli_print_word(stream, mg_record_data(record));
    const char *name, *value;
    for (int i = 0; (name = mg_record_setting(record, i, &value)) != NULL; i++) {
        const mg_option *option = mg_option_find(mg_settings_table(), "train", name);
        bool flag = option && option->type == MG_OPTION_FLAG;
        if (is_usual(option, value)) continue;
        fprintf(stream, " --%s", name);
        if (!flag) fputc(' ', stream), cli_print_word(stream, value);
    }
    return finished(stream, &text);
}

int cli_check_report(mg_context *context, const char *path, const char *const *others, int count) {
    if (!path) return CLI_OK;
    for (int i = 0; i < count; i++)
        if (others[i] && (!strcmp(path, others[i]) || cli_same_file(path, others[i])))
            return cli_fail(CLI_USAGE, "--report would be written over '%s'; choose another file", path);
    return mg_model_can_save(context, path) == MG_OK ? CLI_OK : cli_fail(CLI_FAILED, "%s", mg_context_message(context));
}

int cli_see_run(const cli_arguments *arguments, mg_context *context, mg_model *model, const mg_dataset *dataset,
                const mg_dataset *test, const char *folder) {
    char path[CLI_PATH_BYTES];
    mg_record *record = mg_record_open(context, folder);
    if (!record) return cli_fail_context(context);
    mg_report_options options = mg_report_defaults();
    char *command = cli_record_text(record);
    options.command = command;
    options.test = test;
    snprintf(path, sizeof path, "%s/report.html", folder);
    int code = cli_write_report(arguments, context, model, dataset, &options, path);
    snprintf(path, sizeof path, "%s/events.out.tfevents.micrograd", folder);
    if (code == CLI_OK && mg_events_write(model, NULL, path) != MG_OK)
        code = cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    free(command);
    mg_record_close(record);
    return code;
}

int cli_write_report(const cli_arguments *arguments, mg_context *context, mg_model *model, const mg_dataset *dataset,
                     const mg_report_options *options, const char *path) {
    mg_report_options with_command = *options;
    char *command = options->command ? NULL : cli_command_text(arguments);
    if (command) with_command.command = command;
    mg_status status = mg_report_write(model, dataset, &with_command, path);
    free(command);
    return status == MG_OK ? CLI_OK : cli_fail(CLI_FAILED, "%s", mg_context_message(context));
}
