/* A page on agents that learned in one environment, seed by seed. */
#include "report/report.h"

#include <math.h>

typedef struct learning {
    const mg_environment *environment;
    const mg_learned *learned;
    int count;
    int64_t points; /* of the longest curve */
    double *steps, *mean, *low, *high, *recent;
    mg__page page;
} learning;

/* --- curves ------------------------------------------------------------------------------------------ */

/* A run that ended before counts on as it ended. */
static const mg_agent_point *point_at(const mg_learned *learned, int64_t index) {
    int64_t count;
    const mg_agent_point *point = mg_policy_curve(learned->policy, &count);
    return count == 0 ? NULL : &point[index < count ? index : count - 1];
}

static void summarise(learning *l, int64_t index) {
    double low = INFINITY, high = -INFINITY, sum = 0, recent = 0, steps = 0;
    for (int i = 0; i < l->count; i++) {
        const mg_agent_point *point = point_at(&l->learned[i], index);
        double spread = l->count == 1 ? point->judged.deviation : 0;
        steps = fmax(steps, (double)point->steps);
        sum += point->judged.mean;
        recent += point->recent;
        low = fmin(low, point->judged.mean - spread);
        high = fmax(high, point->judged.mean + spread);
    }
    l->steps[index] = steps;
    l->mean[index] = sum / l->count;
    l->recent[index] = recent / l->count;
    l->low[index] = low;
    l->high[index] = high;
}

static mg_status put_curves(learning *l) {
    mg_context *context = l->page.context;
    for (int i = 0; i < l->count; i++) {
        int64_t count;
        mg_policy_curve(l->learned[i].policy, &count);
        if (count == 0) return MG_OK;
        l->points = count > l->points ? count : l->points;
    }
    double **arrays[] = { &l->steps, &l->mean, &l->low, &l->high, &l->recent };
    for (int k = 0; k < 5; k++) {
        *arrays[k] = mg__alloc_array(context, (size_t)l->points, sizeof(double));
        if (!*arrays[k]) return MG_OUT_OF_MEMORY;
    }
    for (int64_t i = 0; i < l->points; i++) summarise(l, i);
    const mg__line lines[] = {
        { .name = "judged", .x = l->steps, .y = l->mean, .count = l->points },
        { .name = "exploring", .x = l->steps, .y = l->recent, .count = l->points },
    };
    mg__say(&l->page, "<h2>How it learned</h2>\n<div class=\"charts\">\n");
    mg__put_line_chart(&l->page,
                       &(mg__line_chart){ .title = "Return of an episode",
                                          .about = l->count > 1 ? "The mean over the seeds; the band goes from the lowest seed "
                                                                  "to the highest. Judged: the action liked best, in episodes "
                                                                  "of their own. Exploring: the last 100 episodes."
                                                                : "The band is one deviation of the episodes. Judged: the action "
                                                                  "liked best, in episodes of their own. Exploring: the last "
                                                                  "100 episodes.",
                                          .x_label = "steps",
                                          .line = lines,
                                          .lines = 2,
                                          .low = l->low,
                                          .high = l->high,
                                          .mark = NAN });
    mg__say(&l->page, "</div>\n");
    return MG_OK;
}

/* --- tables ------------------------------------------------------------------------------------------ */

/* Of the seed whose episodes were the best: what each state is worth, and what is done there. */
static mg_status put_table(learning *l) {
    enum { PICTURE_BYTES = 1 << 21 };
    mg_context *context = l->page.context;
    int best = 0;
    int64_t states = 0, actions = 0;
    for (int i = 1; i < l->count; i++)
        if (l->learned[i].returns.mean > l->learned[best].returns.mean) best = i;
    const float *table = mg_policy_table(l->learned[best].policy, &states, &actions);
    if (!table || !l->environment->draw_values) return MG_OK;
    double *value = mg__alloc_array(context, (size_t)states, sizeof *value);
    int64_t *action = mg__alloc_array(context, (size_t)states, sizeof *action);
    char *picture = mg__alloc_zero(context, PICTURE_BYTES);
    for (int64_t s = 0; value && action && s < states; s++) {
        for (int64_t a = 1; a < actions; a++)
            if (table[s * actions + a] > table[s * actions + action[s]]) action[s] = a;
        value[s] = (double)table[s * actions + action[s]];
    }
    bool there = value && action && picture;
    if (there && l->environment->draw_values(l->environment, value, action, picture, PICTURE_BYTES) < PICTURE_BYTES)
        mg__say(&l->page,
                "<h2>What it knows</h2>\n<p class=\"soft\">What each cell is worth: the return to be expected from there, by the "
                "best action, which the arrow shows. Green is much, red is less than nothing.</p>\n"
                "<svg viewBox=\"0 0 300 200\" width=\"600\" font-family=\"sans-serif\" role=\"img\" aria-label=\"values and "
                "best actions\">%s</svg>\n",
                picture);
    mg__free(context, value);
    mg__free(context, action);
    mg__free(context, picture);
    return there ? MG_OK : MG_OUT_OF_MEMORY;
}

/* --- results ----------------------------------------------------------------------------------------- */

static void put_results(learning *l) {
    mg__page *page = &l->page;
    double solved = l->environment->solved;
    mg__say(
        page,
        "<h2>What came of it</h2>\n<div class=\"scroll\"><table>\n<tr><th class=\"r\">seed</th><th class=\"r\">mean return</th>"
        "<th class=\"r\">deviation</th><th class=\"r\">episodes</th><th class=\"r\">steps</th><th class=\"r\">seconds</th>"
        "<th>ended by</th></tr>\n");
    for (int i = 0; i < l->count; i++) {
        const mg_learned *one = &l->learned[i];
        mg__say(
            page,
            "<tr%s><td class=\"r\">%l</td><td class=\"r\">%n</td><td class=\"r\">%n</td><td class=\"r\">%L</td><td class=\"r\">%L</td>"
            "<td class=\"r\">%n</td><td>%s</td></tr>\n",
            one->returns.mean >= solved ? " class=\"best\"" : "", (int64_t)one->seed, one->returns.mean, one->returns.deviation,
            one->returns.episodes, one->result.steps, one->result.seconds, mg_agent_ending(one->result.stopped));
    }
    mg__say(page, "</table></div>\n");
    if (isfinite(solved)) mg__say(page, "<p class=\"soft\">It counts as solved from a mean return of %n on.</p>\n", solved);
}

mg_status mg_report_learned(mg_context *context, const mg_environment *environment, const mg_learned *learned, int count,
                            const char *command, const char *path) {
    if (!context || !environment || !learned || !path || count < 1) return MG_INVALID;
    learning l = { .environment = environment, .learned = learned, .count = count, .page = mg__page_begin(context) };
    mg__page_open(&l.page, environment->id ? environment->id : environment->name);
    mg__say(&l.page, "<h1>%e, learned by %s</h1>\n<p class=\"soft\">%e</p>\n",
            environment->id ? environment->id : environment->name, learned[0].result.algorithm,
            environment->doc ? environment->doc : "");
    if (command) mg__say(&l.page, "<pre>%e</pre>\n", command);
    put_results(&l);
    mg_status status = put_table(&l);
    if (status == MG_OK) status = put_curves(&l);
    double *arrays[] = { l.steps, l.mean, l.low, l.high, l.recent };
    for (int k = 0; k < 5; k++) mg__free(context, arrays[k]);
    if (status == MG_OK) return mg__page_close(&l.page, path);
    mg__page_free(&l.page);
    return status;
}
