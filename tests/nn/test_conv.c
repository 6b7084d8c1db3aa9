/* Layers over images and sequences: PyTorch's figures, gradients, folding, presets, shapes, messages. */
#include <micrograd/gradient.h>
#include <micrograd/nn.h>
#include <micrograd/ops.h>
#include <micrograd/program.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "golden/images.h"
#include "support/failing_allocator.h"

static int setup(void **state) {
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    *state = mg_context_create(&options);
    return *state ? 0 : -1;
}
static int teardown(void **state) {
    mg_context_destroy(*state);
    return 0;
}

/* --- figures ----------------------------------------------------------------------------------------- */

static double x_at(int64_t i) { return 3 * sin(1 + (double)i); }
static double dy_at(int64_t i) { return 2 * cos(1 + (double)i); }

static void fill(mg_tensor *value, double (*at)(int64_t)) {
    for (int64_t i = 0; i < mg_tensor_count(value); i++) mg_tensor_put(value, i, at(i));
}

/* Parameters by their names' ends. */
static double weight_at(int64_t i) { return sin(2 + 3 * (double)i) / 2; }
static double bias_at(int64_t i) { return ((double)i - 1) / 4; }
static double gain_at(int64_t i) { return 1 + (double)i / 2; }
static double mean_at(int64_t i) { return (double)i / 3; }
static double variance_at(int64_t i) { return 1 + (double)i; }

static void fill_store(mg_parameters *p) {
    static const struct {
        const char *end;
        double (*at)(int64_t);
    } kinds[] = {
        { ".weight", weight_at }, { ".bias", bias_at }, { ".gain", gain_at }, { ".mean", mean_at }, { ".variance", variance_at }
    };
    for (int i = 0; i < mg_parameters_count(p); i++) {
        mg_tensor value = mg_parameters_value(p, i);
        const char *end = strrchr(mg_parameters_entry(p, i)->name, '.');
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (!strcmp(end, kinds[k].end)) fill(&value, kinds[k].at);
    }
    mg_parameters_touch(p);
}

static void check_close(const char *text, const char *what, const mg_tensor *value, const double *wanted, int64_t from) {
    for (int64_t i = 0; i < mg_tensor_count(value); i++)
        if (!(fabs(mg_tensor_get(value, i) - wanted[from + i]) < 1e-12))
            fail_msg("%s: %s[%d] is %.17g, wanted %.17g", text, what, (int)(from + i), mg_tensor_get(value, i), wanted[from + i]);
}

static mg_node *build(mg_context *context, const char *text, mg_node *x, mg_parameters *p, bool training, bool fold) {
    mg_network *network = mg_network_parse(context, text);
    if (!network) fail_msg("%s", mg_context_message(context));
    mg_network_options options = mg_network_defaults();
    options.training = training;
    options.fold = fold;
    mg_node *y = mg_network_build(network, x, p, &options);
    mg_network_destroy(network);
    return y;
}

/* The gradients of sum dy y with respect to x and all that is learned, after y. */
static int add_gradients(mg_graph *g, mg_parameters *p, mg_node *x, mg_node *dy, mg_node **out) {
    mg_node *xs[8] = { x };
    int count = 1;
    for (int i = 0; i < mg_parameters_count(p); i++)
        if (mg_parameters_entry(p, i)->role != MG_STATE) xs[count++] = mg_parameter_leaf(g, p, i);
    assert_int_equal(mg_vjp(out[0], dy, xs, count, out + 1), MG_OK);
    return 1 + count;
}

static void check_state(const golden_image *c, const mg_parameters *p) {
    int64_t at = 0;
    for (int i = 0; i < mg_parameters_count(p); i++) {
        if (mg_parameters_entry(p, i)->role != MG_STATE) continue;
        mg_tensor value = mg_parameters_value(p, i);
        check_close(c->text, "state", &value, c->state, at);
        at += mg_tensor_count(&value);
    }
}

