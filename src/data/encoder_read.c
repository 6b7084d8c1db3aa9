/* Reading an encoder from JSON. Nothing in it is believed: what is not exactly as encoder_write.c or an earlier version wrote it
 * is refused. */
#include "data/encoder_read.h"

#include <math.h>
#include <string.h>

enum { VERSION = 3 };

#define MOST_ROWS  ((int64_t)1 << 53)
#define MOST_WIDTH 4096 /* of an embedding */

bool mg__encoder_bad(const mg__encoder_reader *r, const mg__json *at, const char *what) {
    mg__fail(r->context, MG_FORMAT, "%s: damaged encoder: %s (byte %zu of its text)", r->who, what, at != NULL ? at->offset : 0);
    return false;
}

bool mg__encoder_only(const mg__encoder_reader *r, const mg__json *object, const char *known) {
    if (object == NULL || object->kind != MG__JSON_OBJECT) return mg__encoder_bad(r, object, "an object is missing");
    for (const mg__json *m = object->first; m != NULL; m = m->next) {
        const char *found = strstr(known, m->key);
        if (m->key_length == 0 || found == NULL || found[m->key_length] != ' ' || (found != known && found[-1] != ' '))
            return mg__encoder_bad(r, m, "a member that this version does not know");
    }
    return true;
}

bool mg__encoder_text(const mg__encoder_reader *r, const mg__json *value, const char *what, char **out) {
    const char *text = mg__json_text(value);
    if (text == NULL) return mg__encoder_bad(r, value, what);
    *out = mg__strdup(r->context, text);
    return *out != NULL;
}

bool mg__encoder_scaling(const mg__encoder_reader *r, const mg__json *object, const char *centre, const char *spread,
                         double *out_centre, double *out_spread) {
    if (mg__json_double(mg__json_member(object, centre), out_centre) &&
        mg__json_double(mg__json_member(object, spread), out_spread) && *out_spread > 0)
        return true;
    char what[64];
    size_t used = 0;
    mg__append(what, sizeof what, &used, "no %s and %s above 0", centre, spread);
    return mg__encoder_bad(r, object, what);
}

static bool read_flag(const mg__encoder_reader *r, const mg__json *object, const char *key, bool *out) {
    return mg__json_bool(mg__json_member(object, key), out) || mg__encoder_bad(r, object, "a flag is missing");
}

static bool is_list(const mg__json *list, size_t least, size_t most) {
    return list != NULL && list->kind == MG__JSON_ARRAY && list->count >= least && list->count <= most;
}

/* --- categories and classes -------------------------------------------------------------------------- */

bool mg__encoder_categories(const mg__encoder_reader *r, const mg__json *list, size_t most, mg__classes *categories) {
    if (!is_list(list, 1, most)) return mg__encoder_bad(r, list, "categories: wanted at least 1 and at most 10000 of them");
    categories->item = mg__alloc_array(r->context, list->count, sizeof *categories->item);
    if (categories->item == NULL) return false;
    for (const mg__json *c = list->first; c != NULL; c = c->next) {
        mg__class *item = &categories->item[categories->count];
        if (!mg__encoder_text(r, c, "a category that is no text", &item->name)) return false;
        item->value = NAN;
        categories->count++;
    }
    return true;
}

static bool read_values(const mg__encoder_reader *r, const mg__json *list, mg__classes *categories) {
    mg__class *item = categories->item;
    if (list == NULL) return true;
    if (!is_list(list, categories->count, categories->count)) return mg__encoder_bad(r, list, "not one value a category");
    for (const mg__json *v = list->first; v != NULL; v = v->next, item++)
        if (!mg__json_double(v, &item->value)) return mg__encoder_bad(r, v, "a value that is no number");
    return true;
}

static bool read_rows(const mg__encoder_reader *r, const mg__json *list, mg__classes *categories) {
    mg__class *item = categories->item;
    if (!is_list(list, categories->count, categories->count))
        return mg__encoder_bad(r, list, "not one number of rows a category");
    for (const mg__json *v = list->first; v != NULL; v = v->next, item++)
        if (!mg__json_int64(v, &item->rows) || item->rows < 0 || item->rows > MOST_ROWS)
            return mg__encoder_bad(r, v, "an impossible number of rows");
    return true;
}

