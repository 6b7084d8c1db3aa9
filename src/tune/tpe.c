/* The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio & Kegl 2011): of the points that a density of the best trials
 * gives, the one that is likeliest among them against the others. One density over all dimensions at once; what is running counts
 * among the others (a constant liar: Ginsbourger et al. 2010). Constants as in Optuna 5 where docs/decisions/samplers.md says
 * nothing else. */
#include "tune/tpe.h"

#include <math.h>
#include <string.h>

enum { STARTS = 10, NEW = 25 }; /* trials before the first density; newest ones that have all their weight */

/* Complete ones first, by loss; then pruned ones, who came farther first. */
typedef struct rank {
    bool pruned;
    int64_t step;
    double loss;
    int64_t index; /* among the finished */
} rank;

typedef struct memory {
    const mg_space *space;
    bool maximise;
    int64_t seen, last_number; /* finished trials */
    int64_t ranked;            /* of them with a value */
    rank best[MG__TPE_BEST];
    int bests;
    mg__tpe_below *below;
    mg__tpe_above *above; /* a kernel for every finished trial, then those that run */
    float *weight;
    size_t weight_capacity;
} memory;

static void forget(mg_context *context, void *kept) {
    memory *m = kept;
    if (!m) return;
    mg__tpe_below_destroy(context, m->below);
    mg__tpe_above_destroy(context, m->above);
    mg__free(context, m->weight);
    mg__free(context, m);
}

/* --- the finished trials ----------------------------------------------------------------------------- */

/* false: it has no value. */
static bool rank_of(const mg__known *known, int64_t index, rank *r) {
    const mg_trial *trial = known->finished[index];
    *r = (rank){ .pruned = trial->state == MG_TRIAL_PRUNED, .index = index };
    if (trial->state != MG_TRIAL_COMPLETE && !r->pruned) return false;
    double value = trial->value;
    if (r->pruned) {
        r->step = trial->steps > 0 ? trial->step[trial->steps - 1] : INT64_MIN;
        value = trial->steps > 0 ? trial->step_value[trial->steps - 1] : NAN;
    }
    r->loss = isnan(value) ? INFINITY : known->maximise ? -value : value;
    return true;
}

static bool better(const rank *a, const rank *b) {
    if (a->pruned != b->pruned) return b->pruned;
    if (a->step != b->step) return a->step > b->step;
    return a->loss < b->loss; /* of equal ones the first */
}

static mg_status learn(memory *m, const mg__known *known, int64_t index) {
    rank r;
    if (mg__tpe_above_put(m->above, index, known->finished[index]->point) != MG_OK) return MG_OUT_OF_MEMORY;
    if (!rank_of(known, index, &r)) return MG_OK; /* failed: among the others for ever */
    m->ranked++;
    int at = m->bests;
    while (at > 0 && better(&r, &m->best[at - 1])) at--;
    if (at == MG__TPE_BEST) return MG_OK;
    if (m->bests < MG__TPE_BEST) m->bests++;
    memmove(&m->best[at + 1], &m->best[at], (size_t)(m->bests - 1 - at) * sizeof r);
    m->best[at] = r;
    return MG_OK;
}

/* Finished trials only become more, in order of number: if the last one that was seen is where it was, all before it are. */
static mg_status catch_up(mg_context *context, const mg__known *known, memory **kept) {
    memory *m = *kept;
    const bool same = m && m->space == known->space && m->maximise == known->maximise && m->seen <= known->finished_count &&
                      (m->seen == 0 || known->finished[m->seen - 1]->number == m->last_number);
    if (!same) {
        forget(context, m);
        if (!(m = *kept = mg__alloc_zero(context, sizeof *m))) return MG_OUT_OF_MEMORY;
        m->space = known->space;
        m->maximise = known->maximise;
        m->below = mg__tpe_below_create(context, known->space);
        m->above = mg__tpe_above_create(context, known->space);
        if (!m->below || !m->above) {
            forget(context, m);
            *kept = NULL;
            return MG_OUT_OF_MEMORY;
        }
    }
    for (; m->seen < known->finished_count; m->seen++) {
        if (learn(m, known, m->seen) != MG_OK) return MG_OUT_OF_MEMORY;
        m->last_number = known->finished[m->seen]->number;
    }
    return MG_OK;
}

