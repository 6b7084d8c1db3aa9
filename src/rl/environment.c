/* The table of environments. */
#include "rl/environments.h"

#include <string.h>

static const mg_environment *const rows[] = { &mg__cartpole,        &mg__mountain_car,    &mg__mountain_car_continuous,
                                              &mg__acrobot,         &mg__pendulum,        &mg__frozen_lake,
                                              &mg__frozen_lake_8x8, &mg__frozen_lake_dry, &mg__cliff_walking,
                                              &mg__bandit };

const mg_environment *mg_environment_at(int index) {
    return index >= 0 && index < (int)(sizeof rows / sizeof *rows) ? rows[index] : NULL;
}

const mg_environment *mg_environment_find(const char *name_or_id) {
    const mg_environment *row;
    for (int i = 0; name_or_id && (row = mg_environment_at(i)) != NULL; i++)
        if (strcmp(row->name, name_or_id) == 0 || (row->id && strcmp(row->id, name_or_id) == 0)) return row;
    return NULL;
}
