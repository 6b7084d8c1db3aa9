/* What a curve says, in words. */
#include "tune/curve.h"
#include "tune/paired.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CERTAIN 0.05

typedef struct verdict {
    const mg_curve *curve;
    mg__curve *out;
    size_t used;
} verdict;

#define SAY(v, ...) mg__append((v)->out->verdict, MG__VERDICT_BYTES, &(v)->used, __VA_ARGS__)

static double mean_of(const verdict *v, int point, bool train) {
    const mg_cross_validated *c = &v->curve->cv->candidate[point];
    return mg_metric_value(v->curve->metric, train ? &c->train : &c->mean);
}

static double gain(const verdict *v, double a, double b) { return v->curve->metric->more_is_better ? a - b : b - a; }

/* Is a worse than b, by the folds' rows, as far as they can tell? */
static bool is_worse(const verdict *v, int a, int b) {
    mg_paired found = mg_cross_validation_compare(v->curve->cv, v->curve->metric, a, b);
    return found.p < CERTAIN && gain(v, found.difference, 0) < 0;
}

/* Do the rows that train score better than the others, fold by fold? */
static bool has_gap(const verdict *v, int point) {
    const mg_cross_validated *c = &v->curve->cv->candidate[point];
    double *value = mg__alloc_array(v->out->context, 2 * (size_t)c->folds, sizeof *value);
    int64_t test = 0, train = 0;
    if (!value) return false;
    for (int64_t i = 0; i < c->folds; i++) {
        const mg_fold *fold = &c->fold[i];
        value[i] = fold->done ? mg_metric_value(v->curve->metric, &fold->train) : NAN;
        value[c->folds + i] = fold->done ? mg_metric_value(v->curve->metric, &fold->scores) : NAN;
        if (fold->done) test += fold->scores.rows, train += fold->train_rows;
    }
    mg_paired found = mg__paired_test(value, value + c->folds, c->folds, train > 0 ? (double)test / (double)train : 0);
    mg__free(v->out->context, value);
    return found.p < CERTAIN && gain(v, found.difference, 0) > 0;
}

static void say_scores(verdict *v, int point) {
    SAY(v, "%s %.4g on the rows that trained, %.4g on the others", v->curve->metric->name, mean_of(v, point, true),
        mean_of(v, point, false));
}

/* Nothing more can be learned from the rows that trained. */
static bool is_perfect(const verdict *v, double train) { return v->curve->metric->more_is_better ? train > 0.995 : train < 1e-3; }

/* --- rows --------------------------------------------------------------------------------------------- */

static void judge_rows(verdict *v) {
    const mg_curve *c = v->curve;
    int last = c->points - 1, half = -1;
    for (int i = 0; i < last; i++)
        if (half < 0 || fabs(v->out->share[i] - 0.5) < fabs(v->out->share[half] - 0.5)) half = i;
    if (half >= 0) {
        mg_paired found = mg_cross_validation_compare(c->cv, c->metric, last, half);
        double by = gain(v, found.difference, 0);
        if (found.p < CERTAIN && by > 0)
            SAY(v,
                "More rows help: from %.0f to %.0f the %s got better by %.3g (p %.2g), so more than there are may help further. ",
                c->value[half], c->value[last], c->metric->name, fabs(found.difference), found.p);
        else if (found.p < CERTAIN)
            SAY(v, "More rows do harm: from %.0f to %.0f the %s got worse by %.3g (p %.2g); are the added ones of another kind? ",
                c->value[half], c->value[last], c->metric->name, fabs(found.difference), found.p);
        else if (found.p >= CERTAIN)
            SAY(v,
                "Whether more rows help cannot be told: from %.0f to %.0f the %s got %s by %.3g (p %.2g of %lld folds); repeats tell more. ",
                c->value[half], c->value[last], c->metric->name, by >= 0 ? "better" : "worse", fabs(found.difference), found.p,
                (long long)found.folds);
    }
    if (!isfinite(mean_of(v, last, false))) return;
    if (has_gap(v, last)) {
        SAY(v, "With all of them it overfits: ");
        say_scores(v, last);
        SAY(v, "; regularisation, or a smaller network, may help.");
    } else {
        SAY(v, "With all of them no overfitting can be told: ");
        say_scores(v, last);
        SAY(v, is_perfect(v, mean_of(v, last, true)) ? "." : "; a larger network may learn more.");
    }
}

/* --- a setting ---------------------------------------------------------------------------------------- */

static void say_end(verdict *v, int end) {
    const mg_curve *c = v->curve;
    if (end == c->best || !is_worse(v, end, c->best)) return;
    bool under = gain(v, mean_of(v, end, true), mean_of(v, c->best, true)) < 0;
    SAY(v, "At %s it %s: ", c->text[end], under ? "underfits" : "overfits");
    say_scores(v, end);
    SAY(v, ". ");
}

/* The values, neighbours of the best one, that are no worse as far as the folds can tell. */
static void say_plateau(verdict *v) {
    const mg_curve *c = v->curve;
    int low = c->best, high = c->best;
    while (low > 0 && !is_worse(v, low - 1, c->best)) low--;
    while (high < c->points - 1 && !is_worse(v, high + 1, c->best)) high++;
    if (low == high)
        SAY(v, "; its neighbours are worse. ");
    else if (low == 0 && high == c->points - 1)
        SAY(v, "; %lld folds cannot tell the others apart from it. ", (long long)c->cv->candidate[0].done);
    else
        SAY(v, "; from %s to %s no difference can be told. ", c->text[low], c->text[high]);
}

static void say_words(verdict *v) {
    const mg_curve *c = v->curve;
    int worse = 0;
    for (int i = 0; i < c->points; i++)
        if (i != c->best && is_worse(v, i, c->best)) SAY(v, "%s%s", worse++ ? ", " : "; worse are ", c->text[i]);
    if (worse)
        SAY(v, ". ");
    else
        SAY(v, "; %lld folds cannot tell the others apart from it. ", (long long)c->cv->candidate[0].done);
}

static void judge_setting(verdict *v) {
    const mg_curve *c = v->curve;
    SAY(v, "Best at %s %s: %s %.4g", c->of, c->text[c->best], c->metric->name, mean_of(v, c->best, false));
    if (c->words) {
        say_words(v);
        return;
    }
    say_plateau(v);
    say_end(v, 0);
    if (c->points > 1) say_end(v, c->points - 1);
    if (c->points > 2 && (c->best == 0 || c->best == c->points - 1) && is_worse(v, c->points - 1 - c->best, c->best))
        SAY(v, "It lies at the range's end: beyond it may be better.");
}

void mg__curve_judge(mg__curve *curve) {
    verdict v = { .curve = &curve->shown, .out = curve };
    curve->shown.best = mg_cross_validation_best(curve->shown.cv, curve->shown.metric, NULL);
    if (curve->shown.best < 0) return;
    if (curve->space)
        judge_setting(&v);
    else
        judge_rows(&v);
    while (v.used > 0 && v.used < MG__VERDICT_BYTES && curve->verdict[v.used - 1] == ' ') curve->verdict[--v.used] = 0;
}
