/* Augmentations as text: text = item {" " item}; item = name ["(" [key "="] value ")"] | "@" preset. */
#include "base/number.h"
#include "data/augment.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct parser {
    mg_context *context;
    const char *text, *at;
    mg__augment *augment;
} parser;

/* --- characters and messages ------------------------------------------------------------------------- */

MG__PRINTF(3, 4)
static bool fail_at(const parser *p, const char *where, const char *format, ...) {
    char reason[MG__MESSAGE_BYTES - 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    mg__fail(p->context, MG_SETTING, "augment, column %d: %s", (int)(where - p->text) + 1, reason);
    return false;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void skip_blanks(parser *p) {
    while (is_blank(*p->at)) p->at++;
}

/* The length of the word here: up to a blank or a mark of the grammar. */
static int word_length(const char *at) {
    int length = 0;
    while (at[length] && !is_blank(at[length]) && !strchr("()=,@", at[length])) length++;
    return length;
}

/* What stands somewhere, for messages. */
typedef struct excerpt {
    char text[48];
} excerpt;

/* The word, or the one character that is none. */
static excerpt here(const char *at) {
    excerpt e;
    size_t used = 0;
    int length = word_length(at) > 0 ? word_length(at) : 1;
    if (*at)
        mg__append(e.text, sizeof e.text, &used, "'%.*s%s'", length > 40 ? 40 : length, at, length > 40 ? "..." : "");
    else
        mg__append(e.text, sizeof e.text, &used, "the end");
    return e;
}

void mg__augment_wanted(const mg__augmentation *row, char *out, size_t size) {
    char low[MG__NUMBER_BYTES], high[MG__NUMBER_BYTES];
    size_t used = 0;
    mg__append(out, size, &used, "%s", "");
    for (int i = 0; row->words && row->words[i]; i++)
        mg__append(out, size, &used, "%s%s", i == 0 ? "" : row->words[i + 1] ? ", " : " or ", row->words[i]);
    if (row->words) return;
    mg__format_double(row->low, low);
    mg__format_double(row->high, high);
    mg__append(out, size, &used, "a %snumber from %s to %s", row->whole ? "whole " : "", low, high);
}

/* --- parsing ----------------------------------------------------------------------------------------- */

static bool parse_value(parser *p, mg__augment_item *item) {
    const mg__augmentation *row = item->row;
    int length = word_length(p->at);
    char wanted[160];
    bool good = false;
    for (int i = 0; row->words && row->words[i]; i++) {
        if ((int)strlen(row->words[i]) != length || memcmp(row->words[i], p->at, (size_t)length) != 0) continue;
        item->value = i;
        good = true;
    }
    if (!row->words) {
        good = mg__parse_double(p->at, (size_t)length, &item->value) && item->value >= row->low && item->value <= row->high &&
               (!row->whole || item->value == floor(item->value));
    }
    mg__augment_wanted(row, wanted, sizeof wanted);
    if (!good) return fail_at(p, p->at, "%s: %s is %s; wanted %s", row->name, row->argument, here(p->at).text, wanted);
    p->at += length;
    return true;
}

/* "(" [key "="] value ")" */
static bool parse_argument(parser *p, mg__augment_item *item) {
    const mg__augmentation *row = item->row;
    p->at++;
    skip_blanks(p);
    const char *start = p->at, *behind = start + word_length(start);
    while (is_blank(*behind)) behind++;
    if (*behind == '=') {
        int length = word_length(start);
        if ((int)strlen(row->argument) != length || memcmp(row->argument, start, (size_t)length) != 0)
            return fail_at(p, start, "%s has no argument %s; it takes %s", row->name, here(start).text, row->argument);
        p->at = behind + 1;
        skip_blanks(p);
    }
    if (!parse_value(p, item)) return false;
    skip_blanks(p);
    if (*p->at != ')')
        return fail_at(p, p->at, "%s: found %s behind its %s; wanted ')'", row->name, here(p->at).text, row->argument);
    p->at++;
    return true;
}

static bool fail_unknown(const parser *p) {
    char list[256] = "";
    size_t used = 0;
    for (int i = 0; mg__augmentation_row(i); i++)
        mg__append(list, sizeof list, &used, "%s%s", i ? ", " : "", mg__augmentation_row(i)->name);
    return fail_at(p, p->at, "unknown augmentation %s; there are %s", here(p->at).text, list);
}

static bool store(parser *p, const char *where, mg__augment_item item) {
    if (item.row->mixes && mg__augment_mixes(p->augment))
        return fail_at(p, where, "%s is given twice; leave one out", item.row->name);
    if (p->augment->count == MG__AUGMENT_ITEMS)
        return fail_at(p, where, "there are more than %d augmentations; leave some out", MG__AUGMENT_ITEMS);
    p->augment->item[p->augment->count++] = item;
    return true;
}

static bool parse_item(parser *p) {
    const char *start = p->at;
    mg__augment_item item = { .row = mg__augmentation_find(p->at, (size_t)word_length(p->at)) };
    if (!item.row) return fail_unknown(p);
    item.value = item.row->initial;
    p->at += word_length(p->at);
    if (*p->at == '(' && !parse_argument(p, &item)) return false;
    return store(p, start, item);
}

static bool parse_text(parser *p);

static bool parse_preset(parser *p) {
    const char *start = p->at++;
    int length = word_length(p->at);
    const mg_augment_preset *preset = mg__augment_preset_find(p->at, (size_t)length);
    if (!preset) {
        char list[128] = "";
        size_t used = 0;
        for (int i = 0; mg_augment_preset_row(i); i++)
            mg__append(list, sizeof list, &used, "%s@%s", i ? ", " : "", mg_augment_preset_row(i)->name);
        return fail_at(p, start, "unknown preset %s behind '@'; presets are %s", here(p->at).text, list);
    }
    p->at += length;
    parser inner = { .context = p->context, .text = preset->text, .at = preset->text, .augment = p->augment };
    return parse_text(&inner);
}

static bool parse_text(parser *p) {
    for (skip_blanks(p); *p->at; skip_blanks(p)) {
        if (!(*p->at == '@' ? parse_preset(p) : parse_item(p))) return false;
        if (*p->at && !is_blank(*p->at))
            return fail_at(p, p->at, "found %s; wanted a blank between augmentations", here(p->at).text);
    }
    return true;
}

mg_status mg__augment_parse(mg_context *context, const char *text, mg__augment *augment) {
    parser p = { .context = context, .text = text ? text : "", .at = text ? text : "", .augment = augment };
    augment->count = 0;
    return parse_text(&p) ? MG_OK : MG_SETTING;
}

mg_status mg_augment_check(mg_context *context, const char *text) {
    mg__augment augment;
    return context ? mg__augment_parse(context, text, &augment) : MG_INVALID;
}

bool mg__augment_mixes(const mg__augment *augment) {
    for (int i = 0; i < augment->count; i++)
        if (augment->item[i].row->mixes) return true;
    return false;
}

/* --- printing ---------------------------------------------------------------------------------------- */

void mg__augment_print_item(const mg__augment_item *item, char *out, size_t size) {
    char number[MG__NUMBER_BYTES];
    size_t used = 0;
    mg__format_double(item->value, number);
    mg__append(out, size, &used, "%s(%s)", item->row->name, item->row->words ? item->row->words[(int)item->value] : number);
}

void mg__augment_print(const mg__augment *augment, char out[MG__AUGMENT_BYTES]) {
    size_t used = 0;
    out[0] = 0;
    for (int i = 0; i < augment->count; i++) {
        char item[64];
        mg__augment_print_item(&augment->item[i], item, sizeof item);
        mg__append(out, MG__AUGMENT_BYTES, &used, "%s%s", i ? " " : "", item);
    }
}

int mg_augments(mg_augment_row *rows, int capacity) {
    int count = 0;
    for (const mg__augmentation *row; (row = mg__augmentation_row(count)) != NULL; count++) {
        if (!rows || count >= capacity) continue;
        char number[MG__NUMBER_BYTES];
        size_t used = 0;
        mg__format_double(row->initial, number);
        rows[count] = (mg_augment_row){ .name = row->name,
                                        .doc = row->doc,
                                        .images = row->map || row->pixels || row->mixes,
                                        .tables = row->cells || row->mixes };
        mg__append(rows[count].argument, sizeof rows[count].argument, &used, "%s=%s", row->argument,
                   row->words ? row->words[(int)row->initial] : number);
        mg__augment_wanted(row, rows[count].wanted, sizeof rows[count].wanted);
    }
    return count;
}
