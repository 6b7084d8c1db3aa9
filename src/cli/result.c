/* The end of a training, for people and for programs. */
#include "cli/result.h"

#include "cli/plan.h"
#include "cli/score.h"
#include "cli/verdict.h"

#include <inttypes.h>
#include <math.h>

cli_result cli_result_of(const cli_arguments *arguments, const mg_model *model, const mg_result *result, const char *out,
                         int warnings_shown) {
    cli_result r = { .arguments = arguments, .model = model, .result = result, .out = out, .warnings_shown = warnings_shown };
    bool tested = result->test.rows > 0;
    const mg_plan *plan = mg_model_plan(model);
    const cli_verdict verdict = { .model = model,
                                  .scores = tested ? &result->test : &result->validation,
                                  .intervals = tested ? &result->intervals : NULL,
                                  .baseline = &result->baseline,
                                  .linear = &result->linear,
                                  .constant = plan ? cli_majority(model, plan) : NULL };
    r.of_no_use = cli_verdict_text(&verdict, r.verdict, sizeof r.verdict);
    return r;
}

static const char *stop_meaning(mg_stop stop) {
    switch (stop) {
#define CASE(id, name, doc) \
    case MG_STOP_##id: return doc;
        MG_STOP_TABLE(CASE)
#undef CASE
    case MG_STOP_NONE: break;
    }
    return "nothing was trained";
}

void cli_result_print(FILE *stream, const cli_result *r) {
    const mg_result *result = r->result;
    char text[32], name[256];
    cli_print_warnings(result->warnings, result->warning_count, r->warnings_shown);
    fputc('\n', stream);
    cli_print_result_scores(stream, mg_model_task(r->model), result);
    cli_print_verdict(stream, r->verdict, r->of_no_use);
    fputc('\n', stream);
    if (result->threshold != 0.5)
        fprintf(stream, "%-9s '%s' is predicted from a probability of %.4g on\n", "threshold",
                cli_short(mg_encoder_class(mg_model_encoder(r->model), 1), 40, name), result->threshold);
    if (result->temperature != 1)
        fprintf(stream, "%-9s probabilities have the temperature %.4g: they are made %s\n", "calibrated", result->temperature,
                result->temperature > 1 ? "more careful" : "bolder");
    fprintf(stream, "%-9s best %" PRId64 " of %" PRId64 "%s; stopped: %s (%s)\n", "epochs", result->best_epoch, result->epochs,
            result->members > 1 ? " (in the middle of the networks)" : "", mg_stop_name(result->stopped),
            stop_meaning(result->stopped));
    fprintf(stream, "%-9s %s\n", "time", cli_duration(result->seconds, text));
    fprintf(stream, "%-9s %s (", "model", r->out);
    if (result->members > 1) fprintf(stream, "%" PRId64 " networks of ", result->members);
    fprintf(stream, "%s parameters)\n", cli_count(result->parameters, text));
    if (r->arguments->settings.report) fprintf(stream, "%-9s %s\n", "report", r->arguments->settings.report);
    fprintf(stream, "%-9s micrograd predict ", "predict");
    cli_print_word(stream, r->out);
    fputc(' ', stream);
    cli_print_word(stream, r->arguments->operands[0]);
    fputc('\n', stream);
    cli_measure_print(stream, r->measure);
}

void cli_test_warning(const mg_dataset *test, int64_t index, char *out, size_t size) {
    snprintf(out, size, "--test: %s", mg_dataset_warning(test, index));
}

static void json_warnings(cli_json *json, const cli_result *r, const mg_dataset *dataset) {
    cli_json_array(json, "warnings");
    for (int64_t i = 0; dataset && i < mg_dataset_warnings(dataset); i++)
        cli_json_string(json, NULL, mg_dataset_warning(dataset, i));
    for (int64_t i = 0; r->test && i < mg_dataset_warnings(r->test); i++) {
        char text[CLI_WARNING_BYTES];
        cli_test_warning(r->test, i, text, sizeof text);
        cli_json_string(json, NULL, text);
    }
    for (int i = 0; i < r->result->warning_count; i++) cli_json_string(json, NULL, r->result->warnings[i]);
    if (r->of_no_use) cli_json_string(json, NULL, r->verdict);
    cli_json_end(json);
}

void cli_result_json(const cli_result *r, const mg_dataset *dataset) {
    const mg_result *result = r->result;
    const mg_plan *plan = mg_model_plan(r->model);
    mg_task task = mg_model_task(r->model);
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "task", mg_task_name(task));
    cli_json_string(&json, "target", mg_model_target(r->model));
    cli_json_result_scores(&json, task, result);
    cli_json_string(&json, "verdict", *r->verdict ? r->verdict : NULL);
    if (task == MG_TASK_CLASSIFICATION) cli_json_number(&json, "threshold", result->threshold);
    if (task == MG_TASK_CLASSIFICATION) cli_json_number(&json, "temperature", result->temperature);
    if (plan) cli_json_parts(&json, r->model, plan);
    cli_json_string(&json, "network", mg_model_text(r->model));
    cli_json_integer(&json, "members", result->members);
    cli_json_integer(&json, "parameters", result->parameters);
    cli_json_integer(&json, "epochs", result->epochs);
    cli_json_integer(&json, "best_epoch", result->best_epoch);
    cli_json_string(&json, "stopped", mg_stop_name(result->stopped));
    cli_json_number(&json, "seconds", floor(result->seconds * 1e6 + 0.5) / 1e6);
    cli_json_string(&json, "model", r->out);
    cli_json_integer(&json, "seed", r->arguments->settings.train.seed);
    cli_json_choices(&json, result->choices, result->choice_count);
    cli_measure_json(&json, r->measure);
    json_warnings(&json, r, dataset);
    cli_json_end(&json);
}
