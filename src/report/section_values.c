/* Regression: predictions beside the truth, and what is left between them. */
#include "report/report.h"

mg_status mg__section_values(mg__report *report) {
    const mg__judged *judged = report->judged;
    int64_t rows = judged->part.rows;
    mg__page *page = &report->page;
    if (report->classes > 0 || rows == 0) return MG_OK;
    double *residual = mg__alloc_array(report->context, (size_t)rows, sizeof *residual);
    if (!residual) return MG_OUT_OF_MEMORY;
    for (int64_t r = 0; r < rows; r++) residual[r] = judged->part.values[r] - judged->answer[r];
    mg__say(page, "<h2>Answers on %L %s</h2>\n<div class=\"charts\">\n", rows, judged->who);
    mg__scatter truth = { .title = "Prediction and truth",
                          .about = "A point a row. On the dashed line the prediction is right.",
                          .x_label = "prediction",
                          .y_label = "truth",
                          .x = judged->answer,
                          .y = judged->part.values,
                          .count = rows,
                          .diagonal = true };
    mg__put_scatter(page, &truth);
    mg__scatter left = { .title = "Residuals",
                         .about = "Truth less prediction. A trend or a funnel is something the model has not learned.",
                         .x_label = "prediction",
                         .y_label = "residual",
                         .x = judged->answer,
                         .y = residual,
                         .count = rows,
                         .zero = true };
    mg__put_scatter(page, &left);
    mg__put_histogram(page, "Distribution of residuals", NULL, "residual", residual, rows);
    mg__say(page, "</div>\n");
    mg__free(report->context, residual);
    return MG_OK;
}
