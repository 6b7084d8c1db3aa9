/* Completion of command lines in bash, zsh and fish, from the tables. */
#include "cli/topics.h"

#include <string.h>

static void write_commands(FILE *stream) {
    const cli_command *command;
    for (int i = 0; (command = cli_command_row(i)) != NULL; i++) fprintf(stream, "%s%s", i ? " " : "", command->name);
}

static void write_topics(FILE *stream) {
    const cli_topic *topic;
    write_commands(stream);
    for (int i = 0; (topic = cli_topic_row(i)) != NULL; i++) fprintf(stream, " %s", topic->name);
}

static void write_choices(FILE *stream, const mg_option *option) {
    const char *word;
    for (int i = 0; (word = option->choice(i)) != NULL; i++) fprintf(stream, "%s%s", i ? " " : "", word);
}

static bool takes_file(const mg_option *option) { return option->argument && strcmp(option->argument, "FILE") == 0; }

/* Text between single quotes of a shell: an apostrophe becomes the typographic one; `special` is what must have a backslash
 * there. */
static void write_quoted(FILE *stream, const char *text, const char *special) {
    for (; *text; text++) {
        if (strchr(special, *text)) fputc('\\', stream);
        fputs(*text == '\'' ? "\u2019" : (char[]){ *text, 0 }, stream);
    }
}

#define ZSH_SPECIAL  "[]:\\"
#define FISH_SPECIAL "\\"

/* --- bash -------------------------------------------------------------------------------------------- */

static void bash(FILE *stream) {
    const cli_command *command;
    fputs("# bash completion of micrograd. Made by `micrograd help --completion bash`; do not edit.\n"
          "_micrograd() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} options=\n"
          "    COMPREPLY=()\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        COMPREPLY=($(compgen -W \"",
          stream);
    write_commands(stream);
    fputs(" --help --version\" -- \"$word\"))\n        return\n    fi\n    case $before in\n", stream);
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        if (row->type == MG_OPTION_FLAG || takes_file(row)) continue;
        fprintf(stream, "    --%s)", row->name);
        if (row->type == MG_OPTION_CHOICE) {
            fputs(" COMPREPLY=($(compgen -W \"", stream);
            write_choices(stream, row);
            fputs("\" -- \"$word\"));", stream);
        }
        fputs(" return ;;\n", stream);
    }
    fputs("    esac\n    case $command in\n", stream);
    for (int i = 0; (command = cli_command_row(i)) != NULL; i++) {
        fprintf(stream, "    %s) options=\"", command->name);
        bool first = true;
        for (const mg_option *row = mg_settings_table(); row->name && !command->reads_words; row++) {
            if (mg_option_known_to(row, command->name)) fprintf(stream, "%s--%s", first ? "" : " ", row->name), first = false;
        }
        fputs("\" ;;\n", stream);
    }
    fputs("    esac\n    if [ \"$command\" = help ]; then\n        COMPREPLY=($(compgen -W \"", stream);
    write_topics(stream);
    fputs("\" -- \"$word\"))\n"
          "    elif [ \"${word#-}\" != \"$word\" ]; then\n"
          "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
          "    else\n"
          "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
          "    fi\n"
          "}\n"
          "complete -o filenames -F _micrograd micrograd\n",
          stream);
}

/* --- zsh --------------------------------------------------------------------------------------------- */

static void zsh_option(FILE *stream, const mg_option *row) {
    fprintf(stream, " \\\n            '--%s[", row->name);
    write_quoted(stream, row->help, ZSH_SPECIAL);
    fputs("]", stream);
    if (row->argument) fprintf(stream, ":%s:", row->argument);
    if (row->type == MG_OPTION_CHOICE) {
        fputs("(", stream);
        write_choices(stream, row);
        fputs(")", stream);
    } else if (takes_file(row)) {
        fputs("_files", stream);
    }
    fputs("'", stream);
}

static void zsh(FILE *stream) {
    const cli_command *command;
    fputs("#compdef micrograd\n# zsh completion of micrograd. Made by `micrograd help --completion zsh`; do not edit.\n"
          "_micrograd() {\n"
          "    local -a commands\n"
          "    commands=(\n",
          stream);
    for (int i = 0; (command = cli_command_row(i)) != NULL; i++) {
        fprintf(stream, "        '%s:", command->name);
        write_quoted(stream, command->help, ZSH_SPECIAL);
        fputs("'\n", stream);
    }
    fputs("    )\n"
          "    if (( CURRENT == 2 )); then\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    local command=$words[2]\n"
          "    shift words\n"
          "    (( CURRENT-- ))\n"
          "    case $command in\n",
          stream);
    for (int i = 0; (command = cli_command_row(i)) != NULL; i++) {
        if (command->reads_words) continue;
        fprintf(stream, "    %s)\n        _arguments", command->name);
        for (const mg_option *row = mg_settings_table(); row->name; row++) {
            if (mg_option_known_to(row, command->name)) zsh_option(stream, row);
        }
        fputs(" \\\n            '*:file:_files'\n        ;;\n", stream);
    }
    fputs("    help)\n        _values topic ", stream);
    write_topics(stream);
    fputs("\n        ;;\n    esac\n}\n_micrograd \"$@\"\n", stream);
}

/* --- fish -------------------------------------------------------------------------------------------- */

static void fish_option(FILE *stream, const cli_command *command, const mg_option *row) {
    fprintf(stream, "complete -c micrograd -n '__fish_seen_subcommand_from %s' -l %s", command->name, row->name);
    if (row->type == MG_OPTION_CHOICE) {
        fputs(" -x -a '", stream);
        write_choices(stream, row);
        fputs("'", stream);
    } else if (takes_file(row)) {
        fputs(" -r -F", stream);
    } else if (row->argument) {
        fputs(" -x", stream);
    }
    fputs(" -d '", stream);
    write_quoted(stream, row->help, FISH_SPECIAL);
    fputs("'\n", stream);
}

static void fish(FILE *stream) {
    const cli_command *command;
    fputs("# fish completion of micrograd. Made by `micrograd help --completion fish`; do not edit.\n", stream);
    for (int i = 0; (command = cli_command_row(i)) != NULL; i++) {
        fprintf(stream, "complete -c micrograd -n __fish_use_subcommand -f -a %s -d '", command->name);
        write_quoted(stream, command->help, FISH_SPECIAL);
        fputs("'\n", stream);
    }
    for (int i = 0; (command = cli_command_row(i)) != NULL; i++) {
        for (const mg_option *row = mg_settings_table(); row->name && !command->reads_words; row++) {
            if (mg_option_known_to(row, command->name)) fish_option(stream, command, row);
        }
    }
    fputs("complete -c micrograd -n '__fish_seen_subcommand_from help' -f -a '", stream);
    write_topics(stream);
    fputs("'\n", stream);
}

int cli_completion(FILE *stream, const char *shell) {
    if (strcmp(shell, "bash") == 0)
        bash(stream);
    else if (strcmp(shell, "zsh") == 0)
        zsh(stream);
    else if (strcmp(shell, "fish") == 0)
        fish(stream);
    else
        return cli_fail(CLI_USAGE, "there is no completion for '%s'; wanted: bash, zsh or fish", shell);
    return CLI_OK;
}
