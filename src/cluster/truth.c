/* Agreement of groups with a truth, from the table of how many rows each has in common with each. */
#include "cluster/truth.h"

#include "data/dictionary.h"

#include <inttypes.h>
#include <math.h>

mg_status mg__truth_of(mg_context *context, const mg_dataset *dataset, int64_t column, int32_t *truth) {
    mg__dictionary values = { 0 };
    char text[1024];
    for (int64_t row = 0; row < mg_dataset_rows(dataset); row++) {
        bool added;
        truth[row] = -1;
        if (mg_dataset_missing(dataset, row, column)) continue;
        size_t length = mg_dataset_text(dataset, row, column, text, sizeof text);
        uint32_t code = mg__dictionary_add(context, &values, text, length < sizeof text ? length : sizeof text - 1, &added);
        if (code == MG__DICTIONARY_NONE) {
            mg__dictionary_free(context, &values);
            return MG_OUT_OF_MEMORY;
        }
        truth[row] = (int32_t)code;
    }
    mg__dictionary_free(context, &values);
    return MG_OK;
}

/* --- matching ---------------------------------------------------------------------------------------- */

typedef struct matching {
    const int64_t *count;
    int64_t rows, columns; /* rows <= columns */
    int64_t row_step, column_step;
    double *row_price, *column_price, *least;
    int64_t *taken, *way; /* of each column, from 1: the row that has it; where the path came from */
    bool *seen;
} matching;

static double cost(const matching *m, int64_t row, int64_t column) {
    return -(double)m->count[(row - 1) * m->row_step + (column - 1) * m->column_step];
}

/* Kuhn 1955 with prices, as Jonker & Volgenant 1987: each row finds the cheapest path to a free column. */
static void match_row(matching *m, int64_t row) {
    int64_t column = 0;
    m->taken[0] = row;
    for (int64_t c = 0; c <= m->columns; c++) m->least[c] = INFINITY, m->seen[c] = false;
    do {
        int64_t from = m->taken[column], next = 0;
        double delta = INFINITY;
        m->seen[column] = true;
        for (int64_t c = 1; c <= m->columns; c++) {
            if (m->seen[c]) continue;
            double reduced = cost(m, from, c) - m->row_price[from] - m->column_price[c];
            if (reduced < m->least[c]) m->least[c] = reduced, m->way[c] = column;
            if (m->least[c] < delta) delta = m->least[c], next = c;
        }
        for (int64_t c = 0; c <= m->columns; c++) {
            if (m->seen[c]) {
                m->row_price[m->taken[c]] += delta;
                m->column_price[c] -= delta;
            } else {
                m->least[c] -= delta;
            }
        }
        column = next;
    } while (m->taken[column] != 0);
    for (; column != 0; column = m->way[column]) m->taken[column] = m->taken[m->way[column]];
}

mg_status mg__match(mg_context *context, const int64_t *count, int64_t rows, int64_t columns, int64_t *sum) {
    bool wide = rows <= columns;
    matching m = { .count = count,
                   .rows = wide ? rows : columns,
                   .columns = wide ? columns : rows,
                   .row_step = wide ? columns : 1,
                   .column_step = wide ? 1 : columns };
    size_t n = (size_t)m.columns + 1;
    m.row_price = mg__alloc_array(context, n, sizeof *m.row_price);
    m.column_price = mg__alloc_array(context, n, sizeof *m.column_price);
    m.least = mg__alloc_array(context, n, sizeof *m.least);
    m.taken = mg__alloc_array(context, n, sizeof *m.taken);
    m.way = mg__alloc_array(context, n, sizeof *m.way);
    m.seen = mg__alloc_array(context, n, sizeof *m.seen);
    bool ready = m.row_price && m.column_price && m.least && m.taken && m.way && m.seen;
    *sum = 0;
    for (int64_t row = 1; row <= m.rows && ready; row++) match_row(&m, row);
    for (int64_t c = 1; c <= m.columns && ready; c++)
        if (m.taken[c] > 0) *sum -= (int64_t)cost(&m, m.taken[c], c);
    void *blocks[] = { m.row_price, m.column_price, m.least, m.taken, m.way, m.seen };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    return ready ? MG_OK : MG_OUT_OF_MEMORY;
}

/* --- agreement --------------------------------------------------------------------------------------- */

typedef struct common {
    int64_t groups, truths, rows;
    bool noise;     /* the last group is of rows in none */
    int64_t *count; /* [groups, truths] */
    int64_t *of_group, *of_truth;
} common;

static double pairs(int64_t n) { return (double)n * ((double)n - 1); }

