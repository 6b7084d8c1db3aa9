/* A curve as a page, or as its picture alone. */
#include "tune/curve.h"
#include "report/report.h"

#include <math.h>
#include <string.h>

typedef struct drawing {
    const mg_curve *curve;
    mg__page page;
    double train[MG_CURVE_MOST], held[MG_CURVE_MOST];
    double train_deviation[MG_CURVE_MOST], held_deviation[MG_CURVE_MOST];
    char title[160];
} drawing;

static void gather(drawing *d) {
    const mg_curve *c = d->curve;
    for (int i = 0; i < c->points; i++) {
        const mg_cross_validated *v = &c->cv->candidate[i];
        d->train[i] = mg_metric_value(c->metric, &v->train);
        d->held[i] = mg_metric_value(c->metric, &v->mean);
        d->train_deviation[i] = mg_metric_value(c->metric, &v->train_deviation);
        d->held_deviation[i] = mg_metric_value(c->metric, &v->deviation);
    }
}

#define ABOUT "Means over the folds; whiskers are one deviation to each side."

static void put_lines(drawing *d) {
    const mg_curve *c = d->curve;
    bool rows = !strcmp(c->of, "rows");
    const mg__line lines[] = {
        { .name = "trained on", .x = c->value, .y = d->train, .count = c->points, .dots = true },
        { .name = "held out", .x = c->value, .y = d->held, .count = c->points, .dots = true },
    };
    const double *const deviation[] = { d->train_deviation, d->held_deviation };
    mg__put_line_chart(&d->page, &(mg__line_chart){ .title = d->title,
                                                    .about = ABOUT,
                                                    .x_label = rows ? "rows that train" : c->of,
                                                    .y_label = c->metric->name,
                                                    .line = lines,
                                                    .lines = 2,
                                                    .deviation = deviation,
                                                    .mark = rows || c->best < 0 ? NAN : c->value[c->best],
                                                    .mark_name = "best",
                                                    .x_logarithmic = c->log });
}

static void put_words(drawing *d) {
    mg__chart_bar bar[MG_CURVE_MOST];
    for (int i = 0; i < d->curve->points; i++) bar[i] = (mg__chart_bar){ d->curve->text[i], d->held[i], d->held_deviation[i] };
    mg__put_bars(&d->page, d->title, "Means of held-out rows over the folds; whiskers are one deviation to each side.", bar,
                 d->curve->points);
}

static void put_table(drawing *d) {
    const mg_curve *c = d->curve;
    mg__page *page = &d->page;
    mg__say(
        page,
        "<div class=\"scroll\"><table>\n<tr><th>%e</th><th class=\"r\">training rows</th><th class=\"r\">trained on</th><th class=\"r\">+-</th>"
        "<th class=\"r\">held out</th><th class=\"r\">+-</th></tr>\n",
        strcmp(c->of, "rows") ? c->of : "share");
    for (int i = 0; i < c->points; i++) {
        const mg_cross_validated *v = &c->cv->candidate[i];
        mg__say(
            page,
            "<tr%s><td>%e</td><td class=\"r\">%L</td><td class=\"r\">%n</td><td class=\"r\">%n</td><td class=\"r\">%n</td><td "
            "class=\"r\">%n</td></tr>\n",
            i == c->best ? " class=\"best\"" : "", c->text[i], v->done ? v->train.rows / v->done : 0, d->train[i],
            d->train_deviation[i], d->held[i], d->held_deviation[i]);
    }
    mg__say(page, "</table></div>\n");
}

static void put_picture(drawing *d) {
    if (d->curve->words)
        put_words(d);
    else
        put_lines(d);
}

static mg_status write_page(drawing *d, const char *path) {
    mg__page *page = &d->page;
    mg__page_open(page, d->title);
    mg__say(page, "<h1>%e</h1>\n", d->title);
    if (*d->curve->verdict) mg__say(page, "<p>%e</p>\n", d->curve->verdict);
    mg__put_warnings(page, d->curve->cv->warning, d->curve->cv->warnings);
    mg__say(page, "<div class=\"charts\">\n");
    put_picture(d);
    mg__say(page, "</div>\n");
    put_table(d);
    return mg__page_close(page, path);
}

mg_status mg_curve_write(const mg_curve *curve, const char *path) {
    if (!curve || !path || curve->cv->served) return MG_INVALID;
    mg_context *context = ((const mg__curve *)(const void *)curve)->context;
    size_t length = strlen(path), used = 0;
    drawing d = { .curve = curve, .page = mg__page_begin(context) };
    gather(&d);
    mg__append(d.title, sizeof d.title, &used, "%s by %.60s", curve->metric->name,
               strcmp(curve->of, "rows") ? curve->of : "rows that train");
    if (length < 4 || strcmp(path + length - 4, ".svg") != 0) return write_page(&d, path);
    put_picture(&d);
    return mg__page_write_svg(&d.page, path);
}
