/* A policy: from observations to actions. */
#include "rl/algorithm.h"

#include <math.h>
#include <string.h>

#define DEFAULT_MODEL "2*[dense(64) tanh]"

/* --- what outputs mean ------------------------------------------------------------------------------- */

static void act_best(const mg_policy *p, const float *output, float *action) {
    int64_t best = 0;
    for (int64_t k = 1; k < p->actions; k++)
        if (output[k] > output[best]) best = k;
    action[0] = (float)best;
}

static void act_mean(const mg_policy *p, const float *output, float *action) {
    for (int64_t k = 0; k < p->action_numbers; k++) action[k] = fminf(fmaxf(output[k], p->low[k]), p->high[k]);
}

static void act_squashed(const mg_policy *p, const float *output, float *action) {
    for (int64_t k = 0; k < p->action_numbers; k++) {
        float middle = (p->high[k] + p->low[k]) / 2, half = (p->high[k] - p->low[k]) / 2;
        action[k] = middle + half * tanhf(output[k]);
    }
}

const mg__head mg__head_best = { "best", true, act_best }, mg__head_mean = { "mean", false, act_mean },
               mg__head_squashed = { "squashed", false, act_squashed };

const mg__head *mg__head_find(const char *name) {
    static const mg__head *const heads[] = { &mg__head_best, &mg__head_mean, &mg__head_squashed };
    for (size_t i = 0; name && i < sizeof heads / sizeof *heads; i++)
        if (!strcmp(heads[i]->name, name)) return heads[i];
    return NULL;
}

/* --- making one -------------------------------------------------------------------------------------- */

mg_policy *mg__policy_create(mg_context *context, const mg_environment *row, const mg__head *head, const char *model) {
    mg_policy *p = mg__alloc_zero(context, sizeof *p);
    size_t used = 0;
    if (!p) return NULL;
    *p = (mg_policy){ .context = context,
                      .observations = row->observations,
                      .states = row->states,
                      .actions = row->actions,
                      .action_numbers = row->actions > 0 ? 1 : row->action_numbers,
                      .head = head,
                      .normaliser = mg__normaliser_begin(0) };
    mg__append(p->environment, sizeof p->environment, &used, "%s", row->name);
    for (int64_t k = 0; row->actions == 0 && k < row->action_numbers; k++) {
        p->low[k] = row->action_low[k];
        p->high[k] = row->action_high[k];
    }
    p->network = mg_network_parse(context, model ? model : DEFAULT_MODEL);
    p->parameters = p->network ? mg_parameters_create(context, MG_F32) : NULL;
    if (p->parameters) return p;
    mg_policy_destroy(p);
    return NULL;
}

void mg_policy_destroy(mg_policy *p) {
    if (!p) return;
    mg_context *context = p->context;
    mg_session_destroy(p->session);
    mg_program_destroy(p->program);
    mg_parameters_destroy(p->parameters);
    mg_network_destroy(p->network);
    mg__free(context, p->x);
    mg__free(context, p->point);
    mg__free(context, p);
}

int64_t mg__policy_inputs(const mg_policy *p) { return p->states > 0 ? p->states : p->observations; }
int64_t mg__policy_outputs(const mg_policy *p) { return p->head->counted ? p->actions : p->action_numbers; }

mg_node *mg__policy_build(const mg_policy *p, mg_node *x, mg_parameters *store, int64_t outputs) {
    mg_network_options options = mg_network_defaults();
    options.outputs = outputs;
    return mg_network_build(p->network, x, store, &options);
}

