/* Encoders of tables: figures, layout, warnings, other files than the one fitted on. Targets, images and JSON have tests of their
 * own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "golden/encoder.h"
#include "support/encoders.h"

static const double THIRD = 1.0 / 3;

/* 2 asinh(z/2) */
static double soft(double z) { return fmax(-16, fmin(16, 2 * asinh(z / 2))); }

static void every_kind_is_encoded_as_numpy_does(void **state) {
    (void)state;
    mg_dataset *d = table("nnnbbccccdn", golden_table);
    int64_t rows[GOLDEN_FITTED];
    for (int i = 0; i < GOLDEN_FITTED; i++) rows[i] = i;
    mg_encoder_options options = mg_encoder_defaults();
    options.target = mg_dataset_find(d, "y");
    options.bins = GOLDEN_BINS;
    options.one_hot = GOLDEN_ONE_HOT;
    mg_encoder *e = mg_encoder_fit(ctx, d, rows, GOLDEN_FITTED, &options);
    if (e == NULL) fail_msg("%s", mg_context_message(ctx));
    assert_int_equal(mg_encoder_features(e), GOLDEN_FEATURES);
    assert_int_equal(mg_encoder_numbers(e), GOLDEN_NUMBERS);
    assert_int_equal(mg_encoder_embeddings(e), GOLDEN_CODES);
    for (int i = 0; i < GOLDEN_CODES; i++) {
        int64_t codes, width;
        assert_string_equal(mg_encoder_embedding(e, i, &codes, &width), golden_embeddings[i].column);
        assert_int_equal(codes, golden_embeddings[i].codes);
        assert_int_equal(width, golden_embeddings[i].width);
    }
    float x[GOLDEN_ROWS][GOLDEN_FEATURES];
    if (mg_encoder_inputs(ctx, e, d, NULL, GOLDEN_ROWS, x[0]) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    for (int r = 0; r < GOLDEN_ROWS; r++)
        for (int c = 0; c < GOLDEN_FEATURES; c++)
            if (fabs((double)x[r][c] - golden_encoded[r][c]) > 1e-6)
                fail_msg("row %d, number %d: %.9g is not %.9g", r, c, (double)x[r][c], golden_encoded[r][c]);
    double centre, spread;
    assert_true(mg_encoder_target_is_log(e));
    mg_encoder_scaling(e, -1, &centre, &spread);
    near(centre, golden_log_mean);
    near(spread, golden_log_deviation);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

/* --- numbers ----------------------------------------------------------------------------------------- */

static void numbers_are_scaled_by_median_and_quartiles(void **state) {
    (void)state;
    mg_dataset *d = table("nn", "a,y\n1,0.5\n2,1\n3,1.5\n4,2\n10,3\n"), *far = table("n", "a\n1e300\n-1e308\n-inf\nNA\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    double centre, spread;
    assert_int_equal(mg_encoder_scale(e), MG_SCALE_ROBUST);
    mg_encoder_scaling(e, 0, &centre, &spread);
    near(centre, 3);
    near(spread, 2 / 1.349); /* quartiles 2 and 4 */
    double z = 1.349 / 2;
    ENCODES_TO(e, d, soft(-2 * z), soft(-z), 0, soft(z), soft(7 * z));
    ENCODES_TO(e, far, 16, -16, 0, 0); /* what is infinite is missing, and that the median */
    assert_string_equal(mg_encoder_column_text(e, 0), "robust scale");
    assert_int_equal(mg_encoder_column_kind(e, 0), MG_KIND_NUMBER);
    assert_int_equal(mg_encoder_warnings(e), 0);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(far);
}

static void where_half_of_the_rows_agree_the_range_is_the_scale(void **state) {
    (void)state;
    mg_dataset *d = table("n", "a\n5\n5\n5\n5\n5\n9\n");
    mg_encoder *e = fit(d, NULL, MG_SCALE_ROBUST);
    ENCODES_TO(e, d, 0, 0, 0, 0, 0, soft(2)); /* half the range is 2 */
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

static void standard_and_no_scale_are_to_be_had(void **state) {
    (void)state;
    mg_dataset *d = table("nn", "a,b\n1,10\n2,\n3,30\n6,20\n");
    mg_encoder *e = fit(d, NULL, MG_SCALE_STANDARD);
    double s = sqrt(3.5), t = sqrt(200.0 / 3); /* a: ((-2)^2 + 1 + 0 + 3^2) / 4; missing b: the median, 20, the mean too */
    ENCODES_TO(e, d, -2 / s, -10 / t, 0, -1 / s, 0, 1, 0, 10 / t, 0, 3 / s, 0, 0);
    assert_string_equal(mg_encoder_column_text(e, 1), "standard scale, missing");
    mg_encoder_destroy(e);
    e = fit(d, NULL, MG_SCALE_NONE);
    ENCODES_TO(e, d, 1, 10, 0, 2, 20, 1, 3, 30, 0, 6, 20, 0);
    assert_string_equal(mg_encoder_column_text(e, 0), "as it is");
    mg_encoder_destroy(e);
    mg_encoder_destroy(NULL);
    mg_dataset_destroy(d);
}

static void a_number_is_cut_at_its_quantiles(void **state) {
    (void)state;
    mg_dataset *d = table("nn", "a,two\n0,1\n1,2\n2,1\n3,2\n10,1\n"), *other = table("nn", "a,two\n-5,1\n2.5,1\n99,1\n,1\n");
    mg_encoder_options options = mg_encoder_defaults();
    options.scale = MG_SCALE_NONE;
    options.bins = 2;
    mg_encoder *e = fit_with(d, &options); /* edges 0, 2, 10; two values need no pieces */
    ENCODES_TO(e, d, 0, 1, 0, 0, 1, 2, 0.5, 0, 2, 1, 1, 0, 3, 2, 1, 0.125, 10, 1, 1, 1);
    ENCODES_TO(e, other, -5, 1, 0, 0, 2.5, 1, 1, 0.0625, 99, 1, 1, 1, 2, 1, 0.5, 0.5);
    assert_string_equal(mg_encoder_column_text(e, 0), "as it is, 2 bins");
    assert_string_equal(mg_encoder_column_text(e, 1), "as it is");
    assert_int_equal(mg_encoder_numbers(e), 2);
    mg_encoder_destroy(e);
    options.bins = 64; /* no more pieces than there are between distinct values */
    e = fit_with(d, &options);
    assert_string_equal(mg_encoder_column_text(e, 0), "as it is, 4 bins");
    assert_int_equal(mg_encoder_features(e), 6);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
}

static void only_the_given_rows_are_learned_from(void **state) {
    (void)state;
    mg_dataset *d = table("nc", "a,t,y\n0,u,1\n2,v,2\n4,v,1\n1000,w,3\n");
    mg_encoder_options options = mg_encoder_defaults();
    options.target = 2;
    options.scale = MG_SCALE_STANDARD;
    mg_encoder *e = mg_encoder_fit(ctx, d, (int64_t[]){ 0, 2, 1 }, 3, &options);
    double centre, spread;
    assert_non_null(e);
    mg_encoder_scaling(e, 0, &centre, &spread);
    near(centre, 2);
    near(spread, sqrt(8.0 / 3));
    assert_int_equal(mg_encoder_column_categories(e, 1), 2);
    assert_int_equal(mg_encoder_classes(e), 2);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

/* --- categories -------------------------------------------------------------------------------------- */

static void categories_become_one_hot(void **state) {
    (void)state;
    mg_dataset *d = table("c", "t\nb\na\nNA\nb\n"), *other = table("c", "t\nc\na\nNA\n");
    mg_encoder *e = fit(d, NULL, MG_SCALE_AUTO);
    assert_int_equal(mg_encoder_numbers(e), 0);
    assert_int_equal(mg_encoder_column_categories(e, 0), 2);
    assert_string_equal(mg_encoder_column_text(e, 0), "one-hot, 2, missing");
    ENCODES_TO(e, d, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0);
    ENCODES_TO(e, other, 0.25, 0.5, 0.25, 1, 0, 0, 0, 0, 1); /* never seen: what a training row has on average */
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    d = table("c", "t\nb\na\nb\n");
    e = fit(d, NULL, MG_SCALE_AUTO);
    ENCODES_TO(e, other, THIRD, 2 * THIRD, 1, 0, THIRD, 2 * THIRD); /* nor was any missing */
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
}

static void many_categories_become_a_code(void **state) {
    (void)state;
    mg_dataset *d = table("nc", "n,t\n1,a\n2,a\n3,a\n4,b\n5,c\n6,c\n7,c\n8,c\n9,\n"), *other = table("nc", "n,t\n5,z\n5,c\n5,\n");
    mg_encoder_options options = mg_encoder_defaults();
    options.one_hot = 2;
    options.scale = MG_SCALE_NONE;
    mg_encoder *e = fit_with(d, &options);
    int64_t codes, width;
    assert_int_equal(mg_encoder_embeddings(e), 1);
    assert_string_equal(mg_encoder_embedding(e, 0, &codes, &width), "t");
    assert_int_equal(codes, 4); /* not known, missing, a, c: b has fewer than 3 rows */
    assert_int_equal(width, 3); /* 1.6 * 4^0.56 = 3.48 */
    assert_string_equal(mg_encoder_column_text(e, 1), "embedding 4 x 3");
    ENCODES_TO(e, d, 1, 2, 2, 2, 3, 2, 4, 0, 5, 3, 6, 3, 7, 3, 8, 3, 9, 1);
    ENCODES_TO(e, other, 5, 0, 5, 3, 5, 1);
    int64_t unseen[2] = { 0, 1 };
    assert_int_equal(mg_encoder_unseen(ctx, e, other, unseen), MG_OK);
    assert_true(unseen[0] == 0 && unseen[1] == 2);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    d = table("c", "t\na\na\na\nb\n");
    options.one_hot = 0;
    e = fit_with(d, &options);
    ENCODES_TO(e, d, 2, 2, 2, 0);
    ENCODES_TO(e, other, 0, 0, 0); /* no training row lacked it, so that code 1 would mean nothing */
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
}

static void the_most_frequent_categories_have_codes(void **state) {
    (void)state;
    enum { TOWNS = MG__MOST_EMBEDDED + 500 };
    char *text = malloc(TOWNS * 64);
    size_t used = (size_t)sprintf(text, "t\n");
    for (int i = 0; i < TOWNS; i++)
        for (int k = 0; k < (i % 21 == 0 ? 3 : 4); k++) used += (size_t)sprintf(text + used, "town%05d\n", i);
    mg_dataset *d = table("c", text);
    mg_encoder *e = fit(d, NULL, MG_SCALE_AUTO);
    int64_t codes, width;
    mg_encoder_embedding(e, 0, &codes, &width);
    assert_int_equal(codes, 2 + TOWNS - 500); /* 500 of 10,500 have 3 rows */
    assert_int_equal(width, 16);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    free(text);
}

static void equal_numbers_are_one_category(void **state) {
    (void)state;
    mg_dataset *d = table("c", "t\n10\n9\n9.0\n9\n"), *other = table("c", "t\n1e1\n09\n11\nx\n"), *bare = table("c", "t\n9\n");
    mg_encoder *e = fit(d, NULL, MG_SCALE_AUTO);
    ENCODES_TO(e, d, 0, 1, 1, 0, 1, 0, 1, 0); /* 9 comes before 10 */
    ENCODES_TO(e, other, 0, 1, 1, 0, 0.75, 0.25, 0.75, 0.25);
    uint32_t *codes = bare->column[0].codes;
    bare->column[0].codes = NULL; /* as a column of very many numbers is held: values, no spellings */
    bare->column[0].values = &(double){ 9 };
    ENCODES_TO(e, bare, 1, 0);
    bare->column[0].codes = codes;
    bare->column[0].values = NULL;
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
    mg_dataset_destroy(bare);
}

static void booleans_are_minus_one_and_one(void **state) {
    (void)state;
    mg_dataset *d = table("bb", "a,n\nyes,10\nno,9\n,10\n"), *other = table("bb", "a,n\nmaybe,10.0\n,\nno,8\n");
    mg_encoder *e = fit(d, NULL, MG_SCALE_AUTO);
    ENCODES_TO(e, d, 1, 0, 1, -1, 0, -1, 0, 1, 1);
    ENCODES_TO(e, other, 0, 0, 1, 0, 1, 0, -1, 0, 0);
    int64_t unseen[2] = { 0 };
    assert_int_equal(mg_encoder_unseen(ctx, e, other, unseen), MG_OK);
    assert_true(unseen[0] == 1 && unseen[1] == 1);
    assert_string_equal(mg_encoder_column_text(e, 0), "-1 and 1, missing");
    assert_int_equal(mg_encoder_column_kind(e, 0), MG_KIND_BOOLEAN);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
}

/* --- dates ------------------------------------------------------------------------------------------- */

static void dates_are_days_and_what_of_the_calendar_differs(void **state) {
    (void)state;
    mg_dataset *d = table("d", "day\n2024-01-01\n2024-01-08\n2024-01-15\nNA\n"), *other = table("d", "day\n2024-01-09\n");
    mg_encoder *e = fit(d, NULL, MG_SCALE_ROBUST);
    double centre, spread, turn = 2 * acos(-1) / 365.25, z = 1.349; /* quartiles: half of 7 days off */
    mg_encoder_scaling(e, 0, &centre, &spread);
    near(centre, 19730); /* 2024-01-08 */
    near(spread, 7 / 1.349);
    assert_string_equal(mg_encoder_column_text(e, 0), "days, robust scale, year, missing"); /* all are Mondays, no times */
    ENCODES_TO(e, d, soft(-z), 0, 1, 0, 0, sin(7 * turn), cos(7 * turn), 0, soft(z), sin(14 * turn), cos(14 * turn), 0, 0, 0, 0,
               1);
    ENCODES_TO(e, other, soft(1.349 / 7), sin(8 * turn), cos(8 * turn), 0);
    assert_int_equal(mg_encoder_numbers(e), 1);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
}

static void days_without_marks_are_days_too(void **state) {
    (void)state;
    mg_dataset *d = table("d", "day\n20240101\n20240201\n20240108\n20240115\n"), *bare = table("d", "day\n20240102\n");
    mg_encoder *e = fit(d, NULL, MG_SCALE_NONE);
    float x[7];
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 1, x), MG_OK);
    near((double)x[0], 19723);
    uint32_t *codes = bare->column[0].codes;
    bare->column[0].codes = NULL;
    bare->column[0].values = &(double){ 20240102 };
    assert_int_equal(mg_encoder_inputs(ctx, e, bare, NULL, 1, x), MG_OK);
    near((double)x[0], 19724);
    bare->column[0].values = NULL;
    bare->column[0].codes = codes;
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(bare);
}

static void strays_are_missing_where_training_rows_had_some(void **state) {
    (void)state;
    mg_dataset *d = table("nd", "a,day\n1,2024-01-01\n2,2024-01-02\nmany,2024-01-03\n4,soon\n"),
               *other = table("", "a,day\nfew,later\n");
    mg_encoder *e = fit(d, NULL, MG_SCALE_NONE);
    float x[8], y[8];
    assert_int_equal(mg_encoder_features(e), 2 + 1 + 4 + 1); /* indicators; the year's and the week's circles */
    assert_int_equal(mg_encoder_inputs(ctx, e, d, (int64_t[]){ 2 }, 1, x), MG_OK);
    assert_int_equal(mg_encoder_inputs(ctx, e, other, NULL, 1, y), MG_OK);
    assert_true(x[0] == 2 && x[2] == 1 && y[0] == 2 && y[2] == 1 && y[1] == 19724 && y[3] == 0 && y[7] == 1);
    assert_int_equal(mg_encoder_warnings(e), 1);
    assert_string_equal(mg_encoder_warning(e, 0), "cells of another kind than the column, which count as missing: a 1, day 1");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
}

static void a_text_that_is_no_date_is_refused(void **state) {
    (void)state;
    mg_dataset *d = table("d", "day\n2024-01-01 10:00\n2024-01-01 16:00\n"), *other = table("d", "day\n2024-01-01\nsoon\n");
    mg_encoder *e = fit(d, NULL, MG_SCALE_NONE);
    float x[6];
    ENCODES_TO(e, d, 19723 + 10.0 / 24, 0.5, -sqrt(0.75), 19723 + 16.0 / 24, -sqrt(0.75), -0.5); /* the circle of the day */
    assert_int_equal(mg_encoder_inputs(ctx, e, other, NULL, 2, x), MG_FORMAT);
    says(MG_FORMAT, "t.csv, line 3: column 'day' is 'soon', which is no date");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
}

/* --- what is left out, and warnings ------------------------------------------------------------------ */

static void warnings_are_one_sentence_a_theme(void **state) {
    (void)state;
    mg_dataset *d = table("-n-nc", "unit,age,none,size,t\ncm,1,,1,a\ncm,,,inf,\ncm,3,,-inf,b\ncm,4,,4,a\n");
    bool drop[5] = { false };
    mg_encoder_options options = mg_encoder_defaults();
    options.drop = drop;
    mg_encoder *e = fit_with(d, &options);
    const char *reason;
    assert_int_equal(mg_encoder_columns(e), 3);
    assert_int_equal(mg_encoder_warnings(e), 3);
    assert_string_equal(mg_encoder_warning(e, 0), "2 columns are left out: unit (constant), none (constant)");
    assert_string_equal(mg_encoder_warning(e, 1), "missing cells: age 1, t 1");
    assert_string_equal(mg_encoder_warning(e, 2), "infinite cells, which count as missing: size 2");
    assert_int_equal(mg_encoder_left_out(e), 2);
    assert_string_equal(mg_encoder_left_out_column(e, 1, &reason), "none");
    assert_string_equal(reason, "constant");
    mg_encoder_destroy(e);
    drop[1] = true;
    e = fit_with(d, &options);
    assert_int_equal(mg_encoder_columns(e), 2);
    assert_string_equal(mg_encoder_left_out_column(e, 1, &reason), "age"); /* as asked, so nobody needs to be told */
    assert_string_equal(reason, "dropped");
    assert_string_equal(mg_encoder_warning(e, 0), "2 columns are left out: unit (constant), none (constant)");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

static void long_warnings_are_cut(void **state) {
    (void)state;
    enum { COLUMNS = 5000 };
    char *text = malloc(COLUMNS * 24);
    size_t used = 0;
    for (int c = 0; c < COLUMNS; c++) used += (size_t)sprintf(text + used, "%scolumn%d", c > 0 ? "," : "", c);
    for (int r = 0; r < 2; r++) {
        text[used++] = '\n';
        for (int c = 0; c < COLUMNS; c++) used += (size_t)sprintf(text + used, "%s%d", c > 0 ? "," : "", c == 7 ? r : 1);
    }
    text[used] = '\0';
    mg_dataset *d = table("", text);
    mg_encoder *e = fit(d, NULL, MG_SCALE_AUTO);
    assert_int_equal(mg_encoder_columns(e), 1);
    assert_int_equal(mg_encoder_warnings(e), 1);
    const char *warning = mg_encoder_warning(e, 0);
    assert_true(strlen(warning) < 600);
    assert_non_null(strstr(warning, "4999 columns are left out: column0 (constant), column1 (constant)"));
    assert_non_null(strstr(warning, " and 49"));
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    free(text);
}

static void what_cannot_be_fitted_is_refused(void **state) {
    (void)state;
    mg_encoder_options options = mg_encoder_defaults();
    mg_dataset *d = table("", "id,y\n,1\n,2\n");
    options.target = 1;
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, &options));
    says(MG_FORMAT, "t.csv: no column is left to learn from");
    options.target = 2;
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, &options));
    says(MG_INVALID, "target column 2 of 2");
    assert_null(mg_encoder_fit(ctx, d, (int64_t[]){ 0 }, 0, NULL));
    says(MG_INVALID, "0 rows");
    for (int wrong = 0; wrong < 4; wrong++) {
        options = mg_encoder_defaults();
        *(int *[]){ &options.one_hot, &options.bins, &options.target_log, &options.bins }[wrong] =
            (int[]){ 4097, 65, 2, -1 }[wrong];
        assert_null(mg_encoder_fit(ctx, d, NULL, 0, &options));
        says(MG_INVALID, "wanted at least a row");
    }
    mg_dataset_destroy(d);
    d = table("n", "a\n1e308\n-1e308\n1.7e308\n1.7e308\n");
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, NULL));
    says(MG_FORMAT, "the numbers of column 'a' are too large (from -1e+308 to 1.7e+308); give them in another unit");
    mg_dataset_destroy(d);
    double values[] = { 1, 2, 3, 5, 4, 9 };
    mg_tensor x = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 3, 2 }, values);
    d = mg_dataset_create(ctx, &x, NULL, (const char *const[]){ "a", "a", "y" });
    assert_non_null(d);
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, NULL));
    says(MG_INVALID, "two columns are called 'a'");
    mg_dataset_destroy(d);
}

