#include "data/classes.h"

#include "base/number.h"
#include "data/numbers.h"
#include "interop/sort.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static int compare(bool numeric, double a, double b, const char *text_a, const char *text_b) {
    if (numeric && a != b) return a < b ? -1 : 1;
    return strcmp(text_a, text_b);
}

static void find_numeric(mg__classes *classes) {
    classes->numeric = true;
    for (size_t i = 0; i < classes->count; i++) classes->numeric = classes->numeric && !isnan(classes->item[i].value);
}

bool mg__classes_order(mg__classes *classes) {
    find_numeric(classes);
    for (size_t i = 1; i < classes->count; i++) {
        const mg__class *a = &classes->item[i - 1], *b = &classes->item[i];
        if (compare(classes->numeric, a->value, b->value, a->name, b->name) >= 0) return false;
    }
    return true;
}

/* --- gathering --------------------------------------------------------------------------------------- */

/* A spelling among the rows. */
typedef struct found {
    const char *text;
    uint32_t code;
    double value;
    int64_t rows;
} found;

static int compare_found(const void *a, const void *b, const void *user) {
    const found *x = a, *y = b;
    return compare(*(const bool *)user, x->value, y->value, x->text, y->text);
}

/* Sorts; where numbers are merged, equal ones become one that is spelled as the file does first. */
static size_t arrange(found *items, size_t count, bool merge) {
    bool numeric = true;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) numeric = numeric && !isnan(items[i].value);
    mg__sort(items, count, sizeof *items, compare_found, &numeric);
    for (size_t i = 0; i < count; i++) {
        if (!merge || !numeric || kept == 0 || items[kept - 1].value != items[i].value) {
            items[kept++] = items[i];
            continue;
        }
        int64_t rows = items[kept - 1].rows + items[i].rows;
        if (items[i].code < items[kept - 1].code) items[kept - 1] = items[i];
        items[kept - 1].rows = rows;
    }
    return kept;
}

static bool add_class(mg_context *context, mg__classes *classes, const char *name, double value, int64_t rows) {
    mg__class *item = &classes->item[classes->count];
    *item = (mg__class){ mg__strdup(context, name), value, rows };
    classes->count += item->name != NULL;
    return item->name != NULL;
}

static bool make_classes(mg_context *context, const found *items, size_t count, mg__classes *classes) {
    classes->item = mg__alloc_array(context, count, sizeof *classes->item);
    for (size_t i = 0; classes->item != NULL && i < count; i++)
        if (!add_class(context, classes, items[i].text, items[i].value, items[i].rows)) return false;
    return classes->item != NULL;
}

static bool gather_spellings(mg_context *context, const mg__column *column, const int64_t *rows, int64_t count,
                             mg__classes *classes) {
    bool numbers = column->type == MG_COLUMN_NUMBER;
    int64_t *cells = mg__count_codes(context, column, rows, count);
    found *items = mg__alloc_array(context, column->dictionary.count, sizeof *items);
    size_t used = 0;
    for (uint32_t code = 0; cells != NULL && items != NULL && code < column->dictionary.count; code++) {
        double value = column->dictionary.entries[code].value;
        if (cells[code] == 0 || (numbers && !isfinite(value))) continue;
        items[used++] =
            (found){ mg__dictionary_text(&column->dictionary, code), code, isfinite(value) ? value : NAN, cells[code] };
    }
    bool done = cells != NULL && items != NULL && make_classes(context, items, arrange(items, used, numbers), classes);
    mg__free(context, cells);
    mg__free(context, items);
    return done;
}

/* Of a column whose spellings were not kept. */
static bool gather_values(mg_context *context, const mg__column *column, const int64_t *rows, int64_t count,
                          mg__classes *classes) {
    mg__numbers numbers;
    char text[MG__NUMBER_BYTES];
    if (mg__numbers_of(context, column, rows, count, &numbers) != MG_OK) return false;
    classes->item = mg__alloc_array(context, numbers.distinct, sizeof *classes->item);
    bool done = classes->item != NULL;
    for (size_t i = 0; done && i < numbers.distinct; i++) {
        text[mg__format_double(numbers.value[i], text)] = '\0';
        done = add_class(context, classes, text, numbers.value[i], numbers.upto[i] - (i > 0 ? numbers.upto[i - 1] : 0));
    }
    mg__numbers_free(context, &numbers);
    return done;
}

mg_status mg__classes_gather(mg_context *context, const mg__column *column, const int64_t *rows, int64_t count,
                             mg__classes *classes) {
    *classes = (mg__classes){ 0 };
    if (column->codes != NULL ? gather_spellings(context, column, rows, count, classes)
                              : gather_values(context, column, rows, count, classes)) {
        find_numeric(classes);
        return MG_OK;
    }
    mg__classes_free(context, classes);
    return MG_OUT_OF_MEMORY;
}

