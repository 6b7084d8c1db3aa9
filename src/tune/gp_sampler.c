/* Bayesian optimisation with a Gaussian process (Snoek, Larochelle & Adams 2012): the next point is where the expected
 * improvement on the best is greatest.
 *
 * A point is where its dimensions stand between 0 and 1, a word its index; what is not there stands in the middle, a word that is
 * not there is a word of its own. Trials that are running are believed to give what the process expects there (Ginsbourger, Le
 * Riche & Carraro 2010). A trial that failed counts as the worst. */
#include "tune/gp.h"
#include "tune/minimise.h"
#include "tune/sobol.h"

#include "interop/sort.h"

#include <math.h>
#include <string.h>

enum {
    STARTS = 10,       /* trials of Sobol's sequence before the first process, at most */
    POINTS_MOST = 300, /* of which half are the best ones, the rest the newest */
    FIT_MOST = 120,    /* that hyperparameters are fitted to */
    SPREAD = 512,      /* candidates over all of the space */
    NEAR = 96,         /* candidates near the best */
    CLIMBS = 4,        /* candidates that are improved */
    EVALUATIONS = 50,  /* in a climb */
};

/* Hyperparameters are a function of the first `trials` finished ones. */
typedef struct memory {
    int64_t trials, last_number;
    double *rate; /* [dimensions] */
    double signal, noise;
} memory;

typedef struct search {
    mg_context *context;
    const mg__known *known;
    const mg_space *space;
    int dimensions;
    bool *word;                                           /* [dimensions] */
    double *units, *point, *gradient, *variance_gradient; /* [dimensions] */
    double *work;
    const double *best; /* point of the best trial */
    double least;       /* expected at the best */
    mg__gp gp;
} search;

/* --- trials as numbers ------------------------------------------------------------------------------- */

typedef struct result {
    double loss;
    int64_t index;
} result;

/* What is to be made small; infinite: it failed. */
static double loss_of(const mg__known *known, const mg_trial *trial) {
    double value = trial->state == MG_TRIAL_COMPLETE ? trial->value : NAN;
    if (trial->state == MG_TRIAL_PRUNED && trial->steps > 0) value = trial->step_value[trial->steps - 1];
    if (!isfinite(value)) return INFINITY;
    return known->maximise ? -value : value;
}

static int by_loss(const void *a, const void *b, const void *user) {
    const result *x = a, *y = b;
    (void)user;
    if (x->loss != y->loss) return (x->loss > y->loss) - (x->loss < y->loss);
    return (x->index > y->index) - (x->index < y->index);
}

static int by_index(const void *a, const void *b, const void *user) {
    const result *x = a, *y = b;
    (void)user;
    return (x->index > y->index) - (x->index < y->index);
}

static void units_of(const mg_space *space, const double *point, double *units) {
    for (int i = 0; i < mg_space_dimensions(space); i++) {
        const mg_dimension *d = mg_space_dimension(space, i);
        if (d->kind == MG_DIMENSION_CHOICE)
            units[i] = isnan(point[i]) ? -1 : point[i];
        else
            units[i] = isnan(point[i]) ? 0.5 : mg__unit_of(d, point[i]);
    }
}

/* Puts at most `most` of the first `trials` finished ones into the process, their losses with mean 0 and deviation 1: what is far
 * worse than the median is drawn in, for what matters is the shape near the least. */
static mg_status gather(search *s, int64_t trials, int64_t most) {
    result *all = mg__alloc_array(s->context, (size_t)trials, sizeof *all);
    if (!all) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < trials; i++) all[i] = (result){ loss_of(s->known, s->known->finished[i]), i };
    mg__sort(all, (size_t)trials, sizeof *all, by_loss, NULL);
    s->best = s->known->finished[all[0].index]->point;
    int64_t finite = trials;
    while (finite > 0 && isinf(all[finite - 1].loss)) finite--;
    if (trials > most) { /* the best half of them, then the newest of the rest */
        mg__sort(all + most / 2, (size_t)(trials - most / 2), sizeof *all, by_index, NULL);
        memmove(all + most / 2, all + trials - (most - most / 2), (size_t)(most - most / 2) * sizeof *all);
    }
    const int64_t count = trials < most ? trials : most;
    double worst = -INFINITY, mean = 0, square = 0;
    for (int64_t i = 0; i < count; i++)
        if (isfinite(all[i].loss)) worst = fmax(worst, all[i].loss);
    for (int64_t i = 0; i < count; i++) {
        all[i].loss = fmin(all[i].loss, worst);
        mean += all[i].loss / (double)count;
    }
    for (int64_t i = 0; i < count; i++) square += (all[i].loss - mean) * (all[i].loss - mean) / (double)count;
    const double deviation = square > 0 ? sqrt(square) : 1;
    for (int64_t i = 0; i < count; i++) {
        units_of(s->space, s->known->finished[all[i].index]->point, s->units);
        mg__gp_add(&s->gp, s->units, (all[i].loss - mean) / deviation);
    }
    mg__free(s->context, all);
    return MG_OK;
}

