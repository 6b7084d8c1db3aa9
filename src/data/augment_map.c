/* Affine maps of images: one matrix however many items, and one interpolation. */
#include "data/augment.h"

#include <math.h>
#include <string.h>

mg__map mg__map_identity(void) { return (mg__map){ .a = { { 1, 0 }, { 0, 1 } } }; }

/* A2 (A1 p + t1) + t2 */
mg__map mg__map_then(const mg__map *first, const mg__map *second) {
    mg__map both;
    for (int i = 0; i < 2; i++) {
        const double *row = second->a[i];
        for (int j = 0; j < 2; j++) both.a[i][j] = row[0] * first->a[0][j] + row[1] * first->a[1][j];
        both.t[i] = row[0] * first->t[0] + row[1] * first->t[1] + second->t[i];
    }
    return both;
}

/* A^-1 (p - t) */
static mg__map inverse(const mg__map *m) {
    double det = m->a[0][0] * m->a[1][1] - m->a[0][1] * m->a[1][0];
    mg__map back = { .a = { { m->a[1][1] / det, -m->a[0][1] / det }, { -m->a[1][0] / det, m->a[0][0] / det } } };
    for (int i = 0; i < 2; i++) back.t[i] = -(back.a[i][0] * m->t[0] + back.a[i][1] * m->t[1]);
    return back;
}

static bool is_identity(const mg__map *m) {
    return m->a[0][0] == 1 && m->a[0][1] == 0 && m->a[1][0] == 0 && m->a[1][1] == 1 && m->t[0] == 0 && m->t[1] == 0;
}

/* The pixel, or the background outside. */
static const float *pixel(const float *image, const int64_t shape[3], const float *background, int64_t y, int64_t x) {
    bool inside = y >= 0 && y < shape[0] && x >= 0 && x < shape[1];
    return inside ? image + (y * shape[1] + x) * shape[2] : background;
}

/* out: the channels at (x, y) */
static void interpolate(const float *image, const int64_t shape[3], const float *background, double x, double y, float *out) {
    double left = floor(x), top = floor(y);
    int64_t column = (int64_t)left, row = (int64_t)top;
    float fx = (float)(x - left), fy = (float)(y - top);
    const float *corner[4] = { pixel(image, shape, background, row, column), pixel(image, shape, background, row, column + 1),
                               pixel(image, shape, background, row + 1, column),
                               pixel(image, shape, background, row + 1, column + 1) };
    const float share[4] = { (1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx };
    for (int64_t c = 0; c < shape[2]; c++)
        out[c] = share[0] * corner[0][c] + share[1] * corner[1][c] + share[2] * corner[2][c] + share[3] * corner[3][c];
}

void mg__map_sample(const mg__map *map, const int64_t shape[3], const float *background, const float *image, float *out) {
    double middle_x = (double)(shape[1] - 1) / 2, middle_y = (double)(shape[0] - 1) / 2;
    if (is_identity(map)) {
        memcpy(out, image, (size_t)(shape[0] * shape[1] * shape[2]) * sizeof *out);
        return;
    }
    mg__map back = inverse(map);
    for (int64_t y = 0; y < shape[0]; y++) {
        for (int64_t x = 0; x < shape[1]; x++, out += shape[2]) {
            double dx = (double)x - middle_x, dy = (double)y - middle_y;
            double from_x = middle_x + back.a[0][0] * dx + back.a[0][1] * dy + back.t[0];
            double from_y = middle_y + back.a[1][0] * dx + back.a[1][1] * dy + back.t[1];
            interpolate(image, shape, background, from_x, from_y, out);
        }
    }
}
