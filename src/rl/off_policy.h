/* Learning from memories of whatever was tried: what DQN and SAC share of a run. */
#ifndef MG_RL_OFF_POLICY_H
#define MG_RL_OFF_POLICY_H

#include "rl/algorithm.h"
#include "rl/replay.h"

#include <micrograd/program.h>

typedef struct mg__off_policy mg__off_policy;

/* What differs. */
typedef struct mg__off_policy_method {
    /* Fills in action [count][numbers] as it is remembered and `played` as environments take it, for x [count][inputs]. */
    mg_status (*act)(mg__off_policy *run, void *user);
    /* Draws a lesson and learns from it. */
    mg_status (*update)(mg__off_policy *run, void *user);
    void *user;
} mg__off_policy_method;

struct mg__off_policy {
    mg__agent *agent;
    int64_t count, inputs, numbers;
    mg_environments *environments;
    mg__replay *replay;
    mg__lesson lesson;
    float *x, *next, *action, *played;
    uint64_t turn, updates; /* steps of each environment, and lessons, so far */
};

/* Scales observations by their bounds, where there are some: to -1 .. 1. Running scales would change what memories mean. */
void mg__scale_by_bounds(mg_policy *policy, const mg_environment *environment);

/* The agent's policy is there, with its scales. */
mg_status mg__off_policy_open(mg__off_policy *run, mg__agent *agent);
void mg__off_policy_close(mg__off_policy *run);
/* Every `horizon` steps `passes` updates, after `warmup` steps. */
mg_status mg__off_policy_play(mg__off_policy *run, const mg__off_policy_method *method);
bool mg__off_policy_warm(const mg__off_policy *run); /* is the warmup over? */

/* x [rows][inputs] of a lesson, as tensors for a session. */
mg_tensor mg__lesson_rows(const mg__lesson *lesson, float *data, int64_t width);
mg_tensor mg__lesson_column(const mg__lesson *lesson, float *data);

/* After each run, `target` goes a share of the way to `store`, which has the same entries: Polyak averages (Lillicrap et al.
 * 2016). */
void mg__follow(mg_graph *graph, mg_parameters *target, mg_parameters *store, double share);
/* Compiles a graph, and makes a session whose random numbers are those of the seed. */
mg_status mg__session_of(mg_context *context, mg_graph *graph, mg_node *const *outputs, int count, uint64_t seed,
                         mg_program **program, mg_session **session);

#endif
