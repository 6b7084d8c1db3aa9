/* Columns of categories and booleans: which there are, and which of them are frequent enough for a code of their own. */
#include "data/encoder_fit.h"

#include "interop/order.h"

#include <math.h>

#define FEWEST_ROWS 3 /* a category of fewer training rows shares the code of what was never seen, which is so trained too */

/* The width of a table of `codes` rows: fastai's rule of thumb, min(600, round(1.6 n^0.56)), with a cap for small networks. */
static int64_t embedding_width(size_t codes) { return (int64_t)fmin(16, round(1.6 * pow((double)codes, 0.56))); }

/* The fewest rows that leave at most MG__MOST_EMBEDDED categories. false: no memory. */
static bool find_threshold(mg__fitting *f, const mg__classes *categories, int64_t *threshold) {
    *threshold = FEWEST_ROWS;
    if (categories->count <= MG__MOST_EMBEDDED) return true;
    size_t count = categories->count;
    double *rows = mg__alloc_array(f->context, count, sizeof *rows);
    int64_t *order = mg__alloc_array(f->context, count, sizeof *order);
    for (size_t i = 0; rows != NULL && i < count; i++) rows[i] = (double)categories->item[i].rows;
    bool done = rows != NULL && order != NULL && mg__order_numbers(f->context, rows, 1, (int64_t)count, order) == MG_OK;
    if (done) {
        int64_t first_out = (int64_t)rows[order[count - MG__MOST_EMBEDDED - 1]];
        if (first_out >= FEWEST_ROWS) *threshold = first_out + 1;
    }
    mg__free(f->context, rows);
    mg__free(f->context, order);
    return done;
}

static void drop_rare(mg__fitting *f, mg__classes *categories, int64_t threshold) {
    size_t kept = 0;
    for (size_t i = 0; i < categories->count; i++) {
        if (categories->item[i].rows >= threshold)
            categories->item[kept++] = categories->item[i];
        else
            mg__free(f->context, categories->item[i].name);
    }
    categories->count = kept;
}

/* Takes the categories over. */
static bool add_feature(mg__fitting *f, const mg__column *column, mg_kind kind, mg__classes *categories, int64_t missing,
                        int64_t width) {
    mg__feature *feature = mg__fit_feature(f, column, kind);
    if (feature == NULL) return false;
    feature->categories = *categories;
    feature->missing_rows = kind == MG_KIND_CATEGORY ? missing : 0;
    feature->indicator = kind == MG_KIND_BOOLEAN && missing > 0;
    feature->spread = 1;
    feature->width = width;
    *categories = (mg__classes){ 0 };
    return true;
}

static bool choose_form(mg__fitting *f, const mg__column *column, mg_kind kind, mg__classes *categories) {
    int64_t threshold, missing = f->count;
    for (size_t i = 0; i < categories->count; i++) missing -= categories->item[i].rows;
    if (categories->count == 0 || (categories->count == 1 && missing == 0))
        return mg__fit_leave_out(f, column, mg_kind_name(MG_KIND_CONSTANT));
    if (kind == MG_KIND_BOOLEAN && categories->count == 2) return add_feature(f, column, MG_KIND_BOOLEAN, categories, missing, 0);
    if (categories->count <= (size_t)f->options.one_hot) return add_feature(f, column, MG_KIND_CATEGORY, categories, missing, 0);
    if (!find_threshold(f, categories, &threshold)) return false;
    drop_rare(f, categories, threshold);
    if (categories->count == 0) return mg__fit_leave_out(f, column, "rare");
    return add_feature(f, column, MG_KIND_CATEGORY, categories, missing, embedding_width(categories->count + 2));
}

bool mg__fit_category(mg__fitting *f, const mg__column *column, const mg__kind_choice *choice) {
    mg__classes categories;
    if (mg__classes_gather(f->context, column, f->rows, f->count, &categories) != MG_OK) return false;
    bool done = choose_form(f, column, choice->kind, &categories);
    mg__classes_free(f->context, &categories);
    return done;
}
