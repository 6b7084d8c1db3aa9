/* micrograd play: an agent learns to act in an environment. */
#define _POSIX_C_SOURCE 200809L
#include "cli/play.h"

#include "cli/commands.h"
#include "cli/open.h"
#include "cli/output.h"
#include "cli/see.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Added to the seed: episodes of the result are others than those that were learned from. */
#define FRESH ((uint64_t)1 << 60)

typedef struct player {
    const cli_arguments *arguments;
    const mg_settings *settings;
    mg_context *context;
    const mg_environment *environment;
    mg_policy *policy; /* of the best seed, or of --policy */
    mg_learned *learned;
    int count, best;
    char file[CLI_PATH_BYTES];
} player;

/* --- the environment --------------------------------------------------------------------------------- */

static const char *environment_name(const void *user, int index) {
    (void)user;
    const mg_environment *row = mg_environment_at(index);
    return row ? row->name : NULL;
}

/* A name of the table, or a file. */
static int open_environment(player *p) {
    const char *word = p->arguments->operands[0];
    p->environment = mg_environment_find(word);
    if (p->environment) return CLI_OK;
    if (strchr(word, '/') || strchr(word, '.')) {
        p->environment = mg_environment_open(p->context, word);
        return p->environment ? CLI_OK : cli_fail(CLI_FAILED, "%s", mg_context_message(p->context));
    }
    const char *nearest = cli_nearest(word, environment_name, NULL);
    char known[512] = "";
    for (int i = 0; environment_name(NULL, i); i++)
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "", environment_name(NULL, i));
    if (nearest)
        return cli_fail(CLI_USAGE, "there is no environment '%s'; did you mean '%s'? There are %s", word, nearest, known);
    return cli_fail(CLI_USAGE, "there is no environment '%s'; there are %s, and files with a '/' or '.' in their name", word,
                    known);
}

static void tell_fault(void *user, const char *sentence) {
    (void)user;
    printf("fault     %s\n", sentence);
}

static int check(player *p) {
    int faults = mg_environment_check(p->context, p->environment, tell_fault, NULL);
    if (faults < 0) return cli_fail_context(p->context);
    if (faults > 0)
        return cli_fail(CLI_FAILED, "%s does not keep its word: %d fault%s", p->arguments->operands[0], faults,
                        faults == 1 ? "" : "s");
    printf("%s keeps its word\n", p->environment->name);
    return CLI_OK;
}

/* --- learning ---------------------------------------------------------------------------------------- */

static int learn_seed(player *p, int index) {
    mg_agent_options options = p->settings->agent;
    cli_playing playing = { .quiet = p->settings->quiet,
                            .live = cli_is_live(),
                            .shown = cli_is_live() ? -1 : 0,
                            .seed = options.seed + index,
                            .many = p->settings->seeds > 1 };
    mg_learned *learned = &p->learned[index];
    options.seed += index;
    options.on_progress = cli_play_progress;
    options.user = &playing;
    learned->seed = (uint64_t)options.seed;
    mg_policy *policy = mg_agent_learn(p->context, p->environment, &options, &learned->result);
    cli_progress_clear();
    learned->policy = policy;
    if (!policy) return cli_fail_context(p->context);
    p->count = index + 1;
    learned->returns = mg_policy_evaluate(policy, p->environment, CLI_EPISODES, learned->seed + FRESH);
    if (learned->returns.episodes == 0) return cli_fail_context(p->context);
    if (learned->returns.mean > p->learned[p->best].returns.mean) p->best = index;
    return CLI_OK;
}

/* Seed after seed; after Ctrl-C with what there is. */
static int learn(player *p) {
    int code = CLI_OK;
    cli_interrupt_mode_set(CLI_STOP_SOON);
    for (int i = 0; i < (int)p->settings->seeds && code == CLI_OK && !cli_interrupted(); i++) code = learn_seed(p, i);
    if (code != CLI_OK || p->count == 0) return code != CLI_OK ? code : cli_interrupted();
    p->policy = (mg_policy *)p->learned[p->best].policy;
    if (mg_policy_save(p->policy, p->file) != MG_OK) return cli_fail_context(p->context);
    char *command = p->settings->report ? cli_command_text(p->arguments) : NULL;
    if (p->settings->report &&
        mg_report_learned(p->context, p->environment, p->learned, p->count, command, p->settings->report) != MG_OK)
        code = cli_fail_context(p->context);
    free(command);
    return code;
}

