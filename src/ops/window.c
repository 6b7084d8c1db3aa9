/* Windows over images [n, height, width, channels]: max pooling is window_gather(x, window_argmax(x)). Gather and scatter are
 * each other's gradients. Average pooling and resizing are composed: the one is a depthwise convolution with equal weights, the
 * other two products. */
#include "ops/ops.h"

#include <math.h>
#include <string.h>

/* --- rules ------------------------------------------------------------------------------------------- */

static bool image_fits(mg_shape_rule *r) {
    const mg_node *x = r->x[0];
    if (x->dtype == MG_I32) return mg_rule_fail(r, "takes f32 or f64, got i32; convert with mg_cast");
    if (x->shape->rank != 4) return mg_rule_fail(r, "takes images [n, height, width, channels], got %s", MG__NODE_SHAPE_TEXT(x));
    return x->shape->count > 0 || mg_rule_fail(r, "takes at least one image of one pixel, got %s", MG__NODE_SHAPE_TEXT(x));
}

/* Every window holds at least one pixel of the image. */
static bool window_fits(mg_shape_rule *r, const mg_window *w, const int64_t *image, int64_t *out) {
    for (int i = 0; i < 2; i++) {
        const int64_t kernel = w->kernel[i], before = w->padding[2 * i], after = w->padding[2 * i + 1];
        if (kernel < 1 || kernel > 32767) return mg_rule_fail(r, "the window is %lld wide; wanted 1 to 32767", (long long)kernel);
        if (w->stride[i] < 1) return mg_rule_fail(r, "the stride is %lld; wanted 1 or more", (long long)w->stride[i]);
        if (before < 0 || after < 0 || before >= kernel || after >= kernel)
            return mg_rule_fail(r, "the padding is %lld and %lld; wanted 0 to below the window's %lld", (long long)before,
                                (long long)after, (long long)kernel);
        out[i] = mg_convolution_size(image[i], before + after, kernel, w->stride[i], 1);
        if (out[i] < 1)
            return mg_rule_fail(r, "a window of %lld x %lld is larger than its input of %lld x %lld; make it smaller",
                                (long long)w->kernel[0], (long long)w->kernel[1], (long long)image[0], (long long)image[1]);
    }
    return true;
}

static bool index_fits(mg_shape_rule *r) {
    return r->x[1]->dtype == MG_I32 ||
           mg_rule_fail(r, "the index must be i32, got %s; convert with mg_cast", mg_dtype_name((mg_dtype)r->x[1]->dtype));
}

static bool argmax_rule(mg_shape_rule *r) {
    const mg__window *a = r->attributes;
    int64_t out[2];
    if (!image_fits(r)) return false;
    const int64_t *x = r->x[0]->shape->dims;
    if (!window_fits(r, &a->window, x + 1, out)) return false;
    r->dtype = MG_I32;
    r->rank = 4;
    memcpy(r->shape, MG__DIMS(x[0], out[0], out[1], x[3]), 4 * sizeof *r->shape);
    return true;
}
static bool gather_rule(mg_shape_rule *r) {
    if (!argmax_rule(r) || !index_fits(r)) return false;
    r->dtype = (mg_dtype)r->x[0]->dtype;
    const mg__shape *index = r->x[1]->shape;
    return (index->rank == 4 && memcmp(index->dims, r->shape, 4 * sizeof *r->shape) == 0) ||
           mg_rule_fail(r, "%s has windows %s, the index is %s", MG__NODE_SHAPE_TEXT(r->x[0]), MG__SHAPE_TEXT(4, r->shape),
                        MG__NODE_SHAPE_TEXT(r->x[1]));
}
static bool scatter_rule(mg_shape_rule *r) {
    const mg__window *a = r->attributes;
    int64_t out[2];
    if (!image_fits(r) || !index_fits(r) || !window_fits(r, &a->window, a->extent, out)) return false;
    const mg__shape *x = r->x[0]->shape, *index = r->x[1]->shape;
    if (x != index || x->dims[1] != out[0] || x->dims[2] != out[1])
        return mg_rule_fail(r, "an image of %lld x %lld has %lld x %lld windows; got values %s at %s", (long long)a->extent[0],
                            (long long)a->extent[1], (long long)out[0], (long long)out[1], MG__NODE_SHAPE_TEXT(r->x[0]),
                            MG__NODE_SHAPE_TEXT(r->x[1]));
    r->dtype = (mg_dtype)r->x[0]->dtype;
    r->rank = 4;
    memcpy(r->shape, MG__DIMS(x->dims[0], a->extent[0], a->extent[1], x->dims[3]), 4 * sizeof *r->shape);
    return true;
}

