/* Deep Q-learning (Mnih et al. 2015): Q-learning with a network in place of the table, from memories in random order, towards
 * targets that a slower copy of the network gives. */
#include "rl/dqn.h"

#include "rl/exploration.h"
#include "rl/off_policy.h"
#include "rl/prioritised.h"

#include <micrograd/gradient.h>
#include <micrograd/ops.h>
#include <micrograd/optimizer.h>

#include <string.h>

typedef struct learner {
    mg__agent *agent;
    bool twice, duelling;
    mg_parameters *value, *target, *target_value; /* beside the policy's; `value` where the network duels */
    mg__off_policy run;
    mg__explorer explorer;
    mg__priorities priorities;
    mg_program *looking, *learning;
    mg_session *look, *learn;
} learner;

/* --- networks ---------------------------------------------------------------------------------------- */

mg_node *mg__duel(mg_node *advantage, mg_node *value) {
    return mg_add(mg_sub(advantage, mg_mean(advantage, (int[]){ 1 }, 1, true)), value);
}

static mg_node *chosen(mg_node *q, mg_node *action) {
    return mg_sum(mg_mul(q, mg_one_hot(action, mg_node_shape(q)[1], mg_node_dtype(q))), (int[]){ 1 }, 1, false);
}

mg_node *mg__value_after(mg_node *judge, mg_node *chooser) {
    return chooser ? chosen(judge, mg_argmax(chooser, 1, false)) : mg_max(judge, 1, false);
}

/* |e| is cut at 1 to m: m (|e| - m/2). */
mg_node *mg__huber(mg_node *error) {
    mg_node *size = mg_abs(error), *near = mg_minimum(size, mg_ones_like(size));
    return mg_mul(near, mg_sub(size, mg_mul_scalar(near, 0.5)));
}

/* Q(x, .) [n, actions]. A duelling network's advantage is the policy's own output, whose greatest is that of Q: so the value can
 * be left behind when all is learned. */
static mg_node *scores(const learner *l, mg_node *x, mg_parameters *store, mg_parameters *value) {
    const mg_policy *p = l->agent->policy;
    mg_node *hidden = mg__policy_build(p, x, store, 0);
    mg_node *advantage = mg_dense(hidden, store, "output", p->actions);
    return l->duelling ? mg__duel(advantage, mg_dense(hidden, value, "value", 1)) : advantage;
}

/* Double: the network chooses, its slower copy judges, since who does both takes their own errors for the best. */
static mg_node *value_after(const learner *l, mg_node *next) {
    mg_node *judge = scores(l, next, l->target, l->target_value);
    return mg__value_after(judge, l->twice ? scores(l, next, l->agent->policy->parameters, l->value) : NULL);
}

static mg_node *build_lesson(learner *l, mg_graph *graph, mg_node **error) {
    int64_t rows = l->agent->options.batch, wide[2] = { rows, mg__policy_inputs(l->agent->policy) };
    mg_node *x = mg_input(graph, "x", MG_F32, 2, wide), *action = mg_input(graph, "action", MG_F32, 1, &rows),
            *reward = mg_input(graph, "reward", MG_F32, 1, &rows), *next = mg_input(graph, "next", MG_F32, 2, wide),
            *discount = mg_input(graph, "discount", MG_F32, 1, &rows), *weight = mg_input(graph, "weight", MG_F32, 1, &rows);
    mg_node *q = chosen(scores(l, x, l->agent->policy->parameters, l->value), mg_cast(action, MG_I32));
    mg_node *wanted = mg_add(reward, mg_mul(discount, value_after(l, next)));
    *error = mg_sub(q, mg_stop_gradient(wanted));
    return mg_mean_all(mg_mul(weight, mg__huber(*error)));
}

static mg_status compile_learning(learner *l, mg_graph *graph) {
    mg__agent *a = l->agent;
    mg_optimizer adam = mg_optimizer_defaults("adam");
    adam.clip_norm = a->options.clip_norm;
    adam.guard = true;
    mg_node *out[2];
    out[0] = build_lesson(l, graph, &out[1]);
    mg_minimise(out[0], a->policy->parameters, &adam);
    if (l->duelling) mg_minimise(out[0], l->value, &adam);
    mg__follow(graph, l->target, a->policy->parameters, a->options.target_rate);
    if (l->duelling) mg__follow(graph, l->target_value, l->value, a->options.target_rate);
    return mg__session_of(a->context, graph, out, 2, 0, &l->learning, &l->learn);
}

