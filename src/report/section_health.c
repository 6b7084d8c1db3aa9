/* The health of gradients, by layer and time. */
#include "report/report.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

typedef struct measure {
    const char *title, *about;
    size_t offset; /* in mg_layer_health */
    bool logarithmic, share;
} measure;

static const measure measures[] = {
    { "Gradient norm", "Length of each layer's gradient. Fading towards the input: it vanishes.",
      offsetof(mg_layer_health, gradient_norm), true, false },
    { "Update ratio",
      "A step's change of the weights, relative to their size. About 0.001 is usual; far above is wild, far below is standing still.",
      offsetof(mg_layer_health, update_ratio), true, false },
    { "Signal to noise of the gradient", "Mean over deviation of its elements.", offsetof(mg_layer_health, gradient_snr), true,
      false },
    { "Spread of activations", "Standard deviation of what each layer gives.", offsetof(mg_layer_health, activation_std), true,
      false },
    { "Saturated outputs", "Share whose slope is below a tenth of its largest.", offsetof(mg_layer_health, saturated), false,
      true },
    { "Dead units", "Share whose slope is zero on every row.", offsetof(mg_layer_health, dead), false, true },
};

static double value_of(const mg_layer_health *layer, const measure *m) {
    return *(const double *)(const void *)((const char *)layer + m->offset);
}

static mg_status put_measure(mg__report *report, const measure *m) {
    const mg_history *h = report->history;
    char first[48], last[48];
    bool any = false;
    double *value = mg__alloc_array(report->context, (size_t)h->layers * (size_t)h->healths, sizeof *value);
    if (!value) return MG_OUT_OF_MEMORY;
    for (int64_t r = 0; r < h->layers; r++)
        for (int64_t t = 0; t < h->healths; t++) {
            double v = value[r * h->healths + t] = value_of(&h->health[t].layer[r], m);
            any = any || isfinite(v);
        }
    snprintf(first, sizeof first, "step %lld", (long long)h->health[0].step);
    snprintf(last, sizeof last, "step %lld", (long long)h->health[h->healths - 1].step);
    mg__heat_map map = { .title = m->title,
                         .about = m->about,
                         .row = h->layer,
                         .rows = h->layers,
                         .columns = h->healths,
                         .value = value,
                         .first = first,
                         .last = last,
                         .logarithmic = m->logarithmic,
                         .low = m->share ? 0 : NAN,
                         .high = m->share ? 1 : NAN };
    if (any) mg__put_heat_map(&report->page, &map);
    mg__free(report->context, value);
    return MG_OK;
}

void mg__section_health(mg__report *report) {
    const mg_history *h = report->history;
    if (h->healths == 0 || h->layers == 0) return;
    mg__say(
        &report->page,
        "<h2>Health of gradients</h2>\n<p class=\"soft\">A row a layer, from the input at the top to the output; time runs to the right.</p>\n<div class=\"charts\">\n");
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        if (put_measure(report, &measures[i]) != MG_OK) report->page.failed = true;
    mg__say(&report->page, "</div>\n");
}
