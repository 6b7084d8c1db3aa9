/* Does a row keep its word? */
#include "base/base.h"
#include "base/random.h"

#include <micrograd/environment.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT 4
#define STEPS 2000

typedef struct inspection {
    mg_context *context;
    const mg_environment *row;
    mg_environment_fault *told;
    void *user;
    int faults;
    bool outside[MG_ENVIRONMENT_NUMBERS]; /* told of this number */
} inspection;

MG__PRINTF(2, 3)
static void tell(inspection *i, const char *format, ...) {
    char sentence[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    i->faults++;
    if (i->told) i->told(i->user, sentence);
}

static void choose(const mg_environment *row, uint64_t step, float action[COUNT * MG_ENVIRONMENT_NUMBERS]) {
    const mg__stream stream = { .stream = mg__hash_text(0, "check"), .step = step };
    int64_t width = row->actions > 0 ? 1 : row->action_numbers;
    for (int64_t k = 0; k < COUNT * width; k++) {
        double u = mg__random_uniform(&stream, 0, (uint64_t)k);
        const int64_t number = k % width;
        action[k] = row->actions > 0 ? (float)floor(u * (double)row->actions)
                                     : row->action_low[number] + (float)u * (row->action_high[number] - row->action_low[number]);
    }
}

static void check_bounds(inspection *i, const float *observation) {
    const mg_environment *row = i->row;
    for (int64_t k = 0; k < COUNT * row->observations && row->low && row->high; k++) {
        int64_t number = k % row->observations;
        bool inside = observation[k] >= row->low[number] && observation[k] <= row->high[number];
        if (inside || i->outside[number]) continue;
        i->outside[number] = true;
        tell(i, "observation %" PRId64 " is %g, outside its bounds %g to %g", number, (double)observation[k],
             (double)row->low[number], (double)row->high[number]);
    }
}

/* Two of the same seed, side by side, with the same actions. */
static mg_status play(inspection *i) {
    mg_environments *a = mg_environments_create(i->context, i->row, COUNT, 1),
                    *b = mg_environments_create(i->context, i->row, COUNT, 1);
    float action[COUNT * MG_ENVIRONMENT_NUMBERS];
    mg_status status = a && b ? MG_OK : mg_context_status(i->context);
    bool alike = true;
    for (uint64_t step = 0; step < STEPS && status == MG_OK && alike; step++) {
        const float *x = mg_environments_view(a)->observation, *y = mg_environments_view(b)->observation;
        alike = memcmp(x, y, (size_t)(COUNT * i->row->observations) * sizeof *x) == 0;
        check_bounds(i, x);
        choose(i->row, step, action);
        status = mg_environments_step(a, action);
        if (status == MG_OK) status = mg_environments_step(b, action);
    }
    if (!alike) tell(i, "the same seed and actions gave other observations; all chance must come from the dice");
    if (status != MG_OK && status != MG_OUT_OF_MEMORY) tell(i, "%s", mg_context_message(i->context));
    if (status == MG_OK && i->row->step_limit == 0 && mg_environments_view(a)->episodes == 0)
        tell(i, "no episode ended within %d steps, and there is no step_limit; give one", STEPS);
    mg_environments_destroy(a);
    mg_environments_destroy(b);
    return status == MG_OUT_OF_MEMORY ? status : MG_OK;
}

static void check_outcomes(inspection *i) {
    mg_outcome outcome[MG_OUTCOMES];
    for (int64_t state = 0; i->row->outcomes && state < i->row->states; state++)
        for (int64_t action = 0; action < i->row->actions; action++) {
            int count = i->row->outcomes(i->row, state, action, outcome);
            double sum = 0;
            for (int k = 0; k < count && k < MG_OUTCOMES; k++) sum += outcome[k].probability;
            if (count >= 1 && count <= MG_OUTCOMES && fabs(sum - 1) < 1e-9) continue;
            tell(i, "the outcomes of action %" PRId64 " in state %" PRId64 " add up to %g, not 1", action, state, sum);
            return;
        }
}

int mg_environment_check(mg_context *context, const mg_environment *row, mg_environment_fault *told, void *user) {
    if (!context || !row) return MG_INVALID;
    inspection i = { .context = context, .row = row, .told = told, .user = user };
    mg_status status = play(&i);
    mg_context_clear(context);
    check_outcomes(&i);
    return status == MG_OUT_OF_MEMORY ? status : i.faults;
}
