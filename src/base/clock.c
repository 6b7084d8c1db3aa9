/* The clock of measurements. */
#if (defined(__unix__) || defined(__APPLE__)) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif

#include "base/system.h"

#include <time.h>

int64_t mg__clock(void) {
    struct timespec now;
#if defined(CLOCK_MONOTONIC)
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0;
#else
    if (timespec_get(&now, TIME_UTC) == 0) return 0;
#endif
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
