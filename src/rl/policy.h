/* A policy from inside: a network over observations, and what its outputs mean. */
#ifndef MG_RL_POLICY_H
#define MG_RL_POLICY_H

#include "base/base.h"
#include "rl/normaliser.h"

#include <micrograd/agent.h>
#include <micrograd/nn.h>
#include <micrograd/program.h>

enum { MG__ACT_BATCH = 128 }; /* fixed, so that an action never depends on how many are asked for */

/* What the outputs of a row mean: one row a way of acting. */
typedef struct mg__head {
    const char *name; /* as in the file */
    bool counted;     /* actions are counted; else they are numbers */
    void (*act)(const mg_policy *policy, const float *output, float *action);
} mg__head;

extern const mg__head mg__head_best;             /* [actions]: scores of any kind, the first of the greatest */
extern const mg__head mg__head_mean;             /* [action_numbers]: the action, clipped to its bounds */
extern const mg__head mg__head_squashed;         /* [action_numbers]: tanh of them, stretched over the bounds */
const mg__head *mg__head_find(const char *name); /* NULL: none */

struct mg_policy {
    mg_context *context;
    char environment[64], algorithm[32];
    int64_t observations, states, actions, action_numbers;
    float low[MG_ENVIRONMENT_NUMBERS], high[MG_ENVIRONMENT_NUMBERS]; /* of the numbers of an action */
    const mg__head *head;
    mg_network *network;       /* hidden layers */
    mg_parameters *parameters; /* of the network and its output layer */
    mg__normaliser normaliser;
    /* acting */
    mg_program *program;
    mg_session *session;
    float *x; /* [MG__ACT_BATCH][inputs] */
    /* what the run told */
    mg_agent_point *point;
    size_t points, point_capacity;
};

/* Its network is parsed, its parameters are an empty store. `model` NULL: the default. NULL on failure. */
mg_policy *mg__policy_create(mg_context *context, const mg_environment *environment, const mg__head *head, const char *model);
int64_t mg__policy_inputs(const mg_policy *policy);  /* of the network: a state is one of many, the others 0 */
int64_t mg__policy_outputs(const mg_policy *policy); /* of the network */
/* The network on x [n, inputs] with `outputs` units at its end, by parameters of `store`. */
mg_node *mg__policy_build(const mg_policy *policy, mg_node *x, mg_parameters *store, int64_t outputs);
/* Observations as the network reads them, x [rows][inputs]. */
void mg__policy_encode(const mg_policy *policy, const float *observation, int64_t rows, float *x);
/* The file from memory; `path` is for messages. verify: its checksum is looked at. */
mg_policy *mg__policy_parse(mg_context *context, const char *path, const void *bytes, size_t length, bool verify);
/* After the parameters are declared: makes what acting needs. */
mg_status mg__policy_ready(mg_policy *policy);

#endif
