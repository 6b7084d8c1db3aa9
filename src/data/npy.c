#include "data/npy.h"

#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define BLOCK_ROWS 64 /* copied at a time, so that the lines of a row-major array stay in the cache */

/* --- the header: a Python dictionary, as text ------------------------------------------------------------- */

typedef struct text {
    const char *at, *end;
} text;

static void skip_blanks(text *t) {
    while (t->at < t->end && (*t->at == ' ' || *t->at == '\n' || *t->at == '\t' || *t->at == '\r')) t->at++;
}

static bool take(text *t, char c) {
    skip_blanks(t);
    if (t->at == t->end || *t->at != c) return false;
    t->at++;
    return true;
}

static bool take_word(text *t, const char *word) {
    size_t length = strlen(word);
    skip_blanks(t);
    if ((size_t)(t->end - t->at) < length || memcmp(t->at, word, length) != 0) return false;
    t->at += length;
    return true;
}

static bool take_quoted(text *t, char out[32]) {
    skip_blanks(t);
    if (t->at == t->end || (*t->at != '\'' && *t->at != '"')) return false;
    char quote = *t->at++;
    size_t used = 0;
    while (t->at < t->end && *t->at != quote && used < 31) out[used++] = *t->at++;
    out[used] = '\0';
    return t->at < t->end && *t->at++ == quote;
}

/* (3, 4) or (3,) or (); Python 2 wrote 3L. */
static bool take_shape(text *t, mg__npy *a) {
    if (!take(t, '(')) return false;
    for (a->rank = 0; !take(t, ')'); a->rank++) {
        if (a->rank == MG__NPY_RANK) {
            a->rank++; /* one too many: told later */
            while (t->at < t->end && *t->at != ')') t->at++;
            return take(t, ')');
        }
        skip_blanks(t);
        const char *first = t->at;
        while (t->at < t->end && *t->at >= '0' && *t->at <= '9') t->at++;
        if (!mg__parse_int64(first, (size_t)(t->at - first), &a->shape[a->rank])) return false;
        if (t->at < t->end && *t->at == 'L') t->at++;
        if (!take(t, ',') && (t->at == t->end || *t->at != ')')) return false;
    }
    return true;
}

typedef struct header {
    char descr[32]; /* "" : a list, of a structured array */
    bool fortran, has_descr, has_order, has_shape;
} header;

static bool take_header(text *t, mg__npy *a, header *h) {
    if (!take(t, '{')) return false;
    while (!take(t, '}')) {
        char key[32];
        if (!take_quoted(t, key) || !take(t, ':')) return false;
        if (strcmp(key, "descr") == 0) {
            skip_blanks(t);
            h->has_descr = true;
            if (t->at < t->end && *t->at == '[') return true; /* no table of one type: told later */
            if (!take_quoted(t, h->descr)) return false;
        } else if (strcmp(key, "fortran_order") == 0) {
            h->has_order = true;
            h->fortran = take_word(t, "True");
            if (!h->fortran && !take_word(t, "False")) return false;
        } else if (strcmp(key, "shape") == 0) {
            h->has_shape = true;
            if (!take_shape(t, a)) return false;
        } else {
            return false;
        }
        if (!take(t, ',') && (t->at == t->end || *t->at != '}')) return false;
    }
    return h->has_descr && h->has_order && h->has_shape;
}

/* '<f4': byte order, kind, bytes. */
static mg_status read_type(mg_context *context, const char *name, const char *descr, mg__npy *a) {
    static const char *const good[] = { "b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8" };
    const char *type = *descr == '<' || *descr == '>' || *descr == '|' || *descr == '=' ? descr + 1 : descr;
    if (*type == 'O')
        return mg__fail(context, MG_FORMAT,
                        "%s: an array of Python objects, which only Python can read; save numbers: array.astype(float)", name);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (strcmp(type, good[i]) != 0) continue;
        a->kind = *type;
        a->size = (size_t)(type[1] - '0');
        a->big_endian = *descr == '>';
        return MG_OK;
    }
    return mg__fail(context, MG_FORMAT, "%s: an array of type '%s'; wanted numbers: %s", name, *descr != '\0' ? descr : "[...]",
                    *descr == '\0'                 ? "one type for all columns, not a structured array"
                    : *type == 'U' || *type == 'S' ? "give words as a CSV, or as their numbers"
                                                   : "array.astype(float)");
}

