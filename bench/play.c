/* How fast agents play and learn: bench/play. Steps a second, the best of three turns, of CartPole without learning, of acting
 * alone, and of PPO as a whole (two hidden layers of 64, four passes) on one thread and two; beside the wall's time the
 * processor's, which a busy machine does not change. */
#define _DEFAULT_SOURCE
#include "measure.h"

#include <micrograd.h>

#include <inttypes.h>
#include <math.h>

enum { TURNS = 3, COUNT = 128 };

static double processor(void) { return (double)clock() / CLOCKS_PER_SEC; }

static void tell(const char *what, double steps, double wall, double cpu) {
    printf("%-34s %12.0f steps/s of the wall  %12.0f of a processor\n", what, steps / wall, steps / cpu);
    fflush(stdout);
}

static int play(mg_context *context, const mg_environment *row, mg_policy *policy, const char *what, int64_t rounds) {
    float action[COUNT] = { 0 };
    double wall = 1e9, cpu = 1e9;
    mg_environments *e = mg_environments_create(context, row, COUNT, 1);
    if (!e) return 1;
    const mg_view *view = mg_environments_view(e);
    for (int turn = 0; turn < TURNS; turn++) {
        double w = now(), c = processor();
        for (int64_t t = 0; t < rounds; t++) {
            if (policy)
                mg_policy_act(policy, view->observation, COUNT, action);
            else
                for (int i = 0; i < COUNT; i++) action[i] = view->observation[4 * i + 2] > 0;
            if (mg_environments_step(e, action) != MG_OK) return 1;
        }
        w = now() - w, c = processor() - c;
        wall = w < wall ? w : wall, cpu = c < cpu ? c : cpu;
    }
    tell(what, (double)(rounds * COUNT), wall, cpu);
    mg_environments_destroy(e);
    return 0;
}

static int learn(const mg_environment *row, int threads, int64_t batch) {
    char what[64];
    double wall = 1e9, cpu = 1e9;
    int64_t steps = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        mg_context_options with = mg_context_defaults();
        with.threads = threads;
        mg_context *context = mg_context_create(&with);
        mg_agent_options options = mg_agent_defaults();
        mg_agent_result result;
        options.steps = 131072;
        options.environments = 64;
        options.horizon = 128;
        options.passes = 4;
        options.batch = batch;
        options.whole = true;
        double c = processor();
        mg_policy *policy = mg_agent_learn(context, row, &options, &result);
        c = processor() - c;
        if (!policy) return fprintf(stderr, "bench/play: %s\n", mg_context_message(context)), 1;
        wall = result.seconds < wall ? result.seconds : wall, cpu = c < cpu ? c : cpu;
        steps = result.steps;
        mg_policy_destroy(policy);
        mg_context_destroy(context);
    }
    snprintf(what, sizeof what, "ppo, %d thread%s, batch %" PRId64, threads, threads > 1 ? "s" : "", batch);
    tell(what, (double)steps, wall, cpu);
    return 0;
}

int main(void) {
    mg_context *context = mg_context_create(NULL);
    const mg_environment *cartpole = mg_environment_find("cartpole");
    mg_environment brief = *cartpole; /* so that judging the policy takes next to no time beside learning */
    brief.step_limit = 100;
    brief.solved = NAN;
    mg_agent_options options = mg_agent_defaults();
    options.steps = 2048;
    mg_policy *policy = mg_agent_learn(context, cartpole, &options, NULL);
    int failed = !policy || play(context, cartpole, NULL, "stepping", 40000) ||
                 play(context, cartpole, policy, "acting and stepping", 4000);
    for (int threads = 1; threads <= 2 && !failed; threads++)
        for (int64_t batch = 256; batch <= 2048 && !failed; batch *= 8) failed = learn(&brief, threads, batch);
    if (failed) fprintf(stderr, "bench/play: %s\n", mg_context_message(context));
    mg_policy_destroy(policy);
    mg_context_destroy(context);
    return failed;
}
