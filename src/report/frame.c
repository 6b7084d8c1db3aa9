/* Axes, and what stands around a chart. */
#include "report/chart.h"

#include <math.h>
#include <string.h>

#define WIDTH  440
#define HEIGHT 270
#define LETTER 6.2 /* mean width of a letter at the charts' size of 12 */

mg__frame mg__frame_make(const char *title, const char *about, double margin) {
    return (mg__frame){ .title = title,
                        .about = about,
                        .width = WIDTH,
                        .height = HEIGHT,
                        .left = 52,
                        .right = WIDTH - (margin > 12 ? margin : 12),
                        .top = 12,
                        .bottom = HEIGHT - 40 };
}

double mg__text_width(const char *text) {
    double width = 0;
    for (; *text; text++) width += ((unsigned char)*text & 0xc0) != 0x80 ? LETTER : 0;
    return width;
}

const char *mg__short_name(const char *text, int columns, char out[MG__NAME_BYTES]) {
    size_t used = 0;
    int width = 0;
    bool whole = mg__text_width(text) <= columns * LETTER + 0.1 && strlen(text) < MG__NAME_BYTES;
    for (; text[used] && used < (whole ? MG__NAME_BYTES - 1 : MG__NAME_BYTES - 8); used++) {
        bool begins = ((unsigned char)text[used] & 0xc0) != 0x80;
        if (!whole && begins && ++width == columns) break;
        out[used] = text[used];
    }
    while (!whole && used > 0 && ((unsigned char)text[used] & 0xc0) == 0x80) used--; /* no half letter */
    memcpy(out + used, whole ? "" : "\xe2\x80\xa6", whole ? 1 : 4);
    return out;
}

void mg__figure_begin(mg__page *page, const char *title, const char *about, double width, double height) {
    mg__say(page, "<figure class=\"chart\"><figcaption><b>%e</b>", title);
    if (about) mg__say(page, "<span>%s</span>", about);
    mg__say(page,
            "</figcaption>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %c %c\" role=\"img\" aria-label=\"%e\">\n",
            width, height, title);
}

void mg__figure_end(mg__page *page) { mg__say(page, "</svg></figure>\n"); }

#define SLANTED_WIDTH 14 /* letters */
#define LEVEL_WIDTH   16

static double word_slot(const mg__frame *f) { return (f->right - f->left) / f->words; }

/* Beside each other: whole, or so much of them that they can be told apart. */
static bool words_fit(const mg__frame *f) {
    if (word_slot(f) >= (LEVEL_WIDTH + 1) * LETTER) return true;
    for (int i = 0; i < f->words; i++)
        if (mg__text_width(f->word[i]) + LETTER > word_slot(f)) return false;
    return true;
}

void mg__frame_words(mg__frame *f, const char *const *word, int words) {
    char text[MG__NAME_BYTES];
    double widest = 0;
    f->word = word;
    f->words = words;
    f->x = (mg__scale){ .low = -0.5, .high = words - 0.5, .from = f->left, .to = f->right };
    for (int i = 0; i < words; i++) widest = fmax(widest, mg__text_width(mg__short_name(word[i], SLANTED_WIDTH, text)));
    if (!words_fit(f)) f->height += 0.71 * widest;
}

static void put_words(mg__page *page, const mg__frame *f) {
    char text[MG__NAME_BYTES];
    bool fit = words_fit(f);
    int every = (int)fmax(1, ceil(13 / word_slot(f))); /* slanted lines of text are not above each other */
    for (int i = 0; i < f->words; i += fit ? 1 : every) {
        double at = mg__scale_place(&f->x, i);
        if (fit)
            mg__say(page, "<text class=\"mid\" x=\"%c\" y=\"%c\">%e<title>%e</title></text>\n", at, f->bottom + 17,
                    mg__short_name(f->word[i], (int)(word_slot(f) / LETTER) - 1, text), f->word[i]);
        else
            mg__say(page, "<text class=\"end\" transform=\"translate(%c %c) rotate(-45)\">%e<title>%e</title></text>\n", at + 4,
                    f->bottom + 13, mg__short_name(f->word[i], SLANTED_WIDTH, text), f->word[i]);
    }
}

static void put_numbers(mg__page *page, const mg__frame *f) {
    double tick[MG__MOST_TICKS], free_from = -INFINITY;
    char text[MG__FIGURE_BYTES];
    int count = mg__scale_ticks(&f->x, 6, tick);
    for (int i = 0; i < count; i++) {
        double at = mg__scale_place(&f->x, tick[i]), half = mg__text_width(mg__figure(tick[i], text)) / 2;
        if (f->x_whole && tick[i] != floor(tick[i])) continue;
        if (at - half < free_from) continue; /* numbers do not run into each other */
        free_from = at + half + LETTER;
        mg__say(page, "<path class=\"tick\" d=\"M%c %cv4\"/><text class=\"mid\" x=\"%c\" y=\"%c\">%n</text>\n", at, f->bottom, at,
                f->bottom + 17, tick[i]);
    }
}

static void put_x_axis(mg__page *page, const mg__frame *f) {
    if (f->words > 0)
        put_words(page, f);
    else
        put_numbers(page, f);
    if (f->x_label)
        mg__say(page, "<text class=\"label mid\" x=\"%c\" y=\"%c\">%e</text>\n", (f->left + f->right) / 2, f->height - 6,
                f->x_label);
}

void mg__frame_begin(mg__page *page, const mg__frame *f) {
    double tick[MG__MOST_TICKS];
    int count = mg__scale_ticks(&f->y, 5, tick);
    mg__figure_begin(page, f->title, f->about, f->width, f->height);
    for (int i = 0; i < count; i++) {
        double at = mg__scale_place(&f->y, tick[i]);
        if (f->y_whole && tick[i] != floor(tick[i])) continue;
        mg__say(page, "<path class=\"grid\" d=\"M%c %cH%c\"/><text class=\"end\" x=\"%c\" y=\"%c\">%n</text>\n", f->left, at,
                f->right, f->left - 6, at + 4, tick[i]);
    }
    mg__say(page, "<path class=\"axis\" d=\"M%c %cH%c\"/>\n", f->left, f->bottom, f->right);
    put_x_axis(page, f);
    if (f->y_label)
        mg__say(page, "<text class=\"label mid\" transform=\"translate(11 %c) rotate(-90)\">%e</text>\n",
                (f->top + f->bottom) / 2, f->y_label);
}
