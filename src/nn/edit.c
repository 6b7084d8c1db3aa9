#include "nn/edit.h"

#include <stdio.h>
#include <string.h>

/* --- what a layer is --------------------------------------------------------------------------------- */

static bool is_named(const mg__layer *layer, const char *name) { return !strcmp(layer->name, name); }
static bool is_activation(const mg__layer *layer) { return layer->steepest > 0; }
static bool is_norm(const mg__layer *layer) {
    return is_named(layer, "batchnorm") || is_named(layer, "layernorm") || is_named(layer, "groupnorm");
}

/* Begins a block: its weights multiply what it gets. */
static bool is_linear(const mg__layer *layer) {
    for (int i = 0; layer->arguments[i].name; i++)
        if (layer->arguments[i].kind == MG__INIT) return true;
    return false;
}

/* --- looking ----------------------------------------------------------------------------------------- */

static void look(const mg_network *network, int first, int times, mg__contents *seen) {
    for (int i = first; i >= 0; i = network->items[i].next) {
        const mg__item *item = &network->items[i];
        const mg__layer *layer = item->layer;
        int count = times * item->repeat;
        if (!layer) {
            look(network, item->first, count, seen);
            continue;
        }
        seen->blocks += is_linear(layer) ? count : 0;
        seen->activations += is_activation(layer) ? count : 0;
        seen->bounded += layer->bounded ? count : 0;
        seen->norms += is_norm(layer) ? count : 0;
        seen->residuals += is_named(layer, "residual") ? count : 0;
        seen->dropouts += is_named(layer, "dropout") ? count : 0;
        seen->rectified = seen->rectified || is_named(layer, "relu");
        for (int k = 0; layer->arguments[k].name; k++) {
            if (layer->arguments[k].kind == MG__INIT && (mg_init)item->values[k].number != MG_INIT_auto) seen->inits += count;
            if (layer->arguments[k].kind == MG__TEXT) look(network, item->values[k].text, count, seen);
        }
    }
}

mg__contents mg__network_contents(const mg_network *network) {
    mg__contents seen = { 0 };
    look(network, network->first, 1, &seen);
    return seen;
}

/* --- writing ----------------------------------------------------------------------------------------- */

/* Layers written out, one after the other. */
typedef struct editor {
    const mg_network *network;
    const mg__edit *edit;
    mg_context *context;
    char *text;
    size_t used, capacity;
    int blocks, block, most; /* begun so far at the top; kept */
    bool failed, normed, open;
} editor;

static void put(editor *e, const char *text) {
    size_t length = strlen(text);
    e->failed = e->failed || !mg__grow(e->context, &e->text, &e->capacity, e->used + length + 1, 1);
    if (e->failed) return;
    memcpy(e->text + e->used, text, length + 1);
    e->used += length;
}

static void put_blank(editor *e) {
    if (e->used > 0 && e->text[e->used - 1] != '(' && e->text[e->used - 1] != ' ') put(e, " ");
}

static void write_sequence(editor *e, int first, bool top);

static void write_arguments(editor *e, const mg__item *item) {
    bool open = false;
    for (int i = 0; item->layer->arguments[i].name; i++) {
        const mg__argument *argument = &item->layer->arguments[i];
        double number = item->values[i].number;
        if (argument->kind == MG__INIT && e->edit->no_init) number = argument->value;
        if (e->edit->width > 0 && is_named(item->layer, "dense") && !strcmp(argument->name, "units"))
            number = number * e->edit->width < argument->high ? (double)(int64_t)(number * e->edit->width + 0.5) : number;
        if (!argument->required && number == argument->value) continue;
        put(e, open ? ", " : "(");
        open = true;
        if (!argument->required && i > 0) put(e, argument->name), put(e, "=");
        if (argument->kind == MG__TEXT)
            write_sequence(e, item->values[i].text, false);
        else
            put(e, mg__value_text(argument->kind, number, (char[MG__VALUE_BYTES]){ 0 }));
    }
    if (open) put(e, ")");
}

