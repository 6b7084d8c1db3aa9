/* Is a model worth more than an answer that needs no network? */
#include "cli/verdict.h"

#include "cli/score.h"

#include <math.h>
#include <string.h>

/* What the user asked for, so that weights of classes are not judged by how often the frequent one is right. */
static const mg_metric *judge(const mg_model *model) {
    const mg_train_options *options = mg_model_trained_with(model);
    mg_task task = mg_model_task(model);
    if (task == MG_TASK_CLASSIFICATION && options && strcmp(options->threshold, "none") != 0)
        return mg_metric_find(options->threshold);
    if (task == MG_TASK_CLASSIFICATION && options && options->class_weight) return mg_metric_find("balanced_accuracy");
    return cli_main_metric(task);
}

/* How much better a is than b. */
static double gain(const mg_metric *metric, double a, double b) { return metric->more_is_better ? a - b : b - a; }

static bool within(mg_interval interval, double value) { return interval.low <= value && value <= interval.high; }

/* The probabilities say something, although the predicted class is always the same one. */
static const char *ranks(const cli_verdict *v, const mg_metric *metric) {
    bool accuracy = mg_model_task(v->model) == MG_TASK_CLASSIFICATION && strcmp(metric->name, "accuracy") == 0;
    if (!accuracy || !(v->scores->roc_auc > 0.5) || !(v->scores->log_loss < v->baseline->log_loss)) return "";
    if (v->intervals && !(v->intervals->roc_auc.low > 0.5)) return "";
    return mg_model_outputs(v->model) == 2
               ? "; its probabilities tell the classes apart, though: --threshold balanced_accuracy or --class-weight balanced uses them"
               : "; its probabilities tell the classes apart, though: --class-weight balanced uses them";
}

static void describe_constant(const cli_verdict *v, const mg_metric *metric, bool unclear, char *out, size_t size) {
    char own[32], other[32], name[256];
    const char *verb = unclear ? "not clearly better" : "no better";
    cli_score_text(mg_metric_value(metric, v->scores), own);
    cli_score_text(mg_metric_value(metric, v->baseline), other);
    if (v->constant)
        snprintf(out, size, "%s than always saying '%s': %s %s, beside %s%s", verb, cli_short(v->constant, 40, name),
                 metric->name, own, other, ranks(v, metric));
    else
        snprintf(out, size, "%s than always saying the %s: %s %s, beside %s%s", verb,
                 mg_model_task(v->model) == MG_TASK_REGRESSION ? "mean" : "most frequent class", metric->name, own, other,
                 ranks(v, metric));
}

bool cli_verdict_text(const cli_verdict *v, char *out, size_t size) {
    const mg_metric *metric = judge(v->model);
    char own[32], other[32];
    *out = 0;
    if (v->scores->rows == 0 || !metric) return false;
    double score = mg_metric_value(metric, v->scores), constant = mg_metric_value(metric, v->baseline);
    double linear = v->linear ? mg_metric_value(metric, v->linear) : NAN;
    mg_interval interval = { NAN, NAN };
    if (v->intervals) interval = mg_metric_interval(metric, v->intervals);
    bool worse = gain(metric, score, constant) <= 0, unclear = within(interval, constant);
    if (worse || unclear) {
        describe_constant(v, metric, !worse, out, size);
        return true;
    }
    if (gain(metric, score, linear) <= 0)
        snprintf(out, size, "no better than a linear model on the same columns (--model ''): %s %s, beside %s", metric->name,
                 cli_score_text(score, own), cli_score_text(linear, other));
    return false;
}

void cli_print_verdict(FILE *stream, const char *text, bool of_no_use) {
    if (!*text) return;
    fprintf(stream, "\n%s%-9s%s ", cli_style_text(stream, of_no_use ? CLI_YELLOW : CLI_BOLD), "verdict",
            cli_style_text(stream, CLI_PLAIN));
    cli_wrap(stream, text, 10, 10, cli_columns());
}