/* --- hyperparameters --------------------------------------------------------------------------------- */

/* They are fitted again when the trials have grown by a tenth. */
static int64_t fitted_trials(int64_t trials) {
    int64_t fitted = 1;
    for (int64_t next = 1; next <= trials; next += 1 + next / 10) fitted = next;
    return fitted;
}

static mg_status remember(search *s, memory *m) {
    const int64_t trials = fitted_trials(s->known->finished_count);
    const int64_t last = s->known->finished[trials - 1]->number;
    if (m->rate && m->trials == trials && m->last_number == last) return MG_OK;
    if (!m->rate && !(m->rate = mg__alloc_array(s->context, (size_t)s->dimensions, sizeof *m->rate))) return MG_OUT_OF_MEMORY;
    mg_status status = mg__gp_open(&s->gp, s->context, s->dimensions, s->word, FIT_MOST) ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = gather(s, trials, FIT_MOST);
    if (status == MG_OK) status = mg__gp_fit(&s->gp);
    if (status == MG_OK) {
        memcpy(m->rate, s->gp.rate, (size_t)s->dimensions * sizeof *m->rate);
        m->signal = s->gp.signal;
        m->noise = s->gp.noise;
        m->trials = trials;
        m->last_number = last;
    }
    mg__gp_close(&s->gp);
    return status;
}

/* --- expected improvement ---------------------------------------------------------------------------- */

/* log h(z), h(z) = pdf(z) + z cdf(z), and its slope cdf(z) / h(z). Far below 0: h = pdf(z) / z^2 (1 - 3/z^2 + 15/z^4 - 105/z^6).
 */
static double log_improvement(double z, double *slope) {
    const double log_pdf = -0.5 * z * z - 0.91893853320467274178;
    if (z < -10) {
        const double q = 1 / (z * z);
        *slope = -z - 2 / z;
        return log_pdf + log(q * (1 - q * (3 - q * (15 - 105 * q))));
    }
    const double cdf = 0.5 * erfc(-z * 0.70710678118654752440), h = exp(log_pdf) + z * cdf;
    *slope = cdf / h;
    return log(h);
}

/* log of the expected improvement at units; its gradient (NULL: not asked). */
static double improvement(search *s, const double *units, double *gradient) {
    double mean, variance, slope;
    mg__gp_predict(&s->gp, units, s->work, &mean, &variance, gradient ? gradient : NULL, gradient ? s->variance_gradient : NULL);
    const double deviation = sqrt(variance), z = (s->least - mean) / deviation;
    const double value = log_improvement(z, &slope) + log(deviation);
    for (int i = 0; gradient && i < s->dimensions; i++) {
        const double spread = s->variance_gradient[i] / (2 * variance); /* of log deviation */
        gradient[i] = slope * (-gradient[i] / deviation - z * spread) + spread;
    }
    return value;
}

static double at_point(search *s, const double *point) {
    units_of(s->space, point, s->units);
    return improvement(s, s->units, NULL);
}

/* --- candidates -------------------------------------------------------------------------------------- */

/* What a dimension is given when it comes to be there: what the best trial has, or the middle. */
static void complete(const search *s, double *point, int from) {
    for (int i = from; i < s->dimensions; i++) {
        if (!mg_space_is_there(s->space, point, i))
            point[i] = NAN;
        else if (isnan(point[i]))
            point[i] = !isnan(s->best[i]) ? s->best[i] : mg__value_at(mg_space_dimension(s->space, i), 0.5);
    }
}

static void spread_point(const search *s, const uint32_t (*direction)[MG__SOBOL_BITS], uint32_t index, double *point) {
    const uint64_t seed = mg__hash_mix(s->known->seed, (uint64_t)s->known->ordinal);
    for (int i = 0; i < s->dimensions; i++)
        point[i] = mg_space_is_there(s->space, point, i)
                       ? mg__value_at(mg_space_dimension(s->space, i),
                                      mg__sobol_scrambled(mg__sobol_coordinate(direction[i], index), seed, i))
                       : NAN;
}

