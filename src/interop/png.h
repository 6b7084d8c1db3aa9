/* Pictures as PNG in memory, through libpng. */
#ifndef MG_INTEROP_PNG_H
#define MG_INTEROP_PNG_H

#include "base/base.h"

/* pixels [height, width, channels], 8 bits each, 1 (grey) or 3 (RGB) channels. *bytes is freed with mg__free. MG_UNSUPPORTED in a
 * build without libpng. */
mg_status mg__png_write(mg_context *context, const uint8_t *pixels, int64_t height, int64_t width, int64_t channels,
                        uint8_t **bytes, size_t *length);

#endif
