/* What the columns are worth, and of two of them what the network makes of their plane. */
#include "report/report.h"

#include "data/encoder.h"

#include <math.h>

#define BARS 15
#define GRID 48 /* points of the plane in each direction */

/* --- importance -------------------------------------------------------------------------------------- */

/* The largest first, as far as they are shown. */
static void put_importance(mg__report *report, double *value, const double *deviation) {
    mg__chart_bar bar[BARS];
    int64_t columns = mg_encoder_columns(report->encoder), count = 0;
    for (; count < columns && count < BARS; count++) {
        int64_t best = -1;
        for (int64_t c = 0; c < columns; c++)
            if (!isnan(value[c]) && (best < 0 || value[c] > value[best])) best = c;
        if (best < 0) break;
        bar[count] = (mg__chart_bar){ mg_encoder_column(report->encoder, best), value[best], deviation[best] };
        value[best] = NAN; /* done */
    }
    const char *about = report->classes > 0
                            ? "How much accuracy falls when a column's cells are shuffled among the rows; the line is the "
                              "deviation of three shuffles. Of columns that say the same, each seems to matter little."
                            : "How much r2 falls when a column's cells are shuffled among the rows; the line is the "
                              "deviation of three shuffles. Of columns that say the same, each seems to matter little.";
    mg__put_bars(&report->page, "Permutation importance", about, bar, count);
}

static mg_status importance(mg__report *report) {
    int64_t columns = mg_encoder_columns(report->encoder);
    double *value = mg__alloc_array(report->context, 2 * (size_t)columns, sizeof *value), *deviation = value + columns;
    if (!value) return MG_OUT_OF_MEMORY;
    mg_status status = mg__column_importance(report->model, report->judged, value, deviation);
    if (status == MG_OK) put_importance(report, value, deviation);
    mg__free(report->context, value);
    return status;
}

/* --- the plane --------------------------------------------------------------------------------------- */

typedef struct plane {
    double x[GRID * GRID][2]; /* points of the grid */
    mg__range range[2];       /* of both inputs */
    double *point;            /* [2][rows]: the judged rows */
} plane;

static void lay_out(plane *p) {
    for (int k = 0; k < 2; k++) {
        double margin = p->range[k].high > p->range[k].low ? (p->range[k].high - p->range[k].low) / 20 : 1;
        p->range[k].low -= margin;
        p->range[k].high += margin;
    }
    for (int i = 0; i < GRID * GRID; i++) {
        const int at[] = { i % GRID, i / GRID };
        for (int k = 0; k < 2; k++) p->x[i][k] = p->range[k].low + (p->range[k].high - p->range[k].low) * (at[k] + 0.5) / GRID;
    }
}

static mg_status put_plane(mg__report *report, plane *p) {
    const mg__judged *judged = report->judged;
    const char *names[] = { mg_encoder_column(report->encoder, 0), mg_encoder_column(report->encoder, 1), report->model->target };
    mg_tensor points = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ GRID * GRID, 2 }, p->x);
    mg_tensor nothing = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ GRID * GRID }, p->x); /* the target is not looked at */
    mg_dataset *grid = mg_dataset_create(report->context, &points, &nothing, names);
    mg_tensor *answers = grid ? mg_model_predict(report->model, grid) : NULL;
    if (answers) {
        mg__boundary boundary = { .title = report->classes > 0 ? "Decision boundary" : "The answer over both inputs",
                                  .about = report->classes > 0
                                               ? "The deeper the colour, the surer; points are rows in the colour of their class."
                                               : "The deeper, the higher; points are rows.",
                                  .x_label = names[0],
                                  .y_label = names[1],
                                  .x = p->range[0],
                                  .y = p->range[1],
                                  .columns = GRID,
                                  .rows = GRID,
                                  .answer = answers->data,
                                  .outputs = mg_model_outputs(report->model),
                                  .point_x = p->point,
                                  .point_y = p->point + judged->part.rows,
                                  .label = judged->part.labels,
                                  .points = judged->part.rows,
                                  .name = report->class };
        mg__put_boundary(&report->page, &boundary);
    }
    mg_status status = answers ? MG_OK : mg_context_status(report->context);
    mg_tensor_destroy(answers);
    mg_dataset_destroy(grid);
    return status;
}

static mg_status boundary(mg__report *report) {
    const mg__judged *judged = report->judged;
    int64_t rows = judged->part.rows;
    plane *p = mg__alloc_zero(report->context, sizeof *p);
    if (!p) return MG_OUT_OF_MEMORY;
    p->point = mg__alloc_array(report->context, 2 * (size_t)rows, sizeof *p->point);
    mg_status status = p->point ? MG_OK : MG_OUT_OF_MEMORY;
    for (int k = 0; k < 2 && status == MG_OK; k++) {
        int64_t column = mg_dataset_find(judged->dataset, mg_encoder_column(report->encoder, k));
        p->range[k] = mg__range_none();
        for (int64_t r = 0; r < rows; r++) {
            double value = p->point[k * rows + r] = mg_dataset_number(judged->dataset, judged->row[r], column);
            mg__range_add(&p->range[k], value);
        }
    }
    if (status == MG_OK && p->range[0].low <= p->range[0].high && p->range[1].low <= p->range[1].high) {
        lay_out(p);
        status = put_plane(report, p);
    }
    mg__free(report->context, p->point);
    mg__free(report->context, p);
    return status;
}

mg_status mg__section_inputs(mg__report *report) {
    const mg_encoder *encoder = report->encoder;
    int64_t shape[3], columns = mg_encoder_columns(encoder);
    if (mg_encoder_shape(encoder, shape) == 3 || columns == 0 || report->judged->part.rows < 2) return MG_OK;
    mg__say(&report->page, "<h2>Inputs</h2>\n<div class=\"charts\">\n");
    mg_status status = importance(report);
    bool two = columns == 2 && mg_encoder_column_kind(encoder, 0) == MG_KIND_NUMBER &&
               mg_encoder_column_kind(encoder, 1) == MG_KIND_NUMBER;
    if (status == MG_OK && two) status = boundary(report);
    mg__say(&report->page, "</div>\n");
    return status;
}