static int judge(player *p) {
    double began = cli_seconds();
    p->learned[0].seed = (uint64_t)p->settings->agent.seed;
    p->learned[0].policy = p->policy = mg_policy_load(p->context, p->settings->policy);
    if (!p->policy) return cli_fail(CLI_FAILED, "%s", mg_context_message(p->context));
    p->count = 1;
    if (mg_policy_fits(p->policy, p->environment) != MG_OK)
        return cli_fail(CLI_FAILED, "%s: %s", p->settings->policy, mg_context_message(p->context));
    p->learned[0].returns = mg_policy_evaluate(p->policy, p->environment, CLI_EPISODES, p->learned[0].seed + FRESH);
    p->learned[0].result = (mg_agent_result){ .algorithm = mg_policy_algorithm(p->policy), .seconds = cli_seconds() - began };
    return p->learned[0].returns.episodes > 0 ? CLI_OK : cli_fail_context(p->context);
}

/* --- the command ------------------------------------------------------------------------------------- */

/* Before long work: where its results go. */
static int check_files(player *p) {
    const mg_settings *s = p->settings;
    if (s->policy && (s->out || s->report))
        return cli_fail(CLI_USAGE, "--policy only judges; leave out --%s", s->out ? "out" : "report");
    int length = s->policy || s->out ? snprintf(p->file, sizeof p->file, "%s", s->policy ? s->policy : s->out)
                                     : snprintf(p->file, sizeof p->file, "%s.safetensors", p->environment->name);
    if (length >= (int)sizeof p->file) return cli_fail(CLI_USAGE, "--out: the name is too long");
    if (!s->policy && mg_model_can_save(p->context, p->file) != MG_OK) return cli_fail_context(p->context);
    if (s->watch && s->json) return cli_fail(CLI_USAGE, "--watch and --json both write to standard output; choose one");
    if (s->record && !p->environment->draw_svg)
        return cli_fail(CLI_USAGE, "--record: the environment %s draws no pictures", p->environment->name);
    return cli_check_report(p->context, s->report, (const char *const[]){ p->file, s->record }, 2);
}

static int play(player *p) {
    const mg_settings *s = p->settings;
    int code = check_files(p);
    p->learned = calloc((size_t)s->seeds, sizeof *p->learned);
    if (code == CLI_OK && !p->learned) code = cli_fail(CLI_FAILED, "out of memory");
    if (code == CLI_OK) code = s->policy ? judge(p) : learn(p);
    if (code != CLI_OK) return code;
    uint64_t seed = (uint64_t)s->agent.seed + FRESH;
    if (s->watch) code = cli_play_watch(p->context, p->environment, p->policy, seed);
    if (code == CLI_OK && s->record) code = cli_play_record(p->context, p->environment, p->policy, seed, s->record);
    if (code != CLI_OK) return code;
    if (s->json)
        cli_play_json(p->environment, &p->learned[p->best], p->file);
    else
        cli_play_print(p->environment, p->learned, p->count, p->best, p->file);
    return cli_interrupted();
}

int cli_play(const cli_arguments *arguments) {
    mg_settings settings = arguments->settings;
    if (settings.threads == MG_AUTO) settings.threads = 1;
    player p = { .arguments = arguments, .settings = &arguments->settings, .context = cli_context(&settings) };
    int code = p.context ? open_environment(&p) : CLI_FAILED;
    if (code == CLI_OK) code = arguments->settings.check ? check(&p) : play(&p);
    for (int i = 0; i < p.count; i++) mg_policy_destroy((mg_policy *)p.learned[i].policy);
    if (p.context) mg_environment_close(p.environment);
    free(p.learned);
    mg_context_destroy(p.context);
    return code;
}
