#include "data/classes.h"

#include "interop/sort.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static int compare_classes(const void *a, const void *b, const void *user) {
    const mg__class *x = a, *y = b;
    const bool *numeric = user;
    if (*numeric && x->value != y->value) return x->value < y->value ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void find_numeric(mg__classes *classes) {
    classes->numeric = true;
    for (size_t i = 0; i < classes->count; i++) classes->numeric = classes->numeric && !isnan(classes->item[i].value);
}

bool mg__classes_order(mg__classes *classes) {
    find_numeric(classes);
    for (size_t i = 1; i < classes->count; i++)
        if (compare_classes(&classes->item[i - 1], &classes->item[i], &classes->numeric) >= 0) return false;
    return true;
}

static bool add_class(mg_context *context, mg__classes *classes, size_t *capacity, const char *name, double value) {
    if (!mg__grow(context, &classes->item, capacity, classes->count + 1, sizeof *classes->item)) return false;
    mg__class *item = &classes->item[classes->count];
    *item = (mg__class){ mg__strdup(context, name), isfinite(value) ? value : NAN };
    classes->count += item->name != NULL;
    return item->name != NULL;
}

/* Codes in order of their first row, each once. */
static mg_status collect_spellings(mg_context *context, const mg__column *column, const int64_t *rows, int64_t count,
                                   mg__classes *classes) {
    bool *seen = mg__alloc_zero(context, column->dictionary.count);
    size_t capacity = 0;
    mg_status status = seen == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    for (int64_t i = 0; status == MG_OK && i < count; i++) {
        uint32_t code = column->codes[rows != NULL ? rows[i] : i];
        if (code == MG__MISSING || seen[code]) continue;
        seen[code] = true;
        double value = column->dictionary.entries[code].value;
        size_t same = column->type == MG_COLUMN_NUMBER ? 0 : classes->count;
        while (same < classes->count && classes->item[same].value != value) same++;
        if (same == classes->count &&
            !add_class(context, classes, &capacity, mg__dictionary_text(&column->dictionary, code), value))
            status = MG_OUT_OF_MEMORY;
    }
    mg__free(context, seen);
    return status;
}

mg_status mg__classes_collect(mg_context *context, const mg_dataset *d, int64_t index, const int64_t *rows, int64_t count,
                              mg__classes *classes) {
    const mg__column *column = &d->column[index];
    *classes = (mg__classes){ 0 };
    if (column->codes == NULL || column->dictionary.count > MG__DICTIONARY_LIMIT)
        return mg__fail(context, MG_FORMAT, "%s: column '%.100s' has more than %d distinct values, too many for classes",
                        d->source, column->name, MG__DICTIONARY_LIMIT);
    mg_status status = collect_spellings(context, column, rows, count, classes);
    if (status == MG_OK && classes->count == 0)
        status = mg__fail(context, MG_FORMAT, "%s: the target '%.100s' is missing in every row", d->source, column->name);
    if (status != MG_OK) {
        mg__classes_free(context, classes);
        return status;
    }
    find_numeric(classes);
    mg__sort(classes->item, classes->count, sizeof *classes->item, compare_classes, &classes->numeric);
    return MG_OK;
}

void mg__classes_free(mg_context *context, mg__classes *classes) {
    for (size_t i = 0; i < classes->count; i++) mg__free(context, classes->item[i].name);
    mg__free(context, classes->item);
    *classes = (mg__classes){ 0 };
}

int32_t mg__classes_find(const mg__classes *classes, const char *text, double value) {
    size_t low = 0, high = classes->count;
    const mg__class wanted = { (char *)(uintptr_t)text, value };
    if (classes->numeric && isnan(value)) return -1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_classes(&classes->item[middle], &wanted, &classes->numeric);
        if (order == 0) return (int32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = 0; !isnan(value) && i < classes->count; i++)
        if (classes->item[i].value == value) return (int32_t)i;
    return -1;
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
        const char *text = mg__column_text(column, r, scratch);
        if (text == NULL) continue;
        if (classify) (*labels)[*count] = mg__classes_find(&classes, text, mg__column_number(column, r));
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
