#include "report/page.h"

#include "base/number.h"
#include "interop/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

mg__page mg__page_begin(mg_context *context) { return (mg__page){ .context = context }; }

void mg__page_free(mg__page *page) {
    mg__free(page->context, page->text);
    *page = mg__page_begin(page->context);
}

static void put_bytes(mg__page *page, const char *bytes, size_t count) {
    size_t wanted;
    if (page->failed || count == 0) return;
    bool fits = mg__size_add(page->length, count, &wanted) && wanted < SIZE_MAX;
    if (!fits || !mg__grow(page->context, &page->text, &page->capacity, wanted + 1, 1)) {
        page->failed = true;
        return;
    }
    memcpy(page->text + page->length, bytes, count);
    page->text[wanted] = 0;
    page->length = wanted;
}

static void put_text(mg__page *page, const char *text) { put_bytes(page, text, strlen(text)); }

/* --- text of data ------------------------------------------------------------------------------------ */

static const char *entity(char c) {
    switch (c) {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '&': return "&amp;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

static void put_escaped(mg__page *page, const char *text) {
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        size_t bytes = mg__utf8_sequence(text + at, length - at);
        const char *name = entity(text[at]);
        bool control = (unsigned char)text[at] < 0x20 && text[at] != '\n' && text[at] != '\t';
        bool beyond = bytes == 3 && !memcmp(text + at, "\xef\xbf", 2) && (unsigned char)text[at + 2] >= 0xbe; /* U+FFFE, U+FFFF */
        if (name)
            put_text(page, name);
        else if (bytes == 0 || control || beyond || text[at] == 0x7f)
            put_text(page, "\xef\xbf\xbd");
        else
            put_bytes(page, text + at, bytes);
        at += bytes ? bytes : 1;
    }
}

/* --- numbers ----------------------------------------------------------------------------------------- */

/* A value of so many decimals after the point is the double nearest to it, whose shortest text has no more of them. */
static double rounded(double value, int decimals) {
    double unit = pow(10, decimals < 0 ? -decimals : decimals), result;
    result = decimals < 0 ? round(value / unit) * unit : round(value * unit) / unit;
    return isfinite(result) ? result : value;
}

const char *mg__figure(double value, char out[MG__FIGURE_BYTES]) {
    if (!isfinite(value)) return strcpy(out, "-");
    int magnitude = value == 0 ? 0 : (int)floor(log10(fabs(value)));
    value = magnitude >= 4 ? rounded(value, 0) : rounded(value, 3 - magnitude);
    mg__format_double(value == 0 ? 0 : value, out);
    return out;
}

static void put_tenths(mg__page *page, double value) {
    char text[MG__NUMBER_BYTES];
    double tenths = rounded(isfinite(value) ? value : 0, 1);
    put_bytes(page, text, mg__format_double(tenths == 0 ? 0 : tenths, text)); /* no -0 */
}

static void put_share(mg__page *page, double value) {
    if (!isfinite(value)) {
        put_text(page, "-");
        return;
    }
    put_tenths(page, 100 * value);
    put_text(page, " %");
}

static void put_count(mg__page *page, int64_t value, bool marks) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRId64, value);
    for (int i = 0; i < length; i++) {
        put_bytes(page, digits + i, 1);
        int left = length - 1 - i;
        if (marks && left > 0 && left % 3 == 0 && digits[i] != '-') put_text(page, ",");
    }
}

/* --- templates --------------------------------------------------------------------------------------- */

static void put_argument(mg__page *page, char kind, va_list *arguments) {
    char text[MG__FIGURE_BYTES];
    switch (kind) {
    case 's': put_text(page, va_arg(*arguments, const char *)); break;
    case 'e': put_escaped(page, va_arg(*arguments, const char *)); break;
    case 'd': put_count(page, va_arg(*arguments, int), false); break;
    case 'l': put_count(page, va_arg(*arguments, int64_t), false); break;
    case 'L': put_count(page, va_arg(*arguments, int64_t), true); break;
    case 'c': put_tenths(page, va_arg(*arguments, double)); break;
    case 'n': put_text(page, mg__figure(va_arg(*arguments, double), text)); break;
    case 'p': put_share(page, va_arg(*arguments, double)); break;
    default: put_text(page, "%"); break;
    }
}

void mg__say(mg__page *page, const char *template, ...) {
    va_list arguments;
    va_start(arguments, template);
    while (*template) {
        size_t plain = strcspn(template, "%");
        put_bytes(page, template, plain);
        template += plain;
        if (!*template) break;
        put_argument(page, template[1], &arguments);
        template += template[1] ? 2 : 1;
    }
    va_end(arguments);
}

void mg__put_base64(mg__page *page, const uint8_t *bytes, size_t length) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t group = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0u);
        char four[4] = { letters[group >> 18], letters[group >> 12 & 63], left > 1 ? letters[group >> 6 & 63] : '=',
                         left > 2 ? letters[group & 63] : '=' };
        put_bytes(page, four, 4);
    }
}
