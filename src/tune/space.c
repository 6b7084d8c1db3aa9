/* A space: its dimensions, and which of them are there at a point. */
#include "tune/space.h"

#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- making one -------------------------------------------------------------------------------------- */

mg_space *mg_space_create(mg_context *context) {
    if (!context) return NULL;
    mg_space *space = mg__alloc_zero(context, sizeof *space);
    if (space) space->context = context;
    return space;
}

static void free_dimension(mg_space *space, mg_dimension *d) {
    for (int i = 0; d->word && i < d->words; i++) mg__free(space->context, (char *)d->word[i]);
    mg__free(space->context, (const char **)d->word);
    mg__free(space->context, (char *)d->name);
    *d = (mg_dimension){ 0 };
}

void mg_space_destroy(mg_space *space) {
    if (!space) return;
    mg__space_cut(space, 0);
    mg__template_free(space->context, &space->model);
    mg__free(space->context, space);
}

void mg__space_cut(mg_space *space, int dimensions) {
    while (space->dimensions > dimensions) {
        space->dimensions--;
        space->setting[space->dimensions] = NULL;
        free_dimension(space, &space->dimension[space->dimensions]);
    }
}

/* Whole numbers as a double has them all. */
static bool is_whole(double value) { return value == floor(value) && fabs(value) <= 9007199254740992.0; }

static mg_status check_range(mg_context *context, const char *who, const mg_dimension *d) {
    char low[MG__NUMBER_BYTES], high[MG__NUMBER_BYTES];
    mg__format_double(d->low, low);
    mg__format_double(d->high, high);
    if (!isfinite(d->low) || !isfinite(d->high))
        return mg__fail(context, MG_SETTING, "%s: the range %s..%s has no end; give two finite numbers", who, low, high);
    if (d->low > d->high)
        return mg__fail(context, MG_SETTING, "%s: the range %s..%s is inverted; write %s..%s", who, low, high, high, low);
    if (d->low == d->high)
        return mg__fail(context, MG_SETTING, "%s: the range %s..%s has one value; give it two ends, or leave it out", who, low,
                        high);
    if (!isfinite(d->high - d->low))
        return mg__fail(context, MG_SETTING, "%s: the range %s..%s is too wide; give nearer ends", who, low, high);
    if (d->log && d->low <= 0)
        return mg__fail(context, MG_SETTING, "%s: the log range %s..%s is not above 0; begin above 0, or leave log out", who, low,
                        high);
    if (d->kind == MG_DIMENSION_INT && (!is_whole(d->low) || !is_whole(d->high)))
        return mg__fail(context, MG_SETTING, "%s: the ends of %s..%s are no whole numbers; give whole ones", who, low, high);
    if (d->kind == MG_DIMENSION_INT && (double)d->points > d->high - d->low + 1)
        return mg__fail(context, MG_SETTING, "%s: %s..%s has fewer than %lld whole numbers; leave the count out for all of them",
                        who, low, high, (long long)d->points);
    return MG_OK;
}

static mg_status check_words(mg_context *context, const char *who, const mg_dimension *d) {
    if (d->words < 1 || d->words > MG_CHOICES_MOST)
        return mg__fail(context, MG_SETTING, "%s: %d words; wanted 1 to %d", who, d->words, MG_CHOICES_MOST);
    for (int i = 0; i < d->words; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(d->word[i], d->word[k]) == 0)
                return mg__fail(context, MG_SETTING, "%s: '%.60s' is there twice; leave one out", who, d->word[i]);
    return MG_OK;
}

static mg_status check(const mg_space *space, int at, const char *who, const mg_dimension *d) {
    if (!d->name || !d->name[0]) return mg__fail(space->context, MG_SETTING, "a dimension of the search has no name");
    if (mg_space_find(space, d->name) >= 0)
        return mg__fail(space->context, MG_SETTING, "%s: %s is searched twice; leave one out, or give it another name", who,
                        d->name);
    if (space->dimensions == MG_SPACE_MOST)
        return mg__fail(space->context, MG_SETTING, "%s: it is one too many; a search has at most %d settings", who,
                        MG_SPACE_MOST);
    if (d->parent < -1 || d->parent >= at || d->points < 0)
        return mg__fail(space->context, MG_INVALID, "%s: its parent is not before it, or its points are below 0", who);
    return d->kind == MG_DIMENSION_CHOICE ? check_words(space->context, who, d) : check_range(space->context, who, d);
}

