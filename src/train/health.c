#include "train/health.h"

#include "train/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FADING 0.8 /* of what is remembered of gradients, from one measured step to the next */

/* --- opening and closing ----------------------------------------------------------------------------- */

static mg_status open_vitals(mg__health *h, const mg__probed *probed, mg__vitals *vitals) {
    mg_tensor weights = mg_parameters_value(h->parameters, probed->entry);
    size_t count = (size_t)mg_tensor_count(&weights);
    vitals->weights = (int64_t)count;
    vitals->mean = mg__alloc_array(h->context, count, sizeof *vitals->mean);
    vitals->before = mg__alloc_array(h->context, count, sizeof *vitals->before);
    vitals->alive = mg__alloc_array(h->context, (size_t)probed->units, sizeof *vitals->alive);
    return vitals->mean && vitals->before && vitals->alive ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__health_open(mg__health *h, mg_context *context, const mg__probe *probe, mg_parameters *parameters, uint64_t seed) {
    *h = (mg__health){ .context = context, .probe = probe, .parameters = parameters };
    h->session = mg_session_create(context, probe->program, parameters);
    h->vitals = mg__alloc_array(context, (size_t)probe->layers, sizeof *h->vitals);
    h->outputs = mg__alloc_array(context, (size_t)probe->layers, MG__PROBE_OUTPUTS * sizeof *h->outputs);
    if (!h->session || !h->vitals || !h->outputs) return MG_OUT_OF_MEMORY;
    mg_session_set_seed(h->session, seed);
    mg_status status = MG_OK;
    for (int i = 0; i < probe->layers && status == MG_OK; i++) status = open_vitals(h, &probe->layer[i], &h->vitals[i]);
    return status;
}

void mg__health_close(mg__health *h) {
    if (!h->context) return;
    mg_session_destroy(h->session);
    for (int i = 0; h->vitals && i < h->probe->layers; i++) {
        void *blocks[] = { h->vitals[i].mean, h->vitals[i].before, h->vitals[i].alive };
        for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) mg__free(h->context, blocks[k]);
    }
    void *blocks[] = { h->vitals, h->outputs, h->step, h->layer };
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) mg__free(h->context, blocks[k]);
    *h = (mg__health){ 0 };
}

/* --- one layer --------------------------------------------------------------------------------------- */

/* Sums are made in lanes, so that a compiler may use vectors. */
enum { LANES = 32 };

static double total(const double lanes[LANES]) {
    double sum = 0;
    for (int k = 0; k < LANES; k++) sum += lanes[k];
    return sum;
}

static inline void fade_one(float *mean, float gradient, double *of_mean, double *of_gradient) {
    *mean = (float)FADING * *mean + (float)(1 - FADING) * gradient;
    *of_mean += (double)*mean * *mean;
    *of_gradient += (double)gradient * gradient;
}

/* Fades gradients into their mean; the squared norms of both. */
static void fade(float *restrict mean, const float *restrict gradient, int64_t count, double *of_mean, double *of_gradient) {
    double m[LANES] = { 0 }, g[LANES] = { 0 };
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int k = 0; k < LANES; k++) fade_one(&mean[i + k], gradient[i + k], &m[k], &g[k]);
    for (; i < count; i++) fade_one(&mean[i], gradient[i], &m[0], &g[0]);
    *of_mean = total(m);
    *of_gradient = total(g);
}

/* Mean and mean square are corrected for having begun at 0 (as Adam's moments; Kingma & Ba 2015). Over all elements
 * sum mean |g - mean|^2 = mean |g|^2 - |mean|^2, so the squares of single ones need not be kept. */
static void measure_gradient(const mg__health *h, mg__vitals *vitals, const float *gradient, mg_layer_health *out) {
    double left = 1 - pow(FADING, (double)h->measured), signal, squares;
    fade(vitals->mean, gradient, vitals->weights, &signal, &squares);
    vitals->square = FADING * vitals->square + (1 - FADING) * squares;
    signal /= left * left;
    double noise = vitals->square / left - signal;
    out->gradient_norm = sqrt(squares);
    out->gradient_snr = h->measured > 1 && noise > 0 ? sqrt(signal / noise) : NAN;
    out->gradients = mg__histogram_of(gradient, vitals->weights);
}

/* A unit counts as alive while nothing is known of it. */
static double share_dead(const mg__health *h, const mg__probed *probed, mg__vitals *vitals, const float *slope) {
    int64_t dead = 0;
    for (int64_t i = 0; i < probed->units; i++) {
        if (slope[i] != 0) vitals->alive[i] = h->measured;
        bool long_since = h->measured - vitals->alive[i] >= MG__HEALTH_RECENT;
        dead += slope[i] == 0 && (long_since || vitals->alive[i] == 0);
    }
    return (double)dead / (double)probed->units;
}

/* Two units are alike whose means and mean squares are. */
static double share_alike(const mg__probed *probed, const float *mean, const float *square) {
    int64_t alike = 0;
    double size = 0; /* squared */
    for (int64_t i = 0; i < probed->units; i++) size += (double)square[i] / (double)probed->units;
    for (int64_t i = 1; i < probed->units; i++)
        alike += fabs((double)mean[i] - mean[0]) <= 1e-5 * sqrt(size) && fabs((double)square[i] - square[0]) <= 1e-5 * size;
    return probed->units > 1 ? (double)alike / (double)(probed->units - 1) : NAN;
}

