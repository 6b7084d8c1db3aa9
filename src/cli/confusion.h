/* Which class was taken for which. */
#ifndef MICROGRAD_CLI_CONFUSION_H
#define MICROGRAD_CLI_CONFUSION_H

#include "cli/json.h"

#include "cli/cli.h"

/* name: of the classes; counts: [classes, classes], [is][taken for]. Of many classes nothing but the most frequent mistakes. */
void cli_print_confusion(FILE *stream, const char *const *name, int64_t classes, const int64_t *counts);
/* The arrays "classes" and "confusion". */
void cli_json_confusion(cli_json *json, const char *const *name, int64_t classes, const int64_t *counts);

#endif
