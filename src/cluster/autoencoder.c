#include "cluster/autoencoder.h"

#include "base/random.h"

#include <micrograd/gradient.h>
#include <micrograd/ops.h>
#include <micrograd/optimizer.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = MG__AUTOENCODER_BATCH };

/* --- networks ---------------------------------------------------------------------------------------- */

/* The power of two that is not below twice the columns, 32 to 512. */
static int64_t choose_width(int64_t columns) {
    int64_t width = 32;
    while (width < 512 && width < 2 * columns) width *= 2;
    return width;
}

static mg_status open_networks(mg__autoencoder *a, const char *layers) {
    char text[80];
    snprintf(text, sizeof text, "2*[dense(%lld, init=lecun_normal) relu]", (long long)a->width);
    a->encoder = mg_network_parse(a->context, layers ? layers : text);
    a->decoder = a->encoder ? mg_network_parse(a->context, text) : NULL;
    a->encoding = a->decoder ? mg_parameters_create(a->context, MG_F32) : NULL;
    a->decoding = a->encoding ? mg_parameters_create(a->context, MG_F32) : NULL;
    return a->decoding ? MG_OK : mg_context_status(a->context);
}

/* The batch norm keeps its first gain: each number of the code has deviation 1 over a batch, so that none outweighs the others.
 */
mg_node *mg__autoencoder_build(const mg__autoencoder *a, mg_node *x, bool training) {
    mg_network_options options = mg_network_defaults();
    mg_dense_options last = { .init = MG_INIT_lecun_normal };
    const int64_t image[4] = { mg_is_poison(x) ? 1 : mg_node_shape(x)[0], a->image[0], a->image[1], a->image[2] };
    options.training = training;
    if (a->image[0] > 0) x = mg_reshape(x, 4, image);
    x = mg_dense_with(mg_network_build(a->encoder, x, a->encoding, &options), a->encoding, "code", a->code, &last);
    return mg_batch_norm(x, a->encoding, "code", training, 0.9, 1e-5);
}

static mg_node *build_decoder(const mg__autoencoder *a, mg_node *code) {
    mg_network_options options = mg_network_defaults();
    options.outputs = a->columns;
    options.init = MG_INIT_lecun_normal;
    return mg_network_build(a->decoder, code, a->decoding, &options);
}

static mg_node *input(const mg__autoencoder *a, mg_graph *graph, const char *name, int64_t rows) {
    return mg_input(graph, name, MG_F32, 2, (int64_t[]){ rows, a->columns });
}

static mg_status compile(mg__autoencoder *a, mg_graph *graph, mg_node *output, mg_program **program, mg_session **session) {
    *program = mg_graph_status(graph) == MG_OK ? mg_compile(graph, MG_CPU, &output, 1) : NULL;
    *session = *program ? mg_session_create(a->context, *program, NULL) : NULL;
    return *session ? MG_OK : mg_context_status(a->context);
}