static bool read_categories(const mg__encoder_reader *r, const mg__json *object, size_t most, mg__classes *categories) {
    const mg__json *list = mg__json_member(object, "categories");
    return mg__encoder_categories(r, list, most, categories) && read_values(r, mg__json_member(object, "values"), categories) &&
           (mg__classes_order(categories) || mg__encoder_bad(r, list, "categories out of order"));
}

bool mg__encoder_classes(const mg__encoder_reader *r, const mg__json *list) {
    mg__classes *classes = &r->encoder->classes;
    if (!is_list(list, 2, MG__DICTIONARY_LIMIT)) return mg__encoder_bad(r, list, "classes: wanted 2 to 4096");
    classes->item = mg__alloc_array(r->context, list->count, sizeof *classes->item);
    if (classes->item == NULL) return false;
    for (const mg__json *c = list->first; c != NULL; c = c->next) {
        mg__class *item = &classes->item[classes->count];
        const mg__json *value = mg__json_member(c, "value");
        if (!mg__encoder_only(r, c, "name value ") ||
            !mg__encoder_text(r, mg__json_member(c, "name"), "a class without a name", &item->name))
            return false;
        classes->count++;
        item->value = NAN;
        if (value == NULL || (value->kind != MG__JSON_NULL && !mg__json_double(value, &item->value)))
            return mg__encoder_bad(r, c, "a class whose value is no number");
    }
    return mg__classes_order(classes) || mg__encoder_bad(r, list, "classes out of order");
}

/* --- columns ----------------------------------------------------------------------------------------- */

static bool read_edges(const mg__encoder_reader *r, const mg__json *list, mg__feature *f) {
    size_t count = 0;
    if (list == NULL) return true;
    if (!is_list(list, 3, MG__MOST_BINS + 1)) return mg__encoder_bad(r, list, "edges: wanted 3 to 65");
    f->edge = mg__alloc_array(r->context, list->count, sizeof *f->edge);
    if (f->edge == NULL) return false;
    for (const mg__json *v = list->first; v != NULL; v = v->next, count++)
        if (!mg__json_double(v, &f->edge[count]) || (count > 0 && !(f->edge[count] > f->edge[count - 1])))
            return mg__encoder_bad(r, v, "edges out of order");
    f->bins = count - 1;
    return true;
}

static bool read_number(const mg__encoder_reader *r, const mg__json *object, mg__feature *f) {
    f->robust = r->encoder->scale == MG_SCALE_ROBUST;
    return mg__encoder_scaling(r, object, "centre", "spread", &f->centre, &f->spread) &&
           (mg__json_double(mg__json_member(object, "missing"), &f->missing) ||
            mg__encoder_bad(r, object, "no value for what is missing")) &&
           read_flag(r, object, "indicator", &f->indicator) && read_flag(r, object, "strays", &f->strays) &&
           read_edges(r, mg__json_member(object, "edges"), f);
}

static bool read_circles(const mg__encoder_reader *r, const mg__json *list, mg__feature *f) {
    static const char *const names[] = { "year", "week", "day" };
    int next = 0;
    if (!is_list(list, 0, MG__CIRCLES)) return mg__encoder_bad(r, list, "no list of circles");
    for (const mg__json *v = list->first; v != NULL; v = v->next, next++) {
        const char *name = mg__json_text(v);
        while (next < MG__CIRCLES && (name == NULL || strcmp(name, names[next]) != 0)) next++;
        if (next >= MG__CIRCLES) return mg__encoder_bad(r, v, "an unknown circle");
        f->circle[next] = true;
    }
    return true;
}

