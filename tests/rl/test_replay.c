/* Memories: returns over several steps, ends of both kinds, and how they are drawn. */
#include "rl/prioritised.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static mg_context *context;

static int begin(void **state) {
    (void)state;
    context = mg_context_create(NULL);
    return context ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    mg_context_destroy(context);
    return 0;
}

static mg__replay *new_replay(int64_t capacity, int64_t count, int64_t steps, double gamma) {
    const mg__replay_size size = {
        .capacity = capacity, .count = count, .inputs = 1, .numbers = 1, .steps = steps, .gamma = gamma
    };
    mg__replay *replay = mg__replay_create(context, &size);
    assert_non_null(replay);
    return replay;
}

/* Step t leads from observation t to t + 1 and gives a reward of t + 1. */
static void live(mg__replay *replay, int64_t i, int64_t t, bool terminated, bool truncated) {
    float x = (float)t, action = (float)(10 * t), next = (float)(t + 1);
    mg__replay_add(replay, i, &x, &action, (double)(t + 1), &next, terminated, truncated);
}

static void expect(const mg__replay *replay, int64_t index, float x, float reward, float next, float discount) {
    mg__memory m = mg__replay_at(replay, index);
    assert_float_equal(m.x[0], x, 0);
    assert_float_equal(m.action[0], 10 * x, 0);
    assert_float_equal(m.reward, reward, 0);
    assert_float_equal(m.next[0], next, 0);
    assert_float_equal(m.discount, discount, 0);
}

/* Rewards 1, 2, 3, 4, three steps at a time, gamma 1/2. */
static void rewards_add_up_over_steps_and_truncation_leaves_an_estimate_due(void **state) {
    (void)state;
    mg__replay *replay = new_replay(8, 1, 3, 0.5);
    live(replay, 0, 0, false, false);
    live(replay, 0, 1, false, false);
    assert_int_equal(mg__replay_held(replay), 0);
    live(replay, 0, 2, false, false);
    assert_int_equal(mg__replay_held(replay), 1);
    live(replay, 0, 3, false, true);
    assert_int_equal(mg__replay_held(replay), 4);
    expect(replay, 0, 0, 1 + 1 + 0.75f, 3, 0.125f);
    expect(replay, 1, 1, 2 + 1.5f + 1, 4, 0.125f);
    expect(replay, 2, 2, 3 + 2, 4, 0.25f);
    expect(replay, 3, 3, 4, 4, 0.5f);
    mg__replay_destroy(replay);
}

static void nothing_comes_after_a_termination(void **state) {
    (void)state;
    mg__replay *replay = new_replay(8, 1, 3, 0.5);
    for (int64_t t = 0; t < 4; t++) live(replay, 0, t, t == 3, false);
    expect(replay, 0, 0, 2.75f, 3, 0.125f); /* this one ended before */
    expect(replay, 1, 1, 4.5f, 4, 0);
    expect(replay, 2, 2, 5, 4, 0);
    expect(replay, 3, 3, 4, 4, 0);
    mg__replay_destroy(replay);
}

static void an_episode_shorter_than_the_steps_is_remembered_whole(void **state) {
    (void)state;
    mg__replay *replay = new_replay(8, 1, 5, 1);
    live(replay, 0, 0, false, false);
    live(replay, 0, 1, true, false);
    assert_int_equal(mg__replay_held(replay), 2);
    expect(replay, 0, 0, 3, 2, 0);
    expect(replay, 1, 1, 2, 2, 0);
    mg__replay_destroy(replay);
}

static void environments_do_not_mix(void **state) {
    (void)state;
    mg__replay *replay = new_replay(8, 2, 2, 1);
    live(replay, 0, 0, false, false);
    live(replay, 1, 5, false, false);
    live(replay, 0, 1, false, false);
    live(replay, 1, 6, true, false);
    assert_int_equal(mg__replay_held(replay), 3);
    expect(replay, 0, 0, 3, 2, 1);
    expect(replay, 1, 5, 13, 7, 0);
    expect(replay, 2, 6, 7, 7, 0);
    mg__replay_destroy(replay);
}

static void the_oldest_are_forgotten(void **state) {
    (void)state;
    mg__replay *replay = new_replay(3, 1, 1, 0.5);
    for (int64_t t = 0; t < 5; t++) live(replay, 0, t, false, false);
    assert_int_equal(mg__replay_held(replay), 3);
    assert_int_equal(mg__replay_added(replay), 5);
    expect(replay, 0, 3, 4, 4, 0.5f);
    expect(replay, 1, 4, 5, 5, 0.5f);
    expect(replay, 2, 2, 3, 3, 0.5f);
    mg__replay_destroy(replay);
}

