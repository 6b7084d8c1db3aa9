/* Deep embedded clustering (Xie, Girshick & Farhadi 2016): k-means in the code of an autoencoder, then encoder and centres are
 * refined together. Row i is in group j to the degree
 *
 *     q_ij = (1 + |z_i - m_j|^2)^-1 / sum over j of the same        (Student's t)
 *
 * of its code z and the centres m; what it should be is surer of itself, and fair to small groups:
 *
 *     p_ij = (q_ij^2 / f_j) / sum over j of the same,  f_j = sum over i of q_ij
 *
 * sum p ln(p/q) falls by Adam, p held for a round, until few labels change. Of images p is that of the image as it is and q that
 * of one varied anew in each round (Guo et al. 2018): what a small shift or slant changes tells no groups apart. */
#include "base/random.h"
#include "base/system.h"
#include "cluster/autoencoder.h"
#include "cluster/deep_start.h"

#include <micrograd/gradient.h>
#include <micrograd/ops.h>
#include <micrograd/optimizer.h>

#include <math.h>
#include <string.h>

enum { CODE = 10, PASSES = 12, LEAST_STEPS = 600, ROUNDS = 25, ROUND_STEPS = 20 };
#define RATE   3e-3
#define ENOUGH 0.001 /* of the labels change in a round: the end */
#define NOISE  0.1

typedef struct deep {
    mg_context *context;
    mg__autoencoder autoencoder;
    int64_t k;
    double *centre; /* [k, code] */
} deep;

static void forget(mg_context *context, void *model) {
    deep *d = model;
    if (!d) return;
    mg__autoencoder_close(&d->autoencoder);
    mg__free(context, d->centre);
    mg__free(context, d);
}

/* --- degrees ----------------------------------------------------------------------------------------- */

static double squared_distance(const deep *d, const float *z, int64_t group) {
    const double *centre = d->centre + group * d->autoencoder.code;
    double square = 0;
    for (int64_t i = 0; i < d->autoencoder.code; i++) square += ((double)z[i] - centre[i]) * ((double)z[i] - centre[i]);
    return square;
}

/* q [k]; returns the group of the largest. */
static int32_t degrees(const deep *d, const float *z, double *q) {
    double sum = 0;
    int32_t best = 0;
    for (int64_t j = 0; j < d->k; j++) {
        q[j] = 1 / (1 + squared_distance(d, z, j));
        sum += q[j];
        if (q[j] > q[best]) best = (int32_t)j;
    }
    for (int64_t j = 0; j < d->k; j++) q[j] /= sum;
    return best;
}

static mg_status assign(const void *model, const mg__points *points, int32_t *label, double *probability) {
    const deep *d = model;
    int64_t width = d->autoencoder.code;
    float *code = mg__alloc_array(d->context, (size_t)points->rows, (size_t)width * sizeof *code);
    double *q = mg__alloc_array(d->context, (size_t)d->k, sizeof *q);
    mg_status status = code && q ? mg__autoencoder_encode(&d->autoencoder, points, code) : MG_OUT_OF_MEMORY;
    for (int64_t row = 0; row < points->rows && status == MG_OK; row++)
        label[row] = degrees(d, code + row * width, probability ? probability + row * d->k : q);
    mg__free(d->context, code);
    mg__free(d->context, q);
    return status;
}

/* --- refining ---------------------------------------------------------------------------------------- */

typedef struct refining {
    deep *model;
    const mg__points *points;
    uint64_t seed;
    int64_t batch, steps, most; /* steps of a round; rounds */
    mg__network_rows rows;
    float *code;             /* [rows, code] */
    double *q;               /* [rows, k]; becomes p */
    int32_t *label, *before; /* [rows] */
    int64_t *size;           /* [k] */
    int64_t *order;          /* [rows] */
    float *x, *p;            /* [batch, columns], [batch, k] */
    mg_parameters *centres;
    mg_program *program;
    mg_session *session;
} refining;

