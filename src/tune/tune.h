/* A search, as its files share it. */
#ifndef MG_TUNE_TUNE_H
#define MG_TUNE_TUNE_H

#include "tune/evaluate.h"

enum {
    MG__TUNE_WARNINGS = 8,
    MG__TUNE_TRIALS = 50, /* where nothing says how many */
};

struct mg_tuning {
    mg_context *context;
    const mg_dataset *dataset;
    mg_space *space;
    mg_tune_options options;
    mg__objective objective;
    mg_train_options train; /* as the last training has it: the objective's but for what is the search's alone */
    mg__frozen_folds frozen;
    mg_dataset *rest;
    mg_study *study;
    mg__crew *crew;
    int workers;
    /* The search. */
    int64_t began; /* mg__clock */
    int64_t wanted;
    int64_t members;    /* of the last training, */
    double epoch_share; /* and its epochs beside a trial's */
    int64_t outer;
    bool ends; /* no more trials are asked, those that run may end */
    bool interrupted;
    mg_trial told;
    const char *doing;
    /* What came of it. */
    mg_model *model;
    char *text, *command, *path; /* model text of the best; its program; the journal */
    double *importance, *nested;
    mg_tune_result result;
    const char *warning[MG__TUNE_WARNINGS];
    char warning_text[MG__TUNE_WARNINGS][512];
};

double mg__tune_seconds(const mg_tuning *tuning);
/* Seconds that are left of the time but for those kept back; INFINITY: there is no limit. */
double mg__tune_left(const mg_tuning *tuning, double reserve);
/* false: the caller wants no more. */
bool mg__tune_tell(mg_tuning *tuning, const mg_trial *told);
void mg__tune_warn(mg_tuning *tuning, const char *format, ...) MG__PRINTF(2, 3);

/* tune_purpose.c: one line that says what a trial's value means; the journal's own name. NULL without memory. */
char *mg__tune_purpose(const mg_tuning *tuning);
char *mg__tune_path(const mg_tuning *tuning, const char *purpose);

/* tune_search.c: asks, hands out and tells until the search ends. */
mg_status mg__tune_search(mg_tuning *tuning);
/* Seconds that what follows the search will take, as its trials let expect. */
double mg__tune_end_seconds(const mg_tuning *tuning);
double mg__tune_train_seconds(const mg_tuning *tuning);

/* tune_end.c: the best trials once more, the winner, its model. */
mg_status mg__tune_end(mg_tuning *tuning);

/* tune_nested.c: searches without each outer fold. */
mg_status mg__tune_nested(mg_tuning *tuning, const mg_train_options *train);

#endif
