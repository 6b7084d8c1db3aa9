#include "rl/policy_gradient.h"

#include "base/random.h"
#include "rl/rollout.h"

#include <micrograd/ops.h>
#include <micrograd/optimizer.h>

#include <math.h>
#include <string.h>

#define HALF_LOG_TAU 0.91893853320467274 /* ln(2 pi) / 2 */

enum { X, ACTION, BEFORE, ADVANTAGE, RETURNS, WEIGHT, INPUTS };

typedef struct climber {
    mg__agent *agent;
    const mg__gradient_method *method;
    mg_parameters *critic;
    mg__rollout rollout;
    mg_program *program;
    mg_session *session;
    int64_t batch, *order; /* of the rollout's steps */
    mg_tensor input[INPUTS];
    uint64_t passes; /* done */
} climber;

/* --- the loss ---------------------------------------------------------------------------------------- */

static mg_node *row_sum(mg_node *x) { return mg_sum(x, (int[]){ 1 }, 1, false); }

/* ln p and -sum p ln p of the softmax of outputs [batch, actions]. */
static mg_node *counted(mg_node *output, mg_node *action, mg_node **entropy) {
    mg_node *all = mg_log_softmax(output, 1);
    *entropy = mg_neg(row_sum(mg_mul(mg_exp(all), all)));
    return row_sum(mg_mul(all, mg_one_hot(action, mg_node_shape(output)[1], MG_F32)));
}

/* The same of a normal distribution about outputs [batch, numbers], whose log deviations [numbers] are learned beside. */
static mg_node *numbers(mg_node *output, mg_node *action, mg_node *log_deviation, mg_node **entropy) {
    double k = (double)mg_node_shape(output)[1];
    mg_node *z = mg_mul(mg_sub(action, output), mg_exp(mg_neg(log_deviation)));
    mg_node *spread = mg_sum_all(log_deviation);
    *entropy = mg_add_scalar(spread, k * (HALF_LOG_TAU + 0.5));
    return mg_sub(mg_mul_scalar(row_sum(mg_square(z)), -0.5), mg_add_scalar(spread, k * HALF_LOG_TAU));
}

static mg_node *build_loss(climber *c, mg_graph *graph) {
    const mg_policy *p = c->agent->policy;
    const mg_agent_options *o = &c->agent->options;
    static const char *const names[INPUTS] = { "x", "action", "before", "advantage", "returns", "weight" };
    mg_node *in[INPUTS], *entropy;
    for (int i = 0; i < INPUTS; i++) in[i] = mg_input(graph, names[i], c->input[i].dtype, c->input[i].rank, c->input[i].shape);
    mg_node *output = mg__policy_build(p, in[X], p->parameters, mg__policy_outputs(p));
    mg_node *value = mg_reshape(mg__policy_build(p, in[X], c->critic, 1), 1, (int64_t[]){ c->batch });
    mg_node *log_probability;
    if (p->actions > 0) {
        log_probability = counted(output, in[ACTION], &entropy);
    } else {
        int entry = mg_parameters_find(p->parameters, "log_deviation");
        log_probability = numbers(output, in[ACTION], mg_parameter_leaf(graph, p->parameters, entry), &entropy);
    }
    const mg__loss_nodes nodes = { log_probability, in[BEFORE], in[ADVANTAGE] };
    mg_node *gain = mg_mean_all(mg_mul(in[WEIGHT], c->method->loss(&nodes, o)));
    mg_node *error = mg_mean_all(mg_mul(in[WEIGHT], mg_square(mg_sub(value, in[RETURNS]))));
    mg_node *loss = mg_add(gain, mg_mul_scalar(error, o->value_weight / 2));
    return mg_sub(loss, mg_mul_scalar(mg_mean_all(entropy), o->entropy));
}

/* --- networks ---------------------------------------------------------------------------------------- */

/* Orthogonal weights (Saxe et al. 2013); small ones at the end of a policy, so that it begins with all actions alike
 * (Andrychowicz et al. 2021). Built once so that entries are declared. */
