/* Soft actor-critic (Haarnoja et al. 2018): acts as variously as it can without losing reward. */
#include "rl/sac.h"

#include "base/random.h"
#include "rl/off_policy.h"

#include <micrograd/gradient.h>
#include <micrograd/ops.h>
#include <micrograd/optimizer.h>

#include <math.h>
#include <string.h>

#define HALF_LOG_TAU 0.91893853320467274 /* ln(2 pi) / 2 */
#define LN_2         0.69314718055994531

enum { CRITICS = 2 };

typedef struct learner {
    mg__agent *agent;
    mg_parameters *deviation;                         /* of the policy's actions: a second output beside the policy's own */
    mg_parameters *critic[CRITICS], *target[CRITICS]; /* twins: the lesser of both is believed (Fujimoto et al. 2018) */
    mg_parameters *temperature;
    mg__off_policy run;
    mg_program *acting, *learning;
    mg_session *act, *learn;
} learner;

/* --- networks ---------------------------------------------------------------------------------------- */

static mg_node *row_sum(mg_node *x) { return mg_sum(x, (int[]){ 1 }, 1, false); }

/* ln(1 - tanh^2 u) = 2 (ln 2 - u - softplus(-2u)) does not cancel. */
mg_node *mg__squashed(mg_node *mean, mg_node *log_deviation, mg_node *noise, mg_node **log_probability) {
    mg_node *u = mg_add(mean, mg_mul(mg_exp(log_deviation), noise));
    mg_node *squash = mg_mul_scalar(mg_add_scalar(mg_add(u, mg_softplus(mg_mul_scalar(u, -2))), -LN_2), -2);
    mg_node *log_normal = mg_add_scalar(mg_add(mg_mul_scalar(mg_square(noise), 0.5), log_deviation), HALF_LOG_TAU);
    *log_probability = mg_neg(row_sum(mg_add(log_normal, squash)));
    return mg_tanh(u);
}

static mg_node *draw(const learner *l, mg_node *x, mg_node **log_probability) {
    const mg_policy *p = l->agent->policy;
    int64_t shape[2] = { mg_node_shape(x)[0], p->action_numbers };
    mg_node *hidden = mg__policy_build(p, x, p->parameters, 0);
    mg_node *mean = mg_dense(hidden, p->parameters, "output", p->action_numbers);
    mg_node *log_deviation = mg_clip(mg_dense(hidden, l->deviation, "log_deviation", p->action_numbers), -5, 2);
    mg_node *noise = mg_random_normal(mg_node_graph(x), MG_F32, 2, shape);
    return mg__squashed(mean, log_deviation, noise, log_probability);
}

/* Q(x, a) [n]. */
static mg_node *criticise(const learner *l, mg_node *x, mg_node *action, mg_parameters *store) {
    mg_node *both = mg_concat((mg_node *[]){ x, action }, 2, 1);
    return mg_reshape(mg__policy_build(l->agent->policy, both, store, 1), 1, (int64_t[]){ -1 });
}

static mg_node *least(const learner *l, mg_node *x, mg_node *action, mg_parameters *const store[CRITICS]) {
    return mg_minimum(criticise(l, x, action, store[0]), criticise(l, x, action, store[1]));
}

typedef struct losses {
    mg_node *critic, *actor, *temperature;
} losses;

static losses build_losses(const learner *l, mg_graph *graph) {
    int64_t rows = l->agent->options.batch, inputs = mg__policy_inputs(l->agent->policy), n = l->agent->policy->action_numbers;
    mg_node *x = mg_input(graph, "x", MG_F32, 2, (int64_t[]){ rows, inputs }),
            *action = mg_input(graph, "action", MG_F32, 2, (int64_t[]){ rows, n }),
            *reward = mg_input(graph, "reward", MG_F32, 1, &rows),
            *next = mg_input(graph, "next", MG_F32, 2, (int64_t[]){ rows, inputs }),
            *discount = mg_input(graph, "discount", MG_F32, 1, &rows);
    mg_node *log_temperature = mg_parameter_leaf(graph, l->temperature, 0), *temperature = mg_exp(log_temperature);
    mg_node *log_next, *log_now, *error[CRITICS];
    mg_node *after = draw(l, next, &log_next), *now = draw(l, x, &log_now);
    mg_node *soft = mg_sub(least(l, next, after, l->target), mg_mul(temperature, log_next));
    mg_node *wanted = mg_stop_gradient(mg_add(reward, mg_mul(discount, soft)));
    for (int i = 0; i < CRITICS; i++)
        error[i] = mg_mul_scalar(mg_mean_all(mg_square(mg_sub(criticise(l, x, action, l->critic[i]), wanted))), 0.5);
    /* The temperature rises where actions vary less than they should: ln p is to be n on average, one a number. */
    mg_node *excess = mg_stop_gradient(mg_add_scalar(mg_mean_all(log_now), -(double)n));
    return (losses){ .critic = mg_add(error[0], error[1]),
                     .actor = mg_mean_all(mg_sub(mg_mul(temperature, log_now), least(l, x, now, l->critic))),
                     .temperature = mg_neg(mg_mul(log_temperature, excess)) };
}

