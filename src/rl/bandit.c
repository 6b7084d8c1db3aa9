/* Arms to pull, each with its own mean reward, unknown (Sutton & Barto, chapter 2): an episode is a fresh set of arms. */
#include "rl/environments.h"

#include <math.h>
#include <stdio.h>

#define ARMS 10

typedef struct arms {
    double mean[ARMS];
    int64_t pulls;
} arms;

/* The sum of twelve uniform numbers less six is normal enough, and needs nothing of the library. */
static double normal(mg_dice *dice) {
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += mg_dice_uniform(dice, 0, 1);
    return sum;
}

static void reset(const mg_environment *environment, void *state, mg_dice *dice, float *observation) {
    (void)environment;
    arms *a = state;
    for (int i = 0; i < ARMS; i++) a->mean[i] = normal(dice);
    a->pulls = 0;
    observation[0] = 0;
}

static double step(const mg_environment *environment, void *state, mg_dice *dice, const float *action, float *observation,
                   bool *terminated) {
    (void)environment;
    arms *a = state;
    a->pulls++;
    observation[0] = 0;
    *terminated = false;
    return a->mean[(int)action[0]] + normal(dice);
}

static size_t draw_text(const mg_environment *environment, const void *state, char *out, size_t size) {
    (void)environment;
    const arms *a = state;
    size_t used = 0;
    for (int i = 0; i < ARMS; i++) {
        int bytes = snprintf(used < size ? out + used : NULL, used < size ? size - used : 0, "%+.2f%c", a->mean[i],
                             i + 1 < ARMS ? ' ' : '\n');
        used += bytes < 0 ? 0 : (size_t)bytes;
    }
    return used;
}

static const char *const observation_names[] = { "nothing" };

const mg_environment mg__bandit = {
    .size = sizeof(mg_environment),
    .name = "bandit",
    .doc = "Ten arms of unknown means, fresh in each episode of 1000 pulls; what an arm gives.",
    .observations = 1,
    .states = 1,
    .observation_name = observation_names,
    .actions = ARMS,
    .step_limit = 1000,
    .solved = NAN,
    .state_bytes = sizeof(arms),
    .reset = reset,
    .step = step,
    .draw_text = draw_text,
};
