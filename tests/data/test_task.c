/* Targets: which column, which task, and what cannot be one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data/classes.h"
#include "support/encoders.h"

static mg_target target_of(const mg_dataset *d, const char *name, mg_task task) {
    mg_target t;
    if (mg_dataset_target(ctx, d, name, task, &t) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    return t;
}

/* "y\n" and `rows` lines of the format. */
static mg_dataset *column_of(int rows, const char *format, int (*number)(int)) {
    char text[20000];
    size_t used = (size_t)sprintf(text, "x,y\n");
    for (int i = 0; i < rows; i++) {
        used += (size_t)sprintf(text + used, "%d,", i);
        used += (size_t)sprintf(text + used, format, number(i));
        text[used++] = '\n';
    }
    text[used] = '\0';
    return table("", text);
}

static int itself(int i) { return i; }
static int third(int i) { return i / 3; }
static int pair(int i) { return i % 2; }

static void a_column_may_be_given_by_its_number(void **state) {
    (void)state;
    mg_dataset *d = table("", "a,0,c\n1,1,u\n2,2,v\n");
    assert_int_equal(target_of(d, "c", MG_TASK_AUTO).column, 2);
    assert_int_equal(target_of(d, "2", MG_TASK_AUTO).column, 2);
    assert_int_equal(target_of(d, "0", MG_TASK_AUTO).column, 1); /* a name goes before */
    mg_target t;
    assert_int_equal(mg_dataset_target(ctx, d, "3", MG_TASK_AUTO, &t), MG_SETTING);
    says(MG_SETTING, "target: t.csv has no column '3'; it has: a, 0, c");
    assert_int_equal(mg_dataset_target(ctx, d, "-1", MG_TASK_AUTO, &t), MG_SETTING);
    mg_dataset_destroy(d);
}

static void what_the_user_knows_goes_before(void **state) {
    (void)state;
    mg_dataset *d = table("ncn", "a,b,c\n0,0.5,1\n1,1.5,2\n1,0.5,x\n");
    assert_int_equal(target_of(d, "a", MG_TASK_AUTO).task, MG_TASK_REGRESSION);
    assert_int_equal(target_of(d, "b", MG_TASK_AUTO).task, MG_TASK_CLASSIFICATION);
    mg_target t = target_of(d, "c", MG_TASK_AUTO); /* a word among numbers */
    assert_int_equal(t.task, MG_TASK_REGRESSION);
    assert_int_equal(t.missing, 1);
    assert_int_equal(target_of(d, "a", MG_TASK_CLASSIFICATION).task, MG_TASK_CLASSIFICATION);
    mg_dataset_destroy(d);
}

static void what_cannot_be_predicted_is_refused_with_the_cure(void **state) {
    (void)state;
    mg_target t;
    mg_dataset *d = column_of(30, "name%d", itself);
    assert_int_equal(mg_dataset_target(ctx, d, NULL, MG_TASK_AUTO, &t), MG_FORMAT);
    says(MG_FORMAT,
         "t.csv: the target 'y' has 30 different texts in 30 rows, like a name of each row; name the column to predict with "
         "--target (or, if these are classes, give --task classification)");
    assert_int_equal(target_of(d, NULL, MG_TASK_CLASSIFICATION).distinct, 30); /* the user knows better */
    mg_dataset_destroy(d);
    d = column_of(30, "name%d", third);
    assert_int_equal(target_of(d, NULL, MG_TASK_AUTO).distinct, 10);
    mg_dataset_destroy(d);
    d = column_of(19, "name%d", itself); /* too few rows to say */
    assert_int_equal(target_of(d, NULL, MG_TASK_AUTO).distinct, 19);
    mg_dataset_destroy(d);
    d = column_of(30, "2024-01-%02d", itself);
    assert_int_equal(mg_dataset_target(ctx, d, NULL, MG_TASK_AUTO, &t), MG_FORMAT);
    says(MG_FORMAT, "the target 'y' holds dates, which cannot be predicted; name another column with --target");
    assert_int_equal(mg_dataset_target(ctx, d, NULL, MG_TASK_REGRESSION, &t), MG_FORMAT);
    mg_dataset_destroy(d);
    d = column_of(30, "2024-01-0%d", pair); /* 2024-01-00 is no day, but the user knows better anyway */
    assert_int_equal(target_of(d, NULL, MG_TASK_CLASSIFICATION).distinct, 2);
    mg_dataset_destroy(d);
}