static void lessons_are_drawn_evenly_and_again_alike(void **state) {
    (void)state;
    mg__replay *replay = new_replay(4, 1, 1, 1);
    mg__lesson lesson, again;
    int64_t drawn[4] = { 0 };
    for (int64_t t = 0; t < 4; t++) live(replay, 0, t, false, false);
    assert_int_equal(mg__lesson_create(context, &lesson, 4000, 1, 1), MG_OK);
    assert_int_equal(mg__lesson_create(context, &again, 4000, 1, 1), MG_OK);
    mg__lesson_draw(&lesson, replay, 3, 9);
    mg__lesson_draw(&again, replay, 3, 9);
    for (int64_t row = 0; row < 4000; row++) {
        assert_int_equal(lesson.index[row], again.index[row]);
        assert_float_equal(lesson.x[row], (float)lesson.index[row], 0);
        assert_float_equal(lesson.weight[row], 1, 0);
        drawn[lesson.index[row]]++;
    }
    for (int k = 0; k < 4; k++) assert_true(llabs(drawn[k] - 1000) < 110); /* 4 deviations: 4 sqrt(4000 / 4 * 3 / 4) */
    mg__lesson_destroy(context, &lesson);
    mg__lesson_destroy(context, &again);
    mg__replay_destroy(replay);
}

static void a_place_finds_the_leaf_whose_part_it_falls_in(void **state) {
    (void)state;
    mg__priorities p;
    const double priority[5] = { 1, 0, 2, 0.5, 4 };
    assert_int_equal(mg__priorities_create(context, &p, 5, 1), MG_OK);
    for (int64_t i = 0; i < 5; i++) mg__priorities_set(&p, i, priority[i]);
    assert_true(p.sum[1] == 7.5);
    const struct {
        double place;
        int64_t leaf;
    } cases[] = { { 0, 0 }, { 0.99, 0 }, { 1, 2 }, { 2.99, 2 }, { 3, 3 }, { 3.5, 4 }, { 7.49, 4 }, { 7.5, 4 } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        assert_int_equal(mg__priorities_find(&p, cases[k].place), cases[k].leaf);
    mg__priorities_set(&p, 4, 0);
    assert_true(p.sum[1] == 3.5);
    assert_int_equal(mg__priorities_find(&p, 3.5), 3); /* never beyond the last that counts */
    mg__priorities_destroy(context, &p);
}

/* Errors 1, 2, 3 and 4 with alpha 1 and beta 1: drawn 1 : 2 : 3 : 4, weighed 1/1 : 1/2 : 1/3 : 1/4. */
static void memories_are_drawn_by_their_error_and_weighed_against_it(void **state) {
    (void)state;
    mg__priorities p;
    mg__lesson lesson;
    mg__replay *replay = new_replay(4, 1, 1, 1);
    float error[2000];
    int64_t drawn[4] = { 0 };
    for (int64_t t = 0; t < 4; t++) live(replay, 0, t, false, false);
    assert_int_equal(mg__lesson_create(context, &lesson, 2000, 1, 1), MG_OK);
    assert_int_equal(mg__priorities_create(context, &p, 4, 1), MG_OK);
    mg__priorities_draw(&p, &lesson, replay, 1, 3, 0);
    for (int64_t row = 0; row < 2000; row++) {
        assert_float_equal(lesson.weight[row], 1, 0); /* all new: all alike */
        error[row] = (float)(lesson.index[row] + 1) * (row % 2 ? 1.0f : -1.0f);
    }
    mg__priorities_learn(&p, &lesson, error);
    mg__priorities_draw(&p, &lesson, replay, 1, 3, 1);
    for (int64_t row = 0; row < 2000; row++) {
        drawn[lesson.index[row]]++;
        assert_float_equal(lesson.weight[row], 1 / (float)(lesson.index[row] + 1), 1e-3f);
    }
    for (int64_t k = 0; k < 4; k++) assert_true(llabs(drawn[k] - 200 * (k + 1)) <= 2); /* a row from each equal part */
    live(replay, 0, 4, false, false); /* takes the place of memory 0, as urgent as the most urgent */
    mg__priorities_draw(&p, &lesson, replay, 1, 3, 2);
    assert_true(fabs(p.sum[p.leaves] - 4) < 2e-3);
    mg__priorities_destroy(context, &p);
    mg__lesson_destroy(context, &lesson);
    mg__replay_destroy(replay);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rewards_add_up_over_steps_and_truncation_leaves_an_estimate_due),
        cmocka_unit_test(nothing_comes_after_a_termination),
        cmocka_unit_test(an_episode_shorter_than_the_steps_is_remembered_whole),
        cmocka_unit_test(environments_do_not_mix),
        cmocka_unit_test(the_oldest_are_forgotten),
        cmocka_unit_test(lessons_are_drawn_evenly_and_again_alike),
        cmocka_unit_test(a_place_finds_the_leaf_whose_part_it_falls_in),
        cmocka_unit_test(memories_are_drawn_by_their_error_and_weighed_against_it),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
