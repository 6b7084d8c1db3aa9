#include "rl/off_policy.h"

#include <micrograd/ops.h>

#include <math.h>
#include <string.h>

#define FAR_BOUND 1e6 /* beyond this a bound is there in name only */

void mg__scale_by_bounds(mg_policy *p, const mg_environment *row) {
    if (row->states > 0 || !row->low || !row->high) return;
    mg__normaliser n = mg__normaliser_begin(row->observations);
    n.count = 1;
    for (int64_t k = 0; k < row->observations; k++) {
        double low = (double)row->low[k], high = (double)row->high[k], half = (high - low) / 2;
        bool bounded = fabs(low) < FAR_BOUND && fabs(high) < FAR_BOUND && half > 0;
        n.mean[k] = bounded ? low + half : 0;
        n.square[k] = bounded ? half * half : 1;
    }
    mg__normaliser_refresh(&n);
    p->normaliser = n;
}

mg_status mg__off_policy_open(mg__off_policy *r, mg__agent *agent) {
    mg_context *context = agent->context;
    const mg_agent_options *o = &agent->options;
    *r = (mg__off_policy){ .agent = agent,
                           .count = o->environments,
                           .inputs = mg__policy_inputs(agent->policy),
                           .numbers = agent->policy->action_numbers };
    const mg__replay_size size = { .capacity = o->memory,
                                   .count = r->count,
                                   .inputs = r->inputs,
                                   .numbers = r->numbers,
                                   .steps = o->steps_ahead,
                                   .gamma = o->discount };
    size_t count = (size_t)r->count, inputs = (size_t)r->inputs * sizeof(float), numbers = (size_t)r->numbers * sizeof(float);
    r->environments = mg_environments_create(context, agent->environment, r->count, (uint64_t)o->seed);
    r->replay = r->environments ? mg__replay_create(context, &size) : NULL;
    if (!r->replay) return mg_context_status(context);
    r->x = mg__alloc_array(context, count, inputs);
    r->next = mg__alloc_array(context, count, inputs);
    r->action = mg__alloc_array(context, count, numbers);
    r->played = mg__alloc_array(context, count, numbers);
    if (!r->x || !r->next || !r->action || !r->played) return MG_OUT_OF_MEMORY;
    return mg__lesson_create(context, &r->lesson, o->batch, r->inputs, r->numbers);
}

void mg__off_policy_close(mg__off_policy *r) {
    if (!r->agent) return;
    mg_context *context = r->agent->context;
    float *blocks[] = { r->x, r->next, r->action, r->played };
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) mg__free(context, blocks[k]);
    mg__lesson_destroy(context, &r->lesson);
    mg__replay_destroy(r->replay);
    mg_environments_destroy(r->environments);
}

bool mg__off_policy_warm(const mg__off_policy *r) {
    return r->agent->result.steps >= r->agent->options.warmup && mg__replay_held(r->replay) > 0;
}

static mg_status step(mg__off_policy *r, const mg__off_policy_method *method) {
    const mg_view *view = mg_environments_view(r->environments);
    const mg_policy *p = r->agent->policy;
    mg__policy_encode(p, view->observation, r->count, r->x);
    mg_status status = method->act(r, method->user);
    if (status == MG_OK) status = mg_environments_step(r->environments, r->played);
    if (status != MG_OK) return status;
    r->turn++;
    mg__agent_stepped(r->agent, view);
    mg__policy_encode(p, view->last, r->count, r->next);
    for (int64_t i = 0; i < r->count; i++)
        mg__replay_add(r->replay, i, r->x + i * r->inputs, r->action + i * r->numbers, view->reward[i], r->next + i * r->inputs,
                       view->terminated[i], view->truncated[i]);
    return MG_OK;
}

mg_status mg__off_policy_play(mg__off_policy *r, const mg__off_policy_method *method) {
    const mg_agent_options *o = &r->agent->options;
    mg_status status = MG_OK;
    for (bool more = true; more && status == MG_OK;) {
        for (int64_t t = 0; t < o->horizon && status == MG_OK; t++) status = step(r, method);
        for (int64_t k = 0; k < o->passes && mg__off_policy_warm(r) && status == MG_OK; k++, r->updates++)
            status = method->update(r, method->user);
        if (status == MG_OK) status = mg__agent_go_on(r->agent, &more);
    }
    if (status == MG_NOT_FINITE && r->updates > 0)
        return mg__fail(r->agent->context, status, "%s: the loss is not finite after %lld steps; a smaller lr may help",
                        o->algorithm, (long long)r->agent->result.steps);
    return status;
}

mg_tensor mg__lesson_rows(const mg__lesson *l, float *data, int64_t width) {
    return mg_tensor_borrow(MG_F32, 2, (int64_t[]){ l->rows, width }, data);
}

mg_tensor mg__lesson_column(const mg__lesson *l, float *data) {
    return mg_tensor_borrow(MG_F32, 1, (int64_t[]){ l->rows }, data);
}

void mg__follow(mg_graph *graph, mg_parameters *target, mg_parameters *store, double share) {
    for (int i = 0; i < mg_parameters_count(target); i++) {
        mg_node *old = mg_parameter_leaf(graph, target, i), *new = mg_parameter_leaf(graph, store, i);
        mg_update(old, mg_add(old, mg_mul_scalar(mg_sub(new, old), share)));
    }
}

mg_status mg__session_of(mg_context *context, mg_graph *graph, mg_node *const *outputs, int count, uint64_t seed,
                         mg_program **program, mg_session **session) {
    *program = mg_graph_status(graph) == MG_OK ? mg_compile(graph, MG_CPU, outputs, count) : NULL;
    *session = *program ? mg_session_create(context, *program, NULL) : NULL;
    if (*session) mg_session_set_seed(*session, seed);
    return *session ? MG_OK : mg_context_status(context);
}
