/* Model text with holes: read once into dimensions and pieces, then filled for each point. Repetitions are written out copy by
 * copy and alternatives one behind the other, each piece with the condition under which it is there. */
#include "tune/range.h"
#include "tune/space.h"

#include "base/number.h"
#include "nn/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES  48
#define COPY_BYTES  32
#define PIECES_MOST 16384

/* A stretch of the text: the whole, a copy of a repetition, or an alternative. A hole is in reach of its own stretch and those
 * within it. */
typedef struct scope {
    const struct scope *outer;
    int id;
    int depth;
    mg__condition condition;
    char copy[COPY_BYTES]; /* ".2.1" behind the names of holes */
} scope;

typedef struct hole {
    mg__span name;
    int scope, dimension;
    bool nested; /* its words have holes of their own */
} hole;

typedef struct reader {
    mg_space *space;
    const char *text;
    hole hole[MG_SPACE_MOST];
    int holes, scopes;
    size_t bytes; /* of all pieces */
} reader;

static mg_status read_text(reader *r, mg__span text, const scope *s);

/* --- errors ------------------------------------------------------------------------------------------ */

typedef struct who {
    char text[128];
} who;

/* "model text, column 8: width" */
static who who_at(const reader *r, const char *where, mg__span name) {
    who w;
    snprintf(w.text, sizeof w.text, "model text, column %d%s%.*s", (int)(where - r->text) + 1, name.length ? ": " : "",
             MG__SPAN(name));
    return w;
}

