/* Folders of pictures. Sizes are looked at first; then every picture is decoded once, by all threads of the context, straight
 * into its place among the dataset's bytes. A thread holds one file at a time, so nothing has to be queued, and what comes out
 * does not depend on who was quicker. */
#include "base/threads.h"
#include "data/extent.h"
#include "data/picture.h"
#include "data/table.h"
#include "interop/file.h"
#include "interop/folder.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#define MOST_FILE   ((size_t)1 << 28) /* bytes of one picture's file */
#define FIRST_BYTES ((size_t)64 << 10)
#define NAMED       5 /* damaged pictures that are told one by one */
#define SIZES_SHOWN 3

typedef struct entry {
    char *name;        /* "cat/1.png": below the folder */
    const char *label; /* "cat"; NULL: none */
    mg__picture size;  /* without pixels */
    mg_status status;  /* why it is left out */
    char *reason;
} entry;

typedef struct gallery {
    mg_context *context;
    const char *folder;
    const mg_dataset_options *options;
    mg__names folders; /* the labels */
    entry *entry;
    size_t count, capacity;
    size_t others; /* files that are no pictures by their names, or lie beside the folders of classes */
    char other[96];
    int64_t shape[3];
    uint8_t *bytes; /* [count, shape] */
    mg_status (*step)(struct gallery *g, mg_context *own, size_t index);
    _Atomic size_t next;
} gallery;

static void free_gallery(gallery *g) {
    for (size_t i = 0; i < g->count; i++) {
        mg__free(g->context, g->entry[i].name);
        mg__free(g->context, g->entry[i].reason);
    }
    mg__free(g->context, g->entry);
    mg__free(g->context, g->bytes);
    mg__names_free(g->context, &g->folders);
}

/* --- which files ------------------------------------------------------------------------------------- */

static void note_other(gallery *g, const char *name) {
    size_t used = 0;
    if (g->others++ == 0) mg__append(g->other, sizeof g->other, &used, "%.90s", name);
}

static bool add_entry(gallery *g, const char *label, const char *file) {
    char *name = label != NULL ? mg__path_join(g->context, label, file) : mg__strdup(g->context, file);
    if (name == NULL || !mg__grow(g->context, &g->entry, &g->capacity, g->count + 1, sizeof *g->entry)) {
        mg__free(g->context, name);
        return false;
    }
    g->entry[g->count++] = (entry){ .name = name, .label = label };
    return true;
}

static mg_status add_files(gallery *g, const char *label, const mg__names *files) {
    for (size_t i = 0; i < files->count; i++) {
        if (!mg__picture_is_named(files->name[i]))
            note_other(g, files->name[i]);
        else if (!add_entry(g, label, files->name[i]))
            return MG_OUT_OF_MEMORY;
    }
    return MG_OK;
}

static mg_status list_class(gallery *g, const char *label) {
    mg__names files = { 0 }, folders = { 0 };
    char *path = mg__path_join(g->context, g->folder, label);
    mg_status status = path == NULL ? MG_OUT_OF_MEMORY : mg__folder_list(g->context, path, &files, &folders);
    if (status == MG_OK) status = add_files(g, label, &files);
    mg__names_free(g->context, &files);
    mg__names_free(g->context, &folders);
    mg__free(g->context, path);
    return status;
}

static mg_status fail_empty(const gallery *g) {
    const char *cure = g->folders.count > 0
                           ? "put the pictures of each class in a folder of its name; of folders for training and test give one "
                             "here and the other with --test"
                           : "put its pictures there, those of each class in a folder of its name";
    return mg__fail(g->context, MG_FORMAT, "%s: a folder without PNG or JPEG files%s; %s", g->folder,
                    g->folders.count > 0 ? " in its folders" : "", cure);
}

/* Classes are the folders that hold pictures; where there are none, pictures alone. */
static mg_status list_all(gallery *g) {
    mg__names files;
    mg_status status = mg__folder_list(g->context, g->folder, &files, &g->folders);
    for (size_t i = 0; status == MG_OK && i < g->folders.count; i++) status = list_class(g, g->folders.name[i]);
    if (status == MG_OK && g->count == 0) status = add_files(g, NULL, &files);
    for (size_t i = 0; status == MG_OK && g->count > 0 && g->entry[0].label != NULL && i < files.count; i++)
        note_other(g, files.name[i]);
    mg__names_free(g->context, &files);
    return status == MG_OK && g->count == 0 ? fail_empty(g) : status;
}

/* --- on all threads ---------------------------------------------------------------------------------- */

