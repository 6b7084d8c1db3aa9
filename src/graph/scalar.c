/* The table of scalar instructions, one f64 function a row. */
#include "graph/scalar.h"

#define MG__SCALAR_FUNCTION(name, arity, expression)         \
    static double name##_f64(double a, double b, double c) { \
        (void)a, (void)b, (void)c;                           \
        return expression;                                   \
    }
MG__SCALAR_TABLE(MG__SCALAR_FUNCTION)

#define MG__SCALAR_ROW(name, arity, expression) { #name, arity, name##_f64 },
const mg__scalar mg__scalars[MG__SCALARS] = { MG__SCALAR_TABLE(MG__SCALAR_ROW) };
