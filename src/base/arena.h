/* Memory that is handed out piece by piece and given back all at once. */
#ifndef MG_ARENA_H
#define MG_ARENA_H

#include "base/base.h"

typedef struct mg__arena {
    struct mg__block *blocks; /* the newest first */
    size_t bytes;             /* taken from the context, all blocks together */
} mg__arena;

/* `bytes` of zeros, 16-byte aligned; NULL without memory (recorded). */
void *mg__arena_take(mg_context *context, mg__arena *arena, size_t bytes);
/* Takes back `from`, which the arena gave, and all that it gave later: the next use finds it there, no longer zeroed. */
void mg__arena_rewind(mg_context *context, mg__arena *arena, const void *from);
void mg__arena_free(mg_context *context, mg__arena *arena);

#endif
