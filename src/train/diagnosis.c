/* The rules by which measured health becomes a diagnosis. A rule is a function and a row; each says what it saw. */
#include "train/model.h"

#include <micrograd/doctor.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- names ------------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *doc, *source;
} illnesses[MG_ILLNESSES] = { [MG_HEALTHY] = { "healthy", "it learns", "" },
#define ROW(id, name, doc, source) [MG_ILLNESS_##id] = { name, doc, source },
                              MG_ILLNESS_TABLE(ROW)
#undef ROW
};

static int known(mg_illness illness) { return (unsigned)illness < MG_ILLNESSES ? (int)illness : MG_HEALTHY; }
const char *mg_illness_name(mg_illness illness) { return illnesses[known(illness)].name; }
const char *mg_illness_doc(mg_illness illness) { return illnesses[known(illness)].doc; }
const char *mg_illness_source(mg_illness illness) { return illnesses[known(illness)].source; }

mg_illness mg_diagnosis_kind(const mg_diagnosis *diagnosis) {
    return diagnosis->findings > 0 ? diagnosis->finding[0].kind : MG_HEALTHY;
}

/* --- the chart: what rules read ---------------------------------------------------------------------- */

typedef struct chart {
    const mg_model *model;
    const mg_history *history;
    const mg_result *result;
    int64_t hidden; /* layers before the last */
    bool diverged, poor;
    double train, validation, linear; /* main scores */
    double *sorted;                   /* room for a number of each measured step */
} chart;

typedef double figure(const mg_layer_health *layer);
static double signal_of(const mg_layer_health *layer) { return layer->signal; }
static double update_of(const mg_layer_health *layer) { return layer->update_ratio; }
static double saturated_of(const mg_layer_health *layer) { return layer->saturated; }
static double dead_of(const mg_layer_health *layer) { return layer->dead; }

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median over measured steps from `first` on; NaN: none is finite. over: divided by the same of the last layer. */
static double median(const chart *c, figure *of, int64_t layer, int64_t first, int64_t end, bool over) {
    int64_t count = 0;
    for (int64_t k = first; k < end; k++) {
        const mg_layer_health *step = c->history->health[k].layer;
        double value = of(&step[layer]);
        if (over) value /= of(&step[c->hidden]);
        if (isfinite(value)) c->sorted[count++] = value;
    }
    qsort(c->sorted, (size_t)count, sizeof *c->sorted, ascending);
    return count > 0 ? c->sorted[count / 2] : NAN;
}

static double late(const chart *c, figure *of, int64_t layer) {
    return median(c, of, layer, c->history->healths / 2, c->history->healths, false);
}

static const mg_layer_health *at_first(const chart *c) { return c->history->health[0].layer; }

static double epoch_loss(const chart *c, int64_t epoch) { return c->history->epoch[epoch].loss; }
static double last_loss(const chart *c) { return c->history->epochs > 0 ? epoch_loss(c, c->history->epochs - 1) : NAN; }

/* --- saying it --------------------------------------------------------------------------------------- */

MG__PRINTF(2, 3)
static bool say(mg_finding *finding, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->evidence, sizeof finding->evidence, format, arguments);
    va_end(arguments);
    return true;
}

static void blame(mg_finding *finding, int64_t layer) {
    if (finding->layers < MG_FINDING_LAYERS) finding->layer[finding->layers++] = layer;
}

static const char *name_of(const chart *c, int64_t layer) { return c->history->layer[layer]; }

/* Layers whose figure reaches a bound, and the one that has most of it; -1: none does. */
static int64_t worst(const chart *c, figure *of, double bound, mg_finding *finding, double *most) {
    int64_t index = -1;
    *most = 0;
    for (int64_t i = 0; i < c->hidden; i++) {
        double value = late(c, of, i), begun = of(&at_first(c)[i]);
        if (begun > value || isnan(value)) value = begun;
        if (!(value >= bound)) continue;
        blame(finding, i);
        if (value > *most) *most = value, index = i;
    }
    return index;
}

