/* Curves: the points along rows or a setting, each cross-validated. */
#include "tune/curve.h"

#include "train/scoring.h"
#include "tune/frozen_folds.h"

#include <math.h>
#include <string.h>

#define POINTS 7 /* where the range does not say */

/* --- rows --------------------------------------------------------------------------------------------- */

static mg_status add_point(mg__curve *c, double value, const char *text) {
    int i = c->shown.points;
    c->value[i] = value;
    c->text[i] = mg__strdup(c->context, text);
    if (!c->text[i]) return MG_OUT_OF_MEMORY;
    c->shown.points++;
    return MG_OK;
}

/* Of the fold with fewest training rows. */
static mg_status count_rows(const mg__curve *c, const mg_dataset *dataset, const mg_train_options *options,
                            const mg_cross_validation_options *how, int64_t *least, int64_t *classes) {
    mg__frozen_folds folds;
    mg_status status = mg__frozen_folds_make(c->context, dataset, options, how->folds, 1, false, &folds);
    if (status != MG_OK) return status;
    *least = folds.rows;
    *classes = (int64_t)folds.classes.count;
    for (int64_t index = 0; index < folds.folds; index++) {
        int64_t trains = 0;
        for (int64_t i = 0; i < folds.rows; i++) trains += mg__fold_trains(&folds, index, i);
        *least = trains < *least ? trains : *least;
    }
    mg__frozen_folds_free(&folds);
    return MG_OK;
}

static mg_status take_shares(mg__curve *c, const mg_dataset *dataset, const mg_train_options *options,
                             const mg_cross_validation_options *how) {
    static const int percent[] = { 10, 20, 30, 50, 70, 100 };
    int64_t least = 0, classes = 0;
    mg_status status = count_rows(c, dataset, options, how, &least, &classes);
    int64_t fewest = 2 * classes > 10 ? 2 * classes : 10;
    for (size_t i = 0; i < sizeof percent / sizeof *percent && status == MG_OK; i++) {
        char text[16];
        size_t used = 0;
        if (percent[i] < 100 && least * percent[i] < fewest * 100) continue;
        mg__append(text, sizeof text, &used, "%d %%", percent[i]);
        c->share[c->shown.points] = percent[i] / 100.0;
        status = add_point(c, NAN, text);
    }
    return status;
}

/* --- a setting ---------------------------------------------------------------------------------------- */

/* Where a setting is looked at when nobody says where. */
static const struct {
    const char *name, *range;
} usual_ranges[] = {
    { "lr", "log:1e-4..1e-1/7" },         { "l1", "log:1e-6..1e-2/5" },      { "l2", "log:1e-5..1/6" },
    { "weight-decay", "log:1e-3..10/5" }, { "dropout", "0..0.8/5" },         { "batch", "log:8..512/7" },
    { "epochs", "log:5..320/7" },         { "members", "log:1..16/5" },      { "bins", "0..64/5" },
    { "momentum", "0..0.99/5" },          { "label-smoothing", "0..0.4/5" }, { "ema", "0..0.99/4" },
    { "clip-norm", "log:0.1..10/5" },
};

static void append_choices(const mg_option *row, char *out, size_t size, size_t *used) {
    const char *word;
    for (int i = 0, n = 0; (word = row->choice(i)) != NULL; i++)
        if (strcmp(word, "auto") != 0) mg__append(out, size, used, "%s%s", n++ ? "|" : "", word);
}

/* "lr" -> "lr=log:1e-4..1e-1/7" */
static mg_status add_usual_range(mg__curve *c, const char *name) {
    char search[1024];
    size_t used = 0;
    const mg_option *row = mg_option_find(mg_settings_table(), "train", name);
    mg__append(search, sizeof search, &used, "%.60s=", name);
    size_t head = used;
    for (size_t i = 0; i < sizeof usual_ranges / sizeof *usual_ranges; i++)
        if (!strcmp(usual_ranges[i].name, name)) mg__append(search, sizeof search, &used, "%s", usual_ranges[i].range);
    if (row && row->type == MG_OPTION_CHOICE) append_choices(row, search, sizeof search, &used);
    if (used > head) return mg_space_add_setting(c->space, search);
    if (!row || !mg_setting_of_training(row))
        return mg__fail(c->context, MG_SETTING,
                        "of: '%.60s' is no setting of a training; wanted rows, a setting (l2, lr, dropout ...), or one with its "
                        "range: lr=log:1e-4..1e-1/7",
                        name);
    return mg__fail(c->context, MG_SETTING,
                    "of: %s has no range of its own; give one, with a count: %s=LOW..HIGH/5, or words: %s=A|B", name, name, name);
}

