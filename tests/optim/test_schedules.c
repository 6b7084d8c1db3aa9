/* Schedules of the learning rate against PyTorch's and their formulas, and how their texts are read. */
#include <micrograd/schedule.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../golden/schedules.h"

static mg_context *context;

static mg_schedule read_schedule(const char *text) {
    mg_schedule schedule;
    if (mg_schedule_parse(context, text, &schedule) != MG_OK) fail_msg("%s", mg_context_message(context));
    return schedule;
}

/* At a share of a run of one step. */
static double at_share(const char *text, double t) {
    mg_schedule schedule = read_schedule(text);
    return mg_schedule_factor(&schedule, t, 1, 1);
}

static void factors_are_those_of_pytorch(void **state) {
    (void)state;
    for (size_t c = 0; c < sizeof golden_schedules / sizeof *golden_schedules; c++) {
        mg_schedule schedule = read_schedule(golden_schedules[c].text);
        for (int step = 0; step < GOLDEN_EPOCHS * GOLDEN_STEPS; step++) {
            double factor = mg_schedule_factor(&schedule, step, GOLDEN_STEPS, GOLDEN_EPOCHS),
                   wanted = golden_schedules[c].factor[step];
            if (!(fabs(factor - wanted) < 1e-12))
                fail_msg("%s, step %d: %.15g, PyTorch %.15g", golden_schedules[c].text, step, factor, wanted);
        }
    }
}

/* What PyTorch has not, from half angles by Python's math: cos^2(pi t / 2) and sin^2(pi log2(1 + 15 t)). */
static void factors_are_those_of_the_formulas(void **state) {
    (void)state;
    enum { TIMES = 6 };
    static const double times[TIMES] = { 0, 0.25, 0.5, 0.75, 1 / 15.0, 1 - 1e-9 };
    static const struct {
        const char *name;
        double wanted[TIMES];
    } cases[] = {
        { "flat_cosine", { 1, 1, 1, 0.5, 1, 0 } },
        { "coslog4", { 0, 0.4934892754647975, 0.07361893418585595, 0.8756577310807727, 0, 0 } },
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int i = 0; i < TIMES; i++) assert_true(fabs(at_share(cases[c].name, times[i]) - cases[c].wanted[i]) < 1e-8);
}

/* Four waves: it is 0 at (2^k - 1)/15 and 1 halfway between in log2. */
static void coslog4_has_four_waves(void **state) {
    (void)state;
    for (int k = 0; k <= 4; k++) assert_true(at_share("coslog4", (pow(2, k) - 1) / 15) < 1e-12);
    for (int k = 0; k < 4; k++) assert_true(fabs(at_share("coslog4", (pow(2, k + 0.5) - 1) / 15) - 1) < 1e-12);
}

/* Compared with PyTorch or a formula, and complete. */
static void every_schedule_has_figures(void **state) {
    (void)state;
    for (int i = 0; mg_schedule_name(i); i++) {
        const mg_schedule_row *row = mg_schedule_row_at(i);
        bool found = !strcmp(row->name, "flat_cosine") || !strcmp(row->name, "coslog4") || row->watches;
        for (size_t c = 0; c < sizeof golden_schedules / sizeof *golden_schedules; c++)
            found = found || !strcmp(golden_schedules[c].text, row->name);
        if (!found) fail_msg("no figures for '%s'", row->name);
        assert_true(strlen(row->formula) > 0 && strlen(row->doc) > 0 && row->source != NULL);
        for (int k = 0; row->arguments[k].name; k++) assert_true(strlen(row->arguments[k].help) > 0);
    }
    assert_null(mg_schedule_name(-1));
}

static void factors_lie_between_0_and_1(void **state) {
    (void)state;
    for (int i = 0; mg_schedule_name(i); i++) {
        char warm[64];
        snprintf(warm, sizeof warm, "warmup(2.5) %s", mg_schedule_name(i));
        mg_schedule plain = read_schedule(mg_schedule_name(i)), warmed = read_schedule(warm);
        for (int step = 0; step < 1200; step++) {
            double factor = mg_schedule_factor(&plain, step, 100, 12), other = mg_schedule_factor(&warmed, step, 100, 12);
            assert_true(factor >= 0 && factor <= 1 && other >= 0 && other <= 1);
        }
    }
}

/* A name alone is right for a run of any length. */
static void bare_names_fit_every_run(void **state) {
    (void)state;
    for (int i = 0; mg_schedule_name(i); i++) {
        mg_schedule schedule = read_schedule(mg_schedule_name(i));
        for (int epochs = 1; epochs < 40; epochs++) assert_int_equal(mg_schedule_check(context, &schedule, epochs), MG_OK);
    }
}

