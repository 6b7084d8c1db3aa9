/* micrograd embed: from a file to a picture of its rows. */
#include "cli/commands.h"
#include "cli/csv.h"
#include "cli/json.h"
#include "cli/open.h"
#include "cli/output.h"
#include "cli/see.h"

#include <micrograd/cluster.h>
#include <micrograd/embed.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- before any work --------------------------------------------------------------------------------- */

typedef struct embedding {
    const cli_arguments *arguments;
    mg_context *context;
    mg_dataset *dataset;
    mg_embed_options options;
    mg_map *map;
    const mg_map_result *result;
    int64_t k; /* how many groups color the picture; 0: none do */
    mg_clustering *groups;
    const char *out, *picture;
    char out_name[CLI_PATH_BYTES], picture_name[CLI_PATH_BYTES];
    double shown;
} embedding;

static bool tell(void *user, const mg_embed_progress *now) {
    embedding *e = user;
    if (!e->arguments->settings.quiet) cli_progress_stage(&e->shown, now->stage, now->step, now->steps, now->value, now->seconds);
    return !cli_interrupted();
}

static int read_options(embedding *e) {
    const mg_settings *s = &e->arguments->settings;
    e->options = mg_embed_defaults();
    e->options.method = s->method;
    e->options.dimensions = s->dimensions;
    e->options.scale = s->train.scale;
    e->options.drop = s->train.drop;
    e->options.truth = s->truth;
    e->options.image = s->train.image;
    e->options.model = s->train.model;
    e->options.solver = s->solver;
    e->options.perplexity = s->perplexity;
    e->options.theta = s->theta;
    e->options.iterations = s->rounds;
    e->options.seed = s->train.seed;
    e->options.on_progress = tell;
    e->options.user = e;
    if (!s->k) return CLI_OK;
    char *end = NULL;
    if (*s->k >= '0' && *s->k <= '9') e->k = strtoll(s->k, &end, 10);
    if (e->k < 1 || *end) return cli_fail(CLI_USAGE, "--k: '%s' is no number of groups; give one, 3", s->k);
    return CLI_OK;
}

/* "iris.pca.csv" */
static const char *default_name(const embedding *e, const char *end, char out[CLI_PATH_BYTES]) {
    char plain[CLI_PATH_BYTES];
    cli_default_out(e->arguments->operands[0], plain);
    snprintf(out, CLI_PATH_BYTES, "%.*s.%.40s.%s", (int)(strlen(plain) - strlen(".safetensors")), plain, e->options.method, end);
    return out;
}

