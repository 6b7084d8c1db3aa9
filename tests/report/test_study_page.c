/* The page of a study: who is best, what is drawn where, and studies with nothing to draw. */
#define _DEFAULT_SOURCE
#include "study_support.h"

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

static int count_of(const char *text, const char *part) {
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) count++;
    return count;
}

/* The page's text, which the caller frees. */
static char *page_of(const made *m, const mg_study_report_options *options) {
    assert_int_equal(mg__study_page_write(&m->source, options, test_path("page.html")), MG_OK);
    FILE *file = fopen(test_path("page.html"), "rb");
    assert_non_null(file);
    char *text = calloc(1 << 22, 1);
    assert_true(fread(text, 1, (1 << 22) - 1, file) > 0);
    fclose(file);
    return text;
}

/* The page from this chart's title to the end of its picture. */
static char *chart_of(const char *page, const char *title) {
    char opening[128];
    snprintf(opening, sizeof opening, "<figcaption><b>%s</b>", title);
    const char *from = strstr(page, opening), *to = from ? strstr(from, "</svg>") : NULL;
    if (!to) fail_msg("there is no chart %s", title);
    char *text = calloc((size_t)(to - from) + 1, 1);
    memcpy(text, from, (size_t)(to - from));
    return text;
}

/* --- the view ---------------------------------------------------------------------------------------- */

static void ranks_go_by_the_direction_and_ties_are_alike(void **state) {
    (void)state;
    static const double values[] = { 3, 1, 2, 1, 5 };
    for (int maximise = 0; maximise < 2; maximise++) {
        made m = made_study(ctx, made_space(ctx), 5);
        mg_study_report_options options = mg_study_report_defaults();
        mg__study_view v;
        for (int i = 0; i < 5; i++) m.trial[i].value = values[i];
        m.source.maximise = maximise;
        assert_int_equal(mg__study_view_make(&m.source, &options, &v), MG_OK);
        static const int64_t order[2][5] = { { 1, 3, 2, 0, 4 }, { 4, 0, 2, 1, 3 } };
        for (int k = 0; k < 5; k++) assert_int_equal(v.order[k], order[maximise][k]);
        assert_true(v.depth[order[maximise][0]] == 1 && v.depth[order[1 - maximise][0]] < 1);
        assert_true(v.depth[1] == v.depth[3]);
        mg__study_view_free(&v);
        made_free(&m);
    }
}

static void trials_are_counted_by_how_they_ended(void **state) {
    (void)state;
    made m = made_study(ctx, made_space(ctx), 12);
    mg_study_report_options options = mg_study_report_defaults();
    mg__study_view v;
    made_prune(&m, 1, 3);
    made_prune(&m, 2, 0);
    made_fail(&m, 3, "diverged");
    made_fail(&m, 4, "interrupted"); /* asked again: no trial of its own */
    m.trial[5].value = NAN;          /* complete, but that is no value */
    m.trial[6].state = MG_TRIAL_RUNNING;
    m.trial[7].state = MG_TRIAL_WAITING;
    assert_int_equal(mg__study_view_make(&m.source, &options, &v), MG_OK);
    assert_int_equal(v.trials, 9);
    assert_int_equal(v.complete, 5);
    assert_int_equal(v.pruned, 2);
    assert_int_equal(v.failed, 2);
    assert_int_equal(v.running, 1);
    assert_true(v.value[1] == m.trial[1].step_value[2] && isnan(v.value[2]) && isnan(v.depth[1]));
    mg__study_view_free(&v);
    made_free(&m);
}

static void of_many_trials_the_best_hundred_are_drawn(void **state) {
    (void)state;
    made m = made_study(ctx, made_space(ctx), 3000);
    mg_study_report_options options = mg_study_report_defaults();
    mg__study_view v;
    assert_int_equal(mg__study_view_make(&m.source, &options, &v), MG_OK);
    assert_true(v.drawn_count <= MG__STUDY_DRAWN && v.drawn_count > MG__STUDY_DRAWN * 3 / 4);
    for (int k = 0; k < MG__STUDY_DRAWN / 4; k++) {
        bool found = false;
        for (int64_t d = 0; d < v.drawn_count; d++) found |= v.drawn[d] == v.order[k];
        assert_true(found);
    }
    for (int64_t d = 1; d < v.drawn_count; d++) assert_true(v.drawn[d] > v.drawn[d - 1]);
    assert_true(v.drawn[0] < 10 && v.drawn[v.drawn_count - 1] > 2980);
    mg__study_view_free(&v);
    made_free(&m);
}

