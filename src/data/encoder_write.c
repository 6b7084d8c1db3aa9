/* An encoder as JSON: version 2; 3 where columns are an image's pixels, or pictures are cropped. Whatever is written here is read
 * by every later version. */
#include "data/encoder.h"

#include <math.h>

enum { VERSION = 2, VERSION_PICTURES = 3 };

static void put_number(mg__json_writer *w, const char *key, double value) {
    mg__json_put_key(w, key);
    mg__json_put_number(w, value);
}

static void put_integer(mg__json_writer *w, const char *key, int64_t value) {
    mg__json_put_key(w, key);
    mg__json_put_integer(w, value);
}

static void put_boolean(mg__json_writer *w, const char *key, bool value) {
    mg__json_put_key(w, key);
    mg__json_put_boolean(w, value);
}

static void put_text(mg__json_writer *w, const char *key, const char *value) {
    mg__json_put_key(w, key);
    mg__json_put_string(w, value);
}

static void put_scaling(mg__json_writer *w, double centre, double spread) {
    put_number(w, "centre", centre);
    put_number(w, "spread", spread);
}

static void put_number_column(mg__json_writer *w, const mg__feature *f) {
    put_scaling(w, f->centre, f->spread);
    put_number(w, "missing", f->missing);
    put_boolean(w, "indicator", f->indicator);
    put_boolean(w, "strays", f->strays);
    if (f->bins == 0) return;
    mg__json_put_key(w, "edges");
    mg__json_put_array(w);
    for (size_t i = 0; i <= f->bins; i++) mg__json_put_number(w, f->edge[i]);
    mg__json_put_end(w);
}

static void put_date_column(mg__json_writer *w, const mg__feature *f) {
    static const char *const names[] = { "year", "week", "day" };
    put_number_column(w, f);
    put_boolean(w, "month_first", f->month_first);
    mg__json_put_key(w, "circles");
    mg__json_put_array(w);
    for (int i = 0; i < MG__CIRCLES; i++)
        if (f->circle[i]) mg__json_put_string(w, names[i]);
    mg__json_put_end(w);
}

/* Values only where all are numbers: else they do not matter. */
static void put_categories(mg__json_writer *w, const mg__classes *categories, bool rows) {
    mg__json_put_key(w, "categories");
    mg__json_put_array(w);
    for (size_t k = 0; k < categories->count; k++) mg__json_put_string(w, categories->item[k].name);
    mg__json_put_end(w);
    if (categories->numeric) {
        mg__json_put_key(w, "values");
        mg__json_put_array(w);
        for (size_t k = 0; k < categories->count; k++) mg__json_put_number(w, categories->item[k].value);
        mg__json_put_end(w);
    }
    if (!rows) return;
    mg__json_put_key(w, "rows");
    mg__json_put_array(w);
    for (size_t k = 0; k < categories->count; k++) mg__json_put_integer(w, categories->item[k].rows);
    mg__json_put_end(w);
}

static void put_feature(mg__json_writer *w, const mg__feature *f) {
    mg__json_put_object(w);
    put_text(w, "name", f->name);
    put_text(w, "kind", mg_kind_name(f->kind));
    if (f->kind == MG_KIND_NUMBER) {
        put_number_column(w, f);
    } else if (f->kind == MG_KIND_DATE) {
        put_date_column(w, f);
    } else if (f->kind == MG_KIND_BOOLEAN) {
        put_categories(w, &f->categories, false);
        put_boolean(w, "indicator", f->indicator);
    } else {
        put_categories(w, &f->categories, f->width == 0);
        put_integer(w, "missing", f->missing_rows);
        if (f->width > 0) put_integer(w, "width", f->width);
    }
    mg__json_put_end(w);
}

/* A feature is a channel, or the first of the pixels is. */
static void put_channels(mg__json_writer *w, const mg_encoder *e) {
    mg__json_put_key(w, "channels");
    mg__json_put_array(w);
    for (int64_t i = 0; i < e->image[2]; i++) {
        mg__json_put_object(w);
        put_scaling(w, e->feature[i].centre, e->feature[i].spread);
        if (e->pixel_columns) put_number(w, "missing", e->feature[i].missing);
        mg__json_put_end(w);
    }
    mg__json_put_end(w);
}

static void put_columns(mg__json_writer *w, const mg_encoder *e) {
    mg__json_put_key(w, "columns");
    mg__json_put_array(w);
    for (size_t i = 0; i < e->features; i++) {
        if (e->pixel_columns)
            mg__json_put_string(w, e->feature[i].name);
        else
            put_feature(w, &e->feature[i]);
    }
    mg__json_put_end(w);
}

static void put_left_out(mg__json_writer *w, const mg_encoder *e) {
    mg__json_put_key(w, "left_out");
    mg__json_put_array(w);
    for (size_t i = 0; i < e->left_outs; i++) {
        mg__json_put_object(w);
        put_text(w, "name", e->left_out[i].name);
        put_text(w, "reason", e->left_out[i].reason);
        mg__json_put_end(w);
    }
    mg__json_put_end(w);
}

static void put_classes(mg__json_writer *w, const mg__classes *classes) {
    mg__json_put_key(w, "classes");
    mg__json_put_array(w);
    for (size_t k = 0; k < classes->count; k++) {
        mg__json_put_object(w);
        put_text(w, "name", classes->item[k].name);
        put_number(w, "value", classes->item[k].value); /* null: no number */
        mg__json_put_end(w);
    }
    mg__json_put_end(w);
}

static void put_target(mg__json_writer *w, const mg_encoder *e) {
    mg__json_put_key(w, "target");
    if (e->target == NULL) {
        mg__json_put_null(w);
        return;
    }
    mg__json_put_object(w);
    put_text(w, "name", e->target);
    put_text(w, "task", mg_task_name(e->task));
    if (e->task == MG_TASK_CLASSIFICATION) {
        put_classes(w, &e->classes);
    } else {
        put_scaling(w, e->target_centre, e->target_spread);
        put_boolean(w, "log", e->target_log);
        put_number(w, "low", e->target_low); /* null: not known, as in format 1 */
        put_number(w, "high", e->target_high);
    }
    mg__json_put_end(w);
}

static const char *scale_name(mg_scale scale) {
    return scale == MG_SCALE_NONE ? "none" : scale == MG_SCALE_STANDARD ? "standard" : "robust";
}

void mg__encoder_write(const mg_encoder *e, mg__json_writer *w) {
    bool images = e->image[0] > 0;
    mg__json_put_object(w);
    bool crop = e->image_fit == MG_FIT_CROP;
    put_integer(w, "version", e->pixel_columns || crop ? VERSION_PICTURES : VERSION);
    put_text(w, "scale", scale_name(e->scale));
    if (e->interleaved) put_boolean(w, "interleaved", true);
    if (images) {
        mg__json_put_key(w, "image");
        mg__json_put_array(w);
        for (int i = 0; i < 3; i++) mg__json_put_integer(w, e->image[i]);
        mg__json_put_end(w);
    }
    if (crop) put_text(w, "fit", "crop");
    if (images) put_channels(w, e);
    if (!images || e->pixel_columns) put_columns(w, e);
    if (!images || e->pixel_columns) put_left_out(w, e);
    put_target(w, e);
    mg__json_put_end(w);
}
