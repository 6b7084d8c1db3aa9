/* Files of checkpoints: 000001.safetensors, 000002.safetensors ... in a folder; which of them are kept; going on from the last.
 */
#include "train/checkpoint.h"

#include "base/number.h"
#include "interop/folder.h"
#include "train/checkpoint_state.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FORMAT      "1"
#define KEY_FORMAT  "micrograd.checkpoint"
#define KEY_VERSION "micrograd.version"
#define KEY_ROWS    "micrograd.rows"
#define KEY_BEST    "micrograd.best"
#define HISTORY     "run.history"
#define HEALTH      "run.health"
#define SUFFIX      ".safetensors"

#define AFTER_EPOCH  10 /* seconds between two that the run chooses itself */
#define WITHIN_EPOCH 60
#define BUDGET       20 /* and as many times what one costs: 5 % of the time */

enum { MOST_SETTINGS = 96, TEXT = MG_OPTION_MESSAGE_BYTES };

/* --- how often --------------------------------------------------------------------------------------- */

static mg_status read_interval(mg__trainer *t) {
    mg__keeper *k = &t->keeper;
    const char *text = k->interval;
    double seconds;
    if (!text || !strcmp(text, "auto")) {
        k->after_epoch = AFTER_EPOCH;
        k->within_epoch = WITHIN_EPOCH;
        k->budget = BUDGET;
        return MG_OK;
    }
    if (mg__parse_int64(text, strlen(text), &k->every_epochs) && k->every_epochs > 0) return MG_OK;
    k->every_epochs = 0;
    if (strpbrk(text, "smh") && mg__parse_seconds(text, &seconds) && seconds > 0) {
        k->after_epoch = k->within_epoch = seconds;
        return MG_OK;
    }
    return mg__fail(t->context, MG_SETTING,
                    "checkpoint-every: '%.60s' is neither a number of epochs nor a time; give 5, 30s, 2m, 1h or auto", text);
}

bool mg__checkpoint_due(const mg__trainer *t, bool within) {
    const mg__keeper *k = &t->keeper;
    if (!k->folder) return false;
    if (k->every_epochs > 0) return !within && t->progress.epoch % k->every_epochs == 0;
    double wait = within ? k->within_epoch : k->after_epoch, least = k->budget * k->cost;
    return wait > 0 && mg__now() - k->last >= (wait > least ? wait : least);
}

/* --- what a file says besides the state ------------------------------------------------------------- */

/* Settings that a run which goes on may have otherwise. */
static bool may_differ(const mg_option *row) { return row->flags & MG_OPTION_UNRECORDED || !strcmp(row->name, "epochs"); }

typedef struct description {
    mg__pair pair[MOST_SETTINGS];
    size_t count;
    char rows[24], best[24], text[MOST_SETTINGS][TEXT];
} description;

static void describe(const mg__trainer *t, description *d) {
    const mg_option *table = mg_settings_table();
    snprintf(d->rows, sizeof d->rows, "%016" PRIx64, t->keeper.rows);
    snprintf(d->best, sizeof d->best, "%" PRId64, t->keeper.best);
    d->count = 0;
    d->pair[d->count++] = (mg__pair){ KEY_FORMAT, FORMAT };
    d->pair[d->count++] = (mg__pair){ KEY_VERSION, mg_version() };
    d->pair[d->count++] = (mg__pair){ KEY_ROWS, d->rows };
    d->pair[d->count++] = (mg__pair){ KEY_BEST, d->best };
    for (const mg_option *row = table; row->name && d->count < MOST_SETTINGS; row++) {
        if (!mg_setting_of_training(row) || may_differ(row)) continue;
        mg_option_get(row, &t->model->options, d->text[d->count], TEXT);
        d->pair[d->count] = (mg__pair){ row->name, d->text[d->count] };
        d->count++;
    }
}

/* --- writing ----------------------------------------------------------------------------------------- */

