/* Several runs side by side: what was different, what came out, and how they went there. */
#include "report/report.h"

#include "train/scoring.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_RUNS 64

typedef struct comparison {
    mg_context *context;
    mg_record *const *record;
    int count;
    char name[MOST_RUNS][MG__NAME_BYTES];
    mg_task task;
    const mg_metric *metric;
    mg__page page;
} comparison;

/* The folder's own name; of equal ones the whole path. */
static void name_runs(comparison *c) {
    for (int i = 0; i < c->count; i++) {
        const char *path = mg_record_folder(c->record[i]), *name = path;
        for (const char *s = path; *s; s++)
            if (*s == '/' && s[1]) name = s + 1;
        mg__short_name(name, 24, c->name[i]);
    }
    for (int i = 0; i < c->count; i++)
        for (int k = i + 1; k < c->count; k++)
            if (!strcmp(c->name[i], c->name[k])) {
                mg__short_name(mg_record_folder(c->record[i]), 40, c->name[i]);
                mg__short_name(mg_record_folder(c->record[k]), 40, c->name[k]);
            }
}

/* --- results ----------------------------------------------------------------------------------------- */

static const mg_epoch *best_of(const mg_record *record) {
    const mg_history *h = mg_record_history(record);
    int64_t best = h->epochs > 0 ? h->epoch[h->epochs - 1].best_epoch : 0;
    for (int64_t i = 0; i < h->epochs; i++)
        if (h->epoch[i].epoch == best) return &h->epoch[i];
    return NULL;
}

/* The task shows in the metrics that the lines have. */
static void find_metric(comparison *c) {
    c->task = MG_TASK_CLASSIFICATION;
    for (int i = 0; i < c->count; i++) {
        const mg_epoch *best = best_of(c->record[i]);
        if (best && isfinite(best->validation.r2)) c->task = MG_TASK_REGRESSION;
    }
    c->metric = mg__metric_main(c->task);
}

static double score_of(const comparison *c, int run) {
    const mg_epoch *best = best_of(c->record[run]);
    return best ? mg_metric_value(c->metric, &best->validation) : NAN;
}

static void put_results(comparison *c) {
    mg__page *page = &c->page;
    int best = -1;
    for (int i = 0; i < c->count; i++)
        if (isfinite(score_of(c, i)) && (best < 0 || score_of(c, i) > score_of(c, best))) best = i;
    mg__say(
        page,
        "<h2>Results</h2>\n<div class=\"scroll\"><table>\n<tr><th>run</th><th class=\"r\">validation %s</th><th class=\"r\">best epoch</th>"
        "<th class=\"r\">epochs</th><th class=\"r\">last loss</th><th class=\"r\">seconds</th></tr>\n",
        c->metric->name);
    for (int i = 0; i < c->count; i++) {
        const mg_history *h = mg_record_history(c->record[i]);
        const mg_epoch *last = h->epochs > 0 ? &h->epoch[h->epochs - 1] : NULL;
        mg__say(
            page,
            "<tr%s><td>%e</td><td class=\"r\">%n</td><td class=\"r\">%L</td><td class=\"r\">%L</td><td class=\"r\">%n</td><td class=\"r\">%n</td></tr>\n",
            i == best && c->count > 1 ? " class=\"best\"" : "", c->name[i], score_of(c, i), last ? last->best_epoch : 0,
            h->epochs, last ? last->loss : NAN, last ? last->seconds : NAN);
    }
    mg__say(page, "</table></div>\n");
}

/* --- settings ---------------------------------------------------------------------------------------- */

/* Is it the first run that names the setting, and do the runs differ in it? */
static bool differs(const comparison *c, int run, const char *name) {
    const char *value = mg_record_find(c->record[run], name);
    bool different = false;
    if (!strcmp(name, "out")) return false; /* where the model went says nothing of it */
    for (int i = 0; i < c->count; i++) {
        const char *other = mg_record_find(c->record[i], name);
        if (i < run && other) return false;
        different = different || !other || strcmp(other, value) != 0;
    }
    return different;
}

static void put_row(comparison *c, const char *name) {
    mg__say(&c->page, "<tr><td>%e</td>", name);
    for (int i = 0; i < c->count; i++) {
        const char *value = mg_record_find(c->record[i], name);
        mg__say(&c->page, value ? "<td>%e</td>" : "<td class=\"soft\">not given</td>", value);
    }
    mg__say(&c->page, "</tr>\n");
}

static void put_settings(comparison *c) {
    mg__page *page = &c->page;
    int rows = 0;
    for (int i = 0; i < c->count; i++)
        for (int s = 0; s < mg_record_settings(c->record[i]); s++) {
            const char *value, *name = mg_record_setting(c->record[i], s, &value);
            if (!differs(c, i, name)) continue;
            if (rows++ == 0) {
                mg__say(page, "<h2>What was set differently</h2>\n<div class=\"scroll\"><table>\n<tr><th>setting</th>");
                for (int k = 0; k < c->count; k++) mg__say(page, "<th>%e</th>", c->name[k]);
                mg__say(page, "</tr>\n");
            }
            put_row(c, name);
        }
    mg__say(page, rows ? "</table></div>\n" : "<p class=\"soft\">The runs were given the same settings.</p>\n");
}

/* --- the page ---------------------------------------------------------------------------------------- */

static mg_status put_curves(comparison *c) {
    mg__course course[MOST_RUNS];
    int count = 0;
    for (int i = 0; i < c->count; i++)
        if (mg_record_history(c->record[i])->epochs > 0)
            course[count++] = (mg__course){ .name = c->name[i], .history = mg_record_history(c->record[i]) };
    if (count == 0) return MG_OK;
    mg__say(&c->page, "<h2>Curves</h2>\n<div class=\"charts\">\n");
    mg_status status = mg__put_courses(&c->page, course, count, c->task, c->metric);
    mg__say(&c->page, "</div>\n");
    return status;
}

mg_status mg_report_compare(mg_context *context, mg_record *const *records, int count, const char *path) {
    if (!context || !records || !path) return MG_INVALID;
    if (count < 1 || count > MOST_RUNS)
        return mg__fail(context, MG_INVALID, "a report compares 1 to %d runs, not %d", MOST_RUNS, count);
    comparison c = { .context = context, .record = records, .count = count, .page = mg__page_begin(context) };
    name_runs(&c);
    find_metric(&c);
    mg__page_open(&c.page, count > 1 ? "Runs side by side" : c.name[0]);
    mg__say(&c.page, count > 1 ? "<h1>%d runs side by side</h1>\n" : "<h1>One run</h1>\n", count);
    put_results(&c);
    if (count > 1) put_settings(&c);
    mg_status status = put_curves(&c);
    if (status == MG_OK) return mg__page_close(&c.page, path);
    mg__page_free(&c.page);
    return status;
}