/* Strides, and the bytes of all elements against those that are there. */
static mg_status measure(mg_context *context, const char *name, mg__npy *a, bool fortran, size_t bytes) {
    size_t count = 1, wanted;
    bool fits = true;
    for (int i = 0; i < a->rank; i++) fits = fits && mg__size_multiply(count, (size_t)a->shape[i], &count);
    if (!fits || !mg__size_multiply(count, a->size, &wanted) || wanted > bytes)
        return mg__fail(
            context, MG_FORMAT,
            "%s: truncated or damaged: its header announces more numbers than the %zu bytes behind it hold; copy the file "
            "again",
            name, bytes);
    if (wanted < bytes) return mg__fail(context, MG_FORMAT, "%s: damaged: %zu bytes behind the numbers", name, bytes - wanted);
    if (count == 0) return mg__fail(context, MG_FORMAT, "%s: an array that holds nothing", name);
    size_t step = 1;
    for (int i = 0; i < a->rank; i++) {
        int axis = fortran ? i : a->rank - 1 - i;
        a->stride[axis] = step;
        step *= (size_t)a->shape[axis];
    }
    return MG_OK;
}

mg_status mg__npy_parse(mg_context *context, const char *name, const char *data, size_t length, mg__npy *a) {
    const unsigned char *b = (const unsigned char *)data;
    *a = (mg__npy){ .kind = 0 };
    if (length < 10 || memcmp(data, "\x93NUMPY", 6) != 0) return mg__fail(context, MG_FORMAT, "%s: no NumPy array", name);
    if (b[6] < 1 || b[6] > 3)
        return mg__fail(context, MG_FORMAT, "%s: version %d.%d of NumPy's format; wanted 1 to 3", name, b[6], b[7]);
    size_t begin = b[6] == 1 ? 10 : 12, bytes = b[8] | (size_t)b[9] << 8;
    if (b[6] > 1 && length >= 12) bytes |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    if (length < begin || bytes > length - begin)
        return mg__fail(context, MG_FORMAT, "%s: truncated: its header of %zu bytes is not all there; copy the file again", name,
                        bytes);
    text t = { data + begin, data + begin + bytes };
    header h = { .fortran = false };
    bool understood = take_header(&t, a, &h);
    mg_status status = h.has_descr ? read_type(context, name, h.descr, a) : MG_OK;
    if (status != MG_OK) return status;
    if (!understood) return mg__fail(context, MG_FORMAT, "%s: damaged: its NumPy header cannot be understood", name);
    if (a->rank < 1 || a->rank > MG__NPY_RANK)
        return mg__fail(context, MG_FORMAT, "%s: an array of %s dimensions; a table has 2 (rows, columns), images 3 or 4", name,
                        a->rank == 0 ? "no" : "more than 4");
    a->element = b + begin + bytes;
    return measure(context, name, a, h.fortran, length - begin - bytes);
}

/* --- elements ---------------------------------------------------------------------------------------- */

/* IEEE 754 half precision. */
static double half(uint64_t bits) {
    int exponent = (int)(bits >> 10 & 31);
    double fraction = (double)(bits & 1023) / 1024, value;
    if (exponent == 31)
        value = fraction == 0 ? (double)INFINITY : (double)NAN;
    else
        value = exponent == 0 ? ldexp(fraction, -14) : ldexp(1 + fraction, exponent - 15);
    return bits >> 15 ? -value : value;
}

