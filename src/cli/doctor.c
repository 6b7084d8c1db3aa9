/* micrograd doctor: what ails a network, what helps, and the command line to use. */
#include "cli/commands.h"
#include "cli/find_lr.h"
#include "cli/open.h"
#include "cli/score.h"
#include "cli/train_command.h"

#include <micrograd/doctor.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- for people -------------------------------------------------------------------------------------- */

static void print_finding(const mg_visit *visit, const mg_finding *finding, bool first) {
    char text[1024];
    size_t used = 0;
    snprintf(text, sizeof text, "%s: %s", mg_illness_name(finding->kind), mg_illness_doc(finding->kind));
    printf("%-10s", first ? "diagnosis" : "also");
    cli_wrap(stdout, text, 10, 10, cli_text_width());
    snprintf(text, sizeof text, "%s", finding->evidence);
    used = strlen(text);
    if (used + 1 < sizeof text) snprintf(text + used, sizeof text - used, " (%s)", mg_illness_source(finding->kind));
    printf("%10s", "");
    cli_wrap(stdout, text, 10, 10, cli_text_width());
    if (finding->layers < 2) return;
    printf("%10slayers ", "");
    for (int i = 0; i < finding->layers; i++) printf("%s%s", i ? ", " : "", visit->history->layer[finding->layer[i]]);
    putchar('\n');
}

static void add_share(cli_grid *grid, double value) {
    if (isfinite(value))
        cli_grid_add(grid, "%.0f %%", 100 * value);
    else
        cli_grid_add(grid, "-");
}

/* Before the first step and at the end, layer by layer. */
static void print_layers(const mg_history *history) {
    if (history->healths == 0) return;
    const mg_layer_health *first = history->health[0].layer, *last = history->health[history->healths - 1].layer;
    static const char *const head[] = { "layer", "comes back", "at the end", "change a step", "saturated", "dead" };
    cli_grid grid = cli_grid_begin("lrrrrr");
    for (int i = 0; i < 6; i++) cli_grid_add(&grid, "%s", head[i]);
    for (int64_t i = 0; i < history->layers; i++) {
        cli_grid_add(&grid, "%s", history->layer[i]);
        cli_grid_add(&grid, "%.2g", first[i].signal);
        cli_grid_add(&grid, "%.2g", last[i].signal);
        cli_grid_add(&grid, "%.2g", first[i].update_ratio);
        add_share(&grid, last[i].saturated);
        add_share(&grid, last[i].dead);
    }
    putchar('\n');
    cli_grid_print(&grid, stdout, 0, true);
}

static void print_trials(const mg_visit *visit) {
    char text[32];
    cli_grid grid = cli_grid_begin("lrrll");
    cli_grid_add(&grid, "tried");
    cli_grid_add(&grid, "training");
    cli_grid_add(&grid, "validation");
    cli_grid_add(&grid, "then");
    cli_grid_add(&grid, "what was changed");
    for (int i = 0; i < visit->trials; i++) {
        const mg_doctor_trial *trial = &visit->trial[i];
        cli_grid_add(&grid, "%s%s", i == 0 ? "nothing" : trial->remedy, i == visit->chosen && i > 0 ? " *" : "");
        cli_grid_add(&grid, "%s", cli_score_text(mg_metric_value(visit->metric, &trial->train), text));
        cli_grid_add(&grid, "%s", cli_score_text(mg_metric_value(visit->metric, &trial->validation), text));
        cli_grid_add(&grid, "%s", mg_illness_name(trial->kind));
        cli_grid_add(&grid, "%s", i == 0 ? "" : trial->change);
    }
    cli_grid_add(&grid, "a linear model");
    cli_grid_add(&grid, "-");
    cli_grid_add(&grid, "%s", cli_score_text(mg_metric_value(visit->metric, &visit->linear), text));
    cli_grid_add(&grid, "%s", "");
    cli_grid_add(&grid, "%s", "");
    printf("\n%s of brief trainings from the same seed and split:\n", visit->metric->name);
    cli_grid_print(&grid, stdout, 0, true);
}

static void print_visit(const mg_visit *visit, const char *command) {
    char before[32], after[32];
    for (int i = 0; i < visit->before.findings; i++) print_finding(visit, &visit->before.finding[i], i == 0);
    if (visit->before.findings == 0) puts("diagnosis healthy: it learns, and nothing stands in its way");
    print_layers(visit->history);
    print_trials(visit);
    cli_score_text(mg_metric_value(visit->metric, &visit->trial[0].validation), before);
    cli_score_text(mg_metric_value(visit->metric, &visit->trial[visit->chosen].validation), after);
    putchar('\n');
    if (visit->before.findings > 0 && visit->chosen == 0) puts("advice    none of these helps");
    if (visit->chosen > 0)
        printf("advice    %s: validation %s from %s to %s\n", visit->trial[visit->chosen].remedy, visit->metric->name, before,
               after);
    printf("command   %s\n", command);
}

