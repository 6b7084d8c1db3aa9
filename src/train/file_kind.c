#include "train/file_kind.h"

#include <micrograd/model.h>

#include <string.h>

/* The first is what a file without the key is. */
static const struct {
    const char *name, *takes;
} kinds[] = {
    { "network", "`micrograd predict` and `evaluate` take it" },
    { "clustering", "`micrograd predict` and `show` take it" },
    { "policy", "`micrograd play --policy` and `predict` take it" },
};

static int find_kind(const mg__safetensors *file) {
    const char *name = mg__safetensors_metadata(file, MG__KEY_KIND);
    if (!name) return 0;
    for (int i = 0; i < (int)(sizeof kinds / sizeof *kinds); i++)
        if (!strcmp(kinds[i].name, name)) return i;
    mg__fail(file->context, MG_FORMAT, "%s: holds a '%.20s', which this library, %s, does not know", file->path, name,
             mg_version());
    return -1;
}

mg_status mg__file_expect_kind(const mg__safetensors *file, const char *wanted) {
    int kind = find_kind(file);
    if (kind < 0) return MG_FORMAT;
    if (!strcmp(kinds[kind].name, wanted)) return MG_OK;
    return mg__fail(file->context, MG_FORMAT, "%s: holds a %s, not a %s; %s", file->path, kinds[kind].name, wanted,
                    kinds[kind].takes);
}

mg_status mg_file_kind(mg_context *context, const char *path, const char **kind) {
    mg__safetensors *file = mg__safetensors_read(context, path);
    if (!file) return mg_context_status(context);
    int found = find_kind(file);
    if (found >= 0) *kind = kinds[found].name;
    mg__safetensors_destroy(file);
    return found >= 0 ? MG_OK : MG_FORMAT;
}
