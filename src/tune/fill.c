/* Texts with the values of a point: the model, and any text with {name}. */
#include "tune/range.h"
#include "tune/space.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Writes as snprintf does: what fits, and the length of all. */
typedef struct output {
    char *out;
    size_t size, used;
} output;

static void put(output *o, char c) {
    if (o->used + 1 < o->size) o->out[o->used] = c;
    o->used++;
}

static size_t finish(output *o) {
    if (o->size > 0) o->out[o->used < o->size ? o->used : o->size - 1] = 0;
    return o->used;
}

/* --- the model --------------------------------------------------------------------------------------- */

/* One blank for several, and none at either end, for what is not there leaves its blanks behind. */
typedef struct line {
    output o;
    bool blank;
    size_t wanted; /* the byte whose origin is asked for */
    size_t place;  /* and that, in the template's text */
    int dimension;
} line;

static void put_line(line *l, char c, size_t place, int dimension) {
    if (c == 0 || mg__is_blank(c)) {
        l->blank = true;
        return;
    }
    if (l->blank && l->o.used > 0) put(&l->o, ' ');
    l->blank = false;
    if (l->o.used <= l->wanted) l->place = place, l->dimension = dimension;
    put(&l->o, c);
}

static const char *value_of(const mg_space *space, const double *point, int index, char *number, size_t size) {
    const mg_dimension *d = &space->dimension[index];
    if (d->kind == MG_DIMENSION_CHOICE) return isnan(point[index]) ? "" : d->word[(int)point[index]];
    mg_space_text(space, point, index, number, size);
    return number;
}

static void write_model(const mg_space *space, const double *point, line *l) {
    const mg__template *model = &space->model;
    for (size_t i = 0; i < model->count; i++) {
        const mg__piece *piece = &model->piece[i];
        char number[64];
        if (!mg__condition_holds(&piece->condition, point)) continue;
        if (piece->dimension < 0) {
            for (size_t k = 0; k < piece->length; k++) put_line(l, model->text[piece->offset + k], piece->offset + k, -1);
        } else {
            for (const char *c = value_of(space, point, piece->dimension, number, sizeof number); *c; c++)
                put_line(l, *c, piece->offset, piece->dimension);
        }
    }
}

size_t mg_space_model(const mg_space *space, const double *point, char *out, size_t size) {
    line l = { .o = { out, size, 0 }, .dimension = -1 };
    write_model(space, point, &l);
    return finish(&l.o);
}

size_t mg__template_place(const mg_space *space, const double *point, size_t at, int *dimension) {
    line l = { .wanted = at, .dimension = -1 };
    write_model(space, point, &l);
    *dimension = l.dimension;
    return l.place;
}

/* --- any text ---------------------------------------------------------------------------------------- */

/* The name in braces at *at, which moves behind them; or one character: "{{" is a brace. false: the end. */
static bool next(const char **at, mg__span *name, char *c) {
    const char *open = *at;
    name->at = NULL;
    if (!*open) return false;
    size_t length = *open == '{' && open[1] != '{' ? strcspn(open + 1, "{}") : 0;
    *c = *open;
    if (*open == '{' && open[1] != '{' && open[1 + length] == '}') {
        *name = (mg__span){ open + 1, length };
        *at = open + length + 2;
    } else {
        *at = open + 1 + (*open == '{' && open[1] == '{');
    }
    return true;
}

static int find(const mg_space *space, mg__span name) {
    for (int i = 0; i < space->dimensions; i++)
        if (mg__span_is(name, space->dimension[i].name)) return i;
    return -1;
}

size_t mg_space_fill(const mg_space *space, const double *point, const char *text, char *out, size_t size) {
    output o = { out, size, 0 };
    mg__span name;
    char c, number[64];
    while (next(&text, &name, &c)) {
        int index = name.at ? find(space, name) : -1;
        if (!name.at) put(&o, c);
        if (index < 0) continue; /* mg_space_check_fill refuses it */
        for (const char *v = value_of(space, point, index, number, sizeof number); *v; v++) put(&o, *v);
    }
    return finish(&o);
}

static void list_names(const mg_space *space, char *list, size_t size) {
    size_t used = 0;
    list[0] = 0;
    for (int i = 0; i < space->dimensions; i++) mg__append(list, size, &used, "%s%s", i ? ", " : "", space->dimension[i].name);
}

mg_status mg_space_check_fill(const mg_space *space, const char *text) {
    bool used[MG_SPACE_MOST] = { false };
    mg__span name;
    char c, list[256];
    if (!space || !text) return MG_INVALID;
    for (const char *at = text, *here = at; next(&at, &name, &c); here = at) {
        int column = (int)(here - text) + 1, index = name.at ? find(space, name) : -1;
        list_names(space, list, sizeof list);
        if (!name.at && c == '{' && here[1] != '{')
            return mg__fail(space->context, MG_SETTING, "column %d: this '{' is never closed; write {{ for a brace itself",
                            column);
        if (name.at && index < 0)
            return mg__fail(space->context, MG_SETTING,
                            "column %d: {%.*s} is not searched; searched are: %s. Add --search %.*s=LOW..HIGH, or write {{ for a "
                            "brace itself",
                            column, MG__SPAN(name), list[0] ? list : "none", MG__SPAN(name));
        if (index >= 0) used[index] = true;
    }
    for (int i = 0; i < space->dimensions; i++)
        if (!used[i])
            return mg__fail(space->context, MG_SETTING, "%s: it is searched, but the text does not use it; write {%s} into it",
                            space->dimension[i].name, space->dimension[i].name);
    return MG_OK;
}
