/* Which class was taken for which. */
#ifndef MICROGRAD_CLI_CONFUSION_H
#define MICROGRAD_CLI_CONFUSION_H

#include "cli/json.h"

#include "cli/cli.h"

/* counts: [classes, classes], [is][taken for]. Of many classes nothing but the most frequent mistakes. */
void cli_print_confusion(FILE *stream, const mg_encoder *encoder, const int64_t *counts);
/* The arrays "classes" and "confusion". */
void cli_json_confusion(cli_json *json, const mg_encoder *encoder, const int64_t *counts);

#endif
