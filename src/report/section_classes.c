/* Classification: who is taken for whom, how well rows are ordered, and whether probabilities can be believed. */
#include "report/report.h"

#include "train/scoring.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CURVES  MG__CHART_COLORS /* more are not told apart */
#define CLASSES 200              /* of more there are no curves */
#define BINS    10

/* --- confusion --------------------------------------------------------------------------------------- */

static mg_status put_confusion(mg__report *report) {
    const mg__part *part = &report->judged->part;
    int64_t classes = report->classes;
    if (classes > MG__CONFUSION_CLASSES) return MG_OK;
    int64_t *counts = mg__alloc_array(report->context, (size_t)classes, (size_t)classes * sizeof *counts);
    if (!counts) return MG_OUT_OF_MEMORY;
    for (int64_t r = 0; r < part->rows; r++)
        counts[part->labels[r] * classes + mg_model_decide(report->model, report->judged->answer + r * classes)]++;
    mg__put_confusion(&report->page, report->class, classes, counts);
    mg__free(report->context, counts);
    return MG_OK;
}

/* --- curves of ranks --------------------------------------------------------------------------------- */

typedef struct rank_curve {
    double x[MG__LINE_POINTS], y[MG__LINE_POINTS];
    int64_t count;
    char name[MG__NAME_BYTES + 32];
} rank_curve;

static double weight_at(const mg_scored *scored, int64_t row) { return mg__weight_of(scored->weights, row); }

/* One point where probabilities change; of many the evenly chosen ones, the last among them. roc: false alarms against hits;
 * else recall against precision. */
static void trace(const mg_scored *scored, const mg__ranking *ranking, bool roc, rank_curve *curve) {
    double positive = 0, negative = 0, hits = 0, alarms = 0;
    int64_t changes = 0, seen = 0, every;
    for (int64_t i = 0; i < ranking->rows; i++) {
        double weight = weight_at(scored, ranking->order[i]);
        *(ranking->mark[i] & MG__RANK_POSITIVE ? &positive : &negative) += weight;
        changes += (ranking->mark[i] & MG__RANK_LAST) != 0;
    }
    every = changes / (MG__LINE_POINTS - 2) + 1;
    curve->count = 0;
    if (!(positive > 0) || (roc && !(negative > 0)) || !ranking->defined) return;
    if (roc) curve->x[0] = curve->y[0] = 0, curve->count = 1;
    for (int64_t i = 0; i < ranking->rows; i++) {
        *(ranking->mark[i] & MG__RANK_POSITIVE ? &hits : &alarms) += weight_at(scored, ranking->order[i]);
        if (!(ranking->mark[i] & MG__RANK_LAST)) continue;
        if (++seen % every != 0 && seen != changes) continue;
        curve->x[curve->count] = roc ? alarms / negative : hits / positive;
        curve->y[curve->count++] = roc ? hits / positive : hits / (hits + alarms);
    }
}

/* The area under the ROC, or the average precision, of one class against the rest. */
static mg_status area_of(const mg__report *report, const mg_scored *scored, int64_t index, bool roc, double *area) {
    mg__ranking ranking;
    mg_status status = mg__ranking_open(report->context, scored, index, &ranking);
    if (status != MG_OK) return status;
    mg__ranked ranked = mg__ranking_value(&ranking, scored->weights);
    *area = roc ? ranked.roc_auc : ranked.average_precision;
    mg__ranking_close(report->context, &ranking);
    return MG_OK;
}

/* The curves that are shown: those of the smallest areas, in the order of the classes. Returns how many; areas [count]. */
static int choose_curves(const double *area, int64_t count, int64_t chosen[CURVES]) {
    int shown = 0;
    for (int64_t k = 0; k < count; k++) {
        int64_t smaller = 0;
        for (int64_t i = 0; i < count; i++) smaller += area[i] < area[k] || (area[i] == area[k] && i < k);
        if (!isnan(area[k]) && smaller < CURVES && shown < CURVES) chosen[shown++] = k;
    }
    return shown;
}

static void put_rank_chart(mg__report *report, const mg__line *line, int lines, bool roc, bool some) {
    char about[256];
    snprintf(about, sizeof about, "%s%s",
             roc ? "What is found against false alarms, one class against the rest; with the area below."
                 : "How pure what is found is, against how much is found; with the average precision.",
             some ? " The eight classes that are told apart worst." : "");
    mg__line_chart chart = { .title = roc ? "ROC" : "Precision and recall",
                             .about = about,
                             .x_label = roc ? "false positive rate" : "recall",
                             .y_label = roc ? "true positive rate" : "precision",
                             .line = line,
                             .lines = lines,
                             .mark = NAN,
                             .unit = true,
                             .diagonal = roc };
    if (lines > 0) mg__put_line_chart(&report->page, &chart);
}

