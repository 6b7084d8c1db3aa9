/* The end of a search, for people and for programs. */
#include "cli/tune_show.h"

#include "cli/result.h"
#include "cli/score.h"
#include "cli/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 10 /* trials of the table */, NAMES = 8 /* dimensions of it */ };

static const mg_space *space_of(const cli_tuned *t) { return mg_study_space(t->study); }
static const char *score_name(const cli_tuned *t) { return t->result->metric ? t->result->metric->name : "score"; }

static bool find_trial(const cli_tuned *t, int64_t number, mg_trial *trial) {
    for (int64_t i = 0; i < mg_study_trials(t->study); i++) {
        *trial = mg_study_trial(t->study, i);
        if (trial->number == number) return true;
    }
    return false;
}

/* --- for people -------------------------------------------------------------------------------------- */

/* Short: the command has every digit. */
static const char *value_text(const cli_tuned *t, const double *point, int index, char out[64]) {
    const mg_space *space = space_of(t);
    if (!mg_space_is_there(space, point, index)) return "-";
    if (mg_space_dimension(space, index)->kind == MG_DIMENSION_REAL)
        snprintf(out, 64, "%.4g", point[index]);
    else
        mg_space_text(space, point, index, out, 64);
    return out;
}

/* The best trials by value; returns how many. */
static int best_trials(const cli_tuned *t, mg_trial best[SHOWN]) {
    int count = 0;
    for (int64_t i = 0; i < mg_study_trials(t->study); i++) {
        mg_trial trial = mg_study_trial(t->study, i);
        if (trial.state != MG_TRIAL_COMPLETE) continue;
        int at = count;
        while (at > 0 && (t->result->maximise ? trial.value > best[at - 1].value : trial.value < best[at - 1].value)) at--;
        if (at == SHOWN) continue;
        if (count < SHOWN) count++;
        memmove(&best[at + 1], &best[at], (size_t)(count - 1 - at) * sizeof *best);
        best[at] = trial;
    }
    return count;
}

static const mg_leader *leader_of(const cli_tuned *t, int64_t number) {
    for (int i = 0; i < t->result->leaders; i++)
        if (t->result->leader[i].number == number) return &t->result->leader[i];
    return NULL;
}

/* The dimensions that matter most, in the space's order. */
static int columns_of(const cli_tuned *t, int column[NAMES]) {
    int dimensions = mg_space_dimensions(space_of(t)), count = 0;
    const double *weight = t->result->importance;
    for (int i = 0; i < dimensions; i++) {
        int before = 0;
        for (int j = 0; j < dimensions; j++)
            before += weight ? weight[j] > weight[i] || (weight[j] == weight[i] && j < i) : j < i;
        if (before < NAMES) column[count++] = i;
    }
    return count;
}

static void print_trials(FILE *stream, const cli_tuned *t) {
    mg_trial best[SHOWN + 1];
    int column[NAMES], columns = columns_of(t, column), count = best_trials(t, best);
    bool again = t->result->leaders > 0 && t->result->leader[0].runs > 0;
    char text[64], alignment[NAMES + 4];
    snprintf(alignment, sizeof alignment, again ? "rrrllllllll" : "rrllllllll");
    alignment[(again ? 3 : 2) + columns] = 0;
    cli_grid grid = cli_grid_begin(alignment);
    cli_grid_add(&grid, "trial");
    cli_grid_add(&grid, "%s", score_name(t));
    if (again) cli_grid_add(&grid, "on other seeds");
    for (int c = 0; c < columns; c++) cli_grid_add(&grid, "%s", mg_space_dimension(space_of(t), column[c])->name);
    for (int i = 0; i < count; i++) {
        const mg_leader *leader = leader_of(t, best[i].number);
        cli_grid_add(&grid, "%" PRId64 "%s", best[i].number, best[i].number == t->result->best.number ? " *" : "  ");
        cli_grid_add(&grid, "%s", cli_score_text(best[i].value, text));
        if (again) cli_grid_add(&grid, "%s", leader && leader->runs > 0 ? cli_score_text(leader->again, text) : "");
        for (int c = 0; c < columns; c++) { cli_grid_add(&grid, "%.40s", value_text(t, best[i].point, column[c], text)); }
    }
    fputc('\n', stream);
    cli_grid_print(&grid, stream, 0, true);
}

