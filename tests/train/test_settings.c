/* The table of settings: every row is sound, and what is derived from it holds. */
#include <micrograd/train.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_row_is_complete(void **state) {
    (void)state;
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        assert_non_null(row->help);
        assert_non_null(row->group);
        assert_true(strlen(row->commands) > 0);
        assert_true(row->help[strlen(row->help) - 1] == '.');
        assert_int_equal(row->argument == NULL, row->type == MG_OPTION_FLAG);
        assert_int_equal(row->choice != NULL, row->type == MG_OPTION_CHOICE);
        assert_true(row->offset < sizeof(mg_settings));
    }
}

/* Does a command that knows one of the rows know the other? */
static bool share_a_command(const mg_option *a, const mg_option *b) {
    char commands[128], *rest = commands;
    strcpy(commands, a->commands);
    for (char *word = rest; word; word = rest) {
        rest = strchr(word, ' ');
        if (rest) *rest++ = 0;
        if (mg_option_known_to(b, word)) return true;
    }
    return false;
}

static void no_command_knows_a_name_twice(void **state) {
    (void)state;
    for (const mg_option *a = mg_settings_table(); a->name; a++) {
        for (const mg_option *b = mg_settings_table(); b < a; b++) {
            assert_false(!strcmp(a->name, b->name) && share_a_command(a, b));
            assert_int_equal(!strcmp(a->name, b->name), a->offset == b->offset);
        }
    }
}

static void rows_of_a_group_stand_together(void **state) {
    (void)state;
    for (const mg_option *a = mg_settings_table(); a[0].name && a[1].name; a++) {
        for (const mg_option *b = mg_settings_table(); b < a && strcmp(a[0].group, a[1].group) != 0; b++) {
            assert_string_not_equal(a[1].group, b->group);
        }
    }
}

static void every_default_is_allowed_and_reads_back(void **state) {
    (void)state;
    mg_settings settings = mg_settings_defaults(), again = mg_settings_defaults();
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        char text[MG_OPTION_MESSAGE_BYTES], message[MG_OPTION_MESSAGE_BYTES];
        assert_int_equal(mg_option_check(row, &settings, message), MG_OK);
        if (row->type == MG_OPTION_TEXT || row->type == MG_OPTION_TEXTS) continue; /* not given */
        mg_option_get(row, &settings, text, sizeof text);
        if (row->initial) assert_string_equal(text, row->initial);
        assert_int_equal(mg_option_set(row, &again, text, message), MG_OK);
    }
    assert_memory_equal(&settings, &again, sizeof settings);
}

static void the_documented_defaults(void **state) {
    (void)state;
    mg_train_options options = mg_train_defaults();
    assert_string_equal(options.optimizer, "auto");
    assert_string_equal(options.loss, "auto");
    assert_true(options.val_fraction == MG_AUTO && options.test_fraction == 0.2);
    assert_true(options.learning_rate == MG_AUTO && options.l1 == 0);
    assert_int_equal(options.seed, 0);
    assert_null(options.model);
    assert_null(options.on_epoch);
}

static void every_setting_of_training_is_known_to_train(void **state) {
    (void)state;
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        bool inside = row->offset < sizeof(mg_train_options);
        if (inside) assert_non_null(mg_option_find(mg_settings_table(), "train", row->name));
        assert_int_equal(mg_setting_of_training(row), inside && mg_option_known_to(row, "train")); /* each is recorded once */
    }
    assert_false(mg_setting_of_training(mg_option_find(mg_settings_table(), NULL, "json")));
}

static void a_bad_value_names_the_setting(void **state) {
    (void)state;
    char message[MG_OPTION_MESSAGE_BYTES];
    mg_settings settings = mg_settings_defaults();
    assert_int_equal(mg_option_set(mg_option_find(mg_settings_table(), "train", "lr"), &settings, "-1", message), MG_SETTING);
    assert_string_equal(message, "lr: -1 is out of range; give a number in (0, 1000], find, or auto");
    assert_int_equal(mg_option_set(mg_option_find(mg_settings_table(), "train", "optimizer"), &settings, "adm", message),
                     MG_SETTING);
    assert_non_null(strstr(message, "did you mean adam?"));
}

static void reasons_to_stop_have_names(void **state) {
    (void)state;
    assert_string_equal(mg_stop_name(MG_STOP_NONE), "none");
    assert_string_equal(mg_stop_name(MG_STOP_PATIENCE), "patience");
    assert_string_equal(mg_stop_name(MG_STOP_DIVERGED), "diverged");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete),          cmocka_unit_test(no_command_knows_a_name_twice),
        cmocka_unit_test(rows_of_a_group_stand_together), cmocka_unit_test(every_default_is_allowed_and_reads_back),
        cmocka_unit_test(the_documented_defaults),        cmocka_unit_test(every_setting_of_training_is_known_to_train),
        cmocka_unit_test(a_bad_value_names_the_setting),  cmocka_unit_test(reasons_to_stop_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
