/* Out-of-fold predictions: what was answered for each row by the model that had not seen it. */
#include "cli/cross_validate.h"
#include "cli/csv.h"
#include "cli/output.h"

#include <inttypes.h>

static void write_header(FILE *stream, const mg_cross_validation *cv) {
    fputs(cv->repeats > 1 ? "row,repeat,fold,truth,prediction" : "row,fold,truth,prediction", stream);
    for (int64_t c = 0; c < cv->classes; c++) {
        fputc(',', stream);
        cli_csv_cell(stream, "probability_", cv->class_name[c]);
    }
    fputc('\n', stream);
}

static void write_row(FILE *stream, const mg_cross_validation *cv, const mg_dataset *dataset, int64_t repeat, int64_t i) {
    const mg_cross_validated *c = &cv->candidate[0];
    int64_t at = repeat * cv->rows + i;
    const double *answer = c->answer + at * cv->outputs;
    char text[32];
    fprintf(stream, "%" PRId64 ",", cv->row[i] + 1);
    if (cv->repeats > 1) fprintf(stream, "%" PRId64 ",", repeat + 1);
    fprintf(stream, "%d,", (int)cv->fold[at] + 1);
    if (cv->classes > 0) {
        cli_csv_cell(stream, "", cv->class_name[cv->label[i]]);
        fputc(',', stream);
        cli_csv_cell(stream, "", cv->class_name[c->prediction[at]]);
    } else {
        fprintf(stream, "%s,", cli_double_text(mg_dataset_number(dataset, cv->row[i], cv->target), text));
        fputs(cli_double_text(answer[0], text), stream);
    }
    for (int64_t k = 0; k < cv->classes; k++) fprintf(stream, ",%s", cli_double_text(answer[k], text));
    fputc('\n', stream);
}

int cli_write_fold_predictions(const mg_cross_validation *cv, const mg_dataset *dataset, const char *path) {
    cli_output out;
    int code = cli_output_begin(&out, path);
    if (code != CLI_OK) return code;
    write_header(out.stream, cv);
    for (int64_t r = 0; r < cv->repeats; r++)
        for (int64_t i = 0; i < cv->rows; i++)
            if (cv->fold[r * cv->rows + i] >= 0) write_row(out.stream, cv, dataset, r, i);
    return cli_output_end(&out, CLI_OK);
}
