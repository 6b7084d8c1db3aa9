#include "data/csv_scan.h"

#include <inttypes.h>
#include <string.h>

/* Steps over a line end if there is one: LF, CRLF or a lone CR. */
static bool line_end(mg__csv *s) {
    if (s->at == s->end || (*s->at != '\n' && *s->at != '\r')) return false;
    if (*s->at++ == '\r' && s->at < s->end && *s->at == '\n') s->at++;
    s->line++;
    return true;
}

bool mg__csv_begin_row(mg__csv *s) {
    for (;;) {
        const char *begin = s->at;
        while (s->at < s->end && *s->at == ' ') s->at++;
        if (line_end(s)) continue;
        if (s->at == s->end) return false;
        s->at = begin;
        return true;
    }
}

/* After a cell: a separator, a line end, or the end. */
static bool cell_end(mg__csv *s, mg__cell *cell) {
    cell->last = s->at == s->end || *s->at != s->separator;
    if (!cell->last)
        s->at++;
    else if (s->at < s->end && !line_end(s))
        return false;
    return true;
}

static bool append(mg__csv *s, mg__cell *cell, const char *from, const char *to) {
    size_t length = (size_t)(to - from);
    if (!mg__grow(s->context, &s->scratch, &s->scratch_capacity, cell->length + length + 1, 1)) return false;
    memcpy(s->scratch + cell->length, from, length);
    cell->length += length;
    cell->text = s->scratch;
    return true;
}

static bool quoted_cell(mg__csv *s, int64_t column, mg__cell *cell) {
    int64_t line = s->line;
    const char *begin = ++s->at;
    bool copied = false; /* into scratch, because of a doubled quote */
    *cell = (mg__cell){ .text = begin, .quoted = true };
    for (;;) {
        while (s->at < s->end && *s->at != '"') {
            s->line += *s->at == '\n' || (*s->at == '\r' && (s->at + 1 == s->end || s->at[1] != '\n'));
            s->at++;
        }
        if (s->at == s->end) {
            mg__fail(s->context, MG_FORMAT, "%s, line %" PRId64 ": cell %" PRId64 " begins with a quote that is never closed",
                     s->path, line, column);
            return false;
        }
        if (s->at + 1 == s->end || s->at[1] != '"') break;
        copied = true;
        if (!append(s, cell, begin, s->at + 1)) return false;
        begin = s->at += 2;
    }
    if (copied && !append(s, cell, begin, s->at)) return false;
    if (!copied) cell->length = (size_t)(s->at - begin);
    s->at++;
    while (s->at < s->end && *s->at == ' ') s->at++;
    if (cell_end(s, cell)) return true;
    mg__fail(s->context, MG_FORMAT,
             "%s, line %" PRId64 ": cell %" PRId64 ", opened by a quote on line %" PRId64
             ", is closed by one, but then more text follows; write a quote inside "
             "a quoted cell twice",
             s->path, s->line, column, line);
    return false;
}

bool mg__csv_cell(mg__csv *s, int64_t column, mg__cell *cell) {
    if (s->at < s->end && *s->at == '"') return quoted_cell(s, column, cell);
    const char *begin = s->at, *at = begin, *end = s->end;
    char separator = s->separator;
    while (at < end && *at != separator && *at != '\n' && *at != '\r') at++;
    s->at = at;
    *cell = (mg__cell){ .text = begin, .length = (size_t)(at - begin) };
    return cell_end(s, cell);
}

char mg__csv_separator(const char *line, const char *end) {
    int64_t commas = 0, semicolons = 0, tabs = 0;
    bool inside = false;
    for (; line < end && (inside || (*line != '\n' && *line != '\r')); line++) {
        if (*line == '"') inside = !inside;
        if (inside) continue;
        commas += *line == ',';
        semicolons += *line == ';';
        tabs += *line == '\t';
    }
    if (semicolons > commas && semicolons >= tabs) return ';';
    return tabs > commas ? '\t' : ',';
}