static double value_at(const mg_dimension *d, int i, int points) {
    double share = points > 1 ? (double)i / (points - 1) : 0;
    double value = d->log ? exp(log(d->low) + share * (log(d->high) - log(d->low))) : d->low + share * (d->high - d->low);
    if (i == 0) value = d->low;
    if (i == points - 1 && i > 0) value = d->high;
    if (d->kind == MG_DIMENSION_INT) return floor(value + 0.5);
    if (i == 0 || i == points - 1) return value;
    if (value == 0) return 0;
    /* three digits are easier to read, and to write again */
    double exponent = floor(log10(fabs(value))) - 2, unit = pow(10, fabs(exponent));
    return exponent < 0 ? round(value * unit) / unit : round(value / unit) * unit;
}

static mg_status take_values(mg__curve *c) {
    const mg_dimension *d = mg_space_dimension(c->space, mg_space_dimensions(c->space) - 1);
    int points = d->kind == MG_DIMENSION_CHOICE ? d->words : d->points > 0 ? (int)fmin((double)d->points, 1e6) : POINTS;
    if (points > MG_CURVE_MOST)
        return mg__fail(c->context, MG_SETTING, "of: %d values of %s are too many for a curve; wanted at most %d", points,
                        d->name, MG_CURVE_MOST);
    c->shown.of = d->name;
    c->shown.words = d->kind == MG_DIMENSION_CHOICE;
    c->shown.log = d->log;
    mg_status status = MG_OK;
    for (int i = 0; i < points && status == MG_OK; i++) {
        char text[256];
        double value = c->shown.words ? i : value_at(d, i, points);
        if (c->shown.points > 0 && value == c->value[c->shown.points - 1]) continue; /* whole numbers that came together */
        mg_space_text(c->space, &value, 0, text, sizeof text);
        c->share[c->shown.points] = 1;
        status = add_point(c, value, text);
    }
    return status;
}

static mg_status read_setting(mg__curve *c, const mg_train_options *options, const char *of) {
    c->space = mg_space_create(c->context);
    if (!c->space) return MG_OUT_OF_MEMORY;
    mg_status status = strchr(of, '=') ? mg_space_add_setting(c->space, of) : add_usual_range(c, of);
    if (status == MG_OK) status = mg_space_check(c->space, options);
    return status == MG_OK ? take_values(c) : status;
}

/* --- all points --------------------------------------------------------------------------------------- */

static mg_status validate(mg__curve *c, const mg_dataset *dataset, const mg_train_options *options,
                          const mg_cross_validation_options *how) {
    mg_candidate candidates[MG_CURVE_MOST];
    mg_cross_validation_options without = *how;
    mg_status status = MG_OK;
    without.answers = false;
    for (int i = 0; i < c->shown.points && status == MG_OK; i++) {
        candidates[i] = (mg_candidate){ .name = c->text[i], .options = *options, .share = c->share[i] };
        if (c->space) status = mg_space_apply(c->space, &c->value[i], &candidates[i].options);
    }
    if (status != MG_OK) return status;
    c->shown.cv = mg_cross_validate_all(c->context, dataset, candidates, c->shown.points, &without);
    return c->shown.cv ? MG_OK : mg_context_status(c->context);
}

static double mean_rows(const mg_cross_validated *v) { return v->done > 0 ? (double)v->train.rows / (double)v->done : NAN; }

mg_curve *mg_curve_make(mg_context *context, const mg_dataset *dataset, const mg_train_options *options, const char *of,
                        const mg_cross_validation_options *how) {
    if (!context || !dataset || !of) return NULL;
    mg_train_options usual = mg_train_defaults();
    mg_cross_validation_options defaults = mg_cross_validation_defaults();
    if (!options) options = &usual;
    if (!how) how = &defaults;
    mg__curve *c = mg__alloc_zero(context, sizeof *c);
    if (!c) return NULL;
    *c = (mg__curve){ .context = context, .shown = { .of = "rows", .best = -1 } };
    bool rows = !strcmp(of, "rows");
    mg_status status = rows ? take_shares(c, dataset, options, how) : read_setting(c, options, of);
    if (status == MG_OK) status = validate(c, dataset, options, how);
    if (status != MG_OK) {
        mg_curve_destroy(&c->shown);
        return NULL;
    }
    const mg_metric *asked = mg_metric_find(options->metric);
    c->shown.metric = asked ? asked : mg__metric_main(c->shown.cv->task);
    for (int i = 0; rows && i < c->shown.points; i++) c->value[i] = mean_rows(&c->shown.cv->candidate[i]);
    c->shown.value = c->value;
    c->shown.text = (const char *const *)c->text;
    c->shown.verdict = c->verdict;
    if (!c->shown.cv->served) mg__curve_judge(c);
    return &c->shown;
}

void mg_curve_destroy(mg_curve *curve) {
    if (!curve) return;
    mg__curve *c = (mg__curve *)(void *)curve;
    mg_cross_validation_destroy((mg_cross_validation *)c->shown.cv);
    for (int i = 0; i < c->shown.points; i++) mg__free(c->context, c->text[i]);
    mg_space_destroy(c->space);
    mg__free(c->context, c);
}
