/* How the planner sees an op: mg_op.kind. What is not named here is run by its reference kernel. */
#ifndef MG_KIND_H
#define MG_KIND_H

typedef enum mg__kind {
    MG__OPAQUE,
    MG__POISON,
    /* leaves */
    MG__CONSTANT,
    MG__VARIABLE,
    MG__INPUT,
    MG__PARAMETER,
    MG__RUN_SCALAR,
    /* computed without operands */
    MG__IOTA,
    MG__UNIFORM,
    MG__NORMAL,
    /* loops */
    MG__ELEMENTWISE,
    MG__CAST,
    MG__SUM,
    MG__MAX,
    MG__ARGMAX,
    /* other ways to look at the same memory */
    MG__IDENTITY, /* stop_gradient, custom_gradient */
    MG__BROADCAST,
    MG__RESHAPE,
    MG__TRANSPOSE,
    MG__FLIP,
    MG__SLICE,
    /* products */
    MG__MATMUL,
    MG__CONV,
    MG__CONV_DATA,
    MG__CONV_WEIGHT,
    /* pooling */
    MG__WINDOW_ARGMAX,
    MG__WINDOW_GATHER,
    MG__WINDOW_SCATTER,
} mg__kind;

#endif
