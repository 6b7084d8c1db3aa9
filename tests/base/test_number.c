/* Numbers as text: correctly rounded both ways, whatever the locale. */
#include "base/base.h"
#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool parse(const char *text, double *value) { return mg__parse_double(text, strlen(text), value); }

static void assert_parses(const char *text, double wanted) {
    double value = 12345;
    if (!parse(text, &value)) fail_msg("'%s' was refused", text);
    if (bits_of(value) != bits_of(wanted)) fail_msg("'%s' gave %.17g, wanted %.17g", text, value, wanted);
}

static void assert_refused(const char *text) {
    double value = 12345;
    if (parse(text, &value)) fail_msg("'%s' was taken for %.17g", text, value);
    assert_true(value == 12345);
}

static void plain_numbers_are_read(void **state) {
    (void)state;
    assert_parses("0", 0);
    assert_parses("-0", -0.0);
    assert_parses("+7", 7);
    assert_parses("007", 7);
    assert_parses(".5", 0.5);
    assert_parses("5.", 5);
    assert_parses("-3.14", -3.14);
    assert_parses("1e3", 1000);
    assert_parses("1E+3", 1000);
    assert_parses("1.5e-3", 0.0015);
    assert_parses("0e999999999999999999999", 0);
    assert_parses("inf", (double)INFINITY);
    assert_parses("-Infinity", -(double)INFINITY);
    double value;
    assert_true(parse("NaN", &value) && isnan(value));
    assert_true(parse("-nan", &value) && isnan(value));
}

static void what_is_no_number_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",    " ",   "+",   "-",    ".",     "-.", "e5",      ".e5",   "1e",   "1e+",   "1.2.3", "1,5", " 1",  "1 ", "1x",
        "0x1", "--1", "+-1", "1e5.", "1e5e5", "in", "infinit", "nan()", "nano", "1_000", "1d5",   "١",   "1\n", "if", "i\x4e\x46x"
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) assert_refused(texts[i]);
    double value;
    assert_false(mg__parse_double("1\0", 2, &value));
    assert_true(mg__parse_double("123", 2, &value)); /* the text need not end with NUL */
    assert_true(value == 12);
    assert_true(mg__parse_double("1e55", 3, &value));
    assert_true(value == 1e5);
}

/* Ties between two doubles, the ends of the range, and cases that broke well-known readers. */
static void hard_cases_round_correctly(void **state) {
    (void)state;
    assert_parses("9007199254740992", 0x1p53);
    assert_parses("9007199254740993", 0x1p53); /* a tie goes to even */
    assert_parses("9007199254740993.0000000000000000000000000000000000000000000000000000000000000001", 0x1.0000000000001p53);
    assert_parses("9007199254740995", 0x1.0000000000002p53);
    assert_parses("18446744073709551615", 0x1p64);
    assert_parses("18446744073709551616", 0x1p64);
    assert_parses("2.2250738585072011e-308", 0x0.fffffffffffffp-1022); /* PHP and Java once looped for ever */
    assert_parses("2.2250738585072012e-308", 0x1p-1022);
    assert_parses("2.2250738585072014e-308", DBL_MIN);
    assert_parses("4.9406564584124654e-324", 0x1p-1074);
    assert_parses("2.4703282292062327e-324", 0);
    assert_parses("2.4703282292062328e-324", 0x1p-1074);
    assert_parses("1.7976931348623157e308", DBL_MAX);
    assert_parses("1.7976931348623158e308", DBL_MAX);
    assert_parses("1.7976931348623159e308", (double)INFINITY);
    assert_parses("1e309", (double)INFINITY);
    assert_parses("-1e99999999999999999999", -(double)INFINITY);
    assert_parses("1e-400", 0);
    assert_parses("-1e-99999999999999999999", -0.0);
    assert_parses("1e23", 1e23);
    assert_parses("1e22", 1e22);
    assert_parses("8.5e22", 8.5e22);
    assert_parses("0.1000000000000000055511151231257827021181583404541015625", 0.1);
    assert_parses("6929495644600919.5", 6929495644600920.0);
    assert_parses("3.518437208883201171875e13", 0x1.0000000000002p45);
}

/* More digits than any double needs: halfway between 1 and the next double, then a 1 so far behind that only a reader that
 * keeps all digits sees it. */
static void digits_beyond_counting_still_decide(void **state) {
    (void)state;
    static char text[5000];
    const char *half = "1.00000000000000011102230246251565404236316680908203125";
    strcpy(text, half);
    assert_parses(text, 1);
    memset(text + strlen(half), '0', 4000);
    text[strlen(half) + 4000] = '\0';
    assert_parses(text, 1);
    text[strlen(half) + 3999] = '1';
    assert_parses(text, 0x1.0000000000001p0);
    memset(text, '0', sizeof text); /* 0.000...(4000 zeros)1e4001 is 1 */
    text[1] = '.';
    strcpy(text + 4002, "1e4001");
    assert_parses(text, 1);
    memset(text, '0', sizeof text); /* 1000...(4000 zeros)e-4000 */
    text[0] = '1';
    strcpy(text + 4001, "e-4000");
    assert_parses(text, 1);
}

