/* Scores and results for people and for --json. */
#ifndef MICROGRAD_CLI_SCORE_H
#define MICROGRAD_CLI_SCORE_H

#include "cli/cli.h"
#include "cli/json.h"

/* "0.9667", or "-" for a score that there is none of. */
const char *cli_score_text(double value, char out[32]);

/* A row a part that exists, a column a metric of the task. The parts: training, validation, test. */
void cli_print_scores(FILE *stream, mg_task task, const mg_scores *const *scores, const char *const *names, int count);

/* Members of an object under `key`; null where there is no such part. */
void cli_json_scores(cli_json *json, const char *key, mg_task task, const mg_scores *scores);

/* The metric that chooses the best epoch. */
const mg_metric *cli_main_metric(mg_task task);

#endif
