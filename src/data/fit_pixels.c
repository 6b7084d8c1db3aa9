/* Columns that are the pixels of an image: one scale a channel, and none of them is left out. */
#include "data/encoder_fit.h"

#include <inttypes.h>
#include <math.h>

/* Of all pixels of a channel. Infinite ones are missing. */
typedef struct channel {
    double count, mean, squares;
} channel;

static bool is_pixel(const mg__fitting *f, int64_t column) {
    return column != f->options.target && !(f->options.drop != NULL && f->options.drop[column]);
}

static bool fail_count(const mg__fitting *f, int64_t columns) {
    const int64_t *image = f->encoder->image;
    char size[80], besides[40] = "";
    size_t used = 0, more = 0;
    mg__append(size, sizeof size, &used, "%" PRId64 "x%" PRId64, image[0], image[1]);
    if (image[2] != 1) mg__append(size, sizeof size, &used, "x%" PRId64, image[2]);
    if (f->options.target >= 0) mg__append(besides, sizeof besides, &more, " besides the target");
    if (f->encoder->left_outs > 0) mg__append(besides, sizeof besides, &more, " and those dropped");
    mg__fail(f->context, MG_SETTING,
             "image: %s wants %" PRId64 " columns of pixels, the table %s has %" PRId64
             "%s; say the size that it has, or leave out with --drop what is no pixel",
             size, image[0] * image[1] * image[2], f->dataset->source, columns, besides);
    return false;
}

static bool fail_cell(const mg__fitting *f, const mg__column *column) {
    char place[512], scratch[32], text[64] = "";
    int64_t row = 0;
    size_t used = 0;
    for (; row < f->dataset->rows; row++) {
        const char *cell = mg__column_text(column, row, scratch);
        if (cell == NULL || !isnan(mg__column_number(column, row))) continue;
        mg__append(text, sizeof text, &used, "%.50s", cell);
        break;
    }
    mg__fail(f->context, MG_SETTING,
             "image: %s: column '%.100s' is '%s', which is no number and so no pixel; leave the column out with --drop",
             mg__row_place(f->dataset, row < f->dataset->rows ? row : 0, place, sizeof place), column->name, text);
    return false;
}

/* The columns in their order, each a feature. */
static bool add_pixels(mg__fitting *f) {
    const mg_dataset *d = f->dataset;
    const int64_t *image = f->encoder->image;
    int64_t pixels = 0;
    for (int64_t c = 0; c < d->columns; c++) {
        if (is_pixel(f, c))
            pixels++;
        else if (c != f->options.target && !mg__fit_leave_out(f, &d->column[c], "dropped"))
            return false;
    }
    if (pixels != image[0] * image[1] * image[2]) return fail_count(f, pixels);
    for (int64_t c = 0; c < d->columns; c++) {
        if (!is_pixel(f, c)) continue;
        if (d->column[c].type != MG_COLUMN_NUMBER) return fail_cell(f, &d->column[c]);
        if (mg__fit_feature(f, &d->column[c], MG_KIND_NUMBER) == NULL) return false;
    }
    return true;
}

/* pass 0: the means; 1: the squares of the distances from them */
static void measure(const mg__fitting *f, int pass, channel *channels) {
    int64_t pixel = 0, count = f->encoder->image[2];
    for (int64_t c = 0; c < f->dataset->columns; c++) {
        if (!is_pixel(f, c)) continue;
        channel *m = &channels[pixel++ % count];
        for (int64_t i = 0; i < f->count; i++) {
            double x = mg__column_number(&f->dataset->column[c], mg__fitting_row(f, i));
            if (!isfinite(x)) continue;
            m->count += pass == 0;
            m->mean += pass == 0 ? x : 0;
            m->squares += pass == 0 ? 0 : (x - m->mean) * (x - m->mean);
        }
    }
    for (int64_t k = 0; pass == 0 && k < count; k++) channels[k].mean /= channels[k].count > 0 ? channels[k].count : 1;
}

static bool note_missing(mg__fitting *f) {
    for (int64_t c = 0; c < f->dataset->columns; c++) {
        int64_t missing = 0;
        if (!is_pixel(f, c)) continue;
        for (int64_t i = 0; i < f->count; i++)
            missing += !isfinite(mg__column_number(&f->dataset->column[c], mg__fitting_row(f, i)));
        mg__fit_note_cells(&f->missing, &f->dataset->column[c], missing);
    }
    return true;
}

bool mg__fit_pixels(mg__fitting *f) {
    mg_encoder *e = f->encoder;
    int64_t count = e->image[2];
    channel *channels = mg__alloc_zero(f->context, (size_t)count * sizeof *channels);
    bool done = channels != NULL && add_pixels(f) && note_missing(f);
    for (int pass = 0; done && pass < 2; pass++) measure(f, pass, channels);
    for (int64_t k = 0; done && k < count; k++) {
        const channel *m = &channels[k];
        double deviation = m->count > 0 ? sqrt(m->squares / m->count) : 0;
        if (!isfinite(m->mean) || !isfinite(deviation)) {
            mg__fail(f->context, MG_FORMAT, "%s: pixels of channel %" PRId64 " are too large to be averaged", f->dataset->source,
                     k);
            done = false;
        }
        for (size_t i = (size_t)k; done && i < e->features; i += (size_t)count) {
            bool scaled = e->scale == MG_SCALE_STANDARD;
            e->feature[i].centre = scaled ? m->mean : 0;
            e->feature[i].spread = scaled && deviation > 0 ? deviation : 1;
            e->feature[i].missing = m->mean;
        }
    }
    mg__free(f->context, channels);
    return done;
}