static bool ends_in(const char *text, const char *end) {
    size_t length = strlen(text);
    return length > strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static int check_files(embedding *e) {
    const mg_settings *s = &e->arguments->settings;
    const char *data = e->arguments->operands[0];
    e->out = s->out ? s->out : default_name(e, "csv", e->out_name);
    e->picture = s->picture ? s->picture : s->dimensions > 1 ? default_name(e, "svg", e->picture_name) : NULL;
    const char *const paths[] = { e->out, e->picture };
    if (s->picture && !ends_in(s->picture, ".svg") && !ends_in(s->picture, ".png"))
        return cli_fail(CLI_USAGE, "--picture: '%s' ends neither in .svg nor in .png", s->picture);
    if (s->picture && s->dimensions < 2)
        return cli_fail(CLI_USAGE, "--picture: there is none of one dimension; give --dimensions 2 or more");
    if (s->truth && s->k) return cli_fail(CLI_USAGE, "--k: the picture is colored by --truth already; leave out one of them");
    if (e->picture && (!strcmp(e->out, e->picture) || cli_same_file(e->out, e->picture)))
        return cli_fail(CLI_USAGE, "--out and --picture are one file, '%s'", e->out);
    for (int i = 0; i < 2; i++) {
        if (!paths[i]) continue;
        if (cli_same_file(paths[i], data))
            return cli_fail(CLI_USAGE, "'%s' would be written over the data; choose another file with --%s", paths[i],
                            i ? "picture" : "out");
        if (mg_model_can_save(e->context, paths[i]) != MG_OK) return cli_fail_context(e->context);
    }
    return CLI_OK;
}

/* --- files ------------------------------------------------------------------------------------------- */

static int write_places(const embedding *e) {
    const mg_map_result *r = e->result;
    const int32_t *group = e->groups ? mg_clustering_result_of(e->groups)->label : NULL;
    cli_output out;
    char text[32];
    int code = cli_output_begin(&out, e->out);
    if (code != CLI_OK) return code;
    fputs("row", out.stream);
    for (int64_t d = 0; d < r->dimensions; d++) fprintf(out.stream, ",x%" PRId64, d + 1);
    fprintf(out.stream, "%s%s\n", r->truth ? ",truth" : "", group ? ",group" : "");
    for (int64_t row = 0; row < r->rows; row++) {
        fprintf(out.stream, "%" PRId64, row + 1);
        for (int64_t d = 0; d < r->dimensions; d++)
            fprintf(out.stream, ",%s", cli_double_text(r->y[row * r->dimensions + d], text));
        if (r->truth) {
            fputc(',', out.stream);
            cli_csv_cell(out.stream, "", r->truth[row] < 0 ? "" : r->truth_name[r->truth[row]]);
        }
        if (group) fprintf(out.stream, ",%d", (int)group[row]);
        fputc('\n', out.stream);
    }
    return cli_output_end(&out, CLI_OK);
}

/* "iris.csv: pca" */
static void write_title(const embedding *e, char out[128]) {
    const char *data = e->arguments->operands[0], *slash = strrchr(data, '/');
    snprintf(out, 128, "%.80s: %s", slash && slash[1] ? slash + 1 : data, e->result->method);
}

static int draw(const embedding *e) {
    const mg_map_result *r = e->result;
    const mg_clustering_result *groups = mg_clustering_result_of(e->groups);
    char title[128];
    write_title(e, title);
    mg_map_colors colors = { .label = r->truth, .name = r->truth_name, .count = r->truths, .picture_title = title };
    char(*number)[32] = NULL;
    const char **name = NULL;
    colors.title = r->truth ? e->options.truth : groups ? "k-means" : NULL;
    if (groups) {
        number = calloc((size_t)groups->k, sizeof *number);
        name = calloc((size_t)groups->k, sizeof *name);
        for (int64_t j = 0; number && name && j < groups->k; j++) {
            snprintf(number[j], sizeof *number, "group %" PRId64, j);
            name[j] = number[j];
        }
        colors.label = groups->label, colors.name = name, colors.count = groups->k;
    }
    mg_status status = MG_OUT_OF_MEMORY;
    if (!groups || (number && name)) status = mg_map_write(e->context, r, &colors, e->picture);
    free(number);
    free(name);
    return status == MG_OK ? CLI_OK : cli_fail(CLI_FAILED, "%s", mg_context_message(e->context));
}

/* --- what came out ----------------------------------------------------------------------------------- */

static void say(const embedding *e) {
    const mg_map_result *r = e->result;
    const mg_encoder *encoder = mg_map_encoder(e->map);
    char rows[32], features[32];
    for (int64_t i = 0; i < mg_dataset_warnings(e->dataset); i++) cli_warn("%s", mg_dataset_warning(e->dataset, i));
    for (int64_t i = 0; i < mg_encoder_warnings(encoder); i++) cli_warn("%s", mg_encoder_warning(encoder, i));
    for (int64_t i = 0; i < r->warnings; i++) cli_warn("%s", r->warning[i]);
    fprintf(stderr, "%-9s %s: %s rows, %s numbers each\n", "data", e->arguments->operands[0], cli_count(r->rows, rows),
            cli_count(r->features, features));
    fprintf(stderr, "%-9s %s: %s\n", "scale", r->scale, r->scale_reason);
}

static void print_components(const mg_map_result *r) {
    double sum = 0;
    cli_grid grid = cli_grid_begin("lrrr");
    static const char *const head[] = { "component", "variance", "explained", "together" };
    for (int i = 0; i < 4; i++) cli_grid_add(&grid, "%s", head[i]);
    for (int64_t d = 0; d < r->dimensions; d++) {
        sum += r->explained[d];
        cli_grid_add(&grid, "PC%" PRId64, d + 1);
        cli_grid_add(&grid, "%.4g", r->variance[d]);
        cli_grid_add(&grid, "%.1f %%", 100 * r->explained[d]);
        cli_grid_add(&grid, "%.1f %%", 100 * sum);
    }
    putchar('\n');
    cli_grid_print(&grid, stdout, 2, true);
    putchar('\n');
}

static void print_text(const embedding *e) {
    const mg_map_result *r = e->result;
    char text[32];
    printf("%-9s %s%s%s%s, %" PRId64 " dimension%s\n", "method", r->method, r->solver ? " (" : "", r->solver ? r->solver : "",
           r->solver ? ")" : "", r->dimensions, r->dimensions == 1 ? "" : "s");
    if (isfinite(r->perplexity)) printf("%-9s %.4g\n", "neighbours", r->perplexity);
    if (r->explained) print_components(r);
    if (isfinite(r->error))
        printf("%-9s %.4g: mean squared error of a number that is built again from its place\n", "error", r->error);
    if (isfinite(r->kl)) printf("%-9s %.4f after %" PRId64 " steps: how badly neighbours are kept\n", "KL", r->kl, r->iterations);
    printf("%-9s %s\n%-9s %s\n", "time", cli_duration(r->seconds, text), "places", e->out);
    if (e->picture) printf("%-9s %s\n", "picture", e->picture);
}

static void print_json(const embedding *e) {
    const mg_map_result *r = e->result;
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "method", r->method);
    cli_json_integer(&json, "dimensions", r->dimensions);
    cli_json_integer(&json, "rows", r->rows);
    cli_json_integer(&json, "features", r->features);
    if (r->explained) {
        cli_json_array(&json, "explained");
        for (int64_t d = 0; d < r->dimensions; d++) cli_json_number(&json, NULL, r->explained[d]);
        cli_json_end(&json);
    }
    if (isfinite(r->error)) cli_json_number(&json, "error", r->error);
    if (isfinite(r->kl)) cli_json_number(&json, "kl", r->kl);
    if (isfinite(r->perplexity)) cli_json_number(&json, "perplexity", r->perplexity);
    cli_json_number(&json, "seconds", r->seconds);
    cli_json_string(&json, "out", e->out);
    cli_json_string(&json, "picture", e->picture);
    cli_json_end(&json);
}

