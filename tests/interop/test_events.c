/* Event files: checksums against published vectors, records as the format wants them. TensorBoard's own reader reads them in
 * tests/report/test_tensorboard.py. */
#define _DEFAULT_SOURCE
#include "interop/events.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/files.h"

/* RFC 3720, appendix B.4, and the usual check value. */
static void checksums_are_those_of_the_standard(void **state) {
    (void)state;
    uint8_t bytes[32] = { 0 };
    assert_int_equal(mg__crc32c(bytes, 32), 0x8a9136aa);
    memset(bytes, 0xff, 32);
    assert_int_equal(mg__crc32c(bytes, 32), 0x62a8ab43);
    for (int i = 0; i < 32; i++) bytes[i] = (uint8_t)i;
    assert_int_equal(mg__crc32c(bytes, 32), 0x46dd794e);
    assert_int_equal(mg__crc32c((const uint8_t *)"123456789", 9), 0xe3069283);
    assert_int_equal(mg__crc32c(bytes, 0), 0);
}

static uint32_t little(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void a_record_is_length_checksum_event_checksum(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg__events events = mg__events_begin(context);
    size_t first = events.length;
    assert_int_equal(first, 12 + little(events.bytes) + 4);
    assert_memory_equal(events.bytes + 12,
                        "\x09\0\0\0\0\0\0\0\0\x1a\x0d"
                        "brain.Event:2",
                        24);
    mg__events_scalar(&events, 1.5, 300, "loss", 0.25);
    const uint8_t *record = events.bytes + first;
    static const uint8_t wanted[] = { 0x09, 0,    0,    0,    0,   0,   0,   0xf8, 0x3f, 0x10, 0xac, 0x02, 0x2a, 0x0d,
                                      0x0a, 0x0b, 0x0a, 0x04, 'l', 'o', 's', 's',  0x15, 0,    0,    0x80, 0x3e };
    assert_int_equal(little(record), sizeof wanted);
    assert_memory_equal(record + 12, wanted, sizeof wanted);
    uint32_t crc = mg__crc32c(wanted, sizeof wanted);
    assert_int_equal(little(record + 12 + sizeof wanted), (crc >> 15 | crc << 17) + 0xa282ead8u);
    mg__events_abort(&events);
    mg_context_destroy(context);
}

static void nothing_to_count_is_no_histogram(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg__events events = mg__events_begin(context);
    size_t before = events.length;
    mg__events_histogram(&events, 0, 1, "h", (const double[]){ NAN, INFINITY }, 2);
    mg__events_bins(&events, 0, 1, "h", NAN, NAN, (const int64_t[]){ 0, 0 }, 2);
    assert_int_equal(events.length, before);
    mg__events_abort(&events);
    mg_context_destroy(context);
}

static mg_status write_some(mg_context *context) {
    mg__events events = mg__events_begin(context);
    double value[100];
    for (int i = 0; i < 100; i++) value[i] = i;
    mg__events_scalar(&events, 0, 1, "a", 1);
    mg__events_histogram(&events, 0, 1, "h", value, 100);
    mg__events_bins(&events, 0, 1, "b", -1, 1, (const int64_t[]){ 3, 5 }, 2);
    mg__events_image(&events, 0, 1, "i", 1, 1, 1, (const uint8_t *)"png", 3);
    return mg__events_finish(&events, test_path("events.out.tfevents.x"));
}

static void every_failing_allocation_is_told(void **state) {
    (void)state;
    for (size_t at = 2; at < 500; at++) {
        failing_allocator memory = { .fail_at = at };
        mg_context *context = failing_allocator_context(&memory);
        mg_status status = write_some(context);
        bool failed = memory.failures > 0;
        assert_int_equal(status, failed ? MG_OUT_OF_MEMORY : MG_OK);
        mg_context_destroy(context);
        assert_int_equal(memory.blocks, 0);
        if (!failed) return;
    }
    fail_msg("there is no end of allocations");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksums_are_those_of_the_standard),
        cmocka_unit_test(a_record_is_length_checksum_event_checksum),
        cmocka_unit_test(nothing_to_count_is_no_histogram),
        cmocka_unit_test(every_failing_allocation_is_told),
    };
    return cmocka_run_group_tests_name("events", tests, test_folder_make, test_folder_remove);
}