/* --- other files ------------------------------------------------------------------------------------- */

static void columns_are_found_by_name(void **state) {
    (void)state;
    mg_dataset *d = table("nnn", "a,b,unit,y\n1,10,3,p\n2,20,3,q\n"),
               *turned = table("", "extra,b,unit,a\nzzz,10,4,1\n,20,5,2\n"), *less = table("", "b,y\n1,p\n"),
               *nothing = table("", "c\n1\n"), *text = table("", "a,b\n1,10\n2,ten\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    float x[4], again[4];
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 2, x), MG_OK);
    assert_int_equal(mg_encoder_inputs(ctx, e, turned, NULL, 2, again), MG_OK);
    assert_memory_equal(x, again, sizeof x);
    char names[64], small[4];
    assert_int_equal(mg_encoder_extra(e, turned, names, sizeof names), 1); /* unit is known to be left out */
    assert_string_equal(names, "extra");
    assert_int_equal(mg_encoder_extra(e, turned, small, sizeof small), 1);
    assert_string_equal(small, "ext");
    assert_int_equal(mg_encoder_extra(e, d, NULL, 0), 0);
    assert_int_equal(mg_encoder_inputs(ctx, e, less, NULL, 1, x), MG_FORMAT);
    says(MG_FORMAT, "t.csv: there is no column 'a', which the model was trained with; add it");
    assert_int_equal(mg_encoder_inputs(ctx, e, nothing, NULL, 1, x), MG_FORMAT);
    says(MG_FORMAT, "t.csv: 2 columns are not there that the model was trained with: 'a', 'b'; add them");
    assert_int_equal(mg_encoder_unseen(ctx, e, nothing, (int64_t[2]){ 0 }), MG_FORMAT);
    assert_int_equal(mg_encoder_inputs(ctx, e, text, NULL, 1, x), MG_OK); /* the bad cell is not asked for */
    assert_int_equal(mg_encoder_inputs(ctx, e, text, NULL, 2, x), MG_FORMAT);
    says(MG_FORMAT, "t.csv, line 3: column 'b' is 'ten', which is no number");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(turned);
    mg_dataset_destroy(less);
    mg_dataset_destroy(nothing);
    mg_dataset_destroy(text);
}

