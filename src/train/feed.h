/* The batches of a learner, gathered ahead: while a step runs on one, the next is put together in a thread beside. Which rows a
 * batch has follows from the loader's order alone, so that the results are the same with and without the thread.
 *
 * A batch is gathered in pieces that whoever has time takes: where all cores are busy and the thread was not let run, the learner
 * that asks for the batch does what is left of it, and has lost nothing. */
#ifndef MG_FEED_H
#define MG_FEED_H

#include "base/ahead.h"
#include "data/augment.h"
#include "data/loader.h"
#include "plan/trace.h"
#include "train/model.h"

#include <stdatomic.h>

typedef struct mg__batch {
    int64_t index, count, pieces; /* index -1: none */
    int64_t *picked;              /* its rows in the pool */
    float *x, *weight;            /* inputs and weights, and targets or labels */
    void *target;
    float *other_weight; /* of rows that are mixed: the shares of both targets are part of the weights */
    void *other_target;  /* NULL: they are not */
} mg__batch;

enum { MG__FEED_INPUTS = 5 }; /* of a step, at most */

typedef struct mg__feed {
    mg_context *context;
    const mg_model *model;
    const mg__part *pool;
    const mg__loader *loader;
    const int64_t *rows;            /* of the pool, by the loader's numbers; NULL: all */
    const mg__augmenter *augmenter; /* NULL: rows are as they are */
    float *mixing;                  /* [pieces, features]: the row that another is mixed with; NULL: none is */
    mg__batch batch[2];             /* they take turns; one without the thread */
    mg__batch *next;                /* on offer, or gathered already */
    int64_t piece_rows;
    uint64_t turn;                      /* of `next`: tells its pieces from those of other batches */
    _Atomic uint64_t unclaimed;         /* above the turn, below how many of its pieces nobody has taken */
    _Atomic int64_t unfinished;         /* pieces that are not gathered yet */
    mg__ahead *ahead;                   /* NULL: a batch is gathered when it is asked for */
    mg__recording *gathering, *waiting; /* NULL: not measured */
} mg__feed;

/* model, pool, loader and rows are set; all zero is a feed that can be closed. beside: a thread may gather, where batches are so
 * large that it is worth it. */
mg_status mg__feed_open(mg__feed *feed, bool beside);
void mg__feed_close(mg__feed *feed);
/* Measures from now on: what steps wait, and what gathering takes beside them on a track of its own. */
mg_status mg__feed_trace(mg__feed *feed, mg_trace *trace);
/* The pool or the order are about to change: nothing reads them any more. */
void mg__feed_stop(mg__feed *feed);
/* A batch of the order; it lasts until the next one is taken. */
const mg__batch *mg__feed_take(mg__feed *feed, int64_t index);
/* It as a program's inputs. */
void mg__feed_inputs(const mg__feed *feed, const mg__batch *batch, mg_tensor inputs[MG__FEED_INPUTS]);

#endif
