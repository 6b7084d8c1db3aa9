/* Model text with holes, and texts that are filled. */
#include "tune/space.h"

#include <micrograd/nn.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static mg_context *context;

static mg_space *make(const char *text) {
    mg_space *space = mg_space_create(context);
    if (mg_space_set_model(space, text) != MG_OK) fail_msg("%s: %s", text, mg_context_message(context));
    return space;
}

static void is_printed(const mg_space *space, const char *wanted) {
    char text[2048];
    mg_space_print(space, text, sizeof text);
    assert_string_equal(text, wanted);
}

/* The values of dimensions by name, in any order; the rest is not there. */
typedef struct value {
    const char *name;
    double value;
} value;

static void point_of(const mg_space *space, const value *values, double *point) {
    for (int i = 0; i < mg_space_dimensions(space); i++) point[i] = NAN;
    for (; values->name; values++) {
        int index = mg_space_find(space, values->name);
        if (index < 0) fail_msg("there is no dimension %s", values->name);
        point[index] = values->value;
    }
    assert_true(mg_space_holds(space, point));
}

static void is_model(const mg_space *space, const value *values, const char *wanted) {
    double point[MG_SPACE_MOST];
    char text[512], cut[9];
    point_of(space, values, point);
    assert_int_equal(mg_space_model(space, point, text, sizeof text), strlen(wanted));
    assert_string_equal(text, wanted);
    assert_int_equal(mg_space_model(space, point, cut, sizeof cut), strlen(wanted));
    assert_int_equal(strncmp(cut, wanted, 8), 0);
}

/* --- holes ------------------------------------------------------------------------------------------- */

static void holes_become_dimensions(void **state) {
    (void)state;
    mg_space *space = make("dense({width:16..512:log/4}) {act:relu|gelu} dropout({p:0..0.5}) dense({k:8|16})");
    is_printed(space, "width=int:log:16..512/4\nact=relu|gelu\np=0..0.5\nk=8|16");
    is_model(space, (value[]){ { "width", 64 }, { "act", 1 }, { "p", 0.1 }, { "k", 0 }, { NULL, 0 } },
             "dense(64) gelu dropout(0.1) dense(8)");
    mg_space_destroy(space);
}

static void a_text_without_holes_stays(void **state) {
    (void)state;
    mg_space *space = make("3*[dense(8) relu] dense(4)");
    assert_int_equal(mg_space_dimensions(space), 0);
    is_model(space, (value[]){ { NULL, 0 } }, "3*[dense(8) relu] dense(4)");
    mg_space_destroy(space);
    space = mg_space_create(context);
    char text[4] = "xxx";
    assert_int_equal(mg_space_model(space, NULL, text, sizeof text), 0);
    assert_string_equal(text, "");
    mg_space_destroy(space);
}

static void a_repetition_has_dimensions_of_its_own_in_each_copy(void **state) {
    (void)state;
    mg_space *space = make("{n:1..3}*[dense({width:16..512:log}) {act:relu|gelu}] dropout({p:0..0.5})");
    is_printed(space, "n=int:1..3\n"
                      "width.1=int:log:16..512\nact.1=relu|gelu\n"
                      "width.2=int:log:16..512  where n is at least 2\nact.2=relu|gelu  where n is at least 2\n"
                      "width.3=int:log:16..512  where n is at least 3\nact.3=relu|gelu  where n is at least 3\n"
                      "p=0..0.5");
    is_model(space, (value[]){ { "n", 1 }, { "width.1", 20 }, { "act.1", 0 }, { "p", 0 }, { NULL, 0 } },
             "dense(20) relu dropout(0)");
    is_model(space,
             (value[]){ { "n", 3 },
                        { "width.1", 20 },
                        { "act.1", 0 },
                        { "width.2", 30 },
                        { "act.2", 1 },
                        { "width.3", 40 },
                        { "act.3", 0 },
                        { "p", 0.25 },
                        { NULL, 0 } },
             "dense(20) relu dense(30) gelu dense(40) relu dropout(0.25)");
    mg_space_destroy(space);
}

