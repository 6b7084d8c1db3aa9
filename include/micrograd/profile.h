/* micrograd/profile.h: what a table holds, column by column, and what to beware of.
 *
 *     mg_profile *profile = mg_profile_read(ctx, "customers.csv", NULL);
 *     for (int64_t c = 0; c < mg_profile_columns(profile); c++) {
 *         const mg_column_profile *column = mg_profile_column(profile, c);
 *         printf("%s: %s, %lld missing\n", column->name, mg_kind_name(column->kind), (long long)column->missing);
 *     }
 *     mg_profile_destroy(profile);
 *
 * A profile is made in one pass with bounded memory. Counts of rows and missing cells, ranges, means and deviations are of all
 * rows; what needs the values themselves (quantiles, histograms, leaks, duplicates) is of a sample of up to 100,000 rows drawn by
 * a fixed seed: all rows of most tables.
 */
#ifndef MICROGRAD_PROFILE_H
#define MICROGRAD_PROFILE_H

#include <micrograd/dataset.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MG_PROFILE_BINS 24
#define MG_PROFILE_TOP  8

typedef struct mg_top_value {
    const char *text;
    int64_t rows;
} mg_top_value;

typedef struct mg_column_profile {
    const char *name;
    mg_kind kind;
    bool target;
    bool use;           /* as a feature: it will reach the network; false for the target */
    const char *reason; /* a few words: why this kind, or why it is left out */
    const char
        *encoding; /* what the encoder will do: "robust scale", "one-hot, 5", "embedding 120 x 8"; "" where it is left out */
    const char *example; /* the first cell of the sample that is not missing; "" where there is none */
    int64_t missing;
    int64_t distinct;    /* values that are not missing */
    bool distinct_exact; /* counted; beyond 100,000 (fewer in a table of more than 30 columns) they are estimated, to 1 or 2 % */
    int64_t numbers, infinite;                   /* cells that are finite numbers, and infinite ones */
    int64_t strays;                              /* cells of a number or date column that are none; they count as missing */
    double low, high, mean, deviation, skewness; /* of its numbers (a date: seconds since 1970); NaN where there are none */
    double quartile[3];                          /* of the sample; NaN likewise */
    int bins;                 /* of the histogram, of the sample; 0: there is none (no number, no date, or one value only) */
    double bin_low, bin_high; /* equal bins between these, the 0.5 % and the 99.5 % quantile; what lies beyond is in the
                                 first or the last. Whole numbers of a short range have a bin each */
    int64_t histogram[MG_PROFILE_BINS];
    int top_count; /* the most frequent values of the sample, most frequent first; kinds boolean and category */
    mg_top_value top[MG_PROFILE_TOP];
} mg_column_profile;

typedef struct mg_profile mg_profile;

typedef struct mg_profile_options {
    mg_dataset_options data;
    const char *target; /* default NULL: the last column */
    mg_task task;       /* default AUTO */
    const char *drop;   /* "id,name": columns that are no features; NULL (default): none */
    /* Called now and then while the file is read: rows so far, bytes read and the file's length (0: not known). NULL: not. */
    void (*on_progress)(void *user, int64_t rows, uint64_t at, uint64_t length);
    void *user;
} mg_profile_options;
mg_profile_options mg_profile_defaults(void);

/* Reads and profiles. NULL on failure, as mg_dataset_read and mg_dataset_target (but a target that cannot be learned, one class
 * for example, is a warning here, and images have no columns but the label). Memory: a piece of the file, the sample (64 MB at
 * most), and up to 64 MB for counting distinct values. */
mg_profile *mg_profile_read(mg_context *context, const char *path, const mg_profile_options *options);
void mg_profile_destroy(mg_profile *profile); /* NULL is fine */

const char *mg_profile_source(const mg_profile *profile); /* as mg_dataset_source */
int64_t mg_profile_rows(const mg_profile *profile);
int64_t mg_profile_sampled(const mg_profile *profile);    /* rows of the sample; all of them where it equals the rows */
int64_t mg_profile_duplicates(const mg_profile *profile); /* rows of the sample that equal an earlier one in every cell */
int64_t mg_profile_columns(const mg_profile *profile);
const mg_column_profile *mg_profile_column(const mg_profile *profile, int64_t index); /* belongs to the profile */
bool mg_profile_image_shape(const mg_profile *profile, int64_t shape[3]);             /* as mg_dataset_image_shape */

/* The target, NULL where there is none that can be learned; and its classes in their order with the rows of each, of all rows.
 * 0 for regression. */
const mg_target *mg_profile_target(const mg_profile *profile);
int64_t mg_profile_classes(const mg_profile *profile);
mg_top_value mg_profile_class(const mg_profile *profile, int64_t index);

/* The worst first, sentences without a full stop: the reader's, a target that cannot be learned, columns that determine the
 * target, suspected ids, constant columns, much missing, infinite cells, words among numbers, heavy skew, rare classes,
 * duplicates. */
int64_t mg_profile_warnings(const mg_profile *profile);
const char *mg_profile_warning(const mg_profile *profile, int64_t index);

#ifdef __cplusplus
}
#endif
#endif
