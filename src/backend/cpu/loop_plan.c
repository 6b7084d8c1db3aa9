/* Planning a loop for the tile interpreter: units, blocks, and what each instruction does. */
#include "backend/cpu/loop.h"

#include "base/switches.h"

#include <string.h>

enum {
    SCRATCH = 32 * 1024,
    SMALLEST = 512,
    LARGEST = 4096,
    BLOCK = 16384,
    FEWEST_SUM_BLOCKS = 32,
    ROWS_APART = 16,
    MOST_SUM_BLOCKS = 1024,
    PARTIAL_SUMS = 65536,
    PERIOD = 512,
    LONG_ROW = 64,
    WIDE_ROW = 64, /* elements: four vectors of the widest kind, enough sums that do not wait for each other */
    WIDEST_ROW = 512
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t quotient_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

/* --- units and blocks -------------------------------------------------------------------------------- */

static int last_use(const mg__loop *loop, int value) {
    int last = value;
    for (int i = value; i < loop->count; i++)
        if (loop->code[i].a == value || loop->code[i].b == value || loop->code[i].c == value) last = i;
    return last;
}

/* How many values of a point are alive at once, those that are read in memory included: what a unit must leave room for in L1. */
static int64_t most_alive(const mg__loop *loop) {
    int64_t most_full = 1;
    for (int at = 0; at < loop->count; at++) {
        int64_t alive = 0;
        for (int i = 0; i <= at; i++)
            alive += loop->code[i].extent == MG__FULL_VALUE && loop->code[i].code < MG__LOOP_STORE && last_use(loop, i) >= at;
        most_full = most(most_full, alive);
    }
    return most_full;
}

/* How many short rows a column sum takes as one, so that they fill vectors and make several independent chains. */
static int64_t rows_together(const mg__loop *loop, int64_t unit_rows) {
    int64_t rows = 1;
    while (rows * loop->columns % WIDE_ROW && 2 * rows * loop->columns <= WIDEST_ROW && 2 * rows <= unit_rows) rows *= 2;
    return rows;
}

static bool sums_columns(const mg__loop *loop) {
    bool found = false;
    for (int i = 0; i < loop->count; i++) found = found || loop->code[i].code == MG__LOOP_SUM_COLUMNS;
    return found;
}

static void cut(mg__tile_plan *plan, bool sums) {
    const mg__loop *loop = plan->loop;
    int64_t elements = SCRATCH / ((int64_t)mg_dtype_size(loop->dtype) * most_alive(loop));
    elements = most(SMALLEST, least(LARGEST, elements / 64 * 64));
    plan->unit_columns = loop->whole_rows ? loop->columns : least(loop->columns, elements);
    plan->unit_rows = plan->unit_columns < loop->columns ? 1 : most(1, least(loop->rows, elements / most(1, loop->columns)));
    plan->together = sums_columns(loop) ? rows_together(loop, plan->unit_rows) : 1;
    if (plan->unit_rows < loop->rows) plan->unit_rows -= plan->unit_rows % plan->together;
    plan->units_a_row = quotient_up(loop->columns, most(1, plan->unit_columns));
    plan->units = plan->units_a_row == 1 ? quotient_up(loop->rows, plan->unit_rows) : loop->rows * plan->units_a_row;
    plan->block_units = most(1, BLOCK / most(1, plan->unit_rows * plan->unit_columns));
    /* many blocks make short chains of additions, but each keeps a partial result of a row's length */
    int64_t most_blocks = most(FEWEST_SUM_BLOCKS, least(MOST_SUM_BLOCKS, PARTIAL_SUMS / most(1, loop->columns)));
    if (sums) plan->block_units = most(plan->block_units, quotient_up(plan->units, most_blocks));
    plan->blocks = most(1, quotient_up(plan->units, plan->block_units));
}

static bool one_row_dimension(const mg__loop *loop) {
    for (int d = 0; d + 1 < MG__LOOP_ROW_DIMS; d++)
        if (loop->row_dims[d] != 1) return false;
    return true;
}

/* --- registers --------------------------------------------------------------------------------------- */

typedef struct registers {
    size_t size[2]; /* bytes: of a value a row, of a value a point */
    size_t free_places[2][64];
    int free_count[2];
    size_t top;
} registers;

static size_t take(registers *r, bool full) {
    if (r->free_count[full]) return r->free_places[full][--r->free_count[full]];
    size_t place = r->top;
    r->top += r->size[full];
    return place;
}
static void give_back(registers *r, bool full, size_t place) {
    if (r->free_count[full] < 64) r->free_places[full][r->free_count[full]++] = place;
}

/* --- memory without gaps ----------------------------------------------------------------------------- */

static const int last_row = MG__LOOP_ROW_DIMS - 1;

static bool dense_points(const mg__tile_plan *plan, const mg__loop_operand *o) {
    const mg__loop *loop = plan->loop;
    if (loop->columns > 1 && o->column_stride != 1) return false;
    if (plan->unit_rows == 1) return loop->columns > 1 || true;
    return plan->flat_rows && o->row_stride[last_row] == loop->columns;
}
static bool dense_rows(const mg__tile_plan *plan, const mg__loop_operand *o) {
    return plan->unit_rows == 1 || (plan->flat_rows && o->row_stride[last_row] == 1);
}
/* The same values for every unit. */
static bool rows_repeat(const mg__tile_plan *plan, const mg__loop_operand *o) {
    for (int d = 0; d < MG__LOOP_ROW_DIMS; d++)
        if (o->row_stride[d] != 0 && plan->loop->row_dims[d] > 1) return false;
    return plan->unit_columns == plan->loop->columns;
}

/* A result may be computed where it is stored if nothing reads that memory later on. */
static void find_direct(const mg__tile_plan *plan, int value) {
    const mg__loop *loop = plan->loop;
    mg__tile_instruction *t = &plan->code[value];
    for (int i = value + 1; i < loop->count && !t->direct; i++) {
        const mg__loop_instruction *store = &loop->code[i];
        if (store->code != MG__LOOP_STORE || store->a != value) continue;
        const mg__loop_operand *o = &loop->operands[store->operand];
        bool full = loop->code[value].extent == MG__FULL_VALUE;
        bool fits =
            o->dtype == loop->dtype && !o->guarded && o->predicate < 0 && (full ? dense_points(plan, o) : dense_rows(plan, o));
        for (int k = 0; k < loop->count && fits; k++) {
            const mg__loop_instruction *load = &loop->code[k];
            if (load->code == MG__LOOP_LOAD && loop->operands[load->operand].buffer == o->buffer && last_use(loop, k) > value)
                fits = false;
            if (load->code == MG__LOOP_STORE && k != i && loop->operands[load->operand].buffer == o->buffer) fits = false;
        }
        t->direct = fits;
        t->target = store->operand;
    }
}

/* --- instructions ------------------------------------------------------------------------------------ */

static bool needs_expansion(const mg__tile_plan *plan, const mg__loop_instruction *c, int operand) {
    return operand >= 0 && c->extent == MG__FULL_VALUE && plan->loop->code[operand].extent == MG__ROW_VALUE &&
           plan->unit_rows > 1;
}

static int64_t common_divisor(int64_t a, int64_t b) { return b ? common_divisor(b, a % b) : a; }

/* Whole vectors and enough of them; but a single row where that is long enough to have its row values beside it. */
static int64_t rows_of_period(const mg__tile_plan *plan) {
    enum { VECTOR = 16 };
    const mg__loop *loop = plan->loop;
    bool row_values = false;
    for (int i = 0; i < loop->count; i++) {
        const mg__loop_instruction *c = &loop->code[i];
        row_values =
            row_values || needs_expansion(plan, c, c->a) || needs_expansion(plan, c, c->b) || needs_expansion(plan, c, c->c);
    }
    if (loop->columns >= PERIOD || (row_values && loop->columns >= LONG_ROW)) return 1;
    int64_t step = VECTOR / common_divisor(VECTOR, most(1, loop->columns));
    return least(plan->unit_rows, quotient_up(PERIOD, most(1, loop->columns) * step) * step);
}

static void plan_scalar(mg__tile_plan *plan, int i) {
    const mg__loop *loop = plan->loop;
    const mg__loop_instruction *c = &loop->code[i];
    mg__tile_instruction *t = &plan->code[i];
    int operands[3] = { c->a, c->b, c->c }, mask = 0;
    if (c->scalar == MG__SCALAR_copy && loop->code[c->a].extent < c->extent) {
        t->action = MG__DO_EXPAND;
        return;
    }
    for (int k = 0; k < mg__scalars[c->scalar].arity; k++) {
        mg__extent extent = loop->code[operands[k]].extent;
        t->expand[k] = needs_expansion(plan, c, operands[k]);
        bool single = c->extent != MG__UNIFORM_VALUE &&
                      (extent == MG__UNIFORM_VALUE || (extent == MG__ROW_VALUE && c->extent == MG__FULL_VALUE && !t->expand[k]));
        if (single) mask |= 1 << k;
    }
    t->singles = (uint8_t)mask;
    t->kernel = plan->kernels->scalar[c->scalar][mask];
    t->action = c->extent == MG__FULL_VALUE ? MG__DO_SCALAR : MG__DO_SCALAR_ROWS;
    t->once = c->extent == MG__UNIFORM_VALUE;
}

static void plan_load(mg__tile_plan *plan, int i) {
    const mg__loop *loop = plan->loop;
    const mg__loop_instruction *c = &loop->code[i];
    const mg__loop_operand *o = &loop->operands[c->operand];
    mg__tile_instruction *t = &plan->code[i];
    bool same = o->dtype == loop->dtype;
    if (c->extent == MG__UNIFORM_VALUE) {
        t->once = true;
        t->action = same ? MG__DO_POINT : MG__DO_CONVERT;
    } else if (c->extent == MG__ROW_VALUE) {
        t->action = !dense_rows(plan, o) ? MG__DO_LOAD_ROWS : same ? MG__DO_POINT_ROWS : MG__DO_CONVERT;
    } else {
        t->action = !dense_points(plan, o) ? MG__DO_LOAD_STRIDED : same ? MG__DO_POINT : MG__DO_CONVERT;
        t->once = t->action != MG__DO_POINT && rows_repeat(plan, o);
    }
}

static void plan_instruction(mg__tile_plan *plan, int i) {
    const mg__loop *loop = plan->loop;
    const mg__loop_instruction *c = &loop->code[i];
    mg__tile_instruction *t = &plan->code[i];
    switch (c->code) {
    case MG__LOOP_LITERAL:
        t->once = true;
        t->action = MG__DO_GENERATE;
        break;
    case MG__LOOP_LOAD: plan_load(plan, i); break;
    case MG__LOOP_INDEX:
        t->action = MG__DO_GENERATE;
        t->once = c->inner == 1 && c->size == loop->columns && plan->unit_columns == loop->columns;
        break;
    case MG__LOOP_UNIFORM:
    case MG__LOOP_NORMAL: t->action = MG__DO_GENERATE; break;
    case MG__LOOP_SCALAR: plan_scalar(plan, i); break;
    case MG__LOOP_SUM_ROW:
    case MG__LOOP_MAX_ROW:
    case MG__LOOP_ARGMAX_ROW: t->action = MG__DO_REDUCE; break;
    case MG__LOOP_STORE: t->action = MG__DO_STORE; break;
    case MG__LOOP_SUM_COLUMNS:
        t->action = MG__DO_SUM_COLUMNS;
        t->apart = plan->unit_rows / plan->together >= ROWS_APART;
        t->partial_size = plan->together * loop->columns;
        break;
    case MG__LOOP_SUM_ALL:
        t->action = MG__DO_SUM_ALL;
        t->partial_size = 1;
        break;
    }
    bool computes = t->action == MG__DO_SCALAR || (t->action == MG__DO_SCALAR_ROWS && c->extent == MG__ROW_VALUE) ||
                    t->action == MG__DO_EXPAND || (t->action == MG__DO_REDUCE && c->code != MG__LOOP_ARGMAX_ROW);
    if (computes) find_direct(plan, i);
}

/* A store whose value was computed where it goes. */
static bool stored_already(const mg__tile_plan *plan, int i) {
    const mg__loop_instruction *c = &plan->loop->code[i];
    const mg__tile_instruction *value = c->code == MG__LOOP_STORE ? &plan->code[c->a] : NULL;
    return value && value->direct && value->target == c->operand;
}

/* --- chains ------------------------------------------------------------------------------------------ */

static bool use_chain(void *user, const mg__chain *found) {
    mg__tile_plan *plan = user;
    char key[MG__CHAIN_KEY];
    mg__chain_key(plan, found, key);
    mg__chain_kernel *kernel = mg__chain_lookup(plan->isa, key);
    if (!kernel) return true;
    mg__chain *chain = mg__program_memory(plan->program, sizeof *chain);
    if (!chain) return false;
    *chain = *found;
    chain->kernel = kernel;
    for (int m = 0; m < chain->count; m++) {
        mg__tile_instruction *t = &plan->code[chain->members[m]];
        t->chain = chain;
        t->needed = chain->output[m];
        t->action = m + 1 == chain->count ? MG__DO_CHAIN : MG__DO_NOTHING;
        for (int k = 0; k < 3; k++) t->expand[k] = false; /* the chain does that */
    }
    return true;
}

/* What is the same for every row is made for one period where chains alone read it. */
static void find_periodic(mg__tile_plan *plan) {
    const mg__loop *loop = plan->loop;
    for (int v = 0; v < loop->count; v++) {
        mg__tile_instruction *t = &plan->code[v];
        t->periodic = t->once && loop->code[v].extent == MG__FULL_VALUE && plan->period_rows < plan->unit_rows;
        for (int i = v + 1; i < loop->count; i++) {
            const mg__loop_instruction *c = &loop->code[i];
            if ((c->a == v || c->b == v || c->c == v) && !plan->code[i].chain) t->periodic = false;
        }
    }
    for (int i = 0; i < loop->count; i++) {
        mg__chain *chain = plan->code[i].action == MG__DO_CHAIN ? plan->code[i].chain : NULL;
        for (int k = 0; chain && k < chain->read_count; k++) {
            const mg__chain_read *read = &chain->reads[k];
            if (plan->code[read->value].periodic || (read->row && read->single)) chain->by_period = true;
        }
    }
}

/* --- places ------------------------------------------------------------------------------------------ */

static bool has_place(const mg__tile_instruction *t) {
    return !t->direct && t->needed && t->action != MG__DO_POINT && t->action != MG__DO_POINT_ROWS && t->action != MG__DO_STORE &&
           t->action != MG__DO_SUM_COLUMNS && t->action != MG__DO_SUM_ALL;
}

/* Where an instruction is executed: the members of a chain at its last. */
static int place_in_time(const mg__tile_plan *plan, int i) {
    const mg__chain *chain = plan->code[i].chain;
    return chain ? chain->members[chain->count - 1] : i;
}

static int last_use_in_time(const mg__tile_plan *plan, int value) {
    const mg__loop *loop = plan->loop;
    int last = place_in_time(plan, value);
    for (int i = value; i < loop->count; i++) {
        const mg__loop_instruction *c = &loop->code[i];
        if (c->a == value || c->b == value || c->c == value) last = (int)most(last, place_in_time(plan, i));
    }
    return last;
}

static void place_one(mg__tile_plan *plan, registers *r, int i) {
    mg__tile_instruction *t = &plan->code[i];
    for (int k = 0; k < 3; k++)
        if (t->expand[k]) t->expanded[k] = take(r, true);
    if (t->apart) { /* a row, which a register of the unit's points holds; free again at once */
        t->place = take(r, true);
        give_back(r, true, t->place);
    }
    if (has_place(t) && !t->once) t->place = take(r, plan->loop->code[i].extent == MG__FULL_VALUE);
}

/* Reads that are spread out, then what is written: not where something is read that is needed to the end. */
static void place_chain(mg__tile_plan *plan, registers *r, mg__chain *chain) {
    for (int k = 0; k < chain->read_count; k++)
        if (chain->reads[k].expand) chain->reads[k].expanded = take(r, true);
    for (int m = 0; m < chain->count; m++) place_one(plan, r, chain->members[m]);
}

static void place_values(mg__tile_plan *plan) {
    const mg__loop *loop = plan->loop;
    size_t size = mg_dtype_size(loop->dtype);
    registers r = { .top = 0 };
    /* a row of integers (argmax) is written beside its value: room for both */
    r.size[0] = ((size_t)plan->unit_rows * (size + 4) + 127) / 64 * 64;
    r.size[1] = ((size_t)(plan->unit_rows * plan->unit_columns) * size + 127) / 64 * 64;
    for (int i = 0; i < loop->count; i++) { /* what is made once lasts */
        mg__tile_instruction *t = &plan->code[i];
        if (t->once && has_place(t)) t->place = take(&r, loop->code[i].extent == MG__FULL_VALUE);
    }
    for (int i = 0; i < loop->count; i++) {
        mg__tile_instruction *t = &plan->code[i];
        if (t->action == MG__DO_NOTHING) continue;
        if (t->action == MG__DO_CHAIN)
            place_chain(plan, &r, t->chain);
        else
            place_one(plan, &r, i);
        for (int k = 0; k < 3; k++)
            if (t->expand[k]) give_back(&r, true, t->expanded[k]);
        for (int k = 0; t->action == MG__DO_CHAIN && k < t->chain->read_count; k++)
            if (t->chain->reads[k].expand) give_back(&r, true, t->chain->reads[k].expanded);
        for (int v = 0; v <= i; v++) /* values that were read for the last time */
            if (!plan->code[v].once && has_place(&plan->code[v]) && last_use_in_time(plan, v) == i)
                give_back(&r, loop->code[v].extent == MG__FULL_VALUE, plan->code[v].place);
    }
    plan->worker_bytes = r.top;
}

/* --- the plan ---------------------------------------------------------------------------------------- */

static bool plan_code(mg__tile_plan *plan) {
    const mg__loop *loop = plan->loop;
    plan->code = mg__program_memory(plan->program, (size_t)(loop->count + 1) * sizeof *plan->code);
    plan->each = mg__program_memory(plan->program, (size_t)(loop->count + 1) * sizeof *plan->each);
    if (!plan->code || !plan->each) return false;
    for (int i = 0; i < loop->count; i++) plan->code[i].needed = true;
    for (int i = 0; i < loop->count; i++) plan_instruction(plan, i);
    plan->period_rows = rows_of_period(plan);
    if (mg__switches_read().compiled && !mg__chains_find(plan, use_chain, plan)) return false;
    find_periodic(plan);
    for (int i = 0; i < loop->count; i++)
        if (!plan->code[i].once && plan->code[i].action != MG__DO_NOTHING && !stored_already(plan, i))
            plan->each[plan->each_count++] = (int16_t)i;
    return true;
}

bool mg__tile_plan_make(mg_program *program, const mg__loop *loop, mg__isa isa, mg__tile_plan *plan) {
    *plan = (mg__tile_plan){ .program = program,
                             .loop = loop,
                             .isa = isa,
                             .kernels = mg__tile_kernels_for(isa, loop->dtype),
                             .flat_rows = one_row_dimension(loop) };
    for (int i = 0; i < loop->count; i++)
        plan->sums = plan->sums || loop->code[i].code == MG__LOOP_SUM_COLUMNS || loop->code[i].code == MG__LOOP_SUM_ALL;
    cut(plan, plan->sums);
    if (!plan_code(plan)) return false;
    place_values(plan);
    for (int i = 0; i < loop->count; i++) {
        mg__tile_instruction *t = &plan->code[i];
        if (t->partial_size == 0) continue;
        t->partial = plan->shared_bytes;
        plan->shared_bytes += ((size_t)(t->partial_size * plan->blocks) * mg_dtype_size(loop->dtype) + 63) / 64 * 64;
    }
    return true;
}
