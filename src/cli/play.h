/* What the files of `micrograd play` share. */
#ifndef MICROGRAD_CLI_PLAY_H
#define MICROGRAD_CLI_PLAY_H

#include "cli/cli.h"

#include <micrograd/agent.h>
#include <micrograd/report.h>

enum { CLI_EPISODES = 100 }; /* that the result is judged by */

/* The live line of a run; user of the callback. */
typedef struct cli_playing {
    bool quiet, live;
    double shown; /* in the run's seconds */
    int64_t seed;
    bool many; /* several seeds: the line names its own */
} cli_playing;

bool cli_play_progress(void *user, const mg_agent_progress *progress);

/* The result on stdout, for people or programs. */
void cli_play_print(const mg_environment *environment, const mg_learned *learned, int count, int best, const char *file);
void cli_play_json(const mg_environment *environment, const mg_learned *best, const char *file);

/* Shows the first episode of a seed in the terminal; keeps it as an animated SVG. CLI_OK, or the code after a message. */
int cli_play_watch(mg_context *context, const mg_environment *environment, mg_policy *policy, uint64_t seed);
int cli_play_record(mg_context *context, const mg_environment *environment, mg_policy *policy, uint64_t seed, const char *path);

#endif
