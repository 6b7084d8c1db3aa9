/* A space as its files share it. */
#ifndef MG_TUNE_SPACE_H
#define MG_TUNE_SPACE_H

#include "base/base.h"

#include <micrograd/search_space.h>

struct mg_space {
    mg_context *context;
    mg_dimension dimension[MG_SPACE_MOST]; /* text is the space's own */
    int dimensions;
};

/* A copy in another context. NULL without memory. */
mg_space *mg__space_copy(mg_context *context, const mg_space *space);

#endif
