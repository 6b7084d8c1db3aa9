/* Rows beside what becomes of them: for the eyes of the one who writes an augmentation. */
#include "data/augment.h"
#include "data/extent.h"
#include "data/kind.h"
#include "interop/file.h"
#include "interop/png.h"

#include <string.h>

#define MOST         1000 /* rows, and variants of each */
#define MEASURED     2000 /* rows that encoder and pixels are measured on, and others taken from */
#define SMALLEST     64   /* a smaller picture is enlarged */
#define GAP          4
#define SHEET_PIXELS ((size_t)1 << 28)

struct mg_augment_preview {
    mg_context *context;
    mg_encoder *encoder;
    mg__augmenter augmenter;
    int64_t rows, variants, count; /* count: of company */
    int64_t *number;               /* [count]: rows of the dataset */
    float *company, *other;        /* [count, features], and one row */
    float *shown;                  /* [rows, 1 + variants, features] */
};

/* --- encoding ---------------------------------------------------------------------------------------- */

/* Images may have no labels. */
static mg_status find_target(mg_context *context, const mg_dataset *dataset, const mg_train_options *options,
                             mg_encoder_options *with) {
    mg_target target = { .column = -1 };
    mg_task task = !strcmp(options->task, "regression")       ? MG_TASK_REGRESSION
                   : !strcmp(options->task, "classification") ? MG_TASK_CLASSIFICATION
                                                              : MG_TASK_AUTO;
    if (mg_dataset_columns(dataset) == 0) return MG_OK;
    mg_status status = mg_dataset_target(context, dataset, options->target, task, &target);
    with->target = target.column;
    with->task = target.task;
    return status;
}

static mg_status fit_encoder(mg_augment_preview *p, const mg_dataset *dataset, const mg_train_options *options) {
    mg_encoder_options with = mg_encoder_defaults();
    bool *drop = mg__alloc_zero(p->context, (size_t)mg_dataset_columns(dataset));
    mg_status status = drop ? find_target(p->context, dataset, options, &with) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = mg__columns_named(p->context, dataset, "drop", options->drop, drop);
    if (status == MG_OK) status = mg__extent_parse(p->context, "image", options->image, true, with.image);
    with.drop = drop;
    with.bins = options->bins == MG_AUTO ? 0 : (int)options->bins;
    with.scale = !strcmp(options->scale, "none")       ? MG_SCALE_NONE
                 : !strcmp(options->scale, "standard") ? MG_SCALE_STANDARD
                                                       : MG_SCALE_AUTO;
    if (status == MG_OK) p->encoder = mg_encoder_fit(p->context, dataset, p->number, p->count, &with);
    mg__free(p->context, drop);
    return status != MG_OK ? status : p->encoder ? MG_OK : mg_context_status(p->context);
}

static mg_status encode(mg_augment_preview *p, const mg_dataset *dataset, const mg_train_options *options) {
    int64_t rows = mg_dataset_rows(dataset);
    p->count = rows < MEASURED ? rows : MEASURED;
    p->rows = p->rows < p->count ? p->rows : p->count;
    p->number = mg__alloc_array(p->context, (size_t)p->count, sizeof *p->number);
    if (!p->number) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < p->count; i++) p->number[i] = i * rows / p->count;
    mg_status status = fit_encoder(p, dataset, options);
    if (status != MG_OK) return status;
    size_t features = (size_t)mg_encoder_features(p->encoder), bytes = features * sizeof(float);
    p->company = mg__alloc_array(p->context, (size_t)p->count, bytes);
    p->other = mg__alloc_array(p->context, features, sizeof(float));
    p->shown = mg__alloc_array(p->context, (size_t)(p->rows * (1 + p->variants)), bytes);
    if (!p->company || !p->other || !p->shown) return MG_OUT_OF_MEMORY;
    return mg_encoder_inputs(p->context, p->encoder, dataset, p->number, p->count, p->company);
}

/* --- variants ---------------------------------------------------------------------------------------- */

static int64_t place_of(const mg_augment_preview *p, int64_t index) { return index * p->count / p->rows; }

