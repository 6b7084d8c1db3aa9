/* What came out of a training. */
#ifndef MICROGRAD_CLI_RESULT_H
#define MICROGRAD_CLI_RESULT_H

#include "cli/measure.h"

typedef struct cli_result {
    const cli_arguments *arguments;
    const mg_model *model;
    const mg_result *result;
    const char *out;            /* the model's file */
    int warnings_shown;         /* of the result's, before the training */
    char verdict[512];          /* "" where there is none */
    bool of_no_use;             /* as the verdict says */
    const cli_measure *measure; /* where the time went */
} cli_result;

/* Fills in the verdict. */
cli_result cli_result_of(const cli_arguments *arguments, const mg_model *model, const mg_result *result, const char *out,
                         int warnings_shown);
void cli_result_print(FILE *stream, const cli_result *result);
/* dataset: its warnings go before; NULL: there is none. */
void cli_result_json(const cli_result *result, const mg_dataset *dataset);

#endif
