/* Reading a file once and telling what it holds. */
#include "data/profile.h"

#include "base/number.h"
#include "data/duplicates.h"
#include "data/task.h"

#include <stdio.h>
#include <string.h>

#define FIRST_ROWS  64 /* of the first piece, which tells how long rows are */
#define PIECE_BYTES ((size_t)8 << 20)
#define MOST_ROWS   65536              /* of a piece */
#define COUNT_BYTES ((size_t)64 << 20) /* for counting distinct values, all columns together */

mg_profile_options mg_profile_defaults(void) {
    return (mg_profile_options){ .data = mg_dataset_defaults(), .task = MG_TASK_AUTO };
}

/* --- text -------------------------------------------------------------------------------------------- */

static const char *make_text(mg_profile *p, const char *format, va_list list) {
    va_list again;
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : mg__arena_take(p->context, &p->arena, (size_t)length + 1);
    if (text != NULL) vsnprintf(text, (size_t)length + 1, format, list);
    return text;
}

const char *mg__profile_text(mg_profile *p, const char *format, ...) {
    va_list list;
    va_start(list, format);
    const char *text = make_text(p, format, list);
    va_end(list);
    return text;
}

mg_status mg__profile_warn(mg_profile *p, const char *format, ...) {
    va_list list;
    va_start(list, format);
    const char *text = make_text(p, format, list);
    va_end(list);
    if (text == NULL || !mg__grow(p->context, &p->warning, &p->warning_capacity, p->warnings + 1, sizeof *p->warning))
        return MG_OUT_OF_MEMORY;
    p->warning[p->warnings++] = text;
    return MG_OK;
}

/* --- one pass over the file -------------------------------------------------------------------------- */

/* As mg_dataset_target does: by name, else by number; -1: pictures without classes. */
static bool find_target(const mg_dataset *d, const char *name, int64_t *column) {
    *column = name != NULL ? mg_dataset_find(d, name) : mg__has_no_label(d) ? -1 : d->columns - 1;
    if (name == NULL || *column >= 0) return true;
    return mg__parse_int64(name, strlen(name), column) && *column >= 0 && *column < d->columns;
}

static mg_status begin(mg_profile *p, const mg_dataset *first, const mg_profile_options *options, mg__gathered *g) {
    size_t columns = (size_t)first->columns;
    p->columns = first->columns;
    memcpy(p->image, first->image, sizeof p->image);
    p->source = mg__profile_text(p, "%s", first->source);
    p->column = mg__arena_take(p->context, &p->arena, columns * sizeof *p->column);
    g->tally = mg__alloc_array(p->context, columns, sizeof *g->tally);
    g->drop = mg__alloc_zero(p->context, columns);
    if (p->source == NULL || p->column == NULL || g->tally == NULL || g->drop == NULL) return MG_OUT_OF_MEMORY;

    /* a counted value takes 16 bytes or a little more, and there are two tables a column */
    size_t limit = COUNT_BYTES / 64 / (columns > 0 ? columns : 1);
    for (size_t c = 0; c < columns; c++)
        g->tally[c] = mg__tally_begin(limit < MG__DISTINCT_LIMIT ? (int64_t)limit + 64 : MG__DISTINCT_LIMIT);
    if (!find_target(first, options->target, &g->target)) return mg__no_such_column(p->context, first, "target", options->target);
    mg_status status = mg__columns_named(p->context, first, "drop", options->drop, g->drop);
    if (status != MG_OK || g->target < 0 || !g->drop[g->target]) return status;
    return mg__fail(p->context, MG_SETTING, "drop: '%.100s' is the target; name another column to predict with --target",
                    first->column[g->target].name);
}

static mg_status add_piece(mg_profile *p, const mg_dataset *piece, const mg_profile_options *options, mg__gathered *g) {
    mg_status status = p->rows == 0 && g->tally == NULL ? begin(p, piece, options, g) : MG_OK;
    p->rows += piece->rows;
    for (int64_t c = 0; status == MG_OK && c < p->columns; c++)
        if (!mg__tally_add(&g->tally[c], piece, c, NULL, piece->rows)) status = MG_OUT_OF_MEMORY;
    if (status == MG_OK && g->target >= 0 && !mg__values_count(p->context, &g->classes, piece, g->target))
        status = MG_OUT_OF_MEMORY;
    return status == MG_OK && !mg__sample_add(p->context, &g->sample, piece) ? MG_OUT_OF_MEMORY : status;
}

static int64_t rows_of_next(const mg_dataset *piece) {
    size_t bytes = mg__dataset_bytes(piece) / (size_t)piece->rows + 1, rows = PIECE_BYTES / bytes;
    return rows < FIRST_ROWS ? FIRST_ROWS : rows > MOST_ROWS ? MOST_ROWS : (int64_t)rows;
}