static float *shown(const mg_augment_preview *p, int64_t index, int64_t variant) {
    return p->shown + (index * (1 + p->variants) + variant) * mg_encoder_features(p->encoder);
}

static void vary(mg_augment_preview *p, uint64_t seed, int64_t index, int64_t variant) {
    mg__company company = { .x = p->company, .count = p->count };
    mg__occasion at = { .seed = seed, .epoch = (uint64_t)variant, .number = place_of(p, index) };
    float *row = shown(p, index, variant);
    mg__augmenter_vary(&p->augmenter, &at, &company, row);
    double share = mg__augmenter_partner(&p->augmenter, &at, company.count, &at.number);
    if (share == 1) return;
    mg__augmenter_vary(&p->augmenter, &at, &company, p->other);
    mg__augmenter_blend(&p->augmenter, share, p->other, row);
}

static mg_status fill(mg_augment_preview *p, const mg__augment *augment, uint64_t seed) {
    mg__company company = { .x = p->company, .count = p->count };
    mg_status status = mg__augmenter_open(p->context, augment, p->encoder, &company, &p->augmenter);
    if (status != MG_OK) return status;
    for (int64_t i = 0; i < p->rows; i++) {
        memcpy(shown(p, i, 0), mg__company_row(&company, p->encoder, place_of(p, i)),
               (size_t)mg_encoder_features(p->encoder) * sizeof(float));
        for (int64_t v = 1; v <= p->variants; v++) vary(p, seed, i, v);
    }
    return MG_OK;
}

mg_augment_preview *mg_augment_preview_create(mg_context *context, const mg_dataset *dataset, const mg_train_options *options,
                                              int64_t rows, int64_t variants) {
    mg_train_options defaults = mg_train_defaults();
    mg__augment augment;
    if (!context || !dataset) return NULL;
    if (!options) options = &defaults;
    if (rows < 1 || rows > MOST || variants < 1 || variants > MOST) {
        mg__fail(context, MG_INVALID, "preview: %lld rows in %lld variants; both must be 1 to %d", (long long)rows,
                 (long long)variants, MOST);
        return NULL;
    }
    if (mg__augment_parse(context, options->augment, &augment) != MG_OK) return NULL;
    mg_augment_preview *p = mg__alloc_zero(context, sizeof *p);
    if (!p) return NULL;
    p->context = context, p->rows = rows, p->variants = variants;
    mg_status status = encode(p, dataset, options);
    if (status == MG_OK) status = fill(p, &augment, (uint64_t)options->seed);
    if (status == MG_OK) return p;
    mg_augment_preview_destroy(p);
    return NULL;
}

void mg_augment_preview_destroy(mg_augment_preview *p) {
    if (!p) return;
    mg__augmenter_close(&p->augmenter);
    mg_encoder_destroy(p->encoder);
    mg__free(p->context, p->number);
    mg__free(p->context, p->company);
    mg__free(p->context, p->other);
    mg__free(p->context, p->shown);
    mg__free(p->context, p);
}

int64_t mg_augment_preview_rows(const mg_augment_preview *p) { return p->rows; }
int64_t mg_augment_preview_row(const mg_augment_preview *p, int64_t index) { return p->number[place_of(p, index)]; }
const mg_encoder *mg_augment_preview_encoder(const mg_augment_preview *p) { return p->encoder; }

const float *mg_augment_preview_encoded(const mg_augment_preview *p, int64_t index, int64_t variant) {
    return shown(p, index, variant);
}

void mg_augment_preview_text(const mg_augment_preview *p, int64_t index, int64_t variant, int64_t column, char *out,
                             size_t size) {
    mg__cells_decode(&p->encoder->feature[column], shown(p, index, variant), out, size);
}

/* --- the sheet --------------------------------------------------------------------------------------- */

/* A grid of pictures with gaps between them, twice as wide behind the originals. */
typedef struct sheet {
    int64_t zoom, cell_height, cell_width, height, width, channels;
    double darkest, brightest; /* become 0 and 255 */
    uint8_t *pixels;
} sheet;

