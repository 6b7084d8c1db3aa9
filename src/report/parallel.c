/* Parallel coordinates: an axis a quantity, a line a thing. */
#include "report/chart.h"

#include <math.h>

#define WIDTH      440
#define APART      46.0 /* of two axes */
#define NAME_WIDTH 17   /* letters */
#define WORD_WIDTH 9    /* letters that a word has at least, if it is so long */
#define STEPS      6    /* of the colour's depth: lines of one step are one path */

/* Few lines are to be seen above many: depth is not even. */
static const double opacity[STEPS] = { 0.1, 0.13, 0.18, 0.27, 0.45, 0.8 };

static int step_of(double depth) { return isfinite(depth) ? (int)(fmin(fmax(depth, 0), 1) * (STEPS - 1) + 0.5) : 0; }

static double height_of(int axis) { return 18 + APART * axis; }

/* From axis to axis; where the neighbours on both sides are not there, a dot. */
static void put_path(mg__page *page, const mg__parallel *p, const mg__scale *scale, int64_t line) {
    const double *value = p->value + line * p->axes;
    for (int a = 0; a < p->axes; a++) {
        bool joined = a > 0 && isfinite(value[a - 1]), goes_on = a + 1 < p->axes && isfinite(value[a + 1]);
        if (!isfinite(value[a])) continue;
        mg__say(page, "%s%c %c", joined ? "L" : "M", mg__scale_place(&scale[a], value[a]), height_of(a));
        if (!joined && !goes_on) mg__say(page, "h0");
    }
}

static void put_lines(mg__page *page, const mg__parallel *p, const mg__scale *scale) {
    for (int step = 0; step < STEPS; step++) {
        bool any = false;
        for (int64_t i = 0; i < p->count; i++) {
            if (i == p->mark || step_of(p->depth[i]) != step) continue;
            if (!any) mg__say(page, "<path class=\"line thin c0\" stroke-opacity=\"%n\" d=\"", opacity[step]);
            any = true;
            put_path(page, p, scale, i);
        }
        if (any) mg__say(page, "\"/>\n");
    }
    if (p->mark < 0) return;
    mg__say(page, "<path class=\"line c1\" d=\"");
    put_path(page, p, scale, p->mark);
    mg__say(page, "\"/>\n");
    for (int a = 0; a < p->axes; a++) {
        double value = p->value[p->mark * p->axes + a];
        if (isfinite(value))
            mg__say(page, "<circle class=\"c1\" cx=\"%c\" cy=\"%c\" r=\"3\"/>\n", mg__scale_place(&scale[a], value),
                    height_of(a));
    }
}

/* As many words as have room: whole, or at least their first letters. */
static void put_words(mg__page *page, const mg__parallel_axis *axis, const mg__scale *scale, double y) {
    char text[MG__NAME_BYTES];
    double slot = (scale->to - scale->from) / axis->words, letter = mg__text_width("a"), widest = 0;
    for (int i = 0; i < axis->words; i++) widest = fmax(widest, mg__text_width(axis->word[i]));
    int every = (int)fmax(1, ceil(fmin(widest + 2 * letter, WORD_WIDTH * letter) / slot)),
        letters = (int)(slot * every / letter) - 1;
    for (int i = 0; i < axis->words; i += every) {
        double at = mg__scale_place(scale, i);
        mg__say(page, "<path class=\"tick\" d=\"M%c %cv6\"/><text class=\"mid halo\" x=\"%c\" y=\"%c\">%e</text>\n", at, y - 3,
                at, y + 17, mg__short_name(axis->word[i], letters, text));
    }
}

/* Numbers at the ends stay within the plot. */
static void put_numbers(mg__page *page, const mg__scale *scale, bool whole, double y) {
    double tick[MG__MOST_TICKS], free_from = -INFINITY;
    char text[MG__FIGURE_BYTES];
    int count = mg__scale_ticks(scale, 5, tick);
    for (int i = 0; i < count; i++) {
        if (whole && tick[i] != floor(tick[i])) continue;
        double at = mg__scale_place(scale, tick[i]), half = mg__text_width(mg__figure(tick[i], text)) / 2;
        mg__say(page, "<path class=\"tick\" d=\"M%c %cv6\"/>", at, y - 3);
        if (at - half < free_from) continue;
        free_from = at + half + 4;
        mg__say(page, "<text class=\"mid halo\" x=\"%c\" y=\"%c\">%n</text>\n", at, y + 17, tick[i]);
    }
}

void mg__put_parallel(mg__page *page, const mg__parallel *p) {
    mg__scale scale[MG__PARALLEL_AXES];
    char text[MG__NAME_BYTES];
    double room = 0;
    if (p->axes > MG__PARALLEL_AXES) return;
    for (int a = 0; a < p->axes; a++) room = fmax(room, mg__text_width(mg__short_name(p->axis[a].name, NAME_WIDTH, text)));
    for (int a = 0; a < p->axes; a++) {
        scale[a] = p->axis[a].scale;
        scale[a].from = room + 28;
        scale[a].to = WIDTH - 16;
    }
    mg__figure_begin(page, p->title, p->about, WIDTH, height_of(p->axes - 1) + 24);
    put_lines(page, p, scale);
    for (int a = 0; a < p->axes; a++) {
        double y = height_of(a);
        mg__say(page, "<path class=\"axis\" d=\"M%c %cH%c\"/><text class=\"end\" x=\"%c\" y=\"%c\">%e<title>%e</title></text>\n",
                scale[a].from, y, scale[a].to, room + 10, y + 3, mg__short_name(p->axis[a].name, NAME_WIDTH, text),
                p->axis[a].name);
        if (p->axis[a].words > 0)
            put_words(page, &p->axis[a], &scale[a], y);
        else
            put_numbers(page, &scale[a], p->axis[a].whole, y);
    }
    mg__figure_end(page);
}
