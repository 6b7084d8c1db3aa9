/* What is searched where nothing was said, and memory that runs out. */
#include "tune/space.h"

#include <micrograd/model.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

static mg_context *context;

static mg_dataset *table(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/data/%s.csv", MG__SOURCE_DIR, name);
    mg_dataset *dataset = mg_dataset_read(context, path, NULL);
    if (!dataset) fail_msg("%s", mg_context_message(context));
    return dataset;
}

static mg_space *usual(const mg_dataset *dataset, const mg_train_options *fixed) {
    mg_space *space = mg_space_create(context);
    if (mg_space_add_usual(space, dataset, fixed) != MG_OK || mg_space_check(space, fixed) != MG_OK)
        fail_msg("%s", mg_context_message(context));
    return space;
}

static void is_printed(const mg_space *space, const char *wanted) {
    char text[2048];
    mg_space_print(space, text, sizeof text);
    assert_string_equal(text, wanted);
}

static void a_table_of_classes_has_its_space(void **state) {
    (void)state;
    mg_dataset *dataset = table("wine");
    mg_space *space = usual(dataset, NULL);
    is_printed(space, "lr=log:0.0005..0.05\nbatch=int:log:8..128\nweight-decay=log:0.02..2\nlabel-smoothing=0..0.1\n"
                      "width=int:log:16..256\nactivation=selu|relu|gelu\ndropout=0..0.4\nmore=int:0..2");
    mg_space_destroy(space);
    mg_dataset_destroy(dataset);
}

static void a_table_of_numbers_has_its_space(void **state) {
    (void)state;
    mg_dataset *dataset = table("diabetes");
    mg_space *space = usual(dataset, NULL);
    is_printed(space, "lr=log:0.0005..0.05\nbatch=int:log:8..128\nweight-decay=log:0.006..0.6\nbins=0|4|8\n"
                      "width=int:log:16..256\nactivation=mish|relu|gelu\ndropout=0..0.4\nmore=int:0..2");
    mg_space_destroy(space);
    mg_dataset_destroy(dataset);
}

static double number_in(const mg_plan *plan, const char *setting) {
    double value = NAN;
    for (int i = 0; i < plan->choice_count; i++)
        if (!strcmp(plan->choices[i].setting, setting)) sscanf(plan->choices[i].value, "%lf", &value);
    return value;
}

/* Whatever the rules of the defaults become, a search begins around them. */
static void what_the_data_would_choose_lies_within(void **state) {
    (void)state;
    static const char *const names[] = { "iris", "wine", "diabetes", "breast_cancer", "digits" };
    for (size_t t = 0; t < sizeof names / sizeof *names; t++) {
        mg_dataset *dataset = table(names[t]);
        mg_space *space = usual(dataset, NULL);
        mg_model *model = mg_model_create(context, dataset, NULL);
        mg_plan plan;
        assert_int_equal(mg_train_plan(model, dataset, NULL, &plan), MG_OK);
        static const char *const settings[] = { "lr", "batch", "weight-decay" };
        for (int i = 0; i < 3; i++) {
            const mg_dimension *d = mg_space_dimension(space, mg_space_find(space, settings[i]));
            double chosen = number_in(&plan, settings[i]);
            assert_true(d->low < chosen && chosen < d->high && d->log);
        }
        int units = 0;
        char activation[16], chosen[160], filled[160];
        float dropout = 0;
        snprintf(chosen, sizeof chosen, "%s", mg_model_text(model));
        assert_int_equal(sscanf(chosen, "dense(%d) %15[a-z] dropout(%f)", &units, activation, &dropout), 3);
        double point[MG_SPACE_MOST];
        for (int i = 0; i < mg_space_dimensions(space); i++) point[i] = mg_space_dimension(space, i)->low;
        point[mg_space_find(space, "width")] = units;
        point[mg_space_find(space, "activation")] = 0;
        point[mg_space_find(space, "dropout")] = nearbyint(dropout * 1e6) / 1e6;
        point[mg_space_find(space, "more")] = 1;
        assert_true(mg_space_holds(space, point));
        mg_space_model(space, point, filled, sizeof filled);
        assert_string_equal(filled, chosen);
        mg_model_destroy(model);
        mg_space_destroy(space);
        mg_dataset_destroy(dataset);
    }
}

