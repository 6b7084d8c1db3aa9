/* The regret of our samplers on functions whose least value is known. bench/tune starts it.
 *     build/bench/tune_functions run FUNCTION SAMPLER FIRST_SEED SEEDS TRIALS BATCH [shuffled]     FUNCTION: or table:DATA
 *         a line a seed: each trial's value less the least one
 *     build/bench/tune_functions values FUNCTION          a line a point: its numbers ("-": not there), then the value
 *     build/bench/tune_functions serve table:FILE         a network on a table; a line of settings in, a line with the loss out
 *     build/bench/tune_functions speed SAMPLER TRIALS DIMENSIONS     seconds of a suggestion after so many trials
 */
#define _DEFAULT_SOURCE
#include "measure.h"

#include "tune/sampler.h"

#include <micrograd/cross_validation.h>

#include <math.h>

#define PI 3.14159265358979323846

/* --- the functions: bench/tune_functions.py has the same ones -------------------------------------------- */

typedef struct function {
    const char *name;
    double least;
    void (*space)(mg_space *space);
    double (*value)(const double *point);
} function;

static void add(mg_space *space, mg_dimension dimension) {
    if (mg_space_add(space, &dimension) != MG_OK) exit(1);
}
static void real(mg_space *space, const char *name, double low, double high, bool log) {
    add(space, (mg_dimension){ .name = name, .low = low, .high = high, .log = log, .parent = -1 });
}
static void whole(mg_space *space, const char *name, double low, double high, bool log) {
    add(space, (mg_dimension){ .name = name, .kind = MG_DIMENSION_INT, .low = low, .high = high, .log = log, .parent = -1 });
}
static void choice(mg_space *space, const char *name, int words, const char *const *word) {
    add(space, (mg_dimension){ .name = name, .kind = MG_DIMENSION_CHOICE, .words = words, .word = word, .parent = -1 });
}
static void reals(mg_space *space, int count, double low, double high) {
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", i);
        real(space, name, low, high, false);
    }
}
static double square(double x) { return x * x; }

static void branin_space(mg_space *space) {
    real(space, "x0", -5, 10, false);
    real(space, "x1", 0, 15, false);
}
static double branin(const double *x) {
    return square(x[1] - 5.1 / (4 * PI * PI) * x[0] * x[0] + 5 / PI * x[0] - 6) + 10 * (1 - 1 / (8 * PI)) * cos(x[0]) + 10;
}

static void hartmann_space(mg_space *space) { reals(space, 6, 0, 1); }
static double hartmann(const double *x) {
    static const double alpha[4] = { 1, 1.2, 3, 3.2 };
    static const double a[4][6] = {
        { 10, 3, 17, 3.5, 1.7, 8 }, { 0.05, 10, 17, 0.1, 8, 14 }, { 3, 3.5, 1.7, 10, 17, 8 }, { 17, 8, 0.05, 10, 0.1, 14 }
    };
    static const double p[4][6] = { { .1312, .1696, .5569, .0124, .8283, .5886 },
                                    { .2329, .4135, .8307, .3736, .1004, .9991 },
                                    { .2348, .1451, .3522, .2883, .3047, .6650 },
                                    { .4047, .8828, .8732, .5743, .1091, .0381 } };
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        double distance = 0;
        for (int k = 0; k < 6; k++) distance += a[i][k] * square(x[k] - p[i][k]);
        sum -= alpha[i] * exp(-distance);
    }
    return sum;
}

/* Ackley's function with its least point away from the middle, where a search that knows nothing begins. */
static void ackley_space(mg_space *space) { reals(space, 10, -32.768, 32.768); }
static double ackley(const double *x) {
    double squares = 0, cosines = 0;
    for (int i = 0; i < 10; i++) {
        const double z = x[i] - (i % 2 ? 9.5 : -12.25);
        squares += z * z / 10;
        cosines += cos(2 * PI * z) / 10;
    }
    return 20 - 20 * exp(-0.2 * sqrt(squares)) + exp(1) - exp(cosines);
}

