/* Encoders: figures, round trips, other files than the one fitted on, hostile JSON. */
#include "data/encoder.h"
#include "data/table.h"

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

static mg_dataset *table(const char *text) {
    mg_dataset *d = mg__csv_read(ctx, "t.csv", text, strlen(text), '\0');
    if (d == NULL) fail_msg("%s", mg_context_message(ctx));
    return d;
}

static mg_encoder *fit(const mg_dataset *d, const char *target, mg_scale scale) {
    mg_encoder_options options = mg_encoder_defaults();
    options.target = target != NULL ? mg_dataset_find(d, target) : -1;
    options.scale = scale;
    mg_encoder *e = mg_encoder_fit(ctx, d, NULL, 0, &options);
    if (e == NULL) fail_msg("%s", mg_context_message(ctx));
    return e;
}

static void says(mg_status status, const char *words) {
    assert_int_equal(mg_context_status(ctx), status);
    if (strstr(mg_context_message(ctx), words) == NULL) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
}

static void near(double got, double wanted) {
    if (fabs(got - wanted) > 1e-6 * (1 + fabs(wanted))) fail_msg("%.9g is not %.9g", got, wanted);
}

static void numbers_are_standardised_one_by_one(void **state) {
    (void)state;
    mg_dataset *d = table("a,b,c,y\n1,10,5,p\n2,,5,q\n3,30,5,p\n6,20,5,q\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    float x[12];
    double mean, deviation;
    int64_t shape[3];
    assert_int_equal(mg_encoder_shape(e, shape), 1);
    assert_int_equal(shape[0], 3);
    assert_int_equal(mg_encoder_columns(e), 3);
    assert_string_equal(mg_encoder_column(e, 1), "b");
    assert_int_equal(mg_encoder_scale(e), MG_SCALE_STANDARD);
    mg_encoder_scaling(e, 0, &mean, &deviation);
    near(mean, 3);
    near(deviation, sqrt(3.5)); /* ((-2)^2 + 1 + 0 + 3^2) / 4 */
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 4, x), MG_OK);
    near((double)x[0], -2 / sqrt(3.5));
    near((double)x[9], 3 / sqrt(3.5));
    near((double)x[1], -10 / sqrt(200.0 / 3));
    near((double)x[4], 0);                                      /* missing: the mean */
    for (int r = 0; r < 4; r++) assert_true(x[3 * r + 2] == 0); /* constant */
    assert_int_equal(mg_encoder_warnings(e), 1);
    assert_string_equal(mg_encoder_warning(e, 0), "column 'b': 1 missing cell takes its mean, 20");
    mg_encoder_destroy(e);
    e = fit(d, "y", MG_SCALE_NONE);
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 4, x), MG_OK);
    assert_true(x[0] == 1 && x[1] == 10 && x[2] == 5 && x[4] == 20);
    mg_encoder_scaling(e, 0, &mean, &deviation);
    assert_true(mean == 0 && deviation == 1);
    mg_encoder_destroy(e);
    mg_encoder_destroy(NULL);
    mg_dataset_destroy(d);
}

