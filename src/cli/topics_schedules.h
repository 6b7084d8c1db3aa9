/* The topic of learning-rate schedules. */
#ifndef MICROGRAD_CLI_TOPICS_SCHEDULES_H
#define MICROGRAD_CLI_TOPICS_SCHEDULES_H

#include <stdio.h>

void cli_topic_schedules(FILE *stream);

#endif
