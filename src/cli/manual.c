/* Manual pages (man(7)) from the tables. */
#include "cli/topics.h"

#include <string.h>

/* Text of troff: backslashes and leading dots and quotes escaped, hyphens made those of commands, `code` in bold. */
static void write_text(FILE *stream, const char *text) {
    bool bold = false, at_start = true;
    for (; *text; text++) {
        if (at_start && (*text == '.' || *text == '\'')) fputs("\\&", stream);
        at_start = *text == '\n';
        if (*text == '\\')
            fputs("\\e", stream);
        else if (*text == '-')
            fputs("\\-", stream);
        else if (*text == '`')
            fputs((bold = !bold) ? "\\fB" : "\\fR", stream);
        else if (*text == '\n' && text[1] == '\n')
            fputs("\n.PP", stream);
        else
            fputc(*text, stream);
    }
    fputc('\n', stream);
}

static void write_header(FILE *stream, const char *name, const char *help) {
    fprintf(stream, ".\\\" Made by `micrograd help --man`; do not edit.\n.TH \"");
    for (const char *s = name; *s; s++) fputc(*s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s, stream);
    fprintf(stream, "\" 1 \"\" \"micrograd %s\"\n.SH NAME\n", mg_version());
    char line[512];
    size_t length = strlen(help);
    snprintf(line, sizeof line, "%s - %.*s", name, (int)(length && help[length - 1] == '.' ? length - 1 : length), help);
    write_text(stream, line);
}

static void write_options(FILE *stream, const cli_command *command) {
    const char *group = "";
    fputs(".SH OPTIONS\n", stream);
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        char text[1024];
        if (!mg_option_known_to(row, command->name)) continue;
        if (strcmp(group, row->group) != 0) fprintf(stream, ".SS %s\n", group = row->group);
        fputs(".TP\n\\fB", stream);
        snprintf(text, sizeof text, "--%s", row->name);
        for (const char *s = text; *s; s++) fputs(*s == '-' ? "\\-" : (char[]){ *s, 0 }, stream);
        fputs("\\fR", stream);
        if (row->argument) fprintf(stream, " \\fI%s\\fR", row->argument);
        fputc('\n', stream);
        cli_option_text(row, text, sizeof text);
        write_text(stream, text);
    }
}

static void write_examples(FILE *stream, const char *lines) {
    fputs(".SH EXAMPLES\n", stream);
    for (bool is_command = true; *lines; is_command = !is_command) {
        char line[512];
        size_t length = strcspn(lines, "\n");
        snprintf(line, sizeof line, is_command ? "`%.*s`" : "%.*s", (int)length, lines);
        if (is_command) fputs(".TP\n", stream);
        write_text(stream, line);
        lines += length + (lines[length] == '\n');
    }
}

static void write_exit_status(FILE *stream) {
    fputs(".SH EXIT STATUS\n.TP\n.B 0\nAll is done.\n.TP\n.B 1\nData, files or the run failed.\n.TP\n.B 2\nThe command line is "
          "wrong: an option, "
          "a setting or a model text.\n.TP\n.B 130\nEnded by Ctrl\\-C, with what was learned so far saved; 143 after SIGTERM.\n",
          stream);
}

static void write_command_page(FILE *stream, const cli_command *command) {
    char name[64];
    snprintf(name, sizeof name, "micrograd-%s", command->name);
    write_header(stream, name, command->help);
    fprintf(stream, ".SH SYNOPSIS\n.B micrograd %s\n", command->name);
    if (*command->operands) fprintf(stream, ".I %s\n", command->operands);
    if (!command->reads_words) fputs("[options]\n", stream);
    fputs(".SH DESCRIPTION\n", stream);
    write_text(stream, command->description);
    if (!command->reads_words) write_options(stream, command);
    write_examples(stream, command->examples);
    write_exit_status(stream);
    fputs(".SH SEE ALSO\n.BR micrograd (1)\n", stream);
}

static void write_main_page(FILE *stream) {
    const cli_command *command;
    write_header(stream, "micrograd", "networks from data to predictions");
    fputs(".SH SYNOPSIS\n.B micrograd\n.I COMMAND\n[operands] [options]\n.SH DESCRIPTION\n", stream);
    write_text(stream, "Trains neural networks on tables and images, and predicts with them. `micrograd train` FILE needs no "
                       "options; the model is one file. Results go to standard "
                       "output, progress and messages to standard error.");
    fputs(".SH COMMANDS\n", stream);
    for (int i = 0; (command = cli_command_row(i)) != NULL; i++) {
        fprintf(stream, ".TP\n\\fB%s\\fR \\fI%s\\fR\n", command->name, command->operands);
        write_text(stream, command->help);
    }
    fputs(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nWhere it is set and not empty, no colours are used.\n", stream);
    write_exit_status(stream);
    fputs(".SH SEE ALSO\n", stream);
    for (int i = 0; (command = cli_command_row(i)) != NULL; i++) {
        fprintf(stream, ".BR micrograd\\-%s (1)%s\n", command->name, cli_command_row(i + 1) ? "," : "");
    }
}

int cli_manual(FILE *stream, const char *name) {
    const cli_command *command = cli_command_find(name);
    if (strcmp(name, "micrograd") == 0)
        write_main_page(stream);
    else if (command)
        write_command_page(stream, command);
    else
        return cli_fail(CLI_USAGE, "there is no manual page for '%s'; there are micrograd and each command", name);
    return CLI_OK;
}
