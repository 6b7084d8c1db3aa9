/* What a model reads. */
#include "cli/show.h"

#include <inttypes.h>

#define COLUMNS_SHOWN 30
#define NAME_COLUMNS  30

/* Days since 1970 as a date: 19730 -> 2024-01-08 (Howard Hinnant's algorithm). */
static const char *day_text(double days, char *out, size_t size) {
    int64_t z = (int64_t)(days < 0 ? days - 1 : days) + 719468, era = (z >= 0 ? z : z - 146096) / 146097, day = z - era * 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t day_of_year = day - (365 * year + year / 4 - year / 100), month = (5 * day_of_year + 2) / 153;
    int written = snprintf(out, size, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, year + era * 400 + (month >= 10),
                           month < 10 ? month + 3 : month - 9, day_of_year - (153 * month + 2) / 5 + 1);
    if (written < 0 || (size_t)written >= size) *out = '\0';
    return out;
}

/* index: as of mg_encoder_scaling */
static void add_scaling(cli_grid *grid, const mg_encoder *encoder, int64_t index, mg_kind kind) {
    double centre, spread;
    char text[80];
    mg_encoder_scaling(encoder, index, &centre, &spread);
    if (kind == MG_KIND_BOOLEAN || kind == MG_KIND_CATEGORY) {
        cli_grid_add(grid, "%s", "");
        cli_grid_add(grid, "%s", "");
    } else if (kind == MG_KIND_DATE) {
        cli_grid_add(grid, "%s", day_text(centre, text, sizeof text));
        cli_grid_add(grid, "%.6g days", spread);
    } else {
        cli_grid_add(grid, "%.6g", centre);
        cli_grid_add(grid, "%.6g", spread);
    }
}

static void add_column(cli_grid *grid, const mg_encoder *encoder, int64_t index) {
    mg_kind kind = mg_encoder_column_kind(encoder, index);
    cli_grid_add(grid, "%s", mg_encoder_column(encoder, index));
    cli_grid_add(grid, "%s", mg_kind_name(kind));
    cli_grid_add(grid, "%s", mg_encoder_column_text(encoder, index));
    add_scaling(grid, encoder, index, kind);
}

static void add_channel(cli_grid *grid, const mg_encoder *encoder, int64_t index) {
    cli_grid_add(grid, "channel %" PRId64, index);
    cli_grid_add(grid, "pixels");
    cli_grid_add(grid, "%s scale", mg_encoder_scale(encoder) == MG_SCALE_NONE ? "no" : "standard");
    add_scaling(grid, encoder, index, MG_KIND_NUMBER);
}

static void add_target(cli_grid *grid, const mg_model *model) {
    const mg_encoder *encoder = mg_model_encoder(model);
    cli_grid_add(grid, "%s", mg_model_target(model));
    cli_grid_add(grid, "target");
    cli_grid_add(grid, "%s", mg_encoder_target_is_log(encoder) ? "standard scale of its logarithm" : "standard scale");
    add_scaling(grid, encoder, -1, MG_KIND_NUMBER);
}

const char *cli_scale_name(const mg_encoder *encoder) {
    mg_scale scale = mg_encoder_scale(encoder);
    return scale == MG_SCALE_NONE ? "none" : scale == MG_SCALE_ROBUST ? "robust" : "standard";
}

static void print_left_out(const mg_encoder *encoder) {
    int64_t count = mg_encoder_left_out(encoder);
    for (int64_t i = 0; i < count && i < COLUMNS_SHOWN; i++) {
        const char *reason, *name = mg_encoder_left_out_column(encoder, i, &reason);
        printf("%s%s (%s)", i == 0 ? "  left out: " : ", ", name, reason);
    }
    if (count > 0) puts(count > COLUMNS_SHOWN ? " ..." : "");
}

void cli_show_inputs(const mg_model *model) {
    const mg_encoder *encoder = mg_model_encoder(model);
    int64_t shape[3], columns = mg_encoder_columns(encoder), shown = columns < COLUMNS_SHOWN ? columns : COLUMNS_SHOWN;
    cli_show_heading(mg_encoder_scale(encoder) == MG_SCALE_NONE ? "Inputs (numbers not scaled)"
                     : mg_encoder_scale(encoder) == MG_SCALE_ROBUST
                         ? "Inputs: numbers x -> 2 asinh(z/2), z = (x - centre) / spread"
                         : "Inputs: numbers x -> (x - centre) / spread");
    cli_grid grid = cli_grid_begin("lllrr");
    cli_grid_add(&grid, "column");
    cli_grid_add(&grid, "kind");
    cli_grid_add(&grid, "encoding");
    cli_grid_add(&grid, "centre");
    cli_grid_add(&grid, "spread");
    if (mg_encoder_shape(encoder, shape) == 3) {
        for (int64_t c = 0; c < shape[2]; c++) add_channel(&grid, encoder, c);
    } else {
        for (int64_t i = 0; i < shown; i++) add_column(&grid, encoder, i);
    }
    if (mg_model_task(model) == MG_TASK_REGRESSION) add_target(&grid, model);
    cli_grid_print(&grid, stdout, 2, true);
    if (shown < columns) printf("  ... and %" PRId64 " more columns\n", columns - shown);
    print_left_out(encoder);
}

/* --- for programs ------------------------------------------------------------------------------------ */

static void json_scaling(cli_json *json, const mg_encoder *encoder, int64_t index) {
    double centre, spread;
    mg_encoder_scaling(encoder, index, &centre, &spread);
    cli_json_number(json, "centre", centre);
    cli_json_number(json, "spread", spread);
}

static void json_column(cli_json *json, const mg_encoder *encoder, int64_t index) {
    mg_kind kind = mg_encoder_column_kind(encoder, index);
    cli_json_object(json, NULL);
    cli_json_string(json, "name", mg_encoder_column(encoder, index));
    cli_json_string(json, "kind", mg_kind_name(kind));
    cli_json_string(json, "encoding", mg_encoder_column_text(encoder, index));
    if (kind == MG_KIND_NUMBER || kind == MG_KIND_DATE)
        json_scaling(json, encoder, index);
    else
        cli_json_integer(json, "categories", mg_encoder_column_categories(encoder, index));
    cli_json_end(json);
}

void cli_show_inputs_json(cli_json *json, const mg_encoder *encoder) {
    int64_t shape[3];
    cli_json_array(json, "inputs");
    if (mg_encoder_shape(encoder, shape) == 3) {
        for (int64_t c = 0; c < shape[2]; c++) {
            cli_json_object(json, NULL);
            json_scaling(json, encoder, c);
            cli_json_end(json);
        }
    }
    for (int64_t i = 0; i < mg_encoder_columns(encoder); i++) json_column(json, encoder, i);
    cli_json_end(json);
    cli_json_array(json, "left_out");
    for (int64_t i = 0; i < mg_encoder_left_out(encoder); i++) {
        const char *reason;
        cli_json_object(json, NULL);
        cli_json_string(json, "name", mg_encoder_left_out_column(encoder, i, &reason));
        cli_json_string(json, "reason", reason);
        cli_json_end(json);
    }
    cli_json_end(json);
    if (mg_encoder_task(encoder) != MG_TASK_REGRESSION) return;
    cli_json_object(json, "target_scaling");
    cli_json_string(json, "of", mg_encoder_target_is_log(encoder) ? "logarithm" : "value");
    json_scaling(json, encoder, -1);
    cli_json_end(json);
}