mg_status mg__classes_collect(mg_context *context, const mg_dataset *d, int64_t index, const int64_t *rows, int64_t count,
                              mg__classes *classes) {
    const mg__column *column = &d->column[index];
    mg_status status = mg__classes_gather(context, column, rows, count, classes);
    if (status == MG_OK && classes->count == 0)
        status = mg__fail(context, MG_FORMAT, "%s: the target '%.100s' is missing in every row", d->source, column->name);
    if (status == MG_OK && classes->count > MG__DICTIONARY_LIMIT)
        status =
            mg__fail(context, MG_FORMAT, "%s: column '%.100s' has %zu distinct values, too many for classes; wanted at most %d",
                     d->source, column->name, classes->count, MG__DICTIONARY_LIMIT);
    if (status != MG_OK) mg__classes_free(context, classes);
    return status;
}

void mg__classes_free(mg_context *context, mg__classes *classes) {
    for (size_t i = 0; i < classes->count; i++) mg__free(context, classes->item[i].name);
    mg__free(context, classes->item);
    *classes = (mg__classes){ 0 };
}

/* --- looking up -------------------------------------------------------------------------------------- */

/* The first class that does not come before the value or text. */
static size_t lower_bound(const mg__classes *classes, const char *text, double value) {
    size_t low = 0, high = classes->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const mg__class *item = &classes->item[middle];
        if (classes->numeric ? item->value < value : strcmp(item->name, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int32_t mg__classes_find(const mg__classes *classes, const char *text, double value) {
    if (classes->numeric && isnan(value)) return -1;
    size_t first = lower_bound(classes, text, value);
    if (first == classes->count) return -1;
    if (!classes->numeric) return strcmp(classes->item[first].name, text) == 0 ? (int32_t)first : -1;
    if (classes->item[first].value != value) return -1;
    for (size_t i = first; i < classes->count && classes->item[i].value == value; i++)
        if (strcmp(classes->item[i].name, text) == 0) return (int32_t)i;
    return (int32_t)first;
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* The next character that counts, in lower case; '\0' at the end. `*text` moves behind it. */
static char next_folded(const char **text, bool first) {
    const char *t = *text;
    while (is_blank(*t)) t++;
    bool blank = t > *text && !first && *t != '\0';
    *text = blank || *t == '\0' ? t : t + 1;
    return blank ? ' ' : *t >= 'A' && *t <= 'Z' ? (char)(*t - 'A' + 'a') : *t;
}

bool mg__classes_alike(const char *a, const char *b) {
    char folded_a = next_folded(&a, true), folded_b = next_folded(&b, true);
    while (folded_a == folded_b && folded_a != '\0') {
        folded_a = next_folded(&a, false);
        folded_b = next_folded(&b, false);
    }
    return folded_a == folded_b;
}

/* --- rows -------------------------------------------------------------------------------------------- */

bool mg__target_missing(const mg_dataset *d, const mg_target *target, int64_t row) {
    const mg__column *column = &d->column[target->column];
    if (target->task == MG_TASK_REGRESSION || column->type == MG_COLUMN_NUMBER) return !isfinite(mg__column_number(column, row));
    return column->codes[row] == MG__MISSING;
}

mg_status mg__target_rows(mg_context *context, const mg_dataset *d, const mg_target *target, int64_t **rows, int64_t *count,
                          int32_t **labels, int32_t *class_count) {
    const mg__column *column = &d->column[target->column];
    bool classify = target->task == MG_TASK_CLASSIFICATION;
    mg__classes classes = { 0 };
    *count = 0;
    *class_count = 0;
    *labels = NULL;
    *rows = mg__alloc_array(context, (size_t)d->rows, sizeof **rows);
    if (*rows == NULL) return MG_OUT_OF_MEMORY;
    mg_status status = classify ? mg__classes_collect(context, d, target->column, NULL, d->rows, &classes) : MG_OK;
    if (status == MG_OK && classify) {
        *labels = mg__alloc_array(context, (size_t)d->rows, sizeof **labels);
        if (*labels == NULL) status = MG_OUT_OF_MEMORY;
    }
    for (int64_t r = 0; status == MG_OK && r < d->rows; r++) {
        char scratch[32];
        if (mg__target_missing(d, target, r)) continue;
        if (classify)
            (*labels)[*count] = mg__classes_find(&classes, mg__column_text(column, r, scratch), mg__column_number(column, r));
        (*rows)[(*count)++] = r;
    }
    *class_count = (int32_t)classes.count;
    mg__classes_free(context, &classes);
    if (status != MG_OK) {
        mg__free(context, *rows);
        mg__free(context, *labels);
        *rows = NULL;
        *labels = NULL;
    }
    return status;
}
