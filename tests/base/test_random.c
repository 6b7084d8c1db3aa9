/* Philox against the vectors published with Random123, and what the addressing promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

#include <math.h>
#include <string.h>

#define COUNT 40000

static const mg__stream stream = { .seed = 7, .stream = 0x1234567890ABCDEFu, .step = 3 };

/* Random123, examples/kat_vectors, rows "philox4x32 10". */
static void philox_gives_the_published_vectors(void **state) {
    static const struct {
        uint32_t counter[4], key[2], words[4];
    } vectors[] = {
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
          { 0xffffffff, 0xffffffff },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        uint32_t words[4];
        mg__philox(vectors[i].counter, vectors[i].key, words);
        assert_memory_equal(words, vectors[i].words, sizeof words);
    }
}

static void a_block_serves_four_positions(void **state) {
    (void)state;
    for (uint64_t block = 0; block < 50; block++) {
        uint32_t words[4];
        mg__random_block(&stream, 5, block, words);
        for (uint64_t i = 0; i < 4; i++) {
            assert_int_equal(mg__random_bits(&stream, 5, 4 * block + i), words[i]);
            assert_true(mg__random_uniform(&stream, 5, 4 * block + i) == (words[i] >> 8) * 0x1p-24);
        }
    }
}

static uint64_t first_bits(mg__stream s, uint64_t row, uint64_t block) {
    uint32_t words[4];
    mg__random_block(&s, row, block, words);
    return words[0] | (uint64_t)words[1] << 32;
}

static void every_part_of_the_address_counts(void **state) {
    uint64_t seen[400];
    size_t count = 0;
    (void)state;
    seen[count++] = first_bits(stream, 0, 0);
    for (int bit = 0; bit < 64; bit++) {
        mg__stream other = stream;
        other.seed ^= (uint64_t)1 << bit;
        seen[count++] = first_bits(other, 0, 0);
        other = stream;
        other.stream ^= (uint64_t)1 << bit;
        seen[count++] = first_bits(other, 0, 0);
    }
    for (int bit = 0; bit < 43; bit++) {
        mg__stream other = stream;
        other.step ^= (uint64_t)1 << bit;
        seen[count++] = first_bits(other, 0, 0);
        seen[count++] = first_bits(stream, (uint64_t)1 << bit, 0);
        if (bit < 42) seen[count++] = first_bits(stream, 0, (uint64_t)1 << bit);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++) assert_true(seen[i] != seen[j]);
}

static void the_counter_holds_each_address_once(void **state) {
    const uint64_t blocks[] = { 0, 1, 0xFFFFFFFFu, (uint64_t)1 << 32, ((uint64_t)1 << 42) - 1 };
    const uint64_t rows[] = { 0, 1, 0xFFFFFFFFu, (uint64_t)1 << 32, ((uint64_t)1 << 43) - 1 };
    uint32_t counters[125][4], key[2];
    size_t count = 0;
    (void)state;
    for (size_t b = 0; b < 5; b++)
        for (size_t r = 0; r < 5; r++)
            for (size_t s = 0; s < 5; s++) {
                const mg__stream at = { .seed = 1, .stream = 2, .step = rows[s] };
                mg__random_address(&at, rows[r], blocks[b], counters[count++], key);
            }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++) assert_true(memcmp(counters[i], counters[j], sizeof *counters) != 0);
}

static void uniform_numbers_have_their_moments(void **state) {
    double sum = 0, squares = 0, low = 1, high = 0, neighbours = 0, before = 0.5;
    (void)state;
    for (uint64_t i = 0; i < COUNT; i++) {
        const double u = mg__random_uniform(&stream, i / 1000, i % 1000);
        sum += u, squares += u * u, neighbours += (u - 0.5) * (before - 0.5), before = u;
        low = fmin(low, u), high = fmax(high, u);
    }
    assert_true(low >= 0 && low < 1e-3 && high < 1 && high > 0.999);
    assert_true(fabs(sum / COUNT - 0.5) < 0.006);           /* 4 deviations of the mean: 4 * 0.2887 / 200 */
    assert_true(fabs(squares / COUNT - 1.0 / 3) < 0.006);   /* 4 * 0.298 / 200 */
    assert_true(fabs(neighbours / COUNT) < 4.0 / 12 / 200); /* no correlation of neighbours */
}

