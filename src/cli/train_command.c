#define _POSIX_C_SOURCE 200809L
#include "cli/train_command.h"

#include <stdlib.h>
#include <string.h>

/* How it is told, which is not what is told. */
static bool is_manner(const mg_option *row) {
    static const char *const names[] = { "json", "quiet", "threads", "help", "config", "out", "report", "find-lr" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(row->name, names[i]) == 0) return true;
    return false;
}

static void write_setting(FILE *stream, const mg_option *row, const mg_settings *settings, const mg_settings *usual) {
    size_t size = mg_option_get(row, settings, NULL, 0) + 1;
    char *value = malloc(size), standard[64];
    if (!value) return;
    mg_option_get(row, settings, value, size);
    mg_option_get(row, usual, standard, sizeof standard);
    bool linear = strcmp(row->name, "model") == 0 && settings->train.model;
    if (strcmp(value, standard) != 0 || linear) {
        fprintf(stream, " --%s", row->name);
        if (row->type != MG_OPTION_FLAG) fputc(' ', stream), cli_print_word(stream, value);
    }
    free(value);
}

char *cli_train_command(const cli_arguments *arguments, const mg_train_options *train) {
    mg_settings settings = arguments->settings;
    const mg_settings usual = mg_settings_defaults();
    char *text = NULL;
    size_t size = 0;
    settings.train = *train;
    if (settings.test) settings.train.test_fraction = usual.train.test_fraction; /* as --test has it */
    FILE *stream = open_memstream(&text, &size);
    if (!stream) return NULL;
    fputs("micrograd train ", stream);
    cli_print_word(stream, arguments->operands[0]);
    for (const mg_option *row = mg_settings_table(); row->name; row++)
        if (mg_option_known_to(row, arguments->command->name) && mg_option_known_to(row, "train") && !is_manner(row))
            write_setting(stream, row, &settings, &usual);
    if (fclose(stream) == 0) return text;
    free(text);
    return NULL;
}
