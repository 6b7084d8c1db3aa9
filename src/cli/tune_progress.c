/* A search while it runs. */
#include "cli/score.h"
#include "cli/tune_show.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define REDRAW_SECONDS 0.1
#define LINES          20 /* about as many for a whole search, where they are not redrawn */

cli_tuning_progress cli_tuning_progress_begin(bool quiet) {
    return (cli_tuning_progress){ .quiet = quiet, .live = cli_is_live(), .doing = "", .shown = -1, .best = NAN };
}

static const char *meaning(const char *doing) {
    return !strcmp(doing, "again") ? "the best ones again, on other seeds" : "training with the best settings";
}

static void describe(const mg_tune_progress *now, char *out, size_t size) {
    char outer[48] = "", of[32] = "", best[64] = "", left[64] = "", text[32];
    if (now->outer > 0) snprintf(outer, sizeof outer, "outer fold %" PRId64 "/%" PRId64 "  ", now->outer, now->outer_folds);
    if (now->wanted > 0) snprintf(of, sizeof of, "/%" PRId64, now->wanted);
    if (isfinite(now->best)) snprintf(best, sizeof best, "  best %s", cli_score_text(now->best, text));
    if (now->left >= 1 && !strcmp(now->doing, "search"))
        snprintf(left, sizeof left, "  about %s left", cli_duration(now->left, text));
    if (strcmp(now->doing, "search") != 0)
        snprintf(out, size, "%s%s%s", outer, meaning(now->doing), left);
    else
        snprintf(out, size, "%s%" PRId64 "%s trials done, %" PRId64 " running%s%s", outer, now->trials, of, now->running, best,
                 left);
}

static void draw(const mg_tune_progress *now) {
    char line[256];
    int columns = cli_columns() - 1; /* a line that wraps cannot be redrawn */
    describe(now, line, sizeof line);
    if (columns < (int)sizeof line) line[columns] = 0;
    cli_progress_show(line);
}

/* A trial that ended: every so many-th, and each that is the best so far. */
static void print_trial(cli_tuning_progress *state, const mg_tune_progress *now) {
    const mg_trial *trial = now->told;
    int64_t every = now->wanted > LINES ? now->wanted / LINES : 1;
    bool better = isfinite(now->best) && now->best != state->best;
    char text[32], best[32];
    if (!better && now->trials % every != 0) return;
    if (trial->state == MG_TRIAL_COMPLETE)
        snprintf(text, sizeof text, "%s", cli_score_text(trial->value, best));
    else
        snprintf(text, sizeof text, "%s", trial->state == MG_TRIAL_PRUNED ? "pruned" : "failed");
    char outer[48] = "";
    if (now->outer > 0) snprintf(outer, sizeof outer, "outer fold %" PRId64 ", ", now->outer);
    fprintf(stderr, "%strial %" PRId64 ": %s (%" PRId64 " done, best %s)\n", outer, trial->number, text, now->trials,
            cli_score_text(now->best, best));
}

bool cli_tuning_tell(void *user, const mg_tune_progress *now) {
    cli_tuning_progress *state = user;
    bool turns = strcmp(state->doing, now->doing) != 0;
    if (!state->quiet && state->live && (turns || now->seconds - state->shown >= REDRAW_SECONDS)) {
        draw(now);
        state->shown = now->seconds;
    } else if (!state->quiet && !state->live) {
        char line[256];
        if (now->told) print_trial(state, now);
        describe(now, line, sizeof line);
        if (turns && strcmp(now->doing, "search") != 0) fprintf(stderr, "%s\n", line);
    }
    state->doing = now->doing;
    state->best = now->best;
    return !cli_interrupted();
}
