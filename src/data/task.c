#include "data/task.h"

#include "base/number.h"
#include "data/classes.h"
#include "data/kind.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MOST_CLASSES  20  /* distinct whole numbers up to which they are taken for classes */
#define MOST_DISTINCT 0.5 /* share of the rows up to which distinct texts are taken for classes, not for names of the rows */
#define FEW_ROWS      20  /* fewer say nothing about that */

const char *mg_task_name(mg_task task) {
    switch (task) {
    case MG_TASK_CLASSIFICATION: return "classification";
    case MG_TASK_REGRESSION: return "regression";
    case MG_TASK_AUTO: break;
    }
    return "auto";
}

mg_status mg__no_such_column(mg_context *context, const mg_dataset *d, const char *who, const char *name) {
    char list[700];
    size_t used = 0;
    list[0] = '\0';
    for (int64_t c = 0; c < d->columns && used < 600; c++)
        mg__append(list, sizeof list, &used, "%s%.60s", c > 0 ? ", " : "", d->column[c].name);
    if (used >= 600) mg__append(list, sizeof list, &used, ", ...");
    return mg__fail(context, MG_SETTING, "%s: %s has no column '%.100s'; it has: %s", who, d->source, name, list);
}

bool mg__has_no_label(const mg_dataset *d) { return d->columns == 0 || (d->columns == 1 && mg__has_picture_names(d)); }

static mg_status no_column(mg_context *context, const mg_dataset *d) {
    char *labels;
    if (d->columns > 0)
        return mg__fail(context, MG_FORMAT, "%s: pictures without classes; put those of each class in a folder of its name",
                        d->source);
    if (!mg__idx_labels_name(context, d->source, &labels)) return MG_OUT_OF_MEMORY;
    mg_status status = mg__fail(context, MG_FORMAT, "%s: images without labels; put their labels beside them as %s", d->source,
                                labels != NULL ? labels : "X-labels-idx1-ubyte, and name the images X-images-idx3-ubyte");
    mg__free(context, labels);
    return status;
}

/* The distinct finite numbers of a column, in order of appearance, up to one more than the limit. Returns how many. */
static int64_t distinct_numbers(const mg__column *column, int64_t rows, bool *whole) {
    double seen[MOST_CLASSES + 1];
    int64_t count = 0, cells = column->codes != NULL ? (int64_t)column->dictionary.count : rows;
    *whole = true;
    for (int64_t i = 0; i < cells; i++) {
        double value = column->codes != NULL ? column->dictionary.entries[i].value : column->values[i];
        if (!isfinite(value)) continue;
        *whole = *whole && value == floor(value);
        int64_t k = 0;
        while (k < count && seen[k] != value) k++;
        if (k == count && count <= MOST_CLASSES) seen[count++] = value;
        if (!*whole && count > 1) break;
    }
    return count;
}

/* What the target's cells look like. */
typedef struct look {
    const char *holds; /* a few words */
    mg_kind kind;
    bool numbers;     /* they can be regressed */
    bool few;         /* and they are whole, with at most MOST_CLASSES values */
    int64_t distinct; /* -1: more than 4096 numbers */
} look;

static bool look_at(const mg_dataset *d, int64_t index, look *out) {
    const mg__column *column = &d->column[index];
    bool text = column->type == MG_COLUMN_TEXT, whole;
    look l = { .holds = "text", .kind = column->asked, .distinct = -1 };
    if (text || l.kind != MG_KIND_AUTO) {
        mg__kind_facts facts = mg__kind_look(d, index, NULL, d->rows);
        if (facts.rows < 0) return false;
        l.kind = mg__kind_choose(column->name, column->asked, &facts).kind;
    }
    l.numbers = l.kind != MG_KIND_DATE && (!text || l.kind == MG_KIND_NUMBER);
    if (column->codes != NULL) l.distinct = (int64_t)column->dictionary.count;
    if (l.kind == MG_KIND_DATE) l.holds = "dates";
    *out = l;
    if (!l.numbers) return true;
    int64_t few = distinct_numbers(column, d->rows, &whole);
    l.few = whole && few <= MOST_CLASSES;
    if (!text && (l.few || few < 2)) l.distinct = few; /* not spellings: 1 and 1.0 are one, inf is none */
    l.holds = l.few   ? "whole numbers with at most 20 distinct values"
              : whole ? "whole numbers with more than 20 distinct values"
                      : "numbers with fractions";
    *out = l;
    return true;
}

static mg_task task_for(const mg__column *column, const look *l) {
    if (column->asked == MG_KIND_CATEGORY || column->asked == MG_KIND_BOOLEAN) return MG_TASK_CLASSIFICATION;
    if (column->asked == MG_KIND_NUMBER && l->numbers) return MG_TASK_REGRESSION;
    return l->numbers && !l->few ? MG_TASK_REGRESSION : MG_TASK_CLASSIFICATION;
}

