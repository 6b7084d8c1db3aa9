/* The picture of a map of rows: a dot for each, colored by what is known of it. */
#include "report/sketch.h"

#include "report/chart.h"
#include "report/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PLAIN   20 /* names that have a color each; of more, colors follow their order */
#define STEPS   12 /* of that */
#define NOTHING (PLAIN)
#define INK     0x1d2126
#define SOFT    0x5d656e
#define GRID    0xe9e6e1
#define AXIS    0xa9adb2

#define LEFT   62
#define TOP    44
#define BOTTOM 52
#define RIGHT  22
#define LEGEND 180
#define ACROSS 560 /* of the plot, at most */
#define DOWN   520

/* The page's colors first, then others that can still be told apart; at the end what is not known. */
static const uint32_t plain[PLAIN + 1] = { 0x0b6fb8, 0xd2601a, 0x12825f, 0xb3497f, 0xc8a415, 0x45b5e6, 0x6a4bc0,
                                           0x8a5a44, 0x86b03c, 0xe06a86, 0x1f3f7a, 0x5d656e, 0x00a39a, 0xa31621,
                                           0xb79cf0, 0xf0a35a, 0x4d6b1f, 0xd07be0, 0x7fa6b8, 0x3b2a1a, 0xc4c8cc };
/* From dark to light (viridis, Smith & van der Walt 2015). */
static const uint32_t rising[] = { 0x440154, 0x414487, 0x2a788e, 0x22a884, 0x7ad151, 0xfde725 };

typedef struct drawing {
    const mg_map_result *result;
    const mg_map_colors *colors;
    mg__sketch sketch;
    mg__scale x, y;
    uint32_t palette[PLAIN + 1];
    double *place; /* [2, rows] */
    uint8_t *shade;
} drawing;

/* --- colors ------------------------------------------------------------------------------------------ */

static uint32_t between(double share) {
    double at = share * (double)(sizeof rising / sizeof *rising - 1), part = at - floor(at);
    size_t low = (size_t)at, high = part > 0 ? low + 1 : low;
    uint32_t color = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        double a = (double)(rising[low] >> shift & 255), b = (double)(rising[high] >> shift & 255);
        color |= (uint32_t)(a + (b - a) * part + 0.5) << shift;
    }
    return color;
}

static void choose_colors(drawing *d) {
    const mg_map_colors *c = d->colors;
    memcpy(d->palette, plain, sizeof plain);
    for (int i = 0; c->count > PLAIN && i < STEPS; i++) d->palette[i] = between((double)i / (STEPS - 1));
    for (int64_t row = 0; row < d->result->rows; row++) {
        int64_t code = c->label ? c->label[row] : 0;
        d->shade[row] = (uint8_t)(code < 0 ? NOTHING : c->count > PLAIN ? code * STEPS / c->count : code);
    }
}

/* --- what stands beside ------------------------------------------------------------------------------ */

static void put_legend(drawing *d, double x) {
    const mg_map_colors *c = d->colors;
    mg__sketch *s = &d->sketch;
    bool ordered = c->count > PLAIN, missing = false;
    int64_t lines = ordered ? 6 : c->count;
    double y = TOP + 10;
    if (c->title) mg__sketch_word(s, x, y, -1, SOFT, c->title), y += 20;
    for (int64_t i = 0; i < lines; i++, y += 18) {
        int64_t name = ordered ? i * (c->count - 1) / (lines - 1) : i;
        mg__sketch_spot(s, x + 5, y - 4, d->palette[ordered ? name * STEPS / c->count : name]);
        mg__sketch_word(s, x + 16, y, -1, INK, c->name[name]);
    }
    for (int64_t row = 0; row < d->result->rows && !missing; row++) missing = c->label[row] < 0;
    if (!missing) return;
    mg__sketch_spot(s, x + 5, y - 4, plain[NOTHING]);
    mg__sketch_word(s, x + 16, y, -1, SOFT, "not known");
}

static const char *axis_name(const mg_map_result *r, int d, char out[64]) {
    if (r->explained)
        snprintf(out, 64, "PC%d (%.1f %%)", d + 1, 100 * r->explained[d]);
    else
        snprintf(out, 64, "x%d", d + 1);
    return out;
}

