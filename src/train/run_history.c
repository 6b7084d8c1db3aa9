/* The history of a run as files: history.csv has a line an epoch and a column a figure; history.jsonl has an object an epoch, in
 * which the validation's metrics and, where it was measured, the health of the layers stand by name. */
#include "base/number.h"
#include "interop/file.h"
#include "interop/json.h"
#include "train/run.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct column {
    const char *name;
    double value;
} column;

enum { COLUMNS = 7 };

static void columns_of(const mg_epoch *e, column columns[COLUMNS]) {
    const column all[COLUMNS] = { { "epoch", (double)e->epoch },          { "rows", (double)e->rows },
                                  { "steps", (double)e->steps },          { "seconds", e->seconds },
                                  { "learning_rate", e->learning_rate },  { "loss", e->loss },
                                  { "best_epoch", (double)e->best_epoch } };
    memcpy(columns, all, sizeof all);
}

static const mg_metric *metric_of(mg_task task, int *index) {
    const mg_metric *metric;
    while ((metric = mg_metric_row(*index)) != NULL && metric->task != task) ++*index;
    ++*index;
    return metric;
}

/* --- CSV --------------------------------------------------------------------------------------------- */

static void put_cell(char *text, size_t size, size_t *used, double value) {
    char number[MG__NUMBER_BYTES] = "";
    if (isfinite(value)) mg__format_double(value, number);
    mg__append(text, size, used, "%s%s", *used ? "," : "", number);
}

static char *csv_names(mg_context *context, mg_task task) {
    char text[2048];
    size_t used = 0;
    column columns[COLUMNS];
    columns_of(&(mg_epoch){ 0 }, columns);
    for (int i = 0; i < COLUMNS; i++) mg__append(text, sizeof text, &used, "%s%s", i ? "," : "", columns[i].name);
    const mg_metric *metric;
    for (int i = 0; (metric = metric_of(task, &i)) != NULL;) mg__append(text, sizeof text, &used, ",validation_%s", metric->name);
    return mg__strdup(context, text);
}

static char *csv_line(mg_context *context, const mg_epoch *e, mg_task task) {
    char text[2048];
    size_t used = 0;
    column columns[COLUMNS];
    columns_of(e, columns);
    for (int i = 0; i < COLUMNS; i++) put_cell(text, sizeof text, &used, columns[i].value);
    const mg_metric *metric;
    for (int i = 0; (metric = metric_of(task, &i)) != NULL;)
        put_cell(text, sizeof text, &used, e->validation.rows > 0 ? mg_metric_value(metric, &e->validation) : NAN);
    return mg__strdup(context, text);
}

/* --- JSON -------------------------------------------------------------------------------------------- */

static void put_validation(mg__json_writer *w, const mg_scores *scores, mg_task task) {
    const mg_metric *metric;
    mg__json_put_key(w, "validation");
    if (scores->rows == 0) {
        mg__json_put_null(w);
        return;
    }
    mg__json_put_object(w);
    mg__json_put_key(w, "rows");
    mg__json_put_integer(w, scores->rows);
    for (int i = 0; (metric = metric_of(task, &i)) != NULL;) {
        mg__json_put_key(w, metric->name);
        mg__json_put_number(w, mg_metric_value(metric, scores));
    }
    mg__json_put_end(w);
}

static void put_histogram(mg__json_writer *w, const char *name, const mg_histogram *h) {
    mg__json_put_key(w, name);
    mg__json_put_object(w);
    mg__json_put_key(w, "low");
    mg__json_put_number(w, h->low);
    mg__json_put_key(w, "high");
    mg__json_put_number(w, h->high);
    mg__json_put_key(w, "bins");
    mg__json_put_array(w);
    for (int b = 0; b < MG_HISTOGRAM_BINS; b++) mg__json_put_integer(w, h->bin[b]);
    mg__json_put_end(w);
    mg__json_put_end(w);
}

static void put_layers(mg__json_writer *w, const mg_history *history, const mg_health *health) {
    mg__json_put_object(w);
    mg__json_put_key(w, "step");
    mg__json_put_integer(w, health->step);
    mg__json_put_key(w, "layers");
    mg__json_put_array(w);
    for (int64_t i = 0; i < history->layers; i++) {
        mg__json_put_object(w);
        mg__json_put_key(w, "layer");
        mg__json_put_string(w, history->layer[i]);
        for (int k = 0; mg_health_figure_row(k); k++) {
            mg__json_put_key(w, mg_health_figure_row(k)->name);
            mg__json_put_number(w, mg_health_value(mg_health_figure_row(k), &health->layer[i]));
        }
        const mg_health_figure *row;
        for (int k = 0; (row = mg_health_histogram_row(k)) != NULL; k++)
            put_histogram(w, row->name, mg_health_histogram(row, &health->layer[i]));
        mg__json_put_end(w);
    }
    mg__json_put_end(w);
    mg__json_put_end(w);
}

static char *json_line(mg_context *context, const mg_history *history, const mg_epoch *e, mg_task task) {
    mg__json_writer w = mg__json_writer_begin(context);
    column columns[COLUMNS];
    columns_of(e, columns);
    mg__json_put_object(&w);
    for (int i = 0; i < COLUMNS; i++) {
        mg__json_put_key(&w, columns[i].name);
        mg__json_put_number(&w, columns[i].value);
    }
    put_validation(&w, &e->validation, task);
    if (history->layers > 0) {
        mg__json_put_key(&w, "health");
        mg__json_put_array(&w);
        for (int64_t i = 0; i < history->healths; i++)
            if (history->health[i].epoch == e->epoch) put_layers(&w, history, &history->health[i]);
        mg__json_put_end(&w);
    }
    mg__json_put_end(&w);
    return mg__json_writer_finish(&w, NULL);
}

/* --- the files --------------------------------------------------------------------------------------- */

typedef struct sheet {
    mg_context *context;
    const char *path;
    mg__file *anew; /* NULL: lines are appended to `end` */
    FILE *end;
    mg_status status;
} sheet;

/* Takes the text. */
static void put_line(sheet *s, char *text) {
    if (!text) s->status = MG_OUT_OF_MEMORY;
    if (s->status != MG_OK) {
        mg__free(s->context, text);
        return;
    }
    size_t length = strlen(text);
    text[length] = '\n'; /* in place of its end */
    if (s->anew) {
        mg__file_write(s->anew, text, length + 1);
    } else if (fwrite(text, 1, length + 1, s->end) != length + 1 || fflush(s->end) != 0) {
        s->status = mg__fail(s->context, MG_FILE, "%s: cannot be written: %s", s->path, strerror(errno));
    }
    mg__free(s->context, text);
}

mg_status mg__run_history_write(mg_context *context, const char *path, bool json, const mg_history *history, int64_t from,
                                mg_task task) {
    sheet s = { .context = context, .path = path };
    if (from == 0)
        s.anew = mg__file_begin(context, path);
    else
        s.end = fopen(path, "ab");
    if (from == 0 && !s.anew) return mg_context_status(context);
    if (from > 0 && !s.end) return mg__fail(context, MG_FILE, "%s: cannot be written: %s", path, strerror(errno));
    if (from == 0 && !json) put_line(&s, csv_names(context, task));
    for (int64_t i = from; i < history->epochs && s.status == MG_OK; i++)
        put_line(&s, json ? json_line(context, history, &history->epoch[i], task) : csv_line(context, &history->epoch[i], task));
    if (s.end) fclose(s.end);
    if (s.anew && s.status != MG_OK) mg__file_abort(s.anew);
    if (s.anew && s.status == MG_OK) s.status = mg__file_commit(s.anew);
    return s.status;
}