static void settings_come_by_importance(void **state) {
    (void)state;
    made m = made_study(ctx, made_space(ctx), 5);
    mg_study_report_options options = mg_study_report_defaults();
    static const double importance[] = { 0.1, 0.5, 0.05, 0.3, 0.05 };
    static const int order[] = { 1, 3, 0, 2, 4 };
    mg__study_view v;
    m.source.importance = importance;
    assert_int_equal(mg__study_view_make(&m.source, &options, &v), MG_OK);
    assert_int_equal(v.settings, 5);
    for (int k = 0; k < 5; k++) assert_int_equal(v.setting[k], order[k]);
    mg__study_view_free(&v);
    made_free(&m);
}

static void one_value_that_is_far_off_does_not_flatten_the_others(void **state) {
    (void)state;
    bool logarithmic;
    double loss[20], accuracy[20], spread[20];
    for (int i = 0; i < 20; i++) loss[i] = 1 + 0.1 * i, accuracy[i] = 0.9 + 0.005 * i, spread[i] = 1e-6 * pow(10, 0.4 * i);
    loss[7] = 1e9;
    accuracy[3] = -1e9;
    mg__range r = mg__values_range(loss, 20, false, &logarithmic);
    assert_true(!logarithmic && r.low == 1 && r.high > 2.9 && r.high < 5);
    r = mg__values_range(accuracy, 20, true, &logarithmic);
    assert_true(!logarithmic && fabs(r.high - 0.995) < 1e-12 && r.low < 0.9 && r.low > 0.7);
    r = mg__values_range(spread, 20, false, &logarithmic);
    assert_true(logarithmic && r.low == 1e-6 && r.high > 30);
    double same[] = { 2, 2, 2 };
    r = mg__values_range(same, 3, false, &logarithmic);
    assert_true(r.low == 2 && r.high == 2);
    r = mg__values_range(same, 0, false, &logarithmic);
    assert_true(r.low > r.high);
}

/* --- the page ---------------------------------------------------------------------------------------- */

static void every_trial_has_its_mark(void **state) {
    (void)state;
    made m = made_study(ctx, made_space(ctx), 60);
    for (int i = 3; i < 60; i += 10) made_prune(&m, i, 4);
    for (int i = 5; i < 60; i += 20) made_fail(&m, i, "it diverged");
    m.source.importance = m.importance;
    char *page = page_of(&m, NULL), *history = chart_of(page, "History"), *slice = chart_of(page, "lr"),
         *gap = chart_of(page, "momentum"), *curves = chart_of(page, "Values on the way");
    assert_int_equal(count_of(history, "class=\"point"), 60 - 6 - 3);
    assert_int_equal(count_of(history, "class=\"hollow\""), 6);
    assert_int_equal(count_of(history, "class=\"cross\""), 3);
    assert_int_equal(count_of(history, "trial 5: it diverged"), 1);
    assert_int_equal(count_of(slice, "class=\"point"), 51);
    assert_int_equal(count_of(slice, "class=\"ring\""), 1);
    int there = 0;
    for (int i = 0; i < 60; i++) there += m.trial[i].state == MG_TRIAL_COMPLETE && !isnan(m.trial[i].point[4]);
    assert_in_range(there, 1, 50);
    assert_int_equal(count_of(gap, "class=\"point"), there);
    assert_int_equal(count_of(curves, "class=\"line thin c7\""), 6);
    assert_int_equal(count_of(curves, "class=\"line c1\""), 1);
    assert_int_equal(count_of(page, "lr and width"), 2); /* a plane: its title, and its name for those who cannot see it */
    assert_non_null(strstr(page, "<td class=\"r\">3</td><td class=\"wide\">it diverged</td>"));
    free(curves), free(gap), free(slice), free(history), free(page);
    made_free(&m);
}

/* A winner that is not the best by its value, as when it was run again on other seeds. */
static void the_chosen_trial_is_the_one_that_is_marked(void **state) {
    (void)state;
    made m = made_study(ctx, made_space(ctx), 30);
    mg_study_report_options options = mg_study_report_defaults();
    mg__study_view v;
    assert_int_equal(options.chosen, -1);
    options.chosen = 7;
    assert_int_equal(mg__study_view_make(&m.source, &options, &v), MG_OK);
    assert_int_equal(v.winner, 7);
    assert_int_not_equal(v.order[0], 7);
    mg__study_view_free(&v);
    char *page = page_of(&m, &options), width[32];
    snprintf(width, sizeof width, "<td>width</td><td>%d</td>", (int)m.trial[7].point[1]);
    assert_non_null(strstr(page, "Of trial 7, which was chosen in the end"));
    assert_non_null(strstr(page, width));
    assert_non_null(strstr(page, "the ring is the chosen one"));
    free(page);
    options.chosen = 99; /* there is no such trial */
    assert_int_equal(mg__study_view_make(&m.source, &options, &v), MG_OK);
    assert_int_equal(v.winner, v.order[0]);
    mg__study_view_free(&v);
    made_free(&m);
}

