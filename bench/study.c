/* What a study costs besides its sampler: processor time of an ask, a report and a tell when 10,000 trials have finished, and of
 * reading them. The file named on the command line is made anew: on /dev/shm it costs no disk, and the disk's time is not counted
 * anyway. The sampler is random, or the one named after the file.
 *
 *     build/bench/study /dev/shm/study.log [SAMPLER] */
#include <micrograd.h>

#include <stdio.h>
#include <time.h>

enum { BEFORE = 10000, MEASURED = 200, REPORTS = 3 };

static double seconds(void) { return (double)clock() / CLOCKS_PER_SEC; }

static mg_study *open_study(mg_context *ctx, const char *path, const char *sampler) {
    static const char *const ranges[] = { "x=-5..10", "y=0..15", "lr=log:1e-4..1", "kind=a|b|c" };
    mg_space *space = mg_space_create(ctx);
    for (int i = 0; i < 4; i++) mg_space_add_free(space, ranges[i]);
    mg_study_options options = mg_study_defaults();
    options.path = path;
    options.sampler = sampler;
    mg_study *study = mg_study_open(ctx, space, &options);
    mg_space_destroy(space);
    return study;
}

/* Adds the times of asking, reporting and telling one trial. */
static mg_status run_trial(mg_study *study, double spent[3]) {
    mg_trial trial;
    const double start = seconds();
    if (mg_study_ask(study, &trial) != MG_ASKED_TRIAL) return MG_INVALID;
    const double asked = seconds();
    for (int i = 1; i <= REPORTS; i++) {
        mg_status status = mg_study_report(study, trial.number, i, trial.point[1] / i, NULL);
        if (status != MG_OK) return status;
    }
    const double reported = seconds();
    mg_status status = mg_study_tell(study, trial.number, MG_TRIAL_COMPLETE, trial.point[0] * trial.point[0], NULL);
    const double told = seconds();
    spent[0] += asked - start, spent[1] += reported - asked, spent[2] += told - reported;
    return status;
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    const char *path = argc > 1 ? argv[1] : NULL, *sampler = argc > 2 ? argv[2] : "random";
    if (path) remove(path);
    mg_study *study = open_study(ctx, path, sampler);
    double before[3] = { 0 }, spent[3] = { 0 };
    mg_status status = study ? MG_OK : mg_context_status(ctx);
    for (int i = 0; i < BEFORE && status == MG_OK; i++) status = run_trial(study, before);
    for (int i = 0; i < MEASURED && status == MG_OK; i++) status = run_trial(study, spent);
    mg_study_close(study);
    const double start = seconds();
    study = path && status == MG_OK ? open_study(ctx, path, sampler) : NULL;
    const double reading = seconds() - start;
    mg_study_close(study);
    if (status != MG_OK || mg_context_status(ctx) != MG_OK) {
        fprintf(stderr, "%s\n", mg_context_message(ctx));
        return 1;
    }
    printf("%s, %d trials: ask %.3f ms  report %.3f ms  tell %.3f ms", sampler, BEFORE, 1e3 * spent[0] / MEASURED,
           1e3 * spent[1] / MEASURED / REPORTS, 1e3 * spent[2] / MEASURED);
    if (path) printf("  reading them %.2f s", reading);
    printf("\n");
    mg_context_destroy(ctx);
    return 0;
}
