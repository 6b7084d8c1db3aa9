/* periodic(frequencies, width): each of the leading numbers of a row becomes `width` numbers, itself and linear maps of cosines:
 *
 *     h_ji = cos(2 pi w_ji x_j + b_ji),  i < frequencies        w ~ normal(sigma), b ~ uniform(-pi, pi)
 *     y_j  = [x_j, h_j V_j + c_j]                               V_j [frequencies, width - 1]
 *
 * so that the layers that follow can bend sharply in a single column, as trees do (Gorishniy et al. 2022, "On embeddings for
 * numerical features"; with biases and the number itself: Holzmueller et al. 2024, PBLD). The rest of the row is left as it is.
 */
#include "nn/layer.h"

#include "graph/graph.h"

#include <micrograd/ops.h>

#include <math.h>

static mg_node *embed(mg__layer_call *call, mg_node *x, int64_t columns) {
    mg_graph *graph = mg_node_graph(x);
    int64_t rows = mg_node_shape(x)[0], frequencies = (int64_t)call->values[0].number, width = (int64_t)call->values[1].number;
    const double pi = 3.14159265358979323846;
    int64_t each[3] = { columns, 1, frequencies }, maps[3] = { columns, frequencies, width - 1 },
            biases[3] = { columns, 1, width - 1 };
    mg_node *frequency =
        mg__declare(graph, call->parameters, call->name, "frequency", MG_GAIN, 3, each, MG_INIT_normal, call->values[2].number);
    mg_node *phase = mg__declare(graph, call->parameters, call->name, "phase", MG_BIAS, 3, each, MG_INIT_uniform, pi);
    mg_node *weight = mg__declare(graph, call->parameters, call->name, "weight", MG_WEIGHT, 3, maps, MG_INIT_normal,
                                  1 / sqrt((double)frequencies));
    mg_node *bias = mg__declare(graph, call->parameters, call->name, "bias", MG_BIAS, 3, biases, MG_INIT_zeros, 0);
    call->learned = columns * (2 * frequencies + frequencies * (width - 1) + width - 1);
    call->multiply_adds = columns * frequencies * width;
    mg_node *column = mg_reshape(mg_transpose(x, NULL), 3, (int64_t[]){ columns, rows, 1 });
    mg_node *wave = mg_cos(mg_add(mg_mul(column, mg_mul_scalar(frequency, 2 * pi)), phase));
    mg_node *y = mg_concat((mg_node *[]){ column, mg_add(mg_matmul(wave, weight), bias) }, 2, 2); /* [columns, rows, width] */
    return mg_reshape(mg_transpose(y, (int[]){ 1, 0, 2 }), 2, (int64_t[]){ rows, columns * width });
}

static mg_node *build_periodic(mg__layer_call *call, mg_node *x) {
    mg_graph *graph = mg_node_graph(x);
    if (!call->first)
        return mg_graph_fail(graph, MG_INVALID, "wanted as the first layer, where columns are numbers of the table");
    if (mg_node_rank(x) != 2)
        return mg_graph_fail(graph, MG_INVALID, "the input is %s; wanted rows of numbers of a table", MG__NODE_SHAPE_TEXT(x));
    int64_t width = mg_node_shape(x)[1], columns = call->numbers >= 0 && call->numbers < width ? call->numbers : width;
    if (columns == 0) return x;
    mg_node *numbers = embed(call, columns < width ? mg_slice(x, 1, 0, columns, 1) : x, columns);
    if (columns == width) return numbers;
    return mg_concat((mg_node *[]){ numbers, mg_slice(x, 1, columns, width, 1) }, 2, 1);
}

const mg__layer mg__layer_periodic = {
    .name = "periodic",
    .doc = "each scaled number of the row becomes itself and linear maps of its cosines (first layer of tables only)",
    .arguments = { { "frequencies", MG__WHOLE, true, 0, 1, 1024, "cosines of a number" },
                   { "width", MG__WHOLE, true, 0, 2, 1024, "numbers that it becomes" },
                   { "sigma", MG__NUMBER, false, 0.1, 0, 1000, "deviation of the initial frequencies" } },
    .build = build_periodic,
    .before = MG_INIT_glorot_uniform,
    .stochastic = false,
};