static void put_axes(drawing *d) {
    mg__sketch *s = &d->sketch;
    double tick[MG__MOST_TICKS], bottom = d->y.from, top = d->y.to, left = d->x.from, right = d->x.to;
    char text[64];
    for (int i = 0, count = mg__scale_ticks(&d->x, 7, tick); i < count; i++) {
        double at = mg__scale_place(&d->x, tick[i]);
        mg__sketch_line(s, at, top, at, bottom, GRID);
        mg__sketch_word(s, at, bottom + 17, 0, SOFT, mg__figure(tick[i], text));
    }
    for (int i = 0, count = mg__scale_ticks(&d->y, 7, tick); i < count; i++) {
        double at = mg__scale_place(&d->y, tick[i]);
        mg__sketch_line(s, left, at, right, at, GRID);
        mg__sketch_word(s, left - 7, at + 4, 1, SOFT, mg__figure(tick[i], text));
    }
    mg__sketch_line(s, left, bottom, right, bottom, AXIS);
    mg__sketch_line(s, left, top, left, bottom, AXIS);
    mg__sketch_word(s, (left + right) / 2, bottom + 38, 0, INK, axis_name(d->result, 0, text));
    mg__sketch_word(s, 16, (top + bottom) / 2, 0, INK, axis_name(d->result, 1, text))->upright = true;
    if (d->colors->picture_title) {
        mg__sketch_mark *title = mg__sketch_word(s, left, 26, -1, INK, "");
        snprintf(title->text, sizeof title->text, "%.60s", d->colors->picture_title);
        title->title = true;
    }
}

/* --- places ------------------------------------------------------------------------------------------ */

/* The same unit along both axes, since distances are what is looked at. */
static void choose_scales(drawing *d) {
    const mg_map_result *r = d->result;
    mg__range x = mg__range_none(), y = mg__range_none();
    for (int64_t row = 0; row < r->rows; row++) {
        mg__range_add(&x, r->y[row * r->dimensions]);
        mg__range_add(&y, r->y[row * r->dimensions + 1]);
    }
    double width = 1.06 * (x.high - x.low), height = 1.06 * (y.high - y.low), unit = fmin(ACROSS / width, DOWN / height);
    if (!(unit > 0 && isfinite(unit))) unit = 1; /* all in one place */
    double across = fmax(width * unit, 320), down = fmax(height * unit, 240);
    double x_middle = (x.low + x.high) / 2, y_middle = (y.low + y.high) / 2;
    d->x = (mg__scale){ x_middle - across / unit / 2, x_middle + across / unit / 2, LEFT, LEFT + across, false };
    d->y = (mg__scale){ y_middle - down / unit / 2, y_middle + down / unit / 2, TOP + down, TOP, false };
    d->sketch.width = LEFT + across + RIGHT + (d->colors->label ? LEGEND : 0);
    d->sketch.height = TOP + down + BOTTOM;
    int64_t lines = d->colors->label ? (d->colors->count > PLAIN ? 6 : d->colors->count) + 3 : 0;
    d->sketch.height = fmax(d->sketch.height, TOP + 18 * (double)lines);
}

static void put_dots(drawing *d) {
    const mg_map_result *r = d->result;
    mg__sketch *s = &d->sketch;
    for (int64_t row = 0; row < r->rows; row++) {
        d->place[row] = mg__scale_place(&d->x, r->y[row * r->dimensions]);
        d->place[r->rows + row] = mg__scale_place(&d->y, r->y[row * r->dimensions + 1]);
    }
    s->x = d->place;
    s->y = d->place + r->rows;
    s->shade = d->shade;
    s->palette = d->palette;
    s->colors = PLAIN + 1;
    s->dots = r->rows;
    s->radius = fmin(fmax(110 / sqrt((double)r->rows), 1.2), 3.6);
}

mg_status mg_map_write(mg_context *context, const mg_map_result *result, const mg_map_colors *colors, const char *path) {
    const mg_map_colors none = { 0 };
    if (!context || !result || !path) return MG_INVALID;
    if (result->dimensions < 2) return mg__fail(context, MG_SETTING, "picture: one dimension has none; give 2 or more");
    drawing *d = mg__alloc_zero(context, sizeof *d);
    if (!d) return MG_OUT_OF_MEMORY;
    d->result = result;
    d->colors = colors ? colors : &none;
    d->place = mg__alloc_array(context, (size_t)result->rows, 2 * sizeof *d->place);
    d->shade = mg__alloc_array(context, (size_t)result->rows, sizeof *d->shade);
    mg_status status = d->place && d->shade ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        choose_colors(d);
        choose_scales(d);
        put_axes(d);
        put_dots(d);
        if (d->colors->label) put_legend(d, d->x.to + RIGHT);
        status = mg__sketch_write(context, &d->sketch, path);
    }
    mg__free(context, d->place);
    mg__free(context, d->shade);
    mg__free(context, d);
    return status;
}
