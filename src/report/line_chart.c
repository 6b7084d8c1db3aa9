/* Curves, named at their ends. */
#include "report/chart.h"

#include <math.h>
#include <string.h>

#define DIRECT_LINES  4    /* more are named below the chart */
#define DIRECT_LETTER 18   /* and so are longer names */
#define LOGARITHMIC   20.0 /* the factor that makes an axis logarithmic */
#define APART         14.0 /* of two names above each other */

static mg__range range_of(const mg__line_chart *chart, bool x) {
    mg__range range = mg__range_none();
    for (int i = 0; i < chart->lines; i++)
        for (int64_t k = 0; k < chart->line[i].count; k++) {
            const mg__line *line = &chart->line[i];
            double reach = !x && chart->deviation && isfinite(chart->deviation[i][k]) ? chart->deviation[i][k] : 0;
            if (!isfinite(line->y[k])) continue;
            mg__range_add(&range, (x ? line->x[k] : line->y[k]) - reach);
            mg__range_add(&range, (x ? line->x[k] : line->y[k]) + reach);
        }
    for (int64_t k = 0; !x && chart->low && k < chart->line[0].count; k++) {
        mg__range_add(&range, chart->low[k]);
        mg__range_add(&range, chart->high[k]);
    }
    return range;
}

static bool names_at_ends(const mg__line_chart *chart) {
    if (chart->lines > DIRECT_LINES || chart->unit) return false;
    for (int i = 0; i < chart->lines; i++)
        if (mg__text_width(chart->line[i].name) > mg__text_width("a") * DIRECT_LETTER) return false;
    return true;
}

static mg__frame frame_of(const mg__line_chart *chart, bool direct) {
    double margin = 0;
    for (int i = 0; direct && i < chart->lines; i++) margin = fmax(margin, 14 + mg__text_width(chart->line[i].name));
    mg__frame frame = mg__frame_make(chart->title, chart->about, margin);
    mg__range x = range_of(chart, true), y = range_of(chart, false);
    if (chart->unit) x = y = (mg__range){ 0, 1 };
    bool logarithmic = chart->may_be_logarithmic && y.low > 0 && y.high / y.low > LOGARITHMIC;
    if (isfinite(chart->mark)) frame.top += 14; /* room for its name */
    frame.x_label = chart->x_label;
    frame.y_label = chart->y_label;
    frame.y = mg__scale_make(y.low, y.high, logarithmic, frame.bottom, frame.top);
    frame.x = (mg__scale){
        .low = x.low, .high = x.high, .from = frame.left, .to = frame.right, .logarithmic = chart->x_logarithmic
    }; /* no room before the first */
    if (!(x.low < x.high)) frame.x = mg__scale_make(x.low, x.high, false, frame.left, frame.right);
    return frame;
}

/* The point number `index` of `count` that are left of a line, the first and the last among them. */
static int64_t thinned(const mg__line *line, int64_t index, int64_t count) {
    return count < 2 ? 0 : (index * (line->count - 1) + (count - 1) / 2) / (count - 1);
}

/* About the first line: along the upper edge and back along the lower one. */
static void put_band(mg__page *page, const mg__frame *f, const mg__line_chart *chart) {
    const mg__line *line = &chart->line[0];
    int64_t count = line->count < MG__LINE_POINTS ? line->count : MG__LINE_POINTS;
    if (!chart->low || count < 2) return;
    mg__say(page, "<path class=\"band f0\" d=\"");
    for (int64_t i = 0; i < 2 * count; i++) {
        int64_t at = thinned(line, i < count ? i : 2 * count - 1 - i, count);
        mg__say(page, "%s%c %c", i ? "L" : "M", mg__scale_place(&f->x, line->x[at]),
                mg__scale_place(&f->y, i < count ? chart->high[at] : chart->low[at]));
    }
    mg__say(page, "Z\"/>\n");
}

static void put_whiskers(mg__page *page, const mg__frame *f, const mg__line *line, const double *deviation) {
    for (int64_t i = 0; i < line->count; i++)
        if (isfinite(line->y[i]) && deviation[i] > 0)
            mg__say(page, "<path class=\"whisker\" d=\"M%c %cV%c\"/>\n", mg__scale_place(&f->x, line->x[i]),
                    mg__scale_place(&f->y, line->y[i] - deviation[i]), mg__scale_place(&f->y, line->y[i] + deviation[i]));
}

