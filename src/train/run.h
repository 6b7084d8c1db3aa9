/* The folder of a run, from inside. */
#ifndef MG_TRAIN_RUN_H
#define MG_TRAIN_RUN_H

#include "interop/json.h"

#include <micrograd/model.h>
#include <micrograd/run_folder.h>

#define MG__RUN_FILES 3 /* data, test, from */

struct mg_run_folder {
    mg_context *context;
    char *folder, *checkpoints, *config, *model, *csv, *jsonl;
    int lock;     /* a descriptor; -1: none */
    bool created; /* the folder is of this process */
    mg_settings settings;
    char *path[MG__RUN_FILES]; /* absolute, or "-"; NULL: none */
    uint64_t hash[MG__RUN_FILES];
    char *out;                   /* absolute */
    mg__json_document *document; /* what settings of a run that was opened point at */
    mg_run_end end;
    int64_t recorded; /* epochs in the history files; -1: not looked at yet */
};

mg_status mg__run_write_config(mg_run_folder *run);
mg_status mg__run_read_config(mg_run_folder *run);
/* The history's epochs from number `from` on as CSV or JSON lines, at the end of the file; from 0: a new file. */
mg_status mg__run_history_write(mg_context *context, const char *path, bool json, const mg_history *history, int64_t from,
                                mg_task task);
/* A hash of a file's bytes, or of all files in a folder. */
mg_status mg__run_hash(mg_context *context, const char *path, uint64_t *hash);

#endif
