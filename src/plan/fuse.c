#include "plan/plan.h"

mg_status mg__lower_fused(mg__plan *plan) {
    plan->program->backend = MG_REFERENCE;
    return mg__lower_plain(plan, false);
}
