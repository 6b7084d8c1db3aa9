/* micrograd/environment.h: worlds to act in, with the semantics of Gymnasium.
 *
 *     mg_environments *carts = mg_environments_create(ctx, mg_environment_find("cartpole"), 8, 42);
 *     const mg_view *view = mg_environments_view(carts);             // view->observation: [8][4]
 *     float action[8] = { 0 };                                       // all to the left
 *     while (mg_environments_step(carts, action) == MG_OK && view->episodes < 100) continue;
 *     mg_environments_destroy(carts);
 *
 * An environment is a row of data and functions: those of mg_environment_at, or one that a shared library of the user's own
 * exports as `mg_environment_row` (mg_environment_open). Its state is a block of plain memory, so that many of one kind lie side
 * by side and are stepped without allocation.
 *
 * An episode ends in one of two ways that are not the same: *terminated*, nothing comes after it; or *truncated* by the limit of
 * steps, where it would have gone on and an estimate of what would have come is due (Pardo et al. 2018).
 */
#ifndef MICROGRAD_ENVIRONMENT_H
#define MICROGRAD_ENVIRONMENT_H

#include <micrograd/context.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Random numbers of one episode: those of (seed, environment, episode), one after the other. */
typedef struct mg_dice {
    uint64_t seed, stream, drawn;
    double (*next)(struct mg_dice *dice);
} mg_dice;
static inline double mg_dice_uniform(mg_dice *dice, double low, double high) { return low + (high - low) * dice->next(dice); }
static inline int64_t mg_dice_below(mg_dice *dice, int64_t below) { return (int64_t)((double)below * dice->next(dice)); }
double mg_dice_normal(mg_dice *dice); /* mean 0, deviation 1; of the library: not for shared libraries that do not link it */

enum { MG_ENVIRONMENT_NUMBERS = 64 }; /* most numbers of an observation or an action, and most actions */

typedef struct mg_environment mg_environment;

/* What taking an action in a state leads to, where that is known: for value iteration and pictures. */
typedef struct mg_outcome {
    double probability, reward;
    int64_t state;
    bool terminated;
} mg_outcome;
enum { MG_OUTCOMES = 8 };

struct mg_environment {
    size_t size;      /* sizeof(mg_environment): a library that was built with another header is known by it */
    const char *name; /* "cartpole" */
    const char *id;   /* Gymnasium's: "CartPole-v1"; NULL: it has none */
    const char *doc;  /* one sentence */
    /* Observations: numbers within bounds (NULL: none are known); `states` > 0: one number, 0 .. states - 1. */
    int64_t observations, states;
    const float *low, *high;
    const char *const *observation_name; /* NULL: they have none */
    /* Actions: 0 .. actions - 1, or (actions 0) numbers within bounds. */
    int64_t actions, action_numbers;
    const float *action_low, *action_high;
    const char *const *action_name;
    int64_t step_limit; /* an episode is truncated after so many; 0: never */
    double solved;      /* the mean return from which it counts as solved; NaN: none is agreed on */
    size_t state_bytes;
    /* Begins an episode. */
    void (*reset)(const mg_environment *environment, void *state, mg_dice *dice, float *observation);
    /* One step: returns the reward. action: [1], a whole number, or [action_numbers], clipped to the bounds by who steps. */
    double (*step)(const mg_environment *environment, void *state, mg_dice *dice, const float *action, float *observation,
                   bool *terminated);
    /* Optional, NULL where there is none. The outcomes of an action in a state; returns how many. */
    int (*outcomes)(const mg_environment *environment, int64_t state, int64_t action, mg_outcome outcome[MG_OUTCOMES]);
    /* A picture as text of at most `size` bytes, lines ending in \n; as snprintf. */
    size_t (*draw_text)(const mg_environment *environment, const void *state, char *out, size_t size);
    /* The content of an SVG of 300 x 200, without its <svg>; as snprintf. */
    size_t (*draw_svg)(const mg_environment *environment, const void *state, char *out, size_t size);
    const void *world; /* of environments made from data */
    /* The same of what was learned: value [states], what a state is worth; action [states], the best there. */
    size_t (*draw_values)(const mg_environment *environment, const double *value, const int64_t *action, char *out, size_t size);
};

const mg_environment *mg_environment_at(int index);                /* NULL at the end */
const mg_environment *mg_environment_find(const char *name_or_id); /* NULL: there is none of that name */

/* --- of one's own ------------------------------------------------------------------------------------ */

/* An environment from a file; close it after all that was made with it. NULL on failure: MG_FILE, MG_FORMAT, MG_UNSUPPORTED.
 * - A shared library that exports a row, `const mg_environment mg_environment_row` (examples/my_environment.c). It is code: open
 *   what you trust. A path without a slash is looked for as the system does.
 * - A text of a world of cells: lines "name = number", then a map. S start (one or more), G goal, P pit (both end the episode), C
 *   cliff (leads back to a start), # wall, . free; a line of another length is filled up with walls. Numbers: step, goal, pit,
 *   cliff (rewards; -0.01, 1, -1, -1), slip (0 to 1: how often a step goes to the left or right of where it was meant; 0), limit
 *   (steps of an episode; 4 times the cells). At most 4096 cells. The message of what is wrong has line and column. */
const mg_environment *mg_environment_open(mg_context *context, const char *path);
void mg_environment_close(const mg_environment *environment); /* NULL, and built-in ones, are fine */

/* Does a row keep its word? Plays some episodes with random actions and tells each fault by a sentence: a row that cannot be, the
 * same seed with other observations, numbers that are not finite or outside the bounds said, a state beyond the last, outcomes
 * whose probabilities do not add up to 1. Returns how many faults there are; MG_OUT_OF_MEMORY. */
typedef void mg_environment_fault(void *user, const char *sentence);
int mg_environment_check(mg_context *context, const mg_environment *environment, mg_environment_fault *told, void *user);

/* --- many of one kind -------------------------------------------------------------------------------- */

/* After a step, or the beginning; [count] of each, belongs to the environments and stays where it is. */
typedef struct mg_view {
    int64_t count, observations;
    const float *observation; /* [count][observations]: to act on; after an episode's end that of the next one's begin */
    const float *last;        /* [count][observations]: that the step itself led to */
    const double *reward;
    const bool *terminated, *truncated;
    const double *returned; /* sum of rewards of the last episode that ended */
    const int64_t *length;  /* its steps */
    int64_t episodes;       /* that ended, of all */
} mg_view;

typedef struct mg_environments mg_environments;

/* All begin their first episode. Each has random numbers of its own: environment i's episode e those of (seed, i, e). NULL on
 * failure: MG_INVALID (count outside 1 .. 65536, a row that cannot be one), MG_OUT_OF_MEMORY. */
mg_environments *mg_environments_create(mg_context *context, const mg_environment *environment, int64_t count, uint64_t seed);
void mg_environments_destroy(mg_environments *environments); /* NULL is fine */
/* All steps together, and a new episode where one ended. action: [count], or [count][action_numbers], which is clipped to the
 * bounds. MG_NOT_FINITE: an observation or a reward is no number; MG_INVALID: an action that there is none of, an observation
 * outside the states. The message has the environment, its episode and step. */
mg_status mg_environments_step(mg_environments *environments, const float *action);
const mg_view *mg_environments_view(const mg_environments *environments);
const mg_environment *mg_environments_row(const mg_environments *environments);
const void *mg_environments_state(const mg_environments *environments, int64_t index); /* for drawing */

#ifdef __cplusplus
}
#endif
#endif
