/* Which noun a file holds. */
#include "interop/safetensors.h"

#include <micrograd/model.h>

#include <string.h>

mg_status mg_file_kind(mg_context *context, const char *path, const char **kind) {
    static const char *const known[] = { "network", "clustering", "policy" };
    if (!context || !path || !kind) return MG_INVALID;
    mg__safetensors *file = mg__safetensors_read(context, path);
    if (!file) return mg_context_status(context);
    const char *name = mg__safetensors_metadata(file, MG__SAFETENSORS_KIND);
    mg_status status = MG_FORMAT;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(name ? name : known[0], known[i])) *kind = known[i], status = MG_OK;
    if (status != MG_OK)
        mg__fail(context, MG_FORMAT, "%s: holds a '%.40s', which this library, %s, does not know; a later one wrote it", path,
                 name, mg_version());
    mg__safetensors_destroy(file);
    return status;
}
