/* PNG and JPEG from hostile bytes: what is accepted is resized and read to its last pixel. */
#include "data/picture.h"
#include "data/table.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mg_context *context = mg_context_create(NULL);
    mg_dataset_options options = mg_dataset_defaults();
    options.image_size = "5x7";
    options.image_fit = size % 2 ? MG_FIT_CROP : MG_FIT_RESIZE;
    mg_dataset *d = mg__picture_read(context, "fuzz", (const char *)bytes, size, &options);
    if (d != NULL) {
        int64_t shape[3];
        if (!mg_dataset_image_shape(d, shape) || shape[0] != 5 || shape[1] != 7) abort();
        if (mg_dataset_pixel(d, 0, 5 * 7 * shape[2] - 1) > 255) abort();
    }
    mg_dataset_destroy(d);
    mg_context_destroy(context);
    return 0;
}