/* --- for programs ------------------------------------------------------------------------------------ */

static void json_diagnosis(cli_json *json, const mg_visit *visit) {
    const mg_diagnosis *diagnosis = &visit->before;
    const mg_finding *worst = diagnosis->findings > 0 ? &diagnosis->finding[0] : NULL;
    cli_json_object(json, "diagnosis");
    cli_json_string(json, "kind", mg_illness_name(mg_diagnosis_kind(diagnosis)));
    cli_json_array(json, "also");
    for (int i = 1; i < diagnosis->findings; i++) cli_json_string(json, NULL, mg_illness_name(diagnosis->finding[i].kind));
    cli_json_end(json);
    cli_json_array(json, "layers");
    for (int i = 0; worst && i < worst->layers; i++) cli_json_string(json, NULL, visit->history->layer[worst->layer[i]]);
    cli_json_end(json);
    cli_json_array(json, "evidence");
    for (int i = 0; i < diagnosis->findings; i++) cli_json_string(json, NULL, diagnosis->finding[i].evidence);
    cli_json_end(json);
    cli_json_string(json, "source", worst ? mg_illness_source(worst->kind) : NULL);
    cli_json_end(json);
}

static void json_scores(cli_json *json, const char *key, const mg_visit *visit, const mg_doctor_trial *trial) {
    if (key) cli_json_object(json, key);
    cli_json_scores(json, "train", visit->task, &trial->train);
    cli_json_scores(json, "validation", visit->task, &trial->validation);
    if (key) cli_json_end(json);
}

static void json_visit(const mg_visit *visit, const char *command) {
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    json_diagnosis(&json, visit);
    cli_json_array(&json, "tried");
    for (int i = 1; i < visit->trials; i++) {
        const mg_doctor_trial *trial = &visit->trial[i];
        cli_json_object(&json, NULL);
        cli_json_string(&json, "remedy", trial->remedy);
        cli_json_string(&json, "change", trial->change);
        cli_json_string(&json, "network", trial->model);
        cli_json_string(&json, "kind", mg_illness_name(trial->kind));
        json_scores(&json, NULL, visit, trial);
        cli_json_boolean(&json, "chosen", i == visit->chosen);
        cli_json_end(&json);
    }
    cli_json_end(&json);
    json_scores(&json, "before", visit, &visit->trial[0]);
    json_scores(&json, "after", visit, &visit->trial[visit->chosen]);
    cli_json_scores(&json, "linear", visit->task, &visit->linear);
    cli_json_string(&json, "command", command);
    cli_json_end(&json);
}

/* --- the visit --------------------------------------------------------------------------------------- */

static bool tell(void *user, const char *change) {
    const mg_settings *settings = user;
    if (!settings->quiet) fprintf(stderr, "trying    %s\n", change);
    return !cli_interrupted();
}

static int examine(const cli_arguments *arguments, mg_context *context, const mg_dataset *dataset, const mg_dataset *test) {
    mg_settings settings = arguments->settings;
    settings.train.test = test;
    if (test) settings.train.test_fraction = 0;
    mg_doctor *doctor = mg_doctor_examine(context, dataset, &settings.train, tell, &settings);
    if (!doctor) return cli_fail_context(context);
    const mg_visit *visit = mg_doctor_visit(doctor);
    char *command = cli_train_command(arguments, &visit->options);
    int code = command ? CLI_OK : cli_fail(CLI_FAILED, "out of memory");
    if (command && settings.json) json_visit(visit, command);
    if (command && !settings.json) print_visit(visit, command);
    free(command);
    mg_doctor_destroy(doctor);
    return code;
}

int cli_doctor(const cli_arguments *arguments) {
    const mg_settings *settings = &arguments->settings;
    if (settings->out && !settings->find_lr)
        return cli_fail(CLI_USAGE, "--out is the picture of --find-lr; add that, or leave --out out");
    mg_context *context = cli_context(settings);
    if (!context) return CLI_FAILED;
    mg_dataset_options data = cli_data(settings, NULL);
    mg_dataset *dataset = cli_read_dataset(context, &data, arguments->operands[0]);
    if (dataset) mg_dataset_image_shape(dataset, data.image_shape);
    mg_dataset *test = dataset && settings->test ? cli_read_dataset(context, &data, settings->test) : NULL;
    bool ready = dataset && (test || !settings->test);
    int code = !ready              ? cli_status_code(context)
               : settings->find_lr ? cli_find_lr(arguments, context, dataset)
                                   : examine(arguments, context, dataset, test);
    mg_dataset_destroy(test);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    return code;
}
