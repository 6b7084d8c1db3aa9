/* micrograd/schedule.h: how the learning rate changes from the first step of a run to the last.
 *
 *     mg_schedule schedule;
 *     if (mg_schedule_parse(ctx, "warmup(2) step(10, 0.5)", &schedule) != MG_OK) fputs(mg_context_message(ctx), stderr);
 *     double rate = 0.1 * mg_schedule_factor(&schedule, step, steps_of_an_epoch, 30);
 *
 * Text: at most one "warmup(epochs)", then at most one schedule; a schedule is its name, with or without arguments in brackets,
 * each a number or key=number.
 *
 * A schedule is a function of the steps that are done; its value is a factor of the learning rate, 0 to 1. The one that looks at
 * scores, plateau, has the factor 1 here; what it makes of them is the trainer's.
 *
 * Warm-up (Goyal et al. 2017): over the first `epochs` the factor rises in equal steps to 1, then the schedule begins, as if the
 * run began there and had so many epochs less. Alone it is followed by `constant`. */
#ifndef MICROGRAD_SCHEDULE_H
#define MICROGRAD_SCHEDULE_H

#include <micrograd/context.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a run is. */
typedef struct mg_schedule_time {
    double share;  /* of its steps that are done, 0 to below 1: t in the formulas */
    double epoch;  /* epochs that are done, with the share of the one under way: e in the formulas */
    double epochs; /* of the run: E in the formulas */
} mg_schedule_time;

#define MG_SCHEDULE_ARGUMENTS 2

typedef struct mg_schedule_argument {
    const char *name; /* NULL: there are no more */
    double initial, low, high;
    bool epochs; /* it counts epochs: `initial` is a share of the run's, and it must be below them */
    const char *help;
} mg_schedule_argument;

/* One row a schedule. */
typedef struct mg_schedule_row {
    const char *name, *formula; /* of t, e and E (above) and its arguments */
    const char *doc;
    const char *source; /* who proposed it; "" */
    mg_schedule_argument arguments[MG_SCHEDULE_ARGUMENTS + 1];
    double (*factor)(const mg_schedule_time *time, const double *arguments);
    bool watches; /* validation scores: it needs a validation part */
} mg_schedule_row;

const mg_schedule_row *mg_schedule_row_at(int index); /* NULL at the end */
const char *mg_schedule_name(int index);              /* likewise */

/* A schedule with its arguments. */
typedef struct mg_schedule {
    const mg_schedule_row *row;
    double arguments[MG_SCHEDULE_ARGUMENTS]; /* NaN: not given, so `initial` */
    double warmup;                           /* epochs; 0: none */
} mg_schedule;

/* Reads a text; - and _ in names are the same. MG_SETTING with the column, what was found and what is wanted. */
mg_status mg_schedule_parse(mg_context *context, const char *text, mg_schedule *schedule);
/* Does the schedule fit into a run of so many epochs? MG_SETTING where its warm-up, or another span of epochs, is as long as what
 * the run has for it. */
mg_status mg_schedule_check(mg_context *context, const mg_schedule *schedule, double epochs);
/* An argument as given, or what it is by default in a run of so many epochs. */
double mg_schedule_value(const mg_schedule *schedule, int argument, double epochs);
/* The factor of the step after `step` steps of a run of `epochs` epochs of `epoch_steps` steps. */
double mg_schedule_factor(const mg_schedule *schedule, double step, double epoch_steps, double epochs);

#ifdef __cplusplus
}
#endif
#endif
