/* micrograd/agent.h: learning to act by trial and error.
 *
 *     const mg_environment *cartpole = mg_environment_find("CartPole-v1");
 *     mg_agent_result result;
 *     mg_policy *policy = mg_agent_learn(ctx, cartpole, NULL, &result);
 *     mg_returns returns = mg_policy_evaluate(policy, cartpole, 100, 7);
 *     printf("%s: %.1f in %.1f s\n", result.algorithm, returns.mean, result.seconds);
 *     mg_policy_save(policy, "cartpole.safetensors");
 *     mg_policy_destroy(policy);
 *
 * The same seed gives the same bits, whatever the number of threads.
 */
#ifndef MICROGRAD_AGENT_H
#define MICROGRAD_AGENT_H

#include <micrograd/environment.h>
#include <micrograd/train.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The algorithms, in table order; NULL at the end. */
const char *mg_algorithm_name(int index);
const char *mg_algorithm_doc(int index); /* a sentence with its paper */

/* All MG_AUTO. */
mg_agent_options mg_agent_defaults(void);
/* What the settings say: seed, time, lr, batch and model are one with those of training. */
mg_agent_options mg_settings_agent(const mg_settings *settings);
/* What MG_AUTO stands for in an environment: fills it in. MG_SETTING: no such algorithm, or one that cannot act there. */
mg_status mg_agent_resolve(mg_context *context, const mg_environment *environment, mg_agent_options *options);

typedef struct mg_policy mg_policy;

/* Of episodes played without exploring. */
typedef struct mg_returns {
    int64_t episodes; /* 0 on failure, with the message on the context */
    double mean, deviation;
} mg_returns;

typedef struct mg_agent_result {
    const char *algorithm;
    int64_t steps, episodes;
    double seconds;
    mg_stop stopped; /* MG_STOP_TARGET: solved; MG_STOP_EPOCHS: all steps were taken */
} mg_agent_result;

/* Learns to act. About fifty times on the way the policy is judged by 100 episodes of their own (by 500 where those reach what
 * the environment counts as solved), and the best of these is what is returned. It ends before its steps where the mean of a
 * judgement, less three standard errors, is that of a solved environment (unless options say `whole`). NULL options: all
 * defaults. The result may be NULL. NULL on failure: MG_SETTING; MG_NOT_FINITE (an environment's numbers, or a loss);
 * MG_OUT_OF_MEMORY. */
mg_policy *mg_agent_learn(mg_context *context, const mg_environment *environment, const mg_agent_options *options,
                          mg_agent_result *result);

const char *mg_agent_ending(mg_stop stopped); /* what ended a run: "solved", "all steps were taken", else mg_stop_name */

/* How the run went: a point for each judgement. Belongs to the policy; of a loaded one there is none. */
typedef struct mg_agent_point {
    int64_t steps;
    double recent; /* mean return of the last 100 episodes, exploring; NaN: none ended */
    mg_returns judged;
} mg_agent_point;
const mg_agent_point *mg_policy_curve(const mg_policy *policy, int64_t *count);

/* The table of a policy of states that an algorithm of tables learned (q-learning, sarsa, value-iteration): [states][actions],
 * what is to be expected after each action. Belongs to the policy. NULL: it is of another kind. */
const float *mg_policy_table(const mg_policy *policy, int64_t *states, int64_t *actions);

void mg_policy_destroy(mg_policy *policy); /* NULL is fine */

/* observation [count][observations] -> action [count], the number of one, or [count][action_numbers], within bounds: the action
 * that the policy likes best. A row's action depends on that row alone. MG_INVALID: of a policy over states, an observation that
 * is none. Allocates nothing after the first call. */
mg_status mg_policy_act(mg_policy *policy, const float *observation, int64_t count, float *action);
/* Plays the first episode of each of `episodes` environments made by this seed. An environment without a limit of steps gets one
 * of 100,000. MG_SETTING: the policy is for an environment of another kind. */
mg_returns mg_policy_evaluate(mg_policy *policy, const mg_environment *environment, int64_t episodes, uint64_t seed);
/* Was it made for this environment (its name, or where that is another one's of the user's, its observations and actions)? The
 * message says what differs. */
mg_status mg_policy_fits(mg_policy *policy, const mg_environment *environment);

const char *mg_policy_environment(const mg_policy *policy); /* its name */
const char *mg_policy_algorithm(const mg_policy *policy);
int64_t mg_policy_observations(const mg_policy *policy);
int64_t mg_policy_action_numbers(const mg_policy *policy); /* columns of an action: 1 where actions are counted */

/* One safetensors file with the metadata key micrograd.kind = "policy": docs/model-format.md. MG_FILE. */
mg_status mg_policy_save(mg_policy *policy, const char *path);
/* Everything is checked before it is believed: NULL with MG_FILE or MG_FORMAT. */
mg_policy *mg_policy_load(mg_context *context, const char *path);

#ifdef __cplusplus
}
#endif
#endif
