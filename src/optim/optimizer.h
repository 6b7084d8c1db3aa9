/* Optimisers, inside view: how a row of the table looks. A rule composes graph nodes for one entry; the scalars that all entries
 * share (learning rate, bias corrections) are computed in f64 on the host, once a run, so that the loops over elements stay
 * short. */
#ifndef MG_OPTIM_OPTIMIZER_H
#define MG_OPTIM_OPTIMIZER_H

#include <micrograd/optimizer.h>

#define MG__SHARED_SCALARS 3

/* One entry's update. */
typedef struct mg__entry_step {
    const mg_optimizer *options;
    mg_parameters *parameters;
    int index;              /* of the entry */
    mg_node *p, *g;         /* its leaf, and its gradient: clipped, averaged */
    mg_node *const *shared; /* what the row's `share` made */
    double scale;           /* of the entry's learning rate */
    bool decayed;           /* it is an MG_WEIGHT */
    mg_node *due;           /* NULL: every run updates; else 1 where this one does, 0 where it only accumulates */
} mg__entry_step;

struct mg_optimizer_row {
    const char *name, *doc;
    mg_optimizer defaults; /* what is not common to all; its name is filled in from the row */
    bool momentum, decay;  /* has a momentum, a decoupled weight decay */
    bool all_rows;         /* every step takes all rows */
    int slots;
    /* The scalars of a run, rank 0; NULL: shared[0] is the learning rate. */
    void (*share)(mg_graph *graph, const mg_optimizer *options, mg_node **shared);
    void (*update)(const mg__entry_step *step);
};

const mg_optimizer_row *mg__optimizer_row(int index); /* NULL at the end */
const mg_optimizer_row *mg__optimizer_find(const char *name);

/* A leaf of the entry's part of a slot. */
mg_node *mg__step_slot(const mg__entry_step *step, int slot, double initial);
/* leaf := value, in runs that update. */
void mg__commit(const mg__entry_step *step, mg_node *leaf, mg_node *value);
/* p := p - rate x direction; `rate` is rank 0 and is multiplied by the entry's scale. */
void mg__descend(const mg__entry_step *step, mg_node *p, mg_node *rate, mg_node *direction);
/* rate x the entry's scale */
mg_node *mg__scaled(const mg__entry_step *step, mg_node *rate);
/* keep a + (1 - keep) b */
mg_node *mg__blend(mg_node *a, mg_node *b, double keep);

double mg__learning_rate_scalar(const mg_run_info *info, const double *arguments);
/* Which update a run is or leads to, 1 in the first: runs counted in groups of `accumulate`. */
double mg__update_number(const mg_run_info *info, double accumulate);

extern const mg_optimizer_row mg__optimizer_gd, mg__optimizer_momentum, mg__optimizer_nesterov, mg__optimizer_adagrad,
    mg__optimizer_rmsprop, mg__optimizer_adam, mg__optimizer_adamw, mg__optimizer_rprop;

#endif
