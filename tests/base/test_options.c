/* Options as rows: parsing, bounds, messages, printing, on a table of its own. */
#include <micrograd/options.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct fields {
    int64_t count, parts;
    double rate, share;
    const char *colour, *note;
    mg_texts stop;
    bool loud;
} fields;

static const char *colours(int index) {
    static const char *const words[] = { "red", "green", "blue" };
    return index >= 0 && index < 3 ? words[index] : NULL;
}

static const mg_option table[] = {
    { .name = "count",
      .argument = "N",
      .type = MG_OPTION_INT,
      .flags = MG_OPTION_MAY_BE_AUTO,
      .offset = offsetof(fields, count),
      .initial = "auto",
      .low = 1,
      .high = 100,
      .commands = "fly walk" },
    { .name = "rate",
      .argument = "X",
      .type = MG_OPTION_REAL,
      .flags = MG_OPTION_ABOVE_LOW,
      .offset = offsetof(fields, rate),
      .initial = "0.1",
      .low = 0,
      .high = 1000,
      .commands = "fly" },
    { .name = "share",
      .argument = "X",
      .type = MG_OPTION_REAL,
      .flags = MG_OPTION_BELOW_HIGH,
      .offset = offsetof(fields, share),
      .initial = "0",
      .low = 0,
      .high = 1,
      .commands = "walking" },
    { .name = "colour",
      .argument = "NAME",
      .type = MG_OPTION_CHOICE,
      .offset = offsetof(fields, colour),
      .initial = "green",
      .choice = colours,
      .commands = "walk" },
    { .name = "note", .argument = "TEXT", .type = MG_OPTION_TEXT, .offset = offsetof(fields, note), .commands = "walk" },
    { .name = "stop", .argument = "TEXT", .type = MG_OPTION_TEXTS, .offset = offsetof(fields, stop), .commands = "walk" },
    { .name = "parts",
      .argument = "N",
      .type = MG_OPTION_INT,
      .flags = MG_OPTION_MAY_BE_AUTO | MG_OPTION_MAY_BE_ALL,
      .offset = offsetof(fields, parts),
      .initial = "auto",
      .low = 2,
      .high = 50,
      .commands = "walk" },
    { .name = "loud", .type = MG_OPTION_FLAG, .offset = offsetof(fields, loud), .commands = "walk" },
    { .name = NULL },
};

static const mg_option *row(const char *name) { return mg_option_find(table, NULL, name); }

static fields fresh(void) {
    fields f;
    memset(&f, 0x5a, sizeof f);
    mg_options_reset(table, &f);
    return f;
}

static void defaults_come_from_the_rows(void **state) {
    (void)state;
    fields f = fresh();
    assert_int_equal(f.count, MG_AUTO);
    assert_true(f.rate == 0.1 && f.share == 0);
    assert_string_equal(f.colour, "green");
    assert_null(f.note);
    assert_int_equal(f.stop.count, 0);
    assert_false(f.loud);
}

static void accepts(const char *name, const char *text, const char *printed) {
    char message[MG_OPTION_MESSAGE_BYTES], out[64];
    fields f = fresh();
    assert_int_equal(mg_option_set(row(name), &f, text, message), MG_OK);
    assert_string_equal(message, "");
    assert_int_equal(mg_option_get(row(name), &f, out, sizeof out), strlen(printed));
    assert_string_equal(out, printed);
    assert_int_equal(mg_option_check(row(name), &f, message), MG_OK);
}

static void refuses(const char *name, const char *text, const char *message_wanted) {
    char message[MG_OPTION_MESSAGE_BYTES];
    fields f = fresh(), before = f;
    assert_int_equal(mg_option_set(row(name), &f, text, message), MG_SETTING);
    assert_string_equal(message, message_wanted);
    assert_memory_equal(&f, &before, sizeof f);
}

static void numbers_within_their_bounds_are_taken(void **state) {
    (void)state;
    accepts("count", "1", "1");
    accepts("count", "100", "100");
    accepts("count", "auto", "auto");
    accepts("rate", "1e-3", "0.001");
    accepts("rate", "1000", "1000");
    accepts("share", "0", "0");
    accepts("share", "0.999", "0.999");
}

static void numbers_out_of_bounds_are_refused_with_the_cure(void **state) {
    (void)state;
    refuses("rate", "-1", "rate: -1 is out of range; give a number in (0, 1000]");
    refuses("rate", "0", "rate: 0 is out of range; give a number in (0, 1000]");
    refuses("share", "1", "share: 1 is out of range; give a number in [0, 1)");
    refuses("count", "0", "count: 0 is out of range; give a whole number in [1, 100], or auto");
    refuses("count", "-1", "count: -1 is out of range; give a whole number in [1, 100], or auto");
    refuses("count", "2.5", "count: '2.5' is not a whole number; give a whole number in [1, 100], or auto");
    refuses("rate", "auto", "rate: 'auto' is not a number; give a number in (0, 1000]");
    refuses("rate", "0,5", "rate: '0,5' is not a number; give a number in (0, 1000]");
    refuses("rate", "nan", "rate: 'nan' is not a number; give a number in (0, 1000]");
    refuses("rate", "inf", "rate: inf is out of range; give a number in (0, 1000]");
    refuses("rate", "", "rate: '' is not a number; give a number in (0, 1000]");
    refuses("rate", "0x10", "rate: '0x10' is not a number; give a number in (0, 1000]");
}

