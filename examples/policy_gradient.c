/* A policy gradient written out (REINFORCE, Williams 1992): a network that balances a pole. It says how likely each push is,
 * p(a); what was done becomes likelier where more came after it than on average, else less so: loss = -mean(A ln p). */
#include <micrograd.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CARTS = 16, STEPS = 256, ROWS = CARTS * STEPS };    /* an update learns from ROWS steps */
static float x[ROWS][4], a[ROWS][2], A[ROWS], push[CARTS]; /* seen; done, one of two is 1; how much better than usual; now */
static bool over[ROWS];                                    /* the episode ended with this step */

static mg_node *policy(mg_node *seen, mg_parameters *weights) { /* [n, 4] -> ln p, [n, 2] */
    return mg_log_softmax(mg_dense(mg_tanh(mg_dense(seen, weights, "hidden", 32)), weights, "push", 2), 1);
}

int main(void) {
    mg_tensor seen[3] = { mg_tensor_borrow(MG_F32, 2, (int64_t[]){ ROWS, 4 }, x),
                          mg_tensor_borrow(MG_F32, 2, (int64_t[]){ ROWS, 2 }, a),
                          mg_tensor_borrow(MG_F32, 2, (int64_t[]){ ROWS, 1 }, A) };
    mg_context *ctx = mg_context_create(NULL);
    mg_parameters *weights = mg_parameters_create(ctx, MG_F32);
    mg_graph *g = mg_graph_create(ctx, MG_STAGED), *look = mg_graph_create(ctx, MG_STAGED);
    mg_node *ln_p = policy(mg_input(g, "x", MG_F32, 2, seen[0].shape), weights);
    mg_node *chosen = mg_mul(ln_p, mg_input(g, "a", MG_F32, 2, seen[1].shape));
    mg_node *loss = mg_mul_scalar(mg_sum_all(mg_mul(chosen, mg_input(g, "A", MG_F32, 2, seen[2].shape))), -1.0 / ROWS);
    mg_optimizer adam = mg_optimizer_defaults("adam");
    adam.learning_rate = 0.005;
    mg_minimise(loss, weights, &adam);
    mg_node *now = policy(mg_input(look, "x", MG_F32, 2, (int64_t[]){ CARTS, 4 }), weights);
    mg_session *learn = mg_session_create(ctx, mg_compile(g, MG_CPU, &loss, 1), NULL);
    mg_session *act = mg_session_create(ctx, mg_compile(look, MG_CPU, &now, 1), NULL);
    mg_environments *carts = mg_environments_create(ctx, mg_environment_find("cartpole"), CARTS, 0);
    const mg_view *view = mg_environments_view(carts);
    unsigned long dice = 1;
    for (int update = 1; update <= 100 && mg_context_status(ctx) == MG_OK; update++) {
        double ended = 0, mean = 0, square = 0, sum[CARTS] = { 0 };
        for (int t = 0; t < STEPS; t++) {
            mg_tensor cart = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ CARTS, 4 }, x[t * CARTS]), out = { 0 };
            memcpy(x[t * CARTS], view->observation, sizeof(float[CARTS][4]));
            mg_run(act, &cart, &out);
            for (int i = 0; i < CARTS; i++) {
                dice = (dice * 1664525 + 1013904223) % 4294967296;
                push[i] = (double)dice / 4294967296.0 < exp(mg_tensor_get(&out, 2 * i + 1));
                a[t * CARTS + i][0] = 1 - push[i], a[t * CARTS + i][1] = push[i];
            }
            mg_environments_step(carts, push);
            for (int i = 0; i < CARTS; i++) ended += over[t * CARTS + i] = view->terminated[i] || view->truncated[i];
        }
        for (int r = ROWS - 1; r >= 0; r--) { /* from the end: rewards of 1 that come after, each step off counting less */
            sum[r % CARTS] = 1 + (over[r] ? 0 : 0.98 * sum[r % CARTS]);
            A[r] = (float)sum[r % CARTS], mean += A[r] / ROWS, square += A[r] * A[r] / ROWS;
        }
        for (int r = 0; r < ROWS; r++) A[r] = (float)((A[r] - mean) / sqrt(square - mean * mean + 1e-8));
        mg_run(learn, seen, (mg_tensor[1]){ { 0 } });
        if (update % 10 == 0) printf("update %3d  an episode ends every %4.0f steps\n", update, ROWS / fmax(1, ended));
    }
    return mg_context_status(ctx) != MG_OK; /* the program ends: the system takes all memory back */
}
