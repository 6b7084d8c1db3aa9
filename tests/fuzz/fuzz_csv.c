/* CSV from hostile bytes: what is accepted is walked through cell by cell, and an encoder is fitted to it. */
#include "data/table.h"

#include <micrograd/encoder.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void walk(mg_context *context, const mg_dataset *d) {
    for (int64_t c = 0; c < mg_dataset_columns(d); c++) {
        int64_t missing = 0;
        for (int64_t r = 0; r < mg_dataset_rows(d); r++) {
            char text[16];
            size_t length = mg_dataset_text(d, r, c, text, sizeof text);
            missing += mg_dataset_missing(d, r, c);
            if (mg_dataset_missing(d, r, c) && length > 0) abort();
            if (mg_dataset_line(d, r) < 1) abort(); /* 1: a file without a header */
        }
        if (missing != mg_dataset_column_missing(d, c)) abort();
    }
    mg_target target;
    mg_encoder_options options = mg_encoder_defaults();
    if (mg_dataset_target(context, d, NULL, MG_TASK_AUTO, &target) == MG_OK) options.target = target.column;
    mg_encoder *e = mg_encoder_fit(context, d, NULL, 0, &options);
    if (e != NULL) {
        int64_t rows = mg_dataset_rows(d) < 100 ? mg_dataset_rows(d) : 100;
        float *x = calloc((size_t)(rows * mg_encoder_features(e)), sizeof *x);
        if (x != NULL) mg_encoder_inputs(context, e, d, NULL, rows, x);
        free(x);
    }
    mg_encoder_destroy(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mg_context *context = mg_context_create(NULL);
    mg_dataset *d = mg__csv_read(context, "fuzz", (const char *)bytes, size, '\0');
    if (d != NULL) walk(context, d);
    mg_dataset_destroy(d);
    mg_context_destroy(context);
    return 0;
}
