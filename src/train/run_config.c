/* config.json: what a run was begun with, and how it ended. */
#include "interop/file.h"
#include "interop/folder.h"
#include "train/run.h"

#ifdef MG__HAVE_CPU
#include "backend/cpu/isa.h"
#endif

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FORMAT 1

static const char *const file_names[MG__RUN_FILES] = { "data", "test", "from" };

/* --- hashes ------------------------------------------------------------------------------------------ */

static mg_status hash_file(mg_context *context, const char *path, uint64_t *hash) {
    enum { PIECE = 1 << 16 };
    FILE *file = fopen(path, "rb");
    if (!file) return mg__fail(context, MG_FILE, "%s: cannot be opened: %s", path, strerror(errno));
    char *piece = mg__alloc(context, PIECE);
    size_t got;
    while (piece && (got = fread(piece, 1, PIECE, file)) > 0) *hash = mg__hash_bytes(*hash, piece, got);
    bool failed = ferror(file) != 0;
    fclose(file);
    mg__free(context, piece);
    if (!piece) return MG_OUT_OF_MEMORY;
    return failed ? mg__fail(context, MG_FILE, "%s: cannot be read: %s", path, strerror(errno)) : MG_OK;
}

static mg_status hash_names(mg_context *context, const char *folder, const mg__names *names, bool folders, int depth,
                            uint64_t *hash);

static mg_status hash_folder(mg_context *context, const char *path, int depth, uint64_t *hash) {
    mg__names files, folders;
    mg_status status = mg__folder_list(context, path, &files, &folders);
    if (status == MG_OK) status = hash_names(context, path, &files, false, depth, hash);
    if (status == MG_OK && depth > 0) status = hash_names(context, path, &folders, true, depth, hash);
    mg__names_free(context, &files);
    mg__names_free(context, &folders);
    return status;
}

static mg_status hash_names(mg_context *context, const char *folder, const mg__names *names, bool folders, int depth,
                            uint64_t *hash) {
    mg_status status = MG_OK;
    for (size_t i = 0; i < names->count && status == MG_OK; i++) {
        char *path = mg__path_join(context, folder, names->name[i]);
        if (!path) return MG_OUT_OF_MEMORY;
        *hash = mg__hash_text(*hash, names->name[i]);
        status = folders ? hash_folder(context, path, depth - 1, hash) : hash_file(context, path, hash);
        mg__free(context, path);
    }
    return status;
}

/* Pictures lie in a folder a class. */
mg_status mg__run_hash(mg_context *context, const char *path, uint64_t *hash) {
    *hash = 0;
    if (mg__is_folder(path)) return hash_folder(context, path, 1, hash);
    return hash_file(context, path, hash);
}

/* --- which settings ---------------------------------------------------------------------------------- */

/* What a run is asked to do; where it lies, and what is told of it, are not part of that. */
static bool is_recorded(const mg_option *row) {
    static const char *const others[] = { "run-dir", "resume",  "config",  "help",    "json",
                                          "quiet",   "dry-run", "explain", "profile", "trace" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcmp(row->name, others[i])) return false;
    return mg_option_known_to(row, "train");
}

static bool is_given(const mg_option *row, const mg_settings *settings) {
    if (row->type != MG_OPTION_TEXT) return true;
    return *(const char *const *)(const void *)((const char *)settings + row->offset) != NULL;
}

/* --- writing ----------------------------------------------------------------------------------------- */

static mg_status put_settings(mg__json_writer *w, mg_run_folder *run) {
    mg_status status = MG_OK;
    mg__json_put_key(w, "settings");
    mg__json_put_object(w);
    for (const mg_option *row = mg_settings_table(); row->name && status == MG_OK; row++) {
        if (!is_recorded(row) || !is_given(row, &run->settings)) continue;
        size_t length = mg_option_get(row, &run->settings, NULL, 0);
        char *text = mg__alloc(run->context, length + 1);
        if (!text) return MG_OUT_OF_MEMORY;
        mg_option_get(row, &run->settings, text, length + 1);
        mg__json_put_key(w, row->name);
        mg__json_put_string(w, text);
        mg__free(run->context, text);
    }
    mg__json_put_end(w);
    return status;
}

static void put_files(mg__json_writer *w, const mg_run_folder *run) {
    mg__json_put_key(w, "files");
    mg__json_put_object(w);
    for (int i = 0; i < MG__RUN_FILES; i++) {
        char hash[24];
        if (!run->path[i]) continue;
        snprintf(hash, sizeof hash, "%016" PRIx64, run->hash[i]);
        mg__json_put_key(w, file_names[i]);
        mg__json_put_object(w);
        mg__json_put_key(w, "path");
        mg__json_put_string(w, run->path[i]);
        mg__json_put_key(w, "hash");
        mg__json_put_string(w, hash);
        mg__json_put_end(w);
    }
    mg__json_put_end(w);
}

