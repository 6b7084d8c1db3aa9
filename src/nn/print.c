/* Model text in normal form. */
#include "nn/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Counts everything, keeps what fits. */
typedef struct sink {
    char *text;
    size_t size, used;
} sink;

static void put(sink *s, const char *text) {
    for (; *text; text++, s->used++)
        if (s->used + 1 < s->size) s->text[s->used] = *text;
}

static void finish(sink *s) {
    if (s->size) s->text[s->used < s->size ? s->used : s->size - 1] = 0;
}

static void put_sequence(sink *s, const mg_network *network, int first);

static void put_value(sink *s, const mg_network *network, const mg__argument *argument, const mg__value *value) {
    if (argument->kind == MG__TEXT)
        put_sequence(s, network, value->text);
    else
        put(s, mg__value_text(argument->kind, value->number, (char[MG__VALUE_BYTES]){ 0 }));
}

static void put_layer(sink *s, const mg_network *network, const mg__item *item) {
    bool open = false;
    put(s, item->layer->name);
    for (int i = 0; item->layer->arguments[i].name; i++) {
        const mg__argument *argument = &item->layer->arguments[i];
        if (!argument->required && item->values[i].number == argument->value) continue;
        put(s, open ? ", " : "(");
        open = true;
        if (!argument->required && i > 0) {
            put(s, argument->name);
            put(s, "=");
        }
        put_value(s, network, argument, &item->values[i]);
    }
    if (open) put(s, ")");
}

static void put_sequence(sink *s, const mg_network *network, int first) {
    for (int i = first; i >= 0; i = network->items[i].next) {
        const mg__item *item = &network->items[i];
        char repeat[24];
        if (i != first) put(s, " ");
        if (item->repeat > 1) {
            snprintf(repeat, sizeof repeat, "%d*", item->repeat);
            put(s, repeat);
        }
        if (item->layer) {
            put_layer(s, network, item);
        } else {
            put(s, "[");
            put_sequence(s, network, item->first);
            put(s, "]");
        }
    }
}

void mg__print_layer(const mg_network *network, int item, char *text, size_t size) {
    sink s = { text, size, 0 };
    put_layer(&s, network, &network->items[item]);
    finish(&s);
    if (s.used >= size && size > 3) memcpy(text + size - 4, "...", 4);
}

size_t mg__print_text(const mg_network *network, int first, char *text, size_t size) {
    sink s = { text, size, 0 };
    put_sequence(&s, network, first);
    finish(&s);
    return s.used;
}
