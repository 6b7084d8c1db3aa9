/* Which column is to be predicted, and whether that is a class or a number. */
#include "data/table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MOST_CLASSES 20 /* distinct whole numbers up to which they are taken for classes */

const char *mg_task_name(mg_task task) {
    switch (task) {
    case MG_TASK_CLASSIFICATION: return "classification";
    case MG_TASK_REGRESSION: return "regression";
    case MG_TASK_AUTO: break;
    }
    return "auto";
}

static mg_status no_such_column(mg_context *context, const mg_dataset *d, const char *name) {
    char list[700];
    size_t used = 0;
    list[0] = '\0';
    for (int64_t c = 0; c < d->columns && used < 600; c++)
        mg__append(list, sizeof list, &used, "%s%.60s", c > 0 ? ", " : "", d->column[c].name);
    if (used >= 600) mg__append(list, sizeof list, &used, ", ...");
    return mg__fail(context, MG_SETTING, "target: %s has no column '%.100s'; it has: %s", d->source, name, list);
}

static mg_status no_column(mg_context *context, const mg_dataset *d) {
    char *labels;
    if (!mg__idx_labels_name(context, d->source, &labels)) return MG_OUT_OF_MEMORY;
    mg_status status = mg__fail(context, MG_FORMAT, "%s: images without labels; put their labels beside them as %s", d->source,
                                labels != NULL ? labels : "X-labels-idx1-ubyte, and name the images X-images-idx3-ubyte");
    mg__free(context, labels);
    return status;
}

/* The distinct numbers of a column, in order of appearance, up to one more than the limit. Returns how many. */
static int64_t distinct_numbers(const mg__column *column, int64_t rows, bool *whole) {
    double seen[MOST_CLASSES + 1];
    int64_t count = 0, cells = column->codes != NULL ? (int64_t)column->dictionary.count : rows;
    *whole = true;
    for (int64_t i = 0; i < cells; i++) {
        double value = column->codes != NULL ? column->dictionary.entries[i].value : column->values[i];
        if (isnan(value)) continue;
        *whole = *whole && value == floor(value) && isfinite(value);
        int64_t k = 0;
        while (k < count && seen[k] != value) k++;
        if (k == count && count <= MOST_CLASSES) seen[count++] = value;
        if (!*whole && count > 1) break;
    }
    return count;
}

/* Fills in the task, the number of distinct values and the reason. */
static void choose(const mg_dataset *d, mg_task wanted, bool named, mg_target *t) {
    const mg__column *column = &d->column[t->column];
    const char *who = named ? "as asked" : d->columns == 1 ? "the only column" : "the last column";
    const char *holds = "text";
    bool whole = true, text = column->type == MG_COLUMN_TEXT;
    t->distinct = column->codes != NULL ? (int64_t)column->dictionary.count : -1;
    int64_t few = text ? 0 : distinct_numbers(column, d->rows, &whole);
    if (!text && few <= MOST_CLASSES && (whole || few < 2)) t->distinct = few; /* not spellings: 1 and 1.0 are one */
    if (!text) holds = whole ? "whole numbers with more than 20 distinct values" : "numbers with fractions";
    if (!text && whole && few <= MOST_CLASSES) holds = "whole numbers with at most 20 distinct values";
    bool classes = text || (whole && few <= MOST_CLASSES);
    t->task = wanted != MG_TASK_AUTO ? wanted : classes ? MG_TASK_CLASSIFICATION : MG_TASK_REGRESSION;
    size_t used = 0;
    mg__append(t->reason, sizeof t->reason, &used, "target '%.100s' (%s), %s (%s%s)", column->name, who, mg_task_name(t->task),
               wanted != MG_TASK_AUTO ? "as asked" : "it holds ", wanted != MG_TASK_AUTO ? "" : holds);
}

mg_status mg_dataset_target(mg_context *context, const mg_dataset *d, const char *name, mg_task task, mg_target *target) {
    mg_target t = { .column = d->columns - 1 };
    if (d->columns == 0) return no_column(context, d);
    if (name != NULL) t.column = mg_dataset_find(d, name);
    if (t.column < 0) return no_such_column(context, d, name);
    const mg__column *column = &d->column[t.column];
    t.missing = column->missing;
    if (t.missing == d->rows)
        return mg__fail(context, MG_FORMAT, "%s: the target '%.100s' is missing in every row", d->source, column->name);
    choose(d, task, name != NULL, &t);
    if (t.task == MG_TASK_REGRESSION && column->type == MG_COLUMN_TEXT)
        return mg__fail(
            context, MG_SETTING,
            "task: regression needs numbers, but the target '%.100s' of %s holds text; wanted classification, or another target",
            column->name, d->source);
    if (t.distinct == 1)
        return mg__fail(context, MG_FORMAT,
                        "%s: the target '%.100s' has one value only, so there is nothing to learn; give rows of at least two, or "
                        "another target",
                        d->source, column->name);
    if (t.task == MG_TASK_CLASSIFICATION && (t.distinct < 0 || t.distinct > MG__DICTIONARY_LIMIT))
        return mg__fail(context, MG_FORMAT,
                        "%s: the target '%.100s' has more than %d distinct values, too many for classes; wanted another target%s",
                        d->source, column->name, MG__DICTIONARY_LIMIT, column->type == MG_COLUMN_NUMBER ? ", or regression" : "");
    *target = t;
    return MG_OK;
}
