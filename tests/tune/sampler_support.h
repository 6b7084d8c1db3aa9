/* What the tests of samplers share: spaces, and a search without a study. Include cmocka.h (and what it needs) first. */
#ifndef SAMPLER_SUPPORT_H
#define SAMPLER_SUPPORT_H

#include "tune/sampler.h"
#include "tune/space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline mg_context *sampler_context(void) {
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    mg_context *context = mg_context_create(&options);
    assert_non_null(context);
    return context;
}

#define assert_near(got, wanted, tolerance)                                                                     \
    do {                                                                                                        \
        const double got_ = (got), wanted_ = (wanted);                                                          \
        if (!(fabs(got_ - wanted_) <= (tolerance))) fail_msg("%s is %.17g; wanted %.17g", #got, got_, wanted_); \
    } while (0)

static inline void add_dimension(mg_space *space, mg_dimension dimension) {
    if (mg_space_add(space, &dimension) != MG_OK) fail_msg("%s", mg_context_message(space->context));
}

static inline void add_real(mg_space *space, const char *name, double low, double high, bool log, int64_t points) {
    add_dimension(space, (mg_dimension){ .name = name, .low = low, .high = high, .log = log, .points = points, .parent = -1 });
}

static inline void add_whole(mg_space *space, const char *name, double low, double high) {
    add_dimension(space, (mg_dimension){ .name = name, .kind = MG_DIMENSION_INT, .low = low, .high = high, .parent = -1 });
}

/* A choice between a and b, b with a number of its own, and a count of layers with a width each. */
static inline mg_space *conditional_space(mg_context *context) {
    mg_space *space = mg_space_create(context);
    add_real(space, "lr", 1e-4, 1e-1, true, 4);
    add_dimension(space, (mg_dimension){ .name = "kind",
                                         .kind = MG_DIMENSION_CHOICE,
                                         .words = 2,
                                         .word = (const char *const[]){ "a", "b", NULL },
                                         .parent = -1 });
    add_dimension(space, (mg_dimension){ .name = "momentum", .high = 0.99, .points = 3, .parent = 1, .parent_words = 2 });
    add_whole(space, "n", 1, 3);
    for (int i = 1; i <= 3; i++)
        add_dimension(space, (mg_dimension){ .name = (const char *[]){ "width.1", "width.2", "width.3" }[i - 1],
                                             .kind = MG_DIMENSION_INT,
                                             .low = 4,
                                             .high = 64,
                                             .log = true,
                                             .points = 5,
                                             .parent = 3,
                                             .parent_low = i });
    return space;
}

static inline int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov-Smirnov's distance from the even distribution on [0, 1]. Sorts. */
static inline double distance_from_even(double *x, int count) {
    double most = 0;
    qsort(x, (size_t)count, sizeof *x, by_size);
    for (int i = 0; i < count; i++) most = fmax(most, fmax(x[i] - i / (double)count, (i + 1) / (double)count - x[i]));
    return most;
}

/* A distance that chance exceeds once in a million: sqrt(ln(2e6) / 2) / sqrt(n). */
static inline double seldom(int count) { return 2.7 / sqrt(count); }

#endif
