/* One workload of bench/run on micrograd: bench/step FILE THREADS, FILE being what bench/workloads.py writes. Reads commands from
 * the standard input and answers each with a line of JSON, so that bench/run can let programs take turns:
 *
 *     train SECONDS          best time of a training step; the loss after ten steps from the first weights; peak memory of
 * training infer BATCH SECONDS    best time of an inference of BATCH rows with the first weights; check: the mean of its outputs
 * program no JSON: what the training program does, step by step
 */
#define _DEFAULT_SOURCE
#include "measure.h"

#include <micrograd.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARRAYS = 256, TEXT = 4096, NAME = 128, STEPS = 10 };

typedef struct workload {
    char model[TEXT], optimizer[NAME];
    double learning_rate, momentum;
    int64_t outputs;
    int count;
    char names[ARRAYS][NAME];
    mg_tensor *arrays[ARRAYS]; /* "x" first, "t" second, then the first weights */
} workload;

/* What trains or infers; made for each command anew. */
typedef struct runner {
    mg_graph *graph;
    mg_parameters *store;
    mg_program *program;
    mg_session *session;
} runner;

static int complain(const char *what, const char *about) {
    fprintf(stderr, "step: %s %s\n", what, about);
    return 1;
}

/* --- the file ---------------------------------------------------------------------------------------- */

static bool read_words(FILE *in, workload *w) {
    char line[TEXT];
    while (fgets(line, sizeof line, in) && line[0] != '\n') {
        line[strcspn(line, "\n")] = 0;
        char *value = strchr(line, ' ');
        if (!value) return false;
        *value++ = 0;
        if (strcmp(line, "model") == 0) snprintf(w->model, sizeof w->model, "%s", value);
        if (strcmp(line, "optimizer") == 0) snprintf(w->optimizer, sizeof w->optimizer, "%.*s", NAME - 1, value);
        if (strcmp(line, "outputs") == 0) w->outputs = strtoll(value, NULL, 10);
        if (strcmp(line, "learning_rate") == 0) w->learning_rate = strtod(value, NULL);
        if (strcmp(line, "momentum") == 0) w->momentum = strtod(value, NULL);
    }
    return w->model[0] && w->optimizer[0] && w->outputs > 0;
}

static bool read_arrays(FILE *in, workload *w, mg_context *ctx) {
    char line[TEXT], type[8];
    while (fgets(line, sizeof line, in)) {
        int used = 0, rank = 0;
        int64_t shape[MG_MAX_RANK];
        if (w->count == ARRAYS || sscanf(line, "%127s %7s%n", w->names[w->count], type, &used) != 2) return false;
        for (char *at = line + used, *end; rank < MG_MAX_RANK; rank++, at = end) {
            shape[rank] = strtoll(at, &end, 10);
            if (end == at) break;
        }
        mg_tensor *t = mg_tensor_create(ctx, strcmp(type, "i32") == 0 ? MG_I32 : MG_F32, rank, shape);
        if (!t) return false;
        w->arrays[w->count++] = t;
        if (fread(t->data, 1, mg_tensor_bytes(t), in) != mg_tensor_bytes(t) || fgetc(in) != '\n') return false;
    }
    return w->count > 2 && strcmp(w->names[0], "x") == 0 && strcmp(w->names[1], "t") == 0;
}

/* --- building ---------------------------------------------------------------------------------------- */

static bool load_weights(runner *r, const workload *w) {
    if (mg_parameters_freeze(r->store, 0) != MG_OK) return false;
    int loaded = 0, wanted = 0;
    for (int i = 2; i < w->count; i++) {
        int entry = mg_parameters_find(r->store, w->names[i]);
        if (entry < 0) return complain("the network learns nothing named", w->names[i]), false;
        mg_tensor value = mg_parameters_value(r->store, entry);
        if (mg_tensor_bytes(&value) != mg_tensor_bytes(w->arrays[i]))
            return complain("other size than in the file:", w->names[i]), false;
        memcpy(value.data, w->arrays[i]->data, mg_tensor_bytes(&value));
        loaded++;
    }
    for (int i = 0; i < mg_parameters_count(r->store); i++) wanted += mg_parameters_entry(r->store, i)->role != MG_STATE;
    if (loaded != wanted) return complain("the file has too few weights for", w->model), false;
    mg_parameters_touch(r->store);
    return true;
}

/* batch 0: the training step; else inference. */
static bool make(runner *r, mg_context *ctx, const workload *w, int64_t batch) {
    const mg_tensor *x = w->arrays[0], *t = w->arrays[1];
    int64_t shape[MG_MAX_RANK];
    memcpy(shape, x->shape, sizeof shape);
    if (batch > 0) shape[0] = batch;
    r->graph = mg_graph_create(ctx, MG_STAGED);
    r->store = mg_parameters_create(ctx, MG_F32);
    mg_network *network = mg_network_parse(ctx, w->model);
    if (!network) return false;
    mg_network_options options = mg_network_defaults();
    options.outputs = w->outputs;
    options.training = batch == 0;
    mg_node *y = mg_network_build(network, mg_input(r->graph, "x", MG_F32, x->rank, shape), r->store, &options);
    mg_network_destroy(network);
    if (batch == 0) {
        mg_node *target = mg_input(r->graph, "t", t->dtype, t->rank, t->shape);
        y = w->outputs == 1 ? mg_binary_cross_entropy(y, target, NULL) : mg_cross_entropy(y, target, NULL);
        mg_optimizer optimizer = mg_optimizer_defaults(w->optimizer);
        optimizer.learning_rate = w->learning_rate;
        optimizer.momentum = w->momentum;
        if (mg_minimise(y, r->store, &optimizer) != MG_OK) return false;
    }
    r->program = mg_compile(r->graph, MG_CPU, &y, 1);
    r->session = mg_session_create(ctx, r->program, NULL);
    return r->session && load_weights(r, w);
}

