/* Readers for tests: files to read, and whether the pieces of one are the rows of a whole dataset. Define _DEFAULT_SOURCE on the
 * first line of the test; include cmocka.h (and what it needs) first. */
#ifndef TEST_READERS_H
#define TEST_READERS_H

#include "data/reader.h"
#include "data/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#ifdef MG__HAVE_ZLIB
#include <zlib.h>
#endif

#include "support/files.h"

#define STORED_ARRAYS MG__SOURCE_DIR "/tests/fuzz/corpus/npy/stored_z" /* X of 4 x 2, y with a NaN */

static mg_context *ctx;

static int set_up(void **state) {
    ctx = mg_context_create(NULL);
    return ctx == NULL || test_folder_make(state);
}

static int tear_down(void **state) {
    mg_context_destroy(ctx);
    return test_folder_remove(state);
}

static int clean(void **state) {
    (void)state;
    mg_context_clear(ctx);
    test_folder_empty();
    return 0;
}

/* --- files ------------------------------------------------------------------------------------------- */

/* Halves that all differ, words of which some are missing, small numbers of which one became a word, and quoted cells over two
 * lines; blank lines between, CRLF at times. The caller frees. */
static inline char *mixed(int rows, size_t *length) {
    char *text = malloc((size_t)rows * 64 + 64);
    size_t used = (size_t)sprintf(text, "x,t,n,q\r\n");
    for (int i = 0; i < rows; i++) {
        const char *word = i % 11 == 4 ? "" : i % 3 == 0 ? "red" : i % 3 == 1 ? "gr\xc3\xbcn" : " blue ";
        used += (size_t)sprintf(text + used, "%d.50,%s,%s%d,\"line %d\n and \"\"two\"\"\"%s", i, word,
                                i == rows * 2 / 3 ? "no" : "", i % 10, i % 100, i % 5 == 0 ? "\r\n" : "\n");
        if (i % 50 == 7) used += (size_t)sprintf(text + used, "\n");
    }
    *length = used;
    return text;
}

static inline const char *write_mixed(const char *name, int rows) {
    size_t length;
    char *text = mixed(rows, &length);
    const char *path = test_write(name, text, length);
    free(text);
    return path;
}

static inline const char *write_text(const char *text) { return test_write("t.csv", text, strlen(text)); }

#ifdef MG__HAVE_ZLIB
static inline const char *write_gzip(const char *name, const char *text, size_t length) {
    const char *path = test_path(name);
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, text, (unsigned)length), length);
    assert_int_equal(gzclose(file), Z_OK);
    return path;
}

static inline const char *write_mixed_gzip(const char *name, int rows) {
    size_t length;
    char *text = mixed(rows, &length);
    const char *path = write_gzip(name, text, length);
    free(text);
    return path;
}
#endif

/* 20 x 3 doubles, of which every seventh is NaN. */
static inline const char *write_array(const char *name) {
    static const char head[] = "\x93NUMPY\1\0\x76\0{'descr': '<f8', 'fortran_order': False, 'shape': (20, 3)}";
    char file[128 + 20 * 3 * sizeof(double)];
    memset(file, ' ', 128);
    memcpy(file, head, sizeof head - 1);
    for (size_t i = 0; i < 60; i++) {
        double value = i % 7 == 3 ? (double)NAN : (double)i / 4;
        memcpy(file + 128 + i * sizeof value, &value, sizeof value);
    }
    return test_write(name, file, sizeof file);
}

static inline mg_dataset *read_all(const char *path) {
    mg_dataset *d = mg_dataset_read(ctx, path, NULL);
    if (d == NULL) fail_msg("%s", mg_context_message(ctx));
    return d;
}

static inline mg_reader *open_reader(const char *path) {
    mg_reader *r = mg_reader_open(ctx, path, NULL);
    if (r == NULL) fail_msg("%s", mg_context_message(ctx));
    return r;
}

/* --- what is the same -------------------------------------------------------------------------------- */

