/* A policy from hostile bytes (its checksum not looked at): a policy that acts, or a message. */
#include "rl/policy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    mg_context *context = mg_context_create(&options);
    mg_policy *policy = mg__policy_parse(context, "fuzz", bytes, size, false);
    const float observation[MG_ENVIRONMENT_NUMBERS] = { 0 };
    float action[MG_ENVIRONMENT_NUMBERS];
    if (policy && mg_policy_act(policy, observation, 1, action) != MG_OK && mg_context_status(context) == MG_OK) abort();
    if (!policy && mg_context_status(context) == MG_OK) abort(); /* refused without a word */
    mg_policy_destroy(policy);
    mg_context_destroy(context);
    return 0;
}
