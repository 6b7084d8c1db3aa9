/* How a study went: values trial by trial, and within trials step by step. */
#include "report/study.h"

#include <math.h>

#define CURVES       40  /* of complete trials, and as many of pruned ones */
#define CURVE_POINTS 100 /* of each at most */

/* --- trial by trial ---------------------------------------------------------------------------------- */

static void put_trial(mg__page *page, const mg__frame *f, const mg__study_view *v, int64_t index) {
    const mg_trial *t = v->trial[index];
    double x = mg__scale_place(&f->x, (double)t->number);
    if (!isfinite(v->value[index])) {
        mg__say(page, "<path class=\"cross\" d=\"M%c %cl5 5m0 -5l-5 5\"><title>trial %l: %e</title></path>\n", x - 2.5,
                mg__study_worst(v, f) - 2.5, t->number, t->reason ? t->reason : "no value");
        return;
    }
    double y = mg__value_place(&f->y, v->value[index]);
    mg__say(page, "<circle class=\"%s\" cx=\"%c\" cy=\"%c\" r=\"2.4\"><title>trial %l: %n%s</title></circle>\n",
            t->state == MG_TRIAL_PRUNED ? "hollow" : "point c0", x, y, t->number, v->value[index],
            t->state == MG_TRIAL_PRUNED ? ", pruned" : "");
}

/* The best value so far: a stair of as many steps as there were improvements. */
static void put_stair(mg__page *page, const mg__frame *f, const mg__study_view *v) {
    double best = NAN;
    mg__say(page, "<path class=\"line c1\" d=\"");
    for (int64_t i = 0; i < v->trials; i++) {
        bool better =
            isfinite(v->depth[i]) && (!isfinite(best) || (v->source->maximise ? v->value[i] > best : v->value[i] < best));
        if (!better) continue;
        double x = mg__scale_place(&f->x, (double)v->trial[i]->number), y = mg__value_place(&f->y, v->value[i]);
        mg__say(page, isfinite(best) ? "H%cV%c" : "M%c %c", x, y);
        best = v->value[i];
    }
    mg__say(page, "H%c\"/>\n", f->right);
}

static void put_legend(mg__study_view *v) {
    mg__page *page = &v->page;
    mg__say(page, "<div class=\"legend\"><span><i class=\"b1\"></i>best so far</span><span><i class=\"b0\"></i>complete</span>");
    if (v->pruned > 0) mg__say(page, "<span><i class=\"b7\"></i>pruned, with its last value</span>");
    if (v->failed > 0) mg__say(page, "<span><i class=\"failed\"></i>failed</span>");
    mg__say(page, "</div>");
    if (v->drawn_count < v->trials)
        mg__say(page, "<div class=\"legend\">%L of %L trials are drawn: the best, and others evenly chosen.</div>",
                v->drawn_count, v->trials);
    if (v->beyond > 0)
        mg__say(page, "<div class=\"legend\">%L of them %s far worse: they stand at the edge.</div>", v->beyond,
                v->beyond == 1 ? "is" : "are");
}

static void put_history(mg__study_view *v) {
    mg__page *page = &v->page;
    mg__frame f = mg__frame_make("History", "The value of each trial, in the order in which they were asked.", 0);
    f.x_label = "trial";
    f.y_label = v->value_name;
    double first = (double)v->trial[0]->number, last = (double)v->trial[v->trials - 1]->number;
    f.x = (mg__scale){ first, fmax(last, first + 5), f.left, f.right, false };
    f.y = mg__study_scale(v, f.bottom, f.top);
    mg__frame_begin(page, &f);
    for (int64_t k = 0; k < v->drawn_count; k++) put_trial(page, &f, v, v->drawn[k]);
    if (v->complete > 0) put_stair(page, &f, v);
    mg__say(page, "</svg>");
    put_legend(v);
    mg__say(page, "</figure>\n");
}

/* --- step by step ------------------------------------------------------------------------------------ */

typedef struct curves {
    int64_t index[2 * CURVES + 1], count; /* the best last, so that it lies above */
    mg__range step, value;
    bool logarithmic;
} curves;

/* Evenly chosen ones of those in that state; the best trial comes by itself. */
static void take_curves(const mg__study_view *v, mg_trial_state state, curves *c) {
    int64_t all = 0, seen = 0;
    for (int64_t i = 0; i < v->trials; i++) all += v->trial[i]->state == state && v->trial[i]->steps > 1;
    int64_t wanted = all < CURVES ? all : CURVES;
    for (int64_t i = 0; i < v->trials; i++) {
        if (v->trial[i]->state != state || v->trial[i]->steps < 2) continue;
        bool best = i == v->winner;
        if (seen * wanted / all != (seen + 1) * wanted / all && !best) c->index[c->count++] = i;
        seen++;
    }
}

