/* What a column means: the rules, in their order, each with its reason. */
#include "data/kind.h"

#include "data/task.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Shares of the cells that are not missing. */
#define MOST_DATES      0.95 /* at least: dates, and the rest are strays */
#define MOST_NUMBERS    0.90 /* at least: numbers, and the rest are strays */
#define HALF_NUMBERS    0.50 /* at least, with few different words: likewise */
#define FEW_WORDS       10   /* words that stand for missing among numbers: "unknown", "none", "-" ... */
#define NEARLY_ALL      0.95 /* different values, at least: they name the row */
#define HALF            0.50 /* different values, above: too few rows each to learn from */
#define SMALL           20   /* rows below which shares say little */
#define MOST_CATEGORIES 4096 /* above, and above a tenth of the rows: text */
#define LONG_TEXT       40   /* bytes in the mean, with more than LONG_BLANKS blanks: sentences */
#define LONG_BLANKS     4

const char *mg_kind_name(mg_kind kind) {
    switch (kind) {
    case MG_KIND_AUTO: return "auto";
#define KIND_NAME(id, name, doc) \
    case MG_KIND_##id: return name;
        MG_KIND_TABLE(KIND_NAME)
#undef KIND_NAME
    case MG_KINDS: break;
    }
    return NULL;
}

/* --- looking ----------------------------------------------------------------------------------------- */

mg__kind_facts mg__kind_facts_of(const mg__tally *t) {
    int64_t present = t->rows - t->missing, spelled = t->spelled > 0 ? t->spelled : 1;
    int64_t words = mg__distinct_count(&t->words), distinct = words + mg__distinct_count(&t->values);
    return (mg__kind_facts){
        .rows = t->rows,
        .missing = t->missing,
        .numbers = t->numbers,
        .infinite = t->infinite,
        .dates = t->dates,
        .others = t->others,
        .compact_days = t->compact_days,
        .distinct = distinct < present ? distinct : present, /* an estimate may be more */
        .words = words < t->dates + t->others ? words : t->dates + t->others,
        .exact = mg__distinct_exact(&t->words) && mg__distinct_exact(&t->values),
        .whole = !t->fractions,
        .month_first = t->month_first >= t->day_first,
        .low = t->numbers > 0 ? t->number.low : (double)NAN,
        .high = t->numbers > 0 ? t->number.high : (double)NAN,
        .length = t->length / (double)spelled,
        .blanks = t->blanks / (double)spelled,
    };
}

mg__kind_facts mg__kind_look(const mg_dataset *d, int64_t column, const int64_t *rows, int64_t count) {
    mg__tally tally = mg__tally_begin(MG__DISTINCT_LIMIT);
    bool ok = mg__tally_add(&tally, d, column, rows, count);
    mg__kind_facts facts = ok ? mg__kind_facts_of(&tally) : (mg__kind_facts){ .rows = -1 };
    mg__tally_end(d->context, &tally);
    return facts;
}

/* --- names that tell --------------------------------------------------------------------------------- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool same_word(const char *name, const char *word) {
    while (*word != '\0' && lower(*name) == *word) name++, word++;
    return *name == *word;
}

static bool one_of(const char *name, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (same_word(name, words[i])) return true;
    return false;
}

/* id, user_id, userId, PassengerId, id_code; not paid or humid. */
static bool named_id(const char *name) {
    size_t length = strlen(name);
    if (length < 2) return false;
    const char *end = name + length - 2;
    if (lower(name[0]) == 'i' && lower(name[1]) == 'd' && (name[2] == '\0' || strchr("_-. ", name[2]) != NULL)) return true;
    if (length < 3 || lower(end[0]) != 'i' || lower(end[1]) != 'd') return false;
    bool capital = end[0] == 'I' && end[-1] >= 'a' && end[-1] <= 'z';
    return capital || strchr("_-. ", end[-1]) != NULL;
}

/* What programs call the number of a row. */
static bool named_row(const char *name) {
    static const char *const words[] = { "index", "idx", "row", "rowid", "rownum", "rowname", "rownames", "unnamed: 0", "" };
    return named_id(name) || one_of(name, words, sizeof words / sizeof *words);
}

/* A run of such numbers is a course of time. */
static bool named_time(const char *name) {
    static const char *const words[] = { "year",   "yr",   "month",   "week", "day",       "days", "hour",   "minute",
                                         "second", "time", "seconds", "t",    "timestamp", "date", "quarter" };
    return one_of(name, words, sizeof words / sizeof *words);
}

/* --- the rules --------------------------------------------------------------------------------------- */

static int64_t present(const mg__kind_facts *f) { return f->rows - f->missing; }
static bool at_least(int64_t part, double share, int64_t all) { return (double)part >= share * (double)all; }

