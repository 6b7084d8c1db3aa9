/* How fast tables are read: bench/read [FILE...]. Without files, three of its own: numbers with fractions, pixels, and a mixed
 * table. Prints megabytes, the best of five times, and megabytes a second. */
#define _DEFAULT_SOURCE
#include <micrograd/dataset.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint32_t state = 1;
static unsigned draw(unsigned below) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

static void numbers(FILE *out) {
    for (int c = 0; c < 21; c++) fprintf(out, "%sf%d", c > 0 ? "," : "", c);
    for (int r = 0; r < 200000; r++)
        for (int c = 0; c < 21; c++) fprintf(out, "%c%s%u.%06u", c > 0 ? ',' : '\n', draw(2) ? "-" : "", draw(4), draw(1000000));
}

/* As images are: four fifths of the pixels are 0. */
static void pixels(FILE *out) {
    for (int c = 0; c < 785; c++) fprintf(out, "%sp%d", c > 0 ? "," : "", c);
    for (int r = 0; r < 20000; r++)
        for (int c = 0; c < 785; c++) fprintf(out, "%c%u", c > 0 ? ',' : '\n', draw(5) ? 0 : draw(256));
}

static void mixed(FILE *out) {
    static const char *const towns[] = { "Oslo", "Lima", "Pune", "\"Ames, IA\"", "NA" };
    fprintf(out, "customer,age,town,income,unit,buys");
    for (int r = 0; r < 500000; r++)
        fprintf(out, "\nid%06d,%u,%s,%u.%02u,const,%s", r, 18 + draw(63), towns[draw(5)], 10000 + draw(50000), draw(100),
                draw(2) ? "yes" : "no");
}

static int measure(mg_context *context, const char *name, const char *path) {
    struct stat about;
    double best = 1e9;
    if (stat(path, &about) != 0) about.st_size = 0;
    for (int i = 0; i < 5; i++) {
        double start = now();
        mg_dataset *d = mg_dataset_read(context, path, NULL);
        double seconds = now() - start;
        if (d == NULL) return fprintf(stderr, "%s\n", mg_context_message(context)), 1;
        if (i == 0) printf("%-20s %8" PRId64 " rows of %4" PRId64, name, mg_dataset_rows(d), mg_dataset_columns(d));
        mg_dataset_destroy(d);
        if (seconds < best) best = seconds;
    }
    double megabytes = 1e-6 * (double)about.st_size;
    printf("  %6.1f MB  %.3f s  %4.0f MB/s\n", megabytes, best, megabytes / best);
    return 0;
}

static int measure_made(mg_context *context, const char *name, void (*make)(FILE *)) {
    char path[] = "/tmp/micrograd-read-XXXXXX";
    int descriptor = mkstemp(path);
    FILE *out = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (out == NULL) return perror(path), 1;
    make(out);
    int failed = fclose(out) != 0 || measure(context, name, path);
    unlink(path);
    return failed;
}

int main(int count, char **arguments) {
    mg_context *context = mg_context_create(NULL);
    int failed = 0;
    for (int i = 1; i < count; i++) failed |= measure(context, arguments[i], arguments[i]);
    if (count == 1)
        failed = measure_made(context, "numbers", numbers) | measure_made(context, "pixels", pixels) |
                 measure_made(context, "mixed", mixed);
    mg_context_destroy(context);
    return failed;
}
