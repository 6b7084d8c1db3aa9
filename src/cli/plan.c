/* The plan of a training. */
#include "cli/plan.h"

#include "cli/score.h"

#include <inttypes.h>

#define CLASSES_SHOWN  20
#define COLUMNS_SHOWN  30
#define WARNINGS_SHOWN 10
#define NAME_COLUMNS   30

static const char *const part_names[] = { "training", "validation", "test" };

int cli_print_warnings(const char *const *warnings, int count, int first) {
    int shown = count - first <= WARNINGS_SHOWN ? count : first + WARNINGS_SHOWN - 1;
    for (int i = first; i < shown; i++) cli_warn("%s", warnings[i]);
    if (shown < count) cli_warn("... and %d more (--json lists them all)", count - shown);
    return count;
}

const char *cli_majority(const mg_model *model, const mg_plan *plan) {
    int64_t best = 0, most = -1;
    for (int64_t k = 0; k < plan->classes; k++) {
        int64_t rows = plan->class_rows[k] + plan->class_rows[plan->classes + k];
        if (rows > most) best = k, most = rows;
    }
    return plan->classes > 0 ? mg_encoder_class(mg_model_encoder(model), best) : NULL;
}

/* --- rows -------------------------------------------------------------------------------------------- */

static void print_rows(FILE *stream, const mg_plan *plan) {
    char text[32];
    fprintf(stream, "%-9s", "rows");
    for (int part = 0, any = 0; part < 3; part++) {
        if (plan->rows[part] == 0) continue;
        fprintf(stream, "%s%s %s", any++ ? ", " : " ", cli_count(plan->rows[part], text), part_names[part]);
    }
    if (plan->own_folds && plan->rows[1] > 0) fprintf(stream, "; each network is validated on other rows");
    fputc('\n', stream);
}

/* A row a class, a column a part. */
static void print_classes(FILE *stream, const mg_model *model, const mg_plan *plan) {
    char text[256], alignment[5] = "l";
    int64_t classes = plan->classes, shown = classes <= CLASSES_SHOWN ? classes : CLASSES_SHOWN - 1;
    for (int part = 0, used = 1; part < 3; part++)
        if (plan->rows[part] > 0) alignment[used++] = 'r', alignment[used] = 0;
    cli_grid grid = cli_grid_begin(alignment);
    cli_grid_add(&grid, "class");
    for (int part = 0; part < 3; part++)
        if (plan->rows[part] > 0) cli_grid_add(&grid, "%s", part_names[part]);
    for (int64_t k = 0; k < shown; k++) {
        cli_grid_add(&grid, "%s", cli_short(mg_encoder_class(mg_model_encoder(model), k), NAME_COLUMNS, text));
        for (int part = 0; part < 3; part++)
            if (plan->rows[part] > 0) cli_grid_add(&grid, "%s", cli_count(plan->class_rows[part * classes + k], text));
    }
    fputc('\n', stream);
    cli_grid_print(&grid, stream, 2, true);
    if (shown < classes) fprintf(stream, "  ... and %" PRId64 " more classes\n", classes - shown);
}

/* --- columns ----------------------------------------------------------------------------------------- */

static void print_columns(FILE *stream, const mg_encoder *encoder) {
    char name[256];
    int64_t columns = mg_encoder_columns(encoder), shown = columns <= COLUMNS_SHOWN ? columns : COLUMNS_SHOWN - 1;
    if (columns == 0) return; /* images */
    cli_grid grid = cli_grid_begin("lll");
    cli_grid_add(&grid, "column");
    cli_grid_add(&grid, "kind");
    cli_grid_add(&grid, "encoding");
    for (int64_t i = 0; i < shown; i++) {
        cli_grid_add(&grid, "%s", cli_short(mg_encoder_column(encoder, i), NAME_COLUMNS, name));
        cli_grid_add(&grid, "%s", mg_kind_name(mg_encoder_column_kind(encoder, i)));
        cli_grid_add(&grid, "%s", mg_encoder_column_text(encoder, i));
    }
    fputc('\n', stream);
    cli_grid_print(&grid, stream, 2, true);
    if (shown < columns) fprintf(stream, "  ... and %" PRId64 " more columns\n", columns - shown);
}

