/* An encoder's life, the layout of an encoded row, and what an encoder tells. */
#include "data/encoder.h"

#include "interop/sort.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define NAMES_SHOWN 5

mg_encoder_options mg_encoder_defaults(void) {
    return (
        mg_encoder_options){ .target = -1, .task = MG_TASK_AUTO, .target_log = MG_AUTO, .scale = MG_SCALE_AUTO, .one_hot = 16 };
}

mg_encoder *mg__encoder_new(mg_context *context, size_t features) {
    mg_encoder *e = mg__alloc_zero(context, sizeof *e);
    if (e == NULL) return NULL;
    e->context = context;
    e->task = MG_TASK_AUTO;
    e->target_spread = 1;
    e->target_low = -INFINITY;
    e->target_high = INFINITY;
    e->feature = mg__alloc_array(context, features, sizeof *e->feature);
    if (e->feature != NULL) return e;
    mg_encoder_destroy(e);
    return NULL;
}

void mg_encoder_destroy(mg_encoder *e) {
    if (e == NULL) return;
    for (size_t i = 0; i < e->features; i++) {
        mg__free(e->context, e->feature[i].name);
        mg__free(e->context, e->feature[i].edge);
        mg__classes_free(e->context, &e->feature[i].categories);
    }
    for (size_t i = 0; i < e->left_outs; i++) {
        mg__free(e->context, e->left_out[i].name);
        mg__free(e->context, e->left_out[i].reason);
    }
    for (size_t i = 0; i < e->warnings; i++) mg__free(e->context, e->warning[i]);
    mg__free(e->context, e->warning);
    mg__free(e->context, e->left_out);
    mg__free(e->context, e->known);
    mg__free(e->context, e->embedded);
    mg__free(e->context, e->feature);
    mg__free(e->context, e->target);
    mg__classes_free(e->context, &e->classes);
    mg__free(e->context, e);
}

bool mg__encoder_leave_out(mg_encoder *e, const char *name, const char *reason) {
    if (!mg__grow(e->context, &e->left_out, &e->left_out_capacity, e->left_outs + 1, sizeof *e->left_out)) return false;
    mg__left_out *entry = &e->left_out[e->left_outs++];
    *entry = (mg__left_out){ mg__strdup(e->context, name), mg__strdup(e->context, reason) };
    return entry->name != NULL && entry->reason != NULL;
}

/* --- layout ------------------------------------------------------------------------------------------ */

static int64_t circles(const mg__feature *f) { return f->circle[MG__YEAR] + f->circle[MG__WEEK] + f->circle[MG__DAY]; }

static void measure_feature(mg__feature *f) {
    int64_t indicator = f->indicator, categories = (int64_t)f->categories.count;
    bool number = f->kind == MG_KIND_NUMBER || f->kind == MG_KIND_DATE;
    f->numbers = number;
    f->codes = f->width > 0;
    if (number)
        f->dense = (int64_t)f->bins + 2 * circles(f) + indicator;
    else if (f->kind == MG_KIND_BOOLEAN)
        f->dense = 1 + indicator;
    else
        f->dense = f->codes ? 0 : categories + (f->missing_rows > 0);
}

static void describe_feature(mg__feature *f) {
    static const char *const names[] = { ", year", ", week", ", day" };
    const char *scale = f->robust ? "robust scale" : f->centre == 0 && f->spread == 1 ? "as it is" : "standard scale";
    size_t used = 0, size = sizeof f->text;
    if (f->kind == MG_KIND_NUMBER) {
        mg__append(f->text, size, &used, "%s", scale);
        if (f->bins > 0) mg__append(f->text, size, &used, ", %zu bins", f->bins);
    } else if (f->kind == MG_KIND_DATE) {
        mg__append(f->text, size, &used, "days, %s", scale);
        for (int i = 0; i < MG__CIRCLES; i++)
            if (f->circle[i]) mg__append(f->text, size, &used, "%s", names[i]);
    } else if (f->kind == MG_KIND_BOOLEAN) {
        mg__append(f->text, size, &used, "-1 and 1");
    } else if (f->codes > 0) {
        mg__append(f->text, size, &used, "embedding %zu x %" PRId64, f->categories.count + 2, f->width);
    } else {
        mg__append(f->text, size, &used, "one-hot, %zu", f->categories.count);
    }
    bool slot = f->kind == MG_KIND_CATEGORY && f->codes == 0 && f->missing_rows > 0;
    if (f->indicator || slot) mg__append(f->text, size, &used, ", missing");
}

