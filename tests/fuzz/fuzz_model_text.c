/* Any bytes as model text: refused with a column, or a network whose normal form reads back as itself. */
#include <micrograd/nn.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(mg_context *context, const char *text) {
    mg_network *network = mg_network_parse(context, text);
    if (!network) {
        if (mg_context_status(context) != MG_SETTING || !strstr(mg_context_message(context), "column")) abort();
        return;
    }
    mg_network *again = mg_network_parse(context, mg_network_text(network));
    if (!again || strcmp(mg_network_text(again), mg_network_text(network)) != 0) abort();
    mg_network_destroy(again);
    mg_network_destroy(network);
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
