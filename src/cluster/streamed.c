/* Mini-batches of a file that need not fit in memory. It is read three times: for a sample, on which encoder, k and first centres
 * are found; then each piece is a step; then each row is counted where it belongs. */
#include "cluster/clustering.h"
#include "cluster/minibatch.h"

#include "base/system.h"
#include "data/sample.h"

#include <inttypes.h>
#include <string.h>

#define PIECE_ROWS 4096

typedef struct streaming {
    mg_context *context;
    mg_reader *reader;
    mg_clustering *clustering;
    mg__minibatch minibatch;
    double inertia;
    int64_t rows;
} streaming;

/* --- the sample -------------------------------------------------------------------------------------- */

static mg_status draw_sample(streaming *s, mg__sample *sample) {
    int64_t shape[3];
    for (mg_dataset *piece; (piece = mg_reader_next(s->reader, PIECE_ROWS)) != NULL;) {
        bool images = mg_dataset_image_shape(piece, shape), kept = !images && mg__sample_add(s->context, sample, piece);
        s->rows += mg_dataset_rows(piece);
        mg_dataset_destroy(piece);
        if (images)
            return mg__fail(s->context, MG_UNSUPPORTED,
                            "images are read whole, not a piece at a time; read them without streaming");
        if (!kept) return MG_OUT_OF_MEMORY;
    }
    mg_status status = mg_reader_status(s->reader);
    if (status == MG_OK && s->rows == 0) return mg__fail(s->context, MG_FORMAT, "there are no rows to group");
    return status;
}

/* --- passes ------------------------------------------------------------------------------------------ */

typedef mg_status visit(streaming *s, const mg__points *points);

static mg_status pass(streaming *s, visit *each) {
    mg_status status = mg_reader_rewind(s->reader);
    while (status == MG_OK) {
        mg_dataset *piece = mg_reader_next(s->reader, PIECE_ROWS);
        if (!piece) return mg_reader_status(s->reader);
        mg__points points;
        status = mg__prepare_more(s->context, &s->clustering->prepared, piece, &points);
        if (status == MG_OK) status = each(s, &points);
        mg__free(s->context, points.x);
        mg_dataset_destroy(piece);
    }
    return status;
}

static mg_status learn(streaming *s, const mg__points *points) { return mg__minibatch_step(&s->minibatch, points); }

static mg_status count(streaming *s, const mg__points *points) {
    mg__found found = { .k = s->clustering->found.k, .centre = s->clustering->found.centre };
    found.label = mg__alloc_array(s->context, (size_t)points->rows, sizeof *found.label);
    mg_status status = found.label ? mg__assign_nearest(points, found.k, found.centre, found.label) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) s->inertia += mg__inertia(points, &found);
    for (int64_t row = 0; row < points->rows && status == MG_OK; row++) s->clustering->size[found.label[row]]++;
    mg__free(s->context, found.label);
    return status;
}

/* The sample's groups are where the steps begin, each with the rows that it has had there. */
static mg_status improve(streaming *s) {
    mg_clustering *c = s->clustering;
    mg__found *f = &c->found;
    size_t cells = (size_t)(f->k * c->prepared.points.columns);
    mg_status status = mg__minibatch_open(&s->minibatch, s->context, f->k, c->prepared.points.columns);
    if (status == MG_OK) {
        memcpy(s->minibatch.centre, f->centre, cells * sizeof *f->centre);
        memcpy(s->minibatch.count, c->size, (size_t)f->k * sizeof *c->size);
        status = pass(s, learn);
    }
    if (status == MG_OK) {
        memcpy(f->centre, s->minibatch.centre, cells * sizeof *f->centre);
        memset(c->size, 0, (size_t)f->k * sizeof *c->size);
        f->iterations += s->minibatch.steps;
        status = pass(s, count);
    }
    return status;
}

/* --- the whole --------------------------------------------------------------------------------------- */

/* Larger groups first, again: a plain insertion, for k is small. */
static void order(mg_clustering *c) {
    int64_t columns = c->prepared.points.columns;
    for (int64_t i = 1; i < c->found.k; i++)
        for (int64_t j = i; j > 0 && c->size[j] > c->size[j - 1]; j--) {
            int64_t size = c->size[j];
            c->size[j] = c->size[j - 1];
            c->size[j - 1] = size;
            for (int64_t n = 0; n < columns; n++) {
                double *a = &c->found.centre[j * columns + n], *b = &c->found.centre[(j - 1) * columns + n], x = *a;
                *a = *b;
                *b = x;
            }
        }
    for (int64_t i = 0; i < c->found.k * columns; i++) c->centre[i] = c->found.centre[i] + c->prepared.points.mean[i % columns];
}

static mg_status cluster_file(streaming *s, const mg_cluster_options *options, mg__sample *sample) {
    mg_status status = draw_sample(s, sample);
    if (status != MG_OK) return status;
    s->clustering = mg_cluster(s->context, sample->rows, options);
    if (!s->clustering) return mg_context_status(s->context);
    mg_clustering *c = s->clustering;
    int64_t sampled = c->prepared.points.rows;
    mg__free(s->context, c->prepared.points.x);
    mg__free(s->context, c->found.label);
    c->prepared.points.x = NULL;
    c->found.label = NULL;
    if (sampled < s->rows) {
        status = improve(s);
        if (status != MG_OK) return status;
        order(c);
        mg__cluster_warn(
            c, "scores and k are of a sample of %" PRId64 " of the %" PRId64 " rows; centres, sizes and inertia are of all",
            sampled, s->rows);
        c->result.inertia = s->inertia;
    }
    c->result.rows = s->rows;
    mg__cluster_describe(c);
    return MG_OK;
}

mg_clustering *mg_cluster_file(mg_context *context, const char *path, const mg_dataset_options *data,
                               const mg_cluster_options *options) {
    if (!context || !path || !options) return NULL;
    if (!options->method || strcmp(options->method, mg__method_minibatch.name) != 0) {
        mg__fail(context, MG_SETTING, "method: '%.40s' looks at all rows at once; to read a piece at a time, give minibatch",
                 options->method ? options->method : "");
        return NULL;
    }
    int64_t began = mg__clock();
    streaming s = { .context = context, .reader = mg_reader_open(context, path, data) };
    mg__sample sample = mg__sample_begin(MG__SAMPLE_ROWS, MG__SAMPLE_BYTES);
    mg_status status = s.reader ? cluster_file(&s, options, &sample) : mg_context_status(context);
    if (status != MG_OK) {
        mg_clustering_destroy(s.clustering);
        s.clustering = NULL;
    }
    mg__sample_end(context, &sample);
    if (s.minibatch.context) mg__minibatch_close(&s.minibatch);
    mg_reader_close(s.reader);
    if (s.clustering) s.clustering->result.seconds = 1e-9 * (double)(mg__clock() - began);
    return s.clustering;
}
