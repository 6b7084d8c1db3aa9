/* Permutation importance (Breiman 2001): what the model loses when a column tells it about another row. */
#include "report/report.h"

#include "base/random.h"
#include "data/encoder.h"

#include <math.h>
#include <string.h>

#define ROUNDS 3
#define ROWS   1000 /* at most, evenly chosen: the metric needs no more */

/* Puts the encoded cells of one column of row from[i] into row i. */
static void shuffle_column(const mg__feature *f, const float *x, size_t width, const int64_t *from, int64_t rows, float *out) {
    const int64_t at[] = { f->number_at, f->dense_at, f->code_at }, count[] = { f->numbers, f->dense, f->codes };
    for (int64_t i = 0; i < rows; i++)
        for (int k = 0; k < 3; k++)
            if (count[k] > 0)
                memcpy(out + (size_t)i * width + at[k], x + (size_t)from[i] * width + at[k], (size_t)count[k] * sizeof *x);
}

typedef struct shuffling {
    mg_model *model;
    mg__judged rows; /* fewer than the report's, inputs copied */
    float *shuffled;
    int64_t *from;
    double score; /* unshuffled */
} shuffling;

static mg_status open_rows(shuffling *s, const mg__judged *judged) {
    mg_context *context = s->model->context;
    const mg__part *all = &judged->part;
    int64_t count = all->rows < ROWS ? all->rows : ROWS, *chosen = mg__alloc_array(context, (size_t)count, sizeof *chosen);
    size_t width = (size_t)mg_encoder_features(s->model->encoder);
    if (!chosen) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < count; i++) chosen[i] = i * all->rows / count;
    mg__part *part = &s->rows.part;
    mg_status status = mg__part_take(s->model, all, chosen, count, part);
    float *x = mg__alloc_array(context, (size_t)count * width, sizeof *x);
    for (int64_t i = 0; x && i < count; i++) memcpy(x + (size_t)i * width, all->x + (size_t)chosen[i] * width, width * sizeof *x);
    mg__free(context, part->picked); /* the copy has no others */
    mg__free(context, chosen);
    part->picked = NULL;
    part->x = x;
    s->shuffled = mg__alloc_array(context, (size_t)count * width, sizeof *s->shuffled);
    s->from = mg__alloc_array(context, (size_t)count, sizeof *s->from);
    s->rows.answer = mg__alloc_array(context, (size_t)count, (size_t)mg_model_outputs(s->model) * sizeof *s->rows.answer);
    if (status != MG_OK || !x || !s->shuffled || !s->from || !s->rows.answer) return MG_OUT_OF_MEMORY;
    memcpy(s->shuffled, x, (size_t)count * width * sizeof *x);
    status = mg__part_predict(s->model, part, s->rows.answer);
    return status == MG_OK ? mg__judged_score(s->model, &s->rows, s->rows.answer, &s->score) : status;
}

static mg_status score_shuffled(shuffling *s, size_t column, uint64_t round, double *loss) {
    const mg__feature *feature = &s->model->encoder->feature[column];
    size_t width = (size_t)mg_encoder_features(s->model->encoder);
    mg__stream stream = { .seed = 0, .stream = mg__hash_text(0, feature->name), .step = round };
    mg__part part = s->rows.part;
    double score = NAN;
    mg__random_permutation(&stream, (uint64_t)part.rows, s->from);
    shuffle_column(feature, part.x, width, s->from, part.rows, s->shuffled);
    part.x = s->shuffled;
    mg_status status = mg__part_predict(s->model, &part, s->rows.answer);
    if (status == MG_OK) status = mg__judged_score(s->model, &s->rows, s->rows.answer, &score);
    for (int64_t i = 0; i < part.rows; i++) s->from[i] = i;
    shuffle_column(feature, s->rows.part.x, width, s->from, part.rows, s->shuffled); /* as it was */
    *loss = s->score - score;
    return status;
}

mg_status mg__column_importance(mg_model *model, const mg__judged *judged, double *value, double *deviation) {
    shuffling s = { .model = model };
    mg_status status = open_rows(&s, judged);
    for (size_t c = 0; c < model->encoder->features && status == MG_OK; c++) {
        double sum = 0, square = 0, loss = 0;
        for (uint64_t round = 0; round < ROUNDS && status == MG_OK; round++) {
            status = score_shuffled(&s, c, round, &loss);
            sum += loss;
            square += loss * loss;
        }
        value[c] = fabs(sum) < 1e-12 ? 0 : sum / ROUNDS; /* what rounding leaves is nothing */
        deviation[c] = sqrt(fmax(square / ROUNDS - value[c] * value[c], 0));
    }
    mg__judged_close(model->context, &s.rows);
    mg__free(model->context, s.shuffled);
    mg__free(model->context, s.from);
    return status;
}
