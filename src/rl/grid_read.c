/* Worlds of cells from text: lines "name = number", then the map. */
#include "base/number.h"
#include "rl/grid.h"
#include "rl/open.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct reading {
    mg__opened *opened;
    const char *path, *at, *end;
    int64_t line;
    mg__grid grid;
    double limit;
} reading;

typedef struct span {
    const char *text;
    size_t length;
} span;

static mg_status fail_at(const reading *r, int64_t column, const char *what) {
    return mg__fail(r->opened->context, MG_FORMAT, "%s, line %" PRId64 ", column %" PRId64 ": %s", r->path, r->line, column,
                    what);
}

/* The next line without its end; false: there is none. */
static bool next_line(reading *r, span *line) {
    if (r->at >= r->end) return false;
    const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
    if (!stop) stop = r->end;
    *line = (span){ r->at, (size_t)(stop - r->at) };
    r->at = stop + (stop < r->end);
    r->line++;
    while (line->length > 0 && strchr(" \t\r", line->text[line->length - 1])) line->length--;
    return true;
}

/* --- numbers ----------------------------------------------------------------------------------------- */

static span trimmed(span s) {
    while (s.length > 0 && (*s.text == ' ' || *s.text == '\t')) s.text++, s.length--;
    while (s.length > 0 && (s.text[s.length - 1] == ' ' || s.text[s.length - 1] == '\t')) s.length--;
    return s;
}

static mg_status read_number(reading *r, span line, const char *equals) {
    const struct {
        const char *name;
        double *value, low, high;
    } numbers[] = { { "step", &r->grid.step, -1e6, 1e6 }, { "goal", &r->grid.goal, -1e6, 1e6 },
                    { "pit", &r->grid.pit, -1e6, 1e6 },   { "cliff", &r->grid.cliff, -1e6, 1e6 },
                    { "slip", &r->grid.slip, 0, 1 },      { "limit", &r->limit, 1, 1e9 } };
    span name = trimmed((span){ line.text, (size_t)(equals - line.text) });
    span text = trimmed((span){ equals + 1, line.length - (size_t)(equals + 1 - line.text) });
    int64_t column = text.text - line.text + 1;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (name.length != strlen(numbers[i].name) || memcmp(name.text, numbers[i].name, name.length) != 0) continue;
        double value = 0;
        if (!mg__parse_double(text.text, text.length, &value)) return fail_at(r, column, "this is no number");
        if (!(value >= numbers[i].low && value <= numbers[i].high))
            return fail_at(r, column, "this number is out of range (slip: 0 to 1; limit: 1 to 1e9; rewards: to a million)");
        *numbers[i].value = value;
        return MG_OK;
    }
    return fail_at(r, name.text - line.text + 1, "there is no such number; there are step, goal, pit, cliff, slip and limit");
}

/* Up to the first line that sets none, which `line` then is. */
static mg_status read_numbers(reading *r, span *line, bool *more) {
    mg_status status = MG_OK;
    while ((*more = next_line(r, line)) && status == MG_OK) {
        const char *equals = memchr(line->text, '=', line->length);
        if (line->length == 0) continue;
        if (!equals) break;
        status = read_number(r, *line, equals);
    }
    return status;
}

/* --- the map ----------------------------------------------------------------------------------------- */

static mg_status check_cells(const reading *r, span line, int64_t *starts, int64_t *goals) {
    for (size_t i = 0; i < line.length; i++) {
        if (!strchr("SGPC#.", line.text[i]) || !line.text[i])
            return fail_at(r, (int64_t)i + 1,
                           "there is no such cell; there are S start, G goal, P pit, C cliff, # wall and . free");
        *starts += line.text[i] == 'S';
        *goals += line.text[i] == 'G';
    }
    return MG_OK;
}

/* The map's extent, from its first line on; empty lines at the end do not count. */
static mg_status measure(reading *r, span line, bool more) {
    int64_t starts = 0, goals = 0, rows = 0;
    mg_status status = MG_OK;
    for (; more && status == MG_OK; more = next_line(r, &line)) {
        rows++;
        if (line.length == 0) continue;
        if (line.length > MG__GRID_MOST || rows > MG__GRID_MOST) return fail_at(r, 1, "the map has more than 4096 cells");
        r->grid.height = rows;
        r->grid.width = (int64_t)line.length > r->grid.width ? (int64_t)line.length : r->grid.width;
        status = check_cells(r, line, &starts, &goals);
    }
    if (status != MG_OK) return status;
    if (r->grid.width * r->grid.height > MG__GRID_MOST) return fail_at(r, 1, "the map has more than 4096 cells");
    if (starts == 0 || goals == 0) return fail_at(r, 1, "the map needs a start S and a goal G");
    return MG_OK;
}

static void fill(const reading *map, span line, bool more, char *cell) {
    reading r = *map;
    memset(cell, '#', (size_t)(r.grid.width * r.grid.height));
    for (int64_t y = 0; more && y < r.grid.height; more = next_line(&r, &line), y++)
        memcpy(cell + y * r.grid.width, line.text, line.length);
}

/* --- the row ----------------------------------------------------------------------------------------- */

mg_status mg__grid_read(mg__opened *opened, const char *path, const char *text, size_t length) {
    reading r = { .opened = opened,
                  .path = path,
                  .at = text,
                  .end = text + length,
                  .limit = NAN,
                  .grid = {
                      .heading = { MG__LEFT, MG__DOWN, MG__RIGHT, MG__UP }, .step = -0.01, .goal = 1, .pit = -1, .cliff = -1 } };
    span line = { text, 0 };
    bool more = true;
    mg_status status = read_numbers(&r, &line, &more);
    if (status != MG_OK) return status;
    reading map = r;
    status = measure(&r, line, more);
    if (status != MG_OK) return status;
    size_t cells = (size_t)(r.grid.width * r.grid.height);
    mg__grid *world = mg__alloc_zero(opened->context, sizeof *world + cells);
    opened->world = world;
    opened->name = mg__strdup(opened->context, path);
    if (!world || !opened->name) return MG_OUT_OF_MEMORY;
    map.grid = r.grid;
    *world = r.grid;
    world->cell = (char *)(world + 1);
    fill(&map, line, more, (char *)(world + 1));
    opened->row = (mg_environment){ MG__GRID_ROW,
                                    .name = opened->name,
                                    .doc = "A world of cells.",
                                    .states = (int64_t)cells,
                                    .action_name = mg__grid_actions,
                                    .step_limit = isnan(r.limit) ? 4 * (int64_t)cells : (int64_t)r.limit,
                                    .solved = NAN,
                                    .world = world };
    return MG_OK;
}
