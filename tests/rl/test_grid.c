/* Worlds of cells: what actions lead to, beside Gymnasium's tables; and that steps do so as often. */
#include "rl/grid.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct line {
    char id[32];
    int state, action, next, terminated;
    double probability, reward;
} line;

static bool read_line(FILE *file, line *l) {
    return fscanf(file, "%31s %d %d %lf %d %lf %d", l->id, &l->state, &l->action, &l->probability, &l->next, &l->reward,
                  &l->terminated) == 7;
}

/* The probability of what the line says, by the row's own outcomes. */
static double probability_of(const mg_environment *row, const line *l) {
    mg_outcome outcome[MG_OUTCOMES];
    int count = row->outcomes(row, l->state, l->action, outcome);
    double sum = 0, all = 0;
    for (int i = 0; i < count; i++) {
        all += outcome[i].probability;
        if (outcome[i].state == l->next && outcome[i].reward == l->reward && outcome[i].terminated == (l->terminated != 0))
            sum += outcome[i].probability;
    }
    assert_true(fabs(all - 1) < 1e-12);
    return sum;
}

static void actions_lead_where_gymnasium_says(void **state) {
    (void)state;
    FILE *file = fopen(MG__SOURCE_DIR "/tests/rl/outcomes.txt", "r");
    assert_non_null(file);
    line l;
    int lines = 0;
    for (; read_line(file, &l); lines++) {
        const mg_environment *row = mg_environment_find(l.id);
        assert_non_null(row);
        double given = probability_of(row, &l);
        if (fabs(given - l.probability) > 1e-8)
            fail_msg("%s, state %d, action %d: %g, not %g", l.id, l.state, l.action, given, l.probability);
    }
    assert_true(feof(file) && lines > 700);
    fclose(file);
}

/* 30,000 steps from the cell beside the first hole. */
static void slips_are_as_frequent_as_said(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    const mg_environment *row = mg_environment_find("frozenlake");
    enum { COUNT = 300 };
    mg_environments *e = mg_environments_create(context, row, COUNT, 3);
    const mg_view *view = mg_environments_view(e);
    float down[COUNT];
    for (int i = 0; i < COUNT; i++) down[i] = 1;
    int reached[16] = { 0 };
    for (int n = 0; n < 100; n++) {
        for (int i = 0; i < COUNT; i++) ((mg__grid_state *)(uintptr_t)mg_environments_state(e, i))->cell = 4;
        assert_int_equal(mg_environments_step(e, down), MG_OK);
        for (int i = 0; i < COUNT; i++) reached[(int)view->last[i]]++;
    }
    const int wanted[] = { 8, 4, 5 }; /* down; left, into the wall; right, into the hole */
    for (int k = 0; k < 3; k++) assert_in_range(reached[wanted[k]], 10000 - 330, 10000 + 330); /* 4 deviations */
    assert_int_equal(reached[8] + reached[4] + reached[5], 30000);
    mg_environments_destroy(e);
    mg_context_destroy(context);
}

static void a_fall_from_the_cliff_leads_back_and_goes_on(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_environments *e = mg_environments_create(context, mg_environment_find("cliffwalking"), 1, 0);
    const mg_view *view = mg_environments_view(e);
    assert_true(view->observation[0] == 36);
    const float up = 0, right = 1, below = 2;
    assert_int_equal(mg_environments_step(e, &right), MG_OK);
    assert_true(view->reward[0] == -100 && view->observation[0] == 36 && !view->terminated[0]);
    assert_int_equal(mg_environments_step(e, &up), MG_OK);
    for (int i = 0; i < 11; i++) assert_int_equal(mg_environments_step(e, &right), MG_OK);
    assert_true(view->observation[0] == 35);
    assert_int_equal(mg_environments_step(e, &below), MG_OK);
    assert_true(view->terminated[0] && view->last[0] == 47 && view->returned[0] == -113 && view->length[0] == 14);
    mg_environments_destroy(e);
    mg_context_destroy(context);
}

static void it_is_drawn_with_who_walks_there(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    const mg_environment *row = mg_environment_find("frozenlake");
    mg_environments *e = mg_environments_create(context, row, 1, 0);
    char text[64];
    assert_int_equal(row->draw_text(row, mg_environments_state(e, 0), text, sizeof text), 20);
    assert_string_equal(text, "@...\n.P.P\n...P\nP..G\n");
    assert_int_equal(row->draw_text(row, mg_environments_state(e, 0), text, 6), 20); /* as snprintf */
    assert_string_equal(text, "@...\n");
    mg_environments_destroy(e);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_lead_where_gymnasium_says),
        cmocka_unit_test(slips_are_as_frequent_as_said),
        cmocka_unit_test(a_fall_from_the_cliff_leads_back_and_goes_on),
        cmocka_unit_test(it_is_drawn_with_who_walks_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