static char *path_of(const mg__trainer *t, int64_t number) {
    char name[64];
    snprintf(name, sizeof name, "%06" PRId64 SUFFIX, number);
    return mg__path_join(t->context, t->keeper.folder, name);
}

static mg_status write_state(mg__trainer *t, const char *path, const mg__blocks *blocks, const description *d) {
    const mg__history *history = &t->model->history;
    mg__safetensor *tensors = mg__alloc_array(t->context, blocks->count + 2, sizeof *tensors);
    size_t row = 0;
    unsigned char *health = tensors ? mg__history_pack_health(t->context, history, &row) : NULL;
    if (!health) return mg__free(t->context, tensors), MG_OUT_OF_MEMORY;
    for (size_t i = 0; i < blocks->count; i++) {
        const mg__block *b = &blocks->block[i];
        tensors[i] = (mg__safetensor){ .name = b->name, .dtype = b->dtype, .rank = 1, .shape = { b->count }, .data = b->data };
    }
    tensors[blocks->count] = (mg__safetensor){ .name = HISTORY,
                                               .dtype = MG__ST_U8,
                                               .rank = 2,
                                               .shape = { history->shown.epochs, sizeof *history->epoch },
                                               .data = history->epoch };
    tensors[blocks->count + 1] = (mg__safetensor){
        .name = HEALTH, .dtype = MG__ST_U8, .rank = 2, .shape = { history->shown.healths, (int64_t)row }, .data = health
    };
    mg_status status = mg__safetensors_write(t->context, path, tensors, blocks->count + 2, d->pair, d->count);
    mg__free(t->context, health);
    mg__free(t->context, tensors);
    return status;
}

/* Kept are the last one, the one before it, and that of the best epoch. */
static void remove_older(const mg__trainer *t, int64_t before_last, int64_t former_best) {
    const mg__keeper *k = &t->keeper;
    int64_t candidates[] = { before_last - 1, former_best };
    for (int i = 0; i < 2; i++) {
        char *path =
            candidates[i] > 0 && candidates[i] < before_last && candidates[i] != k->best ? path_of(t, candidates[i]) : NULL;
        if (path) (void)remove(path); /* where it is gone already, the better */
        mg__free(t->context, path);
    }
}

static mg_status explain(mg__trainer *t, mg_status status) {
    char message[MG__MESSAGE_BYTES];
    if (status != MG_FILE) return status;
    snprintf(message, sizeof message, "%s", mg_context_message(t->context));
    return mg__fail(t->context, MG_FILE, "%.800s; the checkpoint before it is whole: make room and resume the run", message);
}

mg_status mg__checkpoint_write(mg__trainer *t) {
    mg__keeper *k = &t->keeper;
    if (!k->folder) return MG_OK;
    const int64_t before = k->number, best = k->best;
    double begin = mg__now();
    mg__blocks blocks;
    if (t->health.context && mg__health_record(&t->health, t->context, &t->model->history) != MG_OK) return MG_OUT_OF_MEMORY;
    description *d = mg__alloc(t->context, sizeof *d);
    t->spent = begin - t->began;
    if (t->progress.best_epoch == t->progress.epoch && t->place.turn < 0) k->best = before + 1;
    mg_status status = d ? mg__state_list(t, &blocks) : MG_OUT_OF_MEMORY;
    if (d) {
        describe(t, d);
        char *path = status == MG_OK ? path_of(t, before + 1) : NULL;
        if (status == MG_OK) status = path ? write_state(t, path, &blocks, d) : MG_OUT_OF_MEMORY;
        mg__free(t->context, path);
        mg__state_free(t->context, &blocks);
    }
    mg__free(t->context, d);
    if (status != MG_OK) {
        k->best = best;
        return explain(t, status);
    }
    k->number = before + 1;
    remove_older(t, before, best);
    k->last = mg__now();
    k->cost = k->last - begin;
    return MG_OK;
}

/* --- going on ---------------------------------------------------------------------------------------- */

typedef struct reading {
    mg__trainer *trainer;
    const mg__safetensors *file;
    const char *path;
} reading;

