/* Ground floor, inside view: messages, memory, hashing. Public half: micrograd/context.h. */
#ifndef MG_BASE_H
#define MG_BASE_H

#include <micrograd/context.h>

#include <stdarg.h>

#if defined(__GNUC__)
#define MG__PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define MG__PRINTF(text, first)
#endif

#define MG__MESSAGE_BYTES 1024

struct mg__pool; /* base/threads.h */

struct mg_context {
    mg_allocator allocator;
    int threads;
    uint64_t seed;
    mg_status status;
    char message[MG__MESSAGE_BYTES];
    struct mg__pool *pool; /* made by the first work that needs it */
};

/* Records status and message on the context and returns the status. Message: who, what, wanted, got, cure. */
mg_status mg__fail(mg_context *context, mg_status status, const char *format, ...) MG__PRINTF(3, 4);
mg_status mg__fail_list(mg_context *context, mg_status status, const char *format, va_list arguments);
mg_status mg__fail_memory(mg_context *context, size_t bytes);

/* Memory through the hook. Every block knows its size (a hidden header of 64 bytes), is 64-byte aligned, and may be NULL
 * on free. The allocating functions record MG_OUT_OF_MEMORY themselves. A size of 0 gives a block that can be freed. */
#define MG__BLOCK_HEADER 64
void *mg__alloc(mg_context *context, size_t bytes);
void *mg__alloc_zero(mg_context *context, size_t bytes);
void *mg__alloc_array(mg_context *context, size_t count, size_t size); /* count * size checked for overflow; zeroed */
void *mg__realloc(mg_context *context, void *block, size_t bytes);     /* keeps the contents; on failure the block stays */
void mg__free(mg_context *context, void *block);
char *mg__strdup(mg_context *context, const char *text);

/* Grows *items (elements of `size` bytes, capacity in *capacity) to hold at least `wanted`. false: no memory, unchanged. */
bool mg__grow(mg_context *context, void *items, size_t *capacity, size_t wanted, size_t size);

/* false where the result does not fit. */
bool mg__size_multiply(size_t a, size_t b, size_t *product);
bool mg__size_add(size_t a, size_t b, size_t *sum);

uint64_t mg__hash_bytes(uint64_t seed, const void *bytes, size_t count);
uint64_t mg__hash_text(uint64_t seed, const char *text);
uint64_t mg__hash_mix(uint64_t a, uint64_t b);

/* snprintf that appends at *used and never overflows; what does not fit is cut. */
void mg__append(char *buffer, size_t size, size_t *used, const char *format, ...) MG__PRINTF(4, 5);

#endif
