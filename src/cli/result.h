/* What came out of a training. */
#ifndef MICROGRAD_CLI_RESULT_H
#define MICROGRAD_CLI_RESULT_H

#include "cli/measure.h"

#define CLI_WARNING_BYTES 640 /* a dataset's warning has some 500 */

typedef struct cli_result {
    const cli_arguments *arguments;
    const mg_model *model;
    const mg_result *result;
    const char *out;            /* the model's file */
    int warnings_shown;         /* of the result's, before the training */
    char verdict[512];          /* "" where there is none */
    bool of_no_use;             /* as the verdict says */
    const mg_dataset *test;     /* of --test; NULL: none */
    const cli_measure *measure; /* where the time went */
} cli_result;

/* Fills in the verdict. */
cli_result cli_result_of(const cli_arguments *arguments, const mg_model *model, const mg_result *result, const char *out,
                         int warnings_shown);
void cli_result_print(FILE *stream, const cli_result *result);
/* A warning of --test's rows, which says so: both folders may have a cat/1.png. */
void cli_test_warning(const mg_dataset *test, int64_t index, char *out, size_t size);
/* dataset: its warnings and those of the test go before; NULL: there is none. */
void cli_result_json(const cli_result *result, const mg_dataset *dataset);

#endif
