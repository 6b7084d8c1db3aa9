/* A run of learning: counting steps, judging the policy, keeping the best, ending in time. */
#include "rl/algorithm.h"

#include "train/learner.h"

#include <math.h>
#include <string.h>

#define JUDGEMENTS 50  /* in a run */
#define JUDGED     100 /* episodes */
#define CONFIRMED  500 /* where those say that it is solved: the error of the mean is to be small beside what is left to gain */

void mg__agent_stepped(mg__agent *a, const mg_view *view) {
    a->result.steps += view->count;
    for (int64_t i = 0; i < view->count; i++)
        if (view->terminated[i] || view->truncated[i]) a->recent[a->result.episodes++ % MG__RECENT] = view->returned[i];
}

static double recent_mean(const mg__agent *a) {
    int64_t n = a->result.episodes < MG__RECENT ? a->result.episodes : MG__RECENT;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += a->recent[i];
    return n > 0 ? sum / (double)n : NAN;
}

double mg__agent_share(const mg__agent *a) {
    double share = (double)a->result.steps / (double)a->options.steps;
    return share < 1 ? share : 1;
}

/* --- judging ----------------------------------------------------------------------------------------- */

static mg_status keep_best(mg__agent *a, mg_returns judged) {
    mg_tensor flat = mg_parameters_flat(a->policy->parameters);
    if (!a->best_flat) a->best_flat = mg__alloc(a->context, mg_tensor_bytes(&flat));
    if (!a->best_flat) return MG_OUT_OF_MEMORY;
    memcpy(a->best_flat, flat.data, mg_tensor_bytes(&flat));
    a->best_normaliser = a->policy->normaliser;
    a->best = judged;
    return MG_OK;
}

static void restore_best(mg__agent *a) {
    if (!a->best_flat) return;
    mg_tensor flat = mg_parameters_flat(a->policy->parameters);
    memcpy(flat.data, a->best_flat, mg_tensor_bytes(&flat));
    mg_parameters_touch(a->policy->parameters);
    a->policy->normaliser = a->best_normaliser;
}

/* The episodes of each judgement are others, so that luck with some does not choose the policy. */
static mg_status judge(mg__agent *a) {
    mg_policy *p = a->policy;
    uint64_t seed = mg__hash_mix(mg__hash_text((uint64_t)a->options.seed, "judgement"), p->points);
    a->judged_at = a->result.steps;
    mg_returns judged = mg_policy_evaluate(p, a->environment, JUDGED, seed);
    if (judged.episodes > 0 && judged.mean >= a->environment->solved)
        judged = mg_policy_evaluate(p, a->environment, CONFIRMED, mg__hash_mix(seed, 1));
    if (judged.episodes == 0) return mg_context_status(a->context);
    if (!mg__grow(a->context, &p->point, &p->point_capacity, p->points + 1, sizeof *p->point)) return MG_OUT_OF_MEMORY;
    p->point[p->points++] = (mg_agent_point){ .steps = a->result.steps, .recent = recent_mean(a), .judged = judged };
    bool better = a->best.episodes == 0 || judged.mean >= a->best.mean;
    mg_status status = better ? keep_best(a, judged) : MG_OK;
    double careful = judged.mean - 3 * judged.deviation / sqrt((double)judged.episodes);
    if (!a->options.whole && careful >= a->environment->solved) a->result.stopped = MG_STOP_TARGET;
    return status;
}

static bool is_due(const mg__agent *a) {
    return a->result.stopped != MG_STOP_NONE || (a->result.steps - a->judged_at) * JUDGEMENTS >= a->options.steps;
}

static void note_limits(mg__agent *a) {
    a->result.seconds = mg__now() - a->began;
    if (a->result.steps >= a->options.steps)
        a->result.stopped = MG_STOP_EPOCHS;
    else if (a->options.time > 0 && a->result.seconds >= a->options.time)
        a->result.stopped = MG_STOP_TIME;
}

mg_status mg__agent_go_on(mg__agent *a, bool *more) {
    note_limits(a);
    mg_status status = is_due(a) ? judge(a) : MG_OK;
    mg_agent_progress progress = { .steps = a->result.steps,
                                   .most = a->options.steps,
                                   .episodes = a->result.episodes,
                                   .seconds = a->result.seconds,
                                   .recent = recent_mean(a),
                                   .best = a->best.episodes > 0 ? a->best.mean : NAN };
    if (a->options.on_progress && !a->options.on_progress(a->options.user, &progress)) a->result.stopped = MG_STOP_INTERRUPTED;
    *more = a->result.stopped == MG_STOP_NONE;
    return status;
}

/* --- the run ----------------------------------------------------------------------------------------- */

static mg_status check_options(mg_context *context, const mg_agent_options *options) {
    char message[MG_OPTION_MESSAGE_BYTES];
    mg_settings settings = mg_settings_defaults();
    settings.agent = *options;
    settings.train.seed = options->seed;
    settings.train.time = options->time;
    settings.train.learning_rate = options->learning_rate;
    settings.train.batch = options->batch;
    for (const mg_option *row = mg_settings_table(); row->name; row++)
        if (mg_option_known_to(row, "play") && mg_option_check(row, &settings, message) != MG_OK)
            return mg__fail(context, MG_SETTING, "%s", message);
    return MG_OK;
}

const char *mg_agent_ending(mg_stop stopped) {
    return stopped == MG_STOP_TARGET ? "solved" : stopped == MG_STOP_EPOCHS ? "all steps were taken" : mg_stop_name(stopped);
}

mg_policy *mg_agent_learn(mg_context *context, const mg_environment *environment, const mg_agent_options *options,
                          mg_agent_result *result) {
    if (!context || !environment) return NULL;
    mg__agent a = { .context = context,
                    .environment = environment,
                    .options = options ? *options : mg_agent_defaults(),
                    .began = mg__now(),
                    .best = { .mean = NAN } };
    mg_status status = check_options(context, &a.options);
    if (status == MG_OK) status = mg_agent_resolve(context, environment, &a.options);
    if (status == MG_OK) status = mg__algorithm_find(a.options.algorithm)->learn(&a);
    if (status == MG_OK) {
        size_t used = 0;
        restore_best(&a);
        mg__append(a.policy->algorithm, sizeof a.policy->algorithm, &used, "%s", a.options.algorithm);
    } else {
        mg_policy_destroy(a.policy);
        a.policy = NULL;
    }
    mg__free(context, a.best_flat);
    a.result.algorithm = a.options.algorithm;
    a.result.seconds = mg__now() - a.began;
    if (result) *result = a.result;
    return a.policy;
}