/* Each thread has a context of its own, for messages; memory comes from the same hook. */
static void work(void *user, int worker) {
    gallery *g = user;
    (void)worker;
    for (;;) {
        size_t i = atomic_fetch_add(&g->next, 1);
        if (i >= g->count) return;
        entry *e = &g->entry[i];
        if (e->status != MG_OK) continue;
        mg_context own = { .allocator = g->context->allocator, .threads = 1 };
        e->status = g->step(g, &own, i);
        if (e->status == MG_OK) continue;
        e->reason = mg__strdup(&own, mg_context_message(&own));
        if (e->reason == NULL) e->status = MG_OUT_OF_MEMORY;
    }
}

/* A picture that cannot be read is left out; a build that cannot read its kind, or no memory, ends it all. */
static mg_status for_all(gallery *g, mg_status (*step)(gallery *, mg_context *, size_t)) {
    mg__pool *pool = mg__context_pool(g->context);
    g->step = step;
    atomic_store(&g->next, 0);
    if (pool != NULL)
        mg__pool_run(pool, work, g);
    else
        work(g, 0);
    for (size_t i = 0; i < g->count; i++) {
        const entry *e = &g->entry[i];
        if (e->status == MG_OUT_OF_MEMORY) return mg__fail_memory(g->context, FIRST_BYTES);
        if (e->status == MG_UNSUPPORTED) return mg__fail(g->context, e->status, "%s", e->reason);
    }
    return MG_OK;
}

static mg_status read_first(mg_context *own, const char *path, mg__bytes *bytes) {
    if (mg__is_special(path)) return mg__fail(own, MG_FILE, "%s: a pipe or a device, no file", path);
    mg__input *input = mg__input_open(own, path, MOST_FILE);
    if (input == NULL) return mg_context_status(own);
    *bytes = (mg__bytes){ .data = mg__alloc(own, FIRST_BYTES) };
    mg_status status = bytes->data == NULL ? MG_OUT_OF_MEMORY : mg__input_read(input, bytes->data, FIRST_BYTES, &bytes->length);
    mg__input_close(input);
    return status;
}

/* Size and colour, from the beginning of the file; from all of it where much stands before the picture itself. */
static mg_status measure(gallery *g, mg_context *own, size_t index) {
    entry *e = &g->entry[index];
    mg__bytes bytes = { 0 };
    char *path = mg__path_join(own, g->folder, e->name);
    mg_status status = path == NULL ? MG_OUT_OF_MEMORY : read_first(own, path, &bytes);
    if (status == MG_OK) status = mg__picture_decode(own, e->name, bytes.data, bytes.length, true, &e->size);
    if (status == MG_FORMAT && bytes.length == FIRST_BYTES) {
        mg__free(own, bytes.data);
        bytes = (mg__bytes){ 0 };
        status = mg__file_read(own, path, MOST_FILE, &bytes);
        if (status == MG_OK) status = mg__picture_decode(own, e->name, bytes.data, bytes.length, true, &e->size);
    }
    mg__free(own, bytes.data);
    mg__free(own, path);
    return status;
}

/* Into the shape's size and colour. */
static mg_status decode_into(mg_context *own, const char *who, const mg__bytes *bytes, const int64_t shape[3], mg_image_fit fit,
                             uint8_t *out) {
    mg__picture picture;
    mg_status status = mg__picture_decode(own, who, bytes->data, bytes->length, false, &picture);
    if (status == MG_OK) status = mg__picture_recolor(own, &picture, shape[2]);
    if (status == MG_OK) status = mg__picture_resize(own, &picture, fit, shape[0], shape[1], out);
    mg__free(own, picture.pixels);
    return status;
}

static mg_status decode(gallery *g, mg_context *own, size_t index) {
    const entry *e = &g->entry[index];
    mg__bytes bytes = { 0 };
    size_t pixels = (size_t)(g->shape[0] * g->shape[1] * g->shape[2]);
    char *path = mg__path_join(own, g->folder, e->name);
    mg_status status = path == NULL ? MG_OUT_OF_MEMORY : mg__file_read(own, path, MOST_FILE, &bytes);
    if (status == MG_OK) status = decode_into(own, e->name, &bytes, g->shape, g->options->image_fit, g->bytes + index * pixels);
    mg__free(own, bytes.data);
    mg__free(own, path);
    return status;
}

/* --- the shape --------------------------------------------------------------------------------------- */

typedef struct tally {
    int64_t height, width;
    size_t count;
} tally;

/* Sizes in the order in which they appear, how many pictures have each. */
static mg_status tally_sizes(const gallery *g, tally **sizes, size_t *count) {
    size_t capacity = 0;
    *sizes = NULL;
    *count = 0;
    for (size_t i = 0; i < g->count; i++) {
        const mg__picture *p = &g->entry[i].size;
        size_t k = 0;
        if (g->entry[i].status != MG_OK) continue;
        while (k < *count && ((*sizes)[k].height != p->height || (*sizes)[k].width != p->width)) k++;
        if (k == *count) {
            if (!mg__grow(g->context, sizes, &capacity, *count + 1, sizeof **sizes)) return MG_OUT_OF_MEMORY;
            (*sizes)[(*count)++] = (tally){ p->height, p->width, 0 };
        }
        (*sizes)[k].count++;
    }
    return MG_OK;
}

