#include "rl/prioritised.h"

#include "base/random.h"

#include <math.h>

#define A_LITTLE 1e-3 /* so that nothing is forgotten for good */

mg_status mg__priorities_create(mg_context *context, mg__priorities *p, int64_t capacity, double alpha) {
    *p = (mg__priorities){ .leaves = 1, .most = 1, .alpha = alpha };
    while (p->leaves < capacity) p->leaves *= 2;
    p->sum = mg__alloc_array(context, 2 * (size_t)p->leaves, sizeof *p->sum);
    return p->sum ? MG_OK : MG_OUT_OF_MEMORY;
}

void mg__priorities_destroy(mg_context *context, mg__priorities *p) {
    mg__free(context, p->sum);
    p->sum = NULL;
}

/* Sums are made anew from both children, so that rounding does not add up. */
void mg__priorities_set(mg__priorities *p, int64_t index, double priority) {
    int64_t k = p->leaves + index;
    p->sum[k] = priority;
    for (k /= 2; k >= 1; k /= 2) p->sum[k] = p->sum[2 * k] + p->sum[2 * k + 1];
}

int64_t mg__priorities_find(const mg__priorities *p, double place) {
    int64_t k = 1;
    while (k < p->leaves) {
        k *= 2;
        if (place >= p->sum[k] && p->sum[k + 1] > 0) place -= p->sum[k++];
    }
    return k - p->leaves;
}

/* Memories that came since the last time are as urgent as the most urgent one. */
static void meet_new(mg__priorities *p, const mg__replay *r) {
    int64_t added = mg__replay_added(r), capacity = mg__replay_held(r);
    if (added - p->seen > capacity) p->seen = added - capacity;
    for (; p->seen < added; p->seen++) mg__priorities_set(p, p->seen % capacity, p->most);
}

void mg__priorities_draw(mg__priorities *p, mg__lesson *l, const mg__replay *r, double beta, uint64_t seed, uint64_t turn) {
    const mg__stream stream = { seed, mg__hash_text(0, "priority"), turn };
    meet_new(p, r);
    double part = p->sum[1] / (double)l->rows, held = (double)mg__replay_held(r), most = 0;
    for (int64_t row = 0; row < l->rows; row++) {
        double place = ((double)row + mg__random_uniform(&stream, (uint64_t)row, 0)) * part;
        l->index[row] = mg__priorities_find(p, place);
        double weight = pow(held * p->sum[p->leaves + l->index[row]] / p->sum[1], -beta);
        l->weight[row] = (float)weight;
        most = fmax(most, weight);
    }
    for (int64_t row = 0; row < l->rows; row++) l->weight[row] /= (float)most;
    mg__lesson_fill(l, r);
}

void mg__priorities_learn(mg__priorities *p, const mg__lesson *l, const float *error) {
    for (int64_t row = 0; row < l->rows; row++) {
        double priority = pow(fabs((double)error[row]) + A_LITTLE, p->alpha);
        mg__priorities_set(p, l->index[row], priority);
        p->most = fmax(p->most, priority);
    }
}
