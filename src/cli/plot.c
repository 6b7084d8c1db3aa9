#include "cli/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LABEL 9 /* columns of the numbers at the left, with the axis */

/* Dots, row by row from the top. */
typedef struct canvas {
    int width, height;
    unsigned char *dot;
} canvas;

static void set(const canvas *c, int x, int y) {
    if (x >= 0 && x < c->width && y >= 0 && y < c->height) c->dot[y * c->width + x] = 1;
}

/* All dots between two, in steps of at most one. */
static void draw(const canvas *c, double x0, double y0, double x1, double y1) {
    int steps = (int)fmax(fabs(x1 - x0), fabs(y1 - y0)) + 1;
    for (int i = 0; i <= steps; i++) {
        double share = (double)i / steps;
        set(c, (int)floor(x0 + share * (x1 - x0) + 0.5), (int)floor(y0 + share * (y1 - y0) + 0.5));
    }
}

typedef struct view {
    double low, high, first, last;
} view;

static view view_of(const cli_plot *p) {
    view v = { INFINITY, -INFINITY, p->count > 0 ? p->x[0] : 0, p->count > 0 ? p->x[p->count - 1] : 1 };
    for (int64_t i = 0; i < p->count; i++) {
        if (!isfinite(p->y[i])) continue;
        v.low = fmin(v.low, p->y[i]);
        v.high = fmax(v.high, p->y[i]);
    }
    if (v.low == v.high) v.low -= fabs(v.low) / 10 + 1e-9, v.high += fabs(v.high) / 10 + 1e-9;
    if (v.last <= v.first) v.last = v.first + 1;
    return v;
}

static void draw_curve(const canvas *c, const cli_plot *p, view v) {
    double before_x = NAN, before_y = NAN;
    for (int64_t i = 0; i < p->count; i++) {
        double x = (p->x[i] - v.first) / (v.last - v.first) * (c->width - 1);
        double y = (v.high - p->y[i]) / (v.high - v.low) * (c->height - 1);
        if (isfinite(y)) draw(c, isfinite(before_y) ? before_x : x, isfinite(before_y) ? before_y : y, x, y);
        before_x = x;
        before_y = y;
    }
}

/* U+2800 and a bit a dot: 1 2 4 40 down the left, 8 10 20 80 down the right. */
static void print_braille(FILE *stream, const canvas *c, int column, int row) {
    static const unsigned char bit[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
    unsigned dots = 0;
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 2; x++)
            if (c->dot[(row * 4 + y) * c->width + column * 2 + x]) dots |= bit[y][x];
    if (!dots)
        fputc(' ', stream);
    else
        fprintf(stream, "\xe2%c%c", (char)(0xa0 | dots >> 6), (char)(0x80 | (dots & 0x3f)));
}

void cli_plot_print(FILE *stream, const cli_plot *p, bool plain, const char *end) {
    int columns = p->columns - LABEL, across = plain ? 1 : 2, down = plain ? 1 : 4;
    canvas c = { columns * across, p->rows * down, calloc((size_t)(columns * across), (size_t)(p->rows * down)) };
    view v = view_of(p);
    fprintf(stream, "%s%.*s%s%s", cli_style_text(stream, CLI_BOLD), p->columns, p->title, cli_style_text(stream, CLI_PLAIN), end);
    if (c.dot && v.low < v.high) draw_curve(&c, p, v);
    for (int row = 0; row < p->rows; row++) {
        if (row == 0 || row == p->rows - 1)
            fprintf(stream, "%*.4g %s", LABEL - 2, row == 0 ? v.high : v.low, plain ? "|" : "\xe2\x94\x82");
        else
            fprintf(stream, "%*s%s", LABEL - 1, "", plain ? "|" : "\xe2\x94\x82");
        fputs(cli_style_text(stream, p->style), stream);
        for (int column = 0; c.dot && column < columns; column++) {
            if (plain)
                fputc(c.dot[row * c.width + column] ? '*' : ' ', stream);
            else
                print_braille(stream, &c, column, row);
        }
        fprintf(stream, "%s%s", cli_style_text(stream, CLI_PLAIN), end);
    }
    free(c.dot);
}
