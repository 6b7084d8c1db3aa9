/* The table of embeddings. */
#include "cluster/embed_method.h"

#include <string.h>

static const mg__embed_method *const rows[] = { &mg__embed_pca, &mg__embed_tsne };

static const mg__embed_method *row_at(int index) {
    return index >= 0 && index < (int)(sizeof rows / sizeof *rows) ? rows[index] : NULL;
}

const char *mg_embed_method_name(int index) { return row_at(index) ? row_at(index)->name : NULL; }
const char *mg_embed_method_doc(int index) { return row_at(index) ? row_at(index)->doc : NULL; }

const mg__embed_method *mg__embed_method_find(const char *name) {
    for (int i = 0; row_at(i); i++)
        if (strcmp(row_at(i)->name, name) == 0) return row_at(i);
    return NULL;
}

void mg__embedded_free(mg_context *context, const mg__embed_method *method, mg__embedded *found) {
    if (method && method->forget && found->model) method->forget(context, found->model);
    mg__free(context, found->y);
    mg__free(context, found->variance);
    mg__free(context, found->explained);
    *found = (mg__embedded){ 0 };
}