static void integers_are_read_within_their_range(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } rows[] = { { "0", 0 },
                 { "-0", 0 },
                 { "+12", 12 },
                 { "-345", -345 },
                 { "9223372036854775807", INT64_MAX },
                 { "0009", 9 },
                 { "-9223372036854775808", INT64_MIN },
                 { "-9223372036854775807", -INT64_MAX } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t value = 1;
        assert_true(mg__parse_int64(rows[i].text, strlen(rows[i].text), &value));
        assert_true(value == rows[i].value);
    }
    static const char *const wrong[] = { "",
                                         "-",
                                         "+",
                                         "1.0",
                                         "1e3",
                                         " 1",
                                         "1 ",
                                         "x",
                                         "9223372036854775808",
                                         "-9223372036854775809",
                                         "18446744073709551616",
                                         "99999999999999999999999" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t value = 77;
        assert_false(mg__parse_int64(wrong[i], strlen(wrong[i]), &value));
        assert_int_equal(value, 77);
    }
}

static void assert_writes(double value, const char *wanted) {
    char text[MG__NUMBER_BYTES];
    size_t length = mg__format_double(value, text);
    assert_int_equal(length, strlen(text));
    assert_string_equal(text, wanted);
}

static void assert_writes_float(float value, const char *wanted) {
    char text[MG__NUMBER_BYTES];
    size_t length = mg__format_float(value, text);
    assert_int_equal(length, strlen(text));
    assert_string_equal(text, wanted);
}

static void the_shortest_text_is_written(void **state) {
    (void)state;
    assert_writes(0, "0");
    assert_writes(-0.0, "-0");
    assert_writes(1, "1");
    assert_writes(-2.5, "-2.5");
    assert_writes(0.1, "0.1");
    assert_writes(0.1 + 0.2, "0.30000000000000004");
    assert_writes(1.0 / 3, "0.3333333333333333");
    assert_writes(100000, "100000");
    assert_writes(1e20, "1e20");
    assert_writes(1e-5, "1e-5");
    assert_writes(1e100, "1e100");
    assert_writes(1.5e-10, "1.5e-10");
    assert_writes(DBL_MAX, "1.7976931348623157e308");
    assert_writes(-DBL_MIN, "-2.2250738585072014e-308");
    assert_writes(0x1p-1074, "5e-324");
    assert_writes((double)NAN, "nan");
    assert_writes(-(double)NAN, "nan");
    assert_writes((double)INFINITY, "inf");
    assert_writes(-(double)INFINITY, "-inf");
    assert_writes_float(0.1f, "0.1");
    assert_writes_float(16777216.0f, "16777216");
    assert_writes_float(1.0f / 3, "0.33333334");
    assert_writes_float(FLT_MAX, "3.4028235e38");
    assert_writes_float(0x1p-149f, "1e-45");
    assert_writes_float(-INFINITY, "-inf");
    assert_writes_float(NAN, "nan");
}

/* Any bit pattern: what is written reads back as the same bits, here and in the C library, and parsing agrees with strtod. */
static void random_bits_survive_the_round_trip(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 200000; i++) {
        double value = double_of(mg__hash_mix(1, i)), back = 0;
        char text[MG__NUMBER_BYTES];
        size_t length = mg__format_double(value, text);
        assert_in_range(length, 1, MG__NUMBER_BYTES - 1);
        assert_true(mg__parse_double(text, length, &back));
        if (isnan(value)) continue;
        if (bits_of(back) != bits_of(value) || bits_of(strtod(text, NULL)) != bits_of(value))
            fail_msg("%.17g became %s", value, text);
        float single = float_of((uint32_t)mg__hash_mix(2, i));
        length = mg__format_float(single, text);
        assert_true(mg__parse_double(text, length, &back));
        if (isnan(single)) continue;
        if ((float)back != single || strtof(text, NULL) != single) fail_msg("%.9g became %s", (double)single, text);
    }
}

/* Random digits, points and exponents, near the ranges where the exact case ends. */
static void random_decimals_are_read_as_strtod_does(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 200000; i++) {
        uint64_t random = mg__hash_mix(3, i);
        int digits = 1 + (int)(random % 22), exponent = (int)(random >> 8 & 63) - 32,
            point = (int)((random >> 16) % (unsigned)digits);
        char text[64];
        size_t used = 0;
        for (int k = 0; k < digits; k++) {
            if (k == point) text[used++] = '.';
            text[used++] = (char)('0' + mg__hash_mix(random, (uint64_t)k) % 10);
        }
        used += (size_t)snprintf(text + used, sizeof text - used, "e%d", exponent);
        double value;
        assert_true(mg__parse_double(text, used, &value));
        if (bits_of(value) != bits_of(strtod(text, NULL))) fail_msg("%s gave %.17g", text, value);
    }
}

static void a_locale_with_another_point_changes_nothing(void **state) {
    static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "pl_PL.UTF-8", "ps_AF.UTF-8" };
    int tried = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!setlocale(LC_ALL, names[i]) || strcmp(localeconv()->decimal_point, ".") == 0) continue;
        tried++;
        plain_numbers_are_read(state);
        what_is_no_number_is_refused(state);
        hard_cases_round_correctly(state);
        the_shortest_text_is_written(state);
    }
    setlocale(LC_ALL, "C");
    if (!tried) skip();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_numbers_are_read),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(hard_cases_round_correctly),
        cmocka_unit_test(digits_beyond_counting_still_decide),
        cmocka_unit_test(integers_are_read_within_their_range),
        cmocka_unit_test(the_shortest_text_is_written),
        cmocka_unit_test(random_bits_survive_the_round_trip),
        cmocka_unit_test(random_decimals_are_read_as_strtod_does),
        cmocka_unit_test(a_locale_with_another_point_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
