/* Fields of cells: the deeper the colour, the more. The colour is one, over whatever the page's ground is. */
#include "report/chart.h"

#include <math.h>

#define WIDTH      440
#define CELL       18.0 /* height of a row of a map */
#define NAME_WIDTH 16   /* letters */

static double name_room(const char *const *name, int64_t count) {
    char text[MG__NAME_BYTES];
    double room = 0;
    for (int64_t i = 0; i < count; i++) room = fmax(room, mg__text_width(mg__short_name(name[i], NAME_WIDTH, text)));
    return room + 10;
}

/* --- a map ------------------------------------------------------------------------------------------- */

/* The mean of the cells that come together in a column of the picture; of a logarithmic map their geometric mean. */
static double cell_value(const mg__heat_map *map, int64_t row, int64_t column, int64_t shown, bool logarithmic) {
    int64_t first = column * map->columns / shown, end = (column + 1) * map->columns / shown, count = 0;
    double sum = 0;
    for (int64_t k = first; k < end; k++) {
        double value = map->value[row * map->columns + k];
        if (!isfinite(value) || (logarithmic && value <= 0)) continue;
        sum += logarithmic ? log(value) : value;
        count++;
    }
    if (count == 0) return NAN;
    return logarithmic ? exp(sum / (double)count) : sum / (double)count;
}

static mg__scale scale_of(const mg__heat_map *map) {
    mg__range range = mg__range_none();
    for (int64_t i = 0; i < map->rows * map->columns; i++)
        if (!map->logarithmic || map->value[i] > 0) mg__range_add(&range, map->value[i]);
    if (isfinite(map->low)) range.low = map->low;
    if (isfinite(map->high)) range.high = map->high;
    if (!(range.low < range.high)) range = (mg__range){ 0, range.high > 0 ? range.high : 1 };
    return (mg__scale){ range.low, range.high, 0.06, 0.95, map->logarithmic && range.low > 0 };
}

/* A bar of the colours with the values at its ends. */
static void put_key(mg__page *page, const mg__scale *scale, double right, double y) {
    double left = right - 96;
    char high[MG__FIGURE_BYTES];
    double room = mg__text_width(mg__figure(scale->high, high)) + 12;
    for (int i = 0; i < 8; i++)
        mg__say(page, "<rect class=\"heat\" x=\"%c\" y=\"%c\" width=\"12.1\" height=\"8\" fill-opacity=\"%n\"/>",
                left - room + 12 * i, y - 8, 0.06 + 0.89 * i / 7);
    mg__say(page, "<text class=\"end\" x=\"%c\" y=\"%c\">%n</text><text class=\"end\" x=\"%c\" y=\"%c\">%n</text>\n",
            left - room - 6, y, scale->low, right, y, scale->high);
}

void mg__put_heat_map(mg__page *page, const mg__heat_map *map) {
    int64_t shown = map->columns < MG__HEAT_COLUMNS ? map->columns : MG__HEAT_COLUMNS;
    double left = name_room(map->row, map->rows), right = WIDTH - 4, top = 4, bottom = top + CELL * (double)map->rows;
    double width = (right - left) / (double)(shown < 1 ? 1 : shown);
    mg__scale scale = scale_of(map);
    char name[MG__NAME_BYTES];
    mg__figure_begin(page, map->title, map->about, WIDTH, bottom + 44);
    for (int64_t r = 0; r < map->rows; r++) {
        double y = top + CELL * (double)r;
        mg__say(page, "<text class=\"end\" x=\"%c\" y=\"%c\">%e</text>\n", left - 6, y + CELL / 2 + 4,
                mg__short_name(map->row[r], NAME_WIDTH, name));
        for (int64_t c = 0; c < shown; c++) {
            double value = cell_value(map, r, c, shown, scale.logarithmic);
            if (!isfinite(value)) continue;
            double share = fmin(fmax(mg__scale_place(&scale, value), 0), 1);
            mg__say(
                page,
                "<rect class=\"heat\" x=\"%c\" y=\"%c\" width=\"%c\" height=\"%c\" fill-opacity=\"%n\"><title>%e: %n</title></rect>\n",
                left + width * (double)c, y, width + 0.1, CELL - 1, share, map->row[r], value);
        }
    }
    mg__say(page, "<text x=\"%c\" y=\"%c\">%e</text><text class=\"end\" x=\"%c\" y=\"%c\">%e</text>\n", left, bottom + 15,
            map->first, right, bottom + 15, map->last);
    put_key(page, &scale, right, bottom + 36);
    mg__figure_end(page);
}

/* --- the confusion matrix ---------------------------------------------------------------------------- */

static int64_t row_sum(const int64_t *counts, int64_t classes, int64_t row) {
    int64_t sum = 0;
    for (int64_t c = 0; c < classes; c++) sum += counts[row * classes + c];
    return sum;
}

/* Named across where the names fit beside each other, else slanted. */
static void put_column_name(mg__page *page, const char *name, double x, double y, bool slanted) {
    if (slanted)
        mg__say(page, "<text transform=\"translate(%c %c) rotate(-45)\">%e</text>\n", x - 2, y, name);
    else
        mg__say(page, "<text class=\"mid\" x=\"%c\" y=\"%c\">%e</text>\n", x, y, name);
}

void mg__put_confusion(mg__page *page, const char *const *name, int64_t classes, const int64_t *counts) {
    char text[MG__NAME_BYTES];
    if (classes < 2 || classes > MG__CONFUSION_CLASSES) return;
    double left = name_room(name, classes) + 16, width = (WIDTH - 4 - left) / (double)classes;
    if (width > 84) width = 84;
    double height = width < 34 ? width : 34, widest = name_room(name, classes) - 10;
    bool slanted = widest > width - 6;
    double top = 24 + (slanted ? 0.71 * widest + 8 : 14);
    mg__figure_begin(page, "Confusion matrix",
                     "How often each class (row) was taken for which (column). The deeper, the larger the share of the row.",
                     WIDTH, top + height * (double)classes + 6);
    mg__say(
        page,
        "<text class=\"label\" x=\"%c\" y=\"12\">predicted</text><text class=\"label mid\" transform=\"translate(11 %c) rotate(-90)\">is</text>\n",
        left, top + height * (double)classes / 2);
    for (int64_t c = 0; c < classes; c++)
        put_column_name(page, mg__short_name(name[c], NAME_WIDTH, text), left + width * ((double)c + 0.5), top - 6, slanted);
    for (int64_t r = 0; r < classes; r++) {
        double y = top + height * (double)r;
        int64_t rows = row_sum(counts, classes, r);
        mg__say(page, "<text class=\"end\" x=\"%c\" y=\"%c\">%e</text>\n", left - 6, y + height / 2 + 4,
                mg__short_name(name[r], NAME_WIDTH, text));
        for (int64_t c = 0; c < classes; c++) {
            int64_t count = counts[r * classes + c];
            double share = rows > 0 ? (double)count / (double)rows : 0, x = left + width * (double)c;
            mg__say(
                page,
                "<rect class=\"%s\" x=\"%c\" y=\"%c\" width=\"%c\" height=\"%c\" fill-opacity=\"%n\"><title>%e taken for %e: %l (%p)</title></rect>",
                r == c ? "right" : "wrong", x, y, width - 1, height - 1, count ? 0.12 + 0.75 * share : 0.04, name[r], name[c],
                count, share);
            if (count > 0 && width >= 14)
                mg__say(page, "<text class=\"mid cell\" x=\"%c\" y=\"%c\">%l</text>", x + width / 2, y + height / 2 + 4, count);
            mg__say(page, "\n");
        }
    }
    mg__figure_end(page);
}
