/* Scores and results for people and for --json. */
#ifndef MICROGRAD_CLI_SCORE_H
#define MICROGRAD_CLI_SCORE_H

#include "cli/cli.h"
#include "cli/json.h"

/* "0.9667", or "-" for a score that there is none of. */
const char *cli_score_text(double value, char out[32]);
/* "0.934 to 1.000"; "" where it is not known. */
const char *cli_interval_text(mg_interval interval, char out[80]);

/* A part of the data, or an answer that the others are compared with. */
typedef struct cli_part {
    const char *name;
    const mg_scores *scores;
    const mg_intervals *intervals; /* NULL: none */
} cli_part;

/* A column a part that has rows, and one for its intervals; a row a metric of the task that any part has. */
#define CLI_PARTS 8 /* at most */
void cli_print_scores(FILE *stream, mg_task task, const cli_part *parts, int count);
/* The parts of a training, with the linear model and the constant answer beside. */
void cli_print_result_scores(FILE *stream, mg_task task, const mg_result *result);

/* Members of an object under `key`; null where there is no such part. */
void cli_json_scores(cli_json *json, const char *key, mg_task task, const mg_scores *scores);

void cli_json_intervals(cli_json *json, const char *key, mg_task task, const mg_intervals *intervals);
/* Members "metrics" (of the parts), "intervals" (of the test part), "baseline" and "linear". */
void cli_json_result_scores(cli_json *json, mg_task task, const mg_result *result);
/* What followed from the data, and why. */
void cli_print_choices(FILE *stream, const mg_choice *choices, int count);
/* The arrays "choices" and "warnings". */
void cli_json_choices(cli_json *json, const mg_choice *choices, int count);
void cli_json_warnings(cli_json *json, const char *const *warnings, int count);

/* The metric that chooses the best epoch. */
const mg_metric *cli_main_metric(mg_task task);

#endif
