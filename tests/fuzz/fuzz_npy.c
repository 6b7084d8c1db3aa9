/* NumPy's arrays and archives of them from hostile bytes: what is accepted is walked through cell by cell and pixel by pixel,
 * whole and (images) in pieces. */
#include "data/npy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define MOST_CELLS 100000 /* compared: a few bytes may announce very many columns */

static void walk(const mg_dataset *d) {
    for (int64_t c = 0; c < mg_dataset_columns(d); c++) {
        int64_t missing = 0;
        if (mg_dataset_find(d, mg_dataset_column_name(d, c)) != c) abort();
        if (mg_dataset_column_type(d, c) != MG_COLUMN_NUMBER) abort();
        for (int64_t r = 0; r < mg_dataset_rows(d); r++) {
            char text[16];
            size_t length = mg_dataset_text(d, r, c, text, sizeof text);
            bool gone = mg_dataset_missing(d, r, c);
            missing += gone;
            if (gone != (length == 0) || gone != isnan(mg_dataset_number(d, r, c))) abort();
        }
        if (missing != mg_dataset_column_missing(d, c)) abort();
    }
}

static bool same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

/* The piece is the rows of d from `first` on. */
static void compare(const mg_dataset *d, const mg_dataset *piece, int64_t first) {
    int64_t shape[3], pixels = mg_dataset_image_shape(d, shape) ? shape[0] * shape[1] * shape[2] : 0;
    for (int64_t r = 0; r < mg_dataset_rows(piece); r++) {
        for (int64_t i = 0; i < pixels; i++)
            if (!same(mg_dataset_pixel(piece, r, i), mg_dataset_pixel(d, first + r, i))) abort();
        for (int64_t c = 0; c < mg_dataset_columns(d); c++)
            if (!same(mg_dataset_number(piece, r, c), mg_dataset_number(d, first + r, c))) abort();
    }
}

static void cut(const mg_dataset *d) {
    int64_t shape[3] = { 0 }, rows = mg_dataset_rows(d), across = mg_dataset_columns(d), count = rows / 3 + 1;
    mg_dataset_image_shape(d, shape);
    across += shape[0] * shape[1] * shape[2];
    for (int64_t first = 0; rows * across <= MOST_CELLS && first < rows; first += count) {
        mg_dataset *piece = mg__dataset_slice(d, first, rows - first < count ? rows - first : count);
        if (piece == NULL) abort();
        walk(piece);
        compare(d, piece, first);
        mg_dataset_destroy(piece);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mg_context *context = mg_context_create(NULL);
    bool archive = size >= 2 && memcmp(bytes, "PK", 2) == 0;
    mg_dataset *d = (archive ? mg__npz_read : mg__npy_read)(context, "fuzz", (const char *)bytes, size);
    if ((d == NULL) != (mg_context_status(context) != MG_OK)) abort();
    if (d != NULL) {
        walk(d);
        cut(d);
    }
    mg_dataset_destroy(d);
    mg_context_destroy(context);
    return 0;
}