/* --- the command ------------------------------------------------------------------------------------- */

static int find_groups(embedding *e) {
    if (e->k == 0) return CLI_OK;
    mg_cluster_options options = mg_cluster_defaults();
    options.k = e->k;
    options.scale = e->options.scale, options.drop = e->options.drop, options.image = e->options.image;
    options.seed = e->options.seed;
    e->groups = mg_cluster(e->context, e->dataset, &options);
    return e->groups ? CLI_OK : cli_fail_context(e->context);
}

static int embed(embedding *e) {
    const mg_settings *s = &e->arguments->settings;
    mg_dataset_options data = cli_data(s, NULL);
    e->dataset = cli_read_dataset(e->context, &data, e->arguments->operands[0]);
    if (!e->dataset) return cli_status_code(e->context);
    cli_interrupt_mode_set(CLI_STOP_SOON);
    e->map = mg_embed(e->context, e->dataset, &e->options);
    cli_progress_clear();
    if (!e->map) return cli_fail_context(e->context);
    if (cli_interrupted() && mg_map_result_of(e->map)->iterations == 0)
        return cli_fail(cli_interrupted(), "interrupted before the first step; nothing was written");
    e->result = mg_map_result_of(e->map);
    if (cli_interrupted())
        cli_note("interrupted: what follows is of %" PRId64 " steps", e->result->iterations);
    else
        cli_interrupt_mode_set(CLI_STOP_AT_ONCE);
    int code = find_groups(e);
    if (code == CLI_OK && !s->quiet) say(e);
    if (code == CLI_OK) code = write_places(e);
    if (code == CLI_OK && e->picture) code = draw(e);
    if (code != CLI_OK) return code;
    if (s->json)
        print_json(e);
    else
        print_text(e);
    return cli_interrupted() ? cli_interrupted() : CLI_OK;
}

int cli_embed(const cli_arguments *arguments) {
    embedding e = { .arguments = arguments, .context = cli_context(&arguments->settings), .shown = -1 };
    if (!e.context) return CLI_FAILED;
    int code = read_options(&e);
    if (code == CLI_OK) code = check_files(&e);
    if (code == CLI_OK) code = embed(&e);
    mg_clustering_destroy(e.groups);
    mg_map_destroy(e.map);
    mg_dataset_destroy(e.dataset);
    mg_context_destroy(e.context);
    return code;
}
