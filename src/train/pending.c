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
