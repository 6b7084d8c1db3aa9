/* Convolutions over images [n, height, width, channels] with kernels [height, width, channels / groups, outputs], and their two
 * transposes. The three are each other's gradients: with y = conv2d(x, w), <dy, y> = <conv2d_data(dy, w), x> =
 * <conv2d_weight(x, dy), w>. */
#include "ops/ops.h"

#include <string.h>

mg_convolution mg_convolution_defaults(void) { return (mg_convolution){ .stride = { 1, 1 }, .dilation = { 1, 1 }, .groups = 1 }; }

int64_t mg_convolution_size(int64_t size, int64_t padding, int64_t kernel, int64_t stride, int64_t dilation) {
    int64_t reach = 0, room;
    if (size < 1 || padding < 0 || kernel < 1 || stride < 1 || dilation < 1) return 0;
    if (__builtin_mul_overflow(dilation, kernel - 1, &reach) || __builtin_add_overflow(size, padding, &room)) return 0;
    return reach < room ? (room - reach - 1) / stride + 1 : 0;
}

/* --- rules ------------------------------------------------------------------------------------------- */

/* The settings lie in their ranges; sizes are bounded so that positions cannot overflow. */
static bool slides(mg_shape_rule *r, const mg_convolution *s) {
    const int64_t most = INT32_MAX;
    for (int i = 0; i < 2; i++) {
        if (s->stride[i] < 1 || s->stride[i] > most)
            return mg_rule_fail(r, "the stride is %lld; wanted 1 or more", (long long)s->stride[i]);
        if (s->dilation[i] < 1 || s->dilation[i] > most)
            return mg_rule_fail(r, "the dilation is %lld; wanted 1 or more", (long long)s->dilation[i]);
    }
    for (int i = 0; i < 4; i++)
        if (s->padding[i] < 0 || s->padding[i] > most)
            return mg_rule_fail(r, "the padding is %lld; wanted 0 or more", (long long)s->padding[i]);
    return s->groups >= 1 || mg_rule_fail(r, "there are %lld groups; wanted 1 or more", (long long)s->groups);
}

static bool takes_images(mg_shape_rule *r) {
    for (int i = 0; i < 2; i++) {
        const mg_node *x = r->x[i];
        if (x->dtype == MG_I32 || x->dtype != r->x[0]->dtype)
            return mg_rule_fail(r, "takes two f32 or two f64, got %s and %s; convert with mg_cast",
                                mg_dtype_name((mg_dtype)r->x[0]->dtype), mg_dtype_name((mg_dtype)r->x[1]->dtype));
        if (x->shape->rank != 4)
            return mg_rule_fail(r,
                                "takes four dimensions (images [n, height, width, channels], kernels [height, width, channels / "
                                "groups, outputs]), got %s",
                                MG__NODE_SHAPE_TEXT(x));
        if (x->shape->count == 0) return mg_rule_fail(r, "takes at least one image of one pixel, got %s", MG__NODE_SHAPE_TEXT(x));
        for (int d = 0; d < 4; d++)
            if (x->shape->dims[d] > INT32_MAX) return mg_rule_fail(r, "%s is too large", MG__NODE_SHAPE_TEXT(x));
    }
    return true;
}

/* The kernel reaches over what is there, and so often along an axis. */
static bool output_size(mg_shape_rule *r, const mg_convolution *s, const int64_t *image, const int64_t *kernel, int64_t *out) {
    for (int i = 0; i < 2; i++) {
        const int64_t padding = s->padding[2 * i] + s->padding[2 * i + 1];
        out[i] = mg_convolution_size(image[i], padding, kernel[i], s->stride[i], s->dilation[i]);
        if (out[i] < 1)
            return mg_rule_fail(
                r,
                "a kernel of %lld x %lld (dilation %lld, %lld) is larger than its input of %lld x %lld (padding %lld "
                "in height, %lld in width); make it smaller or padding=same",
                (long long)kernel[0], (long long)kernel[1], (long long)s->dilation[0], (long long)s->dilation[1],
                (long long)image[0], (long long)image[1], (long long)(s->padding[0] + s->padding[1]),
                (long long)(s->padding[2] + s->padding[3]));
    }
    return true;
}

static bool groups_divide(mg_shape_rule *r, int64_t groups, int64_t channels, int64_t inner, int64_t outputs) {
    if (channels % groups || outputs % groups)
        return mg_rule_fail(r, "%lld groups do not divide %lld channels into %lld outputs; wanted a divisor of both",
                            (long long)groups, (long long)channels, (long long)outputs);
    return channels / groups == inner || mg_rule_fail(r, "the kernel takes %lld channels a group, the image has %lld",
                                                      (long long)inner, (long long)(channels / groups));
}