MG__PRINTF(3, 4)
static mg_status fail_at(const reader *r, const char *where, const char *format, ...) {
    char reason[MG__MESSAGE_BYTES - 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return mg__fail(r->space->context, MG_SETTING, "model text, column %d: %s", (int)(where - r->text) + 1, reason);
}

/* --- pieces ------------------------------------------------------------------------------------------ */

static mg_status emit(reader *r, mg__span part, int dimension, const scope *s) {
    mg__template *model = &r->space->model;
    size_t offset = (size_t)(part.at - r->text);
    if (part.length == 0) return MG_OK;
    r->bytes += dimension < 0 ? part.length : MG__NUMBER_BYTES;
    if (model->count == PIECES_MOST || r->bytes > MG__TEXT_BYTES)
        return fail_at(r, part.at, "written out, all copies and alternatives of the text are too long; take fewer copies");
    if (!mg__grow(r->space->context, &model->piece, &model->capacity, model->count + 1, sizeof *model->piece))
        return MG_OUT_OF_MEMORY;
    model->piece[model->count++] =
        (mg__piece){ .offset = offset, .length = part.length, .dimension = dimension, .condition = s->condition };
    return MG_OK;
}

/* --- holes ------------------------------------------------------------------------------------------- */

static bool in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* What stands before ':' in {name:range}, or behind '=' in {=name}. */
static mg_status read_name(const reader *r, mg__span text, mg__span *name) {
    *name = mg__span_trim(text);
    if (name->length == 0)
        return fail_at(r, text.at,
                       "a hole without a name; write {name:low..high}, {name:a|b}, or {=name} for what it is "
                       "elsewhere");
    for (size_t i = 0; i < name->length; i++)
        if (!in_name(name->at[i]))
            return fail_at(r, name->at, "'%.*s' is no name of a hole, which has letters, digits, _ and -; write {name:low..high}",
                           MG__SPAN(*name));
    if (name->length < NAME_BYTES) return MG_OK;
    return fail_at(r, name->at, "the name '%.*s...' is too long; wanted fewer than %d bytes", MG__SPAN(*name), NAME_BYTES);
}

/* Is `id` the scope or around it? */
static bool encloses(int id, const scope *s) {
    for (; s; s = s->outer)
        if (s->id == id) return true;
    return false;
}

static mg_status find_hole(const reader *r, mg__span text, const scope *s, const hole **found) {
    mg__span name;
    bool elsewhere = false;
    mg_status status = read_name(r, text, &name);
    if (status != MG_OK) return status;
    *found = NULL;
    for (int i = 0; i < r->holes; i++) {
        const hole *h = &r->hole[i];
        if (h->name.length != name.length || memcmp(h->name.at, name.at, name.length) != 0) continue;
        elsewhere = true;
        if (encloses(h->scope, s)) *found = h;
    }
    if (!*found && elsewhere)
        return fail_at(r, name.at,
                       "the hole %.*s is in a repetition or an alternative that {=%.*s} is not in; move one to the "
                       "other",
                       MG__SPAN(name), MG__SPAN(name));
    if (!*found)
        return fail_at(r, name.at, "there is no hole %.*s before {=%.*s}; write {%.*s:low..high} where it stands first",
                       MG__SPAN(name), MG__SPAN(name), MG__SPAN(name));
    if ((*found)->nested)
        return fail_at(r, name.at, "the alternatives of %.*s have holes, which cannot be there twice; write them out",
                       MG__SPAN(name));
    return MG_OK;
}

static mg_status put_words(reader *r, const char *name, who w, mg__span *word, int count, const scope *s) {
    mg_context *context = r->space->context;
    const char *text[MG_CHOICES_MOST] = { NULL };
    mg_status status = mg__words_check(context, w.text, word, count);
    for (int i = 0; status == MG_OK && i < count; i++) {
        char *copy = mg__alloc_zero(context, word[i].length + 1);
        if (!copy) status = MG_OUT_OF_MEMORY;
        if (copy && word[i].length) memcpy(copy, word[i].at, word[i].length);
        text[i] = copy;
    }
    mg_dimension d = { .name = name, .kind = MG_DIMENSION_CHOICE, .word = text, .words = count };
    d.parent = s->condition.parent;
    d.parent_low = s->condition.low;
    d.parent_words = s->condition.words;
    if (status == MG_OK) status = mg__space_put(r->space, r->space->dimensions, w.text, &d, NULL);
    for (int i = 0; i < MG_CHOICES_MOST; i++) mg__free(context, (char *)text[i]);
    return status;
}

static mg_status put_range(reader *r, const char *name, who w, mg__span range, const scope *s) {
    mg_dimension d;
    bool whole;
    mg_status status = mg__range_parse(r->space->context, w.text, range, &d, &whole);
    if (status != MG_OK) return status;
    if (whole) d.kind = MG_DIMENSION_INT;
    d.name = name;
    d.parent = s->condition.parent;
    d.parent_low = s->condition.low;
    d.parent_words = s->condition.words;
    return mg__space_put(r->space, r->space->dimensions, w.text, &d, NULL);
}

/* {name:range} becomes a dimension. */
static mg_status define(reader *r, mg__span inside, const scope *s, mg__span *word, int *words) {
    const char *colon = memchr(inside.at, ':', inside.length);
    size_t length = colon ? (size_t)(colon - inside.at) : inside.length;
    mg__span name, range = { inside.at + length + (colon != NULL), inside.length - length - (colon != NULL) };
    mg_status status = read_name(r, (mg__span){ inside.at, length }, &name);
    if (status != MG_OK) return status;
    who w = who_at(r, name.at, name);
    char full[NAME_BYTES + COPY_BYTES];
    snprintf(full, sizeof full, "%.*s%s", (int)name.length, name.at, s->copy);
    range = mg__span_trim(range);
    if (range.length == 0)
        return mg__fail(r->space->context, MG_SETTING, "%s: the hole has no range; write {%.*s:low..high} or {%.*s:a|b}", w.text,
                        MG__SPAN(name), MG__SPAN(name));
    *words = mg__words_split(range, word, MG_CHOICES_MOST);
    bool numbers = *words == 1 && mg__is_range(range);
    if (numbers) *words = 0;
    status = numbers ? put_range(r, full, w, range, s) : put_words(r, full, w, word, *words, s);
    if (status != MG_OK) return status;
    bool nested = !numbers && memchr(range.at, '{', range.length);
    r->hole[r->holes++] = (hole){ name, s->id, r->space->dimensions - 1, nested };
    return MG_OK;
}

/* --- repetitions ------------------------------------------------------------------------------------- */

/* Is there a '*' behind the blanks here? Then what it repeats: a group without its brackets, or a layer. */
static bool find_body(const char *at, const char *end, mg__span *body) {
    while (at < end && mg__is_blank(*at)) at++;
    if (at == end || *at != '*') return false;
    for (at++; at < end && mg__is_blank(*at);) at++;
    const char *close = at < end && *at == '[' ? mg__bracket_end(at, end) : NULL;
    if (close) {
        *body = (mg__span){ at + 1, (size_t)(close - at) - 1 };
        return true;
    }
    *body = (mg__span){ at, 0 };
    for (; at < end && !mg__is_blank(*at) && !strchr(")]},|", *at); at++) {
        close = strchr("([{", *at) ? mg__bracket_end(at, end) : at;
        if (!close) break;
        at = close;
    }
    body->length = (size_t)(at - body->at);
    return true;
}

static const char *behind(mg__span body, const char *end) {
    const char *at = body.at + body.length;
    return at < end && *at == ']' && body.at[-1] == '[' ? at + 1 : at;
}

static mg_status read_copy(reader *r, mg__span body, int copy, mg__condition condition, const scope *outer) {
    scope s = { .outer = outer, .id = ++r->scopes, .depth = outer->depth + 1, .condition = condition };
    int length = snprintf(s.copy, sizeof s.copy, "%s.%d", outer->copy, copy);
    if (length >= (int)sizeof s.copy || s.depth > MG__TEXT_DEPTH)
        return fail_at(r, body.at, "too many repetitions in each other; take fewer");
    mg__span blank = { r->text + strlen(r->text), 1 }; /* the 0 there is written as a blank */
    mg_status status = copy > 1 ? emit(r, blank, -1, &s) : MG_OK;
    return status == MG_OK ? read_text(r, body, &s) : status;
}

static mg_status repeat_fixed(reader *r, const char *where, int64_t copies, mg__span body, const scope *s) {
    if (copies < 1 || copies > MG__TEXT_LAYERS)
        return fail_at(r, where, "a repetition of %lld; wanted 1 to %d", (long long)copies, MG__TEXT_LAYERS);
    mg_status status = MG_OK;
    for (int i = 1; status == MG_OK && i <= (int)copies; i++) status = read_copy(r, body, i, s->condition, s);
    return status;
}

/* The numbers that a dimension may have as a count: least and most; false: one of them is no count. */
static bool counts_of(const mg_dimension *d, int64_t *least, int64_t *most) {
    *least = INT64_MAX;
    *most = -1;
    if (d->kind == MG_DIMENSION_INT) *least = (int64_t)d->low, *most = (int64_t)d->high;
    for (int i = 0; d->kind == MG_DIMENSION_CHOICE && i < d->words; i++) {
        int64_t count = -1;
        if (!mg__parse_int64(d->word[i], strlen(d->word[i]), &count)) return false;
        *least = count < *least ? count : *least;
        *most = count > *most ? count : *most;
    }
    return d->kind != MG_DIMENSION_REAL && *least >= 0 && *most <= MG__TEXT_LAYERS;
}

/* Where there are at least so many copies. */
static mg__condition enough(const mg_dimension *d, int dimension, int64_t copies) {
    mg__condition condition = { .parent = dimension, .low = (double)copies };
    for (int i = 0; d->kind == MG_DIMENSION_CHOICE && i < d->words; i++) {
        int64_t count = 0;
        mg__parse_int64(d->word[i], strlen(d->word[i]), &count);
        condition.words |= (uint64_t)(count >= copies) << i;
    }
    if (condition.words) condition.low = 0;
    return condition;
}

static mg_status repeat(reader *r, const hole *h, const char *where, mg__span body, const scope *s) {
    const mg_dimension count = r->space->dimension[h->dimension]; /* a copy: its words stay where they are */
    mg__condition own = mg__condition_of(&count);
    int64_t least, most;
    if (!counts_of(&count, &least, &most))
        return fail_at(r, where, "%s: a repetition needs whole numbers from 0 to %d; write {%.*s:1..4}*[...]", count.name,
                       MG__TEXT_LAYERS, MG__SPAN(h->name));
    if (own.parent != s->condition.parent || own.low != s->condition.low || own.words != s->condition.words)
        return fail_at(r, where,
                       "%s: it repeats only where its own hole stands, not within another alternative or repetition; "
                       "give this one a hole of its own",
                       count.name);
    if (mg__span_trim(body).length == 0)
        return fail_at(r, body.at, "there is nothing to repeat; write {%.*s:1..4}*[dense(64) relu]", MG__SPAN(h->name));
    mg_status status = MG_OK;
    for (int i = 1; status == MG_OK && i <= (int)most; i++)
        status = read_copy(r, body, i, i <= least ? s->condition : enough(&count, h->dimension, i), s);
    return status;
}

/* --- text -------------------------------------------------------------------------------------------- */

static mg_status read_alternatives(reader *r, int dimension, const mg__span *word, int words, const scope *outer) {
    mg_status status = MG_OK;
    for (int i = 0; status == MG_OK && i < words; i++) {
        scope s = *outer;
        s.outer = outer;
        s.id = ++r->scopes;
        s.depth++;
        s.condition = (mg__condition){ .parent = dimension, .words = (uint64_t)1 << i };
        status = s.depth > MG__TEXT_DEPTH ? fail_at(r, word[i].at, "more than %d holes in each other", MG__TEXT_DEPTH)
                                          : read_text(r, word[i], &s);
    }
    return status;
}

/* At '{'; moves *at behind the hole, and behind what it repeats. */
static mg_status read_hole(reader *r, const char **at, const char *end, const scope *s) {
    const char *open = *at, *close = mg__bracket_end(open, end);
    if (!close) return fail_at(r, open, "this '{' is never closed, or what stands in it is not; write {name:low..high}");
    mg__span word[MG_CHOICES_MOST], body, inside = mg__span_trim((mg__span){ open + 1, (size_t)(close - open) - 1 });
    if (inside.length == 0) inside = (mg__span){ open + 1, 0 };
    const hole *h = NULL;
    int words = 0;
    bool elsewhere = inside.length > 0 && *inside.at == '=';
    mg_status status =
        elsewhere ? find_hole(r, (mg__span){ inside.at + 1, inside.length - 1 }, s, &h) : define(r, inside, s, word, &words);
    if (status != MG_OK) return status;
    *at = close + 1;
    if (!h) h = &r->hole[r->holes - 1];
    if (find_body(close + 1, end, &body)) {
        *at = behind(body, end);
        return repeat(r, h, open, body, s);
    }
    if (!elsewhere && h->nested) return read_alternatives(r, h->dimension, word, words, s);
    return emit(r, (mg__span){ open, (size_t)(close - open) + 1 }, h->dimension, s);
}

/* "3*" at the beginning of an item, with a hole in what it repeats: its copies are written out. */
static bool finds_copies(mg__span text, const char *at, int64_t *copies, mg__span *body) {
    const char *end = text.at + text.length, *digits = at;
    if (at > text.at && !mg__is_blank(at[-1]) && !strchr("[(,", at[-1])) return false;
    while (digits < end && *digits >= '0' && *digits <= '9') digits++;
    return digits > at && find_body(digits, end, body) && memchr(body->at, '{', body->length) &&
           mg__parse_int64(at, (size_t)(digits - at), copies);
}

static mg_status read_text(reader *r, mg__span text, const scope *s) {
    const char *at = text.at, *end = text.at + text.length, *start = at;
    mg_status status = MG_OK;
    while (status == MG_OK && at < end) {
        int64_t copies;
        mg__span body;
        bool fixed = finds_copies(text, at, &copies, &body);
        if (*at == '}') return fail_at(r, at, "this '}' closes nothing; take it away");
        if (*at != '{' && !fixed) {
            at++;
            continue;
        }
        const char *here = at;
        status = emit(r, (mg__span){ start, (size_t)(at - start) }, -1, s);
        if (fixed) at = behind(body, end);
        if (status == MG_OK) status = fixed ? repeat_fixed(r, here, copies, body, s) : read_hole(r, &at, end, s);
        start = at;
    }
    return status == MG_OK ? emit(r, (mg__span){ start, (size_t)(end - start) }, -1, s) : status;
}

/* --- the whole --------------------------------------------------------------------------------------- */

void mg__template_free(mg_context *context, mg__template *model) {
    mg__free(context, model->text);
    mg__free(context, model->piece);
    *model = (mg__template){ 0 };
}

mg_status mg_space_set_model(mg_space *space, const char *text) {
    if (!space || !text) return MG_INVALID;
    mg_context *context = space->context;
    size_t length = strlen(text);
    if (space->model.text) return mg__fail(context, MG_SETTING, "model: it is given twice; leave one out");
    if (length > MG__TEXT_BYTES)
        return mg__fail(context, MG_SETTING, "model text, column %d: it is too long; wanted at most %d bytes", MG__TEXT_BYTES + 1,
                        MG__TEXT_BYTES);
    int before = space->dimensions;
    reader *r = mg__alloc_zero(context, sizeof *r);
    space->model.text = r ? mg__strdup(context, text) : NULL;
    mg_status status = space->model.text ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        scope whole = { .condition = { .parent = -1 } };
        r->space = space;
        r->text = space->model.text;
        status = read_text(r, (mg__span){ r->text, length }, &whole);
    }
    if (status == MG_OK) status = mg__template_check(space);
    if (status != MG_OK) {
        mg__space_cut(space, before);
        mg__template_free(context, &space->model);
    }
    mg__free(context, r);
    return status;
}
