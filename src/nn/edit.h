/* Changes to a network's text: its layers in blocks, of a linear layer and what follows it up to the next. */
#ifndef MG_NN_EDIT_H
#define MG_NN_EDIT_H

#include "nn/text.h"

/* What is changed; zero: nothing. */
typedef struct mg__edit {
    bool no_init;           /* layers no longer say how their weights begin */
    const char *activation; /* in place of every activation; NULL: as they are */
    const char *norm;       /* before every activation that stands behind none; NULL: none */
    bool residual;          /* every block but the first in a residual of its own */
    bool half;              /* the first half of the blocks, rounded up; at least one */
    double width;           /* dense layers have so many times as many units; 0: as they are */
    double dropout;         /* behind every activation, where there is none; 0: none */
} mg__edit;

/* The changed text in normal form; the caller frees it with mg__free. NULL without memory. */
char *mg__network_edit(const mg_network *network, const mg__edit *edit);

/* What a text has, for telling whether an edit would change it. */
typedef struct mg__contents {
    int blocks, activations, bounded, norms, residuals, inits, dropouts;
    bool rectified; /* some activation is a relu, which can die */
} mg__contents;
mg__contents mg__network_contents(const mg_network *network);

#endif
