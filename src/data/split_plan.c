/* Splits by the text of a setting: parsing, and the strategies that follow a column. */
#include "data/date.h"
#include "data/split.h"
#include "data/table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct strategy {
    const char *name;
    bool has_column;
} strategy;

static const strategy strategies[] = {
#define STRATEGY(id, name, column, doc) { name, column },
    MG__SPLIT_TABLE(STRATEGY)
#undef STRATEGY
};

mg_status mg__split_parse(mg_context *context, const char *text, mg__split_plan *plan) {
    *plan = (mg__split_plan){ MG__SPLIT_AUTO, NULL };
    if (text == NULL) return MG_OK;
    const char *colon = strchr(text, ':');
    size_t length = colon != NULL ? (size_t)(colon - text) : strlen(text);
    for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++) {
        const strategy *s = &strategies[i];
        if (strlen(s->name) != length || strncmp(s->name, text, length) != 0) continue;
        if (s->has_column != (colon != NULL && colon[1] != '\0')) break;
        if (!s->has_column && colon != NULL) break;
        *plan = (mg__split_plan){ (mg__split_kind)i, s->has_column ? colon + 1 : NULL };
        return MG_OK;
    }
    return mg__fail(context, MG_SETTING,
                    "split: '%.100s'; wanted auto, random, stratified, or one that names a column: time:COLUMN, group:COLUMN, "
                    "column:COLUMN",
                    text);
}

static mg_status refuse_cell(mg_context *context, const mg_dataset *d, int64_t column, int64_t row, const char *what) {
    char place[48], text[80];
    size_t used = 0;
    int64_t line = mg_dataset_line(d, row);
    mg__append(place, sizeof place, &used, line > 0 ? "line %" PRId64 : "row %" PRId64, line > 0 ? line : row);
    mg_dataset_text(d, row, column, text, sizeof text);
    return mg__fail(context, MG_FORMAT, "%s, %s: the column '%.100s', by which rows are split, says '%s'; %s", d->source, place,
                    d->column[column].name, text, what);
}

/* --- by a column of words ------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    unsigned char part;
} words[] = {
    { "train", MG__PART_TRAIN },      { "training", MG__PART_TRAIN },        { "val", MG__PART_VALIDATION },
    { "valid", MG__PART_VALIDATION }, { "validation", MG__PART_VALIDATION }, { "test", MG__PART_TEST },
    { "testing", MG__PART_TEST },     { "holdout", MG__PART_TEST },
};

static bool is_word(const char *text, size_t length, const char *word) {
    if (strlen(word) != length) return false;
    for (size_t i = 0; i < length; i++)
        if ((text[i] | 0x20) != word[i]) return false; /* lower case, whatever the locale */
    return true;
}

/* The part that a cell names, or -1. */
static int part_named(const char *text) {
    if (text == NULL) return -1;
    while (*text == ' ' || *text == '\t') text++;
    size_t length = strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) length--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(text, length, words[i].word)) return words[i].part;
    return -1;
}

static mg_status by_words(mg_context *context, const mg_dataset *d, int64_t column, const mg__split_request *r,
                          unsigned char *part) {
    bool trains = false;
    for (int64_t i = 0; i < r->count; i++) {
        int64_t row = r->rows != NULL ? r->rows[i] : i;
        char scratch[32];
        int named = part_named(mg__column_text(&d->column[column], row, scratch));
        if (named < 0) return refuse_cell(context, d, column, row, "wanted train, validation or test");
        part[i] = (unsigned char)named;
        trains = trains || named == MG__PART_TRAIN;
    }
    if (trains) return MG_OK;
    return mg__fail(context, MG_FORMAT,
                    "split: the column '%.100s' of %s says 'train' in no row, so there is nothing to train on",
                    d->column[column].name, d->source);
}

/* --- by time -------------------------------------------------------------------------------------------- */

/* Counting sort: places[i] is where row i stands among all, the earliest first. first [distinct + 1] is scratch, zeroed. */
static void find_places(const int64_t *rank, int64_t count, int64_t distinct, int64_t *first, int64_t *places) {
    for (int64_t i = 0; i < count; i++) first[rank[i] + 1]++;
    for (int64_t k = 0; k < distinct; k++) first[k + 1] += first[k];
    for (int64_t i = 0; i < count; i++) places[i] = first[rank[i]]++;
}

/* Numbers beside words would be ordered as text, 10 before 9, and words without a digit are no times: the first is refused. */
static mg_status check_times(mg_context *context, const mg_dataset *d, int64_t index, const int64_t *rows, int64_t count) {
    const mg__column *column = &d->column[index];
    int64_t stray = -1;
    bool numbers = false;
    for (int64_t i = 0; column->type == MG_COLUMN_TEXT && i < count; i++) {
        int64_t row = rows != NULL ? rows[i] : i;
        double seconds;
        char scratch[32];
        const char *text = mg__column_text(column, row, scratch);
        bool number = !isnan(mg__column_number(column, row));
        if (text != NULL && number) numbers = numbers || !mg__parse_date(text, strlen(text), true, &seconds);
        if (text != NULL && strpbrk(text, "0123456789") == NULL)
            return refuse_cell(context, d, index, row, "wanted a time: a date, or a number that grows");
        if (text != NULL && !number && stray < 0) stray = row;
    }
    return numbers && stray >= 0 ? refuse_cell(context, d, index, stray, "wanted a number, as in other rows") : MG_OK;
}

