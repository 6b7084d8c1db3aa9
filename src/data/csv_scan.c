#include "data/csv_scan.h"

#include <string.h>

#define LENGTH(bytes) ((uint32_t)(bytes)&0x3fffffff) /* a window is no longer */

void mg__scan_separate(mg__scan *s, char separator) {
    memset(s->stop, 0, sizeof s->stop);
    s->separator = separator;
    s->stop[(unsigned char)separator] = s->stop['\n'] = s->stop['\r'] = true;
}

/* The state inside a row. */
typedef struct place {
    size_t at;
    int64_t line;
} place;

typedef enum found { NOTHING, SEPARATOR, LINE_END, CUT } found;

/* What lies at p: steps over a separator, or over a line end (LF, CRLF or a lone CR). The end of the text ends a line. CUT: the
 * text must go on before that can be told. */
static found step(const mg__scan *s, place *p) {
    if (p->at >= s->end) return s->final ? LINE_END : CUT;
    char c = s->text[p->at];
    if (c == s->separator) {
        p->at++;
        return SEPARATOR;
    }
    if (c != '\n' && c != '\r') return NOTHING;
    if (c == '\r' && p->at + 1 >= s->end && !s->final) return CUT;
    p->at += c == '\r' && p->at + 1 < s->end && s->text[p->at + 1] == '\n' ? 2 : 1;
    p->line++;
    return LINE_END;
}

/* Behind the line in which p lies. */
static found skip_line(const mg__scan *s, place *p) {
    while (p->at < s->end && s->text[p->at] != '\n' && s->text[p->at] != '\r') p->at++;
    return step(s, p);
}

/* Over lines that hold nothing but blanks. */
static mg__row skip_blank_lines(mg__scan *s) {
    for (;;) {
        place p = { s->at, s->line };
        while (p.at < s->end && s->text[p.at] == ' ') p.at++;
        if (p.at >= s->end && !s->final) return MG__ROW_PARTIAL;
        if (p.at >= s->end) {
            s->at = s->end;
            return MG__ROW_END;
        }
        if (s->text[p.at] != '\n' && s->text[p.at] != '\r') return MG__ROW_OK;
        if (step(s, &p) == CUT) return MG__ROW_PARTIAL;
        s->at = p.at;
        s->line = p.line;
    }
}

/* Some write blanks before a quote: `1, "two"`. Where a quote follows the blanks at p, and another one stands at the end of a
 * cell in the same line, p moves to the first of them; otherwise they are text. CUT: the line is not all there. */
static found skip_to_quote(const mg__scan *s, place *p) {
    size_t at = p->at;
    while (at < s->end && s->text[at] == ' ') at++;
    if (at >= s->end || s->text[at] != '"') return at < s->end || s->final ? NOTHING : CUT;
    size_t quote = at++;
    for (;; at++) {
        while (at < s->end && s->text[at] != '"' && s->text[at] != '\n' && s->text[at] != '\r') at++;
        if (at < s->end && s->text[at] != '"') return NOTHING;
        if (at + 1 < s->end && s->text[at + 1] == '"') {
            at++;
            continue;
        }
        bool closed = at < s->end;
        for (at += closed; closed && at < s->end && s->text[at] == ' ';) at++;
        if (at >= s->end && !s->final) return CUT;
        if (closed && (at >= s->end || s->stop[(unsigned char)s->text[at]])) p->at = quote;
        return NOTHING;
    }
}

/* From behind the opening quote to behind the closing one; false: the text ends first. */
static bool quoted_cell(const mg__scan *s, place *p, mg__span *span) {
    size_t begin = p->at;
    bool doubled = false;
    for (;;) {
        const char *quote = memchr(s->text + p->at, '"', s->end - p->at);
        if (quote == NULL) return false;
        for (size_t stop = (size_t)(quote - s->text); p->at < stop; p->at++) {
            char c = s->text[p->at];
            p->line += c == '\n' || (c == '\r' && s->text[p->at + 1] != '\n');
        }
        if (++p->at >= s->end || s->text[p->at] != '"') break;
        doubled = true;
        p->at++;
    }
    if (p->at >= s->end && !s->final) return false; /* the next byte may double the quote */
    *span = (mg__span){ (uint32_t)begin, LENGTH(p->at - 1 - begin), true, doubled };
    return true;
}

/* The row is not well-formed: the scan goes on behind the line of p. */
static mg__row bad(mg__scan *s, mg__row what, place p, size_t cells, int64_t opened) {
    int64_t line = p.line;
    if (skip_line(s, &p) == CUT) return MG__ROW_PARTIAL;
    s->at = p.at;
    s->line = p.line;
    s->bad_cell = (int64_t)cells + 1;
    s->bad_line = line;
    s->bad_quote = opened;
    return what;
}

mg__row mg__scan_row(mg__scan *s, mg__span *spans, size_t room, size_t *cells) {
    mg__row begun = skip_blank_lines(s);
    size_t count = 0;
    if (begun != MG__ROW_OK) return begun;
    place p = { s->at, s->line }, first = p;
    s->row_line = p.line;
    s->doubled = false;
    for (found end = SEPARATOR; end == SEPARATOR; count++) {
        mg__span span;
        int64_t line = p.line;
        if (s->text[p.at] == ' ' && p.at < s->end && skip_to_quote(s, &p) == CUT) return MG__ROW_PARTIAL;
        if (s->text[p.at] == '"' && p.at < s->end) {
            p.at++;
            if (!quoted_cell(s, &p, &span)) return s->final ? bad(s, MG__ROW_OPEN, first, count, line) : MG__ROW_PARTIAL;
            s->doubled = s->doubled || span.doubled;
            while (p.at < s->end && s->text[p.at] == ' ') p.at++;
        } else {
            const char *at = s->text + p.at;
            while (!s->stop[(unsigned char)*at]) at++;
            size_t to = (size_t)(at - s->text);
            if (to > s->end) to = s->end;
            span = (mg__span){ (uint32_t)p.at, LENGTH(to - p.at), false, false };
            p.at = to;
        }
        end = step(s, &p);
        if (end == CUT) return MG__ROW_PARTIAL;
        if (end == NOTHING) return bad(s, MG__ROW_QUOTE, p, count, line);
        if (count < room) spans[count] = span;
    }
    s->at = p.at;
    s->line = p.line;
    *cells = count;
    return MG__ROW_OK;
}

void mg__span_single(char *text, mg__span *span) {
    char *from = text + span->at, *to = from, *end = from + span->length;
    for (; from < end; from++) {
        *to++ = *from;
        from += *from == '"';
    }
    span->length = LENGTH((size_t)(to - text) - span->at);
    span->doubled = false;
}