static void only_the_given_rows_are_learned_from(void **state) {
    (void)state;
    mg_dataset *d = table("a,y\n0,1\n2,2\n1000,3\n");
    mg_encoder_options options = mg_encoder_defaults();
    options.target = 1;
    mg_encoder *e = mg_encoder_fit(ctx, d, (int64_t[]){ 0, 1 }, 2, &options);
    double mean, deviation;
    assert_non_null(e);
    mg_encoder_scaling(e, 0, &mean, &deviation);
    assert_true(mean == 1 && deviation == 1);
    assert_int_equal(mg_encoder_classes(e), 2);
    int32_t label;
    assert_int_equal(mg_encoder_labels(ctx, e, d, (int64_t[]){ 2 }, 1, &label), MG_FORMAT);
    says(MG_FORMAT, "t.csv, line 4: the label '3' of 'y' is none of the 2 classes");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

static void a_constant_column_stays_harmless(void **state) {
    (void)state;
    char text[4000] = "a,y\n"; /* 0.1 summed 300 times is not 300 * 0.1 */
    for (int i = 0; i < 300; i++) strcat(text, i % 2 ? "0.1,p\n" : "0.1,q\n");
    mg_dataset *d = table(text), *other = table("a\n0.2\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    float x;
    assert_int_equal(mg_encoder_inputs(ctx, e, other, NULL, 1, &x), MG_OK);
    near((double)x, 0.1);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
}

static void texts_become_one_hot(void **state) {
    (void)state;
    mg_dataset *d = table("t,y\nb,1.5\na,2\nNA,3\nb,4\n"), *other = table("t\nc\na\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    float x[8];
    assert_int_equal(mg_encoder_features(e), 2);
    assert_int_equal(mg_encoder_column_categories(e, 0), 2);
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 4, x), MG_OK);
    const float wanted[] = { 0, 1, 1, 0, 0, 0, 0, 1 };
    assert_memory_equal(x, wanted, sizeof wanted);
    assert_int_equal(mg_encoder_inputs(ctx, e, other, NULL, 2, x), MG_OK);
    const float never_seen[] = { 0, 0, 1, 0 };
    assert_memory_equal(x, never_seen, sizeof never_seen);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
}

static void a_column_that_says_nothing_is_left_out_with_a_word(void **state) {
    (void)state;
    char text[4000] = "id,none,x,y\n";
    for (int i = 0; i < 65; i++) sprintf(text + strlen(text), "id%d,,%d,%s\n", i, i, i % 2 ? "p" : "q");
    mg_dataset *d = table(text);
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    assert_int_equal(mg_encoder_columns(e), 1);
    assert_int_equal(mg_encoder_warnings(e), 2);
    assert_string_equal(mg_encoder_warning(e, 0), "column 'id' is left out: text with more than 64 different values");
    assert_string_equal(mg_encoder_warning(e, 1), "column 'none' is left out: all its cells are missing");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    d = table("id,y\n,1\n,2\n");
    mg_encoder_options options = mg_encoder_defaults();
    options.target = 1;
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, &options));
    says(MG_FORMAT, "t.csv: no column is left to learn from");
    mg_dataset_destroy(d);
}

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
        { "x,y\n1,\"Ames, IA\"\n2,K\xf6ln\n3,K\xf6ln\n4, yes\n", { " yes", "Ames, IA", "K\xf6ln", NULL }, { 1, 2, 2, 0 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_dataset *d = table(cases[i].text);
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
    mg_dataset *d = table("x,y\n1,0\n2,1\n"), *other = table("x,y\n1,1.0\n2,0e0\n3,0\n"), *text = table("x,y\n1,1.0\n2,maybe\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    int32_t labels[3];
    assert_int_equal(mg_encoder_labels(ctx, e, other, NULL, 3, labels), MG_OK);
    assert_true(labels[0] == 1 && labels[1] == 0 && labels[2] == 0);
    assert_int_equal(mg_encoder_labels(ctx, e, text, NULL, 1, labels), MG_OK);
    assert_int_equal(labels[0], 1);
    assert_int_equal(mg_encoder_labels(ctx, e, text, NULL, 2, labels), MG_FORMAT);
    says(MG_FORMAT, "line 3: the label 'maybe'");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);
    mg_dataset_destroy(text);
}

static void a_regression_target_is_standardised_and_mapped_back(void **state) {
    (void)state;
    mg_dataset *d = table("x,y\n1,10.5\n2,20.5\n3,30.5\n"), *hole = table("x,y\n1,\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_NONE);
    float y[3];
    int32_t label;
    assert_int_equal(mg_encoder_task(e), MG_TASK_REGRESSION);
    assert_int_equal(mg_encoder_classes(e), 0);
    assert_int_equal(mg_encoder_targets(ctx, e, d, NULL, 3, y), MG_OK);
    near((double)y[0], -sqrt(1.5));
    near((double)y[1], 0);
    for (int i = 0; i < 3; i++) near(mg_encoder_unscale(e, (double)y[i]), 10.5 + 10 * i);
    assert_int_equal(mg_encoder_labels(ctx, e, d, NULL, 1, &label), MG_INVALID);
    assert_int_equal(mg_encoder_targets(ctx, e, hole, NULL, 1, y), MG_FORMAT);
    says(MG_FORMAT, "t.csv, line 2: the target 'y' is missing");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(hole);
}

static void columns_are_found_by_name(void **state) {
    (void)state;
    mg_dataset *d = table("a,b,y\n1,10,p\n2,20,q\n"), *turned = table("extra,b,a\nzzz,10,1\n,20,2\n"),
               *less = table("a,y\n1,p\n"), *text = table("a,b\n1,10\n2,ten\n"), *infinite = table("a,b\n1,inf\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    float x[4], again[4];
    int32_t label;
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 2, x), MG_OK);
    assert_int_equal(mg_encoder_inputs(ctx, e, turned, NULL, 2, again), MG_OK);
    assert_memory_equal(x, again, sizeof x);
    assert_int_equal(mg_encoder_labels(ctx, e, turned, NULL, 1, &label), MG_FORMAT);
    says(MG_FORMAT, "no column 'y'");
    assert_int_equal(mg_encoder_inputs(ctx, e, less, NULL, 1, x), MG_FORMAT);
    says(MG_FORMAT, "t.csv: there is no column 'b'");
    assert_int_equal(mg_encoder_inputs(ctx, e, text, NULL, 1, x), MG_OK); /* the bad cell is not asked for */
    assert_int_equal(mg_encoder_inputs(ctx, e, text, NULL, 2, x), MG_FORMAT);
    says(MG_FORMAT, "t.csv, line 3: column 'b' is 'ten'");
    assert_int_equal(mg_encoder_inputs(ctx, e, infinite, NULL, 1, x), MG_FORMAT);
    says(MG_FORMAT, "line 2: column 'b' is 'inf'");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(turned);
    mg_dataset_destroy(less);
    mg_dataset_destroy(text);
    mg_dataset_destroy(infinite);
}

/* A row's numbers do not depend on its neighbours, nor on how many rows are encoded at once. */
static void a_row_is_encoded_by_itself(void **state) {
    (void)state;
    char *text = malloc(20000);
    size_t used = (size_t)sprintf(text, "a,t,y\n");
    for (int i = 0; i < 700; i++) used += (size_t)sprintf(text + used, "%d.%d,%c,%d\n", i * 7 % 100, i, "abc"[i % 3], i % 2);
    mg_dataset *d = table(text);
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    int64_t width = mg_encoder_features(e);
    assert_int_equal(width, 4);
    float *x = malloc(700 * 4 * sizeof *x), one[4];
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 700, x), MG_OK);
    for (int64_t r = 0; r < 700; r += 51) {
        assert_int_equal(mg_encoder_inputs(ctx, e, d, &r, 1, one), MG_OK);
        assert_memory_equal(one, x + r * width, sizeof one);
    }
    free(x);
    free(text);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

