/* How a run of `micrograd play` goes, and what came of it. */
#include "cli/json.h"
#include "cli/play.h"

#include <inttypes.h>
#include <math.h>

#define REDRAW_SECONDS 0.1  /* on a terminal */
#define LINE_SECONDS   10.0 /* elsewhere */

static const char *return_text(double value, char out[32]) {
    snprintf(out, 32, isfinite(value) ? "%.1f" : "-", value);
    return out;
}

bool cli_play_progress(void *user, const mg_agent_progress *now) {
    cli_playing *state = user;
    char line[300], steps[32], most[32], rate[32], recent[32], best[32], left[64] = "", text[32], seed[48] = "";
    if (state->quiet || now->seconds - state->shown < (state->live ? REDRAW_SECONDS : LINE_SECONDS)) return !cli_interrupted();
    state->shown = now->seconds;
    double per_second = now->seconds > 0 ? (double)now->steps / now->seconds : 0;
    double seconds = per_second > 0 ? (double)(now->most - now->steps) / per_second : 0;
    if (seconds >= 1) snprintf(left, sizeof left, "  at most %s left", cli_duration(seconds, text));
    if (state->many) snprintf(seed, sizeof seed, "seed %" PRId64 "  ", state->seed);
    snprintf(line, sizeof line, "%sstep %s/%s  %s steps/s  return %s (best %s)%s", seed, cli_count(now->steps, steps),
             cli_count(now->most, most), cli_count((int64_t)per_second, rate), return_text(now->recent, recent),
             return_text(now->best, best), left);
    if (!state->live) {
        fprintf(stderr, "%s\n", line);
    } else {
        int columns = cli_columns() - 1; /* a line that wraps cannot be redrawn */
        if (columns < (int)sizeof line) line[columns] = 0;
        cli_progress_show(line);
    }
    return !cli_interrupted();
}

/* --- for people -------------------------------------------------------------------------------------- */

static void print_seeds(const mg_learned *learned, int count, int best) {
    char text[32];
    cli_grid grid = cli_grid_begin("rrrrrl");
    static const char *const head[] = { "seed", "return", "deviation", "steps", "time", "ended by" };
    for (int i = 0; i < 6; i++) cli_grid_add(&grid, "%s", head[i]);
    for (int i = 0; i < count; i++) {
        cli_grid_add(&grid, "%" PRIu64 "%s", learned[i].seed, i == best ? " *" : "");
        cli_grid_add(&grid, "%.1f", learned[i].returns.mean);
        cli_grid_add(&grid, "%.1f", learned[i].returns.deviation);
        cli_grid_add(&grid, "%s", cli_count(learned[i].result.steps, text));
        cli_grid_add(&grid, "%s", cli_duration(learned[i].result.seconds, text));
        cli_grid_add(&grid, "%s", mg_agent_ending(learned[i].result.stopped));
    }
    cli_grid_print(&grid, stdout, 0, true);
}

void cli_play_print(const mg_environment *environment, const mg_learned *learned, int count, int best, const char *file) {
    const mg_learned *one = &learned[best];
    char steps[32], time[32];
    if (count > 1) print_seeds(learned, count, best);
    printf("environment %s\n", environment->id ? environment->id : environment->name);
    if (one->result.steps > 0)
        printf("learned     by %s in %s steps, %s; ended: %s\n", one->result.algorithm, cli_count(one->result.steps, steps),
               cli_duration(one->result.seconds, time), mg_agent_ending(one->result.stopped));
    printf("return      %.1f, deviation %.1f, of %" PRId64 " fresh episodes", one->returns.mean, one->returns.deviation,
           one->returns.episodes);
    if (isfinite(environment->solved))
        printf("; %s (from %g on)", one->returns.mean >= environment->solved ? "solved" : "not solved", environment->solved);
    printf("\npolicy      %s\n", file);
}

/* --- for programs ------------------------------------------------------------------------------------ */

void cli_play_json(const mg_environment *environment, const mg_learned *best, const char *file) {
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "environment", environment->id ? environment->id : environment->name);
    cli_json_string(&json, "algorithm", best->result.algorithm);
    cli_json_integer(&json, "steps", best->result.steps);
    cli_json_number(&json, "seconds", best->result.seconds);
    cli_json_object(&json, "evaluation");
    cli_json_number(&json, "mean_return", best->returns.mean);
    cli_json_number(&json, "std_return", best->returns.deviation);
    cli_json_integer(&json, "episodes", best->returns.episodes);
    cli_json_end(&json);
    if (isfinite(environment->solved))
        cli_json_boolean(&json, "solved", best->returns.mean >= environment->solved);
    else
        cli_json_null(&json, "solved");
    cli_json_string(&json, "model", file);
    cli_json_end(&json);
}
