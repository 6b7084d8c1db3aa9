/* Ranges as text: "log:1e-4..1e-1", "16..512:log/4", "adam|momentum". */
#ifndef MG_TUNE_RANGE_H
#define MG_TUNE_RANGE_H

#include "base/base.h"

#include <micrograd/search_space.h>

/* Part of a text. */
typedef struct mg__span {
    const char *at;
    size_t length;
} mg__span;

mg__span mg__span_of(const char *text);
bool mg__is_blank(char c);
bool mg__span_is(mg__span span, const char *word);
mg__span mg__span_trim(mg__span span);                                           /* without the blanks around it */
#define MG__SPAN(span) (int)((span).length > 60 ? 60 : (span).length), (span).at /* for "%.*s" */

/* The bracket that closes the one at `at`, NULL where none does before `end`. Brackets of other kinds within it are closed
 * first. */
const char *mg__bracket_end(const char *at, const char *end);

/* Cuts at each '|' that stands in no brackets, blanks around the words cut off; returns their number, which may exceed the
 * capacity. */
int mg__words_split(mg__span text, mg__span *words, int capacity);

/* Are two of the words the same? */
mg_status mg__words_check(mg_context *context, const char *who, const mg__span *words, int count);

/* What a range says: kind (whole numbers where "int" says so), low, high, log, points. `whole`: both ends are written as whole
 * numbers. Marks may stand before ("log:1..8") or behind ("1..8:log"). Messages begin with `who`. Whether low < high and so on is
 * mg__space_put's to see. */
mg_status mg__range_parse(mg_context *context, const char *who, mg__span text, mg_dimension *range, bool *whole);

/* Does it look like a range rather than a word? */
bool mg__is_range(mg__span text);

#endif