/* One program: every loss sees all networks as they were before the run. */
static mg_status compile_learning(learner *l, mg_graph *graph) {
    mg__agent *a = l->agent;
    mg_optimizer adam = mg_optimizer_defaults("adam");
    adam.clip_norm = a->options.clip_norm;
    adam.guard = true;
    losses loss = build_losses(l, graph);
    mg_minimise(loss.actor, a->policy->parameters, &adam);
    mg_minimise(loss.actor, l->deviation, &adam);
    mg_minimise(loss.temperature, l->temperature, &adam);
    for (int i = 0; i < CRITICS; i++) {
        mg_minimise(loss.critic, l->critic[i], &adam);
        mg__follow(graph, l->target[i], l->critic[i], a->options.target_rate);
    }
    uint64_t seed = mg__hash_text((uint64_t)a->options.seed, "learning");
    return mg__session_of(a->context, graph, &loss.critic, 1, seed, &l->learning, &l->learn);
}

static mg_status compile_acting(learner *l, mg_graph *graph) {
    int64_t wide[2] = { l->agent->options.environments, mg__policy_inputs(l->agent->policy) };
    mg_node *log_probability, *action = draw(l, mg_input(graph, "x", MG_F32, 2, wide), &log_probability);
    uint64_t seed = mg__hash_text((uint64_t)l->agent->options.seed, "acting");
    return mg__session_of(l->agent->context, graph, &action, 1, seed, &l->acting, &l->act);
}

static mg_status with_graph(learner *l, mg_status (*compile)(learner *, mg_graph *)) {
    mg_graph *graph = mg_graph_create(l->agent->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_status status = compile(l, graph);
    mg_graph_destroy(graph);
    return status;
}

/* Twins differ by their seeds, slower copies begin as what they follow. */
static mg_status freeze(learner *l) {
    uint64_t seed = mg__hash_text((uint64_t)l->agent->options.seed, "policy");
    mg_status status = mg_parameters_freeze(l->agent->policy->parameters, mg__hash_mix(seed, 0));
    if (status == MG_OK) status = mg_parameters_freeze(l->deviation, mg__hash_mix(seed, 0));
    if (status == MG_OK) status = mg_parameters_freeze(l->temperature, seed);
    for (uint64_t i = 0; i < CRITICS && status == MG_OK; i++) {
        status = mg_parameters_freeze(l->critic[i], mg__hash_mix(seed, i + 1));
        if (status == MG_OK) status = mg_parameters_freeze(l->target[i], mg__hash_mix(seed, i + 1));
    }
    return status;
}

static mg_status declare(learner *l, mg_graph *graph) {
    const mg_policy *p = l->agent->policy;
    mg_node *x = mg_input(graph, "x", MG_F32, 2, (int64_t[]){ 1, mg__policy_inputs(p) }), *log_probability;
    mg_node *action = draw(l, x, &log_probability);
    for (int i = 0; i < CRITICS; i++) {
        criticise(l, x, action, l->critic[i]);
        criticise(l, x, action, l->target[i]);
    }
    mg_parameters_add(l->temperature, "log_temperature", MG_GAIN, 0, NULL, MG_INIT_constant,
                      log(fmax(l->agent->options.entropy, 1e-8)));
    mg_parameters_set_init(p->parameters, "output.weight", MG_INIT_orthogonal, 0.01);
    mg_status status = mg_graph_status(graph);
    return status == MG_OK ? freeze(l) : status;
}

static mg_status open_learner(learner *l) {
    mg__agent *a = l->agent;
    mg_context *context = a->context;
    a->policy = mg__policy_create(context, a->environment, &mg__head_squashed, a->options.model);
    if (!a->policy) return mg_context_status(context);
    if (strcmp(a->options.normalise, "none")) mg__scale_by_bounds(a->policy, a->environment);
    l->deviation = mg_parameters_create(context, MG_F32);
    l->temperature = mg_parameters_create(context, MG_F32);
    bool all = l->deviation && l->temperature;
    for (int i = 0; i < CRITICS; i++) {
        l->critic[i] = mg_parameters_create(context, MG_F32);
        l->target[i] = mg_parameters_create(context, MG_F32);
        all = all && l->critic[i] && l->target[i];
    }
    mg_status status = all ? with_graph(l, declare) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = mg__off_policy_open(&l->run, a);
    if (status == MG_OK) status = with_graph(l, compile_acting);
    return status == MG_OK ? with_graph(l, compile_learning) : status;
}

static void close_learner(learner *l) {
    mg_session_destroy(l->act);
    mg_session_destroy(l->learn);
    mg_program_destroy(l->acting);
    mg_program_destroy(l->learning);
    mg__off_policy_close(&l->run);
    mg_parameters_destroy(l->deviation);
    mg_parameters_destroy(l->temperature);
    for (int i = 0; i < CRITICS; i++) {
        mg_parameters_destroy(l->critic[i]);
        mg_parameters_destroy(l->target[i]);
    }
}

/* --- playing ----------------------------------------------------------------------------------------- */

/* Anything at all until the first update. */
static mg_status choose(mg__off_policy *run, learner *l) {
    const mg_agent_options *o = &l->agent->options;
    if (!mg__off_policy_warm(run)) {
        const mg__stream stream = { (uint64_t)o->seed, mg__hash_text(0, "exploration"), run->turn };
        for (int64_t k = 0; k < run->count * run->numbers; k++)
            run->action[k] = (float)(2 * mg__random_uniform(&stream, (uint64_t)k, 0) - 1);
        return MG_OK;
    }
    const mg_tensor x = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ run->count, run->inputs }, run->x);
    mg_tensor out = { 0 };
    mg_status status = mg_run(l->act, &x, &out);
    if (status == MG_OK) memcpy(run->action, out.data, (size_t)(run->count * run->numbers) * sizeof *run->action);
    return status;
}

