/* How a model was trained, and what came out. */
#include "cli/score.h"
#include "cli/show.h"
#include "cli/verdict.h"

#include <inttypes.h>
#include <string.h>

static bool was_chosen(const mg_result *result, const char *setting) {
    for (int i = 0; i < result->choice_count; i++)
        if (strcmp(result->choices[i].setting, setting) == 0) return true;
    return false;
}

/* Did the user say so? What follows from the data is among the choices; what the target is stands above. */
static bool was_given(const mg_result *result, const mg_option *row, const char *value) {
    const mg_settings defaults = mg_settings_defaults();
    char usual[1024];
    if (strcmp(row->name, "target") == 0 || strcmp(row->name, "task") == 0) return false;
    mg_option_get(row, &defaults.train, usual, sizeof usual);
    return strcmp(value, usual) != 0 && !was_chosen(result, row->name);
}

static void print_given(const mg_result *result, const mg_train_options *used) {
    bool any = false;
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        char value[1024];
        if (!mg_setting_of_training(row) || row->flags & MG_OPTION_UNRECORDED) continue;
        mg_option_get(row, used, value, sizeof value);
        if (!was_given(result, row, value)) continue;
        printf(any ? " --%s" : "  given: --%s", row->name);
        if (row->type != MG_OPTION_FLAG) putchar(' '), cli_print_word(stdout, value);
        any = true;
    }
    if (any) putchar('\n');
}

void cli_show_training(const mg_model *model) {
    const mg_result *result = mg_model_result(model);
    mg_task task = mg_model_task(model);
    char text[512];
    double width;
    cli_show_heading("Training");
    print_given(result, mg_model_trained_with(model));
    printf("  best epoch %" PRId64 " of %" PRId64 ", stopped: %s, by micrograd %s\n", result->best_epoch, result->epochs,
           mg_stop_name(result->stopped), mg_model_version(model));
    if (result->choice_count > 0) {
        putchar('\n');
        cli_print_choices(stdout, result->choices, result->choice_count);
    }
    putchar('\n');
    cli_print_result_scores(stdout, task, result);
    if (task == MG_TASK_REGRESSION && mg_model_interval(model, 0.9, &width) == MG_OK)
        printf("\n  90 %% of the answers lie within %s of the truth (predict --interval 0.9)\n", cli_score_text(width, text));
    bool tested = result->test.rows > 0;
    const cli_verdict verdict = { .model = model,
                                  .scores = tested ? &result->test : &result->validation,
                                  .intervals = tested ? &result->intervals : NULL,
                                  .baseline = &result->baseline,
                                  .linear = &result->linear };
    bool of_no_use = cli_verdict_text(&verdict, text, sizeof text);
    cli_print_verdict(stdout, text, of_no_use);
}

void cli_show_training_json(cli_json *json, const mg_model *model) {
    const mg_result *result = mg_model_result(model);
    const mg_train_options *used = mg_model_trained_with(model);
    mg_task task = mg_model_task(model);
    cli_json_object(json, "settings");
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        char value[1024];
        if (!mg_setting_of_training(row) || row->flags & MG_OPTION_UNRECORDED) continue;
        mg_option_get(row, used, value, sizeof value);
        cli_json_string(json, row->name, value);
    }
    cli_json_end(json);
    cli_json_choices(json, result->choices, result->choice_count);
    cli_json_result_scores(json, task, result);
    cli_json_integer(json, "epochs", result->epochs);
    cli_json_integer(json, "best_epoch", result->best_epoch);
    cli_json_string(json, "stopped", mg_stop_name(result->stopped));
}
