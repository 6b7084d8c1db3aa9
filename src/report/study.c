/* The page of a study: its sections in the order in which they are read. */
#include "report/study.h"

#include "report/report.h"
#include "tune/study.h"

#include <string.h>

mg_study_report_options mg_study_report_defaults(void) { return (mg_study_report_options){ .chosen = -1 }; }

static mg_status write_picture(mg__study_view *view, const char *path) {
    mg_context *context = view->source->context;
    if (view->complete == 0)
        return mg__fail(context, MG_SETTING, "%s: no trial is complete, so there is nothing to draw; write an HTML page", path);
    mg_status status = mg__study_parallel(view);
    return status == MG_OK ? mg__page_write_svg(&view->page, path) : status;
}

static mg_status put_sections(mg__study_view *view) {
    mg__page_open(&view->page, view->options->title ? view->options->title : "A search");
    mg__study_summary(view);
    mg__study_course(view);
    mg__study_settings(view);
    mg__study_planes(view);
    mg__study_table(view);
    mg__study_failures(view);
    return MG_OK;
}

mg_status mg__study_page_write(const mg__study_source *source, const mg_study_report_options *options, const char *path) {
    mg__study_view view;
    mg_study_report_options defaults = mg_study_report_defaults();
    mg_status status = mg__study_view_make(source, options ? options : &defaults, &view);
    size_t length = strlen(path);
    bool picture = length >= 4 && !strcmp(path + length - 4, ".svg");
    if (status == MG_OK) status = picture ? write_picture(&view, path) : put_sections(&view);
    if (status == MG_OK && !picture) status = mg__page_close(&view.page, path);
    mg__study_view_free(&view);
    return status;
}

/* --- of a study itself ------------------------------------------------------------------------------- */

#define LEAST_COMPLETE 4 /* trials, for importance to be known */

static mg_status take_importance(const mg_study *study, const mg_trial *trial, double *importance, bool *known) {
    int64_t complete = 0;
    for (int64_t i = 0; i < mg_study_trials(study); i++) complete += trial[i].state == MG_TRIAL_COMPLETE;
    *known = complete >= LEAST_COMPLETE;
    return *known ? mg_study_importance(study, importance) : MG_OK;
}

mg_status mg_study_report_write(const mg_study *study, const mg_study_report_options *options, const char *path) {
    if (!study || !path) return MG_INVALID;
    double importance[MG_SPACE_MOST];
    bool known = false;
    int64_t trials = mg_study_trials(study);
    mg_trial *trial = mg__alloc_array(study->context, (size_t)trials + 1, sizeof *trial);
    if (!trial) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < trials; i++) trial[i] = mg_study_trial(study, i);
    mg_status status = take_importance(study, trial, importance, &known);
    mg__study_source source = { .context = study->context,
                                .space = study->space,
                                .trial = trial,
                                .trials = trials,
                                .maximise = study->maximise,
                                .importance = known ? importance : NULL,
                                .purpose = mg_study_purpose(study) };
    if (status == MG_OK) status = mg__study_page_write(&source, options, path);
    mg__free(study->context, trial);
    return status;
}
