/* Pixels: one centre and spread a channel. */
#include "data/encoder_fit.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* --- fitting ----------------------------------------------------------------------------------------- */

/* Of one channel of images of bytes: exact sums from a histogram. */
static mg__distribution measure_bytes(const mg__fitting *f, int64_t channel, int64_t pixels, int64_t channels) {
    int64_t histogram[256] = { 0 }, sum = 0, count = f->count * pixels;
    double squares = 0;
    for (int64_t i = 0; i < f->count; i++) {
        const uint8_t *image = f->dataset->bytes + mg__fitting_row(f, i) * pixels * channels + channel;
        for (int64_t p = 0; p < pixels; p++) histogram[image[p * channels]]++;
    }
    for (int v = 0; v < 256; v++) sum += v * histogram[v];
    mg__distribution m = { .mean = (double)sum / (double)count };
    for (int v = 0; v < 256; v++) squares += (double)histogram[v] * (v - m.mean) * (v - m.mean);
    m.deviation = sqrt(squares / (double)count);
    return m;
}

static mg__distribution measure_floats(const mg__fitting *f, int64_t channel, int64_t pixels, int64_t channels) {
    mg__distribution m = { 0 };
    for (int pass = 0; pass < 2; pass++) {
        double sum = 0;
        for (int64_t i = 0; i < f->count; i++) {
            const float *image = f->dataset->floats + mg__fitting_row(f, i) * pixels * channels + channel;
            for (int64_t p = 0; p < pixels; p++) {
                double x = (double)image[p * channels];
                sum += pass == 0 ? x : (x - m.mean) * (x - m.mean);
            }
        }
        sum /= (double)(f->count * pixels);
        if (pass == 0)
            m.mean = sum;
        else
            m.deviation = sqrt(sum);
    }
    return m;
}

bool mg__fit_images(mg__fitting *f) {
    mg_encoder *e = f->encoder;
    memcpy(e->image, f->dataset->image, sizeof e->image);
    e->image_fit = f->dataset->image_fit;
    int64_t pixels = e->image[0] * e->image[1], channels = e->image[2];
    for (int64_t c = 0; c < channels; c++) {
        mg__distribution m =
            f->dataset->bytes != NULL ? measure_bytes(f, c, pixels, channels) : measure_floats(f, c, pixels, channels);
        if (!isfinite(m.mean) || !isfinite(m.deviation)) {
            mg__fail(f->context, MG_FORMAT, "%s: channel %" PRId64 " of the images holds numbers that are infinite or none",
                     f->dataset->source, c);
            return false;
        }
        bool scaled = e->scale == MG_SCALE_STANDARD;
        e->feature[e->features++] = (mg__feature){ .kind = MG_KIND_NUMBER,
                                                   .centre = scaled ? m.mean : 0,
                                                   .spread = scaled && m.deviation > 0 ? m.deviation : 1,
                                                   .missing = m.mean };
    }
    return true;
}

/* --- applying ---------------------------------------------------------------------------------------- */

static mg_status other_size(mg_context *context, const mg_encoder *e, const mg_dataset *d) {
    return mg__fail(context, MG_FORMAT,
                    "%s: %" PRId64 "x%" PRId64 " images of %" PRId64 " channels, but the model was trained with %" PRId64
                    "x%" PRId64 " of %" PRId64,
                    d->source, d->image[0], d->image[1], d->image[2], e->image[0], e->image[1], e->image[2]);
}

mg_status mg__encode_images(mg_context *context, const mg_encoder *e, const mg_dataset *d, const int64_t *rows, int64_t count,
                            float *out) {
    int64_t channels = e->image[2];
    if (memcmp(e->image, d->image, sizeof e->image) != 0) return other_size(context, e, d);
    for (int64_t c = 0; c < channels; c++) {
        double centre = e->feature[c].centre, spread = e->feature[c].spread;
        float encoded[256]; /* of each byte */
        for (int v = 0; v < 256; v++) encoded[v] = (float)((v - centre) / spread);
        for (int64_t i = 0; i < count; i++) {
            int64_t from = (rows != NULL ? rows[i] : i) * e->width + c, to = i * e->width + c;
            for (int64_t p = 0; p < e->width - c; p += channels)
                out[to + p] =
                    d->bytes != NULL ? encoded[d->bytes[from + p]] : (float)(((double)d->floats[from + p] - centre) / spread);
        }
    }
    for (int64_t i = 0; d->floats != NULL && i < count * e->width; i++)
        if (!isfinite(out[i]))
            return mg__fail(context, MG_FORMAT, "%s: image %" PRId64 " holds a number that is infinite or none", d->source,
                            rows != NULL ? rows[i / e->width] : i / e->width);
    return MG_OK;
}
