/* The tile interpreter: a loop planned once, then run a tile at a time.
 *
 * The space is cut into units (some whole rows, or a piece of a long one) that fill a few kilobytes a value, and units into
 * blocks. Both follow from the shape and the code alone. Blocks are what threads claim; sums over rows have a partial result a
 * block, combined in order. */
#ifndef MG_CPU_LOOP_H
#define MG_CPU_LOOP_H

#include "backend/cpu/chain.h"
#include "backend/cpu/tile.h"
#include "plan/program.h"

/* What one instruction does to a unit. */
typedef enum mg__action {
    MG__DO_NOTHING,      /* another instruction does it */
    MG__DO_CHAIN,        /* it and those before it, compiled as one */
    MG__DO_POINT,        /* the unit's values lie in memory without gaps */
    MG__DO_POINT_ROWS,   /* likewise, a value a row */
    MG__DO_LOAD_STRIDED, /* brought together from memory */
    MG__DO_LOAD_ROWS,
    MG__DO_CONVERT, /* from another dtype */
    MG__DO_GENERATE,
    MG__DO_SCALAR,
    MG__DO_SCALAR_ROWS,
    MG__DO_EXPAND, /* a value a row, or one in all, to one for each point */
    MG__DO_REDUCE,
    MG__DO_STORE,
    MG__DO_SUM_COLUMNS,
    MG__DO_SUM_ALL,
} mg__action;

typedef struct mg__tile_instruction {
    mg__action action;
    bool once;        /* before the units: it is the same for all of a block */
    bool periodic;    /* and for all periods: only one of them is made */
    bool direct;      /* its result is computed in memory, at `target` */
    int16_t target;   /* the operand of a direct result */
    uint8_t singles;  /* bits of a scalar's operands that are one value for all points */
    bool needed;      /* false: a member of a chain that nobody else reads */
    mg__chain *chain; /* that it is a member of; NULL: none */
    mg__tile_kernel *kernel;
    size_t place;       /* of its result in the worker's scratch */
    size_t expanded[3]; /* where operands that have a value a row are spread out first */
    bool expand[3];
    bool apart;           /* a column sum adds up a unit in `place` first: short chains of additions keep digits */
    size_t partial;       /* of a sum over rows: in the shared scratch, one a block */
    int64_t partial_size; /* elements */
} mg__tile_instruction;

typedef struct mg__tile_plan {
    mg_program *program;
    const mg__loop *loop;
    mg__isa isa;
    const mg__tile_kernels *kernels;
    mg__tile_instruction *code;
    int16_t *each; /* the instructions that are executed for each unit, in order */
    int each_count;
    int64_t unit_rows, unit_columns, units_a_row, units, block_units, blocks;
    int64_t period_rows; /* rows that a compiled chain takes at a time */
    int64_t together;    /* rows that column sums take as one wide row: row i is added into part i mod together */
    size_t worker_bytes, shared_bytes;
    bool sums;      /* partial results are to be combined after the blocks */
    bool flat_rows; /* one row dimension: addresses by multiplication */
} mg__tile_plan;

/* false: no memory. */
bool mg__tile_plan_make(mg_program *program, const mg__loop *loop, mg__isa isa, mg__tile_plan *plan);

/* Runs one block; the scratch is the worker's. */
void mg__tile_run(const mg_session *session, const mg__tile_plan *plan, void *shared, void *worker, int64_t block);
/* After all blocks of a loop with sums over rows. */
void mg__tile_combine(const mg_session *session, const mg__tile_plan *plan, void *shared);

#endif
