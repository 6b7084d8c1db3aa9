/* What the tests of studies share: a space, a function with its least value inside, and a sampler that shows when what it is
 * handed differs. Define _DEFAULT_SOURCE on the first line of the test; include cmocka.h (and what it needs) first. */
#ifndef STUDY_SUPPORT_H
#define STUDY_SUPPORT_H

#include "tune/sampler_support.h"
#include "tune/study.h"

#include "base/random.h"
#include "support/files.h"

/* A number, a whole number, and a choice that is there where the whole number is 4 or more. */
static inline mg_space *study_space(mg_context *context) {
    mg_space *space = mg_space_create(context);
    add_real(space, "x", -2, 4, false, 0);
    add_whole(space, "n", 1, 8);
    add_dimension(space, (mg_dimension){ .name = "kind",
                                         .kind = MG_DIMENSION_CHOICE,
                                         .words = 2,
                                         .word = (const char *const[]){ "a", "b", NULL },
                                         .parent = 1,
                                         .parent_low = 4 });
    return space;
}

static inline double study_function(const mg_trial *trial, void *user) {
    (void)user;
    const double x = mg_trial_number(trial, "x");
    const char *kind = mg_trial_word(trial, "kind");
    return (x - 1) * (x - 1) + 0.1 * mg_trial_number(trial, "n") + (kind && kind[0] == 'a');
}

/* Its points are a hash of all that is known: another value, another order, and they are others. */
static inline mg_status probe_suggest(mg_context *context, const mg__known *known, void **memory, double *point) {
    (void)context, (void)memory;
    mg__known mixed = *known;
    mixed.seed = mg__hash_mix(known->seed, (uint64_t)known->pending_count);
    for (int64_t i = 0; i < known->finished_count; i++) {
        const mg_trial *t = known->finished[i];
        mixed.seed = mg__hash_bytes(mixed.seed, &t->state, sizeof t->state);
        if (t->state == MG_TRIAL_COMPLETE) mixed.seed = mg__hash_bytes(mixed.seed, &t->value, sizeof t->value);
        mixed.seed = mg__hash_bytes(mixed.seed, t->point, sizeof *t->point);
    }
    for (int64_t i = 0; i < known->pending_count; i++) mixed.seed = mg__hash_bytes(mixed.seed, known->pending[i], sizeof(double));
    return mg__sampler_random.suggest(context, &mixed, memory, point);
}
static const mg__sampler probe = { .name = "probe", .doc = "A hash of all that is known.", .suggest = probe_suggest };

static inline mg_study_options study_options(const char *path) {
    mg_study_options options = mg_study_defaults();
    options.sampler = "random";
    options.path = path;
    return options;
}

/* Opens a study with the probe as its sampler. */
static inline mg_study *open_study(mg_context *context, const mg_study_options *options) {
    mg_space *space = study_space(context);
    mg_study *study = mg_study_open(context, space, options);
    if (!study) fail_msg("%s", mg_context_message(context));
    mg_space_destroy(space);
    study->sampler = &probe;
    return study;
}

static inline mg_trial ask(mg_study *study) {
    mg_trial trial = { 0 };
    const mg_asked asked = mg_study_ask(study, &trial);
    if (asked != MG_ASKED_TRIAL) fail_msg("asked: %d; %s", (int)asked, mg_context_message(study->context));
    return trial;
}

static inline void tell(mg_study *study, const mg_trial *trial) {
    const double value = study_function(trial, NULL);
    if (mg_study_tell(study, trial->number, MG_TRIAL_COMPLETE, value, NULL) != MG_OK)
        fail_msg("%s", mg_context_message(study->context));
}

/* The finished trials that were not interrupted, by ordinal: point and value of each. */
enum { STUDY_MOST = 256, STUDY_ROW = 4 };
typedef struct findings {
    int count;
    double row[STUDY_MOST][STUDY_ROW];
} findings;

static inline findings findings_of(const mg_study *study) {
    findings found = { 0 };
    for (int64_t i = 0; i < mg_study_trials(study); i++) {
        const mg_trial t = mg_study_trial(study, i);
        if (t.ordinal < 0 || t.state != MG_TRIAL_COMPLETE) continue;
        assert_true(t.ordinal < STUDY_MOST);
        found.count++;
        double *row = found.row[t.ordinal];
        for (int d = 0; d < 3; d++) row[d] = isnan(t.point[d]) ? -1 : t.point[d];
        row[3] = t.value;
    }
    return found;
}

static inline void assert_same_findings(const findings *a, const findings *b) {
    assert_int_equal(a->count, b->count);
    for (int i = 0; i < a->count; i++)
        if (memcmp(a->row[i], b->row[i], sizeof a->row[i]) != 0)
            fail_msg("ordinal %d: %.17g %g %g -> %.17g; wanted %.17g %g %g -> %.17g", i, a->row[i][0], a->row[i][1], a->row[i][2],
                     a->row[i][3], b->row[i][0], b->row[i][1], b->row[i][2], b->row[i][3]);
}

static inline findings search_alone(int64_t trials) {
    mg_context *context = sampler_context();
    mg_study *study = open_study(context, &(mg_study_options){ .sampler = "random", .pruner = "none", .batch = 4 });
    assert_int_equal(mg_study_minimise(study, study_function, NULL, trials), MG_OK);
    const findings found = findings_of(study);
    mg_study_close(study);
    mg_context_destroy(context);
    return found;
}

#endif
