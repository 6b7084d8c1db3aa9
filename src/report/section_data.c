/* The data as they were understood, and what followed from them. */
#include "report/report.h"

#include "data/encoder.h"

#define COLUMNS_SHOWN 200

static void put_column(mg__report *report, int64_t index) {
    const mg_encoder *encoder = report->encoder;
    const mg_dataset *dataset = report->dataset;
    mg__page *page = &report->page;
    const char *name = mg_encoder_column(encoder, index);
    int64_t at = dataset ? mg_dataset_find(dataset, name) : -1;
    mg__say(page, "<tr><td>%e</td><td>%s</td><td>%e</td>", name, mg_kind_name(mg_encoder_column_kind(encoder, index)),
            mg_encoder_column_text(encoder, index));
    if (at >= 0) mg__say(page, "<td class=\"r\">%L</td>", mg_dataset_column_missing(dataset, at));
    mg__say(page, "%s</tr>\n", dataset && at < 0 ? "<td></td>" : "");
}

static void put_left_out(mg__report *report) {
    for (int64_t i = 0; i < mg_encoder_left_out(report->encoder); i++) {
        const char *reason, *name = mg_encoder_left_out_column(report->encoder, i, &reason);
        mg__say(&report->page, "<tr><td>%e</td><td>%e</td><td class=\"soft\">left out</td>%s</tr>\n", name, reason,
                report->dataset ? "<td></td>" : "");
    }
}

static void put_columns(mg__report *report) {
    mg__page *page = &report->page;
    int64_t columns = mg_encoder_columns(report->encoder), shown = columns < COLUMNS_SHOWN ? columns : COLUMNS_SHOWN;
    bool many = columns > 12;
    if (many) mg__say(page, "<details><summary>%L columns</summary>\n", columns);
    mg__say(page, "<div class=\"scroll\"><table>\n<tr><th>column</th><th>is</th><th>read as</th>%s</tr>\n",
            report->dataset ? "<th class=\"r\">missing</th>" : "");
    for (int64_t i = 0; i < shown; i++) put_column(report, i);
    put_left_out(report);
    mg__say(page, "</table></div>\n");
    if (shown < columns) mg__say(page, "<p class=\"soft\">and %L more</p>\n", columns - shown);
    if (many) mg__say(page, "</details>\n");
}

static void put_classes(mg__report *report) {
    mg__page *page = &report->page;
    if (report->classes == 0) return;
    int64_t shown = report->classes < 30 ? report->classes : 30;
    mg__say(page, "<p>Classes: ");
    for (int64_t k = 0; k < shown; k++) mg__say(page, "%s%e", k ? ", " : "", report->class[k]);
    mg__say(page, "%s</p>\n", shown < report->classes ? " ..." : "");
}

static void put_choices(mg__report *report) {
    const mg_result *result = &report->model->result;
    mg__page *page = &report->page;
    if (result->choice_count == 0) return;
    mg__say(page, "<h2>What was chosen, and why</h2>\n<div class=\"scroll\"><table>\n");
    for (int i = 0; i < result->choice_count; i++) {
        const mg_choice *choice = &result->choices[i];
        mg__say(page, "<tr><td>%e</td><td>%e</td><td class=\"soft wide\">%e</td></tr>\n", choice->setting, choice->value,
                choice->reason);
    }
    mg__say(page, "</table></div>\n");
}

void mg__section_data(mg__report *report) {
    const mg_dataset *dataset = report->dataset;
    mg__page *page = &report->page;
    int64_t shape[3];
    mg__say(page, "<h2>Data</h2>\n");
    if (dataset) mg__say(page, "<p>%L rows of %e", mg_dataset_rows(dataset), mg_dataset_source(dataset));
    if (mg_encoder_shape(report->encoder, shape) == 3)
        mg__say(page, "%s images of %L × %L pixels, %l channel%s%s", dataset ? "," : "<p>", shape[0], shape[1], shape[2],
                shape[2] == 1 ? "" : "s", dataset ? "" : "</p>\n");
    if (dataset) mg__say(page, ".</p>\n");
    if (*report->model->reason) mg__say(page, "<p class=\"soft\">%e</p>\n", report->model->reason);
    put_classes(report);
    for (int64_t i = 0; dataset && i < mg_dataset_warnings(dataset); i++)
        mg__put_warnings(page, (const char *[]){ mg_dataset_warning(dataset, i) }, 1);
    if (mg_encoder_columns(report->encoder) > 0 && !report->encoder->pixel_columns) put_columns(report);
    put_choices(report);
}