/* sum -p ln q / n: less by what no weight changes than the divergence. */
static mg_node *build_loss(const refining *r, mg_graph *graph) {
    const mg__autoencoder *a = &r->model->autoencoder;
    int64_t n = r->batch, k = r->model->k, width = a->code;
    mg_node *x = mg_input(graph, "x", MG_F32, 2, (int64_t[]){ n, a->columns }),
            *p = mg_input(graph, "p", MG_F32, 2, (int64_t[]){ n, k });
    mg_node *z = mg_reshape(mg__autoencoder_build(a, x, true), 3, (int64_t[]){ n, 1, width });
    int index = mg_parameters_add(r->centres, "code_centre", MG_GAIN, 2, (int64_t[]){ k, width }, MG_INIT_zeros, 0);
    mg_node *m = mg_reshape(mg_parameter_leaf(graph, r->centres, index), 3, (int64_t[]){ 1, k, width });
    mg_node *log_q = mg_neg(mg_log1p(mg_sum(mg_square(mg_sub(z, m)), (int[]){ 2 }, 1, false)));
    log_q = mg_sub(log_q, mg_logsumexp(log_q, 1, true));
    return mg_mul_scalar(mg_sum_all(mg_mul(p, log_q)), -1.0 / (double)n);
}

static mg_status open_step(refining *r) {
    mg_graph *graph = mg_graph_create(r->model->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_optimizer adam = mg_optimizer_defaults("adam");
    mg_node *loss = build_loss(r, graph);
    mg_minimise(loss, r->model->autoencoder.encoding, &adam);
    mg_minimise(loss, r->centres, &adam);
    r->program = mg_graph_status(graph) == MG_OK ? mg_compile(graph, MG_CPU, &loss, 1) : NULL;
    mg_graph_destroy(graph);
    r->session = r->program ? mg_session_create(r->model->context, r->program, NULL) : NULL;
    return r->session ? MG_OK : mg_context_status(r->model->context);
}

/* Adam begins anew: what it remembers is of another loss. */
static void forget_moments(mg_parameters *store) {
    for (int slot = 0; slot < mg_parameters_slots(store); slot++) {
        mg_tensor block = mg_parameters_slot(store, slot, 0);
        if (block.data) memset(block.data, 0, mg_tensor_bytes(&block));
    }
}

static mg_status open_refining(refining *r) {
    const mg__points *points = r->points;
    mg_context *context = points->context;
    size_t rows = (size_t)points->rows, k = (size_t)r->model->k, batch = (size_t)r->batch;
    r->code = mg__alloc_array(context, rows, (size_t)r->model->autoencoder.code * sizeof *r->code);
    r->q = mg__alloc_array(context, rows, k * sizeof *r->q);
    r->label = mg__alloc_array(context, rows, sizeof *r->label);
    r->before = mg__alloc_array(context, rows, sizeof *r->before);
    r->size = mg__alloc_array(context, k, sizeof *r->size);
    r->order = mg__alloc_array(context, rows, sizeof *r->order);
    r->x = mg__alloc_array(context, batch, (size_t)points->columns * sizeof *r->x);
    r->p = mg__alloc_array(context, batch, k * sizeof *r->p);
    if (!r->code || !r->q || !r->label || !r->before || !r->size || !r->order || !r->x || !r->p) return MG_OUT_OF_MEMORY;
    r->centres = mg_parameters_create(context, MG_F32);
    mg_status status = r->centres ? mg__network_rows_open(&r->rows, points, &r->model->autoencoder) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = open_step(r);
    if (status == MG_OK) forget_moments(r->model->autoencoder.encoding);
    return status;
}

static void close_refining(refining *r) {
    mg_context *context = r->points->context;
    mg_session_destroy(r->session);
    mg_program_destroy(r->program);
    mg_parameters_destroy(r->centres);
    mg__network_rows_close(&r->rows);
    void *blocks[] = { r->code, r->q, r->label, r->before, r->size, r->order, r->x, r->p };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
}

static mg_status begin(refining *r) {
    deep *d = r->model;
    const mg__points codes = { .context = d->context, .rows = r->points->rows, .columns = d->autoencoder.code, .x = r->code };
    mg_status status = mg__autoencoder_encode(&d->autoencoder, r->points, r->code);
    return status == MG_OK ? mg__deep_start(&codes, d->k, r->seed, d->centre) : status;
}

/* Labels, degrees and sizes of all rows. */
static mg_status look(refining *r) {
    deep *d = r->model;
    mg_status status = mg__autoencoder_encode(&d->autoencoder, r->points, r->code);
    memset(r->size, 0, (size_t)d->k * sizeof *r->size);
    for (int64_t row = 0; row < r->points->rows && status == MG_OK; row++) {
        r->label[row] = degrees(d, r->code + row * d->autoencoder.code, r->q + row * d->k);
        r->size[r->label[row]]++;
    }
    return status;
}

/* An empty group gets its centre where the row is that is farthest from its own. Each turn one more code has a centre of its own,
 * so there is an end. */
static mg_status look_and_repair(refining *r) {
    deep *d = r->model;
    mg_status status = look(r);
    for (int64_t turn = 0; turn < d->k && status == MG_OK; turn++) {
        int64_t empty = 0, farthest = 0;
        double most = -1;
        while (empty < d->k && r->size[empty] > 0) empty++;
        if (empty == d->k) break;
        for (int64_t row = 0; row < r->points->rows; row++) {
            double square = squared_distance(d, r->code + row * d->autoencoder.code, r->label[row]);
            if (square > most) most = square, farthest = row;
        }
        for (int64_t i = 0; i < d->autoencoder.code; i++)
            d->centre[empty * d->autoencoder.code + i] = (double)r->code[farthest * d->autoencoder.code + i];
        status = look(r);
    }
    return status;
}

/* q becomes p. */
static mg_status sharpen(refining *r) {
    int64_t k = r->model->k, rows = r->points->rows;
    double *f = mg__alloc_array(r->model->context, (size_t)k, sizeof *f);
    if (!f) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < rows * k; i++) f[i % k] += r->q[i];
    for (int64_t row = 0; row < rows; row++) {
        double *q = r->q + row * k, sum = 0;
        for (int64_t j = 0; j < k; j++) sum += q[j] = q[j] * q[j] / f[j];
        for (int64_t j = 0; j < k; j++) q[j] /= sum;
    }
    mg__free(r->model->context, f);
    return MG_OK;
}

