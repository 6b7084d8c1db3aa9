/* A curve in the terminal. */
#ifndef MICROGRAD_CLI_PLOT_H
#define MICROGRAD_CLI_PLOT_H

#include "cli/cli.h"

typedef struct cli_plot {
    const char *title;
    const double *x, *y; /* [count], x ascending; not finite: a gap */
    int64_t count;
    int columns, rows; /* of characters, axes included, the title's line not; at least 20 and 3 */
    cli_style style;   /* of the curve */
} cli_plot;

/* Prints rows + 1 lines, in Braille (2 x 4 dots a character) or, where `plain`, in ASCII; each is followed by `end`. */
void cli_plot_print(FILE *stream, const cli_plot *plot, bool plain, const char *end);

#endif
