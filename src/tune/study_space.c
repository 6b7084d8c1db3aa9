/* A space in the journal: once as a whole, so that another is refused, and with each trial as Optuna's distributions. */
#include "tune/study.h"

#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = { [MG_DIMENSION_REAL] = "real", [MG_DIMENSION_INT] = "int", [MG_DIMENSION_CHOICE] = "choice" };

/* --- Optuna's distributions -------------------------------------------------------------------------- */

void mg__study_put_number(mg__json_writer *w, const mg_dimension *d, double value) {
    char text[MG__NUMBER_BYTES + 2];
    if (d->kind != MG_DIMENSION_REAL) {
        mg__json_put_integer(w, (int64_t)value);
        return;
    }
    size_t length = mg__format_double(value, text);
    if (!strpbrk(text, ".e")) length += (size_t)snprintf(text + length, 3, ".0");
    mg__json_put_raw(w, text, length);
}

static void put_bound(mg__json_writer *w, const mg_dimension *d, const char *key, double value) {
    mg__json_put_key(w, key);
    mg__study_put_number(w, d, value);
}

static char *distribution_of(mg_context *context, const mg_dimension *d) {
    static const char *const names[] = { "FloatDistribution", "IntDistribution", "CategoricalDistribution" };
    mg__json_writer w = mg__json_writer_begin(context);
    mg__json_put_object(&w);
    mg__json_put_key(&w, "name");
    mg__json_put_string(&w, names[d->kind]);
    mg__json_put_key(&w, "attributes");
    mg__json_put_object(&w);
    if (d->kind == MG_DIMENSION_CHOICE) {
        mg__json_put_key(&w, "choices");
        mg__json_put_array(&w);
        for (int i = 0; i < d->words; i++) mg__json_put_string(&w, d->word[i]);
        mg__json_put_end(&w);
    } else {
        mg__json_put_key(&w, "step");
        if (d->kind == MG_DIMENSION_INT)
            mg__json_put_integer(&w, 1);
        else
            mg__json_put_null(&w);
        put_bound(&w, d, "low", d->low);
        put_bound(&w, d, "high", d->high);
        mg__json_put_key(&w, "log");
        mg__json_put_boolean(&w, d->log);
    }
    mg__json_put_end(&w);
    mg__json_put_end(&w);
    return mg__json_writer_finish(&w, NULL);
}

mg_status mg__study_distributions(mg_study *study) {
    const int n = mg_space_dimensions(study->space);
    study->distribution = mg__alloc_array(study->context, (size_t)n + 1, sizeof *study->distribution);
    for (int i = 0; study->distribution && i < n; i++)
        if (!(study->distribution[i] = distribution_of(study->context, mg_space_dimension(study->space, i))))
            return MG_OUT_OF_MEMORY;
    return study->distribution ? MG_OK : MG_OUT_OF_MEMORY;
}

static int find_word(const mg_dimension *d, const char *word) {
    for (int i = 0; word && i < d->words; i++)
        if (strcmp(d->word[i], word) == 0) return i;
    return -1;
}

/* Numbers among Optuna's choices are words of ours where they are spelled alike. */
static const char *choice_text(const mg__json *choice) {
    if (choice->kind == MG__JSON_BOOLEAN) return choice->boolean ? "true" : "false";
    return choice->kind == MG__JSON_STRING || choice->kind == MG__JSON_NUMBER ? choice->text : NULL;
}

static double word_of(const mg_dimension *d, const mg__json *root, int64_t index) {
    const mg__json *choices = mg__json_member(mg__json_member(root, "attributes"), "choices");
    const mg__json *choice = choices && choices->kind == MG__JSON_ARRAY ? choices->first : NULL;
    for (int64_t i = 0; choice && i < index; i++) choice = choice->next;
    const int word = choice && index >= 0 ? find_word(d, choice_text(choice)) : -1;
    return word < 0 ? (double)NAN : word;
}

