/* An allocator for tests: counts what is alive, fails when told, and fills new blocks with rubbish so that nobody relies on
 * zeros.
 *
 *     failing_allocator memory = { .fail_at = 3 };                     the third allocation fails, once; 0: none
 *     mg_context *ctx = failing_allocator_context(&memory);            may be NULL where that is the one that fails
 *     ...
 *     mg_context_destroy(ctx);
 *     assert_int_equal(memory.blocks, 0);
 *
 * Most tests need only failing_allocator_exhaust. Include cmocka.h (and what it needs) first. */
#ifndef FAILING_ALLOCATOR_H
#define FAILING_ALLOCATOR_H

#include <micrograd/context.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define FAILING_ALLOCATOR_RUBBISH 0xA5

typedef struct failing_allocator {
    size_t fail_at;               /* number of the allocation that fails, from 1; 0: none */
    bool fail_after;              /* and all that follow it */
    _Atomic size_t calls;         /* allocations asked for */
    _Atomic size_t failures;      /* of which failed on purpose */
    _Atomic size_t blocks, bytes; /* alive now */
    _Atomic size_t mistakes;      /* releases with a wrong size, allocations with a wrong alignment */
} failing_allocator;

/* Before each block, in the bytes that its alignment leaves free. */
typedef struct failing_allocator_note {
    void *start;
    size_t size;
} failing_allocator_note;

static inline void *failing_allocator_allocate(void *user, size_t size, size_t alignment) {
    failing_allocator *self = user;
    size_t call = atomic_fetch_add(&self->calls, 1) + 1;
    if (alignment < 16 || (alignment & (alignment - 1))) {
        self->mistakes++;
        return NULL;
    }
    if (self->fail_at && (call == self->fail_at || (self->fail_after && call > self->fail_at))) {
        self->failures++;
        return NULL;
    }
    if (size > SIZE_MAX / 2) return NULL;
    char *start = aligned_alloc(alignment, alignment + (size + alignment - 1) / alignment * alignment);
    if (!start) return NULL;
    char *block = start + alignment;
    failing_allocator_note note = { start, size };
    memcpy(block - sizeof note, &note, sizeof note);
    memset(block, FAILING_ALLOCATOR_RUBBISH, size);
    self->blocks++;
    self->bytes += size;
    return block;
}

static inline void failing_allocator_release(void *user, void *pointer, size_t size) {
    failing_allocator *self = user;
    failing_allocator_note note;
    memcpy(&note, (char *)pointer - sizeof note, sizeof note);
    if (note.size != size) self->mistakes++;
    self->blocks--;
    self->bytes -= note.size;
    memset(pointer, FAILING_ALLOCATOR_RUBBISH, note.size);
    free(note.start);
}

static inline mg_allocator failing_allocator_hook(failing_allocator *self) {
    return (mg_allocator){ failing_allocator_allocate, failing_allocator_release, self };
}

/* A context of one thread over this allocator; NULL where its own allocation fails. */
static inline mg_context *failing_allocator_context(failing_allocator *self) {
    mg_context_options options = mg_context_defaults();
    options.allocator = failing_allocator_hook(self);
    options.threads = 1;
    return mg_context_create(&options);
}

/* What is tested: does its work in the context, frees all of it, returns whether it succeeded. */
typedef bool failing_allocator_attempt(mg_context *context, void *user);

/* Runs the attempt again and again, failing its first allocation, then its second ... until none fails. An attempt that does not
 * succeed must leave MG_OUT_OF_MEMORY on the context, and none may leave a block behind. Returns how many failures were tried. */
static inline size_t failing_allocator_exhaust(failing_allocator_attempt *attempt, void *user) {
    for (size_t nth = 1;; nth++) {
        failing_allocator memory = { .fail_at = nth };
        mg_context *context = failing_allocator_context(&memory);
        bool done = context && attempt(context, user);
        bool failed = memory.failures > 0;
        if (context && !done && mg_context_status(context) != MG_OUT_OF_MEMORY)
            fail_msg("allocation %zu failed, but the message is: %s", nth, mg_context_message(context));
        if (!failed) assert_true(done);
        mg_context_destroy(context);
        assert_int_equal(memory.blocks, 0);
        assert_int_equal(memory.bytes, 0);
        assert_int_equal(memory.mistakes, 0);
        if (!failed) return nth - 1;
    }
}

#endif
