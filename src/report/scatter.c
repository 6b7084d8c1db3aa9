/* Points, and how often values occur. */
#include "report/chart.h"

#include <math.h>

#define BINS 24

void mg__put_scatter(mg__page *page, const mg__scatter *s) {
    mg__frame f = mg__frame_make(s->title, s->about, 0);
    mg__range x = mg__range_none(), y = mg__range_none();
    for (int64_t i = 0; i < s->count; i++) {
        mg__range_add(&x, s->x[i]);
        mg__range_add(&y, s->y[i]);
    }
    if (s->diagonal) {
        mg__range_add(&x, y.low), mg__range_add(&x, y.high);
        y = x;
    }
    if (s->zero) mg__range_add(&y, 0);
    f.x_label = s->x_label;
    f.y_label = s->y_label;
    f.x = mg__scale_make(x.low, x.high, false, f.left, f.right);
    f.y = mg__scale_make(y.low, y.high, false, f.bottom, f.top);
    mg__frame_begin(page, &f);
    if (s->diagonal) mg__say(page, "<path class=\"mark\" d=\"M%c %cL%c %c\"/>\n", f.left, f.bottom, f.right, f.top);
    if (s->zero) mg__say(page, "<path class=\"mark\" d=\"M%c %cH%c\"/>\n", f.left, mg__scale_place(&f.y, 0), f.right);
    int64_t shown = s->count < MG__SCATTER_POINTS ? s->count : MG__SCATTER_POINTS;
    for (int64_t k = 0; k < shown; k++) {
        int64_t i = k * s->count / shown;
        if (isfinite(s->x[i]) && isfinite(s->y[i]))
            mg__say(page, "<circle class=\"point c0\" cx=\"%c\" cy=\"%c\" r=\"2.4\"/>\n", mg__scale_place(&f.x, s->x[i]),
                    mg__scale_place(&f.y, s->y[i]));
    }
    mg__figure_end(page);
}

void mg__put_histogram(mg__page *page, const char *title, const char *about, const char *x_label, const double *value,
                       int64_t count) {
    int64_t bin[BINS] = { 0 }, most = 0;
    mg__frame f = mg__frame_make(title, about, 0);
    mg__range x = mg__range_none();
    for (int64_t i = 0; i < count; i++) mg__range_add(&x, value[i]);
    f.x_label = x_label;
    f.y_label = "rows";
    f.x = mg__scale_make(x.low, x.high, false, f.left, f.right);
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(value[i])) continue;
        int at = (int)((value[i] - f.x.low) / (f.x.high - f.x.low) * BINS);
        at = at < 0 ? 0 : at >= BINS ? BINS - 1 : at;
        if (++bin[at] > most) most = bin[at];
    }
    f.y = mg__scale_make(0, (double)most, false, f.bottom, f.top);
    mg__frame_begin(page, &f);
    double width = (f.right - f.left) / BINS;
    for (int i = 0; i < BINS; i++) {
        double y = mg__scale_place(&f.y, (double)bin[i]);
        if (bin[i] > 0)
            mg__say(page, "<rect class=\"bar\" x=\"%c\" y=\"%c\" width=\"%c\" height=\"%c\"><title>%l rows</title></rect>\n",
                    f.left + width * i + 0.5, y, width - 1, f.bottom - y, bin[i]);
    }
    mg__figure_end(page);
}
