/* A sketch as a raster: dots have soft edges, words are of letters made of squares. */
#include "report/sketch.h"

#include "interop/png.h"

#include <math.h>
#include <string.h>

#define FINE    2 /* pixels a point */
#define OPACITY 0.75

typedef struct raster {
    int64_t width, height;
    uint8_t *pixel; /* [height, width, 3] */
} raster;

static void mix(raster *r, int64_t x, int64_t y, uint32_t color, double share) {
    if (x < 0 || y < 0 || x >= r->width || y >= r->height) return;
    uint8_t *p = r->pixel + 3 * (y * r->width + x);
    for (int c = 0; c < 3; c++) {
        double ink = (double)(color >> (16 - 8 * c) & 255);
        p[c] = (uint8_t)(p[c] + (ink - p[c]) * share + 0.5);
    }
}

static void fill(raster *r, int64_t left, int64_t top, int64_t width, int64_t height, uint32_t color) {
    for (int64_t y = top; y < top + height; y++)
        for (int64_t x = left; x < left + width; x++) mix(r, x, y, color, 1);
}

static void draw_dot(raster *r, double x, double y, double radius, uint32_t color, double opacity) {
    x *= FINE, y *= FINE, radius *= FINE;
    for (int64_t row = (int64_t)floor(y - radius - 1); row <= (int64_t)ceil(y + radius + 1); row++)
        for (int64_t column = (int64_t)floor(x - radius - 1); column <= (int64_t)ceil(x + radius + 1); column++) {
            double cover = radius + 0.5 - hypot((double)column + 0.5 - x, (double)row + 0.5 - y);
            if (cover > 0) mix(r, column, row, color, opacity * fmin(cover, 1));
        }
}

static void draw_line(raster *r, const mg__sketch_mark *m) {
    int64_t x = lround(fmin(m->x, m->x2) * FINE), y = lround(fmin(m->y, m->y2) * FINE);
    int64_t width = lround(fabs(m->x2 - m->x) * FINE), height = lround(fabs(m->y2 - m->y) * FINE);
    fill(r, x, y, width > FINE ? width : FINE, height > FINE ? height : FINE, m->color);
}

/* Letters of UTF-8, each of which is one square pattern. */
static int64_t letters_of(const char *text) {
    int64_t count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static void draw_word(raster *r, const mg__sketch_mark *m) {
    int64_t size = m->title ? 3 : 2, along = 0, length = 6 * size * letters_of(m->text) - size;
    int64_t back = m->align < 0 ? 0 : m->align > 0 ? length : length / 2;
    int64_t x = lround(m->x * FINE), y = lround(m->y * FINE);
    for (const char *at = m->text; *at;) {
        const uint8_t *column = mg__letter(&at);
        for (int64_t c = 0; c < 5; c++)
            for (int64_t row = 0; row < 8; row++) {
                int64_t right = along + c * size - back, down = (row - 7) * size;
                if (column[c] >> row & 1)
                    fill(r, x + (m->upright ? down : right), y + (m->upright ? -right - size : down), size, size, m->color);
            }
        along += 6 * size;
    }
}

mg_status mg__sketch_png(mg_context *context, const mg__sketch *s, uint8_t **png, size_t *length) {
    raster r = { .width = lround(s->width * FINE), .height = lround(s->height * FINE) };
    r.pixel = mg__alloc_array(context, (size_t)r.height, (size_t)r.width * 3);
    if (!r.pixel) return MG_OUT_OF_MEMORY;
    memset(r.pixel, 255, (size_t)(r.height * r.width * 3));
    for (int i = 0; i < s->marks; i++) {
        const mg__sketch_mark *m = &s->mark[i];
        if (m->kind == MG__SKETCH_LINE)
            draw_line(&r, m);
        else if (m->kind == MG__SKETCH_DOT)
            draw_dot(&r, m->x, m->y, 4.5, m->color, 1);
        else
            draw_word(&r, m);
    }
    for (int64_t i = 0; i < s->dots; i++)
        if (isfinite(s->x[i]) && isfinite(s->y[i])) draw_dot(&r, s->x[i], s->y[i], s->radius, s->palette[s->shade[i]], OPACITY);
    mg_status status = mg__png_write(context, r.pixel, r.height, r.width, 3, png, length);
    mg__free(context, r.pixel);
    return status;
}
