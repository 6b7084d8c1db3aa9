/* What a training is going to do, and how its rows are split. */
#ifndef MICROGRAD_CLI_PLAN_H
#define MICROGRAD_CLI_PLAN_H

#include "cli/json.h"

#include "cli/cli.h"

/* Warnings, encoder, network and the rows of each part; with `explain` every choice and its reason. */
void cli_print_plan(FILE *stream, const mg_model *model, const mg_plan *plan, bool explain);
/* Columns with their kind and encoding, memory, steps and time: what --dry-run tells besides. */
void cli_print_plan_details(FILE *stream, const mg_model *model, const mg_plan *plan);
void cli_json_plan(const mg_model *model, const mg_plan *plan);

/* Members "rows" and, for classes, "class_rows" of an object. */
void cli_json_parts(cli_json *json, const mg_model *model, const mg_plan *plan);
/* Sentences from the first-th on, a line each; the last lines of many are counted only. Returns how many there are. */
int cli_print_warnings(const char *const *warnings, int count, int first);
/* The class that training and validation rows have most of; NULL: a regression. */
const char *cli_majority(const mg_model *model, const mg_plan *plan);

#endif
