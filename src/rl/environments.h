/* The rows of the environments that are built in, a file each. */
#ifndef MG_RL_ENVIRONMENTS_H
#define MG_RL_ENVIRONMENTS_H

#include <micrograd/environment.h>

extern const mg_environment mg__cartpole, mg__mountain_car, mg__mountain_car_continuous, mg__acrobot, mg__pendulum;
extern const mg_environment mg__frozen_lake, mg__frozen_lake_8x8, mg__frozen_lake_dry, mg__cliff_walking, mg__bandit;

#endif
