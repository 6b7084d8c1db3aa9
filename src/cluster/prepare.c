#include "cluster/prepare.h"

#include "cluster/slices.h"
#include "data/encoder.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- columns ----------------------------------------------------------------------------------------- */

/* Marks the columns that a list names. */
static mg_status mark(mg_context *context, const mg_dataset *dataset, const char *list, const char *option, bool *drop) {
    char name[512];
    for (const char *at = list; at && *at;) {
        size_t length = strcspn(at, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), at);
        int64_t column = mg_dataset_find(dataset, name);
        if (column < 0)
            return mg__fail(context, MG_SETTING, "%s: %s has no column '%s'", option, mg_dataset_source(dataset), name);
        drop[column] = true;
        at += length + (at[length] == ',');
    }
    return MG_OK;
}

static mg_status read_image(mg_context *context, const char *text, int64_t image[3]) {
    long long height = 0, width = 0, channels = 1;
    char end;
    if (!text) return MG_OK;
    int read = sscanf(text, "%lldx%lldx%lld%c", &height, &width, &channels, &end);
    if (read < 2 || read > 3 || height < 1 || width < 1 || channels < 1)
        return mg__fail(context, MG_SETTING, "image: '%.40s' is no size; give HEIGHTxWIDTH, 8x8, or with channels 32x32x3", text);
    image[0] = height, image[1] = width, image[2] = channels;
    return MG_OK;
}

/* --- the scale --------------------------------------------------------------------------------------- */

/* Pixels and counts: at least 16 columns, all of whole numbers from 0 to a largest of at most 255, that at least half of them
 * reach half of. */
static bool share_a_unit(const mg_dataset *dataset, const bool *drop, double *largest) {
    int64_t columns = 0, high = 0;
    *largest = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t c = 0; c < mg_dataset_columns(dataset); c++) {
            if (drop[c]) continue;
            if (mg_dataset_column_type(dataset, c) != MG_COLUMN_NUMBER) return false;
            double most = 0;
            for (int64_t row = 0; row < mg_dataset_rows(dataset); row++) {
                double x = mg_dataset_number(dataset, row, c);
                if (!(x >= 0 && x <= 255) || x != floor(x)) return false;
                most = x > most ? x : most;
            }
            if (pass == 0)
                columns++, *largest = most > *largest ? most : *largest;
            else
                high += most >= *largest / 2;
        }
        if (columns < 16) return false;
    }
    return 2 * high >= columns;
}

static mg_status choose_scale(mg_context *context, const mg_dataset *dataset, const mg_cluster_options *options, const bool *drop,
                              mg__prepared *p) {
    double largest;
    const char *wanted = options->scale;
    if (strcmp(wanted, "none") == 0 || strcmp(wanted, "standard") == 0) {
        p->scale = *wanted == 'n' ? "none" : "standard";
        strcpy(p->scale_reason, "as asked");
    } else if (strcmp(wanted, "auto") != 0) {
        return mg__fail(context, MG_SETTING, "scale: '%.40s' is not known; give auto, standard or none", wanted);
    } else if (options->image || mg_dataset_image_shape(dataset, (int64_t[3]){ 0 })) {
        p->scale = "none";
        strcpy(p->scale_reason, "pixels share a unit");
    } else if (share_a_unit(dataset, drop, &largest)) {
        p->scale = "none";
        snprintf(p->scale_reason, sizeof p->scale_reason, "all columns are whole numbers from 0 to %g, as pixels and counts are",
                 largest);
    } else {
        p->scale = "standard";
        strcpy(p->scale_reason, "columns have units of their own");
    }
    return MG_OK;
}

/* --- points ------------------------------------------------------------------------------------------ */

/* Without a scale, yes and no of numbers are those numbers; what is embedded has no distance and is not looked at. */
static void put_units(const mg_encoder *e, mg__points *p) {
    for (size_t i = 0; i < e->features; i++) {
        const mg__feature *f = &e->feature[i];
        bool numbers = f->kind == MG_KIND_BOOLEAN && f->categories.numeric && e->scale == MG_SCALE_NONE;
        if (e->image[0] > 0 || (!numbers && f->codes == 0)) continue;
        double low = numbers ? f->categories.item[0].value : 0, high = numbers ? f->categories.item[1].value : 0;
        for (int64_t row = 0; row < p->rows; row++) {
            float *x = p->x + row * p->columns + (numbers ? f->dense_at : f->code_at);
            *x = (float)(low + 0.5 * ((double)*x + 1) * (high - low));
        }
    }
}