static void a_fixed_repetition_is_always_there(void **state) {
    (void)state;
    mg_space *space = make("2*[dense({w:8..16}) relu] 3*[dense(4) relu] 2*dropout({p:0..0.5})");
    is_printed(space, "w.1=int:8..16\nw.2=int:8..16\np.1=0..0.5\np.2=0..0.5");
    is_model(space, (value[]){ { "w.1", 8 }, { "w.2", 9 }, { "p.1", 0.5 }, { "p.2", 0 }, { NULL, 0 } },
             "dense(8) relu dense(9) relu 3*[dense(4) relu] dropout(0.5) dropout(0)");
    mg_space_destroy(space);
}

static void a_count_may_be_none_or_chosen_from_a_list(void **state) {
    (void)state;
    mg_space *space = make("dense({w:8..16}) relu {more:0..2}*[dense({=w}) relu] flatten");
    is_printed(space, "w=int:8..16\nmore=int:0..2");
    is_model(space, (value[]){ { "w", 8 }, { "more", 0 }, { NULL, 0 } }, "dense(8) relu flatten");
    is_model(space, (value[]){ { "w", 8 }, { "more", 2 }, { NULL, 0 } }, "dense(8) relu dense(8) relu dense(8) relu flatten");
    mg_space_destroy(space);
    space = make("{n:1|3}*[dense({w:8..16})]");
    is_printed(space, "n=1|3\nw.1=int:8..16\nw.2=int:8..16  where n is 3\nw.3=int:8..16  where n is 3");
    is_model(space, (value[]){ { "n", 0 }, { "w.1", 8 }, { NULL, 0 } }, "dense(8)");
    mg_space_destroy(space);
}

static void repetitions_nest(void **state) {
    (void)state;
    mg_space *space = make("{b:1..2}*[ {n:1..2}*[dense({w:8..16})] relu ]");
    is_printed(space, "b=int:1..2\n"
                      "n.1=int:1..2\nw.1.1=int:8..16\nw.1.2=int:8..16  where n.1 is at least 2\n"
                      "n.2=int:1..2  where b is at least 2\nw.2.1=int:8..16  where b is at least 2\n"
                      "w.2.2=int:8..16  where n.2 is at least 2");
    is_model(space,
             (value[]){ { "b", 2 }, { "n.1", 1 }, { "w.1.1", 8 }, { "n.2", 2 }, { "w.2.1", 9 }, { "w.2.2", 10 }, { NULL, 0 } },
             "dense(8) relu dense(9) dense(10) relu");
    mg_space_destroy(space);
}

static void the_same_hole_is_shared(void **state) {
    (void)state;
    mg_space *space = make("{n:1..2}*[dense({w:8..16}) {act:relu|tanh} dense({=w}) {=act}] dense(4) {=n}*[dense({v:1..2})]");
    is_model(
        space,
        (value[]){
            { "n", 2 }, { "w.1", 8 }, { "act.1", 0 }, { "w.2", 9 }, { "act.2", 1 }, { "v.1", 1 }, { "v.2", 2 }, { NULL, 0 } },
        "dense(8) relu dense(8) relu dense(9) tanh dense(9) tanh dense(4) dense(1) dense(2)");
    mg_space_destroy(space);
}

static void alternatives_are_lists_of_layers_with_holes_of_their_own(void **state) {
    (void)state;
    mg_space *space = make("{net:dense({w:8..64}) relu|conv({c:4..16},{k:3|5}) relu flatten|} dropout({p:0..0.5})");
    is_printed(space, "net=dense({w:8..64}) relu|conv({c:4..16},{k:3|5}) relu flatten|\n"
                      "w=int:8..64  where net is dense({w:8..64}) relu\n"
                      "c=int:4..16  where net is conv({c:4..16},{k:3|5}) ...\n"
                      "k=3|5  where net is conv({c:4..16},{k:3|5}) ...\n"
                      "p=0..0.5");
    is_model(space, (value[]){ { "net", 0 }, { "w", 8 }, { "p", 0 }, { NULL, 0 } }, "dense(8) relu dropout(0)");
    is_model(space, (value[]){ { "net", 1 }, { "c", 4 }, { "k", 1 }, { "p", 0 }, { NULL, 0 } },
             "conv(4,5) relu flatten dropout(0)");
    is_model(space, (value[]){ { "net", 2 }, { "p", 0 }, { NULL, 0 } }, "dropout(0)");
    mg_space_destroy(space);
    space = make("{net:dense(64) relu|conv(16,3) relu flatten}");
    assert_int_equal(mg_space_dimensions(space), 1);
    is_model(space, (value[]){ { "net", 1 }, { NULL, 0 } }, "conv(16,3) relu flatten");
    mg_space_destroy(space);
    space = make("{n:1..2}*[{block:dense({w:8..64}) relu|layernorm}]");
    is_model(space, (value[]){ { "n", 2 }, { "block.1", 1 }, { "block.2", 0 }, { "w.2", 32 }, { NULL, 0 } },
             "layernorm dense(32) relu");
    mg_space_destroy(space);
}

