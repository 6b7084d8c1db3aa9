/* Any bytes as ranges and model text with holes, a line each: refused with a message and the space as it was, or dimensions whose
 * print reads back as themselves, and texts that parse at every point that is tried. */
#include "tune/space.h"

#include <micrograd/nn.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Both ends of all of it. */
static void check_points(mg_context *context, const mg_space *space, bool high) {
    double point[MG_SPACE_MOST];
    for (int i = 0; i < mg_space_dimensions(space); i++) {
        const mg_dimension *d = mg_space_dimension(space, i);
        point[i] = mg_space_is_there(space, point, i) ? high ? d->high : d->low : NAN;
    }
    if (!mg_space_holds(space, point)) abort();
    size_t length = mg_space_model(space, point, NULL, 0);
    char *text = malloc(length + 1);
    mg_train_options options = mg_train_defaults();
    if (!text || mg_space_model(space, point, text, length + 1) != length || strlen(text) != length) abort();
    mg_network *network = mg_network_parse(context, text);
    if (!network || mg_space_apply(space, point, &options) != MG_OK) abort();
    mg_network_destroy(network);
    free(text);
}

/* What was read from ranges alone reads back. */
static void check_print(mg_context *context, const mg_space *space, bool settings) {
    size_t length = mg_space_print(space, NULL, 0);
    char *text = malloc(length + 1);
    mg_space *again = mg_space_create(context);
    if (!text || !again || mg_space_print(space, text, length + 1) != length) abort();
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *where = strstr(line, "  where ");
        if (where) *where = 0;
        if ((settings ? mg_space_add_setting : mg_space_add_free)(again, line) != MG_OK) abort();
    }
    if (mg__space_hash(again) != mg__space_hash(space)) abort();
    mg_space_destroy(again);
    free(text);
}

static void add(mg_context *context, mg_space *settings, mg_space *free_ones, mg_space *model, const char *line) {
    mg_space *const spaces[] = { settings, free_ones, model };
    for (int i = 0; i < 3; i++) {
        int before = mg_space_dimensions(spaces[i]);
        mg_context_clear(context);
        mg_status status = i == 0   ? mg_space_add_setting(settings, line)
                           : i == 1 ? mg_space_add_free(free_ones, line)
                                    : mg_space_set_model(model, line);
        if (status != mg_context_status(context)) abort();
        if (status != MG_OK && (mg_space_dimensions(spaces[i]) != before || !mg_context_message(context)[0])) abort();
    }
    mg_space_check_fill(settings, line);
}

static void check(mg_context *context, char *text) {
    mg_space *settings = mg_space_create(context), *free_ones = mg_space_create(context), *model = mg_space_create(context);
    bool plain = !strstr(text, "  where "); /* a word may say so itself */
    if (!settings || !free_ones || !model) abort();
    for (char *line = text, *end; line; line = end) {
        end = strchr(line, '\n');
        if (end) *end++ = 0;
        add(context, settings, free_ones, model, line);
    }
    for (int high = 0; high < 2; high++) {
        check_points(context, model, high != 0);
        check_points(context, settings, high != 0);
    }
    if (plain) check_print(context, settings, true);
    if (plain) check_print(context, free_ones, false);
    mg_space_destroy(settings);
    mg_space_destroy(free_ones);
    mg_space_destroy(model);
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
