/* Fitting an encoder: means, deviations, categories and classes of the training rows. */
#include "data/encoder.h"
#include "interop/sort.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct fitting {
    mg_context *context;
    const mg_dataset *dataset;
    const int64_t *rows; /* NULL: 0 .. count - 1 */
    int64_t count;
    mg_encoder_options options;
    mg_encoder *encoder;
} fitting;

static int64_t row_at(const fitting *f, int64_t i) { return f->rows != NULL ? f->rows[i] : i; }

static bool warn(fitting *f, const char *text) {
    mg_encoder *e = f->encoder;
    if (!mg__grow(f->context, &e->warning, &e->warning_capacity, e->warnings + 1, sizeof *e->warning)) return false;
    e->warning[e->warnings] = mg__strdup(f->context, text);
    if (e->warning[e->warnings] == NULL) return false;
    e->warnings++;
    return true;
}

static bool warn_left_out(fitting *f, const mg__column *column, const char *why) {
    char text[256];
    size_t used = 0;
    mg__append(text, sizeof text, &used, "column '%.100s' is left out: %s", column->name, why);
    return warn(f, text);
}

static bool warn_imputed(fitting *f, const mg__column *column, int64_t cells, double mean) {
    char text[256];
    size_t used = 0;
    mg__append(text, sizeof text, &used, "column '%.100s': %" PRId64 " missing cell%s its mean, %g", column->name, cells,
               cells == 1 ? " takes" : "s take", mean);
    return warn(f, text);
}

/* Mean and population deviation of the numbers that are there: mean = sum x / n, deviation = sqrt(sum (x - mean)^2 / n), and
 * exactly (x, 1) where all are the same x. */
typedef struct moments {
    int64_t count;
    double mean, deviation;
} moments;

static bool measure(const fitting *f, const mg__column *column, moments *m) {
    double sum = 0, squares = 0, low = INFINITY, high = -INFINITY;
    *m = (moments){ .deviation = 1 };
    for (int64_t i = 0; i < f->count; i++) {
        double x = mg__column_number(column, row_at(f, i));
        if (isnan(x)) continue;
        if (isinf(x)) {
            mg__fail(f->context, MG_FORMAT,
                     "%s, line %" PRId64 ": column '%.100s' holds an infinite number; correct it, or leave the cell empty",
                     f->dataset->source, mg_dataset_line(f->dataset, row_at(f, i)), column->name);
            return false;
        }
        low = fmin(low, x);
        high = fmax(high, x);
        sum += x;
        m->count++;
    }
    if (m->count == 0) return true;
    m->mean = low == high ? low : sum / (double)m->count;
    for (int64_t i = 0; low < high && i < f->count; i++) {
        double x = mg__column_number(column, row_at(f, i));
        if (!isnan(x)) squares += (x - m->mean) * (x - m->mean);
    }
    if (squares > 0) m->deviation = sqrt(squares / (double)m->count);
    if (isfinite(m->mean) && isfinite(m->deviation)) return true;
    mg__fail(f->context, MG_FORMAT, "%s: the numbers of column '%.100s' are too large (from %g to %g); give them in another unit",
             f->dataset->source, column->name, low, high);
    return false;
}

static bool fit_number(fitting *f, const mg__column *column) {
    moments m;
    mg__feature *feature = &f->encoder->feature[f->encoder->features];
    if (!measure(f, column, &m)) return false;
    if (m.count == 0) return warn_left_out(f, column, "all its cells are missing");
    if (m.count < f->count && !warn_imputed(f, column, f->count - m.count, m.mean)) return false;
    bool scaled = f->encoder->scale == MG_SCALE_STANDARD;
    *feature = (mg__feature){ .mean = scaled ? m.mean : 0, .deviation = scaled ? m.deviation : 1, .missing = m.mean };
    feature->name = mg__strdup(f->context, column->name);
    f->encoder->features++;
    return feature->name != NULL;
}

