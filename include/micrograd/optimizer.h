/* micrograd/optimizer.h: how weights follow gradients. An optimiser adds updates to a staged graph. */
#ifndef MICROGRAD_OPTIMIZER_H
#define MICROGRAD_OPTIMIZER_H

#include <micrograd/parameters.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_optimizer_row mg_optimizer_row; /* one of the table: optim/optimizer.h */

typedef struct mg_optimizer {
    const char *name;     /* "gd" "momentum" "nesterov" "adagrad" "rmsprop" "adam" "adamw" "rprop" */
    double learning_rate; /* the run's scalar "learning_rate" starts here; MG_AUTO: the optimiser's own default */
    double momentum;      /* momentum, nesterov, rmsprop */
    double beta1, beta2;  /* adam, adamw */
    double alpha;         /* rmsprop: decay of the mean square */
    double epsilon;
    double weight_decay; /* adamw: decoupled, on MG_WEIGHT entries */
    bool centered;       /* rmsprop */
    double clip_value;   /* each element of the gradient into +-this; 0: off */
    double clip_norm;    /* all gradients together to at most this norm; 0: off */
    int accumulate;      /* gradients averaged over this many runs before an update; 1: every run */
    bool guard;          /* updates only where loss and gradient norm are finite; a run says MG_NOT_FINITE otherwise */
} mg_optimizer;

/* The published defaults of an optimiser by name, or name == NULL in the result where there is none of that name. */
mg_optimizer mg_optimizer_defaults(const char *name);
double mg_optimizer_default_learning_rate(const char *name); /* NaN: no such optimiser */

/* Names and one-line documentation with the paper, in table order; NULL at the end. */
const char *mg_optimizer_name(int index);
const char *mg_optimizer_doc(int index);

/* Adds to the graph the gradients of the loss (one element) with respect to every learned entry of the store that has a leaf in
 * it, and the updates. */
mg_status mg_minimise(mg_node *loss, mg_parameters *parameters, const mg_optimizer *optimizer);

/* The same in two halves: gradients[i] for entry leaves[i] first (clip, inspect, replace), updates then. Arrays of
 * mg_parameters_count(); entries without a leaf or without a gradient are NULL. */
mg_status mg_loss_gradients(mg_node *loss, mg_parameters *parameters, mg_node **gradients);
mg_status mg_apply_gradients(mg_node *loss, mg_parameters *parameters, mg_node *const *gradients, const mg_optimizer *optimizer);

#ifdef __cplusplus
}
#endif
#endif