static const char *const optimizers[] = { "adam", "adamw", "sgd", "lion", NULL }, *const activations[] = { "relu", "tanh",
                                                                                                           "sigmoid", NULL };
static void mixed_space(mg_space *space) {
    real(space, "lr", 1e-5, 1, true);
    whole(space, "width", 8, 1024, true);
    real(space, "dropout", 0, 0.7, false);
    whole(space, "batch", 16, 256, false);
    choice(space, "optimizer", 4, optimizers);
    choice(space, "activation", 3, activations);
}
/* The best rate follows the optimiser and the width. Least at 10^-3.4, 256, 0.2, 32, adam, relu. */
static double mixed(const double *x) {
    static const double rate[4] = { -3, -2.5, -1, -3.5 }, optimizer[4] = { 0, 0.1, 0.3, 0.05 }, activation[3] = { 0, 0.15, 0.4 };
    const double width = log2(x[1]);
    const int o = (int)x[4];
    return optimizer[o] + activation[(int)x[5]] + 0.5 * square(log10(x[0]) - rate[o] + 0.2 * (width - 6)) +
           0.05 * square(width - 8) + 2 * square(x[2] - 0.2) + 0.1 * square(log2(x[3]) - 5);
}

static void conditional_space(mg_space *space) {
    choice(space, "optimizer", 2, (const char *const[]){ "adam", "sgd", NULL });
    real(space, "lr", 1e-5, 1, true);
    add(space, (mg_dimension){ .name = "beta", .low = 0.8, .high = 0.999, .parent = 0, .parent_words = 1 });
    add(space, (mg_dimension){ .name = "momentum", .high = 0.99, .parent = 0, .parent_words = 2 });
    whole(space, "n", 1, 4, false);
    for (int i = 1; i <= 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "width.%d", i);
        add(space,
            (mg_dimension){
                .name = name, .kind = MG_DIMENSION_INT, .low = 8, .high = 512, .log = true, .parent = 4, .parent_low = i });
    }
    add(space, (mg_dimension){ .name = "dropout", .high = 0.6, .parent = 4, .parent_low = 2 });
}
/* Least at adam, 1e-3, 0.95; three layers of 128, 64 and 32; dropout 0.1. */
static double conditional(const double *x) {
    const double rate = log10(x[1]);
    double sum =
        x[0] == 0 ? 0.5 * square(rate + 3) + 20 * square(x[2] - 0.95) : 0.15 + 0.5 * square(rate + 1) + square(x[3] - 0.9);
    sum += 0.1 * square(x[4] - 3);
    for (int i = 1; i <= (int)x[4]; i++) sum += 0.05 * square(log2(x[4 + i]) - (8 - i));
    return x[4] >= 2 ? sum + 2 * square(x[9] - 0.1) : sum;
}

/* The loss of a small network on a table: the mean of three folds, after 15 epochs. */
static void network_space(mg_space *space) {
    real(space, "lr", 1e-4, 1e-1, true);
    whole(space, "width", 8, 128, true);
    whole(space, "layers", 1, 3, false);
    real(space, "dropout", 0, 0.5, false);
    whole(space, "batch", 8, 128, true);
}
static struct {
    mg_context *context;
    mg_dataset *dataset;
} table;
static double network(const double *x) {
    char model[100];
    mg_train_options options = mg_train_defaults();
    mg_cross_validation_options how = mg_cross_validation_defaults();
    snprintf(model, sizeof model, "%d*[dense(%d) relu dropout(%.6f)]", (int)x[2], (int)x[1], x[3]);
    options.model = model;
    options.learning_rate = x[0];
    options.batch = (int64_t)x[4];
    options.epochs = 15;
    options.members = 1;
    options.seed = 1;
    options.brief = true;
    how.folds = 3;
    how.workers = 1;
    how.answers = false;
    mg_cross_validation *cv = mg_cross_validate(table.context, table.dataset, &options, &how);
    if (!cv) fprintf(stderr, "%s\n", mg_context_message(table.context)), exit(1);
    const mg_scores *mean = &cv->candidate[0].mean;
    const double value = cv->task == MG_TASK_CLASSIFICATION ? mean->log_loss : mean->rmse;
    mg_cross_validation_destroy(cv);
    return value;
}
static void read_table(mg_context *context, const char *path) {
    table.context = context;
    table.dataset = mg_dataset_read(context, path, NULL);
    if (!table.dataset) fprintf(stderr, "%s\n", mg_context_message(context)), exit(1);
}
/* Lines of five numbers in, a line of the loss out: for those who search from elsewhere. */
static void serve(void) {
    double x[5];
    while (scanf("%lf %lf %lf %lf %lf", &x[0], &x[1], &x[2], &x[3], &x[4]) == 5) {
        printf("%.17g\n", network(x));
        fflush(stdout);
    }
}

