/* What the user should know of the rows before they are trained on. */
#include "train/caution.h"

#include "data/classes.h"
#include "data/leaks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FEW_ROWS     3 /* of a class: one each to train, to validate and to test */
#define NAMES_SHOWN  5
#define NAME_BYTES   96
#define MOST_CLASSES 256 /* whose names are compared */

static const char *plural(int64_t count) { return count == 1 ? "" : "s"; }

/* --- the target -------------------------------------------------------------------------------------- */

void mg__caution_missing(mg_model *model, const mg_dataset *dataset, int64_t column, const int64_t *rows, int64_t count) {
    int64_t total = mg_dataset_rows(dataset), missing = total - count, stray = -1;
    char text[NAME_BYTES];
    for (int64_t row = 0, i = 0; missing > 0 && stray < 0 && row < total; row++) {
        while (i < count && rows[i] < row) i++;
        if ((i == count || rows[i] != row) && !mg_dataset_missing(dataset, row, column)) stray = row;
    }
    if (missing == 0) return;
    if (stray < 0) {
        mg__model_warn(model, "%" PRId64 " row%s no '%s' and %s left out", missing, missing == 1 ? " has" : "s have",
                       model->target, missing == 1 ? "is" : "are");
        return;
    }
    mg_dataset_text(dataset, stray, column, text, sizeof text);
    int64_t line = mg_dataset_line(dataset, stray); /* 0: a sample has none */
    char place[40] = "";
    if (line > 0) snprintf(place, sizeof place, " on line %" PRId64, line);
    mg__model_warn(model, "%" PRId64 " row%s no number as '%s' and %s left out: '%s'%s", missing,
                   missing == 1 ? " has" : "s have", model->target, missing == 1 ? "is" : "are", text, place);
}

/* --- classes ----------------------------------------------------------------------------------------- */

typedef struct class_seen {
    int64_t rows, first;   /* and its first row */
    char name[NAME_BYTES]; /* cut where it is longer */
} class_seen;

static void warn_of_rare(mg_model *model, const class_seen *seen, int32_t classes) {
    char list[640] = "";
    size_t used = 0;
    int64_t rare = 0, last = 0;
    for (int32_t k = 0; k < classes; k++) {
        if (seen[k].rows >= FEW_ROWS) continue;
        if (rare++ < NAMES_SHOWN) mg__append(list, sizeof list, &used, "%s'%s'", rare > 1 ? ", " : "", seen[k].name);
        last = seen[k].rows;
    }
    if (rare > NAMES_SHOWN) mg__append(list, sizeof list, &used, " and %" PRId64 " more", rare - NAMES_SHOWN);
    if (rare == 1)
        mg__model_warn(model, "class %s has %" PRId64 " row%s only: too few to train, to validate and to test", list, last,
                       plural(last));
    else if (rare > 1)
        mg__model_warn(model, "%" PRId64 " classes have too few rows to train, to validate and to test: %s", rare, list);
}

static void warn_of_alike(mg_model *model, const class_seen *seen, int32_t classes) {
    for (int32_t a = 0; classes <= MOST_CLASSES && a < classes; a++)
        for (int32_t b = 0; b < a; b++) {
            if (strlen(seen[a].name) + 1 == NAME_BYTES || !mg__classes_alike(seen[a].name, seen[b].name)) continue;
            mg__model_warn(model, "classes '%s' and '%s' differ in case or blanks only: if they are one, spell them alike",
                           seen[b].name, seen[a].name);
            return;
        }
}

mg_status mg__caution_classes(mg_model *model, const mg_dataset *dataset, int64_t column, const int64_t *rows,
                              const int32_t *labels, int64_t count, int32_t classes) {
    class_seen *seen = mg__alloc_array(model->context, (size_t)classes, sizeof *seen);
    if (!seen) return MG_OUT_OF_MEMORY;
    memset(seen, 0, (size_t)classes * sizeof *seen);
    for (int64_t i = 0; i < count; i++)
        if (seen[labels[i]].rows++ == 0) seen[labels[i]].first = rows[i];
    for (int32_t k = 0; k < classes; k++)
        if (seen[k].rows > 0) mg_dataset_text(dataset, seen[k].first, column, seen[k].name, NAME_BYTES);
    warn_of_rare(model, seen, classes);
    warn_of_alike(model, seen, classes);
    mg__free(model->context, seen);
    return MG_OK;
}

/* --- columns ----------------------------------------------------------------------------------------- */

mg_status mg__caution_leaks(mg_model *model, const mg_dataset *dataset) {
    mg__leak_target rows;
    mg_target target;
    mg_status status = mg__part_target(model, dataset, &target);
    if (status == MG_OK) status = mg__leak_target_make(model->context, dataset, &target, &rows);
    if (status != MG_OK) return status;
    for (int64_t i = 0; status == MG_OK && i < mg_encoder_columns(model->encoder); i++) {
        char text[MG__LEAK_BYTES];
        const char *name = mg_encoder_column(model->encoder, i);
        int64_t column = mg_dataset_find(dataset, name);
        mg__leak leak = MG__LEAK_NONE;
        if (column >= 0)
            status = mg__leak_find(model->context, dataset, column, mg_encoder_column_kind(model->encoder, i), &rows, &leak);
        if (status == MG_OK && leak != MG__LEAK_NONE) mg__model_warn(model, "%s", mg__leak_text(leak, name, text));
    }
    mg__leak_target_free(model->context, &rows);
    return status;
}

void mg__caution_columns(mg_model *model, int64_t rows) {
    int64_t columns = mg_encoder_columns(model->encoder);
    if (columns > rows)
        mg__model_warn(model,
                       "%" PRId64 " columns are learned from, but %" PRId64
                       " rows: what is found may be chance; more rows or fewer columns would tell",
                       columns, rows);
}
