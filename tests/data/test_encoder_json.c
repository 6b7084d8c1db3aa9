/* Encoders as JSON: round trips, the promise of the text, the first version, hostile text, allocations that fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "golden/encoder.h"
#include "support/encoders.h"
#include "support/failing_allocator.h"

/* Another encoder, made of the text of this one, with the same text. */
static mg_encoder *reread(const mg_encoder *e) {
    char *json = json_of(ctx, e);
    mg_encoder *again = from_json(ctx, json);
    if (again == NULL) fail_msg("%s: %s", mg_context_message(ctx), json);
    char *second = json_of(ctx, again);
    assert_string_equal(json, second);
    mg__free(ctx, json);
    mg__free(ctx, second);
    return again;
}

static void json_brings_back_the_same_encoder(void **state) {
    (void)state;
    static const mg_scale scales[] = { MG_SCALE_ROBUST, MG_SCALE_STANDARD, MG_SCALE_NONE };
    mg_dataset *d = table("nnnbbccccdn", golden_table);
    int64_t rows[GOLDEN_FITTED];
    for (int i = 0; i < GOLDEN_FITTED; i++) rows[i] = i;
    for (int i = 0; i < 6; i++) {
        mg_encoder_options options = mg_encoder_defaults();
        options.target = i < 3 ? 10 : 5; /* a number, a text */
        options.bins = i * 3;
        options.one_hot = 4 + i;
        options.scale = scales[i % 3];
        options.drop = (bool[11]){ [3] = i == 4 };
        mg_encoder *e = mg_encoder_fit(ctx, d, rows, GOLDEN_FITTED, &options);
        if (e == NULL) fail_msg("%s", mg_context_message(ctx));
        mg_encoder *again = reread(e);
        float x[80 * GOLDEN_FITTED], y[80 * GOLDEN_FITTED];
        assert_true(mg_encoder_features(e) <= 80);
        assert_int_equal(mg_encoder_features(e), mg_encoder_features(again));
        assert_int_equal(mg_encoder_numbers(e), mg_encoder_numbers(again));
        assert_int_equal(mg_encoder_left_out(again), i == 4);
        assert_string_equal(mg_encoder_column_text(e, 7), mg_encoder_column_text(again, 7));
        assert_int_equal(mg_encoder_inputs(ctx, e, d, rows, GOLDEN_FITTED, x), MG_OK);
        assert_int_equal(mg_encoder_inputs(ctx, again, d, rows, GOLDEN_FITTED, y), MG_OK);
        assert_memory_equal(x, y, sizeof(float) * GOLDEN_FITTED * (size_t)mg_encoder_features(e));
        if (i < 3) assert_true(mg_encoder_unscale(e, 0.37) == mg_encoder_unscale(again, 0.37));
        mg_encoder_destroy(e);
        mg_encoder_destroy(again);
    }
    mg_dataset_destroy(d);
}

