/* JSON: what is read, what is refused and where, what is written. */
#include "interop/json.h"

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

static mg__json_document *parse(const char *text) { return mg__json_parse(ctx, "t.json", text, strlen(text)); }

static void refused(const char *text, size_t length, const char *says) {
    mg_context_clear(ctx);
    mg__json_document *d = mg__json_parse(ctx, "t.json", text, length);
    if (d != NULL) fail_msg("accepted: %s", text);
    assert_int_equal(mg_context_status(ctx), MG_FORMAT);
    if (strstr(mg_context_message(ctx), says) == NULL)
        fail_msg("%s: '%s' does not say '%s'", text, mg_context_message(ctx), says);
    assert_ptr_equal(strstr(mg_context_message(ctx), "t.json: "), mg_context_message(ctx));
}

static void an_object_is_read_in_order(void **state) {
    (void)state;
    mg__json_document *d = parse(" {\"a\": [1, -2.5e3, true, null], \"b\\n\": {\"c\": \"x\"}, \"\": {}} ");
    assert_non_null(d);
    const mg__json *root = mg__json_root(d), *a = mg__json_member(root, "a");
    assert_int_equal(root->count, 3);
    assert_int_equal(a->count, 4);
    assert_true(a->first->number == 1 && a->first->next->number == -2500);
    bool truth = false;
    assert_true(mg__json_bool(a->first->next->next, &truth) && truth);
    assert_int_equal(a->first->next->next->next->kind, MG__JSON_NULL);
    assert_string_equal(mg__json_text(mg__json_member(mg__json_member(root, "b\n"), "c")), "x");
    assert_non_null(mg__json_member(root, ""));
    assert_null(mg__json_member(root, "z"));
    assert_null(mg__json_member(NULL, "z"));
    assert_int_equal(a->offset, 7);
    mg__json_destroy(d);
}

static void scalars_stand_alone(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value;
    } numbers[] = { { "0", 0 },
                    { "-0", 0 },
                    { "12", 12 },
                    { "0.1", 0.1 },
                    { "1e2", 100 },
                    { "5E-1", 0.5 },
                    { "1.7976931348623157e308", 1.7976931348623157e308 } };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        mg__json_document *d = parse(numbers[i].text);
        double value = NAN;
        assert_non_null(d);
        assert_true(mg__json_double(mg__json_root(d), &value) && value == numbers[i].value);
        assert_string_equal(mg__json_root(d)->text, numbers[i].text);
        mg__json_destroy(d);
    }
}

static void integers_are_exact(void **state) {
    (void)state;
    mg__json_document *d = parse("[9007199254740993, -9223372036854775808, 1.0, 9223372036854775808]");
    const mg__json *v = mg__json_root(d)->first;
    int64_t value = 0;
    assert_true(mg__json_int64(v, &value) && value == 9007199254740993);
    assert_true(mg__json_int64(v->next, &value) && value == INT64_MIN);
    assert_false(mg__json_int64(v->next->next, &value));
    assert_false(mg__json_int64(v->next->next->next, &value));
    mg__json_destroy(d);
}

static void strings_are_decoded(void **state) {
    (void)state;
    mg__json_document *d = parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t \\u0041\\u00e9\\u20ac\\ud83d\\ude00 \xc3\xb6 \\udcff\"");
    assert_non_null(d);
    assert_string_equal(mg__json_text(mg__json_root(d)), "\"\\/\b\f\n\r\t A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 \xc3\xb6 \xff");
    mg__json_destroy(d);
}

static void what_is_no_json_is_refused_with_its_byte(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "", "byte 0: the text ends where a value" },
        { "   ", "byte 3" },
        { "{", "byte 1" },
        { "[1,]", "byte 3: wanted a value" },
        { "[,1]", "byte 1" },
        { "[1 2]", "byte 3: wanted ',' or ']'" },
        { "{\"a\" 1}", "byte 5: wanted ':'" },
        { "{\"a\":1,}", "byte 7: wanted a string" },
        { "{a:1}", "byte 1: wanted a string" },
        { "{\"a\":1]", "byte 6" },
        { "[1}", "byte 2" },
        { "1 2", "byte 2: wanted nothing more" },
        { "01", "byte 1" },
        { "-", "byte 1: the text ends where a digit" },
        { "1.", "byte 2" },
        { ".5", "byte 0" },
        { "+1", "byte 0" },
        { "1e", "byte 2" },
        { "1e999", "too large" },
        { "nul", "byte 0" },
        { "True", "byte 0" },
        { "NaN", "byte 0" },
        { "Infinity", "byte 0" },
        { "\"abc", "byte 4: the text ends where the end of a string" },
        { "\"\\x\"", "byte 2: wanted an escape" },
        { "\"\\u12g4\"", "byte 5: wanted four hexadecimal" },
        { "\"\\ud800\"", "second half" },
        { "\"\\ud800\\u0041\"", "second half" },
        { "\"\\udc00\"", "first half" },
        { "\"\\u0000\"", "NUL" },
        { "\"\t\"", "control character" },
        { "\"\xff\"", "byte 1: not UTF-8" },
        { "\"\xc0\x80\"", "not UTF-8" },
        { "\"\xed\xa0\x80\"", "not UTF-8" },
        { "\"\xf4\x90\x80\x80\"", "not UTF-8" },
        { "{\"a\":1,\"b\":2,\"a\":3}", "the key \"a\" twice" },
        { "{\"a\":1,\"\\u0061\":3}", "the key \"a\" twice" },
        { "'a'", "byte 0" },
        { "// x\n1", "byte 0" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) refused(cases[i].text, strlen(cases[i].text), cases[i].says);
    refused("1\0", 2, "byte 1");
    refused("\"a\0b\"", 5, "byte 2: a control character");
}

