/* CSV: what is understood, what is refused and where. */
#define _DEFAULT_SOURCE
#include "data/table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/files.h"

static mg_context *ctx;

static int set_up(void **state) {
    ctx = mg_context_create(NULL);
    return ctx == NULL || test_folder_make(state);
}

static int tear_down(void **state) {
    mg_context_destroy(ctx);
    return test_folder_remove(state);
}

static mg_dataset *read_bytes(const char *text, size_t length) {
    mg_context_clear(ctx);
    return mg__csv_read(ctx, "t.csv", text, length, '\0');
}

static mg_dataset *read_text(const char *text) {
    mg_dataset *d = read_bytes(text, strlen(text));
    if (d == NULL) fail_msg("%s: %s", text, mg_context_message(ctx));
    return d;
}

static void text_is(const mg_dataset *d, int64_t row, int64_t column, const char *wanted) {
    char text[64];
    assert_int_equal(mg_dataset_text(d, row, column, text, sizeof text), strlen(wanted));
    assert_string_equal(text, wanted);
}

static void refused(const char *text, size_t length, const char *words) {
    mg_dataset *d = read_bytes(text, length);
    if (d != NULL) fail_msg("accepted: %s", text);
    assert_int_equal(mg_context_status(ctx), MG_FORMAT);
    assert_ptr_equal(strstr(mg_context_message(ctx), "t.csv"), mg_context_message(ctx));
    if (strstr(mg_context_message(ctx), words) == NULL) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
}

static void a_table_has_named_typed_columns(void **state) {
    (void)state;
    mg_dataset *d = read_text("width, kind ,id\n1.5,round,7\n-2e3,square,8\n");
    assert_int_equal(mg_dataset_rows(d), 2);
    assert_int_equal(mg_dataset_columns(d), 3);
    assert_int_equal(mg_dataset_find(d, "kind"), 1);
    assert_int_equal(mg_dataset_find(d, " kind "), -1);
    assert_int_equal(mg_dataset_column_type(d, 0), MG_COLUMN_NUMBER);
    assert_int_equal(mg_dataset_column_type(d, 1), MG_COLUMN_TEXT);
    assert_true(mg_dataset_number(d, 0, 0) == 1.5 && mg_dataset_number(d, 1, 0) == -2000);
    assert_true(isnan(mg_dataset_number(d, 0, 1)));
    text_is(d, 1, 0, "-2e3");
    text_is(d, 1, 1, "square");
    assert_int_equal(mg_dataset_column_distinct(d, 1), 2);
    assert_int_equal(mg_dataset_line(d, 0), 2);
    assert_int_equal(mg_dataset_line(d, 1), 3);
    int64_t shape[3];
    assert_false(mg_dataset_image_shape(d, shape));
    mg_dataset_destroy(d);
    mg_dataset_destroy(NULL);
}

static void quotes_hold_separators_line_ends_and_quotes(void **state) {
    (void)state;
    mg_dataset *d = read_text("\"a,\"\"b\"\"\",c\r\n\"Ames, IA\",\"two\r\nlines\"\r\n\"say \"\"hi\"\"\",\"\"\"\"\r\n");
    assert_string_equal(mg_dataset_column_name(d, 0), "a,\"b\"");
    text_is(d, 0, 0, "Ames, IA");
    text_is(d, 0, 1, "two\r\nlines");
    text_is(d, 1, 0, "say \"hi\"");
    text_is(d, 1, 1, "\"");
    assert_int_equal(mg_dataset_line(d, 0), 2);
    assert_int_equal(mg_dataset_line(d, 1), 4);
    mg_dataset_destroy(d);
}

static void spellings_come_back_exactly(void **state) {
    (void)state;
    mg_dataset *d = read_text("y,n\n Setosa ,1.0\n\xc3\xb6l,01\nK\xc3\xb6ln, 3 \n\"\ttab\",+4\n5\" pipe,.5\n");
    text_is(d, 0, 0, " Setosa ");
    text_is(d, 1, 0, "\xc3\xb6l");
    text_is(d, 2, 0, "K\xc3\xb6ln");
    text_is(d, 3, 0, "\ttab");
    text_is(d, 4, 0, "5\" pipe");
    static const double numbers[] = { 1, 1, 3, 4, 0.5 };
    static const char *const spelled[] = { "1.0", "01", " 3 ", "+4", ".5" };
    for (int64_t r = 0; r < 5; r++) {
        assert_true(mg_dataset_number(d, r, 1) == numbers[r]);
        text_is(d, r, 1, spelled[r]);
    }
    assert_int_equal(mg_dataset_column_type(d, 1), MG_COLUMN_NUMBER);
    mg_dataset_destroy(d);
}