/* Numbers of all features, then all that is dense, then the codes; format 1: column by column. */
static void place_features(mg_encoder *e) {
    int64_t numbers = 0, dense = 0, codes = 0;
    for (size_t i = 0; i < e->features; i++) {
        numbers += e->feature[i].numbers;
        dense += e->feature[i].dense;
        codes += e->feature[i].codes;
    }
    int64_t number_at = 0, dense_at = numbers, code_at = numbers + dense, at = 0;
    for (size_t i = 0; i < e->features; i++) {
        mg__feature *f = &e->feature[i];
        f->number_at = e->interleaved ? at : number_at;
        f->dense_at = e->interleaved ? at + f->numbers : dense_at;
        f->code_at = code_at;
        at += f->numbers + f->dense;
        number_at += f->numbers;
        dense_at += f->dense;
        code_at += f->codes;
    }
    e->numbers = numbers;
    e->embeddings = codes;
    e->width = code_at;
    if (!e->interleaved) return;
    for (e->numbers = 0; (size_t)e->numbers < e->features && e->feature[e->numbers].numbers == 1;) e->numbers++;
}

static bool fail_nothing(const mg_encoder *e, const char *who) {
    char list[320] = "";
    size_t used = 0;
    for (size_t i = 0; i < e->left_outs && i < NAMES_SHOWN; i++)
        mg__append(list, sizeof list, &used, "%s%.40s (%s)", i > 0 ? ", " : "", e->left_out[i].name, e->left_out[i].reason);
    if (e->left_outs > NAMES_SHOWN) mg__append(list, sizeof list, &used, " and %zu more", e->left_outs - NAMES_SHOWN);
    if (e->left_outs == 0)
        mg__fail(
            e->context, MG_FORMAT,
            "%s: no column is left to learn from: the table has one column only; if something other than a comma, semicolon, "
            "tab or | is the separator of its cells, replace it by one of these",
            who);
    else
        mg__fail(e->context, MG_FORMAT,
                 "%s: no column is left to learn from: %s; if they mean something else, say so with --types NAME=KIND", who,
                 list);
    return false;
}

static bool fail_width(const mg_encoder *e, const char *who) {
    mg__fail(e->context, MG_FORMAT, "%s: more than 2147483647 numbers a row", who);
    return false;
}

static bool measure(mg_encoder *e, const char *who) {
    size_t width = 0;
    if (e->image[0] > 0 && !e->pixel_columns) {
        bool fits = mg__size_multiply((size_t)e->image[0], (size_t)e->image[1], &width) &&
                    mg__size_multiply(width, (size_t)e->image[2], &width);
        e->width = (int64_t)width;
        return (fits && width <= INT32_MAX) || fail_width(e, who);
    }
    for (size_t i = 0; i < e->features; i++) {
        mg__feature *f = &e->feature[i];
        measure_feature(f);
        describe_feature(f);
        if (!mg__size_add(width, (size_t)(f->numbers + f->dense + f->codes), &width) || width > INT32_MAX)
            return fail_width(e, who);
    }
    place_features(e);
    if (e->pixel_columns) e->numbers = 0; /* as of images */
    return width > 0 || fail_nothing(e, who);
}

static int compare_known(const void *a, const void *b, const void *user) {
    const mg__known *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    (void)user;
    return order != 0 ? order : x->feature < y->feature ? -1 : x->feature > y->feature;
}

static bool list_embedded(mg_encoder *e) {
    size_t count = 0;
    e->embedded = mg__alloc_array(e->context, (size_t)e->embeddings, sizeof *e->embedded);
    for (size_t i = 0; e->embedded != NULL && i < e->features; i++)
        if (e->feature[i].codes > 0) e->embedded[count++] = i;
    return e->embedded != NULL;
}

