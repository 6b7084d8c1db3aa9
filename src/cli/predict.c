/* micrograd predict: answers as CSV, a piece of the file at a time. */
#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/open.h"
#include "cli/output.h"
#include "cli/predict_policy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ROWS  4096      /* of a piece: columns of no more distinct values keep their spelling */
#define MOST_CELLS (1 << 21) /* of a piece, where it has many columns */

typedef struct predictor {
    const cli_arguments *arguments;
    mg_context *context;
    mg_model *model;
    const mg_encoder *encoder;
    mg_reader *reader;
    FILE *stream;
    int64_t room; /* rows of a piece */
    float *x;
    double *answers;
    int64_t *unseen;      /* [columns of the encoder]: cells so far */
    bool interval;        /* lower and upper are written */
    double width;         /* of it, to each side */
    char *keep;           /* the text of --keep, cut into names */
    int64_t *kept, keeps; /* columns of the file */
    char *cell;
    size_t cell_bytes;
    bool begun;     /* the header is written */
    int64_t warned; /* warnings of the file that were printed */
    double began, shown;
} predictor;

/* --- writing ----------------------------------------------------------------------------------------- */

static void write_header(const predictor *p, const mg_dataset *piece) {
    for (int64_t k = 0; k < p->keeps; k++) {
        cli_csv_cell(p->stream, "", mg_dataset_column_name(piece, p->kept[k]));
        fputc(',', p->stream);
    }
    fputs(p->interval ? "prediction,lower,upper" : "prediction", p->stream);
    for (int64_t c = 0; c < mg_encoder_classes(p->encoder); c++) {
        fputc(',', p->stream);
        cli_csv_cell(p->stream, "probability_", mg_encoder_class(p->encoder, c));
    }
    fputc('\n', p->stream);
}

/* The file's own cells, as it spells them. */
static int write_kept(predictor *p, const mg_dataset *piece, int64_t row) {
    for (int64_t k = 0; k < p->keeps; k++) {
        size_t length = mg_dataset_text(piece, row, p->kept[k], p->cell, p->cell_bytes);
        if (length >= p->cell_bytes) {
            char *larger = realloc(p->cell, length + 1);
            if (!larger) return cli_fail(CLI_FAILED, "out of memory for a cell of %zu bytes", length);
            p->cell = larger;
            p->cell_bytes = length + 1;
            mg_dataset_text(piece, row, p->kept[k], p->cell, p->cell_bytes);
        }
        cli_csv_cell(p->stream, "", p->cell);
        fputc(',', p->stream);
    }
    return CLI_OK;
}

/* Probabilities are 32-bit numbers inside, and as exact here. */
static void write_answer(const predictor *p, const double *answer) {
    char text[32];
    int64_t classes = mg_encoder_classes(p->encoder);
    if (classes == 0)
        fputs(cli_double_text(answer[0], text), p->stream);
    else
        cli_csv_cell(p->stream, "", mg_encoder_class(p->encoder, mg_model_decide(p->model, answer)));
    for (int side = -1; p->interval && side <= 1; side += 2)
        fprintf(p->stream, ",%s", cli_double_text(answer[0] + side * p->width, text));
    for (int64_t c = 0; c < classes; c++) fprintf(p->stream, ",%s", cli_float_text((float)answer[c], text));
    fputc('\n', p->stream);
}

/* --- columns ----------------------------------------------------------------------------------------- */

/* The next name of a list: between commas, blanks at its ends aside; in double quotes it may hold commas, and "" for a quote. */
static char *next_name(char **list) {
    char *at = *list + strspn(*list, " "), *name = at, *out = at;
    if (!*at) return NULL;
    if (*at == '"') {
        for (at++; *at && (*at != '"' || at[1] == '"'); at++) {
            if (*at == '"') at++;
            *out++ = *at;
        }
        at += strcspn(at, ",");
    } else {
        at += strcspn(at, ",");
        for (out = at; out > name && out[-1] == ' ';) out--;
    }
    *list = at + (*at == ',');
    *out = 0;
    return name;
}

typedef struct names {
    const mg_dataset *dataset;
} names;

static const char *column_at(const void *user, int index) {
    const names *n = user;
    return index < mg_dataset_columns(n->dataset) ? mg_dataset_column_name(n->dataset, index) : NULL;
}