/* From the four ways in which a pair can be together or apart. */
static double adjusted_rand(const common *c) {
    double both = 0, in_group = 0, in_truth = 0, all = pairs(c->rows);
    for (int64_t i = 0; i < c->groups * c->truths; i++) both += pairs(c->count[i]);
    for (int64_t g = 0; g < c->groups; g++) in_group += pairs(c->of_group[g]);
    for (int64_t t = 0; t < c->truths; t++) in_truth += pairs(c->of_truth[t]);
    double tp = both, fp = in_group - both, fn = in_truth - both, tn = all - in_group - in_truth + both;
    if (fp == 0 && fn == 0) return 1;
    return 2 * (tp * tn - fn * fp) / ((tp + fn) * (fn + tn) + (tp + fp) * (fp + tn));
}

static double entropy(const int64_t *count, int64_t n, int64_t rows, int64_t *filled) {
    double sum = 0;
    *filled = 0;
    for (int64_t i = 0; i < n; i++) {
        if (count[i] == 0) continue;
        double p = (double)count[i] / (double)rows;
        sum -= p * log(p);
        ++*filled;
    }
    return sum;
}

static double normalised_information(const common *c) {
    int64_t groups, truths;
    double information = 0,
           h = entropy(c->of_group, c->groups, c->rows, &groups) + entropy(c->of_truth, c->truths, c->rows, &truths);
    if (groups == 1 && truths == 1) return 1;
    for (int64_t g = 0; g < c->groups; g++)
        for (int64_t t = 0; t < c->truths; t++) {
            double n = (double)c->count[g * c->truths + t], rows = (double)c->rows;
            if (n > 0)
                information +=
                    n / rows * (log(n / rows) - log((double)c->of_group[g] / rows) - log((double)c->of_truth[t] / rows));
        }
    return information > 2.220446049250313e-16 ? information / (h / 2) : 0;
}

static int64_t most_frequent(const common *c) {
    int64_t sum = 0;
    for (int64_t g = 0; g < c->groups - c->noise; g++) {
        int64_t most = 0;
        for (int64_t t = 0; t < c->truths; t++) most = c->count[g * c->truths + t] > most ? c->count[g * c->truths + t] : most;
        sum += most;
    }
    return sum;
}

static mg_status count_common(mg_context *context, const int32_t *label, const int32_t *truth, int64_t rows, common *c) {
    size_t cells;
    for (int64_t row = 0; row < rows; row++) {
        if (label[row] < -1)
            return mg__fail(context, MG_INVALID, "agreement: label %d of row %" PRId64 " is below -1", label[row], row);
        c->groups = label[row] >= c->groups ? (int64_t)label[row] + 1 : c->groups;
        c->truths = truth[row] >= c->truths ? (int64_t)truth[row] + 1 : c->truths;
        c->noise = c->noise || label[row] < 0;
    }
    c->groups += c->noise;
    if (!mg__size_multiply((size_t)c->groups, (size_t)c->truths, &cells)) return mg__fail_memory(context, SIZE_MAX);
    c->count = mg__alloc_array(context, cells + 1, sizeof *c->count);
    c->of_group = mg__alloc_array(context, (size_t)c->groups + 1, sizeof *c->of_group);
    c->of_truth = mg__alloc_array(context, (size_t)c->truths + 1, sizeof *c->of_truth);
    if (!c->count || !c->of_group || !c->of_truth) return MG_OUT_OF_MEMORY;
    for (int64_t row = 0; row < rows; row++) {
        if (truth[row] < 0) continue;
        int64_t group = label[row] < 0 ? c->groups - 1 : label[row];
        c->count[group * c->truths + truth[row]]++;
        c->of_group[group]++;
        c->of_truth[truth[row]]++;
        c->rows++;
    }
    return MG_OK;
}

mg_status mg_cluster_agreement_of(mg_context *context, const int32_t *label, const int32_t *truth, int64_t rows,
                                  mg_cluster_agreement *agreement) {
    if (!context || !label || !truth || !agreement) return MG_INVALID;
    common c = { 0 };
    int64_t right = 0;
    *agreement = (mg_cluster_agreement){ NAN, NAN, NAN, NAN };
    mg_status status = count_common(context, label, truth, rows, &c);
    if (status == MG_OK && c.rows > 0) status = mg__match(context, c.count, c.groups - c.noise, c.truths, &right);
    if (status == MG_OK && c.rows > 0)
        *agreement = (mg_cluster_agreement){ .ari = adjusted_rand(&c),
                                             .nmi = normalised_information(&c),
                                             .purity = (double)most_frequent(&c) / (double)c.rows,
                                             .accuracy = (double)right / (double)c.rows };
    mg__free(context, c.count);
    mg__free(context, c.of_group);
    mg__free(context, c.of_truth);
    return status;
}
