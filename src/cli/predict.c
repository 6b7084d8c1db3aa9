/* micrograd predict: answers as CSV, written while they are computed. */
#include "cli/commands.h"
#include "cli/open.h"

#include <stdlib.h>
#include <string.h>

#define BATCH 4096 /* rows encoded and written at a time */

/* A cell of CSV (RFC 4180), `prefix` before its text: quoted where it must be, or where blanks at an end would be lost. */
static void write_cell(const char *prefix, const char *text) {
    size_t length = strlen(text);
    bool blank_end = length > 0 && (text[0] == ' ' || text[length - 1] == ' ');
    if (!blank_end && !strpbrk(text, ",;\t\"\r\n")) {
        printf("%s%s", prefix, text);
        return;
    }
    printf("\"%s", prefix);
    for (; *text; text++) {
        if (*text == '"') putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static void write_header(const mg_encoder *encoder) {
    fputs("prediction", stdout);
    for (int64_t c = 0; c < mg_encoder_classes(encoder); c++) {
        putchar(',');
        write_cell("probability_", mg_encoder_class(encoder, c));
    }
    putchar('\n');
}

/* The first of the largest is the class, as for the metrics. Probabilities are 32-bit numbers inside, and as exact here. */
static void write_row(const mg_encoder *encoder, const double *answer) {
    char text[32];
    int64_t classes = mg_encoder_classes(encoder), best = 0;
    if (classes == 0) {
        puts(cli_double_text(answer[0], text));
        return;
    }
    for (int64_t c = 1; c < classes; c++) {
        if (answer[c] > answer[best]) best = c;
    }
    write_cell("", mg_encoder_class(encoder, best));
    for (int64_t c = 0; c < classes; c++) printf(",%s", cli_float_text((float)answer[c], text));
    putchar('\n');
}

static int write_rows(mg_context *context, mg_model *model, const mg_dataset *dataset, float *x, double *answers, int64_t *rows) {
    const mg_encoder *encoder = mg_model_encoder(model);
    int64_t total = mg_dataset_rows(dataset), outputs = mg_model_outputs(model);
    bool begun = false;
    for (int64_t first = 0; first < total; first += BATCH) {
        int64_t count = total - first < BATCH ? total - first : BATCH;
        for (int64_t i = 0; i < count; i++) rows[i] = first + i;
        if (mg_encoder_inputs(context, encoder, dataset, rows, count, x) != MG_OK ||
            mg_model_predict_encoded(model, x, count, answers) != MG_OK) {
            return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
        }
        if (!begun) write_header(encoder); /* not before the columns were found to fit */
        begun = true;
        for (int64_t i = 0; i < count; i++) write_row(encoder, answers + i * outputs);
        if (cli_output_failed()) return CLI_OK; /* cli_finish_output says so */
    }
    return CLI_OK;
}

int cli_predict(const cli_arguments *arguments) {
    int code = CLI_FAILED;
    mg_context *context = cli_context(&arguments->settings);
    mg_model *model = context ? cli_load_model(context, arguments->operands[0]) : NULL;
    mg_dataset *dataset = model ? cli_read_dataset(context, arguments->operands[1]) : NULL;
    if (dataset) {
        int64_t total = mg_dataset_rows(dataset);
        size_t batch = (size_t)(total < BATCH ? total : BATCH);
        float *x = calloc(batch, (size_t)mg_encoder_features(mg_model_encoder(model)) * sizeof *x);
        double *answers = calloc(batch, (size_t)mg_model_outputs(model) * sizeof *answers);
        int64_t *rows = calloc(batch, sizeof *rows);
        if (x && answers && rows)
            code = write_rows(context, model, dataset, x, answers, rows);
        else
            cli_fail(CLI_FAILED, "out of memory for a batch of %zu rows", batch);
        free(rows);
        free(answers);
        free(x);
    }
    mg_dataset_destroy(dataset);
    mg_model_destroy(model);
    mg_context_destroy(context);
    return code;
}
