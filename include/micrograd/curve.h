/* micrograd/curve.h: a score along something that grows: the rows that train, or a setting.
 *
 *     mg_curve *curve = mg_curve_make(ctx, digits, &options, "rows", NULL);
 *     if (curve) puts(curve->verdict);
 *     mg_curve_destroy(curve);
 *
 * Each point is a cross-validation on the same folds: what the rows that trained score, and what the rows of the folds do. Where
 * both are poor the network is too small, or held back too much (underfitting); where they part it knows its rows by heart
 * (overfitting).
 */
#ifndef MICROGRAD_CURVE_H
#define MICROGRAD_CURVE_H

#include <micrograd/cross_validation.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MG_CURVE_MOST = 64 }; /* points */

/* Everything belongs to the curve. */
typedef struct mg_curve {
    const char *of;                /* "rows", or the setting's name */
    int points;                    /* in the order of their values; of words as given */
    bool words, log;               /* the values are words; evenly in the logarithm */
    const double *value;           /* [points]: mean training rows, or the setting; of words their number */
    const char *const *text;       /* [points]: as a user writes it; of rows the share, "50 %" */
    const mg_metric *metric;       /* that the verdict goes by: options.metric, or the task's main one */
    const mg_cross_validation *cv; /* candidate i is point i; answers are not kept */
    int best;                      /* the point with the best mean; -1: none is known */
    const char *verdict;           /* sentences; "" where nothing is known */
} mg_curve;

/* `of` is
 * - "rows": a tenth to all of the rows that train in each fold, classes in proportion, the smaller shares part of the larger, of
 *   a split by time the newest (shares of fewer than ten rows, or two a class, are left out);
 * - a setting that a search may choose (mg_space_add_setting): lr, l2, dropout, batch, optimizer ... over a range of its own;
 *   a setting of words over all of them but auto;
 * - "NAME=RANGE" (micrograd/search_space.h): as many values as the range's count says, or 7; all words.
 * how->answers plays no part. NULL on failure: MG_SETTING for a setting that there is none of, that has no range of its own and
 * was given none, or that does not fit the options; else as mg_cross_validate.
 *
 * The verdict. Rows: has the score grown since half of them, by the paired test of mg_cross_validation_compare (p < 0.05)? And
 * do the rows that train score better than the others, by the same test fold by fold? A setting: which value is best, which are
 * no worse that the folds can tell, and at each end of the range: is it worse, and if so, do its training rows score worse too
 * (underfitting) or not (overfitting)? */
mg_curve *mg_curve_make(mg_context *context, const mg_dataset *dataset, const mg_train_options *options, const char *of,
                        const mg_cross_validation_options *how);
void mg_curve_destroy(mg_curve *curve); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
