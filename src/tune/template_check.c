/* Does every model text that can come parse? Each value is tried at both ends, and each alternative, with what it needs to be
 * there; for bounds of an argument are intervals, and do not depend on other arguments. */
#include "tune/space.h"

#include <micrograd/nn.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- points ------------------------------------------------------------------------------------------ */

/* What a dimension needs to be there. */
static void call(const mg_space *space, int index, double *point) {
    for (const mg_dimension *d = &space->dimension[index]; d->parent >= 0; d = &space->dimension[d->parent]) {
        int word = 0;
        while (d->parent_words && !(d->parent_words >> word & 1)) word++;
        double needed = d->parent_words ? word : d->parent_low;
        if (!(point[d->parent] >= needed) || d->parent_words) point[d->parent] = needed;
    }
}

static void leave_out(const mg_space *space, double *point) {
    for (int i = 0; i < space->dimensions; i++)
        if (!mg_space_is_there(space, point, i)) point[i] = NAN;
}

/* --- one text ---------------------------------------------------------------------------------------- */

/* The parser's message is about the text at the point; the user's has holes. */
static mg_status explain(const mg_space *space, const double *point, const char *text) {
    mg_context *context = space->context;
    char reason[MG__MESSAGE_BYTES], value[64];
    int column = 0, start = 0, dimension;
    snprintf(reason, sizeof reason, "%s", mg_context_message(context));
    if (mg_context_status(context) != MG_SETTING) return mg_context_status(context);
    if (sscanf(reason, "model text, column %d: %n", &column, &start) != 1) return MG_SETTING;
    size_t place = mg__template_place(space, point, (size_t)(column > 0 ? column - 1 : 0), &dimension);
    if (dimension < 0)
        return mg__fail(context, MG_SETTING, "model text, column %d: %.600s; filled in, the text is '%.160s'", (int)place + 1,
                        reason + start, text);
    mg_space_text(space, point, dimension, value, sizeof value);
    return mg__fail(context, MG_SETTING, "model text, column %d: where %s is '%s': %.600s; filled in, the text is '%.160s'",
                    (int)place + 1, space->dimension[dimension].name, value, reason + start, text);
}

typedef struct checker {
    mg_space *space;
    char *text;
    size_t size;
} checker;

static mg_status try_point(checker *c, double *point) {
    mg_space *space = c->space;
    leave_out(space, point);
    size_t length = mg_space_model(space, point, NULL, 0);
    if (!mg__grow(space->context, &c->text, &c->size, length + 1, 1)) return MG_OUT_OF_MEMORY;
    mg_space_model(space, point, c->text, c->size);
    mg_network *network = mg_network_parse(space->context, c->text);
    if (!network) return explain(space, point, c->text);
    mg_network_destroy(network);
    return MG_OK;
}

/* Everything at one end, but what is asked for. */
static void at_end(const mg_space *space, bool high, double *point) {
    for (int i = 0; i < space->dimensions; i++) point[i] = high ? space->dimension[i].high : space->dimension[i].low;
}

static mg_status try_value(checker *c, int index, double value) {
    double point[MG_SPACE_MOST];
    at_end(c->space, false, point);
    call(c->space, index, point);
    point[index] = value;
    return try_point(c, point);
}

mg_status mg__template_check(mg_space *space) {
    checker c = { .space = space };
    double point[MG_SPACE_MOST];
    mg_status status = MG_OK;
    for (int end = 0; status == MG_OK && end < 2; end++) {
        at_end(space, end == 1, point);
        status = try_point(&c, point);
    }
    for (int i = 0; status == MG_OK && i < space->dimensions; i++) {
        const mg_dimension *d = &space->dimension[i];
        if (d->kind != MG_DIMENSION_CHOICE) {
            status = try_value(&c, i, d->low);
            if (status == MG_OK) status = try_value(&c, i, d->high);
        }
        for (int word = 0; d->kind == MG_DIMENSION_CHOICE && status == MG_OK && word < d->words; word++)
            status = try_value(&c, i, word);
    }
    mg__free(space->context, c.text);
    return status;
}