/* --- the rules --------------------------------------------------------------------------------------- */

/* At the first step, for later layers of a dead network are alike too. */
static bool is_symmetric(const chart *c, mg_finding *f) {
    for (int64_t i = 0; i < c->hidden; i++) {
        bool woken = i == 0 || at_first(c)[i - 1].activation_std > 0 || f->layers > 0;
        if (at_first(c)[i].alike >= 0.99 && woken) blame(f, i);
    }
    if (f->layers == 0) return false;
    return say(f,
               "before the first step %.0f %% of the units of '%s' give the same number on every row; equal weights get equal "
               "gradients and stay equal",
               100 * at_first(c)[f->layer[0]].alike, name_of(c, f->layer[0]));
}

static bool is_unscaled(const chart *c, mg_finding *f) {
    const mg_input_health *in = &c->history->inputs;
    bool wide = in->largest > 10, unlike = in->largest > 5 && in->largest > 50 * in->median, tiny = in->largest < 0.02;
    if (in->columns == 0 || !(wide || unlike || tiny)) return false;
    blame(f, 0);
    return say(f,
               "the inputs' sizes (root mean squares of %lld columns) go from %.3g to %.3g, in the middle %.3g; wanted: all "
               "near 1",
               (long long)in->columns, in->smallest, in->largest, in->median);
}

/* Before the first step, so that the learning rate has no part in it: signals that grow on their way back, or activations on
 * their way through. */
static bool is_exploding(const chart *c, mg_finding *f) {
    const mg_layer_health *first = at_first(c);
    double input = c->history->inputs.largest > 1 ? c->history->inputs.largest : 1, top = 0;
    int64_t at = 0;
    bool finite = true;
    for (int64_t i = 0; i <= c->hidden; i++) {
        double growth = first[i].signal / first[c->hidden].signal, spread = first[i].activation_std / input;
        bool good = isfinite(first[i].signal) && isfinite(first[i].activation_std);
        finite = finite && good;
        if (!good || growth > 100 || spread > 10) blame(f, i);
        if (spread > top) top = spread, at = i;
    }
    if (f->layers == 0 || !(c->poor || c->diverged)) return false;
    if (!finite) return say(f, "before the first step the numbers of '%s' are not finite any more", name_of(c, f->layer[0]));
    return say(f,
               "before the first step, what comes back to '%s' is %.2g times what the last layer gets, and '%s' gives numbers "
               "of a spread of %.3g; wanted: about 1 both",
               name_of(c, 0), first[0].signal / first[c->hidden].signal, name_of(c, at), first[at].activation_std);
}

/* A step that is half as long as the weights forgets them. */
static bool is_rate_high(const chart *c, mg_finding *f) {
    double most = 0;
    int64_t at = 0, early = c->history->healths < 5 ? c->history->healths : 5;
    for (int64_t i = 0; i <= c->hidden; i++) {
        double largest = 0;
        for (int64_t k = 0; k < early; k++) {
            double ratio = c->history->health[k].layer[i].update_ratio;
            if (isfinite(ratio) && ratio > largest) largest = ratio;
        }
        double usual = median(c, update_of, i, 0, c->history->healths, false);
        if (largest > 0.5 || usual > 0.1) blame(f, i);
        double seen = largest > usual || isnan(usual) ? largest : usual;
        if (seen > most) most = seen, at = i;
    }
    if (!c->poor && !c->diverged) return false;
    if (c->diverged)
        return say(
            f,
            "the loss is no longer finite after %lld epoch%s; the longest of the first steps changed the weights of '%s' by "
            "%.3g times their size (usual: a thousandth)",
            (long long)c->history->epochs, c->history->epochs == 1 ? "" : "s", name_of(c, at), most);
    if (f->layers == 0) return false;
    return say(f,
               "single steps change the weights of '%s' by up to %.3g times their size (usual: a thousandth), and the loss ends "
               "at %.3g",
               name_of(c, at), most, last_loss(c));
}

