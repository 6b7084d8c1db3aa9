/* Items act on rows: which fit the data, what the pixels are like, and in which order. */
#include "data/augment.h"
#include "interop/sort.h"

#include <inttypes.h>
#include <string.h>

#define EDGES_OF 250 /* images whose edges are looked at */

const float *mg__company_row(const mg__company *company, const mg_encoder *e, int64_t number) {
    return company->x + (company->rows ? company->rows[number] : number) * e->width;
}

/* --- what fits --------------------------------------------------------------------------------------- */

static mg_status refuse(mg_context *context, const mg__augment_item *item, const int64_t shape[3]) {
    char text[64];
    mg__augment_print_item(item, text, sizeof text);
    if (shape[0] == 0)
        return mg__fail(context, MG_SETTING,
                        "augment: %s changes images, the data are a table; leave it out, or say with 'image' which size of "
                        "image the columns are the pixels of",
                        text);
    if (item->row->fits && !item->row->fits(item->value, shape))
        return mg__fail(context, MG_SETTING, "augment: %s does not fit images of %" PRId64 " x %" PRId64 " pixels; %s", text,
                        shape[0], shape[1], item->row->cure);
    return mg__fail(context, MG_SETTING, "augment: %s changes the columns of tables, the data are images; leave it out", text);
}

static bool fits(const mg__augment_item *item, const int64_t shape[3]) {
    const mg__augmentation *row = item->row;
    if (row->mixes) return true;
    if (shape[0] == 0) return row->cells != NULL;
    return (row->map || row->pixels) && (!row->fits || row->fits(item->value, shape));
}

/* --- what pixels are like ---------------------------------------------------------------------------- */

static int compare_floats(const void *a, const void *b, const void *user) {
    float x = *(const float *)a, y = *(const float *)b;
    (void)user;
    return (x > y) - (x < y);
}

static bool on_edge(const int64_t shape[3], int64_t pixel) {
    int64_t y = pixel / shape[1], x = pixel % shape[1];
    return y == 0 || x == 0 || y == shape[0] - 1 || x == shape[1] - 1;
}

/* The median of a channel on the edges of images spread evenly over all. */
static float background(const mg__augmenter *a, const mg__company *company, int64_t channel, float *edges) {
    const int64_t *shape = a->pixels.shape;
    int64_t images = company->count < EDGES_OF ? company->count : EDGES_OF;
    size_t found = 0;
    for (int64_t i = 0; i < images; i++) {
        const float *image = mg__company_row(company, a->encoder, i * company->count / images);
        for (int64_t p = 0; p < shape[0] * shape[1]; p++)
            if (on_edge(shape, p)) edges[found++] = image[p * shape[2] + channel];
    }
    mg__sort(edges, found, sizeof *edges, compare_floats, NULL);
    return edges[found / 2];
}

static void measure_range(const mg__augmenter *a, const mg__company *company) {
    const mg__pixels *p = &a->pixels;
    for (int64_t i = 0; i < company->count; i++) {
        const float *image = mg__company_row(company, a->encoder, i);
        for (int64_t k = 0; k < a->encoder->width; k++) {
            int64_t c = k % p->shape[2];
            if (i == 0 && k < p->shape[2]) p->low[c] = p->high[c] = image[k];
            p->low[c] = image[k] < p->low[c] ? image[k] : p->low[c];
            p->high[c] = image[k] > p->high[c] ? image[k] : p->high[c];
        }
    }
}

static mg_status measure(mg__augmenter *a, const mg__company *company) {
    mg__pixels *p = &a->pixels;
    size_t images = (size_t)(company->count < EDGES_OF ? company->count : EDGES_OF);
    size_t around = 2 * (size_t)(p->shape[0] + p->shape[1]), all = 0; /* pixels on an edge, at most */
    if (!mg__size_multiply(images, around, &all)) return mg__fail_memory(a->context, SIZE_MAX);
    float *edges = mg__alloc_array(a->context, all, sizeof *edges);
    p->background = mg__alloc_array(a->context, 3 * (size_t)p->shape[2], sizeof *p->background);
    if (edges && p->background) {
        p->low = p->background + p->shape[2];
        p->high = p->low + p->shape[2];
        for (int64_t c = 0; c < p->shape[2]; c++) p->background[c] = background(a, company, c, edges);
        measure_range(a, company);
    }
    mg__free(a->context, edges);
    return edges && p->background ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__augmenter_open(mg_context *context, const mg__augment *augment, const mg_encoder *encoder,
                             const mg__company *company, mg__augmenter *a) {
    *a = (mg__augmenter){ .context = context, .augment = *augment, .encoder = encoder };
    memcpy(a->pixels.shape, encoder->image, sizeof a->pixels.shape);
    for (int i = 0; i < augment->count; i++)
        if (!fits(&augment->item[i], a->pixels.shape)) return refuse(context, &augment->item[i], a->pixels.shape);
    return a->pixels.shape[0] > 0 && company->count > 0 ? measure(a, company) : MG_OK;
}

void mg__augmenter_close(mg__augmenter *a) {
    if (a->context) mg__free(a->context, a->pixels.background);
    *a = (mg__augmenter){ 0 };
}

/* --- rows -------------------------------------------------------------------------------------------- */

/* Numbers of their own for each item, wherever it stands. */
static mg__draw draw_of(const mg__augmenter *a, const mg__occasion *at, int item) {
    uint64_t stream = mg__hash_text((uint64_t)item, a->augment.item[item].row->name);
    return (mg__draw){ .stream = { at->seed, mg__hash_mix(mg__hash_text(0, "augment"), stream), at->epoch },
                       .row = (uint64_t)at->number };
}

static void move(const mg__augmenter *a, const mg__occasion *at, const float *row, float *out) {
    mg__map map = mg__map_identity();
    for (int i = 0; i < a->augment.count; i++) {
        const mg__augment_item *item = &a->augment.item[i];
        if (!item->row->map) continue;
        mg__draw draw = draw_of(a, at, i);
        mg__map next = item->row->map(item->value, &draw);
        map = mg__map_then(&map, &next);
    }
    mg__map_sample(&map, a->pixels.shape, a->pixels.background, row, out);
}

void mg__augmenter_vary(const mg__augmenter *a, const mg__occasion *at, const mg__company *company, float *out) {
    const float *row = mg__company_row(company, a->encoder, at->number);
    bool image = a->pixels.shape[0] > 0;
    if (image)
        move(a, at, row, out);
    else
        memcpy(out, row, (size_t)a->encoder->width * sizeof *out);
    for (int i = 0; i < a->augment.count; i++) {
        const mg__augment_item *item = &a->augment.item[i];
        mg__draw draw = draw_of(a, at, i);
        if (image && item->row->pixels) item->row->pixels(item->value, &draw, &a->pixels, out);
        if (!image && item->row->cells) item->row->cells(item->value, &draw, a->encoder, company, out);
    }
}