static void print_importance(FILE *stream, const cli_tuned *t) {
    const double *weight = t->result->importance;
    int dimensions = mg_space_dimensions(space_of(t));
    if (!weight || dimensions < 2) return;
    cli_grid grid = cli_grid_begin("lr");
    cli_grid_add(&grid, "setting");
    cli_grid_add(&grid, "importance");
    bool *done = calloc((size_t)dimensions, sizeof *done);
    for (int n = 0; done && n < dimensions && n < SHOWN; n++) {
        int most = -1;
        for (int i = 0; i < dimensions; i++)
            if (!done[i] && (most < 0 || weight[i] > weight[most])) most = i;
        done[most] = true;
        cli_grid_add(&grid, "%s", mg_space_dimension(space_of(t), most)->name);
        cli_grid_add(&grid, "%.0f %%", 100 * weight[most]);
    }
    free(done);
    fputc('\n', stream);
    cli_grid_print(&grid, stream, 0, true);
}

static void print_counts(FILE *stream, const cli_tuned *t) {
    const mg_tune_result *r = t->result;
    fprintf(stream, "%-9s %" PRId64, "trials", r->trials);
    if (r->pruned > 0 || r->failed > 0) fprintf(stream, " (%" PRId64 " pruned, %" PRId64 " failed)", r->pruned, r->failed);
    fprintf(stream, "; stopped: %s (%s)\n", mg_tune_stop_name(r->stopped), mg_tune_stop_doc(r->stopped));
}

static void print_best(FILE *stream, const cli_tuned *t) {
    const mg_space *space = space_of(t);
    char text[64], value[32];
    mg_trial best;
    if (!find_trial(t, t->result->best.number, &best)) return;
    fprintf(stream, "%-9s trial %" PRId64 ", %s %s:", "best", best.number, score_name(t), cli_score_text(best.value, value));
    for (int i = 0; i < mg_space_dimensions(space); i++) {
        if (!mg_space_is_there(space, best.point, i)) continue;
        fprintf(stream, " %s=%s", mg_space_dimension(space, i)->name, value_text(t, best.point, i, text));
    }
    fputc('\n', stream);
}

/* Is the study's best value what the settings are worth? */
static void print_optimism(FILE *stream, const cli_tuned *t) {
    const mg_leader *best = &t->result->best;
    double gap = t->result->optimism;
    char text[400], study[32], again[32], size[32];
    if (!isfinite(gap)) return;
    cli_score_text(best->value, study);
    cli_score_text(best->again, again);
    cli_score_text(fabs(gap), size);
    if (gap > 0)
        snprintf(
            text, sizeof text,
            "the best of many trials is partly the luckiest: %s in the search, %s on other seeds, so the search flatters by %s",
            study, again, size);
    else
        snprintf(text, sizeof text, "none: %s in the search, %s on other seeds", study, again);
    fprintf(stream, "%-9s ", "optimism");
    cli_wrap(stream, text, 10, 10, cli_text_width());
}

static void print_nested(FILE *stream, const cli_tuned *t) {
    const mg_tune_result *r = t->result;
    char mean[32], deviation[32];
    if (r->nested_folds == 0) return;
    fprintf(stream, "%-9s %s %s, deviation %s, over %" PRId64 " outer folds that their search had not seen\n", "nested",
            score_name(t), cli_score_text(r->nested_mean, mean), cli_score_text(r->nested_deviation, deviation), r->nested_folds);
}

static void print_model(FILE *stream, const cli_tuned *t) {
    const mg_result *result = mg_model_result(t->model);
    const cli_result told = cli_result_of(t->arguments, t->model, result, t->out, 0);
    fputc('\n', stream);
    cli_print_result_scores(stream, mg_model_task(t->model), result);
    cli_print_verdict(stream, told.verdict, told.of_no_use);
    fputc('\n', stream);
}

