/* A study's page from inside: what its sections share.
 *
 *     study.c             the page: its sections in the order in which they are read
 *     study_view.c        the trials judged: who is better, which are drawn, which settings are shown
 *     study_summary.c     what came out, and what failed
 *     study_course.c      values trial by trial, and step by step
 *     study_settings.c    importance, all settings at once, each by itself
 *     study_planes.c      two settings together
 *     study_table.c       the best trials
 */
#ifndef MG_REPORT_STUDY_H
#define MG_REPORT_STUDY_H

#include "report/chart.h"

#include <micrograd/report.h>

/* What a page is made of. */
typedef struct mg__study_source {
    mg_context *context;
    const mg_space *space;
    const mg_trial *trial; /* [trials], of number ascending */
    int64_t trials;
    bool maximise;
    const double *importance; /* [dimensions]; NULL: not known */
    const char *purpose;      /* what is measured; NULL: not said */
} mg__study_source;

#define MG__STUDY_DRAWN    400 /* trials; of more, the best quarter of so many and others evenly chosen */
#define MG__STUDY_SETTINGS 12  /* shown, the most important ones */

typedef struct mg__study_view {
    const mg__study_source *source;
    const mg_study_report_options *options;
    const char *value_name;
    const mg_trial **trial; /* [trials] that ended, the interrupted ones aside */
    double *value;          /* [trials]; of a pruned one its last; NaN: none */
    double *depth;          /* [trials] of the complete: 0 the worst, 1 the best, evenly by rank; NaN */
    int64_t trials, complete, pruned, failed, running;
    int64_t *order; /* [complete] the best first, of equal ones the earlier */
    int64_t winner; /* the chosen trial, else the best; -1: none is complete */
    bool is_chosen; /* it is not the best */
    int64_t *drawn; /* [drawn_count], ascending */
    int64_t drawn_count;
    int setting[MG__STUDY_SETTINGS], settings; /* dimensions, the most important first */
    mg__range range;                           /* that an axis of values shows */
    bool logarithmic;
    int64_t beyond; /* drawn trials that are worse than the range: they stand at its end */
    mg__page page;
} mg__study_view;

/* MG_OUT_OF_MEMORY is the only failure. To be freed whatever comes back. */
mg_status mg__study_view_make(const mg__study_source *source, const mg_study_report_options *options, mg__study_view *view);
void mg__study_view_free(mg__study_view *view);

/* The range of values an axis shows: from the best on, but for the few that are far worse than nine tenths of them; and whether
 * it is logarithmic, where smaller is better and nine tenths of the values span a factor of 50. Sorts the values. */
mg__range mg__values_range(double *value, int64_t count, bool maximise, bool *logarithmic);
/* An axis of values, upright; a value's place on it, at its end for those beyond. */
mg__scale mg__study_scale(const mg__study_view *view, double from, double to);
double mg__value_place(const mg__scale *scale, double value);
/* Where trials without a value stand: a bit within the worst end. */
double mg__study_worst(const mg__study_view *view, const mg__frame *frame);
/* A dimension's axis within a frame. Words, and whole numbers of which there are few, have a share each, within which trials
 * stand beside each other, the same trial always at the same place. */
mg__scale mg__dimension_scale(const mg_dimension *dimension, double from, double to);
double mg__spread(const mg_dimension *dimension, const mg_trial *trial, double value);

/* --- sections: each puts what there is to show, maybe nothing ------------------------------------------ */

void mg__study_summary(mg__study_view *view);
void mg__study_failures(mg__study_view *view);
void mg__study_course(mg__study_view *view);
void mg__study_settings(mg__study_view *view);
mg_status mg__study_parallel(mg__study_view *view); /* all settings at once, of complete trials */
void mg__study_planes(mg__study_view *view);
void mg__study_table(mg__study_view *view);

/* The whole page; where the path ends in ".svg", all settings at once as a picture alone. */
mg_status mg__study_page_write(const mg__study_source *source, const mg_study_report_options *options, const char *path);

#endif