static mg_status warn_of_sizes(const gallery *g, mg_dataset *d, const tally *sizes, size_t count) {
    char list[160] = "";
    size_t used = 0;
    for (size_t k = 0; k < count && k < SIZES_SHOWN; k++)
        mg__append(list, sizeof list, &used, "%s%" PRId64 "x%" PRId64 " (%zu)", k > 0 ? ", " : "", sizes[k].height,
                   sizes[k].width, sizes[k].count);
    if (count > SIZES_SHOWN) mg__append(list, sizeof list, &used, " ...");
    return mg__dataset_warn(d, "pictures of %zu sizes: %s; all become %" PRId64 "x%" PRId64 ", another size with --image-size",
                            count, list, g->shape[0], g->shape[1]);
}

/* What was asked for; else the size that most pictures have (the first of those), and colour if one of them has. */
static mg_status choose_shape(gallery *g, mg_dataset *d) {
    const mg_dataset_options *o = g->options;
    tally *sizes;
    size_t count, best = 0;
    if (o->image_shape[0] > 0) {
        memcpy(g->shape, o->image_shape, sizeof g->shape);
        return MG_OK;
    }
    mg_status status = mg__extent_parse(g->context, "image-size", o->image_size, false, g->shape);
    g->shape[2] = o->image_color == MG_COLOR_COLOR ? 3 : 1;
    for (size_t i = 0; o->image_color == MG_COLOR_AUTO && i < g->count; i++)
        if (g->entry[i].status == MG_OK && g->entry[i].size.channels == 3) g->shape[2] = 3;
    if (status != MG_OK || g->shape[0] > 0) return status;
    status = tally_sizes(g, &sizes, &count);
    for (size_t k = 1; status == MG_OK && k < count; k++) best = sizes[k].count > sizes[best].count ? k : best;
    if (status == MG_OK) {
        g->shape[0] = sizes[best].height;
        g->shape[1] = sizes[best].width;
        if (count > 1) status = warn_of_sizes(g, d, sizes, count);
    }
    mg__free(g->context, sizes);
    return status;
}

/* Memory for all, if it may be that much. */
static mg_status make_room(gallery *g) {
    size_t bytes = g->count;
    bool fits = true;
    for (int i = 0; i < 3; i++) fits = fits && mg__size_multiply(bytes, (size_t)g->shape[i], &bytes);
    if (!fits || bytes > g->options->max_bytes)
        return mg__fail(g->context, MG_FORMAT,
                        "%s: %zu pictures of %" PRId64 "x%" PRId64 "x%" PRId64
                        " take more than the %llu bytes that are accepted; give a smaller --image-size",
                        g->folder, g->count, g->shape[0], g->shape[1], g->shape[2], (unsigned long long)g->options->max_bytes);
    g->bytes = mg__alloc(g->context, bytes);
    return g->bytes != NULL ? MG_OK : MG_OUT_OF_MEMORY;
}

/* --- what is left out -------------------------------------------------------------------------------- */

/* Names the damaged ones; MG_FORMAT where no other is left. */
static mg_status tell_damaged(const gallery *g, mg_dataset *d) {
    size_t damaged = 0;
    const entry *first = NULL;
    mg_status status = MG_OK;
    for (size_t i = 0; i < g->count && status == MG_OK; i++) {
        const entry *e = &g->entry[i];
        if (e->status == MG_OK) continue;
        if (first == NULL) first = e;
        if (damaged++ < NAMED) status = mg__dataset_warn(d, "%.300s; left out", e->reason);
    }
    if (status != MG_OK || damaged == 0) return status;
    if (damaged == g->count)
        return mg__fail(g->context, MG_FORMAT, "%s: none of its %zu pictures can be read, the first: %s", g->folder, damaged,
                        first->reason);
    return mg__dataset_warn(d, "%zu of %zu pictures cannot be read and %s left out", damaged, g->count,
                            damaged == 1 ? "is" : "are");
}

static mg_status tell_others(const gallery *g, mg_dataset *d) {
    if (g->others == 0) return MG_OK;
    return mg__dataset_warn(d, "%zu file%s %s no PNG or JPEG file%s of a class by name and place, and %s not looked at: %s%s",
                            g->others, g->others == 1 ? "" : "s", g->others == 1 ? "is" : "are", g->others == 1 ? "" : "s",
                            g->others == 1 ? "is" : "are", g->other, g->others > 1 ? " ..." : "");
}

