/* The dynamics and pictures of grid worlds. */
#include "rl/grid.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

const char *const mg__grid_observation[] = { "cell" };
const char *const mg__grid_actions[] = { "left", "down", "right", "up" };

static const mg__grid *grid_of(const mg_environment *environment) { return environment->world; }

/* --- dynamics ---------------------------------------------------------------------------------------- */

static int64_t neighbour(const mg__grid *g, int64_t cell, mg__heading heading) {
    int64_t x = cell % g->width, y = cell / g->width;
    x += (heading == MG__RIGHT) - (heading == MG__LEFT);
    y += (heading == MG__DOWN) - (heading == MG__UP);
    bool inside = x >= 0 && x < g->width && y >= 0 && y < g->height;
    return inside && g->cell[y * g->width + x] != '#' ? y * g->width + x : cell;
}

static int64_t count_starts(const mg__grid *g) {
    int64_t starts = 0;
    for (int64_t i = 0; i < g->width * g->height; i++) starts += g->cell[i] == 'S';
    return starts;
}

static int64_t start(const mg__grid *g, int64_t which) {
    for (int64_t i = 0;; i++)
        if (g->cell[i] == 'S' && which-- == 0) return i;
}

void mg__grid_reset(const mg_environment *environment, void *state, mg_dice *dice, float *observation) {
    const mg__grid *g = grid_of(environment);
    int64_t cell = start(g, mg_dice_below(dice, count_starts(g)));
    ((mg__grid_state *)state)->cell = cell;
    observation[0] = (float)cell;
}

/* What a move onto a cell gives; a cliff's cell is answered by the caller. */
static double reward_of(const mg__grid *g, int64_t cell) {
    switch (g->cell[cell]) {
    case 'G': return g->goal;
    case 'P': return g->pit;
    case 'C': return g->cliff;
    default: return g->step;
    }
}

static bool is_end(const mg__grid *g, int64_t cell) { return g->cell[cell] == 'G' || g->cell[cell] == 'P'; }

/* Headings are in turn: the next one and the one before lie to the sides. */
static mg__heading slipped(const mg__grid *g, mg__heading meant, mg_dice *dice) {
    if (g->slip <= 0) return meant;
    double draw = mg_dice_uniform(dice, 0, 1);
    if (draw < g->slip / 2) return (mg__heading)((meant + 3) % 4);
    return draw < g->slip ? (mg__heading)((meant + 1) % 4) : meant;
}

double mg__grid_step(const mg_environment *environment, void *state, mg_dice *dice, const float *action, float *observation,
                     bool *terminated) {
    const mg__grid *g = grid_of(environment);
    mg__grid_state *at = state;
    int64_t next = neighbour(g, at->cell, slipped(g, g->heading[(int)action[0]], dice));
    double reward = reward_of(g, next);
    *terminated = is_end(g, next);
    if (g->cell[next] == 'C') next = start(g, mg_dice_below(dice, count_starts(g)));
    at->cell = next;
    observation[0] = (float)next;
    return reward;
}

/* Of a world with one start; with several, a cliff's outcome is the first. */
int mg__grid_outcomes(const mg_environment *environment, int64_t cell, int64_t action, mg_outcome outcome[MG_OUTCOMES]) {
    const mg__grid *g = grid_of(environment);
    mg__heading meant = g->heading[action];
    const struct {
        int turn;
        double probability;
    } ways[] = { { 3, g->slip / 2 }, { 0, 1 - g->slip }, { 1, g->slip / 2 } };
    int count = 0;
    for (int i = 0; i < 3; i++) {
        if (ways[i].probability <= 0) continue;
        int64_t next = neighbour(g, cell, (mg__heading)(((int)meant + ways[i].turn) % 4));
        outcome[count++] = (mg_outcome){ .probability = ways[i].probability,
                                         .reward = reward_of(g, next),
                                         .state = g->cell[next] == 'C' ? start(g, 0) : next,
                                         .terminated = is_end(g, next) };
    }
    return count;
}

/* --- pictures ---------------------------------------------------------------------------------------- */