/* Some dimensions of the best moved: words to any, numbers by up to a fifth, mostly by less. */
static void near_point(const search *s, int64_t number, double *point) {
    memcpy(point, s->best, (size_t)s->dimensions * sizeof *point);
    for (int i = 0; i < s->dimensions; i++) {
        const mg_dimension *d = mg_space_dimension(s->space, i);
        const double chance = mg__draw(s->known, "gp move", number * s->dimensions + i),
                     draw = mg__draw(s->known, "gp near", number * s->dimensions + i);
        if (!mg_space_is_there(s->space, point, i))
            point[i] = NAN;
        else if (isnan(point[i]) || (d->kind == MG_DIMENSION_CHOICE && chance < 0.2))
            point[i] = mg__value_at(d, draw);
        else if (d->kind != MG_DIMENSION_CHOICE && chance < 0.7)
            point[i] = mg__value_at(d, mg__unit_of(d, point[i]) + 0.2 * (2 * draw - 1) * fabs(2 * draw - 1));
    }
}

static bool tried(const search *s, const double *point) {
    for (int64_t t = 0; t < s->known->finished_count + s->known->pending_count; t++) {
        const int64_t pending = t - s->known->finished_count;
        const double *other = pending < 0 ? s->known->finished[t]->point : s->known->pending[pending];
        int i = 0;
        while (i < s->dimensions && (point[i] == other[i] || (isnan(point[i]) && isnan(other[i])))) i++;
        if (i == s->dimensions) return true;
    }
    return false;
}

/* --- climbing ---------------------------------------------------------------------------------------- */

static double falling(void *user, const double *units, double *gradient) {
    search *s = user;
    const double value = -improvement(s, units, gradient);
    for (int i = 0; i < s->dimensions; i++) gradient[i] = -gradient[i];
    return value;
}

/* All numbers at once, whole ones as if they were real, then rounded. `room` as mg__minimise and three vectors. */
static double climb_numbers(search *s, double *point, double *room) {
    double *units = room + mg__minimise_work(s->dimensions), *low = units + s->dimensions, *high = low + s->dimensions;
    units_of(s->space, point, units);
    for (int i = 0; i < s->dimensions; i++) {
        const bool moves = !isnan(point[i]) && !s->word[i];
        low[i] = moves ? 0 : units[i];
        high[i] = moves ? 1 : units[i];
    }
    mg__minimise(falling, s, s->dimensions, units, low, high, EVALUATIONS, room);
    for (int i = 0; i < s->dimensions; i++)
        if (high[i] > low[i]) point[i] = mg__value_at(mg_space_dimension(s->space, i), units[i]);
    complete(s, point, 0);
    return at_point(s, point);
}

/* Each word and whole number in turn, to each other word, or one more or less; what is best of these stays. */
static double climb_steps(search *s, double *point, double value) {
    for (int i = 0; i < s->dimensions; i++) {
        const mg_dimension *d = mg_space_dimension(s->space, i);
        if (isnan(point[i]) || d->kind == MG_DIMENSION_REAL) continue;
        const double from = point[i];
        const bool all = d->kind == MG_DIMENSION_CHOICE || mg__values(d) <= 8;
        double best = from;
        for (double to = all ? d->low : fmax(d->low, from - 1); to <= (all ? d->high : fmin(d->high, from + 1)); to++) {
            memcpy(s->point, point, (size_t)s->dimensions * sizeof *point);
            s->point[i] = to;
            complete(s, s->point, i + 1);
            const double there = at_point(s, s->point);
            if (there > value) value = there, best = to;
        }
        point[i] = best;
        complete(s, point, i + 1);
    }
    return value;
}

