#include "rl/rollout.h"

#include "base/random.h"
#include "rl/advantages.h"

#include <math.h>
#include <string.h>

#define HALF_LOG_TAU 0.91893853320467274 /* ln(2 pi) / 2 */
#define FAR_REWARD   10

/* --- drawing actions --------------------------------------------------------------------------------- */

/* One of softmax(logits), by where u falls in the sum of probabilities. */
static float draw_counted(const float *logits, int64_t actions, double u, float *log_probability) {
    float most = logits[0], sum = 0, weight[MG_ENVIRONMENT_NUMBERS];
    int64_t k = 0;
    for (int64_t i = 1; i < actions; i++) most = fmaxf(most, logits[i]);
    for (int64_t i = 0; i < actions; i++) sum += weight[i] = expf(logits[i] - most);
    float left = (float)u * sum;
    for (; k + 1 < actions && left >= weight[k]; k++) left -= weight[k];
    *log_probability = logits[k] - most - logf(sum);
    return (float)k;
}

static void draw_numbers(const mg__rollout *r, const mg__stream *stream, int64_t i, const float *mean, float *action,
                         float *log_probability) {
    double log_density = 0;
    for (int64_t k = 0; k < r->numbers; k++) {
        double z = mg__random_normal(stream, (uint64_t)i, (uint64_t)k);
        action[k] = (float)((double)mean[k] + exp((double)r->log_deviation[k]) * z);
        log_density -= z * z / 2 + (double)r->log_deviation[k] + HALF_LOG_TAU;
    }
    *log_probability = (float)log_density;
}

static void draw(const mg__rollout *r, const float *output, float *action, float *log_probability) {
    const mg_policy *p = r->agent->policy;
    const mg__stream stream = { (uint64_t)r->agent->options.seed, mg__hash_text(0, "action"), r->turn };
    for (int64_t i = 0; i < r->count; i++) {
        if (p->actions > 0)
            action[i] = draw_counted(output + i * p->actions, p->actions, mg__random_uniform(&stream, (uint64_t)i, 0),
                                     &log_probability[i]);
        else
            draw_numbers(r, &stream, i, output + i * r->numbers, action + i * r->numbers, &log_probability[i]);
    }
}

/* --- a step ------------------------------------------------------------------------------------------ */

static mg_status look(mg__rollout *r, float *x, mg_tensor out[2]) {
    const mg_tensor input = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ r->count, r->inputs }, x);
    out[0] = out[1] = (mg_tensor){ 0 };
    return mg_run(r->session, &input, out);
}

/* A reward counts in deviations of the discounted sum of rewards, so that losses are of one size everywhere. */
static void take_rewards(mg__rollout *r, const mg_view *view, float *reward, bool *ended) {
    for (int64_t i = 0; i < r->count; i++) {
        reward[i] = (float)view->reward[i];
        ended[i] = view->terminated[i] || view->truncated[i];
        if (!r->scale) continue;
        r->sums[i] = r->agent->options.discount * r->sums[i] + view->reward[i];
        float sum = (float)r->sums[i];
        mg__normaliser_add(r->scale, &sum, 1);
        if (ended[i]) r->sums[i] = 0;
    }
    for (int64_t i = 0; r->scale && i < r->count; i++)
        reward[i] = fmaxf(-FAR_REWARD, fminf(FAR_REWARD, reward[i] * r->scale->scale[0]));
}

/* An episode that was truncated would have gone on: its last observation has a value, which is not the next episode's. */
static mg_status look_ahead(mg__rollout *r, const mg_view *view, float *next) {
    bool any = false;
    for (int64_t i = 0; i < r->count; i++) any = any || view->truncated[i];
    if (!any) return MG_OK;
    mg_tensor out[2];
    mg__policy_encode(r->agent->policy, view->last, r->count, r->last_x);
    mg_status status = look(r, r->last_x, out);
    const float *value = out[1].data;
    for (int64_t i = 0; i < r->count && status == MG_OK; i++)
        if (view->truncated[i]) next[i] = value[i];
    return status;
}

/* Where the episode goes on, what comes after step t is what is seen at t + 1. */
static void join(const mg__rollout *r, int64_t t, const float *value_after) {
    for (int64_t i = 0; i < r->count; i++)
        if (!r->ended[t * r->count + i]) r->next[t * r->count + i] = value_after[i];
}

static mg_status play_step(mg__rollout *r, int64_t t) {
    mg__agent *a = r->agent;
    const mg_view *view = mg_environments_view(r->environments);
    int64_t at = t * r->count;
    float *x = r->x + at * r->inputs, *action = r->action + at * r->numbers;
    mg_tensor out[2];
    if (r->observes) mg__normaliser_add(&a->policy->normaliser, view->observation, r->count);
    mg__policy_encode(a->policy, view->observation, r->count, x);
    mg_status status = look(r, x, out);
    if (status != MG_OK) return status;
    memcpy(r->value + at, out[1].data, (size_t)r->count * sizeof *r->value);
    if (t > 0) join(r, t - 1, r->value + at);
    draw(r, out[0].data, action, r->log_probability + at);
    r->turn++;
    status = mg_environments_step(r->environments, action);
    if (status != MG_OK) return status;
    mg__agent_stepped(a, view);
    take_rewards(r, view, r->reward + at, r->ended + at);
    memset(r->next + at, 0, (size_t)r->count * sizeof *r->next);
    return look_ahead(r, view, r->next + at);
}

