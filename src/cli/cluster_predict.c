/* micrograd predict by a clustering: the group of each row as CSV, a piece of the file at a time. */
#include "cli/cluster_show.h"

#include "cli/kept.h"
#include "cli/open.h"
#include "cli/output.h"

#include <inttypes.h>
#include <stdlib.h>

#define MOST_ROWS 4096 /* of a piece */

typedef struct predictor {
    const cli_arguments *arguments;
    mg_context *context;
    mg_clustering *clustering;
    mg_reader *reader;
    FILE *stream;
    cli_kept kept;
    int32_t *label;      /* [MOST_ROWS] */
    double *probability; /* [MOST_ROWS, k]; NULL: the method gives none */
    int64_t k;
    bool begun;
} predictor;

static void write_header(const predictor *p, const mg_dataset *piece) {
    cli_kept_header(&p->kept, piece, p->stream);
    fputs("prediction", p->stream);
    for (int64_t j = 0; j < p->k && p->probability; j++) fprintf(p->stream, ",probability_%" PRId64, j);
    fputc('\n', p->stream);
}

static int predict_piece(predictor *p, const mg_dataset *piece) {
    char text[32];
    int code = p->begun ? CLI_OK : cli_kept_open(&p->kept, p->arguments->settings.keep, piece);
    if (code != CLI_OK) return code;
    if (mg_clustering_assign(p->clustering, piece, p->label, p->probability) != MG_OK)
        return cli_fail(CLI_FAILED, "%s", mg_context_message(p->context));
    if (!p->begun) write_header(p, piece);
    p->begun = true;
    for (int64_t row = 0; row < mg_dataset_rows(piece) && code == CLI_OK; row++) {
        code = cli_kept_row(&p->kept, piece, row, p->stream);
        fprintf(p->stream, "%d", p->label[row]);
        for (int64_t j = 0; j < p->k && p->probability; j++)
            fprintf(p->stream, ",%s", cli_double_text(p->probability[row * p->k + j], text));
        fputc('\n', p->stream);
    }
    return code;
}

static int predict_pieces(predictor *p) {
    int code = CLI_OK;
    mg_dataset *piece;
    while (code == CLI_OK && (piece = mg_reader_next(p->reader, MOST_ROWS)) != NULL) {
        code = predict_piece(p, piece);
        mg_dataset_destroy(piece);
        if (ferror(p->stream)) break; /* the end of the output says so */
        if (code == CLI_OK) code = cli_interrupted();
    }
    for (int64_t i = 0; !p->arguments->settings.quiet && i < mg_reader_warnings(p->reader); i++)
        cli_warn("%s", mg_reader_warning(p->reader, i));
    if (code == CLI_OK && mg_reader_status(p->reader) != MG_OK) return cli_fail_context(p->context);
    if (code == CLI_OK && !p->begun) return cli_fail(CLI_FAILED, "%s: there are no rows to predict", p->arguments->operands[1]);
    return code;
}

static int predict(predictor *p) {
    const char *out = p->arguments->settings.out, *const *operands = p->arguments->operands;
    if (p->arguments->settings.interval > 0)
        return cli_fail(CLI_USAGE, "--interval is for predictions that are numbers; %s holds groups", operands[0]);
    if (cli_same_file(out, operands[0]) || cli_same_file(out, operands[1]))
        return cli_fail(CLI_USAGE, "--out %s would be written over what is read; choose another file", out);
    p->k = mg_clustering_result_of(p->clustering)->k;
    p->label = calloc(MOST_ROWS, sizeof *p->label);
    if (mg_clustering_has_probabilities(p->clustering))
        p->probability = calloc((size_t)MOST_ROWS, (size_t)p->k * sizeof *p->probability);
    if (!p->label || (mg_clustering_has_probabilities(p->clustering) && !p->probability))
        return cli_fail(CLI_FAILED, "out of memory");
    mg_dataset_options data = mg_settings_data(&p->arguments->settings);
    mg_encoder_pictures(mg_clustering_encoder(p->clustering), &data);
    p->reader = cli_open_reader(p->context, &data, operands[1]);
    if (!p->reader) return cli_status_code(p->context);
    cli_output output;
    if (out) cli_interrupt_mode_set(CLI_STOP_SOON); /* what was begun is removed */
    int code = cli_output_begin(&output, out);
    if (code != CLI_OK) return code;
    p->stream = output.stream;
    return cli_output_end(&output, predict_pieces(p));
}

int cli_predict_clusters(const cli_arguments *arguments, mg_context *context) {
    predictor p = { .arguments = arguments, .context = context };
    p.clustering = mg_clustering_load(context, arguments->operands[0]);
    int code = p.clustering ? predict(&p) : cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    mg_reader_close(p.reader);
    cli_kept_close(&p.kept);
    free(p.label);
    free(p.probability);
    mg_clustering_destroy(p.clustering);
    return code;
}
