/* What a network answers all over the plane of its two inputs, with the rows on it. */
#include "report/chart.h"

#include <math.h>

#define STEPS  6   /* of the colour's depth: cells beside each other that look alike are one */
#define POINTS 400 /* at most */
#define EMPTY  (-1)

typedef struct cell {
    int color, depth;
} cell;

static cell cell_of(const mg__boundary *b, int64_t index, mg__range values) {
    const double *answer = b->answer + index * b->outputs;
    if (b->outputs == 1 && !isfinite(answer[0])) return (cell){ EMPTY, 0 };
    if (b->outputs == 1) {
        double share = (answer[0] - values.low) / (values.high - values.low);
        return (cell){ 0, isfinite(share) ? (int)(fmin(fmax(share, 0), 1) * (2 * STEPS - 1) + 0.5) : 0 };
    }
    int64_t best = 0;
    for (int64_t c = 1; c < b->outputs; c++) best = answer[c] > answer[best] ? c : best;
    double even = 1 / (double)b->outputs, sure = (answer[best] - even) / (1 - even);
    return (cell){ (int)(best % MG__CHART_COLORS), isfinite(sure) ? (int)(fmin(fmax(sure, 0), 1) * (STEPS - 1) + 0.5) : 0 };
}

static void put_run(mg__page *page, const mg__frame *f, const mg__boundary *b, int64_t row, int64_t first, int64_t end, cell c) {
    double width = (f->right - f->left) / (double)b->columns, height = (f->bottom - f->top) / (double)b->rows;
    double depth = b->outputs == 1 ? (double)c.depth / (2 * STEPS - 1) : (1 + (double)c.depth) / STEPS;
    mg__say(page, "<rect class=\"field f%d\" x=\"%c\" y=\"%c\" width=\"%c\" height=\"%c\" fill-opacity=\"%n\"/>\n", c.color,
            f->left + width * (double)first, f->bottom - height * (double)(row + 1), width * (double)(end - first), height,
            0.05 + 0.4 * depth);
}

static void put_field(mg__page *page, const mg__frame *f, const mg__boundary *b) {
    mg__range values = mg__range_none();
    for (int64_t i = 0; b->outputs == 1 && i < b->columns * b->rows; i++) mg__range_add(&values, b->answer[i]);
    for (int64_t row = 0; row < b->rows; row++) {
        int64_t first = 0;
        cell run = cell_of(b, row * b->columns, values);
        for (int64_t column = 1; column <= b->columns; column++) {
            cell next = column < b->columns ? cell_of(b, row * b->columns + column, values) : (cell){ EMPTY, -1 };
            if (next.color == run.color && next.depth == run.depth) continue;
            if (run.color != EMPTY) put_run(page, f, b, row, first, column, run);
            first = column;
            run = next;
        }
    }
}

void mg__put_boundary(mg__page *page, const mg__boundary *b) {
    mg__frame f = mg__frame_make(b->title, b->about, 0);
    f.height += 60; /* a plane is looked at, not read along */
    f.bottom += 60;
    f.x_whole = b->x_whole;
    f.y_whole = b->y_whole;
    f.x_label = b->x_label;
    f.y_label = b->y_label;
    f.x = (mg__scale){ b->x.low, b->x.high, f.left, f.right, b->x_logarithmic };
    f.y = (mg__scale){ b->y.low, b->y.high, f.bottom, f.top, b->y_logarithmic };
    mg__frame_begin(page, &f);
    put_field(page, &f, b);
    int64_t shown = b->points < POINTS ? b->points : POINTS;
    for (int64_t k = 0; k < shown; k++) {
        int64_t i = k * b->points / shown;
        double x = mg__scale_place(&f.x, b->point_x[i]), y = mg__scale_place(&f.y, b->point_y[i]);
        if (isfinite(x) && isfinite(y))
            mg__say(page, "<circle class=\"spot c%d\" cx=\"%c\" cy=\"%c\" r=\"3\"/>\n",
                    b->label ? b->label[i] % MG__CHART_COLORS : 0, x, y);
    }
    if (b->mark)
        mg__say(page, "<circle class=\"ring\" cx=\"%c\" cy=\"%c\" r=\"6\"/>\n", mg__scale_place(&f.x, b->mark[0]),
                mg__scale_place(&f.y, b->mark[1]));
    mg__say(page, "</svg>");
    if (b->outputs > 1) mg__say(page, "<div class=\"legend\">");
    for (int64_t c = 0; b->outputs > 1 && c < b->outputs; c++)
        mg__say(page, "<span><i class=\"b%d\"></i>%e</span>", (int)(c % MG__CHART_COLORS), b->name[c]);
    if (b->outputs > 1) mg__say(page, "</div>");
    mg__say(page, "</figure>\n");
}
