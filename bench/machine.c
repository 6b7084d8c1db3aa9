/* What this machine can do, for the limit of a step: bench/machine BYTES THREADS prints the peak of fused multiply-adds on
 * registers (f32) and the bandwidth of a = a + b c over arrays of BYTES in all, each of all threads together, as JSON. The best
 * of a second. */
#include <micrograd.h>

#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments) {
    size_t bytes = count > 1 ? (size_t)strtoull(arguments[1], NULL, 10) : 0;
    mg_context_options options = mg_context_defaults();
    options.threads = count > 2 ? atoi(arguments[2]) : 1;
    if (bytes < 1 || options.threads < 1) {
        fprintf(stderr, "usage: machine BYTES THREADS\n");
        return 2;
    }
    mg_context *ctx = mg_context_create(&options);
    mg_machine best = { 0 }, one;
    for (int i = 0; i < 20; i++) {
        if (mg_machine_measure(ctx, bytes, &one) != MG_OK) {
            fprintf(stderr, "machine: %s\n", mg_context_message(ctx));
            return 1;
        }
        if (one.flops > best.flops) best.flops = one.flops;
        if (one.bandwidth > best.bandwidth) best.bandwidth = one.bandwidth;
    }
    printf("{\"peak_flops\": %.6g, \"bandwidth\": %.6g}\n", best.flops, best.bandwidth);
    mg_context_destroy(ctx);
    return 0;
}