static void check_case(mg_context *context, const golden_image *c) {
    static double numbers[2][512];
    mg_graph *g = mg_graph_create(context, MG_STAGED);
    mg_parameters *p = mg_parameters_create(context, MG_F64);
    mg_node *x = mg_input(g, "x", MG_F64, c->rank, c->shape), *outputs[8];
    mg_node *dy = mg_input(g, "dy", MG_F64, c->y_rank, c->y_shape);
    outputs[0] = build(context, c->text, x, p, c->training, false);
    if (mg_is_poison(outputs[0])) fail_msg("%s", mg_graph_message(g));
    assert_int_equal(mg_node_rank(outputs[0]), c->y_rank);
    assert_memory_equal(mg_node_shape(outputs[0]), c->y_shape, (size_t)c->y_rank * sizeof *c->y_shape);
    int count = add_gradients(g, p, x, dy, outputs);
    mg_program *program = mg_compile(g, MG_CPU, outputs, count);
    mg_session *session = mg_session_create(context, program, p);
    if (!session) fail_msg("%s: %s", c->text, mg_context_message(context));
    fill_store(p);
    mg_tensor inputs[2] = { mg_tensor_borrow(MG_F64, c->rank, c->shape, numbers[0]),
                            mg_tensor_borrow(MG_F64, c->y_rank, c->y_shape, numbers[1]) },
              values[8] = { { 0 } };
    fill(&inputs[0], x_at);
    fill(&inputs[1], dy_at);
    assert_int_equal(mg_run(session, inputs, values), MG_OK);
    check_close(c->text, "y", &values[0], c->y, 0);
    check_close(c->text, "dx", &values[1], c->dx, 0);
    int64_t at = 0;
    for (int i = 2; i < count; i++) {
        check_close(c->text, "dparameters", &values[i], c->dparameters, at);
        at += mg_tensor_count(&values[i]);
    }
    if (c->training) check_state(c, p);
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
}

static void layers_over_images_are_those_of_pytorch(void **state) {
    for (size_t i = 0; i < sizeof golden_images / sizeof *golden_images; i++) check_case(*state, &golden_images[i]);
}

/* --- gradients --------------------------------------------------------------------------------------- */

typedef struct gradient_case {
    mg_context *context;
    mg_parameters *parameters;
    const char *text;
} gradient_case;

static mg_node *network_of(mg_graph *g, mg_node *const *x, void *user) {
    gradient_case *c = user;
    (void)g;
    mg_node *y = build(c->context, c->text, x[0], c->parameters, true, false);
    return mg_parameters_freeze(c->parameters, 1) == MG_OK ? y : x[0];
}

static void gradients_agree_with_differences(void **state) {
    static const char *const texts[] = {
        "conv(3, 3, padding=same) tanh maxpool(2) conv(2, 2, bias=false) tanh globalavgpool",
        "residual(conv(4, 3, stride=2, padding=1) groupnorm(2) tanh) avgpool(2)",
        "depthwise(3, padding=same) tanh conv(3, 1) upsample(2, bilinear=true) batchnorm",
    };
    double numbers[2 * 5 * 6 * 2];
    mg_tensor point = mg_tensor_borrow(MG_F64, 4, (int64_t[]){ 2, 5, 6, 2 }, numbers);
    fill(&point, x_at);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        gradient_case c = { *state, mg_parameters_create(*state, MG_F64), texts[i] };
        for (int order = 1; order <= 2; order++) {
            mg_check_options options = mg_check_defaults();
            options.order = order;
            double error = mg_check_gradient(*state, network_of, &c, &point, 1, &options);
            if (!(error < 1e-6)) fail_msg("%s, order %d: %g %s", texts[i], order, error, mg_context_message(*state));
        }
        mg_parameters_destroy(c.parameters);
    }
}

/* --- folding ----------------------------------------------------------------------------------------- */

/* The plain form and the folded one of a text on x; whether the fold changed the graph. */
static bool folds(mg_context *context, const char *text, int rank, const int64_t *shape) {
    double numbers[512];
    mg_graph *g = mg_graph_create(context, MG_EAGER);
    mg_parameters *p = mg_parameters_create(context, MG_F64);
    mg_tensor at = mg_tensor_borrow(MG_F64, rank, shape, numbers);
    fill(&at, x_at);
    mg_node *x = mg_variable_tensor(g, &at), *plain = build(context, text, x, p, false, false),
            *folded = build(context, text, x, p, false, true);
    if (mg_is_poison(plain) || mg_is_poison(folded)) fail_msg("%s", mg_graph_message(g));
    assert_int_equal(mg_parameters_freeze(p, 0), MG_OK);
    fill_store(p);
    mg_tensor wanted = mg_value(plain), got = mg_value(folded);
    assert_int_equal(mg_tensor_count(&wanted), mg_tensor_count(&got));
    for (int64_t i = 0; i < mg_tensor_count(&wanted); i++) {
        double a = mg_tensor_get(&wanted, i), b = mg_tensor_get(&got, i);
        if (!(fabs(a - b) < 1e-13 * (1 + fabs(a)))) fail_msg("%s[%d]: %.17g, wanted %.17g", text, (int)i, b, a);
    }
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
    return plain != folded;
}

