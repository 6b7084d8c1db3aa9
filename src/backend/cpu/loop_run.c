/* Running a planned loop, a block of units at a time. */
#include "backend/cpu/loop.h"

#include <string.h>

typedef struct unit {
    int64_t row, column, rows, columns;
} unit;

typedef struct runner {
    const mg_session *session;
    const mg__tile_plan *plan;
    const mg__loop *loop;
    const mg__tile_kernels *k;
    unsigned char *scratch, *shared;
    int64_t block;
    size_t size; /* bytes an element */
    void *values[MG__LOOP_CODE];
} runner;

/* --- addresses --------------------------------------------------------------------------------------- */

static int64_t row_offset(const runner *r, const mg__loop_operand *o, int64_t row) {
    if (r->plan->flat_rows) return row * o->row_stride[MG__LOOP_ROW_DIMS - 1];
    int64_t at = 0;
    for (int d = MG__LOOP_ROW_DIMS - 1; d >= 0; d--) {
        at += row % r->loop->row_dims[d] * o->row_stride[d];
        row /= r->loop->row_dims[d];
    }
    return at;
}

static unsigned char *address(const runner *r, const mg__loop_operand *o, const unit *u) {
    int64_t at = o->offset + row_offset(r, o, u->row) + u->column * o->column_stride;
    return (unsigned char *)r->session->pointers[o->buffer] + at * (int64_t)mg_dtype_size(o->dtype);
}

/* --- loads and stores that are not plain ------------------------------------------------------------- */

/* rows x columns of an operand, without gaps, in the loop's dtype. */
static void gather(const runner *r, const mg__loop_operand *o, const unit *u, int64_t columns, void *out) {
    const mg__loop *loop = r->loop;
    bool same = o->dtype == loop->dtype;
    size_t from = mg_dtype_size(o->dtype);
    if (same && r->plan->flat_rows) {
        int64_t stride = o->row_stride[MG__LOOP_ROW_DIMS - 1];
        if (stride == 0 && o->column_stride == 1)
            r->k->expand_columns(out, address(r, o, u), u->rows, columns);
        else
            r->k->load_strided(out, address(r, o, u), stride, o->column_stride, u->rows, columns);
        return;
    }
    for (int64_t i = 0; i < u->rows; i++) {
        unit line = { u->row + i, u->column, 1, columns };
        unsigned char *at = address(r, o, &line), *to = (unsigned char *)out + (size_t)(i * columns) * r->size;
        if (same)
            r->k->load_strided(to, at, 0, o->column_stride, 1, columns);
        else if (o->column_stride == 1 || columns == 1)
            r->k->load_as(to, at, o->dtype, columns);
        else
            for (int64_t j = 0; j < columns; j++)
                r->k->load_as(to + (size_t)j * r->size, at + j * o->column_stride * (int64_t)from, o->dtype, 1);
    }
}

static void scatter(const runner *r, const mg__loop_operand *o, const unit *u, int64_t columns, const void *values) {
    bool same = o->dtype == r->loop->dtype;
    size_t to = mg_dtype_size(o->dtype);
    if (same && r->plan->flat_rows) {
        r->k->store_strided(address(r, o, u), values, o->row_stride[MG__LOOP_ROW_DIMS - 1], o->column_stride, u->rows, columns);
        return;
    }
    for (int64_t i = 0; i < u->rows; i++) {
        unit line = { u->row + i, u->column, 1, columns };
        unsigned char *at = address(r, o, &line);
        const unsigned char *from = (const unsigned char *)values + (size_t)(i * columns) * r->size;
        if (o->column_stride == 1 || columns == 1)
            r->k->store_as(at, o->dtype, from, columns);
        else
            for (int64_t j = 0; j < columns; j++)
                r->k->store_as(at + j * o->column_stride * (int64_t)to, o->dtype, from + (size_t)j * r->size, 1);
    }
}