/* The candidates, best first, of which the first CLIMBS are improved; the best that was not tried. */
static mg_status choose(search *s, double *chosen) {
    const int d = s->dimensions, count = SPREAD + NEAR;
    const size_t wide = (size_t)d;
    uint32_t(*direction)[MG__SOBOL_BITS] = mg__alloc_array(s->context, wide, sizeof *direction);
    double *points = mg__alloc_array(s->context, (size_t)count * wide, sizeof *points);
    double *room = mg__alloc_array(s->context, mg__minimise_work(d) + 3 * wide, sizeof *room);
    result *rank = mg__alloc_array(s->context, (size_t)count, sizeof *rank);
    const mg_status status = direction && points && room && rank ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        for (int i = 0; i < d; i++) mg__sobol_directions(i, direction[i]);
        for (int c = 0; c < count; c++) {
            double *point = points + c * d;
            if (c < SPREAD)
                spread_point(s, (const uint32_t(*)[MG__SOBOL_BITS])direction, (uint32_t)c, point);
            else
                near_point(s, c - SPREAD, point);
            rank[c] = (result){ -at_point(s, point), c };
        }
        mg__sort(rank, (size_t)count, sizeof *rank, by_loss, NULL);
        for (int c = 0; c < CLIMBS; c++) {
            double *point = points + rank[c].index * d, value = climb_numbers(s, point, room);
            const double stepped = climb_steps(s, point, value);
            if (stepped > value) value = fmax(stepped, climb_numbers(s, point, room));
            rank[c].loss = -value;
        }
        mg__sort(rank, CLIMBS, sizeof *rank, by_loss, NULL);
        int c = 0;
        while (c < count - 1 && tried(s, points + rank[c].index * d)) c++;
        memcpy(chosen, points + rank[c].index * d, wide * sizeof *chosen);
    }
    mg__free(s->context, direction);
    mg__free(s->context, points);
    mg__free(s->context, room);
    mg__free(s->context, rank);
    return status;
}

/* --- the sampler ------------------------------------------------------------------------------------- */

/* The process of all that is known, trials that run included. */
static mg_status condition(search *s, const memory *m) {
    const int64_t room = POINTS_MOST + s->known->pending_count;
    s->work = mg__alloc_array(s->context, 3 * (size_t)room, sizeof *s->work);
    if (!mg__gp_open(&s->gp, s->context, s->dimensions, s->word, room) || !s->work) return MG_OUT_OF_MEMORY;
    mg_status status = gather(s, s->known->finished_count, POINTS_MOST);
    if (status != MG_OK) return status;
    memcpy(s->gp.rate, m->rate, (size_t)s->dimensions * sizeof *m->rate);
    s->gp.signal = m->signal;
    s->gp.noise = m->noise;
    while (s->gp.noise < 1e6 && !mg__gp_condition(&s->gp)) s->gp.noise *= 10;
    s->least = INFINITY; /* of f, which is y less its share of the noise */
    for (int64_t i = 0; i < s->gp.count; i++) s->least = fmin(s->least, s->gp.y[i] - s->gp.noise * s->gp.alpha[i]);
    for (int64_t i = 0; i < s->known->pending_count; i++) {
        double mean, variance;
        units_of(s->space, s->known->pending[i], s->units);
        mg__gp_predict(&s->gp, s->units, s->work, &mean, &variance, NULL, NULL);
        mg__gp_add(&s->gp, s->units, mean);
        while (s->gp.noise < 1e6 && !mg__gp_condition(&s->gp)) s->gp.noise *= 10;
    }
    return MG_OK;
}

static mg_status suggest(mg_context *context, const mg__known *known, void **kept, double *point) {
    const int dimensions = mg_space_dimensions(known->space), starts = dimensions + 3 < STARTS ? dimensions + 3 : STARTS;
    int64_t values = 0;
    for (int64_t i = 0; i < known->finished_count && values < starts; i++) values += isfinite(loss_of(known, known->finished[i]));
    if (values < starts || known->attempt > 0) return mg__sampler_sobol.suggest(context, known, kept, point);
    if (!*kept && !(*kept = mg__alloc_zero(context, sizeof(memory)))) return MG_OUT_OF_MEMORY;
    const size_t wide = (size_t)dimensions;
    search s = { .context = context, .known = known, .space = known->space, .dimensions = dimensions };
    s.word = mg__alloc_array(context, wide, sizeof *s.word);
    double *vectors = mg__alloc_array(context, 3 * wide, sizeof *vectors);
    mg_status status = s.word && vectors ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        s.units = vectors;
        s.point = s.units + dimensions;
        s.variance_gradient = s.point + dimensions;
        for (int i = 0; i < dimensions; i++) s.word[i] = mg_space_dimension(known->space, i)->kind == MG_DIMENSION_CHOICE;
        status = remember(&s, *kept);
        if (status == MG_OK) {
            status = condition(&s, *kept);
            if (status == MG_OK) status = choose(&s, point);
            mg__gp_close(&s.gp);
        }
    }
    mg__free(context, s.work);
    mg__free(context, s.word);
    mg__free(context, vectors);
    return status;
}

static void forget(mg_context *context, void *kept) {
    memory *m = kept;
    if (m) mg__free(context, m->rate);
    mg__free(context, m);
}

const mg__sampler mg__sampler_gp = {
    .name = "gp",
    .doc = "Where a Gaussian process expects most improvement: few, costly trials (Snoek, Larochelle & Adams 2012).",
    .suggest = suggest,
    .forget = forget,
};
