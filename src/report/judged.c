/* The rows that a report judges a model by. */
#include "report/report.h"

#include <string.h>

static const char *name_of(mg__seen seen) {
    return seen == MG__SEEN_NEVER ? "test rows" : seen == MG__SEEN_CHOOSE ? "validation rows" : "all rows";
}

static void thin(mg__judged *judged, int64_t *count) {
    if (*count <= MG__JUDGED_ROWS) return;
    for (int64_t i = 0; i < MG__JUDGED_ROWS; i++) judged->row[i] = judged->row[i * *count / MG__JUDGED_ROWS];
    *count = MG__JUDGED_ROWS;
}

static mg_status find_rows(const mg_model *model, const mg_dataset *dataset, const mg_report_options *options, mg__judged *judged,
                           int64_t *count) {
    mg__seen seen = MG__SEEN_NEVER;
    bool all = options->test || options->all_rows;
    judged->dataset = options->test ? options->test : dataset;
    mg_status status = all ? mg__part_rows(model, judged->dataset, &judged->row, count)
                           : mg__unseen_rows(model, dataset, &judged->row, count, &seen);
    judged->who = options->all_rows && !options->test ? "rows" : name_of(seen);
    judged->flatter = !all && seen == MG__SEEN_LEARN;
    return status;
}

mg_status mg__judged_open(mg_model *model, const mg_dataset *dataset, const mg_report_options *options, mg__judged *judged) {
    int64_t count = 0;
    *judged = (mg__judged){ .who = "rows" };
    if (!dataset && !options->test) return MG_OK;
    mg_status status = find_rows(model, dataset, options, judged, &count);
    if (status != MG_OK) return status;
    thin(judged, &count);
    status = mg__part_encode(model, judged->dataset, judged->row, count, &judged->part);
    if (status != MG_OK) return status;
    judged->answer = mg__alloc_array(model->context, (size_t)count, (size_t)mg_model_outputs(model) * sizeof *judged->answer);
    return judged->answer ? mg__part_predict(model, &judged->part, judged->answer) : MG_OUT_OF_MEMORY;
}

void mg__judged_close(mg_context *context, mg__judged *judged) {
    mg__part_free(context, &judged->part);
    mg__free(context, judged->answer);
    mg__free(context, judged->row);
    *judged = (mg__judged){ 0 };
}

mg_status mg__judged_score(const mg_model *model, const mg__judged *judged, const double *answer, double *score) {
    const mg__part *part = &judged->part;
    int32_t *predicted = NULL;
    if (part->labels) {
        predicted = mg__alloc_array(model->context, (size_t)part->rows, sizeof *predicted);
        if (!predicted) return MG_OUT_OF_MEMORY;
        int64_t outputs = mg_model_outputs(model);
        for (int64_t r = 0; r < part->rows; r++) predicted[r] = (int32_t)mg_model_decide(model, answer + r * outputs);
    }
    mg_scored scored = mg__part_scored(model, part, answer, predicted);
    mg_status status = model->task == MG_TASK_CLASSIFICATION ? mg_accuracy(model->context, &scored, score)
                                                             : mg_r2(model->context, &scored, score);
    mg__free(model->context, predicted);
    return status;
}