static mg_status gather(mg_profile *p, mg_reader *reader, const mg_profile_options *options, mg__gathered *g) {
    mg_status status = MG_OK;
    mg_dataset *piece;
    int64_t rows = FIRST_ROWS;
    while (status == MG_OK && (piece = mg_reader_next(reader, rows)) != NULL) {
        status = add_piece(p, piece, options, g);
        if (piece->rows > 0) rows = rows_of_next(piece);
        mg_dataset_destroy(piece);
        uint64_t at, length;
        mg_reader_position(reader, &at, &length);
        if (status == MG_OK && options->on_progress != NULL) options->on_progress(options->user, p->rows, at, length);
    }
    if (status == MG_OK) status = mg_reader_status(reader);
    for (int64_t i = 0; status == MG_OK && i < mg_reader_warnings(reader); i++)
        status = mg__profile_warn(p, "%s", mg_reader_warning(reader, i));
    return status;
}

/* --- what it tells ----------------------------------------------------------------------------------- */

/* Of a table: images have nothing to say but their label. */
static mg_status look_at_rows(mg_profile *p, const mg__gathered *g, mg__leak_target *rows) {
    const mg_dataset *sample = g->sample.rows;
    mg_status status = p->has_target ? mg__leak_target_make(p->context, sample, &p->target, rows) : MG_OK;
    if (status == MG_OK) status = mg__duplicates_count(p->context, sample, &p->duplicates);
    return status == MG_OK ? mg__profile_encodings(p, g, rows) : status;
}

static mg_status describe(mg_profile *p, const mg_profile_options *options, const mg__gathered *g) {
    mg_status status = MG_OK;
    mg__leak_target rows = { 0 };
    p->sampled = g->sample.rows->rows;
    for (int64_t c = 0; status == MG_OK && c < p->columns; c++) status = mg__profile_column(p, g, c);
    if (status == MG_OK && g->target >= 0) status = mg__profile_target(p, options, g);
    if (status == MG_OK && p->image[0] == 0) status = look_at_rows(p, g, &rows);
    if (status == MG_OK) status = mg__profile_warnings(p, g, &rows);
    mg__leak_target_free(p->context, &rows);
    return status;
}

static void forget(mg_context *context, mg__gathered *g, int64_t columns) {
    for (int64_t c = 0; g->tally != NULL && c < columns; c++) mg__tally_end(context, &g->tally[c]);
    mg__free(context, g->tally);
    mg__free(context, g->drop);
    mg__values_free(context, &g->classes);
    mg__sample_end(context, &g->sample);
}

mg_profile *mg_profile_read(mg_context *context, const char *path, const mg_profile_options *options) {
    mg_profile_options all = options != NULL ? *options : mg_profile_defaults();
    mg__gathered g = { .target = -1, .sample = mg__sample_begin(MG__SAMPLE_ROWS, MG__SAMPLE_BYTES) };
    mg_reader *reader = mg_reader_open(context, path, &all.data);
    if (reader == NULL) return NULL;
    mg_profile *p = mg__alloc_zero(context, sizeof *p);
    mg_status status = p == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    if (p != NULL) p->context = context;
    if (status == MG_OK) status = gather(p, reader, &all, &g);
    if (status == MG_OK) status = describe(p, &all, &g);
    mg_reader_close(reader);
    forget(context, &g, p != NULL ? p->columns : 0);
    if (status == MG_OK) return p;
    mg_profile_destroy(p);
    return NULL;
}

void mg_profile_destroy(mg_profile *p) {
    if (p == NULL) return;
    mg__arena_free(p->context, &p->arena);
    mg__free(p->context, p->warning);
    mg__free(p->context, p);
}

const char *mg_profile_source(const mg_profile *p) { return p->source; }
int64_t mg_profile_rows(const mg_profile *p) { return p->rows; }
int64_t mg_profile_sampled(const mg_profile *p) { return p->sampled; }
int64_t mg_profile_duplicates(const mg_profile *p) { return p->duplicates; }
int64_t mg_profile_columns(const mg_profile *p) { return p->columns; }
const mg_column_profile *mg_profile_column(const mg_profile *p, int64_t index) { return &p->column[index]; }

bool mg_profile_image_shape(const mg_profile *p, int64_t shape[3]) {
    if (p->image[0] == 0) return false;
    memcpy(shape, p->image, sizeof p->image);
    return true;
}

const mg_target *mg_profile_target(const mg_profile *p) { return p->has_target ? &p->target : NULL; }
int64_t mg_profile_classes(const mg_profile *p) { return p->classes; }
mg_top_value mg_profile_class(const mg_profile *p, int64_t index) { return p->class[index]; }
int64_t mg_profile_warnings(const mg_profile *p) { return (int64_t)p->warnings; }
const char *mg_profile_warning(const mg_profile *p, int64_t index) { return p->warning[index]; }
