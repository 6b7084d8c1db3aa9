/* A reader's pieces together hold what the whole file holds, whatever their size, in whatever order and however often they are
 * read. What is left out and refused: test_reader_bad_rows.c, test_reader_failures.c. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/readers.h"

/* With pieces of each size, opened anew and rewound in turn. */
static void all_pieces_are(const char *path) {
    static const int64_t sizes[] = { 1, 2, 3, 7, 1000, INT64_MAX / 2 };
    mg_dataset *whole = read_all(path);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        mg_reader *r = open_reader(path);
        for (size_t k = 0; k < 3; k++) {
            pieces_are(r, sizes[(i + k) % 6], whole);
            assert_int_equal(mg_reader_rewind(r), MG_OK);
        }
        mg_reader_close(r);
    }
    mg_dataset_destroy(whole);
}

static void pieces_hold_what_the_whole_file_holds(void **state) {
    (void)state;
    all_pieces_are(write_mixed("mixed.csv", 2100));
    all_pieces_are(write_array("array.npy"));
    all_pieces_are(STORED_ARRAYS);
#ifdef MG__HAVE_ZLIB
    all_pieces_are(write_mixed_gzip("mixed.csv.gz", 2100));
#endif
}

static void every_dialect_can_be_cut_anywhere(void **state) {
    (void)state;
    static const char *const texts[] = {
        "a,b\n1,x\n2,\n,y\nNA,?\n5,z",
        "a,b\r\n1,x\r\n\r\n2,\r\n  \r\n,y\r\nNA,?\r\n5,z\r\n",
        "a,b\r1,x\r2,y\r3,\"z\rz\"\r",
        "a,b\n1,\"two\nlines\"\n2,\"a \"\"b\"\"\r\n, c\"\n\n3,\"\"\n4, \"blank\" \n5,\"\n\n\"\n",
        ("\xef\xbb\xbf"
         "a,b\n1,\xe2\x82\xac\n2,\xc3\xbc\n3,x\n"),
        "a;b;c\n1,5;2;x,y\n3;4,0;z\n5;6;w,\n",
        "a\tb\n1\tx y\n2\t\n\n3\tz\n",
        "a|b\n1|x\n2|y, z\n",
        "1,2.5\n3,4.5\n5,NA\n",                    /* no header: a warning from the beginning on */
        "a,a,a,b\n1,2,3,x\n4,5,6,y\n7,8,9,\n",     /* names that were taken */
        "n,m\n1,\"1,234\"\n2,\"2,345\"\n3,word\n", /* thousands or not: a warning, too */
        "only\n1\n\n2\nx\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) all_pieces_are(test_write("t.csv", texts[i], strlen(texts[i])));
}

/* So many numbers that a piece lets their spellings go, and then a word in a later piece: as its first cell, or among others. */
static void a_later_piece_may_be_of_words(void **state) {
    (void)state;
    char *text = malloc(300000);
    for (int word = 9999; word < 10003; word++) {
        size_t used = (size_t)sprintf(text, "x,n\n");
        for (int i = 0; i < 15000; i++)
            used += (size_t)sprintf(text + used, i == word ? "word,%d\n" : i % 9 == 4 ? ",%d\n" : "%d.0,1\n", i);
        const char *path = test_write("t.csv", text, used);
        mg_dataset *whole = read_all(path);
        assert_int_equal(mg_dataset_column_type(whole, 0), MG_COLUMN_TEXT);
        mg_reader *r = open_reader(path);
        for (int again = 0; again < 2; again++) {
            pieces_are(r, 5000, whole);
            assert_int_equal(mg_reader_rewind(r), MG_OK);
        }
        mg_reader_close(r);
        mg_dataset_destroy(whole);
    }
    free(text);
}

static void bytes_in_memory_are_read_as_a_file_is(void **state) {
    (void)state;
    size_t length;
    char *text = mixed(300, &length);
    mg_dataset *whole = read_all(test_write("t.csv", text, length));
    mg_reader *r = mg__reader_open_memory(ctx, "t.csv", text, length, NULL);
    assert_non_null(r);
    assert_true(mg__reader_seeks(r));
    for (int64_t size = 1; size < 400; size += 90) {
        pieces_are(r, size, whole);
        assert_int_equal(mg_reader_rewind(r), MG_OK);
    }
    mg_dataset *taken = mg__reader_take(r);
    assert_non_null(taken);
    assert_int_equal(mg_dataset_rows(taken), 300);
    same_rows(taken, whole, 0);
    mg_dataset_destroy(taken);
    mg_reader_close(r);
    mg_reader_close(NULL);
    mg_dataset_destroy(whole);
    free(text);
}

/* The text is held a megabyte at a time. Whatever lies across the end of one must not be torn: line ends, doubled quotes,
 * characters of several bytes. */
static void rows_across_the_end_of_a_window_are_whole(void **state) {
    (void)state;
    static const char row[] = "\"\xc3\xbc\"\"\xe2\x82\xac\r\n\xf0\x9f\x98\x80\",7\r\n\r\n";
    const size_t half = (size_t)1 << 19, window = 2 * half, bytes = sizeof row - 1;
    char *text = malloc(window + 1000), found[64];
    for (size_t shift = 0; shift < 2 * bytes; shift++) {
        size_t used = (size_t)sprintf(text, "t,n\n"), rows = 0, until = window - 3 * bytes + shift;
        memset(text + used, 'a', until - used);
        memcpy(text + half, ",1\n", 3);
        memcpy(text + until, ",2\n", 3);
        for (used = until + 3; used < window + 4 * bytes; used += bytes, rows++) memcpy(text + used, row, bytes);
        const char *path = test_write("t.csv", text, used);
        mg_reader *r = open_reader(path);
        mg_dataset *piece = mg_reader_next(r, 2);
        assert_non_null(piece);
        assert_int_equal(mg_dataset_text(piece, 1, 0, found, sizeof found), until - half - 3);
        mg_dataset_destroy(piece);
        for (size_t i = 0; i < rows; i++) {
            piece = mg_reader_next(r, 1);
            if (piece == NULL) fail_msg("shift %zu, row %zu: %s", shift, i, mg_context_message(ctx));
            mg_dataset_text(piece, 0, 0, found, sizeof found);
            assert_string_equal(found, "\xc3\xbc\"\xe2\x82\xac\r\n\xf0\x9f\x98\x80");
            assert_true(mg_dataset_number(piece, 0, 1) == 7);
            assert_int_equal(mg_dataset_line(piece, 0), 4 + 3 * i);
            mg_dataset_destroy(piece);
        }
        is_at_its_end(r);
        mg_reader_close(r);
    }
    free(text);
}

static void a_row_may_be_longer_than_a_window(void **state) {
    (void)state;
    const size_t bytes = 5 << 20;
    char *text = malloc(bytes + 100);
    size_t used = (size_t)sprintf(text, "t,n\nx,1\n\"");
    for (size_t i = 0; i < bytes; i++) text[used++] = i % 1000 == 999 ? '\n' : (char)('a' + i % 26);
    used += (size_t)sprintf(text + used, "\",2\ny,3\n");
    mg_reader *r = open_reader(test_write("t.csv", text, used));
    mg_dataset *piece[3];
    for (int i = 0; i < 3; i++) {
        piece[i] = mg_reader_next(r, 1);
        if (piece[i] == NULL) fail_msg("%s", mg_context_message(ctx));
        assert_true(mg_dataset_number(piece[i], 0, 1) == i + 1);
    }
    char *found = malloc(bytes + 1);
    assert_int_equal(mg_dataset_text(piece[1], 0, 0, found, bytes + 1), bytes);
    assert_memory_equal(found, text + 9, bytes);
    assert_int_equal(mg_dataset_line(piece[1], 0), 3);
    assert_int_equal(mg_dataset_line(piece[2], 0), 4 + bytes / 1000);
    for (int i = 0; i < 3; i++) mg_dataset_destroy(piece[i]);
    is_at_its_end(r);
    assert_int_equal(mg_reader_warnings(r), 1);
    assert_non_null(strstr(mg_reader_warning(r, 0), "t.csv, line 3, column 't': a cell as long as 5.2 MB"));
    mg_reader_close(r);
    free(found);
    free(text);
}

/* --- places ------------------------------------------------------------------------------------------ */

/* Marks every piece, then comes back to them in another order and reads as much there, or less. */
static void marks_lead_back(mg_reader *r, int64_t most, const mg_dataset *whole) {
    enum { MARKS = 400 };
    static mg__mark marks[MARKS];
    size_t count = 0;
    for (int64_t first = 0; first < mg_dataset_rows(whole); first += most) {
        assert_in_range(count, 0, MARKS - 1);
        marks[count++] = mg__reader_mark(r);
        next_is(r, most, whole, first);
    }
    mg__mark end = mg__reader_mark(r);
    is_at_its_end(r);
    for (size_t i = 0; i < count + 3; i++) {
        size_t k = (i * 37 + 11) % count; /* 37 divides no count of the tests: all of them */
        assert_int_equal(mg__reader_seek(r, marks[k]), MG_OK);
        assert_true(mg__reader_mark(r).offset == marks[k].offset);
        next_is(r, i % 2 == 0 ? most : most / 2 + 1, whole, (int64_t)k * most);
    }
    assert_int_equal(mg__reader_seek(r, end), MG_OK);
    is_at_its_end(r);
    assert_int_equal(mg_reader_rewind(r), MG_OK);
    pieces_are(r, most, whole);
}

static void file_can_be_read_in_any_order(const char *path, int64_t most, bool quick) {
    mg_dataset *whole = read_all(path);
    mg_reader *r = open_reader(path);
    assert_int_equal(mg__reader_seeks(r), quick);
    marks_lead_back(r, most, whole);
    mg_reader_close(r);
    mg_dataset_destroy(whole);
}

static void pieces_can_be_read_in_any_order(void **state) {
    (void)state;
    file_can_be_read_in_any_order(write_mixed("mixed.csv", 700), 7, true);
    file_can_be_read_in_any_order(write_array("array.npy"), 3, true);
    file_can_be_read_in_any_order(STORED_ARRAYS, 1, true);
    /* of more than a window */
    file_can_be_read_in_any_order(write_mixed("large.csv", 50000), 1700, true);
#ifdef MG__HAVE_ZLIB
    file_can_be_read_in_any_order(write_mixed_gzip("mixed.csv.gz", 700), 7, false);
    file_can_be_read_in_any_order(write_mixed_gzip("large.csv.gz", 50000), 4000, false);
#endif
}

/* --- what else a reader tells ------------------------------------------------------------------------ */

static void position_grows_to_the_length(const char *path) {
    uint64_t at, length, last = 0;
    struct stat about;
    mg_reader *r = open_reader(path);
    assert_int_equal(stat(path, &about), 0);
    for (mg_dataset *piece; (piece = mg_reader_next(r, 100)) != NULL; mg_dataset_destroy(piece)) {
        mg_reader_position(r, &at, &length);
        assert_int_equal(length, about.st_size);
        assert_in_range(at, last, length);
        last = at;
    }
    mg_reader_position(r, &at, &length);
    assert_int_equal(at, length);
    mg_reader_close(r);
}

static void the_position_grows_to_the_length_of_the_file(void **state) {
    (void)state;
    uint64_t at, length;
    position_grows_to_the_length(write_mixed("mixed.csv", 5000));
    position_grows_to_the_length(write_array("array.npy"));
    mg_reader *r = open_reader(write_mixed("mixed.csv", 5000));
    mg_dataset_destroy(mg_reader_next(r, 1000)); /* the window holds all of it, but that is not what was read */
    mg_reader_position(r, &at, &length);
    assert_in_range(at, length / 6, length / 4);
    assert_int_equal(mg_reader_rewind(r), MG_OK);
    mg_reader_position(r, &at, &length);
    assert_in_range(at, 0, 20);
    mg_reader_close(r);
#ifdef MG__HAVE_ZLIB
    position_grows_to_the_length(write_mixed_gzip("mixed.csv.gz", 50000));
#endif
}

static void the_head_has_names_and_kinds(void **state) {
    (void)state;
    mg_dataset_options options = mg_dataset_defaults();
    options.types = "zip=category,age=number";
    mg_reader *r = mg_reader_open(ctx, test_write("t.csv", "zip,age\n01,3\n02,4\n", 18), &options);
    assert_non_null(r);
    const mg_dataset *head = mg__reader_head(r);
    assert_int_equal(mg_dataset_columns(head), 2);
    assert_int_equal(mg_dataset_rows(head), 0);
    assert_string_equal(mg_dataset_column_name(head, 1), "age");
    assert_int_equal(head->column[0].asked, MG_KIND_CATEGORY);
    mg_dataset *piece = mg_reader_next(r, 1);
    assert_int_equal(piece->column[0].asked, MG_KIND_CATEGORY);
    assert_int_equal(piece->column[1].asked, MG_KIND_NUMBER);
    assert_int_equal(mg_dataset_column_type(piece, 0), MG_COLUMN_TEXT);
    assert_int_equal(mg_dataset_column_type(piece, 1), MG_COLUMN_NUMBER);
    mg_dataset_destroy(piece);
    mg_reader_close(r);
}

static void spellings_are_kept_where_they_were_asked_for(void **state) {
    (void)state;
    char text[16];
    mg_reader *r = open_reader(write_mixed("mixed.csv", 6000));
    mg_dataset *piece = mg_reader_next(r, 5000);
    assert_int_equal(mg_dataset_column_distinct(piece, 0), -1);
    mg_dataset_text(piece, 12, 0, text, sizeof text);
    assert_string_equal(text, "12.5");
    mg_dataset_destroy(piece);
    mg__reader_spell(r, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mg_reader_rewind(r), MG_OK);
        piece = mg_reader_next(r, 5000);
        assert_int_equal(mg_dataset_column_distinct(piece, 0), 5000);
        mg_dataset_text(piece, 12, 0, text, sizeof text);
        assert_string_equal(text, "12.50");
        mg_dataset_destroy(piece);
    }
    mg_reader_close(r);
}

