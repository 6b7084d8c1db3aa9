/* A journal as a hostile file would hold it: its records are refused, or they leave a study that can be asked, told and read
 * again. */
#include "tune/study.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static mg_space *make_space(mg_context *context) {
    mg_space *space = mg_space_create(context);
    const char *const words[] = { "a", "b", NULL };
    mg_space_add(space, &(mg_dimension){ .name = "x", .low = -2, .high = 4, .parent = -1 });
    mg_space_add(space, &(mg_dimension){ .name = "n", .kind = MG_DIMENSION_INT, .low = 1, .high = 8, .parent = -1 });
    mg_space_add(
        space,
        &(mg_dimension){ .name = "kind", .kind = MG_DIMENSION_CHOICE, .words = 2, .word = words, .parent = 1, .parent_low = 4 });
    return space;
}

static void check_trials(const mg_study *study) {
    int64_t finished = 0;
    for (int64_t i = 0; i < mg_study_trials(study); i++) {
        const mg_trial t = mg_study_trial(study, i);
        if (t.number != i || (t.state == MG_TRIAL_COMPLETE) != !isnan(t.value)) abort();
        if ((t.state == MG_TRIAL_FAILED) != (t.reason != NULL)) abort();
        for (int64_t k = 1; k < t.steps; k++)
            if (t.step[k - 1] >= t.step[k]) abort();
        finished += t.state != MG_TRIAL_RUNNING && t.state != MG_TRIAL_WAITING;
    }
    if (mg_study_finished(study) > finished) abort();
    if (mg_study_best(study) && !mg_space_holds(mg_study_space(study), mg_study_best(study)->point)) abort();
    for (size_t i = 0; i < study->known_count; i++)
        if (!mg_space_holds(study->space, study->known[i]->point)) abort();
}

/* A record that was taken is there; what was damaged behind it is not. */
static void go_on(mg_study *study) {
    mg_trial trial;
    bool prune;
    const int64_t trials = mg_study_trials(study);
    if (mg_study_ask(study, &trial) != MG_ASKED_TRIAL) return;
    if (mg_study_trials(study) != trials + 1 || !mg_space_holds(study->space, trial.point)) abort();
    if (mg_study_report(study, trial.number, 1, 0.5, &prune) != MG_OK) abort();
    if (mg_study_tell(study, trial.number, MG_TRIAL_COMPLETE, 1, NULL) != MG_OK) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mg_context *context = mg_context_create(NULL);
    mg_space *space = make_space(context);
    mg_study_options options = mg_study_defaults();
    options.sampler = "random";
    options.pruner = (const char *const[]){ "none", "median", "asha", "wilcoxon" }[size % 4];
    mg_study *study = mg_study_open(context, space, &options);
    size_t taken;
    if (mg__journal_feed(&study->journal, (const char *)bytes, size, &taken) == MG_OK) go_on(study);
    check_trials(study);
    mg_study_close(study);
    mg_space_destroy(space);
    mg_context_destroy(context);
    return 0;
}