static size_t total_bytes(const mg_plan *plan) {
    const mg_memory *memory = &plan->memory;
    return memory->workspace + memory->parameters + memory->inputs + memory->outputs + memory->program + memory->headers +
           plan->row_bytes;
}

/* --- all of it --------------------------------------------------------------------------------------- */

void cli_print_plan(FILE *stream, const mg_model *model, const mg_plan *plan, bool explain) {
    const mg_encoder *encoder = mg_model_encoder(model);
    const char *network = mg_model_text(model);
    char text[32], numbers[32];
    int64_t columns = mg_encoder_columns(encoder);
    cli_print_warnings(plan->warnings, plan->warning_count, 0);
    if (columns > 0)
        fprintf(stream, "%-9s %s column%s become%s %s number%s\n", "encoder", cli_count(columns, text), columns == 1 ? "" : "s",
                columns == 1 ? "s" : "", cli_count(mg_encoder_features(encoder), numbers),
                mg_encoder_features(encoder) == 1 ? "" : "s");
    fprintf(stream, "%-9s ", "network");
    cli_wrap(stream, *network ? network : "no hidden layer", 10, 10, cli_columns());
    fprintf(stream, "%-9s ", "size");
    if (plan->members > 1) fprintf(stream, "%" PRId64 " networks of ", plan->members);
    fprintf(stream, "%s parameters\n", cli_count(plan->parameters, text));
    print_rows(stream, plan);
    if (plan->classes > 0) print_classes(stream, model, plan);
    if (!explain) return;
    fputc('\n', stream);
    cli_print_choices(stream, plan->choices, plan->choice_count);
}

void cli_print_plan_details(FILE *stream, const mg_model *model, const mg_plan *plan) {
    char text[32];
    print_columns(stream, mg_model_encoder(model));
    fprintf(stream, "\n%-9s %s while it trains\n", "memory", cli_bytes((double)total_bytes(plan), text));
    fprintf(stream, "%-9s at most %" PRId64 " epochs of %s steps", "steps", plan->epochs, cli_count(plan->steps, text));
    fprintf(stream, " of %s rows%s\n", cli_count(plan->batch, text), plan->members > 1 ? ", for each network" : "");
    if (plan->seconds > 0) fprintf(stream, "%-9s about %s\n", "time", cli_duration(plan->seconds, text));
}

/* --- for programs ------------------------------------------------------------------------------------ */

void cli_json_parts(cli_json *json, const mg_model *model, const mg_plan *plan) {
    cli_json_object(json, "rows");
    for (int part = 0; part < 3; part++) cli_json_integer(json, part_names[part], plan->rows[part]);
    cli_json_end(json);
    if (plan->classes == 0) return;
    cli_json_object(json, "class_rows");
    for (int part = 0; part < 3; part++) {
        cli_json_object(json, part_names[part]);
        for (int64_t k = 0; k < plan->classes; k++)
            cli_json_integer(json, mg_encoder_class(mg_model_encoder(model), k), plan->class_rows[part * plan->classes + k]);
        cli_json_end(json);
    }
    cli_json_end(json);
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
    cli_json_array(&json, "columns");
    for (int64_t i = 0; i < mg_encoder_columns(encoder); i++) {
        cli_json_object(&json, NULL);
        cli_json_string(&json, "name", mg_encoder_column(encoder, i));
        cli_json_string(&json, "type", mg_kind_name(mg_encoder_column_kind(encoder, i)));
        cli_json_string(&json, "encoding", mg_encoder_column_text(encoder, i));
        cli_json_end(&json);
    }
    cli_json_end(&json);
    cli_json_parts(&json, model, plan);
    cli_json_integer(&json, "epochs", plan->epochs);
    cli_json_integer(&json, "batch", plan->batch);
    cli_json_integer(&json, "steps", plan->steps);
    cli_json_unsigned(&json, "bytes", total_bytes(plan));
    cli_json_number(&json, "seconds", plan->seconds);
    cli_json_choices(&json, plan->choices, plan->choice_count);
    cli_json_warnings(&json, plan->warnings, plan->warning_count);
    cli_json_end(&json);
}