static void batch_norm_at_rest_becomes_part_of_the_layer_before_it(void **state) {
    const int64_t image[4] = { 3, 4, 5, 2 }, rows[2] = { 40, 3 }, sequence[3] = { 3, 9, 2 };
    static const char *const images[] = {
        "conv(3, 3) batchnorm relu",
        "conv(3, 2, padding=same, bias=false) batchnorm",
        "conv(4, 2, stride=2, padding=1, groups=2) batchnorm(epsilon=0.1)",
        "depthwise(3, padding=same) batchnorm relu conv(4, 1) batchnorm",
        "residual(conv(2, 2, padding=same) batchnorm relu conv(2, 2, padding=same) batchnorm) relu",
    };
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        if (!folds(*state, images[i], 4, image)) fail_msg("%s was not folded", images[i]);
    assert_true(folds(*state, "dense(5) batchnorm tanh", 2, rows));
    assert_true(folds(*state, "dense(5, bias=false) batchnorm", 2, rows));
    assert_true(folds(*state, "conv1d(3, 3) batchnorm relu", 3, sequence));
}

static void batch_norm_stays_where_folding_would_be_wrong_or_slower(void **state) {
    const int64_t image[4] = { 2, 4, 4, 2 }, one[2] = { 1, 9 };
    assert_false(folds(*state, "conv(2, 2) relu batchnorm", 4, image));
    assert_false(folds(*state, "avgpool(2) batchnorm", 4, image));
    assert_false(folds(*state, "batchnorm conv(2, 2)", 4, image));
    assert_false(folds(*state, "conv(2, 2) residual(batchnorm relu)", 4, image)); /* the sum takes what the convolution gave */
    assert_false(folds(*state, "dense(9) batchnorm", 2, one));                    /* 81 weights for 9 numbers */
}

static void training_never_folds(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    mg_parameters *p = mg_parameters_create(*state, MG_F64);
    double numbers[96] = { 0 };
    mg_tensor at = mg_tensor_borrow(MG_F64, 4, (int64_t[]){ 2, 4, 4, 3 }, numbers);
    mg_node *x = mg_variable_tensor(g, &at);
    assert_ptr_equal(build(*state, "conv(2, 2) batchnorm", x, p, true, true),
                     build(*state, "conv(2, 2) batchnorm", x, p, true, false));
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
    mg_context_clear(*state);
}

/* --- presets ----------------------------------------------------------------------------------------- */

/* Learned numbers and multiply-adds of a preset on its own kind of images. */
static void measure(mg_context *context, const char *text, const int64_t *image, int64_t outputs, int64_t *parameters,
                    int64_t *products) {
    enum { MOST = 128 };
    static mg_layer_info layers[MOST];
    int count = 0;
    mg_graph *g = mg_graph_create(context, MG_STAGED);
    mg_parameters *p = mg_parameters_create(context, MG_F32);
    mg_node *x = mg_input(g, "x", MG_F32, 4, (int64_t[]){ 2, image[0], image[1], image[2] });
    mg_network *network = mg_network_parse(context, text);
    mg_network_options options = mg_network_defaults();
    options.outputs = outputs;
    options.layers = layers;
    options.layer_capacity = MOST;
    options.layer_count = &count;
    mg_node *y = mg_network_build(network, x, p, &options);
    if (mg_is_poison(y)) fail_msg("%s", mg_graph_message(g));
    assert_in_range(count, 1, MOST);
    int64_t learned = 0;
    *products = 0;
    for (int i = 0; i < count; i++) {
        learned += layers[i].parameters;
        *products += layers[i].multiply_adds;
    }
    *parameters = mg_parameters_learned(p);
    assert_int_equal(learned, *parameters);
    mg_network_destroy(network);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
}

static void presets_have_the_sizes_of_their_papers(void **state) {
    static const struct {
        const char *name;
        int64_t parameters, products;
    } wanted[] = {
        { "lenet5", 61706, 416520 },
        { "cnn-small", 1199882, 11992448 },
        { "resnet8", 77850, 12501632 },
        { "resnet20", 272282, 40813184 }, /* 0.27 M in table 6 of He et al.; 40.8 M multiply-adds */
    };
    enum { COUNT = sizeof wanted / sizeof *wanted };
    for (int i = 0; i < COUNT; i++) {
        const mg_preset *preset = mg_preset_row(i);
        assert_non_null(preset);
        assert_string_equal(preset->name, wanted[i].name);
        assert_true(strlen(preset->doc) > 0);
        char text[32];
        snprintf(text, sizeof text, "@%s", preset->name);
        int64_t parameters, products;
        measure(*state, text, preset->image, preset->outputs, &parameters, &products);
        assert_int_equal(parameters, wanted[i].parameters);
        assert_int_equal(products, wanted[i].products);
    }
    assert_null(mg_preset_row(COUNT));
    assert_null(mg_preset_row(-1));
}