static const char images[] = "\0\0\x08\4\0\0\0\2\0\0\0\1\0\0\0\2\0\0\0\2\0\1\2\3\4\5\6\7";

static void images_are_standardised_a_channel(void **state) {
    (void)state;
    mg_dataset *d = mg__idx_read(ctx, "i", images, sizeof images - 1),
               *other = mg__idx_read(ctx, "j", "\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1\7", 17);
    mg_encoder *e = fit(d, NULL, MG_SCALE_AUTO);
    int64_t shape[3];
    double mean, deviation;
    float x[8];
    assert_int_equal(mg_encoder_shape(e, shape), 3);
    assert_true(shape[0] == 1 && shape[1] == 2 && shape[2] == 2);
    assert_int_equal(mg_encoder_features(e), 4);
    mg_encoder_scaling(e, 1, &mean, &deviation); /* of 1, 3, 5, 7 */
    near(mean, 4);
    near(deviation, sqrt(5));
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 2, x), MG_OK);
    for (int i = 0; i < 8; i++) near((double)x[i], (i - 3.0 - i % 2) / sqrt(5));
    assert_int_equal(mg_encoder_inputs(ctx, e, other, NULL, 1, x), MG_FORMAT);
    says(MG_FORMAT, "j: 1x1 images of 1 channels, but the model was trained with 1x2 of 2");
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(other);

    float pixels[] = { 1, 2, 3, 6 };
    mg_tensor tensor = mg_tensor_borrow(MG_F32, 4, (int64_t[]){ 2, 1, 2, 1 }, pixels);
    d = mg_dataset_create(ctx, &tensor, NULL, NULL);
    e = fit(d, NULL, MG_SCALE_AUTO);
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 2, x), MG_OK);
    near((double)x[3], 3 / sqrt(3.5));
    mg_dataset *rows = table("a\n1\n");
    assert_int_equal(mg_encoder_inputs(ctx, e, rows, NULL, 1, x), MG_FORMAT);
    says(MG_FORMAT, "t.csv: a table, but the model was trained with images");
    mg_dataset_destroy(rows);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