/* A row's numbers depend neither on its neighbours nor on how many rows are encoded at once, whether its cells' spellings are
 * looked up once for all rows or cell by cell. */
static void a_row_is_encoded_by_itself(void **state) {
    (void)state;
    char *text = malloc(40000);
    size_t used = (size_t)sprintf(text, "a,t,d,c,y\n");
    for (int i = 0; i < 700; i++)
        used += (size_t)sprintf(text + used, "%d.%d,%c,2024-01-%02d,town%d,%d\n", i * 7 % 100, i, "abc"[i % 3], 1 + i % 30,
                                i % 40, i % 2);
    mg_dataset *d = table("ncdc", text);
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    int64_t width = mg_encoder_features(e), unordered[300];
    assert_int_equal(width, 1 + 3 + 5 + 1);
    float *x = malloc(700 * (size_t)width * sizeof *x), *some = malloc(300 * (size_t)width * sizeof *x), one[10];
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 700, x), MG_OK);
    for (int64_t r = 0; r < 700; r += 51) {
        assert_int_equal(mg_encoder_inputs(ctx, e, d, &r, 1, one), MG_OK);
        assert_memory_equal(one, x + r * width, sizeof one);
    }
    for (int64_t i = 0; i < 300; i++) unordered[i] = i * 37 % 700;
    assert_int_equal(mg_encoder_inputs(ctx, e, d, unordered, 300, some), MG_OK);
    for (int64_t i = 0; i < 300; i++) assert_memory_equal(some + i * width, x + unordered[i] * width, sizeof one);
    free(x);
    free(some);
    free(text);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_encoded_as_numpy_does),
        cmocka_unit_test(numbers_are_scaled_by_median_and_quartiles),
        cmocka_unit_test(where_half_of_the_rows_agree_the_range_is_the_scale),
        cmocka_unit_test(standard_and_no_scale_are_to_be_had),
        cmocka_unit_test(a_number_is_cut_at_its_quantiles),
        cmocka_unit_test(only_the_given_rows_are_learned_from),
        cmocka_unit_test(categories_become_one_hot),
        cmocka_unit_test(many_categories_become_a_code),
        cmocka_unit_test(the_most_frequent_categories_have_codes),
        cmocka_unit_test(equal_numbers_are_one_category),
        cmocka_unit_test(booleans_are_minus_one_and_one),
        cmocka_unit_test(dates_are_days_and_what_of_the_calendar_differs),
        cmocka_unit_test(days_without_marks_are_days_too),
        cmocka_unit_test(strays_are_missing_where_training_rows_had_some),
        cmocka_unit_test(a_text_that_is_no_date_is_refused),
        cmocka_unit_test(warnings_are_one_sentence_a_theme),
        cmocka_unit_test(long_warnings_are_cut),
        cmocka_unit_test(what_cannot_be_fitted_is_refused),
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(a_row_is_encoded_by_itself),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
