/* Splits by the text of a setting: by time, by groups, by a column of words. */
#include "data/split.h"
#include "data/table.h"

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

static mg_dataset *table(const char *text) {
    mg_dataset *d = mg__csv_read(ctx, "t.csv", text, strlen(text), '\0');
    if (d == NULL) fail_msg("%s", mg_context_message(ctx));
    return d;
}

static void says(mg_status status, const char *words) {
    assert_int_equal(mg_context_status(ctx), status);
    if (strstr(mg_context_message(ctx), words) == NULL) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
}

static mg_status split(const mg_dataset *d, const char *plan, double validation, double test, uint64_t seed, mg__split *s) {
    mg__split_request r = { .count = mg_dataset_rows(d), .validation_fraction = validation, .test_fraction = test, .seed = seed };
    mg_status status = mg__split_parse(ctx, plan, &r.plan);
    return status == MG_OK ? mg__split_by(ctx, d, &r, s) : status;
}

/* The parts of all rows as letters: t v e. */
static const char *letters(mg_dataset *d, const char *plan, double validation, double test) {
    static char out[64];
    mg__split s;
    if (split(d, plan, validation, test, 1, &s) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    memset(out, 0, sizeof out);
    memset(out, '-', (size_t)mg_dataset_rows(d));
    for (int64_t i = 0; i < s.train_count; i++) out[s.train[i]] = 't';
    for (int64_t i = 0; i < s.validation_count; i++) out[s.validation[i]] = 'v';
    for (int64_t i = 0; i < s.test_count; i++) out[s.test[i]] = 'e';
    mg__split_free(ctx, &s);
    mg_dataset_destroy(d);
    return out;
}

static void refused(const char *text, const char *plan, mg_status status, const char *words) {
    mg_dataset *d = table(text);
    mg__split s;
    assert_int_equal(split(d, plan, 0.2, 0.2, 0, &s), status);
    says(status, words);
    assert_null(s.train);
    mg_dataset_destroy(d);
}

static void a_plan_is_a_word_and_perhaps_a_column(void **state) {
    (void)state;
    static const struct {
        const char *text;
        mg__split_kind kind;
        const char *column;
    } good[] = {
        { NULL, MG__SPLIT_AUTO, NULL },
        { "auto", MG__SPLIT_AUTO, NULL },
        { "random", MG__SPLIT_RANDOM, NULL },
        { "stratified", MG__SPLIT_STRATIFIED, NULL },
        { "time:day", MG__SPLIT_TIME, "day" },
        { "group:a:b", MG__SPLIT_GROUP, "a:b" },
        { "column:part of it", MG__SPLIT_COLUMN, "part of it" },
    };
    mg__split_plan plan;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(mg__split_parse(ctx, good[i].text, &plan), MG_OK);
        assert_int_equal(plan.kind, good[i].kind);
        if (good[i].column != NULL)
            assert_string_equal(plan.column, good[i].column);
        else
            assert_null(plan.column);
    }
    const char *const bad[] = { "", "time", "time:", "random:x", "auto:", "tim:day", "Time:day", "stratifiedx", ":day" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(mg__split_parse(ctx, bad[i], &plan), MG_SETTING);
        says(MG_SETTING, "wanted auto, random, stratified, or one that names a column: time:COLUMN");
        says(MG_SETTING, bad[i]);
    }
}

static void the_latest_rows_test_and_the_ones_before_them_validate(void **state) {
    (void)state;
    assert_string_equal(letters(table("day,y\n9,1\n10,1\n2,1\n30,1\n-1,1\n"), "time:day", 0.2, 0.2), "tvtet");
    assert_string_equal(
        letters(table("day,y\n2024-03-01,1\n2023-12-31,1\n2024-01-15,1\n2022-05-05,1\n2024-03-02,1\n"), "time:day", 0.2, 0.2),
        "vttte");
    /* equal times: the later row is the later */
    assert_string_equal(letters(table("day,y\n5,1\n5,2\n5,3\n5,4\n4,5\n"), "time:day", 0.4, 0.2), "tvvet");
    refused("day,y\n5,1\n5,2\n", "time:day", MG_FORMAT, "has one time only");
    /* 1 Feb 2024 < 13 Feb 2024 < 1 Mar 2024: the 13 tells that the day comes first */
    assert_string_equal(letters(table("day,y\n01/03/2024,1\n13/02/2024,1\n01/02/2024,1\n"), "time:day", 0.33, 0.33), "evt");
    assert_string_equal(letters(table("day,y\n2024-Q2,1\n2024-Q1,1\n2023-Q4,1\n"), "time:day", 0.33, 0.33), "evt");
    refused("day,y\n1,1\n,2\n3,3\n", "time:day", MG_FORMAT, "t.csv, line 3: the column 'day', by which rows are split, says ''");
    refused("day,y\n1,1\n2,2\nsoon,3\n", "time:day", MG_FORMAT, "line 4: the column 'day', by which rows are split, says 'soon'");
    refused("day,y\n1,1\n2,2\n", "time:date", MG_SETTING, "split: t.csv has no column 'date'; it has: day, y");
}

