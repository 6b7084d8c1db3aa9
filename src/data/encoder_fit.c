/* Fitting an encoder: what each column means, and what the user should know of it. */
#include "data/encoder_fit.h"
#include "data/extent.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

mg__feature *mg__fit_feature(mg__fitting *f, const mg__column *column, mg_kind kind) {
    mg__feature *feature = &f->encoder->feature[f->encoder->features];
    *feature = (mg__feature){ .kind = kind, .name = mg__strdup(f->context, column->name) };
    if (feature->name == NULL) return NULL;
    f->encoder->features++;
    return feature;
}

/* --- warnings ---------------------------------------------------------------------------------------- */

/* 2513 -> "2,513" */
static const char *count_text(int64_t count, char out[32]) {
    char digits[32];
    size_t length = 0, used = 0;
    mg__append(digits, sizeof digits, &length, "%" PRId64, count);
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

static void note(mg__note *n, const char *column, const char *format, const char *what) {
    char entry[160];
    size_t length = 0;
    mg__append(entry, sizeof entry, &length, "%s%.100s", n->columns > 0 ? ", " : "", column);
    mg__append(entry, sizeof entry, &length, format, what);
    n->columns++;
    if (n->unnamed > 0 || n->used + length >= sizeof n->text)
        n->unnamed++;
    else
        mg__append(n->text, sizeof n->text, &n->used, "%s", entry);
}

void mg__fit_note_cells(mg__note *n, const mg__column *column, int64_t cells) {
    char text[32];
    if (cells > 0) note(n, column->name, " %s", count_text(cells, text));
}

bool mg__fit_leave_out(mg__fitting *f, const mg__column *column, const char *reason) {
    if (strcmp(reason, "dropped") != 0) note(&f->left_out, column->name, " (%s)", reason);
    return mg__encoder_leave_out(f->encoder, column->name, reason);
}

static bool warn(mg__fitting *f, const char *text, const mg__note *n) {
    mg_encoder *e = f->encoder;
    char sentence[640];
    size_t used = 0;
    if (n->columns == 0) return true;
    mg__append(sentence, sizeof sentence, &used, "%s: %s", text, n->text);
    if (n->unnamed > 0) mg__append(sentence, sizeof sentence, &used, " and %" PRId64 " more", n->unnamed);
    if (!mg__grow(f->context, &e->warning, &e->warning_capacity, e->warnings + 1, sizeof *e->warning)) return false;
    e->warning[e->warnings] = mg__strdup(f->context, sentence);
    if (e->warning[e->warnings] == NULL) return false;
    e->warnings++;
    return true;
}

static bool warn_all(mg__fitting *f) {
    char left_out[64];
    size_t used = 0;
    int64_t columns = f->left_out.columns;
    mg__append(left_out, sizeof left_out, &used, "%" PRId64 " column%s left out", columns, columns == 1 ? " is" : "s are");
    return warn(f, left_out, &f->left_out) && warn(f, "missing cells", &f->missing) &&
           warn(f, "infinite cells, which count as missing", &f->infinite) &&
           warn(f, "cells of another kind than the column, which count as missing", &f->strays);
}

/* --- columns ----------------------------------------------------------------------------------------- */

/* Rows that are not fitted on have words among the numbers as well, and whether a word happens to be among the rows that train is
 * no reason to take it or to refuse it. Returns how many where the fitted rows have none. */
static int64_t strays_outside(const mg__fitting *f, const mg__column *column, const mg__kind_choice *choice, bool month_first) {
    int64_t strays = 0;
    bool date = choice->kind == MG_KIND_DATE;
    if (!(date || choice->kind == MG_KIND_NUMBER) || choice->strays) return 0;
    if (column->type != MG_COLUMN_TEXT || f->rows == NULL) return 0;
    for (int64_t r = 0; r < f->dataset->rows; r++) {
        char scratch[32];
        double seconds;
        mg__cell cell = mg__cell_of(column, r, scratch);
        if (mg__cell_is_missing(cell)) continue;
        strays += date ? !mg__cell_seconds(cell, month_first, &seconds) : isnan(cell.number);
    }
    return strays;
}

static bool fit_column(mg__fitting *f, int64_t index) {
    const mg__column *column = &f->dataset->column[index];
    if (f->options.drop != NULL && f->options.drop[index]) return mg__fit_leave_out(f, column, "dropped");
    mg__kind_facts facts = mg__kind_look(f->dataset, index, f->rows, f->count);
    if (facts.rows < 0) return false;
    mg__kind_choice choice = mg__kind_choose(column->name, column->asked, &facts);
    int64_t outside = strays_outside(f, column, &choice, facts.month_first);
    choice.strays = choice.strays || outside > 0;
    size_t before = f->encoder->features;
    bool done;
    switch (choice.kind) {
    case MG_KIND_NUMBER: done = mg__fit_number(f, column, &choice); break;
    case MG_KIND_DATE: done = mg__fit_date(f, column, &choice, facts.month_first); break;
    case MG_KIND_BOOLEAN:
    case MG_KIND_CATEGORY: done = mg__fit_category(f, column, &choice); break;
    default: return mg__fit_leave_out(f, column, mg_kind_name(choice.kind));
    }
    if (!done || f->encoder->features == before) return done;
    mg__fit_note_cells(&f->missing, column, facts.missing);
    if (choice.kind == MG_KIND_NUMBER) {
        mg__fit_note_cells(&f->infinite, column, facts.infinite);
        mg__fit_note_cells(&f->strays, column, facts.others + facts.dates + outside);
    }
    if (choice.kind == MG_KIND_DATE)
        mg__fit_note_cells(&f->strays, column, facts.rows - facts.missing - facts.dates - facts.compact_days + outside);
    return true;
}

static bool names_differ(const mg_encoder *e, const mg_dataset *d) {
    for (size_t i = 1; i < e->known_count; i++) {
        if (strcmp(e->known[i - 1].name, e->known[i].name) != 0 || e->known[i - 1].feature == SIZE_MAX) continue;
        mg__fail(e->context, MG_INVALID, "%s: two columns are called '%.100s'; name them apart", d->source, e->known[i].name);
        return false;
    }
    return true;
}

/* A model must be readable again. */
static bool fits_file(const mg_encoder *e, const mg_dataset *d) {
    size_t values = 12 * (e->features + e->left_outs);
    for (size_t i = 0; i < e->features; i++) values += 2 * e->feature[i].categories.count + e->feature[i].bins;
    if (values < MG__JSON_VALUES) return true;
    mg__fail(e->context, MG_FORMAT, "%s: its columns have too many categories for one model; drop some of the columns",
             d->source);
    return false;
}

/* Images know their size; what was asked for must be the same. */
static bool same_size(const mg__fitting *f) {
    const int64_t *asked = f->options.image, *is = f->dataset->image;
    if (asked[0] == 0 || memcmp(asked, is, sizeof f->options.image) == 0) return true;
    mg__fail(f->context, MG_SETTING,
             "image: %s holds images of %" PRId64 "x%" PRId64 "x%" PRId64 ", not of %" PRId64 "x%" PRId64 "x%" PRId64
             "; leave the size out",
             f->dataset->source, is[0], is[1], is[2], asked[0], asked[1], asked[2]);
    return false;
}

static bool fit(mg__fitting *f) {
    const mg_dataset *d = f->dataset;
    if (f->options.target >= 0 && !mg__fit_target(f)) return false;
    if (d->image[0] > 0) return same_size(f) && mg__fit_images(f) && mg__encoder_finish(f->encoder, d->source);
    if (f->encoder->pixel_columns && !mg__fit_pixels(f)) return false;
    for (int64_t c = 0; !f->encoder->pixel_columns && c < d->columns; c++)
        if (c != f->options.target && !fit_column(f, c)) return false;
    return warn_all(f) && mg__encoder_finish(f->encoder, d->source) && names_differ(f->encoder, d) && fits_file(f->encoder, d);
}

static mg_scale scale_for(const mg__fitting *f) {
    mg_scale scale = f->options.scale;
    bool images = f->dataset->image[0] > 0 || f->options.image[0] > 0;
    if (scale == MG_SCALE_AUTO) scale = MG_SCALE_ROBUST;
    return images && scale == MG_SCALE_ROBUST ? MG_SCALE_STANDARD : scale;
}

static bool check_image(const mg__fitting *f) {
    const int64_t *image = f->options.image;
    bool none = image[0] == 0 && image[1] == 0 && image[2] == 0, good = true;
    for (int i = 0; i < 3; i++) good = good && image[i] >= 1 && image[i] <= MG__MOST_SIDE;
    if (none || good) return true;
    mg__fail(f->context, MG_INVALID, "encoder: an image of %" PRId64 "x%" PRId64 "x%" PRId64 "; wanted 1 to %" PRId64 " each",
             image[0], image[1], image[2], MG__MOST_SIDE);
    return false;
}

static bool check_options(const mg__fitting *f) {
    const mg_encoder_options *o = &f->options;
    if (!check_image(f)) return false;
    if (f->count >= 1 && o->target >= -1 && o->target < f->dataset->columns && o->one_hot >= 0 &&
        o->one_hot <= MG__DICTIONARY_LIMIT && o->bins >= 0 && o->bins <= MG__MOST_BINS && o->target_log >= MG_AUTO &&
        o->target_log <= 1)
        return true;
    mg__fail(f->context, MG_INVALID,
             "encoder: %" PRId64 " rows, target column %" PRId64 " of %" PRId64
             ", one_hot %d, bins %d, target_log %d; wanted at least a row, -1 or a column, 0 to %d, 0 to %d, -1 to 1",
             f->count, o->target, f->dataset->columns, o->one_hot, o->bins, o->target_log, MG__DICTIONARY_LIMIT, MG__MOST_BINS);
    return false;
}

mg_encoder *mg_encoder_fit(mg_context *context, const mg_dataset *d, const int64_t *rows, int64_t count,
                           const mg_encoder_options *options) {
    mg__fitting f = { .context = context, .dataset = d, .rows = rows, .count = rows != NULL ? count : d->rows };
    f.options = options != NULL ? *options : mg_encoder_defaults();
    if (!check_options(&f)) return NULL;
    f.encoder = mg__encoder_new(context, (size_t)(d->image[0] > 0 ? d->image[2] : d->columns));
    if (f.encoder == NULL) return NULL;
    f.encoder->scale = scale_for(&f);
    f.encoder->pixel_columns = d->image[0] == 0 && f.options.image[0] > 0;
    if (f.encoder->pixel_columns) memcpy(f.encoder->image, f.options.image, sizeof f.encoder->image);
    if (fit(&f)) return f.encoder;
    mg_encoder_destroy(f.encoder);
    return NULL;
}
