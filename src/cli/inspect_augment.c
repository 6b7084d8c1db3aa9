#include "cli/inspect_augment.h"

#include "cli/open.h"

#include <micrograd/augment.h>

#include <inttypes.h>
#include <string.h>

#define SHEET_ROWS     8
#define SHEET_VARIANTS 7
#define TABLE_ROWS     4
#define TABLE_VARIANTS 2
#define COLUMNS_SHOWN  8
#define CELL_WIDTH     24

/* --- tables ------------------------------------------------------------------------------------------ */

static void print_rows(const mg_augment_preview *preview) {
    const mg_encoder *encoder = mg_augment_preview_encoder(preview);
    int64_t columns = mg_encoder_columns(encoder), shown = columns < COLUMNS_SHOWN ? columns : COLUMNS_SHOWN;
    cli_grid grid = cli_grid_begin("rlllllllll");
    char cell[256], cut[256];
    grid.columns = (int)shown + 2; /* as many as there are */
    cli_grid_add(&grid, "row");
    cli_grid_add(&grid, "%s", "");
    for (int64_t c = 0; c < shown; c++) cli_grid_add(&grid, "%s", cli_short(mg_encoder_column(encoder, c), CELL_WIDTH, cut));
    for (int64_t i = 0; i < mg_augment_preview_rows(preview); i++) {
        for (int64_t v = 0; v <= TABLE_VARIANTS; v++) {
            if (v == 0)
                cli_grid_add(&grid, "%" PRId64, mg_augment_preview_row(preview, i) + 1);
            else
                cli_grid_add(&grid, "%s", "");
            cli_grid_add(&grid, "%s", v == 0 ? "as read" : "varied");
            for (int64_t c = 0; c < shown; c++) {
                mg_augment_preview_text(preview, i, v, c, cell, sizeof cell);
                cli_grid_add(&grid, "%s", cli_short(cell, CELL_WIDTH, cut));
            }
        }
    }
    cli_grid_print(&grid, stdout, 2, true);
    if (shown < columns) printf("  and %" PRId64 " columns more\n", columns - shown);
}

/* --- the command ------------------------------------------------------------------------------------- */

static int show(const cli_arguments *arguments, mg_context *context, const mg_dataset *dataset) {
    const mg_settings *settings = &arguments->settings;
    bool image = settings->train.image || mg_dataset_image_shape(dataset, (int64_t[3]){ 0 });
    if (image && !settings->out)
        return cli_fail(CLI_USAGE, "--augment makes a picture of images and their variants; say where with --out sheet.png");
    if (!image && settings->out) return cli_fail(CLI_USAGE, "--out is for images; a table's variants are printed, leave it out");
    if (cli_same_file(settings->out, arguments->operands[0]))
        return cli_fail(CLI_USAGE, "the picture would be written over the data '%s'; choose another file with --out",
                        settings->out);
    mg_augment_preview *preview = mg_augment_preview_create(context, dataset, &settings->train, image ? SHEET_ROWS : TABLE_ROWS,
                                                            image ? SHEET_VARIANTS : TABLE_VARIANTS);
    int code = preview ? CLI_OK : cli_fail_context(context);
    if (preview && !image) print_rows(preview);
    if (preview && image && mg_augment_preview_write(preview, settings->out) != MG_OK) code = cli_fail_context(context);
    if (preview && image && code == CLI_OK && !settings->quiet)
        printf("%s: %" PRId64 " images on the left, %d variants of each beside them\n", settings->out,
               mg_augment_preview_rows(preview), SHEET_VARIANTS);
    mg_augment_preview_destroy(preview);
    return code;
}

int cli_inspect_augment(const cli_arguments *arguments, mg_context *context) {
    const mg_settings *settings = &arguments->settings;
    mg_dataset_options data = cli_data(settings, NULL);
    if (settings->json) return cli_fail(CLI_USAGE, "--augment shows rows to people; leave --json out");
    if (mg_augment_check(context, settings->train.augment) != MG_OK) return cli_fail_context(context);
    mg_dataset *dataset = cli_read_dataset(context, &data, arguments->operands[0]);
    int code = dataset ? show(arguments, context, dataset) : cli_status_code(context);
    mg_dataset_destroy(dataset);
    return code;
}