/* An estimate may be a few percent off. */
static bool all_different(const mg__kind_facts *f) {
    return f->exact ? f->distinct == present(f) : at_least(f->distinct, 0.96, present(f));
}

static mg__kind_choice chosen(mg_kind kind, bool strays, const char *reason) {
    mg__kind_choice choice = { .kind = kind, .strays = strays };
    snprintf(choice.reason, sizeof choice.reason, "%s", reason);
    return choice;
}

static mg__kind_choice asked_for(mg_kind asked, const mg__kind_facts *f) {
    if (asked == MG_KIND_BOOLEAN && f->distinct > 2)
        return chosen(MG_KIND_CATEGORY, false, "more than the two values of a boolean");
    bool strays = (asked == MG_KIND_NUMBER && f->dates + f->others > 0) ||
                  (asked == MG_KIND_DATE && f->others + f->numbers - f->compact_days > 0);
    return chosen(asked, strays, "as asked");
}

/* One value, which some rows lack: to have it or not is two values. */
static mg__kind_choice one_value(const mg__kind_facts *f) {
    bool tells = f->missing > 1 && present(f) > 1 && at_least(f->missing, 0.01, f->rows) && at_least(present(f), 0.01, f->rows);
    return tells ? chosen(MG_KIND_CATEGORY, false, "one value, which is there or missing")
                 : chosen(MG_KIND_CONSTANT, false, "one value only");
}

static bool is_date(const mg__kind_facts *f, bool *strays) {
    int64_t days = f->dates + (f->compact_days == f->numbers ? f->compact_days : 0);
    *strays = days < present(f);
    return at_least(days, MOST_DATES, present(f));
}

static bool is_boolean(const mg__kind_facts *f) {
    bool digits = f->numbers == present(f) && f->low == 0 && f->high == 1;
    return f->distinct == 2 && (digits || present(f) > 3) && f->infinite == 0;
}

/* Whole numbers, all different, so close together that they must have been given out one by one: n of them in a range of n^2/20
 * or more would repeat some by chance but once in e^10, and a sample of rows keeps the larger part of the range. Years count
 * years. */
static bool counts_rows(const char *name, const mg__kind_facts *f) {
    double n = (double)present(f), range = f->high - f->low + 1;
    bool years = f->low >= 1800 && f->high <= 2100;
    return n >= SMALL && range <= 2.5 * n && range <= n * n / 20 && !years && !named_time(name);
}

static mg__kind_choice number(const char *name, const mg__kind_facts *f) {
    bool whole = f->whole && f->infinite == 0 && f->high - f->low < 9e15, different = whole && all_different(f);
    if (different && present(f) > 2 && named_row(name))
        return chosen(MG_KIND_ID, false, "a number of its own in every row, and its name");
    if (different && counts_rows(name, f)) return chosen(MG_KIND_ID, false, "whole numbers that count the rows");
    if (whole && !different && named_id(name) && f->distinct <= MOST_CATEGORIES)
        return at_least(f->distinct, HALF, present(f))
                   ? chosen(MG_KIND_ID, false, "its name, and hardly a value repeats")
                   : chosen(MG_KIND_CATEGORY, false, "its name: numbers that stand for something");
    return chosen(MG_KIND_NUMBER, false, "numbers");
}

static bool is_number_with_strays(const mg__kind_facts *f) {
    if (f->numbers == 0) return false;
    if (at_least(f->numbers + f->infinite, MOST_NUMBERS, present(f))) return true;
    return at_least(f->numbers + f->infinite, HALF_NUMBERS, present(f)) && f->words <= FEW_WORDS &&
           f->distinct - f->words > 2 * FEW_WORDS;
}

static mg__kind_choice words(const mg__kind_facts *f) {
    int64_t n = present(f);
    bool sentences = f->length > LONG_TEXT && f->blanks > LONG_BLANKS, names = f->blanks < 0.5 && f->length <= LONG_TEXT;
    if (n < SMALL / 2 || (n < SMALL && f->distinct < n)) return chosen(MG_KIND_CATEGORY, false, "words");
    if (at_least(f->distinct, NEARLY_ALL, n))
        return names ? chosen(MG_KIND_ID, false, "a word of its own in nearly every row")
                     : chosen(MG_KIND_TEXT, false, "a text of its own in nearly every row");
    if (f->distinct > n / 2) return chosen(MG_KIND_TEXT, false, "more than half of the values occur once or twice");
    if (sentences && f->distinct > n / 10) return chosen(MG_KIND_TEXT, false, "sentences");
    if (f->distinct > MOST_CATEGORIES && f->distinct > n / 10)
        return chosen(MG_KIND_TEXT, false, "too many different values for categories");
    return chosen(MG_KIND_CATEGORY, false, "words that repeat");
}

