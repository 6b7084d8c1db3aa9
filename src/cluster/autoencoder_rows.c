/* Rows as a network reads them: scaled, and images varied. */
#include "cluster/autoencoder.h"
#include "cluster/slices.h"
#include "data/augment_rows.h"

#include <math.h>
#include <string.h>

/* How far images of digits and letters go without another being meant. */
#define SHIFT 0.1  /* of the side */
#define TURN  15.0 /* degrees */
#define SLANT 20.0 /* degrees */
#define SIZE  1.15 /* times */

/* The mean of the pixels on the edge, by channel. */
static void measure_background(mg__network_rows *r) {
    const mg__points *p = r->points;
    int64_t height = p->image[0], width = p->image[1], channels = p->image[2], edge = 0;
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++) {
            if (y > 0 && x > 0 && y < height - 1 && x < width - 1) continue;
            edge++;
            for (int64_t c = 0; c < channels; c++)
                r->background[c] += ((float)p->mean[(y * width + x) * channels + c] - r->background[c]) / (float)edge;
        }
}

mg_status mg__network_rows_open(mg__network_rows *r, const mg__points *points, const mg__autoencoder *a) {
    *r = (mg__network_rows){ .points = points, .level = a->vary && points->image[0] > 0, .scale = a->scale };
    if (!r->level) return MG_OK;
    size_t workers = (size_t)mg__slice_workers(points->context);
    r->background = mg__alloc_array(points->context, (size_t)points->image[2], sizeof *r->background);
    r->scratch = mg__alloc_array(points->context, workers, (size_t)points->columns * sizeof *r->scratch);
    if (!r->background || !r->scratch) return MG_OUT_OF_MEMORY;
    measure_background(r);
    return MG_OK;
}

void mg__network_rows_close(mg__network_rows *r) {
    if (!r->points) return;
    mg__free(r->points->context, r->background);
    mg__free(r->points->context, r->scratch);
}

/* --- one row ----------------------------------------------------------------------------------------- */

static mg__map draw_map(const mg__points *p, const mg__variation *v, int64_t row) {
    mg__draw draw = { .stream = { .seed = v->seed, .step = v->pass }, .row = (uint64_t)row };
    int64_t side = p->image[0] > p->image[1] ? p->image[0] : p->image[1];
    mg__map parts[4];
    draw.stream.stream = mg__hash_text(0, "image sizes");
    parts[0] = mg__map_of_scale(SIZE, &draw);
    draw.stream.stream = mg__hash_text(0, "image slants");
    parts[1] = mg__map_of_shear(SLANT, &draw);
    draw.stream.stream = mg__hash_text(0, "image turns");
    parts[2] = mg__map_of_rotation(TURN, &draw);
    draw.stream.stream = mg__hash_text(0, "image shifts");
    parts[3] = mg__map_of_shift((double)side * SHIFT, &draw);
    for (int i = 1; i < 4; i++) parts[i] = mg__map_then(&parts[i - 1], &parts[i]);
    return parts[3];
}

/* An empty image stays so. */
static double level(const float *x, int64_t columns) {
    double square = 0;
    for (int64_t i = 0; i < columns; i++) square += (double)x[i] * (double)x[i];
    return square > 0 ? 1 / sqrt(square / (double)columns) : 1;
}

static void whole_image(const mg__points *p, int64_t row, float *out) {
    for (int64_t i = 0; i < p->columns; i++) out[i] = (float)((double)p->x[row * p->columns + i] + p->mean[i]);
}

static void read_image(const mg__network_rows *r, int64_t row, const mg__variation *v, float *scratch, float *out) {
    const mg__points *p = r->points;
    if (v) {
        const mg__map map = draw_map(p, v, row);
        whole_image(p, row, scratch);
        mg__map_sample(&map, p->image, r->background, scratch, out);
    } else {
        whole_image(p, row, out);
    }
    double times = level(out, p->columns);
    for (int64_t i = 0; i < p->columns; i++) out[i] = (float)((double)out[i] * times);
}

static void read_cells(const mg__network_rows *r, int64_t row, float *out) {
    const mg__points *p = r->points;
    for (int64_t i = 0; i < p->columns; i++) out[i] = (float)((double)p->x[row * p->columns + i] * r->scale);
}

double mg__network_rows_factor(const mg__network_rows *r, int64_t row) {
    if (!r->level) return r->scale;
    whole_image(r->points, row, r->scratch);
    return level(r->scratch, r->points->columns);
}

/* --- many -------------------------------------------------------------------------------------------- */

typedef struct gathering {
    const mg__network_rows *rows;
    const int64_t *row;
    int64_t count, slices;
    const mg__variation *variation;
    float *x;
} gathering;

static void gather_slice(void *user, int64_t slice, int worker) {
    const gathering *g = user;
    const mg__network_rows *r = g->rows;
    int64_t columns = r->points->columns, end = mg__slice_begin(g->count, g->slices, slice + 1);
    for (int64_t i = mg__slice_begin(g->count, g->slices, slice); i < end; i++) {
        if (r->level)
            read_image(r, g->row[i], g->variation, r->scratch + worker * columns, g->x + i * columns);
        else
            read_cells(r, g->row[i], g->x + i * columns);
    }
}

void mg__network_rows_gather(const mg__network_rows *rows, const int64_t *row, int64_t count, const mg__variation *variation,
                             float *x) {
    gathering g = { .rows = rows, .row = row, .count = count, .variation = variation, .x = x };
    g.slices = count * rows->points->columns > 10000 ? MG__SLICES : 1; /* else threads cost more than they bring */
    mg__slices_run(rows->points->context, g.slices, gather_slice, &g);
}