void cli_tuned_print(FILE *stream, const cli_tuned *t) {
    char text[32];
    if (t->result->best.number >= 0) {
        print_trials(stream, t);
        print_importance(stream, t);
    }
    fputc('\n', stream);
    print_counts(stream, t);
    print_best(stream, t);
    print_optimism(stream, t);
    print_nested(stream, t);
    if (t->model) print_model(stream, t);
    fprintf(stream, "%-9s %s\n", "time", cli_duration(t->result->seconds, text));
    if (t->result->study) fprintf(stream, "%-9s %s\n", "study", t->result->study);
    if (t->page) fprintf(stream, "%-9s %s\n", "page", t->page);
    if (t->out) fprintf(stream, "%-9s %s\n", "model", t->out);
    if (t->out && t->arguments->settings.report) fprintf(stream, "%-9s %s\n", "report", t->arguments->settings.report);
    if (t->command) fprintf(stream, "%-9s %s\n", "command", t->command);
}

/* --- for programs ------------------------------------------------------------------------------------ */

static void json_point(cli_json *json, const char *key, const cli_tuned *t, const double *point) {
    const mg_space *space = space_of(t);
    cli_json_object(json, key);
    for (int i = 0; i < mg_space_dimensions(space); i++) {
        const mg_dimension *dimension = mg_space_dimension(space, i);
        if (!mg_space_is_there(space, point, i)) continue;
        if (dimension->kind == MG_DIMENSION_CHOICE)
            cli_json_string(json, dimension->name, dimension->word[(int)point[i]]);
        else if (dimension->kind == MG_DIMENSION_INT)
            cli_json_integer(json, dimension->name, (int64_t)point[i]);
        else
            cli_json_number(json, dimension->name, point[i]);
    }
    cli_json_end(json);
}

static void json_leader(cli_json *json, const char *key, const cli_tuned *t, const mg_leader *leader, bool again) {
    mg_trial trial;
    if (!find_trial(t, leader->number, &trial)) {
        cli_json_null(json, key);
        return;
    }
    cli_json_object(json, key);
    cli_json_integer(json, "number", leader->number);
    cli_json_number(json, "value", leader->value);
    if (again) cli_json_number(json, "again", leader->again);
    json_point(json, "params", t, trial.point);
    cli_json_end(json);
}

static void json_metrics(cli_json *json, const cli_tuned *t) {
    if (!t->model) {
        cli_json_null(json, "metrics");
        return;
    }
    cli_json_result_scores(json, mg_model_task(t->model), mg_model_result(t->model));
}

static void json_importance(cli_json *json, const cli_tuned *t) {
    if (!t->result->importance) {
        cli_json_null(json, "importance");
        return;
    }
    cli_json_object(json, "importance");
    for (int i = 0; i < mg_space_dimensions(space_of(t)); i++)
        cli_json_number(json, mg_space_dimension(space_of(t), i)->name, t->result->importance[i]);
    cli_json_end(json);
}

static void json_nested(cli_json *json, const mg_tune_result *r) {
    if (r->nested_folds == 0) return;
    cli_json_object(json, "nested");
    cli_json_number(json, "mean", r->nested_mean);
    cli_json_number(json, "deviation", r->nested_deviation);
    cli_json_array(json, "folds");
    for (int64_t i = 0; i < r->nested_folds; i++) cli_json_number(json, NULL, r->nested[i]);
    cli_json_end(json);
    cli_json_end(json);
}

void cli_tuned_json(const cli_tuned *t) {
    const mg_tune_result *r = t->result;
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    json_leader(&json, "best", t, &r->best, false);
    cli_json_string(&json, "score", score_name(t));
    cli_json_string(&json, "direction", r->maximise ? "maximize" : "minimize");
    cli_json_integer(&json, "trials", r->trials);
    cli_json_integer(&json, "pruned", r->pruned);
    cli_json_integer(&json, "failed", r->failed);
    cli_json_string(&json, "stopped", mg_tune_stop_name(r->stopped));
    cli_json_string(&json, "command", t->command);
    json_metrics(&json, t);
    json_importance(&json, t);
    cli_json_array(&json, "leaders");
    for (int i = 0; i < r->leaders; i++) json_leader(&json, NULL, t, &r->leader[i], true);
    cli_json_end(&json);
    cli_json_number(&json, "optimism", r->optimism);
    json_nested(&json, r);
    cli_json_string(&json, "study", r->study);
    cli_json_string(&json, "model", t->out);
    cli_json_number(&json, "seconds", floor(r->seconds * 1e6 + 0.5) / 1e6);
    cli_json_warnings(&json, r->warnings, r->warning_count);
    cli_json_end(&json);
}