size_t mg__grid_draw_text(const mg_environment *environment, const void *state, char *out, size_t size) {
    const mg__grid *g = grid_of(environment);
    int64_t at = ((const mg__grid_state *)state)->cell;
    size_t used = 0;
    for (int64_t y = 0; y < g->height; y++)
        for (int64_t x = 0; x <= g->width; x++) {
            char c = x == g->width ? '\n' : y * g->width + x == at ? '@' : g->cell[y * g->width + x];
            if (used + 1 < size) out[used] = c, out[used + 1] = 0;
            used++;
        }
    return used;
}

static const char *colour_of(char cell) {
    switch (cell) {
    case 'G': return "#4a4";
    case 'P':
    case 'C': return "#a44";
    case '#': return "#444";
    default: return "#ddd";
    }
}

static double side_of(const mg__grid *g) { return fmin(290.0 / (double)g->width, 190.0 / (double)g->height); }

/* Text behind `used` bytes of a buffer of `size`, as snprintf. */
__attribute__((format(printf, 4, 5))) static void put(char *out, size_t size, size_t *used, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int bytes = vsnprintf(*used < size ? out + *used : NULL, *used < size ? size - *used : 0, format, arguments);
    va_end(arguments);
    *used += bytes < 0 ? 0 : (size_t)bytes;
}

size_t mg__grid_draw_svg(const mg_environment *environment, const void *state, char *out, size_t size) {
    const mg__grid *g = grid_of(environment);
    int64_t at = ((const mg__grid_state *)state)->cell;
    double side = side_of(g);
    size_t used = 0;
    for (int64_t i = 0; i < g->width * g->height; i++)
        put(out, size, &used, "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='%s'/>", 5 + side * (double)(i % g->width),
            5 + side * (double)(i / g->width), side - 1, side - 1, colour_of(g->cell[i]));
    put(out, size, &used, "<circle cx='%.1f' cy='%.1f' r='%.1f' fill='#c84'/>", 5 + side * ((double)(at % g->width) + 0.5),
        5 + side * ((double)(at / g->width) + 0.5), side / 3);
    return used;
}

/* Is there something to decide? */
static bool is_floor(const mg__grid *g, int64_t cell) { return g->cell[cell] == '.' || g->cell[cell] == 'S'; }

/* Green cells are worth much, red ones less than nothing, by the largest value there is; an arrow is the best action, and a
 * number the value, where there is room for it. Cells that were never worth anything have no arrow. */
size_t mg__grid_draw_values(const mg_environment *environment, const double *value, const int64_t *action, char *out,
                            size_t size) {
    static const int degrees[] = { [MG__LEFT] = 180, [MG__DOWN] = 90, [MG__RIGHT] = 0, [MG__UP] = 270 };
    const mg__grid *g = grid_of(environment);
    double side = side_of(g), most = 0;
    size_t used = 0;
    for (int64_t i = 0; i < g->width * g->height; i++) most = is_floor(g, i) ? fmax(most, fabs(value[i])) : most;
    for (int64_t i = 0; i < g->width * g->height; i++) {
        double x = 5 + side * (double)(i % g->width), y = 5 + side * (double)(i / g->width);
        double share = most > 0 ? value[i] / most : 0, faded = 235 - 165 * fabs(share);
        if (!is_floor(g, i)) {
            put(out, size, &used, "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='%s'/>", x, y, side - 1, side - 1,
                colour_of(g->cell[i]));
            continue;
        }
        put(out, size, &used, "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='rgb(%.0f,%.0f,%.0f)'/>", x, y, side - 1,
            side - 1, share < 0 ? 235 : faded, share < 0 ? faded : 235, faded);
        if (share == 0) continue;
        put(out, size, &used,
            "<path d='M-5 0h10m-4-4l4 4l-4 4' fill='none' stroke='#223' stroke-width='1.4' transform='translate(%.1f %.1f) "
            "scale(%.3f) rotate(%d)'/>",
            x + side / 2, y + side * 0.4, side / 24, degrees[g->heading[action[i]]]);
        if (side >= 22)
            put(out, size, &used, "<text x='%.1f' y='%.1f' text-anchor='middle' style='font-size:%.1fpx;fill:#223'>%.*f</text>",
                x + side / 2, y + side * 0.9, side / 4.5, most < 10 ? 2 : 1, value[i]);
    }
    return used;
}