static mg_layer_health measure(mg__health *h, int index) {
    const mg__probed *probed = &h->probe->layer[index];
    const mg_tensor *outputs = h->outputs + index * MG__PROBE_OUTPUTS;
    const float *figures = outputs[MG__PROBE_FIGURES].data;
    mg__vitals *vitals = &h->vitals[index];
    mg_layer_health out = { .signal = figures[MG__PROBE_SIGNAL],
                            .update_ratio = NAN,
                            .activation_mean = figures[MG__PROBE_MEAN],
                            .activation_std = sqrt(figures[MG__PROBE_VARIANCE]),
                            .saturated = probed->bounded ? figures[MG__PROBE_SATURATED] : NAN,
                            .dead = NAN };
    measure_gradient(h, vitals, outputs[MG__PROBE_GRADIENT].data, &out);
    if (probed->activation) out.dead = share_dead(h, probed, vitals, outputs[MG__PROBE_SLOPE].data);
    out.alike = share_alike(probed, outputs[MG__PROBE_MEANS].data, outputs[MG__PROBE_SQUARES].data);
    out.activations = mg__histogram_of(outputs[MG__PROBE_SAMPLE].data, mg_tensor_count(&outputs[MG__PROBE_SAMPLE]));
    return out;
}

/* --- a step ------------------------------------------------------------------------------------------ */

bool mg__health_is_due(const mg__health *h, uint64_t step, int64_t rows) {
    bool early = step < MG__HEALTH_EVERY && (step & (step - 1)) == 0;
    return rows == h->probe->rows && (early || step % MG__HEALTH_EVERY == 0);
}

mg_status mg__health_before(mg__health *h, int64_t epoch, uint64_t step, const mg_tensor *inputs) {
    size_t layers = (size_t)h->probe->layers;
    if (!mg__grow(h->context, &h->step, &h->step_capacity, h->steps + 1, sizeof *h->step) ||
        !mg__grow(h->context, &h->layer, &h->layer_capacity, (h->steps + 1) * layers, sizeof *h->layer))
        return MG_OUT_OF_MEMORY;
    memset(h->outputs, 0, layers * MG__PROBE_OUTPUTS * sizeof *h->outputs);
    mg_session_set_step(h->session, step - 1);
    mg_status status = mg_run(h->session, inputs, h->outputs);
    if (status != MG_OK) return status;
    h->measured++;
    h->step[h->steps] = (mg_health){ .epoch = epoch, .step = (int64_t)step };
    for (size_t i = 0; i < layers; i++) {
        mg_tensor weights = mg_parameters_value(h->parameters, h->probe->layer[i].entry);
        memcpy(h->vitals[i].before, weights.data, mg_tensor_bytes(&weights));
        h->layer[h->steps * layers + i] = measure(h, (int)i);
    }
    h->steps++;
    return MG_OK;
}

static inline void compare_one(float before, float after, double *moved, double *size) {
    double change = (double)after - before;
    *moved += change * change;
    *size += (double)before * before;
}

static double update_ratio(const float *before, const float *after, int64_t count) {
    double moved[LANES] = { 0 }, size[LANES] = { 0 };
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (int k = 0; k < LANES; k++) compare_one(before[i + k], after[i + k], &moved[k], &size[k]);
    for (; i < count; i++) compare_one(before[i], after[i], &moved[0], &size[0]);
    return sqrt(total(moved) / total(size));
}

void mg__health_after(mg__health *h) {
    size_t layers = (size_t)h->probe->layers;
    for (size_t i = 0; i < layers; i++) {
        mg_tensor weights = mg_parameters_value(h->parameters, h->probe->layer[i].entry);
        const mg__vitals *vitals = &h->vitals[i];
        h->layer[(h->steps - 1) * layers + i].update_ratio = update_ratio(vitals->before, weights.data, vitals->weights);
    }
}

mg_status mg__health_record(mg__health *h, mg_context *context, mg__history *history) {
    size_t layers = (size_t)h->probe->layers;
    mg_status status = MG_OK;
    for (size_t i = 0; i < h->steps && status == MG_OK; i++) {
        mg_health step = h->step[i];
        step.layer = h->layer + i * layers;
        status = mg__history_add_health(context, history, &step);
    }
    h->steps = 0;
    return status;
}

/* --- inputs ------------------------------------------------------------------------------------------ */

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void summarise(double *size, int64_t columns, mg_input_health *inputs) {
    int64_t used = 0;
    *inputs = (mg_input_health){ 0 };
    for (int64_t i = 0; i < columns; i++) {
        if (!(size[i] > 0)) continue; /* 0 on every row, or not a number */
        if (used == 0 || size[i] > inputs->largest) inputs->largest = size[i], inputs->largest_column = i;
        size[used++] = size[i];
    }
    qsort(size, (size_t)used, sizeof *size, ascending);
    inputs->columns = used;
    inputs->smallest = used > 0 ? size[0] : NAN;
    inputs->median = used > 0 ? size[used / 2] : NAN;
}

mg_status mg__health_inputs(const mg_model *model, const mg__part *pool, const int64_t *rows, int64_t count,
                            mg_input_health *inputs) {
    enum { MOST = 4096 }; /* rows looked at */
    int64_t width = mg_encoder_features(model->encoder), columns = width - mg_encoder_embeddings(model->encoder);
    double *size = mg__alloc_array(model->context, (size_t)width, sizeof *size);
    if (!size) return MG_OUT_OF_MEMORY;
    count = count < MOST ? count : MOST;
    for (int64_t r = 0; r < count; r++) {
        const float *x = pool->x + (rows ? rows[r] : r) * width;
        for (int64_t i = 0; i < columns; i++) size[i] += (double)x[i] * x[i] / (double)count;
    }
    for (int64_t i = 0; i < columns; i++) size[i] = sqrt(size[i]);
    summarise(size, columns, inputs);
    mg__free(model->context, size);
    return MG_OK;
}
