/* Memory through the context's hook. A block is [64 bytes of header | the caller's bytes], both aligned to 64. */
#include "base/base.h"

#include <string.h>

#define ALIGNMENT MG__BLOCK_HEADER

/* The whole size that the hook gave; the caller's size follows from it. */
typedef struct header {
    size_t size;
} header;

static header *header_of(void *block) { return (header *)(void *)((char *)block - ALIGNMENT); }

bool mg__size_multiply(size_t a, size_t b, size_t *product) {
    if (b && a > SIZE_MAX / b) return false;
    *product = a * b;
    return true;
}

bool mg__size_add(size_t a, size_t b, size_t *sum) {
    if (a > SIZE_MAX - b) return false;
    *sum = a + b;
    return true;
}

void *mg__alloc(mg_context *context, size_t bytes) {
    if (!context) return NULL;
    size_t size;
    char *block = NULL;
    if (mg__size_add(bytes, ALIGNMENT, &size)) block = context->allocator.allocate(context->allocator.user, size, ALIGNMENT);
    if (!block) {
        mg__fail_memory(context, bytes);
        return NULL;
    }
    ((header *)(void *)block)->size = size;
    return block + ALIGNMENT;
}

void *mg__alloc_zero(mg_context *context, size_t bytes) {
    void *block = mg__alloc(context, bytes);
    if (block) memset(block, 0, bytes);
    return block;
}

void *mg__alloc_array(mg_context *context, size_t count, size_t size) {
    size_t bytes;
    if (mg__size_multiply(count, size, &bytes)) return mg__alloc_zero(context, bytes);
    mg__fail(context, MG_OUT_OF_MEMORY, "out of memory: %zu elements of %zu bytes exceed the address space", count, size);
    return NULL;
}

void *mg__realloc(mg_context *context, void *block, size_t bytes) {
    void *moved = mg__alloc(context, bytes);
    if (!moved || !block) return moved;
    size_t old = header_of(block)->size - ALIGNMENT;
    memcpy(moved, block, old < bytes ? old : bytes);
    mg__free(context, block);
    return moved;
}

void mg__free(mg_context *context, void *block) {
    if (!context || !block) return;
    header *start = header_of(block);
    context->allocator.release(context->allocator.user, start, start->size);
}

char *mg__strdup(mg_context *context, const char *text) {
    size_t bytes = strlen(text) + 1;
    char *copy = mg__alloc(context, bytes);
    if (copy) memcpy(copy, text, bytes);
    return copy;
}

/* `items` is the address of a pointer to some type: it is copied as bytes, for a void ** would break the aliasing rules. */
bool mg__grow(mg_context *context, void *items, size_t *capacity, size_t wanted, size_t size) {
    if (wanted <= *capacity) return true;
    size_t grown = *capacity > SIZE_MAX / 2 ? wanted : *capacity * 2;
    if (grown < 8) grown = 8;
    if (grown < wanted) grown = wanted;
    size_t bytes;
    void *old, *block;
    if (!mg__size_multiply(grown, size, &bytes)) {
        mg__fail(context, MG_OUT_OF_MEMORY, "out of memory: %zu elements of %zu bytes exceed the address space", grown, size);
        return false;
    }
    memcpy(&old, items, sizeof old);
    block = mg__realloc(context, old, bytes);
    if (!block) return false;
    memcpy(items, &block, sizeof block);
    *capacity = grown;
    return true;
}
