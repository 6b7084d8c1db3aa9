/* The list of compiled chains while there is none yet: what the program that writes it is linked with, and the library of a build
 * that leaves it out. */
#include "backend/cpu/chain.h"

extern const mg__chain_entry mg__chains_plain[], mg__chains_avx2[], mg__chains_avx512[];
const mg__chain_entry mg__chains_plain[] = { { NULL, NULL } }, mg__chains_avx2[] = { { NULL, NULL } },
                      mg__chains_avx512[] = { { NULL, NULL } };
