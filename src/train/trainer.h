/* A run of training: the members of a model learn side by side, an epoch at a time. */
#ifndef MG_TRAINER_H
#define MG_TRAINER_H

#include "data/split.h"
#include "train/checkpoint.h"
#include "train/learner.h"

#include <micrograd/learning_rate.h>

/* Where the rows of an epoch come from that do not fit in memory. `load` puts the next of them into what course.pool points to,
 * says how many there are, and whether they are the epoch's last. */
typedef struct mg__source mg__source;
struct mg__source {
    /* Splits the sample's rows as the rows of the whole are. */
    mg_status (*split)(mg__source *source, const mg__split_request *request, mg__split *split);
    mg_status (*open)(mg__source *source); /* settings and encoder are known */
    mg_status (*load)(mg__source *source, int64_t epoch, int64_t *rows, bool *last);
    int64_t rows;      /* to train on, of the whole; known once split */
    size_t most_bytes; /* of the sample's encoded rows */
    int64_t capacity;  /* rows of a load, at most: a multiple of the batch; known once opened */
    mg__part buffer;   /* where they are */
};

/* Where in its epoch a run is. */
typedef struct mg__place {
    int64_t turn;        /* -1: it is in none */
    int64_t steps, rows; /* done in the epoch, by all members */
} mg__place;

/* All zero but context and model is a trainer that can be closed. */
struct mg__trainer {
    mg_context *context;
    mg_model *model;
    mg_model before; /* what the model was: attempt.h */
    mg__part pool, test;
    double *class_weight, mean_weight; /* NULL: all alike */
    int64_t **rows;                    /* [members]: what each trains on, of the pool, */
    int64_t *row_counts;
    int64_t **held; /* and what it is validated on */
    int64_t *held_counts;
    bool shared;             /* all members have the same validation rows */
    mg__source *source;      /* NULL: the pool holds all */
    mg__augmenter augmenter; /* the course has it where the options ask for it */
    mg__course course;
    mg__health health;     /* of the first member */
    mg__learner *learner;  /* [members] */
    mg_context **contexts; /* of the members; NULL: there is one, in the model's own */
    int64_t members;
    const mg_rate_test_options *rate_test; /* how --lr find does it; NULL: as usual */
    bool finds_rate;
    mg_rate_test rates; /* what it found */
    mg_train_callback *on_step, *on_epoch;
    void *user;
    bool brief;   /* as in mg_train_options */
    double began; /* such that resumed parts are counted */
    double spent; /* seconds, by the checkpoint */
    double time;  /* seconds that there are; 0: no end */
    mg__keeper keeper;
    mg__place place;
    mg_progress progress;
    int64_t rows_before; /* trained on before this epoch */
    int64_t completed;   /* epochs: there are weights worth keeping */
};

/* Makes members' weights in the model, which go on from those that it had before, and everything that the run needs. */
mg_status mg__trainer_open(mg__trainer *trainer);
/* Runs epochs until there is a reason to stop; the members are left with their best weights, on failure too. */
mg_status mg__trainer_run(mg__trainer *trainer, mg_stop *stop);
/* Answers for the pool's rows by the members that did not train on them, [rows, outputs], and how many did for each row. */
mg_status mg__trainer_held_out(mg__trainer *trainer, double *answers, int32_t *counts);
double mg__trainer_seconds(const mg__trainer *trainer); /* since the run began */
void mg__trainer_close(mg__trainer *trainer);

#endif
