/* The plan of a training. */
#include "cli/plan.h"

#include "cli/json.h"
#include "cli/score.h"

#include <inttypes.h>

#define CLASSES_SHOWN 12

static const char *const part_names[] = { "training", "validation", "test" };

/* A row a part, a column a class. */
static void print_parts(FILE *stream, const mg_model *model, const mg_plan *plan) {
    const mg_encoder *encoder = mg_model_encoder(model);
    int64_t classes = plan->classes <= CLASSES_SHOWN ? plan->classes : 0;
    char alignment[CLASSES_SHOWN + 3] = "lr", text[32];
    for (int64_t k = 0; k < classes; k++) alignment[k + 2] = 'r';
    cli_grid grid = cli_grid_begin(alignment);
    cli_grid_add(&grid, "part");
    cli_grid_add(&grid, "rows");
    for (int64_t k = 0; k < classes; k++) cli_grid_add(&grid, "%s", mg_encoder_class(encoder, k));
    for (int part = 0; part < 3; part++) {
        if (plan->rows[part] == 0) continue;
        cli_grid_add(&grid, "%s", part_names[part]);
        cli_grid_add(&grid, "%s", cli_count(plan->rows[part], text));
        for (int64_t k = 0; k < classes; k++)
            cli_grid_add(&grid, "%s", cli_count(plan->class_rows[part * plan->classes + k], text));
    }
    fputc('\n', stream);
    cli_grid_print(&grid, stream, 2, true);
    if (plan->members > 1)
        fprintf(stream,
                "  (of the first of %" PRId64 " networks: each has other validation rows, so all of them are learned from)\n",
                plan->members);
    if (plan->classes > classes) fprintf(stream, "  (%" PRId64 " classes)\n", plan->classes);
}

static void print_choices(FILE *stream, const mg_plan *plan) {
    cli_grid grid = cli_grid_begin("lll");
    cli_grid_add(&grid, "setting");
    cli_grid_add(&grid, "value");
    cli_grid_add(&grid, "because");
    for (int i = 0; i < plan->choice_count; i++) {
        cli_grid_add(&grid, "%s", plan->choices[i].setting);
        cli_grid_add(&grid, "%s", plan->choices[i].value);
        cli_grid_add(&grid, "%s", plan->choices[i].reason);
    }
    fputc('\n', stream);
    cli_grid_print(&grid, stream, 2, true);
}

static size_t total_bytes(const mg_memory *memory) {
    return memory->workspace + memory->parameters + memory->inputs + memory->outputs + memory->program;
}

void cli_print_plan(FILE *stream, const mg_model *model, const mg_plan *plan, bool explain) {
    const mg_encoder *encoder = mg_model_encoder(model);
    const char *network = mg_model_text(model);
    char text[32], members[64] = "";
    int64_t columns = mg_encoder_columns(encoder);
    if (columns > 0)
        fprintf(stream, "%-9s %s columns become %s numbers\n", "encoder", cli_count(columns, members),
                cli_count(mg_encoder_features(encoder), text));
    if (plan->members > 1) snprintf(members, sizeof members, "%" PRId64 " times ", plan->members);
    fprintf(stream, "%-9s %s%s\n", "network", members[0] && plan->members > 1 ? members : "",
            *network ? network : "no hidden layer");
    print_parts(stream, model, plan);
    if (explain) {
        print_choices(stream, plan);
        fprintf(stream, "\n%-9s %s for training, %s a network of parameters\n", "memory",
                cli_bytes((double)total_bytes(&plan->memory), text), cli_count(plan->parameters, members));
        fprintf(stream, "%-9s %" PRId64 " epochs of %" PRId64 " steps of %" PRId64 " rows", "steps", plan->epochs, plan->steps,
                plan->batch);
        if (plan->seconds > 0) fprintf(stream, ", about %s", cli_duration(plan->seconds, text));
        fputc('\n', stream);
    }
    fputc('\n', stream);
}

void cli_json_plan(const mg_model *model, const mg_plan *plan) {
    const mg_encoder *encoder = mg_model_encoder(model);
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "task", mg_task_name(mg_model_task(model)));
    cli_json_string(&json, "target", mg_model_target(model));
    cli_json_string(&json, "network", mg_model_text(model));
    cli_json_integer(&json, "members", plan->members);
    cli_json_integer(&json, "parameters", plan->parameters);
    cli_json_integer(&json, "inputs", mg_encoder_features(encoder));
    cli_json_object(&json, "rows");
    for (int part = 0; part < 3; part++) cli_json_integer(&json, part_names[part], plan->rows[part]);
    cli_json_end(&json);
    cli_json_integer(&json, "epochs", plan->epochs);
    cli_json_integer(&json, "batch", plan->batch);
    cli_json_integer(&json, "steps", plan->steps);
    cli_json_unsigned(&json, "bytes", total_bytes(&plan->memory));
    cli_json_number(&json, "seconds", plan->seconds);
    cli_json_choices(&json, plan->choices, plan->choice_count);
    cli_json_warnings(&json, plan->warnings, plan->warning_count);
    cli_json_end(&json);
}
