#include "cli/measure.h"

#include "cli/output.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SPANS      20000 /* of a session and thread: half a megabyte */
#define ROWS_SHOWN 24

int cli_measure_begin(cli_measure *m, mg_context *context, const mg_settings *settings) {
    *m = (cli_measure){ .on = settings->profile };
    if (!settings->profile && !settings->trace) return CLI_OK;
    mg_trace_options options = mg_trace_defaults();
    options.spans = settings->trace ? SPANS : 0;
    m->trace = mg_trace_create(context, &options);
    return m->trace ? CLI_OK : cli_fail_context(context);
}

static int write_trace(const cli_measure *m, mg_context *context, const char *path) {
    cli_output out;
    int code = cli_output_begin(&out, path);
    if (code != CLI_OK) return code;
    if (mg_trace_write(m->trace, mg_write_file, out.stream) != MG_OK && !ferror(out.stream))
        code = cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    return cli_output_end(&out, code);
}

int cli_measure_finish(cli_measure *m, mg_context *context, const mg_settings *settings, const mg_plan *plan) {
    if (!m->trace) return CLI_OK;
    int code = settings->trace ? write_trace(m, context, settings->trace) : CLI_OK;
    if (code != CLI_OK || !m->on) return code;
    m->count = mg_trace_rows(m->trace, NULL, 0);
    m->rows = m->count >= 0 ? calloc((size_t)m->count + 1, sizeof *m->rows) : NULL;
    if (!m->rows) return cli_fail(CLI_FAILED, "out of memory");
    m->count = mg_trace_rows(m->trace, m->rows, m->count);
    const mg_memory *memory = plan ? &plan->memory : NULL;
    size_t bytes = memory ? memory->workspace + memory->parameters : (size_t)1 << 26;
    if (m->count < 0 || mg_machine_measure(context, bytes, &m->machine) != MG_OK) return cli_fail_context(context);
    return CLI_OK;
}

void cli_measure_end(cli_measure *m) {
    free(m->rows);
    mg_trace_destroy(m->trace);
    *m = (cli_measure){ 0 };
}

/* The larger of two shares of what the row's threads could have done: of arithmetic and of memory. */
static double share_of_peak(const cli_measure *m, const mg_trace_row *row) {
    double threads = m->machine.threads, work = row->thread_seconds / threads;
    double arithmetic = m->machine.flops > 0 ? row->step.flops / (work * m->machine.flops) : 0;
    double memory = m->machine.bandwidth > 0 ? row->step.bytes / (work * m->machine.bandwidth) : 0;
    return work > 0 ? (arithmetic > memory ? arithmetic : memory) : 0;
}

/* Done while steps ran: nobody waited for it. */
static bool is_beside(const mg_trace_row *row) { return strcmp(row->session, "data beside") == 0; }

static double all_seconds(const cli_measure *m) {
    double seconds = 0;
    for (int64_t i = 0; i < m->count; i++) seconds += is_beside(&m->rows[i]) ? 0 : m->rows[i].seconds;
    return seconds;
}

/* --- for people -------------------------------------------------------------------------------------- */

static const char *pass_of(const mg_trace_row *row) {
    if (is_beside(row)) return "(beside)";
    return strcmp(row->session, "training") == 0 ? mg_pass_name(row->step.pass) : row->session;
}

static void add_rate(cli_grid *grid, double amount, double seconds) {
    if (amount > 0 && seconds > 0)
        cli_grid_add(grid, "%.1f", amount / seconds * 1e-9);
    else
        cli_grid_add(grid, "%s", "");
}

static void add_row(cli_grid *grid, const cli_measure *m, const mg_trace_row *row, double all) {
    char text[256];
    cli_grid_add(grid, "%s", cli_short(row->step.layer, 32, text));
    cli_grid_add(grid, "%s", pass_of(row));
    cli_grid_add(grid, "%s", cli_short(row->step.op, 40, text));
    cli_grid_add(grid, "%.1f", row->seconds * 1e3);
    if (is_beside(row))
        cli_grid_add(grid, "%s", "");
    else
        cli_grid_add(grid, "%.1f %%", all > 0 ? 100 * row->seconds / all : 0);
    cli_grid_add(grid, "%s", cli_count(row->calls, text));
    add_rate(grid, row->step.flops, row->seconds);
    add_rate(grid, row->step.bytes, row->seconds);
    if (row->step.bytes > 0)
        cli_grid_add(grid, "%.0f %%", 100 * share_of_peak(m, row));
    else
        cli_grid_add(grid, "%s", "");
}

void cli_measure_print(FILE *stream, const cli_measure *m) {
    static const char *const header[] = { "layer", "pass", "op", "ms", "of all", "calls", "GFLOP/s", "GB/s", "of peak" };
    double all = all_seconds(m);
    if (!m->on) return;
    cli_grid grid = cli_grid_begin("lllrrrrrr");
    for (int i = 0; i < 9; i++) cli_grid_add(&grid, "%s", header[i]);
    for (int64_t i = 0; i < m->count && i < ROWS_SHOWN; i++) add_row(&grid, m, &m->rows[i], all);
    fputc('\n', stream);
    cli_grid_print(&grid, stream, 2, true);
    if (m->count > ROWS_SHOWN) fprintf(stream, "  ... and %" PRId64 " more (--json lists them all)\n", m->count - ROWS_SHOWN);
    fprintf(stream, "%-9s ", "machine");
    if (m->machine.flops > 0) fprintf(stream, "at most %.0f GFLOP/s (f32), ", m->machine.flops * 1e-9);
    fprintf(stream, "%.0f GB/s over as much memory as the training takes, on %d thread%s\n", m->machine.bandwidth * 1e-9,
            m->machine.threads, m->machine.threads == 1 ? "" : "s");
}

/* --- for programs ------------------------------------------------------------------------------------ */

void cli_measure_json(cli_json *json, const cli_measure *m) {
    if (!m->on) return;
    cli_json_object(json, "profile");
    cli_json_integer(json, "threads", m->machine.threads);
    cli_json_number(json, "peak_flops", m->machine.flops);
    cli_json_number(json, "bandwidth", m->machine.bandwidth);
    cli_json_array(json, "rows");
    for (int64_t i = 0; i < m->count; i++) {
        const mg_trace_row *row = &m->rows[i];
        cli_json_object(json, NULL);
        cli_json_string(json, "session", row->session);
        cli_json_string(json, "layer", row->step.layer);
        cli_json_string(json, "pass", mg_pass_name(row->step.pass));
        cli_json_string(json, "op", row->step.op);
        cli_json_string(json, "shape", row->step.shape);
        cli_json_integer(json, "calls", row->calls);
        cli_json_number(json, "seconds", row->seconds);
        cli_json_number(json, "flops", row->step.flops);
        cli_json_number(json, "bytes", row->step.bytes);
        cli_json_number(json, "of_peak", share_of_peak(m, row));
        cli_json_end(json);
    }
    cli_json_end(json);
    cli_json_end(json);
}