mg_status mg__study_parameter(mg_study *study, int dimension, const mg__json *value, const char *distribution, double *number) {
    const mg_dimension *d = mg_space_dimension(study->space, dimension);
    mg__json_document *document = NULL;
    *number = NAN;
    if (!mg__json_double(value, number)) return MG_OK;
    if (!distribution || strcmp(distribution, study->distribution[dimension]) == 0) return MG_OK;
    mg_status status = mg__journal_try(study->context, "distribution", distribution, strlen(distribution), &document);
    const mg__json *root = document ? mg__json_root(document) : NULL;
    const char *name = mg__json_text(mg__json_member(root, "name"));
    const bool words = name && strcmp(name, "CategoricalDistribution") == 0;
    if (!name || words != (d->kind == MG_DIMENSION_CHOICE))
        *number = NAN;
    else if (words)
        *number = *number == floor(*number) && fabs(*number) < 1e6 ? word_of(d, root, (int64_t)*number) : (double)NAN;
    mg__json_destroy(document);
    return status;
}

/* --- the whole --------------------------------------------------------------------------------------- */

static void put_parent(mg__json_writer *w, const mg_space *space, const mg_dimension *d) {
    const mg_dimension *parent = mg_space_dimension(space, d->parent);
    mg__json_put_key(w, "where");
    mg__json_put_string(w, parent->name);
    if (!d->parent_words) {
        mg__json_put_key(w, "least");
        mg__json_put_number(w, d->parent_low);
        return;
    }
    mg__json_put_key(w, "is");
    mg__json_put_array(w);
    for (int i = 0; i < parent->words; i++)
        if (d->parent_words >> i & 1) mg__json_put_string(w, parent->word[i]);
    mg__json_put_end(w);
}

void mg__study_put_space(mg__json_writer *w, const mg_space *space) {
    mg__json_put_array(w);
    for (int i = 0; i < mg_space_dimensions(space); i++) {
        const mg_dimension *d = mg_space_dimension(space, i);
        mg__json_put_object(w);
        mg__json_put_key(w, "name");
        mg__json_put_string(w, d->name);
        mg__json_put_key(w, "kind");
        mg__json_put_string(w, kinds[d->kind]);
        if (d->kind == MG_DIMENSION_CHOICE) {
            mg__json_put_key(w, "words");
            mg__json_put_array(w);
            for (int k = 0; k < d->words; k++) mg__json_put_string(w, d->word[k]);
            mg__json_put_end(w);
        } else {
            put_bound(w, d, "low", d->low);
            put_bound(w, d, "high", d->high);
            mg__json_put_key(w, "log");
            mg__json_put_boolean(w, d->log);
        }
        if (d->parent >= 0) put_parent(w, space, d);
        mg__json_put_end(w);
    }
    mg__json_put_end(w);
}

static bool read_parent(const mg_space *space, const mg__json *row, mg_dimension *d) {
    const char *where = mg__json_text(mg__json_member(row, "where"));
    const mg__json *is = mg__json_member(row, "is");
    d->parent = where ? mg_space_find(space, where) : -1;
    if (d->parent < 0 || !is) return !where || (d->parent >= 0 && mg__json_double(mg__json_member(row, "least"), &d->parent_low));
    const mg_dimension *parent = mg_space_dimension(space, d->parent);
    for (const mg__json *word = is->first; word; word = word->next) {
        const int i = find_word(parent, mg__json_text(word));
        if (i < 0) return false;
        d->parent_words |= (uint64_t)1 << i;
    }
    return d->parent_words != 0;
}

static bool read_dimension(mg_space *space, const mg__json *row) {
    const char *word[MG_CHOICES_MOST + 1] = { NULL };
    const char *kind = mg__json_text(mg__json_member(row, "kind"));
    const mg__json *words = mg__json_member(row, "words");
    mg_dimension d = { .name = mg__json_text(mg__json_member(row, "name")), .parent = -1 };
    int k = 0;
    while (k < 3 && !(kind && strcmp(kind, kinds[k]) == 0)) k++;
    if (k == 3 || !read_parent(space, row, &d)) return false;
    d.kind = (mg_dimension_kind)k;
    if (d.kind == MG_DIMENSION_CHOICE) {
        for (const mg__json *w = words ? words->first : NULL; w; w = w->next) {
            if (d.words == MG_CHOICES_MOST || !mg__json_text(w)) return false;
            word[d.words++] = mg__json_text(w);
        }
        d.word = word;
    } else if (!mg__json_double(mg__json_member(row, "low"), &d.low) || !mg__json_double(mg__json_member(row, "high"), &d.high) ||
               !mg__json_bool(mg__json_member(row, "log"), &d.log)) {
        return false;
    }
    return mg_space_add(space, &d) == MG_OK;
}