static void rows_whose_target_is_no_number_are_left_out(void **state) {
    (void)state;
    mg_dataset *d = table("", "x,y\n1,0.5\n2,inf\n3,\n4,-inf\n5,1.5\n6,2.5\n");
    mg_target t = target_of(d, "y", MG_TASK_AUTO);
    assert_int_equal(t.task, MG_TASK_REGRESSION);
    assert_int_equal(t.missing, 3);
    int64_t *rows, count;
    int32_t *labels, classes;
    assert_int_equal(mg__target_rows(ctx, d, &t, &rows, &count, &labels, &classes), MG_OK);
    assert_int_equal(count, 3);
    assert_true(rows[0] == 0 && rows[1] == 4 && rows[2] == 5);
    mg__free(ctx, rows);
    mg_dataset_destroy(d);
    d = table("", "x,y\n1,1\n2,inf\n3,2\n4,1\n"); /* classes: so is an infinite number */
    t = target_of(d, "y", MG_TASK_AUTO);
    assert_int_equal(t.task, MG_TASK_CLASSIFICATION);
    assert_int_equal(t.distinct, 2);
    assert_int_equal(t.missing, 1);
    assert_int_equal(mg__target_rows(ctx, d, &t, &rows, &count, &labels, &classes), MG_OK);
    assert_int_equal(count, 3);
    assert_int_equal(classes, 2);
    assert_true(labels[0] == 0 && labels[1] == 1 && labels[2] == 0);
    mg__free(ctx, rows);
    mg__free(ctx, labels);
    mg_dataset_destroy(d);
    d = table("", "x,y\n1,inf\n2,inf\n");
    assert_int_equal(mg_dataset_target(ctx, d, "y", MG_TASK_REGRESSION, &t), MG_FORMAT);
    says(MG_FORMAT, "missing in every row");
    mg_dataset_destroy(d);
}

/* --- classes ----------------------------------------------------------------------------------------- */

static void values_are_counted_and_merged(void **state) {
    (void)state;
    mg_dataset *d = table("", "n,t\n2,b\n10,b\n2.0,a\n1e1,\n2,B\n,01\n");
    mg__classes c;
    assert_int_equal(mg__classes_gather(ctx, &d->column[0], NULL, 6, &c), MG_OK);
    assert_true(c.numeric && c.count == 2);
    assert_string_equal(c.item[0].name, "2");
    assert_string_equal(c.item[1].name, "10");
    assert_true(c.item[0].rows == 3 && c.item[1].rows == 2);
    assert_int_equal(mg__classes_find(&c, "2.00", 2), 0);
    assert_int_equal(mg__classes_find(&c, "3", 3), -1);
    assert_int_equal(mg__classes_find(&c, "2", (double)NAN), -1);
    mg__classes_free(ctx, &c);
    assert_int_equal(mg__classes_gather(ctx, &d->column[1], (int64_t[]){ 0, 1, 4, 5 }, 4, &c), MG_OK);
    assert_true(!c.numeric && c.count == 3);
    assert_string_equal(c.item[0].name, "01");
    assert_string_equal(c.item[1].name, "B");
    assert_int_equal(c.item[2].rows, 2);
    assert_int_equal(mg__classes_find(&c, "1", 1), -1); /* texts are compared as texts */
    mg__classes_free(ctx, &c);
    mg_dataset_destroy(d);
}

static void too_many_values_are_no_classes(void **state) {
    (void)state;
    char *text = malloc(100000);
    size_t used = (size_t)sprintf(text, "y\n");
    for (int i = 0; i < 5000; i++) used += (size_t)sprintf(text + used, "%d.5\n", i);
    mg_dataset *d = table("", text);
    mg__classes c;
    assert_int_equal(mg__classes_gather(ctx, &d->column[0], NULL, 5000, &c), MG_OK);
    assert_int_equal(c.count, 5000);
    assert_string_equal(c.item[4999].name, "4999.5");
    assert_int_equal(c.item[17].rows, 1);
    mg__classes_free(ctx, &c);
    assert_int_equal(mg__classes_collect(ctx, d, 0, NULL, 5000, &c), MG_FORMAT);
    says(MG_FORMAT, "column 'y' has 5000 distinct values, too many for classes; wanted at most 4096");
    mg_dataset_destroy(d);
    free(text);
}

static void names_are_alike_but_for_case_and_blanks(void **state) {
    (void)state;
    const char *const same[][2] = { { "yes", "YES" }, { " yes", "yes " }, { "New  York", "new\tyork" }, { "", " " } };
    const char *const other[][2] = {
        { "yes", "yess" }, { "newyork", "new york" }, { "a b", "a" }, { "", "a" }, { "\xc3\x96", "\xc3\xb6" }
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) assert_true(mg__classes_alike(same[i][0], same[i][1]));
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        assert_false(mg__classes_alike(other[i][0], other[i][1]));
        assert_false(mg__classes_alike(other[i][1], other[i][0]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_may_be_given_by_its_number),
        cmocka_unit_test(what_the_user_knows_goes_before),
        cmocka_unit_test(what_cannot_be_predicted_is_refused_with_the_cure),
        cmocka_unit_test(rows_whose_target_is_no_number_are_left_out),
        cmocka_unit_test(values_are_counted_and_merged),
        cmocka_unit_test(too_many_values_are_no_classes),
        cmocka_unit_test(names_are_alike_but_for_case_and_blanks),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
