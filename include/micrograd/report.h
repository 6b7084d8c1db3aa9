/* micrograd/report.h: seeing a training or a search: pages of charts, and TensorBoard's event files.
 *
 *     mg_result result = mg_train(model, digits, NULL);
 *     mg_report_write(model, digits, NULL, "report.html");
 *     mg_events_write(model, NULL, "events.out.tfevents.digits");
 *
 * A report is one HTML file that holds all it shows: no script, nothing from a network. It follows the reader's choice of light
 * and dark, fits a phone and prints.
 */
#ifndef MICROGRAD_REPORT_H
#define MICROGRAD_REPORT_H

#include <micrograd/agent.h>
#include <micrograd/cluster.h>
#include <micrograd/curve.h>
#include <micrograd/embed.h>
#include <micrograd/history.h>
#include <micrograd/model.h>
#include <micrograd/record.h>
#include <micrograd/study.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_report_options {
    const char *command;       /* that made the model, shown as it is; default NULL: none is shown */
    const mg_history *history; /* of its training; default NULL: mg_model_history(model) */
    const mg_dataset *test;    /* rows that the model is judged by; default NULL: the test part of `dataset`, found anew by the
                                  model's options; where there was none, its validation part, or else all rows */
    bool all_rows;             /* all rows of `dataset` judge the model, as with mg_model_evaluate; default false */
} mg_report_options;
mg_report_options mg_report_defaults(void);

/* Writes the report on a trained model, whole or not at all. `dataset` is what it was trained on; NULL: what needs rows is left
 * out (unless `test` is there). Shown are, as far as there is something to show:
 * - scores beside a linear model and the answer that is always the same; columns as they are read; warnings; what was chosen,
 * why;
 * - loss, validation metric and learning rate by epoch, with the best epoch; the health of gradients, layer by layer;
 * - classes: confusion matrix, ROC and precision-recall (one against the rest), a reliability diagram (Guo et al. 2017) with the
 *   expected calibration error, the mistakes it was surest of;
 * - numbers: prediction against truth, residuals;
 * - permutation importance of the columns (Breiman 2001): how much the main metric falls when a column's cells are shuffled among
 *   the rows; the mean and deviation of three shuffles;
 * - two inputs: the answer all over their plane; images: the filters of the first layer; layers with shapes and costs.
 * At most 20,000 rows, evenly chosen, are looked at. MG_INVALID: the model has no weights; MG_FORMAT: the rows do not fit the
 * model; MG_FILE. */
mg_status mg_report_write(mg_model *model, const mg_dataset *dataset, const mg_report_options *options, const char *path);

/* Writes several runs side by side: what was set differently, what came out, and curves over each other. MG_INVALID: count
 * outside 1 .. 64. */
mg_status mg_report_compare(mg_context *context, mg_record *const *records, int count, const char *path);

/* Writes how agents learned in one environment: a policy for each seed, with what came of the run and of the judgement at its
 * end; the learning curves, their mean over the seeds with a band from the lowest to the highest (of one seed: of one deviation
 * of the episodes). `command` (NULL: none) is shown as it is. MG_INVALID: count below 1. */
typedef struct mg_learned {
    const mg_policy *policy;
    uint64_t seed;
    mg_agent_result result;
    mg_returns returns;
} mg_learned;
mg_status mg_report_learned(mg_context *context, const mg_environment *environment, const mg_learned *learned, int count,
                            const char *command, const char *path);

typedef struct mg_study_report_options {
    const char *title;       /* of the page; default NULL: "A search" */
    const char *value;       /* what a trial's value is: "accuracy"; default NULL: "value" */
    const char *command;     /* shown as it is; default NULL: none is shown */
    const char *const *note; /* [notes] lines of text below it: the test score, how much the search flatters; default none */
    int64_t notes;
    int64_t chosen; /* number of the trial that was chosen in the end; default -1: that of the best value */
} mg_study_report_options;
mg_study_report_options mg_study_report_defaults(void);

/* Writes the page of a study, whole or not at all, as far as there is something to show:
 * - the best settings, what was searched, how many trials were pruned or failed;
 * - the value of each trial with the best so far; what trials reported on the way;
 * - all settings at once in parallel coordinates, with a gap where one is not there; the value against each setting;
 * - importance, where four trials are complete; the planes of each two of the three most important settings that are numbers,
 *   smoothed over the trials' ranks;
 * - the best 20 trials, and the reasons of those that failed.
 * The 12 most important settings and 400 trials are drawn, the best hundred among them; trials that were interrupted are left
 * out. A path that ends in ".svg" gets the parallel coordinates alone, as a picture. MG_FILE; MG_SETTING: no trial is complete,
 * and so there is no picture. */
mg_status mg_study_report_write(const mg_study *study, const mg_study_report_options *options, const char *path);

/* Writes a curve (micrograd/curve.h), whole or not at all: means over the folds with their deviations, of the rows that train and
 * of the others. A path that ends in ".svg" becomes the picture alone; any other an HTML page with the verdict, the picture and
 * its numbers as a table. MG_FILE. */
mg_status mg_curve_write(const mg_curve *curve, const char *path);

/* Writes what a clustering found: sizes, the columns that set each group apart (of images the centres), the groups by columns,
 * and how k was chosen, the tree of a hierarchy. `command` made it, shown as it is; NULL: none is shown. A path that ends in .svg
 * asks for the first chart alone: the tree, the curve of k, or groups by columns. MG_FILE; MG_UNSUPPORTED: there is no chart. */
mg_status mg_report_clustering(const mg_clustering *clustering, const char *command, const char *path);

/* How the dots of a map's picture are colored. */
typedef struct mg_map_colors {
    const int32_t *label;    /* [rows], 0 .. count - 1; -1: not known; NULL: all alike */
    const char *const *name; /* [count]; of more than 20, colors follow their order from dark to light */
    int64_t count;
    const char *title;         /* what they are; NULL: nothing stands above them */
    const char *picture_title; /* NULL: none */
} mg_map_colors;

/* Draws the first two dimensions of a map (micrograd/embed.h), the same unit along both. A path that ends in ".png" becomes a
 * picture of pixels, any other SVG, of at most 20,000 rows, evenly chosen. MG_SETTING: there is one dimension only.
 * MG_UNSUPPORTED: PNG in a build without libpng. MG_FILE. */
mg_status mg_map_write(mg_context *context, const mg_map_result *result, const mg_map_colors *colors, const char *path);

/* Writes a TensorBoard event file (its name must hold "tfevents"): for each epoch of the history (NULL: mg_model_history(model))
 * the scalars loss, learning_rate, validation/<metric> and, where health was measured, by step health/<measure>/<layer> and the
 * histograms gradients/<layer> and activations/<layer>; of the model as it is the histograms weights/<entry> of the first member
 * and, where the inputs are images, the filters of its first layer. An event's wall time is its second within the run. */
mg_status mg_events_write(mg_model *model, const mg_history *history, const char *path);

#ifdef __cplusplus
}
#endif
#endif
