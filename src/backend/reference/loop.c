/* The reference interpreter of loops: one element at a time, in f64, values kept whole. Slow and obviously right: the tile
 * interpreter's oracle. */
#include "base/random.h"
#include "plan/program.h"

#include <math.h>
#include <string.h>

typedef struct machine {
    mg_session *session;
    const mg__loop *loop;
    double **values; /* one array an instruction: 1, rows or rows * columns elements */
} machine;

static int64_t extent_count(const mg__loop *loop, mg__extent extent) {
    return extent == MG__UNIFORM_VALUE ? 1 : extent == MG__ROW_VALUE ? loop->rows : loop->rows * loop->columns;
}

static int64_t address(const mg__loop *loop, const mg__loop_operand *o, int64_t row, int64_t column) {
    int64_t at = o->offset + column * o->column_stride;
    for (int d = MG__LOOP_ROW_DIMS - 1; d >= 0; d--) {
        at += row % loop->row_dims[d] * o->row_stride[d];
        row /= loop->row_dims[d];
    }
    return at;
}

static double element(const machine *m, int value, int64_t row, int64_t column) {
    if (value < 0) return 0;
    mg__extent extent = m->loop->code[value].extent;
    return m->values[value][extent == MG__UNIFORM_VALUE ? 0 : extent == MG__ROW_VALUE ? row : row * m->loop->columns + column];
}

static double rounded(const mg__loop *loop, double value) { return loop->dtype == MG_F32 ? (double)(float)value : value; }

static mg_tensor memory(const machine *m, const mg__loop_operand *o) {
    return mg_tensor_borrow(o->dtype, 0, NULL, m->session->pointers[o->buffer]);
}

static double produce(const machine *m, const mg__loop_instruction *c, int64_t row, int64_t column) {
    const mg__loop *loop = m->loop;
    int64_t line = row * loop->columns + column;
    mg__stream stream = { m->session->seed, c->stream, m->session->step };
    switch (c->code) {
    case MG__LOOP_LITERAL: return c->literal;
    case MG__LOOP_LOAD: {
        const mg__loop_operand *o = &loop->operands[c->operand];
        mg_tensor x = memory(m, o);
        return mg_tensor_get(&x, address(loop, o, row, column));
    }
    case MG__LOOP_INDEX: return (double)(line / c->inner % c->size);
    case MG__LOOP_UNIFORM:
        return mg__random_uniform(&stream, m->session->first_row + (uint64_t)(line / c->inner), (uint64_t)(line % c->inner));
    case MG__LOOP_NORMAL:
        return mg__random_normal(&stream, m->session->first_row + (uint64_t)(line / c->inner), (uint64_t)(line % c->inner));
    case MG__LOOP_SCALAR:
        return mg__scalars[c->scalar].function(element(m, c->a, row, column), element(m, c->b, row, column),
                                               element(m, c->c, row, column));
    default: return 0;
    }
}

static double reduce_row(const machine *m, const mg__loop_instruction *c, int64_t row) {
    double total = 0, most = element(m, c->a, row, 0);
    int64_t best = 0;
    for (int64_t j = 0; j < m->loop->columns; j++) {
        double x = element(m, c->a, row, j);
        total += x;
        if (j && (x > most || (x != x && most == most))) {
            most = x;
            best = j;
        }
    }
    return c->code == MG__LOOP_SUM_ROW ? total : c->code == MG__LOOP_MAX_ROW ? most : (double)best;
}

static void write(const machine *m, const mg__loop_instruction *c) {
    const mg__loop *loop = m->loop;
    const mg__loop_operand *o = &loop->operands[c->operand];
    if (o->guarded || o->predicate >= 0)
        if (!mg__update_allowed(m->session, o->guarded, o->predicate)) return;
    mg_tensor y = memory(m, o);
    mg__extent extent = loop->code[c->a].extent;
    if (c->code == MG__LOOP_STORE) {
        int64_t rows = extent == MG__UNIFORM_VALUE ? 1 : loop->rows, columns = extent == MG__FULL_VALUE ? loop->columns : 1;
        for (int64_t i = 0; i < rows; i++)
            for (int64_t j = 0; j < columns; j++) mg_tensor_put(&y, address(loop, o, i, j), element(m, c->a, i, j));
        return;
    }
    bool all = c->code == MG__LOOP_SUM_ALL;
    int64_t columns = extent == MG__FULL_VALUE ? loop->columns : 1;
    double total = 0;
    for (int64_t j = 0; j < columns; j++) {
        if (!all) total = 0;
        for (int64_t i = 0; i < loop->rows; i++) total += element(m, c->a, i, j);
        if (!all || j + 1 == columns) mg_tensor_put(&y, o->offset + (all ? 0 : j * o->column_stride), total);
    }
}

static void execute(machine *m, int at) {
    const mg__loop *loop = m->loop;
    const mg__loop_instruction *c = &loop->code[at];
    int64_t rows = c->extent == MG__UNIFORM_VALUE ? 1 : loop->rows, columns = c->extent == MG__FULL_VALUE ? loop->columns : 1;
    if (c->code >= MG__LOOP_STORE) {
        write(m, c);
        return;
    }
    bool reduces = c->code == MG__LOOP_SUM_ROW || c->code == MG__LOOP_MAX_ROW || c->code == MG__LOOP_ARGMAX_ROW;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            m->values[at][i * columns + j] = rounded(loop, reduces ? reduce_row(m, c, i) : produce(m, c, i, j));
}

bool mg__loop_reference(mg_session *session, const mg__loop *loop) {
    machine m = { session, loop, NULL };
    mg_context *context = session->context;
    m.values = mg__alloc_array(context, (size_t)loop->count + 1, sizeof *m.values);
    bool fine = m.values != NULL;
    for (int i = 0; i < loop->count && fine; i++) {
        m.values[i] = mg__alloc_array(context, (size_t)extent_count(loop, loop->code[i].extent) + 1, sizeof(double));
        fine = m.values[i] != NULL;
    }
    /* all values before any store: stores may go to memory that is read */
    for (int i = 0; i < loop->count && fine; i++)
        if (loop->code[i].code < MG__LOOP_STORE) execute(&m, i);
    for (int i = 0; i < loop->count && fine; i++)
        if (loop->code[i].code >= MG__LOOP_STORE) execute(&m, i);
    for (int i = 0; m.values && i < loop->count; i++) mg__free(context, m.values[i]);
    mg__free(context, m.values);
    return fine;
}