/* The text itself is a promise: models written today are read by every later version. */
static void the_json_form_does_not_change(void **state) {
    (void)state;
    mg_dataset *d =
        table("nbccd", "a,b,t,k,day,id,y\n1,0,u,1,2024-01-01,3,p\n3,1,v,2.0,2024-01-03,3,q\n4,1,,2,,3,q\n7,0,v,2,,3,q\n");
    mg_encoder_options options = mg_encoder_defaults();
    options.target = 6;
    options.bins = 2;
    mg_encoder *e = fit_with(d, &options);
    char *json = json_of(ctx, e);
    assert_string_equal(
        json,
        "{\"version\":2,\"scale\":\"robust\",\"columns\":["
        "{\"name\":\"a\",\"kind\":\"number\",\"centre\":3.5,\"spread\":1.6679021497405486,\"missing\":3.5,\"indicator\":false,"
        "\"strays\":false,\"edges\":[1,3.5,7]},"
        "{\"name\":\"b\",\"kind\":\"boolean\",\"categories\":[\"0\",\"1\"],\"values\":[0,1],\"indicator\":false},"
        "{\"name\":\"t\",\"kind\":\"category\",\"categories\":[\"u\",\"v\"],\"rows\":[1,2],\"missing\":1},"
        "{\"name\":\"k\",\"kind\":\"category\",\"categories\":[\"1\",\"2.0\"],\"values\":[1,2],\"rows\":[1,3],\"missing\":0},"
        "{\"name\":\"day\",\"kind\":\"date\",\"centre\":19724,\"spread\":0.7412898443291327,\"missing\":19724,\"indicator\":true,"
        "\"strays\":false,\"month_first\":true,\"circles\":[\"year\",\"week\"]}],"
        "\"left_out\":[{\"name\":\"id\",\"reason\":\"constant\"}],"
        "\"target\":{\"name\":\"y\",\"task\":\"classification\",\"classes\":[{\"name\":\"p\",\"value\":null},{\"name\":\"q\","
        "\"value\":null}]}}");
    mg__free(ctx, json);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    d = table("c", "t,y\na,0.5\na,1.5\na,1\nb,1\n");
    options = (mg_encoder_options){ .target = 1, .task = MG_TASK_AUTO, .target_log = MG_AUTO, .scale = MG_SCALE_AUTO };
    e = fit_with(d, &options);
    json = json_of(ctx, e);
    assert_string_equal(json,
                        "{\"version\":2,\"scale\":\"robust\",\"columns\":[{\"name\":\"t\",\"kind\":\"category\",\"categories\":"
                        "[\"a\"],\"missing\":0,\"width\":3}],\"left_out\":[],\"target\":{\"name\":\"y\",\"task\":"
                        "\"regression\",\"centre\":1,\"spread\":0.3535533905932738,\"log\":false,\"low\":0.5,\"high\":1.5}}");
    mg__free(ctx, json);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    d = mg__idx_read(ctx, "i", "\0\0\x08\4\0\0\0\2\0\0\0\1\0\0\0\2\0\0\0\2\0\1\2\3\4\5\6\7", 28);
    e = fit(d, NULL, MG_SCALE_NONE);
    json = json_of(ctx, e);
    assert_string_equal(json, "{\"version\":2,\"scale\":\"none\",\"image\":[1,2,2],\"channels\":[{\"centre\":0,\"spread\":1},"
                              "{\"centre\":0,\"spread\":1}],\"target\":null}");
    mg_encoder *again = reread(e);
    assert_int_equal(mg_encoder_features(again), 4);
    mg_encoder_destroy(again);
    mg__free(ctx, json);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

/* --- version 1 --------------------------------------------------------------------------------------- */

#define HEAD1   "{\"version\":1,\"scale\":\"standard\","
#define COLUMN1 "\"columns\":[{\"name\":\"a\",\"mean\":2,\"deviation\":1,\"missing\":2}],"

static void the_first_version_is_read_and_encodes_as_it_did(void **state) {
    (void)state;
    mg_dataset *d = table("", "t,a\nv,5\nw,\n,9\nu,1e30\n"), *words = table("", "t,a\nv,x\n");
    mg_encoder *e = from_json(
        ctx, HEAD1 "\"columns\":[{\"name\":\"t\",\"categories\":[\"u\",\"v\"]},{\"name\":\"a\",\"mean\":2,\"deviation\":2,"
                   "\"missing\":3}],\"target\":{\"name\":\"y\",\"task\":\"regression\",\"mean\":1,\"deviation\":2}}");
    float x[3];
    if (e == NULL) fail_msg("%s", mg_context_message(ctx));
    for (int i = 0; i < 2; i++) { /* the second time written and read in the present version */
        ENCODES_TO(e, d, 0, 1, 1.5, 0, 0, 0.5, 0, 0, 3.5, 1, 0, 5e29);
        assert_true(mg_encoder_unscale(e, 1e9) == 2e9 + 1); /* nothing was kept within a range */
        assert_int_equal(mg_encoder_numbers(e), 0);         /* the row does not begin with numbers */
        assert_int_equal(mg_encoder_scale(e), MG_SCALE_STANDARD);
        assert_int_equal(mg_encoder_inputs(ctx, e, words, NULL, 1, x), MG_FORMAT);
        mg_encoder *again = reread(e);
        mg_encoder_destroy(e);
        e = again;
    }
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    mg_dataset_destroy(words);
    e = from_json(ctx, HEAD1 "\"image\":[1,2,1],\"channels\":[{\"mean\":1,\"deviation\":2,\"missing\":1}],\"target\":null}");
    d = mg__idx_read(ctx, "i", "\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\2\3\7", 18);
    if (e == NULL || d == NULL) fail_msg("%s", mg_context_message(ctx));
    ENCODES_TO(e, d, 1, 3);
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

/* --- hostile text ------------------------------------------------------------------------------------ */

#define HEAD       "{\"version\":2,\"scale\":\"robust\","
#define NUMBER     "\"name\":\"a\",\"kind\":\"number\",\"centre\":2,\"spread\":1,\"missing\":2,\"indicator\":false,\"strays\":false"
#define REST       ",\"left_out\":[],\"target\":null}"
#define COLUMN(x)  HEAD "\"columns\":[{" x "}]" REST
#define CATEGORY   "\"name\":\"a\",\"kind\":\"category\","
#define GOOD       HEAD "\"columns\":[{" NUMBER "}],\"left_out\":[],"
#define CLASSES(x) GOOD "\"target\":{\"name\":\"y\",\"task\":\"classification\",\"classes\":[" x "]}}"
#define VALUES(x)  GOOD "\"target\":{\"name\":\"y\",\"task\":\"regression\"," x "}}"
#define IMAGE(x)   "{\"version\":2,\"scale\":\"standard\",\"image\":[" x "],\"target\":null}"

static const struct {
    const char *json, *says;
} hostile[] = {
    { "[]", "no version" },
    { "{}", "no version" },
    { "{\"version\":0}", "no version" },
    { "{\"version\":4,\"future\":1}", "written by a later micrograd (this one reads up to 3)" },
    { HEAD1 COLUMN1 "\"target\":null,\"more\":1}", "a member that this version does not know" },
    { HEAD1 COLUMN1 "\"left_out\":[],\"target\":null}", "a member that this version does not know" },
    { HEAD1 "\"target\":null}", "no columns" },
    { HEAD1 "\"columns\":[],\"target\":null}", "no column is left" },
    { HEAD1 "\"columns\":[7],\"target\":null}", "an object is missing" },
    { HEAD1 "\"columns\":[{\"mean\":2,\"deviation\":1,\"missing\":2}],\"target\":null}", "a column without a name" },
    { HEAD1 "\"columns\":[{\"name\":\"a\",\"mean\":2,\"deviation\":0,\"missing\":2}],\"target\":null}", "deviation above 0" },
    { HEAD1 "\"columns\":[{\"name\":\"a\",\"mean\":null,\"deviation\":1,\"missing\":2}],\"target\":null}", "no mean" },
    { HEAD1 "\"columns\":[{\"name\":\"a\",\"mean\":2,\"deviation\":1}],\"target\":null}", "no value for what is missing" },
    { HEAD1 "\"columns\":[{\"name\":\"a\",\"categories\":[]}],\"target\":null}", "wanted at least 1" },
    { HEAD1 "\"columns\":[{\"name\":\"a\",\"categories\":[\"b\",\"a\"]}],\"target\":null}", "out of order" },
    { HEAD1 "\"columns\":[{\"name\":\"a\",\"categories\":[\"b\",1]}],\"target\":null}", "no text" },
    { "{\"version\":1,\"scale\":\"robust\"," COLUMN1 "\"target\":null}", "unknown scale" },
    { HEAD1 COLUMN1 "\"target\":7}", "an object is missing" },
    { HEAD1 COLUMN1 "\"target\":{\"task\":\"regression\",\"mean\":0,\"deviation\":1}}", "a target without a name" },
    { HEAD1 COLUMN1 "\"target\":{\"name\":\"y\",\"task\":\"guess\"}}", "unknown task" },
    { HEAD1 COLUMN1 "\"target\":{\"name\":\"y\",\"task\":\"regression\",\"mean\":0}}", "deviation above 0" },
    { HEAD1 COLUMN1 "\"target\":{\"name\":\"y\",\"task\":\"classification\"}}", "wanted 2 to 4096" },
    { HEAD1 "\"image\":[1,2],\"channels\":[],\"target\":null}", "height, width and channels" },
    { HEAD1 "\"image\":[1,2,1],\"channels\":[],\"target\":null}", "not one entry a channel" },
    { HEAD "\"columns\":[{" NUMBER "}],\"target\":null}", "no list of what is left out" },
    { HEAD "\"columns\":[{" NUMBER "}],\"left_out\":[{\"name\":\"b\"}],\"target\":null}", "left out without" },
    { HEAD "\"columns\":[{" NUMBER "}],\"left_out\":[{\"name\":\"b\",\"reason\":\"id\",\"x\":1}],\"target\":null}", "not know" },
    { HEAD "\"columns\":[{" NUMBER "}],\"left_out\":[]}", "no target" },
    { HEAD "\"interleaved\":1,\"columns\":[{" NUMBER "}]" REST, "a flag is missing" },
    { COLUMN("\"name\":\"a\""), "without a kind" },
    { COLUMN("\"kind\":\"number\""), "without a name" },
    { COLUMN("\"name\":\"a\",\"kind\":\"id\""), "a kind of column that is no feature" },
    { COLUMN("\"name\":\"a\",\"kind\":\"auto\""), "a kind of column that is no feature" },
    { COLUMN(NUMBER ",\"rows\":[]"), "a member that this version does not know" },
    { COLUMN(NUMBER ",\"edges\":[1,2]"), "wanted 3 to 65" },
    { COLUMN(NUMBER ",\"edges\":[1,2,2]"), "edges out of order" },
    { COLUMN(NUMBER ",\"edges\":[1,2,null]"), "edges out of order" },
    { COLUMN("\"name\":\"a\",\"kind\":\"number\",\"centre\":2,\"spread\":-1,\"missing\":2"), "spread above 0" },
    { COLUMN("\"name\":\"a\",\"kind\":\"number\",\"centre\":2,\"spread\":1,\"missing\":2,\"indicator\":0"), "a flag" },
    { COLUMN("\"name\":\"a\",\"kind\":\"number\",\"centre\":2,\"spread\":1,\"missing\":2,\"indicator\":true"), "a flag" },
    { COLUMN("\"name\":\"a\",\"kind\":\"date\",\"centre\":2,\"spread\":1,\"missing\":2,\"indicator\":true,\"strays\":true"),
      "a flag" },
    { COLUMN("\"name\":\"a\",\"kind\":\"date\",\"centre\":2,\"spread\":1,\"missing\":2,\"indicator\":true,\"strays\":true,"
             "\"month_first\":true,\"circles\":[\"week\",\"year\"]"),
      "an unknown circle" },
    { COLUMN("\"name\":\"a\",\"kind\":\"date\",\"centre\":2,\"spread\":1,\"missing\":2,\"indicator\":true,\"strays\":true,"
             "\"month_first\":true"),
      "no list of circles" },
    { COLUMN("\"name\":\"a\",\"kind\":\"boolean\",\"categories\":[\"a\"],\"indicator\":true"), "without two values" },
    { COLUMN("\"name\":\"a\",\"kind\":\"boolean\",\"categories\":[\"a\",\"b\",\"c\"],\"indicator\":true"), "at most" },
    { COLUMN("\"name\":\"a\",\"kind\":\"boolean\",\"categories\":[\"a\",\"b\"]"), "a flag is missing" },
    { COLUMN(CATEGORY "\"rows\":[1],\"missing\":0"), "wanted at least 1" },
    { COLUMN(CATEGORY "\"categories\":[\"a\"],\"rows\":[1]"), "no number of missing rows" },
    { COLUMN(CATEGORY "\"categories\":[\"a\"],\"rows\":[1],\"missing\":-1"), "no number of missing rows" },
    { COLUMN(CATEGORY "\"categories\":[\"a\"],\"missing\":0"), "not one number of rows a category" },
    { COLUMN(CATEGORY "\"categories\":[\"a\"],\"rows\":[-1],\"missing\":0"), "impossible number of rows" },
    { COLUMN(CATEGORY "\"categories\":[\"a\"],\"rows\":[1],\"missing\":0,\"values\":[1,2]"), "not one value a category" },
    { COLUMN(CATEGORY "\"categories\":[\"a\"],\"rows\":[1],\"missing\":0,\"values\":[null]"), "a value that is no number" },
    { COLUMN(CATEGORY "\"categories\":[\"10\",\"9\"],\"rows\":[1,1],\"missing\":0,\"values\":[10,9]"), "out of order" },
    { COLUMN(CATEGORY "\"categories\":[\"a\"],\"missing\":0,\"width\":0"), "impossible width" },
    { COLUMN(CATEGORY "\"categories\":[\"a\"],\"missing\":0,\"width\":2.5"), "impossible width" },
    { COLUMN(CATEGORY "\"categories\":[\"a\"],\"rows\":[1],\"missing\":0,\"width\":3"), "not know" },
    { CLASSES("{\"name\":\"b\",\"value\":null},{\"name\":\"a\",\"value\":null}"), "classes out of order" },
    { CLASSES("{\"name\":\"a\"},{\"name\":\"b\",\"value\":null}"), "no number" },
    { CLASSES("{\"name\":\"a\",\"value\":null}"), "wanted 2 to 4096" },
    { VALUES("\"mean\":0,\"deviation\":1"), "does not know" },
    { VALUES("\"centre\":0,\"log\":false,\"low\":0,\"high\":1"), "spread above 0" },
    { VALUES("\"centre\":0,\"spread\":1,\"low\":0,\"high\":1"), "a flag is missing" },
    { VALUES("\"centre\":0,\"spread\":1,\"log\":false,\"low\":2,\"high\":1"), "impossible range" },
    { VALUES("\"centre\":0,\"spread\":1,\"log\":false,\"low\":null,\"high\":1"), "impossible range" },
    { VALUES("\"centre\":0,\"spread\":1,\"log\":false,\"high\":1"), "impossible range" },
    { VALUES("\"centre\":0,\"spread\":1,\"log\":true,\"low\":0,\"high\":1"), "impossible range" },
    { VALUES("\"centre\":0,\"spread\":1,\"log\":true,\"low\":null,\"high\":null"), "impossible range" },
    { IMAGE("1,2,1],\"channels\":[{\"centre\":0,\"spread\":1,\"missing\":0}"), "does not know" },
    { IMAGE("1,2,1],\"channels\":[{\"centre\":0}"), "spread above 0" },
    { IMAGE("2147483647,2147483647,1],\"channels\":[{\"centre\":0,\"spread\":1}"), "more than 2147483647" },
    { IMAGE("0,2,1],\"channels\":[{\"centre\":0,\"spread\":1}"), "impossible size" },
    { "{\"version\":2,\"scale\":\"robust\",\"image\":[1,1,1],\"channels\":[{\"centre\":0,\"spread\":1}],\"target\":null}",
      "unknown scale" },
};

static void hostile_json_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        mg_context_clear(ctx);
        mg_encoder *e = from_json(ctx, hostile[i].json);
        if (e != NULL) fail_msg("accepted: %s", hostile[i].json);
        if (strstr(mg_context_message(ctx), hostile[i].says) == NULL)
            fail_msg("%s: '%s' does not say '%s'", hostile[i].json, mg_context_message(ctx), hostile[i].says);
        assert_int_equal(mg_context_status(ctx), MG_FORMAT);
    }
}

