/* Environments of the user's own: shared libraries, worlds of cells from text, and the checker. */
#define _POSIX_C_SOURCE 200809L
#include <micrograd/environment.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

static char folder[64];

static const char *path_of(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *written(const char *text) {
    FILE *file = fopen(path_of("world.txt"), "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path_of("world.txt");
}

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/environment-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* Compiles a text of C with the public header. */
static const char *compiled(const char *source) {
    char command[1024];
    snprintf(command, sizeof command, "cc -shared -fPIC -I %s/include -o %s/own.so %s", MG__SOURCE_DIR, folder, source);
    if (system(command) != 0) fail_msg("the example does not compile: %s", command);
    return path_of("own.so");
}

static void collect(void *user, const char *sentence) {
    char *all = user;
    snprintf(all + strlen(all), 2000 - strlen(all), "%s\n", sentence);
}

/* --- shared libraries -------------------------------------------------------------------------------- */

static void a_shared_library_is_played_like_those_built_in(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    const mg_environment *row = mg_environment_open(context, compiled(MG__SOURCE_DIR "/examples/environment/corridor.c"));
    assert_non_null(row);
    assert_string_equal(row->name, "corridor");
    char faults[2000] = "";
    assert_int_equal(mg_environment_check(context, row, collect, faults), 0);
    assert_string_equal(faults, "");
    mg_environments *e = mg_environments_create(context, row, 1, 2);
    const mg_view *view = mg_environments_view(e);
    const float right = 1;
    int steps = 8 - (int)view->observation[0];
    for (int i = 0; i < steps; i++) assert_int_equal(mg_environments_step(e, &right), MG_OK);
    assert_true(view->terminated[0] && view->returned[0] == -steps);
    mg_environments_destroy(e);
    mg_environment_close(row);
    mg_context_destroy(context);
}

static void a_library_without_a_row_or_with_an_old_one_is_refused(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    FILE *file = fopen(path_of("own.c"), "w");
    fputs("int mg_something = 1;\n", file);
    fclose(file);
    char source[160];
    snprintf(source, sizeof source, "%s", path_of("own.c"));
    assert_null(mg_environment_open(context, compiled(source)));
    assert_non_null(strstr(mg_context_message(context), "exports no `const mg_environment mg_environment_row`"));
    file = fopen(source, "w");
    fputs("#include <micrograd/environment.h>\nconst mg_environment mg_environment_row = { .size = 8 };\n", file);
    fclose(file);
    assert_null(mg_environment_open(context, compiled(source)));
    assert_non_null(strstr(mg_context_message(context), "compile it again with this version's header"));
    assert_null(mg_environment_open(context, path_of("nothing.so")));
    assert_int_equal(mg_context_status(context), MG_FILE);
    mg_context_destroy(context);
}

/* --- worlds of cells --------------------------------------------------------------------------------- */

static void a_world_is_read_from_its_text(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    const mg_environment *row = mg_environment_open(context, written("step = -0.5\nslip=0\nlimit = 7\n\nS.#\n..\n.PG\n\n"));
    assert_non_null(row);
    assert_int_equal(row->states, 9);
    assert_int_equal(row->step_limit, 7);
    mg_environments *e = mg_environments_create(context, row, 1, 0);
    const mg_view *view = mg_environments_view(e);
    const float right = 2, down = 1;
    assert_int_equal(mg_environments_step(e, &right), MG_OK);
    assert_int_equal(mg_environments_step(e, &right), MG_OK); /* a wall */
    assert_true(view->observation[0] == 1 && view->reward[0] == -0.5);
    assert_int_equal(mg_environments_step(e, &down), MG_OK);
    assert_int_equal(mg_environments_step(e, &right), MG_OK); /* the short line is filled up with walls */
    assert_true(view->observation[0] == 4);
    assert_int_equal(mg_environments_step(e, &down), MG_OK);
    assert_true(view->terminated[0] && view->reward[0] == -1 && view->returned[0] == -3);
    char faults[2000] = "";
    assert_int_equal(mg_environment_check(context, row, collect, faults), 0);
    mg_environments_destroy(e);
    mg_environment_close(row);
    mg_context_destroy(context);
}

static void refuses(mg_context *context, const char *text, const char *place_and_reason) {
    char wanted[512];
    snprintf(wanted, sizeof wanted, "%s, %s", path_of("world.txt"), place_and_reason);
    assert_null(mg_environment_open(context, written(text)));
    assert_int_equal(mg_context_status(context), MG_FORMAT);
    if (!strstr(mg_context_message(context), wanted)) fail_msg("'%s' is not in '%s'", wanted, mg_context_message(context));
}

static void a_wrong_text_is_refused_with_its_place(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    refuses(context, "", "line 0, column 1: the map needs a start S and a goal G");
    refuses(context, "S..\n..x\n", "line 2, column 3: there is no such cell");
    refuses(context, "S..\n", "line 1, column 1: the map needs a start S and a goal G");
    refuses(context, "slip = 2\nSG\n", "line 1, column 8: this number is out of range");
    refuses(context, "step = fast\nSG\n", "line 1, column 8: this is no number");
    refuses(context, "\n speed = 2\nSG\n", "line 2, column 2: there is no such number; there are step, goal");
    char *large = malloc(5000);
    memset(large, '.', 4998);
    large[0] = 'S', large[4998] = 'G', large[4999] = 0;
    refuses(context, large, "line 1, column 1: the map has more than 4096 cells");
    free(large);
    mg_context_destroy(context);
}

/* --- the checker ------------------------------------------------------------------------------------- */

static int calls = 0;
static void careless_reset(const mg_environment *environment, void *inner, mg_dice *dice, float *observation) {
    (void)environment, (void)inner, (void)dice;
    observation[0] = (float)(calls++ % 7) + 1; /* chance of its own */
}
static double careless_step(const mg_environment *environment, void *inner, mg_dice *dice, const float *action,
                            float *observation, bool *terminated) {
    (void)environment, (void)inner, (void)dice, (void)action;
    observation[0] = 1;
    *terminated = false;
    return 0;
}
static int careless_outcomes(const mg_environment *environment, int64_t at, int64_t action, mg_outcome outcome[MG_OUTCOMES]) {
    (void)environment, (void)at, (void)action;
    outcome[0] = (mg_outcome){ .probability = 0.5 };
    return 1;
}

static void the_checker_tells_every_fault(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    static const float low[] = { 0 }, high[] = { 0.5f };
    mg_environment row = { .size = sizeof row,
                           .name = "careless",
                           .observations = 1,
                           .states = 9,
                           .actions = 2,
                           .low = low,
                           .high = high,
                           .reset = careless_reset,
                           .step = careless_step,
                           .outcomes = careless_outcomes };
    char faults[2000] = "";
    assert_int_equal(mg_environment_check(context, &row, collect, faults), 4);
    assert_non_null(strstr(faults, "the same seed and actions gave other observations"));
    assert_non_null(strstr(faults, "observation 0 is "));
    assert_non_null(strstr(faults, "the outcomes of action 0 in state 0 add up to 0.5, not 1"));
    assert_non_null(strstr(faults, "no episode ended within 2000 steps, and there is no step_limit"));
    row.step = NULL;
    faults[0] = 0;
    row.outcomes = NULL;
    assert_int_equal(mg_environment_check(context, &row, collect, faults), 1);
    assert_non_null(strstr(faults, "environment careless: its row"));
    for (int i = 0; mg_environment_at(i); i++) {
        faults[0] = 0;
        assert_int_equal(mg_environment_check(context, mg_environment_at(i), collect, faults), 0);
        assert_string_equal(faults, "");
    }
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shared_library_is_played_like_those_built_in),
        cmocka_unit_test(a_library_without_a_row_or_with_an_old_one_is_refused),
        cmocka_unit_test(a_world_is_read_from_its_text),
        cmocka_unit_test(a_wrong_text_is_refused_with_its_place),
        cmocka_unit_test(the_checker_tells_every_fault),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
