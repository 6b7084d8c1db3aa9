/* A way over a lake with holes, on ice that one slips on: Gymnasium's FrozenLake-v1, of 4x4 and 8x8, slippery and not. */
#include "rl/environments.h"
#include "rl/grid.h"

#include <math.h>

static const char small_map[] = "S..."
                                ".P.P"
                                "...P"
                                "P..G";
static const char large_map[] = "S......."
                                "........"
                                "...P...."
                                ".....P.."
                                "...P...."
                                ".PP...P."
                                ".P..P.P."
                                "...P...G";

#define LAKE(side, map, slips) \
    { .width = side, .height = side, .cell = map, .heading = { MG__LEFT, MG__DOWN, MG__RIGHT, MG__UP }, .goal = 1, .slip = slips }
static const mg__grid small = LAKE(4, small_map, 2.0 / 3), large = LAKE(8, large_map, 2.0 / 3), dry = LAKE(4, small_map, 0);

const mg_environment mg__frozen_lake = {
    MG__GRID_ROW,          .name = "frozenlake",
    .id = "FrozenLake-v1", .doc = "Cross a lake of 4 x 4 cells on slippery ice; 1 at the other side.",
    .states = 16,          .action_name = mg__grid_actions,
    .step_limit = 100,     .solved = 0.7,
    .world = &small,
};

const mg_environment mg__frozen_lake_8x8 = {
    MG__GRID_ROW,
    .name = "frozenlake-8x8",
    .id = "FrozenLake8x8-v1",
    .doc = "Cross a lake of 8 x 8 cells on slippery ice; 1 at the other side.",
    .states = 64,
    .action_name = mg__grid_actions,
    .step_limit = 200,
    .solved = 0.85,
    .world = &large,
};

const mg_environment mg__frozen_lake_dry = {
    MG__GRID_ROW,
    .name = "frozenlake-dry",
    .doc = "Cross a lake of 4 x 4 cells on ice that is not slippery; 1 at the other side.",
    .states = 16,
    .action_name = mg__grid_actions,
    .step_limit = 100,
    .solved = 1,
    .world = &dry,
};
