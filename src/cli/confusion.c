/* The confusion matrix: as a table, and as the mistakes that weigh most. */
#include "cli/confusion.h"

#include <inttypes.h>

#define CLASSES_SHOWN  20 /* a larger matrix nobody reads */
#define MISTAKES_SHOWN 10
#define NAME_COLUMNS   24
#define RIGHT_20       "rrrrrrrrrrrrrrrrrrrr" /* a letter a class */

/* Columns are headed by names where they fit into the line, else by the rows' numbers. */
static cli_grid matrix(const char *const *name, int64_t classes, const int64_t *counts, bool numbered) {
    char text[256];
    cli_grid grid = cli_grid_begin(numbered ? "rl" RIGHT_20 : "l" RIGHT_20);
    grid.columns = (int)classes + 1 + numbered;
    if (numbered) cli_grid_add(&grid, "%s", "");
    cli_grid_add(&grid, "is \\ taken for");
    for (int64_t c = 0; c < classes; c++) {
        if (numbered)
            cli_grid_add(&grid, "%" PRId64, c + 1);
        else
            cli_grid_add(&grid, "%s", cli_short(name[c], NAME_COLUMNS, text));
    }
    for (int64_t r = 0; r < classes; r++) {
        if (numbered) cli_grid_add(&grid, "%" PRId64, r + 1);
        cli_grid_add(&grid, "%s", cli_short(name[r], NAME_COLUMNS, text));
        for (int64_t c = 0; c < classes; c++) cli_grid_add(&grid, "%" PRId64, counts[r * classes + c]);
    }
    return grid;
}

/* The largest count beside the diagonal that comes after `before` in the order of counts, then of places; -1: there is none. */
static int64_t next_mistake(const int64_t *counts, int64_t classes, int64_t before) {
    int64_t best = -1;
    for (int64_t i = 0; i < classes * classes; i++) {
        if (i / classes == i % classes || counts[i] == 0) continue;
        bool after = before < 0 || counts[i] < counts[before] || (counts[i] == counts[before] && i > before);
        if (after && (best < 0 || counts[i] > counts[best])) best = i;
    }
    return best;
}

static void print_mistakes(FILE *stream, const char *const *name, int64_t classes, const int64_t *counts) {
    char text[256];
    int64_t at = next_mistake(counts, classes, -1);
    if (at < 0) return;
    cli_grid grid = cli_grid_begin("llr");
    cli_grid_add(&grid, "is");
    cli_grid_add(&grid, "taken for");
    cli_grid_add(&grid, "rows");
    for (int i = 0; i < MISTAKES_SHOWN && at >= 0; i++, at = next_mistake(counts, classes, at)) {
        cli_grid_add(&grid, "%s", cli_short(name[at / classes], NAME_COLUMNS, text));
        cli_grid_add(&grid, "%s", cli_short(name[at % classes], NAME_COLUMNS, text));
        cli_grid_add(&grid, "%" PRId64, counts[at]);
    }
    fputs("\nmost frequent mistakes\n", stream);
    cli_grid_print(&grid, stream, 2, true);
}

void cli_print_confusion(FILE *stream, const char *const *name, int64_t classes, const int64_t *counts) {
    if (classes > CLASSES_SHOWN) {
        print_mistakes(stream, name, classes, counts);
        return;
    }
    cli_grid grid = matrix(name, classes, counts, false);
    if (cli_grid_width(&grid, 2) > cli_columns()) {
        cli_grid_free(&grid);
        grid = matrix(name, classes, counts, true);
    }
    fputc('\n', stream);
    cli_grid_print(&grid, stream, 2, true);
}

void cli_json_confusion(cli_json *json, const char *const *name, int64_t classes, const int64_t *counts) {
    cli_json_array(json, "classes");
    for (int64_t c = 0; c < classes; c++) cli_json_string(json, NULL, name[c]);
    cli_json_end(json);
    cli_json_array(json, "confusion");
    for (int64_t r = 0; r < classes; r++) {
        cli_json_array(json, NULL);
        for (int64_t c = 0; c < classes; c++) cli_json_integer(json, NULL, counts[r * classes + c]);
        cli_json_end(json);
    }
    cli_json_end(json);
}