mg_status mg__rollout_play(mg__rollout *r) {
    mg_status status = MG_OK;
    mg_tensor out[2];
    for (int64_t t = 0; t < r->steps && status == MG_OK; t++) status = play_step(r, t);
    if (status != MG_OK) return status;
    mg__policy_encode(r->agent->policy, mg_environments_view(r->environments)->observation, r->count, r->last_x);
    status = look(r, r->last_x, out);
    if (status != MG_OK) return status;
    join(r, r->steps - 1, out[1].data);
    const mg__advantages_input input = { .steps = r->steps,
                                         .count = r->count,
                                         .reward = r->reward,
                                         .value = r->value,
                                         .next = r->next,
                                         .ended = r->ended,
                                         .discount = r->agent->options.discount,
                                         .trace = r->agent->options.trace };
    mg__advantages(&input, r->advantage, r->returns);
    return MG_OK;
}

/* --- making it --------------------------------------------------------------------------------------- */

static mg_status compile(mg__rollout *r, mg_parameters *critic) {
    const mg_policy *p = r->agent->policy;
    mg_graph *graph = mg_graph_create(r->agent->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_node *x = mg_input(graph, "observation", MG_F32, 2, (int64_t[]){ r->count, r->inputs });
    mg_node *out[2] = { mg__policy_build(p, x, p->parameters, mg__policy_outputs(p)), mg__policy_build(p, x, critic, 1) };
    r->program = mg_graph_status(graph) == MG_OK ? mg_compile(graph, MG_CPU, out, 2) : NULL;
    mg_graph_destroy(graph);
    r->session = r->program ? mg_session_create(r->agent->context, r->program, NULL) : NULL;
    return r->session ? MG_OK : mg_context_status(r->agent->context);
}

static mg_status allocate(mg__rollout *r) {
    mg_context *context = r->agent->context;
    size_t n;
    if (!mg__size_multiply((size_t)r->steps, (size_t)r->count, &n)) return mg__fail_memory(context, SIZE_MAX);
    float **arrays[] = { &r->log_probability, &r->value, &r->reward, &r->next, &r->advantage, &r->returns };
    bool all = true;
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        all = (*arrays[k] = mg__alloc_array(context, n, sizeof(float))) != NULL && all;
    r->x = mg__alloc_array(context, n, (size_t)r->inputs * sizeof *r->x);
    r->action = mg__alloc_array(context, n, (size_t)r->numbers * sizeof *r->action);
    r->ended = mg__alloc_array(context, n, sizeof *r->ended);
    r->last_x = mg__alloc_array(context, (size_t)r->count, (size_t)r->inputs * sizeof *r->last_x);
    r->sums = mg__alloc_array(context, (size_t)r->count, sizeof *r->sums);
    return all && r->x && r->action && r->ended && r->last_x && r->sums ? MG_OK : MG_OUT_OF_MEMORY;
}

static mg_status open_scaling(mg__rollout *r) {
    const char *which = r->agent->options.normalise;
    mg_policy *p = r->agent->policy;
    r->observes = p->states == 0 && (!strcmp(which, "observations") || !strcmp(which, "both"));
    if (r->observes) p->normaliser = mg__normaliser_begin(p->observations);
    if (strcmp(which, "both")) return MG_OK;
    r->scale = mg__alloc_zero(r->agent->context, sizeof *r->scale);
    if (r->scale) *r->scale = mg__normaliser_begin(1);
    return r->scale ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__rollout_open(mg__rollout *r, mg__agent *agent, mg_parameters *critic) {
    const mg_agent_options *o = &agent->options;
    *r = (mg__rollout){ .agent = agent,
                        .steps = o->horizon,
                        .count = o->environments,
                        .inputs = mg__policy_inputs(agent->policy),
                        .numbers = agent->policy->action_numbers };
    r->environments = mg_environments_create(agent->context, agent->environment, r->count, (uint64_t)o->seed);
    if (!r->environments) return mg_context_status(agent->context);
    mg_status status = allocate(r);
    if (status == MG_OK) status = open_scaling(r);
    if (status == MG_OK) status = compile(r, critic);
    int entry = mg_parameters_find(agent->policy->parameters, "log_deviation");
    if (status == MG_OK && entry >= 0) r->log_deviation = mg_parameters_value(agent->policy->parameters, entry).data;
    return status;
}

void mg__rollout_close(mg__rollout *r) {
    if (!r->agent) return;
    mg_context *context = r->agent->context;
    void *blocks[] = { r->x,         r->action,  r->log_probability, r->value,  r->reward, r->next,
                       r->advantage, r->returns, r->ended,           r->last_x, r->sums,   r->scale };
    mg_session_destroy(r->session);
    mg_program_destroy(r->program);
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) mg__free(context, blocks[k]);
    mg_environments_destroy(r->environments);
    r->agent = NULL;
}
