/* The default allocator. Large blocks are aligned to huge pages and ask for them: fewer TLB misses (docs/performance.md, "The
 * plan, part by part"). */
#if defined(__linux__) && !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* madvise */
#endif

#include "base/switches.h"
#include "base/system.h"

#include <stdlib.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#define LARGE_BLOCK ((size_t)1 << 20)
#define HUGE_PAGE   ((size_t)1 << 21)

#if defined(__linux__) && defined(MADV_HUGEPAGE)

static size_t block_alignment(size_t size, size_t alignment) {
    bool huge = size >= LARGE_BLOCK && alignment < HUGE_PAGE && mg__switches_read().pages;
    return huge ? HUGE_PAGE : alignment;
}

/* A last huge page of which a quarter and more would be unused stays small pages. Only advice: a kernel that refuses it costs
 * speed, nothing else. */
static void advise(void *block, size_t size) {
    size_t huge = (size + HUGE_PAGE / 4) / HUGE_PAGE * HUGE_PAGE;
    if (huge > 0) (void)madvise(block, huge, MADV_HUGEPAGE);
}

#else

static size_t block_alignment(size_t size, size_t alignment) {
    (void)size;
    return alignment;
}

static void advise(void *block, size_t size) {
    (void)block;
    (void)size;
}

#endif

/* The size is rounded up, for the first C11 wanted a multiple of the alignment; pages that nobody touches cost nothing. */
static void *pages_allocate(void *user, size_t size, size_t alignment) {
    (void)user;
    if (size > SIZE_MAX / 2) return NULL;
    alignment = block_alignment(size, alignment);
    void *block = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (block && alignment == HUGE_PAGE) advise(block, size);
    return block;
}

static void pages_release(void *user, void *pointer, size_t size) {
    (void)user;
    (void)size;
    free(pointer);
}

mg_allocator mg__system_allocator(void) { return (mg_allocator){ .allocate = pages_allocate, .release = pages_release }; }