static void set_shape(mg_shape_rule *r, int64_t a, int64_t b, int64_t c, int64_t d) {
    r->dtype = (mg_dtype)r->x[0]->dtype;
    r->rank = 4;
    memcpy(r->shape, MG__DIMS(a, b, c, d), 4 * sizeof *r->shape);
}

static bool conv2d_rule(mg_shape_rule *r) {
    const mg__conv *a = r->attributes;
    if (!slides(r, &a->slide) || !takes_images(r)) return false;
    const int64_t *x = r->x[0]->shape->dims, *w = r->x[1]->shape->dims;
    int64_t out[2];
    if (!groups_divide(r, a->slide.groups, x[3], w[2], w[3]) || !output_size(r, &a->slide, x + 1, w, out)) return false;
    set_shape(r, x[0], out[0], out[1], w[3]);
    return true;
}

static bool data_rule(mg_shape_rule *r) {
    const mg__conv *a = r->attributes;
    if (!slides(r, &a->slide) || !takes_images(r)) return false;
    const int64_t *dy = r->x[0]->shape->dims, *w = r->x[1]->shape->dims;
    int64_t out[2];
    if (w[3] != dy[3])
        return mg_rule_fail(r, "the kernel gives %lld outputs, the gradient has %lld", (long long)w[3], (long long)dy[3]);
    if (!groups_divide(r, a->slide.groups, w[2] * a->slide.groups, w[2], w[3])) return false;
    if (!output_size(r, &a->slide, a->extent, w, out)) return false;
    if (out[0] != dy[1] || out[1] != dy[2])
        return mg_rule_fail(r, "an image of %lld x %lld gives %lld x %lld, not %s", (long long)a->extent[0],
                            (long long)a->extent[1], (long long)out[0], (long long)out[1], MG__NODE_SHAPE_TEXT(r->x[0]));
    set_shape(r, dy[0], a->extent[0], a->extent[1], w[2] * a->slide.groups);
    return true;
}

static bool weight_rule(mg_shape_rule *r) {
    const mg__conv *a = r->attributes;
    if (!slides(r, &a->slide) || !takes_images(r)) return false;
    const int64_t *x = r->x[0]->shape->dims, *dy = r->x[1]->shape->dims;
    int64_t out[2];
    if (!groups_divide(r, a->slide.groups, x[3], x[3] / a->slide.groups, dy[3])) return false;
    if (!output_size(r, &a->slide, x + 1, a->extent, out)) return false;
    if (x[0] != dy[0] || out[0] != dy[1] || out[1] != dy[2])
        return mg_rule_fail(r, "images %s give [%lld, %lld, %lld, ...], not %s", MG__NODE_SHAPE_TEXT(r->x[0]), (long long)x[0],
                            (long long)out[0], (long long)out[1], MG__NODE_SHAPE_TEXT(r->x[1]));
    set_shape(r, a->extent[0], a->extent[1], x[3] / a->slide.groups, dy[3]);
    return true;
}

/* --- gradients --------------------------------------------------------------------------------------- */

static mg_node *data_of(mg_node *dy, mg_node *w, const mg_node *x, const mg__conv *a) {
    return mg_conv2d_data(dy, w, x->shape->dims[1], x->shape->dims[2], &a->slide);
}
static mg_node *weight_of(mg_node *x, mg_node *dy, const mg_node *w, const mg__conv *a) {
    return mg_conv2d_weight(x, dy, w->shape->dims[0], w->shape->dims[1], &a->slide);
}
static void conv2d_gradient(const mg_rule *r) {
    if (r->needed[0]) r->dx[0] = data_of(r->dy, r->x[1], r->x[0], r->attributes);
    if (r->needed[1]) r->dx[1] = weight_of(r->x[0], r->dy, r->x[1], r->attributes);
}
static void data_gradient(const mg_rule *r) {
    const mg__conv *a = r->attributes;
    if (r->needed[0]) r->dx[0] = mg_conv2d(r->dy, r->x[1], &a->slide);
    if (r->needed[1]) r->dx[1] = weight_of(r->dy, r->x[0], r->x[1], a);
}
static void weight_gradient(const mg_rule *r) {
    const mg__conv *a = r->attributes;
    if (r->needed[0]) r->dx[0] = data_of(r->x[1], r->dy, r->x[0], a);
    if (r->needed[1]) r->dx[1] = mg_conv2d(r->x[0], r->dy, &a->slide);
}