static mg_status compile_looking(learner *l, mg_graph *graph) {
    int64_t wide[2] = { l->agent->options.environments, mg__policy_inputs(l->agent->policy) };
    mg_node *q = scores(l, mg_input(graph, "x", MG_F32, 2, wide), l->agent->policy->parameters, l->value);
    return mg__session_of(l->agent->context, graph, &q, 1, 0, &l->looking, &l->look);
}

static mg_status with_graph(learner *l, mg_status (*compile)(learner *, mg_graph *)) {
    mg_graph *graph = mg_graph_create(l->agent->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_status status = compile(l, graph);
    mg_graph_destroy(graph);
    return status;
}

/* The slower copies begin as what they follow. */
static mg_status freeze(learner *l) {
    uint64_t seed = mg__hash_mix(mg__hash_text((uint64_t)l->agent->options.seed, "policy"), 0);
    mg_parameters *stores[] = { l->agent->policy->parameters, l->target, l->value, l->target_value };
    mg_status status = MG_OK;
    for (int i = 0; i < 4 && status == MG_OK; i++) status = stores[i] ? mg_parameters_freeze(stores[i], seed) : MG_OK;
    return status;
}

static mg_status declare(learner *l, mg_graph *graph) {
    mg_node *x = mg_input(graph, "x", MG_F32, 2, (int64_t[]){ 1, mg__policy_inputs(l->agent->policy) });
    scores(l, x, l->agent->policy->parameters, l->value);
    scores(l, x, l->target, l->target_value);
    mg_status status = mg_graph_status(graph);
    return status == MG_OK ? freeze(l) : status;
}

static mg_status open_learner(learner *l) {
    mg__agent *a = l->agent;
    const mg_agent_options *o = &a->options;
    mg_context *context = a->context;
    l->twice = !strcmp(o->values, "double") || !strcmp(o->values, "both");
    l->duelling = !strcmp(o->values, "duelling") || !strcmp(o->values, "both");
    a->policy = mg__policy_create(context, a->environment, &mg__head_best, o->model);
    if (!a->policy) return mg_context_status(context);
    if (strcmp(o->normalise, "none")) mg__scale_by_bounds(a->policy, a->environment);
    l->target = mg_parameters_create(context, MG_F32);
    l->value = l->duelling ? mg_parameters_create(context, MG_F32) : NULL;
    l->target_value = l->duelling ? mg_parameters_create(context, MG_F32) : NULL;
    if (!l->target || (l->duelling && (!l->value || !l->target_value))) return MG_OUT_OF_MEMORY;
    mg_status status = with_graph(l, declare);
    if (status == MG_OK) status = mg__off_policy_open(&l->run, a);
    if (status == MG_OK) status = mg__explorer_open(&l->explorer, a);
    if (status == MG_OK && o->priority > 0) status = mg__priorities_create(context, &l->priorities, o->memory, o->priority);
    if (status == MG_OK) status = with_graph(l, compile_looking);
    if (status == MG_OK) status = with_graph(l, compile_learning);
    return status;
}

static void close_learner(learner *l) {
    mg_session_destroy(l->look);
    mg_session_destroy(l->learn);
    mg_program_destroy(l->looking);
    mg_program_destroy(l->learning);
    mg__explorer_close(&l->explorer);
    mg__priorities_destroy(l->agent->context, &l->priorities);
    mg__off_policy_close(&l->run);
    mg_parameters_destroy(l->target);
    mg_parameters_destroy(l->value);
    mg_parameters_destroy(l->target_value);
}

/* --- playing ----------------------------------------------------------------------------------------- */

static mg_status act(mg__off_policy *run, void *user) {
    learner *l = user;
    const mg_tensor x = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ run->count, run->inputs }, run->x);
    mg_tensor out = { 0 };
    mg_status status = mg_run(l->look, &x, &out);
    const float *q = out.data;
    if (run->turn > 0) mg__explorer_turn(&l->explorer, mg_environments_view(run->environments));
    for (int64_t i = 0; i < run->count && status == MG_OK; i++) {
        int64_t explored = mg__explorer_action(&l->explorer, i);
        if (explored >= 0)
            run->action[i] = (float)explored;
        else
            mg__head_best.act(l->agent->policy, q + i * l->agent->policy->actions, &run->action[i]);
        run->played[i] = run->action[i];
    }
    return status;
}