static void what_cannot_be_fitted_is_refused(void **state) {
    (void)state;
    mg_encoder_options options = mg_encoder_defaults();
    options.target = 1;
    options.task = MG_TASK_CLASSIFICATION;
    mg_dataset *d = table("a,y\n1,p\ninf,p\n");
    assert_null(mg_encoder_fit(ctx, d, (int64_t[]){ 0 }, 1, &options));
    says(MG_FORMAT, "'y' is 'p' in every row");
    options.target = -1;
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, &options));
    says(MG_FORMAT, "t.csv, line 3: column 'a' holds an infinite number");
    options.target = 1;
    options.task = MG_TASK_REGRESSION;
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, &options));
    says(MG_SETTING, "'y' holds text");
    options.target = 2;
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, &options));
    assert_int_equal(mg_context_status(ctx), MG_INVALID);
    assert_null(mg_encoder_fit(ctx, d, (int64_t[]){ 0 }, 0, NULL));
    assert_int_equal(mg_context_status(ctx), MG_INVALID);
    mg_dataset_destroy(d);
    d = table("a\n1e308\n-1e308\n1.7e308\n1.7e308\n");
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, NULL));
    says(MG_FORMAT, "too large");
    mg_dataset_destroy(d);
}

static char *json_of(mg_context *context, const mg_encoder *e) {
    mg__json_writer w = mg__json_writer_begin(context);
    mg__encoder_write(e, &w);
    return mg__json_writer_finish(&w, NULL);
}

static mg_encoder *from_json(mg_context *context, const char *json) {
    mg__json_document *document = mg__json_parse(context, "m", json, strlen(json));
    mg_encoder *e = document != NULL ? mg__encoder_read(context, "m", mg__json_root(document)) : NULL;
    mg__json_destroy(document);
    return e;
}

static void json_brings_back_the_same_encoder(void **state) {
    (void)state;
    static const char *const tables[] = { "a,t,y\n0.1,u,p\n0.7,v,q\n,u,K\xf6ln\n", "a,t,y\n0.1,u,1.5\n0.7,v,2\n,u,3\n",
                                          "a,t,y\n1,u,1\n2,v,2\n3,w,x\n", "a,t,y\n1,u,2\n2,v,1\n3,w,10\n" };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        mg_dataset *d = table(tables[i]);
        mg_encoder *e = fit(d, "y", i == 2 ? MG_SCALE_NONE : MG_SCALE_AUTO);
        char *json = json_of(ctx, e);
        mg_encoder *again = from_json(ctx, json);
        if (again == NULL) fail_msg("%s", mg_context_message(ctx));
        char *second = json_of(ctx, again);
        assert_string_equal(json, second);
        float x[12], y[12];
        int32_t a[3], b[3];
        assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 3, x), MG_OK);
        assert_int_equal(mg_encoder_inputs(ctx, again, d, NULL, 3, y), MG_OK);
        assert_memory_equal(x, y, sizeof(float) * 3 * (size_t)mg_encoder_features(e));
        assert_int_equal(mg_encoder_features(e), mg_encoder_features(again));
        if (mg_encoder_task(e) == MG_TASK_CLASSIFICATION) {
            assert_int_equal(mg_encoder_labels(ctx, e, d, NULL, 3, a), MG_OK);
            assert_int_equal(mg_encoder_labels(ctx, again, d, NULL, 3, b), MG_OK);
            assert_memory_equal(a, b, sizeof a);
        }
        mg__free(ctx, json);
        mg__free(ctx, second);
        mg_encoder_destroy(e);
        mg_encoder_destroy(again);
        mg_dataset_destroy(d);
    }
}