/* Literals, indices and random numbers for elements `line` ... of the space. */
static void generate(const runner *r, const mg__loop_instruction *c, const unit *u, void *out) {
    if (c->code == MG__LOOP_LITERAL) {
        r->k->fill(out, c->literal, 1);
        return;
    }
    mg__stream stream = { r->session->seed, c->stream, r->session->step };
    int64_t line = u->row * r->loop->columns + u->column, left = u->rows * u->columns;
    unsigned char *to = out;
    while (left > 0) {
        int64_t run;
        if (c->code == MG__LOOP_INDEX && c->inner == 1) {
            int64_t start = line % c->size;
            run = c->size - start < left ? c->size - start : left;
            r->k->count_up(to, start, run);
        } else {
            int64_t position = line % c->inner, major = line / c->inner;
            run = c->inner - position < left ? c->inner - position : left;
            if (c->code == MG__LOOP_INDEX)
                r->k->fill(to, (double)(major % c->size), run);
            else if (c->code == MG__LOOP_UNIFORM)
                r->k->uniform(to, &stream, r->session->first_row + (uint64_t)major, (uint64_t)position, run);
            else
                r->k->normal(to, &stream, r->session->first_row + (uint64_t)major, (uint64_t)position, run);
        }
        line += run;
        left -= run;
        to += (size_t)run * r->size;
    }
}

/* --- one instruction --------------------------------------------------------------------------------- */

static const void *operand(const runner *r, const mg__tile_instruction *t, int k, int16_t value, const unit *u) {
    if (value < 0) return NULL;
    if (!t->expand[k]) return r->values[value];
    void *room = r->scratch + t->expanded[k];
    r->k->expand_rows(room, r->values[value], 1, u->rows, u->columns);
    return room;
}

static void *partial(const runner *r, const mg__tile_instruction *t) {
    return r->shared + t->partial + (size_t)(r->block * t->partial_size) * r->size;
}

static void add_total(const runner *r, const mg__tile_instruction *t, const mg__loop_instruction *c, const unit *u) {
    bool full = r->loop->code[c->a].extent == MG__FULL_VALUE;
    if (!full && u->column > 0) return; /* a value a row counts once */
    union {
        double f64;
        float f32;
    } sum;
    void *total = partial(r, t); /* aligned for the loop's dtype, not for the union */
    r->k->sum_rows(&sum, r->values[c->a], 1, full ? u->rows * u->columns : u->rows);
    if (r->loop->dtype == MG_F32)
        *(float *)total += sum.f32;
    else
        *(double *)total += sum.f64;
}

/* Rows that are left over in the end are a wide row that is only begun. */
static void add_wide(const runner *r, void *total, const void *x, const unit *u) {
    int64_t together = r->plan->together, wide = u->rows / together, left = u->rows % together;
    r->k->add_columns(total, x, wide, together * u->columns);
    if (left) r->k->add_columns(total, (const char *)x + (size_t)(wide * together * u->columns) * r->size, 1, left * u->columns);
}

static void add_rows(const runner *r, const mg__tile_instruction *t, const mg__loop_instruction *c, const unit *u) {
    void *total = (unsigned char *)partial(r, t) + (size_t)u->column * r->size, *apart = r->scratch + t->place;
    if (!t->apart) {
        add_wide(r, total, r->values[c->a], u);
        return;
    }
    memset(apart, 0, (size_t)t->partial_size * r->size);
    add_wide(r, apart, r->values[c->a], u);
    r->k->add_columns(total, apart, 1, t->partial_size);
}

static void reduce(const runner *r, const mg__loop_instruction *c, const mg__tile_instruction *t, const unit *u, void *out) {
    if (c->code == MG__LOOP_SUM_ROW) {
        r->k->sum_rows(out, r->values[c->a], u->rows, u->columns);
    } else if (c->code == MG__LOOP_MAX_ROW) {
        r->k->max_rows(out, r->values[c->a], u->rows, u->columns);
    } else {
        int32_t *index = (int32_t *)(void *)(r->scratch + t->place + (size_t)r->plan->unit_rows * r->size);
        r->k->argmax_rows(index, r->values[c->a], u->rows, u->columns);
        r->k->load_as(out, index, MG_I32, u->rows);
    }
}

