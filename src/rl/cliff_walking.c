/* The shortest way leads along a cliff (Sutton & Barto, example 6.6): Gymnasium's CliffWalking-v1. */
#include "rl/environments.h"
#include "rl/grid.h"

#include <math.h>

static const char map[] = "............"
                          "............"
                          "............"
                          "SCCCCCCCCCCG";

static const mg__grid world = { .width = 12,
                                .height = 4,
                                .cell = map,
                                .heading = { MG__UP, MG__RIGHT, MG__DOWN, MG__LEFT },
                                .step = -1,
                                .goal = -1,
                                .cliff = -100 };

static const char *const actions[] = { "up", "right", "down", "left" };

/* Gymnasium has no limit of steps; without one, who never arrives never ends. */
const mg_environment mg__cliff_walking = {
    MG__GRID_ROW,
    .name = "cliffwalking",
    .id = "CliffWalking-v1",
    .doc = "Walk along a cliff without falling; -1 a step, -100 and back to the start for a fall.",
    .states = 48,
    .action_name = actions,
    .step_limit = 1000,
    .solved = -13,
    .world = &world,
};
