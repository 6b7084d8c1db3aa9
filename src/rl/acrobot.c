/* Two links, a motor at the joint between them: swing the end above the line (Sutton 1996), with Gymnasium's constants
 * (Acrobot-v1, "book" dynamics). */
#include "rl/environments.h"

#include <math.h>
#include <stdio.h>

#define PI        3.14159265358979323846
#define GRAVITY   9.8
#define CENTRE    0.5 /* of mass, along a link of length, mass and inertia 1 */
#define TIME_STEP 0.2

typedef struct arm {
    double angle[2], spin[2];
} arm;

static void look(const arm *a, float *observation) {
    observation[0] = (float)cos(a->angle[0]);
    observation[1] = (float)sin(a->angle[0]);
    observation[2] = (float)cos(a->angle[1]);
    observation[3] = (float)sin(a->angle[1]);
    observation[4] = (float)a->spin[0];
    observation[5] = (float)a->spin[1];
}

static void reset(const mg_environment *environment, void *state, mg_dice *dice, float *observation) {
    (void)environment;
    arm *a = state;
    double *number[] = { &a->angle[0], &a->angle[1], &a->spin[0], &a->spin[1] };
    for (int i = 0; i < 4; i++) *number[i] = mg_dice_uniform(dice, -0.1, 0.1);
    look(a, observation);
}

/* d(angle, spin)/dt, Sutton & Barto's equations with m = l = I = 1. */
static void derivative(const double s[4], double torque, double out[4]) {
    double t2 = s[1], w1 = s[2], w2 = s[3];
    double d1 = CENTRE * CENTRE + (1 + CENTRE * CENTRE + 2 * CENTRE * cos(t2)) + 2;
    double d2 = (CENTRE * CENTRE + CENTRE * cos(t2)) + 1;
    double phi2 = CENTRE * GRAVITY * cos(s[0] + t2 - PI / 2);
    double phi1 =
        -CENTRE * w2 * w2 * sin(t2) - 2 * CENTRE * w2 * w1 * sin(t2) + (CENTRE + 1) * GRAVITY * cos(s[0] - PI / 2) + phi2;
    double a2 = (torque + d2 / d1 * phi1 - CENTRE * w1 * w1 * sin(t2) - phi2) / (CENTRE * CENTRE + 1 - d2 * d2 / d1);
    out[0] = w1;
    out[1] = w2;
    out[2] = -(d2 * a2 + phi1) / d1;
    out[3] = a2;
}

/* The classical method of Runge and Kutta. */
static void integrate(double s[4], double torque) {
    double k[4][4], at[4];
    static const double part[] = { 0, 0.5, 0.5, 1 };
    for (int stage = 0; stage < 4; stage++) {
        for (int i = 0; i < 4; i++) at[i] = s[i] + (stage ? part[stage] * TIME_STEP * k[stage - 1][i] : 0);
        derivative(at, torque, k[stage]);
    }
    for (int i = 0; i < 4; i++) s[i] += TIME_STEP / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
}

static double wrap(double x) {
    while (x > PI) x -= 2 * PI;
    while (x < -PI) x += 2 * PI;
    return x;
}

static double step(const mg_environment *environment, void *state, mg_dice *dice, const float *action, float *observation,
                   bool *terminated) {
    (void)environment, (void)dice;
    arm *a = state;
    double s[4] = { a->angle[0], a->angle[1], a->spin[0], a->spin[1] };
    integrate(s, (double)action[0] - 1);
    a->angle[0] = wrap(s[0]);
    a->angle[1] = wrap(s[1]);
    a->spin[0] = fmin(fmax(s[2], -4 * PI), 4 * PI);
    a->spin[1] = fmin(fmax(s[3], -9 * PI), 9 * PI);
    look(a, observation);
    *terminated = -cos(a->angle[0]) - cos(a->angle[1] + a->angle[0]) > 1;
    return *terminated ? 0 : -1;
}

static size_t draw_svg(const mg_environment *environment, const void *state, char *out, size_t size) {
    (void)environment;
    const arm *a = state;
    double x1 = 150 + 45 * sin(a->angle[0]), y1 = 100 + 45 * cos(a->angle[0]);
    double x2 = x1 + 45 * sin(a->angle[0] + a->angle[1]), y2 = y1 + 45 * cos(a->angle[0] + a->angle[1]);
    int bytes = snprintf(out, size,
                         "<line x1='0' y1='55' x2='300' y2='55' stroke='#888'/>"
                         "<polyline fill='none' stroke='#446' stroke-width='6' points='150,100 %.1f,%.1f %.1f,%.1f'/>"
                         "<circle cx='%.1f' cy='%.1f' r='5' fill='#c84'/>",
                         x1, y1, x2, y2, x2, y2);
    return bytes < 0 ? 0 : (size_t)bytes;
}

static size_t draw_text(const mg_environment *environment, const void *state, char *out, size_t size) {
    (void)environment;
    const arm *a = state;
    int bytes = snprintf(out, size, "end at height %+.2f\n", -cos(a->angle[0]) - cos(a->angle[0] + a->angle[1]));
    return bytes < 0 ? 0 : (size_t)bytes;
}

static const float high[] = { 1, 1, 1, 1, 12.566371f, 28.274334f }, low[] = { -1, -1, -1, -1, -12.566371f, -28.274334f };
static const char *const observation_names[] = { "cos_1", "sin_1", "cos_2", "sin_2", "velocity_1", "velocity_2" };
static const char *const action_names[] = { "back", "none", "forth" };

const mg_environment mg__acrobot = {
    .size = sizeof(mg_environment),
    .name = "acrobot",
    .id = "Acrobot-v1",
    .doc = "Swing the end of two links above the line by a motor at their joint; -1 a step.",
    .observations = 6,
    .low = low,
    .high = high,
    .observation_name = observation_names,
    .actions = 3,
    .action_name = action_names,
    .step_limit = 500,
    .solved = -100,
    .state_bytes = sizeof(arm),
    .reset = reset,
    .step = step,
    .draw_text = draw_text,
    .draw_svg = draw_svg,
};
