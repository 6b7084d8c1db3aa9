/* Swing a pendulum up and hold it there, with Gymnasium's constants (Pendulum-v1). */
#include "rl/environments.h"

#include <math.h>
#include <stdio.h>

#define PI        3.14159265358979323846
#define TIME_STEP 0.05
#define FASTEST   8.0

typedef struct rod {
    double angle, spin; /* 0: upright */
} rod;

static void look(const rod *r, float *observation) {
    observation[0] = (float)cos(r->angle);
    observation[1] = (float)sin(r->angle);
    observation[2] = (float)r->spin;
}

static void reset(const mg_environment *environment, void *state, mg_dice *dice, float *observation) {
    (void)environment;
    rod *r = state;
    r->angle = mg_dice_uniform(dice, -PI, PI);
    r->spin = mg_dice_uniform(dice, -1, 1);
    look(r, observation);
}

static double normal(double angle) {
    double turned = fmod(angle + PI, 2 * PI);
    return (turned < 0 ? turned + 2 * PI : turned) - PI;
}

/* spin += (3 g / (2 l) sin(angle) + 3 / (m l^2) u) dt with g = 10, m = l = 1; the reward is of the state before. */
static double step(const mg_environment *environment, void *state, mg_dice *dice, const float *action, float *observation,
                   bool *terminated) {
    (void)environment, (void)dice;
    rod *r = state;
    double torque = (double)action[0], off = normal(r->angle);
    double cost = off * off + 0.1 * r->spin * r->spin + 0.001 * torque * torque;
    r->spin = fmin(fmax(r->spin + (15 * sin(r->angle) + 3 * torque) * TIME_STEP, -FASTEST), FASTEST);
    r->angle += r->spin * TIME_STEP;
    look(r, observation);
    *terminated = false;
    return -cost;
}

static size_t draw_svg(const mg_environment *environment, const void *state, char *out, size_t size) {
    (void)environment;
    const rod *r = state;
    int bytes = snprintf(out, size,
                         "<line x1='150' y1='100' x2='%.1f' y2='%.1f' stroke='#c84' stroke-width='10' stroke-linecap='round'/>"
                         "<circle cx='150' cy='100' r='4' fill='#446'/>",
                         150 + 80 * sin(r->angle), 100 - 80 * cos(r->angle));
    return bytes < 0 ? 0 : (size_t)bytes;
}

static size_t draw_text(const mg_environment *environment, const void *state, char *out, size_t size) {
    (void)environment;
    const rod *r = state;
    int bytes = snprintf(out, size, "pendulum %+.0f degrees from upright, speed %+.1f\n", normal(r->angle) * 180 / PI, r->spin);
    return bytes < 0 ? 0 : (size_t)bytes;
}

static const float high[] = { 1, 1, 8 }, low[] = { -1, -1, -8 }, weakest[] = { -2 }, strongest[] = { 2 };
static const char *const observation_names[] = { "cos", "sin", "velocity" };

const mg_environment mg__pendulum = {
    .size = sizeof(mg_environment),
    .name = "pendulum",
    .id = "Pendulum-v1",
    .doc = "Swing a pendulum up by a torque of -2 to 2 and hold it; minus the angle squared and a little of speed and torque.",
    .observations = 3,
    .low = low,
    .high = high,
    .observation_name = observation_names,
    .action_numbers = 1,
    .action_low = weakest,
    .action_high = strongest,
    .step_limit = 200,
    .solved = -200, /* no figure is agreed on; of random actions it is about -1200, of good ones -150 */
    .state_bytes = sizeof(rod),
    .reset = reset,
    .step = step,
    .draw_text = draw_text,
    .draw_svg = draw_svg,
};
