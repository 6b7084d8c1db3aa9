/* Losses, and their table. Formulas and conventions: micrograd/nn.h. */
#include "graph/graph.h"

#include <micrograd/nn.h>
#include <micrograd/ops.h>

#include <math.h>
#include <string.h>

mg_loss_options mg_loss_defaults(void) { return (mg_loss_options){ .label_smoothing = 0, .delta = 1 }; }

/* --- what is checked --------------------------------------------------------------------------------- */

/* Without this, [n, 1] against [n] would broadcast to [n, n] and train on nonsense. */
static bool same_shapes(const char *loss, mg_node *prediction, mg_node *target) {
    if (mg_is_poison(prediction) || mg_is_poison(target)) return false;
    if (mg_node_rank(prediction) == mg_node_rank(target) &&
        (mg_node_rank(target) == 0 ||
         memcmp(mg_node_shape(prediction), mg_node_shape(target), (size_t)mg_node_rank(target) * sizeof(int64_t)) == 0))
        return true;
    mg_graph_fail(mg_node_graph(prediction), MG_INVALID,
                  "%s: the prediction is %s, the target %s; wanted one shape (see mg_reshape)", loss,
                  MG__NODE_SHAPE_TEXT(prediction), MG__NODE_SHAPE_TEXT(target));
    return false;
}

static bool scores_and_labels(const char *loss, mg_node *scores, mg_node *labels) {
    if (mg_is_poison(scores) || mg_is_poison(labels)) return false;
    if (mg_node_rank(scores) == 2 && mg_node_rank(labels) == 1 && mg_node_dtype(labels) == MG_I32 &&
        mg_node_shape(labels)[0] == mg_node_shape(scores)[0] && mg_node_shape(scores)[1] >= 2)
        return true;
    mg_graph_fail(mg_node_graph(scores), MG_INVALID,
                  "%s: the output is %s and the labels %s %s; wanted [n, 2 or more classes] and i32 [n]", loss,
                  MG__NODE_SHAPE_TEXT(scores), mg_dtype_name(mg_node_dtype(labels)), MG__NODE_SHAPE_TEXT(labels));
    return false;
}

static bool weights_fit(const char *loss, const char *what, const mg_node *weights, int64_t count) {
    if (!weights || (mg_node_rank(weights) == 1 && mg_node_shape(weights)[0] == count)) return true;
    mg_graph_fail(mg_node_graph(weights), MG_INVALID, "%s: the %s weights are %s; wanted [%lld]", loss, what,
                  MG__NODE_SHAPE_TEXT(weights), (long long)count);
    return false;
}

static mg_node *poison_of(mg_node *a, mg_node *b) { return mg_graph_poison(mg_node_graph(mg_is_poison(b) ? b : a)); }

/* --- means ------------------------------------------------------------------------------------------- */

/* The mean of elementwise losses; with weights [n] the mean over a row's elements, then the weighted mean over rows. */
static mg_node *mean_loss(const char *name, mg_node *loss, const mg_loss_options *options) {
    mg_node *weights = options ? options->sample_weights : NULL;
    if (!weights || mg_is_poison(loss)) return mg_mean_all(loss);
    if (mg_node_rank(loss) < 1 || !weights_fit(name, "sample", weights, mg_node_shape(loss)[0]))
        return mg_graph_poison(mg_node_graph(loss));
    int axes[MG_MAX_RANK], rank = mg_node_rank(loss);
    for (int i = 1; i < rank; i++) axes[i - 1] = i;
    mg_node *rows = rank > 1 ? mg_mean(loss, axes, rank - 1, false) : loss;
    return mg_div(mg_sum_all(mg_mul(rows, weights)), mg_sum_all(weights));
}

/* --- regression -------------------------------------------------------------------------------------- */

mg_node *mg_mean_squared_error(mg_node *prediction, mg_node *target, const mg_loss_options *options) {
    if (!same_shapes("mean_squared_error", prediction, target)) return poison_of(prediction, target);
    return mean_loss("mean_squared_error", mg_square(mg_sub(prediction, target)), options);
}

mg_node *mg_mean_absolute_error(mg_node *prediction, mg_node *target, const mg_loss_options *options) {
    if (!same_shapes("mean_absolute_error", prediction, target)) return poison_of(prediction, target);
    return mean_loss("mean_absolute_error", mg_abs(mg_sub(prediction, target)), options);
}

/* With d = |p - t| and m = min(d, delta): m (d - m/2), which is d^2/2 up to delta and delta (d - delta/2) beyond. */
mg_node *mg_huber(mg_node *prediction, mg_node *target, const mg_loss_options *options) {
    if (!same_shapes("huber", prediction, target)) return poison_of(prediction, target);
    double delta = options ? options->delta : 1;
    if (!(delta > 0))
        return mg_graph_fail(mg_node_graph(prediction), MG_INVALID, "huber: delta is %g; wanted more than 0", delta);
    mg_node *distance = mg_abs(mg_sub(prediction, target));
    mg_node *inner = mg_minimum(distance, mg_constant_like(distance, delta));
    return mean_loss("huber", mg_mul(inner, mg_sub(distance, mg_mul_scalar(inner, 0.5))), options);
}

/* --- two classes ------------------------------------------------------------------------------------- */

/* -t ln p - (1 - t) ln(1 - p) with p = sigmoid(z) is softplus(z) - t z: nothing under- or overflows. */
mg_node *mg_binary_cross_entropy(mg_node *logits, mg_node *target, const mg_loss_options *options) {
    if (!same_shapes("binary_cross_entropy", logits, target)) return poison_of(logits, target);
    return mean_loss("binary_cross_entropy", mg_sub(mg_softplus(logits), mg_mul(logits, target)), options);
}