/* The columns that --keep names; of pictures, unless it does, the file. */
static int find_kept(predictor *p, const mg_dataset *piece) {
    const char *list = p->arguments->settings.keep;
    if (!list && mg_dataset_image_shape(piece, (int64_t[3]){ 0 }) && mg_dataset_find(piece, "file") >= 0) list = "file";
    if (!list) return CLI_OK;
    p->keep = malloc(strlen(list) + 1);
    p->kept = malloc((strlen(list) + 1) * sizeof *p->kept);
    if (!p->keep || !p->kept) return cli_fail(CLI_FAILED, "out of memory");
    strcpy(p->keep, list);
    char *rest = p->keep, *name;
    const names columns = { piece };
    while ((name = next_name(&rest)) != NULL) {
        int64_t column = mg_dataset_find(piece, name);
        if (column < 0) {
            const char *nearest = cli_nearest(name, column_at, &columns);
            return nearest ? cli_fail(CLI_USAGE, "--keep: %s has no column '%s'; did you mean '%s'?", mg_dataset_source(piece),
                                      name, nearest)
                           : cli_fail(CLI_USAGE, "--keep: %s has no column '%s'", mg_dataset_source(piece), name);
        }
        p->kept[p->keeps++] = column;
    }
    return p->keeps > 0 ? CLI_OK : cli_fail(CLI_USAGE, "--keep: '%s' names no column", list);
}

static void note_extra(const predictor *p, const mg_dataset *piece) {
    char text[256];
    int64_t count = mg_encoder_extra(p->encoder, piece, text, sizeof text);
    if (count > 0 && !p->arguments->settings.quiet)
        cli_note("%" PRId64 " column%s that the model does not know %s not looked at: %s%s", count, count == 1 ? "" : "s",
                 count == 1 ? "is" : "are", text, strlen(text) + 1 == sizeof text ? "..." : "");
}

static void note_unseen(const predictor *p) {
    int64_t total = 0;
    char text[512] = "";
    size_t used = 0;
    for (int64_t i = 0; i < mg_encoder_columns(p->encoder); i++) {
        if (p->unseen[i] == 0) continue;
        char name[256];
        if (used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %" PRId64, total > 0 ? ", " : "",
                                     cli_short(mg_encoder_column(p->encoder, i), 40, name), p->unseen[i]);
        total += p->unseen[i];
    }
    if (total > 0 && !p->arguments->settings.quiet)
        cli_note("%" PRId64 " cell%s a category that training gave no example of: %s%s", total, total == 1 ? " is" : "s are",
                 text, used >= sizeof text ? "..." : "");
}

/* What is known by now and was not said yet. */
static void warn_of_file(predictor *p) {
    for (; !p->arguments->settings.quiet && p->warned < mg_reader_warnings(p->reader); p->warned++)
        cli_warn("%s", mg_reader_warning(p->reader, p->warned));
}

/* --- a piece ----------------------------------------------------------------------------------------- */

/* On a terminal, where the rows themselves do not go there. */
static void show_progress(predictor *p) {
    uint64_t at, length;
    char rows[32], text[80], share[32] = "";
    double now = cli_seconds();
    if (p->arguments->settings.quiet || !cli_is_live() || cli_is_terminal(p->stream)) return;
    if (now - p->began < 1 || now - p->shown < 0.2) return;
    mg_reader_position(p->reader, &at, &length);
    if (length > 0) snprintf(share, sizeof share, "  %.0f %%", 100 * (double)at / (double)length);
    snprintf(text, sizeof text, "%s rows%s", cli_count(mg_reader_rows(p->reader), rows), share);
    cli_progress_show(text);
    p->shown = now;
}

static int predict_piece(predictor *p, const mg_dataset *piece) {
    int64_t rows = mg_dataset_rows(piece), outputs = mg_model_outputs(p->model);
    int code = p->begun ? CLI_OK : find_kept(p, piece);
    if (code != CLI_OK) return code;
    if (mg_encoder_inputs(p->context, p->encoder, piece, NULL, rows, p->x) != MG_OK ||
        mg_encoder_unseen(p->context, p->encoder, piece, p->unseen) != MG_OK ||
        mg_model_predict_encoded(p->model, p->x, rows, p->answers) != MG_OK) {
        return cli_fail(CLI_FAILED, "%s", mg_context_message(p->context));
    }
    if (!p->begun) { /* not before the columns were found to fit */
        note_extra(p, piece);
        write_header(p, piece);
        p->begun = true;
    }
    for (int64_t r = 0; r < rows && code == CLI_OK; r++) {
        code = write_kept(p, piece, r);
        if (code == CLI_OK) write_answer(p, p->answers + r * outputs);
    }
    show_progress(p);
    return code;
}