static void texts_are_gathered_in_their_order(void **state) {
    (void)state;
    char message[MG_OPTION_MESSAGE_BYTES], out[32];
    fields f = fresh();
    assert_int_equal(mg_option_set(row("stop"), &f, "a=1", message), MG_OK);
    assert_int_equal(mg_option_set(row("stop"), &f, "b", message), MG_OK);
    assert_int_equal(f.stop.count, 2);
    assert_int_equal(mg_option_get(row("stop"), &f, out, sizeof out), strlen("a=1\nb"));
    assert_string_equal(out, "a=1\nb");
    assert_int_equal(mg_option_get(row("stop"), &f, out, 3), strlen("a=1\nb")); /* as snprintf */
    assert_string_equal(out, "a=");
    for (int i = 2; i < MG_TEXTS_MOST; i++) assert_int_equal(mg_option_set(row("stop"), &f, "c", message), MG_OK);
    assert_int_equal(mg_option_set(row("stop"), &f, "d", message), MG_SETTING);
    assert_string_equal(message, "stop: 'd' is one too many; give a text, at most 64 times");
}

static void words_texts_and_flags(void **state) {
    (void)state;
    accepts("colour", "blue", "blue");
    accepts("note", "hello, world", "hello, world");
    accepts("loud", "true", "true");
    accepts("loud", "false", "false");
    refuses("colour", "gren", "colour: 'gren' is not known (did you mean green?); give one of red, green, blue");
    refuses("colour", "mauve", "colour: 'mauve' is not known; give one of red, green, blue");
    refuses("loud", "yes", "loud: 'yes' is neither true nor false; give true or false");
}

static void a_word_is_kept_in_static_storage(void **state) {
    (void)state;
    char given[8] = "red", message[MG_OPTION_MESSAGE_BYTES];
    fields f = fresh();
    assert_int_equal(mg_option_set(row("colour"), &f, given, message), MG_OK);
    assert_ptr_equal(f.colour, colours(0));
}

static void a_struct_filled_by_hand_is_checked_alike(void **state) {
    (void)state;
    char message[MG_OPTION_MESSAGE_BYTES];
    fields f = fresh();
    f.rate = NAN;
    assert_int_equal(mg_option_check(row("rate"), &f, message), MG_SETTING);
    f.count = 0;
    assert_int_equal(mg_option_check(row("count"), &f, message), MG_SETTING);
    f.count = MG_AUTO;
    assert_int_equal(mg_option_check(row("count"), &f, message), MG_OK);
    f.colour = "pink";
    assert_int_equal(mg_option_check(row("colour"), &f, message), MG_SETTING);
    f.colour = NULL;
    assert_int_equal(mg_option_check(row("colour"), &f, message), MG_SETTING);
}

static void rows_are_found_by_name_and_command(void **state) {
    (void)state;
    assert_ptr_equal(mg_option_find(table, "fly", "rate"), &table[1]);
    assert_null(mg_option_find(table, "walk", "rate"));
    assert_null(mg_option_find(table, "walk", "share")); /* "walking" is another word */
    assert_null(mg_option_find(table, NULL, "frobnicate"));
    assert_true(mg_option_known_to(&table[0], "walk"));
    assert_ptr_equal(mg_option_nearest(table, NULL, "colur"), &table[3]);
    assert_ptr_equal(mg_option_nearest(table, "fly", "rat"), &table[1]);
    assert_null(mg_option_nearest(table, NULL, "frobnicate"));
    assert_null(mg_option_nearest(table, NULL, "a word that is far too long to be a slip of the pen"));
}

static void all_is_a_word_where_a_row_says_so(void **state) {
    (void)state;
    fields f = fresh();
    char message[MG_OPTION_MESSAGE_BYTES], text[64];
    const mg_option *parts = row("parts");
    assert_int_equal(f.parts, MG_AUTO);
    assert_int_equal(mg_option_set(parts, &f, "all", message), MG_OK);
    assert_int_equal(f.parts, MG_ALL);
    assert_int_equal(mg_option_check(parts, &f, message), MG_OK);
    mg_option_get(parts, &f, text, sizeof text);
    assert_string_equal(text, "all");
    assert_int_equal(mg_option_set(parts, &f, "7", message), MG_OK);
    assert_int_equal(f.parts, 7);
    assert_int_equal(mg_option_set(parts, &f, "every", message), MG_SETTING);
    assert_non_null(strstr(message, "a whole number in [2, 50], all, or auto"));
    assert_int_equal(mg_option_set(row("count"), &f, "all", message), MG_SETTING);
    f.parts = MG_FIND; /* another row's word */
    assert_int_equal(mg_option_check(parts, &f, message), MG_SETTING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_a_word_where_a_row_says_so),
        cmocka_unit_test(defaults_come_from_the_rows),
        cmocka_unit_test(numbers_within_their_bounds_are_taken),
        cmocka_unit_test(numbers_out_of_bounds_are_refused_with_the_cure),
        cmocka_unit_test(texts_are_gathered_in_their_order),
        cmocka_unit_test(words_texts_and_flags),
        cmocka_unit_test(a_word_is_kept_in_static_storage),
        cmocka_unit_test(a_struct_filled_by_hand_is_checked_alike),
        cmocka_unit_test(rows_are_found_by_name_and_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
