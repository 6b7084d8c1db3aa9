#include "train/checkpoint_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- the list ---------------------------------------------------------------------------------------- */

static bool add(mg_context *context, mg__blocks *blocks, int64_t member, const char *name, mg__st_dtype dtype, void *data,
                int64_t count) {
    if (!mg__grow(context, &blocks->block, &blocks->capacity, blocks->count + 1, sizeof *blocks->block)) return false;
    mg__block *block = &blocks->block[blocks->count++];
    *block = (mg__block){ .dtype = dtype, .data = data, .count = count };
    size_t used = 0;
    if (member < 0)
        mg__append(block->name, sizeof block->name, &used, "run.%s", name);
    else
        mg__append(block->name, sizeof block->name, &used, "member%lld.%s", (long long)member + 1, name);
    return true;
}

static bool add_tensor(mg_context *context, mg__blocks *blocks, int64_t member, const char *name, mg_tensor tensor, void *data) {
    int64_t count = data ? mg_tensor_count(&tensor) : 0;
    return add(context, blocks, member, name, mg__st_dtype_of(tensor.dtype), data, count);
}

/* Weights, state and the optimiser's slots, those of the best epoch, and those of the last good one where it may be gone back
 * to. */
static bool add_weights(mg_context *context, mg__blocks *blocks, int64_t member, mg__learner *l) {
    mg_tensor flat = mg_parameters_flat(l->parameters), state = mg_parameters_state(l->parameters);
    bool added = add_tensor(context, blocks, member, "weights", flat, flat.data) &&
                 add_tensor(context, blocks, member, "state", state, state.data) &&
                 add_tensor(context, blocks, member, "best_weights", flat, l->best_flat) &&
                 add_tensor(context, blocks, member, "best_state", state, l->best_state) &&
                 add_tensor(context, blocks, member, "average_weights", flat, l->average.flat) &&
                 add_tensor(context, blocks, member, "average_state", state, l->average.state);
    for (int k = 0; added && k < mg_parameters_slots(l->parameters); k++) {
        char name[MG__BLOCK_NAME];
        mg_tensor slot = mg_parameters_slot(l->parameters, k, 0);
        snprintf(name, sizeof name, "slot%d", k);
        added = add_tensor(context, blocks, member, name, slot, slot.data);
    }
    return added && (!l->good || add(context, blocks, member, "good", MG__ST_U8, l->good, (int64_t)l->good_bytes));
}

/* What is remembered from one measured step to the next. */
static bool add_health(mg_context *context, mg__blocks *blocks, int64_t member, mg__health *h) {
    bool added = add(context, blocks, member, "health_measured", MG__ST_I64, &h->measured, 1);
    for (int i = 0; added && i < h->probe->layers; i++) {
        mg__vitals *v = &h->vitals[i];
        char name[3][MG__BLOCK_NAME];
        snprintf(name[0], sizeof name[0], "health%d_mean", i);
        snprintf(name[1], sizeof name[1], "health%d_square", i);
        snprintf(name[2], sizeof name[2], "health%d_alive", i);
        added = add(context, blocks, member, name[0], MG__ST_F32, v->mean, v->weights) &&
                add(context, blocks, member, name[1], MG__ST_F64, &v->square, 1) &&
                add(context, blocks, member, name[2], MG__ST_I64, v->alive, h->probe->layer[i].units);
    }
    return added;
}

static bool add_member(mg_context *context, mg__blocks *blocks, int64_t member, mg__learner *l) {
    const mg__block numbers[] = {
        { "steps", MG__ST_U64, &l->steps, 1 },
        { "learning_rate", MG__ST_F64, &l->learning_rate, 1 },
        { "learning_rate_scale", MG__ST_F64, &l->learning_rate_scale, 1 },
        { "plateau_factor", MG__ST_F64, &l->plateau.factor, 1 },
        { "plateau_cut", MG__ST_I64, &l->plateau.cut, 1 },
        { "retries", MG__ST_I64, &l->retries, 1 },
        { "loss_sum", MG__ST_F64, &l->loss_sum, 1 },
        { "loss_rows", MG__ST_I64, &l->loss_rows, 1 },
        { "epoch", MG__ST_I64, &l->epoch, 1 },
        { "best_epoch", MG__ST_I64, &l->best_epoch, 1 },
        { "position", MG__ST_I64, &l->position, 1 },
        { "scores", MG__ST_U8, &l->scores, sizeof l->scores },
        { "best_scores", MG__ST_U8, &l->best, sizeof l->best },
        { "good_scores", MG__ST_U8, &l->good_scores, sizeof l->good_scores },
        { "stopped", MG__ST_U8, &l->stopped, sizeof l->stopped },
    };
    bool added = add_weights(context, blocks, member, l) && (!l->health || add_health(context, blocks, member, l->health));
    for (size_t i = 0; added && i < sizeof numbers / sizeof *numbers; i++)
        added = add(context, blocks, member, numbers[i].name, numbers[i].dtype, numbers[i].data, numbers[i].count);
    return added;
}

mg_status mg__state_list(mg__trainer *t, mg__blocks *blocks) {
    const mg__block numbers[] = {
        { "epoch", MG__ST_I64, &t->progress.epoch, 1 },  { "best_epoch", MG__ST_I64, &t->progress.best_epoch, 1 },
        { "rows", MG__ST_I64, &t->progress.rows, 1 },    { "completed", MG__ST_I64, &t->completed, 1 },
        { "turn", MG__ST_I64, &t->place.turn, 1 },       { "epoch_steps", MG__ST_I64, &t->place.steps, 1 },
        { "epoch_rows", MG__ST_I64, &t->place.rows, 1 }, { "seconds", MG__ST_F64, &t->spent, 1 },
    };
    bool added = true;
    *blocks = (mg__blocks){ 0 };
    for (size_t i = 0; added && i < sizeof numbers / sizeof *numbers; i++)
        added = add(t->context, blocks, -1, numbers[i].name, numbers[i].dtype, numbers[i].data, numbers[i].count);
    for (int64_t i = 0; added && i < t->members; i++) added = add_member(t->context, blocks, i, &t->learner[i]);
    return added ? MG_OK : MG_OUT_OF_MEMORY;
}

void mg__state_free(mg_context *context, mg__blocks *blocks) {
    mg__free(context, blocks->block);
    *blocks = (mg__blocks){ 0 };
}

/* --- the rows ---------------------------------------------------------------------------------------- */

static uint64_t hash_part(uint64_t hash, const mg__part *part, int64_t features) {
    size_t rows = (size_t)part->rows;
    hash = mg__hash_mix(hash, (uint64_t)rows);
    if (part->x && !part->picked) hash = mg__hash_bytes(hash, part->x, rows * (size_t)features * sizeof *part->x);
    if (part->labels) hash = mg__hash_bytes(hash, part->labels, rows * sizeof *part->labels);
    if (part->values) hash = mg__hash_bytes(hash, part->values, rows * sizeof *part->values);
    if (part->weights) hash = mg__hash_bytes(hash, part->weights, rows * sizeof *part->weights);
    return hash;
}

uint64_t mg__state_rows(const mg__trainer *t) {
    int64_t features = mg_encoder_features(t->model->encoder);
    uint64_t hash = hash_part(hash_part(0, &t->pool, features), &t->test, features);
    for (int64_t i = 0; i < t->members; i++) {
        hash = mg__hash_bytes(hash, t->rows[i], (size_t)t->row_counts[i] * sizeof **t->rows);
        hash = mg__hash_bytes(hash, t->held[i], (size_t)t->held_counts[i] * sizeof **t->held);
    }
    return hash;
}