mg__kind_choice mg__kind_choose(const char *name, mg_kind asked, const mg__kind_facts *f) {
    bool strays;
    if (present(f) == 0) return chosen(MG_KIND_CONSTANT, false, "every cell is missing");
    if (asked != MG_KIND_AUTO) return asked_for(asked, f);
    if (f->distinct == 1) return one_value(f);
    if (f->infinite == present(f)) return chosen(MG_KIND_CONSTANT, false, "no finite number");
    if (is_date(f, &strays)) return chosen(MG_KIND_DATE, strays, strays ? "dates, and a few cells that are none" : "dates");
    if (is_boolean(f)) return chosen(MG_KIND_BOOLEAN, false, "two values");
    if (f->numbers + f->infinite == present(f)) return number(name, f);
    if (is_number_with_strays(f)) return chosen(MG_KIND_NUMBER, true, "numbers, and a few words that count as missing");
    return words(f);
}

/* --- what the user says ------------------------------------------------------------------------------ */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* The next item of a comma-separated list, cut out of `list` in place: *list moves behind it. Blanks around it and empty items do
 * not count. NULL at the end. */
static char *next_item(char **list) {
    for (;;) {
        char *begin = *list, *at = begin;
        bool quoted = false;
        while (*at != '\0' && (quoted || *at != ',')) quoted ^= *at++ == '"';
        *list = *at == '\0' ? at : at + 1;
        bool last = *at == '\0';
        while (begin < at && is_blank(*begin)) begin++;
        while (at > begin && is_blank(at[-1])) at--;
        *at = '\0';
        if (at > begin) return begin;
        if (last) return NULL;
    }
}

/* "a ""b""" -> a "b", in place. */
static char *unquoted(char *name) {
    size_t length = strlen(name), used = 0;
    if (length < 2 || *name != '"' || name[length - 1] != '"') return name;
    for (size_t i = 1; i < length - 1; i++) {
        name[used++] = name[i];
        if (name[i] == '"' && name[i + 1] == '"' && i + 1 < length - 1) i++;
    }
    name[used] = '\0';
    return name;
}

static mg_status find_column(mg_context *context, const mg_dataset *d, const char *who, const char *name, int64_t *column) {
    *column = mg_dataset_find(d, name);
    return *column >= 0 ? MG_OK : mg__no_such_column(context, d, who, name);
}

static mg_status find_kind(mg_context *context, const char *column, const char *name, mg_kind *kind) {
    char list[128];
    size_t used = 0;
    for (int k = 0; k < MG_KINDS; k++) {
        const char *own = mg_kind_name((mg_kind)k);
        if (strcmp(own, name) == 0) {
            *kind = (mg_kind)k;
            return MG_OK;
        }
        mg__append(list, sizeof list, &used, "%s%s", k > 0 ? ", " : "", own);
    }
    return mg__fail(context, MG_SETTING, "types: column '%.100s' cannot be '%.40s'; wanted one of: %s", column, name, list);
}

static mg_status ask(mg_context *context, mg_dataset *d, char *item) {
    char *equals = strrchr(item, '=');
    int64_t column;
    if (equals == NULL)
        return mg__fail(context, MG_SETTING, "types: '%.100s' names no kind; wanted COLUMN=KIND, for example age=number", item);
    char *end = equals, *kind = equals + 1;
    while (end > item && is_blank(end[-1])) end--;
    while (is_blank(*kind)) kind++;
    *end = '\0';
    mg_status status = find_column(context, d, "types", unquoted(item), &column);
    return status != MG_OK ? status : find_kind(context, d->column[column].name, kind, &d->column[column].asked);
}

mg_status mg__kinds_ask(mg_context *context, mg_dataset *d, const char *types) {
    if (types == NULL) return MG_OK;
    char *copy = mg__strdup(context, types), *at = copy, *item;
    mg_status status = copy == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    while (status == MG_OK && (item = next_item(&at)) != NULL) status = ask(context, d, item);
    mg__free(context, copy);
    return status;
}

mg_status mg__columns_named(mg_context *context, const mg_dataset *d, const char *who, const char *list, bool *chosen_columns) {
    if (list == NULL) return MG_OK;
    char *copy = mg__strdup(context, list), *at = copy, *item;
    int64_t column;
    mg_status status = copy == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    while (status == MG_OK && (item = next_item(&at)) != NULL) {
        status = find_column(context, d, who, unquoted(item), &column);
        if (status == MG_OK) chosen_columns[column] = true;
    }
    mg__free(context, copy);
    return status;
}
