/* What helps: changes to settings and to the text of the hidden layers, a row each. */
#ifndef MG_TRAIN_REMEDY_H
#define MG_TRAIN_REMEDY_H

#include "nn/edit.h"
#include "train/model.h"

#include <micrograd/doctor.h>

/* A training as it would be; the text of its layers is `network` as edited. */
typedef struct mg__change {
    mg_train_options options;
    mg__edit edit;
    unsigned done; /* bits of remedies */
    char names[160], text[512];
} mg__change;

/* What remedies look at. */
typedef struct mg__patient {
    const mg_network *network;
    mg__contents contents;
    const mg_train_options *used; /* of the first training, nothing left to auto */
} mg__patient;

typedef struct mg__remedy {
    const char *name;
    unsigned against; /* bits of illnesses */
    /* Makes the change and says it in `said`; false: there is nothing to change. */
    bool (*apply)(const mg__patient *patient, mg__change *change, char said[256]);
} mg__remedy;

int mg__remedies(void);
const mg__remedy *mg__remedy_row(int index);
/* false: it does not fit, or was done already. */
bool mg__remedy_apply(int index, const mg__patient *patient, mg__change *change);

#endif
