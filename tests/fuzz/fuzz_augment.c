/* Any bytes as the text of augmentations: refused with a column, or items whose normal form reads back as itself. */
#include "data/augment.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(mg_context *context, const char *text) {
    mg__augment augment;
    char printed[MG__AUGMENT_BYTES], again[MG__AUGMENT_BYTES];
    if (mg__augment_parse(context, text, &augment) != MG_OK) {
        if (mg_context_status(context) != MG_SETTING || !strstr(mg_context_message(context), "column")) abort();
        return;
    }
    mg__augment_print(&augment, printed);
    if (mg__augment_parse(context, printed, &augment) != MG_OK) abort();
    mg__augment_print(&augment, again);
    if (strcmp(printed, again) != 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mg_context *context = mg_context_create(NULL);
    char *text = malloc(size + 1);
    if (context && text) {
        memcpy(text, data, size);
        text[size] = 0;
        check(context, text);
    }
    free(text);
    mg_context_destroy(context);
    return 0;
}
