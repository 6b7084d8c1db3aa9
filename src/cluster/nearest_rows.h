/* The nearest rows of each row, all of them compared. */
#ifndef MG_CLUSTER_NEAREST_ROWS_H
#define MG_CLUSTER_NEAREST_ROWS_H

#include "cluster/method.h"

typedef struct mg__nearest_rows {
    int64_t rows, k;
    int32_t *row;   /* [rows, k]: ascending by number; never the row itself */
    double *square; /* [rows, k]: squared distances */
} mg__nearest_rows;

/* Is called after each few thousand rows; false ends the search. */
typedef bool mg__nearest_rows_told(void *user, int64_t row, int64_t rows);

/* k below the number of rows. Which of equally far rows are taken follows from their order. *whole: it was not ended. */
mg_status mg__nearest_rows_find(const mg__points *points, int64_t k, mg__nearest_rows_told *told, void *user,
                                mg__nearest_rows *found, bool *whole);
void mg__nearest_rows_free(mg_context *context, mg__nearest_rows *found);

#endif
