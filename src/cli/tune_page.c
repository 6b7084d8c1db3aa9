/* The page of a search, beside its journal. */
#include "cli/score.h"
#include "cli/tune_show.h"

#include <micrograd/report.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { NOTES = 3, NOTE_BYTES = 300 };

typedef struct notes {
    char text[NOTES][NOTE_BYTES];
    const char *note[NOTES];
    int64_t count;
} notes;

static char *next_note(notes *n) {
    n->note[n->count] = n->text[n->count];
    return n->text[n->count++];
}

static void note_test(notes *n, const cli_tuned *t) {
    const mg_result *result = t->model ? mg_model_result(t->model) : NULL;
    const mg_metric *metric = t->result->metric;
    char value[32], low[32], high[32];
    if (!result || !metric || result->test.rows == 0) return;
    mg_interval interval = mg_metric_interval(metric, &result->intervals);
    char *text = next_note(n);
    int used = snprintf(text, NOTE_BYTES, "Trained once more with the best settings: test %s %s", metric->name,
                        cli_score_text(mg_metric_value(metric, &result->test), value));
    if (isfinite(interval.low))
        used += snprintf(text + used, NOTE_BYTES - (size_t)used, " (95 %%: %s to %s)", cli_score_text(interval.low, low),
                         cli_score_text(interval.high, high));
    snprintf(text + used, NOTE_BYTES - (size_t)used, " on %" PRId64 " rows that no choice was made by.", result->test.rows);
}

static void note_optimism(notes *n, const cli_tuned *t) {
    const mg_leader *best = &t->result->best;
    char study[32], again[32], gap[32];
    if (!isfinite(t->result->optimism)) return;
    cli_score_text(best->value, study);
    cli_score_text(best->again, again);
    if (t->result->optimism > 0)
        snprintf(next_note(n), NOTE_BYTES,
                 "The search flatters by %s: trial %" PRId64
                 " had %s in it, and %s on other seeds. The best of many is partly the "
                 "luckiest.",
                 cli_score_text(t->result->optimism, gap), best->number, study, again);
    else
        snprintf(next_note(n), NOTE_BYTES, "The search does not flatter: trial %" PRId64 " had %s in it, and %s on other seeds.",
                 best->number, study, again);
}

static void note_nested(notes *n, const cli_tuned *t) {
    char mean[32], deviation[32];
    if (t->result->nested_folds == 0) return;
    snprintf(next_note(n), NOTE_BYTES,
             "Nested cross-validation: %s, deviation %s, over %" PRId64 " outer folds that their search had not seen.",
             cli_score_text(t->result->nested_mean, mean), cli_score_text(t->result->nested_deviation, deviation),
             t->result->nested_folds);
}

static const char *title_of(const cli_tuned *t) {
    const char *path = t->arguments->operand_count > 0 ? t->arguments->operands[0] : t->arguments->settings.command;
    const char *slash = t->arguments->operand_count > 0 ? strrchr(path, '/') : NULL;
    return slash && slash[1] ? slash + 1 : path;
}

void cli_page_path(const char *journal, char out[CLI_PATH_BYTES]) {
    const char *slash = strrchr(journal, '/'), *name = slash ? slash + 1 : journal, *dot = strrchr(name, '.');
    bool ends = dot && dot != name && strcmp(dot, ".html");
    snprintf(out, CLI_PATH_BYTES, "%.*s.html", (int)(ends ? (size_t)(dot - journal) : strlen(journal)), journal);
}

bool cli_tuned_page(const cli_tuned *t, char path[CLI_PATH_BYTES]) {
    notes n = { .count = 0 };
    if (!t->result->study) return false;
    cli_page_path(t->result->study, path);
    note_test(&n, t);
    note_optimism(&n, t);
    note_nested(&n, t);
    mg_study_report_options options = mg_study_report_defaults();
    options.title = title_of(t);
    options.value = t->result->metric ? t->result->metric->name : "score";
    options.command = t->command;
    options.note = n.note;
    options.notes = n.count;
    options.chosen = t->result->best.number;
    return mg_study_report_write(t->study, &options, path) == MG_OK;
}