static bool read_category(const mg__encoder_reader *r, const mg__json *object, mg__feature *f) {
    const mg__json *rows = mg__json_member(object, "rows"), *width = mg__json_member(object, "width");
    size_t most = width != NULL ? MG__MOST_EMBEDDED : MG__DICTIONARY_LIMIT;
    f->spread = 1;
    if (!mg__json_int64(mg__json_member(object, "missing"), &f->missing_rows) || f->missing_rows < 0 ||
        f->missing_rows > MOST_ROWS)
        return mg__encoder_bad(r, object, "no number of missing rows");
    if (width != NULL && (!mg__json_int64(width, &f->width) || f->width < 1 || f->width > MOST_WIDTH))
        return mg__encoder_bad(r, width, "an impossible width");
    return read_categories(r, object, most, &f->categories) && (width != NULL || read_rows(r, rows, &f->categories));
}

static bool read_boolean(const mg__encoder_reader *r, const mg__json *object, mg__feature *f) {
    f->spread = 1;
    return read_categories(r, object, 2, &f->categories) &&
           (f->categories.count == 2 || mg__encoder_bad(r, object, "a boolean without two values")) &&
           read_flag(r, object, "indicator", &f->indicator);
}

static bool read_feature(const mg__encoder_reader *r, const mg__json *object, mg__feature *f) {
    const char *kind = mg__json_text(mg__json_member(object, "kind"));
    bool embedded = mg__json_member(object, "width") != NULL;
    if (kind == NULL) return mg__encoder_bad(r, object, "a column without a kind");
    if (!mg__encoder_text(r, mg__json_member(object, "name"), "a column without a name", &f->name)) return false;
    for (f->kind = MG_KIND_NUMBER; f->kind < MG_KINDS && strcmp(mg_kind_name(f->kind), kind) != 0;) f->kind++;
    switch (f->kind) {
    case MG_KIND_NUMBER:
        return mg__encoder_only(r, object, "name kind centre spread missing indicator strays edges ") &&
               read_number(r, object, f);
    case MG_KIND_DATE:
        return mg__encoder_only(r, object, "name kind centre spread missing indicator strays month_first circles ") &&
               read_number(r, object, f) && read_flag(r, object, "month_first", &f->month_first) &&
               read_circles(r, mg__json_member(object, "circles"), f);
    case MG_KIND_BOOLEAN:
        return mg__encoder_only(r, object, "name kind categories values indicator ") && read_boolean(r, object, f);
    case MG_KIND_CATEGORY:
        return mg__encoder_only(r, object,
                                embedded ? "name kind categories values missing width "
                                         : "name kind categories values rows missing ") &&
               read_category(r, object, f);
    default: return mg__encoder_bad(r, object, "a kind of column that is no feature");
    }
}

static bool read_channel(const mg__encoder_reader *r, const mg__json *object, mg__feature *f) {
    f->kind = MG_KIND_NUMBER;
    return mg__encoder_only(r, object, "centre spread ") &&
           mg__encoder_scaling(r, object, "centre", "spread", &f->centre, &f->spread);
}

static bool read_image(const mg__encoder_reader *r, const mg__json *image, const mg__json *features) {
    int64_t *size = r->encoder->image;
    if (!is_list(image, 3, 3)) return mg__encoder_bad(r, image, "image: wanted height, width and channels");
    for (const mg__json *d = image->first; d != NULL; d = d->next, size++)
        if (!mg__json_int64(d, size) || *size < 1 || *size > INT32_MAX)
            return mg__encoder_bad(r, d, "an impossible size of images");
    return (int64_t)features->count == r->encoder->image[2] || mg__encoder_bad(r, features, "not one entry a channel");
}

/* Pixels that are columns: their names, and what a pixel of each channel is scaled by. */
static bool read_pixels(const mg__encoder_reader *r, const mg__json *columns, const mg__json *channels) {
    mg_encoder *e = r->encoder;
    const int64_t *image = e->image;
    size_t pixels;
    if (!mg__size_multiply((size_t)image[0], (size_t)image[1], &pixels) ||
        !mg__size_multiply(pixels, (size_t)image[2], &pixels) || columns->count != pixels)
        return mg__encoder_bad(r, columns, "not one column a pixel");
    const mg__json *channel = channels->first;
    for (const mg__json *c = columns->first; c != NULL; c = c->next) {
        mg__feature *f = &e->feature[e->features++];
        f->kind = MG_KIND_NUMBER;
        if (!mg__encoder_only(r, channel, "centre spread missing ") ||
            !mg__encoder_scaling(r, channel, "centre", "spread", &f->centre, &f->spread) ||
            !mg__encoder_text(r, c, "a pixel without a column", &f->name))
            return false;
        if (!mg__json_double(mg__json_member(channel, "missing"), &f->missing))
            return mg__encoder_bad(r, channel, "no value for what is missing");
        channel = channel->next != NULL ? channel->next : channels->first;
    }
    return true;
}