mg_status mg__split_places(mg_context *context, const mg_dataset *d, int64_t column, const int64_t *rows, int64_t count,
                           int64_t *places, int64_t *distinct) {
    int64_t *rank = mg__alloc_array(context, (size_t)count, sizeof *rank), *first = NULL;
    mg_status status = rank == NULL ? MG_OUT_OF_MEMORY : check_times(context, d, column, rows, count);
    if (status == MG_OK) status = mg__split_ranks(context, d, column, rows, count, rank, distinct);
    for (int64_t i = 0; status == MG_OK && i < count; i++)
        if (rank[i] < 0)
            status = refuse_cell(context, d, column, rows != NULL ? rows[i] : i,
                                 "wanted a time in each row; fill it in, or split by another column");
    if (status == MG_OK && (first = mg__alloc_array(context, (size_t)*distinct + 1, sizeof *first)) == NULL)
        status = MG_OUT_OF_MEMORY;
    if (status == MG_OK) find_places(rank, count, *distinct, first, places);
    mg__free(context, rank);
    mg__free(context, first);
    return status;
}

static mg_status by_time(mg_context *context, const mg_dataset *d, int64_t column, const mg__split_request *r,
                         unsigned char *part) {
    int64_t distinct = 0, *places = mg__alloc_array(context, (size_t)r->count, sizeof *places);
    mg_status status =
        places == NULL ? MG_OUT_OF_MEMORY : mg__split_places(context, d, column, r->rows, r->count, places, &distinct);
    if (status == MG_OK && distinct < 2 && r->validation_fraction + r->test_fraction > 0)
        status =
            mg__fail(context, MG_FORMAT,
                     "split: the column '%.100s' of %s has one time only, so no row is newer than others; wanted another column",
                     d->column[column].name, d->source);
    if (status == MG_OK) {
        int64_t test = mg__split_total(r->count, r->test_fraction),
                validation = mg__split_total(r->count, r->validation_fraction);
        if (validation > r->count - 1 - test) validation = r->count - 1 - test;
        for (int64_t i = 0; i < r->count; i++)
            part[i] = places[i] >= r->count - test                ? MG__PART_TEST
                      : places[i] >= r->count - test - validation ? MG__PART_VALIDATION
                                                                  : MG__PART_TRAIN;
    }
    mg__free(context, places);
    return status;
}

/* --- by groups ------------------------------------------------------------------------------------------ */

static mg_status by_group(mg_context *context, const mg_dataset *d, int64_t column, const mg__split_request *r,
                          unsigned char *part) {
    int64_t groups = 0, *group = mg__alloc_array(context, (size_t)r->count, sizeof *group);
    mg_status status = group == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    if (status == MG_OK) status = mg__split_groups(context, d, column, r->rows, r->count, group, &groups);
    if (status == MG_OK && groups < 2 && r->validation_fraction + r->test_fraction > 0)
        status = mg__fail(context, MG_FORMAT,
                          "split: the column '%.100s' of %s has one group only, so none can be set aside; wanted another column",
                          d->column[column].name, d->source);
    if (status == MG_OK)
        status = mg__split_deal_groups(context, r->count, group, groups, r->validation_fraction, r->test_fraction, r->seed, part);
    mg__free(context, group);
    return status;
}

/* --- all of them ---------------------------------------------------------------------------------------- */

static mg_status by_column(mg_context *context, const mg_dataset *d, const mg__split_request *r, mg__split *split) {
    int64_t column = mg_dataset_find(d, r->plan.column);
    if (column < 0) return mg__no_such_column(context, d, "split", r->plan.column);
    unsigned char *part = mg__alloc_zero(context, (size_t)r->count);
    if (part == NULL) return MG_OUT_OF_MEMORY;
    mg_status status = r->plan.kind == MG__SPLIT_COLUMN ? by_words(context, d, column, r, part)
                       : r->plan.kind == MG__SPLIT_TIME ? by_time(context, d, column, r, part)
                                                        : by_group(context, d, column, r, part);
    if (status == MG_OK) status = mg__split_collect(context, r->rows, r->count, part, split);
    mg__free(context, part);
    return status;
}

mg_status mg__split_by(mg_context *context, const mg_dataset *dataset, const mg__split_request *r, mg__split *split) {
    bool stratified = r->plan.kind == MG__SPLIT_STRATIFIED || (r->plan.kind == MG__SPLIT_AUTO && r->labels != NULL);
    *split = (mg__split){ 0 };
    if (stratified && r->labels == NULL)
        return mg__fail(context, MG_SETTING,
                        "split: stratified keeps classes in proportion, but the target is a number; wanted random, time:COLUMN, "
                        "group:COLUMN or column:COLUMN");
    if (!strategies[r->plan.kind].has_column)
        return mg__split_make(context, r->rows, r->count, stratified ? r->labels : NULL, r->classes, r->validation_fraction,
                              r->test_fraction, r->seed, split);
    if (r->plan.kind != MG__SPLIT_COLUMN) {
        mg_status status = mg__split_check(context, r->count, r->validation_fraction, r->test_fraction);
        if (status != MG_OK) return status;
    }
    return by_column(context, dataset, r, split);
}