static void a_second_reading_spells_as_the_first(void **state) {
    (void)state;
    char *text = malloc(10000 * 16), cell[16];
    size_t used = (size_t)sprintf(text, "x,y\n");
    for (int i = 0; i < 10000; i++) used += (size_t)sprintf(text + used, i < 5000 ? "1.0,a\n" : "%d.0,a\n", i);
    mg_reader *r = open_reader(test_write("t.csv", text, used));
    free(text);
    for (int reading = 0; reading < 2; reading++) {
        mg_dataset *first = mg_reader_next(r, 5000), *second = mg_reader_next(r, 5000);
        assert_int_equal(mg_dataset_column_distinct(first, 0), 1);
        assert_int_equal(mg_dataset_column_distinct(second, 0), -1); /* more than 4096 numbers */
        mg_dataset_text(first, 0, 0, cell, sizeof cell);
        assert_string_equal(cell, "1.0");
        mg_dataset_destroy(first);
        mg_dataset_destroy(second);
        assert_int_equal(mg_reader_rewind(r), MG_OK);
    }
    mg_reader_close(r);
}

static void the_end_is_one_wherever_it_is_come_from(void **state) {
    (void)state;
    mg_reader *r = open_reader(write_text("a,b\n1,x\n   "));
    mg_dataset_destroy(mg_reader_next(r, 1));
    mg__mark end = mg__reader_mark(r);
    assert_int_equal(mg_reader_rewind(r), MG_OK);
    assert_int_equal(mg__reader_seek(r, end), MG_OK);
    assert_null(mg_reader_next(r, 1));
    assert_int_equal(mg_reader_status(r), MG_OK);
    uint64_t at, length;
    mg_reader_position(r, &at, &length);
    assert_int_equal(at, length);
    mg_reader_close(r);
}

#define TEST(f) cmocka_unit_test_setup(f, clean)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(pieces_hold_what_the_whole_file_holds),
        TEST(every_dialect_can_be_cut_anywhere),
        TEST(a_later_piece_may_be_of_words),
        TEST(bytes_in_memory_are_read_as_a_file_is),
        TEST(rows_across_the_end_of_a_window_are_whole),
        TEST(a_row_may_be_longer_than_a_window),
        TEST(pieces_can_be_read_in_any_order),
        TEST(the_position_grows_to_the_length_of_the_file),
        TEST(a_second_reading_spells_as_the_first),
        TEST(the_end_is_one_wherever_it_is_come_from),
        TEST(the_head_has_names_and_kinds),
        TEST(spellings_are_kept_where_they_were_asked_for),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
