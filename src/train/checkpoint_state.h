/* What a checkpoint holds: the trainer's state as a list of blocks of memory. The same list is written and read, so that nothing
 * can be forgotten on one of the two ways. */
#ifndef MG_CHECKPOINT_STATE_H
#define MG_CHECKPOINT_STATE_H

#include "interop/safetensors.h"
#include "train/trainer.h"

enum { MG__BLOCK_NAME = 40 };

typedef struct mg__block {
    char name[MG__BLOCK_NAME];
    mg__st_dtype dtype;
    void *data;
    int64_t count; /* of elements */
} mg__block;

typedef struct mg__blocks {
    mg__block *block;
    size_t count, capacity;
} mg__blocks;

/* All but the history, whose length a file alone knows. MG_OUT_OF_MEMORY; freed by the caller, on failure too. */
mg_status mg__state_list(mg__trainer *trainer, mg__blocks *blocks);
void mg__state_free(mg_context *context, mg__blocks *blocks);
/* A hash of the rows and their split, by which other data are told. */
uint64_t mg__state_rows(const mg__trainer *trainer);

#endif
