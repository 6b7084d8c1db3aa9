/* The topic of networks with a name. */
#ifndef MICROGRAD_CLI_TOPICS_MODELS_H
#define MICROGRAD_CLI_TOPICS_MODELS_H

#include <stdio.h>

void cli_topic_models(FILE *stream);

#endif