static void put_end(mg__json_writer *w, const mg_run_end *end) {
    mg__json_put_key(w, "finished");
    if (end->stopped == MG_STOP_NONE) {
        mg__json_put_null(w);
        return;
    }
    mg__json_put_object(w);
    mg__json_put_key(w, "stopped");
    mg__json_put_string(w, mg_stop_name(end->stopped));
    mg__json_put_key(w, "epochs");
    mg__json_put_integer(w, end->epochs);
    mg__json_put_key(w, "seconds");
    mg__json_put_number(w, end->seconds);
    mg__json_put_end(w);
}

static const char *isa_name(void) {
#ifdef MG__HAVE_CPU
    return mg__isa_name(mg__isa_best());
#else
    return "plain";
#endif
}

mg_status mg__run_write_config(mg_run_folder *run) {
    mg__json_writer w = mg__json_writer_begin(run->context);
    size_t length;
    mg__json_put_object(&w);
    mg__json_put_key(&w, "format");
    mg__json_put_integer(&w, FORMAT);
    mg__json_put_key(&w, "version");
    mg__json_put_string(&w, mg_version());
    mg__json_put_key(&w, "isa");
    mg__json_put_string(&w, isa_name());
    put_files(&w, run);
    mg_status status = put_settings(&w, run);
    put_end(&w, &run->end);
    mg__json_put_end(&w);
    char *text = mg__json_writer_finish(&w, &length);
    if (!text) return mg_context_status(run->context);
    text[length] = '\n'; /* in place of the NUL */
    if (status == MG_OK) status = mg__file_write_whole(run->context, run->config, text, length + 1);
    mg__free(run->context, text);
    return status;
}

/* --- reading ----------------------------------------------------------------------------------------- */

static mg_status read_settings(mg_run_folder *run, const mg__json *object) {
    char message[MG_OPTION_MESSAGE_BYTES];
    run->settings = mg_settings_defaults();
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        const char *text = is_recorded(row) ? mg__json_text(mg__json_member(object, row->name)) : NULL;
        if (text && mg_option_set(row, &run->settings, text, message) != MG_OK)
            return mg__fail(run->context, MG_FORMAT, "%s: %s", run->config, message);
    }
    return MG_OK;
}

static mg_status read_files(mg_run_folder *run, const mg__json *object) {
    for (int i = 0; i < MG__RUN_FILES; i++) {
        const mg__json *file = mg__json_member(object, file_names[i]);
        const char *path = mg__json_text(mg__json_member(file, "path")), *hash = mg__json_text(mg__json_member(file, "hash"));
        if (!path && i > 0) continue;
        if (!path || !hash || sscanf(hash, "%16" SCNx64, &run->hash[i]) != 1)
            return mg__fail(run->context, MG_FORMAT, "%s: it does not say what the run learns from", run->config);
        run->path[i] = mg__strdup(run->context, path);
        if (!run->path[i]) return MG_OUT_OF_MEMORY;
    }
    return MG_OK;
}

static void read_end(mg_run_folder *run, const mg__json *object) {
    const char *stopped = mg__json_text(mg__json_member(object, "stopped"));
#define STOP_FIND(id, name, doc) \
    if (stopped && !strcmp(stopped, name)) run->end.stopped = MG_STOP_##id;
    MG_STOP_TABLE(STOP_FIND)
#undef STOP_FIND
    mg__json_int64(mg__json_member(object, "epochs"), &run->end.epochs);
    mg__json_double(mg__json_member(object, "seconds"), &run->end.seconds);
}

mg_status mg__run_read_config(mg_run_folder *run) {
    mg__bytes bytes;
    int64_t format = 0;
    mg_status status = mg__file_read_plain(run->context, run->config, (size_t)1 << 24, &bytes);
    if (status != MG_OK) return status;
    run->document = mg__json_parse(run->context, run->config, bytes.data, bytes.length);
    mg__free(run->context, bytes.data);
    if (!run->document) return mg_context_status(run->context);
    const mg__json *root = mg__json_root(run->document);
    mg__json_int64(mg__json_member(root, "format"), &format);
    if (format != FORMAT)
        return mg__fail(run->context, MG_FORMAT, "%s: is no run of this version, %s", run->config, mg_version());
    status = read_settings(run, mg__json_member(root, "settings"));
    if (status == MG_OK) status = read_files(run, mg__json_member(root, "files"));
    if (status == MG_OK) read_end(run, mg__json_member(root, "finished"));
    return status;
}