/* --- reference kernels ------------------------------------------------------------------------------- */

/* Every product x w that meets in an element of y, for all three: what is added to what is up to the caller. */
typedef void visit(const mg_kernel_call *c, int64_t x, int64_t w, int64_t y);

static mg_status visit_all(const mg_kernel_call *c, const mg_convolution *s, const int64_t *x, const int64_t *w, const int64_t *y,
                           visit *add) {
    mg_tensor result = c->y;
    memset(result.data, 0, mg_tensor_bytes(&result));
    int64_t outputs = w[3] / s->groups, total = y[0] * y[1] * y[2] * y[3];
    for (int64_t at = 0; at < total; at++) {
        int64_t o = at % y[3], j = at / y[3] % y[2], i = at / y[3] / y[2] % y[1], n = at / y[3] / y[2] / y[1];
        for (int64_t tap = 0; tap < w[0] * w[1]; tap++) {
            int64_t p = i * s->stride[0] + tap / w[1] * s->dilation[0] - s->padding[0],
                    q = j * s->stride[1] + tap % w[1] * s->dilation[1] - s->padding[2];
            if (p < 0 || p >= x[1] || q < 0 || q >= x[2]) continue;
            for (int64_t k = 0; k < w[2]; k++)
                add(c, ((n * x[1] + p) * x[2] + q) * x[3] + o / outputs * w[2] + k, (tap * w[2] + k) * w[3] + o, at);
        }
    }
    return MG_OK;
}

static void add_product(const mg_kernel_call *c, int a, int64_t a_at, int b, int64_t b_at, int64_t y_at) {
    mg_tensor y = c->y;
    mg_tensor_put(&y, y_at, mg_tensor_get(&y, y_at) + mg_tensor_get(&c->x[a], a_at) * mg_tensor_get(&c->x[b], b_at));
}
static void add_to_y(const mg_kernel_call *c, int64_t x, int64_t w, int64_t y) { add_product(c, 0, x, 1, w, y); }
static void add_to_x(const mg_kernel_call *c, int64_t x, int64_t w, int64_t y) { add_product(c, 0, y, 1, w, x); }
static void add_to_w(const mg_kernel_call *c, int64_t x, int64_t w, int64_t y) { add_product(c, 0, x, 1, y, w); }

static mg_status conv2d_reference(const mg_kernel_call *c) {
    const mg__conv *a = c->attributes;
    return visit_all(c, &a->slide, c->x[0].shape, c->x[1].shape, c->y.shape, add_to_y);
}
static mg_status data_reference(const mg_kernel_call *c) {
    const mg__conv *a = c->attributes;
    return visit_all(c, &a->slide, c->y.shape, c->x[1].shape, c->x[0].shape, add_to_x);
}
static mg_status weight_reference(const mg_kernel_call *c) {
    const mg__conv *a = c->attributes;
    return visit_all(c, &a->slide, c->x[0].shape, c->y.shape, c->x[1].shape, add_to_w);
}

/* --- cases for the tests ----------------------------------------------------------------------------- */

typedef struct conv_case {
    int64_t image[4], kernel[4]; /* kernel[2]: channels a group */
    mg_convolution slide;
} conv_case;

/* Strides, dilations, groups down to depthwise, uneven padding, 1 x 1, a kernel as large as its input, channels beyond a vector.
 */
