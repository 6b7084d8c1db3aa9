#include "cli/predict_policy.h"

#include "cli/open.h"
#include "cli/output.h"

#include <micrograd/agent.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { ROWS = 4096 }; /* of a piece */

typedef struct acting {
    const char *source;
    mg_context *context;
    mg_policy *policy;
    FILE *stream;
    bool begun; /* the header is written */
    int64_t observations, numbers;
    float *x, *action; /* of a piece */
} acting;

static int check_columns(const acting *a, const mg_dataset *piece) {
    int64_t columns = mg_dataset_columns(piece);
    if (!mg_dataset_image_shape(piece, (int64_t[3]){ 0 }) && columns == a->observations) return CLI_OK;
    return cli_fail(CLI_FAILED,
                    "%s: the policy for %s reads observations of %" PRId64 " number%s, but there %s %" PRId64
                    " column%s; give one column for each, in their order",
                    a->source, mg_policy_environment(a->policy), a->observations, a->observations == 1 ? "" : "s",
                    columns == 1 ? "is" : "are", columns, columns == 1 ? "" : "s");
}

static int read_piece(const acting *a, const mg_dataset *piece) {
    for (int64_t r = 0; r < mg_dataset_rows(piece); r++)
        for (int64_t c = 0; c < a->observations; c++) {
            float value = (float)mg_dataset_number(piece, r, c);
            if (!isfinite(value))
                return cli_fail(CLI_FAILED, "%s, line %" PRId64 ", column '%s': an observation is a finite number", a->source,
                                mg_dataset_line(piece, r), mg_dataset_column_name(piece, c));
            a->x[r * a->observations + c] = value;
        }
    return CLI_OK;
}

static void write_header(acting *a) {
    a->begun = true;
    if (a->numbers == 1) fputs("prediction\n", a->stream);
    for (int64_t k = 0; a->numbers > 1 && k < a->numbers; k++)
        fprintf(a->stream, "prediction_%" PRId64 "%c", k + 1, k + 1 < a->numbers ? ',' : '\n');
}

static int act_on_piece(acting *a, const mg_dataset *piece) {
    int64_t rows = mg_dataset_rows(piece);
    char text[32];
    int code = check_columns(a, piece);
    if (code == CLI_OK) code = read_piece(a, piece);
    if (code != CLI_OK) return code;
    if (mg_policy_act(a->policy, a->x, rows, a->action) != MG_OK)
        return cli_fail(CLI_FAILED, "%s: %s", a->source, mg_context_message(a->context));
    if (!a->begun) write_header(a); /* not before the columns were found to fit */
    for (int64_t i = 0; i < rows * a->numbers; i++)
        fprintf(a->stream, "%s%c", cli_float_text(a->action[i], text), (i + 1) % a->numbers ? ',' : '\n');
    return CLI_OK;
}

static int act_on_file(acting *a, mg_reader *reader) {
    int code = CLI_OK;
    mg_dataset *piece;
    while (code == CLI_OK && (piece = mg_reader_next(reader, ROWS)) != NULL) {
        code = act_on_piece(a, piece);
        mg_dataset_destroy(piece);
        if (ferror(a->stream)) break; /* the end of the output says so */
        if (code == CLI_OK) code = cli_interrupted();
    }
    if (code == CLI_OK && mg_reader_status(reader) != MG_OK) code = cli_fail_context(a->context);
    if (code == CLI_OK && mg_reader_rows(reader) == 0) code = cli_fail(CLI_FAILED, "%s: there are no observations", a->source);
    return code;
}

static int act(acting *a, const cli_arguments *arguments) {
    cli_output output;
    const char *out = arguments->settings.out;
    a->observations = mg_policy_observations(a->policy);
    a->numbers = mg_policy_action_numbers(a->policy);
    a->x = calloc(ROWS, (size_t)a->observations * sizeof *a->x);
    a->action = calloc(ROWS, (size_t)a->numbers * sizeof *a->action);
    if (!a->x || !a->action) return cli_fail(CLI_FAILED, "out of memory");
    mg_dataset_options data = cli_data(&arguments->settings, NULL);
    mg_reader *reader = cli_open_reader(a->context, &data, a->source);
    if (!reader) return cli_status_code(a->context);
    if (out) cli_interrupt_mode_set(CLI_STOP_SOON); /* what was begun is removed */
    int code = cli_output_begin(&output, out);
    if (code == CLI_OK) {
        a->stream = output.stream;
        code = cli_output_end(&output, act_on_file(a, reader));
    }
    mg_reader_close(reader);
    return code;
}

int cli_predict_policy(const cli_arguments *arguments, mg_context *context) {
    const mg_settings *s = &arguments->settings;
    const char *path = arguments->operands[0];
    if (s->keep || s->interval > 0)
        return cli_fail(CLI_USAGE, "--%s is not for a policy, whose actions stand alone", s->keep ? "keep" : "interval");
    if (cli_same_file(s->out, path) || cli_same_file(s->out, arguments->operands[1]))
        return cli_fail(CLI_USAGE, "--out %s would be written over what is read; choose another file", s->out);
    acting a = { .source = arguments->operands[1], .context = context, .policy = mg_policy_load(context, path) };
    int code = a.policy ? act(&a, arguments) : cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    free(a.x);
    free(a.action);
    mg_policy_destroy(a.policy);
    return code;
}
