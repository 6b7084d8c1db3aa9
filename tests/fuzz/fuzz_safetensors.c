/* safetensors from hostile bytes: what is accepted must be readable to its last byte. */
#include "interop/safetensors.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mg_context *context = mg_context_create(NULL);
    mg__safetensors *file = mg__safetensors_parse(context, "fuzz", bytes, size);
    if (file != NULL) {
        uint64_t checksum;
        mg__safetensors_verify(file);
        if (mg__safetensors_checksum(context, file->tensors, file->tensor_count, file->metadata, file->metadata_count,
                                     &checksum) != MG_OK)
            abort();
        for (size_t i = 0; i < file->tensor_count; i++)
            if (mg__safetensors_find(file, file->tensors[i].name) != &file->tensors[i]) abort();
    }
    mg__safetensors_destroy(file);
    mg_context_destroy(context);
    return 0;
}