mg_node *mg_hinge(mg_node *scores, mg_node *target, const mg_loss_options *options) {
    if (!same_shapes("hinge", scores, target)) return poison_of(scores, target);
    return mean_loss("hinge", mg_relu(mg_sub(mg_constant_like(scores, 1), mg_mul(target, scores))), options);
}

/* --- classes ----------------------------------------------------------------------------------------- */

/* sum of weights x losses / sum of weights, both [n]; a row's weight is its sample's times its class's. */
static mg_node *weighted_mean(mg_node *rows, mg_node *one_hot, const mg_loss_options *options) {
    int axis = -1;
    mg_node *weights = options->class_weights ? mg_sum(mg_mul(one_hot, options->class_weights), &axis, 1, false) : NULL;
    if (options->sample_weights) {
        rows = mg_mul(rows, options->sample_weights);
        weights = weights ? mg_mul(weights, options->sample_weights) : options->sample_weights;
    }
    return mg_div(mg_sum_all(rows), mg_sum_all(weights));
}

/* A row whose label is no class has no loss: NaN, so that it is seen, and not the 0 that its empty one-hot row would give. */
static mg_node *only_known(mg_node *losses, mg_node *labels, int64_t classes) {
    mg_node *label = mg_cast(labels, mg_node_dtype(losses));
    mg_node *known =
        mg_mul(mg_less_equal(mg_constant_like(label, 0), label), mg_less(label, mg_constant_like(label, (double)classes)));
    return mg_where(known, losses, mg_constant_like(losses, NAN));
}

/* Row by row -sum over classes of w_c q_c ln softmax(z)_c, with q = (1 - s) one_hot + s/classes (Szegedy et al. 2016). */
mg_node *mg_cross_entropy(mg_node *logits, mg_node *labels, const mg_loss_options *options) {
    static const char *const name = "cross_entropy";
    if (!scores_and_labels(name, logits, labels)) return poison_of(logits, labels);
    mg_loss_options defaults = mg_loss_defaults();
    if (!options) options = &defaults;
    int64_t rows = mg_node_shape(logits)[0], classes = mg_node_shape(logits)[1];
    double smoothing = options->label_smoothing;
    if (!(smoothing >= 0 && smoothing < 1))
        return mg_graph_fail(mg_node_graph(logits), MG_INVALID, "%s: label smoothing is %g; wanted 0 to below 1", name,
                             smoothing);
    if (!weights_fit(name, "class", options->class_weights, classes) ||
        !weights_fit(name, "sample", options->sample_weights, rows))
        return mg_graph_poison(mg_node_graph(logits));
    int axis = -1;
    mg_node *one_hot = mg_one_hot(labels, classes, mg_node_dtype(logits));
    mg_node *wanted = smoothing > 0 ? mg_add_scalar(mg_mul_scalar(one_hot, 1 - smoothing), smoothing / (double)classes) : one_hot;
    if (options->class_weights) wanted = mg_mul(wanted, options->class_weights);
    mg_node *losses = mg_neg(mg_sum(mg_mul(mg_log_softmax(logits, -1), wanted), &axis, 1, false));
    bool weighted = options->class_weights || options->sample_weights;
    losses = only_known(losses, labels, classes);
    return weighted ? weighted_mean(losses, one_hot, options) : mg_mean_all(losses);
}

/* Crammer & Singer 2001, as Weston & Watkins sum it: over all other classes. The label's own term is relu(0) = 0. */
mg_node *mg_multi_hinge(mg_node *scores, mg_node *labels, const mg_loss_options *options) {
    if (!scores_and_labels("multi_hinge", scores, labels)) return poison_of(scores, labels);
    int axis = -1;
    int64_t classes = mg_node_shape(scores)[1];
    mg_node *one_hot = mg_one_hot(labels, classes, mg_node_dtype(scores));
    mg_node *own = mg_sum(mg_mul(scores, one_hot), &axis, 1, true);
    mg_node *margin = mg_sub(mg_constant_like(scores, 1), one_hot); /* 1 for the others, 0 for the label */
    mg_node *violations = mg_relu(mg_add(mg_sub(scores, own), margin));
    mg_node *rows = mg_mul_scalar(mg_sum(violations, &axis, 1, false), 1 / (double)(classes - 1));
    return mean_loss("multi_hinge", only_known(rows, labels, classes), options);
}

/* --- the table --------------------------------------------------------------------------------------- */

static const mg_loss losses[] = {
    { "mean_squared_error", "mean of (p - t)^2", false, mg_mean_squared_error },
    { "mean_absolute_error", "mean of |p - t|", false, mg_mean_absolute_error },
    { "huber", "squared up to delta, absolute beyond (Huber 1964)", false, mg_huber },
    { "binary_cross_entropy", "two classes: -t ln p - (1 - t) ln(1 - p) on logits, targets 0 to 1", false,
      mg_binary_cross_entropy },
    { "cross_entropy", "classes: -ln softmax(logits)[label]", true, mg_cross_entropy },
    { "hinge", "two classes: max(0, 1 - t s), targets -1 or 1 (Vapnik 1995)", false, mg_hinge },
    { "multi_hinge", "classes: mean over the others of max(0, 1 - s_label + s_other) (Weston & Watkins 1999)", true,
      mg_multi_hinge },
};

const mg_loss *mg_loss_row(int index) {
    return index >= 0 && index < (int)(sizeof losses / sizeof *losses) ? &losses[index] : NULL;
}

const mg_loss *mg_loss_find(const char *name) {
    for (int i = 0; name && mg_loss_row(i); i++)
        if (strcmp(losses[i].name, name) == 0) return &losses[i];
    return NULL;
}
