/* Random search (Bergstra & Bengio 2012). */
#include "tune/sampler.h"

#include <math.h>

static mg_status suggest(mg_context *context, const mg__known *known, void **memory, double *point) {
    (void)context, (void)memory;
    for (int i = 0; i < mg_space_dimensions(known->space); i++)
        point[i] = mg_space_is_there(known->space, point, i)
                       ? mg__value_at(mg_space_dimension(known->space, i), mg__draw(known, "random", i))
                       : NAN;
    return MG_OK;
}

const mg__sampler mg__sampler_random = {
    .name = "random",
    .doc = "Each setting drawn evenly from its range, whatever came of the others (Bergstra & Bengio 2012).",
    .suggest = suggest,
};
