/* micrograd help: from the tables of commands, settings and topics. */
#include "cli/commands.h"
#include "cli/topics.h"

#include <string.h>

#define TEXT_COLUMN 28

static void heading(FILE *stream, const char *text) {
    fprintf(stream, "\n%s%s%s\n", cli_style_text(stream, CLI_BOLD), text, cli_style_text(stream, CLI_PLAIN));
}

static void print_option(FILE *stream, const mg_option *option) {
    char text[1024];
    int used = fprintf(stream, "  --%s%s%s", option->name, option->argument ? " " : "", option->argument ? option->argument : "");
    cli_option_text(option, text, sizeof text);
    if (used >= TEXT_COLUMN) fputc('\n', stream), used = 0;
    fprintf(stream, "%*s", TEXT_COLUMN - used, "");
    cli_wrap(stream, text, TEXT_COLUMN, TEXT_COLUMN, cli_text_width());
}

static void print_options(FILE *stream, const cli_command *command) {
    const char *group = "";
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        if (!mg_option_known_to(row, command->name)) continue;
        if (strcmp(group, row->group) != 0) heading(stream, group = row->group);
        print_option(stream, row);
    }
}

static void print_examples(FILE *stream, const char *lines) {
    heading(stream, "Examples");
    for (bool is_command = true; *lines; is_command = !is_command) {
        size_t length = strcspn(lines, "\n");
        fprintf(stream, is_command ? "  %.*s\n" : "      %.*s\n", (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}

void cli_help_command(FILE *stream, const cli_command *command) {
    fprintf(stream, "%s\n\nUsage: micrograd %s%s%s%s\n\n", command->help, command->name, *command->operands ? " " : "",
            command->operands, command->reads_words ? "" : " [options]");
    cli_wrap(stream, command->description, 0, 0, cli_text_width());
    if (!command->reads_words) print_options(stream, command);
    print_examples(stream, command->examples);
}

void cli_help_all(FILE *stream) {
    const cli_command *command;
    const cli_topic *topic;
    fputs("micrograd: networks from data to predictions.\n\nUsage: micrograd COMMAND ...\n", stream);
    heading(stream, "Commands");
    cli_grid grid = cli_grid_begin("lll");
    for (int i = 0; (command = cli_command_row(i)) != NULL; i++) {
        cli_grid_add(&grid, "%s", command->name);
        cli_grid_add(&grid, "%s", command->operands);
        cli_grid_add(&grid, "%s", command->help);
    }
    cli_grid_print(&grid, stream, 2, false);
    heading(stream, "Topics of help");
    grid = cli_grid_begin("ll");
    for (int i = 0; (topic = cli_topic_row(i)) != NULL; i++) {
        cli_grid_add(&grid, "%s", topic->name);
        cli_grid_add(&grid, "%s", topic->help);
    }
    cli_grid_print(&grid, stream, 2, false);
    fputs("\n`micrograd help WORD` explains a command, a topic or a setting; `micrograd train FILE` needs no options.\n", stream);
}

static const char *name_at(const void *user, int index) {
    (void)user;
    int commands = 0;
    while (cli_command_row(commands)) commands++;
    if (index < commands) return cli_command_row(index)->name;
    int topics = 0;
    while (cli_topic_row(topics)) topics++;
    if (index - commands < topics) return cli_topic_row(index - commands)->name;
    return mg_settings_table()[index - commands - topics].name; /* NULL at the end */
}

/* A setting's rows: one for each command where it means something else. */
static bool help_setting(const char *word) {
    const char *name = word + strspn(word, "-");
    bool any = false;
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        if (strcmp(row->name, name) != 0) continue;
        print_option(stdout, row);
        printf("%*sOf: %s.\n", TEXT_COLUMN, "", row->commands);
        any = true;
    }
    return any;
}

static int help_on(const char *word) {
    const cli_command *command = cli_command_find(word);
    const cli_topic *topic = cli_topic_find(word);
    if (!command && !topic && help_setting(word)) return CLI_OK;
    const char *nearest = cli_nearest(word, name_at, NULL);
    if (command)
        cli_help_command(stdout, command);
    else if (topic)
        topic->print(stdout);
    else if (nearest)
        return cli_fail(CLI_USAGE, "there is no help on '%s'; did you mean 'micrograd help %s'?", word, nearest);
    else
        return cli_fail(CLI_USAGE, "there is no help on '%s'; `micrograd help` lists what there is", word);
    return CLI_OK;
}

/* Besides a command or a topic: --man NAME and --completion SHELL, from which docs/man and completion/ are made. */
int cli_help(const cli_arguments *arguments) {
    char **words = arguments->words;
    int count = 0;
    while (words[count]) count++;
    if (count == 2 && strcmp(words[0], "--man") == 0) return cli_manual(stdout, words[1]);
    if (count == 2 && strcmp(words[0], "--completion") == 0) return cli_completion(stdout, words[1]);
    if (count > 1) return cli_fail(CLI_USAGE, "'%s' is one word too many; usage: micrograd help [COMMAND|TOPIC]", words[1]);
    if (count == 1) return help_on(words[0]);
    cli_help_all(stdout);
    return CLI_OK;
}