static void many_times_are_sorted_by_value(void **state) {
    (void)state;
    enum { N = 5000 }; /* beyond what keeps its spelling */
    double x[N];
    for (int i = 0; i < N; i++) x[i] = (double)((i * 1237) % N) / 8;
    mg_tensor t = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ N, 1 }, x);
    mg_dataset *d = mg_dataset_create(ctx, &t, NULL, (const char *const[]){ "when", "y" });
    assert_non_null(d);
    mg__split s;
    assert_int_equal(split(d, "time:when", 0.1, 0.2, 0, &s), MG_OK);
    assert_int_equal(s.train_count, 3500);
    assert_int_equal(s.validation_count, 500);
    for (int64_t i = 0; i < s.train_count; i++) assert_true(x[s.train[i]] < 3500 / 8.0);
    for (int64_t i = 0; i < s.test_count; i++) assert_true(x[s.test[i]] >= 4000 / 8.0);
    mg__split_free(ctx, &s);
    mg_dataset_destroy(d);
}

static void a_column_says_which_part(void **state) {
    (void)state;
    assert_string_equal(
        letters(table("part,y\ntrain,1\nTEST,1\nValid,1\nTraining,1\nval,1\nholdout,1\nvalidation,1\n\" testing \",1\n"),
                "column:part", 0.9, 0.9),
        "tevtveve");
    assert_string_equal(letters(table("part,y\ntrain,1\ntrain,1\n"), "column:part", 0.2, 0.2), "tt");
    refused("part,y\ntrain,1\ntrial,1\n", "column:part", MG_FORMAT,
            "line 3: the column 'part', by which rows are split, says 'trial'; wanted train");
    refused("part,y\ntrain,1\n,1\n", "column:part", MG_FORMAT, "line 3");
    refused("part,y\ntest,1\nval,1\n", "column:part", MG_FORMAT, "says 'train' in no row");
    refused("part,y\n1,1\n2,1\n", "column:part", MG_FORMAT, "line 2: the column 'part', by which rows are split, says '1'");
}

static mg_dataset *groups_table(int rows, int groups) {
    static char text[65536];
    size_t used = 0;
    mg__append(text, sizeof text, &used, "who,y\n");
    for (int i = 0; i < rows; i++) mg__append(text, sizeof text, &used, "p%d,%d\n", i * i % groups, i);
    return table(text);
}

static void a_group_stays_in_one_part_and_fractions_are_met(void **state) {
    (void)state;
    mg_dataset *d = groups_table(2000, 101);
    int64_t group[2000], groups;
    assert_int_equal(mg__split_groups(ctx, d, 0, NULL, 2000, group, &groups), MG_OK);
    assert_int_equal(groups, 51);
    for (uint64_t seed = 0; seed < 20; seed++) {
        mg__split s;
        int part[101] = { 0 };
        assert_int_equal(split(d, "group:who", 0.2, 0.1, seed, &s), MG_OK);
        const int64_t *rows[] = { s.train, s.validation, s.test }, counts[] = { s.train_count, s.validation_count, s.test_count };
        for (int p = 0; p < 3; p++)
            for (int64_t i = 0; i < counts[p]; i++) part[group[rows[p][i]]] |= 1 << p;
        for (int g = 0; g < groups; g++) assert_true(part[g] == 1 || part[g] == 2 || part[g] == 4);
        assert_in_range(s.test_count, 180, 220); /* 200; groups have 20 and 40 rows */
        assert_in_range(s.validation_count, 380, 420);
        mg__split_free(ctx, &s);
    }
    mg__split a, b;
    assert_int_equal(split(d, "group:who", 0.2, 0.1, 1, &a), MG_OK);
    assert_int_equal(split(d, "group:who", 0.2, 0.1, 2, &b), MG_OK);
    assert_true(a.test_count != b.test_count || memcmp(a.test, b.test, (size_t)a.test_count * sizeof *a.test) != 0);
    mg__split_free(ctx, &a);
    mg__split_free(ctx, &b);
    mg_dataset_destroy(d);
}

static void few_and_uneven_groups(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        mg__split s;
        mg_dataset *d = table("g,y\na,1\na,2\na,3\na,4\na,5\na,6\nb,7\nc,8\n"); /* one has nearly all */
        assert_int_equal(split(d, "group:g", 0.2, 0.2, seed, &s), MG_OK);
        assert_true(s.train_count == 6 && s.validation_count == 1 && s.test_count == 1);
        mg__split_free(ctx, &s);
        mg_dataset_destroy(d);
        d = table("g,y\na,1\na,2\nb,3\nb,4\n"); /* of two, one tests */
        assert_int_equal(split(d, "group:g", 0.45, 0.45, seed, &s), MG_OK);
        assert_true(s.train_count == 2 && s.validation_count == 0 && s.test_count == 2);
        mg__split_free(ctx, &s);
        mg_dataset_destroy(d);
        d = table("g,y\n1,1\n1.0,2\n,3\nNA,4\n2,5\n"); /* 1 is 1.0, and what is missing is one group */
        int64_t group[5], groups;
        const int64_t wanted[] = { 0, 0, 2, 2, 1 };
        assert_int_equal(mg__split_groups(ctx, d, 0, NULL, 5, group, &groups), MG_OK);
        assert_int_equal(groups, 3);
        assert_memory_equal(group, wanted, sizeof wanted);
        mg_dataset_destroy(d);
    }
    refused("g,y\na,1\na,2\na,3\n", "group:g", MG_FORMAT, "has one group only");
}

