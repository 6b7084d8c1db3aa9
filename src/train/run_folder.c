/* The folder of a run: making and opening it, and its history. What config.json says is run_config.c. */
#define _POSIX_C_SOURCE 200809L
#include "base/number.h"
#include "interop/file.h"
#include "interop/folder.h"
#include "train/model.h"
#include "train/run.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- paths ------------------------------------------------------------------------------------------- */

/* Where a run goes on from another folder, its files are where they were. */
static mg_status absolute(mg_context *context, const char *path, char **out) {
    char here[4096];
    *out = NULL;
    if (!path) return MG_OK;
    if (*path != '/' && !getcwd(here, sizeof here))
        return mg__fail(context, MG_FILE, "%s: the current folder has no name: %s", path, strerror(errno));
    *out = *path == '/' ? mg__strdup(context, path) : mg__path_join(context, here, path);
    return *out ? MG_OK : MG_OUT_OF_MEMORY;
}

static mg_run_folder *new_folder(mg_context *context, const char *path) {
    mg_run_folder *run = mg__alloc_zero(context, sizeof *run);
    if (!run) return NULL;
    run->context = context;
    run->lock = -1;
    run->recorded = -1;
    run->folder = mg__strdup(context, path);
    run->checkpoints = mg__path_join(context, path, "checkpoints");
    run->config = mg__path_join(context, path, "config.json");
    run->model = mg__path_join(context, path, "model.safetensors");
    run->csv = mg__path_join(context, path, "history.csv");
    run->jsonl = mg__path_join(context, path, "history.jsonl");
    if (run->folder && run->checkpoints && run->config && run->model && run->csv && run->jsonl) return run;
    mg_run_folder_close(run);
    return NULL;
}

/* The settings' own paths become the run's. */
static mg_status take_settings(mg_run_folder *run, const mg_settings *settings, const char *data) {
    const char *const paths[MG__RUN_FILES] = { data, settings->test, settings->from };
    mg_status status = absolute(run->context, settings->out, &run->out);
    for (int i = 0; i < MG__RUN_FILES && status == MG_OK; i++) {
        status = absolute(run->context, paths[i], &run->path[i]);
        if (status == MG_OK && run->path[i]) status = mg__run_hash(run->context, run->path[i], &run->hash[i]);
    }
    run->settings = *settings;
    run->settings.test = run->path[1];
    run->settings.from = run->path[2];
    run->settings.out = run->out;
    return status;
}

/* --- life -------------------------------------------------------------------------------------------- */

static mg_status begin(mg_run_folder *run, const mg_settings *settings, const char *data) {
    if (mg__file_exists(run->config))
        return mg__fail(run->context, MG_SETTING,
                        "run-dir: %s holds a run already; --resume %s goes on with it, or name another folder", run->folder,
                        run->folder);
    mg_status status = take_settings(run, settings, data);
    bool there = mg__is_folder(run->folder);
    if (status == MG_OK) status = mg__folder_make(run->context, run->folder);
    run->created = status == MG_OK && !there;
    if (status == MG_OK) status = mg__folder_lock(run->context, run->folder, &run->lock);
    if (status == MG_OK) status = mg__folder_make(run->context, run->checkpoints);
    return status == MG_OK ? mg__run_write_config(run) : status;
}

mg_run_folder *mg_run_folder_create(mg_context *context, const char *folder, const mg_settings *settings, const char *data) {
    if (!context || !folder || !settings || !data) return NULL;
    mg_run_folder *run = new_folder(context, folder);
    if (run && begin(run, settings, data) == MG_OK) return run;
    mg_run_folder_close(run);
    return NULL;
}

static mg_status reopen(mg_run_folder *run) {
    if (!mg__file_exists(run->config))
        return mg__fail(run->context, MG_FILE, "%s: there is no run to go on with (no config.json); begin one with --run-dir",
                        run->folder);
    mg_status status = mg__folder_lock(run->context, run->folder, &run->lock);
    if (status == MG_OK) status = mg__run_read_config(run);
    if (status != MG_OK || run->end.stopped != MG_STOP_NONE) return status;
    mg__folder_sweep(run->context, run->folder);
    mg__folder_sweep(run->context, run->checkpoints);
    return mg__folder_make(run->context, run->checkpoints);
}

