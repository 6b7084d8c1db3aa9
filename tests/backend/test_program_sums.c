/* Long sums in f32 keep their digits: they are added up in blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <micrograd.h>

#include <math.h>

enum { ROWS = 1000000, COLUMNS = 3 };

/* The largest relative error of a sum of ROWS x COLUMNS numbers, over the given axes, on the cpu backend in f32. */
static double error_of(const int *axes, int count) {
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_tensor *x = mg_tensor_create(ctx, MG_F32, 2, (int64_t[]){ ROWS, COLUMNS });
    double exact[COLUMNS] = { 0 }, worst = 0;
    for (int64_t i = 0; i < ROWS * COLUMNS; i++) {
        mg_tensor_put(x, i, 0.1 + 1e-3 * (double)(i % 7));
        exact[i % COLUMNS] += mg_tensor_get(x, i);
    }
    mg_node *input = mg_input(g, "x", MG_F32, 2, (int64_t[]){ ROWS, COLUMNS }), *y = mg_sum(input, axes, count, false);
    mg_program *program = mg_compile(g, MG_CPU, &y, 1);
    mg_session *session = mg_session_create(ctx, program, NULL);
    mg_tensor out = { 0 };
    assert_int_equal(mg_run(session, x, &out), MG_OK);
    double total = exact[0] + exact[1] + exact[2];
    for (int64_t c = 0; c < mg_tensor_count(&out); c++) {
        double wanted = mg_tensor_count(&out) == 1 ? total : exact[c];
        worst = fmax(worst, fabs(mg_tensor_get(&out, c) - wanted) / wanted);
    }
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    mg_tensor_destroy(x);
    mg_context_destroy(ctx);
    return worst;
}

static void a_column_of_a_million_rows_sums_to_six_digits(void **state) {
    (void)state;
    assert_true(error_of((int[]){ 0 }, 1) < 3e-6);
}

static void three_million_numbers_sum_to_six_digits(void **state) {
    (void)state;
    assert_true(error_of(NULL, 0) < 3e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_of_a_million_rows_sums_to_six_digits),
        cmocka_unit_test(three_million_numbers_sum_to_six_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