static double element(const mg__npy *a, size_t index) {
    const unsigned char *b = a->element + index * a->size;
    uint64_t bits = 0;
    for (size_t i = 0; i < a->size; i++) bits |= (uint64_t)b[a->big_endian ? a->size - 1 - i : i] << 8 * i;
    if (a->kind == 'b') return bits != 0;
    if (a->kind == 'u') return (double)bits;
    if (a->kind == 'i') {
        uint64_t sign = UINT64_C(1) << (8 * a->size - 1);
        return bits & sign ? -(double)((sign << 1) - bits) : (double)bits; /* sign << 1 is 2^64, and so 0, for 8 bytes */
    }
    if (a->size == 2) return half(bits);
    if (a->size == 4) {
        uint32_t low = (uint32_t)bits;
        float value;
        memcpy(&value, &low, sizeof value);
        return (double)value;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* --- into a dataset ---------------------------------------------------------------------------------- */

static bool name_column(mg_dataset *d, int64_t c, bool is_y) {
    char name[32];
    size_t used = 0;
    if (is_y)
        mg__append(name, sizeof name, &used, "y");
    else
        mg__append(name, sizeof name, &used, "x%" PRId64, c);
    d->column[c].name = mg__strdup(d->context, name);
    return d->column[c].name != NULL;
}

static bool copy_table(mg_dataset *d, const mg__npy *x) {
    int64_t columns = x->rank == 1 ? 1 : x->shape[1];
    size_t across = x->rank == 1 ? 0 : x->stride[1];
    for (int64_t c = 0; c < columns; c++)
        if (!name_column(d, c, false) || !mg__column_start_values(d->context, &d->column[c], d->rows)) return false;
    for (int64_t first = 0; first < d->rows; first += BLOCK_ROWS) {
        int64_t end = d->rows - first < BLOCK_ROWS ? d->rows : first + BLOCK_ROWS;
        for (int64_t c = 0; c < columns; c++)
            for (int64_t r = first; r < end; r++) {
                double value = element(x, (size_t)r * x->stride[0] + (size_t)c * across);
                d->column[c].values[r] = value;
                d->column[c].missing += isnan(value);
            }
    }
    return true;
}

/* Targets are few values often, so they go through their spelling as a file's would. */
static bool copy_target(mg_dataset *d, const mg__npy *y) {
    mg__column *column = &d->column[d->columns - 1];
    if (!name_column(d, d->columns - 1, true) || !mg__column_start(d->context, column, d->rows)) return false;
    for (int64_t r = 0; r < d->rows; r++) {
        char text[MG__NUMBER_BYTES];
        double value = element(y, (size_t)r * y->stride[0]);
        bool single = y->kind == 'f' && y->size <= 4;
        size_t length = isnan(value) ? 0 : single ? mg__format_float((float)value, text) : mg__format_double(value, text);
        if (mg__column_put(d->context, column, r, text, length, false) != MG__PUT_OK) return false;
    }
    return true;
}

static bool copy_images(mg_dataset *d, const mg__npy *x) {
    int64_t height = x->shape[1], width = x->shape[2], channels = x->rank == 4 ? x->shape[3] : 1;
    size_t count = (size_t)(d->rows * height * width * channels), to = 0, last = x->rank == 4 ? x->stride[3] : 0;
    bool bytes = x->kind == 'u' && x->size == 1;
    d->image[0] = height, d->image[1] = width, d->image[2] = channels;
    if (bytes)
        d->bytes = mg__alloc(d->context, count);
    else
        d->floats = mg__alloc_array(d->context, count, sizeof *d->floats);
    if (d->bytes == NULL && d->floats == NULL) return false;
    for (int64_t r = 0; r < d->rows; r++)
        for (int64_t i = 0; i < height * width * channels; i++, to++) {
            int64_t c = i % channels, column = i / channels % width, row = i / channels / width;
            double value = element(x, (size_t)r * x->stride[0] + (size_t)row * x->stride[1] + (size_t)column * x->stride[2] +
                                          (size_t)c * last);
            if (bytes)
                d->bytes[to] = (uint8_t)value;
            else
                d->floats[to] = (float)value;
        }
    return true;
}

mg_dataset *mg__npy_table(mg_context *context, const char *path, const mg__npy *x, const mg__npy *y) {
    bool images = x->rank > 2;
    int64_t columns = images ? 0 : x->rank == 2 ? x->shape[1] : 1;
    if (y != NULL && (y->rank > 2 || (y->rank == 2 && y->shape[1] != 1) || y->shape[0] != x->shape[0])) {
        mg__fail(context, MG_FORMAT,
                 "%s: y has %" PRId64 " rows and %d dimension%s; wanted one value for each of the %" PRId64 " rows of X", path,
                 y->shape[0], y->rank, y->rank == 1 ? "" : "s", x->shape[0]);
        return NULL;
    }
    mg_dataset *d = mg__dataset_new(context, path, columns + (y != NULL));
    if (d == NULL) return NULL;
    d->rows = x->shape[0];
    if ((images ? copy_images(d, x) : copy_table(d, x)) && (y == NULL || copy_target(d, y)) && mg__dataset_index(d) == MG_OK)
        return d;
    mg_dataset_destroy(d);
    return NULL;
}

mg_dataset *mg__npy_read(mg_context *context, const char *path, const char *data, size_t length) {
    mg__npy x;
    if (mg__npy_parse(context, path, data, length, &x) != MG_OK) return NULL;
    return mg__npy_table(context, path, &x, NULL);
}
