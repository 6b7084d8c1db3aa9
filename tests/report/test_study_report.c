/* The page of a study as it is opened, and as it is read from its file. */
#define _DEFAULT_SOURCE
#include <micrograd/report.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
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

static char *read_text(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1 << 21, 1);
    *length = fread(text, 1, (1 << 21) - 1, file);
    fclose(file);
    return text;
}

static mg_space *space_of(mg_context *context) {
    static const char *const words[] = { "plain", "curved" };
    mg_space *space = mg_space_create(context);
    const mg_dimension all[] = {
        { .name = "x", .kind = MG_DIMENSION_REAL, .low = -5, .high = 10, .parent = -1 },
        { .name = "rate", .kind = MG_DIMENSION_REAL, .low = 1e-4, .high = 1, .log = true, .parent = -1 },
        { .name = "kind", .kind = MG_DIMENSION_CHOICE, .word = words, .words = 2, .parent = -1 },
        { .name = "bend", .kind = MG_DIMENSION_INT, .low = 1, .high = 9, .parent = 2, .parent_words = 2 },
    };
    for (size_t i = 0; space && i < sizeof all / sizeof *all; i++)
        if (mg_space_add(space, &all[i]) != MG_OK) {
            mg_space_destroy(space);
            return NULL;
        }
    return space;
}

/* Least at x = 2, rate = 0.01; every ninth trial has no value. */
static double hollow(const mg_trial *trial, void *user) {
    const double x = mg_trial_number(trial, "x"), rate = log10(mg_trial_number(trial, "rate")) + 2;
    (void)user;
    return trial->number % 9 == 4 ? NAN : (x - 2) * (x - 2) / 20 + rate * rate;
}

static mg_study *searched(mg_context *context, const char *path, int64_t trials, bool maximise) {
    mg_space *space = space_of(context);
    mg_study_options options = mg_study_defaults();
    options.sampler = "random";
    options.path = path;
    options.maximise = maximise;
    options.purpose = "a <hollow>";
    mg_study *study = space ? mg_study_open(context, space, &options) : NULL;
    mg_space_destroy(space);
    mg_status status = !study     ? MG_INVALID
                       : maximise ? mg_study_maximise(study, hollow, NULL, trials)
                                  : mg_study_minimise(study, hollow, NULL, trials);
    if (status == MG_OK) return study;
    mg_study_close(study);
    return NULL;
}

static void a_study_has_its_page(void **state) {
    (void)state;
    for (int maximise = 0; maximise < 2; maximise++) {
        mg_study *study = searched(ctx, NULL, 40, maximise);
        size_t length;
        char figure[64];
        assert_non_null(study);
        assert_int_equal(mg_study_maximises(study), maximise);
        assert_int_equal(mg_study_report_write(study, NULL, test_path("page.html")), MG_OK);
        char *text = read_text(test_path("page.html"), &length);
        snprintf(figure, sizeof figure, "%s value, of trial %d</span>", maximise ? "highest" : "lowest",
                 (int)mg_study_best(study)->number);
        assert_non_null(strstr(text, figure));
        assert_non_null(strstr(text, "<b>Importance</b>"));
        assert_true(strstr(text, "<b>x and rate</b>") || strstr(text, "<b>rate and x</b>"));
        assert_non_null(strstr(text, "Why trials failed"));
        assert_non_null(strstr(text, "Measured: a &lt;hollow&gt;</p>"));
        free(text);
        mg_study_close(study);
    }
    assert_int_equal(mg_study_report_write(NULL, NULL, test_path("page.html")), MG_INVALID);
}

static void a_picture_has_the_parallel_coordinates_alone(void **state) {
    (void)state;
    mg_study *study = searched(ctx, NULL, 12, false);
    size_t length;
    assert_int_equal(mg_study_report_write(study, NULL, test_path("all.svg")), MG_OK);
    char *text = read_text(test_path("all.svg"), &length);
    assert_true(!strncmp(text, "<svg xmlns=", 11) && !strcmp(text + length - 7, "</svg>\n"));
    assert_non_null(strstr(text, "aria-label=\"All settings at once\""));
    assert_null(strstr(text, "<html"));
    assert_null(strstr(text, "var("));
    free(text);
    mg_study_close(study);
    study = searched(ctx, NULL, 0, false);
    assert_int_equal(mg_study_report_write(study, NULL, test_path("none.svg")), MG_SETTING);
    assert_non_null(strstr(mg_context_message(ctx), "no trial is complete"));
    mg_context_clear(ctx);
    mg_study_close(study);
}