static sheet lay_out(const mg_augment_preview *p) {
    const int64_t *shape = p->augmenter.pixels.shape;
    int64_t longest = shape[0] > shape[1] ? shape[0] : shape[1];
    sheet s = { .zoom = longest < SMALLEST ? (SMALLEST + longest - 1) / longest : 1, .channels = shape[2] };
    s.cell_height = s.zoom * shape[0] + GAP;
    s.cell_width = s.zoom * shape[1] + GAP;
    s.height = p->rows * s.cell_height + GAP;
    s.width = (1 + p->variants) * s.cell_width + 2 * GAP;
    return s;
}

/* An encoded pixel as it was before it was scaled. */
static double pixel(const mg_augment_preview *p, int64_t channel, float value) {
    double centre, spread;
    mg_encoder_scaling(p->encoder, channel, &centre, &spread);
    return centre + spread * (double)value;
}

/* One scale for all channels, or colours would be others. */
static void find_range(const mg_augment_preview *p, sheet *s) {
    const mg__pixels *pixels = &p->augmenter.pixels;
    for (int64_t c = 0; c < s->channels; c++) {
        double low = pixel(p, c, pixels->low[c]), high = pixel(p, c, pixels->high[c]);
        s->darkest = c == 0 || low < s->darkest ? low : s->darkest;
        s->brightest = c == 0 || high > s->brightest ? high : s->brightest;
    }
}

static uint8_t brightness(const sheet *s, double value) {
    double share = s->brightest > s->darkest ? (value - s->darkest) / (s->brightest - s->darkest) : 0;
    return (uint8_t)(255 * (share < 0 ? 0 : share > 1 ? 1 : share) + 0.5);
}

static void draw(const mg_augment_preview *p, const sheet *s, int64_t index, int64_t variant) {
    const int64_t *shape = p->augmenter.pixels.shape;
    const float *image = shown(p, index, variant);
    int64_t top = GAP + index * s->cell_height, left = GAP + variant * s->cell_width + (variant > 0 ? GAP : 0);
    for (int64_t y = 0; y < s->zoom * shape[0]; y++) {
        for (int64_t x = 0; x < s->zoom * shape[1]; x++) {
            const float *from = image + ((y / s->zoom) * shape[1] + x / s->zoom) * s->channels;
            uint8_t *to = s->pixels + ((top + y) * s->width + left + x) * s->channels;
            for (int64_t c = 0; c < s->channels; c++) to[c] = brightness(s, pixel(p, c, from[c]));
        }
    }
}

mg_status mg_augment_preview_write(const mg_augment_preview *p, const char *path) {
    uint8_t *bytes = NULL;
    size_t length = 0, all = 0;
    if (p->augmenter.pixels.shape[0] == 0)
        return mg__fail(p->context, MG_INVALID, "preview: the rows are no images; a table is shown as text");
    sheet s = lay_out(p);
    if (s.channels != 1 && s.channels != 3)
        return mg__fail(p->context, MG_UNSUPPORTED, "preview: images of %lld channels have no colours; wanted 1 or 3",
                        (long long)s.channels);
    if (!mg__size_multiply((size_t)s.height, (size_t)(s.width * s.channels), &all) || all > SHEET_PIXELS)
        return mg__fail(p->context, MG_INVALID, "preview: %lld x %lld pixels are too many for a picture; show fewer rows",
                        (long long)s.height, (long long)s.width);
    s.pixels = mg__alloc(p->context, all);
    if (!s.pixels) return MG_OUT_OF_MEMORY;
    memset(s.pixels, 96, all);
    find_range(p, &s);
    for (int64_t i = 0; i < p->rows; i++)
        for (int64_t v = 0; v <= p->variants; v++) draw(p, &s, i, v);
    mg_status status = mg__png_write(p->context, s.pixels, s.height, s.width, s.channels, &bytes, &length);
    if (status == MG_OK) status = mg__file_write_whole(p->context, path, bytes, length);
    mg__free(p->context, bytes);
    mg__free(p->context, s.pixels);
    return status;
}