static void layers_within_layers_have_holes(void **state) {
    (void)state;
    mg_space *space = make("dense(16) {n:1..2}*[residual(dense({w:8..16}) relu {m:1..2}*[dense(16)])]");
    is_model(space, (value[]){ { "n", 1 }, { "w.1", 8 }, { "m.1", 2 }, { NULL, 0 } },
             "dense(16) residual(dense(8) relu dense(16) dense(16))");
    mg_space_destroy(space);
}

/* A setting that comes later may be put before the holes. */
static void settings_and_holes_stand_beside_each_other(void **state) {
    (void)state;
    mg_space *space = mg_space_create(context);
    assert_int_equal(mg_space_add_setting(space, "momentum=0..0.9"), MG_OK);
    assert_int_equal(mg_space_set_model(space, "{n:1..2}*[dense({w:8..16})]"), MG_OK);
    assert_int_equal(mg_space_add_setting(space, "optimizer=adam|nesterov"), MG_OK);
    is_printed(space, "optimizer=adam|nesterov\nmomentum=0..0.9  where optimizer is nesterov\n"
                      "n=int:1..2\nw.1=int:8..16\nw.2=int:8..16  where n is at least 2");
    is_model(space, (value[]){ { "optimizer", 0 }, { "n", 2 }, { "w.1", 8 }, { "w.2", 9 }, { NULL, 0 } }, "dense(8) dense(9)");
    assert_int_equal(mg_space_check(space, NULL), MG_OK);
    assert_int_equal(mg_space_add_setting(space, "dropout=0..0.5"), MG_OK);
    assert_int_equal(mg_space_check(space, NULL), MG_SETTING);
    assert_non_null(strstr(mg_context_message(context), "dropout({dropout:0..0.5})"));
    mg_space_destroy(space);
}

