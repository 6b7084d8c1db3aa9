/* Targets of encoders: classes, standardised values, logarithms, and the way back. Images too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/encoders.h"

/* --- classes ----------------------------------------------------------------------------------------- */

static void classes_are_sorted_and_spelled_as_in_the_file(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *classes[4];
        int32_t labels[4];
    } cases[] = {
        { "x,y\n1,10\n2,9\n3,10.0\n4,-1\n", { "-1", "9", "10", NULL }, { 2, 1, 2, 0 } },
        { "x,y\n1,b\n2,B\n3,a\n4,b\n", { "B", "a", "b", NULL }, { 2, 0, 1, 2 } },
        { "x,y\n1,01\n2,1\n3,x\n4,01\n", { "01", "1", "x", NULL }, { 0, 1, 2, 0 } },
        { "x,y\n1,\"Ames, IA\"\n2,K\xc3\xb6ln\n3,K\xc3\xb6ln\n4, yes\n",
          { " yes", "Ames, IA", "K\xc3\xb6ln", NULL },
          { 1, 2, 2, 0 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_dataset *d = table("n", cases[i].text);
        mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
        int32_t labels[4];
        assert_int_equal(mg_encoder_task(e), MG_TASK_CLASSIFICATION);
        assert_string_equal(mg_encoder_target(e), "y");
        for (int k = 0; k < mg_encoder_classes(e); k++) assert_string_equal(mg_encoder_class(e, k), cases[i].classes[k]);
        assert_null(cases[i].classes[mg_encoder_classes(e)]);
        assert_int_equal(mg_encoder_labels(ctx, e, d, NULL, 4, labels), MG_OK);
        assert_memory_equal(labels, cases[i].labels, sizeof labels);
        mg_encoder_destroy(e);
        mg_dataset_destroy(d);
    }
}

static void equal_numbers_are_one_class_in_another_file_too(void **state) {
    (void)state;
    mg_dataset *d = table("n", "x,y\n1,0\n2,1\n"), *other = table("", "x,y\n1,1.0\n2,0e0\n3,0\n"),
               *text = table("", "x,y\n1,1.0\n2,maybe\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    int32_t labels[3];
    assert_int_equal(mg_encoder_labels(ctx, e, other, NULL, 3, labels), MG_OK);
    assert_true(labels[0] == 1 && labels[1] == 0 && labels[2] == 0);
    assert_int_equal(mg_encoder_labels(ctx, e, text, NULL, 1, labels), MG_OK);
    assert_int_equal(labels[0], 1);
    assert_int_equal(mg_encoder_labels(ctx, e, text, NULL, 2, labels), MG_FORMAT);
    says(MG_FORMAT, "t.csv, line 3: the label 'maybe' of 'y' is none of the 2 classes");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
    mg_dataset_destroy(text);
}

static void one_class_among_the_rows_is_refused(void **state) {
    (void)state;
    mg_encoder_options options = mg_encoder_defaults();
    options.target = 1;
    mg_dataset *d = table("n", "a,y\n1,p\n2,p\n3,q\n");
    assert_null(mg_encoder_fit(ctx, d, (int64_t[]){ 0, 1 }, 2, &options));
    says(MG_FORMAT, "t.csv: the target 'y' is 'p' in every row, so there is nothing to learn");
    options.task = MG_TASK_REGRESSION;
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, &options));
    says(MG_SETTING, "the target 'y' of t.csv holds text");
    mg_dataset_destroy(d);
}

/* --- values ------------------------------------------------------------------------------------------ */

