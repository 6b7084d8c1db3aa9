/* NumPy arrays byte for byte, for tests. Include cmocka.h (and what it needs) first.
 *
 *     array_bytes a = { .length = 0 };
 *     array_head(&a, 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }");
 *     array_number(&a, 0x3f800000, 4, false);      1.0f, the low byte first
 */
#ifndef TEST_ARRAYS_H
#define TEST_ARRAYS_H

#include "data/npy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mg_context *ctx;

typedef struct array_bytes {
    unsigned char at[16384];
    size_t length;
} array_bytes;

static inline void array_put(array_bytes *a, const void *bytes, size_t length) {
    assert_in_range(length, 0, sizeof a->at - a->length);
    memcpy(a->at + a->length, bytes, length);
    a->length += length;
}

static inline void array_number(array_bytes *a, uint64_t bits, size_t size, bool big_endian) {
    for (size_t i = 0; i < size; i++) {
        size_t place = big_endian ? size - 1 - i : i;
        unsigned char byte = (unsigned char)(place < 8 ? bits >> 8 * place : 0);
        array_put(a, &byte, 1);
    }
}

static inline void array_head(array_bytes *a, int version, const char *header) {
    size_t length = strlen(header);
    unsigned char begin[8] = { 0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)version, 0 };
    array_put(a, begin, sizeof begin);
    array_number(a, length, version == 1 ? 2 : 4, false);
    array_put(a, header, length);
}

/* "{'descr': '<i4', ...}" with a shape such as "(2, 3)". */
static inline void array_begin(array_bytes *a, const char *descr, bool fortran, const char *shape) {
    char header[200];
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }   \n", descr, fortran ? "True" : "False",
             shape);
    a->length = 0;
    array_head(a, 1, header);
}

static inline uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Little-endian doubles. */
static inline array_bytes doubles(const char *shape, size_t count, const double *values) {
    array_bytes a;
    array_begin(&a, "<f8", false, shape);
    for (size_t i = 0; i < count; i++) array_number(&a, bits_of(values[i]), 8, false);
    return a;
}

typedef mg_dataset *array_reader(mg_context *context, const char *path, const char *data, size_t length);

/* From a block of its own, so that a sanitizer sees every step too far. */
static inline mg_dataset *array_read(array_reader *read, const char *path, const void *bytes, size_t length) {
    char *copy = malloc(length > 0 ? length : 1);
    memcpy(copy, bytes, length);
    mg_context_clear(ctx);
    mg_dataset *d = read(ctx, path, copy, length);
    free(copy);
    return d;
}

static inline void says(mg_status status, const char *words) {
    if (strstr(mg_context_message(ctx), words) == NULL) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
    assert_int_equal(mg_context_status(ctx), status);
}

/* Every cell and pixel of what may be damaged is read; a failure has its message. */
static inline void read_or_refused(mg_dataset *d, const char *path) {
    assert_true((d == NULL) == (mg_context_status(ctx) != MG_OK));
    if (d == NULL) assert_ptr_equal(strstr(mg_context_message(ctx), path), mg_context_message(ctx));
    int64_t shape[3] = { 0 };
    for (int64_t c = 0; d != NULL && c < mg_dataset_columns(d); c++) {
        int64_t missing = 0;
        for (int64_t r = 0; r < mg_dataset_rows(d); r++) missing += isnan(mg_dataset_number(d, r, c));
        assert_int_equal(missing, mg_dataset_column_missing(d, c));
    }
    if (d != NULL && mg_dataset_image_shape(d, shape)) {
        volatile double sum = 0; /* so that each is really read */
        for (int64_t i = 0; i < mg_dataset_rows(d) * shape[0] * shape[1] * shape[2]; i++) sum = sum + mg_dataset_pixel(d, 0, i);
    }
    mg_dataset_destroy(d);
}

/* The file cut after each of its bytes is refused; with each of its bits turned it is read or refused. */
static inline void survives_damage(array_reader *read, const char *path, const array_bytes *a) {
    for (size_t n = 0; n < a->length; n++) {
        mg_dataset *d = array_read(read, path, a->at, n);
        if (d != NULL) fail_msg("read, though only %zu of %zu bytes are there", n, a->length);
        assert_int_equal(mg_context_status(ctx), MG_FORMAT);
        read_or_refused(d, path);
    }
    array_bytes hurt = *a;
    for (size_t n = 0; n < a->length; n++) {
        for (int bit = 0; bit < 8; bit++) {
            hurt.at[n] = (unsigned char)(a->at[n] ^ 1 << bit);
            read_or_refused(array_read(read, path, hurt.at, hurt.length), path);
        }
        hurt.at[n] = a->at[n];
    }
}

/* One of the files that NumPy wrote: the seeds of fuzzing. */
static inline array_bytes array_file(const char *name) {
    char path[512];
    array_bytes a = { .length = 0 };
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/npy/%s", MG__SOURCE_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    a.length = fread(a.at, 1, sizeof a.at, file);
    assert_int_equal(fclose(file), 0);
    return a;
}

#endif
