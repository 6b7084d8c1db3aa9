/* Playing without exploring: what a policy is worth. */
#include "rl/policy.h"

#include <math.h>

#define LONGEST 100000 /* steps of an episode that has no limit of its own */

typedef struct playing {
    mg_environments *environments;
    float *action;
    bool *done;
    double *sum;
} playing;

/* Until the first episode of each has ended. */
static mg_status play_all(mg_policy *policy, playing *p, int64_t episodes) {
    const mg_view *view = mg_environments_view(p->environments);
    const mg_environment *row = mg_environments_row(p->environments);
    int64_t left = episodes, most = row->step_limit > 0 ? row->step_limit : LONGEST;
    mg_status status = MG_OK;
    for (int64_t t = 0; t < most && left > 0 && status == MG_OK; t++) {
        status = mg_policy_act(policy, view->observation, episodes, p->action);
        if (status == MG_OK) status = mg_environments_step(p->environments, p->action);
        for (int64_t i = 0; i < episodes && status == MG_OK; i++) {
            if (p->done[i]) continue;
            p->sum[i] += view->reward[i];
            p->done[i] = view->terminated[i] || view->truncated[i];
            left -= p->done[i];
        }
    }
    return status;
}

static mg_returns summarise(const double *sum, int64_t count) {
    double mean = 0, square = 0;
    for (int64_t i = 0; i < count; i++) mean += sum[i] - sum[0]; /* of episodes that are all alike exactly theirs */
    mean = sum[0] + mean / (double)count;
    for (int64_t i = 0; i < count; i++) square += (sum[i] - mean) * (sum[i] - mean);
    return (mg_returns){ .episodes = count, .mean = mean, .deviation = sqrt(square / (double)count) };
}

mg_returns mg_policy_evaluate(mg_policy *policy, const mg_environment *row, int64_t episodes, uint64_t seed) {
    mg_returns none = { .mean = NAN, .deviation = NAN };
    if (!policy || !row || mg_policy_fits(policy, row) != MG_OK) return none;
    mg_context *context = policy->context;
    playing p = { .environments = mg_environments_create(context, row, episodes, seed) };
    if (!p.environments) return none;
    size_t n = (size_t)episodes;
    p.action = mg__alloc_array(context, n, (size_t)policy->action_numbers * sizeof *p.action);
    p.done = mg__alloc_array(context, n, sizeof *p.done);
    p.sum = mg__alloc_array(context, n, sizeof *p.sum);
    bool played = p.action && p.done && p.sum && play_all(policy, &p, episodes) == MG_OK;
    mg_returns returns = played ? summarise(p.sum, episodes) : none;
    mg__free(context, p.action);
    mg__free(context, p.done);
    mg__free(context, p.sum);
    mg_environments_destroy(p.environments);
    return returns;
}