static void normal_numbers_have_their_moments(void **state) {
    double power[5] = { 0 };
    (void)state;
    for (uint64_t i = 0; i < COUNT; i++) {
        const double z = mg__random_normal(&stream, 9, i);
        assert_true(isfinite(z) && fabs(z) < 6);
        for (int p = 1; p < 5; p++) power[p] += pow(z, p) / COUNT;
    }
    assert_true(fabs(power[1]) < 0.02);     /* 4 / 200 */
    assert_true(fabs(power[2] - 1) < 0.03); /* 4 sqrt 2 / 200 */
    assert_true(fabs(power[3]) < 0.08);     /* 4 sqrt 15 / 200 */
    assert_true(fabs(power[4] - 3) < 0.2);  /* 4 sqrt 96 / 200 */
}

static void normal_numbers_follow_box_and_muller(void **state) {
    const double turn = 6.283185307179586476925286766559;
    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        const double u1 = mg__random_uniform(&stream, 2, 2 * i), u2 = mg__random_uniform(&stream, 2, 2 * i + 1);
        const double radius = sqrt(-2 * log(1 - u1));
        assert_true(fabs(mg__random_normal(&stream, 2, 2 * i) - radius * cos(turn * u2)) < 1e-14);
        assert_true(fabs(mg__random_normal(&stream, 2, 2 * i + 1) - radius * sin(turn * u2)) < 1e-14);
    }
}

static void quarter_turns_are_exact(void **state) {
    double pair[2];
    (void)state;
    for (uint32_t quarter = 0; quarter < 4; quarter++) {
        mg__random_normal_pair((uint32_t[]){ 0x80000000u, quarter << 30 }, pair);
        assert_true(pair[quarter % 2 == 0] == 0 && fabs(pair[quarter % 2]) == sqrt(-2 * log(0.5)));
        assert_true((pair[quarter % 2] > 0) == (quarter < 2));
    }
    mg__random_normal_pair((uint32_t[]){ 0, 0x12345678u }, pair); /* u1 = 0: radius 0 */
    assert_true(pair[0] == 0 && pair[1] == 0);
    mg__random_normal_pair((uint32_t[]){ 0xFFFFFFFFu, 0 }, pair); /* u1 just below 1: the largest */
    assert_true(fabs(pair[0] - sqrt(2 * 24 * log(2))) < 1e-12);
}

static void below_stays_below_and_is_even(void **state) {
    int hits[7] = { 0 };
    (void)state;
    for (uint64_t row = 0; row < 7000; row++) {
        const uint64_t drawn = mg__random_below(&stream, row, 7);
        assert_true(drawn < 7);
        hits[drawn]++;
    }
    double chi_square = 0;
    for (int i = 0; i < 7; i++) chi_square += (hits[i] - 1000.0) * (hits[i] - 1000.0) / 1000;
    assert_true(chi_square < 24.1); /* 6 degrees of freedom, 0.05 % */
    assert_true(mg__random_below(&stream, 0, 1) == 0);
    const uint64_t large = ((uint64_t)1 << 63) + 1; /* nearly half of the draws are refused */
    for (uint64_t row = 0; row < 100; row++) assert_true(mg__random_below(&stream, row, large) < large);
}

static void a_permutation_holds_each_number_once(void **state) {
    int64_t order[1000], again[1000];
    int seen[1000] = { 0 }, kept = 0;
    mg__stream other = stream;
    (void)state;
    mg__random_permutation(&stream, 1000, order);
    mg__random_permutation(&stream, 1000, again);
    assert_memory_equal(order, again, sizeof order);
    for (int i = 0; i < 1000; i++) {
        assert_true(order[i] >= 0 && order[i] < 1000);
        seen[order[i]]++;
        kept += order[i] == i;
    }
    for (int i = 0; i < 1000; i++) assert_int_equal(seen[i], 1);
    assert_true(kept < 10); /* one on average */
    other.step++;
    mg__random_permutation(&other, 1000, again);
    assert_true(memcmp(order, again, sizeof order) != 0);
    mg__random_permutation(&stream, 0, order);
    mg__random_permutation(&stream, 1, order);
    assert_true(order[0] == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_vectors),   cmocka_unit_test(a_block_serves_four_positions),
        cmocka_unit_test(every_part_of_the_address_counts),     cmocka_unit_test(the_counter_holds_each_address_once),
        cmocka_unit_test(uniform_numbers_have_their_moments),   cmocka_unit_test(normal_numbers_have_their_moments),
        cmocka_unit_test(normal_numbers_follow_box_and_muller), cmocka_unit_test(quarter_turns_are_exact),
        cmocka_unit_test(below_stays_below_and_is_even),        cmocka_unit_test(a_permutation_holds_each_number_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