static inline void same_cell(const mg_dataset *piece, int64_t r, const mg_dataset *whole, int64_t row, int64_t c) {
    char found[200], wanted[200];
    double a = mg_dataset_number(piece, r, c), b = mg_dataset_number(whole, row, c);
    size_t length = mg_dataset_text(piece, r, c, found, sizeof found);
    assert_int_equal(mg_dataset_missing(piece, r, c), mg_dataset_missing(whole, row, c));
    if (a != b && !(isnan(a) && isnan(b))) fail_msg("row %" PRId64 ", column %" PRId64 ": %g, wanted %g", row, c, a, b);
    /* Numbers of the whole may have lost their spelling where the few of a piece have not. */
    if ((mg_dataset_column_distinct(piece, c) < 0) != (mg_dataset_column_distinct(whole, c) < 0)) return;
    assert_int_equal(length, mg_dataset_text(whole, row, c, wanted, sizeof wanted));
    if (strcmp(found, wanted) != 0) fail_msg("row %" PRId64 ", column %" PRId64 ": '%s', wanted '%s'", row, c, found, wanted);
}

/* The piece is the rows of the whole from `first` on. */
static inline void same_rows(const mg_dataset *piece, const mg_dataset *whole, int64_t first) {
    assert_int_equal(mg_dataset_columns(piece), mg_dataset_columns(whole));
    assert_int_equal(mg_dataset_warnings(piece), 0);
    for (int64_t c = 0; c < mg_dataset_columns(whole); c++) {
        int64_t missing = 0, words = 0;
        assert_string_equal(mg_dataset_column_name(piece, c), mg_dataset_column_name(whole, c));
        assert_int_equal(mg_dataset_find(piece, mg_dataset_column_name(whole, c)), c);
        for (int64_t r = 0; r < mg_dataset_rows(piece); r++) {
            bool gone = mg_dataset_missing(piece, r, c);
            same_cell(piece, r, whole, first + r, c);
            missing += gone;
            words += !gone && isnan(mg_dataset_number(piece, r, c));
        }
        assert_int_equal(mg_dataset_column_missing(piece, c), missing);
        assert_int_equal(mg_dataset_column_type(piece, c), words > 0 ? MG_COLUMN_TEXT : MG_COLUMN_NUMBER);
    }
    for (int64_t r = 0; r < mg_dataset_rows(piece); r++)
        assert_int_equal(mg_dataset_line(piece, r), mg_dataset_line(whole, first + r));
}

static inline void next_is(mg_reader *r, int64_t most, const mg_dataset *whole, int64_t first) {
    int64_t left = mg_dataset_rows(whole) - first;
    mg_dataset *piece = mg_reader_next(r, most);
    if (piece == NULL) fail_msg("at row %" PRId64 ": %s", first, mg_context_message(ctx));
    assert_int_equal(mg_dataset_rows(piece), left < most ? left : most);
    same_rows(piece, whole, first);
    mg_dataset_destroy(piece);
}

static inline void is_at_its_end(mg_reader *r) {
    for (int i = 0; i < 2; i++) {
        assert_null(mg_reader_next(r, 5));
        assert_int_equal(mg_reader_status(r), MG_OK);
    }
}

/* From the first row to the end. */
static inline void pieces_are(mg_reader *r, int64_t most, const mg_dataset *whole) {
    int64_t rows = mg_dataset_rows(whole);
    for (int64_t first = 0; first < rows; first += most) {
        assert_int_equal(mg_reader_rows(r), first);
        next_is(r, most, whole, first);
        assert_int_equal(mg_reader_status(r), MG_OK);
    }
    is_at_its_end(r);
    assert_int_equal(mg_reader_rows(r), rows);
    assert_int_equal(mg_reader_warnings(r), mg_dataset_warnings(whole));
    for (int64_t i = 0; i < mg_dataset_warnings(whole); i++)
        assert_string_equal(mg_reader_warning(r, i), mg_dataset_warning(whole, i));
}

/* --- what is refused --------------------------------------------------------------------------------- */

static inline void says(mg_status status, const char *words) {
    assert_int_equal(mg_context_status(ctx), status);
    if (strstr(mg_context_message(ctx), words) == NULL) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
}

/* It fails now, and from now on. */
static inline void fails(mg_reader *r, int64_t most, mg_status status, const char *words) {
    assert_null(mg_reader_next(r, most));
    assert_int_equal(mg_reader_status(r), status);
    says(status, words);
    mg_context_clear(ctx);
    for (int i = 0; i < 2; i++) {
        assert_null(mg_reader_next(r, 1));
        assert_int_equal(mg_reader_status(r), status);
    }
}

#endif
