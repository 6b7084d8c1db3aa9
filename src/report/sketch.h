/* A picture of dots, lines and words, that becomes SVG or PNG. Places are in points, from the upper left. */
#ifndef MG_REPORT_SKETCH_H
#define MG_REPORT_SKETCH_H

#include "base/base.h"

#define MG__SKETCH_MARKS 160
#define MG__SKETCH_TEXT  96

typedef struct mg__sketch_mark {
    enum { MG__SKETCH_LINE, MG__SKETCH_WORD, MG__SKETCH_DOT } kind;
    double x, y, x2, y2; /* the second place: of a line, which is level or upright */
    uint32_t color;      /* 0xRRGGBB */
    int align;           /* of a word: its beginning (-1), middle (0) or end (1) is at the place */
    bool upright;        /* it is read upwards */
    bool title;          /* it is larger */
    char text[MG__SKETCH_TEXT];
} mg__sketch_mark;

typedef struct mg__sketch {
    double width, height;
    mg__sketch_mark mark[MG__SKETCH_MARKS];
    int marks;
    const double *x, *y;     /* [dots] places; not finite: no dot */
    const uint8_t *shade;    /* [dots] index of a color */
    const uint32_t *palette; /* [colors] */
    int colors;
    int64_t dots;
    double radius;
} mg__sketch;

/* One too many is lost; text of data may be as long as it likes. */
void mg__sketch_line(mg__sketch *sketch, double x, double y, double x2, double y2, uint32_t color);
mg__sketch_mark *mg__sketch_word(mg__sketch *sketch, double x, double y, int align, uint32_t color, const char *text);
void mg__sketch_spot(mg__sketch *sketch, double x, double y, uint32_t color);

/* A path that ends in ".png" becomes a raster of two dots a point; any other SVG, of at most MG__SKETCH_DOTS dots, evenly chosen.
 * MG_FILE; MG_UNSUPPORTED: PNG in a build without libpng. */
#define MG__SKETCH_DOTS 20000
mg_status mg__sketch_write(mg_context *context, const mg__sketch *sketch, const char *path);

/* sketch_png.c */
mg_status mg__sketch_png(mg_context *context, const mg__sketch *sketch, uint8_t **png, size_t *length);
/* letters.c: the first letter of UTF-8, which *text then lies behind: 5 columns of 8 rows each from bit 0 down. Latin letters
 * have no marks, what is not known is a question mark. */
const uint8_t *mg__letter(const char **text);

#endif