static const conv_case cases[] = {
    { { 2, 4, 5, 2 }, { 3, 3, 2, 3 }, { { 1, 1 }, { 1, 1, 1, 1 }, { 1, 1 }, 1 } },
    { { 1, 5, 5, 1 }, { 3, 2, 1, 2 }, { { 2, 1 }, { 0, 1, 2, 0 }, { 1, 1 }, 1 } },
    { { 1, 6, 5, 2 }, { 2, 2, 2, 2 }, { { 1, 1 }, { 0, 0, 1, 1 }, { 2, 3 }, 1 } },
    { { 2, 3, 4, 4 }, { 2, 2, 2, 2 }, { { 1, 2 }, { 1, 0, 0, 1 }, { 1, 1 }, 2 } },
    { { 1, 4, 4, 3 }, { 3, 3, 1, 3 }, { { 1, 1 }, { 1, 1, 1, 1 }, { 1, 1 }, 3 } },
    { { 1, 5, 4, 2 }, { 2, 3, 1, 4 }, { { 2, 2 }, { 1, 1, 1, 1 }, { 1, 1 }, 2 } },
    { { 2, 3, 3, 3 }, { 1, 1, 3, 2 }, { { 2, 2 }, { 0, 0, 0, 0 }, { 1, 1 }, 1 } },
    { { 1, 3, 4, 2 }, { 3, 4, 2, 1 }, { { 1, 1 }, { 0, 0, 0, 0 }, { 1, 1 }, 1 } },
    { { 1, 1, 9, 2 }, { 1, 3, 2, 2 }, { { 1, 3 }, { 0, 0, 2, 1 }, { 1, 2 }, 1 } },
    { { 1, 3, 3, 1 }, { 2, 2, 1, 37 }, { { 1, 1 }, { 0, 0, 0, 0 }, { 1, 1 }, 1 } },
};
enum { CASES = sizeof cases / sizeof *cases };

static void sample_of(int index, mg_sample *sample, int a, int b, const int64_t *extent) {
    const conv_case *c = &cases[index % CASES];
    int64_t shapes[3][4];
    memcpy(shapes[0], c->image, sizeof shapes[0]);
    memcpy(shapes[1], c->kernel, sizeof shapes[1]);
    shapes[2][0] = c->image[0];
    shapes[2][3] = c->kernel[3];
    for (int i = 0; i < 2; i++)
        shapes[2][1 + i] = mg_convolution_size(c->image[1 + i], c->slide.padding[2 * i] + c->slide.padding[2 * i + 1],
                                               c->kernel[i], c->slide.stride[i], c->slide.dilation[i]);
    mg__sample_fill(sample, 2, 4, shapes[a], -1, 1, 0);
    memcpy(sample->shape[1], shapes[b], sizeof shapes[b]);
    mg__conv attributes = { .slide = c->slide };
    if (extent) memcpy(attributes.extent, extent, sizeof attributes.extent);
    mg__sample_attributes(sample, &attributes, sizeof attributes);
}
static int conv2d_samples(int index, mg_sample *sample) {
    sample_of(index, sample, 0, 1, NULL);
    return CASES;
}
static int data_samples(int index, mg_sample *sample) {
    sample_of(index, sample, 2, 1, cases[index % CASES].image + 1);
    return CASES;
}
static int weight_samples(int index, mg_sample *sample) {
    sample_of(index, sample, 0, 2, cases[index % CASES].kernel);
    return CASES;
}

/* --- rows and builders ------------------------------------------------------------------------------- */

#define ROW(NAME, RULE, TEXT, KIND)                              \
    const mg_op mg__op_##NAME = { .size = sizeof(mg_op),         \
                                  .name = #NAME,                 \
                                  .inputs = 2,                   \
                                  .shape = RULE##_rule,          \
                                  .gradient = RULE##_gradient,   \
                                  .reference = RULE##_reference, \
                                  .sample = RULE##_samples,      \
                                  .doc = TEXT,                   \
                                  .kind = KIND }
ROW(conv2d, conv2d, "Images [n, h, w, c] by a kernel [kh, kw, c / groups, o]: cross-correlation.", MG__CONV);
ROW(conv2d_data, data, "The transpose of conv2d in its image: a transposed convolution.", MG__CONV_DATA);
ROW(conv2d_weight, weight, "The transpose of conv2d in its kernel.", MG__CONV_WEIGHT);

static mg_node *build(const mg_op *op, mg_node *a, mg_node *b, int64_t height, int64_t width, const mg_convolution *options) {
    mg__conv attributes = { options ? *options : mg_convolution_defaults(), { height, width } };
    return mg_apply(op, (mg_node *[2]){ a, b }, 2, &attributes, sizeof attributes);
}
mg_node *mg_conv2d(mg_node *x, mg_node *kernel, const mg_convolution *options) {
    return build(&mg__op_conv2d, x, kernel, 0, 0, options);
}
mg_node *mg_conv2d_data(mg_node *dy, mg_node *kernel, int64_t height, int64_t width, const mg_convolution *options) {
    return build(&mg__op_conv2d_data, dy, kernel, height, width, options);
}
mg_node *mg_conv2d_weight(mg_node *x, mg_node *dy, int64_t kernel_height, int64_t kernel_width, const mg_convolution *options) {
    return build(&mg__op_conv2d_weight, x, dy, kernel_height, kernel_width, options);
}