static void missing_cells_have_many_names(void **state) {
    (void)state;
    mg_dataset *d = read_text("x,t\n,a\nNA,NA\nn/a,\nNaN,?\nnull,NULL\n ? ,b\n\"\",nan\n1,naN\n");
    assert_int_equal(mg_dataset_rows(d), 8);
    assert_int_equal(mg_dataset_column_type(d, 0), MG_COLUMN_NUMBER);
    assert_int_equal(mg_dataset_column_missing(d, 0), 7);
    assert_int_equal(mg_dataset_column_missing(d, 1), 6);
    assert_int_equal(mg_dataset_column_distinct(d, 1), 2);
    assert_true(mg_dataset_missing(d, 0, 0) && !mg_dataset_missing(d, 7, 0) && mg_dataset_missing(d, 1, 1));
    assert_true(isnan(mg_dataset_number(d, 3, 0)));
    text_is(d, 3, 0, "");
    mg_dataset_destroy(d);
    assert_false(mg__is_missing("none", 4));
    assert_false(mg__is_missing("n", 1));
    assert_false(mg__is_missing("nana", 4));
}

static void line_ends_byte_order_marks_and_separators_vary(void **state) {
    (void)state;
    static const char *const same[] = {
        "a,b\n1,2\n3,4\n",
        "a,b\n1,2\n3,4",
        "a,b\r\n1,2\r\n3,4\r\n",
        "a,b\r1,2\r3,4\r",
        ("\xef\xbb\xbf"
         "a,b\n1,2\n3,4\n"),
        "a;b\n1;2\n3;4\n",
        "a\tb\n1\t2\n3\t4\r\n",
        "\n\na,b\n\n1,2\n  \n3,4\n\n",
        "a,b\n1,2\r3,4\r\n",
        "\"a\",b\n\"1\",2\n\"3\" ,4",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        mg_dataset *d = read_text(same[i]);
        assert_int_equal(mg_dataset_rows(d), 2);
        assert_int_equal(mg_dataset_columns(d), 2);
        assert_string_equal(mg_dataset_column_name(d, 0), "a");
        for (int k = 0; k < 4; k++) assert_true(mg_dataset_number(d, k / 2, k % 2) == k + 1);
        mg_dataset_destroy(d);
    }
    mg_dataset *d = mg__csv_read(ctx, "t.csv", "a,b;c\n1,2;3\n", 12, ';');
    assert_int_equal(mg_dataset_columns(d), 2);
    text_is(d, 0, 0, "1,2");
    mg_dataset_destroy(d);
}

static void a_cell_without_a_name_gets_one(void **state) {
    (void)state;
    mg_dataset *d = read_text(",a,\n0,1,2\n");
    assert_string_equal(mg_dataset_column_name(d, 0), "column1");
    assert_string_equal(mg_dataset_column_name(d, 2), "column3");
    mg_dataset_destroy(d);
}

static void whole_numbers_may_name_columns(void **state) {
    (void)state;
    mg_dataset *d = read_text("0,1\n5.1,a\n4.9,b\n");
    assert_int_equal(mg_dataset_find(d, "1"), 1);
    assert_int_equal(mg_dataset_rows(d), 2);
    mg_dataset_destroy(d);
}

static void what_is_no_table_is_refused_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "", "t.csv: empty" },
        { "\n \n", "t.csv: empty" },
        { "\xef\xbb\xbf", "t.csv: empty" },
        { "a,b,c\n", "a header without any row" },
        { "a,b,c", "a header without any row" },
        { "a,b,y\n1,2,0\n1,2,3,4,1\n", "t.csv, line 3: 5 cells where the header has 3" },
        { "a,b,y\n1,2,0\n1,2\n", "t.csv, line 3: 2 cells where the header has 3" },
        { "a,b\n\"x\ny\",1\n2\n", "t.csv, line 4: 1 cell where the header has 2" },
        { "a,b,y\n\"1,2,0\n3,4,1\n", "line 2: cell 1 begins with a quote that is never closed" },
        { "a,b,y\n1,2,\"0\n3,4,\"\"1\n", "line 2: cell 3 begins with a quote that is never closed" },
        { "a,b\n\"1\n2\"3,4\n", "line 3: cell 1, opened by a quote on line 2" },
        { "\"a,b\n1,2\n", "line 1: cell 1 begins with a quote" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) refused(cases[i].text, strlen(cases[i].text), cases[i].says);
    refused("a,b\n1,\0\n", 8, "t.csv, line 2: a NUL byte");
    refused("\x93NUMPY\x01\0v\0", 10, "truncated");
    refused("PK\3\4\0\0", 6, "archive");
    refused("\xff\xfe"
            "a\0,\0",
            6, "UTF-16");
}