static mg_status encode(mg_context *context, const mg_encoder *encoder, const mg_dataset *dataset, mg__points *points) {
    points->context = context;
    points->rows = mg_dataset_rows(dataset);
    points->columns = mg_encoder_features(encoder);
    memcpy(points->image, encoder->image, sizeof points->image);
    size_t count;
    if (!mg__size_multiply((size_t)points->rows, (size_t)points->columns, &count)) return mg__fail_memory(context, SIZE_MAX);
    points->x = mg__alloc_array(context, count, sizeof *points->x);
    if (!points->x) return MG_OUT_OF_MEMORY;
    mg_status status = mg_encoder_inputs(context, encoder, dataset, NULL, points->rows, points->x);
    if (status == MG_OK) put_units(encoder, points);
    return status;
}

typedef struct summing {
    mg__points *points;
    int64_t slices;
    double *sum; /* [slices, columns] */
} summing;

static void add_slice(void *user, int64_t slice, int worker) {
    summing *s = user;
    const mg__points *p = s->points;
    double *sum = s->sum + slice * p->columns;
    int64_t end = mg__slice_begin(p->rows, s->slices, slice + 1);
    (void)worker;
    for (int64_t row = mg__slice_begin(p->rows, s->slices, slice); row < end; row++)
        for (int64_t i = 0; i < p->columns; i++) sum[i] += (double)p->x[row * p->columns + i];
}

static void take_off_slice(void *user, int64_t slice, int worker) {
    summing *s = user;
    const mg__points *p = s->points;
    int64_t end = mg__slice_begin(p->rows, s->slices, slice + 1);
    (void)worker;
    for (int64_t row = mg__slice_begin(p->rows, s->slices, slice); row < end; row++)
        for (int64_t i = 0; i < p->columns; i++) {
            float *x = &p->x[row * p->columns + i];
            *x = (float)((double)*x - p->mean[i]);
        }
}

static void take_off(mg__points *points) {
    summing s = { .points = points, .slices = mg__slice_count(points->rows, 0) };
    mg__slices_run(points->context, s.slices, take_off_slice, &s);
}

mg_status mg__points_centre(mg__points *points) {
    mg_context *context = points->context;
    size_t columns = (size_t)points->columns;
    summing s = { .points = points, .slices = mg__slice_count(points->rows, columns * sizeof *s.sum) };
    points->mean = mg__alloc_array(context, columns, sizeof *points->mean);
    s.sum = mg__alloc_array(context, (size_t)s.slices, columns * sizeof *s.sum);
    if (!points->mean || !s.sum) {
        mg__free(context, s.sum);
        return MG_OUT_OF_MEMORY;
    }
    mg__slices_run(context, s.slices, add_slice, &s);
    for (int64_t slice = 0; slice < s.slices; slice++)
        for (size_t i = 0; i < columns; i++) points->mean[i] += s.sum[(size_t)slice * columns + i];
    for (size_t i = 0; i < columns; i++) points->mean[i] /= (double)points->rows;
    mg__free(context, s.sum);
    take_off(points);
    return MG_OK;
}

static mg_status fit_encoder(mg_context *context, const mg_dataset *dataset, const mg_cluster_options *options, const bool *drop,
                             mg__prepared *p) {
    mg_encoder_options encoder = mg_encoder_defaults();
    mg_status status = read_image(context, options->image, encoder.image);
    if (status != MG_OK) return status;
    encoder.drop = drop;
    encoder.one_hot = 4096;
    encoder.scale = strcmp(p->scale, "none") == 0 ? MG_SCALE_NONE : MG_SCALE_STANDARD;
    p->encoder = mg_encoder_fit(context, dataset, NULL, 0, &encoder);
    return p->encoder ? MG_OK : mg_context_status(context);
}

mg_status mg__prepare(mg_context *context, const mg_dataset *dataset, const mg_cluster_options *options, mg__prepared *p) {
    *p = (mg__prepared){ 0 };
    bool *drop = mg__alloc_array(context, (size_t)mg_dataset_columns(dataset) + 1, sizeof *drop);
    if (!drop) return MG_OUT_OF_MEMORY;
    mg_status status = mark(context, dataset, options->drop, "drop", drop);
    if (status == MG_OK) status = mark(context, dataset, options->truth, "truth", drop);
    if (status == MG_OK) status = choose_scale(context, dataset, options, drop, p);
    if (status == MG_OK) status = fit_encoder(context, dataset, options, drop, p);
    if (status == MG_OK) status = encode(context, p->encoder, dataset, &p->points);
    mg__free(context, drop);
    return status;
}

void mg__prepared_free(mg_context *context, mg__prepared *p) {
    mg_encoder_destroy(p->encoder);
    mg__free(context, p->points.x);
    mg__free(context, p->points.mean);
    *p = (mg__prepared){ 0 };
}

mg_status mg__prepare_more(mg_context *context, const mg__prepared *p, const mg_dataset *dataset, mg__points *points) {
    *points = (mg__points){ 0 };
    mg_status status = encode(context, p->encoder, dataset, points);
    points->mean = p->points.mean;
    if (status == MG_OK) take_off(points);
    return status;
}
