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
    if (text)
        grid->cells[grid->count++] = text;
    else
        grid->failed = true;
}

static void print_row(const cli_grid *grid, FILE *stream, int indent, size_t row, const size_t *widths) {
    fprintf(stream, "%*s", indent, "");
    for (int c = 0; c < grid->columns; c++) {
        size_t cell = row * (size_t)grid->columns + (size_t)c;
        const char *text = cell < grid->count ? grid->cells[cell] : "";
        int blanks = (int)(widths[c] - cli_width(text));
        bool last = c + 1 == grid->columns;
        if (grid->alignment[c] == 'r')
            fprintf(stream, "%*s%s", blanks, "", text);
        else
            fprintf(stream, "%s%*s", text, last ? 0 : blanks, "");
        if (!last) fputs("  ", stream);
    }
}

void cli_grid_print(cli_grid *grid, FILE *stream, int indent, bool header) {
    size_t widths[16] = { 0 };
    for (size_t i = 0; i < grid->count; i++) {
        size_t *width = &widths[i % (size_t)grid->columns], own = cli_width(grid->cells[i]);
        if (own > *width) *width = own;
    }
    size_t rows = (grid->count + (size_t)grid->columns - 1) / (size_t)grid->columns;
    for (size_t row = 0; row < rows; row++) {
        bool bold = header && row == 0;
        if (bold) fputs(cli_style_text(stream, CLI_BOLD), stream);
        print_row(grid, stream, indent, row, widths);
        if (bold) fputs(cli_style_text(stream, CLI_PLAIN), stream);
        fputc('\n', stream);
    }
    if (grid->failed) cli_note("there was no memory for all of this table");
    for (size_t i = 0; i < grid->count; i++) free(grid->cells[i]);
    free(grid->cells);
    *grid = cli_grid_begin(grid->alignment);
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