/* Numbers give up their spelling after 4096 distinct ones; the values stay. */
static void many_numbers_become_plain_values(void **state) {
    (void)state;
    char *text = malloc(200000);
    size_t used = (size_t)sprintf(text, "x,k\n");
    for (int i = 0; i < 10000; i++) used += (size_t)sprintf(text + used, "%d.50,%s\n", i, i % 1000 == 7 ? "" : "c");
    mg_dataset *d = read_bytes(text, used);
    assert_non_null(d);
    assert_int_equal(mg_dataset_rows(d), 10000);
    assert_int_equal(mg_dataset_column_distinct(d, 0), -1);
    for (int64_t i = 0; i < 10000; i++) assert_true(mg_dataset_number(d, i, 0) == (double)i + 0.5);
    text_is(d, 12, 0, "12.5");
    assert_int_equal(mg_dataset_column_missing(d, 1), 10);
    mg_dataset_destroy(d);
    free(text);
}

/* A text after thousands of numbers: the column is read again, and every spelling is there. */
static void a_late_text_turns_the_column_into_text(void **state) {
    (void)state;
    char *text = malloc(400000), wanted[32];
    size_t used = (size_t)sprintf(text, "x,v,w\n");
    for (int i = 0; i < 10000; i++) used += (size_t)sprintf(text + used, "%d.50,%d,\"l\n\"\n", i, i);
    used += (size_t)sprintf(text + used, "NA,1,l\nlate,?,l\n");
    mg_dataset *d = read_bytes(text, used);
    assert_non_null(d);
    assert_int_equal(mg_dataset_rows(d), 10002);
    assert_int_equal(mg_dataset_column_type(d, 0), MG_COLUMN_TEXT);
    assert_int_equal(mg_dataset_column_distinct(d, 0), 10001);
    assert_int_equal(mg_dataset_column_missing(d, 0), 1);
    assert_int_equal(mg_dataset_column_type(d, 1), MG_COLUMN_NUMBER);
    assert_int_equal(mg_dataset_column_missing(d, 1), 1);
    for (int i = 0; i < 10000; i += 333) {
        sprintf(wanted, "%d.50", i);
        text_is(d, i, 0, wanted);
        assert_int_equal(mg_dataset_line(d, i), 2 + 2 * i);
    }
    text_is(d, 10001, 0, "late");
    mg_dataset_destroy(d);
    free(text);
}

/* A header of many columns over many short lines announces a table far larger than the file can hold. */
static void a_hostile_shape_takes_little_memory(void **state) {
    (void)state;
    failing_allocator memory = { 0 };
    mg_context *own = failing_allocator_context(&memory);
    size_t columns = 20000, lines = 20000, used = 0;
    char *text = malloc(8 * columns + 2 * lines);
    for (size_t i = 0; i < columns; i++) used += (size_t)sprintf(text + used, "%s%zu", i > 0 ? "," : "", i);
    for (size_t i = 0; i < lines; i++) used += (size_t)sprintf(text + used, "\n1");
    assert_null(mg__csv_read(own, "t.csv", text, used, '\0'));
    assert_int_equal(mg_context_status(own), MG_FORMAT);
    free(text);
    mg_context_destroy(own);
    assert_int_equal(memory.blocks, 0);
    assert_int_equal(memory.mistakes, 0);
}

static void every_prefix_is_read_or_refused(void **state) {
    (void)state;
    const char *text = "a,\"b\"\"\"\r\n1,\"x\r\n\"\"y\"\n,NA\r2,\"\"\n";
    for (size_t n = 0; n <= strlen(text); n++) {
        char *copy = malloc(n + 1); /* its own block, so that a sanitizer sees every step too far */
        memcpy(copy, text, n);
        mg_dataset *d = read_bytes(copy, n);
        assert_true((d == NULL) == (mg_context_status(ctx) == MG_FORMAT));
        mg_dataset_destroy(d);
        free(copy);
    }
}

