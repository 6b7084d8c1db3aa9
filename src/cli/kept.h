/* CSV that is written beside columns of what is read: --keep. */
#ifndef MICROGRAD_CLI_KEPT_H
#define MICROGRAD_CLI_KEPT_H

#include "cli/cli.h"

/* All zero is none. */
typedef struct cli_kept {
    char *names;     /* the text of --keep, cut */
    int64_t *column; /* of the file */
    int64_t count;
    char *cell;
    size_t cell_bytes;
} cli_kept;

/* The columns that `list` names; NULL: none, but of pictures the file. CLI_OK, or the code after a message. */
int cli_kept_open(cli_kept *kept, const char *list, const mg_dataset *piece);
void cli_kept_close(cli_kept *kept);
/* The columns' names, and a row's cells as the file spells them, a comma after each. */
void cli_kept_header(const cli_kept *kept, const mg_dataset *piece, FILE *stream);
int cli_kept_row(cli_kept *kept, const mg_dataset *piece, int64_t row, FILE *stream);

#endif
