/* Which settings only some optimisers or losses have, and whether a space agrees with the settings that are fixed. */
#include "tune/setting.h"

#include "optim/optimizer.h"

#include <string.h>

/* --- who has what ------------------------------------------------------------------------------------ */

/* "auto" is adamw (train/choose.c). */
static const mg_optimizer_row *optimizer(const char *word) { return mg__optimizer_find(strcmp(word, "auto") ? word : "adamw"); }

static bool has_momentum(const char *word) { return optimizer(word) && optimizer(word)->momentum; }
static bool has_decay(const char *word) { return optimizer(word) && optimizer(word)->decay; }
static bool has_batches(const char *word) { return optimizer(word) && !optimizer(word)->all_rows; }
/* "auto" is cross_entropy wherever there are labels to smooth. */
static bool has_labels(const char *word) { return !strcmp(word, "auto") || !strcmp(word, "cross_entropy"); }

static const mg__rule rules[] = {
    { "momentum", "optimizer", has_momentum, NULL },
    { "weight-decay", "optimizer", has_decay, "0" },
    { "batch", "optimizer", has_batches, NULL },
    { "label-smoothing", "loss", has_labels, "0" },
    { .setting = NULL },
};

const mg__rule *mg__rules(void) { return rules; }

int mg__space_setting(const mg_space *space, const char *name) {
    for (int i = 0; i < space->dimensions; i++)
        if (space->setting[i] && strcmp(space->setting[i]->name, name) == 0) return i;
    return -1;
}

/* --- beside what is fixed ---------------------------------------------------------------------------- */

typedef struct text {
    char bytes[128];
} text;

static text fixed_text(const char *name, const mg_train_options *fixed) {
    text t;
    mg_option_get(mg_option_find(mg_settings_table(), "train", name), fixed, t.bytes, sizeof t.bytes);
    return t;
}

/* "momentum, nesterov or rmsprop" */
static text who_has(const mg__rule *rule) {
    const mg_option *row = mg_option_find(mg_settings_table(), "train", rule->chooser);
    text t = { "" };
    size_t used = 0;
    int left = 0;
    for (int i = 0; row->choice(i); i++) left += rule->has(row->choice(i)) && strcmp(row->choice(i), "auto") != 0;
    for (int i = 0; row->choice(i); i++) {
        if (!rule->has(row->choice(i)) || !strcmp(row->choice(i), "auto")) continue;
        mg__append(t.bytes, sizeof t.bytes, &used, "%s%s", row->choice(i), left > 2 ? ", " : left == 2 ? " or " : "");
        left--;
    }
    return t;
}

/* Searched, but the chooser is fixed and has none. */
static mg_status check_searched(const mg_space *space, const mg__rule *rule, const mg_train_options *fixed) {
    text word = fixed_text(rule->chooser, fixed);
    if (rule->has(word.bytes)) return MG_OK;
    return mg__fail(space->context, MG_SETTING, "%s: the %s '%s' has none; leave it out of the search, or take %s", rule->setting,
                    rule->chooser, word.bytes, who_has(rule).bytes);
}

/* Fixed, but the chooser is searched and some of its words have none. */
static mg_status check_fixed(const mg_space *space, const mg__rule *rule, const mg_train_options *fixed) {
    text value = fixed_text(rule->setting, fixed);
    const mg_dimension *chooser = &space->dimension[mg__space_setting(space, rule->chooser)];
    if (!strcmp(value.bytes, "auto") || (rule->off && !strcmp(value.bytes, rule->off))) return MG_OK;
    for (int i = 0; i < chooser->words; i++)
        if (!rule->has(chooser->word[i]))
            return mg__fail(space->context, MG_SETTING,
                            "%s: it is %s, but the %s '%s' of the search has none; search it too, which leaves it out there, or "
                            "leave it out",
                            rule->setting, value.bytes, rule->chooser, chooser->word[i]);
    return MG_OK;
}

/* What is searched is not also given. */
static mg_status check_once(const mg_space *space, const mg_option *row, const mg_train_options *fixed) {
    mg_train_options open = mg_train_defaults();
    text given = fixed_text(row->name, fixed);
    if (strcmp(given.bytes, fixed_text(row->name, &open).bytes) == 0) return MG_OK;
    return mg__fail(space->context, MG_SETTING, "%s: it is both given (%s) and searched; leave one out", row->name, given.bytes);
}

mg_status mg_space_check(const mg_space *space, const mg_train_options *fixed) {
    mg_train_options open = mg_train_defaults();
    if (!space) return MG_INVALID;
    if (!fixed) fixed = &open;
    mg_status status = MG_OK;
    for (int i = 0; status == MG_OK && i < space->dimensions; i++)
        if (space->setting[i]) status = check_once(space, space->setting[i], fixed);
    for (const mg__rule *rule = rules; status == MG_OK && rule->setting; rule++) {
        bool setting = mg__space_setting(space, rule->setting) >= 0, chooser = mg__space_setting(space, rule->chooser) >= 0;
        if (setting && !chooser) status = check_searched(space, rule, fixed);
        if (!setting && chooser) status = check_fixed(space, rule, fixed);
    }
    bool dropout = mg__space_setting(space, "dropout") >= 0 || fixed->dropout != MG_AUTO;
    if (status == MG_OK && dropout && (space->model.text || fixed->model))
        return mg__fail(space->context, MG_SETTING,
                        "dropout: it shapes the network that follows from the data, but a model text was given; write a hole "
                        "into that text: dropout({dropout:0..0.5})");
    return status;
}