mg_space *mg__study_read_space(mg_study *study, const mg__json *list) {
    mg_space *space = mg_space_create(study->context);
    bool good = space && list && list->kind == MG__JSON_ARRAY;
    for (const mg__json *row = good ? list->first : NULL; good && row; row = row->next) good = read_dimension(space, row);
    if (good) return space;
    mg_space_destroy(space);
    if (study->context->status != MG_OUT_OF_MEMORY) mg__journal_fail(&study->journal, "the study's space cannot be read");
    return NULL;
}

/* --- what was begun and what is asked for ------------------------------------------------------------ */

static void write_range(const mg_dimension *d, char *out, size_t size) {
    char low[MG__NUMBER_BYTES], high[MG__NUMBER_BYTES];
    size_t used = 0;
    mg__format_double(d->low, low);
    mg__format_double(d->high, high);
    if (d->kind != MG_DIMENSION_CHOICE)
        mg__append(out, size, &used, "%s%s..%s", d->log ? "log:" : d->kind == MG_DIMENSION_INT ? "int:" : "", low, high);
    for (int i = 0; d->kind == MG_DIMENSION_CHOICE && i < d->words; i++)
        mg__append(out, size, &used, "%s%s", i ? "|" : "", d->word[i]);
}

static bool same_words(const mg_dimension *a, const mg_dimension *b) {
    for (int i = 0; i < a->words && i < b->words; i++)
        if (strcmp(a->word[i], b->word[i]) != 0) return false;
    return a->words == b->words;
}

static mg_status compare_dimension(const mg_study *study, const mg_dimension *begun, const mg_dimension *asked) {
    char before[256] = "", now[256] = "";
    const char *path = study->journal.path;
    write_range(begun, before, sizeof before);
    write_range(asked, now, sizeof now);
    if (strcmp(begun->name, asked->name) != 0)
        return mg__fail(study->context, MG_SETTING, "%s: its study searches %s where this one searches %s; name another file",
                        path, begun->name, asked->name);
    const bool numbers = asked->kind != MG_DIMENSION_CHOICE;
    if (begun->kind != asked->kind ||
        (numbers ? begun->low != asked->low || begun->high != asked->high || begun->log != asked->log
                 : !same_words(begun, asked)))
        return mg__fail(study->context, MG_SETTING, "%s: its study searches %s in %s, this one in %s; name another file", path,
                        asked->name, before, now);
    if (begun->parent != asked->parent || begun->parent_words != asked->parent_words ||
        (asked->parent >= 0 && !asked->parent_words && begun->parent_low != asked->parent_low))
        return mg__fail(study->context, MG_SETTING, "%s: in its study %s is there under another condition; name another file",
                        path, asked->name);
    return MG_OK;
}

mg_status mg__study_compare(const mg_study *study) {
    const mg__beginning *begun = &study->beginning;
    const char *path = study->journal.path;
    const int before = mg_space_dimensions(begun->space), now = mg_space_dimensions(study->space);
    for (int i = 0; i < before && i < now; i++) {
        mg_status status = compare_dimension(study, mg_space_dimension(begun->space, i), mg_space_dimension(study->space, i));
        if (status != MG_OK) return status;
    }
    if (before != now)
        return mg__fail(study->context, MG_SETTING, "%s: its study %s %s; name another file", path,
                        before > now ? "also searches" : "does not search",
                        mg_space_dimension(before > now ? begun->space : study->space, before > now ? now : before)->name);
    if (study->purpose && begun->purpose && strcmp(study->purpose, begun->purpose) != 0)
        return mg__fail(study->context, MG_SETTING, "%s: its study measures '%s', this one '%s'; name another file", path,
                        begun->purpose, study->purpose);
    if (begun->seed != study->seed)
        return mg__fail(study->context, MG_SETTING, "%s: its study has seed %" PRIu64 ", not %" PRIu64 "; name another file",
                        path, begun->seed, study->seed);
    if (begun->batch != study->batch)
        return mg__fail(study->context, MG_SETTING,
                        "%s: its study asks %" PRId64 " trials at once, not %" PRId64 "; ask as many, or name another file", path,
                        begun->batch, study->batch);
    return MG_OK;
}
