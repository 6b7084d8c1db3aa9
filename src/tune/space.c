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
    for (int i = 0; i < space->dimensions; i++) free_dimension(space, &space->dimension[i]);
    mg__free(space->context, space);
}

static mg_status check_range(const mg_space *space, const mg_dimension *d) {
    char low[MG__NUMBER_BYTES], high[MG__NUMBER_BYTES];
    mg__format_double(d->low, low);
    mg__format_double(d->high, high);
    if (!isfinite(d->low) || !isfinite(d->high))
        return mg__fail(space->context, MG_SETTING, "%s: the range %s..%s has no end; give two finite numbers", d->name, low,
                        high);
    if (d->low > d->high)
        return mg__fail(space->context, MG_SETTING, "%s: the range %s..%s is inverted; write %s..%s", d->name, low, high, high,
                        low);
    if (d->low == d->high)
        return mg__fail(space->context, MG_SETTING, "%s: the range %s..%s has one value; give it two ends, or leave it out",
                        d->name, low, high);
    if (d->log && d->low <= 0)
        return mg__fail(space->context, MG_SETTING, "%s: the log range %s..%s is not above 0; begin above 0, or leave log out",
                        d->name, low, high);
    if (d->kind == MG_DIMENSION_INT &&
        (d->low != floor(d->low) || d->high != floor(d->high) || fabs(d->low) > 9e15 || d->high > 9e15))
        return mg__fail(space->context, MG_SETTING, "%s: the ends of %s..%s are no whole numbers", d->name, low, high);
    return MG_OK;
}

static mg_status check_words(const mg_space *space, const mg_dimension *d) {
    if (d->words < 1 || d->words > MG_CHOICES_MOST)
        return mg__fail(space->context, MG_SETTING, "%s: %d words; wanted 1 to %d", d->name, d->words, MG_CHOICES_MOST);
    for (int i = 0; i < d->words; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(d->word[i], d->word[k]) == 0)
                return mg__fail(space->context, MG_SETTING, "%s: '%s' is there twice; leave one out", d->name, d->word[i]);
    return MG_OK;
}

static mg_status check(const mg_space *space, const mg_dimension *d) {
    if (!d->name || !d->name[0]) return mg__fail(space->context, MG_SETTING, "a dimension of the search has no name");
    if (mg_space_find(space, d->name) >= 0)
        return mg__fail(space->context, MG_SETTING, "%s: is searched twice; leave one out", d->name);
    if (space->dimensions == MG_SPACE_MOST)
        return mg__fail(space->context, MG_SETTING, "%s: is one too many; a search has at most %d settings", d->name,
                        MG_SPACE_MOST);
    if (d->parent < -1 || d->parent >= space->dimensions || d->points < 0)
        return mg__fail(space->context, MG_INVALID, "%s: its parent is not before it, or its points are below 0", d->name);
    return d->kind == MG_DIMENSION_CHOICE ? check_words(space, d) : check_range(space, d);
}

mg_status mg_space_add(mg_space *space, const mg_dimension *dimension) {
    if (!space || !dimension) return MG_INVALID;
    mg_status status = check(space, dimension);
    if (status != MG_OK) return status;
    mg_dimension d = *dimension;
    d.name = mg__strdup(space->context, dimension->name);
    d.word = NULL;
    if (d.kind == MG_DIMENSION_CHOICE) {
        const char **word = mg__alloc_array(space->context, (size_t)d.words + 1, sizeof *word);
        bool all = word != NULL;
        for (int i = 0; word && i < d.words; i++) all &= (word[i] = mg__strdup(space->context, dimension->word[i])) != NULL;
        d.word = word;
        d.low = 0;
        d.high = d.words - 1;
        if (!all) d.words = word ? d.words : 0, free_dimension(space, &d);
    }
    if (!d.name) return MG_OUT_OF_MEMORY;
    space->dimension[space->dimensions++] = d;
    return MG_OK;
}

mg_space *mg__space_copy(mg_context *context, const mg_space *space) {
    mg_space *copy = mg_space_create(context);
    for (int i = 0; copy && i < space->dimensions; i++) {
        if (mg_space_add(copy, &space->dimension[i]) == MG_OK) continue;
        mg_space_destroy(copy);
        return NULL;
    }
    return copy;
}

/* --- looking at it ----------------------------------------------------------------------------------- */

int mg_space_dimensions(const mg_space *space) { return space ? space->dimensions : 0; }
const mg_dimension *mg_space_dimension(const mg_space *space, int index) { return &space->dimension[index]; }

int mg_space_find(const mg_space *space, const char *name) {
    for (int i = 0; i < space->dimensions; i++)
        if (strcmp(space->dimension[i].name, name) == 0) return i;
    return -1;
}

bool mg_space_is_there(const mg_space *space, const double *point, int index) {
    const mg_dimension *d = &space->dimension[index];
    if (d->parent < 0) return true;
    double above = point[d->parent];
    if (isnan(above)) return false;
    return d->parent_words ? (d->parent_words >> (unsigned)above & 1) != 0 : above >= d->parent_low;
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