/* The text itself is a promise: models written today are read by every later version. */
static void the_json_form_does_not_change(void **state) {
    (void)state;
    mg_dataset *d = table("a,t,y\n1,u,p\n3,v,q\n");
    mg_encoder *e = fit(d, "y", MG_SCALE_AUTO);
    char *json = json_of(ctx, e);
    assert_string_equal(
        json, "{\"version\":1,\"scale\":\"standard\",\"columns\":[{\"name\":\"a\",\"mean\":2,\"deviation\":1,\"missing\":2},"
              "{\"name\":\"t\",\"categories\":[\"u\",\"v\"]}],\"target\":{\"name\":\"y\",\"task\":\"classification\","
              "\"classes\":[{\"name\":\"p\",\"value\":null},{\"name\":\"q\",\"value\":null}]}}");
    mg__free(ctx, json);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    d = mg__idx_read(ctx, "i", images, sizeof images - 1);
    e = fit(d, NULL, MG_SCALE_NONE);
    json = json_of(ctx, e);
    assert_string_equal(
        json, "{\"version\":1,\"scale\":\"none\",\"image\":[1,2,2],\"channels\":[{\"mean\":0,\"deviation\":1,\"missing\":3},"
              "{\"mean\":0,\"deviation\":1,\"missing\":4}],\"target\":null}");
    mg_encoder *again = from_json(ctx, json);
    assert_non_null(again);
    assert_int_equal(mg_encoder_features(again), 4);
    mg_encoder_destroy(again);
    mg__free(ctx, json);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

#define HEAD   "{\"version\":1,\"scale\":\"standard\","
#define COLUMN "\"columns\":[{\"name\":\"a\",\"mean\":2,\"deviation\":1,\"missing\":2}],"

static void hostile_json_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *json, *says;
    } cases[] = {
        { "[]", "no version" },
        { "{}", "no version" },
        { "{\"version\":2,\"future\":1}", "written by a later micrograd" },
        { HEAD COLUMN "\"target\":null,\"more\":1}", "a member that this version does not know" },
        { HEAD "\"target\":null}", "no columns" },
        { HEAD "\"columns\":[],\"target\":null}", "no column is left" },
        { HEAD "\"columns\":[7],\"target\":null}", "an object is missing" },
        { HEAD "\"columns\":[{\"mean\":2,\"deviation\":1,\"missing\":2}],\"target\":null}", "a column without a name" },
        { HEAD "\"columns\":[{\"name\":\"a\",\"mean\":2,\"deviation\":0,\"missing\":2}],\"target\":null}", "deviation above 0" },
        { HEAD "\"columns\":[{\"name\":\"a\",\"mean\":null,\"deviation\":1,\"missing\":2}],\"target\":null}", "no mean" },
        { HEAD "\"columns\":[{\"name\":\"a\",\"mean\":2,\"deviation\":1}],\"target\":null}", "no value for what is missing" },
        { HEAD "\"columns\":[{\"name\":\"a\",\"categories\":[]}],\"target\":null}", "wanted 1 to 4096" },
        { HEAD "\"columns\":[{\"name\":\"a\",\"categories\":[\"b\",\"a\"]}],\"target\":null}", "out of order" },
        { HEAD "\"columns\":[{\"name\":\"a\",\"categories\":[\"b\",1]}],\"target\":null}", "no text" },
        { "{\"version\":1,\"scale\":\"odd\"," COLUMN "\"target\":null}", "unknown scale" },
        { HEAD COLUMN "\"target\":7}", "an object is missing" },
        { HEAD COLUMN "\"target\":{\"task\":\"regression\",\"mean\":0,\"deviation\":1}}", "a target without a name" },
        { HEAD COLUMN "\"target\":{\"name\":\"y\",\"task\":\"guess\"}}", "unknown task" },
        { HEAD COLUMN "\"target\":{\"name\":\"y\",\"task\":\"regression\",\"mean\":0}}", "deviation above 0" },
        { HEAD COLUMN "\"target\":{\"name\":\"y\",\"task\":\"classification\"}}", "wanted 2 to 4096" },
        { HEAD COLUMN
          "\"target\":{\"name\":\"y\",\"task\":\"classification\",\"classes\":[{\"name\":\"b\",\"value\":null},{\"name\":\"a\",\"value\":null}]}}",
          "classes out of order" },
        { HEAD COLUMN
          "\"target\":{\"name\":\"y\",\"task\":\"classification\",\"classes\":[{\"name\":\"a\"},{\"name\":\"b\",\"value\":null}]}}",
          "no number" },
        { HEAD "\"image\":[1,2],\"channels\":[],\"target\":null}", "height, width and channels" },
        { HEAD "\"image\":[1,2,1],\"channels\":[],\"target\":null}", "not one entry a channel" },
        { HEAD "\"image\":[2147483647,2147483647,1],\"channels\":[{\"mean\":0,\"deviation\":1,\"missing\":0}],\"target\":null}",
          "more than 2147483647" },
        { HEAD "\"image\":[0,2,1],\"channels\":[{\"mean\":0,\"deviation\":1,\"missing\":0}],\"target\":null}",
          "impossible size" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_context_clear(ctx);
        mg_encoder *e = from_json(ctx, cases[i].json);
        if (e != NULL) fail_msg("accepted: %s", cases[i].json);
        says(MG_FORMAT, cases[i].says);
    }
}

