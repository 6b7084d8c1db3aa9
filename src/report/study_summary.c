/* What came out of a study, and what failed. */
#include "report/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REASONS  8  /* shown */
#define SETTINGS 16 /* at once */
#define WORDS    10 /* of one */

static void put_tile(mg__page *page, int64_t count, const char *text) {
    mg__say(page, "<div class=\"tile\"><b>%L</b><span>%s</span></div>\n", count, text);
}

static void put_tiles(mg__study_view *v) {
    mg__page *page = &v->page;
    double seconds = 0;
    for (int64_t i = 0; i < v->trials; i++) seconds += isfinite(v->trial[i]->seconds) ? v->trial[i]->seconds : 0;
    mg__say(page, "<div class=\"tiles\">\n");
    if (v->complete > 0)
        mg__say(page, "<div class=\"tile\"><b>%n</b><span>%s %e, of trial %l</span></div>\n", v->value[v->order[0]],
                v->source->maximise ? "highest" : "lowest", v->value_name, v->trial[v->order[0]]->number);
    put_tile(page, v->trials, v->trials == 1 ? "trial" : "trials");
    if (v->pruned > 0) put_tile(page, v->pruned, "of them pruned: ended early");
    if (v->failed > 0) put_tile(page, v->failed, "of them failed");
    if (v->running > 0) put_tile(page, v->running, "still running");
    if (seconds > 0) mg__say(page, "<div class=\"tile\"><b>%n</b><span>seconds, all trials together</span></div>\n", seconds);
    mg__say(page, "</div>\n");
}

static void put_searched(mg__page *page, const mg_dimension *d) {
    if (d->kind != MG_DIMENSION_CHOICE) {
        mg__say(page, "%n to %n%s%s", d->low, d->high, d->kind == MG_DIMENSION_INT ? ", whole numbers" : "",
                d->log ? ", evenly in the logarithm" : "");
        return;
    }
    for (int w = 0; w < d->words && w < WORDS; w++) mg__say(page, w > 0 ? " | %e" : "%e", d->word[w]);
    if (d->words > WORDS) mg__say(page, " and %d others", d->words - WORDS);
}

static void put_settings(mg__study_view *v, int first, int end) {
    const mg_space *space = v->source->space;
    mg__page *page = &v->page;
    char text[MG__NAME_BYTES];
    const double *point = v->trial[v->winner]->point;
    mg__say(page, "<div class=\"scroll\"><table>\n<tr><th>setting</th><th>best</th><th>searched</th></tr>\n");
    for (int i = first; i < end; i++) {
        const mg_dimension *d = mg_space_dimension(space, i);
        mg_space_text(space, point, i, text, sizeof text);
        if (d->kind != MG_DIMENSION_CHOICE) mg__figure(point[i], text);
        mg__say(page, "<tr><td>%e</td><td>%e</td><td class=\"soft\">", d->name, *text ? text : "-");
        put_searched(page, d);
        mg__say(page, "</td></tr>\n");
    }
    mg__say(page, "</table></div>\n");
}

/* Of very many settings most are behind a click. */
static void put_best(mg__study_view *v) {
    int all = mg_space_dimensions(v->source->space), first = all > SETTINGS + 4 ? SETTINGS : all;
    mg__say(&v->page, "<h2>Best settings</h2>\n");
    if (v->is_chosen)
        mg__say(&v->page, "<p class=\"soft\">Of trial %l, which was chosen in the end: its %e was %n.</p>\n",
                v->trial[v->winner]->number, v->value_name, v->value[v->winner]);
    put_settings(v, 0, first);
    if (first == all) return;
    mg__say(&v->page, "<details><summary>%d other settings</summary>\n", all - first);
    put_settings(v, first, all);
    mg__say(&v->page, "</details>\n");
}

void mg__study_summary(mg__study_view *v) {
    mg__page *page = &v->page;
    mg__say(page, "<h1>%e</h1>\n<p class=\"soft\">A search: %s %e over %d settings.</p>\n",
            v->options->title ? v->options->title : "A search", v->source->maximise ? "the highest" : "the lowest", v->value_name,
            mg_space_dimensions(v->source->space));
    put_tiles(v);
    if (v->options->command) mg__say(page, "<pre>%e</pre>\n", v->options->command);
    if (v->source->purpose && !v->options->command) mg__say(page, "<p class=\"soft\">Measured: %e</p>\n", v->source->purpose);
    for (int64_t i = 0; i < v->options->notes; i++) mg__say(page, "<p>%e</p>\n", v->options->note[i]);
    if (v->complete == 0)
        mg__say(page, "<div class=\"warn\">No trial is complete, so there is no best one yet.</div>\n");
    else if (mg_space_dimensions(v->source->space) > 0)
        put_best(v);
}

/* --- failures ---------------------------------------------------------------------------------------- */

typedef struct reason {
    const char *text;
    int64_t count;
} reason;

static int by_text(const void *a, const void *b) { return strcmp(((const reason *)a)->text, ((const reason *)b)->text); }

static int by_count(const void *a, const void *b) {
    const reason *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return by_text(a, b);
}

/* Equal reasons become one; returns how many are left, the most frequent first. */
static int64_t gather(reason *all, int64_t count) {
    int64_t kept = 0;
    qsort(all, (size_t)count, sizeof *all, by_text);
    for (int64_t i = 0; i < count; i++) {
        if (kept > 0 && !strcmp(all[kept - 1].text, all[i].text))
            all[kept - 1].count++;
        else
            all[kept++] = all[i];
    }
    qsort(all, (size_t)kept, sizeof *all, by_count);
    return kept;
}

void mg__study_failures(mg__study_view *v) {
    mg__page *page = &v->page;
    int64_t count = 0;
    if (v->failed == 0) return;
    reason *all = mg__alloc_array(v->source->context, (size_t)v->failed, sizeof *all);
    if (!all) {
        page->failed = true;
        return;
    }
    for (int64_t i = 0; i < v->trials && count < v->failed; i++) {
        const mg_trial *t = v->trial[i];
        if (t->state == MG_TRIAL_FAILED)
            all[count++] = (reason){ t->reason ? t->reason : "no reason was given", 1 };
        else if (t->state == MG_TRIAL_COMPLETE && !isfinite(t->value))
            all[count++] = (reason){ "its value is no number", 1 };
    }
    int64_t kept = gather(all, count), shown = kept < REASONS ? kept : REASONS;
    mg__say(page,
            "<h2>Why trials failed</h2>\n<div class=\"scroll\"><table>\n<tr><th class=\"r\">trials</th><th>reason</th></tr>\n");
    for (int64_t i = 0; i < shown; i++)
        mg__say(page, "<tr><td class=\"r\">%L</td><td class=\"wide\">%e</td></tr>\n", all[i].count, all[i].text);
    mg__say(page, "</table></div>\n");
    if (shown < kept) mg__say(page, "<p class=\"soft\">And %L other reasons.</p>\n", kept - shown);
    mg__free(v->source->context, all);
}
