/* The page of a study: its sections in the order in which they are read. */
#include "report/study.h"

#include "report/report.h"

mg_study_report_options mg_study_report_defaults(void) { return (mg_study_report_options){ .chosen = -1 }; }

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
    if (status == MG_OK) status = put_sections(&view);
    if (status == MG_OK) status = mg__page_close(&view.page, path);
    mg__study_view_free(&view);
    return status;
}
