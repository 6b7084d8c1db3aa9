/* What the planner and the allocator do for speed alone, each of which can be left out for tests and measurements: the
 * environment variable MICROGRAD_WITHOUT is a list of names (MICROGRAD_WITHOUT=recompute,compiled). Results agree to rounding. */
#ifndef MG_SWITCHES_H
#define MG_SWITCHES_H

#include <stdbool.h>

typedef struct mg__switches {
    bool recompute;  /* cheap chains are computed again where they are read (plan/recompute.c) */
    bool compiled;   /* chains that were compiled at build time (backend/cpu/chain.c) */
    bool early;      /* updates run as soon as they can (plan/schedule.c) */
    bool sharing;    /* values whose lifetimes do not meet share memory (plan/place.c) */
    bool thresholds; /* only where it is large enough to pay (plan/recompute.c); without: wherever it can be, for tests */
    bool pages;      /* large blocks lie on huge pages (base/pages.c) */
} mg__switches;

mg__switches mg__switches_read(void);

#endif
