#include "rl/advantages.h"

void mg__advantages(const mg__advantages_input *in, float *advantage, float *returns) {
    float discount = (float)in->discount, decay = (float)(in->discount * in->trace);
    int64_t n = in->count;
    for (int64_t t = in->steps - 1; t >= 0; t--) {
        bool last = t == in->steps - 1;
        for (int64_t i = t * n; i < (t + 1) * n; i++) {
            float after = last || in->ended[i] ? 0 : advantage[i + n];
            advantage[i] = in->reward[i] + discount * in->next[i] - in->value[i] + decay * after;
            returns[i] = advantage[i] + in->value[i];
        }
    }
}