bool mg__encoder_finish(mg_encoder *e, const char *who) {
    if (!measure(e, who) || !list_embedded(e)) return false;
    e->known = mg__alloc_array(e->context, e->features + e->left_outs + 1, sizeof *e->known);
    if (e->known == NULL) return false;
    for (size_t i = 0; i < e->features; i++)
        if (e->feature[i].name != NULL) e->known[e->known_count++] = (mg__known){ e->feature[i].name, i };
    for (size_t i = 0; i < e->left_outs; i++) e->known[e->known_count++] = (mg__known){ e->left_out[i].name, SIZE_MAX };
    if (e->target != NULL) e->known[e->known_count++] = (mg__known){ e->target, SIZE_MAX };
    mg__sort(e->known, e->known_count, sizeof *e->known, compare_known, NULL);
    return true;
}

size_t mg__encoder_find(const mg_encoder *e, const char *name) {
    size_t low = 0, high = e->known_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(e->known[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < e->known_count && strcmp(e->known[low].name, name) == 0 ? low : e->known_count;
}

/* --- what it tells ----------------------------------------------------------------------------------- */

int64_t mg_encoder_warnings(const mg_encoder *e) { return (int64_t)e->warnings; }
const char *mg_encoder_warning(const mg_encoder *e, int64_t index) { return e->warning[index]; }

int mg_encoder_shape(const mg_encoder *e, int64_t shape[3]) {
    if (e->image[0] > 0) {
        memcpy(shape, e->image, sizeof e->image);
        return 3;
    }
    shape[0] = e->width;
    return 1;
}

void mg_encoder_pictures(const mg_encoder *e, mg_dataset_options *options) {
    if (e->image[0] == 0) return;
    memcpy(options->image_shape, e->image, sizeof e->image);
    options->image_fit = e->image_fit;
}

int64_t mg_encoder_features(const mg_encoder *e) { return e->width; }
mg_scale mg_encoder_scale(const mg_encoder *e) { return e->scale; }
mg_task mg_encoder_task(const mg_encoder *e) { return e->task; }
const char *mg_encoder_target(const mg_encoder *e) { return e->target; }
int64_t mg_encoder_classes(const mg_encoder *e) { return (int64_t)e->classes.count; }
const char *mg_encoder_class(const mg_encoder *e, int64_t index) { return e->classes.item[index].name; }

int64_t mg_encoder_numbers(const mg_encoder *e) { return e->numbers; }
int64_t mg_encoder_embeddings(const mg_encoder *e) { return e->embeddings; }

const char *mg_encoder_embedding(const mg_encoder *e, int64_t index, int64_t *count, int64_t *width) {
    const mg__feature *f = &e->feature[e->embedded[index]];
    *count = (int64_t)f->categories.count + 2;
    *width = f->width;
    return f->name;
}

int64_t mg_encoder_columns(const mg_encoder *e) { return e->image[0] > 0 ? 0 : (int64_t)e->features; }
const char *mg_encoder_column(const mg_encoder *e, int64_t index) { return e->feature[index].name; }
mg_kind mg_encoder_column_kind(const mg_encoder *e, int64_t index) { return e->feature[index].kind; }
int64_t mg_encoder_column_categories(const mg_encoder *e, int64_t index) { return (int64_t)e->feature[index].categories.count; }
const char *mg_encoder_column_text(const mg_encoder *e, int64_t index) { return e->feature[index].text; }

int64_t mg_encoder_left_out(const mg_encoder *e) { return (int64_t)e->left_outs; }

const char *mg_encoder_left_out_column(const mg_encoder *e, int64_t index, const char **reason) {
    *reason = e->left_out[index].reason;
    return e->left_out[index].name;
}

void mg_encoder_scaling(const mg_encoder *e, int64_t index, double *centre, double *spread) {
    *centre = index < 0 ? e->target_centre : e->feature[index].centre;
    *spread = index < 0 ? e->target_spread : e->feature[index].spread;
}

bool mg_encoder_target_is_log(const mg_encoder *e) { return e->target_log; }
