/* Looks for the least value of Branin's function, a valley with three lowest places of 0.397887, with the tree-structured Parzen
 * estimator, and prints each improvement. With the name of a file, the study is kept there: run it again and it goes on, run
 * several at once and they share the work, open the file with optuna-dashboard to see it. */
#include <micrograd.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double branin(const mg_trial *trial, void *user) {
    const double pi = 3.14159265358979323846, x = mg_trial_number(trial, "x"), y = mg_trial_number(trial, "y");
    const double valley = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6;
    const double value = valley * valley + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10;
    double *best = user;
    if (value < *best) printf("trial %3lld  x %7.4f  y %7.4f  value %.4f\n", (long long)trial->number, x, y, *best = value);
    return value;
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    mg_space *space = mg_space_create(ctx);
    mg_space_add_free(space, "x=-5..10");
    mg_space_add_free(space, "y=0..15");
    mg_study_options options = mg_study_defaults();
    options.path = argc > 1 ? argv[1] : NULL;
    options.batch = 1; /* each trial is suggested from all before it */
    mg_study *study = mg_study_open(ctx, space, &options);
    double best = HUGE_VAL;
    mg_study_minimise(study, branin, &best, argc > 2 ? atoi(argv[2]) : 100);
    if (mg_study_best(study)) printf("least %.4f of %lld\n", mg_study_best(study)->value, (long long)mg_study_finished(study));
    mg_study_close(study);
    mg_space_destroy(space);
    if (mg_context_status(ctx) != MG_OK) fprintf(stderr, "%s\n", mg_context_message(ctx));
    return mg_context_status(ctx) != MG_OK;
}