/* --- memory ------------------------------------------------------------------------------------------ */

static bool fit_and_read(mg_context *context, void *user) {
    (void)user;
    const char *text =
        "a,t,k,day,b,id,y\n0.1,u,x,2024-01-01,1,7,p\n0.7,v,x,2024-01-02,0,7,q\n,u,x,2024-02-03,1,7,p\n2,w,z,,0,7,q\n";
    mg_dataset *d = mg__csv_read(context, "t", text, strlen(text), ',');
    mg_encoder_options options = mg_encoder_defaults();
    options.target = 6;
    options.one_hot = 2;
    options.bins = 3;
    float x[80];
    int32_t y[4];
    int64_t unseen[7] = { 0 };
    if (d != NULL) say_kinds(d, "nccdb");
    mg_encoder *e = d != NULL ? mg_encoder_fit(context, d, NULL, 0, &options) : NULL, *again = NULL;
    char *json = e != NULL ? json_of(context, e) : NULL;
    if (json != NULL) again = from_json(context, json);
    bool done = again != NULL && mg_encoder_inputs(context, again, d, NULL, 4, x) == MG_OK &&
                mg_encoder_unseen(context, again, d, unseen) == MG_OK &&
                mg_encoder_labels(context, again, d, NULL, 4, y) == MG_OK;
    mg__free(context, json);
    mg_encoder_destroy(e);
    mg_encoder_destroy(again);
    mg_dataset_destroy(d);
    return done;
}

static bool fit_values(mg_context *context, void *user) {
    (void)user;
    const char *text = "t,y\na,0.5\nb,1.5\nc,2\n";
    mg_dataset *d = mg__csv_read(context, "t", text, strlen(text), ',');
    mg_encoder_options options = mg_encoder_defaults();
    options.target = 1;
    if (d != NULL) say_kinds(d, "c");
    mg_encoder *e = d != NULL ? mg_encoder_fit(context, d, NULL, 0, &options) : NULL;
    bool done = e != NULL;
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
    return done;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(fit_and_read, NULL) >= 80);
    assert_true(failing_allocator_exhaust(fit_values, NULL) >= 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_brings_back_the_same_encoder),
        cmocka_unit_test(the_json_form_does_not_change),
        cmocka_unit_test(the_first_version_is_read_and_encodes_as_it_did),
        cmocka_unit_test(hostile_json_is_refused),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
