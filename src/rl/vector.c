/* Environments of one kind, side by side. */
#include "base/base.h"
#include "base/random.h"

#include <micrograd/environment.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MOST 65536

struct mg_environments {
    mg_context *context;
    const mg_environment *row;
    uint64_t seed, stream;
    size_t state_bytes; /* of one, rounded up */
    char *state;
    mg_dice *dice;
    int64_t *episode, *steps; /* under way: its number, and steps so far */
    double *sum;
    mg_view view;
    float *observation, *last;
    double *reward, *returned;
    bool *terminated, *truncated;
    int64_t *length;
};

/* --- random numbers ---------------------------------------------------------------------------------- */

static double next_number(mg_dice *dice) {
    const mg__stream stream = { .seed = dice->seed, .stream = dice->stream };
    return mg__random_uniform(&stream, 0, dice->drawn++);
}

double mg_dice_normal(mg_dice *dice) {
    const mg__stream stream = { .seed = dice->seed, .stream = dice->stream };
    return mg__random_normal(&stream, 1, dice->drawn++);
}

/* --- making them ------------------------------------------------------------------------------------- */

static bool is_possible(const mg_environment *row) {
    return row && row->size == sizeof *row && row->name && row->reset && row->step && row->observations >= 1 &&
           row->observations <= MG_ENVIRONMENT_NUMBERS && row->actions >= 0 && row->actions <= MG_ENVIRONMENT_NUMBERS &&
           row->step_limit >= 0 && row->state_bytes <= (1u << 20) && (row->states == 0 || row->observations == 1) &&
           (row->actions > 0 ||
            (row->action_numbers >= 1 && row->action_numbers <= MG_ENVIRONMENT_NUMBERS && row->action_low && row->action_high));
}

static char *state_of(const mg_environments *e, int64_t i) { return e->state + (size_t)i * e->state_bytes; }

/* The observation of an episode's begin. */
static void begin(mg_environments *e, int64_t i) {
    uint64_t stream = mg__hash_mix(mg__hash_mix(e->stream, (uint64_t)i), (uint64_t)++e->episode[i]);
    e->dice[i] = (mg_dice){ .seed = e->seed, .stream = stream, .next = next_number };
    e->steps[i] = 0;
    e->sum[i] = 0;
    e->row->reset(e->row, state_of(e, i), &e->dice[i], e->observation + i * e->row->observations);
}

mg_environments *mg_environments_create(mg_context *context, const mg_environment *row, int64_t count, uint64_t seed) {
    if (!context) return NULL;
    if (!is_possible(row) || count < 1 || count > MOST) {
        mg__fail(context, MG_INVALID,
                 "environment %s: its row, or a count of %" PRId64 ", cannot be; see micrograd/environment.h",
                 row && row->name ? row->name : "", count);
        return NULL;
    }
    mg_environments *e = mg__alloc_zero(context, sizeof *e);
    if (!e) return NULL;
    size_t n = (size_t)count, numbers = n * (size_t)row->observations;
    *e = (mg_environments){ .context = context,
                            .row = row,
                            .seed = seed,
                            .stream = mg__hash_text(0, "episode"),
                            .state_bytes = (row->state_bytes + 63) / 64 * 64 };
    e->state = mg__alloc_array(context, n, e->state_bytes);
    e->dice = mg__alloc_array(context, n, sizeof *e->dice);
    e->episode = mg__alloc_array(context, n, sizeof *e->episode);
    e->steps = mg__alloc_array(context, n, sizeof *e->steps);
    e->sum = mg__alloc_array(context, n, sizeof *e->sum);
    e->observation = mg__alloc_array(context, numbers, sizeof *e->observation);
    e->last = mg__alloc_array(context, numbers, sizeof *e->last);
    e->reward = mg__alloc_array(context, n, sizeof *e->reward);
    e->returned = mg__alloc_array(context, n, sizeof *e->returned);
    e->terminated = mg__alloc_array(context, n, sizeof *e->terminated);
    e->truncated = mg__alloc_array(context, n, sizeof *e->truncated);
    e->length = mg__alloc_array(context, n, sizeof *e->length);
    if (!e->state || !e->dice || !e->episode || !e->steps || !e->sum || !e->observation || !e->last || !e->reward ||
        !e->returned || !e->terminated || !e->truncated || !e->length) {
        mg_environments_destroy(e);
        return NULL;
    }
    e->view = (mg_view){ .count = count,
                         .observations = row->observations,
                         .observation = e->observation,
                         .last = e->last,
                         .reward = e->reward,
                         .terminated = e->terminated,
                         .truncated = e->truncated,
                         .returned = e->returned,
                         .length = e->length };
    for (int64_t i = 0; i < count; i++) begin(e, i);
    return e;
}

