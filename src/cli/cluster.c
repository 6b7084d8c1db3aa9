/* micrograd cluster: from a file to groups of its rows. */
#include "cli/cluster_show.h"
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/output.h"
#include "cli/see.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- before any work --------------------------------------------------------------------------------- */

/* "3" or "2..10". */
static int read_k(const char *text, mg_cluster_options *options) {
    char *end;
    if (*text >= '0' && *text <= '9') {
        options->k = options->k_low = strtoll(text, &end, 10);
        if (!*end) return CLI_OK;
        options->k = MG_AUTO;
        if (strncmp(end, "..", 2) == 0 && end[2] >= '0' && end[2] <= '9') {
            options->k_high = strtoll(end + 2, &end, 10);
            if (!*end) return CLI_OK;
        }
    }
    return cli_fail(CLI_USAGE, "--k: '%s' is no number of groups; give one, 3, or a range, 2..10", text);
}

static void show_progress(void *user, const mg_cluster_progress *now) {
    cli_progress_stage(user, now->stage, now->step, now->steps, NAN, now->seconds);
}

static int read_options(const mg_settings *settings, mg_cluster_options *options) {
    *options = mg_cluster_defaults();
    options->on_progress = settings->quiet ? NULL : show_progress;
    options->method = settings->method;
    options->scale = settings->train.scale;
    options->drop = settings->train.drop;
    options->truth = settings->truth;
    options->image = settings->train.image;
    options->starts = settings->starts;
    options->iterations = settings->iterations;
    options->seed = settings->train.seed;
    options->covariance = settings->covariance;
    options->linkage = settings->linkage;
    options->radius = settings->radius;
    options->min_points = settings->min_points;
    return read_k(settings->k, options);
}

/* "iris.clusters.safetensors" */
static void default_out(const char *data, char out[CLI_PATH_BYTES]) {
    char plain[CLI_PATH_BYTES];
    cli_default_out(data, plain);
    snprintf(out, CLI_PATH_BYTES, "%.*s.clusters.safetensors", (int)(strlen(plain) - strlen(".safetensors")), plain);
}

static int check_files(mg_context *context, const cli_arguments *arguments, const char *out) {
    const char *data = arguments->operands[0];
    if (cli_same_file(out, data))
        return cli_fail(CLI_USAGE, "the groups would be written over the data '%s'; choose another file with --out", out);
    const char *const others[] = { data, out };
    int code = cli_check_report(context, arguments->settings.report, others, 2);
    if (code != CLI_OK) return code;
    return mg_model_can_save(context, out) == MG_OK ? CLI_OK : cli_fail(CLI_FAILED, "%s", mg_context_message(context));
}

/* --- what came out ----------------------------------------------------------------------------------- */

static void tell(const char *path, const mg_dataset *dataset, const mg_clustering *clustering) {
    const mg_clustering_result *r = mg_clustering_result_of(clustering);
    const mg_encoder *encoder = mg_clustering_encoder(clustering);
    char rows[32], features[32];
    for (int64_t i = 0; dataset && i < mg_dataset_warnings(dataset); i++) cli_warn("%s", mg_dataset_warning(dataset, i));
    for (int64_t i = 0; i < mg_encoder_warnings(encoder); i++) cli_warn("%s", mg_encoder_warning(encoder, i));
    for (int64_t i = 0; i < r->warnings; i++) cli_warn("%s", r->warning[i]);
    fprintf(stderr, "%-9s %s: %s rows, %s numbers each\n", "data", path, cli_count(r->rows, rows),
            cli_count(r->features, features));
    fprintf(stderr, "%-9s %s: %s\n", "scale", r->scale, r->scale_reason);
}

static void print_text(const mg_clustering *clustering, const char *out, const char *report) {
    const mg_clustering_result *r = mg_clustering_result_of(clustering);
    char text[32];
    printf("%-9s %s", "method", r->method);
    if (r->details) printf(" (%s)", r->details);
    printf(", %" PRId64 " group%s\n", r->k, r->k == 1 ? "" : "s");
    if (r->k_reason) {
        printf("%-9s ", "k");
        cli_wrap(stdout, r->k_reason, 10, 10, cli_columns());
        cli_print_cluster_trials(stdout, r);
    }
    putchar('\n');
    cli_print_groups(stdout, clustering);
    putchar('\n');
    cli_print_cluster_scores(stdout, r);
    printf("\n%-9s %s\n%-9s %s\n", "time", cli_duration(r->seconds, text), "model", out);
    if (report) printf("%-9s %s\n", "report", report);
    printf("%-9s micrograd predict ", "predict");
    cli_print_word(stdout, out);
    puts(" FILE");
}

static void print_json(const mg_clustering *clustering, const mg_settings *settings, const char *out) {
    const mg_clustering_result *r = mg_clustering_result_of(clustering);
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "method", r->method);
    cli_json_integer(&json, "k", r->k);
    cli_json_array(&json, "sizes");
    for (int64_t j = 0; j < r->k; j++) cli_json_integer(&json, NULL, r->size[j]);
    cli_json_end(&json);
    cli_json_number(&json, "inertia", r->inertia);
    cli_json_number(&json, "silhouette", r->scores.silhouette);
    if (settings->truth) {
        cli_json_number(&json, "ari", r->agreement.ari);
        cli_json_number(&json, "nmi", r->agreement.nmi);
        cli_json_number(&json, "accuracy", r->agreement.accuracy);
    }
    cli_json_number(&json, "seconds", r->seconds);
    cli_json_string(&json, "model", out);
    cli_json_end(&json);
}

/* dataset NULL: the file was read a piece at a time. */
static int finish(const cli_arguments *arguments, mg_context *context, const mg_dataset *dataset, const mg_clustering *clustering,
                  const char *out) {
    const mg_settings *settings = &arguments->settings;
    if (!settings->quiet) tell(arguments->operands[0], dataset, clustering);
    if (mg_clustering_save(clustering, out) != MG_OK) return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    if (settings->report) {
        char *command = cli_command_text(arguments);
        mg_status status = mg_report_clustering(clustering, command, settings->report);
        free(command);
        if (status != MG_OK) return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    }
    if (settings->json)
        print_json(clustering, settings, out);
    else
        print_text(clustering, out, settings->report);
    return CLI_OK;
}

/* --- the command ------------------------------------------------------------------------------------- */

int cli_cluster(const cli_arguments *arguments) {
    const mg_settings *settings = &arguments->settings;
    char name[CLI_PATH_BYTES];
    const char *out = settings->out;
    mg_cluster_options options;
    double shown = 0;
    int code = read_options(settings, &options);
    if (code != CLI_OK) return code;
    options.user = &shown;
    if (!out) default_out(arguments->operands[0], name), out = name;
    mg_context *context = cli_context(settings);
    if (!context) return CLI_FAILED;
    mg_dataset_options data = mg_settings_data(settings);
    mg_dataset *dataset = NULL;
    code = check_files(context, arguments, out);
    if (code == CLI_OK) {
        mg_clustering *clustering = NULL;
        if (settings->stream)
            clustering = mg_cluster_file(context, arguments->operands[0], &data, &options);
        else if ((dataset = mg_dataset_read(context, arguments->operands[0], &data)) != NULL)
            clustering = mg_cluster(context, dataset, &options);
        cli_progress_clear();
        code = clustering ? finish(arguments, context, dataset, clustering, out) : cli_fail_context(context);
        mg_clustering_destroy(clustering);
    }
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    return code;
}