static int predict_pieces(predictor *p) {
    int code = CLI_OK;
    mg_dataset *piece;
    warn_of_file(p);
    while (code == CLI_OK && (piece = mg_reader_next(p->reader, p->room)) != NULL) {
        code = predict_piece(p, piece);
        mg_dataset_destroy(piece);
        if (ferror(p->stream)) break; /* the end of the output says so */
        if (code == CLI_OK) code = cli_interrupted();
    }
    cli_progress_clear();
    warn_of_file(p);
    if (code == CLI_OK && mg_reader_status(p->reader) != MG_OK) code = cli_fail_context(p->context);
    if (code == CLI_OK && !p->begun) code = cli_fail(CLI_FAILED, "%s: there are no rows to predict", p->arguments->operands[1]);
    if (code == CLI_OK) note_unseen(p);
    return code;
}

/* --- the command ------------------------------------------------------------------------------------- */

static int find_interval(predictor *p) {
    double level = p->arguments->settings.interval;
    p->interval = level > 0;
    if (!p->interval || mg_model_interval(p->model, level, &p->width) == MG_OK) return CLI_OK;
    return cli_fail(CLI_USAGE, "--%s", mg_context_message(p->context));
}

static int allocate(predictor *p) {
    int64_t features = mg_encoder_features(p->encoder),
            widest = features > mg_model_outputs(p->model) ? features : mg_model_outputs(p->model);
    p->room = MOST_CELLS / (widest + 1);
    p->room = p->room < 16 ? 16 : p->room > MOST_ROWS ? MOST_ROWS : p->room;
    p->x = calloc((size_t)p->room, (size_t)features * sizeof *p->x);
    p->answers = calloc((size_t)p->room, (size_t)mg_model_outputs(p->model) * sizeof *p->answers);
    p->unseen = calloc((size_t)mg_encoder_columns(p->encoder) + 1, sizeof *p->unseen);
    p->cell_bytes = 256;
    p->cell = malloc(p->cell_bytes);
    return p->x && p->answers && p->unseen && p->cell
               ? CLI_OK
               : cli_fail(CLI_FAILED, "out of memory for a piece of %" PRId64 " rows", p->room);
}

static int predict_to(predictor *p, const char *out) {
    cli_output output;
    if (out) cli_interrupt_mode_set(CLI_STOP_SOON); /* what was begun is removed */
    int code = cli_output_begin(&output, out);
    if (code != CLI_OK) return code;
    p->stream = output.stream;
    return cli_output_end(&output, predict_pieces(p));
}

static int predict(predictor *p) {
    const char *out = p->arguments->settings.out, *const *operands = p->arguments->operands;
    p->encoder = mg_model_encoder(p->model);
    p->began = cli_seconds();
    if (cli_same_file(out, operands[0]) || cli_same_file(out, operands[1]))
        return cli_fail(CLI_USAGE, "--out %s would be written over what is read; choose another file", out);
    int code = find_interval(p);
    if (code == CLI_OK) code = allocate(p);
    if (code == CLI_OK) {
        mg_dataset_options data = cli_data(&p->arguments->settings, p->model);
        p->reader = cli_open_reader(p->context, &data, operands[1]);
        code = p->reader ? predict_to(p, out) : cli_status_code(p->context);
    }
    mg_reader_close(p->reader);
    free(p->cell);
    free(p->kept);
    free(p->keep);
    free(p->unseen);
    free(p->answers);
    free(p->x);
    return code;
}

static int predict_network(const cli_arguments *arguments, mg_context *context) {
    mg_model *model = cli_load_model(context, arguments->operands[0]);
    predictor p = { .arguments = arguments, .context = context, .model = model };
    int code = model ? predict(&p) : CLI_FAILED;
    mg_model_destroy(model);
    return code;
}

int cli_predict(const cli_arguments *arguments) {
    const char *kind = "network";
    mg_context *context = cli_context(&arguments->settings);
    int code = CLI_FAILED;
    if (context && mg_file_kind(context, arguments->operands[0], &kind) != MG_OK)
        cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    else if (context)
        code = strcmp(kind, "policy") ? predict_network(arguments, context) : cli_predict_policy(arguments, context);
    mg_context_destroy(context);
    return code;
}