static bool is_dead(const chart *c, mg_finding *f) {
    double most;
    int64_t at = worst(c, dead_of, 0.5, f, &most);
    if (at < 0 || !(c->poor || c->diverged)) return false;
    return say(f, "%.0f %% of the units of '%s' give 0 on every row that was looked at: no gradient reaches their weights",
               100 * most, name_of(c, at));
}

/* Units that drift into saturation where nothing came back to them in the first place are a consequence, no cause. */
static bool is_saturated(const chart *c, mg_finding *f) {
    double most;
    int64_t at = worst(c, saturated_of, 0.5, f, &most);
    if (at < 0 || !c->poor) return false;
    bool begun = at_first(c)[at].saturated >= 0.5, reached = at_first(c)[0].signal >= 0.01 * at_first(c)[c->hidden].signal;
    if (!begun && !reached) return false;
    return say(f, "%.0f %% of the numbers of '%s' lie where its activation is flat (a slope below a tenth of its largest)",
               100 * most, name_of(c, at));
}

/* Early on, for a network that learns nothing in early layers may get by with the later ones. */
static bool is_vanishing(const chart *c, mg_finding *f) {
    double least = 1;
    int64_t at = -1, half = (c->history->healths + 1) / 2;
    for (int64_t i = 0; i < c->hidden; i++) {
        double share = median(c, signal_of, i, 0, half, true);
        if (!(share < 0.01)) continue;
        blame(f, i);
        if (share < least) least = share, at = i;
    }
    if (at < 0 || !c->poor) return false;
    return say(f,
               "what comes back to '%s' is %.2g times what the last layer gets (%d of %lld layers get less than a hundredth): "
               "they learn that much more slowly",
               name_of(c, at), least, f->layers, (long long)c->history->layers);
}

/* The longest way that the weights can have gone. */
static bool is_rate_low(const chart *c, mg_finding *f) {
    double most = 0, steps = c->history->epochs > 0 ? (double)c->history->epoch[c->history->epochs - 1].steps : 0;
    int64_t at = 0;
    for (int64_t i = 0; i <= c->hidden; i++) {
        double usual = median(c, update_of, i, 0, c->history->healths, false);
        blame(f, i);
        if (usual > most) most = usual, at = i;
    }
    if (!c->poor || !(most * steps < 0.5) || !(most > 0)) return false;
    return say(f,
               "a step changes the weights of '%s', which move most, by %.2g of their size (usual: a thousandth); all steps "
               "together by %.2g at most, and the loss went from %.3g to %.3g",
               name_of(c, at), most, most * steps, epoch_loss(c, 0), last_loss(c));
}

static bool is_imbalanced(const chart *c, mg_finding *f) {
    const mg_scores *scores = &c->result->validation;
    double gap = scores->accuracy - scores->balanced_accuracy;
    const mg_plan *plan = &c->model->plan;
    int64_t most = 0, least = INT64_MAX;
    for (int64_t k = 0; k < plan->classes; k++) {
        most = plan->class_rows[k] > most ? plan->class_rows[k] : most;
        least = plan->class_rows[k] < least ? plan->class_rows[k] : least;
    }
    if (!(gap > 0.1) || most < 3 * least) return false;
    blame(f, c->hidden);
    return say(f,
               "%.1f %% of the rows are predicted right, but of the classes' rows only %.1f %% in the mean; the largest class "
               "has %lld training rows, the smallest %lld",
               100 * scores->accuracy, 100 * scores->balanced_accuracy, (long long)most, (long long)least);
}

static bool is_overfitted(const chart *c, mg_finding *f) {
    double gap = c->train - c->validation, rows = (double)c->result->validation.rows;
    bool classes = c->model->task == MG_TASK_CLASSIFICATION;
    double error = classes ? sqrt(c->validation * (1 - c->validation) / rows) : 0;
    if (!(gap > (classes ? 0.1 : 0.35)) || gap < 2 * error) return false;
    return say(f, "%s is %.3g on the rows that were trained on, but %.3g on others", classes ? "accuracy" : "r2", c->train,
               c->validation);
}