/* The entries that are whole, and their bytes, move together. */
static void close_gaps(gallery *g) {
    size_t kept = 0, pixels = (size_t)(g->shape[0] * g->shape[1] * g->shape[2]);
    for (size_t i = 0; i < g->count; i++) {
        if (g->entry[i].status != MG_OK) {
            mg__free(g->context, g->entry[i].name);
            mg__free(g->context, g->entry[i].reason);
            continue;
        }
        if (kept < i && g->bytes != NULL) memmove(g->bytes + kept * pixels, g->bytes + i * pixels, pixels);
        g->entry[kept++] = g->entry[i];
    }
    g->count = kept;
}

/* --- the dataset ------------------------------------------------------------------------------------- */

/* Folders that are called 0 to 25 are classes, not numbers. */
static mg_status fill_column(mg_dataset *d, int64_t index, const char *name, const gallery *g) {
    mg__column *column = &d->column[index];
    column->asked = index > 0 ? MG_KIND_CATEGORY : MG_KIND_AUTO;
    column->spelled = true;
    column->name = mg__strdup(d->context, name);
    if (column->name == NULL || !mg__column_start(d->context, column, d->rows)) return MG_OUT_OF_MEMORY;
    for (size_t i = 0; i < g->count; i++) {
        const char *text = index > 0 ? g->entry[i].label : g->entry[i].name;
        if (!mg__column_put_name(d->context, column, (int64_t)i, text)) return MG_OUT_OF_MEMORY;
    }
    return MG_OK;
}

static mg_status fill_dataset(mg_dataset *d, gallery *g) {
    d->rows = (int64_t)g->count;
    d->image_fit = g->options->image_fit;
    memcpy(d->image, g->shape, sizeof d->image);
    d->bytes = g->bytes;
    g->bytes = NULL;
    mg_status status = fill_column(d, 0, "file", g);
    return status == MG_OK && d->columns > 1 ? fill_column(d, 1, "label", g) : status;
}

static mg_status check_shape(mg_context *context, const char *who, const mg_dataset_options *options) {
    int64_t unused[3], channels = options->image_shape[2];
    if (options->image_shape[0] > 0 && channels != 1 && channels != 3)
        return mg__fail(context, MG_FORMAT, "%s: pictures have 1 channel or 3, but %" PRId64 " are wanted", who, channels);
    return mg__extent_parse(context, "image-size", options->image_size, false, unused);
}

static mg_status read_all(gallery *g, mg_dataset **out) {
    mg_status status = check_shape(g->context, g->folder, g->options);
    if (status == MG_OK) status = list_all(g);
    if (status == MG_OK) status = for_all(g, measure);
    if (status != MG_OK) return status;
    mg_dataset *d = *out = mg__dataset_new(g->context, g->folder, g->entry[0].label != NULL ? 2 : 1);
    if (d == NULL) return MG_OUT_OF_MEMORY;
    size_t whole = 0;
    for (size_t i = 0; i < g->count; i++) whole += g->entry[i].status == MG_OK;
    if (whole > 0) status = choose_shape(g, d);
    if (status == MG_OK && whole > 0) status = make_room(g);
    if (status == MG_OK && whole > 0) status = for_all(g, decode);
    if (status == MG_OK) status = tell_damaged(g, d);
    if (status == MG_OK) status = tell_others(g, d);
    if (status != MG_OK) return status;
    close_gaps(g);
    return fill_dataset(d, g);
}

mg_dataset *mg__pictures_read(mg_context *context, const char *folder, const mg_dataset_options *options) {
    gallery g = { .context = context, .folder = folder, .options = options };
    mg_dataset *d = NULL;
    mg_status status = read_all(&g, &d);
    free_gallery(&g);
    if (status == MG_OK) return d;
    mg_dataset_destroy(d);
    return NULL;
}

/* --- one picture ------------------------------------------------------------------------------------- */

mg_dataset *mg__picture_read(mg_context *context, const char *path, const char *data, size_t length,
                             const mg_dataset_options *options) {
    entry one = { .name = (char *)(uintptr_t)path }; /* not freed */
    gallery g = { .context = context, .folder = path, .options = options, .entry = &one, .count = 1 };
    const mg__bytes bytes = { (char *)(uintptr_t)data, length };
    mg_dataset *d = mg__dataset_new(context, path, 1);
    mg_status status = d == NULL ? MG_OUT_OF_MEMORY : check_shape(context, path, options);
    if (status == MG_OK) status = mg__picture_decode(context, path, data, length, true, &one.size);
    if (status == MG_OK) status = choose_shape(&g, d);
    if (status == MG_OK) status = make_room(&g);
    if (status == MG_OK) status = decode_into(context, path, &bytes, g.shape, options->image_fit, g.bytes);
    if (status == MG_OK) status = fill_dataset(d, &g);
    mg__free(context, g.bytes);
    if (status == MG_OK) return d;
    mg_dataset_destroy(d);
    return NULL;
}
