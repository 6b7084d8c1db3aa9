/* A page that grows: HTML and SVG as text, put together piece by piece. */
#ifndef MG_REPORT_PAGE_H
#define MG_REPORT_PAGE_H

#include "base/base.h"

typedef struct mg__page {
    mg_context *context;
    char *text; /* ends with a 0, which length does not count; NULL while nothing was put */
    size_t length, capacity;
    bool failed; /* there was no memory; what is put then is lost */
} mg__page;

mg__page mg__page_begin(mg_context *context);
void mg__page_free(mg__page *page);

/* Appends a template, in which stand for one argument each
 *     %s  const char *, as it is              %e  const char *, text of data: escaped; control characters and what is no UTF-8
 *     %d  int                                     become U+FFFD
 *     %l  int64_t                             %L  int64_t with thousands marks
 *     %c  double: a coordinate, to a tenth    %n  double: four significant digits, "-" where it is not finite
 *     %p  double: a share as "97.2 %"         %%  a percent sign
 * Numbers do not depend on the locale. */
void mg__say(mg__page *page, const char *template, ...);
/* Bytes as base64 (RFC 4648). */
void mg__put_base64(mg__page *page, const uint8_t *bytes, size_t length);

/* The number of %n. */
#define MG__FIGURE_BYTES 32
const char *mg__figure(double value, char out[MG__FIGURE_BYTES]);

#endif