static mg_status trace_one(const mg__report *report, const mg_scored *scored, int64_t index, bool roc, double area,
                           rank_curve *curve) {
    char name[MG__NAME_BYTES], text[MG__FIGURE_BYTES];
    mg__ranking ranking;
    mg_status status = mg__ranking_open(report->context, scored, index, &ranking);
    if (status != MG_OK) return status;
    trace(scored, &ranking, roc, curve);
    mg__ranking_close(report->context, &ranking);
    snprintf(curve->name, sizeof curve->name, "%s: %s", mg__short_name(report->class[report->classes == 2 ? 1 : index], 24, name),
             mg__figure(area, text));
    return MG_OK;
}

static mg_status put_rank_curves(mg__report *report, const mg_scored *scored, bool roc) {
    int64_t count = mg__ranking_count(scored), chosen[CURVES];
    mg__line line[CURVES];
    double *area = mg__alloc_array(report->context, (size_t)count, sizeof *area);
    rank_curve *curve = mg__alloc_array(report->context, CURVES, sizeof *curve);
    mg_status status = area && curve ? MG_OK : MG_OUT_OF_MEMORY;
    for (int64_t k = 0; k < count && status == MG_OK; k++) status = area_of(report, scored, k, roc, &area[k]);
    int lines = status == MG_OK ? choose_curves(area, count, chosen) : 0;
    for (int i = 0; i < lines && status == MG_OK; i++) {
        status = trace_one(report, scored, chosen[i], roc, area[chosen[i]], &curve[i]);
        line[i] = (mg__line){ curve[i].name, curve[i].x, curve[i].y, curve[i].count, false };
    }
    if (status == MG_OK) put_rank_chart(report, line, lines, roc, count > CURVES);
    mg__free(report->context, curve);
    mg__free(report->context, area);
    return status;
}

/* --- calibration ------------------------------------------------------------------------------------- */

/* What is checked: of two classes the second's probability, of more the largest one, against how often it is right. */
static double claim_of(const mg__report *report, int64_t row, bool *right) {
    const double *answer = report->judged->answer + row * report->classes;
    int64_t best = 1;
    if (report->classes != 2) best = 0;
    for (int64_t c = 0; c < report->classes && report->classes != 2; c++) best = answer[c] > answer[best] ? c : best;
    *right = report->judged->part.labels[row] == best;
    return answer[best];
}

static void put_calibration(mg__report *report) {
    double sum[BINS] = { 0 }, hits[BINS] = { 0 }, x[BINS], y[BINS], error = 0;
    int64_t rows[BINS] = { 0 }, count = 0, all = report->judged->part.rows;
    for (int64_t r = 0; r < all; r++) {
        bool right;
        double claim = claim_of(report, r, &right);
        if (!isfinite(claim)) continue;
        int bin = claim >= 1 ? BINS - 1 : claim <= 0 ? 0 : (int)(claim * BINS);
        sum[bin] += claim;
        hits[bin] += right;
        rows[bin]++;
    }
    for (int b = 0; b < BINS; b++) {
        if (rows[b] == 0) continue;
        x[count] = sum[b] / (double)rows[b];
        y[count++] = hits[b] / (double)rows[b];
        error += fabs(sum[b] - hits[b]) / (double)all;
    }
    char about[256], text[MG__FIGURE_BYTES];
    snprintf(about, sizeof about,
             "Of rows whose probability is p, a share of p should %s: the dashed line. Expected calibration error %s.",
             report->classes == 2 ? "be of the second class" : "be predicted right", mg__figure(error, text));
    mg__line line = { "this model", x, y, count, true };
    mg__line_chart chart = { .title = "Calibration",
                             .about = about,
                             .x_label = "predicted probability",
                             .y_label = "observed share",
                             .line = &line,
                             .lines = 1,
                             .mark = NAN,
                             .unit = true,
                             .diagonal = 1 };
    if (count > 0) mg__put_line_chart(&report->page, &chart);
}

mg_status mg__section_classes(mg__report *report) {
    if (report->classes == 0 || report->judged->part.rows == 0) return MG_OK;
    mg_scored scored = mg__part_scored(report->model, &report->judged->part, report->judged->answer, NULL);
    mg__say(&report->page, "<h2>Answers on %L %s</h2>\n<div class=\"charts\">\n", report->judged->part.rows, report->judged->who);
    mg_status status = put_confusion(report);
    bool curves = report->classes <= CLASSES;
    if (status == MG_OK && curves) status = put_rank_curves(report, &scored, true);
    if (status == MG_OK && curves) status = put_rank_curves(report, &scored, false);
    put_calibration(report);
    mg__say(&report->page, "</div>\n");
    return status;
}