static bool read_left_out(const mg__encoder_reader *r, const mg__json *list) {
    if (!is_list(list, 0, MG__JSON_VALUES)) return mg__encoder_bad(r, list, "no list of what is left out");
    for (const mg__json *c = list->first; c != NULL; c = c->next) {
        const char *name = mg__json_text(mg__json_member(c, "name")), *reason = mg__json_text(mg__json_member(c, "reason"));
        if (!mg__encoder_only(r, c, "name reason ")) return false;
        if (name == NULL || reason == NULL) return mg__encoder_bad(r, c, "a column left out without a name or reason");
        if (!mg__encoder_leave_out(r->encoder, name, reason)) return false;
    }
    return true;
}

/* --- the target -------------------------------------------------------------------------------------- */

/* A number, or null for what is not known. */
static bool read_bound(const mg__json *value, double *out) {
    return (value != NULL && value->kind == MG__JSON_NULL) || mg__json_double(value, out);
}

static bool read_values_target(const mg__encoder_reader *r, const mg__json *target) {
    mg_encoder *e = r->encoder;
    if (!mg__encoder_scaling(r, target, "centre", "spread", &e->target_centre, &e->target_spread) ||
        !read_flag(r, target, "log", &e->target_log))
        return false;
    if (!read_bound(mg__json_member(target, "low"), &e->target_low) ||
        !read_bound(mg__json_member(target, "high"), &e->target_high) || e->target_low > e->target_high ||
        isfinite(e->target_low) != isfinite(e->target_high) || (e->target_log && !(e->target_low > 0)))
        return mg__encoder_bad(r, target, "an impossible range of the target");
    return true;
}

static bool read_target(const mg__encoder_reader *r, const mg__json *target, int64_t version) {
    mg_encoder *e = r->encoder;
    if (target == NULL) return mg__encoder_bad(r, target, "no target");
    if (target->kind == MG__JSON_NULL) return true;
    const char *task = mg__json_text(mg__json_member(target, "task"));
    bool classes = task != NULL && strcmp(task, "classification") == 0;
    const char *known = classes        ? "name task classes "
                        : version == 1 ? "name task mean deviation "
                                       : "name task centre spread log low high ";
    if (!mg__encoder_only(r, target, known) ||
        !mg__encoder_text(r, mg__json_member(target, "name"), "a target without a name", &e->target))
        return false;
    if (!classes && (task == NULL || strcmp(task, "regression") != 0)) return mg__encoder_bad(r, target, "an unknown task");
    e->task = classes ? MG_TASK_CLASSIFICATION : MG_TASK_REGRESSION;
    if (classes) return mg__encoder_classes(r, mg__json_member(target, "classes"));
    return version == 1 ? mg__encoder_target1(r, target) : read_values_target(r, target);
}

/* --- all of it --------------------------------------------------------------------------------------- */

static bool read_scale(const mg__encoder_reader *r, const mg__json *object, bool robust) {
    static const char *const names[] = { "standard", "none", "robust" };
    static const mg_scale scales[] = { MG_SCALE_STANDARD, MG_SCALE_NONE, MG_SCALE_ROBUST };
    const char *scale = mg__json_text(mg__json_member(object, "scale"));
    for (int i = 0; scale != NULL && i < 2 + robust; i++) {
        if (strcmp(scale, names[i]) != 0) continue;
        r->encoder->scale = scales[i];
        return true;
    }
    return mg__encoder_bad(r, object, "an unknown scale");
}

