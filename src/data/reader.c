/* A reader: a CSV as it comes, other formats and folders whole and handed out in pieces. */
#include "data/reader.h"

#include "data/csv.h"
#include "data/format.h"
#include "data/kind.h"
#include "data/picture.h"
#include "interop/folder.h"

#include <string.h>

struct mg_reader {
    mg_context *context;
    mg__input *input;
    mg__window window;
    mg__csv *csv;      /* or */
    mg_dataset *whole; /* of which `next` is the next row */
    int64_t next;
    int64_t rows;
    mg_status status;
};

/* --- opening ----------------------------------------------------------------------------------------- */

static mg_status check_options(mg_context *context, const mg_dataset_options *o) {
    if (o->separator != '\0' && o->separator != ',' && o->separator != ';' && o->separator != '\t' && o->separator != '|')
        return mg__fail(context, MG_SETTING, "separator: '%c' is none; wanted ',', ';', a tab or '|'", o->separator);
    if (o->decimal != '.' && o->decimal != ',')
        return mg__fail(context, MG_SETTING, "decimal: '%c' is no point of numbers; wanted '.' or ','", o->decimal);
    if (o->decimal == o->separator)
        return mg__fail(context, MG_SETTING, "decimal: a comma cannot be both the point of numbers and the separator of cells");
    if (o->header != MG_HEADER_AUTO && o->header != MG_HEADER_NONE && o->header != MG_HEADER_FIRST)
        return mg__fail(context, MG_SETTING, "header: %d is none of the ways", (int)o->header);
    if (o->skip_bad < 0) return mg__fail(context, MG_SETTING, "skip_bad: %lld is below 0", (long long)o->skip_bad);
    return MG_OK;
}

static mg_status open_whole(mg_reader *r, const mg__format *format, const char *path, const mg_dataset_options *options) {
    mg__bytes bytes;
    mg_status status = mg__window_whole(&r->window, &bytes);
    if (status != MG_OK) return status;
    const char *name = mg__input_name(r->input);
    r->whole = format->read_as != NULL ? format->read_as(r->context, name, bytes.data, bytes.length, options)
                                       : format->read(r->context, name, bytes.data, bytes.length);
    mg__free(r->context, bytes.data);
    if (r->whole == NULL) return mg_context_status(r->context);
    if (format->beside != NULL) status = format->beside(r->whole, path, options);
    return status == MG_OK ? mg__kinds_ask(r->context, r->whole, options->types) : status;
}

/* What it is shows in the first bytes. */
static mg_status open_content(mg_reader *r, const char *path, const mg_dataset_options *options) {
    r->window = (mg__window){ .context = r->context, .input = r->input };
    mg_status status = mg__window_fill(&r->window, 1);
    if (status != MG_OK) return status;
    const mg__format *format = mg__format_of(r->window.text, r->window.length);
    if (format != NULL && format->refusal != NULL)
        return mg__fail(r->context, MG_FORMAT, "%s: %s", mg__input_name(r->input), format->refusal);
    if (format != NULL) return open_whole(r, format, path, options);
    r->csv = mg__csv_open(r->context, &r->window, options);
    return r->csv != NULL ? MG_OK : mg_context_status(r->context);
}

static mg_status open_folder(mg_reader *r, const char *path, const mg_dataset_options *options) {
    r->whole = mg__pictures_read(r->context, path, options);
    return r->whole != NULL ? mg__kinds_ask(r->context, r->whole, options->types) : mg_context_status(r->context);
}

/* input NULL: the path is a folder */
static mg_reader *open_any(mg_context *context, mg__input *input, const char *path, const mg_dataset_options *options) {
    mg_reader *r = mg__alloc_zero(context, sizeof *r);
    if (r == NULL) {
        mg__input_close(input);
        return NULL;
    }
    r->context = context;
    r->input = input;
    mg_status status = input == NULL ? open_folder(r, path, options) : open_content(r, path, options);
    if (status == MG_OK) return r;
    mg_reader_close(r);
    return NULL;
}

mg_reader *mg_reader_open(mg_context *context, const char *path, const mg_dataset_options *options) {
    mg_dataset_options all = options != NULL ? *options : mg_dataset_defaults();
    if (check_options(context, &all) != MG_OK) return NULL;
    size_t limit = all.max_bytes < SIZE_MAX ? (size_t)all.max_bytes : SIZE_MAX;
    if (mg__is_folder(path)) return open_any(context, NULL, path, &all);
    mg__input *input = mg__input_open(context, path, limit);
    return input != NULL ? open_any(context, input, path, &all) : NULL;
}

