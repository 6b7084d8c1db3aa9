/* Environments from files. */
#ifndef MG_RL_OPEN_H
#define MG_RL_OPEN_H

#include "base/base.h"

#include <micrograd/environment.h>

/* What mg_environment_open made; begins with its row. */
typedef struct mg__opened {
    mg_environment row;
    mg_context *context;
    void *library; /* NULL: a world of cells */
    char *name;
    void *world;
} mg__opened;

/* Makes the row of a text; fills row, name and world. `path` is for messages and the name. */
mg_status mg__grid_read(mg__opened *opened, const char *path, const char *text, size_t length);

#endif
