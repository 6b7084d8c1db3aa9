/* Tiles of a convolution: bands with their edges, correlations, the kernel's gradient. */
#ifndef MG_CONVOLUTION_TILE_H
#define MG_CONVOLUTION_TILE_H

#include "backend/cpu/convolution_kernels.h"
#include "backend/cpu/product_block.h"
#include "backend/cpu/product_pack.h"
#include "backend/cpu/sizes.h"

#include "backend/cpu/depthwise.h"

/* --- the matrices ------------------------------------------------------------------------------------ */

static const REAL *matrix_at(const mg__conv_plan *plan, const mg__conv_pass *p, const REAL *packed, int64_t group,
                             int64_t strip) {
    return packed + p->packed + (group * plan->strips + strip) * p->taps * plan->inner * PANEL_WIDTH;
}

/* Rows (tap, source channel), columns target channel: the kernel as it lies, or each of its taps transposed. */
static void pack_matrix(const mg__conv_plan *plan, const void *w, void *packed, int64_t tile) {
    const int64_t strip = tile % plan->strips, group = tile / plan->strips % plan->groups,
                  pass = tile / plan->strips / plan->groups;
    const mg__conv_pass *p = &plan->passes[pass];
    const int64_t outputs = plan->step->w[3], inner = plan->inner, j = strip * PANEL_WIDTH,
                  columns = smaller(PANEL_WIDTH, plan->outer - j), width = strip_width(columns);
    REAL *to = (REAL *)packed + (matrix_at(plan, p, packed, group, strip) - (const REAL *)packed);
    for (int64_t t = 0; t < p->taps; t++, to += inner * width) {
        const REAL *from = (const REAL *)w + p->tap_kernel[t] * plan->step->w[2] * outputs;
        if (plan->step->kind == MG__CONV)
            pack_rows(to, width, from + group * plan->outer + j, outputs, columns, inner);
        else
            pack_columns(to, width, from + j * outputs + group * inner, outputs, columns, inner);
    }
}

/* --- bands ------------------------------------------------------------------------------------------- */

/* Rows of the source from `top` on, so many, with zeros where there is no image. */
static void copy_band(const mg__conv_plan *plan, const mg__conv_pass *p, const REAL *image, int64_t top, int64_t rows,
                      REAL *band) {
    const int64_t channels = plan->source[3], columns = p->row / channels, left = -p->right.first > 0 ? -p->right.first : 0,
                  from = p->right.first > 0 ? p->right.first : 0;
    int64_t inside = smaller(columns - left, plan->source[2] - from);
    if (inside < 0) inside = 0;
    for (int64_t r = 0; r < rows; r++, band += p->row) {
        const int64_t y = top + r;
        if (y < 0 || y >= plan->source[1] || left >= columns) {
            memset(band, 0, (size_t)p->row * sizeof *band);
            continue;
        }
        memset(band, 0, (size_t)(left * channels) * sizeof *band);
        memcpy(band + left * channels, image + (y * plan->source[2] + from) * channels,
               (size_t)(inside * channels) * sizeof *band);
        memset(band + (left + inside) * channels, 0, (size_t)((columns - left - inside) * channels) * sizeof *band);
    }
}

/* Where the taps of target row j and column 0 begin. */
static const REAL *band_at(const mg__conv_plan *plan, const mg__conv_pass *p, const REAL *image, int64_t j, int64_t rows,
                           REAL *scratch) {
    const int64_t top = j * p->down.step + p->down.first;
    if (p->in_place) return image + top * p->row + p->right.first * plan->source[3];
    copy_band(plan, p, image, top, (rows - 1) * p->down.step + p->down.reach, scratch);
    return scratch;
}

/* --- correlations ------------------------------------------------------------------------------------ */