static mg_status act(mg__off_policy *run, void *user) {
    learner *l = user;
    const mg_policy *p = l->agent->policy;
    mg_status status = choose(run, l);
    for (int64_t i = 0; i < run->count * run->numbers; i++) {
        int64_t k = i % run->numbers;
        run->played[i] = (p->high[k] + p->low[k]) / 2 + run->action[i] * (p->high[k] - p->low[k]) / 2;
    }
    return status;
}

static mg_status update(mg__off_policy *run, void *user) {
    learner *l = user;
    mg__lesson *lesson = &run->lesson;
    const mg_agent_options *o = &l->agent->options;
    mg__lesson_draw(lesson, run->replay, (uint64_t)o->seed, run->updates);
    const mg_tensor in[] = { mg__lesson_rows(lesson, lesson->x, run->inputs),
                             mg__lesson_rows(lesson, lesson->action, run->numbers), mg__lesson_column(lesson, lesson->reward),
                             mg__lesson_rows(lesson, lesson->next, run->inputs), mg__lesson_column(lesson, lesson->discount) };
    mg_tensor loss = { 0 };
    double left = 1 - mg__agent_share(l->agent) * (1 - o->learning_rate_end);
    mg_status status = mg_session_set(l->learn, "learning_rate", o->learning_rate * left);
    return status == MG_OK ? mg_run(l->learn, in, &loss) : status;
}

static mg_status learn(mg__agent *agent) {
    learner l = { .agent = agent };
    mg_status status = open_learner(&l);
    const mg__off_policy_method method = { .act = act, .update = update, .user = &l };
    if (status == MG_OK) status = mg__off_policy_play(&l.run, &method);
    close_learner(&l);
    return status;
}

static void defaults(const mg_environment *environment, mg_agent_options *o) {
    (void)environment;
    if (!o->model) o->model = "2*[dense(64) relu]";
    mg__settle_count(&o->steps, 50000);
    mg__settle_count(&o->environments, 1);
    mg__settle_count(&o->horizon, 1);
    mg__settle_count(&o->passes, 1);
    mg__settle_count(&o->batch, 128);
    mg__settle(&o->learning_rate, 2e-3);
    mg__settle(&o->learning_rate_end, 0.1);
    mg__settle(&o->discount, 0.99);
    mg__settle(&o->clip_norm, 0);
    mg__settle(&o->entropy, 1); /* the temperature at first */
    mg__settle_count(&o->memory, 100000);
    mg__settle_count(&o->warmup, 1000);
    mg__settle_count(&o->steps_ahead, 1);
    mg__settle(&o->target_rate, 0.005);
    if (!strcmp(o->normalise, "auto")) o->normalise = "observations";
}

const mg__algorithm mg__sac = {
    .name = "sac",
    .doc = "Soft actor-critic with twin critics and a temperature that finds itself (Haarnoja et al. 2018).",
    .numbers = true,
    .observed = true,
    .defaults = defaults,
    .learn = learn,
};
