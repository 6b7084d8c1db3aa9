/* Affine maps of images: one matrix however many items, and one interpolation. */
#include "data/augment.h"

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

/* The largest whole number that is not above x, without the C library's call. */
static int64_t whole(double x) {
    int64_t toward_zero = (int64_t)x;
    return toward_zero - ((double)toward_zero > x);
}

/* The pixel, or the background outside. */
static const float *pixel(const float *image, const int64_t shape[3], const float *background, int64_t y, int64_t x) {
    bool inside = y >= 0 && y < shape[0] && x >= 0 && x < shape[1];
    return inside ? image + (y * shape[1] + x) * shape[2] : background;
}

/* The four pixels around: upper left, upper right, lower left, lower right. Most places have all of them in the image. */
static void find_corners(const float *image, const int64_t shape[3], const float *background, int64_t y, int64_t x,
                         const float *corner[4]) {
    int64_t line = shape[1] * shape[2];
    if (y >= 0 && y + 1 < shape[0] && x >= 0 && x + 1 < shape[1]) {
        corner[0] = image + y * line + x * shape[2];
        corner[1] = corner[0] + shape[2];
        corner[2] = corner[0] + line;
        corner[3] = corner[1] + line;
        return;
    }
    for (int i = 0; i < 4; i++) corner[i] = pixel(image, shape, background, y + i / 2, x + i % 2);
}

/* out: the channels at (x, y) */
static void interpolate(const float *image, const int64_t shape[3], const float *background, double x, double y, float *out) {
    int64_t left = whole(x), top = whole(y);
    float fx = (float)(x - (double)left), fy = (float)(y - (double)top);
    const float share[4] = { (1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx };
    const float *corner[4];
    find_corners(image, shape, background, top, left, corner);
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