static void write_activation(editor *e, const mg__item *item, bool dropped) {
    if (e->edit->norm && !e->normed) put(e, e->edit->norm), put(e, " ");
    if (e->edit->activation)
        put(e, e->edit->activation);
    else
        put(e, item->layer->name), write_arguments(e, item);
    if (e->edit->dropout > 0 && !dropped) {
        char text[32];
        snprintf(text, sizeof text, " dropout(%g)", e->edit->dropout);
        put(e, text);
    }
}

static void close_block(editor *e) {
    if (e->open) put(e, ")");
    e->open = false;
}

/* A block of the top opens its residual, and closes that of the block before. */
static void begin_block(editor *e) {
    close_block(e);
    e->block++;
    if (e->most > 0 && e->block > e->most) return;
    put_blank(e);
    if (e->edit->residual && e->block > 1) put(e, "residual("), e->open = true;
}

static void write_layer(editor *e, const mg__item *item, bool top) {
    const mg__layer *layer = item->layer;
    const mg__item *next = item->next >= 0 ? &e->network->items[item->next] : NULL;
    bool dropped = next && next->layer && is_named(next->layer, "dropout");
    if (top && is_linear(layer)) begin_block(e);
    if (e->most > 0 && e->block > e->most) return;
    put_blank(e);
    if (is_activation(layer))
        write_activation(e, item, dropped);
    else
        put(e, layer->name), write_arguments(e, item);
    e->normed = is_norm(layer);
}

static void write_sequence(editor *e, int first, bool top) {
    for (int i = first; i >= 0; i = e->network->items[i].next) {
        const mg__item *item = &e->network->items[i];
        for (int k = 0; k < item->repeat; k++) {
            if (item->layer)
                write_layer(e, item, top);
            else
                write_sequence(e, item->first, top);
        }
    }
}

/* --- repetitions ------------------------------------------------------------------------------------- */

/* The length of `count` layers from here, up to the blank behind; 0: there are not so many. */
static size_t span(const char *text, int count) {
    int depth = 0;
    size_t at = 0;
    for (; text[at]; at++) {
        depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
        if (text[at] == ' ' && depth == 0 && --count == 0) return at;
    }
    return count == 1 ? at : 0;
}

/* "dense(8) relu dense(8) relu" -> "2*[dense(8) relu]": the shortest piece that comes again at once, as often as it does. */
static void fold(editor *out, const char *text) {
    while (*text && !out->failed) {
        size_t length = 0;
        int times = 1, layers = 1;
        for (; layers <= 6 && times == 1; layers++) {
            length = span(text, layers);
            if (length == 0) break;
            while (strlen(text) > (size_t)(times + 1) * (length + 1) - 2 &&
                   !strncmp(text, text + (size_t)times * (length + 1), length) &&
                   strchr(" ", text[(size_t)times * (length + 1) + length]))
                times++;
        }
        char number[24];
        if (times == 1) length = span(text, 1);
        put_blank(out);
        if (times > 1) snprintf(number, sizeof number, "%d*[", times), put(out, number);
        out->failed = out->failed || !mg__grow(out->context, &out->text, &out->capacity, out->used + length + 1, 1);
        if (out->failed) return;
        memcpy(out->text + out->used, text, length);
        out->used += length;
        out->text[out->used] = 0;
        if (times > 1) put(out, "]");
        text += (size_t)times * (length + 1) - 1;
        if (*text == ' ') text++;
    }
}

char *mg__network_edit(const mg_network *network, const mg__edit *edit) {
    mg__contents contents = mg__network_contents(network);
    editor written = { .network = network, .edit = edit, .context = network->context };
    if (edit->half) written.most = (contents.blocks + 1) / 2;
    put(&written, "");
    write_sequence(&written, network->first, true);
    close_block(&written);
    editor folded = { .context = network->context };
    put(&folded, "");
    if (!written.failed) fold(&folded, written.text);
    mg__free(network->context, written.text);
    if (!written.failed && !folded.failed) return folded.text;
    mg__free(network->context, folded.text);
    return NULL;
}
