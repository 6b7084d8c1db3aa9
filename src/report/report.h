/* A report from inside: what its sections share.
 *
 *     report.c             a report on one model; compare.c on several runs
 *     section_*.c          what it consists of, each from its <h2> on
 *     judged.c             rows with the model's answers
 *     chart.h              charts
 */
#ifndef MG_REPORT_H
#define MG_REPORT_H

#include "report/chart.h"
#include "train/model.h"
#include "train/unseen.h"

#include <micrograd/report.h>

/* Rows with their truth and the model's answers. */
typedef struct mg__judged {
    const mg_dataset *dataset;
    int64_t *row; /* their numbers in it */
    mg__part part;
    double *answer;  /* [rows, outputs] */
    const char *who; /* "test rows" */
    bool flatter;    /* the model has learned from them */
} mg__judged;

#define MG__JUDGED_ROWS 20000 /* of more, evenly chosen ones */

typedef struct mg__report {
    mg_context *context;
    mg_model *model;
    const mg_encoder *encoder;
    const mg_dataset *dataset; /* NULL: none */
    const mg_history *history;
    const mg_report_options *options;
    const mg__judged *judged; /* rows 0: none */
    const char **class;       /* names [classes] */
    int64_t classes;
    mg__page page;
} mg__report;

/* --- judged.c ---------------------------------------------------------------------------------------- */

mg_status mg__judged_open(mg_model *model, const mg_dataset *dataset, const mg_report_options *options, mg__judged *judged);
void mg__judged_close(mg_context *context, mg__judged *judged);
/* The task's main metric of answers for those rows. */
mg_status mg__judged_score(const mg_model *model, const mg__judged *judged, const double *answer, double *score);

/* --- sections: each puts what there is to show, maybe nothing ------------------------------------------ */

void mg__section_summary(mg__report *report);
void mg__section_data(mg__report *report);
void mg__section_course(mg__report *report); /* the curves of training */
void mg__section_health(mg__report *report);
mg_status mg__section_classes(mg__report *report);
mg_status mg__section_mistakes(mg__report *report);
mg_status mg__section_values(mg__report *report); /* regression */
mg_status mg__section_inputs(mg__report *report); /* importance of columns, decision boundary */
mg_status mg__section_network(mg__report *report);

/* --- importance.c -------------------------------------------------------------------------------------- */

/* value and deviation [mg_encoder_columns]: how much the main metric gets worse. */
mg_status mg__column_importance(mg_model *model, const mg__judged *judged, double *value, double *deviation);

/* --- filters.c ----------------------------------------------------------------------------------------- */

/* The weights of the first layer, as pictures [count, height, width, channels]. */
typedef struct mg__filters {
    float *pixel; /* NULL: the inputs are no images, or the first layer has no weights */
    int64_t count, height, width, channels;
} mg__filters;

#define MG__MOST_FILTERS 64
mg_status mg__filters_take(mg_model *model, mg__filters *filters);

/* --- page_frame.c: what every page has ------------------------------------------------------------------ */

void mg__page_open(mg__page *page, const char *title);      /* text of data */
mg_status mg__page_close(mg__page *page, const char *path); /* writes it, or gives the status of what failed; frees it */
/* The page's first chart as an SVG file (svg_file.c); the page needs no beginning. Frees it. */
mg_status mg__page_write_svg(mg__page *page, const char *path);
void mg__put_warnings(mg__page *page, const char *const *warning, int64_t count);
/* Loss, the metrics and the learning rate of several runs or one; metric NULL: none. */
typedef struct mg__course {
    const char *name;
    const mg_history *history;
    int64_t median; /* best epoch of several networks, each of which has its own; 0: as the history says */
} mg__course;
mg_status mg__put_courses(mg__page *page, const mg__course *course, int count, mg_task task, const mg_metric *metric);

#endif