static const function functions[] = {
    { "branin", 0.39788735772973816, branin_space, branin },
    { "hartmann6", -3.3223680114155152, hartmann_space, hartmann },
    { "ackley10", 0, ackley_space, ackley },
    { "mixed", 0, mixed_space, mixed },
    { "conditional", 0, conditional_space, conditional },
};

/* --- a search without a study ------------------------------------------------------------------------ */

typedef struct search {
    mg_context *context;
    mg_space *space;
    const mg__sampler *sampler;
    void *memory;
    int dimensions;
    mg_trial *trial; /* [trials], in order */
    const mg_trial **finished;
    const double **pending;
    double *points; /* [trials][dimensions] */
    clock_t busy;   /* suggesting */
} search;

static void *some(size_t count, size_t size) {
    void *block = calloc(count, size);
    if (!block) exit(1);
    return block;
}

static search begin(mg_context *context, mg_space *space, const char *sampler, int trials) {
    search s = {
        .context = context, .space = space, .sampler = mg__sampler_find(sampler), .dimensions = mg_space_dimensions(space)
    };
    if (!s.sampler) fprintf(stderr, "no sampler %s\n", sampler), exit(2);
    s.trial = some((size_t)trials, sizeof *s.trial);
    s.finished = some((size_t)trials, sizeof *s.finished);
    s.pending = some((size_t)trials, sizeof *s.pending);
    s.points = some((size_t)trials * (size_t)s.dimensions, sizeof *s.points);
    return s;
}

static void end(search *s) {
    if (s->sampler->forget) s->sampler->forget(s->context, s->memory);
    free(s->trial);
    free(s->finished);
    free(s->pending);
    free(s->points);
}

static bool seen(const search *s, const double *point, int trials) {
    for (int i = 0; i < trials; i++) {
        int k = 0;
        for (; k < s->dimensions; k++) {
            const double a = point[k], b = s->points[i * s->dimensions + k];
            if (!(a == b || (isnan(a) && isnan(b)))) break;
        }
        if (k == s->dimensions) return true;
    }
    return false;
}

/* The point of trial i, which knows the `known` first ones, and where those after them are. */
static double *ask(search *s, uint64_t seed, int i, int known_trials) {
    double *point = s->points + (size_t)i * (size_t)s->dimensions;
    mg__known known = { .space = s->space,
                        .seed = seed,
                        .ordinal = i,
                        .finished = s->finished,
                        .finished_count = known_trials,
                        .pending = s->pending,
                        .pending_count = i - known_trials };
    for (int k = known_trials; k < i; k++) s->pending[k - known_trials] = s->trial[k].point;
    do {
        s->busy -= clock();
        const mg_status status = s->sampler->suggest(s->context, &known, &s->memory, point);
        s->busy += clock();
        if (status != MG_OK) fprintf(stderr, "%s\n", mg_context_message(s->context)), exit(1);
    } while (seen(s, point, i) && known.attempt++ < 100);
    s->trial[i] = (mg_trial){ .space = s->space, .number = i, .ordinal = i, .point = point };
    s->finished[i] = &s->trial[i];
    return point;
}

static void tell(search *s, int i, double value) {
    s->trial[i].state = MG_TRIAL_COMPLETE;
    s->trial[i].value = value;
}

