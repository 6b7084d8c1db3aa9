/* micrograd evaluate: scores on rows that have their target. */
#include "cli/commands.h"
#include "cli/confusion.h"
#include "cli/open.h"
#include "cli/score.h"
#include "cli/see.h"
#include "cli/verdict.h"

#include <inttypes.h>
#include <stdlib.h>

#define CONFUSION_CLASSES 1000 /* of more the counts alone would fill the screen, or the memory */

typedef struct evaluation {
    const cli_arguments *arguments;
    const mg_model *model;
    const mg_dataset *dataset;
    mg_evaluation result;
    int64_t *confusion; /* NULL: a regression, or too many classes */
    const char **class_name;
    char verdict[512];
    bool of_no_use;
} evaluation;

/* The class that the rows have most of. */
static const char *majority(const evaluation *e) {
    const mg_encoder *encoder = mg_model_encoder(e->model);
    int64_t classes = mg_encoder_classes(encoder), best = 0, most = -1;
    if (!e->confusion) return NULL;
    for (int64_t r = 0; r < classes; r++) {
        int64_t rows = 0;
        for (int64_t c = 0; c < classes; c++) rows += e->confusion[r * classes + c];
        if (rows > most) best = r, most = rows;
    }
    return mg_encoder_class(encoder, best);
}

static void print_text(const evaluation *e) {
    mg_task task = mg_model_task(e->model);
    const cli_part parts[] = {
        { "model", &e->result.scores, &e->result.intervals },
        { task == MG_TASK_CLASSIFICATION ? "majority" : "mean", &e->result.baseline, NULL },
    };
    cli_print_scores(stdout, task, parts, 2);
    cli_print_verdict(stdout, e->verdict, e->of_no_use);
    if (e->confusion) cli_print_confusion(stdout, e->class_name, mg_model_outputs(e->model), e->confusion);
}

static void print_json(const evaluation *e) {
    mg_task task = mg_model_task(e->model);
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "task", mg_task_name(task));
    cli_json_string(&json, "target", mg_model_target(e->model));
    cli_json_scores(&json, "metrics", task, &e->result.scores);
    cli_json_intervals(&json, "intervals", task, &e->result.intervals);
    cli_json_scores(&json, "baseline", task, &e->result.baseline);
    cli_json_string(&json, "verdict", *e->verdict ? e->verdict : NULL);
    if (task == MG_TASK_CLASSIFICATION) cli_json_number(&json, "threshold", mg_model_threshold(e->model));
    if (e->confusion) cli_json_confusion(&json, e->class_name, mg_model_outputs(e->model), e->confusion);
    cli_json_integer(&json, "rows", e->result.scores.rows);
    cli_json_string(&json, "model", e->arguments->operands[0]);
    cli_json_string(&json, "data", e->arguments->operands[1]);
    cli_json_end(&json);
}

static void note_rows(const evaluation *e) {
    char extra[256];
    int64_t left_out = mg_dataset_rows(e->dataset) - e->result.scores.rows;
    for (int64_t i = 0; i < mg_dataset_warnings(e->dataset); i++) cli_warn("%s", mg_dataset_warning(e->dataset, i));
    if (left_out > 0)
        cli_note("%" PRId64 " row%s no target and %s left out", left_out, left_out == 1 ? " has" : "s have",
                 left_out == 1 ? "was" : "were");
    if (mg_encoder_extra(mg_model_encoder(e->model), e->dataset, extra, sizeof extra) > 0)
        cli_note("columns that the model does not know are not looked at: %s", extra);
}

/* --report: the model on these rows. */
static int write_report(const evaluation *e, mg_context *context, mg_model *model) {
    const char *path = e->arguments->settings.report, *const *operands = e->arguments->operands;
    mg_report_options options = mg_report_defaults();
    options.all_rows = true;
    int code = cli_check_report(context, path, operands, 2);
    return code == CLI_OK && path ? cli_write_report(e->arguments, context, model, e->dataset, &options, path) : code;
}

static int evaluate(evaluation *e, mg_context *context, mg_model *model) {
    int64_t classes = mg_encoder_classes(mg_model_encoder(model));
    if (classes > 0 && classes <= CONFUSION_CLASSES) {
        e->confusion = calloc((size_t)(classes * classes), sizeof *e->confusion);
        e->class_name = calloc((size_t)classes, sizeof *e->class_name);
        if (!e->confusion || !e->class_name) return cli_fail(CLI_FAILED, "out of memory");
        for (int64_t c = 0; c < classes; c++) e->class_name[c] = mg_encoder_class(mg_model_encoder(model), c);
    }
    if (mg_model_evaluate(model, e->dataset, &e->result, e->confusion) != MG_OK)
        return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    const cli_verdict verdict = { .model = model,
                                  .scores = &e->result.scores,
                                  .intervals = &e->result.intervals,
                                  .baseline = &e->result.baseline,
                                  .constant = majority(e) };
    e->of_no_use = cli_verdict_text(&verdict, e->verdict, sizeof e->verdict);
    if (!e->arguments->settings.quiet) note_rows(e);
    int code = write_report(e, context, model);
    if (code != CLI_OK) return code;
    if (e->arguments->settings.json)
        print_json(e);
    else
        print_text(e);
    return CLI_OK;
}

int cli_evaluate(const cli_arguments *arguments) {
    mg_context *context = cli_context(&arguments->settings);
    mg_model *model = context ? cli_load_model(context, arguments->operands[0]) : NULL;
    mg_dataset_options data = cli_data(&arguments->settings, model);
    mg_dataset *dataset = model ? cli_read_dataset(context, &data, arguments->operands[1]) : NULL;
    evaluation e = { .arguments = arguments, .model = model, .dataset = dataset };
    int code = dataset ? evaluate(&e, context, model) : model ? cli_status_code(context) : CLI_FAILED;
    free(e.confusion);
    free(e.class_name);
    mg_dataset_destroy(dataset);
    mg_model_destroy(model);
    mg_context_destroy(context);
    return code;
}
