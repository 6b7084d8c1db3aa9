/* "NAME=RANGE": settings of training as dimensions, and points as settings. */
#include "tune/setting.h"

#include "base/number.h"
#include "tune/range.h"

#include <micrograd/augment.h>
#include <micrograd/schedule.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES 64

/* --- NAME=RANGE -------------------------------------------------------------------------------------- */

static bool takes_name(char c) { return (unsigned char)c > ' ' && !strchr("{}|", c); }

static mg_status split(mg_context *context, const char *search, char name[NAME_BYTES], mg__span *range) {
    const char *equals = strchr(search, '=');
    mg__span given = mg__span_trim((mg__span){ search, equals ? (size_t)(equals - search) : strlen(search) });
    bool good = given.length > 0 && given.length < NAME_BYTES;
    for (size_t i = 0; i < given.length; i++) good = good && takes_name(given.at[i]);
    if (!equals || !good)
        return mg__fail(context, MG_SETTING,
                        "search: '%.60s' is not NAME=RANGE; write for example lr=log:1e-4..1e-1 or optimizer=adam|momentum, the "
                        "name shorter than %d bytes and without blanks or braces",
                        search, NAME_BYTES);
    memcpy(name, given.at, given.length);
    name[given.length] = 0;
    *range = mg__span_trim(mg__span_of(equals + 1));
    return MG_OK;
}

/* The words of an alternative as text of their own. */
typedef struct words {
    const char *word[MG_CHOICES_MOST + 1];
    int count;
} words;

static void free_words(mg_context *context, words *w) {
    for (int i = 0; i < w->count; i++) mg__free(context, (char *)w->word[i]);
    w->count = 0;
}

static mg_status take_words(mg_context *context, const char *name, mg__span text, words *w) {
    mg__span word[MG_CHOICES_MOST];
    int count = mg__words_split(text, word, MG_CHOICES_MOST);
    mg_status status = mg__words_check(context, name, word, count);
    *w = (words){ .count = 0 };
    for (int i = 0; status == MG_OK && i < count; i++) {
        char *copy = mg__alloc_zero(context, word[i].length + 1);
        if (!copy) status = MG_OUT_OF_MEMORY;
        if (copy) memcpy(copy, word[i].at, word[i].length), w->word[w->count++] = copy;
    }
    if (status != MG_OK) free_words(context, w);
    return status;
}

static mg_status fail_empty(mg_context *context, const char *name) {
    return mg__fail(context, MG_SETTING, "%s: the range is empty; write %s=LOW..HIGH, or alternatives %s=A|B", name, name, name);
}

/* --- any name ---------------------------------------------------------------------------------------- */

static mg_status add_free_words(mg_space *space, const char *name, mg__span text) {
    words w;
    mg_status status = take_words(space->context, name, text, &w);
    if (status != MG_OK) return status;
    for (int i = 0; status == MG_OK && i < w.count; i++)
        if (!w.word[i][0]) status = mg__fail(space->context, MG_SETTING, "%s: an alternative is empty; write A|B", name);
    mg_dimension d = { .name = name, .kind = MG_DIMENSION_CHOICE, .word = w.word, .words = w.count, .parent = -1 };
    if (status == MG_OK) status = mg__space_put(space, space->dimensions, name, &d, NULL);
    free_words(space->context, &w);
    return status;
}

mg_status mg_space_add_free(mg_space *space, const char *search) {
    char name[NAME_BYTES];
    mg__span text;
    bool whole;
    if (!space || !search) return MG_INVALID;
    mg_status status = split(space->context, search, name, &text);
    if (status != MG_OK) return status;
    if (text.length == 0) return fail_empty(space->context, name);
    if (!mg__is_range(text) || mg__words_split(text, NULL, 0) > 1) return add_free_words(space, name, text);
    mg_dimension d;
    status = mg__range_parse(space->context, name, text, &d, &whole);
    d.name = name;
    return status == MG_OK ? mg__space_put(space, space->dimensions, name, &d, NULL) : status;
}

/* --- settings ---------------------------------------------------------------------------------------- */

/* Texts that are parsed before a training begins. */
static mg_status check_text(mg_context *context, const mg_option *row, const char *word) {
    mg_schedule schedule;
    if (!strcmp(row->name, "schedule") && strcmp(word, "auto") != 0) return mg_schedule_parse(context, word, &schedule);
    if (!strcmp(row->name, "augment") && word[0]) return mg_augment_check(context, word);
    if (!word[0] && row->type == MG_OPTION_TEXT && !(row->flags & MG_OPTION_MAY_BE_EMPTY))
        return mg__fail(context, MG_SETTING, "%s: an alternative is empty; write %s=A|B", row->name, row->name);
    return MG_OK;
}

/* Would a user be let to give this value? */
static mg_status check_value(mg_context *context, const mg_option *row, const char *value) {
    char message[MG_OPTION_MESSAGE_BYTES];
    mg_train_options scratch = mg_train_defaults();
    mg_status status = mg_option_set(row, &scratch, value, message);
    if (status != MG_OK) return mg__fail(context, status, "%s", message);
    return check_text(context, row, value);
}

static const mg_option *find_row(mg_context *context, const char *name) {
    const mg_option *table = mg_settings_table(), *row = mg_option_find(table, "train", name);
    if (!row) {
        const mg_option *near = mg_option_nearest(table, "train", name);
        bool help = near && mg_setting_of_training(near);
        mg__fail(context, MG_SETTING, "search: there is no setting '%s'%s%s%s; settings are those of micrograd train --help",
                 name, help ? " (did you mean " : "", help ? near->name : "", help ? "?)" : "");
        return NULL;
    }
    if (!strcmp(name, "model")) {
        mg__fail(context, MG_SETTING,
                 "model: a network is searched by holes in its text; write --model \"{net:dense(64) relu|conv(16,3) relu "
                 "flatten}\"");
        return NULL;
    }
    if (!mg_setting_of_training(row) || (row->flags & (MG_OPTION_UNRECORDED | MG_OPTION_UNSEARCHED))) {
        mg__fail(context, MG_SETTING,
                 "%s: it says what is measured, or how a training is run and watched, not how well it learns, so it cannot be "
                 "searched; give it once for all trials, --%s",
                 name, name);
        return NULL;
    }
    return row;
}

