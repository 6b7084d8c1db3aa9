#include "rl/exploration.h"

#include "base/random.h"

double mg__epsilon(const mg__agent *a) {
    const mg_agent_options *o = &a->options;
    double done = o->exploration_share > 0 ? mg__agent_share(a) / o->exploration_share : 1;
    return o->exploration + (o->exploration_end - o->exploration) * (done < 1 ? done : 1);
}

int64_t mg__exploration_steps(double u, int64_t most) {
    double sum = 0, part = 0;
    int64_t k = 1;
    for (int64_t j = 1; j <= most; j++) sum += 1 / ((double)j * (double)j);
    for (; k < most; k++) {
        part += 1 / ((double)k * (double)k);
        if (u * sum < part) break;
    }
    return k;
}

mg_status mg__explorer_open(mg__explorer *e, const mg__agent *agent) {
    size_t count = (size_t)agent->options.environments;
    *e = (mg__explorer){ .agent = agent,
                         .left = mg__alloc_array(agent->context, count, sizeof *e->left),
                         .held = mg__alloc_array(agent->context, count, sizeof *e->held) };
    return e->left && e->held ? MG_OK : MG_OUT_OF_MEMORY;
}

void mg__explorer_close(mg__explorer *e) {
    if (!e->agent) return;
    mg__free(e->agent->context, e->left);
    mg__free(e->agent->context, e->held);
    e->left = e->held = NULL;
}

int64_t mg__explorer_action(mg__explorer *e, int64_t i) {
    const mg_agent_options *o = &e->agent->options;
    const mg__stream stream = { (uint64_t)o->seed, mg__hash_text(0, "exploration"), e->turn };
    if (e->left[i] == 0) {
        if (mg__random_uniform(&stream, (uint64_t)i, 0) >= mg__epsilon(e->agent)) return -1;
        e->held[i] = (int64_t)(mg__random_uniform(&stream, (uint64_t)i, 1) * (double)e->agent->environment->actions);
        e->left[i] = mg__exploration_steps(mg__random_uniform(&stream, (uint64_t)i, 2), o->exploration_steps);
    }
    e->left[i]--;
    return e->held[i];
}

void mg__explorer_turn(mg__explorer *e, const mg_view *view) {
    e->turn++;
    for (int64_t i = 0; i < view->count; i++)
        if (view->terminated[i] || view->truncated[i]) e->left[i] = 0;
}
