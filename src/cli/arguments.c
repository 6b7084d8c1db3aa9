/* The command line against the one table of settings. */
#include "cli/config.h"

#include <string.h>

static int unknown_option(const cli_command *command, const char *name, const char *word) {
    const mg_option *nearest = mg_option_nearest(mg_settings_table(), command->name, name);
    const mg_option *elsewhere = mg_option_find(mg_settings_table(), NULL, name);
    if (elsewhere && *word == '-' && word[1] == '-') {
        return cli_fail(CLI_USAGE, "--%s is no option of `micrograd %s` (it is one of: %s)", name, command->name,
                        elsewhere->commands);
    }
    if (nearest) return cli_fail(CLI_USAGE, "there is no option '%s'; did you mean --%s?", word, nearest->name);
    return cli_fail(CLI_USAGE, "there is no option '%s'; `micrograd %s --help` lists what there is", word, command->name);
}

/* An option at words[0]: "--name", "--name value" or "--name=value". Returns how many words it took, 0 after a message. */
static int read_option(const cli_command *command, char **words, mg_settings *settings) {
    char name[64], message[MG_OPTION_MESSAGE_BYTES];
    const char *word = words[0], *text = strchr(word, '=');
    int length = (int)(text ? (size_t)(text - word) : strlen(word)), dashes = (int)strspn(word, "-");
    if (text) text++;
    snprintf(name, sizeof name, "%.*s", length > dashes ? length - dashes : 0, word + dashes);
    if (strcmp(word, "-h") == 0) snprintf(name, sizeof name, "help");

    const mg_option *option = mg_option_find(mg_settings_table(), command->name, name);
    bool two_dashes = dashes == 2 || strcmp(word, "-h") == 0;
    if (!option || !two_dashes || length - dashes >= (int)sizeof name) return unknown_option(command, name, word), 0;

    int used = 1;
    if (option->type == MG_OPTION_FLAG) {
        if (text) return cli_fail(CLI_USAGE, "--%s takes no value; got '%s'", name, text), 0;
        text = "true";
    } else if (!text) {
        text = words[1];
        if (!text) return cli_fail(CLI_USAGE, "--%s needs a value: --%s %s", name, name, option->argument), 0;
        if (strncmp(text, "--", 2) == 0) {
            return cli_fail(CLI_USAGE, "--%s needs a value, and '%s' is an option; write --%s=%s if it is meant", name, text,
                            name, text),
                   0;
        }
        used = 2;
    }
    if (!*text && !(option->flags & MG_OPTION_MAY_BE_EMPTY))
        return cli_fail(CLI_USAGE, "--%s: its value is empty; wanted: --%s %s", name, name, option->argument), 0;
    if (mg_option_set(option, settings, text, message) != MG_OK) return cli_fail(CLI_USAGE, "--%s", message), 0;
    return used;
}

static int check_operands(const cli_command *command, const cli_arguments *arguments, const char *extra) {
    if (arguments->settings.resume) { /* what is learned from is part of the run */
        const char *word = arguments->operand_count > 0 ? arguments->operands[0] : extra;
        return word ? cli_fail(CLI_USAGE, "'%s' is one word too many: --resume takes no FILE, the run has its own", word)
                    : CLI_OK;
    }
    if (extra) {
        return cli_fail(CLI_USAGE, "'%s' is one word too many; usage: micrograd %s %s [options]", extra, command->name,
                        command->operands);
    }
    if (arguments->operand_count >= command->operand_count) return CLI_OK;
    const char *missing = command->operands; /* the name of the first that is not there */
    for (int i = 0; i < arguments->operand_count; i++) missing = strchr(missing, ' ') + 1;
    return cli_fail(CLI_USAGE, "%.*s is missing; usage: micrograd %s %s [options]", (int)strcspn(missing, " "), missing,
                    command->name, command->operands);
}

static bool asks_for_help(char **words) {
    for (; *words && strcmp(*words, "--") != 0; words++) {
        if (strcmp(*words, "--help") == 0 || strcmp(*words, "-h") == 0) return true;
    }
    return false;
}

/* The file comes first, so that the command line goes before it, wherever it is named. */
static int read_config(const cli_command *command, char **words, cli_arguments *arguments) {
    if (!mg_option_find(mg_settings_table(), command->name, "config")) return CLI_OK;
    for (; *words && strcmp(*words, "--") != 0; words++) {
        const char *path = strncmp(*words, "--config=", 9) == 0 ? *words + 9 : strcmp(*words, "--config") == 0 ? words[1] : NULL;
        if (path && *path) return cli_config_read(command, path, &arguments->settings, &arguments->config);
    }
    return CLI_OK;
}

/* A field may have rows of several commands, each with a default of its own. */
static mg_settings defaults_of(const cli_command *command) {
    mg_settings settings = mg_settings_defaults();
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        const mg_option alone[] = { *row, { .name = NULL } };
        if (mg_option_known_to(row, command->name)) mg_options_reset(alone, &settings);
    }
    return settings;
}

int cli_arguments_read(const cli_command *command, char **words, cli_arguments *arguments) {
    *arguments = (cli_arguments){ .command = command, .settings = defaults_of(command), .words = words };
    if (asks_for_help(words)) {
        arguments->settings.help = true;
        return CLI_OK;
    }
    if (command->reads_words) return CLI_OK;

    int code = read_config(command, words, arguments);
    if (code != CLI_OK) return code;
    const char *extra = NULL;
    bool options_end = false;
    while (*words) {
        if (!options_end && strcmp(*words, "--") == 0) {
            options_end = true;
            words++;
        } else if (!options_end && (*words)[0] == '-' && (*words)[1] != 0) {
            int used = read_option(command, words, &arguments->settings);
            if (used == 0) return CLI_USAGE;
            words += used;
        } else {
            if (arguments->operand_count < (command->operand_most ? command->operand_most : command->operand_count))
                arguments->operands[arguments->operand_count++] = *words;
            else if (!extra)
                extra = *words;
            words++;
        }
    }
    return check_operands(command, arguments, extra);
}
