/* What to beware of, the worst first. */
#include "data/classes.h"
#include "data/date.h"
#include "data/profile.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define NAMES_SHOWN   5
#define SKEWED        5.0  /* beyond: tails that pull a mean away */
#define RARE          0.01 /* of the rows */
#define MANY_MARKED   20   /* different values, at least ... */
#define MOST_MARKED   0.9  /* ... of which so many are numbers with a mark */
#define MANY_TWICE    0.01 /* of the rows */
#define MOST_COMPARED 256  /* classes whose spellings are compared */
#define FEW_ROWS      3    /* of a class: one each to train, to validate and to test */

static const char *plural(int64_t count) { return count == 1 ? "" : "s"; }

/* "'a', 'b' and 3 more" */
typedef struct list {
    char text[512];
    size_t used;
    int64_t count;
} list;

static void list_add(list *l, const char *name) {
    if (l->count++ >= NAMES_SHOWN) return;
    mg__append(l->text, sizeof l->text, &l->used, "%s'%.60s'", l->count > 1 ? ", " : "", name);
}

static const char *list_end(list *l) {
    if (l->count > NAMES_SHOWN) mg__append(l->text, sizeof l->text, &l->used, " and %" PRId64 " more", l->count - NAMES_SHOWN);
    return l->text;
}

/* --- columns ----------------------------------------------------------------------------------------- */

static mg_status warn_leaks(mg_profile *p, const mg__gathered *g, mg__leak_target *rows) {
    mg_status status = MG_OK;
    for (int64_t c = 0; p->has_target && status == MG_OK && c < p->columns; c++) {
        const mg_column_profile *column = &p->column[c];
        mg__leak leak;
        if (c == g->target || g->drop[c] || column->kind == MG_KIND_CONSTANT) continue;
        status = mg__leak_find(p->context, g->sample.rows, c, column->kind, rows, &leak);
        if (status != MG_OK || leak == MG__LEAK_NONE) continue;
        char text[MG__LEAK_BYTES];
        status = mg__profile_warn(p, "%s", mg__leak_text(leak, column->name, text));
    }
    return status;
}

/* `one` and `many` are verb phrases. */
static mg_status warn_kind(mg_profile *p, const mg__gathered *g, mg_kind kind, const char *one, const char *many) {
    list names = { .used = 0 };
    for (int64_t c = 0; c < p->columns; c++)
        if (p->column[c].kind == kind && c != g->target && !g->drop[c]) list_add(&names, p->column[c].name);
    if (names.count == 0) return MG_OK;
    if (names.count == 1) return mg__profile_warn(p, "1 column %s and is left out: %s", one, list_end(&names));
    return mg__profile_warn(p, "%" PRId64 " columns %s and are left out: %s", names.count, many, list_end(&names));
}

static mg_status warn_missing(mg_profile *p) {
    list names = { .used = 0 };
    for (int64_t c = 0; c < p->columns; c++)
        if (p->column[c].use && p->column[c].missing > p->rows / 2) list_add(&names, p->column[c].name);
    if (names.count == 0) return MG_OK;
    return mg__profile_warn(p, "more than half of the cells are missing in %" PRId64 " column%s: %s", names.count,
                            plural(names.count), list_end(&names));
}

static mg_status warn_infinite(mg_profile *p) {
    for (int64_t c = 0; c < p->columns; c++) {
        const mg_column_profile *column = &p->column[c];
        if (column->infinite == 0 || !(column->use || column->target)) continue;
        mg_status status =
            mg__profile_warn(p, "column '%.60s' has %" PRId64 " infinite cell%s: %s", column->name, column->infinite,
                             plural(column->infinite), column->target ? "no loss can be computed of it" : "taken for missing");
        if (status != MG_OK) return status;
    }
    return MG_OK;
}

/* The first spellings of the sample that are no number, or no date. */
static void find_strays(const mg_dataset *sample, int64_t index, bool dates, list *strays) {
    const mg__dictionary *words = &sample->column[index].dictionary;
    for (size_t k = 0; k < words->count; k++) {
        const char *text = mg__dictionary_text(words, (uint32_t)k);
        double value = words->entries[k].value;
        bool fits = dates ? mg__parse_date(text, strlen(text), false, &value) : !isnan(value);
        if (!fits) list_add(strays, text);
    }
}

static mg_status warn_strays(mg_profile *p, const mg__gathered *g) {
    mg_status status = MG_OK;
    for (int64_t c = 0; status == MG_OK && c < p->columns; c++) {
        const mg_column_profile *column = &p->column[c];
        list strays = { .used = 0 };
        if (column->strays == 0 || !(column->use || column->target)) continue;
        find_strays(g->sample.rows, c, column->kind == MG_KIND_DATE, &strays);
        status = mg__profile_warn(p, "column '%.60s' holds %s but for %" PRId64 " cell%s, which count%s as missing: %s",
                                  column->name, column->kind == MG_KIND_DATE ? "dates" : "numbers", column->strays,
                                  plural(column->strays), column->strays == 1 ? "s" : "", list_end(&strays));
    }
    return status;
}

/* "$1,200", "12 kg", "45%": a number once a mark before it or a few letters behind it are gone. */
static bool is_marked_number(const char *text) {
    static const char *const marks[] = { "$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5", "<", ">", "~" };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(text, marks[i], strlen(marks[i])) == 0) text += strlen(marks[i]);
    size_t length = strlen(text), end = length;
    while (end > 0 && !(text[end - 1] >= '0' && text[end - 1] <= '9') && length - end < 6) end--;
    return end > 0 && !isnan(mg__cell_number(text, end, false, '.'));
}

