/* The trials judged: who is better, which are drawn, which settings are shown. */
#include "report/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOGARITHMIC 50.0 /* the factor between the best and nine tenths of the values that makes their axis logarithmic */
#define FEW         10   /* whole numbers */
#define SPREAD      0.6  /* of a share: trials that stand beside each other */
#define FAR         3.0  /* times as far from the best as nine tenths of the values: not shown at its place */

/* --- ranks ------------------------------------------------------------------------------------------- */

static bool is_complete(const mg_trial *t) { return t->state == MG_TRIAL_COMPLETE && isfinite(t->value); }

typedef struct ranked {
    double key; /* the least is the best */
    int64_t index;
} ranked;

static int by_key(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static mg_status rank(mg__study_view *v) {
    ranked *all = mg__alloc_array(v->source->context, (size_t)v->complete + 1, sizeof *all);
    int64_t count = 0;
    if (!all) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < v->trials; i++)
        if (is_complete(v->trial[i])) all[count++] = (ranked){ v->source->maximise ? -v->value[i] : v->value[i], i };
    qsort(all, (size_t)count, sizeof *all, by_key);
    for (int64_t k = 0; k < count; k++) {
        v->order[k] = all[k].index;
        v->depth[all[k].index] = count > 1 ? 1 - (double)k / (double)(count - 1) : 1;
        if (k > 0 && all[k].key == all[k - 1].key) v->depth[all[k].index] = v->depth[all[k - 1].index]; /* ties are alike */
    }
    mg__free(v->source->context, all);
    return MG_OK;
}

static void find_winner(mg__study_view *v) {
    v->winner = v->complete > 0 ? v->order[0] : -1;
    for (int64_t i = 0; i < v->trials; i++)
        if (v->trial[i]->number == v->options->chosen && is_complete(v->trial[i])) v->winner = i;
    v->is_chosen = v->winner >= 0 && v->winner != v->order[0];
}

/* --- which are drawn --------------------------------------------------------------------------------- */

static void choose_drawn(mg__study_view *v, bool *chosen) {
    int64_t best = MG__STUDY_DRAWN / 4, others = MG__STUDY_DRAWN - best - 1;
    bool all = v->trials <= MG__STUDY_DRAWN;
    for (int64_t k = 0; k < best && k < v->complete; k++) chosen[v->order[k]] = true;
    if (v->winner >= 0) chosen[v->winner] = true;
    for (int64_t k = 0; k < others && !all; k++) chosen[k * v->trials / others] = true;
    for (int64_t i = 0; i < v->trials; i++)
        if (all || chosen[i]) v->drawn[v->drawn_count++] = i;
}

/* --- which settings are shown ------------------------------------------------------------------------ */

static void choose_settings(mg__study_view *v) {
    const double *importance = v->source->importance;
    bool taken[MG_SPACE_MOST] = { false };
    int count = mg_space_dimensions(v->source->space);
    for (v->settings = 0; v->settings < count && v->settings < MG__STUDY_SETTINGS; v->settings++) {
        int best = -1;
        for (int d = 0; d < count; d++)
            if (!taken[d] && (best < 0 || (importance && importance[d] > importance[best]))) best = d;
        taken[best] = true;
        v->setting[v->settings] = best;
    }
}

/* --- the axis of values ------------------------------------------------------------------------------ */

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

mg__range mg__values_range(double *value, int64_t count, bool maximise, bool *logarithmic) {
    *logarithmic = false;
    if (count == 0) return mg__range_none();
    qsort(value, (size_t)count, sizeof *value, by_value);
    double low = value[0], high = value[count - 1];
    double most = maximise ? value[count / 10] : value[count - 1 - count / 10], best = maximise ? high : low;
    *logarithmic = !maximise && low > 0 && most / low > LOGARITHMIC;
    double end = maximise ? low : high;
    if (*logarithmic) {
        double far = log(most / best) * FAR;
        if (far > 0 && log(end / best) > far) high = best * exp(far / 2);
    } else if (most != best && fabs(end - best) > FAR * fabs(most - best)) {
        end = best + (most - best) * FAR / 2;
        *(maximise ? &low : &high) = end;
    }
    return (mg__range){ low, high };
}

