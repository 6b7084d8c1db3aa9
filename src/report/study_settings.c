/* What the settings did: how much each matters, all of them at once, each by itself. */
#include "report/study.h"

#include <math.h>
#include <stdio.h>

#define BARS       15
#define LINES      160 /* trials that are drawn all at once */
#define BEST_LINES 40  /* the best of them at least */
#define STEPS      5   /* of the colour's depth */

/* --- importance -------------------------------------------------------------------------------------- */

static void put_importance(mg__study_view *v) {
    const double *importance = v->source->importance;
    mg__chart_bar bar[BARS];
    int64_t count = 0;
    if (!importance) return;
    for (; count < v->settings && count < BARS; count++)
        bar[count] =
            (mg__chart_bar){ mg_space_dimension(v->source->space, v->setting[count])->name, importance[v->setting[count]], 0 };
    mg__put_bars(&v->page, "Importance",
                 "How much of what makes the better trials better each setting explains; of all settings together 1 (PED-ANOVA, "
                 "Watanabe, Bansal and Hutter 2023).",
                 bar, count);
}

/* --- all at once ------------------------------------------------------------------------------------- */

/* The rank of the line number `line`: the best ones, and others evenly chosen by rank. */
static int64_t line_rank(const mg__study_view *v, int64_t line) {
    if (v->complete <= LINES || line < BEST_LINES) return line;
    return BEST_LINES + (line - BEST_LINES) * (v->complete - BEST_LINES) / (LINES - BEST_LINES);
}

/* What is there in many trials, and of that the most important, comes last, next to the value: gaps are far from it. */
static void order_axes(const mg__study_view *v, int setting[MG__STUDY_SETTINGS]) {
    int64_t there[MG__STUDY_SETTINGS];
    for (int s = 0; s < v->settings; s++) {
        int64_t count = 0;
        for (int64_t k = 0; k < v->complete; k++) count += isfinite(v->trial[v->order[k]]->point[v->setting[s]]);
        int at = s;
        for (; at > 0 && there[at - 1] >= count; at--) there[at] = there[at - 1], setting[at] = setting[at - 1];
        there[at] = count;
        setting[at] = v->setting[s];
    }
}

#define LINE_A_TRIAL "A line a trial, from its settings to its value: the deeper, the better; "
#define LINE_BREAKS  " is orange. A line breaks where a setting is not there."

mg_status mg__study_parallel(mg__study_view *v) {
    const mg_space *space = v->source->space;
    mg_context *context = v->source->context;
    mg__parallel_axis axis[MG__STUDY_SETTINGS + 1];
    int setting[MG__STUDY_SETTINGS];
    int axes = v->settings + 1;
    int64_t count = v->complete < LINES ? v->complete : LINES;
    double *value = mg__alloc_array(context, (size_t)count * (size_t)(axes + 1), sizeof *value), *depth = value + count * axes;
    if (!value) return MG_OUT_OF_MEMORY;
    mg__parallel p = { .title = "All settings at once",
                       .about = v->is_chosen ? LINE_A_TRIAL "the chosen one" LINE_BREAKS : LINE_A_TRIAL "the best" LINE_BREAKS,
                       .axis = axis,
                       .axes = axes,
                       .value = value,
                       .depth = depth,
                       .count = count,
                       .mark = -1 };
    order_axes(v, setting);
    for (int a = 0; a < v->settings; a++) {
        const mg_dimension *d = mg_space_dimension(space, setting[a]);
        axis[a] = (mg__parallel_axis){ .name = d->name,
                                       .scale = mg__dimension_scale(d, 0, 1),
                                       .word = d->word,
                                       .words = d->kind == MG_DIMENSION_CHOICE ? d->words : 0,
                                       .whole = d->kind == MG_DIMENSION_INT };
    }
    axis[v->settings] = (mg__parallel_axis){ .name = v->value_name, .scale = mg__study_scale(v, 0, 1) };
    mg__scale *last = &axis[v->settings].scale;
    for (int64_t k = 0; k < count; k++) {
        int64_t i = v->order[line_rank(v, k)];
        if (k == count - 1 && p.mark < 0) i = v->winner; /* drawn in any case */
        if (i == v->winner) p.mark = k;
        double *row = value + k * axes;
        for (int a = 0; a < v->settings; a++) {
            int d = setting[a];
            row[a] = mg__spread(mg_space_dimension(space, d), v->trial[i], v->trial[i]->point[d]);
        }
        row[v->settings] = fmin(fmax(v->value[i], last->low), last->high);
        depth[k] = count > 1 ? 1 - (double)k / (double)(count - 1) : 1;
    }
    mg__put_parallel(&v->page, &p);
    mg__free(context, value);
    return MG_OK;
}

