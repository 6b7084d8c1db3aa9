/* micrograd/context.h: status, messages, memory, threads. Everything starts with a context.
 *
 * A context holds the allocator hook, the thread pool, the default seed and the last error. It belongs to one thread at a
 * time; two contexts in two threads never meet, for the library has no other mutable state.
 *
 *     mg_context *ctx = mg_context_create(NULL);
 *     ...
 *     if (mg_context_status(ctx) != MG_OK) fprintf(stderr, "%s\n", mg_context_message(ctx));
 *     mg_context_destroy(ctx);
 */
#ifndef MICROGRAD_CONTEXT_H
#define MICROGRAD_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One row a status: identifier, value, meaning. Errors are negative. */
#define MG_STATUS_TABLE(X)                                                     \
    X(MG_OK, 0, "no error")                                                    \
    X(MG_OUT_OF_MEMORY, -1, "out of memory")                                   \
    X(MG_INVALID, -2, "an argument, a shape or an expression is wrong")        \
    X(MG_SETTING, -3, "an option or a model text is wrong")                    \
    X(MG_FILE, -4, "a file cannot be opened, read or written")                 \
    X(MG_FORMAT, -5, "the content of a file is not what it should be")         \
    X(MG_NOT_FINITE, -6, "a value became NaN or infinite")                     \
    X(MG_INTERRUPTED, -7, "interrupted by the caller")                         \
    X(MG_UNSUPPORTED, -8, "not available in this build or for these operands") \
    X(MG_LOST, -9, "another process of this run died")

typedef enum mg_status {
#define MG_STATUS_ENUM(name, value, text) name = value,
    MG_STATUS_TABLE(MG_STATUS_ENUM)
#undef MG_STATUS_ENUM
} mg_status;

/* The meaning of a status, in static storage; "unknown status" for a value outside the table. */
const char *mg_status_text(mg_status status);

/* "X.Y.Z", in static storage. */
const char *mg_version(void);

/* The one hook for memory. Both functions may be called from several threads at once.
 * allocate: at least `size` bytes aligned to `alignment` (a power of two, at least 16), or NULL.
 * release: takes back what allocate gave, with the same size; never called with NULL. */
typedef struct mg_allocator {
    void *(*allocate)(void *user, size_t size, size_t alignment);
    void (*release)(void *user, void *pointer, size_t size);
    void *user;
} mg_allocator;

typedef struct mg_context_options {
    mg_allocator allocator; /* default: aligned_alloc and free */
    int threads;            /* 1 to 256, or MG_AUTO (the default): one a core; results do not depend on it */
    uint64_t seed;          /* default 0: the seed of initialisers and sessions that are given none */
} mg_context_options;

/* A setting that follows from the data or the machine. */
#define MG_AUTO (-1)

typedef struct mg_context mg_context;

mg_context_options mg_context_defaults(void);

/* NULL options: all defaults. Returns NULL only when there is no memory for the context itself or an option is out of
 * range. The threads start with the first work that is large enough for them. Destroy contexts after all that was made in them.
 */
mg_context *mg_context_create(const mg_context_options *options);
void mg_context_destroy(mg_context *context); /* NULL is fine */

/* The last error: it stays until the next one or until it is cleared. The message is never NULL and belongs to the
 * context. Functions that are handed NULL in place of an object fail without touching the message, so that a chain of
 * calls needs one check at its end. */
mg_status mg_context_status(const mg_context *context);
const char *mg_context_message(const mg_context *context);
void mg_context_clear(mg_context *context);

int mg_context_threads(const mg_context *context);
uint64_t mg_context_seed(const mg_context *context);

#ifdef __cplusplus
}
#endif
#endif
