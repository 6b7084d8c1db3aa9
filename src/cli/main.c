/* The command: finds the row of the command that is asked for and runs it. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

static const char *name_at(const void *user, int index) {
    (void)user;
    const cli_command *row = cli_command_row(index);
    return row ? row->name : NULL;
}

static int unknown(const char *word) {
    const char *kind = *word == '-' ? "option" : "command";
    const char *nearest = cli_nearest(word + strspn(word, "-"), name_at, NULL);
    if (nearest) return cli_fail(CLI_USAGE, "there is no %s '%s'; did you mean 'micrograd %s'?", kind, word, nearest);
    return cli_fail(CLI_USAGE, "there is no %s '%s'; `micrograd help` lists what there is", kind, word);
}

int main(int argc, char **argv) {
    cli_interrupt_begin();
    if (argc < 2) {
        cli_help_all(stderr);
        return CLI_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--version") == 0)
        word = "version";
    else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        word = "help";

    const cli_command *command = cli_command_find(word);
    if (!command) return unknown(word);
    if (command->spreads) cli_messages_of_ranks();
    cli_arguments arguments;
    int code = cli_arguments_read(command, argv + 2, &arguments);
    if (code == CLI_OK && arguments.settings.help)
        cli_help_command(stdout, command);
    else if (code == CLI_OK)
        code = command->run(&arguments);
    free(arguments.config);
    if (code == CLI_USAGE) return code;

    int written = cli_finish_output();
    return code != CLI_OK ? code : written;
}