void mg_environments_destroy(mg_environments *e) {
    if (!e) return;
    void *blocks[] = { e->state,    e->dice,       e->episode,   e->steps,  e->sum, e->observation, e->last, e->reward,
                       e->returned, e->terminated, e->truncated, e->length, e };
    mg_context *context = e->context;
    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) mg__free(context, blocks[k]);
}

/* --- stepping ---------------------------------------------------------------------------------------- */

static mg_status refuse_step(const mg_environments *e, int64_t i, mg_status status, const char *what) {
    return mg__fail(e->context, status, "environment %s, episode %" PRId64 ", step %" PRId64 ": %s", e->row->name, e->episode[i],
                    e->steps[i], what);
}

/* Is every number of the observation finite, and one of the states where there are some? */
static bool is_observation(const mg_environment *row, const float *observation) {
    float sum = 0; /* NaN where one is not finite */
    for (int64_t k = 0; k < row->observations; k++) sum += 0 * observation[k];
    bool state = row->states == 0 || (observation[0] >= 0 && observation[0] < (float)row->states);
    return sum == 0 && state;
}

static bool prepare_action(const mg_environment *row, const float *action, float used[MG_ENVIRONMENT_NUMBERS]) {
    if (row->actions > 0) {
        used[0] = action[0];
        return action[0] >= 0 && action[0] < (float)row->actions && action[0] == floorf(action[0]);
    }
    for (int64_t k = 0; k < row->action_numbers; k++) {
        if (isnan(action[k])) return false;
        used[k] = fminf(fmaxf(action[k], row->action_low[k]), row->action_high[k]);
    }
    return true;
}

static void end_episode(mg_environments *e, int64_t i) {
    e->returned[i] = e->sum[i];
    e->length[i] = e->steps[i];
    e->view.episodes++;
    begin(e, i);
}

static mg_status step_one(mg_environments *e, int64_t i, const float *action) {
    const mg_environment *row = e->row;
    float used[MG_ENVIRONMENT_NUMBERS];
    float *observation = e->observation + i * row->observations, *last = e->last + i * row->observations;
    e->steps[i]++;
    if (!prepare_action(row, action, used)) return refuse_step(e, i, MG_INVALID, "there is no such action");
    bool terminated = false;
    double reward = row->step(row, state_of(e, i), &e->dice[i], used, last, &terminated);
    if (!isfinite(reward)) return refuse_step(e, i, MG_NOT_FINITE, "its reward is not finite");
    if (!is_observation(row, last))
        return refuse_step(e, i, row->states ? MG_INVALID : MG_NOT_FINITE,
                           row->states ? "its observation is none of its states" : "its observation is not finite");
    e->reward[i] = reward;
    e->sum[i] += reward;
    e->terminated[i] = terminated;
    e->truncated[i] = !terminated && row->step_limit > 0 && e->steps[i] >= row->step_limit;
    memcpy(observation, last, (size_t)row->observations * sizeof *last);
    if (e->terminated[i] || e->truncated[i]) end_episode(e, i);
    return MG_OK;
}

mg_status mg_environments_step(mg_environments *e, const float *action) {
    if (!e || !action) return MG_INVALID;
    int64_t width = e->row->actions > 0 ? 1 : e->row->action_numbers;
    mg_status status = MG_OK;
    for (int64_t i = 0; i < e->view.count && status == MG_OK; i++) status = step_one(e, i, action + i * width);
    return status;
}

const mg_view *mg_environments_view(const mg_environments *e) { return &e->view; }
const mg_environment *mg_environments_row(const mg_environments *e) { return e->row; }
const void *mg_environments_state(const mg_environments *e, int64_t index) { return state_of(e, index); }
