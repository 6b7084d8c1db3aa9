/* The size of an image, as text: 28x28, 32x32x3. */
#ifndef MG_EXTENT_H
#define MG_EXTENT_H

#include "base/base.h"

#define MG__MOST_SIDE ((int64_t)1 << 16)

/* HEIGHTxWIDTH or, where `channels`, HEIGHTxWIDTHxCHANNELS too: out[2] is 1 where the text says nothing of it. NULL: 0, 0, 0.
 * MG_SETTING, beginning with the setting's name: no such text, a side of 0 or above MG__MOST_SIDE. */
mg_status mg__extent_parse(mg_context *context, const char *setting, const char *text, bool channels, int64_t out[3]);

#endif
