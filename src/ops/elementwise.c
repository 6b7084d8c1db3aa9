/* Elementwise primitives: y_i = f(a_i, b_i, c_i) on operands of one shape and dtype. Broadcasting is done by explicit nodes in
 * the builders. */
#include "ops/ops.h"

#include <math.h>
#include <string.h>

static bool elementwise_rule(mg_shape_rule *r) {
    for (int i = 1; i < r->inputs; i++) {
        if (r->x[i]->dtype != r->x[0]->dtype)
            return mg_rule_fail(r, "operands have dtypes %s and %s; dtypes do not promote, convert one with mg_cast",
                                mg_dtype_name((mg_dtype)r->x[0]->dtype), mg_dtype_name((mg_dtype)r->x[i]->dtype));
        if (r->x[i]->shape != r->x[0]->shape)
            return mg_rule_fail(r, "operands have shapes %s and %s, which do not broadcast", MG__NODE_SHAPE_TEXT(r->x[0]),
                                MG__NODE_SHAPE_TEXT(r->x[i]));
    }
    return mg_rule_same_as(r, 0);
}

static int32_t to_i32(double value) {
    return value >= 2147483647.0 ? INT32_MAX : value <= -2147483648.0 || value != value ? INT32_MIN : (int32_t)value;
}

/* The plain kernel: in f64, rounded once to the dtype. */
static mg_status elementwise_reference(const mg_kernel_call *c) {
    double (*f)(double, double, double) = c->op->scalar->function;
    int64_t count = mg_tensor_count(&c->y);
    const void *a = c->x[0].data, *b = c->x[c->inputs > 1 ? 1 : 0].data, *d = c->x[c->inputs > 2 ? 2 : 0].data;
    if (c->y.dtype == MG_F64) {
        double *y = c->y.data;
        for (int64_t i = 0; i < count; i++) y[i] = f(((const double *)a)[i], ((const double *)b)[i], ((const double *)d)[i]);
    } else if (c->y.dtype == MG_F32) {
        float *y = c->y.data;
        for (int64_t i = 0; i < count; i++)
            y[i] = (float)f((double)((const float *)a)[i], (double)((const float *)b)[i], (double)((const float *)d)[i]);
    } else {
        int32_t *y = c->y.data;
        for (int64_t i = 0; i < count; i++)
            y[i] = to_i32(f(((const int32_t *)a)[i], ((const int32_t *)b)[i], ((const int32_t *)d)[i]));
    }
    return MG_OK;
}

#define ROW(id, arity, rule, from, to, away, words)                                                                           \
    static int id##_samples(int index, mg_sample *sample) { return mg__sample_shapes(index, sample, arity, from, to, away); } \
    const mg_op mg__op_##id = { .size = sizeof(mg_op),                                                                        \
                                .name = #id,                                                                                  \
                                .inputs = arity,                                                                              \
                                .shape = elementwise_rule,                                                                    \
                                .gradient = rule,                                                                             \
                                .reference = elementwise_reference,                                                           \
                                .scalar = &mg__scalars[MG__SCALAR_##id],                                                      \
                                .sample = id##_samples,                                                                       \
                                .doc = words,                                                                                 \
                                .kind = MG__ELEMENTWISE };

/* --- one operand ------------------------------------------------------------------------------------- */

