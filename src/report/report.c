/* A report on one model: its sections in the order in which they are read. */
#include "report/report.h"

mg_report_options mg_report_defaults(void) { return (mg_report_options){ 0 }; }

static mg_status name_classes(mg__report *report) {
    report->classes = mg_encoder_classes(report->encoder);
    report->class = mg__alloc_array(report->context, (size_t)report->classes, sizeof *report->class);
    for (int64_t k = 0; report->class && k < report->classes; k++) report->class[k] = mg_encoder_class(report->encoder, k);
    return report->class ? MG_OK : MG_OUT_OF_MEMORY;
}

static mg_status put_sections(mg__report *report) {
    mg__section_summary(report);
    mg__section_course(report);
    mg__section_health(report);
    mg_status status = mg__section_classes(report);
    if (status == MG_OK) status = mg__section_mistakes(report);
    if (status == MG_OK) status = mg__section_values(report);
    if (status == MG_OK && report->judged->flatter)
        mg__put_warnings(&report->page, (const char *[]){ "the model has learned from these rows, so they flatter it" }, 1);
    if (status == MG_OK) status = mg__section_inputs(report);
    if (status == MG_OK) status = mg__section_network(report);
    mg__section_data(report);
    return status;
}

mg_status mg_report_write(mg_model *model, const mg_dataset *dataset, const mg_report_options *options, const char *path) {
    if (!model || !path || !mg__model_is_trained(model)) return MG_INVALID;
    mg_report_options defaults = mg_report_defaults();
    if (!options) options = &defaults;
    mg__judged judged;
    mg__report report = { .context = model->context,
                          .model = model,
                          .encoder = model->encoder,
                          .dataset = dataset,
                          .history = options->history ? options->history : mg_model_history(model),
                          .options = options,
                          .judged = &judged,
                          .page = mg__page_begin(model->context) };
    mg_status status = mg__judged_open(model, dataset, options, &judged);
    if (status == MG_OK) status = name_classes(&report);
    if (status == MG_OK) {
        mg__page_open(&report.page, model->target);
        status = put_sections(&report);
    }
    if (status == MG_OK)
        status = mg__page_close(&report.page, path);
    else
        mg__page_free(&report.page);
    mg__free(model->context, report.class);
    mg__judged_close(model->context, &judged);
    return status;
}
