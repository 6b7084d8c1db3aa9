/* Studies made up: trials with known values, to see them drawn. */
#ifndef TESTS_STUDY_SUPPORT_H
#define TESTS_STUDY_SUPPORT_H

#include "report/study.h"

#include <math.h>
#include <stdlib.h>

typedef struct made {
    mg_space *space;
    mg_trial *trial;
    double *number; /* points, then what was reported */
    int64_t *step;
    double importance[MG_SPACE_MOST];
    mg__study_source source;
} made;

static const char *const made_words[] = { "adam", "momentum", "rms<prop>" };

/* lr (log), width (whole numbers, log), dropout, optimizer (words), and momentum, which is there only with the second word. */
static mg_space *made_space(mg_context *ctx) {
    mg_space *space = mg_space_create(ctx);
    const mg_dimension all[] = {
        { .name = "lr", .kind = MG_DIMENSION_REAL, .low = 1e-4, .high = 1, .log = true, .parent = -1 },
        { .name = "width", .kind = MG_DIMENSION_INT, .low = 16, .high = 512, .log = true, .parent = -1 },
        { .name = "dropout", .kind = MG_DIMENSION_REAL, .low = 0, .high = 0.5, .parent = -1 },
        { .name = "optimizer", .kind = MG_DIMENSION_CHOICE, .word = made_words, .words = 3, .parent = -1 },
        { .name = "momentum", .kind = MG_DIMENSION_REAL, .low = 0.5, .high = 0.99, .parent = 3, .parent_words = 2 },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (mg_space_add(space, &all[i]) != MG_OK) abort();
    return space;
}

/* Evenly in [0, 1], the same in every run. */
static double made_unit(int64_t i, int k) {
    double turn = (double)(i + 1) * (0.6180339887498949 + 0.1313 * k) + 0.37 * k;
    return turn - floor(turn);
}

/* A point of any space. */
static void made_point(const mg_space *space, int64_t i, double *point) {
    for (int k = 0; k < mg_space_dimensions(space); k++) {
        const mg_dimension *d = mg_space_dimension(space, k);
        double u = made_unit(i, k), x = d->log ? d->low * pow(d->high / d->low, u) : d->low + (d->high - d->low) * u;
        point[k] = !mg_space_is_there(space, point, k) ? NAN : d->kind == MG_DIMENSION_REAL ? x : floor(x + 0.5);
    }
}

#define MADE_STEPS 10

/* Trials of a space, all complete; the value is least at the middle of the first two dimensions. */
static made made_study(mg_context *ctx, mg_space *space, int64_t trials) {
    made m = { .space = space };
    size_t dimensions = (size_t)mg_space_dimensions(space), count = (size_t)trials;
    m.trial = calloc(count + 1, sizeof *m.trial);
    m.number = calloc(count * (dimensions + MADE_STEPS) + 1, sizeof *m.number);
    m.step = calloc(MADE_STEPS, sizeof *m.step);
    for (int s = 0; s < MADE_STEPS; s++) m.step[s] = s + 1;
    for (int64_t i = 0; i < trials; i++) {
        double *point = m.number + (size_t)i * dimensions, *way = m.number + count * dimensions + (size_t)i * MADE_STEPS;
        double value = 0.05 + 0.1 * made_unit(i, 40);
        made_point(space, i, point);
        for (int k = 0; k < 2 && k < mg_space_dimensions(space); k++)
            value += pow(mg__scale_place(&(mg__scale){ mg_space_dimension(space, k)->low, mg_space_dimension(space, k)->high, -1,
                                                       1, mg_space_dimension(space, k)->log },
                                         point[k]),
                         2);
        for (int s = 0; s < MADE_STEPS; s++) way[s] = value + 1.0 / (s + 1);
        m.trial[i] = (mg_trial){ .space = space,
                                 .number = i,
                                 .ordinal = i,
                                 .state = MG_TRIAL_COMPLETE,
                                 .point = point,
                                 .value = value,
                                 .steps = MADE_STEPS,
                                 .step = m.step,
                                 .step_value = way,
                                 .seconds = 0.25 };
    }
    for (size_t k = 0; k < dimensions; k++) m.importance[k] = k < 2 ? 0.4 - 0.1 * (double)k : 0.3 / (double)(dimensions - 1);
    m.source = (mg__study_source){ .context = ctx, .space = space, .trial = m.trial, .trials = trials };
    m.source.importance = NULL;
    return m;
}

static void made_prune(made *m, int64_t i, int64_t steps) {
    m->trial[i].state = MG_TRIAL_PRUNED;
    m->trial[i].value = NAN;
    m->trial[i].steps = steps;
}

static void made_fail(made *m, int64_t i, const char *reason) {
    m->trial[i].state = MG_TRIAL_FAILED;
    m->trial[i].value = NAN;
    m->trial[i].steps = 0;
    m->trial[i].reason = reason;
}

static void made_free(made *m) {
    mg_space_destroy(m->space);
    free(m->trial);
    free(m->number);
    free(m->step);
}

#endif
