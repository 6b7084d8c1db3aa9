/* Topics of help that are prose: what a setting cannot say in a line. */
#ifndef MICROGRAD_CLI_TOPICS_TEXT_H
#define MICROGRAD_CLI_TOPICS_TEXT_H

#include <stdio.h>

/* A bold name, what it takes, and a text that is wrapped beside it. */
void cli_topic_entry(FILE *stream, const char *name, const char *arguments, const char *text);

void cli_topic_data(FILE *stream);
void cli_topic_kinds(FILE *stream);
void cli_topic_encoding(FILE *stream);
void cli_topic_splits(FILE *stream);
void cli_topic_weights(FILE *stream);
void cli_topic_intervals(FILE *stream);
void cli_topic_config(FILE *stream);
void cli_topic_speed(FILE *stream);

#endif
