/* Penalties on weights: l1 (lasso, Tibshirani 1996) and l2 (ridge, Hoerl & Kennard 1970). */
#include <micrograd/nn.h>
#include <micrograd/ops.h>

static mg_node *add_term(mg_node *sum, mg_node *term, double factor) {
    term = mg_mul_scalar(term, factor);
    return sum ? mg_add(sum, term) : term;
}

mg_node *mg_penalty(mg_graph *graph, mg_parameters *parameters, double l1, double l2) {
    if (!(l1 >= 0) || !(l2 >= 0))
        return mg_graph_fail(graph, MG_INVALID, "penalty: l1 is %g and l2 is %g; wanted 0 or more", l1, l2);
    mg_node *sum = NULL;
    for (int i = 0; (l1 > 0 || l2 > 0) && i < mg_parameters_count(parameters); i++) {
        if (mg_parameters_entry(parameters, i)->role != MG_WEIGHT) continue;
        mg_node *weight = mg_parameter_leaf(graph, parameters, i);
        if (l1 > 0) sum = add_term(sum, mg_sum_all(mg_abs(weight)), l1);
        if (l2 > 0) sum = add_term(sum, mg_sum_all(mg_square(weight)), l2 / 2);
    }
    return sum ? sum : mg_full(graph, mg_parameters_dtype(parameters), 0, NULL, 0);
}
