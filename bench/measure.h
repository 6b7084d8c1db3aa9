/* Time and memory of a program of bench/, as this process sees them. Define _DEFAULT_SOURCE before the first include. */
#ifndef MG_BENCH_MEASURE_H
#define MG_BENCH_MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A line of /proc/self/status in bytes; 0 where there is none. */
static inline long status_bytes(const char *word) {
    FILE *in = fopen("/proc/self/status", "r");
    char line[256];
    long kilobytes = 0;
    while (in && fgets(line, sizeof line, in))
        if (strncmp(line, word, strlen(word)) == 0) kilobytes = strtol(line + strlen(word), NULL, 10);
    if (in) fclose(in);
    return kilobytes * 1024;
}

/* The peak begins anew at what is resident now, which is returned. */
static inline long begin_peak(void) {
    FILE *out = fopen("/proc/self/clear_refs", "w");
    if (out) {
        fputs("5", out);
        fclose(out);
    }
    return status_bytes("VmRSS:");
}

static inline long peak_since(long before) { return status_bytes("VmHWM:") - before; }

#endif
