/* Resizing: a triangle filter, first along the rows, then along the columns. */
#include "data/picture.h"

#include <math.h>
#include <string.h>

/* For each place of a row of `to` pixels: the first of the `from` pixels it is made of, how many, and their weights. */
typedef struct taps {
    int64_t most;
    int64_t *first, *count;
    float *weight; /* [to, most] */
} taps;

static void free_taps(mg_context *context, taps *t) {
    mg__free(context, t->first);
    mg__free(context, t->count);
    mg__free(context, t->weight);
}

/* `from` pixels, which begin at `offset`, become `to`. */
static bool make_taps(mg_context *context, double offset, double from, int64_t last, int64_t to, taps *t) {
    double scale = from / (double)to, reach = scale > 1 ? scale : 1;
    t->most = (int64_t)ceil(reach) * 2 + 1;
    t->first = mg__alloc_array(context, (size_t)to, sizeof *t->first);
    t->count = mg__alloc_array(context, (size_t)to, sizeof *t->count);
    t->weight = mg__alloc_array(context, (size_t)to, (size_t)t->most * sizeof *t->weight);
    if (t->first == NULL || t->count == NULL || t->weight == NULL) return false;
    for (int64_t i = 0; i < to; i++) {
        double centre = offset + ((double)i + 0.5) * scale, sum = 0;
        int64_t low = (int64_t)(centre - reach + 0.5), high = (int64_t)(centre + reach + 0.5);
        low = low < 0 ? 0 : low;
        high = high > last ? last : high;
        if (high > low + t->most) high = low + t->most;
        for (int64_t k = low; k < high; k++) sum += fmax(0, 1 - fabs((double)k + 0.5 - centre) / reach);
        for (int64_t k = low; k < high; k++)
            t->weight[i * t->most + k - low] = (float)(fmax(0, 1 - fabs((double)k + 0.5 - centre) / reach) / sum);
        t->first[i] = low;
        t->count[i] = high - low;
    }
    return true;
}

/* [height, from, channels] bytes -> [height, to, channels] */
static void along_rows(const mg__picture *p, const taps *t, int64_t to, float *out) {
    for (int64_t y = 0; y < p->height; y++) {
        const uint8_t *row = p->pixels + y * p->width * p->channels;
        for (int64_t x = 0; x < to; x++)
            for (int64_t c = 0; c < p->channels; c++) {
                float sum = 0;
                for (int64_t k = 0; k < t->count[x]; k++)
                    sum += t->weight[x * t->most + k] * (float)row[(t->first[x] + k) * p->channels + c];
                *out++ = sum;
            }
    }
}

/* [from, row] -> [to, row] bytes */
static void along_columns(const float *in, const taps *t, int64_t row, int64_t to, float *sums, uint8_t *out) {
    for (int64_t y = 0; y < to; y++) {
        memset(sums, 0, (size_t)row * sizeof *sums);
        for (int64_t k = 0; k < t->count[y]; k++) {
            const float *from = in + (t->first[y] + k) * row, weight = t->weight[y * t->most + k];
            for (int64_t i = 0; i < row; i++) sums[i] += weight * from[i];
        }
        for (int64_t i = 0; i < row; i++) *out++ = (uint8_t)(fminf(sums[i], 255) + 0.5f);
    }
}

mg_status mg__picture_resize(mg_context *context, const mg__picture *p, mg_image_fit fit, int64_t height, int64_t width,
                             uint8_t *out) {
    if (p->height == height && p->width == width) {
        memcpy(out, p->pixels, (size_t)(height * width * p->channels));
        return MG_OK;
    }
    double tall = (double)p->height, wide = (double)p->width;
    if (fit == MG_FIT_CROP) {
        double most_wide = tall * (double)width / (double)height, most_tall = wide * (double)height / (double)width;
        if (most_wide < wide) wide = most_wide;
        if (most_tall < tall) tall = most_tall;
    }
    taps rows = { 0 }, columns = { 0 };
    int64_t row = width * p->channels;
    float *middle = mg__alloc_array(context, (size_t)p->height, (size_t)row * sizeof *middle);
    float *sums = mg__alloc_array(context, (size_t)row, sizeof *sums);
    bool ready = middle != NULL && sums != NULL &&
                 make_taps(context, ((double)p->width - wide) / 2, wide, p->width, width, &rows) &&
                 make_taps(context, ((double)p->height - tall) / 2, tall, p->height, height, &columns);
    if (ready) {
        along_rows(p, &rows, width, middle);
        along_columns(middle, &columns, row, height, sums, out);
    }
    free_taps(context, &rows);
    free_taps(context, &columns);
    mg__free(context, sums);
    mg__free(context, middle);
    return ready ? MG_OK : MG_OUT_OF_MEMORY;
}
