/* What scores amount to, in a sentence. */
#ifndef MICROGRAD_CLI_VERDICT_H
#define MICROGRAD_CLI_VERDICT_H

#include "cli/cli.h"

typedef struct cli_verdict {
    const mg_model *model;
    const mg_scores *scores;
    const mg_intervals *intervals; /* of them, or NULL */
    const mg_scores *baseline;     /* of the constant answer on the same rows */
    const mg_scores *linear;       /* of the linear model, or NULL */
    const char *constant;          /* the class that is always said; NULL: not known, or a regression */
} cli_verdict;

/* "no better than always saying 'no': ..." and its like; "" where nothing is to be said. Returns true for the constant answer:
 * such a model is of no use. */
bool cli_verdict_text(const cli_verdict *verdict, char *out, size_t size);
/* A line of its own, after an empty one; nothing for "". */
void cli_print_verdict(FILE *stream, const char *text, bool of_no_use);

#endif
