/* What the base asks of the operating system; each has a portable answer where the system is unknown. */
#ifndef MG_SYSTEM_H
#define MG_SYSTEM_H

#include <micrograd/context.h>

/* The allocator of contexts that are given none: aligned_alloc and free; on Linux blocks of 1 MB and more lie on huge pages. */
mg_allocator mg__system_allocator(void);

/* Processors that this process may run on, at least 1. */
int mg__system_cores(void);

/* Nanoseconds of a clock that never goes back, where there is one. */
int64_t mg__clock(void);

#endif