typedef struct golden {
    const char *file;
    int64_t rows, columns;
    const char *target;
    int64_t classes; /* of the target; -1: numbers */
    double first;    /* cell 0, 0 */
} golden;

static void the_bundled_tables_are_what_they_should_be(void **state) {
    (void)state;
    static const golden tables[] = {
        { "iris", 150, 5, "species", 3, 5.1 },        { "wine", 178, 14, NULL, 3, 14.23 },
        { "breast_cancer", 569, 31, NULL, 2, 17.99 }, { "diabetes", 442, 11, NULL, -1, NAN },
        { "digits", 1797, 65, "digit", 10, 0 },
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char path[512];
        const golden *g = &tables[i];
        snprintf(path, sizeof path, "%s/data/%s.csv", MG__SOURCE_DIR, g->file);
        mg_dataset *d = mg_dataset_read(ctx, path, NULL);
        if (d == NULL) fail_msg("%s", mg_context_message(ctx));
        assert_string_equal(mg_dataset_source(d), path);
        assert_int_equal(mg_dataset_rows(d), g->rows);
        assert_int_equal(mg_dataset_columns(d), g->columns);
        if (g->target != NULL) assert_int_equal(mg_dataset_find(d, g->target), g->columns - 1);
        if (!isnan(g->first)) assert_true(mg_dataset_number(d, 0, 0) == g->first);
        for (int64_t c = 0; c < g->columns; c++) assert_int_equal(mg_dataset_column_missing(d, c), 0);
        mg_target target;
        assert_int_equal(mg_dataset_target(ctx, d, NULL, MG_TASK_AUTO, &target), MG_OK);
        assert_int_equal(target.task, g->classes > 0 ? MG_TASK_CLASSIFICATION : MG_TASK_REGRESSION);
        if (g->classes > 0) assert_int_equal(target.distinct, g->classes);
        mg_dataset_destroy(d);
    }
}

static bool read_sample(mg_context *context, void *path) {
    mg_dataset *d = mg_dataset_read(context, path, NULL);
    mg_dataset_destroy(d);
    return d != NULL;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    char path[512], *text = malloc(100000);
    size_t used = (size_t)sprintf(text, "x,t,v\n\n");
    for (int i = 0; i < 4200; i++) used += (size_t)sprintf(text + used, "%d,\"a\"\"%d\",%d\n", i, i % 3, i);
    used += (size_t)sprintf(text + used, "late,b,1\n");
    strcpy(path, test_write("t.csv", text, used));
    free(text);
    assert_true(failing_allocator_exhaust(read_sample, path) >= 20);
}

static void a_separator_that_is_none_is_a_setting(void **state) {
    (void)state;
    mg_dataset_options options = mg_dataset_defaults();
    options.separator = 'x';
    assert_null(mg_dataset_read(ctx, "t.csv", &options));
    assert_int_equal(mg_context_status(ctx), MG_SETTING);
    mg_context_clear(ctx);
    assert_null(mg_dataset_read(ctx, "nowhere.csv", NULL));
    assert_int_equal(mg_context_status(ctx), MG_FILE);
    assert_non_null(strstr(mg_context_message(ctx), "nowhere.csv"));
    options = mg_dataset_defaults();
    options.max_bytes = 5;
    assert_null(mg_dataset_read(ctx, test_write("big.csv", "a,b\n1,2\n", 8), &options));
    assert_int_equal(mg_context_status(ctx), MG_FORMAT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_has_named_typed_columns),
        cmocka_unit_test(quotes_hold_separators_line_ends_and_quotes),
        cmocka_unit_test(spellings_come_back_exactly),
        cmocka_unit_test(missing_cells_have_many_names),
        cmocka_unit_test(line_ends_byte_order_marks_and_separators_vary),
        cmocka_unit_test(a_cell_without_a_name_gets_one),
        cmocka_unit_test(whole_numbers_may_name_columns),
        cmocka_unit_test(what_is_no_table_is_refused_with_its_line),
        cmocka_unit_test(many_numbers_become_plain_values),
        cmocka_unit_test(a_late_text_turns_the_column_into_text),
        cmocka_unit_test(a_hostile_shape_takes_little_memory),
        cmocka_unit_test(every_prefix_is_read_or_refused),
        cmocka_unit_test(the_bundled_tables_are_what_they_should_be),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
        cmocka_unit_test(a_separator_that_is_none_is_a_setting),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