mg_reader *mg__reader_open_memory(mg_context *context, const char *name, const char *data, size_t length,
                                  const mg_dataset_options *options) {
    mg_dataset_options all = options != NULL ? *options : mg_dataset_defaults();
    if (check_options(context, &all) != MG_OK) return NULL;
    mg__input *input = mg__input_memory(context, name, data, length);
    return input != NULL ? open_any(context, input, name, &all) : NULL;
}

void mg_reader_close(mg_reader *r) {
    if (r == NULL) return;
    mg__csv_close(r->csv);
    mg__window_free(&r->window);
    mg_dataset_destroy(r->whole);
    mg__input_close(r->input);
    mg__free(r->context, r);
}

/* --- pieces ------------------------------------------------------------------------------------------ */

static mg_dataset *next_slice(mg_reader *r, int64_t max_rows) {
    int64_t left = r->whole->rows - r->next, count = left < max_rows ? left : max_rows;
    if (count == 0) return NULL;
    mg_dataset *d = mg__dataset_slice(r->whole, r->next, count);
    if (d == NULL) r->status = mg_context_status(r->context);
    if (d != NULL) r->next += count;
    return d;
}

mg_dataset *mg_reader_next(mg_reader *r, int64_t max_rows) {
    if (r->status != MG_OK) return NULL;
    if (max_rows < 1) {
        r->status = mg__fail(r->context, MG_INVALID, "reader: pieces of %lld rows; wanted at least 1", (long long)max_rows);
        return NULL;
    }
    mg_dataset *d = r->csv != NULL ? mg__csv_next(r->csv, max_rows, &r->status) : next_slice(r, max_rows);
    if (d != NULL) r->rows += d->rows;
    return d;
}

mg_dataset *mg__reader_take(mg_reader *r) {
    mg_dataset *d = r->whole;
    r->whole = NULL;
    if (r->csv == NULL) return d;
    d = mg_reader_next(r, INT64_MAX);
    for (int64_t i = 0; d != NULL && i < mg_reader_warnings(r); i++) {
        if (mg__dataset_warn(d, "%s", mg_reader_warning(r, i)) == MG_OK) continue;
        mg_dataset_destroy(d);
        return NULL;
    }
    return d;
}

mg_dataset *mg__csv_read(mg_context *context, const char *path, const char *data, size_t length, char separator) {
    mg_dataset_options options = mg_dataset_defaults();
    options.separator = separator;
    mg_reader *r = mg__reader_open_memory(context, path, data, length, &options);
    mg_dataset *d = r == NULL ? NULL : mg__reader_take(r);
    mg_reader_close(r);
    return d;
}

mg_status mg_reader_status(const mg_reader *r) { return r->status; }
int64_t mg_reader_rows(const mg_reader *r) { return r->rows; }
int64_t mg_reader_warnings(const mg_reader *r) { return mg_dataset_warnings(mg__reader_head(r)); }
const char *mg_reader_warning(const mg_reader *r, int64_t index) { return mg_dataset_warning(mg__reader_head(r), index); }

void mg_reader_position(const mg_reader *r, uint64_t *at, uint64_t *length) {
    *at = *length = 0;
    if (r->input == NULL) return;
    mg__input_position(r->input, at, length);
    if (*length == 0) return;
    if (r->csv != NULL && mg__input_seeks(r->input)) *at = mg__csv_mark(r->csv).offset;
}

/* --- places ------------------------------------------------------------------------------------------ */

bool mg__reader_seeks(const mg_reader *r) { return r->whole != NULL || mg__input_seeks(r->input); }
const mg_dataset *mg__reader_head(const mg_reader *r) { return r->csv != NULL ? r->csv->head : r->whole; }

mg__mark mg__reader_mark(const mg_reader *r) {
    return r->csv != NULL ? mg__csv_mark(r->csv) : (mg__mark){ (uint64_t)r->next, 0 };
}

mg_status mg__reader_seek(mg_reader *r, mg__mark mark) {
    mg_status status = r->csv != NULL ? mg__csv_seek(r->csv, mark) : MG_OK;
    if (r->csv == NULL) r->next = (int64_t)mark.offset;
    r->status = status;
    return status;
}

mg_status mg_reader_rewind(mg_reader *r) {
    mg__mark first = r->csv != NULL ? r->csv->first : (mg__mark){ 0, 0 };
    if (r->csv != NULL && !mg__input_rewinds(r->input))
        return mg__fail(r->context, MG_UNSUPPORTED, "%s: cannot be read twice; save it to a file and give that",
                        mg__input_name(r->input));
    mg_status status = mg__reader_seek(r, first);
    r->rows = 0;
    if (r->csv == NULL) return status;
    r->csv->rows = 0;
    return status;
}

void mg__reader_spell(mg_reader *r, int64_t column) {
    if (r->csv != NULL) r->csv->head->column[column].spelled = true;
}
