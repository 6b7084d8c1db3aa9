#include "train/rate_test.h"

#include "train/attempt.h"
#include "train/prepare.h"

#include <math.h>
#include <string.h>

#define STILL    1e-30     /* a rate that moves no weight */
#define TOO_HIGH 2.0       /* times the first loss */
#define REACH    (1.0 / 3) /* of smoothing, in decades */
#define SAFELY   3         /* so many times below the rate of the least loss */
#define FALLS    0.02      /* share of the first loss that must be lost at least */

mg_rate_test_options mg_rate_test_defaults(void) {
    return (mg_rate_test_options){ .seeds = 5, .steps = 120, .lowest = 1e-6, .highest = 10 };
}

void mg_rate_test_free(mg_rate_test *test) {
    if (test->context) mg__free(test->context, test->point);
    *test = (mg_rate_test){ .suggested = NAN };
}

static mg_status check(mg_context *context, const mg_rate_test_options *how) {
    if (how->seeds < 1 || how->seeds > MG_RATE_TEST_MOST_SEEDS || how->steps < 20 || how->steps > 100000)
        return mg__fail(context, MG_SETTING, "range test: %lld seeds and %lld steps; wanted 1 to %d and 20 to 100000",
                        (long long)how->seeds, (long long)how->steps, MG_RATE_TEST_MOST_SEEDS);
    if (how->lowest > 0 && how->highest > how->lowest && how->highest <= 1e6) return MG_OK;
    return mg__fail(context, MG_SETTING, "range test: rates from %g to %g; wanted 0 < lowest < highest <= 1e6", how->lowest,
                    how->highest);
}

/* --- the rule ---------------------------------------------------------------------------------------- */

void mg__rate_smooth(const double *loss, int64_t count, int64_t reach, double *smooth) {
    for (int64_t i = 0; i < count; i++) {
        double sum = 0, weights = 0;
        for (int64_t k = -reach; k <= reach; k++) {
            if (i + k < 0 || i + k >= count) continue;
            double weight = (double)(reach + 1 - (k < 0 ? -k : k));
            sum += weight * loss[i + k];
            weights += weight;
        }
        smooth[i] = sum / weights;
    }
}

double mg__rate_suggest(const double *rate, const double *smooth, int64_t count) {
    int64_t least = 0;
    for (int64_t i = 1; i < count; i++)
        if (smooth[i] < smooth[least]) least = i;
    return count > 0 && smooth[0] - smooth[least] > FALLS * fabs(smooth[0]) ? rate[least] / SAFELY : NAN;
}

/* Of those that are numbers; of an even count the lower of the two in the middle. They are sorted. */
static double median(double *values, int64_t count) {
    int64_t known = 0;
    for (int64_t i = 0; i < count; i++) {
        double value = values[i];
        int64_t at = known;
        if (isnan(value)) continue;
        for (; at > 0 && values[at - 1] > value; at--) values[at] = values[at - 1];
        values[at] = value;
        known++;
    }
    return known > 0 ? values[(known - 1) / 2] : NAN;
}

/* --- one time ---------------------------------------------------------------------------------------- */

/* All times' smoothed losses, [seeds, steps], NaN from where a time ended; `loss` and `rate` [steps]. */
typedef struct trial {
    mg__trainer *trainer;
    int64_t steps;
    double *rate, *still, *loss, *smooth;
    int64_t reach;
} trial;

/* A network of its own: the trainer's first member with another seed. Weights that a model had are where it begins. */
static mg_status open_network(const mg__trainer *t, int64_t seed, mg__learner *l) {
    const mg__learner *first = &t->learner[0];
    mg_parameters *parameters = NULL;
    *l = (mg__learner){ .course = first->course,
                        .context = first->context,
                        .seed = mg__hash_mix(mg__hash_text((uint64_t)seed, "range test"), (uint64_t)t->model->options.seed),
                        .rows = first->rows,
                        .row_count = first->row_count };
    mg_status status = mg__build_parameters(t->model, l->seed, &parameters);
    if (status == MG_OK && t->before.members > 0) status = mg_parameters_copy(parameters, first->parameters);
    l->parameters = parameters;
    return status == MG_OK ? mg__learner_open(l, parameters) : status;
}

/* The next step, at a rate; its loss. */
static mg_status step(mg__learner *l, double rate, int64_t *index, double *loss) {
    if (*index == 0 || *index == mg__learner_steps(l)) {
        mg__learner_begin_epoch(l);
        mg__learner_shuffle(l, l->row_count, 0);
        *index = 0;
    }
    double sum = l->loss_sum;
    int64_t rows = l->loss_rows;
    l->trial_rate = rate;
    mg_status status = mg__learner_step(l, (*index)++);
    *loss = status == MG_OK ? (l->loss_sum - sum) / (double)(l->loss_rows - rows) : NAN;
    return status;
}

/* The losses of a network that takes the steps but never moves: what a batch is like, whatever was learned. */
static mg_status run_still(const trial *r, mg__learner *l) {
    int64_t index = 0;
    mg_status status = MG_OK;
    for (int64_t i = 0; i < r->steps && status == MG_OK; i++) status = step(l, STILL, &index, &r->still[i]);
    return status;
}