static void stratified_is_for_classes_and_what_auto_means_there(void **state) {
    (void)state;
    mg_dataset *d = table("x,y\n1,0.5\n2,1.5\n3,2.5\n4,3.5\n5,1\n6,2\n");
    mg__split s, t;
    assert_int_equal(split(d, "stratified", 0.2, 0.2, 0, &s), MG_SETTING);
    says(MG_SETTING, "the target is a number; wanted random");
    assert_int_equal(split(d, "time:x", 0.5, 0.5, 0, &s), MG_INVALID);
    int32_t labels[6] = { 0, 0, 0, 1, 1, 1 };
    mg__split_request r = { .count = 6, .labels = labels, .classes = 2, .validation_fraction = 0.33, .test_fraction = 0.33 };
    assert_int_equal(mg__split_by(ctx, d, &r, &s), MG_OK);
    assert_int_equal(mg__split_make(ctx, NULL, 6, labels, 2, 0.33, 0.33, 0, &t), MG_OK);
    assert_memory_equal(s.train, t.train, 6 * sizeof *s.train);
    int64_t counts[6];
    const int64_t wanted[6] = { 1, 1, 1, 1, 1, 1 };
    mg__split_counts(&s, NULL, 6, labels, 2, counts);
    assert_memory_equal(counts, wanted, sizeof wanted);
    mg__split_free(ctx, &t);
    mg__split_free(ctx, &s);
    r.plan.kind = MG__SPLIT_RANDOM;
    assert_int_equal(mg__split_by(ctx, d, &r, &s), MG_OK);
    assert_int_equal(mg__split_make(ctx, NULL, 6, NULL, 0, 0.33, 0.33, 0, &t), MG_OK);
    assert_memory_equal(s.train, t.train, 6 * sizeof *s.train);
    mg__split_free(ctx, &t);
    mg__split_free(ctx, &s);
    mg_dataset_destroy(d);
}

static void classes_are_counted_by_part(void **state) {
    (void)state;
    mg_dataset *d = table("part,y\ntrain,a\n,b\ntest,b\nval,a\ntrain,b\ntrain,b\n");
    const int64_t rows[] = { 0, 2, 3, 4, 5 }, wanted[] = { 1, 2, 1, 0, 0, 1 };
    const int32_t labels[] = { 0, 1, 0, 1, 1 };
    mg__split_request r = { .plan = { MG__SPLIT_COLUMN, "part" }, .rows = rows, .count = 5, .labels = labels, .classes = 2 };
    mg__split s;
    int64_t counts[6];
    assert_int_equal(mg__split_by(ctx, d, &r, &s), MG_OK); /* row 1 says nothing, but is none of the rows */
    mg__split_counts(&s, rows, 5, labels, 2, counts);
    assert_memory_equal(counts, wanted, sizeof wanted);
    mg__split_free(ctx, &s);
    mg_dataset_destroy(d);
}

static bool split_all_ways(mg_context *context, void *user) {
    (void)user;
    const char *text =
        "t,g,p,d,y\n1,Q1 a,train,2024-01-02,1\n2,Q1 b,test,2024-01-01,2\n3,Q2 a,val,2024-02-01,3\n4,Q2 b,train,2023-01-01,4\n";
    const mg__split_plan plans[] = { { MG__SPLIT_TIME, "t" },
                                     { MG__SPLIT_TIME, "d" },
                                     { MG__SPLIT_TIME, "g" },
                                     { MG__SPLIT_GROUP, "g" },
                                     { MG__SPLIT_COLUMN, "p" } };
    mg_dataset *d = mg__csv_read(context, "t", text, strlen(text), ',');
    bool done = d != NULL;
    for (size_t i = 0; done && i < sizeof plans / sizeof *plans; i++) {
        mg__split s;
        mg__split_request r = { .plan = plans[i], .count = 4, .validation_fraction = 0.25, .test_fraction = 0.25 };
        done = mg__split_by(context, d, &r, &s) == MG_OK;
        mg__split_free(context, &s);
    }
    mg_dataset_destroy(d);
    return done;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(split_all_ways, NULL) >= 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_is_a_word_and_perhaps_a_column),
        cmocka_unit_test(the_latest_rows_test_and_the_ones_before_them_validate),
        cmocka_unit_test(many_times_are_sorted_by_value),
        cmocka_unit_test(a_column_says_which_part),
        cmocka_unit_test(a_group_stays_in_one_part_and_fractions_are_met),
        cmocka_unit_test(few_and_uneven_groups),
        cmocka_unit_test(stratified_is_for_classes_and_what_auto_means_there),
        cmocka_unit_test(classes_are_counted_by_part),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
