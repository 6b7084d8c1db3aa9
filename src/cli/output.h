/* Where a command's result goes: standard output, or a file that appears whole or not at all. */
#ifndef MICROGRAD_CLI_OUTPUT_H
#define MICROGRAD_CLI_OUTPUT_H

#include "cli/cli.h"

#define CLI_PATH_BYTES 4096 /* PATH_MAX of Linux, which realpath wants */

typedef struct cli_output {
    FILE *stream;
    const char *path;                  /* as given; NULL: standard output */
    char place[CLI_PATH_BYTES];        /* where it goes: what a symbolic link leads to */
    char written[CLI_PATH_BYTES + 32]; /* what is really open */
} cli_output;

/* path NULL: standard output. A regular file is written beside its place and renamed over it at the end; what exists and is no
 * regular file (/dev/null, a pipe) is written to directly. CLI_OK, or the code after a message. */
int cli_output_begin(cli_output *output, const char *path);
/* Ends it: with a code other than CLI_OK what was begun is removed. Returns that code, or its own after a message. Standard
 * output stays open (cli_finish_output). */
int cli_output_end(cli_output *output, int code);

/* The model's file where none is named: the data's stem in the current folder. "data/iris.csv.gz" gives "iris.safetensors", the
 * folder "pets/" "pets.safetensors". */
void cli_default_out(const char *data, char out[CLI_PATH_BYTES]);

#endif