/* --- shapes, names, initialisers --------------------------------------------------------------------- */

static void kernels_are_initialised_by_what_a_pixel_meets(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_STAGED);
    mg_parameters *p = mg_parameters_create(*state, MG_F32);
    mg_node *x = mg_input(g, "x", MG_F32, 4, (int64_t[]){ 1, 8, 8, 6 });
    build(*state, "conv(4, 3, groups=2) batchnorm maxpool(2) relu conv(8, 3, init=orthogonal)", x, p, true, false);
    const mg_parameter *first = mg_parameters_entry(p, mg_parameters_find(p, "conv1.weight"));
    assert_non_null(first);
    assert_int_equal(first->fan_in, 3 * 3 * 3);
    assert_int_equal(first->fan_out, 3 * 3 * 4);
    assert_int_equal(first->init, MG_INIT_he_normal);
    assert_int_equal(mg_parameters_entry(p, mg_parameters_find(p, "conv2.weight"))->init, MG_INIT_orthogonal);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
}

static void a_convolution_by_hand_declares_kernel_and_bias(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_STAGED);
    mg_parameters *p = mg_parameters_create(*state, MG_F32);
    mg_node *x = mg_input(g, "x", MG_F32, 4, (int64_t[]){ 2, 9, 7, 3 });
    mg_conv_options options = mg_conv_defaults();
    options.stride = 2;
    options.padding = MG_SAME;
    mg_node *y = mg_group_norm(mg_conv(x, p, "c", 8, 3, &options), p, "n", 4, 1e-5);
    assert_false(mg_is_poison(y));
    assert_memory_equal(mg_node_shape(y), ((int64_t[]){ 2, 5, 4, 8 }), 4 * sizeof(int64_t));
    assert_int_equal(mg_parameters_learned(p), 3 * 3 * 3 * 8 + 8 + 16);
    assert_int_equal(mg_node_shape(mg_conv(x, p, "d", 1, 7, NULL))[1], 3);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
}

static void check_height(mg_context *context, const char *text, int64_t size, int64_t wanted) {
    mg_graph *g = mg_graph_create(context, MG_STAGED);
    mg_parameters *p = mg_parameters_create(context, MG_F32);
    mg_node *y = build(context, text, mg_input(g, "x", MG_F32, 4, (int64_t[]){ 1, size, 8, 1 }), p, false, false);
    if (mg_is_poison(y) || mg_node_shape(y)[1] != wanted) fail_msg("%s of %d: %s", text, (int)size, mg_graph_message(g));
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
}

/* ceil(size / stride) for every kernel, stride and dilation. */
static void same_padding_gives_the_size_over_the_stride(void **state) {
    for (int size = 1; size <= 8; size++)
        for (int kernel = 1; kernel <= 4; kernel++)
            for (int stride = 1; stride <= 5; stride++) {
                char text[96];
                int wanted = (size + stride - 1) / stride;
                snprintf(text, sizeof text, "conv(1, %d, stride=%d, padding=same, dilation=2)", kernel, stride);
                check_height(*state, text, size, wanted);
                snprintf(text, sizeof text, "maxpool(%d, stride=%d, padding=same)", kernel, stride);
                check_height(*state, text, size, wanted);
            }
}

/* --- messages ---------------------------------------------------------------------------------------- */

