/* Columns as keys: the order of their cells, and groups of rows that stay together. */
#include "base/random.h"
#include "data/date.h"
#include "data/split.h"
#include "data/table.h"
#include "interop/order.h"
#include "interop/sort.h"

#include <math.h>
#include <string.h>

/* --- ranks ---------------------------------------------------------------------------------------------- */

/* Ranks of numbers, equal ones alike; NaN: -1. */
static mg_status rank_numbers(mg_context *context, const double *values, int64_t count, int64_t *rank, int64_t *distinct) {
    int64_t *order = mg__alloc_array(context, (size_t)count, sizeof *order), rows = -1;
    mg_status status = order == NULL ? MG_OUT_OF_MEMORY : mg__order_numbers(context, values, 1, count, order);
    for (int64_t i = 0; status == MG_OK && i < count; i++) {
        double value = values[order[i]];
        if (!isnan(value) && (i == 0 || value != values[order[i - 1]])) rows++;
        rank[order[i]] = isnan(value) ? -1 : rows;
    }
    *distinct = rows + 1;
    mg__free(context, order);
    return status;
}

typedef struct spelled {
    const char *text;
    int64_t code;
} spelled;

/* Ranks of spellings, which differ from one another, bytewise; those not used: -1. */
static mg_status rank_texts(mg_context *context, const mg__dictionary *dictionary, const double *used, int64_t *rank,
                            int64_t *distinct) {
    spelled *list = mg__alloc_array(context, dictionary->count, sizeof *list);
    size_t count = 0;
    if (list == NULL) return MG_OUT_OF_MEMORY;
    for (size_t code = 0; code < dictionary->count; code++) {
        rank[code] = -1;
        if (!isnan(used[code])) list[count++] = (spelled){ mg__dictionary_text(dictionary, (uint32_t)code), (int64_t)code };
    }
    mg__sort(list, count, sizeof *list, mg__compare_text, NULL);
    for (size_t i = 0; i < count; i++) rank[list[i].code] = (int64_t)i;
    *distinct = (int64_t)count;
    mg__free(context, list);
    return MG_OK;
}

/* Moments of the spellings in use (value not NaN) into values; false, and values as they were: not all of them are dates. */
static bool read_dates(const mg__dictionary *dictionary, double *values) {
    int64_t day_first = 0, month_first = 0;
    double seconds;
    for (size_t code = 0; code < dictionary->count; code++) {
        const char *text = mg__dictionary_text(dictionary, (uint32_t)code);
        if (isnan(values[code])) continue;
        if (!mg__parse_date(text, strlen(text), true, &seconds) && !mg__parse_date(text, strlen(text), false, &seconds))
            return false;
        mg__date_order order = mg__date_order_of(text, strlen(text));
        day_first += order == MG__ORDER_DAY_FIRST;
        month_first += order == MG__ORDER_MONTH_FIRST;
    }
    for (size_t code = 0; code < dictionary->count; code++) {
        const char *text = mg__dictionary_text(dictionary, (uint32_t)code);
        if (!isnan(values[code])) mg__parse_date(text, strlen(text), day_first > month_first, &values[code]);
    }
    return true;
}

/* Ranks of a dictionary's spellings as far as rows use them. */
static mg_status rank_codes(mg_context *context, const mg__column *column, const int64_t *rows, int64_t count, int64_t *rank,
                            int64_t *distinct) {
    const mg__dictionary *dictionary = &column->dictionary;
    double *values = mg__alloc_array(context, dictionary->count, sizeof *values);
    if (values == NULL) return MG_OUT_OF_MEMORY;
    for (size_t code = 0; code < dictionary->count; code++) values[code] = NAN;
    for (int64_t i = 0; i < count; i++) {
        uint32_t code = column->codes[rows != NULL ? rows[i] : i];
        if (code != MG__MISSING) values[code] = column->type == MG_COLUMN_NUMBER ? dictionary->entries[code].value : 0;
    }
    mg_status status = column->type == MG_COLUMN_NUMBER || read_dates(dictionary, values)
                           ? rank_numbers(context, values, (int64_t)dictionary->count, rank, distinct)
                           : rank_texts(context, dictionary, values, rank, distinct);
    mg__free(context, values);
    return status;
}

static mg_status ranks_of_values(mg_context *context, const mg__column *column, const int64_t *rows, int64_t count, int64_t *rank,
                                 int64_t *distinct) {
    double *values = mg__alloc_array(context, (size_t)count, sizeof *values);
    if (values == NULL) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < count; i++) values[i] = column->values[rows != NULL ? rows[i] : i];
    mg_status status = rank_numbers(context, values, count, rank, distinct);
    mg__free(context, values);
    return status;
}

