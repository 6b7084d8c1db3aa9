/* safetensors: what is written, what is read, every kind of damage. */
#define _DEFAULT_SOURCE
#include "interop/safetensors.h"

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

static const float weights[6] = { 1, 2, 3, 4, 5, 6 };
static const double shift[1] = { 0.5 };
static const unsigned char mask[3] = { 1, 0, 1 };
static const mg__safetensor tensors[] = {
    { .name = "b.mask", .dtype = MG__ST_U8, .rank = 1, .shape = { 3 }, .data = mask },
    { .name = "fc.weight", .dtype = MG__ST_F32, .rank = 2, .shape = { 2, 3 }, .data = weights },
    { .name = "a.none", .dtype = MG__ST_F32, .rank = 2, .shape = { 0, 3 }, .data = weights },
    { .name = "fc.shift", .dtype = MG__ST_F64, .rank = 0, .data = shift },
};
static const mg__pair metadata[] = { { "z", "last" }, { "format", "pt \"quoted\" K\xc3\xb6ln" } };

static mg_status write_sample(mg_context *context, const char *path) {
    return mg__safetensors_write(context, path, tensors, 4, metadata, 2);
}

static mg__bytes sample(void) {
    mg__bytes bytes;
    const char *path = test_path("sample");
    assert_int_equal(write_sample(ctx, path), MG_OK);
    assert_int_equal(mg__file_read_plain(ctx, path, 10000, &bytes), MG_OK);
    return bytes;
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    const char *path = test_path("m.safetensors");
    assert_int_equal(write_sample(ctx, path), MG_OK);
    mg__safetensors *file = mg__safetensors_read(ctx, path);
    assert_non_null(file);
    assert_int_equal(mg__safetensors_verify(file), MG_OK);
    assert_int_equal(file->tensor_count, 4);
    assert_string_equal(file->tensors[0].name, "a.none");
    const mg__safetensor *w = mg__safetensors_find(file, "fc.weight");
    assert_non_null(w);
    assert_int_equal(w->dtype, MG__ST_F32);
    assert_int_equal(w->rank, 2);
    assert_int_equal(w->shape[0], 2);
    assert_int_equal(w->shape[1], 3);
    assert_int_equal(w->bytes, 24);
    assert_memory_equal(w->data, weights, 24);
    assert_memory_equal(mg__safetensors_find(file, "fc.shift")->data, shift, 8);
    assert_memory_equal(mg__safetensors_find(file, "b.mask")->data, mask, 3);
    assert_null(mg__safetensors_find(file, "nothing"));
    assert_string_equal(mg__safetensors_metadata(file, "format"), "pt \"quoted\" K\xc3\xb6ln");
    assert_string_equal(mg__safetensors_metadata(file, "z"), "last");
    assert_null(mg__safetensors_metadata(file, "a"));
    mg__safetensors_destroy(file);
}

/* The bytes themselves: a padded header, types by size descending then names, no holes. A golden file must not change. */
static void the_layout_is_the_formats_own(void **state) {
    (void)state;
    mg__bytes bytes = sample();
    const char *wanted =
        "{\"__metadata__\":{\"z\":\"last\",\"format\":\"pt \\\"quoted\\\" K\xc3\xb6ln\",\"micrograd.checksum\":\"6aeaeff814d2c7bc\"},"
        "\"fc.shift\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},"
        "\"a.none\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[8,8]},"
        "\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]},"
        "\"b.mask\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[32,35]}}";
    size_t header = (strlen(wanted) + 7) / 8 * 8;
    assert_int_equal((unsigned char)bytes.data[0] + 256 * (unsigned char)bytes.data[1], header);
    assert_int_equal(bytes.length, 8 + header + 35);
    assert_memory_equal(bytes.data + 8, wanted, strlen(wanted));
    for (size_t i = strlen(wanted); i < header; i++) assert_int_equal(bytes.data[8 + i], ' ');
    assert_memory_equal(bytes.data + 8 + header, shift, 8);
    assert_memory_equal(bytes.data + 8 + header + 8, weights, 24);
    mg__free(ctx, bytes.data);
}

static void an_empty_file_of_tensors_is_one(void **state) {
    (void)state;
    mg__safetensors *file = mg__safetensors_parse(ctx, "t", "\2\0\0\0\0\0\0\0{}", 10);
    assert_non_null(file);
    assert_int_equal(file->tensor_count, 0);
    assert_int_equal(mg__safetensors_verify(file), MG_OK);
    mg__safetensors_destroy(file);
}

static void a_truncated_file_is_refused_at_every_byte(void **state) {
    (void)state;
    mg__bytes bytes = sample();
    for (size_t n = 0; n < bytes.length; n++) {
        mg_context_clear(ctx);
        assert_null(mg__safetensors_parse(ctx, "t.safetensors", bytes.data, n));
        assert_int_equal(mg_context_status(ctx), MG_FORMAT);
        assert_non_null(strstr(mg_context_message(ctx), "t.safetensors"));
    }
    mg__free(ctx, bytes.data);
}

