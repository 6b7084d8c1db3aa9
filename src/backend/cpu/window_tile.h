/* The kernels of pooling; step->x is always the shape of the image, step->y that of the windows. */
#ifndef MG_WINDOW_TILE_H
#define MG_WINDOW_TILE_H

#include "backend/cpu/product_vector.h"
#include "backend/cpu/window.h"

/* The part of a window that lies in the image: rows low[0] to high[0] - 1 of it, columns likewise. */
typedef struct part {
    int64_t row, column; /* of its first position in the image; may lie outside */
    int64_t low[2], high[2];
} part;

INLINE part part_of(const mg__window_step *s, int64_t i, int64_t j) {
    const mg_window *w = &s->window;
    part p = { .row = i * w->stride[0] - w->padding[0], .column = j * w->stride[1] - w->padding[2] };
    p.low[0] = p.row < 0 ? -p.row : 0;
    p.low[1] = p.column < 0 ? -p.column : 0;
    p.high[0] = s->x[1] - p.row < w->kernel[0] ? s->x[1] - p.row : w->kernel[0];
    p.high[1] = s->x[2] - p.column < w->kernel[1] ? s->x[2] - p.column : w->kernel[1];
    return p;
}

/* One vector of channels of one window. A NaN stays: nothing is larger than it. */
INLINE void largest_of(const mg__window_step *s, const part *p, const REAL *image, int count, vec *value, vec_bits *place) {
    const int64_t channels = s->x[3];
    vec most = vec_zero();
    vec_bits where = { 0 };
    bool first = true;
    for (int64_t r = p->low[0]; r < p->high[0]; r++) {
        const REAL *from = image + ((p->row + r) * s->x[2] + p->column) * channels;
        for (int64_t q = p->low[1]; q < p->high[1]; q++) {
            const vec x = count == LANES ? vec_load(from + q * channels) : vec_load_first(from + q * channels, count);
            const vec_bits here = (vec_bits){ 0 } + (INTEGER)(r * s->window.kernel[1] + q);
            vec_bits larger = (vec_bits)(x > most) | ((vec_bits)(x != x) & (vec_bits)(most == most));
            if (first) larger = ~(vec_bits){ 0 };
            most = (vec)(((vec_bits)x & larger) | ((vec_bits)most & ~larger));
            where = (here & larger) | (where & ~larger);
            first = false;
        }
    }
    *value = most;
    *place = where;
}

/* Units are rows of windows. */
static void largest(const mg__window_step *s, const void *x, int32_t *index, void *y, int64_t first, int64_t end) {
    const int64_t channels = s->x[3], image = s->x[1] * s->x[2] * channels;
    for (int64_t unit = first; unit < end; unit++) {
        const REAL *from = (const REAL *)x + unit / s->y[1] * image;
        for (int64_t j = 0; j < s->y[2]; j++) {
            const part p = part_of(s, unit % s->y[1], j);
            const int64_t at = (unit * s->y[2] + j) * channels;
            for (int64_t c = 0; c < channels; c += LANES) {
                const int count = channels - c < LANES ? (int)(channels - c) : LANES;
                vec value;
                vec_bits place;
                largest_of(s, &p, from + c, count, &value, &place);
                if (y) vec_store_first((REAL *)y + at + c, s->relu ? vec_relu(value) : value, count);
                for (int l = 0; index && l < count; l++) index[at + c + l] = (int32_t)place[l];
            }
        }
    }
}

/* Where in its image position `k` of a window lies, in pixels. */
INLINE int64_t pixel_of(const mg__window_step *s, const part *p, int32_t k) {
    return (p->row + k / s->window.kernel[1]) * s->x[2] + p->column + k % s->window.kernel[1];
}

static void gather(const mg__window_step *s, const void *x, const int32_t *index, void *y, int64_t first, int64_t end) {
    const int64_t channels = s->x[3], image = s->x[1] * s->x[2] * channels;
    for (int64_t unit = first; unit < end; unit++) {
        const REAL *from = (const REAL *)x + unit / s->y[1] * image;
        for (int64_t j = 0; j < s->y[2]; j++) {
            const part p = part_of(s, unit % s->y[1], j);
            const int64_t at = (unit * s->y[2] + j) * channels;
            for (int64_t c = 0; c < channels; c++) ((REAL *)y)[at + c] = from[pixel_of(s, &p, index[at + c]) * channels + c];
        }
    }
}

/* One window of a scatter whose windows lie apart: every pixel of it is written, most with 0. */
static void spread(const mg__window_step *s, const part *p, const REAL *x, const int32_t *index, REAL *image) {
    const int64_t channels = s->x[3];
    for (int64_t r = p->low[0]; r < p->high[0]; r++) {
        for (int64_t q = p->low[1]; q < p->high[1]; q++) {
            REAL *restrict to = image + ((p->row + r) * s->x[2] + p->column + q) * channels;
            const int32_t here = (int32_t)(r * s->window.kernel[1] + q);
            for (int64_t c = 0; c < channels; c++) to[c] = index[c] == here ? x[c] : 0;
        }
    }
}

/* All windows together hold every pixel. */
static bool covers(const mg__window_step *s) {
    bool all = true;
    for (int i = 0; i < 2; i++)
        all = all && s->window.stride[i] == s->window.kernel[i] &&
              s->y[1 + i] * s->window.stride[i] - s->window.padding[2 * i] >= s->x[1 + i];
    return all;
}

/* Units are images. */
static void scatter(const mg__window_step *s, bool apart, const void *x, const int32_t *index, void *y, int64_t first,
                    int64_t end) {
    const int64_t channels = s->x[3], image = s->x[1] * s->x[2] * channels;
    for (int64_t n = first; n < end; n++) {
        REAL *to = (REAL *)y + n * image;
        if (!apart || !covers(s)) memset(to, 0, (size_t)image * sizeof *to);
        for (int64_t window = 0; window < s->y[1] * s->y[2]; window++) {
            const part p = part_of(s, window / s->y[2], window % s->y[2]);
            const int64_t at = (n * s->y[1] * s->y[2] + window) * channels;
            const REAL *from = (const REAL *)x + at;
            if (apart)
                spread(s, &p, from, index + at, to);
            else
                for (int64_t c = 0; c < channels; c++) to[pixel_of(s, &p, index[at + c]) * channels + c] += from[c];
        }
    }
}

#define WINDOW_KERNELS(name)                              \
    extern const mg__window_kernels PASTE(name, MG__ISA); \
    const mg__window_kernels PASTE(name, MG__ISA) = { largest, gather, scatter }

#endif
