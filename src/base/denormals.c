/* Flushing denormals to zero: arithmetic on them costs some 150 cycles, and training meets them where a gradient fades.
 * The only file of the core that speaks to a particular processor. */
#include "base/threads.h"

#if defined(__SSE2__)
#include <xmmintrin.h>

/* MXCSR: results that are denormal become 0 (bit 15), operands that are denormal count as 0 (bit 6). */
#define FLUSH (0x8000u | 0x0040u)

unsigned mg__denormals_flush(void) {
    unsigned mode = _mm_getcsr();
    if ((mode & FLUSH) != FLUSH) _mm_setcsr(mode | FLUSH);
    return mode;
}

/* Only these two bits: what else changed in between (exceptions that were raised) stays. */
void mg__denormals_restore(unsigned mode) {
    unsigned now = _mm_getcsr();
    if ((now ^ mode) & FLUSH) _mm_setcsr((now & ~FLUSH) | (mode & FLUSH));
}

#elif defined(__aarch64__) && defined(__GNUC__)

/* FPCR: flush to zero (bit 24), operands and results. */
#define FLUSH (UINT64_C(1) << 24)

static uint64_t control_read(void) {
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}

static void control_write(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode) : "memory"); }

unsigned mg__denormals_flush(void) {
    uint64_t mode = control_read();
    if (!(mode & FLUSH)) control_write(mode | FLUSH);
    return (unsigned)(mode & FLUSH);
}

void mg__denormals_restore(unsigned mode) {
    uint64_t now = control_read();
    if ((now ^ mode) & FLUSH) control_write((now & ~FLUSH) | (mode & FLUSH));
}

#else

unsigned mg__denormals_flush(void) { return 0; }

void mg__denormals_restore(unsigned mode) { (void)mode; }

#endif
