/* Five ways to choose 36 trials. What is searched is a valley, f(x, y) = 4 (x - 0.27)^2 + 0.1 (y - 0.6)^2: steep in x and almost
 * flat in y, as when a learning rate matters and a width hardly does. Prints the least value after 9, 18 and 36 trials, mean of
 * 20 seeds; where the trials of seed 0 lie is drawn to samplers.svg, or the named file. */
#include <micrograd.h>

#include <math.h>
#include <stdio.h>

enum { TRIALS = 36, SEEDS = 20, WAYS = 5 };
static const char *const name[WAYS] = { "grid", "random", "sobol", "tpe", "gp" };
static const char *const colour[WAYS] = { "#3b82f6", "#d97706", "#059669", "#ef4444", "#a855f7" };

static double valley(const mg_trial *trial, void *user) {
    (void)user;
    double x = mg_trial_number(trial, "x") - 0.27, y = mg_trial_number(trial, "y") - 0.6;
    return 4 * x * x + 0.1 * y * y;
}

static void draw(FILE *f, const mg_study *study, int way) {
    fprintf(f, "<g transform='translate(%d 0)'><text x='3' y='158' fill='%s'>%s</text>", way * 152, colour[way], name[way]);
    fputs("<svg width='140' height='140' viewBox='0 0 1 1' fill='none' stroke='#94a3b8' stroke-width='.005'>", f);
    fputs("<rect width='1' height='1' stroke-width='.01'/>", f);
    for (double c = 0.003; c < 1; c *= 4) /* contour lines: every one four times as high as the one inside */
        fprintf(f, "<ellipse cx='.27' cy='.4' rx='%.3f' ry='%.3f'/>", sqrt(c / 4), sqrt(c / 0.1));
    fprintf(f, "<g stroke='%s' stroke-width='.04' stroke-linecap='round'>", colour[way]);
    for (int64_t i = 0; i < mg_study_trials(study); i++) { /* the later, the deeper */
        mg_trial t = mg_study_trial(study, i);
        fprintf(f, "<path stroke-opacity='%.2f' d='M%.3f %.3fh0'/>\n", 0.25 + 0.75 * (double)i / (TRIALS - 1),
                mg_trial_number(&t, "x"), 1 - mg_trial_number(&t, "y"));
    }
    fputs("</g></svg></g>\n", f);
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    FILE *f = fopen(argc > 1 ? argv[1] : "samplers.svg", "w");
    mg_space *space = mg_space_create(ctx);
    mg_space_add_free(space, "x=0..1/6"); /* a grid takes six values; the others take any number */
    mg_space_add_free(space, "y=0..1/6");
    if (f) fputs("<svg xmlns='http://www.w3.org/2000/svg' viewBox='-4 -4 760 172' font-family='sans-serif' font-size='13'>\n", f);
    for (int way = 0; f && way < WAYS; way++) {
        double sum[TRIALS] = { 0 }; /* of the least values so far */
        for (int seed = 0; seed < SEEDS; seed++) {
            mg_study_options options = mg_study_defaults();
            options.sampler = name[way], options.seed = (uint64_t)seed, options.trials = TRIALS, options.batch = 1;
            mg_study *study = mg_study_open(ctx, space, &options);
            if (!study || mg_study_minimise(study, valley, NULL, TRIALS) != MG_OK) return 1;
            double least = INFINITY;
            for (int i = 0; i < TRIALS; i++) sum[i] += least = fmin(least, mg_study_trial(study, i).value);
            if (seed == 0) draw(f, study, way);
            mg_study_close(study);
        }
        printf("%-7s %9.5f %9.5f %9.5f\n", name[way], sum[8] / SEEDS, sum[17] / SEEDS, sum[35] / SEEDS);
    }
    if (f) fputs("</svg>\n", f);
    return !f || fclose(f) || mg_context_status(ctx) != MG_OK; /* the program ends: the system takes all memory back */
}