/* The words of a chooser that have the setting, a bit each. */
static uint64_t words_that_have(const mg__rule *rule, const char *const *word, int count) {
    uint64_t bits = 0;
    for (int i = 0; i < count; i++) bits |= (uint64_t)rule->has(word[i]) << i;
    return bits;
}

/* A setting is there where its chooser, if that is searched, has it; both may come in either order. */
static mg_status check_rules(const mg_space *space, const mg_dimension *d) {
    for (const mg__rule *rule = mg__rules(); rule->setting; rule++) {
        int at = mg__space_setting(space, rule->chooser);
        bool chooses = !strcmp(rule->chooser, d->name) && mg__space_setting(space, rule->setting) >= 0;
        const mg_dimension *chooser = chooses ? d : !strcmp(rule->setting, d->name) && at >= 0 ? &space->dimension[at] : NULL;
        if (!chooser || words_that_have(rule, chooser->word, chooser->words)) continue;
        return mg__fail(space->context, MG_SETTING,
                        "%s: none of the words of %s that are searched has it; leave one of the two out", rule->setting,
                        rule->chooser);
    }
    return MG_OK;
}

static void link_settings(mg_space *space) {
    for (const mg__rule *rule = mg__rules(); rule->setting; rule++) {
        int at = mg__space_setting(space, rule->setting), chooser = mg__space_setting(space, rule->chooser);
        if (at < 0 || chooser < 0) continue;
        const mg_dimension *c = &space->dimension[chooser];
        uint64_t bits = words_that_have(rule, c->word, c->words), all = UINT64_MAX >> (64 - c->words);
        space->dimension[at].parent = bits == all ? -1 : chooser;
        space->dimension[at].parent_words = bits == all ? 0 : bits;
    }
}

/* Before the first setting that depends on it. */
static int place_of(const mg_space *space, const char *name) {
    int place = space->dimensions;
    for (const mg__rule *rule = mg__rules(); rule->setting; rule++) {
        int at = !strcmp(rule->chooser, name) ? mg__space_setting(space, rule->setting) : -1;
        if (at >= 0 && at < place) place = at;
    }
    return place;
}

static mg_status put_setting(mg_space *space, const mg_option *row, mg_dimension *d) {
    d->name = row->name;
    mg_status status = check_rules(space, d);
    if (status == MG_OK) status = mg__space_put(space, place_of(space, row->name), row->name, d, row);
    if (status == MG_OK) link_settings(space);
    return status;
}

static mg_status add_words(mg_space *space, const mg_option *row, mg__span text) {
    words w;
    mg_status status = take_words(space->context, row->name, text, &w);
    if (status != MG_OK) return status;
    for (int i = 0; status == MG_OK && i < w.count; i++) status = check_value(space->context, row, w.word[i]);
    mg_dimension d = { .kind = MG_DIMENSION_CHOICE, .word = w.word, .words = w.count, .parent = -1 };
    if (status == MG_OK) status = put_setting(space, row, &d);
    free_words(space->context, &w);
    return status;
}

static mg_status add_range(mg_space *space, const mg_option *row, mg__span text) {
    mg_dimension d;
    bool whole;
    char end[MG__NUMBER_BYTES];
    mg_status status = mg__range_parse(space->context, row->name, text, &d, &whole);
    if (row->type == MG_OPTION_INT) d.kind = MG_DIMENSION_INT;
    double ends[] = { d.low, d.high };
    for (int i = 0; status == MG_OK && i < 2; i++) {
        mg__format_double(ends[i], end);
        status = check_value(space->context, row, end);
    }
    return status == MG_OK ? put_setting(space, row, &d) : status;
}

mg_status mg_space_add_setting(mg_space *space, const char *search) {
    char name[NAME_BYTES];
    mg__span text;
    if (!space || !search) return MG_INVALID;
    mg_status status = split(space->context, search, name, &text);
    if (status != MG_OK) return status;
    const mg_option *row = find_row(space->context, name);
    if (!row) return MG_SETTING;
    if (text.length == 0) return fail_empty(space->context, name);
    bool number = row->type == MG_OPTION_INT || row->type == MG_OPTION_REAL;
    bool range = number && mg__is_range(text) && mg__words_split(text, NULL, 0) == 1;
    return range ? add_range(space, row, text) : add_words(space, row, text);
}

/* --- points ------------------------------------------------------------------------------------------ */

mg_status mg_space_apply(const mg_space *space, const double *point, mg_train_options *options) {
    if (!space || !point || !options) return MG_INVALID;
    for (int i = 0; i < space->dimensions; i++) {
        const mg_dimension *d = &space->dimension[i];
        char number[MG__NUMBER_BYTES], message[MG_OPTION_MESSAGE_BYTES];
        if (!space->setting[i] || !mg_space_is_there(space, point, i)) continue;
        bool word = d->kind == MG_DIMENSION_CHOICE;
        if (!word) mg__format_double(point[i], number);
        mg_status status = mg_option_set(space->setting[i], options, word ? d->word[(int)point[i]] : number, message);
        if (status != MG_OK) return mg__fail(space->context, status, "%s", message);
    }
    return MG_OK;
}