static mg_status find_range(mg__study_view *v) {
    double *value = mg__alloc_array(v->source->context, (size_t)v->trials + 1, sizeof *value);
    int64_t count = 0;
    if (!value) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < v->trials; i++) /* what was pruned is no measure, where there is a better one */
        if (isfinite(v->complete > 0 ? v->depth[i] : v->value[i])) value[count++] = v->value[i];
    v->range = mg__values_range(value, count, v->source->maximise, &v->logarithmic);
    mg__free(v->source->context, value);
    for (int64_t k = 0; k < v->drawn_count; k++) {
        double x = v->value[v->drawn[k]];
        v->beyond += isfinite(x) && (x < v->range.low || x > v->range.high);
    }
    return MG_OK;
}

mg__scale mg__study_scale(const mg__study_view *v, double from, double to) {
    return mg__scale_make(v->range.low, v->range.high, v->logarithmic, from, to);
}

double mg__value_place(const mg__scale *scale, double value) {
    return mg__scale_place(scale, fmin(fmax(value, scale->low), scale->high));
}

double mg__study_worst(const mg__study_view *v, const mg__frame *f) { return v->source->maximise ? f->bottom - 5 : f->top + 5; }

static bool has_shares(const mg_dimension *d) {
    return d->kind == MG_DIMENSION_CHOICE || (d->kind == MG_DIMENSION_INT && d->high - d->low < FEW);
}

double mg__spread(const mg_dimension *d, const mg_trial *trial, double value) {
    double turn = (double)trial->number * 0.6180339887498949;
    return has_shares(d) ? value + SPREAD * (turn - floor(turn) - 0.5) : value;
}

mg__scale mg__dimension_scale(const mg_dimension *d, double from, double to) {
    if (has_shares(d)) return (mg__scale){ .low = d->low - 0.5, .high = d->high + 0.5, .from = from, .to = to };
    if (!(d->low < d->high)) return mg__scale_make(d->low, d->high, false, from, to);
    return (mg__scale){ d->low, d->high, from, to, d->log && d->low > 0 };
}

/* --- all of it --------------------------------------------------------------------------------------- */

static bool is_interrupted(const mg_trial *t) {
    return t->state == MG_TRIAL_FAILED && t->reason && !strcmp(t->reason, "interrupted");
}

static void take_trials(mg__study_view *v) {
    for (int64_t i = 0; i < v->source->trials; i++) {
        const mg_trial *t = &v->source->trial[i];
        v->running += t->state == MG_TRIAL_RUNNING;
        if (t->state == MG_TRIAL_RUNNING || t->state == MG_TRIAL_WAITING || is_interrupted(t)) continue;
        bool complete = is_complete(t), pruned = t->state == MG_TRIAL_PRUNED;
        v->complete += complete;
        v->pruned += pruned;
        v->failed += !complete && !pruned;
        v->trial[v->trials] = t;
        v->value[v->trials] = complete ? t->value : pruned && t->steps > 0 ? t->step_value[t->steps - 1] : NAN;
        v->depth[v->trials++] = NAN;
    }
}

mg_status mg__study_view_make(const mg__study_source *source, const mg_study_report_options *options, mg__study_view *v) {
    mg_context *context = source->context;
    size_t count = (size_t)source->trials + 1;
    *v = (mg__study_view){ .source = source,
                           .options = options,
                           .value_name = options->value ? options->value : "value",
                           .trial = mg__alloc_array(context, count, sizeof *v->trial),
                           .value = mg__alloc_array(context, 2 * count, sizeof *v->value),
                           .order = mg__alloc_array(context, 2 * count, sizeof *v->order),
                           .page = mg__page_begin(context) };
    bool *chosen = mg__alloc_array(context, count, sizeof *chosen);
    mg_status status = v->trial && v->value && v->order && chosen ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        v->depth = v->value + count;
        v->drawn = v->order + count;
        take_trials(v);
        status = rank(v);
    }
    if (status == MG_OK) {
        find_winner(v);
        choose_drawn(v, chosen);
        choose_settings(v);
        status = find_range(v);
    }
    mg__free(context, chosen);
    return status;
}

void mg__study_view_free(mg__study_view *v) {
    mg_context *context = v->source->context;
    mg__free(context, v->trial);
    mg__free(context, v->value);
    mg__free(context, v->order);
    mg__page_free(&v->page);
}
