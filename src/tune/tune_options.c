/* What settings say to a search. */
#include "base/number.h"

#include <micrograd/tune.h>

#include <math.h>
#include <string.h>

mg_tune_options mg_settings_tune(const mg_settings *settings) {
    const char *target = settings->target_score;
    mg_tune_options options = { .sampler = settings->sampler,
                                .pruner = settings->pruner,
                                .trials = settings->trials,
                                .time = settings->train.time,
                                .target = NAN,
                                .patience = settings->patience_trials,
                                .folds = settings->folds == MG_AUTO ? 0 : settings->folds,
                                .workers = settings->workers,
                                .batch = settings->trial_batch,
                                .outer_folds = settings->outer_folds,
                                .study = settings->study,
                                .direction = settings->direction,
                                .seed = (uint64_t)settings->train.seed };
    if (target && !mg__parse_double(target, strlen(target), &options.target)) options.target = NAN;
    return options;
}

mg_tune_options mg_tune_defaults(void) {
    const mg_settings settings = mg_settings_defaults();
    return mg_settings_tune(&settings);
}
