#include "report/sketch.h"

#include "interop/file.h"
#include "report/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LAYERS 16 /* rows in turn, so that no color lies above all others */

/* --- marks ------------------------------------------------------------------------------------------- */

static mg__sketch_mark *add(mg__sketch *s, mg__sketch_mark mark) {
    mg__sketch_mark *to = &s->mark[s->marks < MG__SKETCH_MARKS ? s->marks++ : MG__SKETCH_MARKS - 1];
    *to = mark;
    return to;
}

void mg__sketch_line(mg__sketch *s, double x, double y, double x2, double y2, uint32_t color) {
    add(s, (mg__sketch_mark){ .kind = MG__SKETCH_LINE, .x = x, .y = y, .x2 = x2, .y2 = y2, .color = color });
}

void mg__sketch_spot(mg__sketch *s, double x, double y, uint32_t color) {
    add(s, (mg__sketch_mark){ .kind = MG__SKETCH_DOT, .x = x, .y = y, .color = color });
}

mg__sketch_mark *mg__sketch_word(mg__sketch *s, double x, double y, int align, uint32_t color, const char *text) {
    char shortened[MG__NAME_BYTES];
    mg__sketch_mark *mark = add(s, (mg__sketch_mark){ .kind = MG__SKETCH_WORD, .x = x, .y = y, .align = align, .color = color });
    snprintf(mark->text, sizeof mark->text, "%.90s", mg__short_name(text, 22, shortened));
    return mark;
}

/* --- SVG --------------------------------------------------------------------------------------------- */

static const char *color_text(uint32_t color, char out[8]) {
    snprintf(out, 8, "#%06x", (unsigned)(color & 0xffffff));
    return out;
}

static void put_mark(mg__page *page, const mg__sketch_mark *m) {
    static const char *const anchors[] = { "start", "middle", "end" };
    char color[8];
    color_text(m->color, color);
    if (m->kind == MG__SKETCH_LINE)
        mg__say(page, "<path stroke=\"%s\" d=\"M%c %cL%c %c\"/>\n", color, m->x, m->y, m->x2, m->y2);
    else if (m->kind == MG__SKETCH_DOT)
        mg__say(page, "<circle fill=\"%s\" cx=\"%c\" cy=\"%c\" r=\"4.5\"/>\n", color, m->x, m->y);
    else
        mg__say(page, "<text fill=\"%s\" text-anchor=\"%s\"%s transform=\"translate(%c %c)%s\">%e</text>\n", color,
                anchors[m->align + 1], m->title ? " font-size=\"15\" font-weight=\"600\"" : "", m->x, m->y,
                m->upright ? " rotate(-90)" : "", m->text);
}

static void put_dots(mg__page *page, const mg__sketch *s, int64_t from, int64_t to, int64_t every, int color) {
    char text[8];
    bool any = false;
    for (int64_t i = from; i < to; i += every) {
        if (s->shade[i] != color || !isfinite(s->x[i]) || !isfinite(s->y[i])) continue;
        if (!any) mg__say(page, "<path stroke=\"%s\" d=\"", color_text(s->palette[color], text));
        mg__say(page, "M%c %ch0", s->x[i], s->y[i]);
        any = true;
    }
    if (any) mg__say(page, "\"/>\n");
}

static void put_svg(mg__page *page, const mg__sketch *s) {
    int64_t every = (s->dots + MG__SKETCH_DOTS - 1) / MG__SKETCH_DOTS, layer = (s->dots / LAYERS + every) / every * every;
    mg__say(page,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %c %c\" width=\"%c\" height=\"%c\" "
            "font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif\" font-size=\"12\">\n"
            "<rect width=\"%c\" height=\"%c\" fill=\"#ffffff\"/>\n",
            s->width, s->height, s->width, s->height, s->width, s->height);
    for (int i = 0; i < s->marks; i++) put_mark(page, &s->mark[i]);
    mg__say(page, "<g fill=\"none\" stroke-linecap=\"round\" stroke-opacity=\"0.75\" stroke-width=\"%c\">\n", 2 * s->radius);
    for (int64_t from = 0; from < s->dots; from += layer)
        for (int color = 0; color < s->colors; color++)
            put_dots(page, s, from, from + layer < s->dots ? from + layer : s->dots, every, color);
    mg__say(page, "</g>\n</svg>\n");
}

/* --- files ------------------------------------------------------------------------------------------- */

mg_status mg__sketch_write(mg_context *context, const mg__sketch *s, const char *path) {
    size_t length = strlen(path), bytes = 0;
    uint8_t *png = NULL;
    if (length > 4 && strcmp(path + length - 4, ".png") == 0) {
        mg_status status = mg__sketch_png(context, s, &png, &bytes);
        if (status == MG_OK) status = mg__file_write_whole(context, path, png, bytes);
        mg__free(context, png);
        return status;
    }
    mg__page page = mg__page_begin(context);
    put_svg(&page, s);
    mg_status status = page.failed ? MG_OUT_OF_MEMORY : mg__file_write_whole(context, path, page.text, page.length);
    mg__page_free(&page);
    return status;
}
