/* Groups for people and for programs: what cluster and show share. */
#ifndef MICROGRAD_CLI_CLUSTER_SHOW_H
#define MICROGRAD_CLI_CLUSTER_SHOW_H

#include "cli/cli.h"
#include "cli/json.h"

#include <micrograd/cluster.h>

/* Sizes, and the columns that set each apart. */
void cli_print_groups(FILE *stream, const mg_clustering *clustering);
/* Scores, and what was tried for k. */
void cli_print_cluster_scores(FILE *stream, const mg_clustering_result *result);
void cli_print_cluster_trials(FILE *stream, const mg_clustering_result *result);

/* `show` of the file of a clustering, and `predict` by it: as those of a network, from the loaded file on. */
int cli_show_clustering(const cli_arguments *arguments, mg_context *context);
int cli_predict_clusters(const cli_arguments *arguments, mg_context *context);

#endif
