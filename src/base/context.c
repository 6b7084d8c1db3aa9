/* The context: options, creation, destruction. */
#include "base/base.h"
#include "base/system.h"
#include "base/threads.h"

#ifndef MICROGRAD_VERSION
#define MICROGRAD_VERSION "0.1.0"
#endif

#define MAX_THREADS       256
#define CONTEXT_ALIGNMENT 64

const char *mg_version(void) { return MICROGRAD_VERSION; }

mg_context_options mg_context_defaults(void) {
    return (mg_context_options){ .allocator = mg__system_allocator(), .threads = MG_AUTO, .seed = 0 };
}

/* An allocator left empty means the default one; half an allocator is a mistake. */
static bool options_complete(mg_context_options *options) {
    mg_allocator *allocator = &options->allocator;
    if (!allocator->allocate && !allocator->release) *allocator = mg__system_allocator();
    if (options->threads == MG_AUTO) options->threads = mg__system_cores();
    return allocator->allocate && allocator->release && options->threads >= 1 && options->threads <= MAX_THREADS;
}

mg_context *mg_context_create(const mg_context_options *options) {
    mg_context_options complete = options ? *options : mg_context_defaults();
    if (!options_complete(&complete)) return NULL;
    const mg_allocator *allocator = &complete.allocator;
    mg_context *context = allocator->allocate(allocator->user, sizeof *context, CONTEXT_ALIGNMENT);
    if (!context) return NULL;
    *context = (mg_context){ .allocator = *allocator, .threads = complete.threads, .seed = complete.seed };
    return context;
}

void mg_context_destroy(mg_context *context) {
    if (!context) return;
    mg__pool_destroy(context->pool);
    mg_allocator allocator = context->allocator;
    allocator.release(allocator.user, context, sizeof *context);
}

int mg_context_threads(const mg_context *context) { return context ? context->threads : 1; }

uint64_t mg_context_seed(const mg_context *context) { return context ? context->seed : 0; }