static mg_status step(refining *r, const int64_t *row, uint64_t pass, double progress) {
    int64_t k = r->model->k, wide[2] = { r->batch, r->points->columns }, narrow[2] = { r->batch, k };
    const mg__variation variation = { .seed = mg__hash_text(r->seed, "refining"), .pass = pass };
    mg__network_rows_gather(&r->rows, row, r->batch, &variation, r->x);
    for (int64_t i = 0; i < r->batch * k; i++) r->p[i] = (float)r->q[row[i / k] * k + i % k];
    const mg_tensor in[] = { mg_tensor_borrow(MG_F32, 2, wide, r->x), mg_tensor_borrow(MG_F32, 2, narrow, r->p) };
    mg_tensor out = { 0 };
    mg_session_set(r->session, "learning_rate", RATE * 0.5 * (1 + cos(3.14159265358979324 * progress)));
    return mg_run(r->session, in, &out);
}

static void copy_centres(refining *r, bool back) {
    float *value = mg_parameters_value(r->centres, 0).data;
    for (int64_t i = 0; i < r->model->k * r->model->autoencoder.code; i++) {
        if (back)
            r->model->centre[i] = (double)value[i];
        else
            value[i] = (float)r->model->centre[i];
    }
    mg_parameters_touch(r->centres);
}

/* The steps of a round, passing over the rows as often as they take. */
static mg_status descend(refining *r, int64_t round) {
    int64_t per_pass = r->points->rows / r->batch;
    mg__stream stream = { .seed = r->seed, .stream = mg__hash_text(0, "deep clustering") };
    mg_status status = sharpen(r);
    if (status == MG_OK) copy_centres(r, false);
    for (int64_t s = 0; s < r->steps && status == MG_OK; s++) {
        stream.step = (uint64_t)(round * ((r->steps + per_pass - 1) / per_pass) + s / per_pass);
        if (s % per_pass == 0) mg__random_permutation(&stream, (uint64_t)r->points->rows, r->order);
        double progress = ((double)round + (double)s / (double)r->steps) / (double)r->most;
        status = step(r, r->order + s % per_pass * r->batch, stream.step, progress);
    }
    mg_parameters_touch(r->model->autoencoder.encoding);
    if (status == MG_OK) copy_centres(r, true);
    return status;
}

static int64_t count_changes(const refining *r) {
    int64_t changed = 0;
    for (int64_t row = 0; row < r->points->rows; row++) changed += r->label[row] != r->before[row];
    return changed;
}

static mg_status refine(refining *r, const mg_cluster_options *options, int64_t *rounds) {
    int64_t began = mg__clock();
    mg_status status = begin(r);
    if (status == MG_OK) status = look_and_repair(r);
    for (*rounds = 0; *rounds < r->most && status == MG_OK;) {
        memcpy(r->before, r->label, (size_t)r->points->rows * sizeof *r->label);
        status = descend(r, *rounds);
        if (status == MG_OK) status = look_and_repair(r);
        mg__cluster_tell(options, "refining", ++*rounds, r->most, began);
        if ((double)count_changes(r) < ENOUGH * (double)r->points->rows) break;
    }
    return status;
}