/* The distinct spellings among the rows, up to one more than the limit; seen is as long as the dictionary. */
static size_t count_categories(const fitting *f, const mg__column *column, bool *seen) {
    size_t count = 0;
    for (int64_t i = 0; i < f->count && count <= (size_t)f->options.one_hot; i++) {
        uint32_t code = column->codes[row_at(f, i)];
        if (code == MG__MISSING || seen[code]) continue;
        seen[code] = true;
        count++;
    }
    return count;
}

static bool fit_categories(fitting *f, const mg__column *column, const bool *seen, size_t count) {
    mg__feature *feature = &f->encoder->feature[f->encoder->features++];
    *feature = (mg__feature){ .deviation = 1, .name = mg__strdup(f->context, column->name) };
    feature->category = mg__alloc_array(f->context, count, sizeof *feature->category);
    if (feature->name == NULL || feature->category == NULL) return false;
    for (size_t code = 0; code < column->dictionary.count; code++) {
        if (!seen[code]) continue;
        char *copy = mg__strdup(f->context, mg__dictionary_text(&column->dictionary, (uint32_t)code));
        if (copy == NULL) return false;
        feature->category[feature->categories++] = copy;
    }
    mg__sort(feature->category, count, sizeof *feature->category, mg__compare_text, NULL);
    return true;
}

static bool fit_text(fitting *f, const mg__column *column) {
    bool *seen = mg__alloc_zero(f->context, column->dictionary.count);
    if (seen == NULL) return false;
    size_t count = count_categories(f, column, seen);
    bool ok;
    if (count > (size_t)f->options.one_hot) {
        char why[64];
        size_t used = 0;
        mg__append(why, sizeof why, &used, "text with more than %d different values", f->options.one_hot);
        ok = warn_left_out(f, column, why);
    } else if (count == 0) {
        ok = warn_left_out(f, column, "all its cells are missing");
    } else {
        ok = fit_categories(f, column, seen, count);
    }
    mg__free(f->context, seen);
    return ok;
}

/* One channel of images of bytes: exact sums from a histogram. */
static moments measure_bytes(const fitting *f, int64_t channel, int64_t pixels, int64_t channels) {
    int64_t histogram[256] = { 0 }, sum = 0;
    double squares = 0;
    for (int64_t i = 0; i < f->count; i++) {
        const uint8_t *image = f->dataset->bytes + row_at(f, i) * pixels * channels + channel;
        for (int64_t p = 0; p < pixels; p++) histogram[image[p * channels]]++;
    }
    moments m = { .count = f->count * pixels, .deviation = 1 };
    for (int v = 0; v < 256; v++) sum += v * histogram[v];
    m.mean = (double)sum / (double)m.count;
    for (int v = 0; v < 256; v++) squares += (double)histogram[v] * (v - m.mean) * (v - m.mean);
    if (squares > 0) m.deviation = sqrt(squares / (double)m.count);
    return m;
}

static moments measure_floats(const fitting *f, int64_t channel, int64_t pixels, int64_t channels) {
    moments m = { .count = f->count * pixels, .deviation = 1 };
    for (int pass = 0; pass < 2; pass++) {
        double sum = 0;
        for (int64_t i = 0; i < f->count; i++) {
            const float *image = f->dataset->floats + row_at(f, i) * pixels * channels + channel;
            for (int64_t p = 0; p < pixels; p++) {
                double x = (double)image[p * channels];
                sum += pass == 0 ? x : (x - m.mean) * (x - m.mean);
            }
        }
        if (pass == 0)
            m.mean = sum / (double)m.count;
        else if (sum > 0 || isnan(sum))
            m.deviation = sqrt(sum / (double)m.count);
    }
    return m;
}

