/* A car too weak for its hill must swing up (Moore 1990), with Gymnasium's constants: MountainCar-v0, pushed left, not at all or
 * right; MountainCarContinuous-v0, by a force. */
#include "rl/environments.h"

#include <math.h>
#include <stdio.h>

#define LEFT    (-1.2)
#define RIGHT   0.6
#define FASTEST 0.07
#define PULL    0.0025 /* of the hill */

typedef struct car {
    double x, speed;
} car;

static void look(const car *c, float *observation) {
    observation[0] = (float)c->x;
    observation[1] = (float)c->speed;
}

static void reset(const mg_environment *environment, void *state, mg_dice *dice, float *observation) {
    (void)environment;
    car *c = state;
    c->x = mg_dice_uniform(dice, -0.6, -0.4);
    c->speed = 0;
    look(c, observation);
}

/* The left wall stops it. */
static void roll(car *c, double push) {
    c->speed = fmin(fmax(c->speed + push - PULL * cos(3 * c->x), -FASTEST), FASTEST);
    c->x = fmin(fmax(c->x + c->speed, LEFT), RIGHT);
    if (c->x == LEFT && c->speed < 0) c->speed = 0;
}

static double step(const mg_environment *environment, void *state, mg_dice *dice, const float *action, float *observation,
                   bool *terminated) {
    (void)environment, (void)dice;
    car *c = state;
    roll(c, ((double)action[0] - 1) * 0.001);
    look(c, observation);
    *terminated = c->x >= 0.5 && c->speed >= 0;
    return -1;
}

static double step_continuous(const mg_environment *environment, void *state, mg_dice *dice, const float *action,
                              float *observation, bool *terminated) {
    (void)environment, (void)dice;
    car *c = state;
    double force = (double)action[0];
    roll(c, force * 0.0015);
    look(c, observation);
    *terminated = c->x >= 0.45 && c->speed >= 0;
    return (*terminated ? 100 : 0) - 0.1 * force * force;
}

static double across(double x) { return 20 + 260 * (x - LEFT) / (RIGHT - LEFT); }
static double up(double x) { return 160 - 60 * (sin(3 * x) + 1); }

static size_t draw_svg(const mg_environment *environment, const void *state, char *out, size_t size) {
    (void)environment;
    const car *c = state;
    size_t used = 0;
    int bytes = snprintf(out, size, "<polyline fill='none' stroke='#888' points='");
    used += bytes < 0 ? 0 : (size_t)bytes;
    for (int i = 0; i <= 60; i++) {
        double x = LEFT + (RIGHT - LEFT) * i / 60;
        bytes = snprintf(used < size ? out + used : NULL, used < size ? size - used : 0, "%.1f,%.1f ", across(x), up(x) + 8);
        used += bytes < 0 ? 0 : (size_t)bytes;
    }
    bytes = snprintf(used < size ? out + used : NULL, used < size ? size - used : 0,
                     "'/><circle cx='%.1f' cy='%.1f' r='8' fill='#446'/><circle cx='%.1f' cy='%.1f' r='4' fill='#c84'/>",
                     across(c->x), up(c->x), across(0.5), up(0.5));
    return used + (bytes < 0 ? 0 : (size_t)bytes);
}

static size_t draw_text(const mg_environment *environment, const void *state, char *out, size_t size) {
    (void)environment;
    const car *c = state;
    int bytes = snprintf(out, size, "car at %+.2f, speed %+.3f\n", c->x, c->speed);
    return bytes < 0 ? 0 : (size_t)bytes;
}

static const float low[] = { -1.2f, -0.07f }, high[] = { 0.6f, 0.07f }, weakest[] = { -1 }, strongest[] = { 1 };
static const char *const observation_names[] = { "position", "velocity" };
static const char *const action_names[] = { "left", "none", "right" };

const mg_environment mg__mountain_car = {
    .size = sizeof(mg_environment),
    .name = "mountaincar",
    .id = "MountainCar-v0",
    .doc = "Swing a car up a hill that it is too weak for; -1 a step.",
    .observations = 2,
    .low = low,
    .high = high,
    .observation_name = observation_names,
    .actions = 3,
    .action_name = action_names,
    .step_limit = 200,
    .solved = -110,
    .state_bytes = sizeof(car),
    .reset = reset,
    .step = step,
    .draw_text = draw_text,
    .draw_svg = draw_svg,
};

const mg_environment mg__mountain_car_continuous = {
    .size = sizeof(mg_environment),
    .name = "mountaincar-continuous",
    .id = "MountainCarContinuous-v0",
    .doc = "Swing a car up a hill by a force of -1 to 1; 100 at the top, less a tenth of the force squared a step.",
    .observations = 2,
    .low = low,
    .high = high,
    .observation_name = observation_names,
    .action_numbers = 1,
    .action_low = weakest,
    .action_high = strongest,
    .step_limit = 999,
    .solved = 90,
    .state_bytes = sizeof(car),
    .reset = reset,
    .step = step_continuous,
    .draw_text = draw_text,
    .draw_svg = draw_svg,
};