static void wrong_texts_are_refused_with_place_and_cure(void **state) {
    (void)state;
    static const struct {
        const char *text, *words[4];
    } cases[] = {
        { "dense({16..512})", { "column 8", "hole", "{name:low..high}" } },
        { "dense({:16..512})", { "column 8", "without a name" } },
        { "dense({})", { "column 8", "without a name" } },
        { "dense({=})", { "column 9", "without a name" } },
        { "dense({w})", { "column 8: w", "no range" } },
        { "dense({w:})", { "column 8: w", "no range" } },
        { "dense(8) {w:8..16", { "column 10", "'{' is never closed" } },
        { "dense(8) w}", { "column 11", "'}' closes nothing" } },
        { "dense({a b:1..2})", { "column 8", "'a b' is no name" } },
        { "dense({w:16..8})", { "column 8: w", "inverted", "8..16" } },
        { "dense({w:8..8})", { "column 8: w", "one value" } },
        { "dropout({p:0..0.5:log})", { "column 10: p", "not above 0" } },
        { "dense({w:1..x})", { "column 8: w", "'x' is no number" } },
        { "dense({w:1..8:lin})", { "column 8: w", "'lin' is not known" } },
        { "dense({w:8..16}) dense({w:8..16})", { "column 25: w", "searched twice", "another name" } },
        { "dense({=w})", { "column 9", "no hole w before", "{w:low..high}" } },
        { "dense({=w}) dense({w:8..16})", { "column 9", "no hole w before" } },
        { "{n:1..2}*[dense({w:8..16})] dense({=w})", { "column 37", "repetition or an alternative", "move" } },
        { "{a:dense({w:8..16})|relu} dense({=w})", { "column 35", "repetition or an alternative" } },
        { "{a:dense({w:8..16})|relu} {=a}", { "column 29", "cannot be there twice" } },
        { "{p:0..0.5}*[dense(8)]", { "column 1: p", "whole numbers", "{p:1..4}*[...]" } },
        { "{n:-1..2}*[dense(8)]", { "column 1: n", "whole numbers" } },
        { "{n:1..2}*", { "nothing to repeat" } },
        { "{n:1..2} {m:1..2}*[{=n}*[relu]]", { "column 20: n", "hole of its own" } },
        { "0*[dense({w:8..16})]", { "column 1", "repetition of 0" } },
        { "dense({w:8..16:log}) {act:relu|relu}", { "column 23: act", "twice" } },
        /* what only the parser of models can know */
        { "dense({w:0..16})", { "column 7", "where w is '0'", "units", "dense(0)" } },
        { "dense({w:8..16.5})", { "column 7", "w is '16.5'", "whole number" } },
        { "dropout({p:0..1})", { "column 9", "p is '1'" } },
        { "dense(8) {act:relu|rleu}", { "column 10", "act is 'rleu'", "unknown layer" } },
        { "dense(8) {n:1..2}*[dense({w:8..16}) relo]", { "column 37", "unknown layer 'relo'" } },
        { "{net:dense({w:8..16})|conv({c:0..4},3)}", { "column 28", "c is '0'" } },
        { "residual({n:0..2}*[dense(8)])", { "residual" } },
        { "{n:1..2}*[ {m:1..2}*[dropout({p:0..2})] ]", { "column 30", "p.1.1 is '2'" } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_space *space = mg_space_create(context);
        assert_int_equal(mg_space_add_free(space, "x=0..1"), MG_OK);
        if (mg_space_set_model(space, cases[i].text) != MG_SETTING) fail_msg("'%s' was taken", cases[i].text);
        for (int k = 0; k < 4 && cases[i].words[k]; k++)
            if (!strstr(mg_context_message(context), cases[i].words[k]))
                fail_msg("'%s': '%s' is not in: %s", cases[i].text, cases[i].words[k], mg_context_message(context));
        assert_int_equal(mg_space_dimensions(space), 1);
        assert_int_equal(mg_space_set_model(space, "dense({w:8..16})"), MG_OK); /* as it was */
        assert_int_equal(mg_space_set_model(space, "dense(8)"), MG_SETTING);    /* but once */
        mg_space_destroy(space);
    }
}

static void too_much_is_refused_quickly(void **state) {
    (void)state;
    static const struct {
        const char *text, *word;
    } cases[] = {
        { "{n:1..1000}*[dense({w:8..16})]", "one too many" },
        { "{n:1..9999}*[dense(1000) relu dropout(0.123)]", "too long" },
        { "dense({w:8..9}) 999*[999*[999*[dense({=w})]]]", "too long" },
        { "1*[1*[1*[1*[1*[1*[1*[1*[1*[1*[1*[1*[1*[1*[1*[1*[dense({w:8..16})]]]]]]]]]]]]]]]]", "too many repetitions" },
        { "10001*[dense({w:8..16})]", "10001" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_space *space = mg_space_create(context);
        assert_int_equal(mg_space_set_model(space, cases[i].text), MG_SETTING);
        if (!strstr(mg_context_message(context), cases[i].word)) fail_msg("%s", mg_context_message(context));
        mg_space_destroy(space);
    }
}

/* Random points of a space with everything in it: each text parses, and what is not there leaves no trace. */
static void every_point_gives_a_network(void **state) {
    (void)state;
    mg_space *space = make("{stem:dense({s:4..32:log}) {a:relu|gelu}|} {n:0..3}*[{block:dense({w:8..64:log}) relu|residual(2*["
                           "dense({r:4..8})] dense(16))} dropout({p:0..0.5})] 2*[dense({e:1..9}) {norm:batchnorm|}]");
    uint64_t seed = 1;
    for (int trial = 0; trial < 500; trial++) {
        double point[MG_SPACE_MOST];
        char text[1024];
        for (int i = 0; i < mg_space_dimensions(space); i++) {
            const mg_dimension *d = mg_space_dimension(space, i);
            seed = mg__hash_mix(seed, (uint64_t)i);
            double unit = (double)(seed >> 11) / 9007199254740992.0, x = d->low + unit * (d->high - d->low);
            point[i] = d->kind == MG_DIMENSION_REAL ? x : floor(x + 0.5);
            if (!mg_space_is_there(space, point, i)) point[i] = NAN;
        }
        assert_true(mg_space_holds(space, point));
        mg_space_model(space, point, text, sizeof text);
        mg_network *network = mg_network_parse(context, text);
        if (!network) fail_msg("%s: %s", text, mg_context_message(context));
        assert_null(strpbrk(text, "{}"));
        mg_network_destroy(network);
    }
    mg_space_destroy(space);
}

/* --- filling ----------------------------------------------------------------------------------------- */

static void a_command_is_filled(void **state) {
    (void)state;
    mg_space *space = mg_space_create(context);
    assert_int_equal(mg_space_add_free(space, "lr=log:1e-4..1"), MG_OK);
    assert_int_equal(mg_space_add_free(space, "kind=tree|forest"), MG_OK);
    mg_dimension depth = { "depth", MG_DIMENSION_INT, 1, 9, false, 0, NULL, 0, 1, 0, 1 };
    assert_int_equal(mg_space_add(space, &depth), MG_OK);
    char text[128];
    const char *command = "prog --lr {lr} {kind} depth={depth}; awk '{{print ${{1}}' {lr} }";
    assert_int_equal(mg_space_check_fill(space, command), MG_OK);
    const char *wanted = "prog --lr 0.001 tree depth=4; awk '{print ${1}}' 0.001 }";
    assert_int_equal(mg_space_fill(space, (double[]){ 1e-3, 0, 4 }, command, text, sizeof text), strlen(wanted));
    assert_string_equal(text, wanted);
    mg_space_fill(space, (double[]){ 1e-3, 1, NAN }, command, text, sizeof text);
    assert_string_equal(text, "prog --lr 0.001 forest depth=; awk '{print ${1}}' 0.001 }");
    assert_int_equal(mg_space_fill(space, (double[]){ 1e-3, 1, NAN }, "{kind}{kind}", text, 9), 12);
    assert_string_equal(text, "forestfo");
    mg_space_destroy(space);
}

static void names_that_do_not_match_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *text, *words[3];
    } cases[] = {
        { "prog {lr} {depht}", { "column 11", "{depht} is not searched", "lr, depth" } },
        { "prog {lr}", { "depth:", "does not use it", "{depth}" } },
        { "prog {lr} {depth} ${HOME}", { "column 20", "{HOME}", "{{ for a brace" } },
        { "prog {lr} {depth} {", { "column 19", "never closed" } },
        { "prog {lr {depth}", { "column 6", "never closed" } },
    };
    mg_space *space = mg_space_create(context);
    assert_int_equal(mg_space_add_free(space, "lr=log:1e-4..1"), MG_OK);
    assert_int_equal(mg_space_add_free(space, "depth=int:1..9"), MG_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(mg_space_check_fill(space, cases[i].text), MG_SETTING);
        for (int k = 0; k < 3 && cases[i].words[k]; k++)
            if (!strstr(mg_context_message(context), cases[i].words[k]))
                fail_msg("'%s': '%s' is not in: %s", cases[i].text, cases[i].words[k], mg_context_message(context));
    }
    mg_space_destroy(space);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_become_dimensions),
        cmocka_unit_test(a_text_without_holes_stays),
        cmocka_unit_test(a_repetition_has_dimensions_of_its_own_in_each_copy),
        cmocka_unit_test(a_fixed_repetition_is_always_there),
        cmocka_unit_test(a_count_may_be_none_or_chosen_from_a_list),
        cmocka_unit_test(repetitions_nest),
        cmocka_unit_test(the_same_hole_is_shared),
        cmocka_unit_test(alternatives_are_lists_of_layers_with_holes_of_their_own),
        cmocka_unit_test(layers_within_layers_have_holes),
        cmocka_unit_test(settings_and_holes_stand_beside_each_other),
        cmocka_unit_test(wrong_texts_are_refused_with_place_and_cure),
        cmocka_unit_test(too_much_is_refused_quickly),
        cmocka_unit_test(every_point_gives_a_network),
        cmocka_unit_test(a_command_is_filled),
        cmocka_unit_test(names_that_do_not_match_are_refused),
    };
    context = mg_context_create(NULL);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mg_context_destroy(context);
    return failed;
}
