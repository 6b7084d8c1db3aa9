/* Sorting without allocation (the C library's qsort may take memory behind the hook). */
#ifndef MG_SORT_H
#define MG_SORT_H

#include <stddef.h>

/* Below 0, 0 or above 0 as strcmp; `user` is handed through. */
typedef int mg__compare(const void *a, const void *b, const void *user);

/* Heapsort: n log n whatever the order, elements of at most MG__SORT_ELEMENT bytes, not stable (so let the comparison leave no
 * ties that matter). */
#define MG__SORT_ELEMENT 256
void mg__sort(void *items, size_t count, size_t size, mg__compare *compare, const void *user);

/* Elements that are `const char *`, bytewise. */
int mg__compare_text(const void *a, const void *b, const void *user);

#endif