static mg_status declare(mg__autoencoder *a, uint64_t seed) {
    mg_graph *graph = mg_graph_create(a->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    build_decoder(a, mg__autoencoder_build(a, input(a, graph, "x", BATCH), true));
    mg_status status = mg_graph_status(graph);
    mg_graph_destroy(graph);
    if (status != MG_OK) return status;
    mg_parameters_freeze_pattern(a->encoding, "code.gain");
    mg_parameters_freeze_pattern(a->encoding, "code.bias");
    status = mg_parameters_freeze(a->encoding, mg__hash_text(seed, "encoder"));
    return status == MG_OK ? mg_parameters_freeze(a->decoding, mg__hash_text(seed, "decoder")) : status;
}

static mg_status open_encode(mg__autoencoder *a) {
    mg_graph *graph = mg_graph_create(a->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_node *code = mg__autoencoder_build(a, input(a, graph, "x", BATCH), false);
    mg_status status = compile(a, graph, code, &a->encode_program, &a->encode);
    mg_graph_destroy(graph);
    return status;
}

static mg_status open_rebuild(mg__autoencoder *a) {
    mg_graph *graph = a->rebuild ? NULL : mg_graph_create(a->context, MG_STAGED);
    if (!graph) return a->rebuild ? MG_OK : MG_OUT_OF_MEMORY;
    mg_node *out = build_decoder(a, mg__autoencoder_build(a, input(a, graph, "x", BATCH), false));
    mg_status status = compile(a, graph, out, &a->rebuild_program, &a->rebuild);
    mg_graph_destroy(graph);
    return status;
}

void mg__autoencoder_close(mg__autoencoder *a) {
    mg_session_destroy(a->encode);
    mg_session_destroy(a->rebuild);
    mg_program_destroy(a->encode_program);
    mg_program_destroy(a->rebuild_program);
    mg_parameters_destroy(a->encoding);
    mg_parameters_destroy(a->decoding);
    mg_network_destroy(a->encoder);
    mg_network_destroy(a->decoder);
    *a = (mg__autoencoder){ 0 };
}

/* --- learning ---------------------------------------------------------------------------------------- */

typedef struct lesson {
    mg__autoencoder *autoencoder;
    const mg__autoencoder_options *options;
    mg__network_rows rows;
    int64_t batch, passes;
    int64_t *order;  /* [rows] */
    float *x, *want; /* [batch, columns] */
    mg_program *program;
    mg_session *session;
} lesson;

static mg_node *build_loss(const lesson *l, mg_graph *graph) {
    const mg__autoencoder *a = l->autoencoder;
    mg_node *x = input(a, graph, "x", l->batch), *want = input(a, graph, "want", l->batch);
    if (!l->rows.level && l->options->noise > 0)
        x = mg_mul(x, mg_random_bernoulli(graph, MG_F32, 2, mg_node_shape(x), 1 - l->options->noise));
    return mg_mean_all(mg_square(mg_sub(build_decoder(a, mg__autoencoder_build(a, x, true)), want)));
}

static mg_status open_step(lesson *l) {
    mg__autoencoder *a = l->autoencoder;
    mg_graph *graph = mg_graph_create(a->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_optimizer adam = mg_optimizer_defaults("adam");
    mg_node *loss = build_loss(l, graph);
    mg_minimise(loss, a->encoding, &adam);
    mg_minimise(loss, a->decoding, &adam);
    mg_status status = compile(a, graph, loss, &l->program, &l->session);
    mg_graph_destroy(graph);
    if (status == MG_OK) mg_session_set_seed(l->session, mg__hash_text(l->options->seed, "noise"));
    return status;
}

static mg_status open_lesson(lesson *l, const mg__points *points) {
    mg_context *context = points->context;
    size_t batch = (size_t)l->batch, columns = (size_t)points->columns;
    l->order = mg__alloc_array(context, (size_t)points->rows, sizeof *l->order);
    l->x = mg__alloc_array(context, batch, columns * sizeof *l->x);
    l->want = mg__alloc_array(context, batch, columns * sizeof *l->want);
    if (!l->order || !l->x || !l->want) return MG_OUT_OF_MEMORY;
    mg_status status = mg__network_rows_open(&l->rows, points, l->autoencoder);
    return status == MG_OK ? open_step(l) : status;
}

static void close_lesson(lesson *l) {
    mg_context *context = l->autoencoder->context;
    mg_session_destroy(l->session);
    mg_program_destroy(l->program);
    mg__network_rows_close(&l->rows);
    mg__free(context, l->order);
    mg__free(context, l->x);
    mg__free(context, l->want);
}

static mg_status step(lesson *l, const int64_t *row, int64_t pass, double progress, double *loss) {
    const mg__variation variation = { .seed = l->options->seed, .pass = (uint64_t)pass };
    int64_t shape[2] = { l->batch, l->rows.points->columns };
    mg__network_rows_gather(&l->rows, row, l->batch, NULL, l->want);
    if (l->rows.level) mg__network_rows_gather(&l->rows, row, l->batch, &variation, l->x);
    const mg_tensor in[] = { mg_tensor_borrow(MG_F32, 2, shape, l->rows.level ? l->x : l->want),
                             mg_tensor_borrow(MG_F32, 2, shape, l->want) };
    mg_tensor out = { 0 };
    mg_session_set(l->session, "learning_rate", MG__AUTOENCODER_RATE * 0.5 * (1 + cos(3.14159265358979324 * progress)));
    mg_status status = mg_run(l->session, in, &out);
    if (status == MG_OK) *loss = mg_tensor_get(&out, 0);
    return status;
}

/* Rows that fill no batch wait for the next pass. */
static mg_status learn(lesson *l) {
    mg__autoencoder *a = l->autoencoder;
    const mg__autoencoder_options *o = l->options;
    int64_t rows = l->rows.points->rows, steps = rows / l->batch;
    mg__stream stream = { .seed = o->seed, .stream = mg__hash_text(0, "autoencoder") };
    mg_status status = MG_OK;
    for (int64_t pass = 0; pass < l->passes && status == MG_OK; pass++) {
        double sum = 0, loss = 0;
        stream.step = (uint64_t)pass;
        mg__random_permutation(&stream, (uint64_t)rows, l->order);
        for (int64_t s = 0; s < steps && status == MG_OK; s++, sum += loss) {
            double progress = ((double)pass + (double)s / (double)steps) / (double)l->passes;
            status = step(l, l->order + s * l->batch, pass, progress, &loss);
        }
        a->loss = sum / (double)steps;
        a->passes = pass + 1;
        if (status == MG_OK && o->on_pass && !o->on_pass(o->user, a->passes, l->passes, a->loss)) break;
    }
    mg_parameters_touch(a->encoding);
    mg_parameters_touch(a->decoding);
    if (status == MG_OK && !isfinite(a->loss))
        status =
            mg__fail(a->context, MG_NOT_FINITE, "autoencoder: its error is no longer finite; are some columns huge? scale them");
    return status;
}

static double scale_of(const mg__points *p) {
    double square = 0;
    for (int64_t i = 0; i < p->rows * p->columns; i++) square += (double)p->x[i] * (double)p->x[i];
    return square > 0 ? 1 / sqrt(square / (double)p->rows / (double)p->columns) : 1;
}

mg_status mg__autoencoder_fit(const mg__points *points, const mg__autoencoder_options *options, mg__autoencoder *a) {
    *a = (mg__autoencoder){ .context = points->context,
                            .columns = points->columns,
                            .code = options->code,
                            .width = choose_width(points->columns),
                            .vary = options->vary,
                            .scale = scale_of(points) };
    lesson l = { .autoencoder = a, .options = options, .batch = points->rows < BATCH ? points->rows : BATCH };
    int64_t steps = points->rows / l.batch, enough = (options->least_steps + steps - 1) / steps;
    l.passes = options->passes != MG_AUTO ? options->passes : enough > options->least_passes ? enough : options->least_passes;
    if (options->layers) memcpy(a->image, points->image, sizeof a->image);
    mg_status status = open_networks(a, options->layers);
    if (status == MG_OK) status = declare(a, options->seed);
    if (status == MG_OK) status = open_lesson(&l, points);
    if (status == MG_OK) status = learn(&l);
    close_lesson(&l);
    return status == MG_OK ? open_encode(a) : status;
}

/* --- using it ---------------------------------------------------------------------------------------- */

typedef mg_status on_batch(void *user, const mg__network_rows *rows, int64_t first, int64_t count, const float *x,
                           const float *out);

static mg_status run_batches(const mg__autoencoder *a, mg_session *session, const mg__points *points, on_batch *take,
                             void *user) {
    mg__network_rows rows;
    int64_t row[BATCH], shape[2] = { BATCH, a->columns };
    float *x = mg__alloc_array(a->context, BATCH, (size_t)a->columns * sizeof *x);
    mg_status status = mg__network_rows_open(&rows, points, a);
    if (!x) status = MG_OUT_OF_MEMORY;
    for (int64_t at = 0; at < points->rows && status == MG_OK; at += BATCH) {
        int64_t count = points->rows - at < BATCH ? points->rows - at : BATCH;
        for (int64_t i = 0; i < count; i++) row[i] = at + i;
        mg__network_rows_gather(&rows, row, count, NULL, x);
        const mg_tensor in = mg_tensor_borrow(MG_F32, 2, shape, x);
        mg_tensor out = { 0 };
        status = mg_run(session, &in, &out);
        if (status == MG_OK) status = take(user, &rows, at, count, x, out.data);
    }
    mg__network_rows_close(&rows);
    mg__free(a->context, x);
    return status;
}

typedef struct taking {
    const mg__autoencoder *autoencoder;
    float *code;
    double square;
} taking;

static mg_status take_code(void *user, const mg__network_rows *rows, int64_t first, int64_t count, const float *x,
                           const float *out) {
    taking *t = user;
    int64_t width = t->autoencoder->code;
    (void)rows, (void)x;
    memcpy(t->code + first * width, out, (size_t)(count * width) * sizeof *out);
    return MG_OK;
}

mg_status mg__autoencoder_encode(const mg__autoencoder *a, const mg__points *points, float *code) {
    taking t = { .autoencoder = a, .code = code };
    return run_batches(a, a->encode, points, take_code, &t);
}

static mg_status take_error(void *user, const mg__network_rows *rows, int64_t first, int64_t count, const float *x,
                            const float *out) {
    taking *t = user;
    int64_t columns = t->autoencoder->columns;
    for (int64_t i = 0; i < count; i++) {
        double factor = mg__network_rows_factor(rows, first + i), square = 0;
        for (int64_t c = i * columns; c < (i + 1) * columns; c++)
            square += ((double)x[c] - (double)out[c]) * ((double)x[c] - (double)out[c]);
        t->square += square / (factor * factor);
    }
    return MG_OK;
}

mg_status mg__autoencoder_error(mg__autoencoder *a, const mg__points *points, double *error) {
    taking t = { .autoencoder = a };
    mg_status status = open_rebuild(a);
    if (status == MG_OK) status = run_batches(a, a->rebuild, points, take_error, &t);
    *error = t.square / (double)points->rows / (double)points->columns;
    return status;
}

/* --- in a file --------------------------------------------------------------------------------------- */

/* The scale, then each of the encoder's entries by its name. */
size_t mg__autoencoder_store(const mg__autoencoder *a, mg__safetensor tensor[MG__AUTOENCODER_TENSORS]) {
    size_t count = 0;
    tensor[count++] = (mg__safetensor){ .name = "code_scale", .dtype = MG__ST_F64, .data = &a->scale };
    for (int i = 0; i < mg_parameters_count(a->encoding); i++) {
        const mg_parameter *entry = mg_parameters_entry(a->encoding, i);
        mg__safetensor *t = &tensor[count++];
        *t = (mg__safetensor){
            .name = entry->name, .dtype = MG__ST_F32, .rank = entry->rank, .data = mg_parameters_value(a->encoding, i).data
        };
        memcpy(t->shape, entry->shape, sizeof entry->shape);
    }
    return count;
}

static mg_status bad(const mg__safetensors *file, const char *name) {
    return mg__fail(file->context, MG_FORMAT,
                    "%s: its tensor '%s' is not there, of another shape than the network of its encoder, or holds a number that "
                    "cannot be: this is no whole clustering of micrograd",
                    file->path, name);
}

static mg_status read_entry(const mg__safetensors *file, mg_parameters *store, int index) {
    const mg_parameter *entry = mg_parameters_entry(store, index);
    const mg__safetensor *t = mg__safetensors_find(file, entry->name);
    mg_tensor value = mg_parameters_value(store, index);
    bool fits = t && t->dtype == MG__ST_F32 && t->rank == entry->rank;
    for (int d = 0; fits && d < entry->rank; d++) fits = t->shape[d] == entry->shape[d];
    if (!fits) return bad(file, entry->name);
    memcpy(value.data, t->data, mg_tensor_bytes(&value));
    const float *number = value.data;
    bool variance = strcmp(entry->name, "code.variance") == 0;
    for (int64_t i = 0; i < mg_tensor_count(&value); i++)
        if (!isfinite(number[i]) || (variance && number[i] < 0)) return bad(file, entry->name);
    return MG_OK;
}

/* A size that the file itself holds as many numbers of. */
static int64_t size_of(const mg__safetensors *file, const char *name, int64_t inputs) {
    const mg__safetensor *t = mg__safetensors_find(file, name);
    return t && t->rank == 2 && t->shape[0] == inputs && t->shape[1] > 0 ? t->shape[1] : 0;
}

mg_status mg__autoencoder_restore(const mg__safetensors *file, int64_t columns, mg__autoencoder *a) {
    *a = (mg__autoencoder){ .context = file->context, .columns = columns, .vary = true };
    const mg__safetensor *scale = mg__safetensors_find(file, "code_scale");
    if (!scale || scale->dtype != MG__ST_F64 || scale->rank != 0) return bad(file, "code_scale");
    memcpy(&a->scale, scale->data, sizeof a->scale);
    if (!isfinite(a->scale)) return bad(file, "code_scale");
    a->width = size_of(file, "dense1.weight", columns);
    if (a->width == 0) return bad(file, "dense1.weight");
    a->code = size_of(file, "code.weight", a->width);
    if (a->code == 0) return bad(file, "code.weight");
    mg_status status = open_networks(a, NULL);
    if (status == MG_OK) status = declare(a, 0);
    for (int i = 0; status == MG_OK && i < mg_parameters_count(a->encoding); i++) status = read_entry(file, a->encoding, i);
    mg_parameters_touch(a->encoding);
    return status == MG_OK ? open_encode(a) : status;
}