/* --- the two densities ------------------------------------------------------------------------------- */

/* The best tenth, at most 25; their weight above becomes 0. */
static int set_below(memory *m, const mg__known *known) {
    const double *point[MG__TPE_BEST];
    const int64_t tenth = (m->ranked + 9) / 10;
    const int count = (int)(tenth < m->bests ? tenth : m->bests);
    for (int i = 0; i < count; i++) {
        point[i] = known->finished[m->best[i].index]->point;
        m->weight[m->best[i].index] = 0;
    }
    mg__tpe_below_set(m->below, point, count);
    return count;
}

/* The newest have weight 1, the older ones less, down to one in all of them for the oldest. 0 where it is the best's. */
static void set_weights(float *weight, int64_t count, int64_t kernels) {
    int64_t at = 0;
    const int64_t ramp = kernels - NEW;
    const double least = 1 / (double)kernels;
    for (int64_t k = 0; k < count; k++) {
        if (weight[k] == 0) continue;
        const double rise = ramp > 1 ? (double)at / (double)(ramp - 1) : 0;
        weight[k] = at < ramp ? (float)(least + (1 - least) * rise) : 1;
        at++;
    }
}

static mg_status suggest_from(mg_context *context, memory *m, const mg__known *known, double *candidates, double *point) {
    const int dimensions = mg_space_dimensions(known->space);
    const int64_t count = known->finished_count + known->pending_count;
    for (int64_t i = 0; i < known->pending_count; i++)
        if (mg__tpe_above_put(m->above, known->finished_count + i, known->pending[i]) != MG_OK) return MG_OUT_OF_MEMORY;
    if (!mg__grow(context, &m->weight, &m->weight_capacity, (size_t)count + 256, sizeof *m->weight)) return MG_OUT_OF_MEMORY;
    for (int64_t k = 0; k < count; k++) m->weight[k] = 1;
    for (int64_t k = count; k < count + 256; k++) m->weight[k] = 0;
    const int64_t kernels = count - set_below(m, known);
    set_weights(m->weight, count, kernels);
    double log_above[MG__TPE_CANDIDATES], best = -INFINITY;
    for (int c = 0; c < MG__TPE_CANDIDATES; c++) mg__tpe_below_sample(m->below, known, c, candidates + c * dimensions);
    const mg_status status = mg__tpe_above_log(m->above, m->weight, count, kernels, candidates, log_above);
    for (int c = 0; status == MG_OK && c < MG__TPE_CANDIDATES; c++) {
        const double *candidate = candidates + c * dimensions, ratio = mg__tpe_below_log(m->below, candidate) - log_above[c];
        if (!(ratio > best)) continue;
        best = ratio;
        memcpy(point, candidate, (size_t)dimensions * sizeof *point);
    }
    return status;
}

static mg_status suggest(mg_context *context, const mg__known *known, void **kept, double *point) {
    mg_status status = catch_up(context, known, (memory **)kept);
    if (status != MG_OK) return status;
    memory *m = *kept;
    if (m->ranked < STARTS) return mg__sampler_random.suggest(context, known, kept, point);
    double *candidates =
        mg__alloc_array(context, (size_t)MG__TPE_CANDIDATES * (size_t)mg_space_dimensions(known->space), sizeof *candidates);
    if (!candidates) return MG_OUT_OF_MEMORY;
    status = suggest_from(context, m, known, candidates, point);
    mg__free(context, candidates);
    return status;
}

const mg__sampler mg__sampler_tpe = {
    .name = "tpe",
    .doc =
        "Where the best trials stand close and the others do not: the tree-structured Parzen estimator (Bergstra et al. 2011).",
    .suggest = suggest,
    .forget = forget,
};