static mg_status warn_marks(mg_profile *p, const mg__gathered *g) {
    mg_status status = MG_OK;
    for (int64_t c = 0; status == MG_OK && c < p->columns; c++) {
        const mg_column_profile *column = &p->column[c];
        const mg__dictionary *words = &g->sample.rows->column[c].dictionary;
        size_t marked = 0;
        bool text = column->kind == MG_KIND_CATEGORY || column->kind == MG_KIND_TEXT || column->kind == MG_KIND_ID;
        if (!text || column->numbers > 0 || words->count < MANY_MARKED || column->target || g->drop[c]) continue;
        for (size_t k = 0; k < words->count; k++) marked += is_marked_number(mg__dictionary_text(words, (uint32_t)k));
        if ((double)marked >= MOST_MARKED * (double)words->count)
            status = mg__profile_warn(
                p, "column '%.60s' looks like numbers with a mark beside them, as in '%.60s': without it they could be compared",
                column->name, column->example);
    }
    return status;
}

static mg_status warn_skew(mg_profile *p) {
    list names = { .used = 0 };
    for (int64_t c = 0; c < p->columns; c++) {
        const mg_column_profile *column = &p->column[c];
        if (column->use && column->kind == MG_KIND_NUMBER && fabs(column->skewness) > SKEWED) list_add(&names, column->name);
    }
    if (names.count == 0) return MG_OK;
    return mg__profile_warn(p, "%" PRId64 " column%s a long tail, of which robust scaling takes care: %s", names.count,
                            names.count == 1 ? " has" : "s have", list_end(&names));
}

/* --- rows -------------------------------------------------------------------------------------------- */

static mg_status warn_classes(mg_profile *p) {
    list few = { .used = 0 };
    int64_t rarest = 0;
    for (int64_t i = 0; i < p->classes; i++) {
        if (p->class[i].rows < FEW_ROWS) list_add(&few, p->class[i].text);
        if (p->class[i].rows < p->class[rarest].rows) rarest = i;
    }
    if (few.count > 0) {
        const char *has = few.count == 1 ? " has" : "es have";
        return mg__profile_warn(p, "%" PRId64 " class%s too few rows to train, to validate and to test: %s", few.count, has,
                                list_end(&few));
    }
    if (p->classes == 0) return MG_OK;
    double share = (double)p->class[rarest].rows / (double)(p->rows - p->target.missing);
    if (share >= RARE) return MG_OK;
    return mg__profile_warn(p,
                            "class '%.60s' has only %.2g %% of the rows (%" PRId64 "): look at balanced_accuracy, not accuracy",
                            p->class[rarest].text, 100 * share, p->class[rarest].rows);
}

/* The first pair of spellings that probably mean one class. */
static mg_status warn_alike(mg_profile *p) {
    for (int64_t a = 0; p->classes <= MOST_COMPARED && a < p->classes; a++)
        for (int64_t b = 0; b < a; b++)
            if (mg__classes_alike(p->class[a].text, p->class[b].text))
                return mg__profile_warn(
                    p, "classes '%.60s' and '%.60s' differ in case or blanks only: if they are one, spell them alike",
                    p->class[b].text, p->class[a].text);
    return MG_OK;
}

static mg_status warn_columns(mg_profile *p) {
    int64_t used = 0, rows = p->rows - (p->has_target ? p->target.missing : 0);
    for (int64_t c = 0; c < p->columns; c++) used += p->column[c].use;
    if (used <= rows) return MG_OK;
    return mg__profile_warn(p, "%" PRId64 " columns to learn from, but %" PRId64 " row%s: what is found may be chance", used,
                            rows, plural(rows));
}

static mg_status warn_duplicates(mg_profile *p) {
    if ((double)p->duplicates < MANY_TWICE * (double)p->sampled) return MG_OK;
    return mg__profile_warn(p, "%" PRId64 " of %" PRId64 " rows equal an earlier one: the same row may be trained and tested on",
                            p->duplicates, p->sampled);
}

static mg_status warn_target(mg_profile *p) {
    if (!p->has_target || p->target.missing == 0) return MG_OK;
    return mg__profile_warn(p, "%" PRId64 " row%s no target and %s left out", p->target.missing,
                            p->target.missing == 1 ? " has" : "s have", p->target.missing == 1 ? "is" : "are");
}

mg_status mg__profile_warnings(mg_profile *p, const mg__gathered *g, mg__leak_target *rows) {
    mg_status status = warn_leaks(p, g, rows);
    if (status == MG_OK) status = warn_target(p);
    bool images = p->image[0] > 0; /* what stands beside them is not learned from anyway */
    if (status == MG_OK && !images) status = warn_kind(p, g, MG_KIND_ID, "names the rows", "name the rows");
    if (status == MG_OK && !images) status = warn_kind(p, g, MG_KIND_TEXT, "is free text", "are free text");
    if (status == MG_OK && !images)
        status = warn_kind(p, g, MG_KIND_CONSTANT, "is the same in every row", "are the same in every row");
    if (status == MG_OK) status = warn_missing(p);
    if (status == MG_OK) status = warn_infinite(p);
    if (status == MG_OK) status = warn_strays(p, g);
    if (status == MG_OK) status = warn_marks(p, g);
    if (status == MG_OK) status = warn_columns(p);
    if (status == MG_OK) status = warn_classes(p);
    if (status == MG_OK) status = warn_alike(p);
    if (status == MG_OK) status = warn_skew(p);
    if (status == MG_OK) status = warn_duplicates(p);
    return status;
}