/* --- gradients --------------------------------------------------------------------------------------- */

static void gather_gradient(const mg_rule *r) {
    const mg__window *a = r->attributes;
    if (r->needed[0]) r->dx[0] = mg_window_scatter(r->dy, r->x[1], r->x[0]->shape->dims[1], r->x[0]->shape->dims[2], &a->window);
}
static void scatter_gradient(const mg_rule *r) {
    const mg__window *a = r->attributes;
    if (r->needed[0]) r->dx[0] = mg_window_gather(r->dy, r->x[1], &a->window);
}

/* --- reference kernels ------------------------------------------------------------------------------- */

/* The element of `image` that is at a position of the window of output `at`; -1: outside. */
static int64_t pixel(const mg_window *w, const int64_t *image, const int64_t *out, int64_t at, int64_t position) {
    int64_t c = at % out[3], j = at / out[3] % out[2], i = at / out[3] / out[2] % out[1], n = at / out[3] / out[2] / out[1];
    int64_t p = i * w->stride[0] + position / w->kernel[1] - w->padding[0],
            q = j * w->stride[1] + position % w->kernel[1] - w->padding[2];
    if (position < 0 || position >= w->kernel[0] * w->kernel[1] || p < 0 || p >= image[1] || q < 0 || q >= image[2]) return -1;
    return ((n * image[1] + p) * image[2] + q) * image[3] + c;
}

static mg_status argmax_reference(const mg_kernel_call *c) {
    const mg_window *w = &((const mg__window *)c->attributes)->window;
    for (int64_t at = 0; at < mg_tensor_count(&c->y); at++) {
        int64_t first = -1;
        double most = 0;
        for (int64_t k = 0; k < w->kernel[0] * w->kernel[1]; k++) {
            int64_t from = pixel(w, c->x[0].shape, c->y.shape, at, k);
            double value = from < 0 ? 0 : mg_tensor_get(&c->x[0], from);
            if (from < 0 || (first >= 0 && !(value > most || (isnan(value) && !isnan(most))))) continue;
            first = k;
            most = value;
        }
        ((int32_t *)c->y.data)[at] = (int32_t)first;
    }
    return MG_OK;
}
static mg_status outside(const mg_kernel_call *c, int64_t at) {
    return mg_kernel_fail(c, MG_INVALID, "index %d at position %lld is no pixel of its window",
                          ((const int32_t *)c->x[1].data)[at], (long long)at);
}
static mg_status gather_reference(const mg_kernel_call *c) {
    const mg_window *w = &((const mg__window *)c->attributes)->window;
    mg_tensor y = c->y;
    for (int64_t at = 0; at < mg_tensor_count(&y); at++) {
        int64_t from = pixel(w, c->x[0].shape, y.shape, at, ((const int32_t *)c->x[1].data)[at]);
        if (from < 0) return outside(c, at);
        mg_tensor_put(&y, at, mg_tensor_get(&c->x[0], from));
    }
    return MG_OK;
}
static mg_status scatter_reference(const mg_kernel_call *c) {
    const mg_window *w = &((const mg__window *)c->attributes)->window;
    mg_tensor y = c->y;
    memset(y.data, 0, mg_tensor_bytes(&y));
    for (int64_t at = 0; at < mg_tensor_count(&c->x[0]); at++) {
        int64_t to = pixel(w, y.shape, c->x[0].shape, at, ((const int32_t *)c->x[1].data)[at]);
        if (to < 0) return outside(c, at);
        mg_tensor_put(&y, to, mg_tensor_get(&y, to) + mg_tensor_get(&c->x[0], at));
    }
    return MG_OK;
}

