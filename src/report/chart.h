/* Charts: each puts one <figure> with its SVG onto a page. Colours are the page's (style.c), so that a chart follows light and
 * dark; sizes are those of its viewBox, and the page makes it as wide as there is room.
 *
 * A title says what is seen, `about` (NULL: nothing) how it is read. The second is text of ours; titles and names may be text of
 * data. */
#ifndef MG_REPORT_CHART_H
#define MG_REPORT_CHART_H

#include "report/page.h"
#include "report/scale.h"

#define MG__CHART_COLORS 8 /* c0 ... c7 */

/* --- frame.c: what charts with two axes share ---------------------------------------------------------- */

typedef struct mg__frame {
    const char *title, *about;
    const char *x_label, *y_label;   /* NULL: none */
    double width, height;            /* of the viewBox */
    double left, right, top, bottom; /* places of the plot's edges */
    mg__scale x, y;
    bool x_whole, y_whole;   /* only whole numbers stand at the axis */
    const char *const *word; /* [words] stand at 0, 1 ... of the x axis in place of numbers; words 0: numbers */
    int words;
} mg__frame;

/* A frame of the usual size, whose plot leaves `margin` free at its right. The scales come after. */
mg__frame mg__frame_make(const char *title, const char *about, double margin);
/* <figure>, title and <svg>. */
void mg__figure_begin(mg__page *page, const char *title, const char *about, double width, double height);
void mg__figure_end(mg__page *page);
/* mg__figure_begin, then the grid with its numbers. */
void mg__frame_begin(mg__page *page, const mg__frame *frame);
/* Gives the x axis words; where they do not fit beside each other, the frame grows and they are slanted. */
void mg__frame_words(mg__frame *frame, const char *const *word, int words);
/* About so wide is text of the charts' size. */
double mg__text_width(const char *text);
/* The first `columns` letters, with "…" where something was cut. */
#define MG__NAME_BYTES 256
const char *mg__short_name(const char *text, int columns, char out[MG__NAME_BYTES]);

/* --- line_chart.c -------------------------------------------------------------------------------------- */

typedef struct mg__line {
    const char *name;
    const double *x, *y; /* [count], x ascending; not finite: a gap */
    int64_t count;
    bool dots; /* a dot at each point */
} mg__line;

typedef struct mg__line_chart {
    const char *title, *about, *x_label, *y_label;
    const mg__line *line;
    int lines;
    const double *low, *high;       /* finite, as many as the first line's points: the edges of a band about it; NULL: none */
    const double *const *deviation; /* [lines][count], whiskers of +- so much at each point; NULL: none */
    double mark;                    /* a vertical line at this x; NaN: none */
    const char *mark_name;          /* what it is */
    bool may_be_logarithmic;        /* y is, where it spans more than a factor of 20 */
    bool x_logarithmic;             /* x, all above 0, is */
    bool unit;                      /* both axes go from 0 to 1 */
    int diagonal;                   /* of a unit chart: 1 rises, what chance or honesty gives; 0: none */
} mg__line_chart;

#define MG__LINE_POINTS 400 /* a longer line is thinned */
void mg__put_line_chart(mg__page *page, const mg__line_chart *chart);

/* --- heat_map.c ---------------------------------------------------------------------------------------- */

typedef struct mg__heat_map {
    const char *title, *about;
    const char *const *row; /* names */
    int64_t rows, columns;
    const double *value;      /* [rows * columns]; NaN: an empty cell */
    const char *first, *last; /* what the first and the last column are; a text of ours or of numbers */
    bool logarithmic;         /* where the values allow it */
    double low, high;         /* of the colours; NaN: the values' own */
} mg__heat_map;

#define MG__HEAT_COLUMNS 60 /* more are averaged together */
void mg__put_heat_map(mg__page *page, const mg__heat_map *map);

