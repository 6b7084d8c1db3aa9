#include "tune/range.h"

#include "base/number.h"

#include <string.h>

/* --- parts of a text --------------------------------------------------------------------------------- */

mg__span mg__span_of(const char *text) { return (mg__span){ text, strlen(text) }; }

bool mg__span_is(mg__span span, const char *word) {
    return strlen(word) == span.length && memcmp(span.at, word, span.length) == 0;
}

bool mg__is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

mg__span mg__span_trim(mg__span span) {
    while (span.length > 0 && mg__is_blank(*span.at)) span.at++, span.length--;
    while (span.length > 0 && mg__is_blank(span.at[span.length - 1])) span.length--;
    return span;
}

static char closing(char c) { return c == '(' ? ')' : c == '[' ? ']' : c == '{' ? '}' : 0; }

const char *mg__bracket_end(const char *at, const char *end) {
    enum { DEPTH = 64 };
    char open[DEPTH];
    int depth = 0;
    for (; at < end; at++) {
        if (closing(*at)) {
            if (depth == DEPTH) return NULL;
            open[depth++] = closing(*at);
        } else if (strchr(")]}", *at) && *at) {
            if (*at != open[--depth]) return NULL;
            if (depth == 0) return at;
        }
    }
    return NULL;
}

int mg__words_split(mg__span text, mg__span *words, int capacity) {
    const char *end = text.at + text.length, *start = text.at;
    int count = 0;
    for (const char *at = start;; at++) {
        const char *close = at < end && closing(*at) ? mg__bracket_end(at, end) : NULL;
        if (close) {
            at = close;
        } else if (at == end || *at == '|') {
            if (count < capacity) words[count] = mg__span_trim((mg__span){ start, (size_t)(at - start) });
            count++;
            start = at + 1;
            if (at == end) return count;
        }
    }
}

/* "1e-3" and "0.001" are one value. */
static bool same_word(mg__span a, mg__span b) {
    double x, y;
    if (a.length == b.length && memcmp(a.at, b.at, a.length) == 0) return true;
    return mg__parse_double(a.at, a.length, &x) && mg__parse_double(b.at, b.length, &y) && x == y;
}

mg_status mg__words_check(mg_context *context, const char *who, const mg__span *words, int count) {
    if (count > MG_CHOICES_MOST)
        return mg__fail(context, MG_SETTING, "%s: %d alternatives; wanted at most %d", who, count, MG_CHOICES_MOST);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < i; k++)
            if (same_word(words[i], words[k]))
                return mg__fail(context, MG_SETTING, "%s: '%.*s' is there twice; leave one out", who, MG__SPAN(words[i]));
    return MG_OK;
}

/* --- ranges ------------------------------------------------------------------------------------------ */

#define SHAPE "a range is written 0..0.5, log:1e-4..1e-1 or int:1..8, with a count behind it for a grid: log:1e-4..1e-1/4"

static const char *find_dots(mg__span text) {
    for (size_t i = 0; i + 1 < text.length; i++)
        if (text.at[i] == '.' && text.at[i + 1] == '.') return text.at + i;
    return NULL;
}

static bool starts(mg__span text, const char *mark) {
    return text.length >= strlen(mark) && memcmp(text.at, mark, strlen(mark)) == 0;
}

bool mg__is_range(mg__span text) { return find_dots(text) || starts(text, "log:") || starts(text, "int:"); }

static bool take_mark(mg__span mark, mg_dimension *range) {
    if (mg__span_is(mark, "log"))
        range->log = true;
    else if (mg__span_is(mark, "int"))
        range->kind = MG_DIMENSION_INT;
    else
        return false;
    return true;
}

/* "log:int:" before the low end. */
static mg__span take_marks_before(mg__span text, mg_dimension *range) {
    while (text.length > 4 && text.at[3] == ':' && take_mark((mg__span){ text.at, 3 }, range)) text.at += 4, text.length -= 4;
    return text;
}

/* ":log/4" behind the high end, which is what stays. */
static mg_status take_marks_behind(mg_context *context, const char *who, mg__span *text, mg_dimension *range) {
    size_t length = 0;
    while (length < text->length && text->at[length] != ':' && text->at[length] != '/') length++;
    for (size_t i = length; i < text->length;) {
        bool count = text->at[i] == '/';
        mg__span mark = { text->at + i + 1, 0 };
        while (i + 1 + mark.length < text->length && !strchr(":/", mark.at[mark.length])) mark.length++;
        i += 1 + mark.length;
        mark = mg__span_trim(mark);
        if (!count && !take_mark(mark, range))
            return mg__fail(context, MG_SETTING, "%s: the mark '%.*s' is not known; marks are log and int", who, MG__SPAN(mark));
        bool good =
            !count || (mg__parse_int64(mark.at, mark.length, &range->points) && range->points >= 2 && range->points <= 1000000);
        if (!good)
            return mg__fail(context, MG_SETTING, "%s: the count '%.*s'; wanted a whole number from 2 to 1000000 behind '/'", who,
                            MG__SPAN(mark));
    }
    text->length = length;
    return MG_OK;
}

static bool is_whole(mg__span text) {
    size_t sign = text.length > 1 && (*text.at == '-' || *text.at == '+');
    for (size_t i = sign; i < text.length; i++)
        if (text.at[i] < '0' || text.at[i] > '9') return false;
    return text.length > 0;
}

static mg_status read_end(mg_context *context, const char *who, const char *which, mg__span text, double *value) {
    if (text.length == 0) return mg__fail(context, MG_SETTING, "%s: the range has no %s end; %s", who, which, SHAPE);
    if (mg__parse_double(text.at, text.length, value)) return MG_OK;
    return mg__fail(context, MG_SETTING, "%s: '%.*s' is no number; %s", who, MG__SPAN(text), SHAPE);
}

mg_status mg__range_parse(mg_context *context, const char *who, mg__span text, mg_dimension *range, bool *whole) {
    *range = (mg_dimension){ .kind = MG_DIMENSION_REAL, .parent = -1 };
    text = take_marks_before(mg__span_trim(text), range);
    const char *dots = find_dots(text);
    if (!dots) return mg__fail(context, MG_SETTING, "%s: '%.*s' is no range; %s", who, MG__SPAN(text), SHAPE);
    mg__span low = { text.at, (size_t)(dots - text.at) }, high = { dots + 2, text.length - low.length - 2 };
    mg_status status = take_marks_behind(context, who, &high, range);
    low = mg__span_trim(low);
    high = mg__span_trim(high);
    *whole = is_whole(low) && is_whole(high);
    if (status == MG_OK) status = read_end(context, who, "lower", low, &range->low);
    return status == MG_OK ? read_end(context, who, "upper", high, &range->high) : status;
}
