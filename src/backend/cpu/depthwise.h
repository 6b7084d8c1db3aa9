/* Depthwise convolutions, a kernel of its own for each channel: vectors run along the channels. */
#ifndef MG_DEPTHWISE_H
#define MG_DEPTHWISE_H

#include "backend/cpu/convolution.h"
#include "backend/cpu/product_vector.h"

#define PIXELS 4 /* target pixels at once: a kernel's vector is loaded once for all of them */
#define TAPS   3 /* of a kernel at once */

/* One vector of channels (`count` of them) of `pixels` targets. */
INLINE void depthwise_pixels(const int pixels, const mg__conv_pass *p, const REAL *band, int64_t a_step, const REAL *w,
                             int64_t channels, const REAL *bias, bool relu, REAL *to, int64_t c_step, int count) {
    vec sum[PIXELS];
    for (int i = 0; i < pixels; i++) sum[i] = bias ? vec_load_first(bias, count) : vec_zero();
    for (int64_t t = 0; t < p->taps; t++) {
        const vec k = vec_load_first(w + p->tap_kernel[t] * channels, count);
        for (int i = 0; i < pixels; i++) sum[i] = vec_fma(vec_load_first(band + i * a_step + p->tap[t], count), k, sum[i]);
    }
    for (int i = 0; i < pixels; i++) vec_store_first(to + i * c_step, relu ? vec_relu(sum[i]) : sum[i], count);
}

/* One row of targets, one vector of channels. */
INLINE void depthwise_row(const mg__conv_pass *p, const REAL *band, int64_t a_step, const REAL *w, int64_t channels,
                          const REAL *bias, bool relu, REAL *to, int64_t c_step, int count) {
    int64_t i = 0;
    for (; i + PIXELS <= p->right.targets; i += PIXELS)
        depthwise_pixels(PIXELS, p, band + i * a_step, a_step, w, channels, bias, relu, to + i * c_step, c_step, count);
    for (; i < p->right.targets; i++)
        depthwise_pixels(1, p, band + i * a_step, a_step, w, channels, bias, relu, to + i * c_step, c_step, count);
}

static void depthwise_rows(const mg__conv_plan *plan, const mg__conv_pass *p, const REAL *band, const REAL *w, const REAL *bias,
                           REAL *target, int64_t rows) {
    const int64_t channels = plan->source[3], a_step = p->right.step * channels, c_step = p->right.to_step * channels;
    const bool relu = plan->step->relu;
    for (int64_t j = 0; j < rows; j++) {
        const REAL *from = band + j * p->down.step * p->row;
        REAL *to = target + j * p->down.to_step * plan->target[2] * channels;
        for (int64_t c = 0; c < channels; c += LANES) {
            const REAL *b = bias ? bias + c : NULL;
            if (channels - c >= LANES)
                depthwise_row(p, from + c, a_step, w + c, channels, b, relu, to + c, c_step, LANES);
            else
                depthwise_row(p, from + c, a_step, w + c, channels, b, relu, to + c, c_step, (int)(channels - c));
        }
    }
}

/* sums[tap][channel] over a band's pixels, for `taps` taps and one vector of channels. */
INLINE void depthwise_sums(const int taps, const mg__conv_plan *plan, const mg__conv_pass *p, const REAL *band, const REAL *dy,
                           const int64_t *tap, REAL *sums, int64_t pixel_rows, bool begin, int count) {
    const int64_t channels = plan->source[3], a_step = p->right.step * channels;
    vec sum[TAPS];
    for (int t = 0; t < taps; t++) sum[t] = begin ? vec_zero() : vec_load_first(sums + t * channels, count);
    for (int64_t j = 0; j < pixel_rows; j++) {
        const REAL *from = band + plan->pixel_row[j], *gradient = dy + j * p->right.targets * channels;
        for (int64_t i = 0; i < p->right.targets; i++, from += a_step, gradient += channels) {
            const vec g = vec_load_first(gradient, count);
            for (int t = 0; t < taps; t++) sum[t] = vec_fma(vec_load_first(from + tap[t], count), g, sum[t]);
        }
    }
    for (int t = 0; t < taps; t++) vec_store_first(sums + t * channels, sum[t], count);
}

static void depthwise_weight(const mg__conv_plan *plan, const mg__conv_pass *p, const REAL *band, const REAL *dy, REAL *sums,
                             int64_t pixel_rows, bool begin) {
    const int64_t channels = plan->source[3];
    for (int64_t c = 0; c < channels; c += LANES) {
        const bool whole = channels - c >= LANES;
        int64_t t = 0;
        for (; whole && t + TAPS <= p->taps; t += TAPS)
            depthwise_sums(TAPS, plan, p, band + c, dy + c, p->tap + t, sums + t * channels + c, pixel_rows, begin, LANES);
        for (; t < p->taps; t++)
            depthwise_sums(1, plan, p, band + c, dy + c, p->tap + t, sums + t * channels + c, pixel_rows, begin,
                           whole ? LANES : (int)(channels - c));
    }
}

#endif
