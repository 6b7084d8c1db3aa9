/* A trial that is a program: run by the shell, judged by what it writes. */
#ifndef MG_TUNE_PROGRAM_H
#define MG_TUNE_PROGRAM_H

#include "tune/evaluate.h"

/* The command with a point's values in it; the caller frees it. NULL without memory. */
char *mg__program_text(mg_context *context, const mg_space *space, const char *command, const double *point);

/* Runs the objective's command at the job's point. */
void mg__program_evaluate(const mg__objective *objective, mg_context *context, const mg__job *job, const atomic_bool *stop,
                          mg__outcome *outcome);

/* Are there programs on this system? */
bool mg__program_there(void);

#endif
