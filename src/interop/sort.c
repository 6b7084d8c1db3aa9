#include "interop/sort.h"

#include <string.h>

int mg__compare_text(const void *a, const void *b, const void *user) {
    (void)user;
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Lets items[hole] sink until no child is larger. */
static void sink(char *items, size_t hole, size_t count, size_t size, mg__compare *compare, const void *user) {
    char sinking[MG__SORT_ELEMENT];
    memcpy(sinking, items + hole * size, size);
    for (;;) {
        size_t child = 2 * hole + 1;
        if (child >= count) break;
        if (child + 1 < count && compare(items + child * size, items + (child + 1) * size, user) < 0) child++;
        if (compare(sinking, items + child * size, user) >= 0) break;
        memcpy(items + hole * size, items + child * size, size);
        hole = child;
    }
    memcpy(items + hole * size, sinking, size);
}

void mg__sort(void *items, size_t count, size_t size, mg__compare *compare, const void *user) {
    char *base = items, largest[MG__SORT_ELEMENT];
    for (size_t i = count / 2; i-- > 0;) sink(base, i, count, size, compare, user);
    for (size_t end = count; end-- > 1;) {
        memcpy(largest, base, size);
        memcpy(base, base + end * size, size);
        memcpy(base + end * size, largest, size);
        sink(base, 0, end, size, compare, user);
    }
}