/* Is the run that goes on the one that was interrupted? */
static mg_status check_run(const reading *r, const description *d) {
    mg_context *context = r->trainer->context;
    const char *format = mg__safetensors_metadata(r->file, KEY_FORMAT), *rows = mg__safetensors_metadata(r->file, KEY_ROWS);
    if (!format || strcmp(format, FORMAT) != 0 || !rows)
        return mg__fail(context, MG_FORMAT, "%s: is no checkpoint of this version, %s", r->path, mg_version());
    if (strcmp(rows, d->rows) != 0)
        return mg__fail(context, MG_SETTING,
                        "resume: the rows are not those that %s was made with; give the same data and split, or begin a new run",
                        r->path);
    for (size_t i = 4; i < d->count; i++) {
        const char *was = mg__safetensors_metadata(r->file, d->pair[i].key);
        if (was && strcmp(was, d->pair[i].value) != 0)
            return mg__fail(context, MG_SETTING,
                            "resume: %s was made with %s '%.60s', now it is '%.60s'; give the same, or begin a new run", r->path,
                            d->pair[i].key, was, d->pair[i].value);
    }
    return MG_OK;
}

static mg_status check_blocks(const reading *r, const mg__blocks *blocks) {
    for (size_t i = 0; i < blocks->count; i++) {
        const mg__block *b = &blocks->block[i];
        const mg__safetensor *tensor = mg__safetensors_find(r->file, b->name);
        if (tensor && tensor->dtype == b->dtype && tensor->rank == 1 && tensor->shape[0] == b->count) continue;
        return mg__fail(r->trainer->context, MG_FORMAT, "%s: '%s' is not there, or not as this version, %s, has it", r->path,
                        b->name, mg_version());
    }
    return MG_OK;
}

static mg_status read_history(const reading *r) {
    mg__trainer *t = r->trainer;
    const mg__safetensor *tensor = mg__safetensors_find(r->file, HISTORY);
    mg_status status = MG_OK;
    if (!tensor || tensor->dtype != MG__ST_U8 || tensor->rank != 2 || tensor->shape[1] != (int64_t)sizeof(mg_epoch))
        return mg__fail(t->context, MG_FORMAT, "%s: its history is not as this version, %s, has it", r->path, mg_version());
    for (int64_t i = 0; i < tensor->shape[0] && status == MG_OK; i++) {
        mg_epoch epoch;
        memcpy(&epoch, (const char *)tensor->data + (size_t)i * sizeof epoch, sizeof epoch);
        status = mg__history_add(t->context, &t->model->history, &epoch);
    }
    const mg__safetensor *health = mg__safetensors_find(r->file, HEALTH);
    if (status != MG_OK || !health) return status;
    if (health->rank == 2 && mg__history_unpack_health(t->context, &t->model->history, health->data, health->shape, &status))
        return status;
    return mg__fail(t->context, MG_FORMAT, "%s: its health is not as this version, %s, has it", r->path, mg_version());
}

static mg_status take_state(const reading *r, const mg__blocks *blocks) {
    mg__trainer *t = r->trainer;
    mg_status status = check_blocks(r, blocks);
    if (status == MG_OK) status = read_history(r);
    if (status != MG_OK) return status;
    for (size_t i = 0; i < blocks->count; i++) {
        const mg__safetensor *tensor = mg__safetensors_find(r->file, blocks->block[i].name);
        if (tensor->bytes > 0) memcpy(blocks->block[i].data, tensor->data, tensor->bytes);
    }
    for (int64_t i = 0; i < t->members; i++) mg_parameters_touch(t->learner[i].parameters);
    const char *best = mg__safetensors_metadata(r->file, KEY_BEST);
    if (best) mg__parse_int64(best, strlen(best), &t->keeper.best);
    if (strcmp(mg__safetensors_metadata(r->file, KEY_VERSION) ? mg__safetensors_metadata(r->file, KEY_VERSION) : "",
               mg_version()))
        mg__model_warn(t->model, "the run was begun with another version than %s; its bits may be others", mg_version());
    return MG_OK;
}

