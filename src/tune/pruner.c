/* The table of pruners. */
#include "tune/pruner.h"

#include <string.h>

static mg_status draw_nothing(mg_context *context, const mg__known *known, mg__bar *bar) {
    (void)context, (void)known;
    bar->count = 0;
    return MG_OK;
}

static bool prune_nothing(const mg__bar *bar, bool maximise, const int64_t *step, const double *value, int64_t count) {
    (void)bar, (void)maximise, (void)step, (void)value, (void)count;
    return false;
}

const mg__pruner mg__pruner_none = {
    .name = "none",
    .doc = "Every trial runs to its end.",
    .draw = draw_nothing,
    .prune = prune_nothing,
};

static const mg__pruner *const pruners[] = { &mg__pruner_none, &mg__pruner_median, &mg__pruner_asha, &mg__pruner_wilcoxon };

enum { COUNT = sizeof pruners / sizeof *pruners };

const mg__pruner *mg__pruner_find(const char *name) {
    for (int i = 0; name && i < COUNT; i++)
        if (strcmp(pruners[i]->name, name) == 0) return pruners[i];
    return NULL;
}

const char *mg_pruner_name(int index) { return index >= 0 && index < COUNT ? pruners[index]->name : NULL; }
const char *mg_pruner_doc(int index) { return index >= 0 && index < COUNT ? pruners[index]->doc : NULL; }

/* Hoare's selection, around the middle of what is left. */
double mg__kth(double *values, int64_t count, int64_t k) {
    int64_t low = 0, high = count - 1;
    while (low < high) {
        const double pivot = values[low + (high - low) / 2];
        int64_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot) i++;
            while (values[j] > pivot) j--;
            if (i > j) break;
            const double swap = values[i];
            values[i++] = values[j];
            values[j--] = swap;
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return values[k];
}