static void put_line(mg__page *page, const mg__frame *f, const mg__line *line, int color) {
    int64_t count = line->count < MG__LINE_POINTS ? line->count : MG__LINE_POINTS;
    bool gap = true;
    mg__say(page, "<path class=\"line c%d\" d=\"", color);
    for (int64_t i = 0; i < count; i++) {
        int64_t at = thinned(line, i, count);
        bool missing = !isfinite(line->y[at]) || (f->y.logarithmic && line->y[at] <= 0);
        if (!missing) {
            mg__say(page, "%s%c %c", gap ? "M" : "L", mg__scale_place(&f->x, line->x[at]), mg__scale_place(&f->y, line->y[at]));
        }
        gap = missing;
    }
    mg__say(page, "\"/>\n");
    for (int64_t i = 0; (line->dots || count == 1) && i < line->count; i++)
        if (isfinite(line->y[i]))
            mg__say(page, "<circle class=\"dot c%d\" cx=\"%c\" cy=\"%c\" r=\"3\"/>\n", color, mg__scale_place(&f->x, line->x[i]),
                    mg__scale_place(&f->y, line->y[i]));
}

/* The place of the line's last point; NaN: it has none. */
static double end_of(const mg__frame *f, const mg__line *line) {
    for (int64_t i = line->count; i-- > 0;)
        if (isfinite(line->y[i]) && !(f->y.logarithmic && line->y[i] <= 0)) return mg__scale_place(&f->y, line->y[i]);
    return NAN;
}

/* Places of the names, in the order of the lines' ends: each as far below the one above it as it needs, and then, from below,
 * none beneath the plot. Returns how many lines have an end. */
static int arrange(const mg__frame *f, const mg__line_chart *chart, int order[DIRECT_LINES], double place[DIRECT_LINES]) {
    double end[DIRECT_LINES];
    int count = 0;
    for (int i = 0; i < chart->lines; i++) {
        end[i] = end_of(f, &chart->line[i]);
        if (!isfinite(end[i])) continue;
        int at = count++;
        for (; at > 0 && end[order[at - 1]] > end[i]; at--) order[at] = order[at - 1];
        order[at] = i;
    }
    for (int n = 0; n < count; n++) place[n] = n > 0 ? fmax(end[order[n]], place[n - 1] + APART) : end[order[0]];
    for (int n = count; n-- > 0;) place[n] = fmin(place[n], f->bottom - APART * (count - 1 - n));
    return count;
}

static void put_names(mg__page *page, const mg__frame *f, const mg__line_chart *chart) {
    int order[DIRECT_LINES], count;
    double place[DIRECT_LINES];
    count = arrange(f, chart, order, place);
    for (int n = 0; n < count; n++)
        mg__say(page, "<text class=\"name t%d\" x=\"%c\" y=\"%c\">%e</text>\n", order[n] % MG__CHART_COLORS, f->right + 6,
                place[n] + 4, chart->line[order[n]].name);
}

static void put_mark(mg__page *page, const mg__frame *f, const mg__line_chart *chart) {
    if (!isfinite(chart->mark) || chart->mark < f->x.low || chart->mark > f->x.high) return;
    double at = mg__scale_place(&f->x, chart->mark);
    bool left = at > (f->left + f->right) / 2;
    mg__say(page, "<path class=\"mark\" d=\"M%c %cV%c\"/><text class=\"%s\" x=\"%c\" y=\"%c\">%e</text>\n", at, f->bottom,
            f->top - 18, left ? "end" : "begin", left ? at - 5 : at + 5, f->top - 8, chart->mark_name);
}

static void put_legend(mg__page *page, const mg__line_chart *chart) {
    mg__say(page, "<div class=\"legend\">");
    for (int i = 0; i < chart->lines; i++)
        mg__say(page, "<span><i class=\"b%d\"></i>%e</span>", i % MG__CHART_COLORS, chart->line[i].name);
    mg__say(page, "</div>");
}

void mg__put_line_chart(mg__page *page, const mg__line_chart *chart) {
    bool direct = names_at_ends(chart);
    mg__frame frame = frame_of(chart, direct);
    mg__frame_begin(page, &frame);
    if (chart->diagonal)
        mg__say(page, "<path class=\"mark\" d=\"M%c %cL%c %c\"/>\n", frame.left, frame.bottom, frame.right, frame.top);
    put_mark(page, &frame, chart);
    put_band(page, &frame, chart);
    for (int i = 0; chart->deviation && i < chart->lines; i++) put_whiskers(page, &frame, &chart->line[i], chart->deviation[i]);
    for (int i = 0; i < chart->lines; i++) put_line(page, &frame, &chart->line[i], i % MG__CHART_COLORS);
    if (direct) put_names(page, &frame, chart);
    mg__say(page, "</svg>");
    if (!direct) put_legend(page, chart);
    mg__say(page, "</figure>\n");
}
