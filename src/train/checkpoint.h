/* Checkpoints: all that a run is at one step, in a file, so that it can go on from there to the same bits. Schedules and random
 * numbers follow from step and seed, the order of rows from epoch and seed, so of them the positions suffice. */
#ifndef MG_CHECKPOINT_H
#define MG_CHECKPOINT_H

#include "base/base.h"

#include <micrograd/train.h>

typedef struct mg__trainer mg__trainer;

/* Of one run. All zero keeps nothing. */
typedef struct mg__keeper {
    const char *folder; /* NULL: nothing is kept */
    bool resume;
    const char *interval;                     /* as in mg_train_options */
    int64_t every_epochs;                     /* 0: not by epochs */
    double after_epoch, within_epoch, budget; /* seconds between two, and as many times what the last one cost; 0: not by time */
    uint64_t rows;                            /* a hash of what is learned from */
    double last, cost;                        /* when the last one was there, and the seconds that it took */
    int64_t number, best;                     /* of the last one, and of that of the best epoch; 0: none */
} mg__keeper;

/* Reads the interval; a run that goes on is put to where its last good checkpoint was. */
mg_status mg__checkpoint_begin(mg__trainer *trainer);
/* Is it time for one, after an epoch or within it? */
bool mg__checkpoint_due(const mg__trainer *trainer, bool within);
/* Writes the next one and removes what is no longer wanted. All members stand between two steps. */
mg_status mg__checkpoint_write(mg__trainer *trainer);

#endif
