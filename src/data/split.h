/* Training, validation and test rows; folds. */
#ifndef MG_SPLIT_H
#define MG_SPLIT_H

#include "base/base.h"

#include <micrograd/dataset.h>

/* Row numbers, ascending in each part, in one block that `train` begins. */
typedef struct mg__split {
    int64_t *train, *validation, *test;
    int64_t train_count, validation_count, test_count;
} mg__split;

enum { MG__PART_TRAIN, MG__PART_VALIDATION, MG__PART_TEST, MG__PARTS };

/* Splits `count` rows (rows[i], ascending, or i where rows is NULL) by fractions of all of them. labels[i] (0 .. classes-1) is
 * row i's class: each class is cut by itself, rounded by largest remainder so that the totals are the rounded fractions; at least
 * one row of each class trains, so a class with a single row does. labels NULL: one class. Which rows go where is a pure function
 * of (seed, labels, fractions). A part whose fraction is not 0 has at least one row where count allows it (3). MG_INVALID: a
 * negative fraction or a sum >= 1. */
mg_status mg__split_make(mg_context *context, const int64_t *rows, int64_t count, const int32_t *labels, int32_t classes,
                         double validation_fraction, double test_fraction, uint64_t seed, mg__split *split);
/* Leaves at most `most` rows in all, evenly chosen from each part in proportion; a part that had rows keeps one. */
void mg__split_thin(mg__split *split, int64_t most);
void mg__split_free(mg_context *context, mg__split *split);

/* counts[part * classes + k]: rows of class k in a part, MG__PARTS * classes numbers, overwritten. rows and labels are what the
 * split was made of. */
void mg__split_counts(const mg__split *split, const int64_t *rows, int64_t count, const int32_t *labels, int32_t classes,
                      int64_t *counts);

/* --- strategies --------------------------------------------------------------------------------------- */

/* How rows are split: name as in the setting, whether ":COLUMN" follows, meaning. */
#define MG__SPLIT_TABLE(X)                                                                                    \
    X(AUTO, "auto", false, "stratified for classes, random for numbers")                                      \
    X(RANDOM, "random", false, "by chance")                                                                   \
    X(STRATIFIED, "stratified", false, "by chance, each class in proportion")                                 \
    X(TIME, "time", true, "the rows with the latest value of the column test, the ones before them validate") \
    X(GROUP, "group", true, "rows with the same value of the column stay together")                           \
    X(COLUMN, "column", true, "the column says train, validation (val, valid) or test (holdout), in any case")

typedef enum mg__split_kind {
#define MG__SPLIT_ENUM(id, name, column, doc) MG__SPLIT_##id,
    MG__SPLIT_TABLE(MG__SPLIT_ENUM)
#undef MG__SPLIT_ENUM
} mg__split_kind;

typedef struct mg__split_plan {
    mg__split_kind kind;
    const char *column; /* within the text that was parsed; NULL where the kind has none */
} mg__split_plan;

/* The plan of a setting's text (NULL: auto). MG_SETTING: none of them. */
mg_status mg__split_parse(mg_context *context, const char *text, mg__split_plan *plan);

typedef struct mg__split_request {
    mg__split_plan plan;
    const int64_t *rows; /* ascending; NULL: 0 .. count - 1 */
    int64_t count;
    const int32_t *labels; /* [count]; NULL: no classes */
    int32_t classes;
    double validation_fraction, test_fraction; /* of all rows; COLUMN does not look at them */
    uint64_t seed;
} mg__split_request;

/* Splits by a plan. Random and stratified are mg__split_make.
 * - Time: numbers by value, dates by their moment, other text bytewise; of equal ones the later row is the later. A missing cell
 *   is refused with its line.
 * - Group: groups in shuffled order go to test, then to validation, wherever that brings the part closer to its fraction; the
 *   rest train. At least one group trains, and each part that is wanted has one where the groups allow it (3). Missing cells
 *   are one group.
 * - Column: a cell that says none of the words is refused with its line.
 * A class may be in no training row then; mg__split_counts tells. MG_SETTING: no such column, or stratified without classes;
 * MG_FORMAT: a cell as above, one group only, no row to train on; MG_INVALID: fractions as above. */
mg_status mg__split_by(mg_context *context, const mg_dataset *dataset, const mg__split_request *request, mg__split *split);

/* --- folds -------------------------------------------------------------------------------------------- */

/* fold[i] in 0 .. folds - 1 for each of `count` rows: each class (labels NULL: one) is dealt round-robin in shuffled order, so a
 * class's rows, and all rows, differ by at most one from fold to fold. A pure function of (labels, folds, round, seed); another
 * round shuffles anew. MG_INVALID: folds < 2 or > count. */
mg_status mg__split_folds(mg_context *context, int64_t count, const int32_t *labels, int32_t classes, int32_t folds,
                          uint64_t round, uint64_t seed, int32_t *fold);
/* The same with whole groups (group[i] in 0 .. groups - 1, from mg__split_groups): the largest first, each to the fold that has
 * fewest rows, groups of a size in shuffled order. MG_INVALID: folds < 2 or > groups. */
mg_status mg__split_group_folds(mg_context *context, int64_t count, const int64_t *group, int64_t groups, int32_t folds,
                                uint64_t round, uint64_t seed, int32_t *fold);

/* group[i]: number of row i's value of a column among the distinct ones, in their order (as for time); missing ones are a group
 * after all others. */
mg_status mg__split_groups(mg_context *context, const mg_dataset *dataset, int64_t column, const int64_t *rows, int64_t count,
                           int64_t *group, int64_t *groups);

/* --- for the files of splitting ------------------------------------------------------------------------- */

/* MG_INVALID: fractions or a count that no split has. */
mg_status mg__split_check(mg_context *context, int64_t count, double validation_fraction, double test_fraction);
/* Rows of a part: the rounded fraction, at least one of three, and never all. */
int64_t mg__split_total(int64_t count, double fraction);
/* part[i] in MG__PART_TRAIN ... -> the split. */
mg_status mg__split_collect(mg_context *context, const int64_t *rows, int64_t count, const unsigned char *part, mg__split *split);
/* rank[i]: as group above, but -1 where the cell is missing. */
mg_status mg__split_ranks(mg_context *context, const mg_dataset *dataset, int64_t column, const int64_t *rows, int64_t count,
                          int64_t *rank, int64_t *distinct);
/* places[i]: where row i stands in the order of time, from 0; of equal times the later row is the later. MG_FORMAT: a cell that
 * is missing or no time, with its line. */
mg_status mg__split_places(mg_context *context, const mg_dataset *dataset, int64_t column, const int64_t *rows, int64_t count,
                           int64_t *places, int64_t *distinct);
/* part[i] for groups by number. */
mg_status mg__split_deal_groups(mg_context *context, int64_t count, const int64_t *group, int64_t groups,
                                double validation_fraction, double test_fraction, uint64_t seed, unsigned char *part);

#endif