/* --- cases for the tests ----------------------------------------------------------------------------- */

typedef struct window_case {
    int64_t image[4];
    mg_window window;
} window_case;
static const window_case cases[] = {
    { { 2, 4, 6, 3 }, { { 2, 2 }, { 2, 2 }, { 0, 0, 0, 0 } } },
    { { 1, 5, 5, 2 }, { { 3, 3 }, { 2, 2 }, { 0, 0, 0, 0 } } },  /* windows overlap */
    { { 1, 5, 7, 19 }, { { 2, 3 }, { 2, 3 }, { 0, 0, 0, 0 } } }, /* a rest that no window holds */
};
enum { CASES = sizeof cases / sizeof *cases };

/* Index 0 is a pixel of every window here: none is padded before the image. */
static void sample_of(int index, mg_sample *sample, bool image, bool with_index, bool extent) {
    const window_case *c = &cases[index % CASES];
    int64_t out[4] = { c->image[0], 0, 0, c->image[3] };
    for (int i = 0; i < 2; i++) out[1 + i] = mg_convolution_size(c->image[1 + i], 0, c->window.kernel[i], c->window.stride[i], 1);
    mg__sample_fill(sample, with_index ? 2 : 1, 4, image ? c->image : out, -2, 2, 0);
    if (with_index) {
        memcpy(sample->shape[1], out, sizeof out);
        sample->dtype[1] = MG_I32;
        sample->low[1] = 0;
        sample->high[1] = (double)(c->window.kernel[0] * c->window.kernel[1]);
    }
    mg__window a = { .window = c->window };
    if (extent) memcpy(a.extent, c->image + 1, sizeof a.extent);
    mg__sample_attributes(sample, &a, sizeof a);
}
static int argmax_samples(int index, mg_sample *sample) {
    sample_of(index, sample, true, false, false);
    return CASES;
}
static int gather_samples(int index, mg_sample *sample) {
    sample_of(index, sample, true, true, false);
    return CASES;
}
static int scatter_samples(int index, mg_sample *sample) {
    sample_of(index, sample, false, true, true);
    return CASES;
}

/* --- rows and builders ------------------------------------------------------------------------------- */

const mg_op mg__op_window_argmax = { .size = sizeof(mg_op),
                                     .name = "window_argmax",
                                     .inputs = 1,
                                     .shape = argmax_rule,
                                     .gradient = MG_NO_GRADIENT,
                                     .reference = argmax_reference,
                                     .sample = argmax_samples,
                                     .doc = "Where in its window the largest lies; the first of equals, NaN is the largest.",
                                     .kind = MG__WINDOW_ARGMAX };
const mg_op mg__op_window_gather = { .size = sizeof(mg_op),
                                     .name = "window_gather",
                                     .inputs = 2,
                                     .shape = gather_rule,
                                     .gradient = gather_gradient,
                                     .reference = gather_reference,
                                     .sample = gather_samples,
                                     .doc = "The pixel of each window that an i32 index says.",
                                     .kind = MG__WINDOW_GATHER };
const mg_op mg__op_window_scatter = { .size = sizeof(mg_op),
                                      .name = "window_scatter",
                                      .inputs = 2,
                                      .shape = scatter_rule,
                                      .gradient = scatter_gradient,
                                      .reference = scatter_reference,
                                      .sample = scatter_samples,
                                      .doc = "Adds each element to the pixel of its window that an i32 index says.",
                                      .kind = MG__WINDOW_SCATTER };

mg_node *mg_window_argmax(mg_node *x, const mg_window *window) {
    return mg_apply(&mg__op_window_argmax, &x, 1, &(mg__window){ .window = *window }, sizeof(mg__window));
}
mg_node *mg_window_gather(mg_node *x, mg_node *index, const mg_window *window) {
    return mg_apply(&mg__op_window_gather, (mg_node *[2]){ x, index }, 2, &(mg__window){ .window = *window }, sizeof(mg__window));
}
mg_node *mg_window_scatter(mg_node *x, mg_node *index, int64_t height, int64_t width, const mg_window *window) {
    mg__window a = { .window = *window, .extent = { height, width } };
    return mg_apply(&mg__op_window_scatter, (mg_node *[2]){ x, index }, 2, &a, sizeof a);
}

