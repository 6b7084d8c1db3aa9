/* An environment of one's own, as a shared library: a corridor of nine cells, the way out at its right end.
 *
 *     cc -shared -fPIC -I include -o corridor.so examples/environment/corridor.c
 */
#include <micrograd/environment.h>

#include <math.h>

typedef struct corridor {
    int64_t cell;
} corridor;

static void reset(const mg_environment *environment, void *state, mg_dice *dice, float *observation) {
    (void)environment;
    corridor *c = state;
    c->cell = mg_dice_below(dice, 4); /* one of the four on the left */
    observation[0] = (float)c->cell;
}

static double step(const mg_environment *environment, void *state, mg_dice *dice, const float *action, float *observation,
                   bool *terminated) {
    (void)environment, (void)dice;
    corridor *c = state;
    c->cell += action[0] > 0 ? 1 : -1;
    if (c->cell < 0) c->cell = 0;
    observation[0] = (float)c->cell;
    *terminated = c->cell == 8;
    return -1;
}

static const float low[] = { 0 }, high[] = { 8 };
static const char *const observation_names[] = { "cell" };
static const char *const action_names[] = { "left", "right" };

const mg_environment mg_environment_row = {
    .size = sizeof(mg_environment),
    .name = "corridor",
    .doc = "Walk to the right end of a corridor; -1 a step.",
    .observations = 1,
    .states = 9,
    .low = low,
    .high = high,
    .observation_name = observation_names,
    .actions = 2,
    .action_name = action_names,
    .step_limit = 50,
    .solved = -8,
    .state_bytes = sizeof(corridor),
    .reset = reset,
    .step = step,
};
