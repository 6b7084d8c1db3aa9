/* Bad rows: where they may be left out, they are counted once, and told once, however often the file is read. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/readers.h"

static mg_reader *open_skipping(const char *path, int64_t skip_bad, const char *types) {
    mg_dataset_options options = mg_dataset_defaults();
    options.skip_bad = skip_bad;
    options.types = types;
    mg_reader *r = mg_reader_open(ctx, path, &options);
    if (r == NULL) fail_msg("%s", mg_context_message(ctx));
    return r;
}

/* Reads to the end in pieces that have no warnings; returns the sum of the first column. */
static double sum_of_pieces(mg_reader *r, int64_t most) {
    double sum = 0;
    for (mg_dataset *piece; (piece = mg_reader_next(r, most)) != NULL; mg_dataset_destroy(piece)) {
        assert_int_equal(mg_dataset_warnings(piece), 0);
        for (int64_t i = 0; i < mg_dataset_rows(piece); i++) sum += mg_dataset_number(piece, i, 0);
    }
    if (mg_reader_status(r) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    return sum;
}

/* Good rows 1, 4, 8 and 16. The quote of line 4 is closed on line 5, where more text follows: reading goes on below it. That of
 * line 11 is never closed: reading goes on with the next line. */
static const char holes[] = "n,b\n"
                            "1,x\n"
                            "2\n"
                            "2,\"y\n"
                            "\"4\"z,w\n"
                            "z\"\n"
                            "4,y\n"
                            "5,u,v\n"
                            ",,\n"
                            "8,z\n"
                            "\"9,z\n"
                            "16,z\n";

static void bad_rows_are_told_once_at_the_end(void **state) {
    (void)state;
    static const char text[] = "n,b\n1,x\n3\n2,y\n4,u,v\n\"5\"6,x\n\n8,z\n";
    for (int64_t most = 1; most < 5; most++) {
        mg_reader *r = open_skipping(write_text(text), 9, NULL);
        mg__mark first = mg__reader_mark(r);
        assert_true(sum_of_pieces(r, most) == 11);
        assert_int_equal(mg_reader_rows(r), 3);
        assert_int_equal(mg_reader_warnings(r), 1);
        assert_non_null(strstr(mg_reader_warning(r, 0), "t.csv: 3 bad rows were left out, on lines 3, 5, 6; the first: line 3: 1 "
                                                        "cell where the header has 2"));
        for (int again = 0; again < 3; again++) {
            assert_int_equal(again == 1 ? mg__reader_seek(r, first) : mg_reader_rewind(r), MG_OK);
            assert_true(sum_of_pieces(r, 3) == 11);
            assert_int_equal(mg_reader_warnings(r), 1);
        }
        mg_reader_close(r);
    }
}

static void rows_around_quotes_that_do_not_fit_are_kept(void **state) {
    (void)state;
    for (int64_t most = 1; most < 5; most++) {
        mg_reader *r = open_skipping(write_text(holes), 6, NULL);
        assert_true(sum_of_pieces(r, most) == 1 + 4 + 8 + 16);
        assert_non_null(
            strstr(mg_reader_warning(r, 0), "6 bad rows were left out, on lines 3, 4, 6, 8, 9 ...; the first: line 3"));
        mg_reader_close(r);
    }
    mg_reader *r = open_skipping(write_text(holes), 5, NULL);
    fails(r, 100, MG_FORMAT, "t.csv, line 11: cell 1 begins with a quote that is never closed (5 such rows were left out before");
    mg_reader_close(r);
}

static void the_whole_file_tells_of_them_as_its_pieces_do(void **state) {
    (void)state;
    mg_dataset_options options = mg_dataset_defaults();
    options.skip_bad = 9;
    const char *path = write_text(holes);
    mg_dataset *whole = mg_dataset_read(ctx, path, &options);
    assert_non_null(whole);
    assert_int_equal(mg_dataset_warnings(whole), 1);
    mg_reader *r = open_skipping(path, 9, NULL);
    pieces_are(r, 2, whole);
    mg_reader_close(r);
    mg_dataset_destroy(whole);
}

static void warnings_come_with_the_end(void **state) {
    (void)state;
    mg_reader *r = open_skipping(write_text("n,n,b\n1,1,x\n2\n3,3,y\n"), 1, NULL);
    assert_int_equal(mg_reader_warnings(r), 1); /* of the names, as soon as it is open */
    for (int i = 0; i < 2; i++) {
        mg_dataset_destroy(mg_reader_next(r, 1));
        assert_int_equal(mg_reader_rows(r), i + 1);
        assert_int_equal(mg_reader_warnings(r), 1);
    }
    is_at_its_end(r);
    assert_int_equal(mg_reader_warnings(r), 2);
    assert_non_null(strstr(mg_reader_warning(r, 1), "t.csv: 1 bad row was left out: line 3: 1 cell where the header has 3"));
    mg_reader_close(r);
}

static void only_the_first_lines_are_named(void **state) {
    (void)state;
    mg_reader *r = open_skipping(write_text("n,b\n1,x\n2\n3\n4\n5\n6\n7\n8,x\n9\n"), 7, NULL);
    assert_true(sum_of_pieces(r, 1) == 9);
    assert_non_null(strstr(mg_reader_warning(r, 0), "7 bad rows were left out, on lines 3, 4, 5, 6, 7 ...; the first: line 3:"));
    mg_reader_close(r);
}

static void cells_that_are_not_what_was_said_make_a_row_bad(void **state) {
    (void)state;
    static const char text[] = "n,d,b\n1,2026-01-02,x\n2,soon,x\nmany,2026-01-03,x\nNA,,x\n8,2026-01-05,\"m\"\n";
    mg_reader *r = open_skipping(write_text(text), 2, "n=number,d=date");
    mg_dataset *piece = mg_reader_next(r, 100);
    assert_non_null(piece);
    assert_int_equal(mg_dataset_rows(piece), 3);
    assert_int_equal(mg_dataset_line(piece, 1), 5);
    assert_int_equal(mg_dataset_line(piece, 2), 6);
    mg_dataset_destroy(piece);
    assert_non_null(strstr(mg_reader_warning(r, 0), "on lines 3, 4; the first: line 3, column 'd': 'soon' is no date"));
    mg_reader_close(r);
    r = open_skipping(write_text(text), 1, "n=number,d=date");
    fails(r, 100, MG_FORMAT, "t.csv, line 4, column 'n': 'many' is no number (1 such row was left out before it; more may be");
    mg_reader_close(r);
}

static void one_bad_row_more_than_allowed_is_refused(void **state) {
    (void)state;
    static const char text[] = "n,b\n1,x\n2\n3,x\n4,y\n5\n6,y\n7\n8,x\n";
    mg_reader *r = open_skipping(write_text(text), 2, NULL);
    for (int again = 0; again < 3; again++) { /* and the same words, however often it is tried */
        for (int i = 0; i < 4; i++) mg_dataset_destroy(mg_reader_next(r, 1));
        assert_int_equal(mg_reader_status(r), MG_OK);
        assert_int_equal(mg_reader_rows(r), 4);
        fails(r, 1, MG_FORMAT, "t.csv, line 8: 1 cell where the header has 2 (2 such rows were left out before it; more may be");
        assert_int_equal(mg_reader_warnings(r), 0);
        assert_int_equal(mg_reader_rewind(r), MG_OK);
        assert_int_equal(mg_reader_status(r), MG_OK);
    }
    mg_reader_close(r);
    r = open_reader(write_text(text));
    mg_dataset_destroy(mg_reader_next(r, 1));
    fails(r, 1, MG_FORMAT, "t.csv, line 3: 1 cell where the header has 2; correct it, or leave such rows out with --skip-bad");
    mg_reader_close(r);
}

static void a_file_of_bad_rows_is_refused(void **state) {
    (void)state;
    mg_reader *r = open_skipping(write_text("n,b\n1\n2\n"), 5, NULL);
    fails(r, 1, MG_FORMAT, "t.csv: every row is bad");
    mg_reader_close(r);
    r = open_reader(write_text("n,b\n"));
    fails(r, 1, MG_FORMAT, "t.csv: a header without any row below it");
    mg_reader_close(r);
}

/* A word after more numbers than keep their spelling: the piece is read again, and its bad rows with it. */
static void bad_rows_of_a_piece_that_is_read_twice(const char *path, int64_t most) {
    char found[32], wanted[32];
    mg_reader *r = open_skipping(path, 6, NULL);
    for (int again = 0; again < 2; again++) {
        mg_dataset *piece = mg_reader_next(r, most);
        if (piece == NULL) fail_msg("%s", mg_context_message(ctx));
        assert_int_equal(mg_dataset_rows(piece), 5001);
        assert_int_equal(mg_dataset_column_type(piece, 0), MG_COLUMN_TEXT);
        for (int i = 0; i < 5000; i += 99) {
            sprintf(wanted, "%d.0", i);
            mg_dataset_text(piece, i, 0, found, sizeof found);
            assert_string_equal(found, wanted);
        }
        mg_dataset_destroy(piece);
        is_at_its_end(r);
        assert_int_equal(mg_reader_warnings(r), 1);
        assert_non_null(strstr(mg_reader_warning(r, 0), "6 bad rows were left out, on lines 502, 1503, 2504, 3505, 4506 ...;"));
        assert_int_equal(mg_reader_rewind(r), MG_OK);
    }
    mg_reader_close(r);
}

static void bad_rows_of_a_piece_that_is_read_twice_are_counted_once(void **state) {
    (void)state;
    char *text = malloc(100000);
    size_t used = (size_t)sprintf(text, "n,b\n");
    for (int i = 0; i < 5000; i++) used += (size_t)sprintf(text + used, "%s%d.0,x\n", i % 1000 == 500 ? "bad\n" : "", i);
    used += (size_t)sprintf(text + used, "word,y\n7\n");
    bad_rows_of_a_piece_that_is_read_twice(test_write("t.csv", text, used), 6000);
#ifdef MG__HAVE_ZLIB
    bad_rows_of_a_piece_that_is_read_twice(write_gzip("t.csv.gz", text, used), 6000);
    bad_rows_of_a_piece_that_is_read_twice(write_gzip("t.csv.gz", text, used), INT64_MAX); /* too many rows to keep spellings */
#endif
    free(text);
}

#define TEST(f) cmocka_unit_test_setup(f, clean)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(bad_rows_are_told_once_at_the_end),
        TEST(rows_around_quotes_that_do_not_fit_are_kept),
        TEST(the_whole_file_tells_of_them_as_its_pieces_do),
        TEST(warnings_come_with_the_end),
        TEST(only_the_first_lines_are_named),
        TEST(cells_that_are_not_what_was_said_make_a_row_bad),
        TEST(one_bad_row_more_than_allowed_is_refused),
        TEST(a_file_of_bad_rows_is_refused),
        TEST(bad_rows_of_a_piece_that_is_read_twice_are_counted_once),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
