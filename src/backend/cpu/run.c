/* The cpu backend. */
#include "plan/program.h"

static mg_status finish(mg_program *program) {
    return mg__backend_reference.finish(program);
}
static mg_status run(mg_session *session) {
    return mg__backend_reference.run(session);
}
const mg__backend mg__backend_cpu = { "cpu", finish, run };
