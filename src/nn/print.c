/* Model text in normal form. */
#include "nn/text.h"

#include "base/number.h"

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
    char number[MG__NUMBER_BYTES];
    switch (argument->kind) {
    case MG__WHOLE:
        snprintf(number, sizeof number, "%lld", (long long)value->number);
        put(s, number);
        break;
    case MG__NUMBER:
        mg__format_double(value->number, number);
        put(s, number);
        break;
    case MG__INIT: put(s, mg_init_name((mg_init)value->number)); break;
    case MG__SWITCH: put(s, value->number != 0 ? "true" : "false"); break;
    case MG__TEXT: put_sequence(s, network, value->text); break;
    }
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
}

size_t mg__print_text(const mg_network *network, int first, char *text, size_t size) {
    sink s = { text, size, 0 };
    put_sequence(&s, network, first);
    finish(&s);
    return s.used;
}
