/* What was lived through, kept to be learned from again (Lin 1992), with returns over several steps. */
#ifndef MG_RL_REPLAY_H
#define MG_RL_REPLAY_H

#include "base/base.h"

/* One memory: from x, `action` led over up to n steps, with discounted rewards that add up to `reward`, to `next`, whose value
 * counts `discount` times. discount is gamma^k after k steps, also where the episode was truncated, and 0 where it terminated:
 *     target = reward + discount value(next). */
typedef struct mg__memory {
    const float *x, *action, *next;
    float reward, discount;
} mg__memory;

typedef struct mg__replay_size {
    int64_t capacity;        /* memories; the oldest is forgotten first */
    int64_t count;           /* environments side by side */
    int64_t inputs, numbers; /* of x and of an action */
    int64_t steps;           /* n: rewards that are added up before an estimate takes over */
    double gamma;
} mg__replay_size;

typedef struct mg__replay mg__replay;

mg__replay *mg__replay_create(mg_context *context, const mg__replay_size *size); /* NULL: no memory */
void mg__replay_destroy(mg__replay *replay);                                     /* NULL is fine */
/* A step of environment i. x and action are those that it was taken with; next is what the step itself led to. */
void mg__replay_add(mg__replay *replay, int64_t i, const float *x, const float *action, double reward, const float *next,
                    bool terminated, bool truncated);
int64_t mg__replay_held(const mg__replay *replay);  /* memories that there are: 0 .. held - 1 */
int64_t mg__replay_added(const mg__replay *replay); /* ever; the last is number (added - 1) % capacity */
mg__memory mg__replay_at(const mg__replay *replay, int64_t index);

/* Room for some memories, one below the other, to learn from. */
typedef struct mg__lesson {
    int64_t rows;
    float *x, *action, *next; /* [rows][inputs], [rows][numbers], [rows][inputs] */
    float *reward, *discount, *weight;
    int64_t *index; /* which memories they are */
} mg__lesson;
mg_status mg__lesson_create(mg_context *context, mg__lesson *lesson, int64_t rows, int64_t inputs, int64_t numbers);
void mg__lesson_destroy(mg_context *context, mg__lesson *lesson);
/* Copies the memories that index names; weight stays as it is. */
void mg__lesson_fill(mg__lesson *lesson, const mg__replay *replay);
/* Draws each row evenly from all that are held; weight 1. `turn` tells draws of one seed apart. */
void mg__lesson_draw(mg__lesson *lesson, const mg__replay *replay, uint64_t seed, uint64_t turn);

#endif
