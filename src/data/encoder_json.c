/* An encoder as JSON. Whatever is written here is read by every later version. */
#include "data/encoder.h"

#include <math.h>
#include <string.h>

enum { VERSION = 1 };

static void put_number_member(mg__json_writer *w, const char *key, double value) {
    mg__json_put_key(w, key);
    mg__json_put_number(w, value);
}

static void put_feature(mg__json_writer *w, const mg__feature *f) {
    mg__json_put_object(w);
    if (f->name != NULL) {
        mg__json_put_key(w, "name");
        mg__json_put_string(w, f->name);
    }
    if (f->categories > 0) {
        mg__json_put_key(w, "categories");
        mg__json_put_array(w);
        for (size_t k = 0; k < f->categories; k++) mg__json_put_string(w, f->category[k]);
        mg__json_put_end(w);
    } else {
        put_number_member(w, "mean", f->mean);
        put_number_member(w, "deviation", f->deviation);
        put_number_member(w, "missing", f->missing);
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
    mg__json_put_key(w, "name");
    mg__json_put_string(w, e->target);
    mg__json_put_key(w, "task");
    mg__json_put_string(w, mg_task_name(e->task));
    if (e->task == MG_TASK_CLASSIFICATION) {
        mg__json_put_key(w, "classes");
        mg__json_put_array(w);
        for (size_t k = 0; k < e->classes.count; k++) {
            mg__json_put_object(w);
            mg__json_put_key(w, "name");
            mg__json_put_string(w, e->classes.item[k].name);
            put_number_member(w, "value", e->classes.item[k].value); /* null: no number */
            mg__json_put_end(w);
        }
        mg__json_put_end(w);
    } else {
        put_number_member(w, "mean", e->target_mean);
        put_number_member(w, "deviation", e->target_deviation);
    }
    mg__json_put_end(w);
}

void mg__encoder_write(const mg_encoder *e, mg__json_writer *w) {
    mg__json_put_object(w);
    mg__json_put_key(w, "version");
    mg__json_put_integer(w, VERSION);
    mg__json_put_key(w, "scale");
    mg__json_put_string(w, e->scale == MG_SCALE_NONE ? "none" : "standard");
    if (e->image[0] > 0) {
        mg__json_put_key(w, "image");
        mg__json_put_array(w);
        for (int i = 0; i < 3; i++) mg__json_put_integer(w, e->image[i]);
        mg__json_put_end(w);
    }
    mg__json_put_key(w, e->image[0] > 0 ? "channels" : "columns");
    mg__json_put_array(w);
    for (size_t i = 0; i < e->features; i++) put_feature(w, &e->feature[i]);
    mg__json_put_end(w);
    put_target(w, e);
    mg__json_put_end(w);
}

typedef struct reader {
    mg_context *context;
    const char *who;
    mg_encoder *encoder;
} reader;

static bool bad(const reader *r, const mg__json *at, const char *what) {
    mg__fail(r->context, MG_FORMAT, "%s: damaged encoder: %s (byte %zu of its text)", r->who, what, at != NULL ? at->offset : 0);
    return false;
}

/* An object whose members are all among the words of `known`, each followed by a blank. */
static bool only(const reader *r, const mg__json *object, const char *known) {
    if (object == NULL || object->kind != MG__JSON_OBJECT) return bad(r, object, "an object is missing");
    for (const mg__json *m = object->first; m != NULL; m = m->next) {
        const char *found = strstr(known, m->key);
        if (m->key_length == 0 || found == NULL || found[m->key_length] != ' ' || (found != known && found[-1] != ' '))
            return bad(r, m, "a member that this version does not know");
    }
    return true;
}

static bool copy_text(const reader *r, const mg__json *value, const char *what, char **out) {
    const char *text = mg__json_text(value);
    if (text == NULL) return bad(r, value, what);
    *out = mg__strdup(r->context, text);
    return *out != NULL;
}

/* A mean and a deviation above 0 (the parser lets no number pass that is not finite). */
static bool read_scaling(const reader *r, const mg__json *object, double *mean, double *deviation) {
    return (mg__json_double(mg__json_member(object, "mean"), mean) &&
            mg__json_double(mg__json_member(object, "deviation"), deviation) && *deviation > 0) ||
           bad(r, object, "no mean and deviation above 0");
}

static bool read_categories(const reader *r, const mg__json *list, mg__feature *f) {
    if (list->kind != MG__JSON_ARRAY || list->count == 0 || list->count > MG__DICTIONARY_LIMIT)
        return bad(r, list, "categories: wanted 1 to 4096");
    f->deviation = 1;
    f->category = mg__alloc_array(r->context, list->count, sizeof *f->category);
    if (f->category == NULL) return false;
    for (const mg__json *c = list->first; c != NULL; c = c->next) {
        if (!copy_text(r, c, "a category that is no text", &f->category[f->categories])) return false;
        f->categories++;
        if (f->categories > 1 && strcmp(f->category[f->categories - 2], f->category[f->categories - 1]) >= 0)
            return bad(r, c, "categories out of order");
    }
    return true;
}

static bool read_feature(const reader *r, const mg__json *object, bool channel, mg__feature *f) {
    const mg__json *categories = mg__json_member(object, "categories");
    if (channel)
        return only(r, object, "mean deviation missing ") && read_scaling(r, object, &f->mean, &f->deviation) &&
               (mg__json_double(mg__json_member(object, "missing"), &f->missing) ||
                bad(r, object, "no value for what is missing"));
    if (!only(r, object, categories != NULL ? "name categories " : "name mean deviation missing ") ||
        !copy_text(r, mg__json_member(object, "name"), "a column without a name", &f->name))
        return false;
    if (categories != NULL) return read_categories(r, categories, f);
    return read_scaling(r, object, &f->mean, &f->deviation) &&
           (mg__json_double(mg__json_member(object, "missing"), &f->missing) || bad(r, object, "no value for what is missing"));
}

static bool read_image(const reader *r, const mg__json *image, const mg__json *features) {
    int64_t *size = r->encoder->image;
    if (image->kind != MG__JSON_ARRAY || image->count != 3) return bad(r, image, "image: wanted height, width and channels");
    for (const mg__json *d = image->first; d != NULL; d = d->next, size++)
        if (!mg__json_int64(d, size) || *size < 1 || *size > INT32_MAX) return bad(r, d, "an impossible size of images");
    return (int64_t)features->count == r->encoder->image[2] || bad(r, features, "not one entry a channel");
}

static bool read_classes(const reader *r, const mg__json *list) {
    mg__classes *classes = &r->encoder->classes;
    if (list == NULL || list->kind != MG__JSON_ARRAY || list->count < 2 || list->count > MG__DICTIONARY_LIMIT)
        return bad(r, list, "classes: wanted 2 to 4096");
    classes->item = mg__alloc_array(r->context, list->count, sizeof *classes->item);
    if (classes->item == NULL) return false;
    for (const mg__json *c = list->first; c != NULL; c = c->next) {
        mg__class *item = &classes->item[classes->count];
        const mg__json *value = mg__json_member(c, "value");
        if (!only(r, c, "name value ") || !copy_text(r, mg__json_member(c, "name"), "a class without a name", &item->name))
            return false;
        classes->count++;
        item->value = NAN;
        if (value == NULL || (value->kind != MG__JSON_NULL && !mg__json_double(value, &item->value)))
            return bad(r, c, "a class whose value is no number");
    }
    return mg__classes_order(classes) || bad(r, list, "classes out of order");
}

static bool read_target(const reader *r, const mg__json *target) {
    mg_encoder *e = r->encoder;
    if (target == NULL) return bad(r, target, "no target");
    if (target->kind == MG__JSON_NULL) return true;
    if (!only(r, target, "name task classes mean deviation ") ||
        !copy_text(r, mg__json_member(target, "name"), "a target without a name", &e->target))
        return false;
    const char *task = mg__json_text(mg__json_member(target, "task"));
    if (task != NULL && strcmp(task, "classification") == 0) {
        e->task = MG_TASK_CLASSIFICATION;
        return read_classes(r, mg__json_member(target, "classes"));
    }
    if (task == NULL || strcmp(task, "regression") != 0) return bad(r, target, "an unknown task");
    e->task = MG_TASK_REGRESSION;
    return read_scaling(r, target, &e->target_mean, &e->target_deviation);
}

static bool read_encoder(reader *r, const mg__json *object, const mg__json *features, const mg__json *image) {
    mg_encoder *e = r->encoder;
    const char *scale = mg__json_text(mg__json_member(object, "scale"));
    if (scale == NULL || (strcmp(scale, "standard") != 0 && strcmp(scale, "none") != 0))
        return bad(r, object, "an unknown scale");
    e->scale = strcmp(scale, "none") == 0 ? MG_SCALE_NONE : MG_SCALE_STANDARD;
    if (image != NULL && !read_image(r, image, features)) return false;
    for (const mg__json *f = features->first; f != NULL; f = f->next) {
        mg__feature *feature = &e->feature[e->features++];
        if (!read_feature(r, f, image != NULL, feature)) return false;
    }
    return read_target(r, mg__json_member(object, "target")) && mg__encoder_measure(e, r->who);
}

mg_encoder *mg__encoder_read(mg_context *context, const char *who, const mg__json *object) {
    reader r = { .context = context, .who = who };
    const mg__json *image = mg__json_member(object, "image");
    const mg__json *features = mg__json_member(object, image != NULL ? "channels" : "columns");
    int64_t version;
    if (!mg__json_int64(mg__json_member(object, "version"), &version) || version < 1) {
        bad(&r, object, "no version");
        return NULL;
    }
    if (version > VERSION) {
        mg__fail(context, MG_FORMAT,
                 "%s: its encoder has version %lld, written by a later micrograd (this one reads up to %d); use that one", who,
                 (long long)version, VERSION);
        return NULL;
    }
    if (!only(&r, object, image != NULL ? "version scale image channels target " : "version scale columns target ")) return NULL;
    if (features == NULL || features->kind != MG__JSON_ARRAY) {
        bad(&r, object, "no columns");
        return NULL;
    }
    r.encoder = mg__encoder_new(context, features->count);
    if (r.encoder == NULL) return NULL;
    if (read_encoder(&r, object, features, image)) return r.encoder;
    mg_encoder_destroy(r.encoder);
    return NULL;
}
