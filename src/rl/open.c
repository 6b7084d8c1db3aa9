/* Environments of the user's own: shared libraries and worlds of cells. */
#define _POSIX_C_SOURCE 200809L
#include "rl/open.h"

#include "interop/file.h"

#include <dlfcn.h>
#include <string.h>

static mg_status open_library(mg__opened *opened, const char *path) {
    opened->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!opened->library)
        return mg__fail(opened->context, MG_FILE, "%s: is no shared library that can be opened: %s", path, dlerror());
    const mg_environment *row = dlsym(opened->library, "mg_environment_row");
    if (!row)
        return mg__fail(opened->context, MG_FORMAT,
                        "%s: exports no `const mg_environment mg_environment_row`; see micrograd/environment.h", path);
    if (row->size != sizeof *row)
        return mg__fail(opened->context, MG_FORMAT,
                        "%s: its row has %zu bytes and this version's has %zu; compile it again with this version's header", path,
                        row->size, sizeof *row);
    opened->row = *row;
    return MG_OK;
}

static mg_status open_file(mg__opened *opened, const char *path) {
    mg__bytes bytes = { 0 };
    mg_status status = mg__file_read_plain(opened->context, path, MG__FILE_LIMIT, &bytes);
    if (status != MG_OK) return status;
    bool library = bytes.length > 4 && (memcmp(bytes.data, "\177ELF", 4) == 0 || memcmp(bytes.data, "\xCF\xFA\xED\xFE", 4) == 0);
    status = library ? open_library(opened, path) : mg__grid_read(opened, path, bytes.data, bytes.length);
    mg__free(opened->context, bytes.data);
    return status;
}

const mg_environment *mg_environment_open(mg_context *context, const char *path) {
    if (!context || !path) return NULL;
    mg__opened *opened = mg__alloc_zero(context, sizeof *opened);
    if (!opened) return NULL;
    opened->context = context;
    if (open_file(opened, path) == MG_OK) return &opened->row;
    mg_environment_close(&opened->row);
    return NULL;
}

void mg_environment_close(const mg_environment *environment) {
    for (int i = 0; mg_environment_at(i); i++)
        if (mg_environment_at(i) == environment) return;
    if (!environment) return;
    mg__opened *opened = (mg__opened *)(uintptr_t)environment;
    mg_context *context = opened->context;
    if (opened->library) dlclose(opened->library);
    mg__free(context, opened->name);
    mg__free(context, opened->world);
    mg__free(context, opened);
}