static void a_study_read_from_its_file_has_the_same_page(void **state) {
    (void)state;
    char journal[128], page[128];
    snprintf(journal, sizeof journal, "%s", test_path("one.log"));
    snprintf(page, sizeof page, "%s", test_path("open.html"));
    mg_study *open = searched(ctx, journal, 23, true);
    assert_non_null(open);
    assert_int_equal(mg_study_report_write(open, NULL, page), MG_OK);
    mg_study_close(open);
    size_t before, after, bytes, again;
    char *file = read_text(journal, &before), *whole = read_text(page, &bytes);
    mg_study *read = mg_study_read(ctx, journal);
    if (!read) fail_msg("%s", mg_context_message(ctx));
    assert_int_equal(mg_study_trials(read), 23);
    assert_true(mg_study_maximises(read));
    assert_int_equal(mg_space_dimensions(mg_study_space(read)), 4);
    assert_int_equal(mg_study_report_write(read, NULL, page), MG_OK);
    mg_study_close(read);
    char *file_after = read_text(journal, &after), *page_again = read_text(page, &again);
    assert_true(before == after && !memcmp(file, file_after, before)); /* nothing is written to it */
    assert_true(bytes == again && !memcmp(whole, page_again, bytes));
    /* a writer that was killed: whatever its last line is, the trials before it are there */
    for (size_t cut = 1; cut < 200; cut += 7) {
        test_write("torn.log", file, before - cut);
        mg_study *torn = mg_study_read(ctx, test_path("torn.log"));
        assert_non_null(torn);
        assert_true(mg_study_trials(torn) >= 20);
        assert_int_equal(mg_study_report_write(torn, NULL, page), MG_OK);
        mg_study_close(torn);
    }
    free(page_again), free(file_after), free(whole), free(file);
}

static void what_is_no_study_of_ours_is_refused(void **state) {
    (void)state;
    static const char optuna[] = "{\"op_code\":0,\"worker_id\":\"w\",\"study_name\":\"a\",\"directions\":[1]}\n";
    static const char two[] = "{\"op_code\":0,\"worker_id\":\"w\",\"study_name\":\"b\",\"directions\":[1]}\n";
    char both[sizeof optuna + sizeof two];
    snprintf(both, sizeof both, "%s%s", optuna, two);
    const struct {
        const char *text, *said;
        mg_status status;
    } cases[] = { { "", "no study in it", MG_FORMAT },
                  { "a,b\n1,2\n", "no Optuna journal", MG_FORMAT },
                  { "{\"op_code\":0}\n{}\n", "line 1", MG_FORMAT },
                  { optuna, "not begun by micrograd", MG_SETTING },
                  { both, "holds 2 studies", MG_SETTING } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_context_clear(ctx);
        test_write("no.log", cases[i].text, strlen(cases[i].text));
        assert_null(mg_study_read(ctx, test_path("no.log")));
        assert_int_equal(mg_context_status(ctx), cases[i].status);
        if (!strstr(mg_context_message(ctx), cases[i].said)) fail_msg("%s: %s", cases[i].said, mg_context_message(ctx));
        assert_non_null(strstr(mg_context_message(ctx), "no.log"));
    }
    mg_context_clear(ctx);
    assert_null(mg_study_read(ctx, test_path("nowhere.log")));
    assert_int_equal(mg_context_status(ctx), MG_FILE);
    mg_context_clear(ctx);
}

static void a_study_that_is_only_read_is_not_asked(void **state) {
    (void)state;
    char journal[128];
    snprintf(journal, sizeof journal, "%s", test_path("asked.log"));
    mg_study_close(searched(ctx, journal, 5, false));
    mg_study *read = mg_study_read(ctx, journal);
    mg_trial trial;
    assert_non_null(read);
    assert_int_equal(mg_study_ask(read, &trial), MG_ASKED_FAILED);
    assert_int_equal(mg_context_status(ctx), MG_FILE);
    mg_context_clear(ctx);
    assert_int_equal(mg_study_trials(read), 5);
    mg_study_close(read);
}

static bool read_and_write(mg_context *context, void *user) {
    mg_study *study = mg_study_read(context, user);
    bool done = study && mg_study_report_write(study, NULL, test_path("memory.html")) == MG_OK;
    mg_study_close(study);
    return done;
}

static void a_failing_allocation_is_told(void **state) {
    (void)state;
    char journal[128];
    snprintf(journal, sizeof journal, "%s", test_path("memory.log"));
    mg_study_close(searched(ctx, journal, 6, false));
    assert_true(failing_allocator_exhaust(read_and_write, journal) > 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_study_has_its_page),
        cmocka_unit_test(a_picture_has_the_parallel_coordinates_alone),
        cmocka_unit_test(a_study_read_from_its_file_has_the_same_page),
        cmocka_unit_test(what_is_no_study_of_ours_is_refused),
        cmocka_unit_test(a_study_that_is_only_read_is_not_asked),
        cmocka_unit_test(a_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