static void every_prefix_of_a_document_is_refused(void **state) {
    (void)state;
    const char *text = "{\"a\":[1.5e2,\"\\u00e9\",true,{\"b\":null}],\"c\":[]}";
    for (size_t n = 0; n < strlen(text); n++) assert_null(mg__json_parse(ctx, "t", text, n));
    mg__json_destroy(parse(text));
}

static void nesting_ends_at_64(void **state) {
    (void)state;
    char text[300];
    memset(text, '[', 150);
    for (size_t depth = 63; depth <= 65; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        mg__json_document *d = mg__json_parse(ctx, "t.json", text, 2 * depth);
        assert_true((d != NULL) == (depth <= 64));
        mg__json_destroy(d);
    }
    refused(text, 150, "nested too deeply");
}

static void millions_of_commas_take_no_memory(void **state) {
    (void)state;
    size_t n = 16 << 20;
    char *text = malloc(n + 1); /* a message may quote the text */
    memset(text, ',', n);
    text[0] = '[';
    text[n] = 0;
    refused(text, n, "more than the 4194304");
    free(text);
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    mg__json_writer w = mg__json_writer_begin(ctx);
    size_t length;
    mg__json_put_object(&w);
    mg__json_put_key(&w, "a\"b");
    mg__json_put_array(&w);
    mg__json_put_number(&w, 0.1);
    mg__json_put_number(&w, NAN);
    mg__json_put_number(&w, -INFINITY);
    mg__json_put_integer(&w, INT64_MIN);
    mg__json_put_boolean(&w, true);
    mg__json_put_end(&w);
    mg__json_put_key(&w, "s");
    mg__json_put_string(&w, "\x01\n\\ K\xc3\xb6ln K\xf6ln \x7f");
    mg__json_put_key(&w, "n");
    mg__json_put_string(&w, NULL);
    mg__json_put_key(&w, "e");
    mg__json_put_object(&w);
    mg__json_put_end(&w);
    mg__json_put_key(&w, "r");
    mg__json_put_raw(&w, "[1]", 3);
    mg__json_put_end(&w);
    char *text = mg__json_writer_finish(&w, &length);
    assert_string_equal(
        text, "{\"a\\\"b\":[0.1,null,null,-9223372036854775808,true],\"s\":\"\\u0001\\n\\\\ K\xc3\xb6ln K\\udcf6ln \x7f\","
              "\"n\":null,\"e\":{},\"r\":[1]}");
    assert_int_equal(length, strlen(text));
    mg__json_document *d = parse(text);
    assert_non_null(d);
    assert_string_equal(mg__json_text(mg__json_member(mg__json_root(d), "s")), "\x01\n\\ K\xc3\xb6ln K\xf6ln \x7f");
    mg__json_destroy(d);
    mg__free(ctx, text);
}

static void any_bytes_survive_a_round_trip(void **state) {
    (void)state;
    char text[256];
    for (int i = 0; i < 255; i++) text[i] = (char)(i * 151 % 255 + 1);
    text[255] = '\0';
    mg__json_writer w = mg__json_writer_begin(ctx);
    mg__json_put_string(&w, text);
    char *json = mg__json_writer_finish(&w, NULL);
    mg__json_document *d = parse(json);
    assert_non_null(d);
    assert_string_equal(mg__json_text(mg__json_root(d)), text);
    mg__json_destroy(d);
    mg__free(ctx, json);
}

static bool parse_and_write(mg_context *context, void *user) {
    (void)user;
    const char *text = "{\"a\":[1,2,{\"b\":\"c\"}],\"d\":null}";
    mg__json_document *d = mg__json_parse(context, "t", text, strlen(text));
    mg__json_writer w = mg__json_writer_begin(context);
    mg__json_put_array(&w);
    for (int i = 0; i < 500; i++) mg__json_put_integer(&w, i);
    mg__json_put_end(&w);
    char *written = mg__json_writer_finish(&w, NULL);
    bool done = d != NULL && written != NULL;
    mg__json_destroy(d);
    mg__free(context, written);
    return done;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(parse_and_write, NULL) >= 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_read_in_order),
        cmocka_unit_test(scalars_stand_alone),
        cmocka_unit_test(integers_are_exact),
        cmocka_unit_test(strings_are_decoded),
        cmocka_unit_test(what_is_no_json_is_refused_with_its_byte),
        cmocka_unit_test(every_prefix_of_a_document_is_refused),
        cmocka_unit_test(nesting_ends_at_64),
        cmocka_unit_test(millions_of_commas_take_no_memory),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(any_bytes_survive_a_round_trip),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