static void store(const runner *r, const mg__loop_instruction *c, const unit *u) {
    const mg__loop_operand *o = &r->loop->operands[c->operand];
    const void *values = r->values[c->a];
    mg__extent extent = r->loop->code[c->a].extent;
    if ((o->guarded || o->predicate >= 0) && !mg__update_allowed(r->session, o->guarded, o->predicate)) return;
    if (extent != MG__FULL_VALUE && u->column > 0) return;
    if (values == address(r, o, u)) return; /* computed in place */
    unit rows = *u;
    if (extent == MG__UNIFORM_VALUE) rows.rows = 1;
    scatter(r, o, &rows, extent == MG__FULL_VALUE ? u->columns : 1, values);
}

static void *result_place(const runner *r, const mg__tile_instruction *t, const unit *u) {
    return t->direct ? (void *)address(r, &r->loop->operands[t->target], u) : (void *)(r->scratch + t->place);
}

static void run_chain(runner *r, const mg__chain *chain, const unit *u) {
    void *memory[MG__CHAIN_READS + MG__CHAIN_MEMBERS];
    int64_t step[MG__CHAIN_READS + MG__CHAIN_MEMBERS], points = u->rows * u->columns,
                                                       period = chain->by_period ? r->plan->period_rows * u->columns : points;
    int count = 0;
    for (int k = 0; k < chain->read_count; k++) {
        const mg__chain_read *read = &chain->reads[k];
        void *at = r->values[read->value];
        if (read->expand) {
            r->k->expand_rows(r->scratch + read->expanded, at, 1, u->rows, u->columns);
            at = r->scratch + read->expanded;
        }
        step[count] = read->single ? read->row : r->plan->code[read->value].periodic ? 0 : period;
        memory[count++] = at;
    }
    for (int m = 0; m < chain->count; m++) {
        if (!chain->output[m]) continue;
        int i = chain->members[m];
        step[count] = period;
        memory[count++] = r->values[i] = result_place(r, &r->plan->code[i], u);
    }
    chain->kernel(memory, step, period, points);
}

static void execute(runner *r, int i, const unit *u) {
    const mg__loop_instruction *c = &r->loop->code[i];
    const mg__tile_instruction *t = &r->plan->code[i];
    if (t->action == MG__DO_CHAIN) {
        run_chain(r, t->chain, u);
        return;
    }
    void *out = result_place(r, t, u);
    int64_t points = u->rows * u->columns;
    switch (t->action) {
    case MG__DO_NOTHING:
    case MG__DO_CHAIN: return;
    case MG__DO_POINT:
    case MG__DO_POINT_ROWS: out = address(r, &r->loop->operands[c->operand], u); break;
    case MG__DO_LOAD_STRIDED: gather(r, &r->loop->operands[c->operand], u, u->columns, out); break;
    case MG__DO_LOAD_ROWS: gather(r, &r->loop->operands[c->operand], u, 1, out); break;
    case MG__DO_CONVERT: {
        const mg__loop_operand *o = &r->loop->operands[c->operand];
        r->k->load_as(out, address(r, o, u), o->dtype,
                      c->extent == MG__UNIFORM_VALUE ? 1
                      : c->extent == MG__ROW_VALUE   ? u->rows
                                                     : points);
        break;
    }
    case MG__DO_GENERATE: generate(r, c, u, out); break;
    case MG__DO_SCALAR:
        t->kernel(out, operand(r, t, 0, c->a, u), operand(r, t, 1, c->b, u), operand(r, t, 2, c->c, u), points);
        break;
    case MG__DO_SCALAR_ROWS:
        t->kernel(out, r->values[c->a], c->b < 0 ? NULL : r->values[c->b], c->c < 0 ? NULL : r->values[c->c],
                  c->extent == MG__ROW_VALUE ? u->rows : 1);
        break;
    case MG__DO_EXPAND:
        r->k->expand_rows(out, r->values[c->a], r->loop->code[c->a].extent == MG__ROW_VALUE, u->rows,
                          c->extent == MG__FULL_VALUE ? u->columns : 1);
        break;
    case MG__DO_REDUCE: reduce(r, c, t, u, out); break;
    case MG__DO_STORE: store(r, c, u); return;
    case MG__DO_SUM_COLUMNS: add_rows(r, t, c, u); return;
    case MG__DO_SUM_ALL: add_total(r, t, c, u); return;
    }
    r->values[i] = out;
}

