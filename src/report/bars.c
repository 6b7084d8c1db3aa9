/* Lying bars, each with its name before it and its value behind it. */
#include "report/chart.h"

#include <math.h>

#define WIDTH      440
#define ROW        20.0
#define NAME_WIDTH 20 /* letters */
#define VALUE_ROOM 52

void mg__put_bars(mg__page *page, const char *title, const char *about, const mg__chart_bar *bar, int64_t count) {
    char text[MG__NAME_BYTES];
    double room = 0;
    mg__range range = mg__range_none();
    mg__range_add(&range, 0);
    for (int64_t i = 0; i < count; i++) {
        room = fmax(room, mg__text_width(mg__short_name(bar[i].name, NAME_WIDTH, text)));
        mg__range_add(&range, bar[i].value - bar[i].deviation);
        mg__range_add(&range, bar[i].value + bar[i].deviation);
    }
    mg__scale x = { range.low, range.high, room + 12, WIDTH - VALUE_ROOM, false };
    if (!(range.low < range.high)) x.high = 1;
    mg__figure_begin(page, title, about, WIDTH, ROW * (double)count + 6);
    for (int64_t i = 0; i < count; i++) {
        double y = 3 + ROW * (double)i, zero = mg__scale_place(&x, 0), end = mg__scale_place(&x, bar[i].value);
        if (!isfinite(bar[i].value)) end = zero;
        mg__say(page, "<text class=\"end\" x=\"%c\" y=\"%c\">%e<title>%e</title></text>", x.from - 8, y + ROW / 2 + 4,
                mg__short_name(bar[i].name, NAME_WIDTH, text), bar[i].name);
        mg__say(page, "<rect class=\"bar\" x=\"%c\" y=\"%c\" width=\"%c\" height=\"%c\"/>", fmin(zero, end), y + 3,
                fmax(fabs(end - zero), 0.6), ROW - 6);
        if (bar[i].deviation > 0) {
            double low = mg__scale_place(&x, bar[i].value - bar[i].deviation),
                   high = mg__scale_place(&x, bar[i].value + bar[i].deviation);
            mg__say(page, "<path class=\"whisker\" d=\"M%c %cH%c\"/>", fmax(low, x.from), y + ROW / 2, fmin(high, WIDTH - 2));
        }
        mg__say(page, "<text x=\"%c\" y=\"%c\">%n</text>\n",
                fmin(fmax(zero, mg__scale_place(&x, bar[i].value + bar[i].deviation)) + 6, WIDTH - VALUE_ROOM + 6),
                y + ROW / 2 + 4, bar[i].value);
    }
    mg__figure_end(page);
}
