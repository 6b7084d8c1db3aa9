/* Ranges, settings as dimensions, conditions, and points as settings. */
#include "tune/space.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static mg_context *context;

typedef mg_status adder(mg_space *space, const char *search);

/* A space of these; a NULL ends them. */
static mg_space *make(adder *add, const char *const *searches) {
    mg_space *space = mg_space_create(context);
    for (; *searches; searches++)
        if (add(space, *searches) != MG_OK) fail_msg("%s: %s", *searches, mg_context_message(context));
    return space;
}

static void says(const char *search, const char *const *words) {
    for (int i = 0; i < 4 && words[i]; i++)
        if (!strstr(mg_context_message(context), words[i]))
            fail_msg("'%s': '%s' is not in: %s", search, words[i], mg_context_message(context));
}

static void is_printed(const mg_space *space, const char *wanted) {
    char text[2048];
    size_t length = mg_space_print(space, text, sizeof text);
    assert_string_equal(text, wanted);
    assert_int_equal(length, strlen(wanted));
}

/* --- ranges ------------------------------------------------------------------------------------------ */

static void ranges_are_read(void **state) {
    (void)state;
    static const struct {
        const char *search, *name;
        mg_dimension_kind kind;
        double low, high;
        bool log;
        int points;
    } cases[] = {
        { "x=0..0.5", "x", MG_DIMENSION_REAL, 0, 0.5, false, 0 },
        { "x=log:1e-4..1e-1", "x", MG_DIMENSION_REAL, 1e-4, 0.1, true, 0 },
        { "x=log:1e-4..1e-1/4", "x", MG_DIMENSION_REAL, 1e-4, 0.1, true, 4 },
        { "x=1e-4..1e-1:log/4", "x", MG_DIMENSION_REAL, 1e-4, 0.1, true, 4 },
        { "x=int:16..256", "x", MG_DIMENSION_INT, 16, 256, false, 0 },
        { "x=int:log:16..256", "x", MG_DIMENSION_INT, 16, 256, true, 0 },
        { "x=log:int:16..256/3", "x", MG_DIMENSION_INT, 16, 256, true, 3 },
        { "x=16..256:int", "x", MG_DIMENSION_INT, 16, 256, false, 0 },
        { " learning.rate = -3 .. -1.5 ", "learning.rate", MG_DIMENSION_REAL, -3, -1.5, false, 0 },
        { "x=int:-50..50", "x", MG_DIMENSION_INT, -50, 50, false, 0 },
        { "x=.5...75", "x", MG_DIMENSION_REAL, 0.5, 0.75, false, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_space *space = make(mg_space_add_free, (const char *const[]){ cases[i].search, NULL });
        const mg_dimension *d = mg_space_dimension(space, 0);
        assert_string_equal(d->name, cases[i].name);
        assert_int_equal(d->kind, cases[i].kind);
        assert_true(d->low == cases[i].low && d->high == cases[i].high);
        assert_int_equal(d->log, cases[i].log);
        assert_int_equal(d->points, cases[i].points);
        assert_int_equal(d->parent, -1);
        mg_space_destroy(space);
    }
}

static void words_are_cut_outside_of_brackets(void **state) {
    (void)state;
    mg_space *space = make(mg_space_add_free, (const char *const[]){ "x= a | step(1|2) |{w:8|16} b", "y=1", NULL });
    const mg_dimension *d = mg_space_dimension(space, 0);
    assert_int_equal(d->kind, MG_DIMENSION_CHOICE);
    assert_int_equal(d->words, 3);
    assert_string_equal(d->word[0], "a");
    assert_string_equal(d->word[1], "step(1|2)");
    assert_string_equal(d->word[2], "{w:8|16} b");
    assert_null(d->word[3]);
    assert_true(d->low == 0 && d->high == 2);
    assert_string_equal(mg_space_dimension(space, 1)->word[0], "1");
    mg_space_destroy(space);
}

static void wrong_ranges_are_refused_with_the_cure(void **state) {
    (void)state;
    static const struct {
        const char *search, *words[4];
    } cases[] = {
        { "lr=", { "lr:", "empty", "lr=LOW..HIGH" } },
        { "lr", { "'lr'", "NAME=RANGE" } },
        { "=0..1", { "NAME=RANGE" } },
        { "a b=0..1", { "'a b=0..1'", "without blanks" } },
        { "{a}=0..1", { "braces" } },
        { "lr=1..1", { "lr:", "1..1", "one value" } },
        { "lr=1..0.1", { "lr:", "inverted", "0.1..1" } },
        { "lr=log:0..1", { "lr:", "log range", "not above 0" } },
        { "lr=log:-1..1", { "lr:", "not above 0" } },
        { "lr=0..inf", { "lr:", "no end" } },
        { "lr=-1e308..1e308", { "too wide" } },
        { "lr=nan..1", { "no end" } },
        { "lr=0..x", { "lr:", "'x' is no number", "log:1e-4..1e-1" } },
        { "lr=lgo:1..2", { "'lgo:1' is no number" } },
        { "lr=..2", { "no lower end" } },
        { "lr=1..", { "no upper end" } },
        { "lr=log:5", { "'5' is no range" } },
        { "lr=1..2:lgo", { "mark 'lgo'", "log and int" } },
        { "lr=1..2/", { "count ''", "2 to 1000000" } },
        { "lr=1..2/1", { "count '1'" } },
        { "lr=1..2/x", { "count 'x'" } },
        { "n=int:1..3/4", { "n:", "fewer than 4", "leave the count out" } },
        { "n=int:1.5..3", { "n:", "whole numbers" } },
        { "x=a|b|a", { "x:", "'a' is there twice" } },
        { "x=1e-3|0.001", { "x:", "'0.001' is there twice" } },
        { "x=a||b", { "x:", "empty" } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_space *space = mg_space_create(context);
        if (mg_space_add_free(space, cases[i].search) != MG_SETTING) fail_msg("'%s' was taken", cases[i].search);
        says(cases[i].search, cases[i].words);
        assert_int_equal(mg_space_dimensions(space), 0);
        mg_space_destroy(space);
    }
}

static void a_name_twice_is_refused(void **state) {
    (void)state;
    mg_space *space = make(mg_space_add_setting, (const char *const[]){ "lr=1e-3|1e-2", NULL });
    assert_int_equal(mg_space_add_setting(space, "lr=log:1e-4..1"), MG_SETTING);
    says("lr", (const char *const[]){ "lr", "twice", "leave one out", NULL });
    assert_int_equal(mg_space_dimensions(space), 1);
    mg_space_destroy(space);
}

static void more_than_most_are_refused(void **state) {
    (void)state;
    char search[32];
    mg_space *space = mg_space_create(context);
    for (int i = 0; i < MG_SPACE_MOST; i++) {
        snprintf(search, sizeof search, "x%d=0..1", i);
        assert_int_equal(mg_space_add_free(space, search), MG_OK);
    }
    assert_int_equal(mg_space_add_free(space, "y=0..1"), MG_SETTING);
    says("y", (const char *const[]){ "y:", "one too many", "128", NULL });
    mg_space_destroy(space);
    char many[4 * (MG_CHOICES_MOST + 1) + 8] = "x=0";
    for (int i = 1; i <= MG_CHOICES_MOST; i++) snprintf(many + strlen(many), sizeof many - strlen(many), "|%d", i);
    space = mg_space_create(context);
    assert_int_equal(mg_space_add_free(space, many), MG_SETTING);
    says("many", (const char *const[]){ "65 alternatives", "at most 64", NULL });
    mg_space_destroy(space);
}

static void a_space_reads_back_as_printed(void **state) {
    (void)state;
    static const char *const lines[] = { "lr=log:0.0001..0.1/4", "n=int:log:1..64", "x=-1.5..2",
                                         "act=a|b(1|2)",         "k=int:0..9/4",    NULL };
    mg_space *space = make(mg_space_add_free, lines);
    is_printed(space, "lr=log:0.0001..0.1/4\nn=int:log:1..64\nx=-1.5..2\nact=a|b(1|2)\nk=int:0..9/4");
    char cut[8], text[8];
    assert_int_equal(mg_space_print(space, cut, sizeof cut), mg_space_print(space, NULL, 0));
    assert_string_equal(cut, "lr=log:");
    assert_int_equal(mg_space_range(space, 3, text, sizeof text), strlen("a|b(1|2)"));
    mg_space_destroy(space);
}

/* --- settings ---------------------------------------------------------------------------------------- */

static void settings_take_kind_and_bounds_from_their_row(void **state) {
    (void)state;
    mg_space *space = make(mg_space_add_setting, (const char *const[]){ "batch=16..256", "dropout=0..0.5", "fast=true|false",
                                                                        "schedule=cosine|warmup(2) step(10, 0.5)|auto",
                                                                        "augment=|noise(0.1)", "epochs=log:5..50", NULL });
    assert_int_equal(mg_space_dimension(space, 0)->kind, MG_DIMENSION_INT);
    assert_int_equal(mg_space_dimension(space, 1)->kind, MG_DIMENSION_REAL);
    assert_int_equal(mg_space_dimension(space, 3)->words, 3);
    assert_int_equal(mg_space_dimension(space, 5)->kind, MG_DIMENSION_INT);
    assert_int_equal(mg_space_check(space, NULL), MG_OK);
    mg_space_destroy(space);
}

static void wrong_settings_are_refused_with_the_cure(void **state) {
    (void)state;
    static const struct {
        const char *search, *words[4];
    } cases[] = {
        { "wibble=0..1", { "wibble", "no setting", "train --help" } },
        { "momentun=0..1", { "momentun", "did you mean momentum?" } },
        { "lr=0..1", { "lr:", "0 is out of range", "(0, 1000]" } },
        { "dropout=0..1", { "dropout:", "1 is out of range", "[0, 1)" } },
        { "batch=1.5..3", { "batch:", "not a whole number" } },
        { "lr=1e-3|x", { "lr:", "'x'", "not a number" } },
        { "optimizer=adam|adma", { "optimizer:", "'adma'", "did you mean adam" } },
        { "optimizer=0..1", { "optimizer:", "'0..1'" } },
        { "schedule=cosine|cosin", { "schedule", "'cosin'" } },
        { "augment=wobble(2)", { "augment", "wobble" } },
        { "fast=yes|no", { "fast:", "true or false" } },
        { "init=", { "init:", "empty" } },
        { "class-weight=balanced|", { "class-weight:", "empty" } },
        { "target=a|b", { "target:", "what is measured", "--target" } },
        { "seed=1..5", { "seed:", "cannot be searched" } },
        { "time=1s|2s", { "time:", "cannot be searched" } },
        { "test-fraction=0.1..0.3", { "test-fraction:", "cannot be searched" } },
        { "threads=1..2", { "threads:", "cannot be searched" } },
        { "model=dense(8)|dense(16)", { "model:", "holes", "{net:" } },
        { "folds=2..5", { "folds" } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_space *space = mg_space_create(context);
        if (mg_space_add_setting(space, cases[i].search) != MG_SETTING) fail_msg("'%s' was taken", cases[i].search);
        says(cases[i].search, cases[i].words);
        assert_int_equal(mg_space_dimensions(space), 0);
        mg_space_destroy(space);
    }
}

/* A range that is within the bounds of a row, or all of a choice's words. */
static void search_of(const mg_option *row, char *search, size_t size) {
    size_t used = 0;
    search[0] = 0;
    double low = row->flags & MG_OPTION_ABOVE_LOW ? row->low + 0.125 : row->low;
    double high = isinf(row->high) ? 1e6 : row->flags & MG_OPTION_BELOW_HIGH ? row->high - 0.125 : row->high;
    bool number = row->type == MG_OPTION_INT || row->type == MG_OPTION_REAL;
    mg__append(search, size, &used, "%s=", row->name);
    if (number) mg__append(search, size, &used, "%.17g..%.17g", low, high);
    for (int i = 0; row->type == MG_OPTION_CHOICE && row->choice(i); i++)
        mg__append(search, size, &used, "%s%s", i ? "|" : "", row->choice(i));
    if (row->type == MG_OPTION_FLAG) mg__append(search, size, &used, "true|false");
    if (row->type == MG_OPTION_TEXT) mg__append(search, size, &used, "auto|cosine");
}

/* The table decides what can be searched; nothing is listed twice. */
static void every_recorded_row_can_be_searched_and_set(void **state) {
    (void)state;
    int searched = 0;
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        unsigned not = MG_OPTION_UNRECORDED | MG_OPTION_UNSEARCHED;
        if (!mg_option_known_to(row, "train") || !mg_setting_of_training(row) || (row->flags & not ) ||
            !strcmp(row->name, "model") || !strcmp(row->name, "augment"))
            continue;
        char search[1024], text[128], field[128];
        search_of(row, search, sizeof search);
        mg_space *space = make(mg_space_add_setting, (const char *const[]){ search, NULL });
        const mg_dimension *d = mg_space_dimension(space, 0);
        double ends[] = { d->low, d->high };
        for (int i = 0; i < 2; i++) {
            mg_train_options options = mg_train_defaults();
            assert_true(mg_space_holds(space, &ends[i]));
            if (mg_space_apply(space, &ends[i], &options) != MG_OK) fail_msg("%s: %s", search, mg_context_message(context));
            mg_space_text(space, &ends[i], 0, text, sizeof text);
            mg_option_get(row, &options, field, sizeof field);
            if (row->type == MG_OPTION_INT || row->type == MG_OPTION_REAL) {
                double number = 0;
                assert_int_equal(sscanf(field, "%lf", &number), 1);
                assert_true(number == ends[i]);
            } else {
                assert_string_equal(field, text);
            }
        }
        mg_space_destroy(space);
        searched++;
    }
    assert_true(searched >= 20);
}

/* --- conditions -------------------------------------------------------------------------------------- */

static void momentum_is_there_where_the_optimizer_has_it(void **state) {
    (void)state;
    static const char *const orders[][4] = { { "optimizer=adam|momentum|rmsprop", "lr=log:1e-4..1", "momentum=0.5..0.99", NULL },
                                             { "lr=log:1e-4..1", "momentum=0.5..0.99", "optimizer=adam|momentum|rmsprop",
                                               NULL } };
    for (int order = 0; order < 2; order++) {
        mg_space *space = make(mg_space_add_setting, orders[order]);
        int optimizer = mg_space_find(space, "optimizer"), momentum = mg_space_find(space, "momentum");
        const mg_dimension *d = mg_space_dimension(space, momentum);
        assert_int_equal(d->parent, optimizer);
        assert_true(optimizer < momentum);
        assert_int_equal(d->parent_words, 6); /* bits of momentum and rmsprop */
        double point[3];
        point[mg_space_find(space, "lr")] = 0.125;
        point[optimizer] = 0;
        point[momentum] = NAN;
        assert_true(mg_space_holds(space, point));
        mg_train_options options = mg_train_defaults();
        assert_int_equal(mg_space_apply(space, point, &options), MG_OK);
        assert_string_equal(options.optimizer, "adam");
        assert_true(options.momentum == MG_AUTO && options.learning_rate == 0.125);
        point[momentum] = 0.75;
        assert_false(mg_space_holds(space, point));
        point[optimizer] = 2;
        assert_true(mg_space_holds(space, point));
        assert_int_equal(mg_space_apply(space, point, &options), MG_OK);
        assert_string_equal(options.optimizer, "rmsprop");
        assert_true(options.momentum == 0.75);
        char where[64];
        mg_space_condition(space, momentum, where, sizeof where);
        assert_string_equal(where, "optimizer is momentum or rmsprop");
        mg_space_destroy(space);
    }
}

static void several_settings_depend_on_one_optimizer(void **state) {
    (void)state;
    mg_space *space =
        make(mg_space_add_setting, (const char *const[]){ "weight-decay=0..1", "batch=8..64", "ema=0..0.9", "momentum=0..0.9",
                                                          "optimizer=adamw|rprop|nesterov", "label-smoothing=0..0.2",
                                                          "loss=auto|cross_entropy|hinge", NULL });
    is_printed(space, "optimizer=adamw|rprop|nesterov\n"
                      "weight-decay=0..1  where optimizer is adamw\n"
                      "batch=int:8..64  where optimizer is adamw or nesterov\n"
                      "ema=0..0.9\n"
                      "momentum=0..0.9  where optimizer is nesterov\n"
                      "loss=auto|cross_entropy|hinge\n"
                      "label-smoothing=0..0.2  where loss is auto or cross_entropy");
    mg_space_destroy(space);
    space = make(mg_space_add_setting, (const char *const[]){ "momentum=0..0.9", "optimizer=momentum|nesterov", NULL });
    is_printed(space, "optimizer=momentum|nesterov\nmomentum=0..0.9"); /* all of them have it */
    mg_space_destroy(space);
}

static void settings_that_never_hold_are_refused(void **state) {
    (void)state;
    static const char *const orders[][2] = { { "momentum=0..0.9", "optimizer=adam|gd" },
                                             { "optimizer=adam|gd", "momentum=0..0.9" } };
    for (int order = 0; order < 2; order++) {
        mg_space *space = make(mg_space_add_setting, (const char *const[]){ orders[order][0], NULL });
        assert_int_equal(mg_space_add_setting(space, orders[order][1]), MG_SETTING);
        says(orders[order][1], (const char *const[]){ "momentum:", "optimizer", "has it", NULL });
        assert_int_equal(mg_space_dimensions(space), 1);
        mg_space_destroy(space);
    }
}

static void what_is_fixed_is_held_against_what_is_searched(void **state) {
    (void)state;
    struct {
        const char *search, *setting, *value, *words[4];
    } cases[] = {
        { "momentum=0.5..0.9", NULL, NULL, { "momentum:", "'auto' has none", "momentum, nesterov or rmsprop" } },
        { "momentum=0.5..0.9", "optimizer", "gd", { "momentum:", "'gd' has none" } },
        { "momentum=0.5..0.9", "optimizer", "nesterov", { NULL } },
        { "weight-decay=0..0.1", NULL, NULL, { NULL } },
        { "weight-decay=0..0.1", "optimizer", "adam", { "weight-decay:", "'adam' has none", "take adamw" } },
        { "batch=8..64", "optimizer", "rprop", { "batch:", "'rprop'" } },
        { "label-smoothing=0..0.1", "loss", "hinge", { "label-smoothing:", "'hinge'" } },
        { "optimizer=adam|momentum",
          "momentum",
          "0.5",
          { "momentum:", "0.5", "'adam' of the search has none", "search it too" } },
        { "optimizer=nesterov|momentum", "momentum", "0.5", { NULL } },
        { "optimizer=adam|adamw", "weight-decay", "0", { NULL } },
        { "optimizer=adam|adamw", "weight-decay", "0.1", { "weight-decay:", "'adam'" } },
        { "lr=log:1e-4..1", "lr", "0.1", { "lr:", "given (0.1)", "leave one out" } },
        { "dropout=0..0.5", "model", "dense(8) relu", { "dropout:", "dropout({dropout:0..0.5})" } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char message[MG_OPTION_MESSAGE_BYTES];
        mg_train_options fixed = mg_train_defaults();
        if (cases[i].setting)
            assert_int_equal(
                mg_option_set(mg_option_find(mg_settings_table(), "train", cases[i].setting), &fixed, cases[i].value, message),
                MG_OK);
        mg_space *space = make(mg_space_add_setting, (const char *const[]){ cases[i].search, NULL });
        mg_status wanted = cases[i].words[0] ? MG_SETTING : MG_OK;
        if (mg_space_check(space, &fixed) != wanted) fail_msg("%s: %s", cases[i].search, mg_context_message(context));
        says(cases[i].search, cases[i].words);
        mg_space_destroy(space);
    }
}

/* --- points and copies ------------------------------------------------------------------------------- */

static void numbers_are_set_to_the_last_bit(void **state) {
    (void)state;
    mg_space *space = make(mg_space_add_setting, (const char *const[]){ "lr=log:1e-5..1", "batch=1..1000000", NULL });
    double point[] = { 0.1 + 0.2 / 3, 524289 };
    mg_train_options options = mg_train_defaults();
    assert_int_equal(mg_space_apply(space, point, &options), MG_OK);
    assert_true(options.learning_rate == point[0] && options.batch == 524289);
    char text[32];
    point[0] = 1e-3;
    assert_int_equal(mg_space_text(space, point, 0, text, sizeof text), 5);
    assert_string_equal(text, "0.001");
    mg_space_destroy(space);
}

static void a_copy_is_the_same_space(void **state) {
    (void)state;
    mg_space *space =
        make(mg_space_add_setting, (const char *const[]){ "momentum=0..0.9", "optimizer=adam|momentum", "lr=1e-3|1e-2", NULL });
    assert_int_equal(mg_space_set_model(space, "{n:1..2}*[dense({width:4..8}) {act:relu|gelu}]"), MG_OK);
    mg_context *other = mg_context_create(NULL);
    mg_space *copy = mg__space_copy(other, space);
    uint64_t hash = mg__space_hash(space);
    char text[1024], again[1024], model[128];
    mg__space_describe(space, text, sizeof text);
    double point[] = { 1, 0.5, 0, 2, 4, 1, 8, 0 };
    assert_int_equal(mg_space_dimensions(copy), 8);
    mg_space_destroy(space);
    mg__space_describe(copy, again, sizeof again);
    assert_string_equal(text, again);
    assert_true(mg__space_hash(copy) == hash);
    mg_train_options options = mg_train_defaults();
    assert_int_equal(mg_space_apply(copy, point, &options), MG_OK);
    assert_string_equal(options.optimizer, "momentum");
    assert_true(options.momentum == 0.5 && options.learning_rate == 1e-3);
    mg_space_model(copy, point, model, sizeof model);
    assert_string_equal(model, "dense(4) gelu dense(8) relu");
    assert_int_equal(mg_space_add_free(copy, "x=0..1"), MG_OK);
    assert_true(mg__space_hash(copy) != hash);
    mg_space_destroy(copy);
    mg_context_destroy(other);
}

static void hashes_tell_spaces_apart(void **state) {
    (void)state;
    static const char *const searches[] = { "x=0..1", "x=0..2", "x=0..1/3", "x=int:0..1", "y=0..1", "x=a|b", "x=ab|c", "x=a|bc" };
    enum { COUNT = sizeof searches / sizeof *searches };
    uint64_t hash[COUNT];
    for (int i = 0; i < COUNT; i++) {
        mg_space *space = make(mg_space_add_free, (const char *const[]){ searches[i], NULL });
        hash[i] = mg__space_hash(space);
        for (int k = 0; k < i; k++) assert_true(hash[i] != hash[k]);
        mg_space_destroy(space);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_read),
        cmocka_unit_test(words_are_cut_outside_of_brackets),
        cmocka_unit_test(wrong_ranges_are_refused_with_the_cure),
        cmocka_unit_test(a_name_twice_is_refused),
        cmocka_unit_test(more_than_most_are_refused),
        cmocka_unit_test(a_space_reads_back_as_printed),
        cmocka_unit_test(settings_take_kind_and_bounds_from_their_row),
        cmocka_unit_test(wrong_settings_are_refused_with_the_cure),
        cmocka_unit_test(every_recorded_row_can_be_searched_and_set),
        cmocka_unit_test(momentum_is_there_where_the_optimizer_has_it),
        cmocka_unit_test(several_settings_depend_on_one_optimizer),
        cmocka_unit_test(settings_that_never_hold_are_refused),
        cmocka_unit_test(what_is_fixed_is_held_against_what_is_searched),
        cmocka_unit_test(numbers_are_set_to_the_last_bit),
        cmocka_unit_test(a_copy_is_the_same_space),
        cmocka_unit_test(hashes_tell_spaces_apart),
    };
    context = mg_context_create(NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mg_context_destroy(context);
    return failed;
}
