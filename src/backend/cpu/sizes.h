/* Arithmetic of sizes, shared by what plans tiles and what runs them. */
#ifndef MG_CPU_SIZES_H
#define MG_CPU_SIZES_H

#include <stdint.h>

static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t divide_up(int64_t a, int64_t b) { return a / b + (a % b != 0); }
static inline int64_t round_up(int64_t count, int64_t unit) { return divide_up(count, unit) * unit; }

#endif