/* Whichever byte changes, it is noticed; but for those of the checksum's own name, without which a file has none. */
static void the_checksum_notices_every_changed_byte(void **state) {
    (void)state;
    mg__bytes bytes = sample();
    size_t header = 8 + (unsigned char)bytes.data[0] + 256u * (unsigned char)bytes.data[1], passed = 0;
    for (size_t n = 0; n < bytes.length; n++) {
        bytes.data[n] ^= 1;
        mg__safetensors *file = mg__safetensors_parse(ctx, "t", bytes.data, bytes.length);
        bool good = file != NULL && mg__safetensors_verify(file) == MG_OK;
        if (n >= header) assert_false(good);
        passed += good;
        mg__safetensors_destroy(file);
        bytes.data[n] ^= 1;
    }
    assert_int_equal(passed, strlen(MG__SAFETENSORS_CHECKSUM));
    mg__free(ctx, bytes.data);
}

static void refused(const char *header, size_t data_bytes, const char *words) {
    char bytes[1024] = { 0 };
    size_t n = strlen(header);
    bytes[0] = (char)(n & 255);
    bytes[1] = (char)(n >> 8);
    memcpy(bytes + 8, header, n);
    mg_context_clear(ctx);
    assert_null(mg__safetensors_parse(ctx, "t.safetensors", bytes, 8 + n + data_bytes));
    assert_int_equal(mg_context_status(ctx), MG_FORMAT);
    if (strstr(mg_context_message(ctx), words) == NULL)
        fail_msg("%s: '%s' does not say '%s'", header, mg_context_message(ctx), words);
}

static void every_broken_promise_is_named(void **state) {
    (void)state;
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 12, "4 bytes after the last tensor");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "truncated");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "do not span its shape");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "a hole before it");
    refused(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        8, "overlaps");
    refused("{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "its dtype is not known");
    refused("{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "no dtype");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "a dimension is no size");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8, "a dimension is no size");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}", 8, "no shape");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0, "too large");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}", 4, "more than 8 dimensions");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "no valid data_offsets");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,9]}}", 8, "no valid data_offsets");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "no valid data_offsets");
    refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,9223372036854775807]}}", 8, "beyond the end");
    refused("{\"a\":7}", 0, "no dtype");
    refused("{\"__metadata__\":{\"a\":7}}", 0, "a value is no string");
    refused("{\"__metadata__\":[]}", 0, "no object");
    refused("{\"a\":{},\"a\":{}}", 0, "the key \"a\" twice");
    refused("[]", 0, "no safetensors file");
    refused(" {}", 0, "no safetensors file");
}

static void a_hostile_header_length_is_refused(void **state) {
    (void)state;
    static const uint64_t lengths[] = { 0, 1, 100000001, (uint64_t)1 << 40, (uint64_t)1 << 63, UINT64_MAX, 99999999, 12 };
    mg__bytes bytes = sample();
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        for (int b = 0; b < 8; b++) bytes.data[b] = (char)(lengths[i] >> 8 * b);
        assert_null(mg__safetensors_parse(ctx, "t", bytes.data, bytes.length));
        assert_int_equal(mg_context_status(ctx), MG_FORMAT);
    }
    mg__free(ctx, bytes.data);
}

/* What another tool makes of our file: other order, other spelling of the same header. The content is the same, and so is the
 * checksum. */
static void the_checksum_does_not_depend_on_the_layout(void **state) {
    (void)state;
    uint64_t a, b;
    mg__safetensor turned[4];
    for (int i = 0; i < 4; i++) turned[i] = tensors[3 - i];
    const mg__pair pairs[] = { metadata[1], { MG__SAFETENSORS_CHECKSUM, "whatever" }, metadata[0] };
    assert_int_equal(mg__safetensors_checksum(ctx, tensors, 4, metadata, 2, &a), MG_OK);
    assert_int_equal(mg__safetensors_checksum(ctx, turned, 4, pairs, 3, &b), MG_OK);
    assert_true(a == b);
    turned[2].shape[0] = 3, turned[2].shape[1] = 2;
    assert_int_equal(mg__safetensors_checksum(ctx, turned, 4, pairs, 3, &b), MG_OK);
    assert_true(a != b);
}

static bool write_and_read(mg_context *context, void *path) {
    if (write_sample(context, path) != MG_OK) return false;
    mg__safetensors *file = mg__safetensors_read(context, path);
    bool done = file != NULL && mg__safetensors_verify(file) == MG_OK;
    mg__safetensors_destroy(file);
    return done;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    char path[256];
    strcpy(path, test_path("m"));
    assert_true(failing_allocator_exhaust(write_and_read, path) >= 15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(the_layout_is_the_formats_own),
        cmocka_unit_test(an_empty_file_of_tensors_is_one),
        cmocka_unit_test(a_truncated_file_is_refused_at_every_byte),
        cmocka_unit_test(the_checksum_notices_every_changed_byte),
        cmocka_unit_test(every_broken_promise_is_named),
        cmocka_unit_test(a_hostile_header_length_is_refused),
        cmocka_unit_test(the_checksum_does_not_depend_on_the_layout),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
