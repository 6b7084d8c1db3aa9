/* Grid worlds: FrozenLake, CliffWalking and those from a text file are one world with other data. A state is a cell, row by row.
 */
#ifndef MG_RL_GRID_H
#define MG_RL_GRID_H

#include <micrograd/environment.h>

#define MG__GRID_MOST 4096 /* cells */

typedef enum mg__heading { MG__LEFT, MG__DOWN, MG__RIGHT, MG__UP } mg__heading;

typedef struct mg__grid {
    int64_t width, height;
    const char *cell;              /* [height * width]: S start, G goal, P pit, C cliff, # wall, . free */
    mg__heading heading[4];        /* of each action */
    double step, goal, pit, cliff; /* rewards of a step, and of one onto such a cell in its place */
    double slip; /* probability that a step goes to the left or the right of where it was meant, half of it each */
} mg__grid;

/* The functions of a row whose world is a grid. A goal and a pit end the episode, a cliff leads back to a start. Of several
 * starts each is as likely. */
void mg__grid_reset(const mg_environment *environment, void *state, mg_dice *dice, float *observation);
double mg__grid_step(const mg_environment *environment, void *state, mg_dice *dice, const float *action, float *observation,
                     bool *terminated);
int mg__grid_outcomes(const mg_environment *environment, int64_t state, int64_t action, mg_outcome outcome[MG_OUTCOMES]);
size_t mg__grid_draw_text(const mg_environment *environment, const void *state, char *out, size_t size);
size_t mg__grid_draw_svg(const mg_environment *environment, const void *state, char *out, size_t size);
size_t mg__grid_draw_values(const mg_environment *environment, const double *value, const int64_t *action, char *out,
                            size_t size);

typedef struct mg__grid_state {
    int64_t cell;
} mg__grid_state;

/* The members of a row that all grids share. */
#define MG__GRID_ROW                                                                                                      \
    .size = sizeof(mg_environment), .observations = 1, .observation_name = mg__grid_observation, .actions = 4,            \
    .state_bytes = sizeof(mg__grid_state), .reset = mg__grid_reset, .step = mg__grid_step, .outcomes = mg__grid_outcomes, \
    .draw_text = mg__grid_draw_text, .draw_svg = mg__grid_draw_svg, .draw_values = mg__grid_draw_values

extern const char *const mg__grid_observation[];
extern const char *const mg__grid_actions[]; /* left, down, right, up */

#endif
