/* The progress of a training. */
#include "cli/progress.h"

#include "cli/plan.h"
#include "cli/score.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define REDRAW_SECONDS 0.1  /* on a terminal */
#define LINE_SECONDS   10.0 /* elsewhere, where an epoch takes long */
#define LINES          20   /* and about as many lines for a whole run */

cli_progress cli_progress_begin(const mg_model *model, bool quiet, bool explain) {
    return (cli_progress){ .quiet = quiet,
                           .live = cli_is_live(),
                           .explain = explain,
                           .model = model,
                           .score = NAN,
                           .best = NAN,
                           .shown = -LINE_SECONDS };
}

/* Epochs done and the one under way, as a share of all; of an epoch, the steps of all members. */
static double share_done(const mg_progress *now) {
    double epoch = (double)(now->epoch - 1) + (now->steps > 0 ? (double)now->step / (double)now->steps : 1);
    return now->epochs > 0 ? epoch / (double)now->epochs : 1;
}

static const mg_metric *metric_of(const cli_progress *state) {
    const mg_train_options *options = mg_model_trained_with(state->model);
    return options ? mg_metric_find(options->metric) : NULL;
}

static void describe(const cli_progress *state, const mg_progress *now, char *out, size_t size) {
    const mg_metric *metric = metric_of(state);
    char score[96] = "", rate[32] = "", left[64] = "", text[32];
    double share = share_done(now);
    if (isfinite(state->score) && metric) {
        char best[32];
        snprintf(score, sizeof score, "  %s %s (best %s)", metric->name, cli_score_text(state->score, text),
                 cli_score_text(state->best, best));
    }
    if (now->seconds > 0) cli_count((int64_t)((double)now->rows / now->seconds), rate);
    double seconds_left = share > 0 ? now->seconds * (1 - share) / share : 0;
    if (seconds_left >= 1) snprintf(left, sizeof left, "  at most %s left", cli_duration(seconds_left, text));
    snprintf(out, size, "epoch %*" PRId64 "/%" PRId64 "  loss %s%s  %s rows/s%s", snprintf(NULL, 0, "%" PRId64, now->epochs),
             now->epoch, now->epochs, cli_score_text(now->loss, text), score, *rate ? rate : "-", left);
}

/* "[=====>    ] " as wide as what the text leaves of the line allows, or nothing. */
static void draw_bar(double share, int width, char *out) {
    int filled = (int)(share * width + 0.5);
    *out++ = '[';
    for (int i = 0; i < width; i++) *out++ = i < filled ? '=' : i == filled ? '>' : ' ';
    memcpy(out, "] ", 3);
}

static void draw(cli_progress *state, const mg_progress *now) {
    char text[256], line[300], bar[32] = "";
    int columns = cli_columns() - 1; /* a line that wraps cannot be redrawn */
    describe(state, now, text, sizeof text);
    int room = columns - (int)strlen(text) - 3;
    if (room >= 5) draw_bar(share_done(now), room < 20 ? room : 20, bar);
    snprintf(line, sizeof line, "%s%s", bar, text);
    if (columns < (int)sizeof line) line[columns] = 0;
    cli_progress_show(line);
    state->shown = now->seconds;
}

static void print_line(cli_progress *state, const mg_progress *now) {
    char text[320];
    describe(state, now, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    state->shown = now->seconds;
}

/* What only the first step knows: what was chosen. */
static void begin(cli_progress *state) {
    const mg_plan *plan = mg_model_plan(state->model);
    state->begun = true;
    if (state->quiet || !plan) return;
    cli_print_plan(stderr, state->model, plan, state->explain);
    fputc('\n', stderr);
    state->warnings_shown = plan->warning_count;
}

bool cli_progress_step(void *user, const mg_progress *now) {
    cli_progress *state = user;
    if (!state->begun) begin(state);
    if (state->live && !state->quiet && now->seconds - state->shown >= REDRAW_SECONDS) draw(state, now);
    return !cli_interrupted();
}

bool cli_progress_epoch(void *user, const mg_progress *now) {
    cli_progress *state = user;
    if (!state->begun) begin(state);
    const mg_metric *metric = metric_of(state);
    if (now->scores && metric) {
        double score = state->score = mg_metric_value(metric, now->scores);
        bool better = metric->more_is_better ? score > state->best : score < state->best;
        if (better || isnan(state->best)) state->best = score;
    }
    if (!state->quiet && state->live) {
        if (now->seconds - state->shown >= REDRAW_SECONDS) draw(state, now);
    } else if (!state->quiet) {
        int64_t every = now->epochs > LINES ? now->epochs / LINES : 1;
        if (now->epoch == 1 || now->epoch % every == 0 || now->seconds - state->shown >= LINE_SECONDS) print_line(state, now);
    }
    return !cli_interrupted();
}