/* A file without a checksum is none of ours: its end is missing. */
static mg_status verify(const reading *r) {
    if (mg__safetensors_metadata(r->file, MG__SAFETENSORS_CHECKSUM)) return mg__safetensors_verify(r->file);
    return mg__fail(r->trainer->context, MG_FORMAT, "%s: damaged: it has no checksum", r->path);
}

static mg_status read_checkpoint(mg__trainer *t, const char *path, const description *d) {
    mg__safetensors *file = mg__safetensors_read(t->context, path);
    if (!file) return mg_context_status(t->context);
    reading r = { t, file, path };
    mg__blocks blocks = { 0 };
    mg_status status = verify(&r);
    if (status == MG_OK) status = check_run(&r, d);
    if (status == MG_OK) status = mg__state_list(t, &blocks);
    if (status == MG_OK) status = take_state(&r, &blocks);
    mg__state_free(t->context, &blocks);
    mg__safetensors_destroy(file);
    return status;
}

/* 12 of "000012.safetensors"; 0: another file. */
static int64_t number_of(const char *name) {
    size_t digits = strspn(name, "0123456789");
    int64_t number = 0;
    return digits > 0 && !strcmp(name + digits, SUFFIX) && mg__parse_int64(name, digits, &number) ? number : 0;
}

/* From the last file to the first: the first good one, in place of damaged ones, which are named. */
static mg_status go_on_from(mg__trainer *t, const mg__names *files, const description *d) {
    mg_status status = MG_OK;
    bool taken = false, any = false;
    for (size_t i = files->count; i-- > 0 && status == MG_OK && !taken;) {
        int64_t number = number_of(files->name[i]);
        char *path = number > 0 ? path_of(t, number) : NULL;
        if (number > 0 && !any) t->keeper.number = number;
        if (number > 0) status = path ? read_checkpoint(t, path, d) : MG_OUT_OF_MEMORY;
        taken = number > 0 && status == MG_OK;
        any = any || number > 0;
        if (status == MG_FORMAT || status == MG_FILE) {
            mg__model_warn(t->model, "%s; the checkpoint before it is used", mg_context_message(t->context));
            mg_context_clear(t->context);
            status = MG_OK;
        }
        mg__free(t->context, path);
    }
    if (any && !taken && status == MG_OK)
        mg__model_warn(t->model, "none of the checkpoints in %s is whole; the run begins anew", t->keeper.folder);
    return status;
}

/* More epochs than before may be wanted now. */
static void look_again(mg__trainer *t) {
    int64_t epochs = t->model->options.epochs;
    for (int64_t i = 0; i < t->members; i++) {
        mg__learner *l = &t->learner[i];
        bool through = l->epoch >= epochs && l->position < 0;
        if (l->stopped == MG_STOP_NONE || l->stopped == MG_STOP_EPOCHS) l->stopped = through ? MG_STOP_EPOCHS : MG_STOP_NONE;
    }
}

static mg_status go_on(mg__trainer *t) {
    mg__names files, folders;
    description *d = mg__alloc(t->context, sizeof *d);
    mg_status status = d ? mg__folder_list(t->context, t->keeper.folder, &files, &folders) : MG_OUT_OF_MEMORY;
    if (d) {
        describe(t, d);
        if (status == MG_OK) status = go_on_from(t, &files, d);
        mg__names_free(t->context, &files);
        mg__names_free(t->context, &folders);
    }
    mg__free(t->context, d);
    if (status == MG_OK) look_again(t);
    return status;
}

mg_status mg__checkpoint_begin(mg__trainer *t) {
    mg__keeper *k = &t->keeper;
    mg_status status = read_interval(t);
    k->last = mg__now();
    if (!k->folder || status != MG_OK) return status;
    k->rows = mg__state_rows(t);
    return k->resume ? go_on(t) : MG_OK;
}
