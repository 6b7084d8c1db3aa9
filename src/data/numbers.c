#include "data/numbers.h"

#include "interop/order.h"

#include <math.h>

int64_t *mg__count_codes(mg_context *context, const mg__column *column, const int64_t *rows, int64_t count) {
    int64_t *cells = mg__alloc_array(context, column->dictionary.count, sizeof *cells);
    for (int64_t i = 0; cells != NULL && i < count; i++) {
        uint32_t code = column->codes[rows != NULL ? rows[i] : i];
        if (code != MG__MISSING) cells[code]++;
    }
    return cells;
}

/* Runs of one value, in the order that was found; 0 and -0 are one. */
static void gather(const double *values, const int64_t *weights, const int64_t *order, size_t count, mg__numbers *out) {
    for (size_t i = 0; i < count; i++) {
        double value = values[order[i]];
        int64_t cells = weights != NULL ? weights[order[i]] : 1;
        if (!isfinite(value) || cells == 0) continue;
        if (out->distinct == 0 || value > out->value[out->distinct - 1]) out->value[out->distinct++] = value;
        out->upto[out->distinct - 1] = out->count += cells;
    }
}

mg_status mg__numbers_make(mg_context *context, const double *values, const int64_t *weights, size_t count, mg__numbers *out) {
    *out = (mg__numbers){ 0 };
    int64_t *order = mg__alloc_array(context, count, sizeof *order);
    out->value = mg__alloc_array(context, count, sizeof *out->value);
    out->upto = mg__alloc_array(context, count, sizeof *out->upto);
    mg_status status = order == NULL || out->value == NULL || out->upto == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    if (status == MG_OK) status = mg__order_numbers(context, values, 1, (int64_t)count, order);
    if (status == MG_OK)
        gather(values, weights, order, count, out);
    else
        mg__numbers_free(context, out);
    mg__free(context, order);
    return status;
}

mg_status mg__numbers_of(mg_context *context, const mg__column *column, const int64_t *rows, int64_t count, mg__numbers *out) {
    bool coded = column->codes != NULL;
    size_t cells = coded ? column->dictionary.count : (size_t)count;
    int64_t *weights = coded ? mg__count_codes(context, column, rows, count) : NULL;
    double *values = mg__alloc_array(context, cells, sizeof *values);
    mg_status status = MG_OUT_OF_MEMORY;
    *out = (mg__numbers){ 0 };
    if (values != NULL && (weights != NULL || !coded)) {
        for (size_t i = 0; i < cells; i++)
            values[i] = coded ? column->dictionary.entries[i].value : column->values[rows != NULL ? rows[i] : (int64_t)i];
        status = mg__numbers_make(context, values, weights, cells, out);
    }
    mg__free(context, values);
    mg__free(context, weights);
    return status;
}

void mg__numbers_free(mg_context *context, mg__numbers *numbers) {
    mg__free(context, numbers->value);
    mg__free(context, numbers->upto);
    *numbers = (mg__numbers){ 0 };
}

/* The number that `rank` others stand before. */
static double value_at(const mg__numbers *numbers, int64_t rank) {
    size_t low = 0, high = numbers->distinct - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (numbers->upto[middle] > rank)
            high = middle;
        else
            low = middle + 1;
    }
    return numbers->value[low];
}

double mg__numbers_quantile(const mg__numbers *numbers, double p) {
    double at = p * (double)(numbers->count - 1), whole = floor(at);
    double low = value_at(numbers, (int64_t)whole);
    if (at == whole) return low;
    double high = value_at(numbers, (int64_t)whole + 1);
    return low == high ? low : low + (at - whole) * (high - low);
}

static double sum_of_powers(const mg__numbers *numbers, bool logarithm, double mean, int power) {
    double sum = 0;
    int64_t before = 0;
    for (size_t i = 0; i < numbers->distinct; before = numbers->upto[i++]) {
        double x = (logarithm ? log(numbers->value[i]) : numbers->value[i]) - mean;
        sum += (double)(numbers->upto[i] - before) * (power == 1 ? x : power == 2 ? x * x : x * x * x);
    }
    return sum;
}

mg__distribution mg__numbers_describe(const mg__numbers *numbers, bool logarithm) {
    mg__distribution m = { 0 };
    double n = (double)numbers->count;
    if (numbers->distinct <= 1) {
        if (numbers->distinct == 1) m.mean = logarithm ? log(numbers->value[0]) : numbers->value[0];
        return m;
    }
    m.mean = sum_of_powers(numbers, logarithm, 0, 1) / n;
    m.deviation = sqrt(sum_of_powers(numbers, logarithm, m.mean, 2) / n);
    if (m.deviation > 0) m.skewness = sum_of_powers(numbers, logarithm, m.mean, 3) / n / pow(m.deviation, 3);
    return m;
}