/* Each sampler's oracle of nothing: the values of all that has finished, dealt anew among them. */
static void shuffle_values(search *s, int count, uint64_t seed) {
    for (int i = count - 1; i > 0; i--) {
        const int k = (int)(mg__draw(&(mg__known){ .seed = seed, .ordinal = count }, "shuffle", i) * (i + 1));
        const double kept = s->trial[i].value;
        s->trial[i].value = s->trial[k].value;
        s->trial[k].value = kept;
    }
}

static void run(mg_context *context, const function *f, char **argument, bool shuffled) {
    const int first = atoi(argument[1]), seeds = atoi(argument[2]), trials = atoi(argument[3]), batch = atoi(argument[4]);
    for (int seed = first; seed < first + seeds; seed++) {
        mg_space *space = mg_space_create(context);
        f->space(space);
        search s = begin(context, space, argument[0], trials);
        for (int i = 0; i < trials; i++) {
            const int known = i - i % batch;
            if (shuffled && i == known) {
                if (s.sampler->forget) s.sampler->forget(context, s.memory);
                s.memory = NULL;
                shuffle_values(&s, known, (uint64_t)seed);
            }
            const double value = f->value(ask(&s, (uint64_t)seed, i, known));
            tell(&s, i, value);
            printf("%.10g%c", value - f->least, i + 1 < trials ? ' ' : '\n');
        }
        end(&s);
        mg_space_destroy(space);
    }
}

static void values(mg_context *context, const function *f) {
    mg_space *space = mg_space_create(context);
    f->space(space);
    search s = begin(context, space, "random", 20);
    for (int i = 0; i < 20; i++) {
        const double *point = ask(&s, 0, i, 0);
        for (int k = 0; k < s.dimensions; k++)
            if (isnan(point[k]))
                printf("- ");
            else
                printf("%.17g ", point[k]);
        printf("%.17g\n", f->value(point));
    }
    end(&s);
    mg_space_destroy(space);
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Processor seconds of a suggestion, the median, a trial after each, on a bowl. */
static void speed(mg_context *context, const char *sampler, int trials, int dimensions) {
    enum { TIMES = 31 };
    double seconds[TIMES];
    mg_space *space = mg_space_create(context);
    reals(space, dimensions, 0, 1);
    search s = begin(context, space, "random", trials + TIMES + 1);
    for (int i = 0; i < trials + TIMES + 1; i++) {
        if (i == trials) s.sampler = mg__sampler_find(sampler); /* its first suggestion makes what is kept */
        s.busy = 0;
        const double *point = ask(&s, 1, i, i);
        double value = 0;
        for (int k = 0; k < dimensions; k++) value += square(point[k] - 0.3);
        tell(&s, i, value);
        if (i > trials) seconds[i - trials - 1] = (double)s.busy / CLOCKS_PER_SEC;
    }
    qsort(seconds, TIMES, sizeof *seconds, by_size);
    printf("%.6g\n", seconds[TIMES / 2]);
    end(&s);
    mg_space_destroy(space);
}

int main(int count, char **argument) {
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    mg_context *context = mg_context_create(&options);
    const function *f = NULL;
    const function of_table = { "table", 0, network_space, network };
    if (count > 2 && strncmp(argument[2], "table:", 6) == 0) {
        read_table(context, argument[2] + 6);
        f = &of_table;
    }
    for (size_t i = 0; count > 2 && i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, argument[2]) == 0) f = &functions[i];
    if (count >= 8 && f && strcmp(argument[1], "run") == 0)
        run(context, f, argument + 3, count > 8);
    else if (count == 3 && f && strcmp(argument[1], "values") == 0)
        values(context, f);
    else if (count == 3 && f == &of_table && strcmp(argument[1], "serve") == 0)
        serve();
    else if (count == 5 && strcmp(argument[1], "speed") == 0)
        speed(context, argument[2], atoi(argument[3]), atoi(argument[4]));
    else
        return fprintf(
                   stderr,
                   "usage: run FUNCTION SAMPLER FIRST_SEED SEEDS TRIALS BATCH [shuffled] | values FUNCTION | serve table:FILE | speed SAMPLER TRIALS DIMENSIONS\n"),
               2;
    mg_dataset_destroy(table.dataset);
    mg_context_destroy(context);
    return 0;
}
