/* A sample of rows: which rows, and that they are what they were. */
#include "data/sample.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

static mg_context *ctx;

static int set_up(void **state) {
    (void)state;
    ctx = mg_context_create(NULL);
    return ctx == NULL;
}

static int tear_down(void **state) {
    (void)state;
    mg_context_destroy(ctx);
    return 0;
}

enum { COLUMNS = 4 };

/* Numbers that all differ, words that repeat with some missing, numbers with words far behind, small numbers. */
static void cell(int64_t row, int column, char out[32]) {
    out[0] = '\0';
    if (column == 0) snprintf(out, 32, "%" PRId64 ".25", row);
    if (column == 1 && row % 7 != 3) snprintf(out, 32, "w%" PRId64, row % 50);
    if (column == 2) snprintf(out, 32, row % 9000 == 8500 ? "none" : "%" PRId64, row * 3);
    if (column == 3) snprintf(out, 32, "%" PRId64, row % 10);
}

/* Rows first, first + 1 ..., as a reader would hand them out. NULL: no memory. */
static mg_dataset *rows_from(mg_context *context, int64_t first, int64_t count) {
    mg_dataset *d = mg__dataset_new(context, "t.csv", COLUMNS);
    for (int c = 0; d != NULL && c < COLUMNS; c++) {
        char name[] = "x0", text[32];
        name[1] = (char)('0' + c);
        bool ok = (d->column[c].name = mg__strdup(context, name)) != NULL && mg__column_start(context, &d->column[c], count);
        for (int64_t r = 0; ok && r < count; r++) {
            cell(first + r, c, text);
            mg__put put = mg__column_put(context, &d->column[c], r, text, strlen(text), false);
            if (put == MG__PUT_LATE) { /* from the start, spelled */
                ok = mg__column_restart(context, &d->column[c], count);
                r = -1;
            } else
                ok = put == MG__PUT_OK;
        }
        if (ok) continue;
        mg_dataset_destroy(d);
        return NULL;
    }
    if (d != NULL) d->rows = count;
    return d;
}

static bool sample_in_pieces(mg_context *context, mg__sample *s, int64_t rows, int64_t piece) {
    bool ok = true;
    for (int64_t first = 0; ok && first < rows; first += piece) {
        mg_dataset *d = rows_from(context, first, first + piece < rows ? piece : rows - first);
        ok = d != NULL && mg__sample_add(context, s, d);
        mg_dataset_destroy(d);
    }
    return ok;
}

/* Each row of the sample is the row of the file that it says. */
static void rows_are_true(const mg__sample *s) {
    for (int64_t r = 0; r < s->rows->rows; r++) {
        assert_true(r == 0 || s->number[r] > s->number[r - 1]);
        for (int c = 0; c < COLUMNS; c++) {
            char wanted[32], found[32];
            cell(s->number[r], c, wanted);
            mg_dataset_text(s->rows, r, c, found, sizeof found);
            assert_int_equal(mg_dataset_missing(s->rows, r, c), wanted[0] == '\0');
            if (strcmp(found, wanted) != 0)
                fail_msg("row %" PRId64 ", column %d: '%s', wanted '%s'", s->number[r], c, found, wanted);
        }
    }
    for (int c = 0; c < COLUMNS; c++) {
        int64_t missing = 0;
        for (int64_t r = 0; r < s->rows->rows; r++) missing += mg_dataset_missing(s->rows, r, c);
        assert_int_equal(mg_dataset_column_missing(s->rows, c), missing);
    }
    assert_int_equal(mg_dataset_column_type(s->rows, 0), MG_COLUMN_NUMBER);
    assert_int_equal(mg_dataset_column_type(s->rows, 1), MG_COLUMN_TEXT);
    assert_int_equal(mg_dataset_column_type(s->rows, 3), MG_COLUMN_NUMBER);
}

static void a_small_file_is_its_own_sample(void **state) {
    (void)state;
    mg__sample s = mg__sample_begin(MG__SAMPLE_ROWS, MG__SAMPLE_BYTES);
    assert_true(sample_in_pieces(ctx, &s, 20000, 3000));
    assert_int_equal(s.rows->rows, 20000);
    for (int64_t r = 0; r < 20000; r++) assert_int_equal(s.number[r], r);
    rows_are_true(&s);
    assert_int_equal(mg_dataset_column_type(s.rows, 2), MG_COLUMN_TEXT); /* the word came after thousands of numbers */
    mg__sample_end(ctx, &s);
}

static void a_large_file_leaves_an_even_sample(void **state) {
    (void)state;
    mg__sample s = mg__sample_begin(1000, MG__SAMPLE_BYTES);
    assert_true(sample_in_pieces(ctx, &s, 30000, 700));
    assert_in_range(s.rows->rows, 400, 1000);
    rows_are_true(&s);
    int64_t early = 0;
    while (s.number[early] < 15000) early++;
    double share = (double)early / (double)s.rows->rows;
    assert_true(share > 0.4 && share < 0.6);
    mg__sample_end(ctx, &s);
}

static void the_sample_does_not_depend_on_the_pieces(void **state) {
    (void)state;
    mg__sample a = mg__sample_begin(500, MG__SAMPLE_BYTES), b = mg__sample_begin(500, MG__SAMPLE_BYTES);
    assert_true(sample_in_pieces(ctx, &a, 9000, 64) && sample_in_pieces(ctx, &b, 9000, 4500));
    assert_int_equal(a.rows->rows, b.rows->rows);
    assert_memory_equal(a.number, b.number, (size_t)a.rows->rows * sizeof *a.number);
    mg__sample_end(ctx, &a);
    mg__sample_end(ctx, &b);
}

static void memory_bounds_it_too(void **state) {
    (void)state;
    mg__sample s = mg__sample_begin(MG__SAMPLE_ROWS, 100000);
    assert_true(sample_in_pieces(ctx, &s, 20000, 500));
    assert_true(s.rows->rows > 300 && mg__dataset_bytes(s.rows) <= 100000);
    rows_are_true(&s);
    mg__sample_end(ctx, &s);
    s = mg__sample_begin(MG__SAMPLE_ROWS, 1); /* however little: never empty */
    assert_true(sample_in_pieces(ctx, &s, 300, 50));
    assert_in_range(s.rows->rows, 1, 10);
    mg__sample_end(ctx, &s);
}

static bool sample_some(mg_context *context, void *user) {
    (void)user;
    mg__sample s = mg__sample_begin(3000, MG__SAMPLE_BYTES);
    bool done = sample_in_pieces(context, &s, 9000, 4500);
    mg__sample_end(context, &s);
    return done;
}

static void no_memory_is_said(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(sample_some, NULL) > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_file_is_its_own_sample),
        cmocka_unit_test(a_large_file_leaves_an_even_sample),
        cmocka_unit_test(the_sample_does_not_depend_on_the_pieces),
        cmocka_unit_test(memory_bounds_it_too),
        cmocka_unit_test(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