static void a_regression_target_is_standardised_and_mapped_back(void **state) {
    (void)state;
    mg_dataset *d = table("n", "x,y\n1,10.5\n2,20.5\n3,30.5\n4,inf\n"), *hole = table("n", "x,y\n1,\n"),
               *word = table("n", "x,y\n1,many\n"), *none = table("n", "x\n1\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_NONE); /* what is infinite is left out */
    float y[3];
    int32_t label;
    assert_int_equal(mg_encoder_task(e), MG_TASK_REGRESSION);
    assert_int_equal(mg_encoder_classes(e), 0);
    assert_int_equal(mg_encoder_targets(ctx, e, d, NULL, 3, y), MG_OK);
    near((double)y[0], -sqrt(1.5));
    near((double)y[1], 0);
    for (int i = 0; i < 3; i++) near(mg_encoder_unscale(e, (double)y[i]), 10.5 + 10 * i);
    assert_int_equal(mg_encoder_labels(ctx, e, d, NULL, 1, &label), MG_INVALID);
    assert_int_equal(mg_encoder_targets(ctx, e, d, (int64_t[]){ 3 }, 1, y), MG_FORMAT);
    says(MG_FORMAT, "t.csv, line 5: the target 'y' is 'inf'");
    assert_int_equal(mg_encoder_targets(ctx, e, hole, NULL, 1, y), MG_FORMAT);
    says(MG_FORMAT, "t.csv, line 2: the target 'y' is missing");
    assert_int_equal(mg_encoder_targets(ctx, e, word, NULL, 1, y), MG_FORMAT);
    says(MG_FORMAT, "the target 'y' is 'many', which is no number");
    assert_int_equal(mg_encoder_targets(ctx, e, none, NULL, 1, y), MG_FORMAT);
    says(MG_FORMAT, "there is no column 'y', the target of the model; add it");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(hole);
    mg_dataset_destroy(word);
    mg_dataset_destroy(none);
}

static void an_answer_stays_near_the_training_rows(void **state) {
    (void)state;
    mg_dataset *d = table("n", "x,y\n1,10.5\n2,20.5\n3,30.5\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    near(mg_encoder_unscale(e, 1e6), 32.5); /* a tenth of 20 beyond */
    near(mg_encoder_unscale(e, -1e300), 8.5);
    near(mg_encoder_unscale(e, (double)INFINITY), 32.5);
    assert_true(isnan(mg_encoder_unscale(e, (double)NAN)));
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

/* 2^0, 2^1 ... 2^5 again and again: skewness 1.05, of the logarithms 0. */
static mg_dataset *powers(int rows, int shift) {
    char text[2000];
    size_t used = (size_t)sprintf(text, "x,y\n");
    for (int i = 0; i < rows; i++) used += (size_t)sprintf(text + used, "%d,%g\n", i, pow(2, i % 6) + 0.25 - shift);
    return table("nn", text);
}

static void a_long_tailed_target_is_learned_as_its_logarithm(void **state) {
    (void)state;
    static const struct {
        int rows, shift, option;
        bool log;
    } cases[] = { { 30, 0, MG_AUTO, true }, { 29, 0, MG_AUTO, false }, { 30, 2, MG_AUTO, false },
                  { 30, 0, 0, false },      { 12, 0, 1, true },        { 30, 2, 1, false } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_dataset *d = powers(cases[i].rows, cases[i].shift);
        mg_encoder_options options = mg_encoder_defaults();
        options.target = 1;
        options.target_log = cases[i].option;
        mg_encoder *e = fit_with(d, &options);
        float y[6];
        assert_int_equal(mg_encoder_target_is_log(e), cases[i].log);
        assert_int_equal(mg_encoder_targets(ctx, e, d, NULL, 6, y), MG_OK);
        for (int64_t r = 0; r < 6; r++) near(mg_encoder_unscale(e, (double)y[r]), mg_dataset_number(d, r, 1));
        mg_encoder_destroy(e);
        mg_dataset_destroy(d);
    }
}

static void a_value_that_has_no_logarithm_counts_as_the_lowest(void **state) {
    (void)state;
    mg_dataset *d = powers(30, 0), *other = table("nn", "x,y\n1,0\n2,1.25\n3,-7\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    float y[3];
    assert_int_equal(mg_encoder_targets(ctx, e, other, NULL, 3, y), MG_OK);
    assert_true(y[0] == y[1] && y[2] == y[1]);
    near(mg_encoder_unscale(e, 1e9), 35.35); /* 32.25 and a tenth of 31 */
    near(mg_encoder_unscale(e, -1e9), 0);    /* e^-... is no less */
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
}

/* --- images ------------------------------------------------------------------------------------------ */

static const char images[] = "\0\0\x08\4\0\0\0\2\0\0\0\1\0\0\0\2\0\0\0\2\0\1\2\3\4\5\6\7";

static void images_are_standardised_a_channel(void **state) {
    (void)state;
    mg_dataset *d = mg__idx_read(ctx, "i", images, sizeof images - 1),
               *other = mg__idx_read(ctx, "j", "\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1\7", 17);
    mg_encoder *e = fit(d, NULL, MG_SCALE_AUTO);
    int64_t shape[3];
    double mean, deviation;
    float x[8];
    assert_int_equal(mg_encoder_scale(e), MG_SCALE_STANDARD);
    assert_int_equal(mg_encoder_shape(e, shape), 3);
    assert_true(shape[0] == 1 && shape[1] == 2 && shape[2] == 2);
    assert_int_equal(mg_encoder_features(e), 4);
    assert_int_equal(mg_encoder_columns(e), 0);
    assert_int_equal(mg_encoder_numbers(e), 0);
    mg_encoder_scaling(e, 1, &mean, &deviation); /* of 1, 3, 5, 7 */
    near(mean, 4);
    near(deviation, sqrt(5));
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 2, x), MG_OK);
    for (int i = 0; i < 8; i++) near((double)x[i], (i - 3.0 - i % 2) / sqrt(5));
    assert_int_equal(mg_encoder_inputs(ctx, e, other, NULL, 1, x), MG_FORMAT);
    says(MG_FORMAT, "j: 1x1 images of 1 channels, but the model was trained with 1x2 of 2");
    assert_int_equal(mg_encoder_unseen(ctx, e, d, NULL), MG_OK);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);

    float pixels[] = { 1, 2, 3, 6 };
    mg_tensor tensor = mg_tensor_borrow(MG_F32, 4, (int64_t[]){ 2, 1, 2, 1 }, pixels);
    d = mg_dataset_create(ctx, &tensor, NULL, NULL);
    e = fit(d, NULL, MG_SCALE_ROBUST); /* images: as standard */
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 2, x), MG_OK);
    near((double)x[3], 3 / sqrt(3.5));
    mg_dataset *rows = table("", "a\n1\n");
    assert_int_equal(mg_encoder_inputs(ctx, e, rows, NULL, 1, x), MG_FORMAT);
    says(MG_FORMAT, "t.csv: a table, but the model was trained with images");
    mg_dataset_destroy(rows);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

