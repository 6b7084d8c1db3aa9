#include "rl/replay.h"

#include "base/random.h"

#include <string.h>

struct mg__replay {
    mg_context *context;
    mg__replay_size size;
    int64_t added;
    float *x, *action, *next, *reward, *discount; /* [capacity] of each */
    /* Steps that wait for those after them: [count][n], rings; `waiting` of each environment, the oldest at `first`. */
    float *waiting_x, *waiting_action;
    double *waiting_reward;
    int64_t *waiting, *first;
};

mg__replay *mg__replay_create(mg_context *context, const mg__replay_size *size) {
    mg__replay *r = mg__alloc_zero(context, sizeof *r);
    size_t n = (size_t)size->capacity, count = (size_t)size->count, waiting;
    if (!r) return NULL;
    r->context = context;
    r->size = *size;
    bool fits = mg__size_multiply(count, (size_t)size->steps, &waiting);
    size_t inputs = (size_t)size->inputs * sizeof(float), numbers = (size_t)size->numbers * sizeof(float);
    if (fits) {
        r->x = mg__alloc_array(context, n, inputs);
        r->next = mg__alloc_array(context, n, inputs);
        r->action = mg__alloc_array(context, n, numbers);
        r->reward = mg__alloc_array(context, n, sizeof(float));
        r->discount = mg__alloc_array(context, n, sizeof(float));
        r->waiting_x = mg__alloc_array(context, waiting, inputs);
        r->waiting_action = mg__alloc_array(context, waiting, numbers);
        r->waiting_reward = mg__alloc_array(context, waiting, sizeof(double));
        r->waiting = mg__alloc_array(context, count, sizeof *r->waiting);
        r->first = mg__alloc_array(context, count, sizeof *r->first);
    }
    if (r->x && r->next && r->action && r->reward && r->discount && r->waiting_x && r->waiting_action && r->waiting_reward &&
        r->waiting && r->first)
        return r;
    mg__replay_destroy(r);
    return NULL;
}

void mg__replay_destroy(mg__replay *r) {
    if (!r) return;
    mg_context *context = r->context;
    void *blocks[] = { r->x,         r->next,           r->action,         r->reward,  r->discount,
                       r->waiting_x, r->waiting_action, r->waiting_reward, r->waiting, r->first };
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) mg__free(context, blocks[k]);
    mg__free(context, r);
}

/* --- adding ------------------------------------------------------------------------------------------ */

static void copy(float *to, const float *from, int64_t numbers) { memcpy(to, from, (size_t)numbers * sizeof *to); }

/* The oldest step that waits, and the rewards of all that do, become a memory. */
static void remember_oldest(mg__replay *r, int64_t i, const float *next, bool terminated) {
    const mg__replay_size *s = &r->size;
    int64_t oldest = i * s->steps + r->first[i], to = r->added++ % s->capacity;
    double sum = 0, discount = 1;
    for (int64_t k = 0; k < r->waiting[i]; k++, discount *= s->gamma)
        sum += discount * r->waiting_reward[i * s->steps + (r->first[i] + k) % s->steps];
    copy(r->x + to * s->inputs, r->waiting_x + oldest * s->inputs, s->inputs);
    copy(r->action + to * s->numbers, r->waiting_action + oldest * s->numbers, s->numbers);
    copy(r->next + to * s->inputs, next, s->inputs);
    r->reward[to] = (float)sum;
    r->discount[to] = terminated ? 0 : (float)discount;
    r->first[i] = (r->first[i] + 1) % s->steps;
    r->waiting[i]--;
}

void mg__replay_add(mg__replay *r, int64_t i, const float *x, const float *action, double reward, const float *next,
                    bool terminated, bool truncated) {
    const mg__replay_size *s = &r->size;
    int64_t at = i * s->steps + (r->first[i] + r->waiting[i]++) % s->steps;
    copy(r->waiting_x + at * s->inputs, x, s->inputs);
    copy(r->waiting_action + at * s->numbers, action, s->numbers);
    r->waiting_reward[at] = reward;
    if (r->waiting[i] == s->steps) remember_oldest(r, i, next, terminated);
    while ((terminated || truncated) && r->waiting[i] > 0) remember_oldest(r, i, next, terminated);
}

int64_t mg__replay_held(const mg__replay *r) { return r->added < r->size.capacity ? r->added : r->size.capacity; }
int64_t mg__replay_added(const mg__replay *r) { return r->added; }

mg__memory mg__replay_at(const mg__replay *r, int64_t index) {
    return (mg__memory){ .x = r->x + index * r->size.inputs,
                         .action = r->action + index * r->size.numbers,
                         .next = r->next + index * r->size.inputs,
                         .reward = r->reward[index],
                         .discount = r->discount[index] };
}

/* --- lessons ----------------------------------------------------------------------------------------- */

mg_status mg__lesson_create(mg_context *context, mg__lesson *l, int64_t rows, int64_t inputs, int64_t numbers) {
    size_t n = (size_t)rows;
    *l = (mg__lesson){ .rows = rows,
                       .x = mg__alloc_array(context, n, (size_t)inputs * sizeof(float)),
                       .next = mg__alloc_array(context, n, (size_t)inputs * sizeof(float)),
                       .action = mg__alloc_array(context, n, (size_t)numbers * sizeof(float)),
                       .reward = mg__alloc_array(context, n, sizeof(float)),
                       .discount = mg__alloc_array(context, n, sizeof(float)),
                       .weight = mg__alloc_array(context, n, sizeof(float)),
                       .index = mg__alloc_array(context, n, sizeof *l->index) };
    if (l->x && l->next && l->action && l->reward && l->discount && l->weight && l->index) return MG_OK;
    mg__lesson_destroy(context, l);
    return MG_OUT_OF_MEMORY;
}

void mg__lesson_destroy(mg_context *context, mg__lesson *l) {
    void *blocks[] = { l->x, l->next, l->action, l->reward, l->discount, l->weight, l->index };
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) mg__free(context, blocks[k]);
    *l = (mg__lesson){ 0 };
}

void mg__lesson_fill(mg__lesson *l, const mg__replay *r) {
    const mg__replay_size *s = &r->size;
    for (int64_t row = 0; row < l->rows; row++) {
        mg__memory m = mg__replay_at(r, l->index[row]);
        copy(l->x + row * s->inputs, m.x, s->inputs);
        copy(l->next + row * s->inputs, m.next, s->inputs);
        copy(l->action + row * s->numbers, m.action, s->numbers);
        l->reward[row] = m.reward;
        l->discount[row] = m.discount;
    }
}

void mg__lesson_draw(mg__lesson *l, const mg__replay *r, uint64_t seed, uint64_t turn) {
    const mg__stream stream = { seed, mg__hash_text(0, "replay"), turn };
    uint64_t held = (uint64_t)mg__replay_held(r);
    for (int64_t row = 0; row < l->rows; row++) {
        l->index[row] = (int64_t)mg__random_below(&stream, (uint64_t)row, held);
        l->weight[row] = 1;
    }
    mg__lesson_fill(l, r);
}