/* Some target rows of one image, one strip of columns: long sums pass through the target on their way. */
static void correlate_strip(const mg__conv_plan *plan, const mg__conv_pass *p, const REAL *band, const REAL *matrix,
                            const REAL *bias, REAL *target, int64_t rows, int64_t columns) {
    const int64_t width = strip_width(columns), a_step = p->down.step * p->row;
    const int64_t c_step = p->down.to_step * plan->target[2] * plan->target[3];
    int64_t block = p->length ? MG__CONV_K_BLOCK / p->length : 0;
    if (block < 1) block = 1;
    strip s = { .rows = p->right.targets, .k = p->length, .a_row = p->right.step * plan->source[3], .a_k = 1, .b = matrix };
    s.b_k = width;
    s.c_row = p->right.to_step * plan->target[3];
    s.last = (int)(columns - (width - LANES));
    for (int64_t first = 0; first == 0 || first < p->segments; first += block) {
        s.segment = p->segment + first;
        s.segments = smaller(block, p->segments - first);
        s.relu = plan->step->relu && first + block >= p->segments;
        s.a = band;
        s.c = target;
        for (int64_t j = 0; j < rows; j++, s.a += a_step, s.c += c_step) {
            s.start = first ? s.c : bias;
            s.start_row = first ? s.c_row : 0;
            strip_product(&s, width == PANEL_WIDTH ? 2 : 1);
        }
        s.b += s.segments * p->length * width;
    }
}

static void correlate_unit(const mg__conv_plan *plan, const mg__conv_pass *p, const REAL *source, const REAL *w,
                           const REAL *packed, const REAL *bias, REAL *target, int64_t n, int64_t first, REAL *scratch) {
    const int64_t rows = smaller(p->band_rows, p->down.targets - first);
    if (rows <= 0 || p->right.targets == 0) return;
    const REAL *image = source + n * plan->source[1] * plan->source[2] * plan->source[3];
    const REAL *band = p->taps ? band_at(plan, p, image, first, rows, scratch) : image;
    REAL *to =
        target + ((n * plan->target[1] + p->down.to + first * p->down.to_step) * plan->target[2] + p->right.to) * plan->target[3];
    if (plan->depthwise) {
        depthwise_rows(plan, p, band, w, bias, to, rows);
        return;
    }
    for (int64_t group = 0; group < plan->groups; group++) {
        for (int64_t strip = 0; strip < plan->strips; strip++) {
            const int64_t j = strip * PANEL_WIDTH, channel = group * plan->outer + j;
            correlate_strip(plan, p, band + group * plan->inner, matrix_at(plan, p, packed, group, strip),
                            bias ? bias + channel : NULL, to + channel, rows, smaller(PANEL_WIDTH, plan->outer - j));
        }
    }
}

static void correlate(const mg__conv_plan *plan, const void *source, const void *w, const void *packed, const void *bias,
                      void *target, void *worker, int64_t tile) {
    const int64_t bands = plan->units / plan->source[0], tiles = plan->tiles[1];
    for (int64_t unit = plan->units * tile / tiles; unit < plan->units * (tile + 1) / tiles; unit++) {
        int64_t pass = 0, band = unit % bands;
        while (band >= plan->passes[pass].bands) band -= plan->passes[pass++].bands;
        const mg__conv_pass *p = &plan->passes[pass];
        correlate_unit(plan, p, source, w, packed, bias, target, unit / bands, band * p->band_rows, worker);
    }
}

/* --- the kernel's gradient --------------------------------------------------------------------------- */

/* The sums of some runs of the kernel's rows over a band's pixels: rows are (tap, channel), k is a pixel. */
static void weight_strip(const mg__conv_plan *plan, strip *s, const REAL *band, REAL *sums, bool begin, int64_t first,
                         int64_t end, int64_t columns) {
    const mg__conv_pass *p = &plan->passes[0];
    for (int64_t run = first; run < end; run++) {
        s->a = band + p->segment[run];
        s->c = sums + run * p->length * s->c_row;
        s->start = begin ? NULL : s->c;
        strip_product(s, columns > LANES ? 2 : 1);
    }
}