static bool is_underfitted(const chart *c, mg_finding *f) {
    double margin = c->model->task == MG_TASK_CLASSIFICATION ? 0.02 : 0.05;
    if (!c->poor || !(c->train < c->linear - margin || c->train < 0.1)) return false;
    return say(f, "%s is %.3g even on the rows that were trained on; a linear model has %.3g on others",
               c->model->task == MG_TASK_CLASSIFICATION ? "accuracy" : "r2", c->train, c->linear);
}

static const struct {
    mg_illness kind;
    bool (*holds)(const chart *chart, mg_finding *finding);
    bool alone; /* only where nothing before it explains as much */
} rules[] = {
    { MG_ILLNESS_SYMMETRIC, is_symmetric, false },
    { MG_ILLNESS_UNSCALED, is_unscaled, false },
    { MG_ILLNESS_EXPLODING, is_exploding, false },
    { MG_ILLNESS_RATE_HIGH, is_rate_high, false },
    { MG_ILLNESS_DEAD, is_dead, false },
    { MG_ILLNESS_SATURATED, is_saturated, false },
    { MG_ILLNESS_VANISHING, is_vanishing, false },
    { MG_ILLNESS_RATE_LOW, is_rate_low, true },
    { MG_ILLNESS_IMBALANCE, is_imbalanced, true },
    { MG_ILLNESS_OVERFITTING, is_overfitted, true },
    { MG_ILLNESS_UNDERFITTING, is_underfitted, true },
};

/* --- all of it --------------------------------------------------------------------------------------- */

/* Below a linear model by more than chance explains, or hardly better than the answer that is always the same. */
static bool falls_short(const chart *c) {
    const mg_model *model = c->model;
    double rows = (double)c->result->validation.rows;
    if (c->diverged || !isfinite(c->validation) || !isfinite(c->train)) return true;
    if (model->task != MG_TASK_CLASSIFICATION) return c->validation < c->linear - 0.1 || c->train < 0.05;
    double error = sqrt(c->linear * (1 - c->linear) / rows), margin = 0.02 + 2 * error;
    int64_t most = 0, all = 0;
    for (int64_t k = 0; k < model->plan.classes; k++) {
        most = model->plan.class_rows[k] > most ? model->plan.class_rows[k] : most;
        all += model->plan.class_rows[k];
    }
    double constant = (double)most / (double)all;
    return c->validation < c->linear - margin || c->train < constant + 0.05 * (1 - constant);
}

static void judge(const chart *c, mg_diagnosis *diagnosis) {
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        mg_finding finding = { .kind = rules[i].kind };
        if (rules[i].alone && diagnosis->findings > 0 && c->poor) continue;
        if (rules[i].holds(c, &finding)) diagnosis->finding[diagnosis->findings++] = finding;
    }
}

mg_status mg_model_diagnose(const mg_model *model, const mg_scores *linear, mg_diagnosis *diagnosis) {
    *diagnosis = (mg_diagnosis){ 0 };
    if (!model) return MG_INVALID;
    const mg_history *history = &model->history.shown;
    if (history->healths == 0 || history->layers == 0)
        return mg__fail(model->context, MG_INVALID,
                        "diagnose: the last training measured nothing; set mg_train_options.health (--health) and train again");
    const mg_result *result = &model->result;
    const mg_metric *metric = mg_metric_find(model->task == MG_TASK_CLASSIFICATION ? "accuracy" : "r2");
    chart c = { .model = model,
                .history = history,
                .result = result,
                .hidden = history->layers - 1,
                .diverged = result->stopped == MG_STOP_DIVERGED,
                .train = mg_metric_value(metric, &result->train),
                .validation = mg_metric_value(metric, &result->validation),
                .linear = mg_metric_value(metric, linear ? linear : &result->linear) };
    c.sorted = mg__alloc_array(model->context, (size_t)history->healths, sizeof *c.sorted);
    if (!c.sorted) return MG_OUT_OF_MEMORY;
    c.poor = falls_short(&c);
    judge(&c, diagnosis);
    mg__free(model->context, c.sorted);
    return MG_OK;
}