/* --- the method -------------------------------------------------------------------------------------- */

typedef struct telling {
    const mg_cluster_options *options;
    int64_t began;
} telling;

static bool tell_pass(void *user, int64_t pass, int64_t passes, double loss) {
    const telling *t = user;
    (void)loss;
    mg__cluster_tell(t->options, "training", pass, passes, t->began);
    return true;
}

static mg_status learn(deep *d, const mg__points *points, const mg_cluster_options *options, mg__found *found) {
    telling telling = { options, mg__clock() };
    const mg__autoencoder_options learning = { .code = points->columns < CODE ? points->columns : CODE,
                                               .passes = MG_AUTO,
                                               .least_passes = PASSES,
                                               .least_steps = LEAST_STEPS,
                                               .noise = NOISE,
                                               .vary = true,
                                               .seed = (uint64_t)options->seed,
                                               .on_pass = tell_pass,
                                               .user = &telling };
    mg_status status = mg__autoencoder_fit(points, &learning, &d->autoencoder);
    if (status != MG_OK) return status;
    d->centre = mg__alloc_array(d->context, (size_t)d->k, (size_t)learning.code * sizeof *d->centre);
    if (!d->centre) return MG_OUT_OF_MEMORY;
    refining r = { .model = d, .points = points, .seed = learning.seed };
    r.batch = points->rows < MG__AUTOENCODER_BATCH ? points->rows : MG__AUTOENCODER_BATCH;
    r.steps = points->rows / r.batch > ROUND_STEPS ? points->rows / r.batch : ROUND_STEPS;
    r.most = options->iterations < ROUNDS ? options->iterations : ROUNDS;
    status = open_refining(&r);
    if (status == MG_OK) status = refine(&r, options, &found->iterations);
    found->label = r.label;
    r.label = NULL;
    close_refining(&r);
    return status;
}

static mg_status fit(const mg__points *points, const mg_cluster_options *options, int64_t k, mg__found *found) {
    deep *d = mg__alloc_zero(points->context, sizeof *d);
    if (!d) return MG_OUT_OF_MEMORY;
    d->context = points->context;
    found->k = d->k = k;
    found->model = d;
    return learn(d, points, options, found);
}

/* --- in a file --------------------------------------------------------------------------------------- */

static size_t store(const void *model, mg__safetensor tensor[MG__METHOD_TENSORS]) {
    const deep *d = model;
    tensor[0] = (mg__safetensor){
        .name = "code_centre", .dtype = MG__ST_F64, .rank = 2, .shape = { d->k, d->autoencoder.code }, .data = d->centre
    };
    return 1 + mg__autoencoder_store(&d->autoencoder, tensor + 1);
}

static mg_status read_centres(const mg__safetensors *file, deep *d) {
    const mg__safetensor *t = mg__safetensors_find(file, "code_centre");
    size_t count = (size_t)d->k * (size_t)d->autoencoder.code;
    bool fits = t && t->dtype == MG__ST_F64 && t->rank == 2 && t->shape[0] == d->k && t->shape[1] == d->autoencoder.code;
    d->centre = fits ? mg__alloc_array(d->context, count, sizeof *d->centre) : NULL;
    if (fits && !d->centre) return MG_OUT_OF_MEMORY;
    if (fits) memcpy(d->centre, t->data, count * sizeof *d->centre);
    for (size_t i = 0; i < count && fits; i++) fits = isfinite(d->centre[i]);
    if (fits) return MG_OK;
    return mg__fail(d->context, MG_FORMAT, "%s: its tensor 'code_centre' is not there, of another shape, or not finite",
                    file->path);
}

static mg_status restore(const mg__safetensors *file, int64_t k, int64_t columns, void **model) {
    deep *d = mg__alloc_zero(file->context, sizeof *d);
    *model = d;
    if (!d) return MG_OUT_OF_MEMORY;
    d->context = file->context;
    d->k = k;
    mg_status status = mg__autoencoder_restore(file, columns, &d->autoencoder);
    return status == MG_OK ? read_centres(file, d) : status;
}

const mg__cluster_method mg__method_deep = {
    .name = "deep",
    .doc = "Groups in the code of an autoencoder, which is refined until they stand apart (DEC: Xie, Girshick & Farhadi 2016).",
    .probabilities = true,
    .slow = true,
    .fit = fit,
    .assign = assign,
    .forget = forget,
    .store = store,
    .restore = restore,
};