/* counts [classes * classes], [is][taken for]; names as given. */
#define MG__CONFUSION_CLASSES 30 /* a larger one nobody reads: nothing is put */
void mg__put_confusion(mg__page *page, const char *const *name, int64_t classes, const int64_t *counts);

/* --- scatter.c ----------------------------------------------------------------------------------------- */

typedef struct mg__scatter {
    const char *title, *about, *x_label, *y_label;
    const double *x, *y;
    int64_t count;
    bool diagonal; /* where x = y, both axes alike */
    bool zero;     /* where y = 0 */
} mg__scatter;

#define MG__SCATTER_POINTS 800 /* more are thinned evenly */
void mg__put_scatter(mg__page *page, const mg__scatter *scatter);

/* How often values occur, in `bins` equal pieces of their range. */
void mg__put_histogram(mg__page *page, const char *title, const char *about, const char *x_label, const double *value,
                       int64_t count);

/* --- bars.c -------------------------------------------------------------------------------------------- */

typedef struct mg__chart_bar {
    const char *name;
    double value, deviation; /* a whisker of +- deviation; 0: none */
} mg__chart_bar;

/* Lying bars, the first at the top. */
void mg__put_bars(mg__page *page, const char *title, const char *about, const mg__chart_bar *bar, int64_t count);

/* --- boundary.c ---------------------------------------------------------------------------------------- */

typedef struct mg__boundary {
    const char *title, *about, *x_label, *y_label;
    mg__range x, y; /* of the field */
    bool x_logarithmic, y_logarithmic, x_whole, y_whole;
    int64_t columns, rows;
    const double *answer; /* [rows, columns, outputs], the lowest row first; a value that is not finite: an empty cell */
    int64_t outputs;      /* probabilities of classes, or 1: a value */
    const double *point_x, *point_y;
    const int32_t *label; /* of the points; NULL: values */
    int64_t points;
    const double *mark;      /* [2]: a place that is ringed; NULL: none */
    const char *const *name; /* of the classes */
} mg__boundary;

void mg__put_boundary(mg__page *page, const mg__boundary *boundary);

/* --- dendrogram.c --------------------------------------------------------------------------------------- */

struct mg_clustering_result; /* micrograd/cluster.h */
/* The top of its tree; nothing where it has none. */
void mg__put_dendrogram(mg__page *page, const struct mg_clustering_result *result);

/* --- parallel.c ---------------------------------------------------------------------------------------- */

typedef struct mg__parallel_axis {
    const char *name;
    mg__scale scale;         /* the chart says from where to where */
    const char *const *word; /* as mg__frame has them */
    int words;
    bool whole;
} mg__parallel_axis;

/* Parallel coordinates (Inselberg 1985), the axes lying above each other, so that names and words have room on a phone too. */
typedef struct mg__parallel {
    const char *title, *about;
    const mg__parallel_axis *axis;
    int axes;
    const double *value; /* [count][axes]; not finite: a gap */
    const double *depth; /* [count] of the colour, 0 to 1 */
    int64_t count;
    int64_t mark; /* a line of another colour, above the others; -1: none */
} mg__parallel;

#define MG__PARALLEL_AXES 16 /* more nobody reads: nothing is put */
void mg__put_parallel(mg__page *page, const mg__parallel *parallel);

/* --- picture.c ----------------------------------------------------------------------------------------- */

/* <img> of 1 or 3 channels [height, width, channels], low black and high white, with a caption that `caption` ends. */
void mg__put_picture(mg__page *page, const float *pixel, int64_t height, int64_t width, int64_t channels, double low,
                     double high);
/* `count` pictures as one, `across` in a row, a pixel apart. *png is freed with mg__free. */
mg_status mg__picture_grid(mg_context *context, const float *pixel, int64_t count, int64_t height, int64_t width,
                           int64_t channels, int64_t size[2], uint8_t **png, size_t *length);

/* --- style.c ------------------------------------------------------------------------------------------- */

extern const char *const mg__report_style[]; /* the content of <style>, ending with NULL */

#endif
