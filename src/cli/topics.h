/* Topics of help: what a setting's word or a model text can name. A row each in topics.c. */
#ifndef MICROGRAD_CLI_TOPICS_H
#define MICROGRAD_CLI_TOPICS_H

#include "cli/cli.h"

typedef struct cli_topic {
    const char *name;
    const char *help; /* one line */
    void (*print)(FILE *stream);
} cli_topic;

const cli_topic *cli_topic_row(int index); /* NULL at the end */
const cli_topic *cli_topic_find(const char *name);

/* The text of a setting's row for help: its sentence, its default and its bounds or words. */
void cli_option_text(const mg_option *option, char *out, size_t size);

#endif