static mg_status declare(climber *c) {
    mg_policy *p = c->agent->policy;
    mg_graph *graph = mg_graph_create(c->agent->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_node *x = mg_input(graph, "x", MG_F32, 2, (int64_t[]){ 1, mg__policy_inputs(p) });
    mg__policy_build(p, x, p->parameters, mg__policy_outputs(p));
    mg__policy_build(p, x, c->critic, 1);
    mg_status status = mg_graph_status(graph);
    mg_graph_destroy(graph);
    if (status != MG_OK) return status;
    uint64_t seed = (uint64_t)c->agent->options.seed;
    for (int i = 0; i < 2; i++) {
        mg_parameters *store = i ? c->critic : p->parameters;
        mg_parameters_set_init(store, "*.weight", MG_INIT_orthogonal, sqrt(2));
        mg_parameters_set_init(store, "output.weight", MG_INIT_orthogonal, i ? 1 : 0.01);
        if (i == 0 && p->actions == 0)
            mg_parameters_add(store, "log_deviation", MG_GAIN, 1, (int64_t[]){ p->action_numbers }, MG_INIT_constant, 0);
        status = mg_parameters_freeze(store, mg__hash_mix(mg__hash_text(seed, i ? "critic" : "policy"), 0));
        if (status != MG_OK) return status;
    }
    return MG_OK;
}

static mg_status compile(climber *c) {
    const mg_agent_options *o = &c->agent->options;
    mg_graph *graph = mg_graph_create(c->agent->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_optimizer adam = mg_optimizer_defaults("adam");
    adam.epsilon = 1e-5;
    adam.clip_norm = o->clip_norm;
    adam.guard = true;
    mg_node *loss = build_loss(c, graph);
    mg_minimise(loss, c->agent->policy->parameters, &adam);
    mg_minimise(loss, c->critic, &adam);
    c->program = mg_graph_status(graph) == MG_OK ? mg_compile(graph, MG_CPU, &loss, 1) : NULL;
    mg_graph_destroy(graph);
    c->session = c->program ? mg_session_create(c->agent->context, c->program, NULL) : NULL;
    return c->session ? MG_OK : mg_context_status(c->agent->context);
}

static mg_status allocate(climber *c) {
    mg_context *context = c->agent->context;
    const mg_policy *p = c->agent->policy;
    int64_t wide[2] = { c->batch, mg__policy_inputs(p) }, act[2] = { c->batch, p->action_numbers };
    c->order = mg__alloc_array(context, (size_t)(c->agent->options.horizon * c->agent->options.environments), sizeof *c->order);
    if (!c->order) return MG_OUT_OF_MEMORY;
    for (int i = 0; i < INPUTS; i++) {
        bool whole = i == ACTION && p->actions > 0;
        int rank = i == X || (i == ACTION && !whole) ? 2 : 1;
        c->input[i] = mg_tensor_borrow(whole ? MG_I32 : MG_F32, rank, i == ACTION ? act : wide, NULL);
        c->input[i].data = mg__alloc(context, mg_tensor_bytes(&c->input[i]));
        if (!c->input[i].data) return MG_OUT_OF_MEMORY;
    }
    return MG_OK;
}

static mg_status open_climber(climber *c) {
    mg__agent *a = c->agent;
    const mg_agent_options *o = &a->options;
    c->batch = o->batch;
    if (o->horizon * o->environments % o->batch)
        return mg__fail(a->context, MG_SETTING,
                        "batch: %lld steps do not divide the %lld of a horizon of %lld in %lld environments; choose a divisor",
                        (long long)o->batch, (long long)(o->horizon * o->environments), (long long)o->horizon,
                        (long long)o->environments);
    a->policy =
        mg__policy_create(a->context, a->environment, a->environment->actions > 0 ? &mg__head_best : &mg__head_mean, o->model);
    c->critic = a->policy ? mg_parameters_create(a->context, MG_F32) : NULL;
    mg_status status = c->critic ? declare(c) : mg_context_status(a->context);
    if (status == MG_OK) status = mg__rollout_open(&c->rollout, a, c->critic);
    if (status == MG_OK) status = allocate(c);
    return status == MG_OK ? compile(c) : status;
}

static void close_climber(climber *c) {
    mg_context *context = c->agent->context;
    mg_session_destroy(c->session);
    mg_program_destroy(c->program);
    mg__rollout_close(&c->rollout);
    mg_parameters_destroy(c->critic);
    for (int i = 0; i < INPUTS; i++) mg__free(context, c->input[i].data);
    mg__free(context, c->order);
}

/* --- updates ----------------------------------------------------------------------------------------- */

/* Steps whose return is known: those before the last end of their environment's episodes. The others weigh 0, and these so much
 * more that the mean is of them alone. */
static void weigh_episodes(const climber *c, const int64_t *chosen, float *weight) {
    const mg__rollout *r = &c->rollout;
    int64_t known = 0;
    for (int64_t j = 0; j < c->batch; j++) {
        bool ends = false;
        for (int64_t i = chosen[j]; !ends && i < r->steps * r->count; i += r->count) ends = r->ended[i];
        weight[j] = ends;
        known += ends;
    }
    for (int64_t j = 0; j < c->batch && known > 0; j++) weight[j] *= (float)c->batch / (float)known;
}

static void normalise(const float *weight, float *x, int64_t count) {
    double mean = 0, square = 0, n = (double)count;
    for (int64_t i = 0; i < count; i++) mean += (double)(weight[i] * x[i]) / n;
    for (int64_t i = 0; i < count; i++) square += (double)weight[i] * ((double)x[i] - mean) * ((double)x[i] - mean);
    double scale = 1 / (sqrt(square / n) + 1e-8);
    for (int64_t i = 0; i < count; i++) x[i] = (float)(((double)x[i] - mean) * scale);
}

static void gather(climber *c, const int64_t *chosen) {
    const mg__rollout *r = &c->rollout;
    float *x = c->input[X].data, *before = c->input[BEFORE].data, *advantage = c->input[ADVANTAGE].data,
          *returns = c->input[RETURNS].data, *weight = c->input[WEIGHT].data;
    int32_t *count = c->input[ACTION].data;
    float *number = c->input[ACTION].data;
    bool counted = c->agent->policy->actions > 0;
    for (int64_t j = 0; j < c->batch; j++) {
        int64_t i = chosen[j];
        memcpy(x + j * r->inputs, r->x + i * r->inputs, (size_t)r->inputs * sizeof *x);
        if (counted)
            count[j] = (int32_t)r->action[i];
        else
            memcpy(number + j * r->numbers, r->action + i * r->numbers, (size_t)r->numbers * sizeof *number);
        before[j] = r->log_probability[i];
        advantage[j] = r->advantage[i];
        returns[j] = r->returns[i];
        weight[j] = 1;
    }
    if (c->method->episodes) weigh_episodes(c, chosen, weight);
    normalise(weight, advantage, c->batch);
}

/* As in the last update of all. */
static mg_status set_learning_rate(climber *c) {
    const mg_agent_options *o = &c->agent->options;
    double factor = 1 - mg__agent_share(c->agent) * (1 - o->learning_rate_end);
    return mg_session_set(c->session, "learning_rate", o->learning_rate * factor);
}

static mg_status update(climber *c) {
    const mg_agent_options *o = &c->agent->options;
    int64_t steps = o->horizon * o->environments;
    mg_status status = set_learning_rate(c);
    for (int64_t pass = 0; pass < o->passes && status == MG_OK; pass++) {
        const mg__stream order = { (uint64_t)o->seed, mg__hash_text(0, "order of steps"), c->passes++ };
        mg__random_permutation(&order, (uint64_t)steps, c->order);
        for (int64_t at = 0; at < steps && status == MG_OK; at += c->batch) {
            mg_tensor loss = { 0 };
            gather(c, c->order + at);
            status = mg_run(c->session, c->input, &loss);
        }
    }
    if (status == MG_NOT_FINITE)
        return mg__fail(c->agent->context, status,
                        "%s: the loss is not finite after %lld steps; a smaller lr, or --normalise both, may help", o->algorithm,
                        (long long)c->agent->result.steps);
    return status;
}

mg_status mg__policy_gradient(mg__agent *agent, const mg__gradient_method *method) {
    climber c = { .agent = agent, .method = method };
    mg_status status = open_climber(&c);
    for (bool more = true; more && status == MG_OK;) {
        status = mg__rollout_play(&c.rollout);
        if (status == MG_OK) status = update(&c);
        if (status == MG_OK) status = mg__agent_go_on(agent, &more);
    }
    close_climber(&c);
    return status;
}