static void weight_band(const mg__conv_plan *plan, const REAL *band, const REAL *dy, REAL *sums, REAL *room, int64_t pixel_rows,
                        bool begin, int64_t part) {
    const mg__conv_pass *p = &plan->passes[0];
    const int64_t outputs = plan->target[3], pixels = pixel_rows * p->right.targets;
    strip s = { .rows = p->length, .k = p->right.targets, .a_row = 1, .a_k = p->right.step * plan->source[3] };
    s.segment = plan->pixel_row;
    s.segments = pixel_rows;
    s.c_row = s.start_row = outputs;
    for (int64_t group = 0; group < plan->groups; group++) {
        for (int64_t strip = 0; strip < plan->strips; strip++) {
            const int64_t j = strip * PANEL_WIDTH, columns = smaller(PANEL_WIDTH, plan->outer - j), width = strip_width(columns);
            s.b = dy + group * plan->outer + j;
            s.b_k = outputs;
            s.last = (int)(columns - (width - LANES));
            if (columns != width || outputs * (int64_t)sizeof(REAL) % 4096 == 0) {
                pack_rows(room, width, s.b, outputs, columns, pixels);
                s.b = room;
                s.b_k = width;
            }
            weight_strip(plan, &s, band + group * plan->inner, sums + group * plan->outer + j, begin,
                         p->segments * part / plan->parts, p->segments * (part + 1) / plan->parts, columns);
        }
    }
}

static void weight(const mg__conv_plan *plan, const void *x, const void *dy, void *sums, void *worker, int64_t tile) {
    const mg__conv_pass *p = &plan->passes[0];
    const int64_t part = tile % plan->parts, slice = tile / plan->parts, images = plan->source[0];
    const int64_t kernel = p->taps * plan->inner * plan->target[3];
    const int64_t x_image = plan->source[1] * plan->source[2] * plan->source[3], dy_row = plan->target[2] * plan->target[3],
                  dy_image = plan->target[1] * dy_row;
    const int64_t first = images * slice / plan->slices, end = images * (slice + 1) / plan->slices;
    REAL *to = (REAL *)sums + slice * kernel, *scratch = worker, *room = scratch + (p->in_place ? 0 : plan->images * plan->image);
    for (int64_t n = first; n < end; n += plan->images) {
        const int64_t together = smaller(plan->images, end - n);
        for (int64_t j = 0; j < p->down.targets; j += p->band_rows) {
            const int64_t rows = smaller(p->band_rows, p->down.targets - j);
            const REAL *from = (const REAL *)x + n * x_image, *band = band_at(plan, p, from, j, rows, scratch);
            for (int64_t i = 1; i < together && !p->in_place; i++)
                band_at(plan, p, from + i * x_image, j, rows, scratch + i * plan->image);
            const REAL *gradient = (const REAL *)dy + n * dy_image + j * dy_row;
            const bool begin = n == first && j == 0;
            if (plan->depthwise)
                depthwise_weight(plan, p, band, gradient, to, together * rows, begin);
            else
                weight_band(plan, band, gradient, to, room, together * rows, begin, part);
        }
    }
}

static void combine(const mg__conv_plan *plan, const void *sums, void *dw, int64_t tile) {
    const int64_t kernel = plan->passes[0].taps * plan->inner * plan->target[3], tiles = plan->tiles[1];
    const int64_t first = kernel * tile / tiles, end = kernel * (tile + 1) / tiles;
    REAL *restrict to = dw;
    const REAL *restrict from = sums;
    for (int64_t i = first; i < end; i++) to[i] = from[i];
    for (int64_t slice = 1; slice < plan->slices; slice++)
        for (int64_t i = first; i < end; i++) to[i] += from[slice * kernel + i];
}

#define CONV_KERNELS(name)                              \
    extern const mg__conv_kernels PASTE(name, MG__ISA); \
    const mg__conv_kernels PASTE(name, MG__ISA) = { PANEL_WIDTH, pack_matrix, correlate, weight, combine }

#endif
