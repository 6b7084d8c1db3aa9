/* micrograd/run_folder.h: the folder of a run, which cannot be lost.
 *
 *     mg_run_folder *run = mg_run_folder_create(ctx, "runs/1", &settings, "data/digits.csv");
 *     options.checkpoints = mg_run_folder_checkpoints(run);
 *     mg_result result = mg_train(model, digits, &options);
 *     mg_run_folder_record(run, mg_model_history(model), mg_model_task(model));
 *     mg_run_folder_finish(run, model, &result);
 *     mg_run_folder_close(run);
 *
 * It holds config.json (settings, files with a hash of their bytes, version, instruction set, threads), history.csv and
 * history.jsonl (a line an epoch), checkpoints/ and model.safetensors. What is written is written beside, brought to the disk and
 * renamed; the history grows by lines. One process at a time has a run open.
 */
#ifndef MICROGRAD_RUN_FOLDER_H
#define MICROGRAD_RUN_FOLDER_H

#include <micrograd/history.h>
#include <micrograd/train.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_run_folder mg_run_folder;

/* Makes the folder and writes config.json: from then on mg_run_folder_open goes on with it. `data` is what `micrograd train` is
 * given; it, settings->test and settings->from are read to hash them. NULL on failure: MG_SETTING where the folder holds a run
 * already; MG_FILE. */
mg_run_folder *mg_run_folder_create(mg_context *context, const char *folder, const mg_settings *settings, const char *data);
/* A run that was begun. NULL on failure: MG_FILE where there is none, or another process has it open; MG_FORMAT. */
mg_run_folder *mg_run_folder_open(mg_context *context, const char *folder);
void mg_run_folder_close(mg_run_folder *run); /* NULL is fine */
/* A new run that came to nothing leaves nothing: where there is no checkpoint, removes what mg_run_folder_create made. */
void mg_run_folder_abandon(mg_run_folder *run);

/* As they were given; text belongs to the run. Paths are absolute, so that a run goes on from any folder. */
const mg_settings *mg_run_folder_settings(const mg_run_folder *run);
const char *mg_run_folder_data(const mg_run_folder *run);
/* Other settings from now on (epochs, time, threads, out); config.json is written anew where they differ. */
mg_status mg_run_folder_change(mg_run_folder *run, const mg_settings *settings);
/* Are data, test and model to go on from what they were? MG_SETTING: their bytes have another hash. MG_FILE. */
mg_status mg_run_folder_check_files(mg_run_folder *run);

const char *mg_run_folder_path(const mg_run_folder *run);
const char *mg_run_folder_checkpoints(const mg_run_folder *run); /* for mg_train_options.checkpoints */
const char *mg_run_folder_model(const mg_run_folder *run);       /* the path of model.safetensors */

/* Brings history.csv and history.jsonl to what the history holds: a line is added for each epoch that is new since the last call,
 * and the first call writes both anew. MG_FILE. */
mg_status mg_run_folder_record(mg_run_folder *run, const mg_history *history, mg_task task);
/* Writes model.safetensors and, unless the run was interrupted, that it is finished. */
mg_status mg_run_folder_finish(mg_run_folder *run, mg_model *model, const mg_result *result);

/* How a finished run ended. */
typedef struct mg_run_end {
    mg_stop stopped; /* MG_STOP_NONE: it is not finished */
    int64_t epochs;  /* as many as there could be */
    double seconds;
} mg_run_end;
mg_run_end mg_run_folder_ended(const mg_run_folder *run);

#ifdef __cplusplus
}
#endif
#endif
