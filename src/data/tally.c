/* Counting a column's cells. Where cells are codes, each spelling is looked at once and counts as often as it occurs. */
#include "data/tally.h"

#include "base/number.h"
#include "data/date.h"

#include <math.h>
#include <string.h>

mg__tally mg__tally_begin(int64_t limit) { return (mg__tally){ .values.limit = limit, .words.limit = limit }; }

void mg__tally_end(mg_context *context, mg__tally *tally) {
    mg__distinct_free(context, &tally->values);
    mg__distinct_free(context, &tally->words);
}

static void add_date(mg__tally *t, double month_first, double day_first, int64_t times) {
    mg__summary_add(&t->date[0], month_first, times);
    mg__summary_add(&t->date[1], day_first, times);
}

/* 20261124 */
static void add_compact_day(mg__tally *t, double value, int64_t times) {
    char text[MG__NUMBER_BYTES];
    double seconds;
    if (!(value >= 19000101 && value <= 21001231) || value != floor(value)) return;
    if (!mg__parse_date(text, mg__format_double(value, text), false, &seconds)) return;
    t->compact_days += times;
    add_date(t, seconds, seconds, times);
}

static bool add_number(mg_context *context, mg__tally *t, double value, int64_t times) {
    if (isfinite(value)) {
        t->numbers += times;
        mg__summary_add(&t->number, value, times);
        t->fractions = t->fractions || value != floor(value);
        add_compact_day(t, value, times);
    } else
        t->infinite += times;
    return mg__distinct_add(context, &t->values, mg__hash_number(value));
}

static bool add_word(mg_context *context, mg__tally *t, const char *text, size_t length, int64_t times) {
    double month_first, day_first;
    if (mg__parse_date(text, length, false, &month_first) && mg__parse_date(text, length, true, &day_first)) {
        mg__date_order order = mg__date_order_of(text, length);
        t->dates += times;
        if (order == MG__ORDER_DAY_FIRST) t->day_first += times;
        if (order == MG__ORDER_MONTH_FIRST) t->month_first += times;
        add_date(t, month_first, day_first, times);
    } else
        t->others += times;
    return mg__distinct_add(context, &t->words, mg__hash_bytes(0, text, length));
}

static bool add_spelling(mg_context *context, mg__tally *t, const mg__column *column, uint32_t code, int64_t times) {
    const char *text = mg__dictionary_text(&column->dictionary, code);
    double value = column->dictionary.entries[code].value;
    size_t length = strlen(text), blanks = 0;
    for (const char *at = text; (at = memchr(at, ' ', length - (size_t)(at - text))) != NULL; at++) blanks++;
    t->spelled += times;
    t->length += (double)length * (double)times;
    t->blanks += (double)blanks * (double)times;
    return isnan(value) ? add_word(context, t, text, length, times) : add_number(context, t, value, times);
}

static bool add_codes(mg__tally *t, const mg_dataset *d, const mg__column *column, const int64_t *rows, int64_t count) {
    size_t spellings = column->dictionary.count;
    int64_t *times = mg__alloc_array(d->context, spellings, sizeof *times);
    bool ok = times != NULL;
    for (int64_t i = 0; ok && i < count; i++) {
        uint32_t code = column->codes[rows != NULL ? rows[i] : i];
        if (code == MG__MISSING)
            t->missing++;
        else
            times[code]++;
    }
    for (size_t code = 0; ok && code < spellings; code++)
        if (times[code] > 0) ok = add_spelling(d->context, t, column, (uint32_t)code, times[code]);
    mg__free(d->context, times);
    return ok;
}

static bool add_values(mg__tally *t, const mg_dataset *d, const mg__column *column, const int64_t *rows, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        double value = column->values[rows != NULL ? rows[i] : i];
        if (isnan(value))
            t->missing++;
        else if (!add_number(d->context, t, value, 1))
            return false;
    }
    return true;
}

bool mg__tally_add(mg__tally *tally, const mg_dataset *d, int64_t index, const int64_t *rows, int64_t count) {
    const mg__column *column = &d->column[index];
    tally->rows += count;
    return column->codes != NULL ? add_codes(tally, d, column, rows, count) : add_values(tally, d, column, rows, count);
}