/* How far the losses are below those; *count of them are worth looking at. */
static mg_status run_steps(const trial *r, mg__learner *l, double usual, int64_t *count) {
    int64_t index = 0;
    for (*count = 0; *count < r->steps; ++*count) {
        double loss;
        mg_status status = step(l, r->rate[*count], &index, &loss);
        if (status != MG_OK && status != MG_NOT_FINITE) return status;
        if (!isfinite(loss) || loss > TOO_HIGH * usual + r->still[*count]) return MG_OK;
        r->loss[*count] = usual + loss - r->still[*count];
    }
    return MG_OK;
}

/* Twice the same weights, batches and dropout: still, and moving. */
static mg_status run_time(const trial *r, int64_t seed, double *smooth, double *suggested) {
    int64_t count = 0;
    double usual = 0;
    mg_status status = MG_OK;
    for (int pass = 0; pass < 2 && status == MG_OK; pass++) {
        mg__learner learner;
        status = open_network(r->trainer, seed, &learner);
        if (status == MG_OK) status = pass == 0 ? run_still(r, &learner) : run_steps(r, &learner, usual, &count);
        mg_parameters *parameters = learner.parameters;
        mg__learner_close(&learner);
        mg_parameters_destroy(parameters);
        for (int64_t i = 0; pass == 0 && i < r->steps; i++) usual += r->still[i] / (double)r->steps;
    }
    if (status != MG_OK) return status;
    mg__rate_smooth(r->loss, count, r->reach, smooth);
    for (int64_t i = count; i < r->steps; i++) smooth[i] = NAN;
    *suggested = mg__rate_suggest(r->rate, smooth, count);
    return MG_OK;
}

/* --- all times --------------------------------------------------------------------------------------- */

static void gather(const trial *r, mg_rate_test *test) {
    double values[MG_RATE_TEST_MOST_SEEDS];
    for (int64_t i = 0; i < r->steps; i++) {
        int64_t times = 0;
        for (int64_t s = 0; s < test->seeds; s++) {
            values[s] = r->smooth[s * r->steps + i];
            times += !isnan(values[s]);
        }
        test->point[i] = (mg_rate_point){ .rate = r->rate[i], .loss = median(values, test->seeds), .times = times };
    }
    memcpy(values, test->each, sizeof values);
    test->suggested = median(values, test->seeds);
}

mg_status mg__rate_test(mg__trainer *t, const mg_rate_test_options *how, mg_rate_test *test) {
    mg_context *context = t->context;
    mg_status status = check(context, how);
    if (status != MG_OK) return status;
    double decades = log10(how->highest / how->lowest);
    size_t steps = (size_t)how->steps, seeds = (size_t)how->seeds;
    trial r = { .trainer = t, .steps = how->steps, .reach = (int64_t)(REACH * (double)how->steps / decades) };
    *test = (mg_rate_test){ .suggested = NAN, .seeds = how->seeds, .steps = how->steps, .context = context };
    r.rate = mg__alloc_array(context, steps, sizeof *r.rate);
    r.still = mg__alloc_array(context, steps, sizeof *r.still);
    r.loss = mg__alloc_array(context, steps, sizeof *r.loss);
    r.smooth = mg__alloc_array(context, steps * seeds, sizeof *r.smooth);
    test->point = mg__alloc_array(context, steps, sizeof *test->point);
    if (!r.rate || !r.still || !r.loss || !r.smooth || !test->point) status = MG_OUT_OF_MEMORY;
    for (int64_t i = 0; status == MG_OK && i < r.steps; i++)
        r.rate[i] = how->lowest * pow(10, decades * (double)i / (double)(r.steps - 1));
    for (int64_t s = 0; status == MG_OK && s < how->seeds; s++) status = run_time(&r, s, r.smooth + s * r.steps, &test->each[s]);
    if (status == MG_OK) gather(&r, test);
    mg__free(context, r.rate);
    mg__free(context, r.still);
    mg__free(context, r.loss);
    mg__free(context, r.smooth);
    return status;
}

mg_status mg__rate_find(mg__trainer *t) {
    mg_rate_test_options how = mg_rate_test_defaults();
    mg_train_options *options = &t->model->options;
    mg_rate_test test = { .suggested = NAN };
    mg_status status = mg__rate_test(t, t->rate_test ? t->rate_test : &how, &test);
    if (status != MG_OK) return mg_rate_test_free(&test), status;
    bool found = isfinite(test.suggested);
    if (found) options->learning_rate = test.suggested;
    mg__model_choose(t->model, "lr",
                     found ? "a third of the rate up to which the loss fell (range test, the median of several)"
                           : "the optimizer's own: in the range test the loss fell at no rate",
                     "%g", options->learning_rate);
    t->rates = test;
    return MG_OK;
}

mg_status mg_rate_test_run(mg_model *model, const mg_dataset *dataset, const mg_train_options *options,
                           const mg_rate_test_options *how, mg_rate_test *test) {
    *test = (mg_rate_test){ .suggested = NAN };
    if (!model || !dataset) return MG_INVALID;
    mg_rate_test_options usual = mg_rate_test_defaults();
    mg_train_options with = options ? *options : mg_train_defaults();
    with.learning_rate = MG_FIND;
    mg__trainer t = { .context = model->context, .model = model, .rate_test = how ? how : &usual };
    mg_status status = mg__train_begin(&t, dataset, &with);
    if (status == MG_OK) {
        *test = t.rates;
        t.rates = (mg_rate_test){ 0 };
    }
    mg__model_publish(model);
    mg__trainer_close(&t);
    mg__attempt_drop(&t);
    return status;
}