#define UNARY(id, from, to, away, words, derivative)  \
    static void id##_gradient(const mg_rule *r) {     \
        mg_node *x = r->x[0], *y = r->y, *dy = r->dy; \
        (void)x;                                      \
        (void)y;                                      \
        r->dx[0] = derivative;                        \
    }                                                 \
    ROW(id, 1, id##_gradient, from, to, away, words)  \
    mg_node *mg_##id(mg_node *x) { return mg_apply(&mg__op_##id, &x, 1, NULL, 0); }
#define UNARY_FLAT(id, from, to, away, words)         \
    ROW(id, 1, MG_NO_GRADIENT, from, to, away, words) \
    mg_node *mg_##id(mg_node *x) { return mg_apply(&mg__op_##id, &x, 1, NULL, 0); }

static mg_node *one_minus(mg_node *x) { return mg_sub(mg_constant_like(x, 1), x); }

static void neg_gradient(const mg_rule *r) { r->dx[0] = mg_neg(r->dy); }
ROW(neg, 1, neg_gradient, -2, 2, 0, "-x.")
mg_node *mg_neg(mg_node *x) {
    if (x && x->op == &mg__op_neg) return mg__inputs(x)[0];
    return mg_apply(&mg__op_neg, &x, 1, NULL, 0);
}

UNARY(abs, -2, 2, 2, "|x|. The derivative at 0 is 0.", mg_mul(dy, mg_sign(x)))
UNARY_FLAT(sign, -2, 2, 2, "-1, 0 or 1; NaN for NaN. No gradient.")
UNARY(square, -2, 2, 0, "x^2.", mg_mul(dy, mg_mul_scalar(x, 2)))
UNARY(reciprocal, 0.5, 2, 0, "1/x.", mg_neg(mg_mul(dy, mg_square(y))))
UNARY(sqrt, 0.5, 3, 0, "Square root; NaN below 0. The derivative at 0 is infinite.",
      mg_mul(dy, mg_div(mg_constant_like(y, 0.5), y)))
UNARY(exp, -2, 2, 0, "e^x.", mg_mul(dy, y))
UNARY(expm1, -2, 2, 0, "e^x - 1, accurate near 0.", mg_mul(dy, mg_add_scalar(y, 1)))
UNARY(log, 0.3, 3, 0, "Natural logarithm; -inf at 0, NaN below.", mg_div(dy, x))
UNARY(log1p, -0.6, 2, 0, "ln(1 + x), accurate near 0.", mg_div(dy, mg_add_scalar(x, 1)))
UNARY(sin, -3, 3, 0, "Sine of radians.", mg_mul(dy, mg_cos(x)))
UNARY(cos, -3, 3, 0, "Cosine of radians.", mg_neg(mg_mul(dy, mg_sin(x))))
UNARY(tanh, -2, 2, 0, "Hyperbolic tangent. dy/dx = 1 - y^2.", mg_mul(dy, one_minus(mg_square(y))))
UNARY(sigmoid, -3, 3, 0, "1/(1 + e^-x). dy/dx = y(1 - y).", mg_mul(dy, mg_mul(y, one_minus(y))))
UNARY(erf, -2, 2, 0, "Error function. dy/dx = 2/sqrt(pi) e^(-x^2).",
      mg_mul(dy, mg_mul_scalar(mg_exp(mg_neg(mg_square(x))), 1.1283791670955125739)))
UNARY_FLAT(floor, -2, 2, 1, "The largest whole number not above x. No gradient.")
UNARY_FLAT(ceil, -2, 2, 1, "The smallest whole number not below x. No gradient.")
UNARY_FLAT(round, -2, 2, 0.5, "The nearest whole number, half to even. No gradient.")
UNARY_FLAT(is_finite, -2, 2, 0, "1 where x is finite, else 0. No gradient.")
UNARY(relu, -2, 2, 2, "max(x, 0). The derivative at 0 is 0; NaN is handed on.",
      mg_where(mg_less(mg_zeros_like(y), y), dy, mg_zeros_like(dy)))

/* --- two and three operands -------------------------------------------------------------------------- */

static void add_gradient(const mg_rule *r) { r->dx[0] = r->dx[1] = r->dy; }
static void sub_gradient(const mg_rule *r) {
    r->dx[0] = r->dy;
    if (r->needed[1]) r->dx[1] = mg_neg(r->dy);
}
static void mul_gradient(const mg_rule *r) {
    if (r->needed[0]) r->dx[0] = mg_mul(r->dy, r->x[1]);
    if (r->needed[1]) r->dx[1] = mg_mul(r->dy, r->x[0]);
}
static void div_gradient(const mg_rule *r) {
    if (r->needed[0]) r->dx[0] = mg_div(r->dy, r->x[1]);
    if (r->needed[1]) r->dx[1] = mg_neg(mg_mul(r->dy, mg_div(r->y, r->x[1])));
}
static void pow_gradient(const mg_rule *r) {
    mg_node *a = r->x[0], *b = r->x[1];
    if (r->needed[0]) {
        mg_node *slope = mg_mul(b, mg_pow(a, mg_add_scalar(b, -1)));
        r->dx[0] = mg_mul(r->dy, mg_where(mg_equal(b, mg_zeros_like(b)), mg_zeros_like(b), slope));
    }
    if (r->needed[1])
        r->dx[1] = mg_mul(r->dy, mg_where(mg_equal(a, mg_zeros_like(a)), mg_zeros_like(a), mg_mul(r->y, mg_log(a))));
}
/* The gradient goes to a where `first`, else to b. */
static void choose_gradient(const mg_rule *r, mg_node *first) {
    mg_node *zero = mg_zeros_like(r->dy);
    if (r->needed[0]) r->dx[0] = mg_where(first, r->dy, zero);
    if (r->needed[1]) r->dx[1] = mg_where(first, zero, r->dy);
}
static void maximum_gradient(const mg_rule *r) { choose_gradient(r, mg_less_equal(r->x[1], r->x[0])); }
static void minimum_gradient(const mg_rule *r) { choose_gradient(r, mg_less_equal(r->x[0], r->x[1])); }
static void where_gradient(const mg_rule *r) {
    mg_node *zero = mg_zeros_like(r->dy);
    if (r->needed[1]) r->dx[1] = mg_where(r->x[0], r->dy, zero);
    if (r->needed[2]) r->dx[2] = mg_where(r->x[0], zero, r->dy);
}

ROW(add, 2, add_gradient, -2, 2, 0, "a + b.")
ROW(sub, 2, sub_gradient, -2, 2, 0, "a - b.")
ROW(mul, 2, mul_gradient, -2, 2, 0, "a b.")
ROW(div, 2, div_gradient, 0.5, 2, 0, "a / b.")
ROW(pow, 2, pow_gradient, 0.5, 2, 0,
    "a^b. d/da is 0 where b = 0, d/db is 0 where a = 0; NaN for a negative a with a b that is not whole.")
ROW(maximum, 2, maximum_gradient, -2, 2, 0, "The larger; a tie gives value and gradient to a. NaN is handed on.")
ROW(minimum, 2, minimum_gradient, -2, 2, 0, "The smaller; a tie gives value and gradient to a. NaN is handed on.")
ROW(equal, 2, MG_NO_GRADIENT, -2, 2, 0, "1 where a = b, else 0. No gradient.")
ROW(less, 2, MG_NO_GRADIENT, -2, 2, 0, "1 where a < b, else 0. No gradient.")
ROW(less_equal, 2, MG_NO_GRADIENT, -2, 2, 0, "1 where a <= b, else 0. No gradient.")
ROW(where, 3, where_gradient, -2, 2, 0, "b where a is not 0, else c. No gradient for a.")

/* A literal takes the dtype of what it meets. */
static mg_node *adopt(mg_node *literal, const mg_node *other) {
    double value;
    if (!mg_is_poison(literal) && !mg_is_poison(other) && literal->dtype != other->dtype &&
        mg__kind_of(literal) == MG__CONSTANT && mg__literal(literal, &value))
        return mg_constant_like(other, value);
    return literal;
}

static mg_node *broadcast_apply(const mg_op *op, mg_node **x, int inputs) {
    for (int i = 0; i < inputs; i++)
        if (!x[i] || mg_is_poison(x[i]) || mg__graph(x[i]) != mg__graph(x[0])) return mg_apply(op, x, inputs, NULL, 0);
    for (int i = 0; i < inputs; i++)
        for (int j = 0; j < inputs; j++) x[i] = adopt(x[i], x[j]);
    bool same = true;
    for (int i = 1; i < inputs; i++) same = same && x[i]->shape == x[0]->shape;
    if (!same) {
        int rank = x[0]->shape->rank;
        int64_t dims[MG_MAX_RANK];
        memcpy(dims, x[0]->shape->dims, sizeof dims);
        for (int i = 1; i < inputs; i++)
            if (!mg__shape_broadcast(rank, dims, x[i]->shape->rank, x[i]->shape->dims, &rank, dims))
                return mg_apply(op, x, inputs, NULL, 0);
        for (int i = 0; i < inputs; i++) x[i] = mg_broadcast(x[i], rank, dims);
    }
    return mg_apply(op, x, inputs, NULL, 0);
}

/* Two literals give a literal. */
static mg_node *fold(const mg_op *op, mg_node *a, mg_node *b) {
    double x, y;
    if (mg_is_poison(a) || mg_is_poison(b) || mg__kind_of(a) != MG__CONSTANT || mg__kind_of(b) != MG__CONSTANT) return NULL;
    if (a->dtype != b->dtype || a->dtype == MG_I32 || !mg__literal(a, &x) || !mg__literal(b, &y)) return NULL;
    return mg_constant_like(a, op->scalar->function(x, y, 0));
}

static bool wider_literal(mg_node *x, mg_node *literal, double value) {
    if (mg_is_poison(x) || mg_is_poison(literal) || !mg__is_literal(literal, value)) return false;
    if (literal->dtype != x->dtype && mg__kind_of(literal) != MG__CONSTANT) return false;
    int rank;
    int64_t dims[MG_MAX_RANK];
    if (!mg__shape_broadcast(x->shape->rank, x->shape->dims, literal->shape->rank, literal->shape->dims, &rank, dims))
        return false;
    return rank == x->shape->rank && memcmp(dims, x->shape->dims, (size_t)rank * sizeof *dims) == 0;
}

static mg_node *binary(const mg_op *op, mg_node *a, mg_node *b) {
    mg_node *folded = fold(op, a, b);
    return folded ? folded : broadcast_apply(op, (mg_node *[2]){ a, b }, 2);
}

/* x + 0, x - 0, x 1 and x/1 are x; x 0 and x - x are left alone, for x may be infinite. */
mg_node *mg_add(mg_node *a, mg_node *b) {
    if (wider_literal(a, b, 0)) return a;
    if (wider_literal(b, a, 0)) return b;
    return binary(&mg__op_add, a, b);
}
mg_node *mg_sub(mg_node *a, mg_node *b) {
    if (wider_literal(a, b, 0)) return a;
    return binary(&mg__op_sub, a, b);
}
mg_node *mg_mul(mg_node *a, mg_node *b) {
    if (wider_literal(a, b, 1)) return a;
    if (wider_literal(b, a, 1)) return b;
    return binary(&mg__op_mul, a, b);
}
mg_node *mg_div(mg_node *a, mg_node *b) {
    if (wider_literal(a, b, 1)) return a;
    return binary(&mg__op_div, a, b);
}

#define BINARY(id) \
    mg_node *mg_##id(mg_node *a, mg_node *b) { return binary(&mg__op_##id, a, b); }
BINARY(pow)
BINARY(maximum)
BINARY(minimum)
BINARY(equal)
BINARY(less)
BINARY(less_equal)

mg_node *mg_greater(mg_node *a, mg_node *b) { return mg_less(b, a); }
mg_node *mg_greater_equal(mg_node *a, mg_node *b) { return mg_less_equal(b, a); }
mg_node *mg_not_equal(mg_node *a, mg_node *b) { return one_minus(mg_equal(a, b)); }
mg_node *mg_where(mg_node *condition, mg_node *a, mg_node *b) {
    return broadcast_apply(&mg__op_where, (mg_node *[3]){ condition, a, b }, 3);
}

/* --- cast -------------------------------------------------------------------------------------------- */

static bool cast_rule(mg_shape_rule *r) {
    mg_rule_same_as(r, 0);
    int64_t dtype = *(const int64_t *)r->attributes;
    if (dtype < MG_F32 || dtype > MG_I32) return mg_rule_fail(r, "wanted f32, f64 or i32, got dtype %lld", (long long)dtype);
    r->dtype = (mg_dtype)dtype;
    return true;
}
static void cast_gradient(const mg_rule *r) {
    if (r->y->dtype != MG_I32 && r->x[0]->dtype != MG_I32) r->dx[0] = mg_cast(r->dy, (mg_dtype)r->x[0]->dtype);
}
static mg_status cast_reference(const mg_kernel_call *c) {
    mg_tensor y = c->y;
    for (int64_t i = 0; i < mg_tensor_count(&y); i++) {
        double value = mg_tensor_get(&c->x[0], i);
        mg_tensor_put(&y, i, y.dtype == MG_I32 ? to_i32(value) : value);
    }
    return MG_OK;
}
static int cast_samples(int index, mg_sample *sample) {
    int count = mg__sample_shapes(index, sample, 1, -3, 3, 0);
    mg__sample_attributes(sample, &(int64_t){ index % 2 ? MG_F32 : MG_F64 }, sizeof(int64_t));
    return count;
}
const mg_op mg__op_cast = {
    .size = sizeof(mg_op),
    .name = "cast",
    .inputs = 1,
    .shape = cast_rule,
    .gradient = cast_gradient,
    .reference = cast_reference,
    .sample = cast_samples,
    .doc = "Another dtype; to i32 towards zero, NaN to the smallest number. The gradient is cast back, none through i32.",
    .kind = MG__CAST
};

mg_node *mg_cast(mg_node *x, mg_dtype dtype) {
    if (!mg_is_poison(x) && x->dtype == dtype) return x;
    double value;
    if (!mg_is_poison(x) && dtype != MG_I32 && mg__kind_of(x) == MG__CONSTANT && mg__literal(x, &value))
        return mg__constant(mg__graph(x), dtype, value);
    return mg_apply(&mg__op_cast, &x, 1, &(int64_t){ dtype }, sizeof(int64_t));
}
