/* Applying an encoder to rows of a dataset. */
#include "data/encoder.h"
#include "data/numbers.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

const char *mg__row_place(const mg_dataset *d, int64_t row, char *out, size_t size) {
    size_t used = 0;
    int64_t line = mg_dataset_line(d, row);
    char scratch[32];
    const char *picture = mg__has_picture_names(d) ? mg__column_text(&d->column[0], row, scratch) : NULL;
    if (picture != NULL)
        mg__append(out, size, &used, "%.200s, %.200s", d->source, picture);
    else
        mg__append(out, size, &used, "%.400s, %s %" PRId64, d->source, line > 0 ? "line" : "row", line > 0 ? line : row);
    return out;
}

static mg_status bad_cell(mg_context *context, const mg__feature *f, const mg_dataset *d, const mg__column *column, int64_t row) {
    char where[512], scratch[32];
    const char *text = mg__column_text(column, row, scratch), *what = f->kind == MG_KIND_DATE ? "date" : "number";
    return mg__fail(context, MG_FORMAT,
                    "%s: column '%.100s' is '%.100s', which is no %s that the model can take; it was trained with %ss there, so "
                    "correct it or leave the cell empty",
                    mg__row_place(d, row, where, sizeof where), column->name, text != NULL ? text : "", what, what);
}

/* --- where the columns are --------------------------------------------------------------------------- */

/* A feature's column in a dataset. */
typedef struct source {
    const mg__column *column;
    float *table; /* what each spelling of the dictionary becomes, the first number NaN where it is refused; NULL: none kept */
} source;

static mg_status fail_missing(mg_context *context, const mg_encoder *e, const mg_dataset *d, const source *sources) {
    char names[600];
    size_t used = 0;
    int64_t count = 0;
    names[0] = '\0';
    for (size_t i = 0; i < e->features; i++) {
        if (sources[i].column != NULL) continue;
        if (used < 450)
            mg__append(names, sizeof names, &used, "%s'%.100s'", count > 0 ? ", " : "", e->feature[i].name);
        else if (used < 590)
            mg__append(names, sizeof names, &used, ", ..."), used = 590;
        count++;
    }
    if (count == 1)
        return mg__fail(context, MG_FORMAT, "%s: there is no column %s, which the model was trained with; add it", d->source,
                        names);
    return mg__fail(context, MG_FORMAT, "%s: %" PRId64 " columns are not there that the model was trained with: %s; add them",
                    d->source, count, names);
}

/* Columns are found by name, in any order; of equal names the first counts. */
static mg_status find_sources(mg_context *context, const mg_encoder *e, const mg_dataset *d, source *sources) {
    size_t found = 0;
    for (int64_t c = 0; c < d->columns && found < e->features; c++) {
        const char *name = d->column[c].name;
        for (size_t k = mg__encoder_find(e, name); k < e->known_count && strcmp(e->known[k].name, name) == 0; k++) {
            size_t feature = e->known[k].feature;
            if (feature == SIZE_MAX || sources[feature].column != NULL) continue;
            sources[feature].column = &d->column[c];
            found++;
        }
    }
    return found == e->features ? MG_OK : fail_missing(context, e, d, sources);
}

/* --- tables ------------------------------------------------------------------------------------------ */

static int64_t width_of(const mg__feature *f) { return f->numbers + f->dense + f->codes; }

/* Each spelling is looked up once, where there are not more of them than rows. Nothing wide is kept twice. */
static mg_status tabulate(mg_context *context, const mg__feature *f, source *s, int64_t rows) {
    enum { MOST = 1 << 20 };
    size_t spellings = s->column->dictionary.count, width = (size_t)width_of(f);
    if (s->column->codes == NULL || spellings > (size_t)rows || spellings > MOST / width) return MG_OK;
    s->table = mg__alloc_array(context, (spellings + 1) * width, sizeof *s->table); /* the last is of missing cells */
    if (s->table == NULL) return MG_OUT_OF_MEMORY;
    for (size_t code = 0; code <= spellings; code++) {
        mg__cell cell = { NULL, NAN };
        if (code < spellings) {
            cell.text = mg__dictionary_text(&s->column->dictionary, (uint32_t)code);
            cell.number = s->column->dictionary.entries[code].value;
        }
        if (!mg__encode_cell(f, cell, s->table + code * width)) s->table[code * width] = NAN;
    }
    return MG_OK;
}

static void put(const mg__feature *f, const float *numbers, float *row) {
    if (f->numbers > 0) row[f->number_at] = *numbers++;
    if (f->dense == 1)
        row[f->dense_at] = *numbers++;
    else
        for (int64_t i = 0; i < f->dense; i++) row[f->dense_at + i] = *numbers++;
    if (f->codes > 0) row[f->code_at] = *numbers;
}

