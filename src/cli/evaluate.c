/* micrograd evaluate: scores on rows that have their target. */
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/score.h"

#include <inttypes.h>
#include <stdlib.h>

#define CONFUSION_CLASSES 20 /* more columns than that nobody reads */

static void print_confusion(const mg_encoder *encoder, const int64_t *counts) {
    char alignment[CONFUSION_CLASSES + 2] = "l";
    int64_t classes = mg_encoder_classes(encoder);
    for (int64_t c = 0; c < classes; c++) alignment[c + 1] = 'r';
    cli_grid grid = cli_grid_begin(alignment);
    cli_grid_add(&grid, "is \\ taken for");
    for (int64_t c = 0; c < classes; c++) cli_grid_add(&grid, "%s", mg_encoder_class(encoder, c));
    for (int64_t r = 0; r < classes; r++) {
        cli_grid_add(&grid, "%s", mg_encoder_class(encoder, r));
        for (int64_t c = 0; c < classes; c++) cli_grid_add(&grid, "%" PRId64, counts[r * classes + c]);
    }
    putchar('\n');
    cli_grid_print(&grid, stdout, 2, true);
}

static void print_json(const cli_arguments *arguments, const mg_model *model, const mg_scores *scores) {
    mg_task task = mg_model_task(model);
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "task", mg_task_name(task));
    cli_json_string(&json, "target", mg_model_target(model));
    cli_json_scores(&json, "metrics", task, scores);
    cli_json_integer(&json, "rows", scores->rows);
    cli_json_string(&json, "model", arguments->operands[0]);
    cli_json_string(&json, "data", arguments->operands[1]);
    cli_json_end(&json);
}

static int evaluate(const cli_arguments *arguments, mg_context *context, mg_model *model, const mg_dataset *dataset) {
    mg_evaluation evaluation;
    int64_t classes = mg_encoder_classes(mg_model_encoder(model));
    int64_t *confusion =
        classes > 0 && classes <= CONFUSION_CLASSES ? calloc((size_t)(classes * classes), sizeof *confusion) : NULL;
    if (mg_model_evaluate(model, dataset, &evaluation, confusion) != MG_OK) {
        free(confusion);
        return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    }
    const mg_scores scores = evaluation.scores;
    if (arguments->settings.json)
        print_json(arguments, model, &scores);
    else {
        const cli_part part = { arguments->operands[1], &scores, NULL };
        cli_print_scores(stdout, mg_model_task(model), &part, 1);
        if (confusion) print_confusion(mg_model_encoder(model), confusion);
    }
    int64_t left_out = mg_dataset_rows(dataset) - scores.rows;
    if (left_out > 0 && !arguments->settings.quiet) {
        cli_note("%" PRId64 " row%s no target and %s left out", left_out, left_out == 1 ? " has" : "s have",
                 left_out == 1 ? "was" : "were");
    }
    free(confusion);
    return CLI_OK;
}

int cli_evaluate(const cli_arguments *arguments) {
    mg_context *context = cli_context(&arguments->settings);
    mg_model *model = context ? cli_load_model(context, arguments->operands[0]) : NULL;
    mg_dataset *dataset = model ? cli_read_dataset(context, &arguments->settings, arguments->operands[1]) : NULL;
    int code = dataset ? evaluate(arguments, context, model, dataset) : CLI_FAILED;
    mg_dataset_destroy(dataset);
    mg_model_destroy(model);
    mg_context_destroy(context);
    return code;
}