/* With text of its own. false: no memory. */
static bool copy_dimension(mg_space *space, mg_dimension *d) {
    const char *name = d->name, *const *from = d->word;
    int words = d->kind == MG_DIMENSION_CHOICE ? d->words : 0;
    d->word = NULL;
    d->words = 0;
    d->name = mg__strdup(space->context, name);
    const char **word = words ? mg__alloc_array(space->context, (size_t)words + 1, sizeof *word) : NULL;
    d->word = word;
    if (words) d->low = 0, d->high = words - 1, d->log = false;
    while (word && d->words < words && (word[d->words] = mg__strdup(space->context, from[d->words])) != NULL) d->words++;
    if (d->name && d->words == words) return true;
    free_dimension(space, d);
    return false;
}

static void shift(int *index, int at) {
    if (*index >= at) ++*index;
}

mg_status mg__space_put(mg_space *space, int at, const char *who, const mg_dimension *dimension, const mg_option *setting) {
    mg_status status = check(space, at, who, dimension);
    mg_dimension d = *dimension;
    if (status != MG_OK) return status;
    if (!copy_dimension(space, &d)) return MG_OUT_OF_MEMORY;
    for (int i = space->dimensions; i > at; i--) {
        space->dimension[i] = space->dimension[i - 1];
        space->setting[i] = space->setting[i - 1];
    }
    space->dimension[at] = d;
    space->setting[at] = setting;
    space->dimensions++;
    for (int i = at + 1; i < space->dimensions; i++) shift(&space->dimension[i].parent, at);
    for (size_t i = 0; i < space->model.count; i++) {
        shift(&space->model.piece[i].dimension, at);
        shift(&space->model.piece[i].condition.parent, at);
    }
    return MG_OK;
}

mg_status mg_space_add(mg_space *space, const mg_dimension *dimension) {
    if (!space || !dimension) return MG_INVALID;
    return mg__space_put(space, space->dimensions, dimension->name, dimension, NULL);
}

static bool copy_template(mg_context *context, const mg__template *from, mg__template *to) {
    if (!from->text) return true;
    to->text = mg__strdup(context, from->text);
    if (!to->text || !mg__grow(context, &to->piece, &to->capacity, from->count, sizeof *to->piece)) return false;
    if (from->count > 0) memcpy(to->piece, from->piece, from->count * sizeof *to->piece);
    to->count = from->count;
    return true;
}

mg_space *mg__space_copy(mg_context *context, const mg_space *space) {
    mg_space *copy = mg_space_create(context);
    if (!copy) return NULL;
    bool good = true;
    for (int i = 0; good && i < space->dimensions; i++)
        good = mg__space_put(copy, i, space->dimension[i].name, &space->dimension[i], space->setting[i]) == MG_OK;
    if (good && copy_template(context, &space->model, &copy->model)) return copy;
    mg_space_destroy(copy);
    return NULL;
}

/* --- looking at it ----------------------------------------------------------------------------------- */

int mg_space_dimensions(const mg_space *space) { return space ? space->dimensions : 0; }
const mg_dimension *mg_space_dimension(const mg_space *space, int index) { return &space->dimension[index]; }

int mg_space_find(const mg_space *space, const char *name) {
    for (int i = 0; i < space->dimensions; i++)
        if (strcmp(space->dimension[i].name, name) == 0) return i;
    return -1;
}

mg__condition mg__condition_of(const mg_dimension *d) { return (mg__condition){ d->parent, d->parent_low, d->parent_words }; }

bool mg__condition_holds(const mg__condition *c, const double *point) {
    double above = c->parent < 0 ? 0 : point[c->parent];
    if (c->parent < 0 || isnan(above)) return c->parent < 0;
    return c->words ? (c->words >> (unsigned)above & 1) != 0 : above >= c->low;
}

bool mg_space_is_there(const mg_space *space, const double *point, int index) {
    mg__condition condition = mg__condition_of(&space->dimension[index]);
    return mg__condition_holds(&condition, point);
}

bool mg_space_holds(const mg_space *space, const double *point) {
    for (int i = 0; i < space->dimensions; i++) {
        const mg_dimension *d = &space->dimension[i];
        double x = point[i];
        if (!mg_space_is_there(space, point, i)) {
            if (!isnan(x)) return false;
        } else if (!(x >= d->low && x <= d->high) || (d->kind != MG_DIMENSION_REAL && x != floor(x))) {
            return false;
        }
    }
    return true;
}

size_t mg_space_text(const mg_space *space, const double *point, int index, char *out, size_t size) {
    const mg_dimension *d = &space->dimension[index];
    char number[MG__NUMBER_BYTES] = "";
    if (!isnan(point[index]) && d->kind != MG_DIMENSION_CHOICE) mg__format_double(point[index], number);
    const char *text = !isnan(point[index]) && d->kind == MG_DIMENSION_CHOICE ? d->word[(int)point[index]] : number;
    int length = snprintf(out, size, "%s", text);
    return length < 0 ? 0 : (size_t)length;
}