/* --- each by itself ---------------------------------------------------------------------------------- */

/* The later, the deeper: where the search went. */
static double opacity_of(const mg__study_view *v, int64_t index) {
    int64_t step = v->trials < 2 ? STEPS - 1 : index * (STEPS - 1) / (v->trials - 1);
    return 0.2 + 0.7 * (double)step / (STEPS - 1);
}

static void put_trial(mg__page *page, const mg__frame *f, const mg__study_view *v, int64_t index, int setting) {
    const mg_trial *t = v->trial[index];
    double at = t->point[setting];
    if (!isfinite(at)) return;
    double x = mg__scale_place(&f->x, mg__spread(mg_space_dimension(v->source->space, setting), t, at));
    if (!isfinite(v->value[index])) {
        mg__say(page, "<path class=\"cross\" d=\"M%c %cl4 4m0 -4l-4 4\"/>\n", x - 2, mg__study_worst(v, f) - 2);
        return;
    }
    double y = mg__value_place(&f->y, v->value[index]);
    if (t->state == MG_TRIAL_PRUNED)
        mg__say(page, "<circle class=\"hollow\" cx=\"%c\" cy=\"%c\" r=\"2.6\"/>\n", x, y);
    else
        mg__say(page, "<circle class=\"point c0\" cx=\"%c\" cy=\"%c\" r=\"2.8\" style=\"fill-opacity:%n\"/>\n", x, y,
                opacity_of(v, index));
}

static void put_slice(mg__study_view *v, int setting) {
    const mg_dimension *d = mg_space_dimension(v->source->space, setting);
    mg__page *page = &v->page;
    mg__frame f = mg__frame_make(d->name, NULL, 0);
    f.height -= 14; /* its title is the axis's name */
    f.y_label = v->value_name;
    f.x = mg__dimension_scale(d, f.left, f.right);
    f.x_whole = d->kind == MG_DIMENSION_INT;
    if (d->kind == MG_DIMENSION_CHOICE) mg__frame_words(&f, d->word, d->words);
    f.y = mg__study_scale(v, f.bottom, f.top);
    mg__frame_begin(page, &f);
    for (int64_t k = 0; k < v->drawn_count; k++) put_trial(page, &f, v, v->drawn[k], setting);
    if (v->winner >= 0) {
        const mg_trial *best = v->trial[v->winner];
        double at = best->point[setting];
        if (isfinite(at))
            mg__say(page, "<circle class=\"ring\" cx=\"%c\" cy=\"%c\" r=\"5\"/>\n",
                    mg__scale_place(&f.x, mg__spread(d, best, at)), mg__value_place(&f.y, v->value[v->winner]));
    }
    mg__figure_end(page);
}

void mg__study_settings(mg__study_view *v) {
    mg__page *page = &v->page;
    int all = mg_space_dimensions(v->source->space);
    if (v->settings == 0 || !(v->range.low <= v->range.high)) return;
    mg__say(page, "<h2>Settings</h2>\n");
    if (v->settings < all)
        mg__say(page, "<p class=\"soft\">The %d %s of %d settings are shown.</p>\n", v->settings,
                v->source->importance ? "most important" : "first", all);
    mg__say(page, "<div class=\"charts\">\n");
    if (v->complete > 0 && mg__study_parallel(v) != MG_OK) page->failed = true;
    put_importance(v);
    mg__say(
        page,
        "</div>\n<h2>Each setting by itself</h2>\n<p class=\"soft\">A point a trial: the deeper, the later%s%s; the ring is the "
        "%s.</p>\n<div class=\"charts\">\n",
        v->pruned > 0 ? "; hollow ones were pruned" : "", v->failed > 0 ? "; red crosses failed" : "",
        v->is_chosen ? "chosen one" : "best");
    for (int s = 0; s < v->settings; s++) put_slice(v, v->setting[s]);
    mg__say(page, "</div>\n");
}