static void explain(const mg__column *column, const look *l, const char *who, bool asked, mg_target *t) {
    size_t used = 0;
    mg__append(t->reason, sizeof t->reason, &used, "target '%.100s' (%s), %s (%s%s)", column->name, who, mg_task_name(t->task),
               asked ? "as asked" : "it holds ", asked ? "" : l->holds);
}

/* Dates have no task; names of the rows are no classes, unless the user says so. */
static mg_status check_meaning(mg_context *context, const mg_dataset *d, const look *l, mg_task asked, const mg_target *t) {
    const char *name = d->column[t->column].name;
    int64_t rows = d->rows - t->missing;
    if (l->kind == MG_KIND_DATE && asked != MG_TASK_CLASSIFICATION)
        return mg__fail(context, MG_FORMAT,
                        "%s: the target '%.100s' holds dates, which cannot be predicted; name another column with --target, or "
                        "give the days as numbers",
                        d->source, name);
    if (t->task == MG_TASK_REGRESSION && !l->numbers)
        return mg__fail(
            context, MG_SETTING,
            "task: regression needs numbers, but the target '%.100s' of %s holds text; wanted classification, or another target",
            name, d->source);
    bool names = asked == MG_TASK_AUTO && !l->numbers && rows >= FEW_ROWS && (double)l->distinct > MOST_DISTINCT * (double)rows;
    if (names && d->columns == 1)
        return mg__fail(
            context, MG_FORMAT,
            "%s: one column only, '%.100s', with a text of its own in nearly every row; if something other than a comma, "
            "semicolon, tab or | is the separator of its cells, replace it by one of these",
            d->source, name);
    if (names)
        return mg__fail(context, MG_FORMAT,
                        "%s: the target '%.100s' has %" PRId64 " different texts in %" PRId64
                        " rows, like a name of each row; name the column to predict with --target (or, if these are classes, "
                        "give --task classification)",
                        d->source, name, l->distinct, rows);
    return MG_OK;
}

static mg_status check_values(mg_context *context, const mg_dataset *d, const mg_target *t) {
    const mg__column *column = &d->column[t->column];
    if (t->missing == d->rows)
        return mg__fail(context, MG_FORMAT, "%s: the target '%.100s' is missing in every row; name another column with --target",
                        d->source, column->name);
    if (t->distinct == 1)
        return mg__fail(context, MG_FORMAT,
                        "%s: the target '%.100s' has one value only, so there is nothing to learn; give rows of at least two, or "
                        "another target",
                        d->source, column->name);
    if (t->task == MG_TASK_CLASSIFICATION && (t->distinct < 0 || t->distinct > MG__DICTIONARY_LIMIT))
        return mg__fail(context, MG_FORMAT,
                        "%s: the target '%.100s' has more than %d distinct values, too many for classes; wanted another target%s",
                        d->source, column->name, MG__DICTIONARY_LIMIT, column->type == MG_COLUMN_NUMBER ? ", or regression" : "");
    return MG_OK;
}

static mg_status choose(mg_context *context, const mg_dataset *d, int64_t index, mg_task asked, const char *who,
                        mg_target *target) {
    const mg__column *column = &d->column[index];
    if (column->missing == d->rows)
        return mg__fail(context, MG_FORMAT, "%s: the target '%.100s' is missing in every row; name another column with --target",
                        d->source, column->name);
    look l;
    if (!look_at(d, index, &l)) return MG_OUT_OF_MEMORY;
    mg_target t = { .column = index, .distinct = l.distinct };
    t.task = asked != MG_TASK_AUTO ? asked : task_for(column, &l);
    explain(column, &l, who, asked != MG_TASK_AUTO, &t);
    for (int64_t r = 0; r < d->rows; r++) t.missing += mg__target_missing(d, &t, r);
    mg_status status = check_meaning(context, d, &l, asked, &t);
    if (status == MG_OK) status = check_values(context, d, &t);
    if (status == MG_OK) *target = t;
    return status;
}

mg_status mg__target_at(mg_context *context, const mg_dataset *d, int64_t column, mg_task task, mg_target *target) {
    return choose(context, d, column, task, "as asked", target);
}

mg_status mg_dataset_target(mg_context *context, const mg_dataset *d, const char *name, mg_task task, mg_target *target) {
    int64_t column = d->columns - 1, number;
    const char *who = name != NULL ? "as asked" : d->columns == 1 ? "the only column" : "the last column";
    if (mg__has_no_label(d)) return no_column(context, d);
    if (name != NULL) column = mg_dataset_find(d, name);
    if (column < 0 && mg__parse_int64(name, strlen(name), &number) && number >= 0 && number < d->columns) column = number;
    if (column < 0) return mg__no_such_column(context, d, "target", name);
    return choose(context, d, column, task, who, target);
}