/* out: [count, e->width]; scratch: of the feature's width */
static mg_status encode_feature(mg_context *context, const mg__feature *f, const source *s, const mg_dataset *d,
                                const int64_t *rows, int64_t count, float *out, int64_t stride, float *scratch) {
    const mg__column *column = s->column;
    int64_t width = width_of(f);
    for (int64_t i = 0; i < count; i++) {
        const float *numbers = scratch;
        bool good = true;
        if (s->table != NULL) {
            uint32_t code = column->codes[rows[i]];
            numbers = s->table + (code == MG__MISSING ? (int64_t)column->dictionary.count : (int64_t)code) * width;
            good = !isnan(*numbers);
        } else {
            mg__cell cell = { NULL, column->values != NULL ? column->values[rows[i]] : NAN };
            char text[32];
            if (column->values == NULL || f->kind == MG_KIND_DATE) cell = mg__cell_of(column, rows[i], text);
            good = mg__encode_cell(f, cell, scratch);
        }
        if (!good) return bad_cell(context, f, d, column, rows[i]);
        put(f, numbers, out + i * stride);
    }
    return MG_OK;
}

/* A few hundred rows at a time, so that what is written column by column stays in the cache. */
static mg_status encode_rows(mg_context *context, const mg_encoder *e, const source *sources, const mg_dataset *d,
                             const int64_t *rows, int64_t count, float *out, float *scratch) {
    enum { BLOCK = 256 };
    int64_t block[BLOCK];
    for (int64_t begin = 0; begin < count; begin += BLOCK) {
        int64_t n = count - begin < BLOCK ? count - begin : BLOCK;
        for (int64_t i = 0; i < n; i++) block[i] = rows != NULL ? rows[begin + i] : begin + i;
        for (size_t k = 0; k < e->features; k++) {
            mg_status status =
                encode_feature(context, &e->feature[k], &sources[k], d, block, n, out + begin * e->width, e->width, scratch);
            if (status != MG_OK) return status;
        }
    }
    return MG_OK;
}

static mg_status encode_table(mg_context *context, const mg_encoder *e, const mg_dataset *d, const int64_t *rows, int64_t count,
                              float *out) {
    source *sources = mg__alloc_array(context, e->features, sizeof *sources);
    float *scratch = mg__alloc_array(context, (size_t)e->width, sizeof *scratch);
    mg_status status = sources == NULL || scratch == NULL ? MG_OUT_OF_MEMORY : find_sources(context, e, d, sources);
    for (size_t i = 0; status == MG_OK && i < e->features; i++) status = tabulate(context, &e->feature[i], &sources[i], count);
    if (status == MG_OK) status = encode_rows(context, e, sources, d, rows, count, out, scratch);
    for (size_t i = 0; sources != NULL && i < e->features; i++) mg__free(context, sources[i].table);
    mg__free(context, sources);
    mg__free(context, scratch);
    return status;
}

mg_status mg_encoder_inputs(mg_context *context, const mg_encoder *e, const mg_dataset *d, const int64_t *rows, int64_t count,
                            float *out) {
    bool images = d->image[0] > 0;
    if (images && e->image[0] > 0) return mg__encode_images(context, e, d, rows, count, out);
    if (!images && (e->image[0] == 0 || e->pixel_columns)) return encode_table(context, e, d, rows, count, out);
    return mg__fail(context, MG_FORMAT, "%s: %s, but the model was trained with %s", d->source, images ? "images" : "a table",
                    images ? "a table" : "images");
}

/* --- what the training rows had not ------------------------------------------------------------------ */

static mg_status count_unseen(mg_context *context, const mg__feature *f, const mg__column *column, int64_t rows,
                              int64_t *unseen) {
    char scratch[32];
    if (column->codes == NULL) {
        for (int64_t r = 0; r < rows; r++) *unseen += mg__is_unseen(f, mg__cell_of(column, r, scratch));
        return MG_OK;
    }
    int64_t *cells = mg__count_codes(context, column, NULL, rows);
    if (cells == NULL) return MG_OUT_OF_MEMORY;
    for (size_t code = 0; code < column->dictionary.count; code++) {
        mg__cell cell = { mg__dictionary_text(&column->dictionary, (uint32_t)code), column->dictionary.entries[code].value };
        if (cells[code] > 0 && mg__is_unseen(f, cell)) *unseen += cells[code];
    }
    mg__free(context, cells);
    return MG_OK;
}

mg_status mg_encoder_unseen(mg_context *context, const mg_encoder *e, const mg_dataset *d, int64_t *unseen) {
    if (e->image[0] > 0) return MG_OK;
    source *sources = mg__alloc_array(context, e->features, sizeof *sources);
    mg_status status = sources == NULL ? MG_OUT_OF_MEMORY : find_sources(context, e, d, sources);
    for (size_t i = 0; status == MG_OK && i < e->features; i++)
        if (e->feature[i].categories.count > 0)
            status = count_unseen(context, &e->feature[i], sources[i].column, d->rows, &unseen[i]);
    mg__free(context, sources);
    return status;
}

int64_t mg_encoder_extra(const mg_encoder *e, const mg_dataset *d, char *out, size_t size) {
    int64_t count = 0;
    size_t used = 0;
    if (size > 0) *out = '\0';
    if (d->image[0] > 0) return 0; /* what stands beside images was never learned from */
    for (int64_t c = 0; c < d->columns; c++) {
        if (mg__encoder_find(e, d->column[c].name) < e->known_count) continue;
        if (size > 0) mg__append(out, size, &used, "%s%s", count > 0 ? ", " : "", d->column[c].name);
        count++;
    }
    return count;
}
