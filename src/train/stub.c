#include "data/kind.h"
#include "train/model.h"
mg_status mg__columns_named(mg_context *c, const mg_dataset *d, const char *who, const char *list, bool *chosen) { (void)c;(void)d;(void)who;(void)list;(void)chosen; return MG_OK; }
mg_status mg__class_weights(mg_context *context, const mg_encoder *e, const int32_t *labels, int64_t rows, const char *text, double *out);
mg_status mg__class_weights(mg_context *context, const mg_encoder *e, const int32_t *labels, int64_t rows, const char *text, double *out) { (void)context;(void)e;(void)labels;(void)rows;(void)text;(void)out; return MG_OK;}
int64_t mg_encoder_embeddings(const mg_encoder *e) { (void)e; return 0; }
const char *mg_encoder_embedding(const mg_encoder *e, int64_t i, int64_t *c, int64_t *w) { (void)e;(void)i;*c=0;*w=0; return ""; }
int64_t mg_encoder_numbers(const mg_encoder *e) { int64_t n = 0; while (n < mg_encoder_columns(e) && mg_encoder_column_categories(e, n) == 0) n++; return n; }