static void errors_name_the_layer_its_number_and_the_cure(void **state) {
    static const struct {
        const char *text;
        int rank;
        int64_t shape[4];
        const char *message;
    } cases[] = {
        { "relu conv(8, 3)",
          2,
          { 5, 64 },
          "conv 'conv1' (layer 2): the input is [5, 64]; wanted images [n, height, width, channels]: tell a table's image shape with "
          "--image HxWxC" },
        { "maxpool(2)", 2, { 5, 64 }, "maxpool 'maxpool1' (layer 1): the input is [5, 64]; wanted images" },
        { "globalavgpool", 2, { 5, 64 }, "globalavgpool 'globalavgpool1' (layer 1): the input is [5, 64]; wanted images" },
        { "conv(4, 3) relu conv(4, 5)",
          4,
          { 1, 6, 6, 1 },
          "conv 'conv2' (layer 3): conv2d: a kernel of 5 x 5 (dilation 1, 1) is larger than its input of 4 x 4" },
        { "conv(4, 5)", 4, { 1, 4, 4, 1 }, "make it smaller or padding=same" },
        { "conv(4, 3) conv(6, 3, groups=3)",
          4,
          { 1, 8, 8, 1 },
          "conv 'conv2' (layer 2): 3 groups do not divide 4 channels into 6; wanted a divisor of both" },
        { "groupnorm(4)",
          4,
          { 1, 8, 8, 6 },
          "groupnorm 'groupnorm1' (layer 1): 4 groups do not divide 6 channels; wanted a divisor" },
        { "maxpool(2) maxpool(5)",
          4,
          { 1, 8, 8, 1 },
          "maxpool 'maxpool2' (layer 2): window_argmax: a window of 5 x 5 is larger than its input of 4 x 4; make it smaller" },
        { "avgpool(3, padding=3)",
          4,
          { 1, 8, 8, 1 },
          "avgpool 'avgpool1' (layer 1): window_argmax: the padding is 3 and 3; wanted 0 to below the window's 3" },
        { "conv1d(4, 3)",
          4,
          { 1, 8, 8, 1 },
          "conv1d 'conv1d1' (layer 1): the input is [1, 8, 8, 1]; wanted sequences [n, length, channels] or images of height 1" },
        { "residual(conv(4, 3))",
          4,
          { 1, 8, 8, 2 },
          "residual 'residual1': the input is [1, 8, 8, 2] and its layers give [1, 6, 6, 4]; wanted the same shape, an image" },
        { "residual(conv(4, 3)", 0, { 0 }, NULL },
    };
    for (size_t i = 0; cases[i].message; i++) {
        mg_graph *g = mg_graph_create(*state, MG_STAGED);
        mg_parameters *p = mg_parameters_create(*state, MG_F32);
        mg_node *y = build(*state, cases[i].text, mg_input(g, "x", MG_F32, cases[i].rank, cases[i].shape), p, false, false);
        assert_true(mg_is_poison(y));
        if (!strstr(mg_graph_message(g), cases[i].message))
            fail_msg("%s: '%s' lacks '%s'", cases[i].text, mg_graph_message(g), cases[i].message);
        mg_graph_destroy(g);
        mg_parameters_destroy(p);
    }
    mg_graph *g = mg_graph_create(*state, MG_STAGED);
    mg_parameters *p = mg_parameters_create(*state, MG_F32);
    mg_node *x = mg_input(g, "x", MG_F32, 4, (int64_t[]){ 1, 8, 8, 2 });
    mg_conv_options options = mg_conv_defaults();
    options.stride = 0;
    assert_true(mg_is_poison(mg_conv(x, p, "c", 8, 3, &options)));
    assert_non_null(strstr(mg_graph_message(g), "conv 'c': the stride is 0; wanted 1 to 32767"));
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
    mg_context_clear(*state);
}

static bool build_in(mg_context *context, void *user) {
    (void)user;
    mg_graph *g = mg_graph_create(context, MG_STAGED);
    mg_parameters *p = mg_parameters_create(context, MG_F32);
    mg_network *network = mg_network_parse(context, "@lenet5");
    mg_network *images =
        mg_network_parse(context, "residual(conv(4, 3, stride=2, padding=1, bias=false) batchnorm relu) groupnorm(2) "
                                  "avgpool(2, padding=1) upsample(2) depthwise(3) batchnorm globalavgpool");
    bool good = g && p && network && images;
    if (good) {
        mg_network_options options = mg_network_defaults();
        options.outputs = 2;
        options.fold = true;
        mg_node *x = mg_input(g, "x", MG_F32, 4, (int64_t[]){ 2, 28, 28, 1 });
        good = !mg_is_poison(mg_network_build(network, x, p, &options));
        options.outputs = 0;
        good = good && !mg_is_poison(mg_network_build(images, x, p, &options)) && mg_graph_status(g) == MG_OK;
    }
    mg_network_destroy(network);
    mg_network_destroy(images);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
    return good;
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(build_in, NULL) >= 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_over_images_are_those_of_pytorch),
        cmocka_unit_test(gradients_agree_with_differences),
        cmocka_unit_test(batch_norm_at_rest_becomes_part_of_the_layer_before_it),
        cmocka_unit_test(batch_norm_stays_where_folding_would_be_wrong_or_slower),
        cmocka_unit_test(training_never_folds),
        cmocka_unit_test(presets_have_the_sizes_of_their_papers),
        cmocka_unit_test(kernels_are_initialised_by_what_a_pixel_meets),
        cmocka_unit_test(a_convolution_by_hand_declares_kernel_and_bias),
        cmocka_unit_test(same_padding_gives_the_size_over_the_stride),
        cmocka_unit_test(errors_name_the_layer_its_number_and_the_cure),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
