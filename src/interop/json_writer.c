#include "base/number.h"
#include "interop/json.h"
#include "interop/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

mg__json_writer mg__json_writer_begin(mg_context *context) { return (mg__json_writer){ .context = context }; }

static void put(mg__json_writer *w, const char *text, size_t length) {
    size_t wanted;
    if (w->failed) return;
    if (!mg__size_add(w->length, length, &wanted) || !mg__size_add(wanted, 1, &wanted)) {
        mg__fail_memory(w->context, SIZE_MAX);
        w->failed = true;
    } else if (!mg__grow(w->context, &w->text, &w->capacity, wanted, 1)) {
        w->failed = true;
    } else {
        if (length > 0) memcpy(w->text + w->length, text, length);
        w->length += length;
    }
}

/* A comma where one is due before a value or a key. */
static void begin_value(mg__json_writer *w) {
    if (w->comma) put(w, ",", 1);
    w->comma = true;
}

static void open_level(mg__json_writer *w, const char *bracket, char close) {
    begin_value(w);
    put(w, bracket, 1);
    if (w->depth == MG__JSON_DEPTH) {
        if (!w->failed) mg__fail(w->context, MG_INVALID, "json: nested deeper than %d", MG__JSON_DEPTH);
        w->failed = true;
        return;
    }
    w->close[w->depth++] = close;
    w->comma = false;
}

void mg__json_put_object(mg__json_writer *w) { open_level(w, "{", '}'); }
void mg__json_put_array(mg__json_writer *w) { open_level(w, "[", ']'); }

void mg__json_put_end(mg__json_writer *w) {
    if (w->failed || w->depth == 0) return;
    put(w, &w->close[--w->depth], 1);
    w->comma = true;
}

static void put_escaped(mg__json_writer *w, const char *text) {
    static const char special[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    char escaped[8];
    size_t length = strlen(text), from = 0, at = 0;
    put(w, "\"", 1);
    while (at < length) {
        unsigned char c = (unsigned char)text[at];
        size_t bytes = mg__utf8_sequence(text + at, length - at);
        if (bytes > 1 || (c >= 0x20 && c < 0x80 && c != '"' && c != '\\')) {
            at += bytes;
            continue;
        }
        put(w, text + from, at - from);
        const char *found = strchr(special, c);
        if (found != NULL)
            snprintf(escaped, sizeof escaped, "\\%c", letters[found - special]);
        else
            snprintf(escaped, sizeof escaped, "\\u%s%02x", bytes == 0 ? "dc" : "00", c);
        put(w, escaped, strlen(escaped));
        from = ++at;
    }
    put(w, text + from, at - from);
    put(w, "\"", 1);
}

void mg__json_put_key(mg__json_writer *w, const char *key) {
    begin_value(w);
    put_escaped(w, key);
    put(w, ":", 1);
    w->comma = false;
}

void mg__json_put_raw(mg__json_writer *w, const char *json, size_t length) {
    begin_value(w);
    put(w, json, length);
}

void mg__json_put_string(mg__json_writer *w, const char *text) {
    if (text == NULL) {
        mg__json_put_null(w);
        return;
    }
    begin_value(w);
    put_escaped(w, text);
}

void mg__json_put_number(mg__json_writer *w, double value) {
    char text[MG__NUMBER_BYTES];
    if (!isfinite(value))
        mg__json_put_null(w);
    else
        mg__json_put_raw(w, text, mg__format_double(value, text));
}

void mg__json_put_integer(mg__json_writer *w, int64_t value) {
    char text[24];
    mg__json_put_raw(w, text, (size_t)snprintf(text, sizeof text, "%" PRId64, value));
}

void mg__json_put_boolean(mg__json_writer *w, bool value) { mg__json_put_raw(w, value ? "true" : "false", value ? 4 : 5); }
void mg__json_put_null(mg__json_writer *w) { mg__json_put_raw(w, "null", 4); }

char *mg__json_writer_finish(mg__json_writer *w, size_t *length) {
    put(w, "", 0);
    char *text = w->text;
    if (w->failed) {
        mg__free(w->context, text);
        text = NULL;
    } else {
        text[w->length] = '\0';
        if (length != NULL) *length = w->length;
    }
    *w = mg__json_writer_begin(w->context);
    return text;
}
