/* Parser of model text: text = item {" " item}; item = [N "*"] (layer | "[" text "]" | "@" preset);
 * layer = name ["(" arg {"," arg} ")"]; arg = [key "="] (number | word | text). Recursive descent of limited depth. */
#include "nn/text.h"

#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct parser {
    mg_network *network;
    const char *text, *at;
    int depth;
    bool failed;
} parser;

static bool parse_sequence(parser *p, const char *stops, int *first, int64_t *layers);

/* --- errors ------------------------------------------------------------------------------------------ */

MG__PRINTF(3, 4)
static bool fail_at(parser *p, const char *where, const char *format, ...) {
    char reason[MG__MESSAGE_BYTES - 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (!p->failed) mg__fail(p->network->context, MG_SETTING, "model text, column %d: %s", (int)(where - p->text) + 1, reason);
    p->failed = true;
    return false;
}

/* What stands at a place, for messages. */
typedef struct excerpt {
    char text[32];
} excerpt;

static excerpt excerpt_of(const char *start, size_t length) {
    excerpt e;
    size_t used = 0;
    if (!*start && length == 0)
        mg__append(e.text, sizeof e.text, &used, "the end");
    else
        mg__append(e.text, sizeof e.text, &used, "'%.*s%s'", (int)(length > 24 ? 24 : length), start, length > 24 ? "..." : "");
    return e;
}

/* --- characters -------------------------------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void skip_blanks(parser *p) {
    while (is_blank(*p->at)) p->at++;
}

/* The length of the word here: up to a blank or a mark of the grammar. */
static size_t word_length(const char *at) {
    size_t length = 0;
    while (at[length] && !is_blank(at[length]) && !strchr("()[],=*@", at[length])) length++;
    return length;
}

/* The word, or the one character that is none. */
static excerpt here(const parser *p) {
    size_t length = word_length(p->at);
    return excerpt_of(p->at, length ? length : *p->at ? 1 : 0);
}

/* --- arguments --------------------------------------------------------------------------------------- */

static int find_argument(const mg__layer *layer, const char *name, size_t length) {
    for (int i = 0; layer->arguments[i].name; i++)
        if (strlen(layer->arguments[i].name) == length && memcmp(layer->arguments[i].name, name, length) == 0) return i;
    return -1;
}

static bool fail_unknown_argument(parser *p, const mg__layer *layer, const char *where, size_t length) {
    char list[256];
    mg__layer_arguments(layer, list, sizeof list);
    if (*list) return fail_at(p, where, "%s has no argument %s; it takes %s", layer->name, excerpt_of(where, length).text, list);
    return fail_at(p, where, "%s takes no arguments", layer->name);
}

/* "a whole number from 1 to 1024", "valid, same or a whole number from 0 to 1024", "true or false" */
static void append_wanted(const mg__argument *argument, char *text, size_t size) {
    size_t used = 0;
    bool words_only = argument->kind == MG__SWITCH;
    const mg__word *words = mg__words(argument->kind);
    text[0] = 0;
    for (int i = 0; words[i].name; i++) {
        const char *between = i == 0 ? "" : words_only && !words[i + 1].name ? " or " : ", ";
        mg__append(text, size, &used, "%s%s", between, words[i].name);
    }
    if (words_only) return;
    char low[MG__NUMBER_BYTES], high[MG__NUMBER_BYTES];
    mg__format_double(argument->low, low);
    mg__format_double(argument->high, high);
    mg__append(text, size, &used, "%sa %snumber from %s to %s", used ? " or " : "", argument->kind == MG__NUMBER ? "" : "whole ",
               low, high);
}

/* A word of the argument's kind, or a number within its bounds. */
static bool parse_number(parser *p, const mg__layer *layer, const mg__argument *argument, const char *word, size_t length,
                         double *number) {
    for (const mg__word *known = mg__words(argument->kind); known->name; known++) {
        if (strlen(known->name) != length || memcmp(known->name, word, length) != 0) continue;
        *number = known->number;
        return true;
    }
    bool good = argument->kind != MG__SWITCH && mg__parse_double(word, length, number) && *number >= argument->low &&
                *number <= argument->high;
    if (good && (argument->kind == MG__NUMBER || *number == floor(*number))) return true;
    char wanted[160];
    append_wanted(argument, wanted, sizeof wanted);
    return fail_at(p, word, "%s: %s is %s; wanted %s", layer->name, argument->name, excerpt_of(word, length).text, wanted);
}

static bool init_needs_value(mg_init init) {
    return init == MG_INIT_constant || init == MG_INIT_normal || init == MG_INIT_uniform;
}

static bool parse_init(parser *p, const mg__layer *layer, const char *word, size_t length, double *number) {
    char list[512];
    size_t used = 0;
    for (int i = 0; i < MG_INITS; i++) {
        const char *name = mg_init_name((mg_init)i);
        if (init_needs_value((mg_init)i)) continue;
        mg__append(list, sizeof list, &used, "%s%s", used ? ", " : "", name);
        if (strlen(name) == length && memcmp(name, word, length) == 0) {
            *number = i;
            return true;
        }
    }
    return fail_at(p, word, "%s: unknown initialiser %s; initialisers are %s", layer->name, excerpt_of(word, length).text, list);
}

static bool parse_value(parser *p, const mg__layer *layer, const mg__argument *argument, mg__value *value, int64_t *layers) {
    value->given = true;
    if (argument->kind == MG__TEXT) {
        if (!parse_sequence(p, ",)", &value->text, layers)) return false;
        return value->text >= 0 || fail_at(p, p->at, "%s: its %s are missing; write for example %s(dense(64) relu)", layer->name,
                                           argument->name, layer->name);
    }
    const char *word = p->at;
    size_t length = word_length(word);
    if (length == 0) return fail_at(p, word, "%s: %s is missing; found %s", layer->name, argument->name, here(p).text);
    p->at += length;
    return argument->kind == MG__INIT ? parse_init(p, layer, word, length, &value->number)
                                      : parse_number(p, layer, argument, word, length, &value->number);
}

/* [key "="] value. Values without a key fill the arguments in their order. */
static bool parse_argument(parser *p, const mg__layer *layer, int *position, mg__value *values, int64_t *layers) {
    skip_blanks(p);
    const char *start = p->at;
    size_t length = word_length(start);
    const char *behind = start + length;
    while (is_blank(*behind)) behind++;
    int index = *position;
    if (length > 0 && *behind == '=') {
        index = find_argument(layer, start, length);
        if (index < 0) return fail_unknown_argument(p, layer, start, length);
        p->at = behind + 1;
        skip_blanks(p);
    } else if (index < 0 || !layer->arguments[index].name) {
        return fail_unknown_argument(p, layer, start, length);
    } else {
        *position = index + 1;
    }
    if (values[index].given) return fail_at(p, start, "%s: %s is given twice", layer->name, layer->arguments[index].name);
    return parse_value(p, layer, &layer->arguments[index], &values[index], layers);
}

static bool parse_arguments(parser *p, const mg__layer *layer, mg__value *values, int64_t *layers) {
    int position = 0;
    p->at++; /* ( */
    skip_blanks(p);
    if (*p->at == ')') {
        p->at++;
        return true;
    }
    for (;;) {
        if (!parse_argument(p, layer, &position, values, layers)) return false;
        skip_blanks(p);
        char mark = *p->at;
        if (mark != ',' && mark != ')') return fail_at(p, p->at, "%s: found %s; wanted ',' or ')'", layer->name, here(p).text);
        p->at++;
        if (mark == ')') return true;
    }
}

/* --- items ------------------------------------------------------------------------------------------- */

static bool fail_unknown_layer(parser *p, const char *where, size_t length) {
    char list[512];
    size_t used = 0;
    for (int i = 0; mg__layers()[i]; i++) mg__append(list, sizeof list, &used, "%s%s", i ? ", " : "", mg__layers()[i]->name);
    return fail_at(p, where, "unknown layer %s; layers are %s", excerpt_of(where, length).text, list);
}

static bool parse_layer(parser *p, mg__item *item, int64_t *layers) {
    const char *start = p->at;
    size_t length = word_length(start);
    if (length == 0) return fail_at(p, start, "found %s; wanted a layer, for example dense(64) or relu", here(p).text);
    const mg__layer *layer = mg__layer_find(start, length);
    if (!layer) return fail_unknown_layer(p, start, length);
    item->layer = layer;
    for (int i = 0; layer->arguments[i].name; i++)
        item->values[i] = (mg__value){ .number = layer->arguments[i].value, .text = -1 };
    p->at += length;
    *layers = 1;
    int64_t inner = 0;
    if (*p->at == '(' && !parse_arguments(p, layer, item->values, &inner)) return false;
    *layers += inner;
    for (int i = 0; layer->arguments[i].name; i++)
        if (layer->arguments[i].required && !item->values[i].given)
            return fail_at(p, start, "%s: %s is missing (%s); write %s(%s)", layer->name, layer->arguments[i].name,
                           layer->arguments[i].help, layer->name, layer->arguments[i].name);
    return true;
}

static bool parse_group(parser *p, mg__item *item, int64_t *layers) {
    const char *start = p->at++;
    if (!parse_sequence(p, "]", &item->first, layers)) return false;
    if (*p->at != ']') return fail_at(p, start, "this '[' is never closed");
    if (item->first < 0) return fail_at(p, start, "there is nothing in these brackets");
    p->at++;
    return true;
}

/* A preset is a group whose layers stand elsewhere. */
static bool parse_preset(parser *p, mg__item *item, int64_t *layers) {
    const char *start = p->at++;
    size_t length = word_length(p->at);
    const mg_preset *preset = mg__preset_find(p->at, length);
    if (!preset) {
        char known[256];
        mg__preset_names(known, sizeof known);
        return fail_at(p, start, "unknown preset %s; presets are %s", excerpt_of(start, length + 1).text, known);
    }
    p->at += length;
    parser inner = { .network = p->network, .text = preset->text, .at = preset->text, .depth = p->depth };
    bool good = parse_sequence(&inner, "", &item->first, layers);
    p->failed = p->failed || inner.failed;
    return good;
}

/* [N "*"] */
static bool parse_repeat(parser *p, mg__item *item) {
    const char *start = p->at;
    size_t length = word_length(start);
    const char *behind = start + length;
    while (is_blank(*behind)) behind++;
    item->repeat = 1;
    if (*behind != '*') return true;
    int64_t repeat = 0;
    if (!mg__parse_int64(start, length, &repeat) || repeat < 1 || repeat > MG__TEXT_LAYERS)
        return fail_at(p, start, "repetition %s; wanted a whole number from 1 to %d before '*'", excerpt_of(start, length).text,
                       MG__TEXT_LAYERS);
    item->repeat = (int)repeat;
    p->at = behind + 1;
    skip_blanks(p);
    return true;
}

static bool parse_item(parser *p, mg__item *item, int64_t *layers) {
    const char *start = p->at;
    *item = (mg__item){ .next = -1, .first = -1 };
    if (!parse_repeat(p, item)) return false;
    item->preset = *p->at == '@';
    bool good = item->preset    ? parse_preset(p, item, layers)
                : *p->at == '[' ? parse_group(p, item, layers)
                                : parse_layer(p, item, layers);
    if (!good) return false;
    *layers *= item->repeat; /* both at most MG__TEXT_LAYERS */
    return *layers <= MG__TEXT_LAYERS || fail_at(p, start, "%lld layers; wanted at most %d", (long long)*layers, MG__TEXT_LAYERS);
}

static int store_item(parser *p, const mg__item *item) {
    mg_network *network = p->network;
    if (!mg__grow(network->context, &network->items, &network->item_capacity, (size_t)network->item_count + 1,
                  sizeof *network->items)) {
        p->failed = true; /* recorded: no memory */
        return -1;
    }
    network->items[network->item_count] = *item;
    return network->item_count++;
}

static bool parse_items(parser *p, const char *stops, int *first, int64_t *layers) {
    int last = -1;
    *first = -1;
    *layers = 0;
    for (skip_blanks(p); *p->at && !strchr(stops, *p->at); skip_blanks(p)) {
        const char *start = p->at;
        mg__item item;
        int64_t more = 0;
        if (!parse_item(p, &item, &more)) return false;
        *layers += more;
        if (*layers > MG__TEXT_LAYERS) return fail_at(p, start, "more than %d layers up to here", MG__TEXT_LAYERS);
        int index = item.preset && item.repeat == 1 ? item.first : store_item(p, &item); /* needs no brackets */
        if (index < 0) return false;
        if (last < 0)
            *first = index;
        else
            p->network->items[last].next = index;
        for (last = index; p->network->items[last].next >= 0;) last = p->network->items[last].next;
        if (*p->at && !is_blank(*p->at) && !strchr(stops, *p->at))
            return fail_at(p, p->at, "found %s; wanted a blank between layers", here(p).text);
    }
    return true;
}

static bool parse_sequence(parser *p, const char *stops, int *first, int64_t *layers) {
    if (p->depth >= MG__TEXT_DEPTH) return fail_at(p, p->at, "more than %d brackets in each other", MG__TEXT_DEPTH);
    p->depth++;
    bool good = parse_items(p, stops, first, layers);
    p->depth--;
    return good;
}

/* --- networks ---------------------------------------------------------------------------------------- */

static bool normal_form(mg_network *network) {
    size_t size = mg__print_text(network, network->first, NULL, 0) + 1;
    if (size - 1 > MG__TEXT_BYTES) { /* presets and numbers are longer there; a model file must be read again */
        mg__fail(network->context, MG_SETTING, "model text: written out it has %zu bytes; wanted at most %d", size - 1,
                 MG__TEXT_BYTES);
        return false;
    }
    network->text = mg__alloc(network->context, size);
    if (network->text) mg__print_text(network, network->first, network->text, size);
    return network->text != NULL;
}

mg_network *mg_network_parse(mg_context *context, const char *text) {
    if (!context || !text) return NULL;
    if (strlen(text) > MG__TEXT_BYTES) {
        mg__fail(context, MG_SETTING, "model text, column %d: it is too long; wanted at most %d bytes", MG__TEXT_BYTES + 1,
                 MG__TEXT_BYTES);
        return NULL;
    }
    mg_network *network = mg__alloc_zero(context, sizeof *network);
    if (!network) return NULL;
    network->context = context;
    parser p = { .network = network, .text = text, .at = text };
    int64_t layers = 0;
    if (parse_sequence(&p, "", &network->first, &layers) && normal_form(network)) return network;
    mg_network_destroy(network);
    return NULL;
}

void mg_network_destroy(mg_network *network) {
    if (!network) return;
    mg__free(network->context, network->items);
    mg__free(network->context, network->text);
    mg__free(network->context, network);
}

const char *mg_network_text(const mg_network *network) { return network ? network->text : ""; }
