/* The table of samplers. */
#include "tune/sampler.h"

#include "base/random.h"

#include <string.h>

static const mg__sampler *const samplers[] = { &mg__sampler_tpe, &mg__sampler_random, &mg__sampler_grid, &mg__sampler_sobol,
                                               &mg__sampler_gp };

enum { COUNT = sizeof samplers / sizeof *samplers };

const mg__sampler *mg__sampler_find(const char *name) {
    for (int i = 0; name && i < COUNT; i++)
        if (strcmp(samplers[i]->name, name) == 0) return samplers[i];
    return NULL;
}

const char *mg_sampler_name(int index) { return index >= 0 && index < COUNT ? samplers[index]->name : NULL; }
const char *mg_sampler_doc(int index) { return index >= 0 && index < COUNT ? samplers[index]->doc : NULL; }

double mg__draw(const mg__known *known, const char *purpose, int64_t place) {
    const mg__stream stream = { known->seed, mg__hash_text(0, purpose), (uint64_t)known->ordinal };
    uint32_t words[4];
    mg__random_block(&stream, (uint64_t)known->attempt, (uint64_t)place, words);
    const uint64_t bits = ((uint64_t)words[0] << 32 | words[1]) >> 12;
    return ((double)bits + 0.5) * 0x1p-52;
}