mg_status mg__policy_ready(mg_policy *p) {
    int64_t inputs = mg__policy_inputs(p);
    if (!p->x) p->x = mg__alloc_array(p->context, MG__ACT_BATCH, (size_t)inputs * sizeof *p->x);
    if (!p->x) return MG_OUT_OF_MEMORY;
    if (p->session) return MG_OK;
    mg_graph *graph = mg_graph_create(p->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_node *x = mg_input(graph, "observation", MG_F32, 2, (int64_t[]){ MG__ACT_BATCH, inputs });
    mg_node *output = mg__policy_build(p, x, p->parameters, mg__policy_outputs(p));
    p->program = mg_graph_status(graph) == MG_OK ? mg_compile(graph, MG_CPU, &output, 1) : NULL;
    mg_graph_destroy(graph);
    p->session = p->program ? mg_session_create(p->context, p->program, NULL) : NULL;
    return p->session ? MG_OK : mg_context_status(p->context);
}

/* --- acting ------------------------------------------------------------------------------------------ */

void mg__policy_encode(const mg_policy *p, const float *observation, int64_t rows, float *x) {
    size_t inputs = (size_t)mg__policy_inputs(p);
    if (p->states > 0) {
        memset(x, 0, (size_t)rows * inputs * sizeof *x);
        for (int64_t i = 0; i < rows; i++) x[i * p->states + (int64_t)observation[i]] = 1;
    } else if (p->normaliser.numbers > 0) {
        mg__normaliser_apply(&p->normaliser, observation, rows, x);
    } else {
        memcpy(x, observation, (size_t)rows * inputs * sizeof *x);
    }
}

static bool are_states(const mg_policy *p, const float *observation, int64_t count) {
    for (int64_t i = 0; p->states > 0 && i < count; i++) {
        float state = observation[i];
        if (!(state >= 0 && state < (float)p->states && state == floorf(state))) return false;
    }
    return true;
}

mg_status mg_policy_act(mg_policy *p, const float *observation, int64_t count, float *action) {
    if (!p || !observation || !action) return MG_INVALID;
    mg_status status = mg__policy_ready(p);
    int64_t inputs = mg__policy_inputs(p), outputs = mg__policy_outputs(p);
    mg_tensor x = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ MG__ACT_BATCH, inputs }, p->x);
    if (!are_states(p, observation, count))
        return mg__fail(p->context, MG_INVALID, "policy for %s: an observation is none of its states, 0 to %lld", p->environment,
                        (long long)p->states - 1);
    for (int64_t at = 0; at < count && status == MG_OK; at += MG__ACT_BATCH) {
        int64_t rows = count - at < MG__ACT_BATCH ? count - at : MG__ACT_BATCH;
        mg_tensor out = { 0 };
        mg__policy_encode(p, observation + at * p->observations, rows, p->x);
        memset(p->x + rows * inputs, 0, (size_t)((MG__ACT_BATCH - rows) * inputs) * sizeof *p->x);
        status = mg_run(p->session, &x, &out);
        const float *output = out.data;
        for (int64_t i = 0; i < rows && status == MG_OK; i++)
            p->head->act(p, output + i * outputs, action + (at + i) * p->action_numbers);
    }
    return status;
}

const float *mg_policy_table(const mg_policy *p, int64_t *states, int64_t *actions) {
    const mg__algorithm *algorithm = mg__algorithm_find(p->algorithm);
    int entry = mg_parameters_find(p->parameters, "output.weight");
    if (!algorithm || algorithm->observed || p->states == 0 || entry < 0) return NULL;
    *states = p->states;
    *actions = p->actions;
    return mg_parameters_value(p->parameters, entry).data;
}

/* --- looking at one ---------------------------------------------------------------------------------- */

const char *mg_policy_environment(const mg_policy *p) { return p->environment; }
const char *mg_policy_algorithm(const mg_policy *p) { return p->algorithm; }
int64_t mg_policy_observations(const mg_policy *p) { return p->observations; }
int64_t mg_policy_action_numbers(const mg_policy *p) { return p->action_numbers; }

const mg_agent_point *mg_policy_curve(const mg_policy *p, int64_t *count) {
    *count = (int64_t)p->points;
    return p->point;
}

mg_status mg_policy_fits(mg_policy *p, const mg_environment *row) {
    int64_t numbers = row->actions > 0 ? 1 : row->action_numbers;
    if (strcmp(p->environment, row->name))
        return mg__fail(p->context, MG_SETTING, "the policy was learned in '%s', not in '%s'; play that, or learn anew",
                        p->environment, row->name);
    if (p->observations == row->observations && p->states == row->states && p->actions == row->actions &&
        p->action_numbers == numbers)
        return MG_OK;
    return mg__fail(p->context, MG_SETTING,
                    "the policy reads %lld numbers and has %lld actions; the environment '%s' gives %lld and takes %lld: it has "
                    "changed since, learn anew",
                    (long long)p->observations, (long long)(p->actions > 0 ? p->actions : p->action_numbers), row->name,
                    (long long)row->observations, (long long)(row->actions > 0 ? row->actions : numbers));
}
