/* What a reader does where things go wrong: files that end too early, input that comes only once, no memory. */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/readers.h"

/* --- settings and damaged files ---------------------------------------------------------------------- */

static void pieces_need_at_least_a_row(void **state) {
    (void)state;
    static const int64_t none[] = { 0, -1, INT64_MIN };
    for (size_t i = 0; i < 3; i++) {
        mg_reader *r = open_reader(i == 1 ? STORED_ARRAYS : write_mixed("t.csv", 20));
        fails(r, none[i], MG_INVALID, "wanted at least 1");
        assert_int_equal(mg_reader_rewind(r), MG_OK); /* and all is well again */
        mg_dataset *piece = mg_reader_next(r, 1);
        assert_non_null(piece);
        mg_dataset_destroy(piece);
        mg_reader_close(r);
    }
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    const char *path = write_mixed("t.csv", 20);
    mg_dataset_options good = mg_dataset_defaults(), o[6] = { good, good, good, good, good, good };
    static const char *const words[] = { "separator", "decimal", "decimal", "header", "skip_bad", "zip" };
    o[0].separator = 'x';
    o[1].decimal = ';';
    o[2].decimal = o[2].separator = ',';
    o[3].header = (mg_header)7;
    o[4].skip_bad = -1;
    o[5].types = "zip=number"; /* there is no such column */
    for (size_t i = 0; i < 6; i++) {
        assert_null(mg_reader_open(ctx, path, &o[i]));
        says(MG_SETTING, words[i]);
        mg_context_clear(ctx);
    }
    assert_null(mg_reader_open(ctx, test_path("nowhere.csv"), NULL));
    says(MG_FILE, "nowhere.csv");
    assert_null(mg_reader_open(ctx, write_text("\n \n"), NULL));
    says(MG_FORMAT, "t.csv: empty");
}

static void bytes_that_are_no_text_are_refused_when_they_are_reached(void **state) {
    (void)state;
    mg_reader *r = open_reader(write_text("n,b\n1,x\n2,y\n3,\xe4\n4,z\n"));
    mg_dataset *piece = mg_reader_next(r, 2);
    assert_non_null(piece);
    mg_dataset_destroy(piece);
    fails(r, 2, MG_FORMAT, "t.csv, line 4, column 'b': byte 0xE4 is no UTF-8");
    mg_reader_close(r);
    r = open_reader(test_write("t.csv", "n,b\n1,x\n2,\0\n", 13));
    fails(r, 9, MG_FORMAT, "t.csv, line 3: a NUL byte");
    mg_reader_close(r);
}

/* Each time it is read, and not all times together. */
static void the_longest_input_is_that_of_the_content(void **state) {
    (void)state;
    size_t length;
    char *text = mixed(300, &length);
    const char *paths[2] = { test_write("t.csv", text, length) };
    int files = 1;
#ifdef MG__HAVE_ZLIB
    paths[files++] = write_gzip("t.csv.gz", text, length);
#endif
    for (int i = 0; i < files; i++) {
        mg_dataset_options options = mg_dataset_defaults();
        options.max_bytes = length - 1;
        assert_null(mg_reader_open(ctx, paths[i], &options));
        says(MG_FORMAT, i == 0 ? "t.csv: longer than the " : "t.csv.gz: decompresses to more than the ");
        mg_context_clear(ctx);
        options.max_bytes = length;
        mg_reader *r = mg_reader_open(ctx, paths[i], &options);
        for (int again = 0; again < 3; again++) {
            mg_dataset *piece = mg_reader_next(r, 1000);
            if (piece == NULL) fail_msg("%s", mg_context_message(ctx));
            mg_dataset_destroy(piece);
            is_at_its_end(r);
            assert_int_equal(mg_reader_rewind(r), MG_OK);
        }
        mg_reader_close(r);
    }
    free(text);
}