/* --- a block ----------------------------------------------------------------------------------------- */

static unit unit_at(const mg__tile_plan *plan, int64_t index) {
    const mg__loop *loop = plan->loop;
    unit u = { .rows = plan->unit_rows, .columns = plan->unit_columns };
    if (plan->units_a_row == 1) {
        u.row = index * plan->unit_rows;
    } else {
        u.row = index / plan->units_a_row;
        u.column = index % plan->units_a_row * plan->unit_columns;
    }
    if (u.row + u.rows > loop->rows) u.rows = loop->rows - u.row;
    if (u.column + u.columns > loop->columns) u.columns = loop->columns - u.column;
    return u;
}

void mg__tile_run(const mg_session *session, const mg__tile_plan *plan, void *shared, void *worker, int64_t block) {
    runner r; /* not initialised as a whole: its 4 kB of pointers would take longer than a small loop */
    r.session = session;
    r.plan = plan;
    r.loop = plan->loop;
    r.k = plan->kernels;
    r.scratch = worker;
    r.shared = shared;
    r.block = block;
    r.size = mg_dtype_size(plan->loop->dtype);
    int64_t first = block * plan->block_units,
            end = first + plan->block_units < plan->units ? first + plan->block_units : plan->units;
    int count = plan->loop->count;
    for (int i = 0; i < count && plan->sums; i++)
        if (plan->code[i].partial_size) memset(partial(&r, &plan->code[i]), 0, (size_t)plan->code[i].partial_size * r.size);
    if (first >= end) return;
    unit whole = unit_at(plan, first);
    for (int i = 0; i < count; i++) {
        whole.rows = plan->code[i].periodic ? plan->period_rows : plan->unit_rows; /* what is made once serves the largest unit */
        if (plan->code[i].once) execute(&r, i, &whole);
    }
    for (int64_t n = first; n < end; n++) {
        unit u = unit_at(plan, n);
        for (int i = 0; i < plan->each_count; i++) execute(&r, plan->each[i], &u);
    }
}

/* --- totals ------------------------------------------------------------------------------------------ */

void mg__tile_combine(const mg_session *session, const mg__tile_plan *plan, void *shared) {
    const mg__loop *loop = plan->loop;
    size_t size = mg_dtype_size(loop->dtype);
    for (int i = 0; i < loop->count; i++) {
        const mg__tile_instruction *t = &plan->code[i];
        if (!t->partial_size) continue;
        const mg__loop_operand *o = &loop->operands[loop->code[i].operand];
        unsigned char *out = (unsigned char *)session->pointers[o->buffer] + (size_t)o->offset * mg_dtype_size(o->dtype),
                      *first = (unsigned char *)shared + t->partial;
        /* blocks are added into the first one's partial result, in order */
        if (plan->blocks > 1)
            plan->kernels->add_columns(first, first + (size_t)t->partial_size * size, plan->blocks - 1, t->partial_size);
        int64_t width = loop->code[i].code == MG__LOOP_SUM_COLUMNS ? loop->columns : 1, parts = t->partial_size / width;
        memcpy(out, first, (size_t)width * size);
        if (parts > 1) plan->kernels->add_columns(out, first + (size_t)width * size, parts - 1, width);
    }
}
