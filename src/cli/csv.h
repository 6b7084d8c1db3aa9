/* CSV that commands write. */
#ifndef MICROGRAD_CLI_CSV_H
#define MICROGRAD_CLI_CSV_H

#include <stdio.h>

/* A cell of CSV (RFC 4180), `prefix` before its text: quoted where it must be, or where blanks at an end would be lost. */
void cli_csv_cell(FILE *stream, const char *prefix, const char *text);

#endif