static bool fit_images(fitting *f) {
    mg_encoder *e = f->encoder;
    memcpy(e->image, f->dataset->image, sizeof e->image);
    int64_t pixels = e->image[0] * e->image[1], channels = e->image[2];
    for (int64_t c = 0; c < channels; c++) {
        moments m = f->dataset->bytes != NULL ? measure_bytes(f, c, pixels, channels) : measure_floats(f, c, pixels, channels);
        if (!isfinite(m.mean) || !isfinite(m.deviation)) {
            mg__fail(f->context, MG_FORMAT, "%s: channel %" PRId64 " of the images holds numbers that are infinite or none",
                     f->dataset->source, c);
            return false;
        }
        bool scaled = e->scale == MG_SCALE_STANDARD;
        e->feature[e->features++] =
            (mg__feature){ .mean = scaled ? m.mean : 0, .deviation = scaled ? m.deviation : 1, .missing = m.mean };
    }
    return true;
}

static bool fit_target(fitting *f) {
    mg_encoder *e = f->encoder;
    const mg__column *column = &f->dataset->column[f->options.target];
    mg_target target = { .task = f->options.task };
    if (f->options.task == MG_TASK_AUTO &&
        mg_dataset_target(f->context, f->dataset, column->name, MG_TASK_AUTO, &target) != MG_OK)
        return false;
    e->task = target.task;
    e->target = mg__strdup(f->context, column->name);
    if (e->target == NULL) return false;
    if (e->task == MG_TASK_CLASSIFICATION) {
        if (mg__classes_collect(f->context, f->dataset, f->options.target, f->rows, f->count, &e->classes) != MG_OK) return false;
        if (e->classes.count >= 2) return true;
        mg__fail(
            f->context, MG_FORMAT,
            "%s: the target '%.100s' is '%.100s' in every row, so there is nothing to learn; give rows of at least two classes",
            f->dataset->source, column->name, e->classes.item[0].name);
        return false;
    }
    moments m;
    if (column->type == MG_COLUMN_TEXT) {
        mg__fail(f->context, MG_SETTING, "task: regression needs numbers, but the target '%.100s' holds text", column->name);
        return false;
    }
    if (!measure(f, column, &m)) return false;
    e->target_mean = m.mean;
    e->target_deviation = m.deviation;
    return true;
}

static bool fit(fitting *f) {
    const mg_dataset *d = f->dataset;
    if (f->options.target >= 0 && !fit_target(f)) return false;
    if (d->image[0] > 0) return fit_images(f) && mg__encoder_measure(f->encoder, d->source);
    for (int64_t c = 0; c < d->columns; c++)
        if (c != f->options.target &&
            !(d->column[c].type == MG_COLUMN_TEXT ? fit_text(f, &d->column[c]) : fit_number(f, &d->column[c])))
            return false;
    return mg__encoder_measure(f->encoder, d->source);
}

mg_encoder *mg_encoder_fit(mg_context *context, const mg_dataset *d, const int64_t *rows, int64_t count,
                           const mg_encoder_options *options) {
    fitting f = { .context = context, .dataset = d, .rows = rows, .count = rows != NULL ? count : d->rows };
    f.options = options != NULL ? *options : mg_encoder_defaults();
    if (f.count < 1 || f.options.target < -1 || f.options.target >= d->columns || f.options.one_hot < 1 ||
        f.options.one_hot > MG__DICTIONARY_LIMIT) {
        mg__fail(context, MG_INVALID,
                 "encoder: %" PRId64 " rows, target column %" PRId64 " of %" PRId64
                 ", %d categories; wanted at least a row, -1 or a column, 1 to %d",
                 f.count, f.options.target, d->columns, f.options.one_hot, MG__DICTIONARY_LIMIT);
        return NULL;
    }
    f.encoder = mg__encoder_new(context, (size_t)(d->image[0] > 0 ? d->image[2] : d->columns));
    if (f.encoder == NULL) return NULL;
    f.encoder->scale = f.options.scale == MG_SCALE_NONE ? MG_SCALE_NONE : MG_SCALE_STANDARD;
    if (fit(&f)) return f.encoder;
    mg_encoder_destroy(f.encoder);
    return NULL;
}
