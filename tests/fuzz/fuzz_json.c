/* JSON as a hostile file would hold it: a text is refused, or it is a tree whose encoder form is refused or survives a round
 * trip. */
#include "data/encoder.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static mg_encoder *read_encoder(mg_context *context, const char *text, size_t length) {
    mg__json_document *document = mg__json_parse(context, "fuzz", text, length);
    mg_encoder *encoder = document != NULL ? mg__encoder_read(context, "fuzz", mg__json_root(document)) : NULL;
    mg__json_destroy(document);
    return encoder;
}

/* Any cell is encoded as finite numbers, or refused. */
static void encode_cells(const mg_encoder *encoder) {
    static const mg__cell cells[] = { { NULL, NAN },         { NULL, 7 },  { "7", 7 },
                                      { "2024-02-29", NAN }, { "a", NAN }, { "-1e308", -1e308 } };
    for (size_t i = 0; mg_encoder_columns(encoder) > 0 && i < encoder->features; i++) {
        const mg__feature *feature = &encoder->feature[i];
        int64_t width = feature->numbers + feature->dense + feature->codes;
        float *out = calloc((size_t)width, sizeof *out);
        for (size_t c = 0; out != NULL && c < sizeof cells / sizeof *cells; c++) {
            if (!mg__encode_cell(feature, cells[c], out)) continue;
            for (int64_t k = 0; k < width; k++)
                if (!isfinite(out[k])) abort();
        }
        free(out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mg_context *context = mg_context_create(NULL);
    mg_encoder *encoder = read_encoder(context, (const char *)bytes, size);
    if (encoder != NULL) {
        size_t length;
        mg__json_writer writer = mg__json_writer_begin(context);
        mg__encoder_write(encoder, &writer);
        char *text = mg__json_writer_finish(&writer, &length);
        mg_encoder *again = read_encoder(context, text, length);
        if (again == NULL || mg_encoder_features(again) != mg_encoder_features(encoder)) abort();
        encode_cells(again);
        mg_encoder_destroy(again);
        mg__free(context, text);
    }
    mg_encoder_destroy(encoder);
    mg_context_destroy(context);
    return 0;
}
