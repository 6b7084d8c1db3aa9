/* For the time being: what other rooms are about to have. Weak, so that theirs goes before. */
#include "data/kind.h"
#include "train/model.h"
#include "train/scoring.h"

#define PENDING __attribute__((weak))

PENDING mg_status mg__columns_named(mg_context *c, const mg_dataset *d, const char *who, const char *list, bool *chosen) {
    (void)c, (void)d, (void)who, (void)list, (void)chosen;
    return MG_OK;
}
PENDING int64_t mg_encoder_embeddings(const mg_encoder *e) { return (void)e, 0; }
PENDING const char *mg_encoder_embedding(const mg_encoder *e, int64_t i, int64_t *c, int64_t *w) {
    (void)e, (void)i, *c = 0, *w = 0;
    return "";
}
PENDING int64_t mg_encoder_numbers(const mg_encoder *e) {
    int64_t n = 0;
    while (n < mg_encoder_columns(e) && mg_encoder_column_categories(e, n) == 0) n++;
    return n;
}
PENDING mg_status mg__bootstrap(mg_context *c, mg_task task, const mg_scored *scored, uint64_t seed, mg_intervals *intervals) {
    (void)c, (void)task, (void)scored, (void)seed, (void)intervals;
    return MG_OK;
}
PENDING mg_status mg__threshold_choose(mg_context *c, const mg_scored *scored, const char *metric, double *threshold) {
    (void)c, (void)scored, (void)metric, (void)threshold;
    return MG_OK;
}
PENDING mg_status mg__class_weights(mg_context *c, const char *text, const char *const *names, int32_t classes,
                                    const int32_t *labels, int64_t count, double *out) {
    (void)c, (void)text, (void)names, (void)labels, (void)count;
    for (int32_t k = 0; k < classes; k++) out[k] = 1;
    return MG_OK;
}
PENDING int64_t mg_dataset_warnings(const mg_dataset *d) { return (void)d, 0; }
PENDING const char *mg_dataset_warning(const mg_dataset *d, int64_t i) { return (void)d, (void)i, ""; }

/* A reader that reads all at once. */
struct mg_reader {
    mg_context *context;
    mg_dataset *dataset;
    int64_t rows;
};
PENDING mg_reader *mg_reader_open(mg_context *c, const char *path, const mg_dataset_options *o) {
    mg_reader *r = mg__alloc_zero(c, sizeof *r);
    if (!r) return NULL;
    *r = (mg_reader){ c, mg_dataset_read(c, path, o), 0 };
    if (r->dataset) return r;
    mg__free(c, r);
    return NULL;
}
PENDING mg_dataset *mg_reader_next(mg_reader *r, int64_t max_rows) {
    mg_dataset *piece = r->dataset;
    (void)max_rows;
    r->dataset = NULL;
    r->rows = piece ? mg_dataset_rows(piece) : r->rows;
    return piece;
}
PENDING mg_status mg_reader_status(const mg_reader *r) { return (void)r, MG_OK; }
PENDING int64_t mg_reader_rows(const mg_reader *r) { return r->rows; }
PENDING void mg_reader_position(const mg_reader *r, uint64_t *at, uint64_t *length) { (void)r, *at = *length = 0; }
PENDING mg_status mg_reader_rewind(mg_reader *r) { return (void)r, MG_UNSUPPORTED; }
PENDING void mg_reader_close(mg_reader *r) {
    if (r) mg_dataset_destroy(r->dataset), mg__free(r->context, r);
}