/* The largest of relu(x) is relu of the largest of x: relu then works on the few. Where all of a window is at most 0 the gradient
 * is 0 either way. */
mg_node *mg_max_pool(mg_node *x, const mg_window *window) {
    if (!mg_is_poison(x) && x->op == &mg__op_relu) return mg_relu(mg_max_pool(mg__inputs(x)[0], window));
    return mg_window_gather(x, mg_window_argmax(x, window), window);
}

static mg_node *pool_with(mg_node *x, const mg_window *window, double weight) {
    const int64_t channels = x->shape->dims[3];
    mg_convolution slide = mg_convolution_defaults();
    memcpy(slide.stride, window->stride, sizeof slide.stride);
    memcpy(slide.padding, window->padding, sizeof slide.padding);
    slide.groups = channels;
    int64_t kernel[4] = { window->kernel[0], window->kernel[1], 1, channels };
    return mg_conv2d(x, mg_full(mg__graph(x), (mg_dtype)x->dtype, 4, kernel, weight), &slide);
}

mg_node *mg_average_pool(mg_node *x, const mg_window *window) {
    mg_node *checked = mg_window_argmax(x, window); /* its rule says what is wrong with the window; no step comes of it */
    if (mg_is_poison(checked)) return checked;
    bool padded = false;
    for (int i = 0; i < 4; i++) padded = padded || window->padding[i];
    if (!padded) return pool_with(x, window, 1 / ((double)window->kernel[0] * (double)window->kernel[1]));
    int64_t one[4] = { 1, x->shape->dims[1], x->shape->dims[2], 1 };
    mg_node *pixels = pool_with(mg_full(mg__graph(x), (mg_dtype)x->dtype, 4, one, 1), window, 1);
    return mg_div(pool_with(x, window, 1), pixels);
}

/* [to, from]: how much of each old position a new one takes. A new one lies at s = (i + 1/2) from/to - 1/2 of the old. */
static mg_node *mixture(mg_graph *graph, mg_dtype dtype, int64_t to, int64_t from, bool bilinear) {
    int64_t dims[2] = { to, from };
    mg_node *i = mg_iota(graph, dtype, 2, dims, 0), *old = mg_iota(graph, dtype, 2, dims, 1);
    mg_node *at = mg_mul_scalar(mg_add_scalar(i, 0.5), (double)from / (double)to);
    if (!bilinear) return mg_equal(mg_floor(at), old);
    at = mg_clip(mg_add_scalar(at, -0.5), 0, (double)(from - 1));
    return mg_relu(mg_sub(mg_ones_like(at), mg_abs(mg_sub(at, old))));
}

mg_node *mg_resize(mg_node *x, int64_t height, int64_t width, bool bilinear) {
    if (mg_is_poison(x)) return x;
    mg_graph *graph = mg__graph(x);
    if (x->shape->rank != 4 || x->shape->count == 0 || x->dtype == MG_I32)
        return mg_graph_fail(graph, MG_INVALID, "resize: takes images [n, height, width, channels] of f32 or f64, got %s %s",
                             mg_dtype_name((mg_dtype)x->dtype), MG__NODE_SHAPE_TEXT(x));
    const int64_t n = x->shape->dims[0], h = x->shape->dims[1], w = x->shape->dims[2], c = x->shape->dims[3];
    if (height < 1 || width < 1 || height > INT32_MAX || width > INT32_MAX)
        return mg_graph_fail(graph, MG_INVALID, "resize: to %lld x %lld; wanted at least 1 x 1", (long long)height,
                             (long long)width);
    mg_node *down = mixture(graph, (mg_dtype)x->dtype, height, h, bilinear),
            *right = mixture(graph, (mg_dtype)x->dtype, width, w, bilinear);
    mg_node *rows = mg_matmul(down, mg_reshape(x, 3, MG__DIMS(n, h, w * c)));
    mg_node *both = mg_matmul(right, mg_reshape(rows, 3, MG__DIMS(n * height, w, c)));
    return mg_reshape(both, 4, MG__DIMS(n, height, width, c));
}
