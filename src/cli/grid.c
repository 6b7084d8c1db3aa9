/* Aligned tables and wrapped paragraphs. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

cli_grid cli_grid_begin(const char *alignment) { return (cli_grid){ .columns = (int)strlen(alignment), .alignment = alignment }; }

static char *formatted(const char *format, va_list list) {
    va_list again;
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text) vsnprintf(text, (size_t)length + 1, format, list);
    return text;
}

void cli_grid_add(cli_grid *grid, const char *format, ...) {
    if (grid->count == grid->capacity) {
        size_t capacity = grid->capacity ? 2 * grid->capacity : 32;
        char **cells = realloc(grid->cells, capacity * sizeof *cells);
        if (!cells) {
            grid->failed = true;
            return;
        }
        grid->cells = cells;
        grid->capacity = capacity;
    }
    va_list list;
    va_start(list, format);
    char *text = formatted(format, list);
    va_end(list);
    if (text) cli_disarm(text);
    if (text)
        grid->cells[grid->count++] = text;
    else
        grid->failed = true;
}

#define MOST_COLUMNS 64
#define GAP          2

static void measure(const cli_grid *grid, size_t widths[MOST_COLUMNS]) {
    memset(widths, 0, MOST_COLUMNS * sizeof *widths);
    for (size_t i = 0; i < grid->count; i++) {
        size_t *width = &widths[i % (size_t)grid->columns], own = cli_width(grid->cells[i]);
        if (own > *width) *width = own;
    }
}

int cli_grid_width(const cli_grid *grid, int indent) {
    size_t widths[MOST_COLUMNS], total = (size_t)indent;
    measure(grid, widths);
    for (int c = 0; c < grid->columns; c++) total += widths[c] + (c > 0 ? GAP : 0);
    return (int)total;
}

static void print_row(const cli_grid *grid, FILE *stream, int indent, size_t row, const size_t *widths) {
    int column = indent, line = cli_text_width();
    fprintf(stream, "%*s", indent, "");
    for (int c = 0; c < grid->columns; c++) {
        size_t cell = row * (size_t)grid->columns + (size_t)c;
        const char *text = cell < grid->count ? grid->cells[cell] : "";
        int wide = (int)cli_width(text), blanks = (int)widths[c] - wide;
        bool last = c + 1 == grid->columns, right = grid->alignment[c] == 'r';
        if (last && !right && column + wide > line && line - column >= 20) {
            cli_wrap(stream, text, column, column, line);
            return;
        }
        fprintf(stream, "%*s%s%*s", right ? blanks : 0, "", text, right || last ? 0 : blanks, "");
        if (!last) fprintf(stream, "%*s", GAP, "");
        column += (int)widths[c] + GAP;
    }
    fputc('\n', stream);
}

void cli_grid_free(cli_grid *grid) {
    for (size_t i = 0; i < grid->count; i++) free(grid->cells[i]);
    free(grid->cells);
    *grid = cli_grid_begin(grid->alignment);
}

void cli_grid_print(cli_grid *grid, FILE *stream, int indent, bool header) {
    size_t widths[MOST_COLUMNS];
    measure(grid, widths);
    size_t rows = (grid->count + (size_t)grid->columns - 1) / (size_t)grid->columns;
    for (size_t row = 0; row < rows; row++) {
        bool bold = header && row == 0;
        if (bold) fputs(cli_style_text(stream, CLI_BOLD), stream);
        print_row(grid, stream, indent, row, widths);
        if (bold) fputs(cli_style_text(stream, CLI_PLAIN), stream);
    }
    if (grid->failed) cli_note("there was no memory for all of this table");
    cli_grid_free(grid);
}

/* A word longer than the line gets a line of its own. A line break in the text is kept; lines that begin with a blank are not
 * filled. */
void cli_wrap(FILE *stream, const char *text, int indent, int first, int width) {
    int column = first;
    bool at_start = true, verbatim = *text == ' ';
    while (*text) {
        if (*text == '\n') {
            fputc('\n', stream);
            column = 0;
            at_start = true;
            verbatim = *++text == ' ';
            continue;
        }
        if (*text == ' ' && !verbatim) {
            text++;
            continue;
        }
        size_t length = strcspn(text, verbatim ? "\n" : " \n");
        char word[256];
        snprintf(word, sizeof word, "%.*s", (int)length, text);
        int wide = (int)cli_width(word);
        if (!at_start && column + 1 + wide > width) {
            fputc('\n', stream);
            column = 0;
            at_start = true;
        }
        if (at_start && column < indent)
            fprintf(stream, "%*s", indent - column, ""), column = indent;
        else if (!at_start)
            fputc(' ', stream), column++;
        fwrite(text, 1, length, stream);
        column += wide;
        text += length;
        at_start = false;
    }
    fputc('\n', stream);
}