static bool read_fit(const mg__encoder_reader *r, const mg__json *fit) {
    const char *text = mg__json_text(fit);
    if (fit != NULL && (text == NULL || strcmp(text, "crop") != 0)) return mg__encoder_bad(r, fit, "an unknown fit");
    r->encoder->image_fit = fit != NULL ? MG_FIT_CROP : MG_FIT_RESIZE;
    return true;
}

/* Columns that are pixels. */
static bool read_pixel_encoder(mg__encoder_reader *r, const mg__json *object) {
    const mg__json *columns = mg__json_member(object, "columns"), *channels = mg__json_member(object, "channels");
    r->encoder->pixel_columns = true;
    return read_scale(r, object, false) && read_image(r, mg__json_member(object, "image"), channels) &&
           read_pixels(r, columns, channels) && read_left_out(r, mg__json_member(object, "left_out")) &&
           read_target(r, mg__json_member(object, "target"), VERSION) && mg__encoder_finish(r->encoder, r->who);
}

static bool read_encoder(mg__encoder_reader *r, const mg__json *object, const mg__json *features, const mg__json *image,
                         int64_t version) {
    mg_encoder *e = r->encoder;
    if (image != NULL && features != mg__json_member(object, "channels")) return read_pixel_encoder(r, object);
    if (!read_fit(r, mg__json_member(object, "fit"))) return false;
    const mg__json *interleaved = mg__json_member(object, "interleaved");
    if (!read_scale(r, object, version > 1 && image == NULL) || (image != NULL && !read_image(r, image, features))) return false;
    e->interleaved = version == 1 && image == NULL;
    if (interleaved != NULL && !read_flag(r, object, "interleaved", &e->interleaved)) return false;
    for (const mg__json *f = features->first; f != NULL; f = f->next) {
        mg__feature *feature = &e->feature[e->features++];
        if (!(version == 1    ? mg__encoder_feature1(r, f, image != NULL, feature)
              : image != NULL ? read_channel(r, f, feature)
                              : read_feature(r, f, feature)))
            return false;
    }
    if (version > 1 && image == NULL && !read_left_out(r, mg__json_member(object, "left_out"))) return false;
    return read_target(r, mg__json_member(object, "target"), version) && mg__encoder_finish(e, r->who);
}

/* false: the version is none, or a later one. */
static bool read_version(const mg__encoder_reader *r, const mg__json *object, int64_t *version) {
    if (!mg__json_int64(mg__json_member(object, "version"), version) || *version < 1)
        return mg__encoder_bad(r, object, "no version");
    if (*version <= VERSION) return true;
    mg__fail(r->context, MG_FORMAT,
             "%s: its encoder has version %lld, written by a later micrograd (this one reads up to %d); use that one", r->who,
             (long long)*version, VERSION);
    return false;
}

mg_encoder *mg__encoder_read(mg_context *context, const char *who, const mg__json *object) {
    mg__encoder_reader r = { .context = context, .who = who };
    const mg__json *image = mg__json_member(object, "image");
    int64_t version;
    if (!read_version(&r, object, &version)) return NULL;
    bool pixels = version > 2 && image != NULL && mg__json_member(object, "columns") != NULL;
    const mg__json *features = mg__json_member(object, image != NULL && !pixels ? "channels" : "columns");
    const char *known = pixels ? "version scale image channels columns left_out target "
                        : image != NULL
                            ? (version > 2 ? "version scale image fit channels target " : "version scale image channels target ")
                        : version == 1 ? "version scale columns target "
                                       : "version scale interleaved columns left_out target ";
    if (!mg__encoder_only(&r, object, known)) return NULL;
    const mg__json *channels = mg__json_member(object, "channels");
    bool listed = !pixels || (channels != NULL && channels->kind == MG__JSON_ARRAY);
    if (features == NULL || features->kind != MG__JSON_ARRAY || !listed) {
        mg__encoder_bad(&r, object, "no columns");
        return NULL;
    }
    r.encoder = mg__encoder_new(context, features->count);
    if (r.encoder == NULL) return NULL;
    if (read_encoder(&r, object, features, image, version)) return r.encoder;
    mg_encoder_destroy(r.encoder);
    return NULL;
}