mg_run_folder *mg_run_folder_open(mg_context *context, const char *folder) {
    if (!context || !folder) return NULL;
    mg_run_folder *run = new_folder(context, folder);
    if (run && reopen(run) == MG_OK) return run;
    mg_run_folder_close(run);
    return NULL;
}

void mg_run_folder_close(mg_run_folder *run) {
    if (!run) return;
    mg__folder_unlock(run->lock);
    mg__json_destroy(run->document);
    void *blocks[] = { run->folder, run->checkpoints, run->config, run->model, run->csv, run->jsonl, run->out };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(run->context, blocks[i]);
    for (int i = 0; i < MG__RUN_FILES; i++) mg__free(run->context, run->path[i]);
    mg__free(run->context, run);
}

void mg_run_folder_abandon(mg_run_folder *run) {
    if (!run || rmdir(run->checkpoints) != 0) return; /* a folder that holds a checkpoint stays */
    (void)remove(run->csv);
    (void)remove(run->jsonl);
    (void)remove(run->config);
    if (run->created) (void)rmdir(run->folder);
}

/* --- looking ----------------------------------------------------------------------------------------- */

const mg_settings *mg_run_folder_settings(const mg_run_folder *run) { return &run->settings; }
const char *mg_run_folder_data(const mg_run_folder *run) { return run->path[0]; }
const char *mg_run_folder_path(const mg_run_folder *run) { return run->folder; }
const char *mg_run_folder_checkpoints(const mg_run_folder *run) { return run->checkpoints; }
const char *mg_run_folder_model(const mg_run_folder *run) { return run->model; }
mg_run_end mg_run_folder_ended(const mg_run_folder *run) { return run->end; }

mg_status mg_run_folder_check_files(mg_run_folder *run) {
    static const char *const names[MG__RUN_FILES] = { "the data", "the test data", "the model that it began with" };
    for (int i = 0; i < MG__RUN_FILES; i++) {
        uint64_t hash;
        mg_status status = run->path[i] ? mg__run_hash(run->context, run->path[i], &hash) : MG_OK;
        if (status != MG_OK) return status;
        if (run->path[i] && hash != run->hash[i])
            return mg__fail(run->context, MG_SETTING,
                            "resume: %s, %s, are not what they were when the run in %s was begun (their hash is another); bring "
                            "them back, or begin a new run",
                            names[i], run->path[i], run->folder);
    }
    return MG_OK;
}

mg_status mg_run_folder_change(mg_run_folder *run, const mg_settings *settings) {
    mg_settings was = run->settings;
    char *out = run->out;
    bool same = was.train.epochs == settings->train.epochs && was.train.time == settings->train.time &&
                was.threads == settings->threads && was.out == settings->out;
    if (same && run->end.stopped == MG_STOP_NONE) return MG_OK;
    mg_status status = was.out == settings->out ? MG_OK : absolute(run->context, settings->out, &run->out);
    if (status != MG_OK) return status;
    if (run->out != out) mg__free(run->context, out);
    run->settings.train.epochs = settings->train.epochs;
    run->settings.train.time = settings->train.time;
    run->settings.threads = settings->threads;
    if (was.out != settings->out) run->settings.out = run->out;
    run->end = (mg_run_end){ .stopped = MG_STOP_NONE };
    return mg__run_write_config(run);
}

/* --- the history ------------------------------------------------------------------------------------- */

mg_status mg_run_folder_record(mg_run_folder *run, const mg_history *history, mg_task task) {
    const char *const paths[] = { run->csv, run->jsonl };
    const bool anew = run->recorded < 0;
    for (int i = 0; i < 2; i++) {
        mg_status status = mg__run_history_write(run->context, paths[i], i == 1, history, anew ? 0 : run->recorded, task);
        if (status != MG_OK) return status;
    }
    run->recorded = history->epochs;
    return MG_OK;
}

mg_status mg_run_folder_finish(mg_run_folder *run, mg_model *model, const mg_result *result) {
    mg_status status = mg_model_save(model, run->model);
    if (status != MG_OK) return mg__fail(run->context, status, "%s", mg_context_message(model->context));
    if (result->stopped == MG_STOP_INTERRUPTED) return MG_OK;
    run->end =
        (mg_run_end){ .stopped = result->stopped, .epochs = mg_model_trained_with(model)->epochs, .seconds = result->seconds };
    return mg__run_write_config(run);
}