#ifdef MG__HAVE_ZLIB
static void gzip_that_ends_too_early_is_refused_when_that_is_reached(void **state) {
    (void)state;
    struct stat about;
    const char *path = write_mixed_gzip("t.csv.gz", 60000);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(truncate(path, about.st_size * 3 / 4), 0);
    mg_reader *r = open_reader(path);
    mg_dataset *piece = mg_reader_next(r, 1000);
    assert_non_null(piece);
    mg_dataset_destroy(piece);
    fails(r, INT64_MAX, MG_FORMAT, "t.csv.gz: truncated");
    assert_int_equal(mg_reader_rewind(r), MG_OK); /* what is there can be read again */
    piece = mg_reader_next(r, 1000);
    assert_non_null(piece);
    mg_dataset_destroy(piece);
    mg_reader_close(r);
    assert_int_equal(truncate(path, 40), 0);
    assert_null(mg_reader_open(ctx, path, NULL));
    says(MG_FORMAT, "t.csv.gz: truncated");
}
#endif

/* --- what comes only once ---------------------------------------------------------------------------- */

/* Makes a descriptor standard input; returns what was. */
static int stand_in(int descriptor) {
    int before = dup(0);
    assert_int_equal(dup2(descriptor, 0), 0);
    close(descriptor);
    return before;
}

static void stand_back(int before) { close(stand_in(before)); }

/* A pipe that holds a text, which is freed. */
static int pipe_of(char *text, size_t length) {
    int ends[2];
    assert_in_range(length, 1, 65536); /* more does not fit into a pipe that nobody reads */
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, length), length);
    close(ends[1]);
    free(text);
    return ends[0];
}

static void a_pipe_is_read_once(void **state) {
    (void)state;
    static const char *const paths[] = { "-", "/dev/fd/0" };
    mg_dataset *whole = read_all(write_mixed("t.csv", 700));
    for (size_t i = 0; i < 2; i++) {
        uint64_t at, length;
        size_t bytes;
        char *text = mixed(700, &bytes);
        int before = stand_in(pipe_of(text, bytes));
        mg_reader *r = open_reader(paths[i]);
        mg__mark first = mg__reader_mark(r);
        assert_false(mg__reader_seeks(r));
        for (int64_t row = 0; row < 700; row += 70) {
            next_is(r, 70, whole, row);
            mg_context_clear(ctx);
            assert_int_equal(mg_reader_rewind(r), MG_UNSUPPORTED); /* which does not keep it from going on */
            says(MG_UNSUPPORTED, i == 0 ? "standard input: cannot be read twice" : "/dev/fd/0: cannot be read twice");
        }
        is_at_its_end(r);
        assert_int_equal(mg_reader_rows(r), 700);
        mg_reader_position(r, &at, &length);
        assert_int_equal(length, 0);
        assert_int_equal(mg__reader_seek(r, first), MG_UNSUPPORTED);
        assert_int_equal(mg_reader_status(r), MG_UNSUPPORTED);
        assert_null(mg_reader_next(r, 1));
        mg_reader_close(r);
        stand_back(before);
    }
    mg_dataset_destroy(whole);
}

/* Whether it is a file or not: nobody knows who else reads it. */
static void standard_input_is_read_once_even_if_it_is_a_file(void **state) {
    (void)state;
    int before = stand_in(open(write_mixed("t.csv", 30), O_RDONLY));
    mg_reader *r = open_reader("-");
    mg_dataset_destroy(mg_reader_next(r, 30));
    assert_int_equal(mg_reader_rewind(r), MG_UNSUPPORTED);
    mg_reader_close(r);
    stand_back(before);
}

/* A word after more numbers than keep their spelling: it cannot be read again, unless the piece is small enough to have kept
 * all of them in any case. */
static void a_pipe_makes_do_with_the_spellings_that_it_has(void **state) {
    (void)state;
    for (int small = 0; small < 2; small++) {
        char *text = malloc(65536), found[16];
        size_t used = (size_t)sprintf(text, "x,n\n");
        for (int i = 0; i < 4200; i++) used += (size_t)sprintf(text + used, "%d.0,1.0\n", i);
        used += (size_t)sprintf(text + used, "late,2\n");
        int before = stand_in(pipe_of(text, used));
        mg_reader *r = open_reader("-");
        mg_dataset *piece = mg_reader_next(r, small ? 5000 : INT64_MAX);
        assert_non_null(piece);
        assert_int_equal(mg_dataset_rows(piece), 4201);
        assert_int_equal(mg_dataset_column_type(piece, 0), MG_COLUMN_TEXT);
        assert_int_equal(mg_dataset_column_distinct(piece, 0), 4201);
        mg_dataset_text(piece, 4199, 0, found, sizeof found);
        assert_string_equal(found, small ? "4199.0" : "4199");
        assert_true(mg_dataset_number(piece, 4199, 0) == 4199);
        mg_dataset_text(piece, 4200, 0, found, sizeof found);
        assert_string_equal(found, "late");
        mg_dataset_text(piece, 12, 1, found, sizeof found);
        assert_string_equal(found, "1.0");
        assert_int_equal(mg_reader_warnings(r), small ? 0 : 1);
        if (!small)
            assert_non_null(strstr(mg_reader_warning(r, 0),
                                   "column 'x': numbers in the first 4200 rows, then text; since standard "
                                   "input cannot be read twice, 1.0 among them is spelled 1 now"));
        mg_dataset_destroy(piece);
        mg_reader_close(r);
        stand_back(before);
    }
}