static bool fit_and_read(mg_context *context, void *user) {
    (void)user;
    const char *text = "a,t,id,y\n0.1,u,i1,p\n0.7,v,i2,q\n,u,i3,p\n";
    mg_dataset *d = mg__csv_read(context, "t", text, strlen(text), ',');
    mg_encoder_options options = mg_encoder_defaults();
    options.target = 3;
    options.one_hot = 2;
    float x[9];
    int32_t y[3];
    mg_encoder *e = d != NULL ? mg_encoder_fit(context, d, NULL, 0, &options) : NULL, *again = NULL;
    char *json = e != NULL ? json_of(context, e) : NULL;
    if (json != NULL) again = from_json(context, json);
    bool done = again != NULL && mg_encoder_inputs(context, again, d, NULL, 3, x) == MG_OK &&
                mg_encoder_labels(context, again, d, NULL, 3, y) == MG_OK;
    mg__free(context, json);
    mg_encoder_destroy(e);
    mg_encoder_destroy(again);
    mg_dataset_destroy(d);
    return done;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(fit_and_read, NULL) >= 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_standardised_one_by_one),
        cmocka_unit_test(only_the_given_rows_are_learned_from),
        cmocka_unit_test(a_constant_column_stays_harmless),
        cmocka_unit_test(texts_become_one_hot),
        cmocka_unit_test(a_column_that_says_nothing_is_left_out_with_a_word),
        cmocka_unit_test(classes_are_sorted_and_spelled_as_in_the_file),
        cmocka_unit_test(equal_numbers_are_one_class_in_another_file_too),
        cmocka_unit_test(a_regression_target_is_standardised_and_mapped_back),
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(a_row_is_encoded_by_itself),
        cmocka_unit_test(images_are_standardised_a_channel),
        cmocka_unit_test(what_cannot_be_fitted_is_refused),
        cmocka_unit_test(json_brings_back_the_same_encoder),
        cmocka_unit_test(the_json_form_does_not_change),
        cmocka_unit_test(hostile_json_is_refused),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
