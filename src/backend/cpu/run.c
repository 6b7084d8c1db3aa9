#include "plan/program.h"
static mg_status finish(mg_program *program) {
    program->backend = MG_REFERENCE;
    return MG_OK;
}
const mg__backend mg__backend_cpu = { "cpu", finish, NULL };