static void pixels_that_are_no_numbers_are_refused(void **state) {
    (void)state;
    float pixels[] = { 1, 2, 3, INFINITY };
    mg_tensor tensor = mg_tensor_borrow(MG_F32, 4, (int64_t[]){ 2, 1, 2, 1 }, pixels);
    mg_dataset *d = mg_dataset_create(ctx, &tensor, NULL, NULL);
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, NULL));
    says(MG_FORMAT, "channel 0 of the images holds numbers that are infinite or none");
    mg_encoder *e = mg_encoder_fit(ctx, d, (int64_t[]){ 0 }, 1, NULL);
    float x[4];
    assert_non_null(e);
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 2, x), MG_FORMAT);
    says(MG_FORMAT, "memory: image 1 holds a number that is infinite or none");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_are_sorted_and_spelled_as_in_the_file),
        cmocka_unit_test(equal_numbers_are_one_class_in_another_file_too),
        cmocka_unit_test(one_class_among_the_rows_is_refused),
        cmocka_unit_test(a_regression_target_is_standardised_and_mapped_back),
        cmocka_unit_test(an_answer_stays_near_the_training_rows),
        cmocka_unit_test(a_long_tailed_target_is_learned_as_its_logarithm),
        cmocka_unit_test(a_value_that_has_no_logarithm_counts_as_the_lowest),
        cmocka_unit_test(images_are_standardised_a_channel),
        cmocka_unit_test(pixels_that_are_no_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
