/* Initialisers: the numbers that an entry starts from. Each is addressed by (seed, name, position), so a name keeps its numbers
 * whatever is declared beside it. */
#include "base/random.h"
#include "graph/parameters.h"

#include <math.h>
#include <string.h>

typedef struct init_row {
    const char *name, *text;
} init_row;

static const init_row init_rows[MG_INITS] = {
#define INIT_ROW(name, text) { #name, text },
    MG_INIT_TABLE(INIT_ROW)
#undef INIT_ROW
};

const char *mg_init_name(mg_init init) { return (unsigned)init < MG_INITS ? init_rows[init].name : "unknown"; }

const char *mg_init_text(mg_init init) { return (unsigned)init < MG_INITS ? init_rows[init].text : "unknown"; }

bool mg_init_find(const char *name, mg_init *init) {
    for (int i = 0; name && i < MG_INITS; i++) {
        if (strcmp(name, init_rows[i].name) == 0) {
            if (init) *init = (mg_init)i;
            return true;
        }
    }
    return false;
}

static void fill_constant(mg_tensor *value, double constant) {
    for (int64_t i = 0, n = mg_tensor_count(value); i < n; i++) mg_tensor_put(value, i, constant);
}

static void fill_uniform(const mg__stream *stream, mg_tensor *value, double bound) {
    for (int64_t i = 0, n = mg_tensor_count(value); i < n; i++)
        mg_tensor_put(value, i, bound * (2 * mg__random_uniform(stream, 0, (uint64_t)i) - 1));
}

static void fill_normal(const mg__stream *stream, mg_tensor *value, double deviation) {
    for (int64_t i = 0, n = mg_tensor_count(value); i < n; i++)
        mg_tensor_put(value, i, deviation * mg__random_normal(stream, 0, (uint64_t)i));
}

static double dot(const double *a, const double *b, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

/* Makes `rows` vectors of `length` >= rows orthonormal: Gram-Schmidt, modified, twice ("twice is enough": Giraud et al. 2005). */
static void orthonormalize(double *vectors, size_t rows, size_t length) {
    for (size_t i = 0; i < rows; i++) {
        double *v = vectors + i * length;
        for (int pass = 0; pass < 2; pass++) {
            for (size_t j = 0; j < i; j++) {
                const double *u = vectors + j * length;
                double projection = dot(u, v, length);
                for (size_t k = 0; k < length; k++) v[k] -= projection * u[k];
            }
        }
        double norm = sqrt(dot(v, v, length));
        for (size_t k = 0; k < length && norm > 0; k++) v[k] /= norm;
    }
}

/* A matrix [all but the last dimension, the last] with orthonormal rows or columns, whichever are fewer, times the gain (Saxe et
 * al. 2013). The Gaussian vectors that it starts from make every direction equally likely. */
static mg_status fill_orthogonal(mg_context *context, const mg__stream *stream, mg_tensor *value, double gain) {
    size_t count = (size_t)mg_tensor_count(value), columns = value->rank > 0 ? (size_t)value->shape[value->rank - 1] : 1,
           rows = count / columns;
    bool tall = rows > columns;
    size_t vectors = tall ? columns : rows, length = tall ? rows : columns;
    double *work = mg__alloc_array(context, count, sizeof *work);
    if (!work) return MG_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++) work[i] = mg__random_normal(stream, 0, i);
    orthonormalize(work, vectors, length);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            mg_tensor_put(value, (int64_t)(i * columns + j), gain * (tall ? work[j * length + i] : work[i * length + j]));
    mg__free(context, work);
    return MG_OK;
}

mg_status mg__initialize(mg_context *context, const mg_parameter *entry, uint64_t seed, mg_tensor *value) {
    mg__stream stream = { .seed = seed, .stream = mg__hash_text(mg__hash_text(0, "initialiser"), entry->name) };
    double in = (double)entry->fan_in, out = (double)entry->fan_out;
    switch (entry->init) {
    case MG_INIT_zeros: fill_constant(value, 0); break;
    case MG_INIT_ones: fill_constant(value, 1); break;
    case MG_INIT_constant: fill_constant(value, entry->value); break;
    case MG_INIT_auto: /* nobody knew what follows */
    case MG_INIT_glorot_uniform: fill_uniform(&stream, value, sqrt(6 / (in + out))); break;
    case MG_INIT_glorot_normal: fill_normal(&stream, value, sqrt(2 / (in + out))); break;
    case MG_INIT_he_uniform: fill_uniform(&stream, value, sqrt(6 / in)); break;
    case MG_INIT_he_normal: fill_normal(&stream, value, sqrt(2 / in)); break;
    case MG_INIT_lecun_uniform: fill_uniform(&stream, value, sqrt(3 / in)); break;
    case MG_INIT_lecun_normal: fill_normal(&stream, value, sqrt(1 / in)); break;
    case MG_INIT_orthogonal: return fill_orthogonal(context, &stream, value, entry->value != 0 ? entry->value : 1);
    case MG_INIT_normal: fill_normal(&stream, value, entry->value); break;
    case MG_INIT_uniform: fill_uniform(&stream, value, entry->value); break;
    case MG_INITS: break;
    }
    return MG_OK;
}
