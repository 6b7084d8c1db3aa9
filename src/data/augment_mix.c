/* Random numbers of augmentations, and what mixup draws and blends. */
#include "data/augment.h"

#include <math.h>

double mg__draw_even(const mg__draw *draw, uint64_t position) {
    return 2 * mg__random_uniform(&draw->stream, draw->row, position) - 1;
}

int64_t mg__draw_other(const mg__draw *draw, int64_t number, int64_t count) {
    if (count < 2) return number;
    int64_t other = (int64_t)mg__random_below(&draw->stream, draw->row, (uint64_t)count - 1);
    return other < number ? other : other + 1;
}

/* With X = U^(1/a), Y = V^(1/a): X / (X + Y) where X + Y <= 1, else again (Johnk 1964). In logarithms, since for a small `a` both
 * powers may be too small for a double. */
double mg__draw_beta(const mg__draw *draw, double alpha) {
    for (uint64_t position = 0;; position += 2) {
        double x = log(1 - mg__random_uniform(&draw->stream, draw->row, position)) / alpha;
        double y = log(1 - mg__random_uniform(&draw->stream, draw->row, position + 1)) / alpha;
        double larger = fmax(x, y);
        if (larger + log(exp(x - larger) + exp(y - larger)) <= 0) return 1 / (1 + exp(y - x));
    }
}

/* The number of mixup among the items; -1: there is none. */
static int mixup_of(const mg__augment *augment) {
    for (int i = 0; i < augment->count; i++)
        if (augment->item[i].row->mixes) return i;
    return -1;
}

double mg__augmenter_partner(const mg__augmenter *a, const mg__occasion *at, int64_t count, int64_t *partner) {
    int index = mixup_of(&a->augment);
    *partner = at->number;
    if (index < 0) return 1;
    mg__draw draw = { .stream = { at->seed, mg__hash_text(0, "mixup"), at->epoch }, .row = (uint64_t)at->number };
    double share = mg__draw_beta(&draw, a->augment.item[index].value);
    draw.stream.stream = mg__hash_text(0, "mixup partner");
    *partner = mg__draw_other(&draw, at->number, count);
    share = share < 0.5 ? 1 - share : share;
    return share > 1 - 1e-6 ? 1 : share; /* less is nothing in f32 */
}

void mg__augmenter_blend(const mg__augmenter *a, double share, const float *other, float *row) {
    int64_t numbers = a->encoder->width - a->encoder->embeddings; /* the codes stand behind */
    float keep = (float)share, add = (float)(1 - share);
    for (int64_t i = 0; i < numbers; i++) row[i] = keep * row[i] + add * other[i];
}