static void destroy(runner *r) {
    mg_session_destroy(r->session);
    mg_program_destroy(r->program);
    mg_graph_destroy(r->graph);
    mg_parameters_destroy(r->store);
}

/* --- commands ---------------------------------------------------------------------------------------- */

/* Best mean of chunks of about 20 ms; negative on failure. */
static double measure(mg_session *session, const mg_tensor *inputs, mg_tensor *output, double seconds) {
    double best = INFINITY;
    int64_t chunk = 1;
    for (double end = now() + seconds; now() < end;) {
        double start = now();
        for (int64_t i = 0; i < chunk; i++)
            if (mg_run(session, inputs, output) != MG_OK) return -1;
        double each = (now() - start) / (double)chunk;
        if (each < best) best = each;
        if (each * (double)chunk < 0.02) chunk *= 2;
    }
    return best;
}

static bool train(mg_context *ctx, const workload *w, double seconds) {
    long before = begin_peak();
    runner r = { .graph = NULL };
    bool ok = make(&r, ctx, w, 0);
    float loss = 0;
    mg_tensor out = mg_tensor_borrow(MG_F32, 0, NULL, &loss), inputs[] = { *w->arrays[0], *w->arrays[1] };
    for (int i = 0; ok && i <= STEPS; i++) ok = mg_run(r.session, inputs, &out) == MG_OK;
    float after = loss;
    double best = ok ? measure(r.session, inputs, &out, seconds) : -1;
    if (best > 0) printf("{\"seconds\": %.9g, \"check\": %.9g, \"peak_bytes\": %ld}\n", best, (double)after, peak_since(before));
    destroy(&r);
    return best > 0;
}

static mg_tensor *repeat_rows(mg_context *ctx, const mg_tensor *x, int64_t batch) {
    int64_t shape[MG_MAX_RANK];
    memcpy(shape, x->shape, sizeof shape);
    shape[0] = batch;
    mg_tensor *repeated = mg_tensor_create(ctx, MG_F32, x->rank, shape);
    size_t row = mg_tensor_bytes(x) / (size_t)x->shape[0];
    for (int64_t i = 0; repeated && i < batch; i++)
        memcpy((char *)repeated->data + (size_t)i * row, (const char *)x->data + (size_t)(i % x->shape[0]) * row, row);
    return repeated;
}

static bool infer(mg_context *ctx, const workload *w, int64_t batch, double seconds) {
    runner r = { .graph = NULL };
    mg_tensor *x = repeat_rows(ctx, w->arrays[0], batch), out = { .dtype = MG_F32, .rank = 2, .shape = { batch, w->outputs } };
    double best = -1, sum = 0;
    if (x && make(&r, ctx, w, batch) && mg_run(r.session, x, &out) == MG_OK) {
        for (int64_t i = 0; i < mg_tensor_count(&out); i++) sum += mg_tensor_get(&out, i);
        best = measure(r.session, x, &out, seconds);
    }
    if (best > 0) printf("{\"seconds\": %.9g, \"check\": %.9g}\n", best, sum / (double)mg_tensor_count(&out));
    destroy(&r);
    mg_tensor_destroy(x);
    return best > 0;
}

static bool put(void *user, const char *text, size_t length) { return fwrite(text, 1, length, user) == length; }

static bool print_program(mg_context *ctx, const workload *w) {
    runner r = { .graph = NULL };
    bool ok = make(&r, ctx, w, 0) && mg_program_write_text(r.program, put, stdout) == MG_OK;
    destroy(&r);
    return ok;
}

static bool obey(mg_context *ctx, const workload *w, const char *command) {
    double seconds;
    long long batch;
    if (sscanf(command, "train %lf", &seconds) == 1) return train(ctx, w, seconds);
    if (sscanf(command, "infer %lld %lf", &batch, &seconds) == 2 && batch > 0) return infer(ctx, w, batch, seconds);
    if (strcmp(command, "program\n") == 0) return print_program(ctx, w);
    return complain("no such command:", command), false;
}

int main(int count, char **arguments) {
    static workload w;
    mg_context_options options = mg_context_defaults();
    options.threads = count > 2 ? atoi(arguments[2]) : 1;
    mg_context *ctx = mg_context_create(&options);
    if (count != 3 || !ctx) return complain("usage:", "step FILE THREADS"), 2;
    FILE *in = fopen(arguments[1], "rb");
    if (!in) return complain(strerror(errno), arguments[1]);
    if (!read_words(in, &w) || !read_arrays(in, &w, ctx)) return complain("not written by bench/workloads.py:", arguments[1]);
    fclose(in);
    printf("{\"version\": \"%s\"}\n", mg_version());
    fflush(stdout);

    bool ok = true;
    char command[NAME];
    while (ok && fgets(command, sizeof command, stdin)) {
        ok = obey(ctx, &w, command);
        fflush(stdout);
    }
    if (!ok) complain("micrograd:", mg_context_message(ctx));
    for (int i = 0; i < w.count; i++) mg_tensor_destroy(w.arrays[i]);
    mg_context_destroy(ctx);
    return ok ? 0 : 1;
}