/* Other formats are held whole, so that they can be read again wherever they came from. */
static void arrays_from_standard_input_can_be_read_again(void **state) {
    (void)state;
    const char *path = write_array("array.npy");
    mg_dataset *whole = read_all(path);
    int before = stand_in(open(path, O_RDONLY));
    mg_reader *r = open_reader("-");
    pieces_are(r, 6, whole);
    assert_true(mg__reader_seeks(r));
    assert_int_equal(mg_reader_rewind(r), MG_OK);
    pieces_are(r, 7, whole);
    mg_reader_close(r);
    stand_back(before);
    mg_dataset_destroy(whole);
}

/* --- memory ------------------------------------------------------------------------------------------ */

typedef struct reading {
    const char *path;
    int64_t most, rows;
    mg_dataset_options options;
} reading;

static bool read_through(mg_reader *r, const reading *what) {
    int64_t rows = 0;
    for (mg_dataset *piece; (piece = mg_reader_next(r, what->most)) != NULL; mg_dataset_destroy(piece))
        rows += mg_dataset_rows(piece);
    bool done = mg_reader_status(r) == MG_OK;
    if (done) assert_int_equal(rows, what->rows);
    if (!done) assert_null(mg_reader_next(r, what->most));
    return done;
}

static bool read_twice(mg_context *context, void *user) {
    const reading *what = user;
    mg_reader *r = mg_reader_open(context, what->path, &what->options);
    bool done = r != NULL && read_through(r, what) && mg_reader_rewind(r) == MG_OK && read_through(r, what);
    mg_reader_close(r);
    return done;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    char path[512], *text = malloc(100000);
    size_t used = (size_t)sprintf(text, "x,x,v\n\n");
    for (int i = 0; i < 4200; i++)
        used += (size_t)sprintf(text + used, "%d,\"a\"\"%d\",%d%s\n", i, i % 3, i, i % 999 ? "" : "\nbad");
    used += (size_t)sprintf(text + used, "late,b,1\n");
    strcpy(path, test_write("late.csv", text, used));
    free(text);
    reading what = { path, 5000, 4201, mg_dataset_defaults() };
    what.options.skip_bad = 100;
    what.options.types = "v=number";
    assert_true(failing_allocator_exhaust(read_twice, &what) > 40);
    what.most = 2000;
    assert_true(failing_allocator_exhaust(read_twice, &what) > 40);
    what = (reading){ STORED_ARRAYS, 3, 4, mg_dataset_defaults() };
    assert_true(failing_allocator_exhaust(read_twice, &what) > 20);
#ifdef MG__HAVE_ZLIB
    strcpy(path, write_mixed_gzip("t.csv.gz", 300));
    what = (reading){ path, 100, 300, mg_dataset_defaults() };
    assert_true(failing_allocator_exhaust(read_twice, &what) > 40);
#endif
}

#define TEST(f) cmocka_unit_test_setup(f, clean)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(pieces_need_at_least_a_row),
        TEST(wrong_options_are_refused),
        TEST(bytes_that_are_no_text_are_refused_when_they_are_reached),
        TEST(the_longest_input_is_that_of_the_content),
#ifdef MG__HAVE_ZLIB
        TEST(gzip_that_ends_too_early_is_refused_when_that_is_reached),
#endif
        TEST(a_pipe_is_read_once),
        TEST(standard_input_is_read_once_even_if_it_is_a_file),
        TEST(a_pipe_makes_do_with_the_spellings_that_it_has),
        TEST(arrays_from_standard_input_can_be_read_again),
        TEST(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
