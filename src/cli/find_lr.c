#include "cli/find_lr.h"

#include "cli/json.h"
#include "cli/output.h"

#include <micrograd/learning_rate.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define TABLE_ROWS 15 /* of many rates some are shown */

/* --- for people and programs ------------------------------------------------------------------------- */

static void print_table(const mg_rate_test *test) {
    cli_grid grid = cli_grid_begin("rrr");
    cli_grid_add(&grid, "rate");
    cli_grid_add(&grid, "loss");
    cli_grid_add(&grid, "times");
    int64_t every = (test->steps + TABLE_ROWS - 1) / TABLE_ROWS;
    for (int64_t i = 0; i < test->steps; i += every) {
        const mg_rate_point *point = &test->point[i];
        cli_grid_add(&grid, "%.2g", point->rate);
        if (point->times > 0)
            cli_grid_add(&grid, "%.4f", point->loss);
        else
            cli_grid_add(&grid, "too high");
        cli_grid_add(&grid, "%" PRId64, point->times);
    }
    cli_grid_print(&grid, stdout, 0, true);
}

static void print_text(const mg_rate_test *test, const char *data) {
    print_table(test);
    if (isnan(test->suggested)) {
        printf("\nno rate     the loss fell at none of them; other layers, or scaled inputs, may help\n");
        return;
    }
    printf("\nsuggestion  %.2g, a third of the rate up to which the loss fell; the median of", test->suggested);
    for (int64_t s = 0; s < test->seeds; s++) printf("%s %.2g", s ? "," : "", test->each[s]);
    printf("\ncommand     micrograd train ");
    cli_print_word(stdout, data);
    printf(" --lr %.2g\n", test->suggested);
}

static void print_json(const mg_rate_test *test) {
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_number(&json, "suggested", test->suggested);
    cli_json_array(&json, "each");
    for (int64_t s = 0; s < test->seeds; s++) cli_json_number(&json, NULL, test->each[s]);
    cli_json_end(&json);
    cli_json_array(&json, "curve");
    for (int64_t i = 0; i < test->steps; i++) {
        cli_json_object(&json, NULL);
        cli_json_number(&json, "rate", test->point[i].rate);
        cli_json_number(&json, "loss", test->point[i].loss);
        cli_json_integer(&json, "times", test->point[i].times);
        cli_json_end(&json);
    }
    cli_json_end(&json);
    cli_json_end(&json);
}

/* --- the picture ------------------------------------------------------------------------------------- */

enum { LEFT = 60, TOP = 30, WIDTH = 560, HEIGHT = 260 };

typedef struct frame {
    double lowest, highest; /* rates */
    double least, most;     /* losses */
} frame;

static frame frame_of(const mg_rate_test *test) {
    frame f = { test->point[0].rate, test->point[test->steps - 1].rate, INFINITY, -INFINITY };
    for (int64_t i = 0; i < test->steps; i++) {
        if (test->point[i].times == 0) continue;
        f.least = fmin(f.least, test->point[i].loss);
        f.most = fmax(f.most, test->point[i].loss);
    }
    if (!(f.most > f.least)) f.most = f.least + 1;
    return f;
}

static double across(const frame *f, double rate) { return LEFT + WIDTH * log(rate / f->lowest) / log(f->highest / f->lowest); }
static double down(const frame *f, double loss) { return TOP + HEIGHT * (f->most - loss) / (f->most - f->least); }

static void draw_axes(FILE *svg, const frame *f) {
    for (double decade = ceil(log10(f->lowest) - 1e-9); decade <= log10(f->highest) + 1e-9; decade++) {
        double x = across(f, pow(10, decade));
        fprintf(
            svg,
            "<path stroke='#94a3b8' stroke-width='.6' d='M%.1f %dv%d'/><text x='%.1f' y='%d' text-anchor='middle'>%g</text>\n", x,
            TOP, HEIGHT, x, TOP + HEIGHT + 18, pow(10, decade));
    }
    for (int i = 0; i <= 4; i++) {
        double loss = f->least + (f->most - f->least) * i / 4;
        fprintf(svg, "<text x='%d' y='%.1f' text-anchor='end'>%.3g</text>\n", LEFT - 8, down(f, loss) + 4, loss);
    }
    fprintf(svg, "<text x='%d' y='16'>loss by learning rate: the median of several times, smoothed</text>\n", LEFT);
}

static void draw(FILE *svg, const mg_rate_test *test) {
    frame f = frame_of(test);
    fputs("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 660 330' font-family='sans-serif' font-size='13' fill='none'>"
          "<style>text{fill:#7c8798}</style>\n",
          svg);
    draw_axes(svg, &f);
    fputs("<polyline stroke='#3b82f6' stroke-width='2' points='", svg);
    for (int64_t i = 0; i < test->steps && test->point[i].times > 0; i++)
        fprintf(svg, "%.1f,%.1f ", across(&f, test->point[i].rate), down(&f, test->point[i].loss));
    fputs("'/>\n", svg);
    for (int64_t s = 0; s < test->seeds; s++)
        if (isfinite(test->each[s]))
            fprintf(svg, "<circle cx='%.1f' cy='%d' r='3' fill='#d97706'/>\n", across(&f, test->each[s]), TOP + HEIGHT);
    if (isfinite(test->suggested))
        fprintf(svg, "<path stroke='#d97706' stroke-width='2' d='M%.1f %dv%d'/><text x='%.1f' y='%d'>%.2g</text>\n",
                across(&f, test->suggested), TOP, HEIGHT, across(&f, test->suggested) + 6, TOP + 14, test->suggested);
    fputs("</svg>\n", svg);
}

/* --- the command ------------------------------------------------------------------------------------- */

static int write_picture(const mg_rate_test *test, const char *path) {
    cli_output out;
    int code = cli_output_begin(&out, path);
    if (code != CLI_OK) return code;
    draw(out.stream, test);
    return cli_output_end(&out, CLI_OK);
}

static int tell(const cli_arguments *arguments, const mg_rate_test *test) {
    const char *out = arguments->settings.out;
    int code = out ? write_picture(test, out) : CLI_OK;
    if (code != CLI_OK) return code;
    if (arguments->settings.json)
        print_json(test);
    else
        print_text(test, arguments->operands[0]);
    return CLI_OK;
}

int cli_find_lr(const cli_arguments *arguments, mg_context *context, const mg_dataset *dataset) {
    const mg_train_options *options = &arguments->settings.train;
    const char *out = arguments->settings.out;
    size_t length = out ? strlen(out) : 0;
    if (out && (length < 5 || strcmp(out + length - 4, ".svg") != 0))
        return cli_fail(CLI_USAGE, "--find-lr draws its curve as SVG, and '%s' does not end in .svg", out);
    mg_rate_test test;
    mg_model *model = mg_model_create_with(context, dataset, options);
    if (!model) return cli_fail_context(context);
    mg_status status = mg_rate_test_run(model, dataset, options, NULL, &test);
    int code = status == MG_OK ? tell(arguments, &test) : cli_fail_context(context);
    mg_rate_test_free(&test);
    mg_model_destroy(model);
    return code;
}