/* How much of the bias of drawing by priority is made up for: all of it at the end (Schaul et al. 2016, 3.4). */
static double beta(const learner *l) { return 0.4 + 0.6 * mg__agent_share(l->agent); }

static mg_status update(mg__off_policy *run, void *user) {
    learner *l = user;
    mg__lesson *lesson = &run->lesson;
    const mg_agent_options *o = &l->agent->options;
    if (o->priority > 0)
        mg__priorities_draw(&l->priorities, lesson, run->replay, beta(l), (uint64_t)o->seed, run->updates);
    else
        mg__lesson_draw(lesson, run->replay, (uint64_t)o->seed, run->updates);
    const mg_tensor in[] = { mg__lesson_rows(lesson, lesson->x, run->inputs), mg__lesson_column(lesson, lesson->action),
                             mg__lesson_column(lesson, lesson->reward),       mg__lesson_rows(lesson, lesson->next, run->inputs),
                             mg__lesson_column(lesson, lesson->discount),     mg__lesson_column(lesson, lesson->weight) };
    mg_tensor out[2] = { { 0 } };
    double left = 1 - mg__agent_share(l->agent) * (1 - o->learning_rate_end);
    mg_status status = mg_session_set(l->learn, "learning_rate", o->learning_rate * left);
    if (status == MG_OK) status = mg_run(l->learn, in, out);
    if (status == MG_OK && o->priority > 0) mg__priorities_learn(&l->priorities, lesson, out[1].data);
    return status;
}

static mg_status learn(mg__agent *agent) {
    learner l = { .agent = agent };
    mg_status status = open_learner(&l);
    const mg__off_policy_method method = { .act = act, .update = update, .user = &l };
    if (status == MG_OK) status = mg__off_policy_play(&l.run, &method);
    close_learner(&l);
    return status;
}

/* What solves the environments that are built in; found by trying (docs/reinforcement.md). */
static void settle_known(const char *name, mg_agent_options *o) {
    if (!strcmp(name, "mountaincar")) {
        mg__settle_count(&o->steps, 300000);
        mg__settle(&o->learning_rate_end, 1);
        mg__settle(&o->exploration_share, 0.4);
        mg__settle_count(&o->exploration_steps, 50);
        mg__settle_count(&o->steps_ahead, 10);
    } else if (!strcmp(name, "acrobot")) {
        mg__settle(&o->exploration_end, 0.02);
        mg__settle_count(&o->exploration_steps, 5);
        mg__settle_count(&o->steps_ahead, 5);
    }
}

static void defaults(const mg_environment *environment, mg_agent_options *o) {
    settle_known(environment->name, o);
    if (!o->model) o->model = "2*[dense(64) relu]";
    mg__settle_count(&o->steps, 200000);
    mg__settle_count(&o->environments, 8);
    mg__settle_count(&o->horizon, 1);
    mg__settle_count(&o->passes, 4);
    mg__settle_count(&o->batch, 64);
    mg__settle(&o->learning_rate, 1e-3);
    mg__settle(&o->learning_rate_end, 0.1);
    mg__settle(&o->discount, 0.99);
    mg__settle(&o->clip_norm, 10);
    mg__settle(&o->exploration, 1);
    mg__settle(&o->exploration_end, 0.05);
    mg__settle(&o->exploration_share, 0.2);
    mg__settle_count(&o->exploration_steps, 1);
    mg__settle_count(&o->memory, 50000);
    mg__settle_count(&o->warmup, 1000);
    mg__settle_count(&o->steps_ahead, 3);
    mg__settle(&o->priority, 0.6);
    mg__settle(&o->target_rate, 0.01);
    if (!strcmp(o->values, "auto")) o->values = "both";
    if (!strcmp(o->normalise, "auto")) o->normalise = "observations";
}

const mg__algorithm mg__dqn = {
    .name = "dqn",
    .doc = "Deep Q-learning (Mnih et al. 2015), double and duelling, over several steps, with replay by priority on request.",
    .counted = true,
    .observed = true,
    .defaults = defaults,
    .learn = learn,
};