/* The best value so far: values 3, 4, 1, 2, 1, 0.5 improve at 0, 2 and 5. */
static void the_stair_steps_where_the_best_improves(void **state) {
    (void)state;
    static const double values[] = { 3, 4, 1, 2, 1, 0.5 };
    made m = made_study(ctx, made_space(ctx), 6);
    for (int i = 0; i < 6; i++) m.trial[i].value = values[i];
    char *page = page_of(&m, NULL), *history = chart_of(page, "History");
    char *stair = strstr(history, "class=\"line c1\" d=\"");
    assert_non_null(stair);
    *strchr(stair + 20, '/') = 0;
    assert_int_equal(count_of(stair, "M"), 1);
    assert_int_equal(count_of(stair, "V"), 2);
    assert_int_equal(count_of(stair, "H"), 3); /* and one to the end */
    free(history), free(page);
    made_free(&m);
}

static void parallel_lines_have_gaps(void **state) {
    (void)state;
    static const char *const words[] = { "a", "b" };
    const mg__parallel_axis axis[] = {
        { .name = "x", .scale = { 0, 1, 0, 1, false } },
        { .name = "y", .scale = { 1, 100, 0, 1, true } },
        { .name = "z", .scale = { -0.5, 1.5, 0, 1, false }, .word = words, .words = 2 },
    };
    const double value[] = { 0, 1, 0, /* whole */ 0.5, NAN, 1, /* two dots */ NAN, 10, 1 /* one piece */ };
    const double depth[] = { 1, 0, 0.5 };
    mg__parallel p = { .title = "P", .axis = axis, .axes = 3, .value = value, .depth = depth, .count = 3, .mark = -1 };
    mg__page page = mg__page_begin(ctx);
    mg__put_parallel(&page, &p);
    mg__say(&page, "%c", 0.0);
    assert_false(page.failed);
    page.text[page.length - 1] = 0;
    char *lines = strstr(page.text, "class=\"line"), *end = strstr(page.text, "class=\"axis\"");
    assert_non_null(lines);
    *end = 0;
    assert_int_equal(count_of(lines, "M"), 1 + 2 + 1);
    assert_int_equal(count_of(lines, "L"), 2 + 0 + 1);
    assert_int_equal(count_of(lines, "h0"), 2);
    mg__page_free(&page);
}

static void text_of_the_user_stays_text(void **state) {
    (void)state;
    static const char *const words[] = { "<i>", "\"&'" };
    mg_space *space = mg_space_create(ctx);
    const mg_dimension d[] = { { .name = "<script>", .kind = MG_DIMENSION_REAL, .low = 0, .high = 1, .parent = -1 },
                               { .name = "</svg><b>", .kind = MG_DIMENSION_REAL, .low = 0, .high = 1, .parent = -1 },
                               { .name = "a\"b", .kind = MG_DIMENSION_CHOICE, .word = words, .words = 2, .parent = -1 } };
    for (int i = 0; i < 3; i++) assert_int_equal(mg_space_add(space, &d[i]), MG_OK);
    made m = made_study(ctx, space, 30);
    m.source.importance = m.importance;
    made_fail(&m, 4, "<u>reason</u>");
    const char *note[] = { "<em>note</em>" };
    mg_study_report_options options = {
        .title = "<h1>", .value = "<loss>", .command = "train '<data>'", .note = note, .notes = 1
    };
    char *page = page_of(&m, &options);
    static const char *const never[] = {
        "<script>", "</svg><b>", "<i>", "<u>", "<em>", "<loss>", "<data>", "<title><h1>", "a\"b"
    };
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strstr(page, never[i])) fail_msg("%s stands on the page as it is", never[i]);
    static const char *const there[] = { "&lt;script&gt;", "&lt;u&gt;reason", "&lt;em&gt;note", "train &#39;&lt;data&gt;" };
    for (size_t i = 0; i < sizeof there / sizeof *there; i++) assert_non_null(strstr(page, there[i]));
    free(page);
    made_free(&m);
}

