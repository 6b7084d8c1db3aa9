/* Where a value that is not finite came from: the step again, a node at a time. */
#include "plan/program.h"

#include <math.h>
#include <string.h>

static mg_tensor value_of(const mg_session *session, int buffer) {
    const mg__buffer *b = &session->program->buffers[buffer];
    return mg_tensor_borrow(b->dtype, b->rank, b->shape, session->pointers[buffer]);
}

/* The first element that is not finite; -1: none. */
static int64_t first_bad(const mg_tensor *x) {
    if (x->dtype != MG_F32 && x->dtype != MG_F64) return -1;
    for (int64_t i = 0; i < mg_tensor_count(x); i++)
        if (!isfinite(mg_tensor_get(x, i))) return i;
    return -1;
}

/* The first rows of the batch with a value that is not finite; nothing where x has no row for each of the batch. */
static void list_rows(const mg_tensor *x, const mg_tensor *batch, char *message, size_t size, size_t *used) {
    bool has_rows = x->rank > 0 && batch->rank > 0 && x->shape[0] == batch->shape[0];
    int64_t rows = has_rows ? x->shape[0] : 0, width = rows ? mg_tensor_count(x) / rows : 0;
    int listed = 0;
    for (int64_t r = 0; r < rows && listed < 4; r++) {
        bool bad = false;
        for (int64_t i = 0; i < width && !bad; i++) bad = !isfinite(mg_tensor_get(x, r * width + i));
        if (bad) mg__append(message, size, used, "%s%lld", listed++ ? ", " : rows > 1 ? ", first rows " : ", row ", (long long)r);
    }
}

static void range(const mg_tensor *x, char *message, size_t size, size_t *used, int number) {
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < mg_tensor_count(x); i++) {
        double v = mg_tensor_get(x, i);
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    if (low <= high) mg__append(message, size, used, "%s input %d lies in %.6g ... %.6g", number ? "," : ";", number, low, high);
}

static const char *kind_of(double value) { return isnan(value) ? "NaN" : value > 0 ? "infinity" : "-infinity"; }

mg_status mg_session_explain(mg_session *session, const mg_tensor *inputs, char *message, size_t size) {
    if (!session || !message || size == 0) return MG_INVALID;
    message[0] = 0;
    mg_session *replay = session->replay;
    if (!replay)
        return mg__fail(session->context, MG_INVALID, "mg_session_explain: the program was not compiled with mg_compile_checked");
    replay->step = session->step;
    replay->seed = session->seed;
    replay->first_row = session->first_row;
    replay->learning_rate = session->learning_rate;
    const mg_program *program = replay->program;
    size_t used = 0;
    unsigned long long step_number = session->step;
    for (int i = 0; i < program->input_count; i++) {
        int64_t at = first_bad(&inputs[i]);
        if (at < 0) continue;
        mg__append(message, size, &used, "step %llu: input %d itself contains %s", step_number, i,
                   kind_of(mg_tensor_get(&inputs[i], at)));
        list_rows(&inputs[i], &inputs[i], message, size, &used);
        return MG_OK;
    }
    mg_status status = mg__replay_begin(replay, inputs);
    if (status != MG_OK) return status;
    for (size_t i = 0; i < program->buffer_count; i++) {
        if (program->buffers[i].where != MG__IN_PARAMETER) continue;
        mg_tensor x = value_of(replay, (int)i);
        int64_t at = first_bad(&x);
        if (at < 0) continue;
        const mg__buffer *b = &program->buffers[i];
        mg__append(message, size, &used, "step %llu: parameter '%s' already contains %s before this step", step_number,
                   mg_parameters_entry(replay->stores[b->index], (int)b->entry)->name, kind_of(mg_tensor_get(&x, at)));
        return MG_OK;
    }
    for (size_t i = 0; i < program->step_count; i++) {
        const mg__step *step = &program->steps[i];
        if (step->kind != MG__STEP_KERNEL) continue;
        status = mg__run_kernel(replay, step);
        if (status != MG_OK) return status;
        mg_tensor y = value_of(replay, step->kernel.output);
        int64_t at = first_bad(&y);
        if (at < 0) continue;
        const char *label = step->kernel.label;
        mg__append(message, size, &used, "step %llu: %s%sop %s gave %s", step_number, label && *label ? label : "",
                   label && *label ? ": " : "", step->kernel.op->name, kind_of(mg_tensor_get(&y, at)));
        if (program->input_count) list_rows(&y, &inputs[0], message, size, &used);
        for (int k = 0; k < step->kernel.inputs; k++) {
            mg_tensor x = value_of(replay, step->kernel.input[k]);
            range(&x, message, size, &used, k);
        }
        return MG_OK;
    }
    mg__append(message, size, &used, "step %llu: every value is finite when computed again in the plain order", step_number);
    return MG_OK;
}
