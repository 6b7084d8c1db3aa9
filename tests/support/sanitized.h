/* Under a sanitizer a training takes ten times as long, and its last steps show nothing that the first did not: what learns to
 * the end learns a little there, and is not judged. */
#ifndef TESTS_SANITIZED_H
#define TESTS_SANITIZED_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

static inline int64_t to_the_end(int64_t steps) { return sanitized ? steps / 20 : steps; }

#endif