static mg_status find_ranges(const mg__study_view *v, curves *c) {
    size_t values = 0;
    for (int64_t k = 0; k < c->count; k++) values += (size_t)v->trial[c->index[k]]->steps;
    double *value = mg__alloc_array(v->source->context, values + 1, sizeof *value);
    int64_t count = 0;
    if (!value) return MG_OUT_OF_MEMORY;
    c->step = mg__range_none();
    for (int64_t k = 0; k < c->count; k++) {
        const mg_trial *t = v->trial[c->index[k]];
        mg__range_add(&c->step, (double)t->step[0]);
        mg__range_add(&c->step, (double)t->step[t->steps - 1]);
        for (int64_t s = 0; s < t->steps; s++)
            if (isfinite(t->step_value[s])) value[count++] = t->step_value[s];
    }
    c->value = mg__values_range(value, count, v->source->maximise, &c->logarithmic);
    mg__free(v->source->context, value);
    return MG_OK;
}

static void put_curve(mg__page *page, const mg__frame *f, const mg__study_view *v, int64_t index, bool best) {
    const mg_trial *t = v->trial[index];
    int64_t count = t->steps < CURVE_POINTS ? t->steps : CURVE_POINTS;
    bool gap = true, pruned = t->state == MG_TRIAL_PRUNED;
    double x = NAN, y = NAN;
    mg__say(page, "<path class=\"line %s\" stroke-opacity=\"%n\" d=\"",
            best     ? "c1"
            : pruned ? "thin c7"
                     : "thin c0",
            best     ? 1
            : pruned ? 0.4
                     : 0.15 + 0.6 * (isfinite(v->depth[index]) ? v->depth[index] : 0));
    for (int64_t i = 0; i < count; i++) {
        int64_t at = count < 2 ? 0 : i * (t->steps - 1) / (count - 1);
        bool there = isfinite(t->step_value[at]);
        if (there) {
            x = mg__scale_place(&f->x, (double)t->step[at]);
            y = mg__value_place(&f->y, t->step_value[at]);
            mg__say(page, "%s%c %c", gap ? "M" : "L", x, y);
        }
        gap = !there;
    }
    mg__say(page, "\"><title>trial %l</title></path>\n", t->number);
    if (pruned && isfinite(x)) mg__say(page, "<circle class=\"hollow\" cx=\"%c\" cy=\"%c\" r=\"2.2\"/>\n", x, y);
}

#define WAY "What trials reported, step by step: deeper is better in the end, grey was pruned, orange is "

static mg_status put_curves(mg__study_view *v) {
    mg__page *page = &v->page;
    curves c = { .count = 0 };
    take_curves(v, MG_TRIAL_PRUNED, &c);
    take_curves(v, MG_TRIAL_COMPLETE, &c);
    bool best = v->winner >= 0 && v->trial[v->winner]->steps > 1;
    if (best) c.index[c.count++] = v->winner;
    if (c.count == 0) return MG_OK;
    mg_status status = find_ranges(v, &c);
    if (status != MG_OK || !(c.value.low <= c.value.high)) return status;
    mg__frame f = mg__frame_make("Values on the way", v->is_chosen ? WAY "the chosen one." : WAY "the best.", 0);
    f.x_label = "step";
    f.y_label = v->value_name;
    f.x = (mg__scale){ c.step.low, c.step.high, f.left, f.right, false };
    if (!(c.step.low < c.step.high)) f.x = mg__scale_make(c.step.low, c.step.high, false, f.left, f.right);
    f.y = mg__scale_make(c.value.low, c.value.high, c.logarithmic, f.bottom, f.top);
    mg__frame_begin(page, &f);
    for (int64_t k = 0; k < c.count; k++) put_curve(page, &f, v, c.index[k], best && k == c.count - 1);
    mg__figure_end(page);
    return MG_OK;
}

void mg__study_course(mg__study_view *v) {
    if (!(v->range.low <= v->range.high)) return; /* no trial has a value */
    mg__say(&v->page, "<h2>Course</h2>\n<div class=\"charts\">\n");
    put_history(v);
    if (put_curves(v) != MG_OK) v->page.failed = true; /* there is no other failure than memory */
    mg__say(&v->page, "</div>\n");
}
