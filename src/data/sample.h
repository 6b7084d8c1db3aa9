/* A sample of the rows of a file that is read in pieces, as a dataset of its own. */
#ifndef MG_SAMPLE_H
#define MG_SAMPLE_H

#include "data/table.h"

#define MG__SAMPLE_ROWS  100000
#define MG__SAMPLE_BYTES ((size_t)64 << 20)

/* Row r is in the sample where a random number of r's own lies below `threshold`. The threshold begins above all, so that a small
 * file is its own sample, and is halved whenever the sample has grown beyond its bounds; rows that are above it then leave. Which
 * rows stay depends on nothing but their numbers and, through the bounds, on the file. */
typedef struct mg__sample {
    mg_dataset *rows; /* NULL before the first piece; without pixels, names and asked kinds as the pieces' */
    int64_t *number;  /* of each row in the file, ascending */
    size_t capacity;
    int64_t seen;
    double threshold; /* of (0, 1] */
    int64_t most_rows;
    size_t most_bytes;
} mg__sample;

mg__sample mg__sample_begin(int64_t most_rows, size_t most_bytes);
/* The next rows of the file. false: no memory. */
bool mg__sample_add(mg_context *context, mg__sample *sample, const mg_dataset *piece);
void mg__sample_end(mg_context *context, mg__sample *sample);

/* Appends rows of a dataset with the same columns. false: no memory; `to` is good for nothing but its destruction then. */
bool mg__rows_append(mg_dataset *to, const mg_dataset *from, const int64_t *rows, int64_t count);
/* What its columns take. */
size_t mg__dataset_bytes(const mg_dataset *dataset);

#endif
