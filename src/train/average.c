#include "train/average.h"

#include <math.h>

static mg_status open_block(mg_context *context, mg_tensor block, float **out) {
    if (!block.data) return MG_OK;
    *out = mg__alloc_zero(context, mg_tensor_bytes(&block));
    return *out ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__average_open(mg_context *context, const mg_parameters *parameters, mg__average *average) {
    mg_status status = open_block(context, mg_parameters_flat(parameters), &average->flat);
    return status == MG_OK ? open_block(context, mg_parameters_state(parameters), &average->state) : status;
}

static void follow(float *average, mg_tensor block, float share) {
    const float *value = block.data;
    int64_t count = average && value ? mg_tensor_count(&block) : 0;
    for (int64_t i = 0; i < count; i++) average[i] += share * (value[i] - average[i]);
}

void mg__average_step(mg__average *average, const mg_parameters *parameters, double decay, uint64_t step) {
    float share = (float)((1 - decay) / (1 - pow(decay, (double)step)));
    follow(average->flat, mg_parameters_flat(parameters), share);
    follow(average->state, mg_parameters_state(parameters), share);
}

static void exchange(float *average, mg_tensor block) {
    float *value = block.data;
    int64_t count = average && value ? mg_tensor_count(&block) : 0;
    for (int64_t i = 0; i < count; i++) {
        float kept = value[i];
        value[i] = average[i];
        average[i] = kept;
    }
}

void mg__average_exchange(mg__average *average, mg_parameters *parameters) {
    if (!average->flat) return;
    exchange(average->flat, mg_parameters_flat(parameters));
    exchange(average->state, mg_parameters_state(parameters));
    mg_parameters_touch(parameters);
}

void mg__average_close(mg_context *context, mg__average *average) {
    mg__free(context, average->flat);
    mg__free(context, average->state);
    *average = (mg__average){ 0 };
}
