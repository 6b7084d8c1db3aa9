/* IDX from hostile bytes, as images and as labels: what is accepted is read to its last pixel. */
#include "data/table.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mg_context *context = mg_context_create(NULL);
    int64_t shape[3];
    mg_dataset *d = mg__idx_read(context, "fuzz", (const char *)bytes, size);
    if (d != NULL) {
        if (!mg_dataset_image_shape(d, shape)) abort();
        double sum = mg_dataset_pixel(d, 0, 0) + mg_dataset_pixel(d, mg_dataset_rows(d) - 1, shape[0] * shape[1] * shape[2] - 1);
        (void)sum;
    }
    mg_dataset_destroy(d);
    static const char two[] = "\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\1\0\1";
    d = mg__idx_read(context, "two images", two, sizeof two - 1);
    if (d != NULL) mg__idx_labels(d, "fuzz", (const char *)bytes, size);
    mg_dataset_destroy(d);
    mg_context_destroy(context);
    return 0;
}
