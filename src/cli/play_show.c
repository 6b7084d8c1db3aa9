/* An episode to look at: in the terminal, or as an animated picture. */
#define _POSIX_C_SOURCE 200809L
#include "cli/output.h"
#include "cli/play.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#define FRAME_SECONDS 0.04
#define PICTURE_BYTES (1 << 16) /* of one frame */
#define MOST_FRAMES   250       /* of a recording: a longer episode skips some steps */
#define LONGEST       100000    /* steps of an episode without a limit */

/* One episode; `frame` draws the state before a step, the last time after the end's reward is known. */
typedef struct show {
    const mg_environment *environment;
    mg_environments *one;
    char *picture;
    FILE *stream;
    int64_t every; /* steps between frames */
    int64_t steps, frames;
    double sum;
    int (*frame)(struct show *show);
} show;

static int play_episode(mg_context *context, show *s, mg_policy *policy, uint64_t seed) {
    float action[MG_ENVIRONMENT_NUMBERS];
    int64_t limit = s->environment->step_limit > 0 ? s->environment->step_limit : LONGEST;
    s->one = mg_environments_create(context, s->environment, 1, seed);
    if (!s->one) return cli_fail_context(context);
    const mg_view *view = mg_environments_view(s->one);
    int code = CLI_OK;
    for (bool ended = false; !ended && s->steps < limit && code == CLI_OK; s->steps++) {
        if (s->steps % s->every == 0) code = s->frame(s), s->frames++;
        if (mg_policy_act(policy, view->observation, 1, action) != MG_OK || mg_environments_step(s->one, action) != MG_OK) {
            code = cli_fail_context(context);
            break;
        }
        s->sum += view->reward[0];
        ended = view->terminated[0] || view->truncated[0];
        if (code == CLI_OK) code = cli_interrupted();
    }
    mg_environments_destroy(s->one);
    s->one = NULL;
    return code;
}

/* --- in the terminal --------------------------------------------------------------------------------- */

static int frame_text(show *s) {
    bool live = cli_is_terminal(stdout);
    if (s->environment->draw_text)
        s->environment->draw_text(s->environment, mg_environments_state(s->one, 0), s->picture, PICTURE_BYTES);
    else
        snprintf(s->picture, PICTURE_BYTES, "%s", "(this environment draws nothing)\n");
    if (live) fputs("\x1b[H\x1b[J", stdout);
    printf("step %lld  return %.1f\n%s", (long long)s->steps, s->sum, s->picture);
    fflush(stdout);
    if (live) nanosleep(&(struct timespec){ .tv_nsec = (long)(FRAME_SECONDS * 1e9) }, NULL);
    return CLI_OK;
}

int cli_play_watch(mg_context *context, const mg_environment *environment, mg_policy *policy, uint64_t seed) {
    show s = { .environment = environment,
               .every = cli_is_terminal(stdout) ? 1 : 20,
               .picture = malloc(PICTURE_BYTES),
               .frame = frame_text };
    int code = s.picture ? play_episode(context, &s, policy, seed) : cli_fail(CLI_FAILED, "out of memory");
    if (code == CLI_OK) printf("ended after %lld steps with a return of %.1f\n", (long long)s.steps, s.sum);
    free(s.picture);
    return code;
}

/* --- as a picture ------------------------------------------------------------------------------------ */

/* Each frame is there for its share of the time; all together go round for ever. */
static int frame_svg(show *s) {
    size_t length = s->environment->draw_svg(s->environment, mg_environments_state(s->one, 0), s->picture, PICTURE_BYTES);
    if (length >= PICTURE_BYTES)
        return cli_fail(CLI_FAILED, "environment %s: its picture is longer than 64 kB", s->environment->name);
    fprintf(s->stream, "<g class=\"f\" style=\"animation-delay:%.2fs\">\n%s</g>\n", FRAME_SECONDS * (double)s->frames,
            s->picture);
    return CLI_OK;
}

static int frame_none(show *s) {
    (void)s;
    return CLI_OK;
}

static int record(mg_context *context, show *s, mg_policy *policy, uint64_t seed) {
    s->every = 1;
    s->frame = frame_none; /* the first time only to know how long it is */
    int code = play_episode(context, s, policy, seed);
    if (code != CLI_OK) return code;
    s->every = (s->steps + MOST_FRAMES - 1) / MOST_FRAMES;
    int64_t frames = (s->steps + s->every - 1) / s->every;
    double share = 100 / (double)frames;
    fprintf(
        s->stream,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 300 200\" width=\"600\" height=\"400\">\n<style>.f{visibility:"
        "hidden;animation:f %.2fs steps(1) infinite}@keyframes f{0%%{visibility:visible}%.4f%%{visibility:hidden}}</style>\n",
        FRAME_SECONDS * (double)frames, share);
    s->steps = s->frames = 0;
    s->sum = 0;
    s->frame = frame_svg;
    code = play_episode(context, s, policy, seed);
    fputs("</svg>\n", s->stream);
    return code;
}

int cli_play_record(mg_context *context, const mg_environment *environment, mg_policy *policy, uint64_t seed, const char *path) {
    cli_output output;
    show s = { .environment = environment, .picture = malloc(PICTURE_BYTES) };
    if (!environment->draw_svg) {
        free(s.picture);
        return cli_fail(CLI_USAGE, "--record: the environment %s draws no pictures", environment->name);
    }
    int code = s.picture ? cli_output_begin(&output, path) : cli_fail(CLI_FAILED, "out of memory");
    if (code == CLI_OK) {
        s.stream = output.stream;
        code = cli_output_end(&output, record(context, &s, policy, seed));
    }
    free(s.picture);
    return code;
}
