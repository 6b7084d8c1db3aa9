/* Where the time of a training went: --profile and --trace. */
#ifndef MICROGRAD_CLI_MEASURE_H
#define MICROGRAD_CLI_MEASURE_H

#include "cli/cli.h"
#include "cli/json.h"

typedef struct cli_measure {
    bool on;         /* --profile */
    mg_trace *trace; /* NULL: neither was asked for */
    mg_trace_row *rows;
    int64_t count;
    mg_machine machine;
} cli_measure;

/* CLI_OK, or the code after a message. */
int cli_measure_begin(cli_measure *measure, mg_context *context, const mg_settings *settings);
/* After the training: writes the file of --trace, gathers the rows and measures the machine over as much memory as the training
 * took. */
int cli_measure_finish(cli_measure *measure, mg_context *context, const mg_settings *settings, const mg_plan *plan);
void cli_measure_print(FILE *stream, const cli_measure *measure);
void cli_measure_json(cli_json *json, const cli_measure *measure); /* the member "profile"; nothing without --profile */
void cli_measure_end(cli_measure *measure);

#endif
