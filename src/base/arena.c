#include "base/arena.h"

#define BLOCK_BYTES ((size_t)16384)
#define HEADER      ((size_t)64)

struct mg__block {
    struct mg__block *next;
    size_t size, used; /* of the memory behind the header */
};

void *mg__arena_take(mg_context *context, mg__arena *arena, size_t bytes) {
    struct mg__block *block = arena->blocks;
    size_t rounded, whole;
    if (!mg__size_add(bytes, 15, &rounded)) rounded = SIZE_MAX;
    rounded &= ~(size_t)15;
    if (!block || block->size - block->used < rounded) {
        size_t size = rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES;
        block = mg__size_add(size, HEADER, &whole) ? mg__alloc_zero(context, whole) : NULL;
        if (!block) return NULL;
        *block = (struct mg__block){ arena->blocks, size, 0 };
        arena->blocks = block;
        arena->bytes += whole;
    }
    void *memory = (unsigned char *)block + HEADER + block->used;
    block->used += rounded;
    return memory;
}

void mg__arena_free(mg_context *context, mg__arena *arena) {
    while (arena->blocks) {
        struct mg__block *next = arena->blocks->next;
        mg__free(context, arena->blocks);
        arena->blocks = next;
    }
    arena->bytes = 0;
}

void mg__arena_rewind(mg_context *context, mg__arena *arena, const void *from) {
    for (struct mg__block *block; (block = arena->blocks);) {
        const unsigned char *start = (const unsigned char *)block + HEADER, *at = from;
        if (at >= start && at < start + block->size) {
            block->used = (size_t)(at - start);
            return;
        }
        arena->blocks = block->next;
        arena->bytes -= HEADER + block->size;
        mg__free(context, block);
    }
}
