/* The loop: the one IR of everything elementwise, with the reductions over rows and columns that go with it.
 *
 * The space is rows x columns: up to seven outer dimensions (rows) and one inner (columns). Code is in SSA form, one value an
 * instruction. A value is FULL (one element for each point of the space), ROW (one a row: what a reduction over columns gives, or
 * what is computed from such) or UNIFORM (one in all). Because a row result is a value like any other, softmax or a layer norm is
 * one loop: its phases are the order of its instructions, and the row stays in L1 between them. Reductions over rows (column
 * sums, totals) end a loop: what reads them is a later one.
 *
 * Two interpreters run it: backend/reference/loop.c, an element at a time in f64, and backend/cpu/loop.c, a tile at a time. */
#ifndef MG_LOOP_H
#define MG_LOOP_H

#include "graph/scalar.h"

#include <micrograd/tensor.h>

#define MG__LOOP_ROW_DIMS 7
#define MG__LOOP_CODE     512 /* instructions at most: a group has at most 40 nodes, each of at most 12 */

typedef enum mg__extent { MG__UNIFORM_VALUE, MG__ROW_VALUE, MG__FULL_VALUE } mg__extent;

typedef enum mg__loop_code {
    MG__LOOP_LITERAL, /* literal */
    MG__LOOP_LOAD,    /* operand */
    MG__LOOP_INDEX,   /* (linear index / inner) mod size, the linear index being row * columns + column */
    MG__LOOP_UNIFORM, /* random numbers of `stream`: row = linear index / inner, position = the rest */
    MG__LOOP_NORMAL,
    MG__LOOP_SCALAR,  /* scalar(a, b, c) */
    MG__LOOP_SUM_ROW, /* FULL -> ROW: over the columns */
    MG__LOOP_MAX_ROW,
    MG__LOOP_ARGMAX_ROW,  /* as a whole number in the loop's dtype */
    MG__LOOP_STORE,       /* operand := a */
    MG__LOOP_SUM_COLUMNS, /* operand[column] := sum over rows of a; ends the loop */
    MG__LOOP_SUM_ALL,     /* operand[0] := sum over everything of a (FULL or ROW); likewise */
} mg__loop_code;

typedef struct mg__loop_instruction {
    mg__loop_code code;
    mg__extent extent;
    mg__scalar_id scalar;
    int16_t a, b, c; /* values; -1: none */
    int16_t operand; /* -1: none */
    double literal;
    int64_t inner, size;
    uint64_t stream;
} mg__loop_instruction;

/* Memory that a loop reads or writes: element (r0, ..., r6, c) at offset + sum of coordinate * stride, in elements. */
typedef struct mg__loop_operand {
    int buffer;
    mg_dtype dtype;
    int64_t offset;
    int64_t row_stride[MG__LOOP_ROW_DIMS], column_stride;
    bool guarded;  /* an update: written only where the guard is true */
    int predicate; /* buffer of the update's own predicate; -1: none */
} mg__loop_operand;

typedef struct mg__loop {
    mg_dtype dtype; /* of the arithmetic: MG_F32 or MG_F64 */
    int64_t row_dims[MG__LOOP_ROW_DIMS], rows, columns;
    bool whole_rows; /* some value is a reduction over columns: a tile holds whole rows */
    mg__loop_instruction *code;
    int count;
    mg__loop_operand *operands;
    int operand_count;
} mg__loop;

#endif
