/* The topics of learning by trial and error. */
#ifndef MICROGRAD_CLI_TOPICS_PLAYING_H
#define MICROGRAD_CLI_TOPICS_PLAYING_H

#include <stdio.h>

void cli_topic_environments(FILE *stream);
void cli_topic_algorithms(FILE *stream);

#endif