static void images_may_be_convolved(void **state) {
    (void)state;
    mg_dataset *dataset = table("digits");
    mg_train_options fixed = mg_train_defaults();
    fixed.image = "8x8";
    mg_space *space = usual(dataset, &fixed);
    assert_int_equal(mg_space_dimension(space, mg_space_find(space, "network"))->words, 2);
    for (int word = 0; word < 2; word++) { /* each of them trains */
        double point[MG_SPACE_MOST];
        char text[512];
        for (int i = 0; i < mg_space_dimensions(space); i++) {
            point[i] = i == mg_space_find(space, "network") ? word : mg_space_dimension(space, i)->high;
            if (!mg_space_is_there(space, point, i)) point[i] = NAN;
        }
        mg_space_model(space, point, text, sizeof text);
        mg_train_options options = fixed;
        options.model = text;
        assert_int_equal(mg_space_apply(space, point, &options), MG_OK);
        mg_model *model = mg_model_create_with(context, dataset, &options);
        mg_plan plan;
        if (!model || mg_train_plan(model, dataset, &options, &plan) != MG_OK) fail_msg("%s", mg_context_message(context));
        mg_model_destroy(model);
    }
    mg_space_destroy(space);
    mg_dataset_destroy(dataset);
}

static void what_is_given_is_not_searched(void **state) {
    (void)state;
    mg_dataset *dataset = table("wine");
    mg_train_options fixed = mg_train_defaults();
    fixed.model = "dense(8) relu";
    fixed.learning_rate = 0.01;
    fixed.optimizer = "adam";
    mg_space *space = usual(dataset, &fixed);
    is_printed(space, "batch=int:log:8..128\nlabel-smoothing=0..0.1");
    mg_space_destroy(space);
    fixed = mg_train_defaults();
    fixed.dropout = 0.5;
    space = usual(dataset, &fixed);
    assert_int_equal(mg_space_find(space, "width"), -1);
    mg_space_destroy(space);
    fixed.target = "no such column";
    space = mg_space_create(context);
    assert_int_equal(mg_space_add_usual(space, dataset, &fixed), MG_SETTING);
    assert_int_equal(mg_space_dimensions(space), 0);
    mg_space_destroy(space);
    mg_dataset_destroy(dataset);
}

static bool make_and_copy(mg_context *failing, void *user) {
    (void)user;
    mg_space *space = mg_space_create(failing), *copy = NULL;
    if (space && mg_space_add_setting(space, "momentum=0..0.9") == MG_OK &&
        mg_space_add_setting(space, "lr=1e-3|1e-2") == MG_OK &&
        mg_space_set_model(space, "{n:1..2}*[dense({w:8..16}) {a:relu|dropout({p:0..0.5})}]") == MG_OK &&
        mg_space_add_setting(space, "optimizer=adam|momentum") == MG_OK && mg_space_add_free(space, "x=a|b") == MG_OK)
        copy = mg__space_copy(failing, space);
    bool done = copy != NULL;
    mg_space_destroy(space);
    mg_space_destroy(copy);
    return done;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(make_and_copy, NULL) >= 60);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_classes_has_its_space),       cmocka_unit_test(a_table_of_numbers_has_its_space),
        cmocka_unit_test(what_the_data_would_choose_lies_within), cmocka_unit_test(images_may_be_convolved),
        cmocka_unit_test(what_is_given_is_not_searched),          cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    context = mg_context_create(NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mg_context_destroy(context);
    return failed;
}