static void studies_without_a_best_trial_have_a_page(void **state) {
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        made m = made_study(ctx, made_space(ctx), kind == 0 ? 0 : 30);
        for (int i = 0; i < m.source.trials; i++) {
            if (kind == 1) made_fail(&m, i, i % 3 ? "diverged" : "no memory");
            if (kind == 2) made_prune(&m, i, 1 + i % 5);
            if (kind == 3) m.trial[i].state = MG_TRIAL_RUNNING;
        }
        char *page = page_of(&m, NULL);
        assert_non_null(strstr(page, "No trial is complete"));
        assert_int_equal(strstr(page, "History") != NULL, kind == 2);
        assert_int_equal(strstr(page, "Why trials failed") != NULL, kind == 1);
        if (kind == 1)
            assert_true(strstr(page, "20</td><td class=\"wide\">diverged") < strstr(page, "10</td><td class=\"wide\">no memory"));
        assert_null(strstr(page, "Best settings"));
        free(page);
        made_free(&m);
    }
}

static void the_smallest_studies_have_a_page(void **state) {
    (void)state;
    for (int trials = 1; trials < 4; trials++) {
        mg_space *space = mg_space_create(ctx);
        const mg_dimension d = { .name = "x", .kind = MG_DIMENSION_REAL, .low = 0, .high = 1, .parent = -1 };
        if (trials > 1) assert_int_equal(mg_space_add(space, &d), MG_OK); /* and one without settings */
        made m = made_study(ctx, space, trials);
        for (int i = 0; i < trials; i++) m.trial[i].value = 7;
        char *page = page_of(&m, NULL), *history = chart_of(page, "History");
        assert_int_equal(count_of(history, "class=\"point"), trials);
        assert_null(strstr(page, "nan"));
        free(history), free(page);
        made_free(&m);
    }
}

static void the_largest_study_is_below_two_megabytes(void **state) {
    (void)state;
    static const char *const words[] = { "a word that is rather long", "another one", "c", "d" };
    mg_space *space = made_space(ctx);
    char name[48];
    for (int k = 5; k < MG_SPACE_MOST; k++) {
        snprintf(name, sizeof name, "a setting with a rather long name.%d", k);
        const mg_dimension d = { .name = name,
                                 .kind = k % 2 ? MG_DIMENSION_CHOICE : MG_DIMENSION_REAL,
                                 .high = 1,
                                 .word = words,
                                 .words = 4,
                                 .parent = -1 };
        assert_int_equal(mg_space_add(space, &d), MG_OK);
    }
    made m = made_study(ctx, space, 10000);
    m.source.importance = m.importance;
    for (int i = 0; i < 10000; i += 3) made_prune(&m, i, 7);
    for (int i = 1; i < 10000; i += 9) made_fail(&m, i, "diverged");
    char *page = page_of(&m, NULL);
    assert_in_range(strlen(page), 200000, 2000000);
    assert_non_null(strstr(page, "The 12 most important of 128 settings are shown."));
    assert_non_null(strstr(page, "of 10,000 trials are drawn"));
    free(page);
    made_free(&m);
}

static bool write_page(mg_context *context, void *user) {
    made *m = user;
    m->source.context = context;
    return mg__study_page_write(&m->source, NULL, test_path("memory.html")) == MG_OK;
}

static void a_failing_allocation_is_told(void **state) {
    (void)state;
    made m = made_study(ctx, made_space(ctx), 20);
    m.source.importance = m.importance;
    assert_true(failing_allocator_exhaust(write_page, &m) > 10);
    made_free(&m);
}

static void a_page_that_cannot_be_written_is_told_with_its_path(void **state) {
    (void)state;
    made m = made_study(ctx, made_space(ctx), 3);
    assert_int_equal(mg__study_page_write(&m.source, NULL, test_path("no/where.html")), MG_FILE);
    assert_non_null(strstr(mg_context_message(ctx), "where.html"));
    mg_context_clear(ctx);
    made_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_go_by_the_direction_and_ties_are_alike),
        cmocka_unit_test(trials_are_counted_by_how_they_ended),
        cmocka_unit_test(of_many_trials_the_best_hundred_are_drawn),
        cmocka_unit_test(settings_come_by_importance),
        cmocka_unit_test(one_value_that_is_far_off_does_not_flatten_the_others),
        cmocka_unit_test(every_trial_has_its_mark),
        cmocka_unit_test(the_chosen_trial_is_the_one_that_is_marked),
        cmocka_unit_test(the_stair_steps_where_the_best_improves),
        cmocka_unit_test(parallel_lines_have_gaps),
        cmocka_unit_test(text_of_the_user_stays_text),
        cmocka_unit_test(studies_without_a_best_trial_have_a_page),
        cmocka_unit_test(the_smallest_studies_have_a_page),
        cmocka_unit_test(the_largest_study_is_below_two_megabytes),
        cmocka_unit_test(a_failing_allocation_is_told),
        cmocka_unit_test(a_page_that_cannot_be_written_is_told_with_its_path),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