mg_status mg__split_ranks(mg_context *context, const mg_dataset *d, int64_t index, const int64_t *rows, int64_t count,
                          int64_t *rank, int64_t *distinct) {
    const mg__column *column = &d->column[index];
    if (column->codes == NULL) return ranks_of_values(context, column, rows, count, rank, distinct);
    int64_t *of_code = mg__alloc_array(context, column->dictionary.count, sizeof *of_code);
    mg_status status = of_code == NULL ? MG_OUT_OF_MEMORY : rank_codes(context, column, rows, count, of_code, distinct);
    for (int64_t i = 0; status == MG_OK && i < count; i++) {
        uint32_t code = column->codes[rows != NULL ? rows[i] : i];
        rank[i] = code == MG__MISSING ? -1 : of_code[code];
    }
    mg__free(context, of_code);
    return status;
}

mg_status mg__split_groups(mg_context *context, const mg_dataset *dataset, int64_t column, const int64_t *rows, int64_t count,
                           int64_t *group, int64_t *groups) {
    bool missing = false;
    mg_status status = mg__split_ranks(context, dataset, column, rows, count, group, groups);
    for (int64_t i = 0; status == MG_OK && i < count; i++) {
        missing = missing || group[i] < 0;
        if (group[i] < 0) group[i] = *groups;
    }
    if (missing) ++*groups;
    return status;
}

/* --- dealing whole groups ------------------------------------------------------------------------------- */

/* The group of a part with the fewest (or most) rows; -1: it has none. */
static int64_t group_of(const unsigned char *of_group, const int64_t *size, int64_t groups, unsigned char part, bool largest) {
    int64_t found = -1;
    for (int64_t g = 0; g < groups; g++)
        if (of_group[g] == part && (found < 0 || (largest ? size[g] > size[found] : size[g] < size[found]))) found = g;
    return found;
}

/* The part with the most groups; of equals the validation part gives first. */
static unsigned char donor(const unsigned char *of_group, int64_t groups, int64_t *most) {
    const unsigned char parts[] = { MG__PART_VALIDATION, MG__PART_TRAIN, MG__PART_TEST };
    int64_t count[MG__PARTS] = { 0 };
    unsigned char found = parts[0];
    for (int64_t g = 0; g < groups; g++) count[of_group[g]]++;
    for (int p = 1; p < MG__PARTS; p++) found = count[parts[p]] > count[found] ? parts[p] : found;
    *most = count[found];
    return found;
}

/* Training without a group takes the largest one of the part with the most groups, whatever that leaves; another part that is
 * wanted takes the smallest one where another is left. */
static void leave_no_part_empty(unsigned char *of_group, const int64_t *size, int64_t groups, const double *fraction) {
    const unsigned char parts[] = { MG__PART_TRAIN, MG__PART_TEST, MG__PART_VALIDATION };
    for (int p = 0; p < MG__PARTS; p++) {
        bool train = parts[p] == MG__PART_TRAIN;
        int64_t most;
        unsigned char from = donor(of_group, groups, &most);
        if ((!train && !(fraction[parts[p]] > 0)) || group_of(of_group, size, groups, parts[p], false) >= 0) continue;
        if (train || most > 1) of_group[group_of(of_group, size, groups, from, train)] = parts[p];
    }
}

/* In shuffled order: to the first part that a group brings closer to its share, else to training. */
static void deal(const int64_t *order, const int64_t *size, int64_t groups, int64_t count, const double *fraction,
                 unsigned char *of_group) {
    const unsigned char parts[] = { MG__PART_TEST, MG__PART_VALIDATION };
    int64_t rows[MG__PARTS] = { 0 };
    for (int64_t i = 0; i < groups; i++) {
        int64_t g = order[i];
        of_group[g] = MG__PART_TRAIN;
        for (int p = 0; p < 2 && of_group[g] == MG__PART_TRAIN; p++) {
            double wanted = fraction[parts[p]] * (double)count, before = (double)rows[parts[p]], after = before + (double)size[g];
            if (fabs(after - wanted) < fabs(before - wanted)) of_group[g] = parts[p];
        }
        rows[of_group[g]] += size[g];
    }
}

mg_status mg__split_deal_groups(mg_context *context, int64_t count, const int64_t *group, int64_t groups,
                                double validation_fraction, double test_fraction, uint64_t seed, unsigned char *part) {
    const double fraction[MG__PARTS] = { 0, validation_fraction, test_fraction };
    int64_t *size = mg__alloc_array(context, (size_t)groups, sizeof *size),
            *order = mg__alloc_array(context, (size_t)groups, sizeof *order);
    unsigned char *of_group = mg__alloc_zero(context, (size_t)groups);
    mg_status status = size == NULL || order == NULL || of_group == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    if (status == MG_OK) {
        mg__stream stream = { .seed = seed, .stream = mg__hash_text(0, "split by groups") };
        for (int64_t i = 0; i < count; i++) size[group[i]]++;
        mg__random_permutation(&stream, (uint64_t)groups, order);
        deal(order, size, groups, count, fraction, of_group);
        leave_no_part_empty(of_group, size, groups, fraction);
        for (int64_t i = 0; i < count; i++) part[i] = of_group[group[i]];
    }
    mg__free(context, size);
    mg__free(context, order);
    mg__free(context, of_group);
    return status;
}
