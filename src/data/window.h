/* The part of a text that is in memory while it is read: UTF-8 without NUL, checked as it comes. */
#ifndef MG_WINDOW_H
#define MG_WINDOW_H

#include "interop/file.h"

typedef struct mg__window {
    mg_context *context;
    mg__input *input; /* borrowed */
    char *text;       /* a line end follows the last byte, so that a search for one stops there */
    size_t capacity, length;
    size_t at;       /* what lies before it is let go by the next fill */
    size_t good;     /* text[0..good) is checked, and whole characters */
    bool ended;      /* the input holds no more than these bytes */
    bool broken;     /* at `good` lies a NUL byte, or one that belongs to no UTF-8 */
    uint64_t offset; /* of text[0] in the input */
} mg__window;

/* Takes as many bytes behind those from `at` on as there is room for; where there is none, makes room. MG_FORMAT: a row of more
 * than 256 MB (first_line is named in the message). */
mg_status mg__window_fill(mg__window *window, int64_t first_line);
/* Is all that can be read in here? */
static inline bool mg__window_final(const mg__window *w) { return w->ended && w->good == w->length; }
mg_status mg__window_seek(mg__window *window, uint64_t offset); /* and fills */
/* All of the input, of which nothing was let go yet; the caller frees it. */
mg_status mg__window_whole(mg__window *window, mg__bytes *bytes);
void mg__window_free(mg__window *window);

#endif
