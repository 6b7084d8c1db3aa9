/* A search without a study. After sampler_support.h. */
#ifndef SEARCH_SUPPORT_H
#define SEARCH_SUPPORT_H

typedef struct search {
    const mg__sampler *sampler;
    mg_space *space;
    uint64_t seed;
    bool maximise;
    double (*value)(const double *point);
    int dimensions;
    void *memory;
    mg_trial *trial; /* all of the following: [trials] */
    const mg_trial **finished;
    const double **pending;
    double *point;
} search;

static inline search search_begin(const mg__sampler *sampler, mg_space *space, uint64_t seed, int trials,
                                  double (*value)(const double *point)) {
    search s = { .sampler = sampler, .space = space, .seed = seed, .value = value, .dimensions = mg_space_dimensions(space) };
    s.trial = calloc((size_t)trials, sizeof *s.trial);
    s.finished = calloc((size_t)trials, sizeof *s.finished);
    s.pending = calloc((size_t)trials, sizeof *s.pending);
    s.point = calloc((size_t)(trials * s.dimensions), sizeof *s.point);
    return s;
}

static inline void search_end(search *s) {
    if (s->sampler->forget) s->sampler->forget(s->space->context, s->memory);
    free(s->trial);
    free(s->finished);
    free(s->pending);
    free(s->point);
}

/* What trial i is to know, of which the first `count` have finished. */
static inline mg__known search_known(search *s, int i, int count) {
    for (int k = count; k < i; k++) s->pending[k - count] = s->trial[k].point;
    return (mg__known){ .space = s->space,
                        .seed = s->seed,
                        .ordinal = i,
                        .maximise = s->maximise,
                        .finished = s->finished,
                        .finished_count = count,
                        .pending = s->pending,
                        .pending_count = i - count };
}

/* Asks trial i, and completes it. */
static inline const double *search_ask(search *s, int i, int count) {
    double *point = s->point + i * s->dimensions;
    const mg__known known = search_known(s, i, count);
    if (s->sampler->suggest(s->space->context, &known, &s->memory, point) != MG_OK)
        fail_msg("%s", mg_context_message(s->space->context));
    s->trial[i] = (mg_trial){
        .space = s->space, .number = i, .ordinal = i, .state = MG_TRIAL_COMPLETE, .point = point, .value = s->value(point)
    };
    s->finished[i] = &s->trial[i];
    return point;
}

/* The least value of a search; `shuffled`: the sampler is told values that belong to other points. */
static inline double search_least(const mg__sampler *sampler, mg_space *space, uint64_t seed, int trials, int batch,
                                  double (*value)(const double *point), bool shuffled) {
    search s = search_begin(sampler, space, seed, trials, value);
    double least = INFINITY;
    for (int i = 0; i < trials; i++) {
        least = fmin(least, value(search_ask(&s, i, i - i % batch)));
        if (!shuffled) continue;
        const int other = (int)(mg__draw(&(mg__known){ .seed = seed, .ordinal = i }, "shuffle", 0) * (i + 1));
        const double kept = s.trial[i].value;
        s.trial[i].value = s.trial[other].value;
        s.trial[other].value = kept;
        if (sampler->forget) sampler->forget(space->context, s.memory);
        s.memory = NULL;
    }
    search_end(&s);
    return least;
}

#endif
