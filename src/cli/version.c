/* micrograd version. */
#include "cli/commands.h"

int cli_version(const cli_arguments *arguments) {
    if (arguments->words[0])
        return cli_fail(CLI_USAGE, "'%s' is one word too many; usage: micrograd version", arguments->words[0]);
    printf("micrograd %s\n", mg_version());
    return CLI_OK;
}
