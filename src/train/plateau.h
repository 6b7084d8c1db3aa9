/* The schedule `plateau`: the learning rate is cut where the validation metric no longer gets better. */
#ifndef MG_TRAIN_PLATEAU_H
#define MG_TRAIN_PLATEAU_H

#include <micrograd/schedule.h>

/* Part of a run's state: plain numbers. */
typedef struct mg__plateau {
    double factor; /* what the cuts have left of the learning rate */
    int64_t cut;   /* the epoch at whose end the last one was; 0: none yet */
} mg__plateau;

mg__plateau mg__plateau_begin(void);
/* At the end of an epoch, counted from 1, of a run of `epochs`. Another schedule changes nothing. */
void mg__plateau_epoch(mg__plateau *plateau, const mg_schedule *schedule, double epochs, int64_t epoch, int64_t best_epoch);

#endif