static void spans_longer_than_the_run_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double epochs;
        const char *says;
    } cases[] = {
        { "warmup(5) cosine", 5, "warmup takes 5 epochs and the run has 5" },
        { "step(30, 0.1)", 30, "step(every=30): the run has 30 epochs" },
        { "warmup(5) step(26)", 30, "step(every=26): the run has 25 epochs" },
        { "cosine-restarts(40)", 30, "cosine_restarts(period=40)" },
        { "plateau(10)", 10, "plateau(patience=10)" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_schedule schedule = read_schedule(cases[i].text);
        assert_int_equal(mg_schedule_check(context, &schedule, cases[i].epochs), MG_SETTING);
        if (!strstr(mg_context_message(context), cases[i].says)) fail_msg("%s", mg_context_message(context));
        assert_int_equal(mg_schedule_check(context, &schedule, cases[i].epochs + 20), MG_OK);
    }
}

static void arguments_are_read_by_place_and_by_name(void **state) {
    (void)state;
    static const char *const same[] = { "step(7, 0.25)", " step( 7 ,0.25 ) ", "step(every=7, factor=0.25)",
                                        "step(factor = 0.25, every = 7)", "step(7, factor=0.25)" };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        mg_schedule schedule = read_schedule(same[i]);
        assert_string_equal(schedule.row->name, "step");
        assert_true(schedule.arguments[0] == 7 && schedule.arguments[1] == 0.25 && schedule.warmup == 0);
    }
    mg_schedule alone = read_schedule("warmup(2)"), defaults = read_schedule("warmup(3) step");
    assert_string_equal(alone.row->name, "constant");
    assert_true(alone.warmup == 2 && mg_schedule_value(&defaults, 0, 33) == 10 && mg_schedule_value(&defaults, 1, 33) == 0.1);
}

static void a_wrong_text_is_refused_with_its_place(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        { "", "column 1: there is nothing" },
        { "cosin", "column 1: 'cosin' is not known; schedules are constant, " },
        { "warmup(2) wibble(3)", "column 11: 'wibble' is not known" },
        { "step(0)", "column 6: step: every is '0'; wanted a number from 1 to 1000000" },
        { "step(5, 2)", "column 9: step: factor is '2'; wanted a number from 1e-6 to 1" },
        { "step(5, nan)", "step: factor is 'nan'" },
        { "step(5, 0.1, 3)", "column 14: step has no argument '3'; it takes every, factor" },
        { "step(every=5, every=6)", "column 21: step: every is given twice" },
        { "cosine(3)", "column 8: cosine has no argument '3'; it takes no arguments" },
        { "step(gamma=3)", "step has no argument 'gamma'; it takes every, factor" },
        { "step(5", "column 7: step: found ' '; wanted ',' or ')'" },
        { "step()", "step: every is ''" },
        { "step(5)x", "column 8: found 'x'" },
        { "cosine linear", "column 8: a run has one schedule" },
        { "cosine warmup(3)", "column 8: warmup goes before the schedule" },
        { "warmup cosine", "warmup: how many epochs?" },
        { "warmup(0) cosine", "warmup: epochs is '0'" },
        { "warmup(1) warmup(2)", "warmup is given twice" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_schedule schedule = { .warmup = 77 };
        assert_int_equal(mg_schedule_parse(context, cases[i][0], &schedule), MG_SETTING);
        if (!strstr(mg_context_message(context), cases[i][1])) fail_msg("'%s': %s", cases[i][0], mg_context_message(context));
        assert_true(schedule.warmup == 77);
    }
    assert_int_equal(mg_schedule_parse(context, NULL, &(mg_schedule){ 0 }), MG_SETTING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factors_are_those_of_pytorch),
        cmocka_unit_test(factors_are_those_of_the_formulas),
        cmocka_unit_test(coslog4_has_four_waves),
        cmocka_unit_test(every_schedule_has_figures),
        cmocka_unit_test(factors_lie_between_0_and_1),
        cmocka_unit_test(bare_names_fit_every_run),
        cmocka_unit_test(spans_longer_than_the_run_are_refused),
        cmocka_unit_test(arguments_are_read_by_place_and_by_name),
        cmocka_unit_test(a_wrong_text_is_refused_with_its_place),
    };
    context = mg_context_create(NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mg_context_destroy(context);
    return failed;
}
