/* A pole on a cart that is pushed left or right (Barto, Sutton & Anderson 1983), with Gymnasium's constants (CartPole-v1). */
#include "rl/environments.h"

#include <math.h>
#include <stdio.h>

#define PI          3.14159265358979323846
#define GRAVITY     9.8
#define MASS        1.1 /* cart and pole */
#define POLE_MASS   0.1
#define HALF_LENGTH 0.5
#define FORCE       10.0
#define TIME_STEP   0.02 /* s */
#define FARTHEST    2.4
#define STEEPEST    (12 * 2 * PI / 360)

typedef struct cart {
    double x, speed, angle, spin;
} cart;

static void look(const cart *c, float *observation) {
    observation[0] = (float)c->x;
    observation[1] = (float)c->speed;
    observation[2] = (float)c->angle;
    observation[3] = (float)c->spin;
}

static void reset(const mg_environment *environment, void *state, mg_dice *dice, float *observation) {
    (void)environment;
    cart *c = state;
    c->x = mg_dice_uniform(dice, -0.05, 0.05);
    c->speed = mg_dice_uniform(dice, -0.05, 0.05);
    c->angle = mg_dice_uniform(dice, -0.05, 0.05);
    c->spin = mg_dice_uniform(dice, -0.05, 0.05);
    look(c, observation);
}

/* Taylor's series, exact to 1e-16 up to half a radian: an episode ends at a fifth of one. By halves (Estrin), so that no number
 * waits long for another. */
static void sine_and_cosine(double x, double *sine, double *cosine) {
    if (fabs(x) > 0.5) {
        *sine = sin(x);
        *cosine = cos(x);
        return;
    }
    double y = x * x, y2 = y * y, y4 = y2 * y2;
    *sine = x * ((1 - y * (1.0 / 6)) + y2 * (1.0 / 120 - y * (1.0 / 5040)) +
                 y4 * ((1.0 / 362880 - y * (1.0 / 39916800)) + y2 * (1.0 / 6227020800)));
    *cosine = (1 - y * (1.0 / 2)) + y2 * (1.0 / 24 - y * (1.0 / 720)) +
              y4 * ((1.0 / 40320 - y * (1.0 / 3628800)) + y2 * (1.0 / 479001600 - y * (1.0 / 87178291200)));
}

/* Euler's explicit method:
 *     temp = (F + m l spin^2 sin(angle)) / M
 *     spin' = (g sin(angle) - cos(angle) temp) / (l (4/3 - m cos^2(angle) / M)),  speed' = temp - m l spin' cos(angle) / M */
static double step(const mg_environment *environment, void *state, mg_dice *dice, const float *action, float *observation,
                   bool *terminated) {
    (void)environment, (void)dice;
    cart *c = state;
    double force = action[0] > 0 ? FORCE : -FORCE, sine, cosine;
    sine_and_cosine(c->angle, &sine, &cosine);
    double temp = (force + POLE_MASS * HALF_LENGTH * c->spin * c->spin * sine) * (1 / MASS);
    double turning = (GRAVITY * sine - cosine * temp) / (HALF_LENGTH * (4.0 / 3 - POLE_MASS / MASS * cosine * cosine));
    double pushing = temp - POLE_MASS * HALF_LENGTH / MASS * turning * cosine;
    c->x += TIME_STEP * c->speed;
    c->speed += TIME_STEP * pushing;
    c->angle += TIME_STEP * c->spin;
    c->spin += TIME_STEP * turning;
    look(c, observation);
    *terminated = fabs(c->x) > FARTHEST || fabs(c->angle) > STEEPEST;
    return 1;
}

static size_t draw_svg(const mg_environment *environment, const void *state, char *out, size_t size) {
    (void)environment;
    const cart *c = state;
    double x = 150 + 55 * c->x, length = 90;
    int bytes = snprintf(out, size,
                         "<line x1='0' y1='150' x2='300' y2='150' stroke='#888'/>"
                         "<rect x='%.1f' y='140' width='40' height='20' fill='#446'/>"
                         "<line x1='%.1f' y1='140' x2='%.1f' y2='%.1f' stroke='#c84' stroke-width='6'/>",
                         x - 20, x, x + length * sin(c->angle), 140 - length * cos(c->angle));
    return bytes < 0 ? 0 : (size_t)bytes;
}

static size_t draw_text(const mg_environment *environment, const void *state, char *out, size_t size) {
    (void)environment;
    const cart *c = state;
    int bytes = snprintf(out, size, "cart at %+.2f, pole %+.1f degrees\n", c->x, c->angle * 180 / PI);
    return bytes < 0 ? 0 : (size_t)bytes;
}

static const float low[] = { -4.8f, -INFINITY, -0.41887903f, -INFINITY }, high[] = { 4.8f, INFINITY, 0.41887903f, INFINITY };
static const char *const observation_names[] = { "cart_position", "cart_velocity", "pole_angle", "pole_velocity" };
static const char *const action_names[] = { "left", "right" };

const mg_environment mg__cartpole = {
    .size = sizeof(mg_environment),
    .name = "cartpole",
    .id = "CartPole-v1",
    .doc = "Keep a pole upright on a cart by pushing it left or right; 1 a step.",
    .observations = 4,
    .low = low,
    .high = high,
    .observation_name = observation_names,
    .actions = 2,
    .action_name = action_names,
    .step_limit = 500,
    .solved = 475,
    .state_bytes = sizeof(cart),
    .reset = reset,
    .step = step,
    .draw_text = draw_text,
    .draw_svg = draw_svg,
};
